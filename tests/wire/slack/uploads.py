"""Files of the local Slack: files in forms, and uploads of the app.

A file in a form is on Slack's own host; it is sent to requests with a token that may
read files, and all others are redirected to the sign-in page. An upload gets a ticket,
is sent to the ticket's URL without a token, and exists once it is completed; then it is
shown in a channel, if one is given. It is processed after that: until its media type is
known, no block may name it.
"""

import json
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import suppress
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
    team: str
    content: bytes | None = None
    completed: bool = False
    deleted: bool = False
    #: Requests about it that are still answered without its type.
    unprocessed: int = 0

    @property
    def exists(self) -> bool:
        return self.completed and not self.deleted


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
    #: Requests about a new file that are answered without its type.
    processing: int = 1
    _held: dict[str, bytes] = field(default_factory=dict)
    _tickets: dict[str, _Ticket] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    # ── files of people ────────────────────────────────────────────────────────

    def put(self, upload: Upload) -> dict[str, Any]:
        """Put it into a form; return it as Slack describes it with the answers."""
        number = f"F{next(self._numbers):08}"
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

    def ticket(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        """`files.getUploadURLExternal`."""
        number = f"F{next(self._numbers):08}"
        self._tickets[number] = _Ticket(
            name=str(body["filename"]),
            length=int(body["length"]),
            team=team,
            unprocessed=self.processing,
        )
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

    def complete(self, body: Mapping[str, Any], team: str) -> dict[str, Any] | str:
        """`files.completeUploadExternal`; the code with which it is rejected."""
        files = json.loads(str(body["files"]))
        tickets = [self._find(str(file.get("id")), team) for file in files]
        if not tickets or any(t is None or t.content is None for t in tickets):
            return "file_not_found"
        for ticket in filter(None, tickets):
            ticket.completed = True
            if "channel_id" in body:
                channel = self.shown.setdefault(str(body["channel_id"]), [])
                channel.append((ticket.name, ticket.content or b""))
        return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}

    def describe(self, number: str, team: str) -> dict[str, Any] | str:
        """`files.info`; the code with which it is rejected."""
        ticket = self._find(number, team)
        if ticket is None or not ticket.completed:
            return "file_not_found"
        if ticket.deleted:
            return "file_deleted"
        known = ticket.unprocessed <= 0
        ticket.unprocessed -= 1
        media = mimetypes.guess_type(ticket.name)[0] or "application/octet-stream"
        file = {
            "id": number,
            "name": ticket.name,
            "title": ticket.name,
            "mimetype": media if known else "",
            "size": ticket.length,
            "mode": "hosted",
            "is_external": False,
        }
        return {"file": file}

    def delete(self, number: str, team: str) -> dict[str, Any] | str:
        """`files.delete`; the code with which it is rejected."""
        ticket = self._find(number, team)
        if ticket is None or not ticket.completed:
            return "file_not_found"
        if ticket.deleted:
            return "file_deleted"
        ticket.deleted = True
        return {}

    def list_files(self) -> dict[str, bytes]:
        """The app's files that exist, with their contents."""
        every = self._tickets.items()
        return {number: t.content or b"" for number, t in every if t.exists}

    def list_unusable(self, body: Mapping[str, Any], team: str) -> Iterator[str]:
        """Complaints about files that blocks name."""
        for number in named_files(body.get("blocks")):
            ticket = self._find(number, team)
            if ticket is None or not ticket.exists:
                yield f"invalid slack file: {number} does not exist"
            elif ticket.unprocessed >= 0:
                yield f"invalid slack file: {number} is not processed"

    def _find(self, number: str, team: str) -> _Ticket | None:
        ticket = self._tickets.get(number)
        return ticket if ticket is not None and ticket.team == team else None


def named_files(blocks: Any) -> Iterator[str]:
    """The files that blocks name."""
    if isinstance(blocks, str):
        with suppress(ValueError):
            yield from named_files(json.loads(blocks))
    if isinstance(blocks, list):
        for block in blocks:
            yield from named_files(block)
    if isinstance(blocks, Mapping):
        if isinstance(file := blocks.get("slack_file"), Mapping):
            yield str(file.get("id"))
        for value in blocks.values():
            if not isinstance(value, str):
                yield from named_files(value)
