"""A whole bot in a test: real database, real composer, a fake platform and clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from bot import config_file
from bot.archive import Archive
from bot.commands import registry
from bot.commands.controls import Controls
from bot.commands.desk import Desk
from bot.commands.dispatch import inbox
from bot.doctor import Doctor
from bot.editions import Editions
from bot.intake import Intake
from bot.intake.outside import Outside
from bot.outbox import Outbox
from bot.storage import Database, workspaces
from bot.types import Digest, Form, Inbox, Invocation, Permission, Person, Place, Reply
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
_events = count(1)


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    home: Path
    db: Database
    clock: FakeClock
    platform: FakePlatform
    intake: Intake
    editions: Editions
    outbox: Outbox
    archive: Archive
    inbox: Inbox
    doctor: Doctor

    # ── what happens to it ─────────────────────────────────────────────────────

    def publish(self, name: str, text: str) -> None:
        """A file appears in the folder of articles."""
        (self.home / "articles" / f"{name}.txt").write_text(text, encoding="utf-8")

    async def apply(self, text: str = CONFIGURATION, *, prune: bool = False):
        """`standfirst apply` with this configuration."""
        file = self.home / "newsroom.toml"
        file.write_text(text, encoding="utf-8")
        return await self.db.write(
            config_file.carry_out,
            config_file.read(file),
            prune=prune,
            now=self.clock.now(),
        )

    async def wake(self) -> datetime | None:
        """What the scheduler does at a due moment."""
        await self.editions.plan()
        await self.editions.compose_due()
        looks = await self.editions.corrections.run()
        moments = (await self.outbox.drain(), looks, await self.editions.next_due())
        return min((at for at in moments if at), default=None)

    async def post(self, key: str = "now"):
        """`standfirst digest post`, and its delivery."""
        digest = await self.digest()
        outcome = await self.editions.post_now(digest.workspace_id, digest, key)
        await self.outbox.drain()
        return outcome

    # ── what can be seen of it ─────────────────────────────────────────────────

    async def digest(self, name: str = "Morning brief") -> Digest:
        found = await self.archive.all_digests()
        return next(digest for digest in found if digest.name == name)

    async def place(self, external_id: str = "newsroom") -> Place:
        found = await self.db.read(
            workspaces.by_external, platform="local", external_id=external_id
        )
        assert found is not None
        return Place(workspace=found, channel="c-morning")

    async def says(
        self, path: str, *, editor: bool = True, key: str | None = None, **args: str
    ) -> Reply:
        """The answer to a command."""
        return reply(
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
def short_of_time(desk: Newsroom, seconds: float = 0.8) -> Iterator[None]:
    """What never answers is given up soon; whatever answers has its usual time.

    Only around the call that a fault holds up: on a busy machine an honest answer
    takes longer than this.
    """
    usual = desk.outbox.send_timeout
    object.__setattr__(desk.outbox, "send_timeout", timedelta(seconds=seconds))
    try:
        yield
    finally:
        object.__setattr__(desk.outbox, "send_timeout", usual)


def reply(answer: Reply | Form) -> Reply:
    assert isinstance(answer, Reply)
    return answer


@asynccontextmanager
async def newsroom(
    url: str,
    home: Path,
    platform: FakePlatform | None = None,
    outside: Outside | None = None,
    clock: FakeClock | None = None,
) -> AsyncIterator[Newsroom]:
    """A newsroom over this database; opening it again is a restart."""
    (home / "articles").mkdir(exist_ok=True)
    db = Database.open(url)
    clock, engine = clock or FakeClock(), FakeEngine()
    platform = platform or FakePlatform()
    archive = Archive(db=db)
    intake = Intake(db=db, engine=engine, clock=clock, outside=outside or Outside())
    editions = Editions(
        db=db,
        engine=engine,
        clock=clock,
        intake=intake,
        platforms={platform.name: platform},
    )
    desk = Desk(
        db=db,
        archive=archive,
        editions=editions,
        controls=Controls(b"0123456789abcdef"),
        clock=clock,
        version="0",
        wake=lambda: None,
    )
    try:
        yield Newsroom(
            home=home,
            db=db,
            clock=clock,
            platform=platform,
            intake=intake,
            editions=editions,
            archive=archive,
            outbox=Outbox(
                db=db,
                clock=clock,
                platforms={platform.name: platform},
                send_timeout=timedelta(seconds=5),
                uncertain_wait=WAIT,
                steady=lambda: clock.now().timestamp(),
            ),
            inbox=inbox(desk, registry.build(desk)),
            doctor=Doctor(
                db=db,
                intake=intake,
                archive=archive,
                platforms={platform.name: platform},
            ),
        )
    finally:
        if outside is None:
            await intake.outside.__aexit__(None, None, None)
        await db.close()
