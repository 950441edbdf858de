"""The composition root: builds every part and the real clock; it decides nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from starlette.applications import Starlette

from bot import connections
from bot.archive import Archive
from bot.commands import registry
from bot.commands.controls import Controls
from bot.commands.desk import Desk
from bot.commands.dispatch import inbox
from bot.doctor import Doctor
from bot.editions import Editions
from bot.engine.in_process import InProcess
from bot.intake import Intake
from bot.intake.outside import Outside
from bot.outbox import Outbox, on_the_page
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.ports import At, Platform, unwatched
from bot.scheduler import LOOK, POLL_LOOK, Wakeups
from bot.settings import Settings
from bot.storage import keys
from bot.storage.database import Database
from bot.storage.messages import LocalMailbox
from bot.texts import Texts
from bot.types import Inbox
from bot.upkeep import Upkeep
from bot.web import server


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock that others ask


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Everything, built once."""

    settings: Settings
    db: Database
    clock: SystemClock
    wakeups: Wakeups
    sends: Wakeups
    polls: Wakeups
    upkeeps: Wakeups
    editions: Editions
    outbox: Outbox
    archive: Archive
    doctor: Doctor
    upkeep: Upkeep
    inbox: Inbox
    platforms: Mapping[str, Platform]
    local: LocalPlatform
    site: Starlette


@asynccontextmanager
async def opened(settings: Settings, *, at: At = unwatched) -> AsyncIterator[House]:
    """The house over the configured database; `at` hears of each point passed."""
    db = await asyncio.to_thread(Database.open, settings.database_url)
    engine = InProcess()
    try:
        async with Outside(settings.fetch_allow_private) as outside:
            yield await _built(settings, db, engine, outside, at)
    finally:
        engine.close()
        await db.close()


async def _built(
    settings: Settings, db: Database, engine: InProcess, outside: Outside, at: At
) -> House:
    clock = SystemClock()
    given = settings.secret_key.get_secret_value() if settings.secret_key else ""
    key = (given or await db.write(keys.secret, now=clock.now())).encode()
    mailbox = LocalMailbox(db)
    local = LocalPlatform(mailbox=mailbox, clock=clock)
    kept = connections.kept(settings, db, clock)
    platforms, states = connections.platforms(settings, local, kept)
    archive = Archive(db=db)
    intake = Intake(db=db, engine=engine, clock=clock, outside=outside)
    editions = Editions(
        db=db, engine=engine, clock=clock, intake=intake, platforms=platforms, at=at
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
    wakeups = Wakeups(clock=clock, tick=LOOK)
    desk = Desk(
        db=db,
        archive=archive,
        editions=editions,
        controls=Controls(key),
        clock=clock,
        allow_private=settings.fetch_allow_private,
        version=version("standfirst"),
        wake=wakeups.poke,
        checks=connections.checks(settings, platforms),
        retention=settings.retention,
    )
    site = server.build(
        routes=pages.routes(
            platform=local,
            mailbox=mailbox,
            clock=clock,
            rooms=archive.local_rooms,
            troubles=lambda: db.read(on_the_page),
            notice="" if states else pages.WITHOUT_TOKENS,
        ),
        read_article=archive.local_article,
        ready=connections.ready(archive.ready, states),
        key=key,
        texts=Texts.of("en"),
        called=connections.called(platforms, kept, clock),
    )
    return House(
        settings=settings,
        db=db,
        clock=clock,
        wakeups=wakeups,
        sends=Wakeups(clock=clock, tick=LOOK),
        polls=Wakeups(clock=clock, tick=POLL_LOOK),
        upkeeps=Wakeups(clock=clock),
        editions=editions,
        outbox=outbox,
        archive=archive,
        doctor=desk.doctor,
        upkeep=Upkeep(db=db, clock=clock, retention=settings.retention),
        inbox=inbox(desk, registry.build(desk)),
        platforms=platforms,
        local=local,
        site=site,
    )
