"""Files of the local Slack: files in forms, and uploads of the app.

A file in a form is on Slack's own host; it is sent to requests with a token that may
read files, and all others are redirected to the sign-in page. An upload gets a ticket,
is sent to the ticket's URL without a token, and is shown in a channel when it is
completed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

#: Path prefixes of files in forms, and of uploads.
GIVEN, TAKEN = "/files-pri/", "/upload/v1/"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file on somebody's machine."""

    name: str
    content: bytes
    #: Bytes, as declared by Slack; None: the real number.
    size: int | None = None
    #: Its address, as declared by Slack; "" = on its own host.
    url: str = ""


@dataclass(kw_only=True)
class _Ticket:
    name: str
    length: int
    content: bytes | None = None


@dataclass(kw_only=True)
class Uploads:
    """The host of files."""

    #: «http://127.0.0.1:1234».
    origin: str = ""
    complaints: list[str] = field(default_factory=list)
    #: The files that were requested, by their paths.
    asked: list[str] = field(default_factory=list)
    #: Channel → files shown there: name and contents.
    shown: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    _held: dict[str, bytes] = field(default_factory=dict)
    _tickets: dict[str, _Ticket] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    # ── files of people ────────────────────────────────────────────────────────

    def put(self, upload: Upload) -> dict[str, Any]:
        """Put it into a form; return it as Slack describes it with the answers."""
        number = f"F{next(self._numbers):04}"
        path = f"{GIVEN}T1001-{number}/download/{upload.name}"
        self._held[path] = upload.content
        size = len(upload.content) if upload.size is None else upload.size
        return {
            "id": number,
            "name": upload.name,
            "title": upload.name,
            "mimetype": "application/octet-stream",
            "filetype": "binary",
            "size": size,
            "mode": "hosted",
            "is_external": False,
            "url_private": f"{self.origin}{path.replace('/download/', '/')}",
            "url_private_download": upload.url or f"{self.origin}{path}",
        }

    def give(self, request: web.Request, scopes: frozenset[str]) -> web.Response:
        """Answer a request for such a file."""
        self.asked.append(request.path)
        if "files:read" not in scopes:
            page = f"https://newsroom.slack.example/?redir={request.path}"
            return web.Response(status=302, headers={"Location": page})
        found = self._held.get(request.path)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found, content_type="application/octet-stream")

    # ── uploads of the app ─────────────────────────────────────────────────────

    def ticket(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`files.getUploadURLExternal`."""
        number = f"F{next(self._numbers):04}"
        length = int(body["length"])
        self._tickets[number] = _Ticket(name=str(body["filename"]), length=length)
        return {"upload_url": f"{self.origin}{TAKEN}{number}", "file_id": number}

    async def take(self, request: web.Request) -> web.Response:
        """Take the file itself, at the ticket's URL."""
        if "Authorization" in request.headers:
            self.complaints.append("a token goes with an upload")
        ticket = self._tickets.get(request.path.removeprefix(TAKEN))
        content = await request.read()
        if ticket is None or len(content) != ticket.length:
            return web.Response(status=400, text="failed")
        ticket.content = content
        return web.Response(text=f"OK - {len(content)}")

    def complete(self, body: Mapping[str, Any]) -> dict[str, Any] | str:
        """`files.completeUploadExternal`; the code with which it is rejected."""
        files = json.loads(str(body["files"]))
        tickets = [self._tickets.get(str(file.get("id"))) for file in files]
        if not tickets or any(t is None or t.content is None for t in tickets):
            return "file_not_found"
        channel = self.shown.setdefault(str(body["channel_id"]), [])
        channel += [(t.name, t.content) for t in tickets if t and t.content is not None]
        return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}
