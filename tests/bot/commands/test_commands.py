"""Answers of every command; permission, repeats and failures."""

import importlib
import pkgutil
import shutil
from typing import Any

import pytest

from bot import commands
from bot.commands import registry
from bot.commands.declaration import CommandDeclaration
from bot.model import (
    Command,
    FactTable,
    Form,
    ListItem,
    Paragraph,
    Permission,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from tests.bot.commands.editors import editor
from tests.bot.harness import BRIDGE, CONFIGURATION, BotHarness, expect_reply

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
"""


def words(answer: Reply) -> str:
    """All text of the answer."""
    found = [answer.title]
    for block in answer.blocks:
        match block:
            case Paragraph(text=text) | SmallPrint(text=text):
                found.append(text)
            case ListItem(title=title, text=text, note=note):
                found += [title, text, note]
            case QuoteBlock(card=card):
                found += [card.text, card.speaker or "", card.role or ""]
            case FactTable(rows=rows):
                found += [cell for row in rows for cell in row]
            case RenderedEdition(parts=parts):
                found += [part.fallback_text for part in parts]
    return "\n".join(found)


def quoted(answer: Reply) -> list[tuple[str | None, str]]:
    return [
        (b.card.speaker, b.card.text)
        for b in answer.blocks
        if isinstance(b, QuoteBlock)
    ]


# ── the registry ───────────────────────────────────────────────────────────────


def test_every_declared_command_is_in_the_registry_once():
    declared = []
    for file in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"bot.commands.{file.name}")
        declared += [
            one
            for one in vars(module).values()
            if isinstance(one, CommandDeclaration)
            and one.function.__module__ == module.__name__
        ]
    assert sorted(one.path for one in declared) == sorted(
        one.path for one in registry.COMMANDS
    )


def test_every_command_is_described_in_sixty_characters_with_an_example(
    empty_harness: BotHarness,
):
    for command in empty_harness.inbox.commands:
        assert 0 < len(command.description) <= 60
        assert command.examples
        for option in command.options:
            assert 0 < len(option.description) <= 100


def test_readers_commands_are_news_and_editors_commands_are_newsdesk(
    empty_harness: BotHarness,
):
    for command in empty_harness.inbox.commands:
        needed = Permission.EVERYONE
        if command.path.startswith("newsdesk "):
            needed = Permission.EDITOR
        assert command.permission is needed


# ── permission, repeats, failures ──────────────────────────────────────────────


async def test_a_reader_is_refused_every_editors_command(harness: BotHarness):
    for command in harness.inbox.commands:
        asked = await harness.asks(command.path, False, None, arguments(command))
        answer = expect_reply(await harness.inbox.dispatch(asked))
        refused = answer.problem and "Only editors" in words(answer)
        assert refused is (command.permission is Permission.EDITOR), command.path


def arguments(command: Command) -> dict[str, str]:
    return {option.name: "1" for option in command.options if option.required}


async def test_an_editor_may_use_every_command(harness: BotHarness):
    await harness.post()
    for command in harness.inbox.commands:
        asked = await harness.asks(command.path, True, None, arguments(command))
        answer = await harness.inbox.dispatch(asked)
        assert isinstance(answer, Form) or "Only editors" not in words(answer)


async def test_the_same_event_twice_has_one_effect(harness: BotHarness):
    ask = await harness.says("newsdesk post")
    pressed = await harness.asks("", True, None, {})
    confirmed = harness.inbox.press(pressed, ask.controls[0].id)
    await harness.inbox.dispatch(confirmed)
    again = expect_reply(await harness.inbox.dispatch(confirmed))
    assert "already been answered" in words(again)


async def test_pressing_confirm_twice_posts_one_edition(harness: BotHarness):
    ask = await harness.says("newsdesk post")
    for _ in range(2):
        pressed = await harness.asks("", True, None, {})
        await harness.inbox.dispatch(harness.inbox.press(pressed, ask.controls[0].id))
    await harness.outbox.drain()
    assert len({m.payload["edition"] for m in harness.platform.messages}) == 1


async def test_a_reader_who_gets_hold_of_the_confirm_button_posts_nothing(
    harness: BotHarness,
):
    ask = await harness.says("newsdesk post")
    pressed = await harness.asks("", False, None, {})
    answer = expect_reply(
        await harness.inbox.dispatch(harness.inbox.press(pressed, ask.controls[0].id))
    )
    assert answer.problem
    await harness.outbox.drain()
    assert harness.platform.messages == []


async def test_an_unknown_command_gets_a_sentence(harness: BotHarness):
    answer = await harness.says("news nonsense")
    assert answer.problem
    assert "/news help" in words(answer)


# ── readers ────────────────────────────────────────────────────────────────────


async def test_before_the_first_edition_latest_explains_how_to_get_one(
    harness: BotHarness,
):
    assert "/newsdesk post" in words(await harness.says("news latest"))


async def test_latest_shows_the_newest_edition(harness: BotHarness):
    await harness.post()
    assert "Harbour bridge closes" in words(await harness.says("news latest"))


async def test_a_story_is_found_by_number_words_and_id(harness: BotHarness):
    outcome = await harness.post()
    assert outcome.stored_edition is not None
    number, bridge = next(
        (n, s)
        for n, s in enumerate(outcome.stored_edition.edition.stories, 1)
        if "bridge" in s.headline.text
    )
    for which in (str(number), "#" + str(number), "harbour BRIDGE", bridge.id):
        answer = await harness.says("news story", story=which)
        assert answer.title == bridge.headline.text
        assert quoted(answer) == [(card.speaker, card.text) for card in bridge.cards]
        assert [card.speaker for card in bridge.cards] == ["Ada Brandt"]


@pytest.mark.parametrize("which", ["99", "0", "zebra", "s-zzzzzz", "🦊", "%_\\"])
async def test_a_story_that_is_not_there_gets_a_sentence(
    harness: BotHarness, which: str
):
    await harness.post()
    answer = await harness.says("news story", story=which)
    assert answer.problem
    assert words(answer).strip().endswith((".", "?"))


async def test_a_story_shows_where_its_outlets_differ(harness: BotHarness):
    other = BRIDGE.replace("Hallin Courier", "Strand Radio").replace("31,000", "36,000")
    harness.publish(
        "bridge-radio", other.replace("Harbour bridge closes", "Bridge shut")
    )
    await harness.post()
    said = words(await harness.says("news story", story="bridge"))
    assert "Outlets differ" in said
    assert "31,000" in said
    assert "36,000" in said


async def test_a_story_lists_its_dated_events_in_order(harness: BotHarness):
    dated = BRIDGE + "\nThe bridge was opened on 3 May 1990.\n"
    harness.publish("bridge", dated)
    await harness.post()
    said = words(await harness.says("news story", story="bridge"))
    assert "In order" in said
    assert said.index("3 May 1990") < said.index("24 November 2026")


async def test_a_storys_figures_come_with_the_sentences_that_say_what_they_are(
    harness: BotHarness,
):
    await harness.post()
    answer = await harness.says("news story", story="bridge")
    (line,) = (
        b for b in answer.blocks if isinstance(b, ListItem) and "31,000" in b.text
    )
    assert [line.text[start:end] for start, end in line.marks] == ["About 31,000"]
    sentence = "About 31,000 vehicles cross the bridge every day."
    assert sentence in words(answer)
    assert words(answer).count(sentence) == 1
    assert line.revision == answer_revision(answer)


async def test_dated_events_link_to_the_published_version(harness: BotHarness):
    dated = BRIDGE + "\nThe bridge was opened in 1990.\n"
    harness.publish("bridge", dated)
    await harness.post()
    ana = await editor(harness)
    story = await ana.says("news story", story="bridge")
    for answer in (story, await ana.presses(story, "Timeline")):
        (line,) = (
            b for b in answer.blocks if isinstance(b, ListItem) and b.title == "1990"
        )
        assert line.revision == answer_revision(answer)


def answer_revision(answer: Reply) -> str | None:
    """The version of the bridge's article that the answer links to."""
    titled = (b for b in answer.blocks if isinstance(b, ListItem))
    return next(b.revision for b in titled if b.title.startswith("Harbour bridge"))


async def test_quotes_of_a_speaker_are_the_articles_words(harness: BotHarness):
    await harness.post()
    answer = await harness.says("news quotes", speaker="brandt")
    said = quoted(answer)
    assert {speaker for speaker, _ in said} == {"Ada Brandt"}
    assert all(text in BRIDGE for _, text in said)
    assert len(said) == 2


async def test_a_wrong_spelling_of_a_speaker_offers_the_right_one(harness: BotHarness):
    await harness.post()
    answer = await harness.says("news quotes", speaker="Ada Brant")
    assert "Ada Brandt" in words(answer)


async def test_wordings_that_outlets_share_are_listed_once(harness: BotHarness):
    copy = BRIDGE.replace("Hallin Courier", "Meridian Wire").replace(
        "any time.”", "any time”."
    )
    harness.publish("bridge-wire", copy)
    await harness.post()
    said = [
        text for _, text in quoted(await harness.says("news quotes", speaker="Ada"))
    ]
    assert len(said) == 2


async def test_figures_come_with_what_they_measure_and_their_sentence(
    harness: BotHarness,
):
    await harness.post()
    answer = await harness.says("news figures", topic="bridge")
    assert "31,000" in words(answer)
    assert "About 31,000 vehicles cross the bridge every day." in words(answer)


async def test_search_finds_articles_by_all_of_the_words(harness: BotHarness):
    await harness.post()
    assert "Torvale pool reopens" in words(
        await harness.says("news search", words="roof")
    )
    nothing = await harness.says("news search", words="roof girder")
    assert "No stored article" in words(nothing)


async def test_an_empty_search_names_the_limiting_filter(harness: BotHarness):
    await harness.post()
    narrowed: dict[str, Any] = {"from": "Courier"}
    answer = await harness.says("news search", words="roof", **narrowed)
    assert "With from=Courier, no article contains all of these words: roof." in words(
        answer
    )
    assert "Without it, 1 article does." in words(answer)
    nothing = await harness.says("news search", words="zebra", **narrowed)
    assert "No stored article has all of these words: zebra." in words(nothing)


async def test_search_shows_the_sentence_with_the_words_set_apart(harness: BotHarness):
    await harness.post()
    answer = await harness.says("news search", words="girder crack")

    (line,) = [block for block in answer.blocks if isinstance(block, ListItem)]
    assert line.text.startswith("The harbour bridge at Hallin was closed")
    assert [line.text[a:b] for a, b in line.marks] == ["crack", "girder"]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"from": "Torvale"}, "Torvale pool"),
        ({"from": "Hallin"}, None),
        ({"source": "articles"}, "Torvale pool"),
        ({"speaker": "Vane"}, "Torvale pool"),
        ({"speaker": "Brandt"}, None),
        ({"since": "2026-11-24"}, "Torvale pool"),
        ({"since": "2026-11-25"}, None),
    ],
)
async def test_search_is_narrowed(
    harness: BotHarness, narrowed: dict[str, Any], found: str | None
):
    await harness.post()
    answer = words(await harness.says("news search", words="roof", **narrowed))

    assert (found or "no article contains all of these words") in answer


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"words": "roof", "source": "nowhere"}, "There is no source «nowhere» here."),
        (
            {"words": "roof", "since": "whenever"},
            "«whenever» is not a day that I understand.",
        ),
        ({"words": " ".join(f"w{n}" for n in range(99))}, "That is 99 words"),
    ],
)
async def test_an_impossible_search_explains_what_to_do(
    harness: BotHarness, wrong: dict[str, Any], said: str
):
    await harness.post()
    answer = await harness.says("news search", **wrong)

    assert answer.problem
    assert said in words(answer)


