"""A strict Slack on loopback: Web API and Socket Mode, driven by the real libraries.

    async with serving() as slack:
        platform = SlackPlatform(**slack.address)
        slack.script(Lost(when="after"), "post")
        …
        assert len(slack.ledger.says("C2001")) == 1

Tokens are checked, every body goes through `rules`. An unknown request is answered with
501 and fails the test when the block ends, as does a body that Slack would reject,
unless the test declares it with `expects`.
"""

import asyncio
import hashlib
import hmac
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.ports import Clock
from tests.fakes import FakeClock
from tests.wire.discord.faults import Lost, Slow, Status
from tests.wire.ends import end
from tests.wire.logins import Logins
from tests.wire.slack import rules, uploads
from tests.wire.slack.faults import Fault, Limit, Operation, Refusal, Scripted
from tests.wire.slack.ledger import (
    APPLICATION,
    BOT,
    PERSON,
    TEAM,
    USER,
    Channel,
    Ledger,
)
from tests.wire.slack.people import People
from tests.wire.slack.socket_mode import SocketMode
from tests.wire.slack.teams import Teams

TOKEN = "xoxb-of-no-value"
APP_TOKEN = "xapp-of-no-value"
SECRET = "a-signing-secret-of-no-value"
CHANNEL = "C2001"
#: Path of the response URLs.
HOOKS = "/hooks/"

OPERATIONS: dict[str, Operation] = {
    "auth.test": "login",
    "apps.connections.open": "gateway",
    "chat.postMessage": "post",
    "chat.update": "edit",
    "chat.delete": "delete",
    "conversations.history": "read",
    "conversations.replies": "read",
    "conversations.info": "info",
    "conversations.members": "info",
    "users.info": "info",
    "bots.info": "info",
    "conversations.open": "open",
    "views.open": "view",
    "views.publish": "view",
    "chat.postEphemeral": "whisper",
    "files.getUploadURLExternal": "upload",
    "files.completeUploadExternal": "complete",
    "files.info": "file_info",
    "files.delete": "file_delete",
    "oauth.v2.access": "oauth",
    "usergroups.list": "groups",
}
#: Every scope of the single token, unless a test removes some.
SCOPES = frozenset({
    "commands", "chat:write", "chat:write.public", "im:write", "im:history",
    "users:read", "usergroups:read", "channels:history", "groups:history",
    "channels:read", "groups:read", "files:read", "files:write",
})  # fmt: skip
#: The scopes that methods require, where they are checked.
NEEDED = {
    "bots.info": "users:read",
    "chat.postMessage": "chat:write",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "files.delete": "files:write",
    "usergroups.list": "usergroups:read",
    "users.info": "users:read",
}
#: Allowed arguments besides a body that `rules` checks.
FIELDS = {
    "auth.test": set(),
    "apps.connections.open": set(),
    "chat.delete": {"channel", "ts"},
    "conversations.history": {
        "channel", "oldest", "limit", "cursor", "include_all_metadata",
    },
    "conversations.replies": {
        "channel", "ts", "oldest", "limit", "cursor", "include_all_metadata",
    },
    "conversations.info": {"channel"},
    "conversations.members": {"channel", "cursor", "limit"},
    "users.info": {"user", "include_locale"},
    "bots.info": {"bot"},
    "conversations.open": {"users"},
    "files.getUploadURLExternal": {"filename", "length", "alt_txt"},
    "files.completeUploadExternal": {"files", "channel_id"},
    "files.info": {"file"},
    "files.delete": {"file"},
    "oauth.v2.access": {"code", "redirect_uri", "grant_type", "refresh_token"},
    "usergroups.list": {"include_users"},
    "views.open": {"trigger_id", "view"},
    "views.publish": {"user_id", "view", "hash"},
}  # fmt: skip


class Answered(Exception):
    """End a request with one of Slack's errors: status 200 and a code."""

    def __init__(self, code: str, *, status: int = 200, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"ok": False, "error": code, **more}


