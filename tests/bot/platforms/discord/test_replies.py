"""Replies as Discord messages: complete, with omissions stated, without live markup."""

from typing import Any

import pytest
from hypothesis import given, settings

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
from bot.platforms.discord import limits, replies
from bot.platforms.discord.render import render
from bot.platforms.local.replies import build_reply_view
from tests.bot.commands.examples import given_for
from tests.bot.harness import BotHarness, expect_reply
from tests.bot.platforms.discord import hostile
from tests.bot.platforms.local.samples import a_context, an_edition
from tests.bot.platforms.reply_strategies import a_card, any_reply
from tests.wire.discord import answer_rules, markdown, rules, schema

TEXTS = Texts.of("en")
#: The markup that our own renderer uses; nothing else may be live.
OURS = {"heading", "small", "strong", "quote", "link", "list"}


def bodies(answer: Reply) -> list[dict[str, Any]]:
    return [dict(body) for body in replies.render_reply(answer, TEXTS)]


def displays(answer: Reply) -> list[str]:
    return [
        component["content"]
        for body in bodies(answer)
        for _, component in rules.walk(body["components"])
        if component["type"] == 10
    ]


def words(answer: Reply) -> str:
    """The text that a person reads."""
    return "\n".join(markdown.read(text).words for text in displays(answer))


def complaints(body: dict[str, Any]) -> list[Any]:
    return answer_rules.message(body)


def parts(edition: Any = None) -> tuple[MessagePart, ...]:
    return render(edition or an_edition(), a_context())


# ── content ────────────────────────────────────────────────────────────────────


def test_a_line_leads_to_the_host_that_it_names():
    line = ListItem(
        title="Bridge", text="Closed.", note="Courier", url="https://courier.example/x"
    )
    [text] = displays(Reply(blocks=(line,)))
    assert text == (
        "**Bridge**\nClosed.\n-# Courier · [courier.example](<https://courier.example/x>)"
    )


def test_a_sentence_has_its_source_behind_it():
    line = ListItem(title="", text="It closed.", url="https://courier.example/x")
    [text] = displays(Reply(blocks=(line,)))
    assert text == "It closed. [courier.example](<https://courier.example/x>)"


def test_facts_are_labels_with_values():
    [text] = displays(Reply(blocks=(FactTable(rows=(("Next", "08:30"), ("", "x"))),)))
    assert text == "**Next** 08:30\nx"


def test_a_paragraph_keeps_its_lines():
    [text] = displays(Reply(blocks=(Paragraph(text="one\ntwo"),)))
    assert text == "one\ntwo"


def test_a_problem_is_marked_in_words_and_not_by_colour_alone():
    said = Reply(blocks=(Paragraph(text="No."),), problem=True)
    assert words(said).startswith("⚠ That did not work")
    [body] = bodies(said)
    assert body["components"][0]["accent_color"]


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
    ids = [
        c["custom_id"]
        for body in bodies(shown)
        for _, c in rules.walk(body["components"])
        if "custom_id" in c
    ]
    assert "v1:open" in ids
    assert "v1:quotes:e-7k3m9q" in ids
    assert displays(shown)[0] == "### Newest"
    assert displays(shown)[-1] == "-# 20 read"


def test_a_part_of_another_platform_is_shown_in_plain_words():
    part = MessagePart(key="1", payload={"kind": "edition"}, fallback_text="One\n*Two*")
    assert "One\n*Two*" in words(Reply(blocks=(RenderedEdition(parts=(part,)),)))


def test_buttons_are_below_the_last_message_and_each_is_there_once():
    controls = [
        Control(id=f"v1:x:{n}", label=f"X{n}", primary=n == 0) for n in range(7)
    ]
    answer = Reply(title="A", controls=(*controls, *controls[:2]))
    [body] = bodies(answer)
    _, first, second = body["components"]
    assert [len(row["components"]) for row in (first, second)] == [5, 2]
    assert first["components"][0]["style"] == 1
    assert complaints(body) == []


def test_a_button_that_the_edition_has_already_is_not_there_twice():
    answer = Reply(
        blocks=(RenderedEdition(parts=parts()),),
        controls=(Control(id="v1:quotes", label="Q"),),
    )
    assert all(complaints(body) == [] for body in bodies(answer))


