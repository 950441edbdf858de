"""Help, and what is answered to a command of an earlier release."""

from dataclasses import replace

import pytest

from bot.commands.help_pages import (
    explain_former_command,
    fill_examples,
    read_former_commands,
)
from bot.i18n.translation import Texts
from bot.model import ListItem, Permission, Reply
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import BotHarness
from tests.texts import commands

#: Commands of the first release.
FORMER = 69
MOST_LINES = 16


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    return await editor(harness)


async def test_readers_see_only_what_they_may_use(ana):
    ben = replace(ana, person=replace(ana.person, permission=Permission.EVERYONE))
    assert "/newsdesk" not in said(await ben.says("news help"))
    assert "/newsdesk help" in said(await ana.says("news help"))


async def test_editors_help_lists_only_what_editors_can_do(ana):
    shown = said(await ana.says("newsdesk help"))
    assert "/newsdesk status" in shown
    assert "/news latest" not in shown


async def test_verbs_of_one_noun_share_a_line(ana):
    reply = await ana.says("newsdesk help")
    lines = {one.title: one.text for one in reply.blocks if isinstance(one, ListItem)}
    assert lines["/newsdesk access"] == "grant, revoke, list"


@pytest.mark.parametrize("path", ["news help", "newsdesk help"])
async def test_help_has_few_lines(ana, path):
    assert len((await ana.says(path)).blocks) <= MOST_LINES


async def test_help_of_one_command_shows_what_to_type(ana):
    one = said(await ana.says("newsdesk help", command="post"))
    assert "/newsdesk post Morning brief to=morning" in one


async def test_help_of_a_former_command_says_where_it_is(ana):
    reply = await ana.says("newsdesk help", command="source add")
    assert "/newsdesk source add has moved to /newsdesk home" in said(reply)
    assert not reply.problem


async def test_help_of_what_is_no_command_names_the_nearest_one(ana):
    answer = said(await ana.says("news help", command="qoutes"))
    assert "Did you mean /news quotes?" in answer


# ── commands of the first release ──────────────────────────────────────────────


def typed(line: str, locale: str = "en") -> Reply:
    """The answer to a line where only «/news help» is still a command."""
    kept = [one for one in commands() if one.path == "news help"]
    answer = parse_command(line, kept, Texts.of(locale), explain_former_command)
    assert isinstance(answer, Reply)
    assert answer.problem
    return answer


def test_every_command_of_the_first_release_has_a_row():
    assert len(read_former_commands()) == FORMER


def test_a_former_command_is_answered_with_where_it_is_and_an_example():
    answer = said(typed("/newsdesk filter add exclude rumour"))
    assert "/newsdesk filter add has moved to /newsdesk home: the digest → " in answer
    assert 'For example: /newsdesk set "Morning brief" exclude add rumour' in answer


def test_a_former_command_in_german_is_answered_in_german():
    answer = said(typed("/newsdesk quelle hinzufügen https://news.example", "de"))
    assert "/newsdesk source add ist jetzt unter /newsdesk home zu finden: " in answer
    assert "der Digest → " in answer


def test_a_setting_is_named_as_the_panel_labels_it_in_each_language():
    assert "the digest → Leave out." in said(typed("/newsdesk filter add"))
    assert "der Digest → Weglassen." in said(typed("/newsdesk filter add", "de"))


def test_a_command_that_only_has_another_name_needs_no_presses():
    answer = said(typed("/newsdesk export"))
    assert "/newsdesk export has moved to /newsdesk config export." in answer


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("/newsdesk schedule", "newsdesk schedule list"),
        ("/newsdesk source", "newsdesk source list"),
        ("/newsdesk filter", "newsdesk filter list"),
        ("/newsdesk schedule weekdays at 8:30", "newsdesk schedule list"),
        ("/newsdesk source ad https://news.example", "newsdesk source add"),
        ("/news saved remove=2", "news saved"),
    ],
)
def test_a_noun_without_a_known_verb_is_answered_like_the_nearest_one(line, path):
    assert f"/{path} has moved to " in said(typed(line))


def test_a_word_that_was_never_a_command_gets_the_nearest_one():
    assert "Did you mean /news help?" in said(typed("/news hepl"))


# ── examples whose names exist ─────────────────────────────────────────────────


async def test_examples_name_what_was_posted_here(ana, harness):
    await harness.post()
    quotes = said(await ana.says("news help", command="quotes"))
    assert "/news quotes topic=harbour since=Monday" in quotes
    search = said(await ana.says("news help", command="search"))
    assert "/news search harbour since=yesterday" in search
    why = said(await ana.says("news help", command="why"))
    assert "/news why 1\n" in why


async def test_every_line_that_is_offered_works_as_it_stands(ana, harness):
    await harness.post()
    for line in await offered_to(ana):
        found = parse_command(line, harness.inbox.typed_commands, Texts.of("en"))
        assert isinstance(found, ParsedCommand), line
        assert not (await ana.says(found.path, **found.args)).problem, line


async def test_examples_are_those_of_the_manual_where_nothing_is_set_up():
    command = next(one for one in commands() if one.path == "news quotes")
    assert fill_examples(command, {}) == command.examples


async def test_a_place_without_editions_offers_setup_to_editors_only(ana, harness):
    ben = replace(ana, person=replace(ana.person, permission=Permission.EVERYONE))
    shown = [await offered_to(one) for one in (ana, ben)]
    assert shown == [("/newsdesk setup", "/news help"), ("/news help",)]


async def offered_to(person: Editor) -> tuple[str, ...]:
    """The lines that the page offers to try."""
    suggest = person.harness.inbox.suggest
    assert suggest is not None
    return await suggest(await person._event("", {}))
