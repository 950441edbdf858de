"""Replies as Slack messages: complete, with omissions stated, without live markup."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.i18n.translation import Texts
from bot.model import (
    Control,
    FactTable,
    Form,
    Invocation,
    ListItem,
    Location,
    MessagePart,
    Paragraph,
    Permission,
    Person,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.platforms.local.replies import build_reply_view
from bot.platforms.slack import limits, replies
from bot.platforms.slack.render import render
from tests.bot.harness import BotHarness, expect_reply
from tests.bot.platforms.local.samples import a_context, an_edition
from tests.bot.platforms.reply_strategies import a_card, any_reply
from tests.bot.platforms.slack import hostile
from tests.bot.platforms.slack.conftest import example_of, listening, until
from tests.wire.slack import rules
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, Asked, controls_of, texts_of
from tests.wire.slack.server import CHANNEL, LocalSlack

TEXTS = Texts.of("en")


def bodies(answer: Reply) -> list[dict[str, Any]]:
    return list(replies.render_reply(answer, TEXTS))


def read(answer: Reply) -> list[str]:
    return [text for body in bodies(answer) for text in texts_of(body["blocks"])]


def words(answer: Reply) -> str:
    """The text that a person reads."""
    return "\n".join(read(answer))


def buttons(answer: Reply) -> dict[str, str]:
    return dict(controls_of(bodies(answer)))


def complaints(body: dict[str, Any]) -> list[Any]:
    sent = {"response_type": "ephemeral", "replace_original": False}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    return rules.response({**body, **sent, **quiet})


def parts(edition: Any = None) -> tuple[MessagePart, ...]:
    return render(edition or an_edition(), a_context())


# ── content ────────────────────────────────────────────────────────────────────


def test_a_line_leads_to_the_host_that_it_names():
    line = ListItem(
        title="Bridge", text="Closed.", note="Courier", url="https://courier.example/x"
    )
    answer = Reply(blocks=(line,))
    assert read(answer) == ["Bridge\nClosed.\nCourier · courier.example"]
    [section] = bodies(answer)[0]["blocks"][0]["elements"]
    assert section["elements"][-1]["url"] == "https://courier.example/x"


def test_a_sentence_has_its_source_behind_it():
    line = ListItem(title="", text="It closed.", url="https://courier.example/x")
    assert read(Reply(blocks=(line,))) == ["It closed. courier.example"]


def test_facts_are_labels_with_values():
    facts = FactTable(rows=(("Next", "08:30"), ("", "x"), ("", "")))
    assert read(Reply(blocks=(facts,))) == ["Next 08:30\nx"]


def test_a_paragraph_keeps_its_lines():
    assert read(Reply(blocks=(Paragraph(text="one\ntwo"),))) == ["one\ntwo"]


def test_a_problem_is_marked_in_words_and_not_by_colour_alone():
    said = Reply(blocks=(Paragraph(text="No."),), problem=True)
    assert words(said).startswith("⚠ That did not work")


def test_the_text_for_screen_readers_is_the_same():
    answer = Reply(title="A <b>", blocks=(Paragraph(text="One & two"),), problem=True)
    assert bodies(answer)[0]["text"] == (
        "⚠ That did not work\nA &lt;b&gt;\nOne &amp; two"
    )


def test_a_reply_without_words_still_is_a_message():
    for empty in (
        Reply(),
        Reply(title=" "),
        Reply(blocks=(SmallPrint(text="\u202e"),)),
    ):
        [body] = bodies(empty)
        assert complaints(body) == []


def test_a_quote_is_whole_or_left_out_with_a_word_about_it():
    whole = "We said so. " * 100
    assert whole.strip() in words(Reply(blocks=(QuoteBlock(card=a_card(text=whole)),)))
    longer = a_card(text="We said so. " * 400)
    said = words(Reply(blocks=(QuoteBlock(card=longer),)))
    assert "We said so" not in said
    assert "A quote of Ada Brandt is too long" in said


def test_an_edition_is_shown_as_it_would_be_posted_with_its_controls():
    shown = Reply(
        title="Newest",
        blocks=(RenderedEdition(parts=parts()), SmallPrint(text="20 read")),
    )
    assert {"v1:quotes:e-7k3m9q", "v1:figures:e-7k3m9q"} <= set(buttons(shown).values())
    reported = bodies(shown)[0]["blocks"]
    assert [b for b in reported if b in parts()[0].payload["blocks"]]
    assert read(shown)[0] == "Newest"
    assert read(shown)[-1] == "20 read"


def test_a_part_of_another_platform_is_shown_in_plain_words():
    part = MessagePart(key="1", payload={"kind": "edition"}, fallback_text="One\n*Two*")
    assert "One\n*Two*" in words(Reply(blocks=(RenderedEdition(parts=(part,)),)))


def test_buttons_are_below_the_last_message_and_each_is_there_once():
    controls = [
        Control(id=f"v1:x:{n}", label=f"X{n}", primary=n == 0) for n in range(7)
    ]
    [body] = bodies(Reply(title="A", controls=(*controls, *controls[:2])))
    row = body["blocks"][-1]
    assert [b["value"] for b in row["elements"]] == [f"v1:x:{n}" for n in range(7)]
    assert row["elements"][0]["style"] == "primary"
    assert complaints(body) == []


def test_a_button_that_the_edition_has_already_is_not_there_twice():
    answer = Reply(
        blocks=(RenderedEdition(parts=parts()),),
        controls=(Control(id="v1:quotes", label="Q"),),
    )
    assert all(complaints(body) == [] for body in bodies(answer))


# ── length ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 40, 46, 47, 48, 49, 100, 1_000])
def test_what_does_not_fit_is_counted(count):
    lines = tuple(ListItem(title=f"Title {n}", text="word") for n in range(count))
    answer = Reply(title="All", blocks=lines)
    reported = words(answer)
    shown = reported.count("Title ")
    assert len(bodies(answer)) <= limits.LIST_MESSAGES
    assert all(complaints(body) == [] for body in bodies(answer))
    if shown < count:
        assert reported.endswith(f"… and {TEXTS.number(count - shown)} more")
    else:
        assert "more" not in reported


def test_a_long_edition_is_cut_between_messages_with_a_note():
    reported = bodies(Reply(blocks=(RenderedEdition(parts=parts() * 9),)))
    assert len(reported) == limits.MESSAGES
    assert all(complaints(body) == [] for body in reported)
    assert "more" in list(texts_of(reported[-1]["blocks"]))[-1]


# ── generated replies ──────────────────────────────────────────────────────────

ANY_REPLY = any_reply(hostile.texts, parts())


@given(ANY_REPLY)
def test_any_reply_is_valid_on_slack_and_pings_nobody(answer):
    reported = bodies(answer)
    assert 1 <= len(reported) <= limits.MESSAGES + 1
    for body in reported:
        # The rules reject pings, live markup, and misleading links.
        assert complaints(body) == []


# ── parity ─────────────────────────────────────────────────────────────────────


def local_words(answer: Reply) -> list[str]:
    """Every text of a reply on the local page, without the page's own labels."""
    view = build_reply_view(answer, TEXTS, "UTC")
    found = [view["title"]]
    for reported in view["blocks"]:
        match reported["kind"]:
            case "paragraph" | "small":
                found.append(reported["text"])
            case "lines":
                for line in reported["lines"]:
                    found += [line["title"], line["text"], line["note"], line["host"]]
            case "quote":
                shown = reported["card"]
                found += [
                    shown["text"], shown["speaker"], shown["role"], shown["outlet"],
                ]  # fmt: skip
            case "facts":
                found += [cell for row in reported["rows"] for cell in row]
    return [said for said in found if said]


