"""The local Discord is strict about files that come with a body, or are missing."""

import json
from typing import Any

import aiohttp
import pytest

from tests.wire.discord import answer_rules, rules
from tests.wire.discord.answer_rules import COMMAND, EPHEMERAL
from tests.wire.discord.interactions import EDITOR
from tests.wire.discord.server import LocalDiscord, serving
from tests.wire.discord.uploads import Upload


def answer(*files: str, shown: tuple[str, ...] = ()) -> dict[str, Any]:
    """An answer that declares files, and shows some."""
    components = [{"type": 13, "file": {"url": f"attachment://{n}"}} for n in shown]
    data = {
        "allowed_mentions": {"parse": []},
        "flags": rules.V2 | EPHEMERAL,
        "components": [{"type": 10, "content": "A"}, *components],
        "attachments": [{"id": str(n), "filename": f} for n, f in enumerate(files)],
    }
    return {"type": 4, "data": data}


async def gives(
    discord: LocalDiscord, body: dict[str, Any], **files: tuple[str, bytes]
) -> int:
    asked = await discord.people.does(COMMAND, {"name": "x", "options": []}, EDITOR)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    for name, (filename, content) in files.items():
        form.add_field(name.replace("_", "[") + "]", content, filename=filename)
    base = f"http://127.0.0.1:{discord.port}/api/v10"
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    token = {"Authorization": f"Bot {discord.token}"}
    async with (
        aiohttp.ClientSession(headers=token) as http,
        http.post(base + path, **({"data": form} if files else {"json": body})) as said,
    ):
        return said.status


async def test_a_file_that_is_named_shown_and_there_is_taken():
    async with serving() as discord:
        body = answer("a.toml", shown=("a.toml",))
        assert await gives(discord, body, files_0=("a.toml", b"x")) == 204
        assert discord.people.asked[-1].files == {"a.toml": b"x"}


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (answer("a.toml", shown=("a.toml",)), {}),
        (answer("a.toml", shown=("a.toml",)), {"files_0": ("b.toml", b"x")}),
        (answer("a.toml", shown=("a.toml",)), {"files_1": ("a.toml", b"x")}),
        (answer("a.toml"), {"files_0": ("a.toml", b"x")}),
        (answer(shown=("a.toml",)), {}),
        (answer(), {"files_0": ("a.toml", b"x")}),
    ],
)
async def test_what_does_not_fit_together_is_refused(body, files):
    async with serving() as discord:
        assert await gives(discord, body, **files) == 400
        discord.expects("attachments")


async def test_an_upload_is_readable_with_its_full_address():
    async with serving() as discord, aiohttp.ClientSession() as http:
        url = discord.people.uploads.put(Upload(name="a", content=b"x"))["url"]
        async with http.get(url) as found:
            assert await found.read() == b"x"
        async with http.get(url.partition("?")[0]) as found:
            assert found.status == 404
        async with http.get(url, headers={"Authorization": "Bot x"}) as found:
            assert found.status == 200
        discord.expects("told a token")


@pytest.mark.parametrize(
    "upload",
    [
        {"min_values": 0},
        {"min_values": 0, "required": False, "max_values": 11},
        {"min_values": 2, "max_values": 1},
        {"style": 1},
    ],
)
def test_a_question_for_files_that_discord_does_not_take(upload):
    question = {"type": 19, "custom_id": "f", **upload}
    label = {"type": 18, "label": "File", "component": question}
    data = {"custom_id": "m", "title": "T", "components": [label]}
    assert answer_rules.callback(COMMAND, {"type": 9, "data": data})
