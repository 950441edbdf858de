"""Composition root: build the application from its settings, with the real clock.

The platforms come from `bot.platforms.plugins`; only those that are switched on are
built, and only then are their libraries imported. Everything else receives platforms,
their descriptors and the clock from here, as ports.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from types import MappingProxyType

from bot.commands import registry
from bot.commands.context import CommandServices
from bot.commands.controls import ControlSigner
from bot.commands.dispatch import build_inbox
from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.card_pictures import CardIllustrator
from bot.delivery.outbox import Outbox
from bot.delivery.shares import ShareSender
from bot.errors import ConfigurationError
from bot.i18n.translation import Texts
from bot.ingest.polling import Ingestor
from bot.ingest.source_reader import SourceReader
from bot.jobs.in_process import InProcessEngine
from bot.jobs.leases import name_process
from bot.jobs.scheduler import JobScheduler
from bot.lookup.archive import Archive
from bot.lookup.edition_views import StoredEditionViews
from bot.metrics import Metrics
from bot.model.jobs import DeliveryShares
from bot.operations.incidents import IncidentReporter, list_problems
from bot.operations.maintenance import Maintenance
from bot.operations.nightly_checks import NightlyChecks
from bot.platforms.plugins import load_plugins
from bot.ports import (
    ActivePlatform,
    CheckpointHook,
    Clock,
    Examinable,
    Examiner,
    InstallationStorage,
    PageServices,
    PlatformContext,
    Plugins,
    UploadStore,
    ignore_checkpoint,
)
from bot.publishing.editions import EditionPublisher
from bot.publishing.illustration import EditionIllustrator
from bot.publishing.story_pictures import StoryPictureReader
from bot.publishing.web_pages import WebPages
from bot.runner import Application, Role, receives
from bot.settings import Settings, load_settings, reveal_secret
from bot.storage import Database, job_tables, picture_store, process_store
from bot.storage.measurements import list_measurements
from bot.storage.message_store import LocalMailbox
from bot.storage.picture_store import DatabaseUploadStore
from bot.web import server
from bot.web.console.application import build_console
from bot.web.health import HealthServices, ReadinessCheck
from bot.web.published.site import build_published_routes
from digests.cards.drawing import CARD_SANDBOX_LIMITS, draw_card
from digests.cards.thumbnails import Thumbnail, draw_thumbnail
from digests.cards.wording import CardDesign, CardWording
from digests.sources.sandbox.process import Sandbox

INSTALL_QUEUE = (
    "Several processes share the work with a library that is not installed. Install it "
    "with pip install 'standfirst[scale]', or start one process with «standfirst run»."
)
MIGRATE_JOBS = (
    "The database {where} has no tables for several processes yet, or older ones. Run "
    "«standfirst migrate» with this version, then start this again."
)


class SystemClock:
    """`Clock` over the system time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that others ask


def get_clock() -> Clock:
    """Return the real clock."""
    return SystemClock()


def choose_clock(db: Database) -> Clock:
    """Return the clock on which all processes agree that share the database."""
    return db.server_clock or SystemClock()


@asynccontextmanager
async def _watch_clock(db: Database) -> AsyncIterator[None]:
    """Keep the server's clock right for a block, and compare this machine's with it."""
    if db.server_clock is None:
        yield
        return
    watch = db.server_clock.watch(SystemClock(), db.measure_clock)
    watching = asyncio.create_task(watch)
    try:
        yield
    finally:
        watching.cancel()


def list_platforms() -> Plugins:
    """Return every platform by name, in the order in which they are offered."""
    return load_plugins()


def load_platform_settings() -> tuple[Settings, tuple[str, ...]]:
    """Load all settings, those of the platforms included, with warnings.

    Raises:
        ConfigurationError: With a sentence for every mistake.
    """
    return load_settings({name: p.settings for name, p in load_plugins().items()})


@asynccontextmanager
async def open_application(
    settings: Settings,
    *,
    role: Role = "all",
    is_demo: bool = False,
    at: CheckpointHook = ignore_checkpoint,
) -> AsyncIterator[Application]:
    """Open the database, build the application over it, and close both at the end.

    Args:
        settings: From `load_platform_settings`.
        role: What this process does.
        is_demo: Whether the local page shows the demo's tour.
        at: Called at each checkpoint of publishing and delivery.
    """
    metrics = Metrics()
    db = await asyncio.to_thread(Database.open, settings.database_url, metrics=metrics)
    engine, story_engine = InProcessEngine(), InProcessEngine()
    try:
        async with (
            _watch_clock(db),
            SourceReader(
                settings.fetch_allow_private, contact=settings.fetch_contact
            ) as source_reader,
            Sandbox(CARD_SANDBOX_LIMITS) as drawing,
        ):
            app = await _build_application(
                settings,
                role,
                is_demo,
                db,
                engine,
                story_engine,
                source_reader,
                drawing,
                metrics,
                at,
            )
            try:
                yield app
            finally:
                for close in app.closers:
                    await close()
    finally:
        engine.close()
        story_engine.close()
        await db.close()


