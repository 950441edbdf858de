"""A whole bot in a test: real database, real composer, a fake platform and clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.commands import registry
from bot.commands.context import CommandServices
from bot.commands.controls import ControlSigner
from bot.commands.dispatch import build_inbox
from bot.configuration import file_import
from bot.corrections.message_edits import CorrectionProcessor
from bot.delivery.card_pictures import CardIllustrator, DrawCard
from bot.delivery.outbox import Outbox
from bot.ingest.polling import Ingestor
from bot.ingest.source_reader import SourceReader, read_folder
from bot.lookup.archive import Archive
from bot.metrics import Metrics
from bot.model import (
    Digest,
    Form,
    Inbox,
    Invocation,
    Location,
    Permission,
    Person,
    Reply,
)
from bot.model.quotas import DEFAULT_QUOTAS, Quotas
from bot.operations.doctor import Doctor
from bot.platforms.plugins import load_plugins
from bot.publishing.editions import EditionPublisher
from bot.publishing.illustration import EditionIllustrator
from bot.publishing.web_pages import WebPages
from bot.storage import Database, workspace_store
from tests.fakes import FakeClock, FakeEngine, FakePlatform

CONFIGURATION = """
[[workspace]]
platform = "local"
id = "newsroom"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "c-morning"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""

BRIDGE = """---
title: Harbour bridge closes after crack is found
source: Hallin Courier
published: 2026-11-24T09:00:00+00:00
lang: en
---
The harbour bridge at Hallin was closed on Tuesday after a crack was found in a girder.

“We will not reopen it before the steel has been tested,” said engineer Ada Brandt.

She added: “Nobody was in danger at any time.”

About 31,000 vehicles cross the bridge every day.
"""

POOL = """---
title: Torvale pool reopens after repairs to its roof
source: Torvale Herald
published: 2026-11-24T10:00:00+00:00
lang: en
---
The public pool in Torvale reopened on Tuesday after repairs to its roof.

“The children have waited for eleven months,” said Osric Vane, the club’s coach.
"""

FLOOD = """---
title: River floods the market square of Brannock
source: Brannock Gazette
published: 2026-11-24T12:30:00+00:00
---
The river Sole flooded the market square of Brannock on Tuesday and closed 40 shops.
"""

WAIT = timedelta(seconds=60)
NO_LIMITS = Quotas(sources=0, digests=0, personal_digests=0, articles=0)
_events = count(1)


# Without a repr: one is made at the end of a fixture that returns it, and dropped.
@dataclass(frozen=True, kw_only=True, repr=False)
class BotHarness:
    home: Path
    db: Database
    metrics: Metrics
    clock: FakeClock
    platform: FakePlatform
    ingestor: Ingestor
    publisher: EditionPublisher
    outbox: Outbox
    archive: Archive
    inbox: Inbox
    doctor: Doctor
    quotas: Quotas
    services: CommandServices

    @property
    def corrections(self) -> CorrectionProcessor:
        return CorrectionProcessor(
            db=self.db,
            engine=self.publisher.engine,
            clock=self.clock,
            platforms=self.publisher.platforms,
            illustrator=self.publisher.illustrator.cards
            if self.publisher.illustrator
            else None,
        )

    # ── actions ────────────────────────────────────────────────────────────────

    def publish(self, name: str, text: str) -> None:
        """Write an article into the folder."""
        (self.home / "articles" / f"{name}.txt").write_text(text, encoding="utf-8")

    async def apply(self, text: str = CONFIGURATION, *, prune: bool = False):
        """Run `standfirst apply` with this configuration."""
        file = self.home / "newsroom.toml"
        file.write_text(text, encoding="utf-8")
        return await self.db.write(
            file_import.apply_file,
            file_import.read_file(file, load_plugins()),
            prune=prune,
            now=self.clock.now(),
            quotas=self.quotas,
        )

    async def wake(self) -> datetime | None:
        """Do what the scheduler does at a due moment."""
        await self.publisher.plan()
        await self.publisher.compose_due()
        looks = await self.corrections.run()
        moments = (await self.outbox.drain(), looks, await self.publisher.next_due())
        return min((at for at in moments if at), default=None)

    async def post(self, key: str = "now"):
        """Run `standfirst digest post`, and deliver the edition."""
        digest = await self.digest()
        outcome = await self.publisher.post_now(digest, key)
        await self.outbox.drain()
        return outcome

    # ── observations ───────────────────────────────────────────────────────────

    async def digest(self, name: str = "Morning brief") -> Digest:
        found = await self.archive.all_digests()
        return next(digest for digest in found if digest.name == name)

    async def place(self, external_id: str = "newsroom") -> Location:
        found = await self.db.read(
            workspace_store.find_workspace_by_external_id,
            platform="local",
            external_id=external_id,
        )
        assert found is not None
        return Location(workspace=found, channel="c-morning")

    async def says(
        self, path: str, *, editor: bool = True, key: str | None = None, **args: str
    ) -> Reply:
        """The answer to a command."""
        return expect_reply(
            await self.inbox.dispatch(await self.asks(path, editor, key, args))
        )

    async def asks(
        self, path: str, editor: bool, key: str | None, args: dict[str, str]
    ) -> Invocation:
        permission = Permission.EDITOR if editor else Permission.EVERYONE
        return Invocation(
            key=key or f"event-{next(_events)}",
            place=await self.place(),
            person=Person(id="p", name="P", permission=permission),
            path=path,
            args=args,
        )


