"""Files on Discord: attached to a command or form, and sent where text is too long."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.translation import Texts
from bot.model import ATTACHMENT_HINT, ATTACHMENT_LIMIT, LISTING_LENGTH, Document, Reply
from bot.platforms.discord import replies
from bot.platforms.discord.commands import UPLOAD_ORIGIN, extract_attachment
from bot.platforms.discord.platform import DiscordPlatform
from tests.bot.harness import BotHarness
from tests.bot.platforms.discord.conftest import (
    CONFIGURATION,
    a_platform,
    listening,
    until,
)
from tests.bot.platforms.discord.test_interactions import ask
from tests.bot.platforms.given_files import (
    EVENING,
    FEEDS,
    TOO_LARGE,
    WRONG,
    exported,
    many_sources,
    names,
)
from tests.wire.discord.faults import Limit, Slow
from tests.wire.discord.interactions import EDITOR, READER, Asked, Who
from tests.wire.discord.server import LocalDiscord
from tests.wire.discord.uploads import Upload


@pytest.fixture
async def chat(
    harness: BotHarness, discord: LocalDiscord
) -> AsyncIterator[DiscordPlatform]:
    async with listening(discord, harness.inbox) as platform:
        yield platform


async def gives(
    discord: LocalDiscord,
    content: bytes | Upload,
    path: str = "newsdesk config apply",
    who: Who = EDITOR,
    **given: str,
) -> Asked:
    upload = content
    if isinstance(upload, bytes):
        upload = Upload(name="mine.txt", content=upload)
    return await (await discord.people.command(path, who, given, upload)).done()


async def test_a_configuration_can_be_given_as_a_file(chat, harness, discord):
    asked = await gives(discord, b"\xef\xbb\xbf" + EVENING.encode())
    assert "New digest «Evening»" in asked.words
    assert asked.private
    assert await names(harness) == ["Morning brief"]
    await discord.people.presses(asked.controls["Confirm"])
    await until(lambda: len(discord.people.asked[-1].messages))
    assert await names(harness) == ["Morning brief", "Evening"]


async def test_feeds_of_another_reader_can_be_given_to_the_panel_as_a_file(
    chat, discord
):
    home = await ask(discord, "newsdesk home")
    page = await (await discord.people.does_on(home, "Workspace")).done()
    pressed = await discord.people.does_on(page, "Import feeds (OPML)")
    modal = (await pressed.done()).modal
    assert modal is not None
    upload = Upload(name="feeds.opml", content=FEEDS.encode())
    filled = await (await discord.people.fills(modal, {}, file=upload)).done()
    assert "Müller" in filled.words
    assert "New digest «Press»" in filled.words


async def test_a_command_without_text_or_file_asks_for_one_of_them(
    chat, discord, harness
):
    asked = await ask(discord, "newsdesk config apply")
    assert asked.modal is not None
    labels = [label["label"] for label in asked.modal["components"]]
    assert labels == ["File", "Or as a file", "Prune"]
    upload = Upload(name="e.toml", content=EVENING.encode())
    filled = await discord.people.fills(asked.modal, {}, file=upload)
    assert "New digest «Evening»" in (await filled.done()).words
    empty = await (await discord.people.fills(asked.modal, {})).done()
    assert "This is required." in empty.words


@pytest.mark.parametrize("wrong", WRONG)
async def test_mistakes_in_a_file_are_reported_at_its_question(
    chat, discord, harness, wrong
):
    content, said = WRONG[wrong]
    asked = await gives(discord, content)
    reported = str(asked.modal) if asked.modal else asked.words
    assert said in reported, reported
    assert await names(harness) == ["Morning brief"]


async def test_a_text_and_a_file_are_one_too_many(chat, discord):
    asked = await gives(discord, b"x", file="y")
    assert "not both" in str(asked.modal)
    assert discord.people.uploads.asked == []


async def test_a_file_that_is_too_large_is_not_asked_for(chat, discord):
    asked = await gives(
        discord, Upload(name="big", content=b"", size=ATTACHMENT_LIMIT + 1)
    )
    assert TOO_LARGE in str(asked.modal)
    assert discord.people.uploads.asked == []
    assert f"{ATTACHMENT_LIMIT // 1_000} KB" in ATTACHMENT_HINT


@pytest.mark.parametrize("content", [b"x" * (ATTACHMENT_LIMIT + 1), b"shorter"])
async def test_a_file_of_another_size_than_declared_is_rejected(chat, discord, content):
    asked = await gives(discord, Upload(name="odd", content=content, size=100))
    said = str(asked.modal) if asked.modal else asked.words
    assert "larger than" in said or "incomplete" in said


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://cdn.example/mine.toml",
        "http://127.0.0.1:1/mine.toml",
        "https://cdn.discordapp.com.example/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_file_on_another_host_is_never_requested(chat, discord, elsewhere):
    upload = Upload(name="mine.toml", content=EVENING.encode(), url=elsewhere or "x")
    asked = await gives(discord, upload)
    said = str(asked.modal) if asked.modal else asked.words
    assert "New digest" not in said
    assert discord.people.uploads.asked == []


async def test_a_reader_gives_no_file_that_anybody_reads(chat, discord):
    asked = await gives(discord, EVENING.encode(), who=READER)
    assert "Only editors" in asked.words
    assert discord.people.uploads.asked == []


async def test_a_slow_file_is_acknowledged_in_time_and_the_answer_follows(
    harness, discord
):
    async with listening(discord, harness.inbox, a_platform(discord, defer=0.02)):
        discord.script(Slow(seconds=0.5), "cdn")
        upload = Upload(name="slow", content=EVENING.encode())
        asked = await discord.people.command(
            "newsdesk config apply", EDITOR, {}, upload
        )
        await until(lambda: asked.state == "later")
        assert "New digest «Evening»" in (await asked.done()).words
        assert asked.refused == []


async def test_a_short_export_is_shown_as_text(chat, discord):
    asked = await ask(discord, "newsdesk config export")
    assert "[[workspace.digest]]" in asked.words
    assert asked.files == {}


@pytest.mark.parametrize("defer", [1.5, 0.0])
async def test_a_long_export_is_a_file_that_can_be_given_back(harness, discord, defer):
    await many_sources(harness, CONFIGURATION)
    async with listening(discord, harness.inbox, a_platform(discord, defer=defer)):
        asked = await ask(discord, "newsdesk config export")
        assert asked.files == {"standfirst.toml": (await exported(harness)).encode()}
        assert asked.private
        assert "… and" not in asked.words
        again = await gives(discord, asked.files["standfirst.toml"])
        assert "Nothing would change" in again.words


async def test_a_file_is_whole_in_an_answer_that_has_to_wait(harness, discord):
    await many_sources(harness, CONFIGURATION)
    discord.script(Limit(retry_after=0.05), "answer")
    async with listening(discord, harness.inbox):
        asked = await ask(discord, "newsdesk config export")
    assert asked.files == {"standfirst.toml": (await exported(harness)).encode()}


def test_files_lie_on_discords_own_host_unless_it_is_replaced_whole():
    platform = DiscordPlatform(token="x")
    assert platform._listener._files == UPLOAD_ORIGIN
    platform = DiscordPlatform(token="x", api_base="http://127.0.0.1:8/api/v10")
    assert platform._listener._files == "http://127.0.0.1:8"


def test_what_no_client_would_send_is_no_file():
    for resolved in (None, {}, {"attachments": {"1": "x"}}, {"attachments": None}):
        data = {"resolved": resolved}
        assert extract_attachment(
            {"attachment": "1", "file": "x"}, data, UPLOAD_ORIGIN
        ) == ({"file": "x"}, None)


def test_the_address_of_a_file_is_not_logged():
    found = {"filename": "a", "size": 1, "url": "https://cdn.example/?hm=secret"}
    _, file = extract_attachment(
        {"attachment": "1"}, {"resolved": {"attachments": {"1": found}}}, UPLOAD_ORIGIN
    )
    assert "secret" not in repr(file)
    assert file is not None
    assert file.origin == UPLOAD_ORIGIN, "wherever it says that it lies"


@pytest.mark.parametrize("text", ["a" * 2_401, "a = '```'\n"])
def test_an_export_unsafe_as_text_is_sent_as_a_file(text):
    reply = Reply(blocks=(Document(name="a.toml", text=text),))
    (body,) = replies.render_reply(reply, Texts.of("en"))
    assert body["attachments"] == [{"id": "0", "filename": "a.toml"}]
    assert replies.collect_files(reply) == {"a.toml": text.encode()}


@given(st.text(alphabet="a\n", max_size=9_000))
def test_the_pieces_of_a_file_are_short_and_nothing_of_it_is_lost(text):
    pieces = [some.text for some in Document(name="a", text=text).listings()]
    assert all(len(piece) <= LISTING_LENGTH for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