class TooMany(Exception):
    """End a request with 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"wait {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class Call:
    """One incoming request."""

    operation: Operation
    method: str
    channel: str
    body: Mapping[str, Any]
    #: Seconds of the ledger's clock.
    at: float
    #: The team of its token.
    team: str = TEAM


@dataclass(kw_only=True)
class Bucket:
    """A token bucket: a refill rate in tokens per second, and a capacity."""

    per_second: float
    burst: int = 1
    #: Tokens left at the moment; None = not used yet.
    left: float | None = None
    at: float = 0.0

    def take(self, now: float) -> int:
        """Take one; 0, or the whole seconds to wait for it."""
        before = self.burst if self.left is None else self.left
        self.left = min(self.burst, before + (now - self.at) * self.per_second)
        self.at = now
        if self.left >= 1 - 1e-6:
            self.left -= 1
            return 0
        return max(1, math.ceil((1 - self.left) / self.per_second - 1e-6))


@dataclass(kw_only=True)
class LocalSlack:
    """The server: its state, its requests, and complaints about them."""

    ledger: Ledger
    socket: SocketMode
    token: str = TOKEN
    app_token: str = APP_TOKEN
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    #: Complaints that contain one of these words are expected by the test.
    expected: list[str] = field(default_factory=list)
    #: Scopes of the bot's token.
    #: The error code for the bot's token: «token_revoked», … ; "" = it is valid.
    revoked: str = ""
    #: The same for the app's token.
    app_revoked: str = ""
    #: Creates each channel's limit of posts, such as `lambda: Bucket(per_second=1)`.
    channel_limit: Callable[[], Bucket] | None = None
    #: The limit of all posts to the workspace together.
    workspace_limit: Bucket | None = None
    #: Posts that came during a wait that was requested.
    early: list[Call] = field(default_factory=list)
    #: How many posts were answered with a rate limit.
    limited: int = 0
    #: Views that were opened or published.
    views: list[Mapping[str, Any]] = field(default_factory=list)
    #: What the one token may do.
    scopes: frozenset[str] = SCOPES
    #: The user groups of each team, as usergroups.list returns them.
    groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    people: People = field(init=False)
    teams: Teams = field(init=False)
    logins: Logins = field(init=False)
    _channels: dict[str, Bucket] = field(default_factory=dict)
    _waits: dict[str, float] = field(default_factory=dict)
    _scripted: list[Scripted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = People(socket=self.socket, now=self._now)
        self.teams = Teams(now=self._now)
        self.logins = Logins(
            now=self._now,
            path="/openid/connect/authorize",
            scopes=frozenset({"openid", "profile"}),
        )
        self.socket.now = self._now
        self.socket.heard = self.people.heard

    @property
    def address(self) -> dict[str, Any]:
        """The arguments with which a platform connects here."""
        return {
            "token": self.token,
            "app_token": self.app_token,
            "api_base": f"http://127.0.0.1:{self.port}/api/",
        }

    def script(
        self,
        fault: Fault,
        operation: Operation = "",
        *,
        channel: str = "",
        times: int = 1,
    ) -> None:
        """Script the outcomes of the next requests of this kind."""
        self._scripted.append(
            Scripted(fault=fault, operation=operation, channel=channel, times=times)
        )

    def expects(self, *words: str) -> None:
        """Declare complaints that the test expects."""
        self.expected += words

    def asked(self, operation: Operation, channel: str = "") -> list[Call]:
        return [
            call
            for call in self.calls
            if call.operation == operation and channel in {"", call.channel}
        ]

    def unexpected(self) -> list[str]:
        every = [
            *self.complaints,
            *self.socket.complaints,
            *self.people.complaints,
            *self.people.uploads.complaints,
            *self.teams.complaints,
        ]
        return [c for c in every if not any(word in c for word in self.expected)]

    # ── people who sign in ─────────────────────────────────────────────────────

    async def show_keys(self, _: web.Request) -> web.Response:
        """Show the keys that sign ID tokens."""
        return _json(self.logins.keys)

    async def exchange_login(self, request: web.Request) -> web.Response:
        """Exchange the code of a login for an ID token."""
        grant = self.logins.exchange(await request.post())
        if grant is None:
            return _json({"ok": False, "error": "invalid_code"})
        token = self.logins.issue(grant)
        signed = self.logins.sign(grant, f"http://127.0.0.1:{self.port}")
        return _json({"ok": True, "access_token": token, "id_token": signed})

    # ── requests ───────────────────────────────────────────────────────────────

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle any request, by the ledger's clock."""
        answer = await self._handle(request)
        answer.headers["Date"] = format_datetime(self.ledger.clock.now(), usegmt=True)
        return answer

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Handle any request except the socket's."""
        call = await self._call(request)
        self.calls.append(call)
        fault = self._fault(call)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
            fault = None
        if isinstance(fault, Limit):
            return self._limit(call, fault)
        if isinstance(fault, Status | Refusal) and not fault.commits:
            return _scripted(fault)
        if isinstance(fault, Lost) and fault.when == "before":
            return await end(request, fault.how)
        answer = await self._respond_to(request, call)
        if isinstance(fault, Status | Refusal):
            return _scripted(fault)
        if isinstance(fault, Lost):
            return await end(request, fault.how)
        return answer

    async def _respond_to(self, request: web.Request, call: Call) -> web.StreamResponse:
        if call.operation == "file":
            return await self._file(request)
        return self._answer(request, call)

    async def _call(self, request: web.Request) -> Call:
        method = request.path.removeprefix("/api/")
        body: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            body |= json.loads(await request.text())
        elif request.can_read_body:
            body |= {name: str(value) for name, value in (await request.post()).items()}
        operation = OPERATIONS.get(method, "")
        if request.path.startswith(HOOKS):
            operation = "respond"
        elif request.path.startswith((uploads.GIVEN, uploads.TAKEN)):
            operation = "file"
        return Call(
            operation=operation,
            method=method,
            channel=str(body.get("channel", "")),
            body=body,
            at=self._now(),
            team=self._held(request).team if self._held(request) else TEAM,
        )

    async def _file(self, request: web.Request) -> web.Response:
        """Handle requests to the file host, which is not part of the Web API."""
        if request.path.startswith(uploads.TAKEN):
            return await self.people.uploads.take(request)
        given = request.headers.get("Authorization", "")
        may = self.scopes if given == f"Bearer {self.token}" else frozenset[str]()
        return self.people.uploads.give(request, may)

    def _complete_upload(self, call: Call) -> dict[str, Any]:
        if "channel_id" in call.body:
            self._place(call, str(call.body["channel_id"]))
        return _or_code(self.people.uploads.complete(call.body, call.team))

    def _check_files(self, call: Call) -> None:
        """Refuse blocks that name a file which is missing or not processed."""
        for found in self.people.uploads.list_unusable(call.body, call.team):
            self.complaints.append(f"Slack does not take it: {found}")
            raise Answered("invalid_blocks", errors=[found])

    def _held(self, request: web.Request) -> Any:
        """The token of a team that installed the app itself, if it is one."""
        header = request.headers.get("Authorization", "")
        return self.teams.tokens.get(header.removeprefix("Bearer").strip())

    def _now(self) -> float:
        return self.ledger.clock.now().timestamp()

    def _fault(self, call: Call) -> Fault | None:
        for scripted in self._scripted:
            if scripted.fits(call.operation, call.channel):
                scripted.times -= 1
                return scripted.fault
        return None

    def _limit(self, call: Call, fault: Limit) -> web.Response:
        try:
            reported = float(fault.retry_after)
        except (TypeError, ValueError):
            reported = 0.0
        if call.operation == "post":
            self._note_wait(call, call.channel, reported)
        return _limited(fault)

    def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        if call.operation == "respond":
            return self._respond(call)
        try:
            if call.method == "oauth.v2.access":
                return self._access(request, call)
            scopes = self._check_token(request, call)
            self._check_fields(call)
            _check_scope(call, scopes)
            reported = {"x-oauth-scopes": ",".join(sorted(scopes))}
            return _json({"ok": True, **self._carry_out(call)}, headers=reported)
        except Answered as answered:
            return _json(answered.body, status=answered.status)
        except TooMany as many:
            return _limited(Limit(retry_after=many.retry_after))

    def _access(self, request: web.Request, call: Call) -> web.Response:
        self._check_fields(call)
        found = self.teams.access(request.headers.get("Authorization", ""), call.body)
        if isinstance(found, str):
            raise Answered(found)
        return _json({"ok": True, **found})

    def _check_token(self, request: web.Request, call: Call) -> frozenset[str]:
        """Check the token and its scopes."""
        header = request.headers.get("Authorization", "")
        given = header.removeprefix("Bearer").strip()
        apps = call.method == "apps.connections.open"
        if not given:
            raise Answered("not_authed")
        if given in self.teams.tokens and not apps:
            if code := self.teams.refused(given):
                raise Answered(code)
            return frozenset(self.teams.tokens[given].scopes.split(","))
        if given != (self.app_token if apps else self.token):
            known = given in {self.app_token, self.token}
            raise Answered("not_allowed_token_type" if known else "invalid_auth")
        dead = self.app_revoked if apps else self.revoked
        if dead:
            raise Answered(dead)
        return self.scopes

    def _check_fields(self, call: Call) -> None:
        for name in set(call.body) - FIELDS.get(call.method, set(call.body)):
            self.complaints.append(f"{call.method} is asked for with {name}")

    def _carry_out(self, call: Call) -> dict[str, Any]:
        known: dict[str, Callable[[Call], dict[str, Any]]] = {
            "auth.test": self._identity,
            "apps.connections.open": lambda _: {"url": self.socket.ticket()},
            "chat.postMessage": self._post,
            "chat.update": self._edit,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._history,
            "conversations.info": lambda c: _channel(self._place(c, c.channel)),
            "conversations.members": self._members,
            "conversations.open": self._open_direct,
            "usergroups.list": self._groups,
            "users.info": self._user,
            "bots.info": lambda c: {
                "bot": {"id": c.body["bot"], "app_id": APPLICATION}
            },
            "views.open": self._open_view,
            "views.publish": self._publish,
            "chat.postEphemeral": self._whisper,
            "files.getUploadURLExternal": lambda c: self.people.uploads.ticket(
                c.body, c.team
            ),
            "files.completeUploadExternal": self._complete_upload,
            "files.info": lambda c: _or_code(
                self.people.uploads.describe(str(c.body["file"]), c.team)
            ),
            "files.delete": lambda c: _or_code(
                self.people.uploads.delete(str(c.body["file"]), c.team)
            ),
        }
        if call.method not in known:
            self.complaints.append(f"no such method: {call.method}")
            raise Answered("unknown_method", status=501)
        return known[call.method](call)

    # ── messages ───────────────────────────────────────────────────────────────

    def _place(self, call: Call, number: str) -> Channel:
        found = self.ledger.channels.get(number)
        if found is None or found.deleted or found.team != call.team:
            raise Answered("channel_not_found")
        return found

    def _open_place(self, call: Call, number: str) -> Channel:
        place = self._place(call, number)
        if place.archived:
            raise Answered("is_archived")
        if not place.member:
            raise Answered("not_in_channel")
        if place.restricted:
            raise Answered(place.restricted)
        return place

    def _post(self, call: Call) -> dict[str, Any]:
        self._check_rate(call)
        if call.channel.startswith("U"):
            self.ledger.channel(f"D{call.channel}", team=call.team)
        direct = call.channel.startswith("U")
        number = f"D{call.channel}" if direct else call.channel
        place = self._open_place(call, number)
        self._check(rules.message(call.body))
        self._check_files(call)
        thread = call.body.get("thread_ts")
        if thread and self.ledger.find(place.id, str(thread)) is None:
            raise Answered("thread_not_found")
        message = self.ledger.post(place.id, call.body)
        return {"channel": place.id, "ts": message["ts"], "message": message}

    def _edit(self, call: Call) -> dict[str, Any]:
        place = self._open_place(call, call.channel)
        message = self._found(place, call.body, "cant_update_message")
        self._check(rules.message(call.body, edit=True))
        self._check_files(call)
        self.ledger.edit(message, call.body)
        reported = {"channel": place.id, "ts": message["ts"], "text": message["text"]}
        return {**reported, "message": message}

    def _delete(self, call: Call) -> dict[str, Any]:
        place = self._place(call, call.channel)
        message = self._found(place, call.body, "cant_delete_message")
        self.ledger.delete(place.id, message["ts"])
        return {"channel": place.id, "ts": message["ts"]}

    def _found(
        self, place: Channel, body: Mapping[str, Any], not_ours: str
    ) -> dict[str, Any]:
        message = self.ledger.find(place.id, str(body.get("ts")))
        if message is None:
            raise Answered("message_not_found")
        if message.get("bot_id") != BOT:
            raise Answered(not_ours)
        return message

    def _members(self, call: Call) -> dict[str, Any]:
        """A page of the people in a channel; the cursor starts the next one."""
        people = self._place(call, call.channel).people
        limit = int(call.body.get("limit", 100))
        if not 1 <= limit <= 1000:
            raise Answered("invalid_limit")
        first = int(call.body.get("cursor") or 0)
        more = str(first + limit) if first + limit < len(people) else ""
        page = list(people[first : first + limit])
        return {"members": page, "response_metadata": {"next_cursor": more}}

    def _history(self, call: Call) -> dict[str, Any]:
        place = self._place(call, call.channel)
        if place.unreadable:
            raise Answered(place.unreadable, needed="channels:history")
        if not place.member:
            raise Answered("not_in_channel")
        body = call.body
        limit = int(body.get("limit", 100))
        if not 1 <= limit <= 999:
            raise Answered("invalid_limit")
        cursor = str(body.get("cursor", ""))
        thread = ""
        if call.method == "conversations.replies":
            thread = str(body["ts"])
            if self.ledger.find(place.id, thread) is None:
                raise Answered("thread_not_found")
        page, more = self.ledger.history(
            place.id,
            limit=limit,
            oldest=str(body.get("oldest", "")),
            cursor=cursor,
            thread=thread,
        )
        if body.get("include_all_metadata") not in {"1", "true", True}:
            page = [{k: v for k, v in m.items() if k != "metadata"} for m in page]
        reported = {"messages": page, "has_more": bool(more)}
        return {**reported, "response_metadata": {"next_cursor": more}}

    # ── answers to people ──────────────────────────────────────────────────────

    def _respond(self, call: Call) -> web.Response:
        """Take an answer at the response URL of an event."""
        token = call.method.rpartition("/")[2]
        private = self.people.has_private_source(token)
        found = rules.response(call.body, private_source=private)
        if found:
            said = "; ".join(f"{path}: {sentence}" for path, sentence in found)
            self.complaints.append(f"Slack does not take it: {said}")
            return web.Response(status=400, text="invalid_blocks")
        refused = self.people.respond(token, call.body)
        if refused:
            return web.Response(status=404, text=refused)
        return web.Response(text="ok")

    def _whisper(self, call: Call) -> dict[str, Any]:
        place = self._open_place(call, call.channel)
        self._check(rules.whisper(call.body))
        self._check_files(call)
        self.people.whisper(place.id, str(call.body["user"]), call.body)
        return {"message_ts": "1.000001"}

    def _user(self, call: Call) -> dict[str, Any]:
        number = str(call.body["user"])
        return self.people.user(number, call.team) or _user(number, call.team)

    def _identity(self, call: Call) -> dict[str, Any]:
        reported = {**_identity(), "team_id": call.team}
        return {**reported, "team": self.teams.names.get(call.team, reported["team"])}

    def _open_direct(self, call: Call) -> dict[str, Any]:
        number = f"D{call.body['users']}"
        self.ledger.channel(number, team=call.team)
        return {"channel": {"id": number}}

    def _groups(self, call: Call) -> dict[str, Any]:
        return {"usergroups": self.groups.get(call.team, [])}

    def _open_view(self, call: Call) -> dict[str, Any]:
        refused = self.people.trigger(str(call.body.get("trigger_id")))
        if refused:
            raise Answered(refused)
        found = self._view(call, "modal")
        self.people.opened(str(call.body["trigger_id"]), found["view"])
        return found

    def _publish(self, call: Call) -> dict[str, Any]:
        found = self._view(call, "home")
        self.people.published(str(call.body.get("user_id")), found["view"])
        return found

    def _view(self, call: Call, kind: str) -> dict[str, Any]:
        given = call.body.get("view")
        view = json.loads(given) if isinstance(given, str) else given
        view = dict(view) if isinstance(view, Mapping) else {}
        self._check(rules.view(view))
        asks = [element for _, element in rules.elements(view.get("blocks") or ())]
        wants_files = any(element["type"] == "file_input" for element in asks)
        if wants_files and "files:read" not in self.scopes:
            self.complaints.append("a form asks for files without files:read")
            raise Answered("invalid_arguments")
        if view.get("type") != kind:
            raise Answered("invalid_arguments")
        self.views.append(view)
        return {"view": {"id": f"V{len(self.views)}", **view}}

    def _check(self, found: list[rules.Complaint]) -> None:
        if not found:
            return
        said = "; ".join(f"{path}: {sentence}" for path, sentence in found)
        self.complaints.append(f"Slack does not take it: {said}")
        messages = [f"[ERROR] {said[:300]}"]
        raise Answered(rules.code(found), response_metadata={"messages": messages})

    # ── limits ─────────────────────────────────────────────────────────────────

    def _check_rate(self, call: Call) -> None:
        until = max(self._waits.get("", 0.0), self._waits.get(call.channel, 0.0))
        if call.at < until - 1e-3:
            self.early.append(call)
        if self.workspace_limit is not None:
            self._take(call, "", self.workspace_limit)
        if self.channel_limit is not None:
            bucket = self._channels.setdefault(call.channel, self.channel_limit())
            self._take(call, call.channel, bucket)

    def _take(self, call: Call, of: str, bucket: Bucket) -> None:
        wait = bucket.take(call.at)
        if wait:
            self._note_wait(call, of, wait)
            raise TooMany(wait)

    def _note_wait(self, call: Call, of: str, wait: float) -> None:
        self.limited += 1
        self._waits[of] = max(self._waits.get(of, 0.0), call.at + wait)


