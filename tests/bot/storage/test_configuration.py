from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from bot.errors import UnknownName, UserError
from bot.model import Digest, DigestOptions, Source
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
    schema,
    source_store,
    workspace_store,
)
from digests.messages import Message
from digests.types import Sections
from tests.bot.storage.builders import NOW, Tenant, a_due, a_stored_edition, a_tenant


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


async def test_a_workspace_met_again_keeps_its_key_and_zone(database: Database):
    first = await database.write(
        workspace_store.upsert_workspace,
        platform="discord",
        external_id="1001",
        name="Old",
        now=NOW,
        zone="Europe/Berlin",
    )
    again = await database.write(
        workspace_store.upsert_workspace,
        platform="discord",
        external_id="1001",
        name="New",
        now=NOW,
    )

    assert (again.id, again.name, again.zone) == (first.id, "New", "Europe/Berlin")
    assert (
        await database.read(
            workspace_store.find_workspace,
            Scope(first.id),
        )
        == again
    )
    assert (
        await database.read(
            workspace_store.find_workspace_by_external_id,
            platform="discord",
            external_id="1001",
        )
        == again
    )


async def test_the_same_id_on_two_platforms_is_two_workspaces(database: Database):
    for platform in ("discord", "slack"):
        await database.write(
            workspace_store.upsert_workspace,
            platform=platform,
            external_id="1",
            name="x",
            now=NOW,
        )

    assert len(await database.read(workspace_store.list_workspaces)) == 2


async def test_a_workspace_left_is_back_with_all_it_had(
    database: Database, tenant: Tenant
):
    await database.write(
        workspace_store.mark_workspace_left, Scope(tenant.workspace.id), now=NOW
    )
    left = await database.read(workspace_store.list_workspaces)

    await database.write(a_tenant)

    assert left == ()
    assert await database.read(workspace_store.list_workspaces) == (tenant.workspace,)
    assert await database.read(
        digest_store.list_digests,
        Scope(tenant.workspace.id),
    ) == (tenant.digest,)


