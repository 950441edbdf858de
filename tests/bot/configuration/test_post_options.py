"""Post options of a destination: set by file and from chat, and kept."""

from dataclasses import replace

import pytest

from bot.configuration import file_import
from bot.configuration.validation import find_post_option_problems
from bot.errors import ConfigurationError
from bot.model import (
    DEFAULT_POST_OPTIONS,
    Destination,
    Location,
    Permission,
    PostOptions,
    Workspace,
)
from bot.model.scope import Scope
from bot.platforms.plugins import load_plugins
from bot.storage import destination_store, workspace_store
from tests.bot.commands.editors import ANA, Editor, errors, said
from tests.bot.harness import CONFIGURATION, BotHarness

ON_DISCORD = (
    CONFIGURATION.replace('"local"', '"discord"')
    .replace('id = "newsroom"', 'id = "1001"')
    .replace('"c-morning"', '"2001"')
)
ALL_SET = ON_DISCORD.replace(
    'channel = "2001"\n',
    'channel = "2001"\nsilent = true\nping = "4711"\nthread = true\ncrosspost = true\n',
)
EVERYTHING = PostOptions(silent=True, ping="4711", thread=True, crosspost=True)


async def server_of(harness: BotHarness) -> Workspace:
    found = await harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="discord",
        external_id="1001",
    )
    assert found is not None
    return found


async def place_of(harness: BotHarness) -> Destination:
    server = await server_of(harness)
    (place,) = await harness.db.read(
        destination_store.list_destinations, Scope(server.id)
    )
    return place


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """An editor in a channel of a Discord server that is a destination."""
    await harness.apply(ON_DISCORD)
    server = await server_of(harness)
    return Editor(harness=harness, place=Location(workspace=server, channel="2001"))


# ── the type ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "options", [DEFAULT_POST_OPTIONS, EVERYTHING, PostOptions(thread=True)]
)
def test_options_are_stored_whole(options):
    assert PostOptions.from_stored(options.to_stored()) == options


def test_without_options_messages_are_posted_plainly():
    assert (
        PostOptions.from_stored(None)
        == PostOptions.from_stored({})
        == DEFAULT_POST_OPTIONS
    )


@pytest.mark.parametrize(
    ("platform", "options", "words"),
    [
        ("slack", PostOptions(silent=True), "Slack does not offer this."),
        ("slack", PostOptions(ping="4711"), "Slack does not offer this."),
        ("slack", PostOptions(crosspost=True), "Slack does not offer this."),
        ("local", PostOptions(thread=True), "The local page does not offer this."),
        ("discord", PostOptions(ping="all"), "by its number"),
        ("discord", PostOptions(ping="1001"), "Everybody cannot be pinged"),
    ],
)
def test_invalid_options_are_reported_plainly(platform, options, words):
    (found,) = find_post_option_problems(
        options, load_plugins()[platform], workspace="1001"
    )
    assert words in str(found)


@pytest.mark.parametrize(
    ("platform", "options"),
    [("discord", EVERYTHING), ("slack", PostOptions(thread=True))],
)
def test_what_a_platform_has_can_be_set(platform, options):
    assert (
        list(
            find_post_option_problems(
                options, load_plugins()[platform], workspace="1001"
            )
        )
        == []
    )


# ── by file ────────────────────────────────────────────────────────────────────


async def test_the_file_sets_all_of_it(harness):
    await harness.apply(ALL_SET)
    assert (await place_of(harness)).post_options == EVERYTHING


async def test_what_the_file_leaves_out_is_off(harness):
    await harness.apply(ALL_SET)
    await harness.apply(ON_DISCORD)
    assert (await place_of(harness)).post_options == DEFAULT_POST_OPTIONS


async def test_applying_twice_changes_nothing_the_second_time(harness):
    await harness.apply(ALL_SET)
    assert await harness.apply(ALL_SET) == ()


