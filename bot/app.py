"""Composition root: build every part, the platforms and the real clock.

The local page is always on; another platform is on when its token is set, and Slack
also when workspaces can install its app. Only then is its module, with the library
under it, imported.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route

from bot.commands import registry
from bot.commands.context import CommandServices
from bot.commands.controls import ControlSigner
from bot.commands.dispatch import build_inbox
from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.outbox import Outbox
from bot.delivery.private_notices import list_posting_problems
from bot.i18n.translation import Texts
from bot.ingest.polling import Ingestor
from bot.ingest.source_reader import SourceReader
from bot.jobs.in_process import InProcessEngine
from bot.jobs.scheduler import JobScheduler
from bot.lookup.archive import Archive
from bot.model import Command, Finding, Inbox, PlatformCheck, PlatformIdentity
from bot.operations.doctor import Doctor
from bot.operations.maintenance import Maintenance
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.ports import (
    CheckpointHook,
    Clock,
    Examiner,
    InstallationStore,
    Platform,
    StateStore,
    ignore_checkpoint,
)
from bot.publishing.editions import EditionPublisher
from bot.settings import Settings
from bot.storage import Database, process_store
from bot.storage.message_store import LocalMailbox
from bot.web import server

if TYPE_CHECKING:
    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.slack.platform import SlackPlatform


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that others ask


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """Everything, built once."""

    settings: Settings
    db: Database
    clock: SystemClock
    jobs: JobScheduler
    publisher: EditionPublisher
    corrections: CorrectionProcessor
    outbox: Outbox
    archive: Archive
    doctor: Doctor
    maintenance: Maintenance
    inbox: Inbox
    platforms: Mapping[str, Platform]
    local: LocalPlatform
    site: Starlette


@asynccontextmanager
async def open_application(
    settings: Settings, *, at: CheckpointHook = ignore_checkpoint
) -> AsyncIterator[Application]:
    """The house over the configured database; `at` hears of each point passed."""
    db = await asyncio.to_thread(Database.open, settings.database_url)
    engine = InProcessEngine()
    try:
        async with SourceReader(settings.fetch_allow_private) as source_reader:
            yield await _build_application(settings, db, engine, source_reader, at)
    finally:
        engine.close()
        await db.close()


async def _build_application(
    settings: Settings,
    db: Database,
    engine: InProcessEngine,
    source_reader: SourceReader,
    at: CheckpointHook,
) -> Application:
    clock = SystemClock()
    given = settings.secret_key.get_secret_value() if settings.secret_key else ""
    key = (
        given or await db.write(process_store.get_signing_secret, now=clock.now())
    ).encode()
    mailbox = LocalMailbox(db)
    local = LocalPlatform(mailbox=mailbox, clock=clock)
    kept = open_installation_storage(settings, db, clock)
    platforms, states = build_platforms(settings, local, kept)
    archive = Archive(db=db)
    ingestor = Ingestor(db=db, engine=engine, clock=clock, source_reader=source_reader)
    publisher = EditionPublisher(
        db=db, engine=engine, clock=clock, ingestor=ingestor, platforms=platforms, at=at
    )
    outbox = Outbox(
        db=db,
        clock=clock,
        platforms=platforms,
        send_timeout=timedelta(seconds=settings.send_timeout),
        uncertain_wait=timedelta(seconds=settings.uncertain_wait),
        at=at,
        steady=time.monotonic,
    )
    jobs = JobScheduler(clock)
    services = CommandServices(
        db=db,
        archive=archive,
        publisher=publisher,
        controls=ControlSigner(key),
        clock=clock,
        allow_private=settings.fetch_allow_private,
        version=version("standfirst"),
        wake=partial(jobs.run_now, "publish"),
        checks=build_platform_checks(settings, platforms),
        retention=settings.retention,
    )
    site = server.build_application(
        routes=pages.build_page_routes(
            platform=local,
            mailbox=mailbox,
            clock=clock,
            list_channels=archive.local_destinations,
            list_problems=lambda: db.read(list_posting_problems),
            notice="" if states else pages.NO_TOKENS_NOTICE,
        ),
        read_article=archive.local_article,
        ready=combine_readiness(archive.ready, states),
        key=key,
        texts=Texts.of("en"),
        called=build_platform_routes(platforms, kept, clock),
    )
    return Application(
        settings=settings,
        db=db,
        clock=clock,
        jobs=jobs,
        publisher=publisher,
        corrections=CorrectionProcessor(
            db=db, engine=engine, clock=clock, platforms=platforms
        ),
        outbox=outbox,
        archive=archive,
        doctor=services.doctor,
        maintenance=Maintenance(db=db, clock=clock, retention=settings.retention),
        inbox=build_inbox(services, registry.build_commands(services)),
        platforms=platforms,
        local=local,
        site=site,
    )


ReadinessCheck = Callable[[], Awaitable[Mapping[str, str]]]
#: «ok», or what is missing in words.
ReadStatus = Callable[[], str]
#: Platforms with a token.
RemotePlatformName = Literal["discord", "slack"]


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallationStorage:
    """Where installations are kept, and those that were begun."""

    installations: InstallationStore
    states: StateStore
    clock: Clock


def open_installation_storage(
    settings: Settings, db: Database, clock: Clock
) -> InstallationStorage | None:
    """The same, where workspaces can install the app themselves."""
    if settings.installing_lacks != () or settings.secret_key is None:
        return None
    from bot.storage.installation_store import (
        DatabaseInstallationStore,
        DatabaseStateStore,
        TokenCipher,
    )

    seal = TokenCipher(settings.secret_key.get_secret_value().encode())
    return InstallationStorage(
        installations=DatabaseInstallationStore(db, seal, clock, "slack"),
        states=DatabaseStateStore(db, clock),
        clock=clock,
    )


def build_platforms(
    settings: Settings, local: LocalPlatform, kept: InstallationStorage | None = None
) -> tuple[Mapping[str, Platform], Mapping[str, ReadStatus]]:
    """The platforms that are on, and of those that connect, how it stands with them."""
    on: dict[str, Platform] = {local.name: local}
    states: dict[str, ReadStatus] = {}
    if settings.discord_token is not None:
        discord = _build_discord(settings)
        on[discord.name] = discord
        states[discord.name] = lambda: discord.state
    if settings.slack_bot_token is not None or kept is not None:
        slack = _build_slack(settings, kept)
        on[slack.name] = slack
        states[slack.name] = lambda: slack.state
    return MappingProxyType(on), MappingProxyType(states)


def _build_discord(settings: Settings) -> "DiscordPlatform":
    from bot.platforms.discord.platform import DiscordPlatform

    return DiscordPlatform(
        token=_reveal_secret(settings.discord_token) or "",
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
        public_key=settings.discord_public_key,
    )


def _build_slack(
    settings: Settings, kept: InstallationStorage | None
) -> "SlackPlatform":
    from bot.platforms.slack.app_manifest import SlackApp
    from bot.platforms.slack.installations import StoredInstallations
    from bot.platforms.slack.platform import SlackPlatform
    from bot.platforms.slack.rate_limits import SlackRateLimiter

    # What waits longer than a send may take would be taken for unclear.
    patience = settings.send_timeout / 4
    many = None
    if kept is not None:
        app = SlackApp(
            client_id=settings.slack_client_id or "",
            client_secret=_reveal_secret(settings.slack_client_secret) or "",
            public_url=settings.public_url or "",
        )
        many = StoredInstallations(
            kept.installations,
            app=app,
            api_base=settings.slack_api_base,
            now=kept.clock.now,
            pace=lambda: SlackRateLimiter(patience=patience),
        )
    return SlackPlatform(
        token=_reveal_secret(settings.slack_bot_token) or "",
        installations=many,
        app_token=_reveal_secret(settings.slack_app_token),
        signing_secret=_reveal_secret(settings.slack_signing_secret) or "",
        api_base=settings.slack_api_base,
        patience=patience,
    )


def build_platform_routes(
    platforms: Mapping[str, Platform], kept: InstallationStorage | None, clock: Clock
) -> Sequence[Route]:
    """Addresses for the world: what platforms call, and where an app is installed."""
    return (
        *_build_discord_routes(platforms, clock),
        *_build_slack_routes(platforms, kept, clock),
    )


def _build_discord_routes(
    platforms: Mapping[str, Platform], clock: Clock
) -> Sequence[Route]:
    if "discord" not in platforms:
        return ()
    from bot.platforms.discord.channels import INTERACTIONS_PATH
    from bot.platforms.discord.platform import DiscordPlatform

    discord = platforms["discord"]
    assert isinstance(discord, DiscordPlatform), "it is built here"
    found = discord.called(clock.now)
    return () if found is None else (Route(INTERACTIONS_PATH, found, methods=["POST"]),)


def _build_slack_routes(
    platforms: Mapping[str, Platform], kept: InstallationStorage | None, clock: Clock
) -> Sequence[Route]:
    if "slack" not in platforms:
        return ()
    from bot.platforms.slack.app_manifest import (
        EVENTS_PATH,
        INSTALL_PATH,
        REDIRECT_PATH,
    )
    from bot.platforms.slack.endpoints import InstallEndpoint
    from bot.platforms.slack.installations import StoredInstallations
    from bot.platforms.slack.platform import SlackPlatform

    slack = platforms["slack"]
    assert isinstance(slack, SlackPlatform), "it is built here"
    found = slack.called(clock.now)
    routes = [] if found is None else [Route(EVENTS_PATH, found, methods=["POST"])]
    many = slack.installations
    if kept is not None and isinstance(many, StoredInstallations):
        pages = InstallEndpoint(
            many, states=kept.states, arrived=slack.listener.arrived, now=clock.now
        )
        routes += [
            Route(path, pages, methods=["GET"])
            for path in (INSTALL_PATH, REDIRECT_PATH)
        ]
    return routes


def build_platform_checks(
    settings: Settings, platforms: Mapping[str, Platform]
) -> Mapping[str, PlatformCheck]:
    """What platforms find when the doctor asks them."""
    slack = platforms.get("slack")

    async def look(workspace: str | None) -> Sequence[Finding]:
        from bot.platforms.slack.app_manifest import check_settings
        from bot.platforms.slack.installations import StoredInstallations
        from bot.platforms.slack.platform import SlackPlatform

        if workspace is None:
            return tuple(check_settings(settings))
        assert isinstance(slack, SlackPlatform), "it is built here"
        many = slack.installations
        assert isinstance(many, StoredInstallations), "the one has an examiner"
        return await many.findings(workspace)

    return {"slack": look}


def build_slack_manifest(
    commands: Sequence[Command],
    mode: Literal["socket", "http"],
    url: str,
    *,
    rotation: bool,
) -> Mapping[str, Any]:
    """What a Slack app is made from."""
    from bot.platforms.slack.app_manifest import build_manifest

    return build_manifest(commands, mode=mode, url=url, rotation=rotation)


def list_slack_scopes(mode: Literal["socket", "http"]) -> Sequence[str]:
    """Each scope of it with what it is for."""
    from bot.platforms.slack.app_manifest import list_scope_reasons

    return tuple(list_scope_reasons(mode))


def slack_creation_url(manifest: Mapping[str, Any]) -> str:
    """The address at which Slack makes an app from a manifest."""
    from bot.platforms.slack.app_manifest import build_creation_url

    return build_creation_url(manifest)


def discord_invitation_url(application: str) -> str:
    """The address at which the bot is invited to a server."""
    from bot.platforms.discord.permissions import build_invitation_url

    return build_invitation_url(application)


def list_discord_permissions() -> Sequence[tuple[int, str, str]]:
    """What it asks for there: the number, Discord's name for it, what it is for."""
    from bot.platforms.discord.permissions import REQUESTED_PERMISSIONS

    return tuple((bit, name, why) for bit, (name, why) in REQUESTED_PERMISSIONS.items())


