import pytest

from bot.storage import Connection, Database, deliveries, destinations, editions
from bot.types import Delivery, Destination
from tests.bot.storage.builders import (
    LEASE,
    NOW,
    WAIT,
    House,
    a_house,
    claim,
    claim_one,
    parts,
    some_deliveries,
)


@pytest.fixture
async def house(database: Database) -> House:
    return await database.write(a_house)


async def an_edit(
    database: Database, house: House, *, words: str, operation: str = "edit"
) -> Delivery:
    (post, *_) = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=9
    )

    def add(connection: Connection) -> Delivery:
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
    post = await database.write(claim_one)
    await database.write(deliveries.record_sent, post, message_id="m", now=NOW)

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
