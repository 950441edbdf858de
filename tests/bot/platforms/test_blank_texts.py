"""A text that shows nothing never makes an empty block, which platforms refuse."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.i18n.safe_text import is_blank
from bot.i18n.translation import Texts
from bot.model import ListItem, QuoteBlock, Reply
from bot.platforms.discord import render as discord_render
from bot.platforms.discord import replies as discord_replies
from bot.platforms.local import render as local_render
from bot.platforms.local import replies as local_replies
from bot.platforms.slack import render as slack_render
from bot.platforms.slack import replies as slack_replies
from digests.types import Edition, Headline
from tests.bot.platforms.local.samples import a_context, an_edition

BLANK = ["", " ", "\r", "\n\t", "\u200b\u200d", "\u2060", "\ufe0f", "\u3164\u2800"]
ENGLISH = Texts.of("en")


def an_edition_of(text: str) -> Edition:
    """An edition in which everything that a feed says is this text."""
    edition = an_edition()

    def blank(card: Any) -> Any:
        return replace(card, text=text, speaker=text, role=text, source=text)

    stories = tuple(
        replace(
            story,
            headline=Headline(text=text),
            cards=tuple(map(blank, story.cards)),
            summary=tuple(replace(one, text=text) for one in story.summary),
            articles=tuple(replace(ref, source=text) for ref in story.articles),
            outlets=(text,),
        )
        for story in edition.stories
    )
    brief = tuple(
        replace(one, headline=Headline(text=text), outlets=(text,))
        for one in edition.brief
    )
    hero = blank(edition.hero or edition.stories[0].cards[0])
    return replace(edition, title=text, stories=stories, brief=brief, hero=hero)


def iterate_objects(payload: object) -> Iterator[dict[str, Any]]:
    if isinstance(payload, dict):
        yield payload
        for value in payload.values():
            yield from iterate_objects(value)
    elif isinstance(payload, list | tuple):
        for value in payload:
            yield from iterate_objects(value)


def check_slack(blocks: list[dict[str, Any]]) -> None:
    for one in iterate_objects(blocks):
        assert one, blocks
        assert one.get("elements", "none") != [], one
    for block in blocks:
        texts = [one.get("text") for one in iterate_objects(block)]
        said = "".join(text for text in texts if isinstance(text, str))
        assert block["type"] == "divider" or not is_blank(said), block


def check_discord(shown: object) -> None:
    for one in iterate_objects(shown):
        if "content" in one:
            assert not is_blank(one["content"]), one
        if "label" in one:
            assert not is_blank(one["label"]), one


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_an_edition_of_blank_texts_has_no_empty_block_in_slack(text: str):
    for part in slack_render.render(an_edition_of(text), a_context()):
        check_slack(part.payload["blocks"])


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_an_edition_of_blank_texts_has_no_empty_text_in_discord(text: str):
    for part in discord_render.render(an_edition_of(text), a_context()):
        check_discord(part.payload["components"])


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_an_edition_of_blank_texts_has_no_empty_quote_on_the_page(text: str):
    (part,) = local_render.render(an_edition_of(text), a_context())

    assert part.payload["hero"] is None
    for story in part.payload["stories"]:
        assert (story["shown"], story["cards"]) == (None, [])


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_a_reply_of_blank_texts_has_no_empty_block(text: str):
    card = an_edition_of(text).hero
    assert card is not None
    blank = ListItem(title=text, text=text, note=text)
    reply = Reply(title=text, blocks=(QuoteBlock(card=card), blank, blank))

    for message in slack_replies.render_reply(reply, ENGLISH):
        check_slack(message["blocks"])
    for body in discord_replies.render_reply(reply, ENGLISH):
        check_discord(body["components"])
    view = local_replies.build_reply_view(reply, ENGLISH, "UTC")
    assert "quote" not in {block["kind"] for block in view["blocks"]}
