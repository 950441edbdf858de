"""Files of the local Discord: uploads by people, and files that the bot sends.

An upload is on the CDN under a signed address, which is enough to read it: no token is
sent. The bot's files come as multipart fields: the body as `payload_json`, and
`files[0]`, `files[1]` … as its `attachments` name them.
"""

import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from tests.wire.discord.rules import Complaint

PATH = "/ephemeral-attachments/"
#: Field of the form → name and contents.
Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file on somebody's machine."""

    name: str
    content: bytes
    #: Bytes, as declared by Discord; None: the real number.
    size: int | None = None
    #: Its address, as declared by Discord; "" = on its CDN.
    url: str = ""


@dataclass(kw_only=True)
class Uploads:
    """The CDN."""

    #: «http://127.0.0.1:1234».
    origin: str = ""
    complaints: list[str] = field(default_factory=list)
    #: The addresses that were requested.
    asked: list[str] = field(default_factory=list)
    _held: dict[str, bytes] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(6_000_001))

    def put(self, upload: Upload) -> dict[str, Any]:
        """Upload it; return the attachment as an interaction resolves it."""
        number = str(next(self._numbers))
        path = f"{PATH}2001/{number}/{upload.name}"
        signed = f"{path}?ex=6a16&is=6a15&hm={secrets.token_hex(16)}"
        self._held[signed] = upload.content
        size = len(upload.content) if upload.size is None else upload.size
        return {
            "id": number,
            "filename": upload.name,
            "size": size,
            "url": upload.url or f"{self.origin}{signed}",
            "proxy_url": f"{self.origin}{signed}",
            "content_type": "application/x-whatever",
            "ephemeral": True,
        }

    def answer(self, request: web.Request) -> web.Response:
        """Answer a request to the CDN."""
        self.asked.append(request.path_qs)
        if "Authorization" in request.headers:
            self.complaints.append("the CDN is told a token")
        found = self._held.get(request.path_qs)
        if found is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=found, content_type="application/octet-stream")


async def parts(request: web.Request) -> tuple[Any, dict[str, tuple[str, bytes]]]:
    """The body of a request, and its files: field → name and contents."""
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return (json.loads(text) if text else None), {}
    form = await request.post()
    files = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            # Closed here: the server does not close those of a request that hangs.
            with value.file as opened:
                files[name] = value.filename, opened.read()
    return json.loads(str(form["payload_json"])), files


def wrong(
    data: Mapping[str, Any], files: Files, kept: Collection[str] = ()
) -> Iterator[Complaint]:
    """Mismatches between a message and its files; `kept` are ids of earlier ones."""
    listed = data.get("attachments") or ()
    new = [one for one in listed if str(one["id"]) not in kept]
    reported = {f"files[{one['id']}]": one.get("filename") for one in new}
    came = {name: filename for name, (filename, _) in files.items()}
    if reported != came:
        yield "attachments", f"names {reported}, and there came {came}"
    if is_too_large(files):
        yield "attachments", "a file of more than 10 MiB"


def list_kept(
    data: Mapping[str, Any], before: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Those earlier files of a message that stay: ids and names."""
    held = {str(one["id"]): str(one["filename"]) for one in before}
    if data.get("attachments") is None:
        return held
    listed = {str(one["id"]) for one in data["attachments"]}
    return {number: name for number, name in held.items() if number in listed}


def is_too_large(files: Files) -> bool:
    """Whether a file is over 10 MiB, or the request over 25."""
    sizes = [len(content) for _, content in files.values()]
    return max(sizes, default=0) > 10 << 20 or sum(sizes) > 25 << 20


def store(
    data: Mapping[str, Any],
    files: Files,
    number: Callable[[], str],
    before: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """The attachments of a message after this body was accepted.

    Each has its bytes as `content`, as a person sees them who opens it. Earlier ones
    stay where the body lists none at all, or lists them by their ids.
    """
    if data.get("attachments") is None:
        return [dict(one) for one in before]
    known = {str(one["id"]): one for one in before}
    stored = []
    for one in data["attachments"]:
        earlier = known.get(str(one["id"]))
        if earlier is not None:
            stored.append({**earlier, **one})
            continue
        name, content = files[f"files[{one['id']}]"]
        new = {"id": number(), "filename": name, "content": content}
        about = {"size": len(content), "url": f"https://cdn.invalid/{name}"}
        stored.append({**one, **new, **about})
    return stored


def without_bytes(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A message as Discord's API returns it: the bytes of its files are elsewhere."""
    files = [
        {key: value for key, value in one.items() if key != "content"}
        for one in stored["attachments"]
    ]
    return {**stored, "attachments": files}
