import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.storage import Connection, Database, deliveries, destinations
from bot.types import Delivery, Destination
from tests.bot.storage.builders import (
    NOW,
    House,
    a_house,
    an_issue,
    parts,
    some_deliveries,
)

LEASE = timedelta(seconds=60)
WAIT = timedelta(seconds=45)


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


@pytest.fixture
async def four(database_url: str) -> AsyncIterator[list[Database]]:
    """One database opened by four processes."""
    opened = [Database.open(database_url) for _ in range(4)]
    yield opened
    for one in opened:
        await one.close()


def claim(
    connection: Connection, at: datetime = NOW, limit: int = 10
) -> tuple[Delivery, ...]:
    return deliveries.claim(connection, now=at, lease=LEASE, limit=limit)


def claim_one(connection: Connection, at: datetime = NOW) -> Delivery:
    (claimed,) = claim(connection, at)
    return claimed


async def state_of(database: Database, delivery: Delivery) -> Delivery:
    found = await database.read(
        deliveries.of_edition,
        workspace_id=delivery.workspace_id,
        edition_id=delivery.edition_id,
    )
    return next(one for one in found if one.id == delivery.id)


# ── adding ─────────────────────────────────────────────────────────────────────


async def test_a_delivery_says_where_and_what(database: Database, house: House):
    first, second = await database.write(some_deliveries, house, count=2)

    assert (first.platform, first.workspace_external_id) == ("local", "one")
    assert (first.channel, first.part, second.part) == ("one-news", 1, 2)
    assert first.payload == {"text": "Lock opens 1"}
    assert (first.state, first.attempt, first.fence) == ("ready", 0, 0)
    assert len(first.key) == len(second.key) == 25
    assert first.key != second.key


async def test_adding_a_post_again_changes_nothing(database: Database, house: House):
    issue = await database.write(an_issue, house)

    def add(connection: Connection, words: str) -> tuple[Delivery, ...]:
        return deliveries.add(
            connection,
            workspace_id=house.workspace.id,
            issue=issue,
            destination=house.destination,
            parts=parts(words=words),
            now=NOW,
        )

    first = await database.write(add, "First")

    assert await database.write(add, "Second") == first


async def test_a_delivery_never_leads_to_another_workspace(database: Database):
    one = await database.write(a_house, name="one")
    two = await database.write(a_house, name="two")
    issue = await database.write(an_issue, one)

    with pytest.raises(IntegrityError):
        await database.write(
            deliveries.add,
            workspace_id=one.workspace.id,
            issue=issue,
            destination=two.destination,
            parts=parts(),
            now=NOW,
        )


# ── claiming ───────────────────────────────────────────────────────────────────


async def test_a_claim_counts_and_is_seen_by_the_next_one(
    database: Database, house: House
):
    await database.write(some_deliveries, house)

    claimed = await database.write(claim_one)

    assert (claimed.state, claimed.attempt, claimed.fence) == ("sending", 1, 1)
    assert claimed.claimed_at == NOW
    assert await database.write(claim) == ()


async def test_a_part_waits_for_the_parts_before_it(database: Database, house: House):
    await database.write(some_deliveries, house, count=2)
    first = await database.write(claim_one)
    waiting = await database.write(claim)

    await database.write(deliveries.record_sent, first, message_id="m1", now=NOW)
    second = await database.write(claim_one)

    assert waiting == ()
    assert (first.part, second.part) == (1, 2)


async def test_a_part_waits_while_the_one_before_it_is_uncertain(
    database: Database, house: House
):
    await database.write(some_deliveries, house, count=2)
    first = await database.write(claim_one)

    await database.write(
        deliveries.record_uncertain, first, reason="No answer.", now=NOW
    )

    assert await database.write(claim) == ()


