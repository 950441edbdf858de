"""Data newer than the backup that a restore carries over."""

from bot.model import AppInstallation
from bot.model.scope import Scope
from bot.operations import backup
from bot.storage import (
    Database,
    deletion_store,
    delivery_store,
    installation_store,
    restoration_store,
    workspace_store,
)
from bot.storage.restoration_store import UNCERTAIN_REASON
from tests.bot.operations.backup_harness import DAY, BackupHarness, rows
from tests.bot.storage.builders import a_tenant, some_deliveries
from tests.fakes import NOON

# ── what is carried over, and what is gone for good ─────────────────────────


async def test_keys_that_were_given_after_the_backup_never_come_again(
    backups: BackupHarness,
):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    given = {
        table: rows(backups.file, f"SELECT max(id) FROM {table}")[0][0]
        for table in ("articles", "editions", "deliveries")
    }
    backups.clock.advance(DAY)
    backups.restore(published=False)
    async with backups.open() as harness:
        await harness.post("again")
    for table, last in given.items():
        lowest = rows(backups.file, f"SELECT min(id) FROM {table}")[0][0]
        assert lowest > last


async def test_newer_tokens_of_a_workspace_are_taken_over(backups: BackupHarness):
    """A refresh token works once: the old one is spent."""
    sealed = installation_store.EncryptedTokens(
        token="old", refresh="old", expires_at=NOON
    )
    installed = AppInstallation(
        id=0, team="T1", name="Team", installer="U1", scopes=("commands",),
        installed_at=NOON, tokens=None, version=1, broken=None,
    )  # fmt: skip
    async with backups.open() as harness:
        number = await harness.db.write(
            installation_store.replace_installation,
            platform="slack",
            installed=installed,
            encrypted=sealed,
            now=NOON,
        )
        backups.back_up()
        found = AppInstallation(
            id=number, team="T1", name="Team", installer="U1", scopes=("commands",),
            installed_at=NOON, tokens=None, version=1, broken=None,
        )  # fmt: skip
        await harness.db.write(
            installation_store.finish_token_exchange,
            installed=found,
            encrypted=installation_store.EncryptedTokens(
                token="new", refresh="new", expires_at=NOON
            ),
            broken=None,
        )
    assert backup.inspect_backup(backups.kept, backups.file).sealed == 1
    assert backups.restore().tokens == 1
    assert rows(backups.file, "SELECT token, version FROM installations") == [
        ("new", 2)
    ]


async def test_a_workspace_that_was_erased_since_is_erased_again(
    backups: BackupHarness,
):
    backups.back_up()
    async with backups.open() as harness:
        here = (await harness.digest()).workspace_id
        await harness.db.write(
            deletion_store.propose_erasure,
            Scope(here),
            person_id=None,
            reason="asked",
            now=backups.clock.now(),
        )
        await harness.db.write(
            deletion_store.order_erasure, Scope(here), now=backups.clock.now()
        )
    assert backups.restore().erased == 1
    async with backups.open() as harness:
        assert await harness.db.read(deletion_store.list_ordered_erasures) == (here,)
        assert await harness.db.read(workspace_store.list_workspaces) == ()


async def test_pending_edits_and_deletions_are_still_done(database: Database):
    """On both databases: only posts become uncertain."""

    def prepared(conn):
        tenant = a_tenant(conn)
        return tenant, some_deliveries(conn, tenant, count=2)

    tenant, _ = await database.write(prepared)
    found = await database.write(
        backup.secure_restored_database, now=NOON + DAY, published=True
    )
    assert (found.uncertain, found.skipped) == (2, 1)
    after = await database.read(
        delivery_store.list_held_deliveries, Scope(tenant.workspace.id)
    )
    assert after == ()
    restored = await database.read(restoration_store.find_last_restoration)
    assert restored is not None
    assert (restored.at, restored.published) == (NOON + DAY, True)
    newest = await database.read(
        delivery_store.list_newest_deliveries, Scope(tenant.workspace.id), count=9
    )
    assert {(one.state, one.reason) for one in newest} == {
        ("uncertain", UNCERTAIN_REASON)
    }

    def another(conn):
        return some_deliveries(conn, tenant, slot="09:30")

    (later,) = await database.write(another)
    assert later.id > restoration_store.SKIPPED_IDS
