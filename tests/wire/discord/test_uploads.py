"""The local Discord is strict about files that come with a body, or are missing."""

import json
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from tests.wire.discord import answer_rules, rules
from tests.wire.discord.answer_rules import COMMAND, EPHEMERAL
from tests.wire.discord.interactions import EDITOR
from tests.wire.discord.ledger import ALL_WE_NEED, ATTACH
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


# ── pictures of messages ───────────────────────────────────────────────────────


def showing(*names: str, description: str = "A bridge", **more: Any) -> dict[str, Any]:
    """A message that shows these pictures; `more` are other fields."""
    shown = [
        {"media": {"url": f"attachment://{name}"}, "description": description}
        for name in names
    ]
    gallery = [{"type": 12, "items": shown}] if names else []
    return {
        "allowed_mentions": {"parse": []},
        "flags": rules.V2,
        "components": [{"type": 10, "content": "A"}, *gallery],
        **more,
    }


def listing(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"id": str(n), "filename": name, **more} for n, name in enumerate(names)]


async def sends(
    discord: LocalDiscord,
    body: dict[str, Any],
    *contents: bytes,
    method: str = "POST",
    path: str = "/channels/2001/messages",
) -> tuple[int, dict[str, Any]]:
    """Send a message with these files, as its attachments name them."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    named = [one["filename"] for one in body.get("attachments") or ()]
    for number, content in enumerate(contents):
        form.add_field(f"files[{number}]", BytesIO(content), filename=named[number])
    url = f"http://127.0.0.1:{discord.port}/api/v10{path}"
    token = {"Authorization": f"Bot {discord.token}"}
    data = {"data": form} if contents else {"json": body}
    async with (
        aiohttp.ClientSession(headers=token) as http,
        http.request(method, url, **data) as answered,
    ):
        return answered.status, await answered.json()


async def test_a_message_shows_the_pictures_that_come_with_it():
    async with serving() as discord:
        body = showing("a.png", attachments=listing("a.png", description="A bridge"))
        status, reported = await sends(discord, body, b"picture")
        (message,) = discord.ledger.says("2001")
        assert status == 200
        assert message["attachments"][0]["content"] == b"picture"
        assert "content" not in reported["attachments"][0]


@pytest.mark.parametrize(
    ("body", "contents"),
    [
        (showing("a.png"), ()),
        (showing("a.png", attachments=listing("b.png")), (b"x",)),
        (showing("a.png", attachments=listing("a.png")), ()),
        (showing(attachments=listing("a.png")), (b"x",)),
        (
            showing("a.png", attachments=listing("a.png", description="x" * 1025)),
            (b"x",),
        ),
        (
            showing("a.png", attachments=listing("a.png"), description="x" * 1025),
            (b"x",),
        ),
        (
            showing(
                *(f"{n}.png" for n in range(11)),
                attachments=listing(*(f"{n}.png" for n in range(11))),
            ),
            (b"x",) * 11,
        ),
    ],
)
async def test_a_picture_that_is_missing_unused_or_too_much_is_refused(body, contents):
    async with serving() as discord:
        status, reported = await sends(discord, body, *contents)
        discord.expects("Discord does not take it")
    assert (status, reported["code"]) == (400, 50035)


async def test_without_permission_to_attach_files_a_message_with_one_is_refused():
    async with serving() as discord:
        discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~ATTACH)
        body = showing("a.png", attachments=listing("a.png"))
        status, reported = await sends(discord, body, b"x")
        assert (status, reported["code"]) == (403, 50013)
        assert (await sends(discord, showing()))[0] == 200


async def test_a_file_of_more_than_ten_mebibytes_is_refused():
    async with serving() as discord:
        body = showing("a.png", attachments=listing("a.png"))
        status, reported = await sends(discord, body, b"x" * ((10 << 20) + 1))
        assert (status, reported["code"]) == (413, 40005)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ["a.png"]),
        ({"attachments": []}, []),
        ({"attachments": listing("b.png")}, ["b.png"]),
    ],
)
async def test_an_edit_keeps_the_files_that_it_lists_or_all_if_it_lists_none(
    changes, names
):
    async with serving() as discord:
        body = showing("a.png", attachments=listing("a.png"))
        _, posted = await sends(discord, body, b"a")
        path = f"/channels/2001/messages/{posted['id']}"
        new = [b"b"] if names == ["b.png"] else []
        edit = showing(*names, content=None, **changes)
        assert (await sends(discord, edit, *new, method="PATCH", path=path))[0] == 200
        (message,) = discord.ledger.says("2001")
        assert [one["filename"] for one in message["attachments"]] == names


async def test_an_edit_that_shows_a_file_it_does_not_keep_is_refused():
    async with serving() as discord:
        body = showing("a.png", attachments=listing("a.png"))
        _, posted = await sends(discord, body, b"a")
        path = f"/channels/2001/messages/{posted['id']}"
        edit = showing("a.png", content=None, attachments=[])
        assert (await sends(discord, edit, method="PATCH", path=path))[0] == 400
        discord.expects("did not come along")


# ── files of people ────────────────────────────────────────────────────────────


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