async def test_one_message_at_a_time_goes_to_a_destination(
    database: Database, house: House
):
    await database.write(some_deliveries, house, slot="1")
    await database.write(some_deliveries, house, slot="2")

    first = await database.write(claim_one)
    during = await database.write(claim)
    await database.write(deliveries.record_sent, first, message_id="m", now=NOW)
    second = await database.write(claim_one)

    assert during == ()
    assert second.edition_id > first.edition_id


async def test_destinations_do_not_wait_for_each_other(database: Database):
    for name in ("one", "two", "three"):
        await database.write(some_deliveries, await database.write(a_house, name=name))

    two = await database.write(claim, limit=2)
    rest = await database.write(claim)

    assert (len(two), len(rest)) == (2, 1)


async def test_many_editions_for_one_place_do_not_hide_the_others(
    database: Database,
):
    busy = await database.write(a_house, name="busy")
    for slot in range(12):
        await database.write(some_deliveries, busy, slot=str(slot))
    await database.write(some_deliveries, await database.write(a_house, name="other"))

    claimed = [
        *await database.write(claim, limit=2),
        *await database.write(claim, limit=2),
    ]

    assert {delivery.workspace_external_id for delivery in claimed} == {"busy", "other"}


async def test_nothing_goes_to_a_paused_destination(database: Database, house: House):
    await database.write(some_deliveries, house)
    key: dict[str, Any] = {
        "workspace_id": house.workspace.id,
        "destination_id": house.destination.id,
    }

    await database.write(destinations.pause, **key, reason="The channel is gone.")
    paused = await database.write(claim)
    asleep = await database.read(deliveries.next_wakeup, wait=WAIT)
    await database.write(destinations.resume, **key)

    assert paused == ()
    assert asleep is None
    assert len(await database.write(claim)) == 1


async def test_a_retry_waits_for_its_time(database: Database, house: House):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    later = NOW + timedelta(minutes=5)

    await database.write(
        deliveries.record_retry,
        claimed,
        not_before=later,
        reason="Asked to wait.",
        now=NOW,
    )

    assert await database.write(claim, later - timedelta(seconds=1)) == ()
    again = await database.write(claim_one, later)
    assert (again.attempt, again.fence, again.key) == (2, 2, claimed.key)
    assert again.payload == claimed.payload


async def test_claimers_at_once_never_share_a_delivery(four: list[Database]):
    """Four processes over twelve destinations with three messages for each."""
    for number in range(12):
        house = await four[0].write(a_house, name=f"house {number}")
        await four[0].write(some_deliveries, house, count=3)
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
                    deliveries.record_sent, one, message_id="m", now=NOW
                )

    await asyncio.gather(*(work(database) for database in four))

    assert len(taken) == 36
    assert len(set(taken)) == 36
    assert {fence for _, fence in taken} == {1}


# ── recording ──────────────────────────────────────────────────────────────────


async def test_what_was_sent_stays_sent(database: Database, house: House):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)

    first = await database.write(
        deliveries.record_sent, claimed, message_id="m1", now=NOW
    )
    again = await database.write(
        deliveries.record_retry, claimed, not_before=NOW, reason="late", now=NOW
    )

    after = await state_of(database, claimed)
    assert (first, again) == (True, False)
    assert (after.state, after.message_id) == ("sent", "m1")


RECORDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sent": (deliveries.record_sent, {"message_id": "old"}),
    "retry": (deliveries.record_retry, {"not_before": NOW, "reason": "old"}),
    "uncertain": (deliveries.record_uncertain, {"reason": "old"}),
    "held": (deliveries.record_held, {"reason": "old"}),
    "failed": (deliveries.record_failed, {"reason": "old"}),
}


@pytest.mark.parametrize("outcome", RECORDS)
async def test_an_answer_with_an_older_fence_changes_nothing(
    database: Database, house: House, outcome: str
):
    await database.write(some_deliveries, house)
    old = await database.write(claim_one)
    await database.write(
        deliveries.record_retry, old, not_before=NOW, reason="again", now=NOW
    )
    new = await database.write(claim_one)
    record, answer = RECORDS[outcome]

    done = await database.write(record, old, **answer, now=NOW)

    assert not done
    assert await state_of(database, new) == new


