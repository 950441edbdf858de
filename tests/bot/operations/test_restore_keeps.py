"""What a backup does not know and is taken over all the same."""

from bot import restoring
from bot.installed import Installed
from bot.storage import (
    Database,
    deliveries,
    erasing,
    installations,
    restorations,
    workspaces,
)
from bot.storage.restorations import DOUBTED
from tests.bot.restoring.past import DAY, Past, rows
from tests.bot.storage.builders import a_house, some_deliveries
from tests.fakes import NOON

# ── what is taken over, and what never comes again ──────────────────────────


async def test_keys_that_were_given_after_the_backup_never_come_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    given = {
        table: rows(past.file, f"SELECT max(id) FROM {table}")[0][0]
        for table in ("articles", "editions", "deliveries")
    }
    past.clock.advance(DAY)
    past.restore(told=False)
    async with past.open() as desk:
        await desk.post("again")
    for table, last in given.items():
        lowest = rows(past.file, f"SELECT min(id) FROM {table}")[0][0]
        assert lowest > last


async def test_newer_tokens_of_a_workspace_are_taken_over(past: Past):
    """What a refresh token was exchanged for is good once: the old one is spent."""
    sealed = installations.Sealed(token="old", refresh="old", expires_at=NOON)
    installed = Installed(
        id=0, team="T1", name="Team", installer="U1", scopes=("commands",),
        installed_at=NOON, tokens=None, version=1, broken=None,
    )  # fmt: skip
    async with past.open() as desk:
        number = await desk.db.write(
            installations.keep,
            platform="slack",
            installed=installed,
            sealed=sealed,
            now=NOON,
        )
        past.back_up()
        found = Installed(
            id=number, team="T1", name="Team", installer="U1", scopes=("commands",),
            installed_at=NOON, tokens=None, version=1, broken=None,
        )  # fmt: skip
        await desk.db.write(
            installations.settle,
            installed=found,
            sealed=installations.Sealed(token="new", refresh="new", expires_at=NOON),
            broken=None,
        )
    assert restoring.look(past.kept, past.file).sealed == 1
    assert past.restore().found.tokens == 1
    assert rows(past.file, "SELECT token, version FROM installations") == [("new", 2)]


async def test_a_workspace_that_was_erased_since_is_erased_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        here = (await desk.digest()).workspace_id
        await desk.db.write(
            erasing.show,
            workspace_id=here,
            person_id=None,
            reason="asked",
            now=past.clock.now(),
        )
        await desk.db.write(erasing.order, workspace_id=here, now=past.clock.now())
    assert past.restore().found.erased == 1
    async with past.open() as desk:
        assert await desk.db.read(erasing.ordered) == (here,)
        assert await desk.db.read(workspaces.every) == ()


async def test_what_was_to_be_done_to_messages_is_done_all_the_same(
    database: Database,
):
    """On both kinds of database: only posts are doubted."""

    def prepared(conn):
        house = a_house(conn)
        return house, some_deliveries(conn, house, count=2)

    house, _ = await database.write(prepared)
    found = await database.write(restoring.make_safe, now=NOON + DAY, told=True)
    assert (found.doubted, found.passed_over) == (2, 1)
    after = await database.read(deliveries.held, workspace_id=house.workspace.id)
    assert after == ()
    restored = await database.read(restorations.last)
    assert restored is not None
    assert (restored.at, restored.told) == (NOON + DAY, True)
    newest = await database.read(
        deliveries.newest, workspace_id=house.workspace.id, count=9
    )
    assert {(one.state, one.reason) for one in newest} == {("uncertain", DOUBTED)}

    def another(conn):
        return some_deliveries(conn, house, slot="09:30")

    (later,) = await database.write(another)
    assert later.id > restorations.LEAP
