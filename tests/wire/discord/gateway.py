"""The gateway: HELLO, IDENTIFY, READY, GUILD_CREATE, heartbeats, RESUME, closing.

Payloads are sent as one zlib stream, flushed after each, as Discord does. A client's
mistake (a wrong token, a late heartbeat) closes with Discord's own code.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.discord.ledger import APPLICATION, BOT, Ledger, guild, user

HEARTBEAT_MS = 30_000


@dataclass(kw_only=True)
class Connection:
    """One client's socket."""

    socket: web.WebSocketResponse
    #: Whether it answers; False = a zombie connection.
    alive: bool = True
    session: str = ""
    _deflate: Any = field(default_factory=zlib.compressobj)

    async def send(
        self, op: int, data: Any, *, kind: str | None = None, seq: int | None = None
    ) -> None:
        payload = json.dumps({"op": op, "d": data, "t": kind, "s": seq}).encode()
        packed = self._deflate.compress(payload)
        packed += self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)


@dataclass(kw_only=True)
class Gateway:
    """All connections, and what was sent over them."""

    ledger: Ledger
    token: str
    address: str = ""
    heartbeat_ms: int = HEARTBEAT_MS
    answers_heartbeats: bool = True
    #: Close codes for the next identifications.
    refuse: list[int] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    identified: list[Mapping[str, Any]] = field(default_factory=list)
    resumed: list[Mapping[str, Any]] = field(default_factory=list)
    beats: int = 0
    complaints: list[str] = field(default_factory=list)
    #: Other servers of the bot, announced by GUILD_CREATE.
    guilds: list[Mapping[str, Any]] = field(default_factory=list)
    _sessions: dict[str, int] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection from its beginning to its end."""
        wanted = {"v": "10", "encoding": "json", "compress": "zlib-stream"}
        if dict(request.query) != wanted:
            self.complaints.append(f"gateway asked for with {dict(request.query)}")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket=socket)
        self.connections.append(connection)
        try:
            await connection.send(10, {"heartbeat_interval": self.heartbeat_ms})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._said(connection, json.loads(message.data))
        finally:
            self.connections.remove(connection)
        return socket

    def other(self, number: str) -> Mapping[str, Any] | None:
        """Another server of the bot, by its id."""
        return next((each for each in self.guilds if each["id"] == number), None)

    # ── test controls ──────────────────────────────────────────────────────────

    async def close_all(self, code: int) -> None:
        for connection in list(self.connections):
            await connection.socket.close(code=code)

    async def drop_all(self) -> None:
        """Drop all connections without a close frame, like a pulled cable."""
        for connection in list(self.connections):
            connection.alive = False
            transport = connection.socket._req.transport  # type: ignore[union-attr]
            if transport is not None:
                transport.abort()

    async def tell_all(self, op: int, data: Any = None) -> None:
        """Send an opcode to all. 7: reconnect. 9: the session is invalid."""
        for connection in list(self.connections):
            if op == 9 and data is False:
                self._sessions.pop(connection.session, None)
            await connection.send(op, data)

    async def dispatch(self, kind: str, data: Any) -> None:
        """Send an event to every client."""
        for connection in list(self.connections):
            if connection.session not in self._sessions:
                continue
            seq = self._sessions[connection.session] = (
                self._sessions[connection.session] + 1
            )
            await connection.send(0, data, kind=kind, seq=seq)

    # ── protocol ───────────────────────────────────────────────────────────────

    async def _said(self, connection: Connection, said: Mapping[str, Any]) -> None:
        if not connection.alive:
            return
        match said["op"]:
            case 1:
                self.beats += 1
                if self.answers_heartbeats:
                    await connection.send(11, None)
            case 2:
                await self._identify(connection, said["d"])
            case 6:
                await self._resume(connection, said["d"])
            case other:
                self.complaints.append(f"gateway: op {other} was not expected")

    async def _identify(self, connection: Connection, data: Mapping[str, Any]) -> None:
        self.identified.append(data)
        if data["token"] != self.token:
            await connection.socket.close(code=4004)
            return
        if self.refuse:
            await connection.socket.close(code=self.refuse.pop(0))
            return
        if data["intents"] != 1:
            self.complaints.append(f"intents {data['intents']}, not GUILDS alone")
        connection.session = f"session-{next(self._numbers)}"
        reported = [guild(self.ledger), *self.guilds]
        self._sessions[connection.session] = 1 + len(reported)
        ready = {
            "v": 10,
            "user": user(BOT),
            "guilds": [{"id": each["id"], "unavailable": True} for each in reported],
            "session_id": connection.session,
            "resume_gateway_url": self.address,
            "shard": data.get("shard", [0, 1]),
            "application": {"id": APPLICATION, "flags": 0},
        }
        await connection.send(0, ready, kind="READY", seq=1)
        for seq, each in enumerate(reported, 2):
            await connection.send(0, each, kind="GUILD_CREATE", seq=seq)

    async def _resume(self, connection: Connection, data: Mapping[str, Any]) -> None:
        self.resumed.append(data)
        if data["token"] != self.token:
            await connection.socket.close(code=4004)
            return
        if data["session_id"] not in self._sessions:
            await connection.send(9, False)
            return
        connection.session = data["session_id"]
        seq = self._sessions[connection.session] = data["seq"] + 1
        await connection.send(0, {}, kind="RESUMED", seq=seq)
