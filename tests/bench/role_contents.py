"""What databases of the roles' benchmarks contain: news to read, posts to send."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from bot.app import SystemClock
from bot.model import DueMoment, RenderContext, Source
from bot.model.scope import PlatformName, Scope
from bot.model.workspace import AppInstallation, InstallationTokens
from bot.platforms.discord import render as discord_render
from bot.platforms.slack import render as slack_render
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import schedule_to_json
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    schema,
    workspace_store,
)
from bot.storage.installation_store import DatabaseInstallationStore, TokenCipher
from bot.storage.schedule_store import NewSchedule
from bot.storage.statements import from_row
from digests.types import PublishedLedger
from tests.bench import role_ends
from tests.bench.role_cluster import SECRET_KEY, Cluster
from tests.bot.storage.builders import an_edition
from tests.wire.slack.ledger import PERSON
from tests.wire.slack.server import SCOPES

T = TypeVar("T")

CLOCK = SystemClock()
_RENDER = {"discord": discord_render.render, "slack": slack_render.render}


def write(here: Cluster, function: Callable[..., T], *args: Any, **more: Any) -> T:
    """Store contents of a cluster, without jobs: the scheduler finds what is due."""

    async def store() -> T:
        database = Database.open(here.url)
        try:
            return await database.write(function, *args, **more)
        finally:
            await database.close()

    return asyncio.run(store())


# ── news ───────────────────────────────────────────────────────────────────────


def furnish_news(
    conn: Connection,
    port: int,
    workspaces: int,
    feeds: int,
    digests: int,
    first: int = 0,
    channel: int = 0,
    due_in: float | None = 0.0,
) -> dict[str, datetime]:
    """Store Discord workspaces whose digests are due and whose feeds were not read.

    Args:
        conn: Inside a transaction.
        port: Of the sites.
        workspaces: How many there are.
        feeds: How many each of them reads, shared out among its digests.
        digests: How many each of them has.
        first: Number of the first feed.
        channel: Number of the first channel; each digest has its own.
        due_in: Seconds until the digests are due, then at the next full minute;
            0 = at once, None = they are not.

    Returns:
        When the digest of each channel is due.
    """
    now, due = CLOCK.now(), dict[str, datetime]()
    for number in range(workspaces):
        name = str(7_000_000 + 1000 * channel + number)
        workspace = workspace_store.upsert_workspace(
            conn, platform="discord", external_id=name, name=name, now=now
        )
        scope = Scope(workspace.id)
        read = _add_sources(conn, port, first + number * feeds, feeds)
        for n in range(digests):
            posted = str(role_ends.FIRST_CHANNEL + channel + number * digests + n)
            place = destination_store.upsert_destination(
                conn, scope, name=posted, channel=posted
            )
            digest = digest_store.upsert_digest(
                conn,
                scope,
                name=f"Brief {n}",
                sources=read[n::digests],
                destinations=[place],
            )
            if due_in is not None:
                at = now + timedelta(seconds=due_in)
                if at > now:
                    at = _schedule(conn, scope, digest.id, at)
                else:
                    plan(conn, scope, digest.id, at)
                due[posted] = at
    return due


def _add_sources(
    conn: Connection, port: int, first: int, count: int
) -> tuple[Source, ...]:
    """Add public feeds in one statement, because a hostile workspace has thousands.

    By the commands they would be private here, as they are on loopback.
    """
    rows = [
        {
            "kind": "feed",
            "address": role_ends.get_address(port, number),
            "name": f"Courier {number}",
            # A new source is counted: nothing of it is stored.
            "stored_articles": 0,
        }
        for number in range(first, first + count)
    ]
    table = schema.sources
    conn.execute(table.insert(), rows)
    addresses = [row["address"] for row in rows]
    query = select(table).where(table.c.address.in_(addresses)).order_by(table.c.id)
    return tuple(from_row(Source, row) for row in conn.execute(query))


def plan_all(conn: Connection) -> None:
    """Make every digest due now."""
    keys = select(schema.digests.c.workspace_id, schema.digests.c.id)
    for workspace_id, digest_id in conn.execute(keys).all():
        plan(conn, Scope(workspace_id), digest_id, CLOCK.now())


def plan(conn: Connection, scope: Scope, digest_id: int, at: datetime) -> None:
    schedule_store.plan_occurrence(
        conn,
        scope,
        digest_id=digest_id,
        due=DueMoment(at=at, local_date=at.date(), slot=f"{at:%H:%M:%S.%f}"),
        zone="UTC",
        trigger="schedule",
    )


def _schedule(conn: Connection, scope: Scope, digest_id: int, at: datetime) -> datetime:
    """Let a digest be due daily, first at the next full minute; return when."""
    at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    sentence = f"daily at {at:%H:%M} UTC"
    rule = parse_schedule(sentence)
    due = DueMoment(at=at, local_date=at.date(), slot=f"{at:%H:%M}")
    new = NewSchedule(
        sentence=sentence, rule=schedule_to_json(rule), zone=rule.zone, next=due
    )
    schedule_store.replace_schedules(conn, scope, digest_id=digest_id, rows=[new])
    return at


# ── deliveries ─────────────────────────────────────────────────────────────────


def furnish_posts(
    conn: Connection,
    platform: PlatformName,
    teams: Sequence[tuple[str, Sequence[str]]],
    each: int,
) -> None:
    """Store editions that wait to be sent: `each` for every channel of the teams."""
    for name, channels in teams:
        scope, digest_id = _make_digest(conn, platform, name)
        for place in channels:
            destination_store.upsert_destination(conn, scope, name=place, channel=place)
        places = destination_store.list_destinations(conn, scope)
        for number in range(each):
            store_edition(conn, platform, scope, digest_id, places, number)


def _make_digest(
    conn: Connection, platform: PlatformName, name: str
) -> tuple[Scope, int]:
    workspace = workspace_store.upsert_workspace(
        conn, platform=platform, external_id=name, name=name, now=CLOCK.now()
    )
    scope = Scope(workspace.id)
    digest = digest_store.upsert_digest(
        conn, scope, name="Brief", sources=[], destinations=[]
    )
    return scope, digest.id


def store_edition(
    conn: Connection,
    platform: PlatformName,
    scope: Scope,
    digest_id: int,
    places: Sequence[Any],
    number: int,
) -> list[int]:
    """Store one edition with a delivery for each destination; return their keys."""
    now = CLOCK.now()
    edition = an_edition(made_at=now)
    occurrence = schedule_store.plan_occurrence(
        conn,
        scope,
        digest_id=digest_id,
        due=DueMoment(
            at=now, local_date=now.date(), slot=f"{number}-{now:%H:%M:%S.%f}"
        ),
        zone="UTC",
        trigger="schedule",
    )
    assert occurrence is not None, "it has a slot of its own"
    schedule_store.finish_occurrence(
        conn, **occurrence.key, state="composed", reason=None
    )
    stored = edition_store.add_edition(
        conn,
        scope,
        digest_id=digest_id,
        occurrence_id=occurrence.id,
        edition=edition,
        manifest="m",
        published=PublishedLedger(),
    )
    context = RenderContext(
        edition_id=stored.public_id, digest="d", zone="UTC", locale="en", next_due=None
    )
    parts = _RENDER[platform](edition, context)
    added = [
        delivery_store.add_deliveries(
            conn, scope, stored_edition=stored, destination=place, parts=parts, now=now
        )
        for place in places
    ]
    return [delivery.id for some in added for delivery in some]


async def install_teams(here: Cluster, count: int) -> None:
    database = Database.open(here.url)
    store = DatabaseInstallationStore(
        database, TokenCipher(SECRET_KEY.encode()), CLOCK, "slack"
    )
    try:
        for number in range(count):
            await store.keep(
                AppInstallation(
                    team=role_ends.name_team(number),
                    name=f"Team {number}",
                    installer=PERSON,
                    scopes=tuple(sorted(SCOPES)),
                    installed_at=CLOCK.now(),
                    tokens=InstallationTokens(token=role_ends.name_token(number)),
                )
            )
    finally:
        await database.close()


def list_teams(count: int, channels: int) -> list[tuple[str, list[str]]]:
    return [
        (
            role_ends.name_team(team),
            [role_ends.name_channel(team, n) for n in range(channels)],
        )
        for team in range(count)
    ]