async def complete(asked: Asked, answer: Reply) -> None:
    await until(lambda: len(asked.messages) == len(bodies(answer)))


def flat(text: str) -> str:
    return " ".join(text.split())


async def test_slack_shows_everything_that_the_local_page_shows(
    harness: BotHarness, slack: LocalSlack
):
    """Over the wire, with the very reply that the core returned."""
    await harness.post()
    reported: list[Reply | Form] = []

    async def dispatch(invocation: Invocation) -> Reply | Form:
        reported.append(await harness.inbox.dispatch(invocation))
        return reported[-1]

    platform: Any = harness.platform
    async with listening(slack, replace(harness.inbox, dispatch=dispatch), platform):
        for command in harness.inbox.typed_commands:
            asked = await slack.people.types(example_of(command), EDITOR)
            await asked.done()
            answer = reported[-1]
            if isinstance(answer, Form):
                assert asked.view is not None, command.path
                continue
            await complete(asked, answer)
            for part in local_words(answer):
                assert flat(part) in flat(asked.words), (command.path, part)
            labels = {control.label for control in answer.controls}
            assert labels <= set(asked.controls), command.path
    assert len(reported) == len(harness.inbox.typed_commands)


async def test_a_story_on_slack(harness: BotHarness):
    await harness.post()
    workspace = await harness.inbox.workspace_of("slack", TEAM, "Newsroom")
    invocation = Invocation(
        key="a story",
        place=Location(workspace=workspace, channel=CHANNEL),
        person=Person(id="U1", name="P", permission=Permission.EVERYONE),
        path="news story",
        args={"story": "1"},
    )
    answer = expect_reply(await harness.inbox.dispatch(invocation))
    said = [line for part in read(answer) for line in part.split("\n")]
    assert said[:6] == [
        "Harbour bridge closes after crack is found",
        "Hallin Courier",
        "The harbour bridge at Hallin was closed on Tuesday after a crack was found in "
        "a girder.",
        "About 31,000 vehicles cross the bridge every day.",
        "“Nobody was in danger at any time.”",
        "— Ada Brandt, engineer · Hallin Courier",
    ]
    assert list(buttons(answer)) == [
        "Save", "More like this", "Less like this", "Why this?", "Timeline",
        "Report an error", "Discuss", "Picture of the quote",
    ]  # fmt: skip
