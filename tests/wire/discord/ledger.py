"""What the local Discord holds: a guild with its channels, and every message in them.

The ledger is the truth that tests compare the bot's database with. Nonces are kept as
Discord keeps them: by author, for a few minutes, and also when the message is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.ports import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
APPLICATION = "9001"
BOT = "9002"
PERSON = "7001"
GUILD = "1001"
VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
ALL_WE_NEED = VIEW | SEND | EMBED | ATTACH | HISTORY


@dataclass(kw_only=True)
class Channel:
    id: str
    #: 0: of the server; 1: between the bot and one person.
    kind: int = 0
    #: What the bot may do there.
    permissions: int = ALL_WE_NEED
    messages: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False


@dataclass(kw_only=True)
class Ledger:
    clock: Clock
    #: Whether the history gives nonces back; Discord does not promise it.
    history_has_nonces: bool = True
    nonce_window: timedelta = timedelta(minutes=5)
    channels: dict[str, Channel] = field(default_factory=dict)
    _nonces: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def channel(self, number: str, **changes: Any) -> Channel:
        """The channel, made on first use."""
        found = self.channels.setdefault(number, Channel(id=number))
        for name, value in changes.items():
            setattr(found, name, value)
        return found

    def says(self, channel: str) -> list[dict[str, Any]]:
        """The bot's messages in a channel, oldest first."""
        messages = self.channel(channel).messages
        return [m for m in messages if m["author"]["id"] == BOT]

    def chatter(self, channel: str, text: str = "Good morning") -> dict[str, Any]:
        """A person's message."""
        return self._store(channel, {"content": text}, PERSON)

    # ── what requests do ───────────────────────────────────────────────────────

    def known(self, nonce: str | None) -> str | None:
        """The id of the message that a nonce stands for, if it is remembered."""
        at, message = self._nonces.get(nonce or "", (EPOCH, ""))
        return message if self.clock.now() - at < self.nonce_window else None

    def post(self, channel: str, body: Mapping[str, Any]) -> dict[str, Any]:
        stored = self._store(channel, body, BOT)
        if body.get("enforce_nonce"):
            self._nonces[str(body["nonce"])] = (self.clock.now(), stored["id"])
        return stored

    def find(self, channel: str, message: str) -> dict[str, Any] | None:
        messages = self.channel(channel).messages
        return next((m for m in messages if m["id"] == message), None)

    def edit(self, message: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        told = {k: v for k, v in body.items() if k != "allowed_mentions"}
        message.update(told, edited_timestamp=self.clock.now().isoformat())
        message["content"] = message["content"] or ""
        return message

    def delete(self, channel: str, message: str) -> None:
        kept = [m for m in self.channel(channel).messages if m["id"] != message]
        self.channel(channel).messages = kept

    def history(
        self, channel: str, *, limit: int, before: str | None
    ) -> list[dict[str, Any]]:
        found = self.channel(channel)
        if not found.permissions & HISTORY:
            return []
        older = [m for m in found.messages if before is None or _is_before(m, before)]
        page = list(reversed(older))[:limit]
        if self.history_has_nonces:
            return page
        return [{k: v for k, v in m.items() if k != "nonce"} for m in page]

    def _store(
        self, channel: str, body: Mapping[str, Any], author: str
    ) -> dict[str, Any]:
        message = {
            "id": self._snowflake(),
            "channel_id": channel,
            "author": user(author),
            "content": body.get("content") or "",
            "timestamp": self.clock.now().isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": body.get("flags") or 0,
            "components": list(body.get("components") or []),
        }
        if body.get("nonce") is not None:
            message["nonce"] = body["nonce"]
        self.channel(channel).messages.append(message)
        return message

    def _snowflake(self) -> str:
        passed = int((self.clock.now() - EPOCH).total_seconds() * 1000)
        return str((passed << 22) + next(self._numbers))


def _is_before(message: Mapping[str, Any], other: str) -> bool:
    return int(message["id"]) < int(other)


def user(number: str) -> dict[str, Any]:
    return {
        "id": number,
        "username": f"user-{number}",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": number == BOT,
    }


def guild(ledger: Ledger) -> dict[str, Any]:
    """GUILD_CREATE: the channels as the bot sees them."""
    return {
        "id": GUILD,
        "name": "Newsroom",
        "owner_id": PERSON,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [_everyone()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "premium_tier": 0,
        "preferred_locale": "en-GB",
        "nsfw_level": 0,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 2,
        "voice_states": [],
        "members": [member()],
        "channels": [
            channel(c)
            for c in ledger.channels.values()
            if not c.deleted and c.kind == 0
        ],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _everyone() -> dict[str, Any]:
    return {
        "id": GUILD,
        "name": "@everyone",
        "color": 0,
        "hoist": False,
        "position": 0,
        "permissions": str(ALL_WE_NEED),
        "managed": False,
        "mentionable": False,
    }


def member() -> dict[str, Any]:
    return {
        "user": user(BOT),
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def channel(channel: Channel) -> dict[str, Any]:
    denied = ALL_WE_NEED & ~channel.permissions
    return {
        "id": channel.id,
        "type": channel.kind,
        "guild_id": GUILD,
        "name": f"channel-{channel.id}",
        "position": 0,
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "permission_overwrites": [
            {"id": GUILD, "type": 0, "allow": "0", "deny": str(denied)}
        ],
    }