async def test_a_destination_moved_to_another_channel_works_again(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    await database.write(
        destination_store.pause_destination,
        scope,
        destination_id=tenant.destination.id,
        reason=Message("The channel is gone."),
    )

    moved = await database.write(
        destination_store.upsert_destination, scope, name="news", channel="other"
    )

    assert (moved.id, moved.channel) == (tenant.destination.id, "other")
    assert moved.paused is None


async def test_a_destination_added_again_stays_paused(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    paused = await database.write(
        destination_store.pause_destination,
        scope,
        destination_id=tenant.destination.id,
        reason=Message("The channel is gone."),
    )

    same = await database.write(
        destination_store.upsert_destination, scope, name="news", channel="one-news"
    )

    assert same == paused
    assert str(same.paused) == "The channel is gone."
    resumed = await database.write(
        destination_store.resume_destination, scope, destination_id=same.id
    )
    assert resumed == tenant.destination


async def test_a_channel_has_one_name(database: Database, tenant: Tenant):
    with pytest.raises(UserError, match="is the destination «news» already"):
        await database.write(
            destination_store.upsert_destination,
            Scope(tenant.workspace.id),
            name="other",
            channel="one-news",
        )


async def test_a_destination_is_renamed_unless_the_name_is_taken(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    await database.write(
        destination_store.upsert_destination, scope, name="sport", channel="s"
    )

    with pytest.raises(UserError, match="already a destination «sport»"):
        await database.write(
            destination_store.rename_destination,
            scope,
            destination_id=tenant.destination.id,
            name="sport",
        )
    renamed = await database.write(
        destination_store.rename_destination,
        scope,
        destination_id=tenant.destination.id,
        name="daily",
    )

    assert renamed is not None
    assert (
        await database.read(
            destination_store.find_destination_by_name, scope, name="daily"
        )
        == renamed
    )
    assert (
        await database.read(
            destination_store.find_destination_by_name, scope, name="news"
        )
        is None
    )


async def test_a_removed_destination_leaves_its_digests(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)

    gone = await database.write(
        destination_store.delete_destination,
        scope,
        destination_id=tenant.destination.id,
    )
    again = await database.write(
        destination_store.delete_destination,
        scope,
        destination_id=tenant.destination.id,
    )

    digest = await database.read(
        digest_store.find_digest_by_name, scope, name="Morning"
    )
    assert (gone, again) == (True, False)
    assert digest is not None
    assert digest.destinations == ()


async def test_a_public_source_is_stored_once_and_keeps_its_name(database: Database):
    def make(connection: Connection, name: str) -> Source:
        return source_store.upsert_source(
            connection,
            workspace_id=None,
            kind="feed",
            address="https://news.example/feed",
            name=name,
        )

    first = await database.write(make, "Canal Post")

    assert await database.write(make, "Something else") == first


async def test_a_private_source_is_its_workspaces_own(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")

    def make(connection: Connection, tenant: Tenant, name: str) -> Source:
        return source_store.upsert_source(
            connection,
            workspace_id=tenant.workspace.id,
            kind="folder",
            address="/srv/notes",
            name=name,
        )

    first = await database.write(make, one, "Notes")
    other = await database.write(make, two, "Notes")

    assert first.id != other.id
    assert await database.write(make, one, "Our notes") == first


async def test_a_source_has_the_result_of_its_last_reading(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    failed = replace(
        tenant.source,
        last_success_at=NOW,
        problem=Message("It answers 404."),
        failures=3,
    )
    await database.write(source_store.update_source, source=failed)
    (bad,) = await database.read(
        source_store.list_sources,
        scope,
    )
    await database.write(
        source_store.update_source, source=replace(failed, problem=None)
    )
    (good,) = await database.read(
        source_store.list_sources,
        scope,
    )

    assert bad == failed
    assert (good.last_success_at, good.problem) == (NOW, None)


async def test_a_shared_source_is_read_once_and_not_while_all_are_paused(
    database: Database,
):
    one = await database.write(a_tenant, name="one", shared=True)
    two = await database.write(a_tenant, name="two", shared=True)

    shared = await database.read(source_store.list_due_sources, now=NOW, limit=9)
    for tenant in (one, two):
        await database.write(
            digest_store.pause_digest,
            Scope(tenant.workspace.id),
            digest_id=tenant.digest.id,
        )

    assert shared == (one.source,)
    assert await database.read(source_store.list_due_sources, now=NOW, limit=9) == ()


async def test_a_digest_added_again_is_changed_and_keeps_schedules_and_pause(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    options = DigestOptions(
        stories=3,
        include=("battery", "“solid state”"),
        exclude=("rumour",),
        quiet_hours="22:00-07:00",
        language="de",
    )

    def change(connection: Connection) -> Digest:
        schedule_store.replace_schedules(
            connection,
            scope,
            digest_id=tenant.digest.id,
            rows=[
                schedule_store.NewSchedule(
                    sentence="daily at 8:30", rule={}, zone="UTC", next=a_due()
                )
            ],
        )
        digest_store.pause_digest(connection, scope, digest_id=tenant.digest.id)
        return digest_store.upsert_digest(
            connection,
            scope,
            name="Morning",
            sources=[tenant.source],
            destinations=[],
            options=options,
        )

    digest = await database.write(change)

    assert digest == Digest(
        id=tenant.digest.id,
        workspace_id=tenant.workspace.id,
        name="Morning",
        sources=(tenant.source,),
        destinations=(),
        schedules=("daily at 8:30",),
        options=options,
        paused=True,
        next_due=a_due().at,
    )
    assert (
        await database.read(digest_store.find_digest_by_name, scope, name="Morning")
        == digest
    )


async def test_sources_and_destinations_keep_their_order(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)

    def build(connection: Connection) -> Digest:
        read = [
            source_store.upsert_source(
                connection, workspace_id=None, kind="feed", address=letter, name=letter
            )
            for letter in "bca"
        ]
        posted = [
            destination_store.upsert_destination(
                connection, scope, name=letter, channel=letter
            )
            for letter in "zyx"
        ]
        return digest_store.upsert_digest(
            connection,
            scope,
            name="Letters",
            sources=[read[2], read[0], read[1], read[0]],
            destinations=[posted[1], posted[0], posted[2]],
        )

    digest = await database.write(build)

    assert [source.name for source in digest.sources] == ["a", "b", "c"]
    assert [place.name for place in digest.destinations] == ["y", "z", "x"]


async def test_a_deleted_digest_frees_its_name_and_keeps_its_editions(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    stored_edition = await database.write(a_stored_edition, tenant)

    gone = await database.write(
        digest_store.delete_digest, scope, digest_id=tenant.digest.id, now=NOW
    )
    again = await database.write(
        digest_store.delete_digest, scope, digest_id=tenant.digest.id, now=NOW
    )
    rebuilt = await database.write(a_tenant)

    assert (gone, again) == (True, False)
    assert rebuilt.digest.id != tenant.digest.id
    assert await database.read(
        digest_store.list_digests,
        scope,
    ) == (rebuilt.digest,)
    kept = await database.read(
        edition_store.find_edition_by_public_id,
        scope,
        public_id=stored_edition.public_id,
    )
    assert kept == stored_edition


@pytest.mark.parametrize("sections", [None, ("also", "summary")])
async def test_a_digest_keeps_its_style(
    database: Database, tenant: Tenant, sections: Sections
):
    look = DigestOptions(summary="long", brief=0, sections=sections)

    changed = await database.write(
        digest_store.upsert_digest,
        Scope(tenant.workspace.id),
        name="Morning",
        sources=[tenant.source],
        destinations=[],
        options=look,
    )

    assert changed.options == look


async def test_settings_of_another_version_have_defaults_for_what_they_lack(
    database: Database, tenant: Tenant
):
    stored = {"version": 1, "summary": "long", "quotes": 2, "unknown": True}
    await database.write(
        lambda connection: connection.execute(
            schema.digests.update().values(settings=stored)
        )
    )

    digest = await database.read(
        digest_store.find_digest_by_name,
        Scope(tenant.workspace.id),
        name="Morning",
    )

    assert digest is not None
    assert digest.options == DigestOptions(summary="long", quotes=2)


async def test_a_planned_digest_posts_when_the_whole_one_does(
    database: Database, tenant: Tenant
):
    scope = Scope(tenant.workspace.id)
    await database.write(
        digest_store.upsert_digest,
        scope,
        name="Morning",
        sources=[tenant.source],
        destinations=[tenant.destination],
        options=DigestOptions(quiet_hours="07:00-09:00", stories=3),
    )
    paused: dict[str, Any] = {
        "paused": False,
        "until": date(2026, 3, 1),
        "skips": [date(2026, 4, 2)],
    }
    await database.write(
        digest_store.set_digest_pause, scope, digest_id=tenant.digest.id, **paused
    )

    (whole,) = await database.read(digest_store.list_digests, scope)
    (planned,) = await database.read(digest_store.list_planned_digests, scope)

    assert planned == replace(
        whole,
        sources=(),
        destinations=(),
        options=DigestOptions(quiet_hours="07:00-09:00"),
    )


async def test_pausing_and_resuming_a_digest(database: Database, tenant: Tenant):
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "digest_id": tenant.digest.id,
    }

    paused = await database.write(digest_store.pause_digest, **key)
    resumed = await database.write(digest_store.resume_digest, **key)

    assert paused is not None
    assert paused.paused
    assert resumed == tenant.digest


async def test_a_digest_takes_no_source_or_destination_of_another_workspace(
    database: Database,
):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")

    for foreign in (
        {"sources": [two.source], "destinations": []},
        {"sources": [], "destinations": [two.destination]},
    ):
        with pytest.raises(UnknownName, match="not exist in this workspace"):
            await database.write(
                digest_store.upsert_digest,
                Scope(one.workspace.id),
                name="Morning",
                **foreign,
            )
    kept = await database.read(
        digest_store.list_digests,
        Scope(one.workspace.id),
    )
    assert kept == (one.digest,)


async def test_listing_digests_takes_the_same_queries_however_many_there_are(
    database: Database, tenant: Tenant
):
    def count_queries(connection: Connection) -> int:
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(connection, "before_cursor_execute", note)
        digest_store.list_digests(
            connection,
            Scope(tenant.workspace.id),
        )
        event.remove(connection, "before_cursor_execute", note)
        return len(seen)

    one = await database.read(count_queries)
    for name in ("Noon", "Evening"):
        await database.write(
            digest_store.upsert_digest,
            Scope(tenant.workspace.id),
            name=name,
            sources=[tenant.source],
            destinations=[tenant.destination],
        )

    assert await database.read(count_queries) == one
