"""State of the local Discord: a guild with its channels, and every message in them.

Tests compare the bot's database with this ledger. Nonces are kept as Discord keeps
them: by author, for a few minutes, and also after the message was deleted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.ports import Clock
from tests.wire.discord import uploads

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
APPLICATION = "9001"
BOT = "9002"
PERSON = "7001"
GUILD = "1001"
VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
OPEN_THREADS, SEND_IN_THREADS = 1 << 35, 1 << 38
ALL_WE_NEED = VIEW | SEND | EMBED | ATTACH | HISTORY | OPEN_THREADS | SEND_IN_THREADS
NO_FILES: uploads.Files = {}
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


@dataclass(kw_only=True)
class Channel:
    id: str
    #: The bot's permissions there.
    permissions: int = ALL_WE_NEED
    messages: list[dict[str, Any]] = field(default_factory=list)
    #: People without access to it.
    barred: tuple[str, ...] = ()
    deleted: bool = False
    #: docs.discord.com, resources/channel: types; 1: a direct message.
    kind: int = 0
    name: str = ""
    #: Of a thread: its parent channel, and who opened it.
    parent: str = ""
    owner: str = ""
    archived_at: datetime | None = None
    locked: bool = False
    #: Of a forum: whether a post without a tag is rejected.
    wants_tag: bool = False
    #: When messages were published to followers.
    published: list[datetime] = field(default_factory=list)


@dataclass(kw_only=True)
class Ledger:
    clock: Clock
    #: Whether the history returns nonces; Discord does not promise it.
    history_has_nonces: bool = True
    nonce_window: timedelta = timedelta(minutes=5)
    channels: dict[str, Channel] = field(default_factory=dict)
    #: Roles of the server: whether everybody may ping them.
    roles: dict[str, bool] = field(default_factory=dict)
    #: Permissions of roles besides those of everybody.
    role_rights: dict[str, int] = field(default_factory=dict)
    #: The bot's permissions in the whole server besides those it needs.
    more_rights: int = 0
    _nonces: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def channel(self, number: str, **changes: Any) -> Channel:
        """The channel, made on first use."""
        found = self.channels.setdefault(number, Channel(id=number))
        for name, value in changes.items():
            setattr(found, name, value)
        return found

    def rights(self, place: Channel) -> int:
        """The bot's permissions there; in a thread, those in its channel."""
        return (
            self.channel(place.parent).permissions
            if place.parent
            else place.permissions
        )

    def says(self, channel: str) -> list[dict[str, Any]]:
        """The bot's messages in a channel, oldest first."""
        messages = self.channel(channel).messages
        return [m for m in messages if m["author"]["id"] == BOT]

    def chatter(self, channel: str, text: str = "Good morning") -> dict[str, Any]:
        """Add a person's message."""
        return self._store(channel, {"content": text}, PERSON)

    # ── effects of requests ────────────────────────────────────────────────────

    def known(self, nonce: str | None) -> str | None:
        """The id of the message with this nonce, while it is remembered."""
        at, message = self._nonces.get(nonce or "", (EPOCH, ""))
        return message if self.clock.now() - at < self.nonce_window else None

    def post(
        self,
        channel: str,
        body: Mapping[str, Any],
        number: str = "",
        files: uploads.Files = NO_FILES,
    ) -> dict[str, Any]:
        stored = self._store(channel, body, BOT, number)
        stored["attachments"] = uploads.store(body, files, self._snowflake)
        if body.get("enforce_nonce"):
            self._nonces[str(body["nonce"])] = (self.clock.now(), stored["id"])
        return stored

    def find(self, channel: str, message: str) -> dict[str, Any] | None:
        messages = self.channel(channel).messages
        return next((m for m in messages if m["id"] == message), None)

    def edit(
        self,
        message: dict[str, Any],
        body: Mapping[str, Any],
        files: uploads.Files = NO_FILES,
    ) -> dict[str, Any]:
        held = message["attachments"]
        own = {"allowed_mentions", "flags", "attachments"}
        reported = {k: v for k, v in body.items() if k not in own}
        message["attachments"] = uploads.store(body, files, self._snowflake, held)
        message.update(reported, edited_timestamp=self.clock.now().isoformat())
        message["content"] = message["content"] or ""
        return message

    def delete(self, channel: str, message: str) -> None:
        kept = [m for m in self.channel(channel).messages if m["id"] != message]
        self.channel(channel).messages = kept

    def history(
        self, channel: str, *, limit: int, before: str | None
    ) -> list[dict[str, Any]]:
        found = self.channel(channel)
        if not self.rights(found) & HISTORY:
            return []
        older = [m for m in found.messages if before is None or _is_before(m, before)]
        page = list(reversed(older))[:limit]
        if self.history_has_nonces:
            return page
        return [{k: v for k, v in m.items() if k != "nonce"} for m in page]

    def next_number(self) -> str:
        """A number that has not been used yet."""
        return self._snowflake()

    def _store(
        self, channel: str, body: Mapping[str, Any], author: str, number: str = ""
    ) -> dict[str, Any]:
        message = {
            "id": number or self._snowflake(),
            "channel_id": channel,
            "author": user(author),
            "content": body.get("content") or "",
            "timestamp": self.clock.now().isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": _pinged(body),
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


def _pinged(body: Mapping[str, Any]) -> list[str]:
    """The roles that are pinged: mentioned in a text, and allowed."""
    allowed = (body.get("allowed_mentions") or {}).get("roles") or ()
    said = " ".join([body.get("content") or "", *_texts(body.get("components") or ())])
    return [role for role in _ROLE_MENTION.findall(said) if role in allowed]


def _texts(components: Any) -> Iterator[str]:
    for component in components:
        if component.get("type") == 10:
            yield component["content"]
        yield from _texts(component.get("components") or ())


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
        "roles": [
            _role(GUILD, "@everyone", ALL_WE_NEED | ledger.more_rights),
            *(
                _role(
                    number,
                    f"role-{number}",
                    ledger.role_rights.get(number, 0),
                    mentionable=pingable,
                )
                for number, pingable in ledger.roles.items()
            ),
        ],
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
            if not c.deleted and not c.parent
        ],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _role(
    number: str, name: str, permissions: int, *, mentionable: bool = False
) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "color": 0,
        "hoist": False,
        "position": 0,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": mentionable,
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
        "name": channel.name or f"channel-{channel.id}",
        "position": 0,
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "permission_overwrites": [
            {"id": GUILD, "type": 0, "allow": "0", "deny": str(denied)},
            *(
                {"id": person, "type": 1, "allow": "0", "deny": str(VIEW | SEND)}
                for person in channel.barred
            ),
        ],
    }
