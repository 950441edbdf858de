"""Several processes share the outbox: one at a time sends with a token."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.delivery.outbox import Outbox
from bot.delivery.shares import MANY_WAITING, NOTICES_SECONDS, ShareSender, ShareTiming
from bot.model.jobs import DeliveryShare, DeliveryShares
from bot.storage import Connection, Database, delivery_queue, job_store
from tests.bot.delivery.test_outbox_flow import store_due_edition, until
from tests.bot.storage.builders import NOW
from tests.fakes import FakeClock, FakePlatform

pytestmark = pytest.mark.postgres

DISCORD = DeliveryShare(platform="discord")
QUICK = ShareTiming(shared_limits=0, own_limits=0, quiet=1.5, own_quiet=1.5)


@pytest.fixture
def database(shared_database: Database) -> Database:
    return shared_database


@pytest.fixture
def discord() -> FakePlatform:
    return FakePlatform("discord")


@pytest.fixture
def slack() -> FakePlatform:
    return FakePlatform("slack")


@asynccontextmanager
async def a_process(
    db: Database, *platforms: FakePlatform, name: str = "one", timing=QUICK
) -> AsyncIterator[ShareSender]:
    outbox = Outbox(
        db=db,
        clock=FakeClock(NOW),
        platforms={one.name: one for one in platforms},
        send_timeout=timedelta(seconds=5),
        uncertain_wait=timedelta(seconds=60),
    )
    sender = ShareSender(db=db, outbox=outbox, holder=name, timing=timing)
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(0)
    yield sender
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def a_share(workspace_id: int) -> DeliveryShare:
    return DeliveryShare(platform="slack", workspace_id=workspace_id)


async def test_a_process_sends_nothing_before_it_holds_a_share(database, discord):
    await database.write(store_due_edition, "one", "discord", 1, 1)
    async with a_process(database, discord):
        await asyncio.sleep(0.5)
    assert discord.messages == []


async def test_it_sends_what_is_due_in_its_share_and_nothing_else(
    database, discord, slack
):
    for platform in ("discord", "slack"):
        await database.write(store_due_edition, platform, platform, 2, 2)
    async with a_process(database, discord, slack) as sender:
        await sender.send(DISCORD, asyncio.Event())
    assert len(discord.messages) == 4
    assert slack.messages == []


async def test_workspaces_with_their_own_tokens_are_shares_of_their_own(
    database, slack
):
    first = await database.write(store_due_edition, "first", "slack", 2, 1)
    await database.write(store_due_edition, "second", "slack", 2, 1)
    async with a_process(database, slack) as sender:
        await sender.send(a_share(first.workspace.id), asyncio.Event())
    assert {one.channel for one in slack.messages} == {"first-0", "first-1"}


async def test_several_shares_are_sent_at_the_same_time(database, slack):
    tenants = [
        await database.write(store_due_edition, name, "slack", 3, 1)
        for name in ("first", "second", "third")
    ]
    async with a_process(database, slack) as sender:
        shares = [a_share(one.workspace.id) for one in tenants]
        await asyncio.gather(*(sender.send(one, asyncio.Event()) for one in shares))
    assert len(slack.messages) == 9


async def test_what_becomes_due_while_it_sends_is_sent_too(database, discord):
    begun, go_on, send = asyncio.Event(), asyncio.Event(), discord.send

    async def slow(delivery):
        begun.set()
        await go_on.wait()
        return await send(delivery)

    discord.send = slow
    await database.write(store_due_edition, "one", "discord", 1, 1)
    async with a_process(database, discord) as sender:
        sending = asyncio.create_task(sender.send(DISCORD, asyncio.Event()))
        await begun.wait()
        await database.write(store_due_edition, "two", "discord", 1, 1)
        go_on.set()
        await sending
    assert {one.channel for one in discord.messages} == {"one-0", "two-0"}


async def test_a_stopped_process_finishes_and_requests_a_job_for_the_rest(
    database, discord
):
    go_on, send = asyncio.Event(), discord.send

    async def slow(delivery):
        await go_on.wait()
        return await send(delivery)

    discord.send = slow
    await database.write(store_due_edition, "one", "discord", 1, 5)
    await database.write(remove_jobs)
    stopping = asyncio.Event()
    async with a_process(database, discord) as sender:
        sending = asyncio.create_task(sender.send(DISCORD, stopping))
        await asyncio.sleep(0.5)
        stopping.set()
        await asyncio.sleep(0.3)
        assert not sending.done()
        go_on.set()
        await sending
    assert len(discord.messages) == 1
    assert await database.read(list_states) == ["sent", *["ready"] * 4]
    assert await database.read(list_jobs) == ["deliver:discord:0"]


def add_workers(conn: Connection, count: int) -> None:
    """Store the signs of life of processes, which listen to four queues each."""
    for _ in range(4 * count):
        conn.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))


@asynccontextmanager
async def a_process_with_too_much(
    database: Database, slack: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """A process that holds 60 shares, of which it can serve 16 at once."""
    tenants = [
        await database.write(store_due_edition, f"team-{number}", "slack", 1, 1)
        for number in range(60)
    ]
    go_on, stopping = asyncio.Event(), asyncio.Event()

    async def send(delivery):
        await go_on.wait()
        return "1.0"

    monkeypatch.setattr(slack, "send", send)
    async with a_process(database, slack) as sender:
        sending = [
            asyncio.create_task(sender.send(a_share(one.workspace.id), stopping))
            for one in tenants
        ]
        await until(lambda: len(sender.outbox.list_waiting()) > MANY_WAITING, 30)
        yield sending
        stopping.set()
        go_on.set()
        await asyncio.gather(*sending)


async def test_a_process_gives_back_what_waits_while_others_hold_less(
    database, slack, monkeypatch
):
    await database.write(add_workers, 2)
    async with a_process_with_too_much(database, slack, monkeypatch) as sending:
        # Of its fair part of 30 it keeps 35.
        await until(lambda: sum(one.done() for one in sending) == 25, 30)


async def test_the_only_process_gives_nothing_back(database, slack, monkeypatch):
    await database.write(add_workers, 1)
    async with a_process_with_too_much(database, slack, monkeypatch) as sending:
        await asyncio.sleep(NOTICES_SECONDS + 1)
        assert not any(one.done() for one in sending)


async def test_another_process_first_lets_the_limits_of_the_last_one_pass(
    database, discord
):
    await database.write(job_store.take_share, DISCORD, "another")
    await database.write(store_due_edition, "one", "discord", 1, 1)
    timing = ShareTiming(shared_limits=2, quiet=1.5)
    async with a_process(database, discord, timing=timing) as sender:
        sending = asyncio.create_task(sender.send(DISCORD, asyncio.Event()))
        await asyncio.sleep(0.5)
        assert discord.messages == []
        await sending
    assert len(discord.messages) == 1


async def test_the_same_process_goes_on_at_once(database, discord):
    await database.write(job_store.take_share, DISCORD, "one")
    await database.write(store_due_edition, "one", "discord", 1, 1)
    timing = ShareTiming(shared_limits=3600, quiet=1.5)
    async with a_process(database, discord, timing=timing) as sender:
        await sender.send(DISCORD, asyncio.Event())
    assert len(discord.messages) == 1


async def test_a_process_that_stood_still_sends_no_more_for_a_share_it_lost(
    database, discord
):
    timing = ShareTiming(shared_limits=0, quiet=30)
    async with a_process(database, discord, timing=timing) as sender:
        sending = asyncio.create_task(sender.send(DISCORD, asyncio.Event()))
        await asyncio.sleep(0.3)
        await database.write(job_store.take_share, DISCORD, "another")
        await sending
        await database.write(store_due_edition, "one", "discord", 1, 1)
        await asyncio.sleep(1.5)
    assert discord.messages == []


async def test_what_was_found_in_a_share_is_not_sent_after_another_process_took_it(
    database, discord
):
    await database.write(job_store.take_share, DISCORD, "another")
    await database.write(store_due_edition, "one", "discord", 1, 1)
    async with a_process(database, discord) as sender:
        # As a process that stood still believes: it has not looked who holds it since.
        sender.outbox.hold(DeliveryShares.of(DISCORD, held_by="one"))
        await sender.outbox.send_due()
        assert discord.messages == []
        await database.write(job_store.take_share, DISCORD, "one")
        await sender.outbox.send_due()
    assert len(discord.messages) == 1


async def test_what_was_found_before_another_process_took_it_is_not_claimed(database):
    await database.write(store_due_edition, "one", "discord", 1, 1)
    mine = DeliveryShares.of(DISCORD, held_by="one")

    def find(conn: Connection) -> list[int]:
        found = delivery_queue.list_claimable_deliveries(conn, NOW, mine, 9)
        return [one.id for one in found]

    def claim(conn: Connection, keys: list[int]) -> int:
        lease = timedelta(minutes=1)
        return len(delivery_queue.claim_deliveries(conn, NOW, lease, 9, keys, mine))

    await database.write(job_store.take_share, DISCORD, "one")
    found = await database.read(find)
    await database.write(job_store.take_share, DISCORD, "another")
    assert await database.write(claim, found) == 0
    await database.write(job_store.take_share, DISCORD, "one")
    assert await database.write(claim, found) == 1


async def test_a_share_is_kept_until_its_deliveries_were_looked_for(database, slack):
    await database.write(store_due_edition, "one", "slack", 1, 1)
    timing = ShareTiming(own_limits=0, own_quiet=0)
    async with a_process(database, slack, timing=timing) as sender:
        await sender.send(a_share(1), asyncio.Event())
    assert len(slack.messages) == 1


def remove_jobs(conn: Connection) -> None:
    conn.execute(text("DELETE FROM procrastinate_jobs"))


def list_jobs(conn: Connection) -> list[str]:
    query = text("SELECT queueing_lock FROM procrastinate_jobs ORDER BY id")
    return list(conn.execute(query).scalars())


def list_states(conn: Connection) -> list[str]:
    query = text("SELECT state FROM deliveries ORDER BY id")
    return list(conn.execute(query).scalars())