async def test_a_search_for_punctuation_explains_what_is_missing(harness: BotHarness):
    answer = await harness.says("news search", words="🙂 -bridge")

    assert "Write at least one word" in words(answer)


async def test_a_question_is_answered_with_the_sentence_and_its_place(
    harness: BotHarness,
):
    await harness.post()
    answer = await harness.says(
        "news ask", question="How many vehicles cross the harbour bridge every day?"
    )

    first = answer.blocks[0]
    assert isinstance(first, ListItem)
    assert first.text == "About 31,000 vehicles cross the bridge every day."
    assert "Hallin Courier" in first.note
    assert "24 November 2026" in first.note
    article = await harness.archive.article(
        (await harness.place()).workspace.scope, int(first.article or 0), first.revision
    )
    assert article is not None
    assert article.text[first.start : first.end] == first.text


async def test_a_passage_that_may_not_answer_has_no_check_mark(harness: BotHarness):
    await harness.post()
    answer = await harness.says("news ask", question="Who crosses the harbour bridge?")

    assert "Nearest passage" in words(answer)
    assert "This may not answer the question." in words(answer)
    assert "✓" not in words(answer)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many lorries cross the harbour bridge?", "Not in my sources."),
        ("Who opened the Marlow bridge?", "none of them mentions «Marlow»."),
        ("What did Osric Vane say about the girder?", "Not in my sources."),
    ],
)
async def test_an_unanswered_question_lists_what_was_searched(
    harness: BotHarness, question: str, said: str
):
    await harness.post()
    answer = words(await harness.says("news ask", question=question))

    assert said in answer
    assert "I searched" in answer
    assert "24 November 2026" in answer


