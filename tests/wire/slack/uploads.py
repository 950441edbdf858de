"""Files of the local Slack: what people give a form, and what the app uploads.

A file that somebody gave lies on Slack's own host; it is given to whoever says a token
that may read files, and everybody else is led to the page for signing in. What the app
uploads gets a ticket, comes to the ticket's address without a token, and is shown in a
channel when the upload is completed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

#: Begins the paths of files that people gave, and of those that are uploaded.
GIVEN, TAKEN = "/files-pri/", "/upload/v1/"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file on somebody's machine."""

    name: str
    content: bytes
    #: Bytes, as Slack says; None: as many as there are.
    size: int | None = None
    #: Where Slack says that it lies; "" = on its own host.
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
    #: The files that were asked for, by their paths.
    asked: list[str] = field(default_factory=list)
    #: Channel → what was shown there: name and contents.
    shown: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    _held: dict[str, bytes] = field(default_factory=dict)
    _tickets: dict[str, _Ticket] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    # ── what people give ───────────────────────────────────────────────────────

    def put(self, upload: Upload) -> dict[str, Any]:
        """Give it to a form; as Slack tells of it with the answers."""
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
        """A request for such a file."""
        self.asked.append(request.path)
        if "files:read" not in scopes:
            page = f"https://newsroom.slack.example/?redir={request.path}"
            return web.Response(status=302, headers={"Location": page})
        found = self._held.get(request.path)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found, content_type="application/octet-stream")

    # ── what the app uploads ───────────────────────────────────────────────────

    def ticket(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`files.getUploadURLExternal`."""
        number = f"F{next(self._numbers):04}"
        length = int(body["length"])
        self._tickets[number] = _Ticket(name=str(body["filename"]), length=length)
        return {"upload_url": f"{self.origin}{TAKEN}{number}", "file_id": number}

    async def take(self, request: web.Request) -> web.Response:
        """The file itself, at the ticket's address."""
        if "Authorization" in request.headers:
            self.complaints.append("a token goes with an upload")
        ticket = self._tickets.get(request.path.removeprefix(TAKEN))
        content = await request.read()
        if ticket is None or len(content) != ticket.length:
            return web.Response(status=400, text="failed")
        ticket.content = content
        return web.Response(text=f"OK - {len(content)}")

    def complete(self, body: Mapping[str, Any]) -> dict[str, Any] | str:
        """`files.completeUploadExternal`; the code with which it is refused."""
        files = json.loads(str(body["files"]))
        tickets = [self._tickets.get(str(file.get("id"))) for file in files]
        if not tickets or any(t is None or t.content is None for t in tickets):
            return "file_not_found"
        channel = self.shown.setdefault(str(body["channel_id"]), [])
        channel += [(t.name, t.content) for t in tickets if t and t.content is not None]
        return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}
