from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.model import Delivery
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    delivery_queue,
    delivery_store,
    schema,
)
from bot.storage.delivery_store import PostCounts
from digests.messages import Message
from tests.bot.storage.builders import (
    LEASE,
    NOW,
    WAIT,
    Tenant,
    a_stored_edition,
    a_tenant,
    claim,
    claim_one,
    parts,
    some_deliveries,
)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def state_of(database: Database, delivery: Delivery) -> Delivery:
    found = await database.read(
        delivery_store.list_deliveries,
        Scope(delivery.workspace_id),
        edition_id=delivery.edition_id,
    )
    return next(one for one in found if one.id == delivery.id)


# ── adding ─────────────────────────────────────────────────────────────────────


async def test_a_delivery_has_destination_and_payload(
    database: Database, tenant: Tenant
):
    first, second = await database.write(some_deliveries, tenant, count=2)

    assert (first.platform, first.workspace_external_id) == ("local", "one")
    assert (first.channel, first.part, second.part) == ("one-news", 1, 2)
    assert first.payload == {"text": "Lock opens 1"}
    assert (first.state, first.attempt, first.fence) == ("ready", 0, 0)
    assert len(first.key) == len(second.key) == 25
    assert first.key != second.key


async def test_adding_a_post_again_changes_nothing(database: Database, tenant: Tenant):
    stored_edition = await database.write(a_stored_edition, tenant)

    def add(connection: Connection, words: str) -> tuple[Delivery, ...]:
        return delivery_store.add_deliveries(
            connection,
            Scope(tenant.workspace.id),
            stored_edition=stored_edition,
            destination=tenant.destination,
            parts=parts(words=words),
            now=NOW,
        )

    first = await database.write(add, "First")

    assert await database.write(add, "Second") == first


async def test_a_delivery_never_leads_to_another_workspace(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")
    stored_edition = await database.write(a_stored_edition, one)

    with pytest.raises(IntegrityError):
        await database.write(
            delivery_store.add_deliveries,
            Scope(one.workspace.id),
            stored_edition=stored_edition,
            destination=two.destination,
            parts=parts(),
            now=NOW,
        )


# ── recording ──────────────────────────────────────────────────────────────────


async def test_what_was_sent_stays_sent(database: Database, tenant: Tenant):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)

    first = await database.write(
        delivery_store.record_sent, claimed, message_id="m1", now=NOW
    )
    again = await database.write(
        delivery_store.record_unsent,
        claimed,
        "retry",
        not_before=NOW,
        reason=Message("late"),
        now=NOW,
    )

    after = await state_of(database, claimed)
    assert (first, again) == (True, False)
    assert (after.state, after.message_id) == ("sent", "m1")


OLD = Message("old")
RECORDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sent": (delivery_store.record_sent, {"message_id": "old"}),
    "retry": (
        delivery_store.record_unsent,
        {"state": "retry", "not_before": NOW, "reason": Message("old")},
    ),
    "uncertain": (
        delivery_store.record_unsent,
        {"state": "uncertain", "reason": Message("old")},
    ),
    "held": (delivery_store.record_unsent, {"state": "held", "reason": Message("old")}),
    "failed": (delivery_store.record_failed, {"reason": Message("old")}),
}


@pytest.mark.parametrize("outcome", RECORDS)
async def test_an_answer_with_an_older_fence_changes_nothing(
    database: Database, tenant: Tenant, outcome: str
):
    await database.write(some_deliveries, tenant)
    old = await database.write(claim_one)
    await database.write(
        delivery_store.record_unsent,
        old,
        "retry",
        not_before=NOW,
        reason=Message("again"),
        now=NOW,
    )
    new = await database.write(claim_one)
    record, answer = RECORDS[outcome]

    done = await database.write(record, old, **answer, now=NOW)

    assert not done
    assert await state_of(database, new) == new


