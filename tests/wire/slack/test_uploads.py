"""The local Slack is strict about files: tickets, tokens, scopes, and targets."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.wire.slack import rules
from tests.wire.slack.server import CHANNEL, TOKEN, LocalSlack, serving
from tests.wire.slack.uploads import Upload


def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=TOKEN, base_url=slack.address["api_base"])


async def uploaded(slack: LocalSlack, content: bytes, **headers: str) -> str:
    """The id of a file of three bytes, after this was sent to its address."""
    ticket = await client(slack).files_getUploadURLExternal(filename="a", length=3)
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(str(ticket["upload_url"]), data=content) as answer,
    ):
        assert answer.status == (200 if len(content) == 3 else 400)
    return str(ticket["file_id"])


async def shows(slack: LocalSlack, number: str, channel: str = CHANNEL) -> None:
    files: list[dict[str, str | None]] = [{"id": number, "title": "a"}]
    await client(slack).files_completeUploadExternal(files=files, channel_id=channel)


async def test_a_file_that_came_whole_is_shown_in_its_channel():
    async with serving() as slack:
        await shows(slack, await uploaded(slack, b"abc"))
        assert slack.people.uploads.shown == {CHANNEL: [("a", b"abc")]}


async def test_incomplete_or_unshared_uploads_are_not_shown():
    async with serving() as slack:
        with pytest.raises(SlackApiError, match="file_not_found"):
            await shows(slack, await uploaded(slack, b"ab"))
        whole = await uploaded(slack, b"abc")
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await shows(slack, whole, "C9999")
        assert slack.people.uploads.shown == {}


async def test_a_token_sent_with_an_upload_fails_the_test():
    async with serving() as slack:
        await uploaded(slack, b"abc", Authorization=f"Bearer {TOKEN}")
        slack.expects("a token goes with an upload")


async def test_without_the_scope_there_is_no_ticket():
    async with serving() as slack:
        slack.scopes -= {"files:write"}
        with pytest.raises(SlackApiError, match="missing_scope"):
            await uploaded(slack, b"abc")


@pytest.mark.parametrize(
    ("token", "scope", "status"),
    [(TOKEN, True, 200), (TOKEN, False, 302), ("another", True, 302), ("", True, 302)],
)
async def test_a_file_is_given_to_the_token_that_may_read_files(token, scope, status):
    async with serving() as slack, aiohttp.ClientSession() as http:
        if not scope:
            slack.scopes -= {"files:read"}
        reported = slack.people.uploads.put(Upload(name="a.toml", content=b"x"))
        said = {"Authorization": f"Bearer {token}"} if token else {}
        url = reported["url_private_download"]
        async with http.get(url, headers=said, allow_redirects=False) as answer:
            assert answer.status == status


@pytest.mark.parametrize("element", [{"max_files": 0}, {"max_files": 11}, {"value": 1}])
def test_a_question_for_files_that_slack_does_not_take(element):
    plain = {"type": "plain_text", "text": "A"}
    block = {
        "type": "input",
        "label": plain,
        "element": {"type": "file_input", "action_id": "f", **element},
    }
    view = {"type": "modal", "title": plain, "submit": plain, "blocks": [block]}
    assert rules.view(view)
    good = {**block, "element": {"type": "file_input", "action_id": "f"}}
    assert rules.view({**view, "blocks": [good]}) == []
