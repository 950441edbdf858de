"""Socket Mode: tickets, hello, envelopes, acknowledgements, ends, and silence.

An envelope that is not acknowledged is delivered again to the next connection, as Slack
does. A client's mistake is a complaint.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.slack.ledger import APPLICATION, TEAM

#: Seconds to acknowledge an envelope; later Slack shows an error.
PATIENCE = 3.0
#: Sockets that one app may have open at a time.
CONNECTIONS = 10


@dataclass(kw_only=True)
class Connection:
    """One client's socket."""

    socket: web.WebSocketResponse
    request: web.Request


@dataclass(kw_only=True)
class SocketMode:
    """All connections, and what was sent over them."""

    #: URL for connections; a ticket is appended.
    address: str = ""
    #: False = a connection that is open and dead: no hello, no pong, nothing.
    alive: bool = True
    says_hello: bool = True
    connections: list[Connection] = field(default_factory=list)
    #: The number of connections ever made.
    connected: int = 0
    pings: int = 0
    #: Envelope id → the payload of its acknowledgement.
    acknowledged: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    #: Seconds of the server's clock.
    now: Callable[[], float] = lambda: 0.0
    #: Called with each acknowledgement: (envelope id, its payload).
    heard: Callable[[str, Mapping[str, Any]], None] = lambda *_: None
    _sent: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def ticket(self) -> str:
        """The URL of a new connection; valid for one."""
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return f"{self.address}?ticket={ticket}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection from its beginning to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = Connection(socket=socket, request=request)
        self.connections.append(connection)
        self.connected += 1
        if len(self.connections) > CONNECTIONS:
            self.complaints.append("more than ten connections")
        try:
            if self.says_hello and self.alive:
                await self._welcome(connection)
            async for message in socket:
                await self._said(connection, message)
        finally:
            self.connections.remove(connection)
        return socket

    # ── test controls ──────────────────────────────────────────────────────────

    async def deliver(
        self, kind: str, payload: Mapping[str, Any], envelope: str = ""
    ) -> str:
        """Send an «events_api», «slash_commands» or «interactive» envelope; its id."""
        envelope = envelope or f"envelope-{next(self._numbers)}"
        body = {
            "envelope_id": envelope,
            "type": kind,
            "payload": dict(payload),
            "accepts_response_payload": kind != "events_api",
        }
        self._sent[envelope] = self.now()
        if kind == "events_api":
            body |= {"retry_attempt": 0, "retry_reason": ""}
        self._waiting[envelope] = body
        if self.connections:
            # If the connection is closed already, the next one delivers it.
            with suppress(ConnectionError):
                await self.connections[-1].socket.send_str(json.dumps(body))
        return envelope

    async def event(
        self, event: Mapping[str, Any], event_id: str = "", *, team: str = TEAM
    ) -> str:
        """Send an event as the Events API wraps it; return the envelope's id."""
        payload = {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": APPLICATION,
            "event_id": event_id or f"Ev{next(self._numbers)}",
            "event_time": 0,
            "event": dict(event),
        }
        return await self.deliver("events_api", payload)

    async def disconnect(self, reason: str) -> None:
        """Ask every client to leave: «warning», «refresh_requested», …"""
        body = {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
        for connection in list(self.connections):
            await connection.socket.send_str(json.dumps(body))

    async def close_all(self, code: int = 1000) -> None:
        for connection in list(self.connections):
            await connection.socket.close(code=code)

    async def drop_all(self) -> None:
        """Drop all connections without a close frame, like a pulled cable."""
        for connection in list(self.connections):
            transport = connection.request.transport
            if transport is not None:
                transport.abort()

    # ── protocol ───────────────────────────────────────────────────────────────

    async def _welcome(self, connection: Connection) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": APPLICATION},
            "debug_info": {"host": "local", "approximate_connection_time": 18060},
        }
        await connection.socket.send_str(json.dumps(hello))
        for body in list(self._waiting.values()):
            self._sent[body["envelope_id"]] = self.now()
            await connection.socket.send_str(json.dumps(body))

    async def _said(self, connection: Connection, message: Any) -> None:
        if not self.alive:
            return
        if message.type is WSMsgType.PING:
            self.pings += 1
            await connection.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._acknowledge(json.loads(message.data))

    def _acknowledge(self, said: Mapping[str, Any]) -> None:
        envelope = said.get("envelope_id")
        if envelope not in self._waiting:
            self.complaints.append(f"no such envelope to acknowledge: {said}")
            return
        body = self._waiting.pop(envelope)
        if said.get("payload") and not body["accepts_response_payload"]:
            self.complaints.append(f"{body['type']} takes no answer: {said}")
        if self.now() - self._sent[str(envelope)] > PATIENCE:
            self.complaints.append(f"acknowledged too late: {body['type']}")
        self.acknowledged[str(envelope)] = said.get("payload") or {}
        self.heard(str(envelope), said.get("payload") or {})
