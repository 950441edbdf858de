"""The contract of every mailbox: the database's, and the one in memory."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import SendRefused
from bot.ports import Mailbox
from bot.storage import Database, workspace_store
from bot.storage.message_store import LocalMailbox
from tests.bot.platforms.local.samples import MADE, a_delivery
from tests.fakes_mailbox import MemoryMailbox


@pytest.fixture(
    params=[
        "memory",
        "sqlite_url",
        pytest.param("postgres_url", marks=pytest.mark.postgres),
    ]
)
async def mailbox(request) -> AsyncIterator[Mailbox]:
    if request.param == "memory":
        yield MemoryMailbox()
        return
    database = Database.open(request.getfixturevalue(request.param))
    workspace = await database.write(
        workspace_store.upsert_workspace,
        platform="local",
        external_id="local",
        name="L",
        now=MADE,
    )
    assert workspace.id == 1, "the samples' messages are in workspace 1"
    yield LocalMailbox(database)
    await database.close()


async def test_one_key_is_one_message(mailbox):
    first = await mailbox.put(a_delivery(), MADE)
    assert await mailbox.put(a_delivery(), MADE) == first
    assert await mailbox.newest(1, "news", count=9) == (first,)


async def test_a_message_is_found_by_its_key_in_its_channel(mailbox):
    message = await mailbox.put(a_delivery(), MADE)
    assert await mailbox.find(1, "news", "key-1") == message
    assert await mailbox.find(1, "science", "key-1") is None
    assert await mailbox.find(2, "news", "key-1") is None


async def test_a_change_keeps_the_id_and_notes_the_time(mailbox):
    first = await mailbox.put(a_delivery(), MADE)
    changed = await mailbox.change(a_delivery(fallback_text="Corrected"), MADE)
    assert (changed.id, changed.fallback_text) == (first.id, "Corrected")
    assert changed.edited_at == MADE


async def test_changing_a_deleted_message_is_rejected(mailbox):
    with pytest.raises(SendRefused):
        await mailbox.change(a_delivery(), MADE)


async def test_removing_twice_is_not_an_error(mailbox):
    await mailbox.put(a_delivery(), MADE)
    await mailbox.remove(a_delivery())
    await mailbox.remove(a_delivery())
    assert await mailbox.newest(1, "news", count=9) == ()


async def test_the_newest_come_oldest_first(mailbox):
    for number in range(1, 6):
        await mailbox.put(a_delivery(number), MADE)
    ids = [message.id for message in await mailbox.newest(1, "news", count=3)]
    assert ids == sorted(ids)
    assert len(ids) == 3
    last = ids[-1]
    newer = await mailbox.newest(1, "news", count=9, after=ids[0])
    assert [message.id for message in newer] == [ids[1], last]


async def test_ids_grow(mailbox):
    first = await mailbox.put(a_delivery(1), MADE)
    second = await mailbox.put(a_delivery(2, channel="science"), MADE)
    assert second.id > first.id


async def test_each_channel_with_messages_has_a_newest_id(mailbox):
    await mailbox.put(a_delivery(1), MADE)
    news = await mailbox.put(a_delivery(2), MADE)
    science = await mailbox.put(a_delivery(3, channel="science"), MADE)
    assert await mailbox.newest_ids(1) == {"news": news.id, "science": science.id}
    assert await mailbox.newest_ids(2) == {}
