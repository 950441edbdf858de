"""The picture of a story: beside its words on every platform, nothing without it."""

import json
import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.model import PictureRef
from bot.model.edition import get_story_picture_key
from bot.platforms.discord import limits as discord_limits
from bot.platforms.discord.components import keep_pictures
from bot.platforms.discord.render import render as render_for_discord
from bot.platforms.local.render import render as render_for_page
from bot.platforms.slack import limits as slack_limits
from bot.platforms.slack.render import render as render_for_slack
from digests.types import EditionStory
from tests.bot.platforms.local.samples import (
    BRIDGE,
    a_context,
    a_ref,
    a_story,
    an_edition,
)
from tests.bot.platforms.local.test_render import shown
from tests.bot.platforms.slack.test_render import complaints
from tests.wire.discord import rules as discord_rules
from tests.wire.discord import schema

PICTURE = PictureRef(hash="a" * 64, width=480, height=320, alt="The bridge at night")


def a_pictured(number: int) -> tuple[EditionStory, tuple[str, PictureRef]]:
    """A story, and its picture by its key."""
    story = replace(
        a_story(BRIDGE),
        id=f"s-{number}",
        articles=(replace(a_ref(BRIDGE), id=str(number)),),
    )
    picture = replace(PICTURE, hash=f"{number:064}")
    return story, (get_story_picture_key(str(number)), picture)


def an_illustrated(stories: int = 1):
    """An edition whose stories have pictures, and its context."""
    pairs = [a_pictured(number) for number in range(1, stories + 1)]
    edition = an_edition(stories=tuple(story for story, _ in pairs))
    return edition, a_context(pictures=dict(picture for _, picture in pairs))


@pytest.mark.parametrize(
    "render", [render_for_discord, render_for_slack, render_for_page]
)
def test_a_message_lists_the_pictures_that_it_shows(render):
    parts = render(*an_illustrated(8))
    listed = [picture for part in parts for picture in part.pictures]
    assert listed == [f"{number:064}" for number in range(1, 9)]
    for part in parts:
        assert all(picture in str(part.payload) for picture in part.pictures)


@pytest.mark.parametrize(
    "render", [render_for_discord, render_for_slack, render_for_page]
)
def test_a_picture_changes_no_word(render):
    edition, context = an_illustrated(3)
    with_pictures = render(edition, context)
    without = render(edition, replace(context, pictures={}))
    assert [part.fallback_text for part in with_pictures] == [
        part.fallback_text for part in without
    ]


# ── Discord ────────────────────────────────────────────────────────────────────


def test_discord_shows_it_beside_the_text_of_its_story():
    edition, context = an_illustrated()
    (part,) = render_for_discord(edition, context)
    (plain,) = render_for_discord(edition, replace(context, pictures={}))
    (section,) = [
        node
        for _, node in discord_rules.walk(part.payload["components"])
        if node["type"] == 9
    ]
    assert section["accessory"] == {
        "type": 11,
        "media": {"url": f"attachment://{1:064}.png"},
        "description": "The bridge at night",
    }
    (text,) = section["components"]
    assert text in plain.payload["components"][0]["components"]


def test_discord_keeps_the_text_of_a_picture_that_cannot_be_sent():
    edition, context = an_illustrated()
    (part,) = render_for_discord(edition, context)
    (plain,) = render_for_discord(edition, replace(context, pictures={}))
    shown = part.payload["components"]
    assert keep_pictures(shown, ()) == plain.payload["components"]
    assert keep_pictures(shown, [f"{1:064}.png"]) == shown


@pytest.mark.parametrize("stories", [1, 5, 6, 12])
def test_messages_with_pictures_stay_within_the_limits_of_discord(stories: int):
    for part in render_for_discord(*an_illustrated(stories)):
        nodes = list(discord_rules.walk(part.payload["components"]))
        assert len(nodes) <= discord_limits.COMPONENTS
        assert len(part.pictures) <= discord_limits.ATTACHMENTS
        body = {"flags": 1 << 15, "components": part.payload["components"]}
        assert list(schema.complaints("MessageCreateRequest", body)) == []


# ── Slack ──────────────────────────────────────────────────────────────────────


def list_blocks(story: EditionStory, **context) -> list[dict]:
    key = get_story_picture_key(story.articles[0].id)
    given = a_context(pictures={key: PICTURE}, **context)
    (part,) = render_for_slack(an_edition(stories=(story,), hero=None), given)
    return list(part.payload["blocks"])


def test_slack_shows_it_beside_the_summary():
    blocks = list_blocks(a_story(BRIDGE))
    (place,) = [n for n, block in enumerate(blocks) if block["type"] == "section"]
    section, title = blocks[place], blocks[place - 1]
    assert section["accessory"] == {
        "type": "image",
        "slack_file": {"id": PICTURE.hash},
        "alt_text": "The bridge at night",
    }
    assert a_story(BRIDGE).summary[0].text in section["text"]["text"]
    (run,) = title["elements"][0]["elements"]
    assert run["style"] == {"bold": True}
    assert a_story(BRIDGE).headline.text in run["text"]


def test_slack_shows_it_beside_the_headline_of_a_story_without_a_summary():
    blocks = list_blocks(replace(a_story(BRIDGE), summary=()))
    (section,) = [block for block in blocks if block["type"] == "section"]
    assert section["text"]["text"] == f"1. {a_story(BRIDGE).headline.text}"


@pytest.mark.parametrize("stories", [1, 6, 15])
def test_messages_with_pictures_stay_within_the_limits_of_slack(stories: int):
    parts = render_for_slack(*an_illustrated(stories))
    assert all(len(part.payload["blocks"]) <= slack_limits.BLOCKS for part in parts)
    # As if the files were uploaded.
    text = json.dumps([part.payload for part in parts])
    placed = re.sub(r'"slack_file": {"id": "(\d+)"}', r'"image_url": "x:\1"', text)
    pairs = zip(parts, json.loads(placed), strict=True)
    assert complaints([replace(part, payload=payload) for part, payload in pairs]) == []


# ── the local page ─────────────────────────────────────────────────────────────


def test_the_page_shows_it_beside_its_story():
    story, (key, picture) = a_pictured(1)
    found: LexborHTMLParser = shown(
        an_edition(stories=(story,)), pictures={key: picture}
    )
    (image,) = found.css(".story img.thumb")
    assert image.attributes["src"] == f"/pictures/{1:064}.png"
    assert image.attributes["alt"] == "The bridge at night"
    assert (image.attributes["width"], image.attributes["height"]) == ("480", "320")


def test_the_page_has_no_image_without_a_picture():
    assert not shown(an_edition()).css(".story img")
