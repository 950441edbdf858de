"""Changes by the operator in the terminal: recorded in the history, revertible."""

from pathlib import Path

import pytest

from bot.configuration import changes, file_import
from bot.configuration.change_steps import (
    OPERATOR,
    ChangeContext,
    ChangeRequest,
    EntryEdit,
    InvalidChange,
)
from bot.model import SettingsEntry
from bot.model.scope import Scope
from bot.platforms.plugins import load_plugins
from bot.storage import change_store, digest_store, workspace_store
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import CONFIGURATION, BotHarness

OTHER = '\n[[workspace]]\nplatform = "local"\nid = "other"\n'
BRAND_NEW = CONFIGURATION.replace('id = "newsroom"', 'id = "brand-new"')


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def apply(ana: Editor, text: str, *, prune: bool = False) -> None:
    """Run `standfirst apply`."""
    file = Path(ana.harness.home) / "newsroom.toml"
    file.write_text(text, encoding="utf-8")
    wanted = file_import.read_file(file, load_plugins())
    now = ana.harness.clock.now()
    await ana.harness.db.write(
        file_import.apply_file, wanted, prune=prune, now=now, recorded=True
    )


async def history(ana: Editor) -> str:
    return said(await ana.says("newsdesk history"))


async def take_back(ana: Editor) -> None:
    """Revert the newest change, and confirm it."""
    shown = await ana.presses(await ana.says("newsdesk history"), "Revert")
    assert not shown.problem, said(shown)
    made = await ana.presses(shown, "Confirm")
    assert not made.problem, said(made)


async def test_it_records_who_when_and_the_previous_value(ana):
    await apply(ana, CONFIGURATION + "stories = 7\n")
    reported = await history(ana)
    assert "stories: 5 → 7" in reported
    assert "the operator, in the terminal · today 13:00" in reported


async def test_in_german_too(ana):
    await apply(ana, CONFIGURATION + "stories = 7\n")
    ana.locale = "de"
    assert "Betreiber, im Terminal" in await history(ana)


async def test_a_member_who_calls_themselves_so_is_named_as_they_are(ana):
    bo = ana.also(OPERATOR.name)
    await bo.sets("stories", "7")
    ana.locale = "de"
    assert "Betreiber" not in await history(ana)


async def test_a_file_that_changes_nothing_leaves_no_line(ana):
    await apply(ana, CONFIGURATION)
    assert "No changes have been made" in await history(ana)


async def test_it_can_be_reverted(ana):
    await apply(ana, CONFIGURATION + "stories = 7\n")
    await take_back(ana)
    assert (await ana.harness.digest()).options.stories == 5


async def test_all_that_a_file_brought_and_took_comes_back(ana):
    before = await ana.harness.digest()
    changed = (
        CONFIGURATION.replace("Morning brief", "Evening")
        .replace('name = "morning"', 'name = "evening"')
        .replace("c-morning", "c-evening")
        .replace('destinations = ["morning"]', 'destinations = ["evening"]')
        .replace("Europe/Berlin", "Europe/Lisbon")
    )
    await apply(ana, changed, prune=True)
    assert [d.name for d in await ana.harness.archive.all_digests()] == ["Evening"]
    await take_back(ana)
    (after,) = await ana.harness.archive.all_digests()
    assert (after.id, after.name) == (before.id, before.name)
    assert [d.name for d in after.destinations] == ["morning"]
    assert [s.address for s in after.sources] == [s.address for s in before.sources]
    assert (await ana.harness.place()).workspace.zone == "Europe/Berlin"


async def test_a_new_workspace_starts_with_a_revertible_entry(ana):
    await apply(ana, BRAND_NEW)
    there = await editor(ana.harness, "brand-new")
    reported = await history(there)
    assert "Morning brief" in reported
    await take_back(there)
    here = there.place.workspace.id
    assert (
        await ana.harness.db.read(
            digest_store.list_digests,
            Scope(here),
        )
        == ()
    )


async def test_only_the_workspaces_that_changed_have_a_line(ana):
    await apply(ana, CONFIGURATION + OTHER)
    await apply(ana, CONFIGURATION + "stories = 7\n" + OTHER)
    other = await ana.harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="local",
        external_id="other",
    )
    assert await kept(ana, other.id) == 0
    assert await kept(ana, ana.place.workspace.id) == 1


async def kept(ana: Editor, workspace_id: int) -> int:
    found = await ana.harness.db.read(
        change_store.list_newest_changes, Scope(workspace_id), count=9
    )
    return len(found)


async def test_nothing_is_recorded_or_applied_of_what_is_refused(ana):
    with pytest.raises(InvalidChange):
        await change(ana, {"paused": True}, {"stories": 99})
    assert "No changes have been made" in await history(ana)
    assert not (await ana.harness.digest()).paused


@pytest.mark.parametrize(("paused", "recorded"), [(True, 1), (False, 0)])
async def test_a_pause_is_recorded_once(ana, paused, recorded):
    for _ in range(2):
        await change(ana, {"paused": paused})
    assert (await ana.harness.digest()).paused == paused
    assert await kept(ana, ana.place.workspace.id) == recorded


def with_values(values: SettingsEntry) -> EntryEdit:
    return lambda entry: {**(entry or {}), **values}


async def change(ana: Editor, *wanted: SettingsEntry) -> None:
    """Run `standfirst digest pause` and similar commands."""
    requests = [
        ChangeRequest(noun="digest", name="Morning brief", edit=with_values(values))
        for values in wanted
    ]
    operator = ChangeContext(plugins=load_plugins(), now=ana.harness.clock.now())
    await ana.harness.db.write(
        changes.apply_requests, ana.place.workspace.scope, requests, operator
    )
