"""How messages are posted at a destination: set by file and from chat, and kept."""

from dataclasses import replace

import pytest

from bot import config_file
from bot.errors import ConfigurationError
from bot.manners import PLAIN, Manner, as_settings, mistakes, of_settings
from bot.storage import destinations, workspaces
from bot.types import Destination, Permission, Place, Workspace
from tests.bot.commands.editors import ANA, Editor, errors, said
from tests.bot.newsroom import CONFIGURATION, Newsroom

ON_DISCORD = (
    CONFIGURATION.replace('"local"', '"discord"')
    .replace('id = "newsroom"', 'id = "1001"')
    .replace('"c-morning"', '"2001"')
)
ALL_SET = ON_DISCORD.replace(
    'channel = "2001"\n',
    'channel = "2001"\nsilent = true\nping = "4711"\nthread = true\ncrosspost = true\n',
)
EVERYTHING = Manner(silent=True, ping="4711", thread=True, crosspost=True)


async def server_of(desk: Newsroom) -> Workspace:
    found = await desk.db.read(
        workspaces.by_external, platform="discord", external_id="1001"
    )
    assert found is not None
    return found


async def place_of(desk: Newsroom) -> Destination:
    server = await server_of(desk)
    (place,) = await desk.db.read(destinations.in_workspace, workspace_id=server.id)
    return place


@pytest.fixture
async def ana(desk: Newsroom) -> Editor:
    """An editor in a channel of a Discord server that is a destination."""
    await desk.apply(ON_DISCORD)
    server = await server_of(desk)
    return Editor(desk=desk, place=Place(workspace=server, channel="2001"))


# ── the noun ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("manner", [PLAIN, EVERYTHING, Manner(thread=True)])
def test_settings_say_a_manner_whole(manner):
    assert of_settings(as_settings(manner)) == manner


def test_nothing_said_is_posted_plainly():
    assert of_settings(None) == of_settings({}) == PLAIN


@pytest.mark.parametrize(
    ("platform", "manner", "words"),
    [
        ("slack", Manner(silent=True), "Slack has no messages without a sound."),
        ("slack", Manner(ping="4711"), "Slack has no roles to ping."),
        ("slack", Manner(crosspost=True), "Slack has no channels that follow"),
        ("local", Manner(thread=True), "The local page has no threads."),
        ("discord", Manner(ping="all"), "by its number"),
        ("discord", Manner(ping="1001"), "Everybody cannot be pinged"),
    ],
)
def test_what_cannot_be_is_said_plainly(platform, manner, words):
    ((_, text),) = mistakes(manner, platform=platform, workspace="1001")
    assert words in str(text)


@pytest.mark.parametrize(
    ("platform", "manner"), [("discord", EVERYTHING), ("slack", Manner(thread=True))]
)
def test_what_a_platform_has_can_be_set(platform, manner):
    assert list(mistakes(manner, platform=platform, workspace="1001")) == []


# ── by file ────────────────────────────────────────────────────────────────────


async def test_the_file_sets_all_of_it(desk):
    await desk.apply(ALL_SET)
    assert (await place_of(desk)).manner == EVERYTHING


async def test_what_the_file_leaves_out_is_off(desk):
    await desk.apply(ALL_SET)
    await desk.apply(ON_DISCORD)
    assert (await place_of(desk)).manner == PLAIN


async def test_applying_twice_changes_nothing_the_second_time(desk):
    await desk.apply(ALL_SET)
    assert await desk.apply(ALL_SET) == ()


async def test_the_plan_says_what_would_be_different(desk):
    await desk.apply(ON_DISCORD)
    (change,) = await desk.apply(ALL_SET)
    assert change.text == (
        "destination «morning»: 2001 → 2001, silent, ping 4711, thread, crosspost"
    )