@pytest.mark.parametrize(
    "odd", ["%", "?", "who?", '" OR 1=1 --', "a" * 6000, "\u202e", "🙂", "地震は?"]
)
async def test_odd_questions_get_an_answer(harness: BotHarness, odd: str):
    await harness.post()
    assert not (await harness.says("news ask", question=odd)).problem


async def test_quotes_and_figures_are_narrowed_by_day(harness: BotHarness):
    await harness.post()
    asked: list[tuple[str, dict[str, Any]]] = [
        ("news quotes", {"speaker": "Brandt"}),
        ("news figures", {"topic": "bridge"}),
    ]
    for command, args in asked:
        late = words(await harness.says(command, **args, since="2026-11-25"))
        soon = words(await harness.says(command, **args, since="2026-11-24"))
        assert late.startswith("\nNo")
        assert "1 " in soon or "2 " in soon


async def test_sources_complete_the_option(harness: BotHarness):
    invocation = await harness.asks("news search", True, None, {})

    assert await harness.inbox.complete(invocation, "source", "art") == ("articles",)


@pytest.mark.parametrize(
    "odd", ["%", "_", "'", '" OR 1=1 --', "a" * 6000, "\u202e", "*"]
)
async def test_odd_searches_get_an_answer(harness: BotHarness, odd: str):
    await harness.post()
    assert not (await harness.says("news search", words=odd)).problem


