"""Many deliveries at once: who waits for whom, what stops them, how they end."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.delivery.outbox import Outbox
from bot.errors import SendNotReceived, SendRefused
from bot.model import Delivery, MessagePart, PlatformName
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    DatabaseUnavailable,
    delivery_store,
    destination_store,
    workspace_store,
)
from digests.types import Edition
from tests.bot.storage.builders import (
    NOW,
    Tenant,
    a_stored_edition,
    a_tenant,
    an_edition,
    parts,
)
from tests.fakes import FakeClock, FakePlatform, Lost

WAIT = timedelta(seconds=60)


@dataclass(kw_only=True)
class OutboxHarness:
    """An outbox over two platforms, with as many destinations as a test wants."""

    db: Database
    file: Path
    clock: FakeClock
    discord: FakePlatform
    slack: FakePlatform
    outbox: Outbox

    def restart(self) -> None:
        """Open another process over the same database."""
        self.outbox = Outbox(
            db=self.db,
            clock=self.clock,
            platforms=self.outbox.platforms,
            send_timeout=self.outbox.send_timeout,
            uncertain_wait=WAIT,
            steady=lambda: self.clock.now().timestamp(),
        )

    async def due(
        self, name: str, platform: PlatformName = "discord", *, places: int = 1,
        count: int = 1,
    ) -> Tenant:  # fmt: skip
        """An edition of so many parts, due in so many channels of a new workspace."""
        return await self.db.write(store_due_edition, name, platform, places, count)

    async def states(self) -> list[str]:
        def states(conn: Connection) -> list[str]:
            return list(
                conn.execute(text("SELECT state FROM deliveries ORDER BY id")).scalars()
            )

        return await self.db.read(states)

    def cleared(self, platform: FakePlatform) -> set[str]:
        return {message.channel for message in platform.messages}


def store_due_edition(
    conn: Connection, name: str, platform: PlatformName, places: int, count: int
) -> Tenant:
    tenant = a_tenant(conn, name=name, platform=platform)
    stored_edition = a_stored_edition(conn, tenant)
    for number in range(places):
        place = destination_store.upsert_destination(
            conn,
            Scope(tenant.workspace.id),
            name=f"place {number}",
            channel=f"{name}-{number}",
        )
        delivery_store.add_deliveries(
            conn,
            Scope(tenant.workspace.id),
            stored_edition=stored_edition,
            destination=place,
            parts=parts(count),
            now=NOW,
        )
    return tenant


@pytest.fixture
async def outbox_harness(
    sqlite_url: str, tmp_path: Path
) -> AsyncIterator[OutboxHarness]:
    db, clock = Database.open(sqlite_url), FakeClock(NOW)
    discord, slack = FakePlatform("discord"), FakePlatform("slack")
    yield OutboxHarness(
        db=db,
        file=Path(sqlite_url.removeprefix("sqlite:///")),
        clock=clock,
        discord=discord,
        slack=slack,
        outbox=Outbox(
            db=db,
            clock=clock,
            platforms={"discord": discord, "slack": slack},
            send_timeout=timedelta(seconds=5),
            uncertain_wait=WAIT,
            steady=lambda: clock.now().timestamp(),
        ),
    )
    await db.close()


Send = Callable[[Delivery], Awaitable[str]]


def hang(platform: FakePlatform, *channels: str) -> asyncio.Event:
    """Make sends into these channels wait for the event; the others go on."""
    go_on, send = asyncio.Event(), platform.send

    async def slow(delivery: Delivery) -> str:
        if delivery.channel in channels:
            await go_on.wait()
        return await send(delivery)

    platform.send = slow  # type: ignore[method-assign]
    return go_on


async def until(what: Callable[[], bool], seconds: float = 5) -> None:
    for _ in range(int(seconds * 200)):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen in time")


async def stopped(task: "asyncio.Task[object]") -> None:
    with suppress(asyncio.CancelledError):
        await task


# ── who waits for whom ─────────────────────────────────────────────────────────


async def test_a_place_that_hangs_holds_up_no_other_and_no_later_part(outbox_harness):
    await outbox_harness.due("one", places=3, count=3)
    go_on = hang(outbox_harness.discord, "one-1")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.discord.messages) == 6)
    assert outbox_harness.cleared(outbox_harness.discord) == {"one-0", "one-2"}
    go_on.set()
    await draining
    assert len(outbox_harness.discord.messages) == 9


async def test_a_platform_whose_every_send_hangs_leaves_the_other_on_time(
    outbox_harness,
):
    await outbox_harness.due("one", places=40)
    await outbox_harness.due("two", "slack", places=3)
    go_on = hang(outbox_harness.discord, *(f"one-{number}" for number in range(40)))
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.slack.messages) == 3)
    assert outbox_harness.discord.messages == []
    go_on.set()
    await draining


async def test_new_deliveries_do_not_wait_for_hanging_ones(outbox_harness):
    await outbox_harness.due("one")
    go_on = hang(outbox_harness.discord, "one-0")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: outbox_harness.outbox._in_flight != {})
    await outbox_harness.due("two")
    await until(lambda: outbox_harness.cleared(outbox_harness.discord) == {"two-0"})
    go_on.set()
    await draining


async def test_a_workspace_with_hundreds_due_does_not_delay_one_with_one(
    outbox_harness,
):
    await outbox_harness.due("big", places=300)
    await outbox_harness.due("small")
    await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.messages) == 301
    order = [message.channel for message in outbox_harness.discord.messages]
    assert order.index("small-0") < 20


async def test_the_parts_of_a_place_stay_in_their_order(outbox_harness):
    await outbox_harness.due("one", places=30, count=3)
    await outbox_harness.outbox.drain()
    for number in range(30):
        said = [
            m.payload["text"]
            for m in outbox_harness.discord.messages
            if m.channel == f"one-{number}"
        ]
        assert said == [f"Lock opens {part}" for part in (1, 2, 3)]


async def test_few_are_under_way_at_once(outbox_harness):
    await outbox_harness.due("one", places=60)
    await outbox_harness.due("two", places=60)
    most, under_way, send = 0, 0, outbox_harness.discord.send

    async def counted(delivery: Delivery) -> str:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return str(await send(delivery))

    outbox_harness.discord.send = counted
    await outbox_harness.outbox.drain()
    assert 2 <= most <= 16


async def test_a_platform_that_is_off_keeps_its_deliveries_and_blocks_no_other(
    outbox_harness,
):
    await outbox_harness.due("one", "local")
    assert await outbox_harness.outbox.drain() is None
    assert await outbox_harness.states() == ["ready"]


# ── what stops them ────────────────────────────────────────────────────────────


async def test_a_refused_workspace_costs_no_call_after_the_verdict(outbox_harness):
    await outbox_harness.due("one", places=100)
    await outbox_harness.due("two")
    refused = SendRefused("The token was revoked.", whole_workspace=True)
    send = outbox_harness.discord.send

    async def revoked(delivery: Delivery) -> str:
        if delivery.channel.startswith("one"):
            calls.append(delivery)
            raise refused
        return str(await send(delivery))

    calls: list[Delivery] = []
    outbox_harness.discord.send = revoked
    await outbox_harness.outbox.drain()
    await outbox_harness.outbox.drain()
    assert len(calls) <= 2
    assert outbox_harness.cleared(outbox_harness.discord) == {"two-0"}
    assert set(await outbox_harness.states()) == {"retry", "ready", "sent"}


async def test_a_stopped_workspace_is_tried_by_one_message_every_six_hours(
    outbox_harness,
):
    tenant = await outbox_harness.due("one", places=5)
    calls: list[Delivery] = []

    async def revoked(delivery: Delivery) -> str:
        calls.append(delivery)
        # As long as an answer takes: time enough for the others to begin.
        await asyncio.sleep(0.01)
        raise SendRefused("Revoked.", whole_workspace=True)

    outbox_harness.discord.send = revoked
    await outbox_harness.outbox.drain()
    begun = len(calls)
    for _ in range(24):
        outbox_harness.clock.advance(hours=1)
        await outbox_harness.outbox.drain()
    assert len(calls) - begun == 4
    found = await outbox_harness.db.read(
        workspace_store.find_workspace,
        Scope(tenant.workspace.id),
    )
    assert found is not None
    assert str(found.stopped) == "Revoked."


async def test_a_stopped_workspace_resumes_when_it_works_again(
    outbox_harness,
):
    tenant = await outbox_harness.due("one", places=5)
    outbox_harness.discord.script(SendRefused("Revoked.", whole_workspace=True))
    await outbox_harness.outbox.drain()
    outbox_harness.clock.advance(hours=6)
    await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.messages) == 5
    found = await outbox_harness.db.read(
        workspace_store.find_workspace,
        Scope(tenant.workspace.id),
    )
    assert found is not None
    assert found.stopped is None


async def test_a_start_tries_a_stopped_workspace_at_once(outbox_harness):
    """The token may be a new one."""
    await outbox_harness.due("one", places=5)
    outbox_harness.discord.script(SendRefused("Revoked.", whole_workspace=True))
    await outbox_harness.outbox.drain()
    outbox_harness.restart()
    await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.messages) == 5


async def test_a_message_that_may_have_arrived_is_adopted_after_the_rejection(
    outbox_harness,
):
    await outbox_harness.due("one", places=2)
    outbox_harness.discord.script(Lost())
    read_back = outbox_harness.discord.read_back

    async def revoked(delivery: Delivery) -> str | None:
        looked.append(delivery)
        raise SendRefused("Revoked.", whole_workspace=True)

    looked: list[Delivery] = []
    outbox_harness.discord.read_back = revoked
    await outbox_harness.outbox.drain()
    for _ in range(5):
        outbox_harness.clock.advance(hours=1)
        await outbox_harness.outbox.drain()
    assert len(looked) == 1
    outbox_harness.discord.read_back = read_back
    outbox_harness.restart()
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent", "sent"]
    assert len(outbox_harness.discord.messages) == 2


async def test_a_lost_permission_is_tried_four_times_a_day_and_comes_back(
    outbox_harness,
):
    await outbox_harness.due("one", count=3)
    outbox_harness.discord.script(*[SendRefused("Not allowed.", may_return=True)] * 5)
    await outbox_harness.outbox.drain()
    for _ in range(24):
        outbox_harness.clock.advance(hours=1)
        await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.tried) == 5
    outbox_harness.clock.advance(hours=6)
    await outbox_harness.outbox.drain()
    assert [m.payload["text"][-1] for m in outbox_harness.discord.messages] == [
        "1",
        "2",
        "3",
    ]


async def test_the_outbox_reports_the_next_retry(outbox_harness):
    await outbox_harness.due("one")
    outbox_harness.discord.script(SendRefused("Not allowed.", may_return=True))
    assert (
        await outbox_harness.outbox.drain()
        == outbox_harness.clock.now() + timedelta(hours=6)
    )


async def test_a_removed_channel_is_not_tried_and_its_edition_waits_a_week(
    outbox_harness,
):
    await outbox_harness.due("one", count=2)
    outbox_harness.discord.script(SendRefused("The channel does not exist any more."))
    await outbox_harness.outbox.drain()
    outbox_harness.clock.advance(days=6, hours=23)
    await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.tried) == 1
    assert await outbox_harness.states() == ["retry", "ready"]
    outbox_harness.clock.advance(hours=2)
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["failed", "failed"]


async def test_deliveries_to_a_removed_channel_go_to_the_new_one(outbox_harness):
    tenant = await outbox_harness.due("one", count=2)
    outbox_harness.discord.script(SendRefused("The channel does not exist any more."))
    await outbox_harness.outbox.drain()
    await outbox_harness.db.write(
        destination_store.upsert_destination,
        Scope(tenant.workspace.id),
        name="place 0",
        channel="elsewhere",
    )
    await outbox_harness.outbox.drain()
    assert [message.channel for message in outbox_harness.discord.messages] == [
        "elsewhere"
    ] * 2


async def test_an_outage_of_hours_loses_nothing(outbox_harness):
    await outbox_harness.due("one", count=2)
    outbox_harness.discord.script(*[SendNotReceived("No route.")] * 60)
    for _ in range(70):
        await outbox_harness.outbox.drain()
        outbox_harness.clock.advance(minutes=5)
    assert await outbox_harness.states() == ["sent", "sent"]


# ── rejected payloads ──────────────────────────────────────────────────────────


def words(platform: FakePlatform) -> list[tuple[dict[str, object], str]]:
    return [(dict(one.payload), one.fallback_text) for one in platform.tried]


async def refusable(outbox_harness: OutboxHarness) -> None:
    """Two parts, of which the first has a payload of its own."""

    def add(conn: Connection) -> None:
        tenant = a_tenant(conn, name="one", platform="discord")
        stored_edition = a_stored_edition(conn, tenant, edition=with_link(an_edition()))
        made = [MessagePart(key="1", payload={"rich": 1}, fallback_text="Lock opens")]
        delivery_store.add_deliveries(
            conn,
            Scope(tenant.workspace.id),
            stored_edition=stored_edition,
            destination=tenant.destination,
            parts=[*made, *parts(2)[1:]],
            now=NOW,
        )

    await outbox_harness.db.write(add)


LINK = "https://news.example/lock"


def with_link(edition: Edition) -> Edition:
    (story,) = edition.stories
    ref = replace(story.articles[0], url=LINK)
    return replace(edition, stories=(replace(story, articles=(ref,)),))


async def test_a_rejected_message_is_sent_plainly_then_as_links_then_fails(
    outbox_harness,
):
    await refusable(outbox_harness)
    outbox_harness.discord.script(
        *[SendRefused("Invalid form.", message_only=True)] * 3
    )
    await outbox_harness.outbox.drain()
    assert words(outbox_harness.discord)[:3] == [
        ({"rich": 1}, "Lock opens"),
        ({}, "Lock opens"),
        ({"links": [LINK]}, LINK),
    ]
    assert await outbox_harness.states() == ["failed", "sent"]


async def test_a_message_accepted_in_plain_form_is_sent_once(outbox_harness):
    await refusable(outbox_harness)
    outbox_harness.discord.script(SendRefused("Invalid form.", message_only=True))
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent", "sent"]
    assert len({one.key for one in outbox_harness.discord.tried}) == 2


async def test_the_simplified_form_survives_a_restart(outbox_harness):
    await refusable(outbox_harness)
    outbox_harness.discord.script(
        SendRefused("Invalid form.", message_only=True), SendNotReceived("No route.")
    )
    await outbox_harness.outbox.drain()
    outbox_harness.clock.advance(minutes=5)
    await outbox_harness.outbox.drain()
    assert [payload for payload, _ in words(outbox_harness.discord)][:3] == [
        {"rich": 1},
        {},
        {},
    ]


# ── how they end ───────────────────────────────────────────────────────────────


async def test_a_stop_waits_for_deliveries_in_flight_and_records_them(outbox_harness):
    await outbox_harness.due("one", places=3)
    go_on = hang(outbox_harness.discord, "one-0", "one-1", "one-2")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.outbox._in_flight) == 3)
    draining.cancel()
    await asyncio.sleep(0.01)
    go_on.set()
    await stopped(draining)
    assert await outbox_harness.states() == ["sent"] * 3


async def test_stopped_it_begins_nothing_more(outbox_harness):
    await outbox_harness.due("one", places=1, count=3)
    go_on = hang(outbox_harness.discord, "one-0")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.outbox._in_flight) == 1)
    draining.cancel()
    await asyncio.sleep(0.01)
    go_on.set()
    await stopped(draining)
    assert await outbox_harness.states() == ["sent", "ready", "ready"]


async def test_stopped_while_claiming_it_releases_unstarted_deliveries(outbox_harness):
    await outbox_harness.due("one", places=3)
    write, claiming = outbox_harness.db.write, asyncio.Event()

    async def slow(what, /, *args, **kwargs):
        done = await write(what, *args, **kwargs)
        if kwargs.get("among"):
            claiming.set()
            await asyncio.sleep(0.05)
        return done

    outbox_harness.db.write = slow
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await claiming.wait()
    draining.cancel()
    await stopped(draining)
    assert outbox_harness.discord.tried == []
    assert await outbox_harness.states() == ["retry"] * 3


async def test_a_timed_out_send_is_uncertain_and_read_back(outbox_harness, monkeypatch):
    monkeypatch.setattr("bot.delivery.outbox.SHUTDOWN_SECONDS", 0.05)
    await outbox_harness.due("one")
    hang(outbox_harness.discord, "one-0")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.outbox._in_flight) == 1)
    draining.cancel()
    await stopped(draining)
    assert await outbox_harness.states() == ["uncertain"]


async def test_a_clock_that_leaps_does_not_doubt_what_is_on_its_way(outbox_harness):
    await outbox_harness.due("one")
    go_on = hang(outbox_harness.discord, "one-0")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.outbox._in_flight) == 1)
    outbox_harness.clock.advance(hours=2)
    await outbox_harness.outbox._offer_due()
    assert await outbox_harness.states() == ["sending"]
    go_on.set()
    await draining
    assert await outbox_harness.states() == ["sent"]


async def test_a_clock_leap_does_not_shorten_the_wait_before_reading_back(
    outbox_harness,
):
    """A request in flight could land after the read-back, and would be sent twice."""
    steady = 0.0
    outbox_harness.outbox.steady = lambda: steady
    await outbox_harness.due("one")
    outbox_harness.discord.script(Lost())
    await outbox_harness.outbox.drain()
    outbox_harness.clock.advance(hours=1)
    following = await outbox_harness.outbox.drain()
    assert outbox_harness.discord.looked == []
    assert following is not None
    assert following > outbox_harness.clock.now()
    steady = WAIT.total_seconds()
    await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.looked) == 1
    assert await outbox_harness.states() == ["sent"]


# ── a database that cannot be written ──────────────────────────────────────────


def refuse_writes(outbox_harness: OutboxHarness, verb: str) -> Callable[[], None]:
    """Make such writes fail as on a full disk, until the result is called."""
    write = outbox_harness.db.write

    async def failing(what, /, *args, **kwargs):
        if what.__name__ == verb and (kwargs.get("among") or kwargs.get("ended")):
            raise DatabaseUnavailable("The disk is full.")
        return await write(what, *args, **kwargs)

    outbox_harness.db.write = failing  # type: ignore[method-assign]

    def mend() -> None:
        outbox_harness.db.write = write  # type: ignore[method-assign]

    return mend


async def test_nothing_is_sent_whose_claim_cannot_be_recorded(outbox_harness):
    await outbox_harness.due("one", places=3)
    mend = refuse_writes(outbox_harness, "record_and_claim")
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            await outbox_harness.outbox.drain()
    assert outbox_harness.discord.tried == []
    mend()
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent"] * 3


async def test_an_answer_that_cannot_be_recorded_is_recorded_later(outbox_harness):
    await outbox_harness.due("one", count=2)
    send, mend = outbox_harness.discord.send, lambda: None

    async def breaking(delivery: Delivery) -> str:
        nonlocal mend
        if not outbox_harness.discord.messages:
            mend = refuse_writes(outbox_harness, "record_and_claim")
        return str(await send(delivery))

    outbox_harness.discord.send = breaking
    with pytest.raises(DatabaseUnavailable):
        await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sending", "ready"]
    mend()
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent", "sent"]
    assert len(outbox_harness.discord.messages) == 2


async def test_an_answer_that_was_never_recorded_is_adopted_by_the_next_start(
    outbox_harness,
):
    await outbox_harness.due("one")
    mend = lambda: None  # noqa: E731
    send = outbox_harness.discord.send

    async def breaking(delivery: Delivery) -> str:
        nonlocal mend
        mend = refuse_writes(outbox_harness, "record_and_claim")
        return str(await send(delivery))

    outbox_harness.discord.send = breaking
    with pytest.raises(DatabaseUnavailable):
        await outbox_harness.outbox.drain()
    mend()
    outbox_harness.discord.send = send
    outbox_harness.restart()  # the process was killed
    outbox_harness.clock.advance(2 * WAIT)
    await outbox_harness.outbox.drain()
    outbox_harness.clock.advance(WAIT)
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent"]
    assert len(outbox_harness.discord.messages) == 1


async def test_stopped_while_nothing_can_be_recorded_it_stops_all_the_same(
    outbox_harness,
):
    await outbox_harness.due("one")
    go_on = hang(outbox_harness.discord, "one-0")
    draining = asyncio.create_task(outbox_harness.outbox.drain())
    await until(lambda: len(outbox_harness.outbox._in_flight) == 1)
    refuse_writes(outbox_harness, "record_and_claim")
    draining.cancel()
    go_on.set()
    await asyncio.wait((draining,))
    assert draining.cancelled()


async def test_a_full_disk_posts_nothing_that_is_not_on_record(outbox_harness):
    """A really full database, as far as SQLite can tell: not one page more."""
    await outbox_harness.due("one", places=40)
    send = outbox_harness.discord.send

    async def wordy(delivery: Delivery) -> str:
        # So that recording it needs room.
        return str(await send(delivery)) + 4000 * "x"

    outbox_harness.discord.send = wordy
    await outbox_harness.db.write(_pragma, "max_page_count = 1")
    with pytest.raises(DatabaseUnavailable, match="disk is full"):
        await outbox_harness.outbox.drain()
    there = len(outbox_harness.discord.messages)
    states = await outbox_harness.states()
    assert 0 < there <= states.count("sent") + states.count("sending") < 40
    with pytest.raises(DatabaseUnavailable, match="disk is full"):
        await outbox_harness.outbox.drain()
    assert len(outbox_harness.discord.messages) <= there + 16
    await outbox_harness.db.write(_pragma, "max_page_count = 1000000")
    await outbox_harness.outbox.drain()
    assert await outbox_harness.states() == ["sent"] * 40
    assert len(outbox_harness.discord.messages) == 40


def _pragma(conn: Connection, words: str) -> None:
    conn.exec_driver_sql(f"PRAGMA {words}")


async def test_a_database_that_another_program_holds_is_waited_for(outbox_harness):
    """The event loop stays responsive; nothing is lost or duplicated."""
    await outbox_harness.due("one", places=3)
    rounds = 0

    async def watch() -> None:
        nonlocal rounds
        while True:
            await asyncio.sleep(0.01)
            rounds += 1

    watching = asyncio.create_task(watch())
    with closing(sqlite3.connect(outbox_harness.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        draining = asyncio.create_task(outbox_harness.outbox.drain())
        await asyncio.sleep(3)
        assert outbox_harness.discord.tried == []
        assert rounds > 50
        other.execute("ROLLBACK")
    await draining
    watching.cancel()
    assert await outbox_harness.states() == ["sent"] * 3


async def test_what_a_process_claimed_before_it_stood_still_is_not_sent_afterwards(
    outbox_harness,
):
    await outbox_harness.due("one")
    stood_still: list[str] = []

    def stand_still(point: str) -> None:
        if point == "claimed" and not stood_still:
            stood_still.append(point)
            outbox_harness.clock.advance(seconds=6)

    outbox_harness.outbox.at = stand_still
    sent_at: list[int] = []
    send: Send = outbox_harness.discord.send

    async def record(delivery: Delivery) -> str:
        sent_at.append(delivery.attempt)
        return await send(delivery)

    outbox_harness.discord.send = record
    await outbox_harness.outbox.drain()
    assert sent_at == [2]
