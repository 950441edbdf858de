"""People who use the bot on the local Discord, and the bot's answers.

    asked = await discord.people.command("news story", given={"story": "1"})
    assert "girder" in (await asked.done()).words

An interaction is dispatched over the gateway and answered over REST. The server
enforces Discord's rules: the first answer within three seconds and once, the rest
within fifteen minutes, which callback answers what, and every body through the rules
and the schema.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.wire.discord import rules
from tests.wire.discord.answer_rules import (
    CHOICES,
    COMMAND,
    COMPLETION,
    COMPONENT,
    EPHEMERAL,
    LATER,
    LATER_UPDATE,
    MESSAGE,
    MODAL,
    OPEN,
    UPDATE,
)
from tests.wire.discord.gateway import Gateway
from tests.wire.discord.ledger import (
    APPLICATION,
    BOT,
    GUILD,
    OPEN_THREADS,
    PERSON,
    Ledger,
    user,
)
from tests.wire.discord.uploads import Upload, Uploads

PATIENCE = timedelta(seconds=3)
TOKEN_LIFE = timedelta(minutes=15)
FOLLOW_UPS = 5
MANAGE_GUILD = 1 << 5
ADMINISTRATOR = 1 << 3


class Refusal(Exception):
    """End a call with one of Discord's errors."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, kw_only=True)
class Who:
    """A person at a place."""

    user: str = PERSON
    permissions: int = MANAGE_GUILD | OPEN_THREADS
    #: None: in a direct message with the bot.
    guild: str | None = GUILD
    channel: str = "2001"
    locale: str = "en-GB"
    roles: tuple[str, ...] = ()
    #: Whether the bot was added to the server; otherwise the person installed it.
    added: bool = True


READER = Who(permissions=0, user="7002")
EDITOR = Who()
IN_DM = Who(guild=None, permissions=0, channel="2900", added=False)
BROUGHT_ALONG = Who(guild="1999", permissions=MANAGE_GUILD, channel="2999", added=False)


@dataclass(kw_only=True)
class Asked:
    """One interaction, and its answers."""

    id: str
    token: str
    kind: int
    who: Who
    at: datetime
    payload: Mapping[str, Any]
    state: str = "waiting"
    #: The answers, in order; None where the first answer was deleted.
    messages: list[dict[str, Any]] = field(default_factory=list)
    original: dict[str, Any] | None = None
    follow_ups: int = 0
    modal: Mapping[str, Any] | None = None
    choices: list[str] | None = None
    #: The message that was pressed, or whose form was submitted, and the interaction
    #: that it answered; None for a message of the channel.
    source: dict[str, Any] | None = None
    source_of: "Asked | None" = None
    #: Whether the answer took the place of that message.
    replaced: bool = False
    #: The files that came with the messages, by their names.
    files: dict[str, bytes] = field(default_factory=dict)
    #: Error codes of rejected calls about it.
    refused: list[int] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        return self.state == "answered"

    @property
    def words(self) -> str:
        """All text of all messages, as it was sent."""
        return "\n".join(texts_of(self.messages))

    @property
    def controls(self) -> dict[str, str]:
        """The buttons and options: label → id."""
        return dict(controls_of(self.messages))

    @property
    def private(self) -> bool:
        """Whether nobody else sees any of it."""
        return all(m["ephemeral"] for m in self.messages)

    def message_with(self, control: str) -> dict[str, Any]:
        """The message in which this button, or this option of a menu, is."""
        for message in self.messages:
            if control in dict(controls_of([message])).values():
                return message
        raise AssertionError(f"no message shows {control}: {self.controls}")

    async def done(self, seconds: float = 12) -> "Asked":
        """Wait for the answer; fail when there is none."""
        for _ in range(int(seconds * 200)):
            if self.answered or self.modal is not None or self.choices is not None:
                return self
            await asyncio.sleep(0.005)
        raise AssertionError(f"no answer; state {self.state}, refused {self.refused}")


def texts_of(messages: list[dict[str, Any]]) -> Iterator[str]:
    for message in messages:
        for _, component in rules.walk(message.get("components") or ()):
            if component.get("type") == 10:
                yield component["content"]


