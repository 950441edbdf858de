"""The recipient of the notice that posting to a destination has stopped."""

import pytest
from sqlalchemy import select

from bot.delivery import private_notices
from bot.model.scope import PersonScope, Scope
from bot.storage import (
    Connection,
    Database,
    personal_digest_store,
    schema,
)
from digests.messages import Message
from tests.bot.storage.builders import NOW, Tenant, a_tenant


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant, platform="discord")


def stop(connection: Connection, tenant: Tenant, destination_id: int) -> None:
    private_notices.add_stop_notice(
        connection,
        Scope(tenant.workspace.id),
        destination_id=destination_id,
        reason=Message("Not allowed."),
        returns=False,
        now=NOW,
    )


def list_recipients(connection: Connection) -> list[str | None]:
    return list(connection.execute(select(schema.notices.c.person_id)).scalars())


async def test_problems_of_a_channel_from_a_file_go_to_the_installer(
    database: Database, tenant: Tenant
):
    await database.write(stop, tenant, tenant.destination.id)

    assert await database.read(list_recipients) == [None]


async def test_problems_of_a_personal_destination_are_private(
    database: Database, tenant: Tenant
):
    def stop_personal(connection: Connection) -> None:
        own = personal_digest_store.upsert_personal_digest(
            connection,
            PersonScope(tenant.workspace.id, "7"),
            name="Mine",
            language="en",
        )
        (place,) = own.destinations
        assert place.person == "7"
        stop(connection, tenant, place.id)

    await database.write(stop_personal)

    assert await database.read(list_recipients) == []