async def fetch_identity(
    settings: Settings, name: RemotePlatformName
) -> PlatformIdentity:
    """Who a platform says that the settings' token is; it signs in, looks and leaves.

    Raises:
        SendError: The platform refused the token, or could not be asked.
    """
    async with _open_examiner(settings, name) as examiner:
        return await examiner.identity()


async def check_reachability(settings: Settings, name: RemotePlatformName) -> Finding:
    """Whether what people do on a platform could come to us.

    Raises:
        SendError: The platform refused the token, or could not be asked.
    """
    async with _open_examiner(settings, name) as examiner:
        return await examiner.reach()


@asynccontextmanager
async def _open_examiner(
    settings: Settings, name: RemotePlatformName
) -> AsyncIterator[Examiner]:
    platform = (
        _build_discord(settings) if name == "discord" else _build_slack(settings, None)
    )
    assert platform.examiner is not None, "it has one token"
    try:
        yield platform.examiner
    finally:
        await platform.close()


def _reveal_secret(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def combine_readiness(
    own: ReadinessCheck, states: Mapping[str, ReadStatus]
) -> ReadinessCheck:
    """What `/readyz` tells: our own parts, and every platform that connects."""

    async def found() -> Mapping[str, str]:
        return {**await own(), **{name: state() for name, state in states.items()}}

    return found
