"""Many deliveries at once: who waits for whom, what stops them, and how they end."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import Refused, Unreached
from bot.outbox import Outbox
from bot.storage import (
    Connection,
    Database,
    Unavailable,
    deliveries,
    destinations,
    workspaces,
)
from bot.types import Delivery, Part, PlatformName
from digests.types import Edition
from tests.bot.storage.builders import NOW, House, a_house, an_edition, an_issue, parts
from tests.fakes import FakeClock, FakePlatform, Lost

WAIT = timedelta(seconds=60)


@dataclass(kw_only=True)
class Yard:
    """An outbox over two platforms, with as many places as a test wants."""

    db: Database
    file: Path
    clock: FakeClock
    discord: FakePlatform
    slack: FakePlatform
    outbox: Outbox

    def restart(self) -> None:
        """Another process over the same database."""
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
    ) -> House:  # fmt: skip
        """An edition of so many parts, due in so many places of a new workspace."""
        return await self.db.write(_due, name, platform, places, count)

    async def states(self) -> list[str]:
        def states(conn: Connection) -> list[str]:
            return list(
                conn.execute(text("SELECT state FROM deliveries ORDER BY id")).scalars()
            )

        return await self.db.read(states)

    def cleared(self, platform: FakePlatform) -> set[str]:
        return {message.channel for message in platform.messages}


def _due(
    conn: Connection, name: str, platform: PlatformName, places: int, count: int
) -> House:
    house = a_house(conn, name=name, platform=platform)
    issue = an_issue(conn, house)
    for number in range(places):
        place = destinations.ensure(
            conn,
            workspace_id=house.workspace.id,
            name=f"place {number}",
            channel=f"{name}-{number}",
        )
        deliveries.add(
            conn,
            workspace_id=house.workspace.id,
            issue=issue,
            destination=place,
            parts=parts(count),
            now=NOW,
        )
    return house


@pytest.fixture
async def yard(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    db, clock = Database.open(sqlite_url), FakeClock(NOW)
    discord, slack = FakePlatform("discord"), FakePlatform("slack")
    yield Yard(
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
    """Sends into these channels wait for the event; the others go on."""
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


async def test_a_place_that_hangs_holds_up_no_other_and_no_later_part(yard):
    await yard.due("one", places=3, count=3)
    go_on = hang(yard.discord, "one-1")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.discord.messages) == 6)
    assert yard.cleared(yard.discord) == {"one-0", "one-2"}
    go_on.set()
    await draining
    assert len(yard.discord.messages) == 9


async def test_a_platform_whose_every_send_hangs_leaves_the_other_on_time(yard):
    await yard.due("one", places=40)
    await yard.due("two", "slack", places=3)
    go_on = hang(yard.discord, *(f"one-{number}" for number in range(40)))
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.slack.messages) == 3)
    assert yard.discord.messages == []
    go_on.set()
    await draining


async def test_what_becomes_due_meanwhile_does_not_wait_for_what_hangs(yard):
    await yard.due("one")
    go_on = hang(yard.discord, "one-0")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: yard.outbox._flying != {})
    await yard.due("two")
    await until(lambda: yard.cleared(yard.discord) == {"two-0"})
    go_on.set()
    await draining


async def test_a_workspace_with_hundreds_due_does_not_delay_one_with_one(yard):
    await yard.due("big", places=300)
    await yard.due("small")
    await yard.outbox.drain()
    assert len(yard.discord.messages) == 301
    order = [message.channel for message in yard.discord.messages]
    assert order.index("small-0") < 20


async def test_the_parts_of_a_place_stay_in_their_order(yard):
    await yard.due("one", places=30, count=3)
    await yard.outbox.drain()
    for number in range(30):
        said = [
            m.payload["text"]
            for m in yard.discord.messages
            if m.channel == f"one-{number}"
        ]
        assert said == [f"Lock opens {part}" for part in (1, 2, 3)]


async def test_few_are_under_way_at_once(yard):
    await yard.due("one", places=60)
    await yard.due("two", places=60)
    most, under_way, send = 0, 0, yard.discord.send

    async def counted(delivery: Delivery) -> str:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        return str(await send(delivery))

    yard.discord.send = counted
    await yard.outbox.drain()
    assert 2 <= most <= 16


async def test_a_platform_that_is_off_keeps_its_deliveries_and_nobody_waits(yard):
    await yard.due("one", "local")
    assert await yard.outbox.drain() is None
    assert await yard.states() == ["ready"]


# ── what stops them ────────────────────────────────────────────────────────────


async def test_a_refused_workspace_costs_no_call_after_the_verdict(yard):
    await yard.due("one", places=100)
    await yard.due("two")
    refused = Refused("The token was revoked.", whole_workspace=True)
    send = yard.discord.send

    async def revoked(delivery: Delivery) -> str:
        if delivery.channel.startswith("one"):
            calls.append(delivery)
            raise refused
        return str(await send(delivery))

    calls: list[Delivery] = []
    yard.discord.send = revoked
    await yard.outbox.drain()
    await yard.outbox.drain()
    assert len(calls) <= 2
    assert yard.cleared(yard.discord) == {"two-0"}
    assert set(await yard.states()) == {"retry", "ready", "sent"}


async def test_a_stopped_workspace_is_tried_by_one_message_every_six_hours(yard):
    house = await yard.due("one", places=5)
    calls: list[Delivery] = []

    async def revoked(delivery: Delivery) -> str:
        calls.append(delivery)
        # As long as an answer takes: time enough for the others to begin.
        await asyncio.sleep(0.01)
        raise Refused("Revoked.", whole_workspace=True)

    yard.discord.send = revoked
    await yard.outbox.drain()
    begun = len(calls)
    for _ in range(24):
        yard.clock.advance(hours=1)
        await yard.outbox.drain()
    assert len(calls) - begun == 4
    found = await yard.db.read(workspaces.by_id, workspace_id=house.workspace.id)
    assert found is not None
    assert found.stopped == "Revoked."


async def test_a_stopped_workspace_goes_on_by_itself_when_it_works_again(yard):
    house = await yard.due("one", places=5)
    yard.discord.script(Refused("Revoked.", whole_workspace=True))
    await yard.outbox.drain()
    yard.clock.advance(hours=6)
    await yard.outbox.drain()
    assert len(yard.discord.messages) == 5
    found = await yard.db.read(workspaces.by_id, workspace_id=house.workspace.id)
    assert found is not None
    assert found.stopped is None


async def test_a_start_tries_a_stopped_workspace_at_once(yard):
    """There may be a new token."""
    await yard.due("one", places=5)
    yard.discord.script(Refused("Revoked.", whole_workspace=True))
    await yard.outbox.drain()
    yard.restart()
    await yard.outbox.drain()
    assert len(yard.discord.messages) == 5


async def test_what_may_have_arrived_before_the_refusal_is_adopted_after_it(yard):
    await yard.due("one", places=2)
    yard.discord.script(Lost())
    read_back = yard.discord.read_back

    async def revoked(delivery: Delivery) -> str | None:
        looked.append(delivery)
        raise Refused("Revoked.", whole_workspace=True)

    looked: list[Delivery] = []
    yard.discord.read_back = revoked
    await yard.outbox.drain()
    for _ in range(5):
        yard.clock.advance(hours=1)
        await yard.outbox.drain()
    assert len(looked) == 1
    yard.discord.read_back = read_back
    yard.restart()
    await yard.outbox.drain()
    assert await yard.states() == ["sent", "sent"]
    assert len(yard.discord.messages) == 2


async def test_a_lost_permission_is_tried_four_times_a_day_and_comes_back(yard):
    await yard.due("one", count=3)
    yard.discord.script(*[Refused("Not allowed.", may_return=True)] * 5)
    await yard.outbox.drain()
    for _ in range(24):
        yard.clock.advance(hours=1)
        await yard.outbox.drain()
    assert len(yard.discord.tried) == 5
    yard.clock.advance(hours=6)
    await yard.outbox.drain()
    assert [m.payload["text"][-1] for m in yard.discord.messages] == ["1", "2", "3"]


async def test_the_outbox_says_when_it_will_try_again(yard):
    await yard.due("one")
    yard.discord.script(Refused("Not allowed.", may_return=True))
    assert await yard.outbox.drain() == yard.clock.now() + timedelta(hours=6)


async def test_a_place_that_is_gone_is_never_tried_and_its_edition_waits_a_week(yard):
    await yard.due("one", count=2)
    yard.discord.script(Refused("The channel does not exist any more."))
    await yard.outbox.drain()
    yard.clock.advance(days=6, hours=23)
    await yard.outbox.drain()
    assert len(yard.discord.tried) == 1
    assert await yard.states() == ["retry", "ready"]
    yard.clock.advance(hours=2)
    await yard.outbox.drain()
    assert await yard.states() == ["failed", "failed"]


async def test_what_waited_for_a_place_that_is_gone_goes_to_the_new_one(yard):
    house = await yard.due("one", count=2)
    yard.discord.script(Refused("The channel does not exist any more."))
    await yard.outbox.drain()
    await yard.db.write(
        destinations.ensure,
        workspace_id=house.workspace.id,
        name="place 0",
        channel="elsewhere",
    )
    await yard.outbox.drain()
    assert [message.channel for message in yard.discord.messages] == ["elsewhere"] * 2


async def test_an_outage_of_hours_loses_nothing(yard):
    await yard.due("one", count=2)
    yard.discord.script(*[Unreached("No route.")] * 60)
    for _ in range(70):
        await yard.outbox.drain()
        yard.clock.advance(minutes=5)
    assert await yard.states() == ["sent", "sent"]


# ── what is refused as it is ───────────────────────────────────────────────────


def words(platform: FakePlatform) -> list[tuple[dict[str, object], str]]:
    return [(dict(one.payload), one.fallback_text) for one in platform.tried]


async def refusable(yard: Yard) -> None:
    """Two parts, of which the first has a payload of its own."""

    def add(conn: Connection) -> None:
        house = a_house(conn, name="one", platform="discord")
        issue = an_issue(conn, house, edition=with_link(an_edition()))
        made = [Part(key="1", payload={"rich": 1}, fallback_text="Lock opens")]
        deliveries.add(
            conn,
            workspace_id=house.workspace.id,
            issue=issue,
            destination=house.destination,
            parts=[*made, *parts(2)[1:]],
            now=NOW,
        )

    await yard.db.write(add)


LINK = "https://news.example/lock"


def with_link(edition: Edition) -> Edition:
    (story,) = edition.stories
    ref = replace(story.articles[0], url=LINK)
    return replace(edition, stories=(replace(story, articles=(ref,)),))


async def test_a_refused_message_is_told_plainly_then_as_links_then_fails_alone(yard):
    await refusable(yard)
    yard.discord.script(*[Refused("Invalid form.", message_only=True)] * 3)
    await yard.outbox.drain()
    assert words(yard.discord)[:3] == [
        ({"rich": 1}, "Lock opens"),
        ({}, "Lock opens"),
        ({"links": [LINK]}, LINK),
    ]
    assert await yard.states() == ["failed", "sent"]


async def test_a_message_that_is_taken_plainly_is_told_once(yard):
    await refusable(yard)
    yard.discord.script(Refused("Invalid form.", message_only=True))
    await yard.outbox.drain()
    assert await yard.states() == ["sent", "sent"]
    assert len({one.key for one in yard.discord.tried}) == 2


async def test_how_plainly_it_is_told_survives_a_restart(yard):
    await refusable(yard)
    yard.discord.script(
        Refused("Invalid form.", message_only=True), Unreached("No route.")
    )
    await yard.outbox.drain()
    yard.clock.advance(minutes=5)
    await yard.outbox.drain()
    assert [payload for payload, _ in words(yard.discord)][:3] == [{"rich": 1}, {}, {}]


# ── how they end ───────────────────────────────────────────────────────────────


async def test_stopped_it_lets_what_is_on_its_way_arrive_and_records_it(yard):
    await yard.due("one", places=3)
    go_on = hang(yard.discord, "one-0", "one-1", "one-2")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.outbox._flying) == 3)
    draining.cancel()
    await asyncio.sleep(0.01)
    go_on.set()
    await stopped(draining)
    assert await yard.states() == ["sent"] * 3


async def test_stopped_it_begins_nothing_more(yard):
    await yard.due("one", places=1, count=3)
    go_on = hang(yard.discord, "one-0")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.outbox._flying) == 1)
    draining.cancel()
    await asyncio.sleep(0.01)
    go_on.set()
    await stopped(draining)
    assert await yard.states() == ["sent", "ready", "ready"]


async def test_stopped_while_it_claims_it_gives_back_what_was_not_begun(yard):
    await yard.due("one", places=3)
    write, claiming = yard.db.write, asyncio.Event()

    async def slow(what, /, *args, **kwargs):
        done = await write(what, *args, **kwargs)
        if kwargs.get("among"):
            claiming.set()
            await asyncio.sleep(0.05)
        return done

    yard.db.write = slow
    draining = asyncio.create_task(yard.outbox.drain())
    await claiming.wait()
    draining.cancel()
    await stopped(draining)
    assert yard.discord.tried == []
    assert await yard.states() == ["retry"] * 3


async def test_what_does_not_arrive_in_time_is_uncertain_and_looked_for(
    yard, monkeypatch
):
    monkeypatch.setattr("bot.outbox.carrying.LANDING", 0.05)
    await yard.due("one")
    hang(yard.discord, "one-0")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.outbox._flying) == 1)
    draining.cancel()
    await stopped(draining)
    assert await yard.states() == ["uncertain"]


async def test_a_clock_that_leaps_does_not_doubt_what_is_on_its_way(yard):
    await yard.due("one")
    go_on = hang(yard.discord, "one-0")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.outbox._flying) == 1)
    yard.clock.advance(hours=2)
    await yard.outbox._look()
    assert await yard.states() == ["sending"]
    go_on.set()
    await draining
    assert await yard.states() == ["sent"]


async def test_a_clock_that_leaps_does_not_shorten_the_wait_before_the_look(yard):
    """A request in flight could land behind the look, and would be sent twice."""
    steady = 0.0
    yard.outbox.steady = lambda: steady
    await yard.due("one")
    yard.discord.script(Lost())
    await yard.outbox.drain()
    yard.clock.advance(hours=1)
    following = await yard.outbox.drain()
    assert yard.discord.looked == []
    assert following is not None
    assert following > yard.clock.now()
    steady = WAIT.total_seconds()
    await yard.outbox.drain()
    assert len(yard.discord.looked) == 1
    assert await yard.states() == ["sent"]


# ── a database that cannot be written ──────────────────────────────────────────


def refuse_writes(yard: Yard, verb: str) -> Callable[[], None]:
    """Writes of this kind fail as on a full disk, until the answer is called."""
    write = yard.db.write

    async def failing(what, /, *args, **kwargs):
        if what.__name__ == verb and (kwargs.get("among") or kwargs.get("ended")):
            raise Unavailable("The disk is full.")
        return await write(what, *args, **kwargs)

    yard.db.write = failing  # type: ignore[method-assign]

    def mend() -> None:
        yard.db.write = write  # type: ignore[method-assign]

    return mend


async def test_nothing_is_sent_whose_claim_cannot_be_recorded(yard):
    await yard.due("one", places=3)
    mend = refuse_writes(yard, "step")
    for _ in range(3):
        with pytest.raises(Unavailable):
            await yard.outbox.drain()
    assert yard.discord.tried == []
    mend()
    await yard.outbox.drain()
    assert await yard.states() == ["sent"] * 3


async def test_an_answer_that_cannot_be_recorded_is_recorded_later(yard):
    await yard.due("one", count=2)
    send, mend = yard.discord.send, lambda: None

    async def breaking(delivery: Delivery) -> str:
        nonlocal mend
        if not yard.discord.messages:
            mend = refuse_writes(yard, "step")
        return str(await send(delivery))

    yard.discord.send = breaking
    with pytest.raises(Unavailable):
        await yard.outbox.drain()
    assert await yard.states() == ["sending", "ready"]
    mend()
    await yard.outbox.drain()
    assert await yard.states() == ["sent", "sent"]
    assert len(yard.discord.messages) == 2


async def test_an_answer_that_was_never_recorded_is_adopted_by_the_next_start(yard):
    await yard.due("one")
    mend = lambda: None  # noqa: E731
    send = yard.discord.send

    async def breaking(delivery: Delivery) -> str:
        nonlocal mend
        mend = refuse_writes(yard, "step")
        return str(await send(delivery))

    yard.discord.send = breaking
    with pytest.raises(Unavailable):
        await yard.outbox.drain()
    mend()
    yard.discord.send = send
    yard.restart()  # the process had died
    yard.clock.advance(2 * WAIT)
    await yard.outbox.drain()
    yard.clock.advance(WAIT)
    await yard.outbox.drain()
    assert await yard.states() == ["sent"]
    assert len(yard.discord.messages) == 1


async def test_stopped_while_nothing_can_be_recorded_it_stops_all_the_same(yard):
    await yard.due("one")
    go_on = hang(yard.discord, "one-0")
    draining = asyncio.create_task(yard.outbox.drain())
    await until(lambda: len(yard.outbox._flying) == 1)
    refuse_writes(yard, "step")
    draining.cancel()
    go_on.set()
    await asyncio.wait((draining,))
    assert draining.cancelled()


async def test_a_full_disk_posts_nothing_that_is_not_on_record(yard):
    """A real one, as far as SQLite can tell: no page more."""
    await yard.due("one", places=40)
    send = yard.discord.send

    async def wordy(delivery: Delivery) -> str:
        # So that recording it takes room.
        return str(await send(delivery)) + 4000 * "x"

    yard.discord.send = wordy
    await yard.db.write(_pragma, "max_page_count = 1")
    with pytest.raises(Unavailable, match="disk is full"):
        await yard.outbox.drain()
    there = len(yard.discord.messages)
    states = await yard.states()
    assert 0 < there <= states.count("sent") + states.count("sending") < 40
    with pytest.raises(Unavailable, match="disk is full"):
        await yard.outbox.drain()
    assert len(yard.discord.messages) <= there + 16
    await yard.db.write(_pragma, "max_page_count = 1000000")
    await yard.outbox.drain()
    assert await yard.states() == ["sent"] * 40
    assert len(yard.discord.messages) == 40


def _pragma(conn: Connection, words: str) -> None:
    conn.exec_driver_sql(f"PRAGMA {words}")


async def test_a_database_that_another_program_holds_is_waited_for(yard):
    """The event loop stays live meanwhile; nothing is lost or doubled."""
    await yard.due("one", places=3)
    rounds = 0

    async def watch() -> None:
        nonlocal rounds
        while True:
            await asyncio.sleep(0.01)
            rounds += 1

    watching = asyncio.create_task(watch())
    with closing(sqlite3.connect(yard.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        draining = asyncio.create_task(yard.outbox.drain())
        await asyncio.sleep(3)
        assert yard.discord.tried == []
        assert rounds > 50
        other.execute("ROLLBACK")
    await draining
    watching.cancel()
    assert await yard.states() == ["sent"] * 3
