"""The contract of every record of files: the database's, and the one in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.model import Delivery, Scope, Upload
from bot.ports import UploadStore
from bot.storage import Connection, Database
from bot.storage.picture_store import DatabaseUploadStore
from tests.bot.storage.builders import a_tenant, some_deliveries
from tests.builders import a_delivery
from tests.fakes import FakeClock, FakeUploadStore

CARD = "ab" * 32


@dataclass(frozen=True, kw_only=True)
class Record:
    """A store, and a message that may show a picture."""

    store: UploadStore
    delivery: Delivery

    async def find(self, **changes: Any) -> Upload | None:
        wanted: dict[str, Any] = {
            "picture": CARD,
            "edition_id": self.delivery.edition_id,
        } | changes
        scope = wanted.pop("scope", self.delivery.scope)
        return await self.store.find(scope, **wanted)

    async def begin(self, file, replaces=None):
        return await self.store.begin(
            self.delivery.scope,
            picture=CARD,
            edition_id=self.delivery.edition_id,
            file=file,
            replaces=replaces,
        )

    async def unused(self, *but):
        return [upload.file for upload in await self.store.claim_unused(but)]


@pytest.fixture(
    params=[
        "memory",
        "sqlite_url",
        pytest.param("postgres_url", marks=pytest.mark.postgres),
    ]
)
async def record(request) -> AsyncIterator[Record]:
    if request.param == "memory":
        yield Record(store=FakeUploadStore(), delivery=a_delivery())
        return

    def store_message(connection: Connection) -> Delivery:
        tenant = a_tenant(connection, platform="slack")
        (delivery,) = some_deliveries(connection, tenant)
        return delivery

    database = Database.open(request.getfixturevalue(request.param))
    delivery = await database.write(store_message)
    store = DatabaseUploadStore(database, FakeClock(), "slack")
    yield Record(store=store, delivery=delivery)
    await database.close()


async def test_a_file_that_was_begun_is_found_by_its_picture_and_edition(record):
    begun = await record.begin("F1")
    assert (begun.file, begun.state, begun.workspace_external_id) == (
        "F1",
        "begun",
        "one",
    )
    assert await record.find() == begun
    assert await record.find(picture="cd" * 32) is None
    assert await record.find(edition_id=begun.edition_id + 1) is None
    assert await record.find(scope=Scope(begun.workspace_id + 1)) is None


async def test_of_two_processes_the_first_one_sends_its_file(record):
    first = await record.begin("F1")
    assert await record.begin("F2") == first
    assert await record.find() == first


async def test_a_file_that_was_given_up_is_replaced_once(record):
    first = await record.begin("F1")
    second = await record.begin("F2", replaces=first)
    assert second.file == "F2"
    assert await record.begin("F3", replaces=first) == second
    assert await record.find() == second


async def test_a_file_becomes_ready(record):
    await record.store.set_state(await record.begin("F1"), "ready")
    assert (await record.find()).state == "ready"


async def test_an_unused_file_is_listed_until_it_is_deleted(record):
    begun = await record.begin("F1")
    assert await record.unused() == []
    await record.store.set_state(begun, "unused")
    assert await record.find() is None
    assert await record.unused() == ["F1"]
    assert await record.unused() == ["F1"]
    await record.store.set_state(begun, "deleted")
    assert await record.unused() == []
    assert await record.find() is None


async def test_files_of_a_workspace_can_be_left_out(record):
    await record.store.set_state(await record.begin("F1"), "unused")
    assert await record.unused("one") == []
    assert await record.unused("two") == ["F1"]


async def test_a_file_that_its_only_message_cannot_show_is_unused(record):
    begun = await record.begin("F1")
    await record.store.set_state(begun, "ready")
    await record.store.give_up(begun, record.delivery)
    assert await record.unused() == ["F1"]