async def test_why_gives_the_reasons_for_a_story(harness: BotHarness):
    await harness.post()
    answer = await harness.says("news why", story="1")
    assert "is based on this article" in words(answer)


async def test_why_gives_the_reason_for_an_omitted_article(empty_harness: BotHarness):
    empty_harness.publish("bridge", BRIDGE)
    empty_harness.publish(
        "ball", BRIDGE.replace("bridge", "rumour mill").replace("girder", "wheel")
    )
    await empty_harness.apply(CONFIGURATION + 'exclude = ["rumour"]\n')
    await empty_harness.post()
    answer = await empty_harness.says("news why", story="rumour mill")
    assert "leaves out" in words(answer)


# ── editors ────────────────────────────────────────────────────────────────────


async def test_status_shows_next_and_past_editions(harness: BotHarness):
    await harness.post()
    said = words(await harness.says("newsdesk status"))
    assert "Morning brief" in said
    assert "13:02" in said
    assert "sent" in said


async def test_status_does_not_show_local_folder_paths(harness: BotHarness):
    shutil.rmtree(harness.home / "articles")
    await harness.ingestor.refresh((await harness.digest()).sources, insist=True)
    said = words(await harness.says("newsdesk status"))
    assert "There is no file or folder «articles»" in said
    assert str(harness.home) not in said


