"""The recipient of the notice that posting to a destination has stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, select

from bot.delivery import private_notices
from bot.model.scope import PersonScope, Scope
from bot.model.sign_in import OWNER_ID
from bot.storage import (
    Connection,
    Database,
    change_store,
    notice_store,
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


def make_change(connection: Connection, tenant: Tenant, person: str, name: str) -> None:
    """Make the tenant's channel a destination; nobody's id is empty."""
    scope, channel = Scope(tenant.workspace.id), tenant.destination.channel
    steps = [{"noun": "destination", "after": {"channel": channel}}]
    made = change_store.propose_change(connection, scope, steps, person, name, NOW)
    change_store.confirm_change(
        connection, scope, made.public_id, person, name, NOW + timedelta(seconds=1)
    )


@pytest.mark.parametrize("person", ["", OWNER_ID])
async def test_what_the_operator_set_up_without_an_account_goes_to_the_installer(
    database: Database, tenant: Tenant, person: str
):
    """In the terminal, or as the owner in the console."""
    await database.write(make_change, tenant, person, "the operator")
    await database.write(stop, tenant, tenant.destination.id)

    assert await database.read(list_recipients) == [None]


async def test_the_first_person_who_changed_something_is_no_operator(
    database: Database, tenant: Tenant
):
    def find(connection: Connection) -> str | None:
        scope = Scope(tenant.workspace.id)
        return notice_store.find_person_to_notify(connection, scope, None)

    await database.write(make_change, tenant, "", "the operator")
    await database.write(make_change, tenant, OWNER_ID, "The owner")
    assert await database.read(find) is None
    await database.write(make_change, tenant, "7", "Ana")
    assert await database.read(find) == "7"


async def test_who_made_the_channel_a_destination_is_told_even_after_the_operator(
    database: Database, tenant: Tenant
):
    await database.write(make_change, tenant, "7", "Ana")
    await database.write(make_change, tenant, "", "the operator")
    await database.write(stop, tenant, tenant.destination.id)

    assert await database.read(list_recipients) == ["7"]


async def test_where_nobody_changed_anything_it_is_who_installed_the_bot_or_an_editor(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)

    def find(connection: Connection) -> str | None:
        return notice_store.find_person_to_notify(connection, scope, None)

    def add(connection: Connection, /, table: Table, **values: object) -> None:
        row = {"workspace_id": scope.workspace_id, **values}
        connection.execute(table.insert().values(row))

    await database.write(add, schema.grants, kind="role", external_id="5")
    assert await database.read(find) is None
    await database.write(add, schema.grants, kind="person", external_id="8")
    assert await database.read(find) == "8"
    installed = {"installed_at": NOW, "token": "?", "version": 1, "scopes": []}
    await database.write(add, schema.installations, installer="9", **installed)
    assert await database.read(find) == "9"