@asynccontextmanager
async def serving(clock: Clock | None = None) -> AsyncIterator[LocalSlack]:
    """Run the server for the duration of the block; then raise any complaints."""
    ledger = Ledger(clock=clock or FakeClock())
    ledger.channel(CHANNEL)
    ledger.chatter(CHANNEL)
    socket = SocketMode()
    slack = LocalSlack(ledger=ledger, socket=socket)
    app = web.Application()
    app.router.add_get("/link", socket.handle)
    app.router.add_get("/openid/connect/keys", slack.show_keys)
    app.router.add_post("/api/openid.connect.token", slack.exchange_login)
    app.router.add_route("*", "/{rest:.*}", slack.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.port = runner.addresses[0][1]
    slack.people.uploads.origin = f"http://127.0.0.1:{slack.port}"
    slack.people.address = f"http://127.0.0.1:{slack.port}{HOOKS}"
    socket.address = f"ws://127.0.0.1:{slack.port}/link"
    try:
        yield slack
    finally:
        await socket.close_all(1001)
        await runner.cleanup()
    if slack.unexpected():
        raise AssertionError("\n".join(slack.unexpected()))


def signed(body: bytes, *, at: float, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack signs a request to us at an instant (seconds)."""
    stamp = str(int(at))
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


# ── answers ────────────────────────────────────────────────────────────────────


def _or_code(found: dict[str, Any] | str) -> dict[str, Any]:
    """The answer; an error code becomes an error."""
    if isinstance(found, str):
        raise Answered(found)
    return found


def _check_scope(call: Call, scopes: frozenset[str]) -> None:
    if NEEDED.get(call.method, "commands") not in scopes:
        raise Answered("missing_scope", needed=NEEDED[call.method])


def _json(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response(body, status=status, headers=headers)


def _scripted(fault: Status | Refusal) -> web.Response:
    if isinstance(fault, Refusal):
        return _json({"ok": False, "error": fault.code})
    if fault.html:
        page = "<html><title>Not now</title></html>"
        return web.Response(
            text=page,
            content_type="text/html",
            status=fault.status,
            headers=fault.headers,
        )
    body = {"ok": False, "error": fault.message}
    return _json(body, status=fault.status, headers=fault.headers)


def _limited(fault: Limit) -> web.Response:
    headers = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    body = {"ok": False, "error": "ratelimited"}
    return _json(body, status=200 if fault.quietly else 429, headers=headers)


def _identity() -> dict[str, Any]:
    return {
        "url": "https://newsroom.slack.example/",
        "team": "Newsroom",
        "user": "standfirst",
        "team_id": TEAM,
        "user_id": USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> dict[str, Any]:
    found = {
        "id": channel.id,
        "name": f"channel-{channel.id.lower()}",
        "is_channel": True,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.member,
    }
    return {"channel": found}


def _user(number: str, team: str) -> dict[str, Any]:
    if number not in {PERSON, USER}:
        raise Answered("user_not_found")
    found = {
        "id": number,
        "team_id": team,
        "name": number.lower(),
        "is_bot": number == USER,
        "is_admin": False,
        "tz": "Europe/Berlin",
        "locale": "en-GB",
        "profile": {"api_app_id": APPLICATION if number == USER else ""},
    }
    return {"user": found}