async def test_the_plan_shows_the_differences(harness):
    await harness.apply(ON_DISCORD)
    (change,) = await harness.apply(ALL_SET)
    assert change.text == (
        "destination «morning»: silent: no → yes, ping: nobody → 4711, "
        "thread: no → yes, crosspost: no → yes"
    )


async def test_an_export_has_only_what_is_set(harness):
    await harness.apply(ALL_SET)
    text = await harness.db.read(file_import.dump_configuration)
    assert 'ping = "4711"' in text
    assert "silent = true" in text
    assert await harness.apply(text) == ()
    await harness.apply(ON_DISCORD)
    assert "silent" not in await harness.db.read(file_import.dump_configuration)


async def test_the_file_is_refused_where_the_platform_has_no_such_thing(harness):
    wrong = CONFIGURATION.replace('"c-morning"\n', '"c-morning"\nsilent = true\n')
    with pytest.raises(ConfigurationError, match="destination «morning», silent: The"):
        await harness.apply(wrong)


# ── from chat ──────────────────────────────────────────────────────────────────


async def test_an_editor_sets_it_for_the_channel_that_they_are_in(ana, harness):
    shown = await ana.proposes("silent", "yes", target="here")
    assert "silent: no → yes" in said(shown)
    assert (await place_of(harness)).post_options == DEFAULT_POST_OPTIONS, (
        "nothing before it is confirmed"
    )
    await ana.presses(shown, "Confirm")
    assert (await place_of(harness)).post_options == PostOptions(silent=True)


@pytest.mark.parametrize("written", ["<@&4711>", "4711", "role 4711"])
async def test_a_role_is_named_by_a_mention_or_its_number(ana, harness, written):
    await ana.sets("ping", written, target="here")
    assert (await place_of(harness)).post_options.ping == "4711"
    await ana.sets("ping", "nobody", target="here")
    assert (await place_of(harness)).post_options.ping is None


async def test_without_words_a_form_shows_how_it_is(ana):
    await ana.sets("ping", "4711", target="here")
    form = await ana.is_asked("newsdesk set", target="#morning", setting="ping")
    assert [field.value for field in form.fields] == ["4711"]


@pytest.mark.parametrize("written", ["<@4711>", "@everyone", "4711 4712", "1001"])
async def test_an_invalid_role_is_asked_again(ana, written):
    assert await ana.fails_to_set("ping", written, target="here")


async def test_what_a_platform_lacks_is_refused_at_its_question(harness):
    editor = Editor(harness=harness, place=await harness.place())
    why = await editor.fails_to_set("silent", "yes", target="here")
    assert "The local page does not offer this." in why


async def test_in_a_channel_that_is_no_destination_it_explains_what_to_do(ana):
    form = await ana.at("2009").is_asked(
        "newsdesk set", target="here", setting="silent"
    )
    assert "Run /newsdesk home in it to add it." in errors(form)["target"]


async def test_a_set_option_can_be_reverted(ana, harness):
    made = await ana.sets("ping", "<@&4711>", target="here")
    shown = await ana.presses(made, "Take this back")
    await ana.presses(shown, "Confirm")
    assert (await place_of(harness)).post_options == DEFAULT_POST_OPTIONS


async def test_another_name_keeps_how_it_is_posted(ana, harness):
    await ana.sets("silent", "yes", target="here")
    await ana.sets("name", "early", target="here")
    place = await place_of(harness)
    assert (place.name, place.post_options) == ("early", PostOptions(silent=True))


async def test_it_is_in_the_history(ana):
    await ana.sets("ping", "4711", target="here")
    assert "4711" in said(await ana.says("newsdesk history"))


async def test_people_with_a_grant_may_not_choose_the_pinged_role(ana, harness):
    await ana.does("newsdesk access grant", who="<@ben>")
    ben = replace(ana, person=replace(ANA, id="ben", permission=Permission.EVERYONE))
    answer = await ben.proposes("ping", "4711", target="here")
    assert answer.problem
    assert "choose the role to ping" in said(answer)
    await ben.sets("silent", "yes", target="here")
    assert (await place_of(harness)).post_options == PostOptions(silent=True)