@pytest.mark.parametrize("outcome", RECORDS)
async def test_an_answer_is_recorded_with_its_reason(
    database: Database, house: House, outcome: str
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    record, answer = RECORDS[outcome]

    done = await database.write(record, claimed, **answer, now=NOW)

    after = await state_of(database, claimed)
    assert done
    assert after.state == outcome
    assert after.reason == answer.get("reason")
    assert after.message_id == answer.get("message_id")


async def test_sent_counts_even_when_it_was_put_back_meanwhile(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    await database.write(
        deliveries.record_retry, claimed, not_before=NOW, reason="?", now=NOW
    )

    found = await database.write(
        deliveries.record_sent, claimed, message_id="m", now=NOW
    )

    assert found
    assert await database.write(claim) == ()


async def test_a_lapsed_lease_makes_uncertain_and_not_ready(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)

    early = await database.write(deliveries.expired, now=NOW + LEASE / 2)
    lapsed = await database.write(deliveries.expired, now=NOW + LEASE)

    after = await state_of(database, claimed)
    assert (early, lapsed) == (0, 1)
    assert after.state == "uncertain"
    assert await database.write(claim, NOW + LEASE) == ()


async def test_an_answer_after_the_lease_is_still_taken(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    await database.write(deliveries.expired, now=NOW + LEASE)

    assert await database.write(
        deliveries.record_sent, claimed, message_id="m", now=NOW + LEASE
    )
    assert (await state_of(database, claimed)).state == "sent"


async def test_the_uncertain_is_looked_for_after_the_wait(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    await database.write(deliveries.record_uncertain, claimed, reason="?", now=NOW)

    early = await database.read(
        deliveries.uncertain_due, now=NOW + WAIT - timedelta(seconds=1), wait=WAIT
    )
    (due,) = await database.read(deliveries.uncertain_due, now=NOW + WAIT, wait=WAIT)
    # Looking was refused for now: not again before the time that was asked for.
    later = NOW + timedelta(hours=1)
    await database.write(
        deliveries.record_uncertain, due, reason="?", now=NOW, not_before=later
    )
    meanwhile = await database.read(
        deliveries.uncertain_due, now=NOW + 2 * WAIT, wait=WAIT
    )

    assert early == meanwhile == ()
    assert due.id == claimed.id
    assert await database.read(deliveries.next_wakeup, wait=WAIT) == later


async def test_what_failed_takes_the_parts_behind_it_along(
    database: Database, house: House
):
    first, second = await database.write(some_deliveries, house, count=2)
    claimed = await database.write(claim_one)

    await database.write(deliveries.record_failed, claimed, reason="Too long.", now=NOW)

    assert (await state_of(database, first)).state == "failed"
    assert (await state_of(database, second)).state == "failed"


async def test_what_is_held_goes_out_when_an_admin_says_so(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    claimed = await database.write(claim_one)
    await database.write(deliveries.record_held, claimed, reason="?", now=NOW)
    key: dict[str, Any] = {
        "workspace_id": house.workspace.id,
        "delivery_id": claimed.id,
    }

    held = await database.write(claim)
    released = await database.write(deliveries.release, **key, now=NOW)
    again = await database.write(deliveries.release, **key, now=NOW)

    assert held == ()
    assert (released, again) == (True, False)
    assert (await database.write(claim_one)).key == claimed.key


# ── edits and deletions ────────────────────────────────────────────────────────


async def an_edit(
    database: Database, house: House, *, words: str, operation: str = "edit"
) -> Delivery:
    (post, *_) = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=9
    )

    def add(connection: Connection) -> Delivery:
        from bot.storage import editions

        issue = editions.by_id(
            connection, workspace_id=house.workspace.id, edition_id=post.edition_id
        )
        assert issue is not None
        (edit,) = deliveries.add(
            connection,
            workspace_id=house.workspace.id,
            issue=issue,
            destination=house.destination,
            parts=parts(words=words),
            operation=operation,  # type: ignore[arg-type]
            now=NOW,
        )
        return edit

    return await database.write(add)


async def test_an_edit_waits_for_its_post_and_names_its_message(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    edit = await an_edit(database, house, words="New")

    post = await database.write(claim_one)
    await database.write(deliveries.record_sent, post, message_id="m7", now=NOW)
    claimed = await database.write(claim_one)

    assert (post.operation, claimed.operation) == ("post", "edit")
    assert (claimed.id, claimed.message_id) == (edit.id, "m7")
    assert claimed.key == post.key


async def test_an_edit_of_what_never_went_out_does_not_wake_anybody(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    await an_edit(database, house, words="New")
    post = await database.write(claim_one)
    await database.write(deliveries.record_failed, post, reason="No.", now=NOW)

    assert await database.write(claim) == ()
    assert await database.read(deliveries.next_wakeup, wait=WAIT) is None


async def test_a_second_edit_takes_the_place_of_the_first(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    post = await database.write(claim_one)
    await database.write(deliveries.record_sent, post, message_id="m", now=NOW)
    await an_edit(database, house, words="First")
    first = await database.write(claim_one)
    await database.write(deliveries.record_sent, first, message_id="m", now=NOW)

    same = await an_edit(database, house, words="First")
    changed = await an_edit(database, house, words="Second")

    assert (same.state, changed.state) == ("sent", "ready")
    assert (await database.write(claim_one)).payload == {"text": "Second 1"}


async def test_an_edit_made_while_another_is_on_its_way_has_the_last_word(
    database: Database, house: House
):
    await database.write(some_deliveries, house)
    post = await database.write(claim_one)
    await database.write(deliveries.record_sent, post, message_id="m", now=NOW)
    await an_edit(database, house, words="First")
    on_its_way = await database.write(claim_one)

    await an_edit(database, house, words="Second")
    too_early = await database.write(claim, NOW + LEASE / 2)
    answer = await database.write(
        deliveries.record_sent, on_its_way, message_id="m", now=NOW
    )
    second = await database.write(claim_one, NOW + LEASE)

    assert too_early == ()
    assert not answer
    assert second.payload == {"text": "Second 1"}


async def test_an_edit_goes_where_the_post_went(database: Database, house: House):
    await database.write(some_deliveries, house)

    def move(connection: Connection) -> Destination:
        return destinations.ensure(
            connection,
            workspace_id=house.workspace.id,
            name="news",
            channel="elsewhere",
        )

    await database.write(move)

    edit = await an_edit(database, house, words="New", operation="delete")
    assert edit.channel == "one-news"


# ── looking ────────────────────────────────────────────────────────────────────


async def test_the_next_wake_up_is_the_earliest_of_all_reasons(
    database: Database,
):
    at: list[datetime | None] = [await database.read(deliveries.next_wakeup, wait=WAIT)]
    house = await database.write(a_house)
    await database.write(some_deliveries, house, count=2)
    at.append(await database.read(deliveries.next_wakeup, wait=WAIT))
    claimed = await database.write(claim_one)
    at.append(await database.read(deliveries.next_wakeup, wait=WAIT))
    await database.write(deliveries.record_uncertain, claimed, reason="?", now=NOW)
    at.append(await database.read(deliveries.next_wakeup, wait=WAIT))
    await database.write(
        deliveries.record_retry, claimed, not_before=NOW + WAIT, reason="?", now=NOW
    )
    at.append(await database.read(deliveries.next_wakeup, wait=WAIT))

    assert at == [None, NOW, NOW + LEASE, NOW + WAIT, NOW + WAIT]


async def test_the_newest_deliveries_come_first(database: Database, house: House):
    await database.write(some_deliveries, house, count=3)

    newest = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=2
    )

    assert [delivery.part for delivery in newest] == [3, 2]
