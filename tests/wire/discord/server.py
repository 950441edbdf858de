"""A strict Discord on loopback: REST and gateway, driven by the real discord.py.

    async with serving() as discord:
        platform = DiscordPlatform(**discord.address)
        discord.script(Lost(when="after"), "post")
        …
        assert len(discord.ledger.says("2001")) == 1

The token is checked, every body goes through `rules` and `schema`. An unknown request
is answered with 501 and fails the test when the block ends, as does a body that Discord
would reject, unless the test declares it with `expects`.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.ports import Clock
from tests.fakes import FakeClock
from tests.wire.discord import answer_rules, rules, schema, threads, uploads
from tests.wire.discord.faults import (
    Fault,
    Limit,
    Lost,
    Operation,
    Scripted,
    Slow,
    Status,
)
from tests.wire.discord.gateway import Gateway
from tests.wire.discord.interactions import People, Refusal
from tests.wire.discord.ledger import (
    APPLICATION,
    BOT,
    GUILD,
    HISTORY,
    VIEW,
    Channel,
    Ledger,
    guild,
    member,
    user,
)
from tests.wire.discord.ledger import channel as channel_of
from tests.wire.logins import Logins

TOKEN = "a-token.of-no.value"
CHANNEL = "2001"
#: Headers of Discord's own answers, which its proxy does not send.
VIA = {"Via": "1.1 local"}


class Answered(Exception):
    """End a request with one of Discord's errors."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, **more}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One incoming request."""

    operation: Operation
    method: str
    path: str
    channel: str
    body: Any
    #: Seconds of the loop's clock.
    at: float
    #: Files sent with the body: field → name and contents.
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass(kw_only=True)
class LocalDiscord:
    """The server: its state, its requests, and complaints about them."""

    ledger: Ledger
    gateway: Gateway
    people: People
    logins: Logins
    #: The roles of members, by person.
    roles: dict[str, list[str]] = field(default_factory=dict)
    token: str = TOKEN
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    #: Complaints that contain one of these words are expected by the test.
    expected: list[str] = field(default_factory=list)
    #: Whether bodies are also checked against the official schema. That takes 15 ms
    #: each: too long for a server that has to answer fifty requests a second.
    official: bool = True
    #: Who added the bot, by the audit log; None: the bot may not read it.
    added_by: str | None = None
    #: People who are members of no server.
    absent: set[str] = field(default_factory=set)
    #: Whether Discord rejects the token.
    revoked: bool = False
    #: Additional fields of «oauth2/applications/@me».
    application: dict[str, Any] = field(default_factory=dict)
    #: Whether the bot was invited to the server.
    invited: bool = True
    #: X-RateLimit-Limit of every message route, and its seconds; None = no headers.
    bucket: tuple[int, float] | None = None
    _used: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    _scripted: list[Scripted] = field(default_factory=list)

    @property
    def address(self) -> dict[str, Any]:
        """The arguments with which a platform connects here."""
        return {
            "token": self.token,
            "api_base": f"http://127.0.0.1:{self.port}/api/v10",
            "gateway": f"ws://127.0.0.1:{self.port}/gateway",
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
        of_files = self.people.uploads.complaints
        every = [*self.complaints, *self.gateway.complaints, *of_files]
        every += self.people.complaints
        return [c for c in every if not any(word in c for word in self.expected)]

    # ── requests ───────────────────────────────────────────────────────────────

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle any request, by the ledger's clock."""
        answer = await self._handle(request)
        answer.headers["Date"] = format_datetime(self.ledger.clock.now(), usegmt=True)
        return answer

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Handle any request except the gateway's."""
        if (of_login := await self._handle_login(request)) is not None:
            return of_login
        call = await self._call(request)
        self.calls.append(call)
        fault = self._fault(call)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Limit):
            return _limited(fault)
        if isinstance(fault, Status) and not fault.commits:
            return _scripted(fault)
        if isinstance(fault, Lost) and fault.when == "before":
            return await _lost(request, fault)
        answer = self._answer(request, call)
        if isinstance(fault, Status):
            return _scripted(fault)
        if isinstance(fault, Lost):
            return await _lost(request, fault)
        return answer

    async def _handle_login(self, request: web.Request) -> web.Response | None:
        """Handle a request for a person who signs in; None if it is none."""
        path = request.path.removeprefix("/api/v10")
        if (request.method, path) == ("POST", "/oauth2/token"):
            grant = self.logins.exchange(await request.post())
            if grant is None:
                return _json({"error": "invalid_grant"}, status=400)
            token = self.logins.issue(grant)
            return _json({"access_token": token, "token_type": "Bearer"})
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            return None
        person = self.logins.tokens.get(token)
        if person is None:
            return _json({"code": 0, "message": "401: Unauthorized"}, status=401)
        if path == "/users/@me":
            return _json(user(person.user))
        if path == "/users/@me/guilds":
            return _json([_partial(guild(self.ledger))])
        self.complaints.append(f"a person's token is used for {path}")
        return _json({"code": 0, "message": "403: Forbidden"}, status=403)

    async def _call(self, request: web.Request) -> Call:
        body, files = await uploads.parts(request)
        operation, channel = _operation(request)
        return Call(
            operation=operation,
            method=request.method,
            path=request.path,
            channel=channel,
            body=body,
            files=files,
            at=asyncio.get_running_loop().time(),
        )

    def _fault(self, call: Call) -> Fault | None:
        for scripted in self._scripted:
            if scripted.fits(call.operation, call.channel):
                scripted.times -= 1
                return scripted.fault
        return None

    def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        if request.path.startswith(uploads.PATH):
            return self.people.uploads.answer(request)
        try:
            self._check_token(request)
            body = self._route(request, call)
        except Refusal as refused:
            said = {"code": refused.code, "message": str(refused)}
            return _json(said, status=refused.status)
        except Answered as answered:
            return _json(answered.body, status=answered.status)
        headers = self._headers(call)
        if body is None:
            return web.Response(status=204, headers=VIA | headers)
        return _json(body, headers=headers)

    def _check_token(self, request: web.Request) -> None:
        given = request.headers.get("Authorization")
        if self.revoked or given != f"Bot {self.token}":
            raise Answered(401, 0, "401: Unauthorized")

    def _route(self, request: web.Request, call: Call) -> Any:
        rest = request.path.removeprefix("/api/v10")
        match (request.method, *rest.strip("/").split("/")):
            case ("GET", "channels", channel):
                place = self._place(channel)
                if place.kind in threads.IN_THREAD:
                    return threads.reported(self.ledger, place)
                return channel_of(place)
            case ("POST", "channels", channel, "threads"):
                return threads.open_post(
                    self.ledger,
                    self._place(channel),
                    call.body,
                    call.files,
                    self._check,
                    Answered,
                )
            case ("GET", "channels", channel, "threads", "archived", "public"):
                place = self._place(channel)
                return threads.archived(self.ledger, place, request.query, Answered)
            case ("GET", "guilds", number, "threads", "active") if number == GUILD:
                return threads.active(self.ledger)
            case (method, "channels", channel, "messages", *message):
                place = self._place(channel)
                return self._message(method, place, message, request, call)
        return self._stand(request, call, rest)

    def _stand(self, request: web.Request, call: Call, rest: str) -> Any:
        """Routes about the bot itself, and its servers."""
        match (request.method, *rest.strip("/").split("/")):
            case ("GET", "users", "@me"):
                return user(BOT)
            case ("GET", "oauth2", "applications", "@me"):
                return _application() | self.application
            case ("GET", "users", "@me", "guilds"):
                return [_partial(guild(self.ledger))] if self.invited else []
            case ("GET", "gateway", "bot"):
                return self._gateway_bot()
            case ("GET", "guilds", _, "audit-logs") if self.added_by is not None:
                return _audit_log(self.added_by)
            case ("GET", "guilds", _, "members", person) if person != BOT:
                return self._member(person)
            case ("GET", "guilds", number, *part) if number == GUILD:
                return self._guild(call, part)
            case ("GET", "guilds", number) if other := self.gateway.other(number):
                return other
        return self._talk(request, call, rest)

    def _talk(self, request: web.Request, call: Call, rest: str) -> Any:
        """Routes of commands, answers to interactions, and direct messages."""
        match (request.method, *rest.strip("/").split("/")):
            case ("GET", "applications", _, "commands"):
                return self._commands(request.query)
            case ("PUT", "applications", _, "commands"):
                return self._put_commands(call.body)
            case ("POST", "interactions", number, token, "callback"):
                return self._respond(number, token, call)
            case (method, "webhooks", _, token, *message):
                return self._webhook(method, token, message, request, call)
            case ("POST", "users", "@me", "channels"):
                return self._private_channel(call.body)
        self.complaints.append(f"no such route: {request.method} {request.path}")
        raise Answered(501, 0, "this server does not know that route")

    def _guild(self, call: Call, rest: list[str]) -> Any:
        if not self.invited:
            raise Answered(404, 10004, "Unknown Guild")
        match rest:
            case []:
                return guild(self.ledger)
            case ["members", number] if number == BOT:
                return member()
        self.complaints.append(f"no such route: {call.method} {call.path}")
        raise Answered(501, 0, "this server does not know that route")

    def _place(self, number: str) -> Channel:
        found = self.ledger.channels.get(number)
        if found is None or found.deleted:
            raise Answered(404, 10003, "Unknown Channel")
        if not self.ledger.rights(found) & VIEW:
            raise Answered(403, 50001, "Missing Access")
        return found

    def _message(
        self,
        method: str,
        place: Channel,
        message: list[str],
        request: web.Request,
        call: Call,
    ) -> Any:
        match (method, *message):
            case ("POST",):
                return self._post(place, call)
            case ("GET",):
                return self._history(place, request.query)
            case ("GET", number):
                if not self.ledger.rights(place) & HISTORY:
                    raise Answered(403, 50001, "Missing Access")
                return uploads.without_bytes(self._found(place, number))
            case ("POST", number, "threads"):
                found = self._found(place, number)
                return threads.open_below(
                    self.ledger, place, found, call.body, self._check, Answered
                )
            case ("POST", number, "crosspost"):
                found = self._found(place, number)
                published = threads.publish(self.ledger, place, found, Answered)
                return uploads.without_bytes(published)
            case ("PATCH", number):
                return self._edit(place, number, call)
            case ("DELETE", number):
                self._found(place, number)
                self.ledger.delete(place.id, number)
                return None
        self.complaints.append(f"no such route: {method} {request.path}")
        raise Answered(501, 0, "this server does not know that route")

    def _post(self, place: Channel, call: Call) -> Any:
        body = call.body
        threads.may_post(self.ledger, place, Answered)
        threads.may_attach(self.ledger, place, call.files, Answered)
        found = [*rules.message(body), *uploads.wrong(body, call.files)]
        self._check(found, "MessageCreateRequest", body)
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        known = self.ledger.known(nonce)
        if known is not None:
            return uploads.without_bytes(self._found(place, known))
        return uploads.without_bytes(self.ledger.post(place.id, body, files=call.files))

    def _edit(self, place: Channel, number: str, call: Call) -> Any:
        message, body = self._found(place, number), call.body
        threads.may_attach(self.ledger, place, call.files, Answered)
        if message["author"]["id"] != BOT:
            raise Answered(403, 50005, "Cannot edit a message by another user")
        held = uploads.list_kept(body, message["attachments"])
        found = rules.message(body, edit=True, kept=held.values())
        found += uploads.wrong(body, call.files, held)
        if message["flags"] & rules.V2 and not (body.get("flags") or 0) & rules.V2:
            found.append(("flags", "components V2 cannot be taken back"))
        self._check(found, "MessageEditRequestPartial", body)
        return uploads.without_bytes(self.ledger.edit(message, body, call.files))

    def _found(self, place: Channel, number: str) -> dict[str, Any]:
        message = self.ledger.find(place.id, number)
        if message is None:
            raise Answered(404, 10008, "Unknown Message")
        return message

    def _history(self, place: Channel, query: Mapping[str, str]) -> Any:
        limit = int(query.get("limit", "50"))
        if not 1 <= limit <= 100 or set(query) - {"limit", "before"}:
            self.complaints.append(f"history asked for with {dict(query)}")
        before = query.get("before")
        page = self.ledger.history(place.id, limit=limit, before=before)
        return list(map(uploads.without_bytes, page))

    def _commands(self, query: Mapping[str, str]) -> Any:
        kept = [
            answer_rules.kept(command, number, APPLICATION)
            for number, command in enumerate(self.people.registered)
        ]
        if query.get("with_localizations") == "true":
            return kept
        return [answer_rules.without_languages(command) for command in kept]

    def _put_commands(self, body: Any) -> Any:
        self._check([*rules.commands(body), *answer_rules.commands(body)], "", body)
        for command in body:
            self._check([], "ApplicationCommandUpdateRequest", command)
        self.people.registered = list(body)
        return self._commands({"with_localizations": "true"})

    def _respond(self, number: str, token: str, call: Call) -> None:
        body = call.body
        found = answer_rules.callback(self.people.kind_of(token), body)
        found += uploads.wrong(body.get("data") or {}, call.files)
        self._check(found, answer_rules.SCHEMAS.get(body.get("type"), ""), body)
        self.people.respond(number, token, body)
        self.people.keep(token, call.files)

    def _webhook(
        self,
        method: str,
        token: str,
        message: list[str],
        request: web.Request,
        call: Call,
    ) -> Any:
        body = call.body
        beside = list(uploads.wrong(body or {}, call.files))
        match (method, *message):
            case ("POST",):
                name = "IncomingWebhookInteractionRequest"
                self._check(answer_rules.message(body) + beside, name, body)
                self.people.follow(token, body)
                self.people.keep(token, call.files)
                return {"id": "1"}
            case ("PATCH", "messages", "@original"):
                name = "IncomingWebhookUpdateRequestPartial"
                found = answer_rules.message(body, edit=True) + beside
                self._check(found, name, body)
                self.people.edit(token, body)
                self.people.keep(token, call.files)
                return {"id": "1"}
            case ("DELETE", "messages", "@original"):
                self.people.drop(token)
                return None
        self.complaints.append(f"no such route: {method} {request.path}")
        raise Answered(501, 0, "this server does not know that route")

    def _member(self, person: str) -> Any:
        if person in self.absent:
            raise Answered(404, 10007, "Unknown Member")
        joined = "2026-01-01T00:00:00+00:00"
        roles = self.roles.get(person, [])
        return {"user": user(person), "roles": roles, "joined_at": joined, "flags": 0}

    def _private_channel(self, body: Any) -> Any:
        """A direct message channel; its id is the person's after a 5."""
        person = str(body["recipient_id"])
        self.ledger.channel(f"5{person}", kind=1)
        return {"id": f"5{person}", "type": 1, "recipients": [user(person)]}

    def _check(self, found: list[rules.Complaint], name: str, body: Any) -> None:
        if not found and name and self.official:
            found = schema.complaints(name, body)
        if not found:
            return
        said = "; ".join(f"{path}: {sentence}" for path, sentence in found)
        self.complaints.append(f"Discord does not take it: {said}")
        errors = {"_errors": [{"code": "SCRIPT", "message": said[:300]}]}
        raise Answered(400, 50035, "Invalid Form Body", errors={"body": errors})

    def _gateway_bot(self) -> Any:
        start = {"total": 1000, "remaining": 999, "reset_after": 0}
        return {
            "url": self.gateway.address,
            "shards": 1,
            "session_start_limit": start | {"max_concurrency": 1},
        }

    def _headers(self, call: Call) -> dict[str, str]:
        """Headers of a bucket that refills some seconds after its first request."""
        if self.bucket is None or not call.channel:
            return {}
        limit, window = self.bucket
        key = (call.operation, call.channel)
        used = [at for at in self._used.get(key, ()) if at > call.at - window]
        used.append(call.at)
        self._used[key] = used
        if len(used) > limit:
            self.complaints.append(f"{call.operation} beyond its limit")
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - len(used))),
            "X-RateLimit-Reset-After": f"{used[0] + window - call.at:.3f}",
            "X-RateLimit-Reset": "0",
            "X-RateLimit-Bucket": call.operation,
        }


