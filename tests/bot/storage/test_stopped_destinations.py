"""Stopped destinations and undone editions, on either database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model import Delivery
from bot.model.jobs import DeliveryShares
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    delivery_queue,
    delivery_store,
    destination_store,
    workspace_store,
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

LATER = NOW + timedelta(hours=6)
REVOKED: dict[str, Any] = {
    "reason": Message("The token was revoked."),
    "retest_at": LATER,
}


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    made = await database.write(a_tenant)
    await database.write(some_deliveries, made, count=2)
    return made


def the_place(tenant: Tenant) -> dict[str, Any]:
    return {"scope": tenant.workspace.scope, "destination_id": tenant.destination.id}


async def waiting(database: Database, at: datetime = NOW) -> list[str]:
    found = await database.read(
        delivery_queue.list_claimable_deliveries,
        now=at,
        shares=DeliveryShares(platforms=frozenset({"local"})),
        limit=100,
    )
    spaces = [
        await database.read(workspace_store.find_workspace, Scope(one.workspace_id))
        for one in found
    ]
    return [space.name for space in spaces if space]


async def states(database: Database, tenant: Tenant) -> list[tuple[str, str]]:
    found = await database.read(
        delivery_store.list_newest_deliveries, Scope(tenant.workspace.id), count=10
    )
    return sorted((one.operation, one.state) for one in found)


async def test_workspaces_take_turns_and_a_place_waits_once(
    database: Database, tenant: Tenant
):
    for name in ("two", "three"):
        other = await database.write(a_tenant, name=name)
        await database.write(some_deliveries, other)

    def more_places(connection: Connection) -> None:
        place = destination_store.upsert_destination(
            connection, Scope(tenant.workspace.id), name="more", channel="more"
        )
        more = Tenant(
            workspace=tenant.workspace,
            destination=place,
            source=tenant.source,
            digest=tenant.digest,
        )
        some_deliveries(connection, more, slot="9")

    await database.write(more_places)

    assert await waiting(database) == ["one", "two", "three", "one"]


async def test_platforms_that_are_off_are_not_waited_for(
    database: Database, tenant: Tenant
):
    found = await database.read(
        delivery_queue.list_claimable_deliveries,
        now=NOW,
        shares=DeliveryShares(platforms=frozenset({"discord"})),
        limit=9,
    )
    wakeup = await database.read(
        delivery_queue.find_next_delivery_at,
        wait=WAIT,
        shares=DeliveryShares(platforms=frozenset({"discord"})),
    )

    assert (found, wakeup) == ((), None)
    assert await database.read(delivery_queue.find_next_delivery_at, wait=WAIT) == NOW


async def test_a_stopped_workspace_wakes_the_outbox_when_it_may_be_tried(
    database: Database, tenant: Tenant
):
    await database.write(
        workspace_store.stop_workspace, Scope(tenant.workspace.id), **REVOKED
    )

    assert await waiting(database) == []
    assert await database.read(delivery_queue.find_next_delivery_at, wait=WAIT) == LATER
    assert await waiting(database, LATER) == ["one"]


async def test_a_try_is_used_up_when_it_is_claimed(database: Database, tenant: Tenant):
    await database.write(
        workspace_store.stop_workspace, Scope(tenant.workspace.id), **REVOKED
    )
    probe = await database.write(claim_one, LATER)
    await database.write(
        delivery_store.record_unsent,
        probe,
        "retry",
        not_before=LATER,
        reason=Message("again"),
        now=LATER,
    )

    assert probe.probe
    assert await database.write(claim, LATER + timedelta(hours=5)) == ()
    assert len(await database.write(claim, LATER + timedelta(hours=6))) == 1


async def test_a_place_works_again_once_a_try_arrived(
    database: Database, tenant: Tenant
):
    await database.write(
        destination_store.pause_destination,
        **the_place(tenant),
        reason=Message("Not allowed."),
        retest_at=LATER,
    )
    probe = await database.write(claim_one, LATER)
    await database.write(delivery_store.record_sent, probe, message_id="m", now=LATER)

    assert len(await database.write(claim, LATER)) == 1
    (place,) = await database.read(
        destination_store.list_destinations, Scope(tenant.workspace.id)
    )
    assert (place.paused, place.retest_at) == (None, None)


async def test_a_probe_whose_claim_was_taken_over_does_not_resume_the_place(
    database: Database, tenant: Tenant
):
    await database.write(
        destination_store.pause_destination,
        **the_place(tenant),
        reason=Message("Not allowed."),
        retest_at=LATER,
    )
    probe = await database.write(claim_one, LATER)
    await database.write(delivery_queue.expire_claims, now=LATER + LEASE)
    outdated = replace(probe, fence=probe.fence - 1)

    recorded = await database.write(
        delivery_store.record_sent, outdated, message_id="m", now=LATER
    )

    (place,) = await database.read(
        destination_store.list_destinations, Scope(tenant.workspace.id)
    )
    assert (recorded, str(place.paused)) == (False, "Not allowed.")


async def test_a_place_that_a_person_paused_is_not_tried(
    database: Database, tenant: Tenant
):
    await database.write(
        destination_store.pause_destination,
        **the_place(tenant),
        reason=Message("Holidays."),
    )

    assert await database.read(delivery_queue.find_next_delivery_at, wait=WAIT) is None
    assert await waiting(database, LATER) == []


async def test_a_workspace_that_is_back_gets_messages_again(
    database: Database, tenant: Tenant
):
    await database.write(
        workspace_store.stop_workspace, Scope(tenant.workspace.id), **REVOKED
    )
    await database.write(a_tenant)

    assert await waiting(database) == ["one"]


async def test_nothing_is_sent_where_the_bot_was_removed(
    database: Database, tenant: Tenant
):
    await database.write(
        workspace_store.mark_workspace_left, Scope(tenant.workspace.id), now=NOW
    )

    assert await waiting(database) == []
    assert await database.write(claim) == ()


async def test_a_part_that_failed_alone_does_not_block_the_others(
    database: Database, tenant: Tenant
):
    first = await database.write(claim_one)
    await database.write(
        delivery_store.record_failed,
        first,
        reason=Message("No form."),
        now=NOW,
        alone=True,
    )

    assert (await database.write(claim_one)).part == 2


async def test_deliveries_that_waited_too_long_are_given_up(
    database: Database, tenant: Tenant
):
    key: dict[str, Any] = {"now": NOW}
    kept = await database.write(
        delivery_store.fail_outdated_deliveries,
        **key,
        before=NOW - timedelta(seconds=1),
    )
    given_up = await database.write(
        delivery_store.fail_outdated_deliveries, **key, before=NOW
    )

    assert (kept, given_up) == (0, 2)
    assert await states(database, tenant) == [("post", "failed")] * 2


# ── undo ───────────────────────────────────────────────────────────────────────


async def take_back(database: Database, delivery: Delivery) -> tuple[int, int]:
    return await database.write(
        delivery_store.delete_edition_messages,
        Scope(delivery.workspace_id),
        edition_id=delivery.edition_id,
        now=NOW,
    )


async def test_sent_messages_are_deleted_and_pending_ones_cancelled(
    database: Database, tenant: Tenant
):
    sent = await database.write(claim_one)
    await database.write(delivery_store.record_sent, sent, message_id="m1", now=NOW)

    assert await take_back(database, sent) == (1, 1)
    assert await states(database, tenant) == [
        ("delete", "ready"),
        ("post", "failed"),
        ("post", "sent"),
    ]
    deletion = await database.write(claim_one)
    assert (deletion.operation, deletion.message_id) == ("delete", "m1")
    assert (deletion.key, deletion.channel) == (sent.key, sent.channel)


async def test_a_deletion_waits_until_its_message_is_known_to_be_there(
    database: Database, tenant: Tenant
):
    on_its_way = await database.write(claim_one)
    await take_back(database, on_its_way)
    early = await database.write(claim)
    await database.write(
        delivery_store.record_sent, on_its_way, message_id="m", now=NOW
    )

    assert early == ()
    assert (await database.write(claim_one)).operation == "delete"


async def test_what_turns_out_not_to_be_there_leaves_nothing_to_delete(
    database: Database, tenant: Tenant
):
    on_its_way = await database.write(claim_one)
    await take_back(database, on_its_way)
    await database.write(
        delivery_store.record_unsent,
        on_its_way,
        "retry",
        not_before=NOW,
        reason=Message("?"),
        now=NOW,
    )

    assert await database.write(claim) == ()
    await database.write(delivery_store.finish_undone_deliveries, now=NOW)
    assert await states(database, tenant) == [("post", "failed")] * 2