async def _build_application(
    settings: Settings,
    role: Role,
    is_demo: bool,
    db: Database,
    engine: InProcessEngine,
    story_engine: InProcessEngine,
    source_reader: SourceReader,
    drawing: Sandbox,
    metrics: Metrics,
    at: CheckpointHook,
) -> Application:
    clock, archive = choose_clock(db), Archive(db=db)
    # Signs the ids of controls.
    secret = reveal_secret(settings.secret_key)
    secret = secret or await db.write(process_store.get_signing_secret, now=clock.now())
    key, plugins = secret.encode(), load_plugins()
    page = PageServices(
        mailbox=LocalMailbox(db),
        list_channels=archive.local_destinations,
        list_problems=lambda: db.read(list_problems, clock.now()),
        load_pictures=lambda *which: db.read(picture_store.load_pictures, *which),
        find_stored_pictures=lambda which: db.read(picture_store.list_sizes, which),
        has_console=True,
        is_demo=is_demo,
        views=StoredEditionViews(db=db, plugins=plugins),
    )
    active = build_platforms(settings, clock, page, db)
    platforms = MappingProxyType({name: one.platform for name, one in active.items()})
    ingestor = Ingestor(
        db=db,
        engine=engine,
        clock=clock,
        source_reader=source_reader,
        metrics=metrics,
        # Other workers wait while this one places articles in stories.
        story_engine=story_engine if role == "worker" else None,
    )

    async def draw(wording: CardWording, design: CardDesign) -> bytes:
        return await drawing.run(draw_card, wording, design)

    async def draw_small(content: bytes) -> Thumbnail:
        return await drawing.run(draw_thumbnail, content)

    illustrator = CardIllustrator(db=db, clock=clock, draw_card=draw)
    controls = ControlSigner(key)
    publisher = EditionPublisher(
        db=db,
        engine=engine,
        clock=clock,
        ingestor=ingestor,
        platforms=platforms,
        illustrator=EditionIllustrator(
            cards=illustrator,
            stories=StoryPictureReader(
                db=db,
                clock=clock,
                source_reader=source_reader,
                draw_thumbnail=draw_small,
            ),
        ),
        pages=WebPages(public_url=settings.public_url),
        at=at,
        metrics=metrics,
        sign=controls.signed,
    )
    outbox = Outbox(
        db=db,
        clock=clock,
        platforms=platforms,
        send_timeout=timedelta(seconds=settings.send_timeout),
        uncertain_wait=timedelta(seconds=settings.uncertain_wait),
        at=at,
        metrics=metrics,
        steady=time.monotonic,
    )
    jobs = JobScheduler(clock, metrics=metrics)
    services = CommandServices(
        db=db,
        archive=archive,
        publisher=publisher,
        controls=controls,
        clock=clock,
        allow_private=settings.fetch_allow_private,
        version=version("standfirst"),
        # With several processes, transactions request the jobs themselves.
        wake=partial(jobs.run_now, "publish") if role == "all" else _do_nothing,
        checks={name: one.check for name, one in active.items() if one.check},
        check_settings=settings.check,
        plugins=plugins,
        retention=settings.retention,
        quotas=settings.quotas,
    )
    inbox = build_inbox(services, registry.build_commands(services))
    sign_ins = {n: one.sign_in for n, one in active.items() if one.sign_in}
    console = build_console(services, inbox, sign_ins, key)
    received = {n: one for n, one in active.items() if receives(role, one)}
    site = server.build_application(
        routes=[route for one in active.values() for route in one.pages],
        read_article=archive.local_article,
        health=HealthServices(
            ready=combine_readiness(archive.ready, received),
            list_measurements=lambda: db.read(list_measurements, now=clock.now()),
            metrics=metrics,
        ),
        key=key,
        texts=Texts.of("en"),
        public_routes=[route for one in active.values() for route in one.callbacks],
        published=build_published_routes(db, settings.public_url),
        access=settings.web_access,
        console=console.routes,
        show_stale_form=console.show_stale_form,
        is_signed_in=console.is_signed_in,
    )
    corrections = CorrectionProcessor(
        db=db, engine=engine, clock=clock, platforms=platforms, illustrator=illustrator
    )
    app = Application(
        settings=settings,
        role=role,
        process=name_process(),
        db=db,
        clock=clock,
        jobs=jobs,
        metrics=metrics,
        publisher=publisher,
        corrections=corrections,
        outbox=outbox,
        archive=archive,
        doctor=services.doctor,
        nightly_checks=NightlyChecks(doctor=services.doctor),
        incidents=IncidentReporter(
            db=db, clock=clock, quota_articles=settings.quota_articles
        ),
        maintenance=Maintenance(
            db=db,
            clock=clock,
            retention=settings.retention,
            quota_articles=settings.quota_articles,
            delete_files=[
                d for one in active.values() if (d := one.delete_unused_files)
            ],
        ),
        inbox=inbox,
        plugins=plugins,
        platforms=platforms,
        received=frozenset(received),
        parts=[one.part for one in received.values() if one.part],
        site=site,
        before_stop=[stop for one in active.values() if (stop := one.before_stop)],
        closers=[one.close for one in active.values()],
    )
    return app if role == "all" else await _share_work(app)


