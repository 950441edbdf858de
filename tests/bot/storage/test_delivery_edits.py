import pytest

from bot.model import Delivery, Destination
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    delivery_queue,
    delivery_store,
    destination_store,
    edition_store,
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
    parts,
    some_deliveries,
)


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def an_edit(
    database: Database, tenant: Tenant, *, words: str, operation: str = "edit"
) -> Delivery:
    (post, *_) = await database.read(
        delivery_store.list_newest_deliveries, Scope(tenant.workspace.id), count=9
    )

    def add(connection: Connection) -> Delivery:
        stored_edition = edition_store.find_edition(
            connection, Scope(tenant.workspace.id), edition_id=post.edition_id
        )
        assert stored_edition is not None
        (edit,) = delivery_store.add_deliveries(
            connection,
            Scope(tenant.workspace.id),
            stored_edition=stored_edition,
            destination=tenant.destination,
            parts=parts(words=words),
            operation=operation,  # type: ignore[arg-type]
            now=NOW,
        )
        return edit

    return await database.write(add)


async def test_an_edit_waits_for_its_post_and_names_its_message(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    edit = await an_edit(database, tenant, words="New")

    post = await database.write(claim_one)
    await database.write(delivery_store.record_sent, post, message_id="m7", now=NOW)
    claimed = await database.write(claim_one)

    assert (post.operation, claimed.operation) == ("post", "edit")
    assert (claimed.id, claimed.message_id) == (edit.id, "m7")
    assert claimed.key == post.key


async def test_an_edit_of_what_never_went_out_does_not_wake_anybody(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    await an_edit(database, tenant, words="New")
    post = await database.write(claim_one)
    await database.write(
        delivery_store.record_failed, post, reason=Message("No."), now=NOW
    )

    assert await database.write(claim) == ()
    assert await database.read(delivery_queue.find_next_delivery_at, wait=WAIT) is None


async def test_a_second_edit_takes_the_place_of_the_first(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    post = await database.write(claim_one)
    await database.write(delivery_store.record_sent, post, message_id="m", now=NOW)
    await an_edit(database, tenant, words="First")
    first = await database.write(claim_one)
    await database.write(delivery_store.record_sent, first, message_id="m", now=NOW)

    same = await an_edit(database, tenant, words="First")
    changed = await an_edit(database, tenant, words="Second")

    assert (same.state, changed.state) == ("sent", "ready")
    assert (await database.write(claim_one)).payload == {"text": "Second 1"}


async def test_an_edit_made_while_another_is_on_its_way_has_the_last_word(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    post = await database.write(claim_one)
    await database.write(delivery_store.record_sent, post, message_id="m", now=NOW)
    await an_edit(database, tenant, words="First")
    on_its_way = await database.write(claim_one)

    await an_edit(database, tenant, words="Second")
    too_early = await database.write(claim, NOW + LEASE / 2)
    answer = await database.write(
        delivery_store.record_sent, on_its_way, message_id="m", now=NOW
    )
    second = await database.write(claim_one, NOW + LEASE)

    assert too_early == ()
    assert not answer
    assert second.payload == {"text": "Second 1"}


async def test_an_edit_is_sent_to_the_channel_of_the_post(
    database: Database, tenant: Tenant
):
    await database.write(some_deliveries, tenant)
    post = await database.write(claim_one)
    await database.write(delivery_store.record_sent, post, message_id="m", now=NOW)

    def move(connection: Connection) -> Destination:
        return destination_store.upsert_destination(
            connection,
            Scope(tenant.workspace.id),
            name="news",
            channel="elsewhere",
        )

    await database.write(move)

    edit = await an_edit(database, tenant, words="New", operation="delete")
    assert edit.channel == "one-news"
