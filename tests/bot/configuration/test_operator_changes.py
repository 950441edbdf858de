"""What the operator changes in the terminal stands in the history, with a way back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.configuration import file_import, operator_changes
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
    """`standfirst apply`."""
    file = Path(ana.harness.home) / "newsroom.toml"
    file.write_text(text, encoding="utf-8")
    wanted = file_import.read_file(file, load_plugins())
    now = ana.harness.clock.now()
    await ana.harness.db.write(
        operator_changes.apply_and_record, wanted, prune=prune, now=now
    )


async def history(ana: Editor) -> str:
    return said(await ana.says("newsdesk history"))


async def take_back(ana: Editor) -> None:
    """The newest change, confirmed."""
    shown = await ana.presses(await ana.says("newsdesk history"), "Revert")
    assert not shown.problem, said(shown)
    made = await ana.presses(shown, "Confirm")
    assert not made.problem, said(made)


async def test_it_says_who_when_and_what_was_before(ana):
    await apply(ana, CONFIGURATION + "stories = 7\n")
    reported = await history(ana)
    assert "stories: 5 → 7" in reported
    assert "the operator, in the terminal · today 13:00" in reported


async def test_in_german_too(ana):
    await apply(ana, CONFIGURATION + "stories = 7\n")
    ana.locale = "de"
    assert "Betreiber, im Terminal" in await history(ana)


async def test_a_member_who_calls_themselves_so_is_named_as_they_are(ana):
    bo = ana.also(operator_changes.OPERATOR_NAME)
    await bo.does("newsdesk style", stories="7")
    ana.locale = "de"
    assert "Betreiber" not in await history(ana)


async def test_a_file_that_changes_nothing_leaves_no_line(ana):
    await apply(ana, CONFIGURATION)
    assert "Nothing was changed" in await history(ana)


async def test_it_can_be_taken_back(ana):
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


async def test_a_new_workspace_begins_with_a_line_that_can_be_taken_back(ana):
    await apply(ana, BRAND_NEW)
    there = await editor(ana.harness, "brand-new")
    reported = await history(there)
    assert "Morning brief" in reported
    await take_back(there)
    here = there.place.workspace.id
    assert await ana.harness.archive.digests(here) == ()


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
        change_store.list_newest_changes, workspace_id=workspace_id, count=9
    )
    return len(found)


async def test_nothing_is_recorded_of_what_fails(ana):
    def fails(conn: Any) -> None:
        digest_store.pause_digest(conn, **key)
        raise RuntimeError("in the middle")

    digest = await ana.harness.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    with pytest.raises(RuntimeError):
        await record(ana, fails)
    assert "Nothing was changed" in await history(ana)
    assert not (await ana.harness.digest()).paused


@pytest.mark.parametrize("act", [digest_store.pause_digest, digest_store.resume_digest])
async def test_a_pause_is_recorded_once(ana, act):
    digest = await ana.harness.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    for _ in range(2):
        await record(ana, partial(act, **key))
    assert await kept(ana, digest.workspace_id) == (
        1 if act is digest_store.pause_digest else 0
    )


async def record(ana: Editor, act: Callable[..., Any]) -> None:
    await ana.harness.db.write(
        operator_changes.record_changes,
        act,
        concerns=lambda _: True,
        now=ana.harness.clock.now(),
    )
