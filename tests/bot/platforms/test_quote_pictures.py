"""A quote as a picture in an answer: what each platform makes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.i18n.translation import Texts
from bot.model import (
    Paragraph,
    Picture,
    PictureBlock,
    PictureRef,
    QuoteBlock,
    RenderedEdition,
    Reply,
)
from bot.platforms.discord import replies as discord_replies
from bot.platforms.discord.components import GALLERY
from bot.platforms.discord.render import render as discord_render
from bot.platforms.local.replies import build_reply_view
from bot.platforms.slack import replies as slack_replies
from bot.platforms.slack.render import render as slack_render
from digests.cards.content import get_card_key
from tests.bot.harness import BRIDGE, BotHarness, open_harness
from tests.bot.platforms.discord import conftest as on_discord
from tests.bot.platforms.local.samples import HERO, a_context, an_edition
from tests.bot.platforms.reply_strategies import a_card
from tests.bot.platforms.slack import conftest as on_slack
from tests.fakes import FakeDrawing
from tests.wire.discord import interactions as discord_people
from tests.wire.discord import rules as discord_rules
from tests.wire.discord import server as discord_server
from tests.wire.discord.faults import Status
from tests.wire.slack import people as slack_people
from tests.wire.slack import rules as slack_rules
from tests.wire.slack import server as slack_server
from tests.wire.slack.faults import Refusal

TEXTS = Texts.of("en")
WORDS = "Nobody was in danger at any time"
PICTURE = Picture(hash="ab" * 16, content=b"\x89PNG of a quote", width=1200, height=630)
REPLY = Reply(
    title="A quote as a picture",
    blocks=(
        PictureBlock(picture=PICTURE, alt="Ada Brandt: “We will not reopen it”"),
        QuoteBlock(card=a_card()),
    ),
)


def galleries(bodies: Any) -> list[Any]:
    nodes = [node for b in bodies for _, node in discord_rules.walk(b["components"])]
    return [node for node in nodes if node["type"] == GALLERY]


# ── rendered ───────────────────────────────────────────────────────────────────


def test_on_discord_a_picture_is_a_file_of_the_answer_with_its_description():
    bodies = cast(Any, discord_replies.render_reply(REPLY, TEXTS))
    (gallery,) = galleries(bodies)
    alt = "Ada Brandt: “We will not reopen it”"
    name = f"{PICTURE.hash}.png"
    assert gallery["items"] == [
        {"media": {"url": f"attachment://{name}"}, "description": alt}
    ]
    assert bodies[0]["attachments"] == [
        {"id": "0", "filename": name, "description": alt}
    ]
    assert discord_replies.collect_files(REPLY) == {name: PICTURE.content}


def test_on_the_page_a_picture_is_shown_with_its_description():
    (picture, _) = build_reply_view(REPLY, TEXTS, "UTC")["blocks"]
    assert picture["kind"] == "picture"
    assert picture["picture"] == {
        "src": f"/pictures/{PICTURE.hash}.png",
        "width": 1200,
        "height": 630,
        "alt": "Ada Brandt: “We will not reopen it”",
    }


def test_without_its_picture_an_answer_keeps_the_words_and_says_what_to_do():
    plain = REPLY.without_pictures("Ask an administrator.")
    assert plain.pictures == ()
    assert plain.blocks == (Paragraph(text="Ask an administrator."), REPLY.blocks[1])


def an_edition_with_a_picture(render: Any) -> RenderedEdition:
    """An edition whose best quote has a picture, as a platform renders it."""
    ref = PictureRef(hash=PICTURE.hash, width=1200, height=630, alt=HERO.alt)
    context = replace(a_context(), pictures={get_card_key(HERO): ref})
    return RenderedEdition(parts=render(an_edition(), context), pictures=(PICTURE,))


def test_a_preview_on_discord_has_the_pictures_that_were_drawn():
    shown = an_edition_with_a_picture(discord_render)
    reply = Reply(blocks=(shown,))
    assert len(galleries(discord_replies.render_reply(reply, TEXTS))) == 1
    assert discord_replies.collect_files(reply) == {
        f"{PICTURE.hash}.png": PICTURE.content
    }


def test_a_preview_on_discord_leaves_out_a_picture_that_is_not_there():
    shown = replace(an_edition_with_a_picture(discord_render), pictures=())
    bodies = cast(Any, discord_replies.render_reply(Reply(blocks=(shown,)), TEXTS))
    assert galleries(bodies) == []
    assert all("attachments" not in body for body in bodies)


def test_a_preview_on_slack_uploads_nothing_and_says_that_a_quote_is_a_picture():
    reply = Reply(blocks=(an_edition_with_a_picture(slack_render),))
    messages = slack_replies.render_reply(reply, TEXTS)
    assert PICTURE.hash not in str(messages)
    assert "The best quote is posted as a picture." in str(messages)
    assert [complaint for m in messages for complaint in slack_rules.whisper(m)] == []


def test_an_edition_without_pictures_says_nothing_of_them_on_slack():
    shown = RenderedEdition(parts=slack_render(an_edition(), a_context()))
    assert "as a picture" not in str(
        slack_replies.render_reply(Reply(blocks=(shown,)), TEXTS)
    )


# ── over the wire ──────────────────────────────────────────────────────────────


@asynccontextmanager
async def newsroom(
    url: str, home: Path, platform: Any, configuration: str
) -> AsyncIterator[BotHarness]:
    """A newsroom with one posted edition, which draws pictures."""
    async with open_harness(url, home, platform, draw_card=FakeDrawing()) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply(configuration)
        await harness.post()
        yield harness


@pytest.fixture
async def discord() -> AsyncIterator[discord_server.LocalDiscord]:
    async with discord_server.serving() as server:
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[slack_server.LocalSlack]:
    async with slack_server.serving() as server:
        yield server


async def test_on_discord_the_asker_alone_gets_the_picture(
    discord, sqlite_url: str, tmp_path: Path
):
    platform = on_discord.a_platform(discord)
    async with (
        newsroom(sqlite_url, tmp_path, platform, on_discord.CONFIGURATION) as harness,
        on_discord.listening(discord, harness.inbox, platform),
    ):
        asked = await discord.people.command(
            "news quotes", discord_people.READER, {"speaker": "Brandt"}
        )
        await asked.done()
        menu = [label for label in asked.controls if WORDS in label]
        given = await (await discord.people.does_on(asked, menu[0])).done()
        assert given.private
        assert any(WORDS.encode() in content for content in given.files.values())
        assert WORDS in given.words
        square = await discord.people.does_on(given, "Square, 1080 × 1080")
        await square.done()
        assert square.replaced
        assert len(square.files) == 1


async def test_where_discord_takes_no_file_the_words_come_with_what_to_do(
    discord, sqlite_url: str, tmp_path: Path
):
    platform = on_discord.a_platform(discord, defer=5)
    async with (
        newsroom(sqlite_url, tmp_path, platform, on_discord.CONFIGURATION) as harness,
        on_discord.listening(discord, harness.inbox, platform),
    ):
        asked = await discord.people.command(
            "news quotes", discord_people.READER, {"speaker": "Brandt"}
        )
        await asked.done()
        label = next(label for label in asked.controls if WORDS in label)
        discord.script(Status(status=403, code=50013), "answer")
        given = await (await discord.people.does_on(asked, label)).done()
    assert "whether the bot may attach files" in given.words
    assert WORDS in given.words
    assert given.files == {}


async def test_on_slack_the_picture_is_in_the_askers_messages_with_the_app(
    slack, sqlite_url: str, tmp_path: Path
):
    platform = on_slack.a_platform(slack)
    async with (
        newsroom(sqlite_url, tmp_path, platform, on_slack.CONFIGURATION) as harness,
        on_slack.listening(slack, harness.inbox, platform),
    ):
        given = await ask_on_slack(slack)
        ((channel, ((name, content),)),) = slack.people.uploads.shown.items()
        (ticket,) = slack.asked("upload")
    assert channel == f"D{slack_people.EDITOR.user}"
    assert name == "quote.png"
    assert WORDS.encode() in content
    assert WORDS in ticket.body["alt_txt"]
    assert "in your messages with the app" in given.words
    assert WORDS in given.words
    assert given.private


async def test_where_slack_takes_no_file_the_words_come_with_what_to_do(
    slack, sqlite_url: str, tmp_path: Path
):
    platform = on_slack.a_platform(slack)
    async with (
        newsroom(sqlite_url, tmp_path, platform, on_slack.CONFIGURATION) as harness,
        on_slack.listening(slack, harness.inbox, platform),
    ):
        slack.script(Refusal(code="missing_scope"), "upload")
        given = await ask_on_slack(slack)
    assert "files:write" in given.words
    assert WORDS in given.words
    assert slack.people.uploads.shown == {}


async def ask_on_slack(slack: Any) -> slack_people.Asked:
    """Ask for the picture of the quote."""
    asked = await (await slack.people.types("/news quotes Brandt")).done()
    label = next(label for label in asked.controls if WORDS in label)
    given: slack_people.Asked = await slack.people.does_on(asked, label)
    return await given.done()
