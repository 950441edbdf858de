"""Access that managers grant to other people, checked at every command."""

from dataclasses import replace

import pytest

from bot.configuration import file_import
from bot.model import Permission, Person, PlatformName
from tests.bot.commands.editors import Editor, editor, errors, said
from tests.bot.harness import CONFIGURATION, BotHarness

BEN = Person(id="ben", name="Ben", permission=Permission.EVERYONE)


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


@pytest.fixture
def ben(ana: Editor) -> Editor:
    """A reader."""
    return Editor(harness=ana.harness, place=ana.place, person=BEN)


async def test_a_person_with_a_grant_may_edit(ana: Editor, ben: Editor):
    assert "Only editors" in said(await ben.says("newsdesk status"))
    await ana.does("newsdesk access grant", who="<@ben>")
    await ben.sets("stories", "7")
    assert (await ana.harness.digest()).options.stories == 7


async def test_a_role_grants_access_while_it_is_held(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="<@&4711>")
    holder = replace(ben, person=replace(BEN, roles=("1", "4711")))
    assert not (await holder.says("newsdesk status")).problem
    assert (await ben.says("newsdesk status")).problem


async def test_a_persons_id_is_no_roles_id(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="role ben")
    assert (await ben.says("newsdesk status")).problem


async def test_a_revoked_grant_ends_at_once(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="ben")
    shown = await ben.proposes("stories", "7")
    await ana.does("newsdesk access revoke", who="ben")
    assert "Only editors" in said(await ben.presses(shown, "Confirm"))
    assert (await ana.harness.digest()).options.stories == 5


async def test_a_grant_cannot_grant(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="ben")
    answer = await ben.says("newsdesk access grant", who="mallory")
    assert "Only people who manage" in said(answer)
    shown = await ana.says("newsdesk access grant", who="mallory")
    assert "Only people who manage" in said(await ben.presses(shown, "Confirm"))
    listed = said(await ana.says("newsdesk access list"))
    assert "person ben" in listed
    assert "mallory" not in listed


async def test_a_grant_opens_one_workspace_only(ana: Editor, ben: Editor):
    await ana.harness.apply(CONFIGURATION.replace('"newsroom"', '"rival"'))
    await ana.does("newsdesk access grant", who="ben")
    there = replace(ben, place=await ana.harness.place("rival"))
    assert "Only editors" in said(await there.says("newsdesk status"))


async def test_grants_are_in_the_history_and_can_be_reverted(ana: Editor, ben: Editor):
    saved = await ana.does("newsdesk access grant", who="ben")
    assert "New editor: person ben" in said(saved)
    await ana.presses(await ana.presses(saved, "Take this back"), "Confirm")
    assert (await ben.says("newsdesk status")).problem


async def test_the_file_exports_and_imports_grants(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="ben")
    text = await ana.harness.db.read(file_import.dump_configuration)
    assert 'editors = [\n    "person ben",\n]' in text
    assert await ana.harness.apply(text, prune=True) == ()
    await ana.harness.apply(CONFIGURATION, prune=True)
    assert (await ben.says("newsdesk status")).problem


async def test_what_is_completed_follows_the_grant(ana: Editor, ben: Editor):
    await ana.does("newsdesk access grant", who="ben")
    asked = replace(
        await ana.harness.asks("newsdesk post", False, None, {}), person=BEN
    )
    assert await ana.harness.inbox.complete(asked, "digest", "") == ("Morning brief",)


def on(platform: PlatformName, ana: Editor) -> Editor:
    """Ana, in a workspace of that platform."""
    workspace = replace(ana.place.workspace, platform=platform)
    return replace(ana, place=replace(ana.place, workspace=workspace))


@pytest.mark.parametrize(
    ("platform", "who"),
    [
        ("slack", "@editors"),
        ("slack", "editors"),
        ("slack", "role editors"),
        ("slack", "person S0123ABC"),
        ("discord", "@Editors"),
        ("discord", "ben"),
    ],
)
async def test_a_name_that_is_no_mention_grants_nothing(
    ana: Editor, platform: PlatformName, who: str
):
    form = await on(platform, ana).is_asked("newsdesk access grant", who=who)
    said_why = errors(form)["who"]
    assert f"«{who}» as plain text" in said_why
    assert "choose the person or" in said_why


@pytest.mark.parametrize(
    ("platform", "who", "named"),
    [
        ("slack", "<!subteam^S0123ABC|@editors>", "role S0123ABC"),
        ("slack", "<@U0123ABC|ben>", "person U0123ABC"),
        ("slack", "person W0123ABC", "person W0123ABC"),
        ("discord", "<@&4711>", "role 4711"),
        ("discord", "4711", "person 4711"),
    ],
)
async def test_a_mention_or_an_id_is_shown_before_access_is_granted(
    ana: Editor, platform: PlatformName, who: str, named: str
):
    shown = await on(platform, ana).says("newsdesk access grant", who=who)
    assert named in said(shown)


async def test_an_old_grant_by_name_can_be_revoked(ana: Editor):
    """Before, such a grant could be made; it can still be revoked by name."""
    await ana.does("newsdesk access grant", who="editors")
    shown = await on("slack", ana).says("newsdesk access revoke", who="@editors")
    assert "person editors" in said(shown)


@pytest.mark.parametrize("who", ["<@a b>", "everyone else", "💥", "x" * 41, "<!here>"])
async def test_an_unknown_person_is_reported_at_the_question(ana: Editor, who: str):
    form = await ana.is_asked("newsdesk access grant", who=who)
    assert list(errors(form)) == ["who"]
