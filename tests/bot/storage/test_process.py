import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import SendRefused
from bot.model import Delivery, JobStatus
from bot.ports import Mailbox
from bot.storage import Connection, Database, process_store
from bot.storage.message_store import LocalMailbox
from bot.storage.schema import deliveries
from bot.storage.statements import update_rows
from tests.bot.storage.builders import NOW, Tenant, a_tenant, some_deliveries

TTL = timedelta(seconds=60)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


@pytest.fixture
async def delivery(database: Database, tenant: Tenant) -> Delivery:
    (made,) = await database.write(some_deliveries, tenant)
    return made


@pytest.fixture
def mailbox(database: Database) -> Mailbox:
    return LocalMailbox(database)


async def test_job_statuses_come_back_as_they_were_stored_last(database: Database):
    assert await database.read(process_store.list_job_statuses) == ()
    for failures in (0, 3):
        status = JobStatus(
            name="poll", last_run=NOW, next_run=NOW + TTL, failures=failures
        )
        await database.write(
            process_store.save_job_statuses, statuses=[status], now=NOW
        )
    assert await database.read(process_store.list_job_statuses) == (status,)


# ── a clock that was set back ──────────────────────────────────────────────────


async def test_what_waits_for_a_later_time_waits_as_long_as_before_the_clock_was_set(
    database: Database, delivery: Delivery
):
    def wait(conn: Connection) -> None:
        soon, overdue = NOW + TTL, NOW - timedelta(days=2)
        times = {"not_before": soon, "lease_until": None, "updated_at": overdue}
        update_rows(conn, deliveries, deliveries.c.id == delivery.id, **times)

    def read(conn: Connection) -> tuple[Any, ...]:
        found = deliveries.c
        query = select(found.not_before, found.lease_until, found.updated_at)
        return tuple(conn.execute(query.where(found.id == delivery.id)).one())

    day = timedelta(days=1)
    await database.write(wait)
    await database.write(process_store.shift_waits, now=NOW - day, by=-day)
    assert await database.read(read) == (NOW - day + TTL, None, NOW - 2 * day)


# ── leases, events, keys ───────────────────────────────────────────────────────


async def test_a_lease_has_one_holder_until_it_lapses(database: Database):
    def take(connection: Connection, holder: str, seconds: int) -> int | None:
        return process_store.acquire_lease(
            connection,
            name="outbox",
            holder=holder,
            now=NOW + timedelta(seconds=seconds),
            ttl=TTL,
        )

    taken = [
        await database.write(take, holder, seconds)
        for holder, seconds in [("a", 0), ("b", 30), ("a", 50), ("b", 109), ("b", 110)]
    ]

    # The same holder keeps its fence; another holder gets a higher one.
    assert taken == [1, None, 1, None, 2]


async def test_a_lease_given_back_is_free_at_once_and_the_fence_grows(
    database: Database,
):
    key: dict[str, Any] = {"name": "outbox", "now": NOW, "ttl": TTL}
    first = await database.write(process_store.acquire_lease, **key, holder="a")
    await database.write(process_store.release_lease, name="outbox", holder="b")
    still = await database.write(process_store.acquire_lease, **key, holder="b")

    await database.write(process_store.release_lease, name="outbox", holder="a")
    free = await database.write(process_store.acquire_lease, **key, holder="b")

    assert (first, still, free) == (1, None, 2)


async def test_of_many_that_reach_for_a_lease_one_gets_it(database_url: str):
    opened = [Database.open(database_url) for _ in range(4)]

    fences = await asyncio.gather(
        *(
            one.write(
                process_store.acquire_lease,
                name="outbox",
                holder=str(number),
                now=NOW,
                ttl=TTL,
            )
            for number, one in enumerate(opened)
        )
    )

    assert sorted(fence is None for fence in fences) == [False, True, True, True]
    for one in opened:
        await one.close()


async def test_an_event_is_new_once_on_each_platform(database: Database):
    seen = [
        await database.write(
            process_store.record_invocation, platform=platform, key="77", now=NOW
        )
        for platform in ("discord", "discord", "slack")
    ]

    assert seen == [True, False, True]


async def test_old_events_are_forgotten(database: Database):
    for minutes in (0, 10, 20):
        await database.write(
            process_store.record_invocation,
            platform="local",
            key=str(minutes),
            now=NOW + timedelta(minutes=minutes),
        )

    gone = await database.write(
        process_store.prune_invocations, before=NOW + timedelta(minutes=15)
    )

    assert gone == 2


async def test_the_secret_is_made_once_and_kept(database: Database):
    made = await asyncio.gather(
        *(database.write(process_store.get_signing_secret, now=NOW) for _ in "123")
    )

    assert len(set(made)) == 1
    assert len(made[0]) == 64


async def test_each_database_has_a_secret_of_its_own(
    database: Database, sqlite_template: object, tmp_path: object
):
    other = Database.open(f"sqlite:///{tmp_path}/other.db")

    assert await other.write(
        process_store.get_signing_secret, now=NOW
    ) != await database.write(process_store.get_signing_secret, now=NOW)
    await other.close()


# ── the local page's mailbox ───────────────────────────────────────────────────


async def test_a_message_put_twice_is_one(mailbox: Mailbox, delivery: Delivery):
    first = await mailbox.put(delivery, NOW)
    again = await mailbox.put(delivery, NOW + timedelta(minutes=1))

    assert again == first
    assert first.payload == delivery.payload
    assert (first.posted_at, first.edited_at) == (NOW, None)
    assert await mailbox.newest(first.workspace_id, "one-news", count=9) == (first,)


async def test_a_message_is_found_by_its_key_in_its_channel(
    mailbox: Mailbox, delivery: Delivery
):
    message = await mailbox.put(delivery, NOW)
    workspace = delivery.workspace_id

    assert await mailbox.find(workspace, "one-news", delivery.key) == message
    assert await mailbox.find(workspace, "other", delivery.key) is None
    assert await mailbox.find(workspace, "one-news", "other") is None
    assert await mailbox.find(workspace + 1, "one-news", delivery.key) is None


async def test_a_changed_message_keeps_its_place(mailbox: Mailbox, delivery: Delivery):
    before = await mailbox.put(delivery, NOW)
    later = NOW + timedelta(minutes=1)

    after = await mailbox.change(replace(delivery, payload={"text": "new"}), later)

    assert after == replace(before, payload={"text": "new"}, edited_at=later)


async def test_changing_a_deleted_message_is_rejected(
    mailbox: Mailbox, delivery: Delivery
):
    await mailbox.put(delivery, NOW)
    await mailbox.remove(delivery)
    await mailbox.remove(delivery)

    with pytest.raises(SendRefused, match="no longer exists"):
        await mailbox.change(delivery, NOW)


async def test_the_newest_messages_come_oldest_first_and_after_an_id(
    mailbox: Mailbox, delivery: Delivery
):
    posted = [
        await mailbox.put(replace(delivery, key=str(number)), NOW)
        for number in range(4)
    ]
    here = (delivery.workspace_id, "one-news")

    assert await mailbox.newest(*here, count=2) == tuple(posted[2:])
    assert await mailbox.newest(*here, count=9, after=posted[1].id) == tuple(posted[2:])
    assert await mailbox.newest(*here, count=9, after=posted[3].id) == ()


async def test_an_id_is_never_used_again(mailbox: Mailbox, delivery: Delivery):
    """A reader that has seen up to an id would miss a message that reuses it."""
    first = await mailbox.put(delivery, NOW)
    await mailbox.remove(delivery)

    second = await mailbox.put(delivery, NOW)

    assert second.id > first.id