async def test_an_export_says_what_is_set_and_nothing_else(desk):
    await desk.apply(ALL_SET)
    text = await desk.db.read(config_file.export)
    assert 'ping = "4711"' in text
    assert "silent = true" in text
    assert await desk.apply(text) == ()
    await desk.apply(ON_DISCORD)
    assert "silent" not in await desk.db.read(config_file.export)


async def test_the_file_is_refused_where_the_platform_has_no_such_thing(desk):
    wrong = CONFIGURATION.replace('"c-morning"\n', '"c-morning"\nsilent = true\n')
    with pytest.raises(ConfigurationError, match="destination «morning», silent: The"):
        await desk.apply(wrong)


# ── from chat ──────────────────────────────────────────────────────────────────


async def test_an_editor_sets_it_for_the_channel_that_they_are_in(ana, desk):
    shown = await ana.says("newsdesk destination edit", silent="yes", thread="yes")
    assert "silent: no → yes" in said(shown)
    assert (await place_of(desk)).manner == PLAIN, "nothing before it is confirmed"
    await ana.presses(shown, "Confirm")
    assert (await place_of(desk)).manner == Manner(silent=True, thread=True)


@pytest.mark.parametrize("written", ["<@&4711>", "4711", "role 4711"])
async def test_a_role_is_named_by_a_mention_or_its_number(ana, desk, written):
    await ana.does("newsdesk destination edit", ping=written)
    assert (await place_of(desk)).manner.ping == "4711"
    await ana.does("newsdesk destination edit", ping="nobody")
    assert (await place_of(desk)).manner.ping is None


async def test_without_words_a_form_shows_how_it_is(ana):
    await ana.does("newsdesk destination edit", ping="4711")
    form = await ana.is_asked("newsdesk destination edit")
    stands = {field.name: field.value for field in form.fields}
    assert stands == {
        "name": "morning",
        "silent": "no",
        "ping": "4711",
        "thread": "no",
        "crosspost": "no",
    }


@pytest.mark.parametrize("written", ["<@4711>", "@everyone", "4711 4712", "1001"])
async def test_what_is_no_role_is_asked_again(ana, written):
    form = await ana.is_asked("newsdesk destination edit", ping=written)
    assert list(errors(form)) == ["ping"]


async def test_what_a_platform_lacks_is_refused_at_its_question(desk):
    editor = Editor(desk=desk, place=await desk.place())
    form = await editor.is_asked("newsdesk destination edit", silent="yes")
    assert "The local page has no" in errors(form)["silent"]


async def test_in_a_channel_that_is_no_destination_it_says_what_to_do(ana):
    answer = await ana.at("2009").says("newsdesk destination edit", silent="yes")
    assert answer.problem
    assert "/newsdesk destination here" in said(answer)


async def test_what_was_set_can_be_taken_back(ana, desk):
    made = await ana.does("newsdesk destination edit", silent="yes", ping="4711")
    shown = await ana.presses(made, "Take this back")
    await ana.presses(shown, "Confirm")
    assert (await place_of(desk)).manner == PLAIN


async def test_saying_here_once_more_keeps_how_it_is_posted(ana, desk):
    await ana.does("newsdesk destination edit", silent="yes")
    await ana.does("newsdesk destination here", name="early")
    place = await place_of(desk)
    assert (place.name, place.manner) == ("early", Manner(silent=True))


async def test_it_stands_in_the_history(ana):
    await ana.does("newsdesk destination edit", ping="4711")
    assert "4711" in said(await ana.says("newsdesk history"))


async def test_who_was_let_in_by_an_editor_may_not_say_who_is_pinged(ana, desk):
    await ana.does("newsdesk access grant", who="<@ben>")
    ben = replace(ana, person=replace(ANA, id="ben", permission=Permission.EVERYONE))
    answer = await ben.says("newsdesk destination edit", ping="4711")
    assert answer.problem
    assert "which role is pinged" in said(answer)
    await ben.does("newsdesk destination edit", silent="yes")
    assert (await place_of(desk)).manner == Manner(silent=True)