@pytest.mark.parametrize("outcome", RECORDS)
async def test_an_answer_is_recorded_with_its_reason(
    database: Database, tenant: Tenant, outcome: str
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    record, answer = RECORDS[outcome]

    done = await database.write(record, claimed, **answer, now=NOW)

    after = await state_of(database, claimed)
    assert done
    assert after.state == outcome
    assert after.reason == answer.get("reason")
    assert after.message_id == answer.get("message_id")


async def test_sent_counts_even_when_it_was_put_back_meanwhile(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    await database.write(
        delivery_store.record_unsent,
        claimed,
        "retry",
        not_before=NOW,
        reason=Message("?"),
        now=NOW,
    )

    found = await database.write(
        delivery_store.record_sent, claimed, message_id="m", now=NOW
    )

    assert found
    assert await database.write(claim) == ()


async def test_a_lapsed_lease_makes_uncertain_and_not_ready(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)

    early = await database.write(delivery_queue.expire_claims, now=NOW + LEASE / 2)
    lapsed = await database.write(delivery_queue.expire_claims, now=NOW + LEASE)

    after = await state_of(database, claimed)
    assert (early, lapsed) == (0, 1)
    assert after.state == "uncertain"
    assert await database.write(claim, NOW + LEASE) == ()


async def test_an_answer_after_the_lease_is_still_taken(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    await database.write(delivery_queue.expire_claims, now=NOW + LEASE)

    assert await database.write(
        delivery_store.record_sent, claimed, message_id="m", now=NOW + LEASE
    )
    assert (await state_of(database, claimed)).state == "sent"


async def test_an_uncertain_delivery_is_read_back_after_the_wait(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    await database.write(
        delivery_store.record_unsent, claimed, "uncertain", reason=Message("?"), now=NOW
    )

    early = await database.read(
        delivery_queue.list_due_uncertain,
        now=NOW + WAIT - timedelta(seconds=1),
        wait=WAIT,
    )
    (due,) = await database.read(
        delivery_queue.list_due_uncertain, now=NOW + WAIT, wait=WAIT
    )
    # Reading back was rejected for now: not again before the requested time.
    later = NOW + timedelta(hours=1)
    await database.write(
        delivery_store.record_unsent,
        due,
        "uncertain",
        reason=Message("?"),
        now=NOW,
        not_before=later,
    )
    meanwhile = await database.read(
        delivery_queue.list_due_uncertain, now=NOW + 2 * WAIT, wait=WAIT
    )

    assert early == meanwhile == ()
    assert due.id == claimed.id
    assert await database.read(delivery_queue.find_next_delivery_at, wait=WAIT) == later


async def test_a_failed_part_fails_the_parts_after_it(
    database: Database, tenant: Tenant
):
    first, second = await database.write(some_deliveries, tenant, count=2)
    claimed = await database.write(claim_one)

    await database.write(
        delivery_store.record_failed, claimed, reason=Message("Too long."), now=NOW
    )

    assert (await state_of(database, first)).state == "failed"
    assert (await state_of(database, second)).state == "failed"


async def test_a_held_delivery_is_sent_when_an_admin_decides_so(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    claimed = await database.write(claim_one)
    await database.write(
        delivery_store.record_unsent, claimed, "held", reason=Message("?"), now=NOW
    )
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "delivery_id": claimed.id,
    }

    held = await database.write(claim)
    released = await database.write(
        delivery_store.finish_held_delivery, **key, state="ready", now=NOW
    )
    again = await database.write(
        delivery_store.finish_held_delivery, **key, state="ready", now=NOW
    )

    assert held == ()
    assert (released, again) == (True, False)
    assert (await database.write(claim_one)).key == claimed.key


# ── queries ────────────────────────────────────────────────────────────────────


async def test_the_next_wake_up_is_the_earliest_of_all_reasons(database: Database):
    at: list[datetime | None] = [
        await database.read(delivery_queue.find_next_delivery_at, wait=WAIT)
    ]
    tenant = await database.write(a_tenant)
    await database.write(some_deliveries, tenant, count=2)
    at.append(await database.read(delivery_queue.find_next_delivery_at, wait=WAIT))
    claimed = await database.write(claim_one)
    at.append(await database.read(delivery_queue.find_next_delivery_at, wait=WAIT))
    await database.write(
        delivery_store.record_unsent, claimed, "uncertain", reason=Message("?"), now=NOW
    )
    at.append(await database.read(delivery_queue.find_next_delivery_at, wait=WAIT))
    await database.write(
        delivery_store.record_unsent,
        claimed,
        "retry",
        not_before=NOW + WAIT,
        reason=Message("?"),
        now=NOW,
    )
    at.append(await database.read(delivery_queue.find_next_delivery_at, wait=WAIT))

    assert at == [None, NOW, NOW + LEASE, NOW + WAIT, NOW + WAIT]


async def test_the_newest_deliveries_come_first(database: Database, tenant: Tenant):
    await database.write(some_deliveries, tenant, count=3)

    newest = await database.read(
        delivery_store.list_newest_deliveries, Scope(tenant.workspace.id), count=2
    )

    assert [delivery.part for delivery in newest] == [3, 2]


async def test_posts_are_counted_by_what_became_of_them_and_only_in_the_workspace(
    database: Database,
):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")
    first, second = await database.write(some_deliveries, one, count=2)
    other, *_ = await database.write(some_deliveries, two, count=2)

    def count(connection: Connection) -> dict[int, PostCounts]:
        asked = select(schema.editions.c.occurrence_id)
        keys = list(connection.execute(asked).scalars())
        scope = Scope(one.workspace.id)
        return delivery_store.count_posts_of(connection, scope, keys)

    assert other.edition_id != first.edition_id == second.edition_id
    assert sorted(
        (posts.sent, posts.waiting) for posts in (await database.read(count)).values()
    ) == [(0, 0), (0, 2)]
