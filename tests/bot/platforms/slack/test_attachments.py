"""Files on Slack: uploaded in a form, and sent where text is too long."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.model import ATTACHMENT_LIMIT
from bot.platforms.slack import forms
from bot.platforms.slack.platform import SlackPlatform
from tests.bot.harness import BotHarness
from tests.bot.platforms.given_files import (
    EVENING,
    FEEDS,
    TOO_LARGE,
    WRONG,
    exported,
    many_sources,
    names,
)
from tests.bot.platforms.slack.conftest import (
    CONFIGURATION,
    a_platform,
    listening,
    until,
)
from tests.bot.platforms.slack.test_interactions import ask, press
from tests.wire.discord.faults import Slow, Status
from tests.wire.slack.faults import Refusal
from tests.wire.slack.people import EDITOR, Asked
from tests.wire.slack.server import LocalSlack
from tests.wire.slack.uploads import Upload

DM = f"D{EDITOR.user}"


@pytest.fixture
async def chat(harness: BotHarness, slack: LocalSlack) -> AsyncIterator[SlackPlatform]:
    async with listening(slack, harness.inbox) as platform:
        yield platform


async def asked_for(slack: LocalSlack, line: str = "/newsdesk config apply") -> Asked:
    """Run the command; its form is open then."""
    asked = await ask(slack, line)
    assert asked.view is not None
    return asked


async def sends(
    slack: LocalSlack, asked: Asked, upload: Upload | None, /, **answers: str
) -> Asked:
    """Submit the form; return its errors, or else the answer to the command."""
    assert asked.view is not None
    filled = await slack.people.fills(asked.view, answers=answers, file=upload)
    await until(lambda: filled.acknowledged is not None)
    if filled.errors:
        return filled
    await until(lambda: asked.messages)
    return asked


async def gives(
    slack: LocalSlack,
    content: bytes | Upload,
    line: str = "/newsdesk config apply",
    /,
    **answers: str,
) -> Asked:
    upload = content
    if isinstance(upload, bytes):
        upload = Upload(name="mine.txt", content=upload)
    return await sends(slack, await asked_for(slack, line), upload, **answers)


async def test_a_configuration_can_be_given_as_a_file(chat, harness, slack):
    asked = await gives(slack, b"\xef\xbb\xbf" + EVENING.encode())
    assert "New digest «Evening»" in asked.words
    await press(slack, asked.controls["Confirm"])
    assert await names(harness) == ["Morning brief", "Evening"]


async def test_feeds_of_another_reader_can_be_given_to_the_panel_as_a_file(chat, slack):
    home = await ask(slack, "/newsdesk home")
    page = await (await slack.people.does_on(home, "Workspace")).done()
    asked = await (await slack.people.does_on(page, "Import feeds (OPML)")).done()
    upload = Upload(name="feeds.opml", content=FEEDS.encode())
    filled = await sends(slack, asked, upload)
    assert "Müller" in filled.words
    assert "New digest «Press»" in filled.words


async def test_a_form_asks_for_one_file_of_any_kind(chat, slack):
    opened = await asked_for(slack)
    asked = {block.get("block_id"): block for block in views_blocks(opened)}
    element = {"type": "file_input", "action_id": "attachment", "max_files": 1}
    assert asked["attachment"]["element"] == element
    assert asked["attachment"]["optional"]
    assert asked["file"]["optional"]
    assert f"{ATTACHMENT_LIMIT // 1_000} KB" in str(asked["attachment"]["hint"])
    assert "This is required." in str((await sends(slack, opened, None)).errors)


def views_blocks(asked: Asked) -> Any:
    assert asked.view is not None
    return asked.view["blocks"]


async def test_without_the_scope_for_files_no_form_asks_for_one(harness, slack):
    slack.scopes -= {"files:read"}
    async with listening(slack, harness.inbox):
        opened = await asked_for(slack)
        assert "attachment" not in str(opened.view)
        answer = await sends(slack, opened, None, file=EVENING)
        assert "New digest «Evening»" in answer.words


@pytest.mark.parametrize("wrong", WRONG)
async def test_mistakes_in_a_file_are_reported_at_its_question(
    chat, slack, harness, wrong
):
    content, said = WRONG[wrong]
    asked = await gives(slack, content)
    assert said in asked.errors["file"]
    assert await names(harness) == ["Morning brief"]


async def test_a_text_and_a_file_are_one_too_many(chat, slack):
    asked = await gives(slack, b"x", file="y")
    assert "not both" in asked.errors["file"]
    assert slack.people.uploads.asked == []


async def test_a_file_that_is_too_large_is_not_asked_for(chat, slack):
    asked = await gives(
        slack, Upload(name="big", content=b"", size=ATTACHMENT_LIMIT + 1)
    )
    assert TOO_LARGE in asked.errors["file"]
    assert slack.people.uploads.asked == []


@pytest.mark.parametrize("content", [b"x" * (ATTACHMENT_LIMIT + 1), b"shorter"])
async def test_a_file_of_another_size_than_declared_is_rejected(chat, slack, content):
    asked = await gives(slack, Upload(name="odd", content=content, size=100))
    said = asked.errors["file"]
    assert "larger than" in said or "incomplete" in said


@pytest.mark.parametrize(
    "elsewhere", ["https://files.example/mine.toml", "http://127.0.0.1:1/x", "x"]
)
async def test_a_file_on_another_host_is_never_requested(chat, slack, elsewhere):
    upload = Upload(name="mine.toml", content=EVENING.encode(), url=elsewhere)
    asked = await gives(slack, upload)
    assert asked.errors["file"]
    assert slack.people.uploads.asked == []


async def test_a_redirect_to_the_sign_in_page_yields_no_file(chat, slack):
    opened = await asked_for(slack)
    # The scope is removed while the form is open.
    slack.scopes -= {"files:read"}
    upload = Upload(name="mine.toml", content=EVENING.encode())
    assert (await sends(slack, opened, upload)).errors["file"]


@pytest.mark.usefixtures("short_hold")
async def test_a_slow_file_is_acknowledged_in_time_and_the_answer_follows(
    harness, slack
):
    async with listening(slack, harness.inbox, a_platform(slack)):
        opened = await asked_for(slack)
        slack.script(Slow(seconds=0.5), "file")
        upload = Upload(name="slow", content=EVENING.encode())
        assert opened.view is not None
        filled = await slack.people.fills(opened.view, answers={}, file=upload)
        await until(lambda: filled.acknowledged is not None)
        assert opened.messages == []
        await until(lambda: opened.messages)
        assert "New digest «Evening»" in opened.words


async def test_a_short_export_is_shown_as_text(chat, slack):
    asked = await ask(slack, "/newsdesk config export")
    assert "[[workspace.digest]]" in asked.words
    assert slack.people.uploads.shown == {}


async def test_a_long_export_is_a_private_file_that_can_be_imported(harness, slack):
    await many_sources(harness, CONFIGURATION)
    async with listening(slack, harness.inbox):
        asked = await ask(slack, "/newsdesk config export")
        assert "«standfirst.toml» is in your messages" in asked.words
        assert "outlet" not in asked.words
        assert asked.private
        whole = (await exported(harness)).encode()
        assert slack.people.uploads.shown == {DM: [("standfirst.toml", whole)]}
        again = await gives(slack, whole)
        assert "Nothing would change" in again.errors["file"]


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        (Refusal(code="missing_scope"), "upload"),
        (Refusal(code="cannot_dm_bot"), "open"),
        (Status(status=500), "file"),
        (None, ""),
    ],
)
async def test_a_rejected_upload_is_reported_and_shown_in_part(
    harness, slack, fault, operation
):
    await many_sources(harness, CONFIGURATION)
    if fault is None:
        slack.scopes -= {"files:write"}
    else:
        slack.script(fault, operation)
    async with listening(slack, harness.inbox):
        asked = await ask(slack, "/newsdesk config export")
    assert "Slack did not accept a file" in asked.words
    assert "files:write" in asked.words
    assert "[[workspace]]" in asked.words
    assert "… and" in asked.words
    assert slack.people.uploads.shown == {}


async def test_nothing_is_uploaded_to_another_place_than_slacks(
    harness, slack, monkeypatch
):
    await many_sources(harness, CONFIGURATION)
    monkeypatch.setattr(
        forms, "resolve_upload_origin", lambda _: "https://files.example"
    )
    async with listening(slack, harness.inbox):
        asked = await ask(slack, "/newsdesk config export")
    assert "a foreign host" in asked.words
    assert [call.method for call in slack.asked("file")] == []


def test_files_lie_on_slacks_own_host_unless_it_is_replaced_whole():
    assert (
        forms.resolve_upload_origin(None)
        == forms.UPLOAD_ORIGIN
        == "https://files.slack.com"
    )
    assert (
        forms.resolve_upload_origin("http://127.0.0.1:8/api/") == "http://127.0.0.1:8"
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"attachment": {}},
        {"attachment": {"attachment": {"files": "x"}}},
        {"attachment": {"attachment": {"files": ["x"]}}},
        {"attachment": {"attachment": {"files": []}}},
    ],
)
def test_what_no_client_would_send_is_no_file(values):
    assert forms.find_file({"state": {"values": values}}) is None


def test_the_token_is_in_no_log():
    file = forms.build_attachment(
        {"name": "a"}, origin="https://a.example", token="xoxb-1"
    )
    assert "xoxb" not in repr(file)