def controls_of(messages: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for message in messages:
        for _, component in rules.walk(message.get("components") or ()):
            if component.get("type") == 2 and "custom_id" in component:
                yield component["label"], component["custom_id"]
            for option in component.get("options") or ():
                yield option["label"], option["value"]


@dataclass(kw_only=True)
class People:
    """Every interaction."""

    ledger: Ledger
    gateway: Gateway
    #: The registered commands, as they were sent.
    registered: list[Any] = field(default_factory=list)
    #: If set, sends an interaction to the bot instead of the gateway.
    carry: Callable[[Mapping[str, Any]], Awaitable[None]] | None = None
    asked: list[Asked] = field(default_factory=list)
    uploads: Uploads = field(default_factory=Uploads)
    complaints: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(8_000_001))

    # ── actions of people ──────────────────────────────────────────────────────

    async def command(
        self,
        path: str,
        who: Who = EDITOR,
        given: Mapping[str, str] | None = None,
        file: Upload | None = None,
    ) -> Asked:
        """Run a command, as the registered tree allows."""
        given = dict(given or {})
        resolved = {}
        if file is not None:
            found = self.uploads.put(file)
            given["attachment"] = found["id"]
            resolved = {"resolved": {"attachments": {found["id"]: found}}}
        return await self.does(COMMAND, self._chosen(path, given) | resolved, who)

    async def types(
        self, path: str, option: str, typed: str, who: Who = EDITOR, **given: str
    ) -> Asked:
        """Type a value of an option with completion."""
        data = self._chosen(path, {**given, option: typed}, focused=option)
        return await self.does(COMPLETION, data, who)

    async def presses(
        self,
        custom_id: str,
        who: Who = EDITOR,
        *,
        value: str | None = None,
        on: Asked | None = None,
    ) -> Asked:
        """Press a button, or choose `value` of a select.

        It is on a message of the channel, or on an answer: `on`.
        """
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 2}
        if value is not None:
            data |= {"component_type": 3, "values": [value]}
        return await self.does(COMPONENT, data, who, on, (on and value) or custom_id)

    async def does_on(self, shown: Asked, label: str, who: Who | None = None) -> Asked:
        """Press the button, or choose the option, that begins with this label."""
        every = sorted(shown.controls.items(), key=lambda one: one[0] != label)
        ids = [i for named, i in every if named.startswith(label)]
        assert ids, f"there is no «{label}»: {list(shown.controls)}"
        select = find_select(shown.message_with(ids[0]), ids[0])
        value = ids[0] if select else None
        return await self.presses(
            select or ids[0], who or shown.who, value=value, on=shown
        )

    async def fills(
        self,
        modal: Mapping[str, Any],
        answers: Mapping[str, str],
        who: Who = EDITOR,
        file: Upload | None = None,
    ) -> Asked:
        """Submit a modal; unanswered questions keep their values."""
        components: list[Any] = []
        resolved: dict[str, Any] = {}
        for label in modal["components"]:
            question = label["component"]
            name = question["custom_id"]
            if question["type"] == 19:
                found = self.uploads.put(file) if file else None
                components.append(_uploaded(name, found))
                resolved = {"attachments": {found["id"]: found}} if found else {}
                continue
            value = answers.get(name, _prefilled(question))
            filled = {"type": question["type"], "id": 1, "custom_id": name}
            if question["type"] == 3:
                filled["values"] = [value] if value else []
            else:
                filled["value"] = value
            components.append({"type": 18, "id": 2, "component": filled})
        data = {"custom_id": modal["custom_id"], "components": components}
        data["resolved"] = resolved
        opener = next((a for a in self.asked if a.modal is modal), None)
        return await self.does(MODAL, data, who, opener)

    async def does(
        self,
        kind: int,
        data: Mapping[str, Any],
        who: Who,
        on: Asked | None = None,
        control: str = "",
    ) -> Asked:
        """Send any interaction, also one that no client of Discord's would send.

        `on` is the interaction whose answer shows `control`, or which opened a modal.
        """
        number = str(next(self._numbers))
        asked = Asked(
            id=number,
            token=f"token-{secrets.token_hex(16)}",
            kind=kind,
            who=who,
            at=self.ledger.clock.now(),
            payload={},
        )
        if on is not None and kind == MODAL:
            asked.source, asked.source_of = on.source, on.source_of
        elif on is not None:
            asked.source, asked.source_of = on.message_with(control), on
        asked.payload = _payload(asked, data)
        self.asked.append(asked)
        await self._carry(asked.payload)
        return asked

    async def again(self, asked: Asked) -> None:
        """Send the same interaction once more."""
        await self._carry(asked.payload)

    async def _carry(self, payload: Mapping[str, Any]) -> None:
        if self.carry is not None:
            await self.carry(payload)
        else:
            await self.gateway.dispatch("INTERACTION_CREATE", payload)

    def _chosen(
        self, path: str, given: Mapping[str, str], focused: str = ""
    ) -> dict[str, Any]:
        """The data as Discord's client sends it; `AssertionError` if it cannot."""
        root, *below = path.split(" ")
        here = next((c for c in self.registered if c["name"] == root), None)
        assert here is not None, f"/{root} is not registered"
        data: dict[str, Any] = {"id": "3000", "name": root, "type": 1, "options": []}
        inside = data["options"]
        for name in below:
            here = next((o for o in here["options"] if o["name"] == name), None)
            assert here is not None, f"{path} is not registered"
            inside.append({"name": name, "type": here["type"], "options": []})
            inside = inside[-1]["options"]
        known = {option["name"]: option for option in here.get("options") or ()}
        assert set(given) <= set(known), f"{path} takes no {set(given) - set(known)}"
        lacking = {n for n, o in known.items() if o.get("required")} - set(given)
        assert focused or not lacking, f"{path} needs {lacking}"
        if focused:
            assert known[focused].get("autocomplete"), f"{focused} is not completed"
        for name, value in given.items():
            typed = {"name": name, "type": known[name]["type"], "value": value}
            inside.append({**typed, "focused": True} if name == focused else typed)
        return data

    # ── calls of the bot ───────────────────────────────────────────────────────

    def respond(self, number: str, token: str, body: Mapping[str, Any]) -> None:
        """Take the first answer."""
        asked = self._find(token)
        if asked is None or asked.id != number or self._age(asked) > PATIENCE:
            raise self._refusal(asked, 404, 10062, "Unknown interaction")
        if asked.state != "waiting":
            raise self._refusal(
                asked, 400, 40060, "Interaction has already been acknowledged."
            )
        data = body.get("data") or {}
        match body["type"]:
            case n if n == CHOICES:
                asked.choices = [choice["value"] for choice in data["choices"]]
                asked.state = "answered"
            case n if n == OPEN:
                asked.modal = data
                asked.state = "answered"
            case n if n == LATER_UPDATE:
                self._check_private_source(asked)
                asked.state = "updating"
            case n if n == UPDATE:
                self._check_private_source(asked)
                self._replace(asked, data)
            case n if n == LATER:
                asked.original = {"ephemeral": bool(data.get("flags", 0) & EPHEMERAL)}
                asked.state = "later"
            case n if n == MESSAGE:
                asked.original = _message(data)
                asked.messages.append(asked.original)
                asked.state = "answered"

    def follow(self, token: str, body: Mapping[str, Any]) -> None:
        """Take one more message; the first one after a deferral is the answer."""
        asked = self._living(token)
        if asked.state == "later" and asked.original is not None:
            self._settle(asked, body)
            return
        asked.follow_ups += 1
        if not asked.who.added and asked.who.guild and asked.follow_ups > FOLLOW_UPS:
            raise self._refusal(asked, 400, 40094, "too many follow-ups")
        asked.messages.append(_message(body))
        asked.state = "answered"

    def edit(self, token: str, body: Mapping[str, Any]) -> None:
        """Replace the first answer, or the message that was pressed."""
        asked = self._living(token)
        if asked.state == "updating":
            self._replace(asked, body)
            return
        if asked.original is None:
            raise self._refusal(asked, 404, 10008, "Unknown Message")
        self._settle(asked, body)

    def drop(self, token: str) -> None:
        """Delete the first answer."""
        asked = self._living(token)
        if asked.original is None:
            raise self._refusal(asked, 404, 10008, "Unknown Message")
        if asked.original in asked.messages:
            asked.messages.remove(asked.original)
        asked.original = None

    def keep(self, token: str, files: Mapping[str, tuple[str, bytes]]) -> None:
        """Store the files that came with an accepted body."""
        asked = self._find(token)
        if asked is not None:
            asked.files |= dict(files.values())

    def kind_of(self, token: str) -> int:
        """The kind of interaction being answered; a command if unknown."""
        asked = self._find(token)
        return asked.kind if asked else COMMAND

    def _check_private_source(self, asked: Asked) -> None:
        """Whoever else sees a message sees it replaced, too."""
        if asked.source is None or not asked.source["ephemeral"]:
            self.complaints.append("a message that others see would be replaced")

    def _replace(self, asked: Asked, body: Mapping[str, Any]) -> None:
        source, of = asked.source, asked.source_of
        if source is None or of is None or source not in of.messages:
            raise self._refusal(asked, 404, 10008, "Unknown Message")
        shown = {**_message(body), "ephemeral": source["ephemeral"]}
        of.messages.remove(source)
        asked.messages.insert(0, shown)
        asked.replaced = True
        asked.state = "answered"

    def _settle(self, asked: Asked, body: Mapping[str, Any]) -> None:
        assert asked.original is not None
        reported = {**_message(body), "ephemeral": asked.original["ephemeral"]}
        if asked.original in asked.messages:
            asked.messages[asked.messages.index(asked.original)] = reported
        else:
            asked.messages.insert(0, reported)
        asked.original = reported
        asked.state = "answered"

    def _living(self, token: str) -> Asked:
        asked = self._find(token)
        if asked is None or self._age(asked) > TOKEN_LIFE:
            raise self._refusal(asked, 401, 50027, "Invalid Webhook Token")
        if asked.state == "waiting":
            raise self._refusal(asked, 404, 10015, "Unknown Webhook")
        return asked

    def _find(self, token: str) -> Asked | None:
        return next((a for a in self.asked if a.token == token), None)

    def _age(self, asked: Asked) -> timedelta:
        return self.ledger.clock.now() - asked.at

    def _refusal(
        self, asked: Asked | None, status: int, code: int, message: str
    ) -> Refusal:
        if asked is not None:
            asked.refused.append(code)
        return Refusal(status, code, message)


