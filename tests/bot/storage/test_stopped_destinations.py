"""What stands still and what is taken back, on either database."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.storage import (
    Connection,
    Database,
    claims,
    deliveries,
    destinations,
    undoing,
    workspaces,
)
from bot.types import Delivery
from tests.bot.storage.builders import (
    NOW,
    WAIT,
    House,
    a_house,
    claim,
    claim_one,
    some_deliveries,
)

LATER = NOW + timedelta(hours=6)
REVOKED: dict[str, Any] = {"reason": "The token was revoked.", "retest_at": LATER}


@pytest.fixture
async def house(database: Database) -> House:
    made = await database.write(a_house)
    await database.write(some_deliveries, made, count=2)
    return made


def the_place(house: House) -> dict[str, Any]:
    return {
        "workspace_id": house.workspace.id,
        "destination_id": house.destination.id,
    }


async def waiting(database: Database, at: datetime = NOW) -> list[str]:
    found = await database.read(claims.waiting, now=at, platforms=("local",), limit=100)
    spaces = [
        await database.read(workspaces.by_id, workspace_id=one.workspace_id)
        for one in found
    ]
    return [space.name for space in spaces if space]


async def states(database: Database, house: House) -> list[tuple[str, str]]:
    found = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=10
    )
    return sorted((one.operation, one.state) for one in found)


async def test_workspaces_take_turns_and_a_place_waits_once(
    database: Database, house: House
):
    for name in ("two", "three"):
        other = await database.write(a_house, name=name)
        await database.write(some_deliveries, other)

    def more_places(connection: Connection) -> None:
        place = destinations.ensure(
            connection, workspace_id=house.workspace.id, name="more", channel="more"
        )
        more = House(
            workspace=house.workspace,
            destination=place,
            source=house.source,
            digest=house.digest,
        )
        some_deliveries(connection, more, slot="9")

    await database.write(more_places)

    assert await waiting(database) == ["one", "two", "three", "one"]


async def test_platforms_that_are_off_are_not_waited_for(
    database: Database, house: House
):
    found = await database.read(
        claims.waiting, now=NOW, platforms=("discord",), limit=9
    )
    wakeup = await database.read(claims.next_wakeup, wait=WAIT, platforms=("discord",))

    assert (found, wakeup) == ((), None)
    assert await database.read(claims.next_wakeup, wait=WAIT) == NOW


async def test_a_stopped_workspace_wakes_the_outbox_when_it_may_be_tried(
    database: Database, house: House
):
    await database.write(workspaces.stop, workspace_id=house.workspace.id, **REVOKED)

    assert await waiting(database) == []
    assert await database.read(claims.next_wakeup, wait=WAIT) == LATER
    assert await waiting(database, LATER) == ["one"]


async def test_a_try_is_spent_when_it_is_taken_whatever_becomes_of_it(
    database: Database, house: House
):
    await database.write(workspaces.stop, workspace_id=house.workspace.id, **REVOKED)
    probe = await database.write(claim_one, LATER)
    await database.write(
        deliveries.record_retry, probe, not_before=LATER, reason="again", now=LATER
    )

    assert probe.probe
    assert await database.write(claim, LATER + timedelta(hours=5)) == ()
    assert len(await database.write(claim, LATER + timedelta(hours=6))) == 1


async def test_a_place_works_again_once_a_try_arrived(database: Database, house: House):
    await database.write(
        destinations.pause, **the_place(house), reason="Not allowed.", retest_at=LATER
    )
    probe = await database.write(claim_one, LATER)
    await database.write(deliveries.record_sent, probe, message_id="m", now=LATER)

    assert len(await database.write(claim, LATER)) == 1
    (place,) = await database.read(
        destinations.in_workspace, workspace_id=house.workspace.id
    )
    assert (place.paused, place.retest_at) == (None, None)


async def test_a_place_that_a_person_paused_is_not_tried(
    database: Database, house: House
):
    await database.write(destinations.pause, **the_place(house), reason="Holidays.")

    assert await database.read(claims.next_wakeup, wait=WAIT) is None
    assert await waiting(database, LATER) == []


async def test_a_workspace_that_is_back_gets_messages_again(
    database: Database, house: House
):
    await database.write(workspaces.stop, workspace_id=house.workspace.id, **REVOKED)
    await database.write(a_house)

    assert await waiting(database) == ["one"]


async def test_nothing_goes_where_the_bot_was_removed(database: Database, house: House):
    await database.write(workspaces.leave, workspace_id=house.workspace.id, now=NOW)

    assert await waiting(database) == []
    assert await database.write(claim) == ()


async def test_a_part_that_failed_alone_lets_the_others_pass(
    database: Database, house: House
):
    first = await database.write(claim_one)
    await database.write(
        deliveries.record_failed, first, reason="No form.", now=NOW, alone=True
    )

    assert (await database.write(claim_one)).part == 2


async def test_what_waited_for_too_long_is_given_up(database: Database, house: House):
    key: dict[str, Any] = {"now": NOW}
    kept = await database.write(
        deliveries.outdated, **key, before=NOW - timedelta(seconds=1)
    )
    given_up = await database.write(deliveries.outdated, **key, before=NOW)

    assert (kept, given_up) == (0, 2)
    assert await states(database, house) == [("post", "failed")] * 2


# ── taken back ─────────────────────────────────────────────────────────────────


async def take_back(database: Database, delivery: Delivery) -> tuple[int, int]:
    return await database.write(
        undoing.take_back,
        workspace_id=delivery.workspace_id,
        edition_id=delivery.edition_id,
        now=NOW,
    )


async def test_what_was_sent_is_deleted_and_what_waits_never_goes_out(
    database: Database, house: House
):
    sent = await database.write(claim_one)
    await database.write(deliveries.record_sent, sent, message_id="m1", now=NOW)

    assert await take_back(database, sent) == (1, 1)
    assert await states(database, house) == [
        ("delete", "ready"),
        ("post", "failed"),
        ("post", "sent"),
    ]
    deletion = await database.write(claim_one)
    assert (deletion.operation, deletion.message_id) == ("delete", "m1")
    assert (deletion.key, deletion.channel) == (sent.key, sent.channel)


async def test_a_deletion_waits_until_its_message_is_known_to_be_there(
    database: Database, house: House
):
    on_its_way = await database.write(claim_one)
    await take_back(database, on_its_way)
    early = await database.write(claim)
    await database.write(deliveries.record_sent, on_its_way, message_id="m", now=NOW)

    assert early == ()
    assert (await database.write(claim_one)).operation == "delete"


async def test_what_turns_out_not_to_be_there_leaves_nothing_to_delete(
    database: Database, house: House
):
    on_its_way = await database.write(claim_one)
    await take_back(database, on_its_way)
    await database.write(
        deliveries.record_retry, on_its_way, not_before=NOW, reason="?", now=NOW
    )

    assert await database.write(claim) == ()
    await database.write(undoing.settle, now=NOW)
    assert await states(database, house) == [("post", "failed")] * 2