# ── length ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 20, 21, 100, 1_000])
def test_what_does_not_fit_is_counted(count):
    lines = tuple(ListItem(title=f"Title {n}", text="word " * 30) for n in range(count))
    answer = Reply(title="All", blocks=lines)
    reported = words(answer)
    shown = reported.count("Title ")
    assert len(bodies(answer)) <= limits.LIST_MESSAGES
    if shown < count:
        assert reported.endswith(f"… and {TEXTS.number(count - shown)} more")
    else:
        assert "more" not in reported


def test_a_long_edition_is_cut_between_messages_with_a_note():
    answer = Reply(blocks=(RenderedEdition(parts=parts() * 9),))
    reported = bodies(answer)
    assert len(reported) == limits.MESSAGES
    assert all(complaints(body) == [] for body in reported)
    assert "more" in displays(answer)[-1]


# ── generated replies ──────────────────────────────────────────────────────────

ANY_REPLY = any_reply(hostile.texts, parts())


@given(ANY_REPLY)
def test_any_reply_is_valid_on_discord_and_pings_nobody(answer):
    reported = bodies(answer)
    assert 1 <= len(reported) <= limits.MESSAGES + 1
    for body in reported:
        assert complaints(body) == []
        assert body["allowed_mentions"] == {"parse": []}


@settings(max_examples=20)
@given(ANY_REPLY)
def test_discords_own_schema_has_nothing_against_it(answer):
    for body in bodies(answer):
        assert schema.complaints("IncomingWebhookInteractionRequest", body) == []


@given(ANY_REPLY)
def test_no_text_of_any_reply_becomes_live(answer):
    for written in displays(answer):
        for kind, what in markdown.read(written).live:
            assert kind in OURS, (kind, what)
            if kind == "link":
                label, _, target = what.partition(" → ")
                assert target.startswith(("https://" + label, "http://" + label))


# ── parity with the local page ─────────────────────────────────────────────────


def local_words(answer: Reply) -> list[str]:
    """Every text of a reply on the local page, without the page's own labels."""
    view = build_reply_view(answer, TEXTS, "UTC")
    found = [view["title"]]
    for block in view["blocks"]:
        match block["kind"]:
            case "paragraph" | "small" | "listing":
                found.append(block["text"])
            case "lines":
                for line in block["lines"]:
                    found += [line["title"], line["text"], line["note"], line["host"]]
            case "quote":
                card = block["card"]
                found += [card["text"], card["speaker"], card["role"], card["outlet"]]
            case "facts":
                found += [cell for row in block["rows"] for cell in row]
    return [said for said in found if said]


async def on_discord(
    harness: BotHarness, path: str, args: dict[str, str]
) -> Invocation:
    """An editor's command in the channel of the digest, on Discord."""
    workspace = await harness.inbox.workspace_of("discord", "1001", "Newsroom")
    return Invocation(
        key=f"{path} {args}",
        place=Location(workspace=workspace, channel="2001"),
        person=Person(id="7001", name="P", permission=Permission.EDITOR),
        path=path,
        args=args,
    )


async def test_discord_shows_everything_that_the_local_page_shows(harness: BotHarness):
    await harness.post()
    for command in harness.inbox.typed_commands:
        asked = await on_discord(harness, command.path, given_for(command))
        answer = await harness.inbox.dispatch(asked)
        if isinstance(answer, Form):
            continue
        said = words(answer)
        for part in local_words(answer):
            assert part in said, (command.path, part)
        labels = [control.label for control in answer.controls]
        assert [b for b in labels if b not in buttons(answer)] == []


def buttons(answer: Reply) -> list[str]:
    return [
        c["label"]
        for body in bodies(answer)
        for _, c in rules.walk(body["components"])
        if c["type"] == 2
    ]


async def test_a_story_on_discord(harness: BotHarness):
    await harness.post()
    asked = await on_discord(harness, "news story", {"story": "1"})
    answer = expect_reply(await harness.inbox.dispatch(asked))
    said = [line for text in displays(answer) for line in text.split("\n")]
    assert said[:6] == [
        "### Harbour bridge closes after crack is found",
        "-# Hallin Courier",
        "The harbour bridge at Hallin was closed on Tuesday after a crack was found in "
        "a girder.",
        "**About 31,000** vehicles cross the bridge every day.",
        "> “Nobody was in danger at any time.”",
        "-# Ada Brandt, engineer · Hallin Courier",
    ]
    assert buttons(answer) == [
        "Save", "More like this", "Less like this", "Why this?", "Timeline",
        "Report an error", "Discuss", "Picture of the quote",
    ]  # fmt: skip