def find_select(message: Mapping[str, Any], value: str) -> str:
    """The id of the select with this option; "" for a button."""
    for _, component in rules.walk(message.get("components") or ()):
        if value in [o["value"] for o in component.get("options") or ()]:
            return str(component["custom_id"])
    return ""


def like(who: Who, **changes: Any) -> Who:
    """The same person elsewhere, or with other permissions."""
    return replace(who, **changes)


def _uploaded(name: str, found: Mapping[str, Any] | None) -> dict[str, Any]:
    values = [found["id"]] if found else []
    inside = {"type": 19, "id": 1, "custom_id": name, "values": values}
    return {"type": 18, "id": 2, "component": inside}


def _prefilled(question: Mapping[str, Any]) -> str:
    if question["type"] == 3:
        chosen = [o["value"] for o in question["options"] if o.get("default")]
        return chosen[0] if chosen else ""
    return str(question.get("value", ""))


def _message(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "ephemeral": bool((body.get("flags") or 0) & EPHEMERAL)}


def _pressed(asked: Asked) -> dict[str, Any]:
    """The message of the pressed control, as Discord sends it along."""
    source = asked.source or {"ephemeral": False, "components": [], "flags": rules.V2}
    hidden = EPHEMERAL if source["ephemeral"] else 0
    return {
        "id": "9001",
        "channel_id": asked.who.channel,
        "author": user(BOT),
        "content": "",
        "timestamp": asked.at.isoformat(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": (source.get("flags") or 0) | hidden,
        "components": [],
    }


def _payload(asked: Asked, data: Mapping[str, Any]) -> dict[str, Any]:
    who = asked.who
    payload: dict[str, Any] = {
        "id": asked.id,
        "application_id": APPLICATION,
        "type": asked.kind,
        "token": asked.token,
        "version": 1,
        "data": data,
        "channel_id": who.channel,
        "channel": {"id": who.channel, "type": 0 if who.guild else 1, "name": "here"},
        "locale": who.locale,
        "app_permissions": "0",
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
        "authorizing_integration_owners": (
            {"0": who.guild} if who.added and who.guild else {"1": who.user}
        ),
        "context": 0 if who.guild else 1,
    }
    if asked.kind == COMPONENT or asked.source is not None:
        payload["message"] = _pressed(asked)
    if who.guild is None:
        return {**payload, "user": user(who.user)}
    payload["channel"] |= {"guild_id": who.guild, "position": 0, "permissions": "0"}
    payload["channel"] |= {"permission_overwrites": [], "nsfw": False, "topic": None}
    member = {
        "user": user(who.user),
        "roles": list(who.roles),
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(who.permissions),
    }
    guild = {"id": who.guild, "locale": "en-GB", "features": []}
    return payload | {
        "guild_id": who.guild,
        "guild": guild,
        "guild_locale": "en-GB",
        "member": member,
    }