def _do_nothing() -> None:
    return None


async def _share_work(app: Application) -> Application:
    """Connect the application to the queue over which several processes share work."""
    # Imported late: it loads the library of the queue.
    try:
        from bot.jobs.dispatching import JobDispatcher
        from bot.jobs.job_queue import JobQueue, read_table_scripts
        from bot.jobs.workers import Worker
    except ModuleNotFoundError:
        raise ConfigurationError(INSTALL_QUEUE) from None

    shared = frozenset(n for n, plugin in app.plugins.items() if plugin.shares_token)
    queue = JobQueue(app.settings.database_url, shared)
    version = await app.db.read(job_tables.find_job_tables)
    if version is None or version < read_table_scripts().version:
        raise ConfigurationError(MIGRATE_JOBS.format(where=app.db.where))
    app.db.share(queue)
    names = frozenset(app.platforms)
    full_texts = app.publisher.full_texts

    async def maintain() -> None:
        await app.nightly_checks.run()
        await app.incidents.run()
        await app.maintenance.run()

    return replace(
        app,
        dispatcher=JobDispatcher(
            db=app.db,
            clock=app.clock,
            publisher=app.publisher,
            full_texts=full_texts,
            shares=DeliveryShares(platforms=names),
            uncertain_wait=app.outbox.uncertain_wait,
        ),
        worker=Worker(
            db=app.db,
            queue=queue,
            metrics=app.metrics,
            publisher=app.publisher,
            full_texts=full_texts,
            corrections=app.corrections,
            sender=ShareSender(db=app.db, outbox=app.outbox, holder=app.process),
            maintain=maintain,
        ),
    )


# ── platforms ──────────────────────────────────────────────────────────────────


def build_platforms(
    settings: Settings,
    clock: Clock,
    page: PageServices | None = None,
    db: Database | None = None,
) -> Mapping[str, ActivePlatform]:
    """Build the platforms that are switched on, by name.

    Args:
        settings: Decide which platforms are on.
        clock: Clock of the application.
        page: Services for platforms that our own web server shows.
        db: Stores installations of platforms that workspaces install themselves.
    """
    plugins = [p for p in load_plugins().values() if p.is_enabled(settings)]
    context = PlatformContext(
        settings=settings,
        clock=clock,
        enabled=frozenset(plugin.name for plugin in plugins),
        open_installations=partial(_open_installations, settings, clock, db),
        open_uploads=partial(_open_uploads, clock, db),
        page=page,
    )
    return {plugin.name: plugin.build(context) for plugin in plugins}


def _open_installations(
    settings: Settings, clock: Clock, db: Database | None, platform: str
) -> InstallationStorage | None:
    if settings.secret_key is None or db is None:
        return None
    # Imported late: it loads the cryptography library.
    from bot.storage.installation_store import (
        DatabaseInstallationStore,
        DatabaseStateStore,
        StateSigner,
        TokenCipher,
    )

    key = reveal_secret(settings.secret_key).encode()
    return InstallationStorage(
        installations=DatabaseInstallationStore(db, TokenCipher(key), clock, platform),
        states=DatabaseStateStore(db, StateSigner(key), clock),
    )


def _open_uploads(
    clock: Clock, db: Database | None, platform: str
) -> UploadStore | None:
    return None if db is None else DatabaseUploadStore(db, clock, platform)


@asynccontextmanager
async def open_examiner(settings: Settings, name: str) -> AsyncIterator[Examiner]:
    """Sign in to a platform with the settings' token, to check it, and sign out."""
    plugin = load_plugins()[name]
    active = plugin.build(PlatformContext(settings=settings, clock=SystemClock()))
    platform: object = active.platform
    assert isinstance(platform, Examinable), "it has a token"
    assert platform.examiner is not None, "it has a single token"
    try:
        yield platform.examiner
    finally:
        await active.close()


def combine_readiness(
    own: ReadinessCheck, active: Mapping[str, ActivePlatform]
) -> ReadinessCheck:
    """Build the check behind `/readyz`: the process's parts and every connection."""

    async def check() -> Mapping[str, str]:
        states = {n: read() for n, one in active.items() if (read := one.read_state)}
        return {**await own(), **states}

    return check