@asynccontextmanager
async def serving(clock: Clock | None = None) -> AsyncIterator[LocalDiscord]:
    """Run the server for the duration of the block; then raise any complaints."""
    ledger = Ledger(clock=clock or FakeClock())
    ledger.channel(CHANNEL)
    ledger.chatter(CHANNEL)
    gateway = Gateway(ledger=ledger, token=TOKEN)
    people = People(ledger=ledger, gateway=gateway)
    logins = Logins(
        now=lambda: ledger.clock.now().timestamp(),
        path="/oauth2/authorize",
        scopes=frozenset({"identify", "guilds"}),
    )
    discord = LocalDiscord(ledger=ledger, gateway=gateway, people=people, logins=logins)
    app = web.Application(client_max_size=32 << 20)
    app.router.add_get("/gateway", gateway.handle)
    app.router.add_route("*", "/{rest:.*}", discord.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    discord.port = runner.addresses[0][1]
    gateway.address = discord.address["gateway"]
    people.uploads.origin = f"http://127.0.0.1:{discord.port}"
    try:
        yield discord
    finally:
        await gateway.close_all(1001)
        await runner.cleanup()
    if discord.unexpected():
        raise AssertionError("\n".join(discord.unexpected()))


# ── answers ────────────────────────────────────────────────────────────────────


def _operation(request: web.Request) -> tuple[Operation, str]:
    parts = request.path.removeprefix("/api/v10").strip("/").split("/")
    if parts[0] == "guilds" and "threads" in parts:
        return "list", ""
    if parts[0] == "channels" and len(parts) > 1:
        own: dict[str, Operation] = {"crosspost": "publish"}
        own["threads"] = "open" if request.method == "POST" else "list"
        for name, operation in own.items():
            if name in parts[2:]:
                return operation, parts[1]
        if len(parts) == 2:
            return "list", parts[1]
        kinds: dict[str, Operation] = {
            "POST": "post",
            "PATCH": "edit",
            "DELETE": "delete",
            "GET": "read",
        }
        return kinds.get(request.method, ""), parts[1]
    others: dict[str, Operation] = {
        "gateway": "gateway",
        "interactions": "answer",
        "webhooks": "answer",
        "applications": "commands",
        uploads.PATH.strip("/"): "cdn",
    }
    return others.get(parts[0], "login"), ""


def _json(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    # discord.py reads it as JSON only when the type is exactly this one.
    more = {"Content-Type": "application/json", **VIA, **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=more)


def _scripted(fault: Status) -> web.Response:
    if fault.html:
        page = "<html><title>Not now</title></html>"
        return web.Response(
            text=page,
            content_type="text/html",
            status=fault.status,
            headers=fault.headers,
        )
    body = {"code": fault.code, "message": fault.message}
    return _json(body, status=fault.status, headers=fault.headers)


def _limited(fault: Limit) -> web.Response:
    after = str(fault.retry_after)
    if fault.scope == "banned":
        headers = {"Retry-After": after}
        return web.Response(text="error code: 1015", status=429, headers=headers)
    headers = {"Retry-After": after, "X-RateLimit-Scope": fault.scope}
    if fault.scope == "global":
        headers["X-RateLimit-Global"] = "true"
    else:
        headers |= {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0"}
        headers |= {"X-RateLimit-Reset-After": after, "X-RateLimit-Reset": "0"}
    body = {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after,
        "global": fault.scope == "global",
    }
    return _json(body, status=429, headers=headers)


async def _lost(request: web.Request, fault: Lost) -> web.StreamResponse:
    """End the connection without an answer."""
    transport = request.transport
    if fault.how == "hang":
        await asyncio.sleep(3600)
    if transport is not None:
        if fault.how == "reset":
            raw = transport.get_extra_info("socket")
            now = struct.pack("ii", 1, 0)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        transport.abort()
    return web.Response(status=500)


def _application() -> dict[str, Any]:
    return {
        "id": APPLICATION,
        "name": "Standfirst",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user("7001"),
        "team": None,
        "redirect_uris": [],
        "tags": [],
    }


def _partial(whole: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "name", "icon", "features")
    own = {"owner": False, "permissions": "0", "banner": None}
    return {name: whole[name] for name in kept} | own


def _audit_log(added_by: str) -> dict[str, Any]:
    entry = {"id": "1", "action_type": 28, "user_id": added_by, "target_id": BOT}
    others = ("integrations", "application_commands", "webhooks", "threads")
    more = ("auto_moderation_rules", "guild_scheduled_events")
    return {
        "audit_log_entries": [entry],
        "users": [user(added_by), user(BOT)],
        **{name: [] for name in (*others, *more)},
    }
