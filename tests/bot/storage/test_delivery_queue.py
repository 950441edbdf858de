import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.model import Delivery
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    delivery_queue,
    delivery_store,
    destination_store,
)
from digests.messages import Message
from tests.bot.storage.builders import (
    LEASE,
    NOW,
    WAIT,
    Tenant,
    a_tenant,
    claim,
    claim_one,
    some_deliveries,
)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


@pytest.fixture
async def four(database_url: str) -> AsyncIterator[list[Database]]:
    """One database opened by four processes."""
    opened = [Database.open(database_url) for _ in range(4)]
    yield opened
    for one in opened:
        await one.close()


async def test_a_claim_counts_and_is_seen_by_the_next_one(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)

    claimed = await database.write(claim_one)

    assert (claimed.state, claimed.attempt, claimed.fence) == ("sending", 1, 1)
    assert claimed.claimed_at == NOW
    assert await database.write(claim) == ()


async def test_a_part_waits_for_the_parts_before_it(database: Database, tenant: Tenant):
    await database.write(some_deliveries, tenant, count=2)
    first = await database.write(claim_one)
    waiting = await database.write(claim)

    await database.write(delivery_store.record_sent, first, message_id="m1", now=NOW)
    second = await database.write(claim_one)

    assert waiting == ()
    assert (first.part, second.part) == (1, 2)


async def test_a_part_waits_while_the_one_before_it_is_uncertain(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant, count=2)
    first = await database.write(claim_one)

    await database.write(
        delivery_store.record_unsent,
        first,
        "uncertain",
        reason=Message("No answer."),
        now=NOW,
    )

    assert await database.write(claim) == ()


async def test_one_message_at_a_time_goes_to_a_destination(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant, slot="1")
    await database.write(some_deliveries, tenant, slot="2")

    first = await database.write(claim_one)
    during = await database.write(claim)
    await database.write(delivery_store.record_sent, first, message_id="m", now=NOW)
    second = await database.write(claim_one)

    assert during == ()
    assert second.edition_id > first.edition_id


async def test_destinations_do_not_wait_for_each_other(database: Database):
    for name in ("one", "two", "three"):
        await database.write(some_deliveries, await database.write(a_tenant, name=name))

    two = await database.write(claim, limit=2)
    rest = await database.write(claim)

    assert (len(two), len(rest)) == (2, 1)


async def test_many_editions_for_one_place_do_not_hide_the_others(database: Database):
    busy = await database.write(a_tenant, name="busy")
    for slot in range(12):
        await database.write(some_deliveries, busy, slot=str(slot))
    await database.write(some_deliveries, await database.write(a_tenant, name="other"))

    claimed = [
        *await database.write(claim, limit=2),
        *await database.write(claim, limit=2),
    ]

    assert {delivery.workspace_external_id for delivery in claimed} == {"busy", "other"}


async def test_nothing_goes_to_a_paused_destination(database: Database, tenant: Tenant):
    await database.write(some_deliveries, tenant)
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "destination_id": tenant.destination.id,
    }

    await database.write(
        destination_store.pause_destination,
        **key,
        reason=Message("The channel is gone."),
    )
    paused = await database.write(claim)
    asleep = await database.read(delivery_queue.find_next_delivery_at, wait=WAIT)
    await database.write(destination_store.resume_destination, **key)

    assert paused == ()
    assert asleep is None
    assert len(await database.write(claim)) == 1


async def test_a_retry_waits_for_its_time(database: Database, tenant: Tenant):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    later = NOW + timedelta(minutes=5)

    await database.write(
        delivery_store.record_unsent,
        claimed,
        "retry",
        not_before=later,
        reason=Message("Asked to wait."),
        now=NOW,
    )

    assert await database.write(claim, later - timedelta(seconds=1)) == ()
    again = await database.write(claim_one, later)
    assert (again.attempt, again.fence, again.key) == (2, 2, claimed.key)
    assert again.payload == claimed.payload


async def test_claimers_at_once_never_share_a_delivery(four: list[Database]):
    """Four processes over twelve destinations with three messages for each."""
    for number in range(12):
        tenant = await four[0].write(a_tenant, name=f"house {number}")
        await four[0].write(some_deliveries, tenant, count=3)
    taken: list[tuple[int, int]] = []

    async def work(database: Database) -> None:
        for _ in range(200):
            claimed = await database.write(claim, limit=3)
            if not claimed and len(taken) >= 36:
                return
            taken.extend((one.id, one.fence) for one in claimed)
            await asyncio.sleep(0)
            for one in claimed:
                assert await database.write(
                    delivery_store.record_sent, one, message_id="m", now=NOW
                )

    await asyncio.gather(*(work(database) for database in four))

    assert len(taken) == 36
    assert len(set(taken)) == 36
    assert {fence for _, fence in taken} == {1}


@pytest.mark.postgres
async def test_two_claims_at_once_never_send_two_messages_to_one_destination(
    postgres_url: str,
):
    """One claims what the other, whose clock is behind, may not claim yet."""
    one, other = Database.open(postgres_url), Database.open(postgres_url)
    tenant = await one.write(a_tenant)
    await one.write(some_deliveries, tenant, slot="1")
    waiting = await one.write(claim_one)
    await one.write(
        delivery_store.record_unsent,
        waiting,
        "retry",
        not_before=NOW + LEASE,
        reason=Message("?"),
        now=NOW,
    )
    await one.write(some_deliveries, tenant, slot="2")
    loop = asyncio.get_running_loop()

    def claim_while_the_other_does(
        connection: Connection,
    ) -> tuple[tuple[Delivery, ...], tuple[Delivery, ...]]:
        mine = delivery_queue.claim_deliveries(
            connection, now=NOW + LEASE, lease=LEASE, limit=1
        )
        theirs = asyncio.run_coroutine_threadsafe(other.write(claim), loop)
        return mine, theirs.result(timeout=30)

    mine, theirs = await one.write(claim_while_the_other_does)

    assert [delivery.id for delivery in mine] == [waiting.id]
    assert theirs == ()
    for opened in (one, other):
        await opened.close()
