"""State of the local Slack: a team with its channels, and every message in them.

Tests compare the bot's database with this ledger. Slack has no idempotency keys: a
repeated post is a second message, which `doubled` finds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.ports import Clock

TEAM = "T1001"
APPLICATION = "A9001"
#: The bot as a user, and as a bot.
USER = "U9002"
BOT = "B9003"
PERSON = "U7001"


@dataclass(kw_only=True)
class Channel:
    id: str
    #: Its team; other teams' tokens do not find it.
    team: str = TEAM
    deleted: bool = False
    archived: bool = False
    #: Whether the bot was invited.
    member: bool = True
    #: Whether only its members see it, and its members.
    private: bool = False
    people: tuple[str, ...] = ()
    #: The error code for posting; empty = it is allowed.
    restricted: str = ""
    #: The error code for reading; empty = it is allowed.
    unreadable: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A post that arrived in a channel, whatever its answer was."""

    at: datetime
    channel: str
    key: str
    ts: str


@dataclass(kw_only=True)
class Ledger:
    clock: Clock
    #: How long a new message is missing from the history.
    history_delay: timedelta = timedelta(0)
    channels: dict[str, Channel] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    _last: int = 0

    def channel(self, number: str, **changes: Any) -> Channel:
        """The channel, made on first use."""
        found = self.channels.setdefault(number, Channel(id=number))
        for name, value in changes.items():
            setattr(found, name, value)
        return found

    # ── inspection ─────────────────────────────────────────────────────────────

    def says(self, channel: str) -> list[dict[str, Any]]:
        """The bot's messages in a channel, oldest first."""
        messages = self.channel(channel).messages
        return [message for message in messages if message.get("bot_id") == BOT]

    def keys(self, channel: str) -> list[str]:
        """The keys of the bot's messages in a channel, oldest first."""
        return [key_of(message) for message in self.says(channel)]

    def doubled(self) -> tuple[str, ...]:
        """The keys that more than one post to a channel carried, deleted ones too."""
        seen = Counter((a.channel, a.key) for a in self.arrivals)
        return tuple(key for (_, key), number in seen.items() if number > 1)

    def chatter(self, channel: str, text: str = "Good morning") -> dict[str, Any]:
        """Add a person's message."""
        return self._store(channel, {"text": text, "user": PERSON})

    # ── effects of requests ────────────────────────────────────────────────────

    def post(self, channel: str, body: Mapping[str, Any]) -> dict[str, Any]:
        kept = ("text", "blocks", "metadata", "thread_ts")
        reported = {name: body[name] for name in kept if name in body}
        author = {"user": USER, "bot_id": BOT, "app_id": APPLICATION, "team": TEAM}
        message = self._store(channel, {**reported, **author})
        arrival = Arrival(
            at=self.clock.now(),
            channel=channel,
            key=key_of(message),
            ts=message["ts"],
        )
        self.arrivals.append(arrival)
        return message

    def find(self, channel: str, ts: str) -> dict[str, Any] | None:
        messages = self.channel(channel).messages
        return next((m for m in messages if m["ts"] == ts), None)

    def edit(self, message: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        for name in ("text", "blocks", "metadata"):
            if name in body:
                message[name] = body[name]
        if "text" in body and "blocks" not in body:
            # Slack drops the blocks of a message that is updated with text alone.
            message.pop("blocks", None)
        message["edited"] = {"user": USER, "ts": self._ts()}
        return message

    def delete(self, channel: str, ts: str) -> None:
        kept = [m for m in self.channel(channel).messages if m["ts"] != ts]
        self.channel(channel).messages = kept

    def history(
        self, channel: str, *, limit: int, oldest: str, cursor: str, thread: str = ""
    ) -> tuple[list[dict[str, Any]], str]:
        """A page, newest first, and the cursor of the next one.

        Replies in a thread are only in the history of the thread, which starts at its
        beginning.
        """
        visible = self.clock.now() - self.history_delay
        messages = self.channel(channel).messages
        found = [
            message
            for message in (messages if thread else reversed(messages))
            if _stands(message, thread)
            and float(message["ts"]) > float(oldest or 0)
            and float(message["ts"]) <= visible.timestamp() + 1e-3
        ]
        start = int(cursor.removeprefix("next:") or 0) if cursor else 0
        page = found[start : start + limit]
        more = f"next:{start + limit}" if start + limit < len(found) else ""
        return page, more

    def _store(self, channel: str, said: Mapping[str, Any]) -> dict[str, Any]:
        message = {"type": "message", "ts": self._ts(), **said}
        self.channel(channel).messages.append(message)
        return message

    def _ts(self) -> str:
        """A timestamp in microseconds that no other message has."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._last = max(now, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def key_of(message: Mapping[str, Any]) -> str:
    """The delivery's key that a message carries; empty if it carries none."""
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("key", ""))


def _stands(message: Mapping[str, Any], thread: str) -> bool:
    """Whether a message is in this thread, or in none where that is ""."""
    below = message.get("thread_ts", message["ts"])
    return bool(below == (thread or message["ts"]))