@contextmanager
def short_send_timeout(harness: BotHarness, seconds: float = 0.8) -> Iterator[None]:
    """Shorten the timeout of sends that never answer; others keep the usual time.

    Only around the call that a fault delays: on a busy machine a normal answer takes
    longer than this.
    """
    usual = harness.outbox.send_timeout
    object.__setattr__(harness.outbox, "send_timeout", timedelta(seconds=seconds))
    try:
        yield
    finally:
        object.__setattr__(harness.outbox, "send_timeout", usual)


def expect_reply(answer: Reply | Form) -> Reply:
    assert isinstance(answer, Reply)
    return answer


class SharedEngine(FakeEngine):
    """Refuses work that is nobody's: each workspace is to have its share of time."""

    #: Folders are set by who runs the bot.
    UNSHARED = frozenset({read_folder})

    async def run(self, work: Any, /, *args: Any, **kwargs: Any) -> Any:
        assert work in self.UNSHARED, f"{work.__name__} runs without a workspace"
        return await super().run(work, *args, **kwargs)

    def of_workspace(self, workspace_id: int) -> FakeEngine:
        return FakeEngine()


@asynccontextmanager
async def open_harness(
    url: str,
    home: Path,
    platform: FakePlatform | None = None,
    source_reader: SourceReader | None = None,
    clock: FakeClock | None = None,
    draw_card: DrawCard | None = None,
    quotas: Quotas = DEFAULT_QUOTAS,
    public_url: str | None = None,
) -> AsyncIterator[BotHarness]:
    """Open a newsroom over this database; opening it again is a restart.

    Without `draw_card`, no pictures are drawn; without `public_url`, no edition has a
    page.
    """
    (home / "articles").mkdir(exist_ok=True)
    metrics = Metrics()
    db = Database.open(url, metrics=metrics)
    clock, engine = clock or FakeClock(), SharedEngine()
    platform = platform or FakePlatform()
    archive = Archive(db=db)
    ingestor = Ingestor(
        db=db,
        engine=engine,
        clock=clock,
        source_reader=source_reader or SourceReader(),
        metrics=metrics,
        story_engine=FakeEngine(),
    )
    publisher = EditionPublisher(
        db=db,
        engine=engine,
        clock=clock,
        ingestor=ingestor,
        platforms={platform.name: platform},
        illustrator=EditionIllustrator(
            cards=CardIllustrator(db=db, clock=clock, draw_card=draw_card)
        )
        if draw_card
        else None,
        pages=WebPages(public_url=public_url),
        metrics=metrics,
        sign=ControlSigner(b"0123456789abcdef").signed,
    )
    services = CommandServices(
        db=db,
        archive=archive,
        publisher=publisher,
        controls=ControlSigner(b"0123456789abcdef"),
        clock=clock,
        version="0",
        wake=lambda: None,
        plugins=load_plugins(),
        quotas=quotas,
    )
    try:
        yield BotHarness(
            home=home,
            db=db,
            metrics=metrics,
            clock=clock,
            quotas=quotas,
            services=services,
            platform=platform,
            ingestor=ingestor,
            publisher=publisher,
            archive=archive,
            outbox=Outbox(
                db=db,
                clock=clock,
                platforms={platform.name: platform},
                send_timeout=timedelta(seconds=5),
                uncertain_wait=WAIT,
                steady=lambda: clock.now().timestamp(),
                metrics=metrics,
            ),
            inbox=build_inbox(services, registry.build_commands(services)),
            doctor=Doctor(
                db=db,
                clock=clock,
                ingestor=ingestor,
                archive=archive,
                platforms={platform.name: platform},
                plugins=load_plugins(),
                quotas=quotas,
                draw_card=draw_card,
            ),
        )
    finally:
        if source_reader is None:
            await ingestor.source_reader.__aexit__(None, None, None)
        await db.close()
