"""Public pages of editions in both databases: names, keys, and when they exist."""

import pytest
from sqlalchemy import Connection

from bot.model import DigestOptions, StoredEdition
from bot.model.published import Visibility
from bot.storage import (
    Database,
    correction_store,
    digest_store,
    published_edition_store,
)
from bot.storage.correction_store import Correction
from bot.storage.published_edition_store import build_public_name
from tests.bot.storage.builders import NOW, Tenant, a_stored_edition, a_tenant


def publish(
    conn: Connection, tenant: Tenant, visibility: Visibility = "listed"
) -> tuple[StoredEdition, str]:
    """An edition of the tenant that has a page, and its key."""
    stored = a_stored_edition(conn, tenant)
    digest = digest_store.upsert_digest(
        conn,
        tenant.workspace.scope,
        name=tenant.digest.name,
        sources=tenant.digest.sources,
        destinations=tenant.digest.destinations,
        options=DigestOptions(web=visibility),
    )
    key = published_edition_store.publish_edition(
        conn, tenant.workspace.scope, stored, digest, visibility, NOW.date()
    )
    return stored, key


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("Morning brief", "morning-brief"),
        ("  Früh & gut!  ", "fruh-gut"),
        ("日本のニュース", "digest"),
        ("../etc/passwd", "etc-passwd"),
        ("a" * 80, "a" * 48),
        ("-" * 10, "digest"),
    ],
)
def test_the_public_name_of_a_digest_is_readable(name: str, public: str):
    assert build_public_name(name) == public


async def test_two_digests_never_have_one_public_name(database: Database):
    def work(conn: Connection) -> list[str]:
        tenants = [a_tenant(conn, name=name) for name in ("one", "two", "three")]
        return [publish(conn, tenant)[1].partition("/")[0] for tenant in tenants]

    names = await database.write(work)
    assert len(set(names)) == 3
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]


async def test_there_is_no_page_before_the_edition_is_posted(database: Database):
    def work(conn: Connection) -> list[bool]:
        tenant = a_tenant(conn, name="one")
        stored, key = publish(conn, tenant, "link")
        find = published_edition_store.find_edition_page
        before = find(conn, "link", key)
        published_edition_store.mark_edition_posted(
            conn, tenant.workspace.scope, stored.id, NOW
        )
        return [before is not None, find(conn, "link", key) is not None]

    assert await database.write(work) == [False, True]


async def test_a_page_is_found_only_as_it_was_posted(database: Database):
    def work(conn: Connection) -> list[bool]:
        tenant = a_tenant(conn, name="one")
        stored, key = publish(conn, tenant, "link")
        published_edition_store.mark_edition_posted(
            conn, tenant.workspace.scope, stored.id, NOW
        )
        find = published_edition_store.find_edition_page
        return [find(conn, kind, key) is not None for kind in ("link", "listed")]

    assert await database.write(work) == [True, False]


async def test_posting_in_another_workspace_publishes_nothing(database: Database):
    def work(conn: Connection) -> bool:
        tenant, other = a_tenant(conn, name="one"), a_tenant(conn, name="two")
        stored, key = publish(conn, tenant, "link")
        published_edition_store.mark_edition_posted(
            conn, other.workspace.scope, stored.id, NOW
        )
        return published_edition_store.find_edition_page(conn, "link", key) is None

    assert await database.write(work)


async def test_a_correction_changes_the_version_of_a_page(database: Database):
    def work(conn: Connection) -> list[str]:
        tenant = a_tenant(conn, name="one")
        scope = tenant.workspace.scope
        stored, key = publish(conn, tenant)
        published_edition_store.mark_edition_posted(conn, scope, stored.id, NOW)
        find = published_edition_store.find_edition_page
        versions = [find(conn, "listed", key)]
        correction = Correction(
            edition_id=stored.id, story="s-1", headline="H", found_at=NOW, state="due"
        )
        made = correction_store.add_correction(conn, scope, correction)
        versions.append(find(conn, "listed", key))
        correction_store.revert_corrections(conn, scope, [made], NOW)
        versions.append(find(conn, "listed", key))
        return [one.version for one in versions if one is not None]

    assert len(set(await database.write(work))) == 3