async def test_status_shows_a_destination_that_takes_nothing(harness: BotHarness):
    from bot.errors import SendRefused

    harness.platform.script(SendRefused("The channel was deleted."))
    await harness.post()
    assert "The channel was deleted." in words(await harness.says("newsdesk status"))


async def test_a_preview_shows_what_would_be_posted_and_counts(harness: BotHarness):
    said = words(await harness.says("newsdesk preview"))
    assert "Harbour bridge closes" in said
    assert "2 articles read" in said
    assert harness.platform.messages == []


async def test_without_a_name_the_digest_that_posts_here_is_meant(harness: BotHarness):
    await harness.apply(CONFIGURATION + SECOND)
    answer = await harness.says("newsdesk preview")
    assert answer.title == "Preview of Morning brief"


async def test_post_asks_before_it_posts(harness: BotHarness):
    answer = await harness.says("newsdesk post")
    assert "#morning" in words(answer)
    assert answer.controls
    await harness.outbox.drain()
    assert harness.platform.messages == []


async def test_naming_a_digest_that_is_not_there_lists_those_that_are(
    harness: BotHarness,
):
    answer = await harness.says("newsdesk preview", digest="Evening")
    assert answer.problem
    assert "«Morning brief»" in words(answer)


# ── completion ─────────────────────────────────────────────────────────────────


async def completed(harness: BotHarness, path: str, option: str, typed: str) -> tuple:
    asked = await harness.asks(path, True, None, {})
    return await harness.inbox.complete(asked, option, typed)


async def test_speakers_complete_from_any_part_of_the_name(harness: BotHarness):
    await harness.post()
    assert await completed(harness, "news quotes", "speaker", "bra") == ("Ada Brandt",)


async def test_stories_are_offered_with_their_headlines_and_taken_so(
    harness: BotHarness,
):
    await harness.post()
    offered = await completed(harness, "news story", "story", "")
    assert [name.split(". ")[0] for name in offered] == ["1", "2"]
    (pool,) = await completed(harness, "news story", "story", "torvale POOL")
    assert "Torvale pool reopens" in pool
    for path in ("news story", "news why"):
        answer = await harness.says(path, story=pool)
        assert not answer.problem, path
        assert "Torvale pool" in words(answer), path
    assert "Osric Vane" in words(await harness.says("news quotes", topic=pool))
    bridge = next(name for name in offered if "bridge" in name)
    assert "31,000" in words(await harness.says("news figures", topic=bridge))


async def test_a_story_offered_before_a_newer_edition_is_still_found_by_its_headline(
    harness: BotHarness,
):
    await harness.post()
    (pool,) = await completed(harness, "news story", "story", "torvale pool")
    other = f"{int(pool[0]) % 2 + 1}{pool[1:]}"
    assert "Torvale pool" in words(await harness.says("news story", story=other))
    gone = await harness.says("news story", story="1. A headline that nobody wrote")
    assert gone.problem


async def test_digests_and_commands_complete(harness: BotHarness):
    assert await completed(harness, "newsdesk post", "digest", "mor") == (
        "Morning brief",
    )
    assert "/news quotes" in await completed(harness, "news help", "command", "quo")


async def test_nothing_of_an_editors_command_is_completed_for_a_reader(
    harness: BotHarness,
):
    asked = await harness.asks("newsdesk post", False, None, {})
    assert await harness.inbox.complete(asked, "digest", "") == ()


async def test_a_story_with_a_long_article_says_how_much_of_it_was_read(harness):
    harness.publish("bridge", BRIDGE + "\nThe bridge has a long history.\n" * 1_500)
    await harness.post()

    long, short = [str(await harness.says("news story", story=n)) for n in "12"]

    said = "Long article (Hallin Courier): summary, quotes and figures come from its"
    assert (said in long, said in short) in {(True, False), (False, True)}
