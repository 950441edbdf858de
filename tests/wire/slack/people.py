"""People who use the bot on the local Slack, and the bot's answers.

    asked = await slack.people.command("/news story 1")
    assert "girder" in (await asked.done()).words

Actions are sent over the socket; answers are posted to a URL that accepts five of them
within half an hour, and a form opens once, within three seconds of the action. Every
body goes through the rules, acknowledgements too.
"""

import asyncio
import copy
import html
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tests.wire.slack import rules
from tests.wire.slack.ledger import APPLICATION, PERSON, TEAM
from tests.wire.slack.socket_mode import SocketMode
from tests.wire.slack.uploads import Upload, Uploads

TRIGGER_LIFE = 3.0
ADDRESS_LIFE = 1_800.0
ADDRESS_USES = 5


@dataclass(frozen=True, kw_only=True)
class Who:
    """A person at a place."""

    user: str = PERSON
    channel: str = "C2001"
    team: str = TEAM
    locale: str = "en-GB"
    #: Additional fields of users.info.
    traits: Mapping[str, Any] = field(default_factory=dict)


READER = Who(user="U7002")
EDITOR = Who(user="U7003", traits={"is_admin": True})


def like(who: Who, **changes: Any) -> Who:
    return replace(who, **changes)


@dataclass(kw_only=True)
class Asked:
    """One action of a person, and its answers."""

    kind: str
    payload: dict[str, Any]
    who: Who
    at: float
    token: str
    trigger: str
    envelope: str = ""
    acknowledged: Mapping[str, Any] | None = None
    #: The answers, in order, wherever they were sent.
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    view: Mapping[str, Any] | None = None
    #: The message that was pressed, and the action that it answered; None for a
    #: message of the channel.
    source: Mapping[str, Any] | None = None
    source_of: "Asked | None" = None
    #: Whether an answer took the place of that message.
    replaced: bool = False
    #: What opened the form that was submitted: the answer is sent to its URL.
    opener: "Asked | None" = None
    #: Whether it was done in the home tab; the one that was published as its answer.
    at_home: bool = False
    home: Mapping[str, Any] | None = None
    #: Error codes of rejected answers.
    refused: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """All text of the answer."""
        return "\n".join(text for m in self.shown for text in texts_of(m["blocks"]))

    @property
    def controls(self) -> dict[str, str]:
        """The buttons and options: label → id."""
        return dict(controls_of(self.shown))

    @property
    def answered(self) -> "Asked":
        """The action that has the messages: for a form, what opened it."""
        if self.opener is None or self.messages or self.home:
            return self
        return self.opener

    @property
    def shown(self) -> Sequence[Mapping[str, Any]]:
        """The messages, or the home tab."""
        return self.answered.messages or ([self.home] if self.home else [])

    @property
    def private(self) -> bool:
        """Whether nobody else sees any of it."""
        sent = self.answered.messages
        return all(m.get("response_type") != "in_channel" for m in sent)

    @property
    def errors(self) -> Mapping[str, str]:
        """Errors at the questions of a form."""
        return dict((self.acknowledged or {}).get("errors") or {})

    async def done(self, seconds: float = 12) -> "Asked":
        """Wait for the answer; fail when there is none."""
        for _ in range(int(seconds * 200)):
            if self.shown or self.view or (self.acknowledged or {}):
                return self
            await asyncio.sleep(0.005)
        raise AssertionError(f"no answer; refused {self.refused}")


def texts_of(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The texts of blocks, one for each part."""
    for block in blocks:
        match block["type"]:
            case "header" | "section":
                yield block["text"]["text"]
            case "context":
                for element in block["elements"]:
                    yield element["text"]
            case "rich_text":
                for part in block["elements"]:
                    yield "".join(_pieces(part))


def _pieces(part: Mapping[str, Any]) -> Iterator[str]:
    for piece in part["elements"]:
        if "elements" in piece:
            yield from (*_pieces(piece), "\n")
        else:
            yield piece.get("text", "")


def controls_of(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for message in messages:
        for _, element in rules.elements(message.get("blocks") or ()):
            if element["type"] == "button":
                yield element["text"]["text"], element["value"]
            for option in element.get("options") or ():
                yield option["text"]["text"], option["value"]


def message_with(
    messages: Sequence[Mapping[str, Any]], control: str
) -> Mapping[str, Any]:
    """The message in which this button, or this option of a menu, is."""
    for message in messages:
        if control in dict(controls_of([message])).values():
            return message
    raise AssertionError(f"no message shows {control}: {dict(controls_of(messages))}")


def kind_of(messages: Sequence[Mapping[str, Any]], control: str) -> str:
    """The type of the element that presses this control."""
    for _, element in rules.elements(message_with(messages, control)["blocks"]):
        if element.get("value") == control:
            return str(element["type"])
    return "static_select"


@dataclass(kw_only=True)
class People:
    """All actions of people."""

    socket: SocketMode
    #: Seconds of the server's clock.
    now: Callable[[], float]
    #: URL for answers; a token is appended.
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    uploads: Uploads = field(default_factory=Uploads)
    #: The home of each person, as it was last published.
    homes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    #: How actions reach the bot: over the socket, unless a test uses HTTP.
    carry: Callable[[str, Mapping[str, Any], str], Awaitable[Any]] = field(init=False)
    users: dict[str, Who] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.carry = self.socket.deliver

    # ── actions of people ──────────────────────────────────────────────────────

    async def command(self, line: str, who: Who = EDITOR) -> Asked:
        """Type a line; it is escaped as Slack escapes, except mentions."""
        name, _, text = line.partition(" ")
        return await self.does(
            "slash_commands",
            who,
            {
                "command": name,
                "text": text,
                "team_id": who.team,
                "team_domain": "newsroom",
                "channel_id": who.channel,
                "channel_name": "news",
                "user_id": who.user,
                "user_name": who.user.lower(),
                "is_enterprise_install": "false",
            },
        )

    async def types(self, line: str, who: Who = EDITOR) -> Asked:
        """Type text without mentions, as it stands in the message box."""
        return await self.command(html.escape(line, quote=False), who)

    async def presses(
        self,
        control: str,
        who: Who = EDITOR,
        *,
        kind: str = "button",
        thread: str = "",
        on: Asked | None = None,
    ) -> Asked:
        """Press a button, or choose from a select or an overflow menu.

        It is in a message of the channel, or in an answer: `on`.
        """
        action: dict[str, Any] = {
            "type": kind,
            "action_id": control,
            "block_id": "b1",
            "action_ts": "1.1",
        }
        if kind == "button":
            action |= {"value": control, "text": _plain("Press")}
        else:
            option = {"value": control, "text": _plain("Choose")}
            action |= {"action_id": "v1:open", "selected_option": option}
        container = {
            "type": "message",
            "message_ts": "1.000001",
            "channel_id": who.channel,
            "is_ephemeral": on is not None and on.private,
            **({"thread_ts": thread} if thread else {}),
        }
        return await self.does(
            "interactive",
            who,
            {
                "type": "block_actions",
                **_person(who),
                "container": container,
                "channel": {"id": who.channel, "name": "news"},
                "state": {"values": {}},
                "actions": [action],
            },
            on=on,
            control=control,
        )

    async def does_on(self, shown: Asked, label: str) -> Asked:
        """Press the button, or choose the option, that begins with this label."""
        every = sorted(shown.controls.items(), key=lambda one: one[0] != label)
        ids = [i for named, i in every if named.startswith(label)]
        assert ids, f"there is no «{label}»: {list(shown.controls)}"
        control, who = ids[0], shown.who
        kind = kind_of(shown.shown, control)
        if shown.home is not None:
            return await self.presses_at_home(control, who, kind=kind)
        return await self.presses(control, who, kind=kind, on=shown)

    async def presses_at_home(
        self, control: str, who: Who = EDITOR, *, kind: str = "button"
    ) -> Asked:
        """Press a button or choose in the app home: no channel, no response URL."""
        action: dict[str, Any] = {"type": kind, "action_id": control, "value": control}
        if kind != "button":
            option = {"value": control, "text": _plain("Choose")}
            action = {"type": kind, "action_id": "v1:menu:0", "selected_option": option}
        body = {
            "type": "block_actions",
            **_person(who),
            "container": {"type": "view", "view_id": "V1"},
            "view": {"id": "V1", "type": "home"},
            "actions": [action],
        }
        return await self.does("interactive", who, body, answerable=False, at_home=True)

    async def fills(
        self,
        view: Mapping[str, Any],
        who: Who = EDITOR,
        *,
        answers: Mapping[str, str],
        file: Upload | None = None,
    ) -> Asked:
        """Submit an open form, with these values over its defaults."""
        put = self.uploads.put(file) if file else None
        shown = {**copy.deepcopy(dict(view)), "app_installed_team_id": who.team}
        shown["state"] = {"values": dict(_state(view, answers, put))}
        body = {"type": "view_submission", **_person(who), "view": shown}
        opener = next((a for a in self.asked if a.view is view), None)
        return await self.does(
            "interactive",
            who,
            {**body, "response_urls": []},
            answerable=False,
            at_home=opener is not None and opener.at_home,
            opener=opener,
        )

    async def looks_home(self, who: Who = EDITOR, tab: str = "home") -> str:
        """Open the app home."""
        self.users[who.user] = who
        event = {"type": "app_home_opened", "user": who.user, "tab": tab}
        reported = {**event, "channel": f"D{who.user}"}
        return await self.socket.event(reported, team=who.team)

    async def does(
        self,
        kind: str,
        who: Who,
        body: Mapping[str, Any],
        *,
        answerable: bool = True,
        at_home: bool = False,
        on: Asked | None = None,
        control: str = "",
        opener: Asked | None = None,
    ) -> Asked:
        """Send it as Slack would, with a response URL and a trigger.

        `on` is the action whose answer shows `control`.
        """
        self.users[who.user] = who
        token = secrets.token_hex(8)
        trigger = f"{next(self._numbers)}.{token}"
        payload = {**body, "api_app_id": APPLICATION, "trigger_id": trigger}
        if answerable:
            payload["response_url"] = f"{self.address}{token}"
        asked = Asked(
            kind=kind,
            payload=payload,
            who=who,
            at=self.now(),
            token=token,
            trigger=trigger,
            at_home=at_home,
            source=message_with(on.shown, control) if on else None,
            source_of=on and on.answered,
            opener=opener,
        )
        self.asked.append(asked)
        await self.again(asked)
        return asked

    async def again(self, asked: Asked) -> str:
        """Send it once more, as Slack does without an acknowledgement."""
        asked.envelope = f"envelope-of-{secrets.token_hex(4)}"
        await self.carry(asked.kind, asked.payload, asked.envelope)
        return asked.envelope

    # ── calls of the bot ───────────────────────────────────────────────────────

    def heard(self, envelope: str, payload: Mapping[str, Any]) -> None:
        """Take the acknowledgement of an envelope."""
        asked = next((a for a in self.asked if a.envelope == envelope), None)
        if asked is None:
            return
        asked.acknowledged = payload
        if not payload:
            return
        if asked.payload.get("type") != "view_submission":
            self.complaints.append(
                f"an acknowledgement says more than it may: {payload}"
            )
            return
        self.complaints += _wrong_answer_to_form(asked.payload["view"], payload)
        if payload.get("response_action") == "errors" and asked.opener is not None:
            # The form stays open.
            asked.view = asked.opener.view
        if payload.get("response_action") == "update":
            asked.view = {"id": "V-updated", **payload["view"]}

    def respond(self, token: str, body: Mapping[str, Any]) -> str:
        """Take an answer; return the code with which it is rejected, or nothing."""
        asked = next((a for a in self.asked if a.token == token), None)
        if asked is None:
            return "no_such_url"
        used = len(asked.messages) >= ADDRESS_USES
        if used or self.now() - asked.at > ADDRESS_LIFE:
            asked.refused.append("used_url" if used else "expired_url")
            return asked.refused[-1]
        if body["replace_original"]:
            source, of = asked.source, asked.source_of
            if source is not None and of is not None and source in of.messages:
                of.messages.remove(source)
            asked.replaced = True
        asked.messages.append(dict(body))
        return ""

    def has_private_source(self, token: str) -> bool:
        """Whether only one person sees the message that was pressed."""
        asked = next((a for a in self.asked if a.token == token), None)
        of = asked and asked.source_of
        return bool(of and of.private)

    def published(self, user: str, view: Mapping[str, Any]) -> None:
        """Show a person's home tab."""
        self.homes[user] = view
        theirs = [a for a in self.asked if a.who.user == user and a.at_home]
        if theirs:
            theirs[-1].home = view

    def whisper(self, channel: str, user: str, body: Mapping[str, Any]) -> None:
        """Take an answer that is shown to one person in a channel."""
        theirs = [a for a in self.asked if a.who.user == user]
        if theirs:
            theirs[-1].messages.append({**body, "channel": channel})

    def trigger(self, trigger: str) -> str:
        """The error code of a trigger, or nothing."""
        asked = next((a for a in self.asked if a.trigger == trigger), None)
        if asked is None:
            return "invalid_trigger_id"
        refused = ""
        if self.now() - asked.at > TRIGGER_LIFE:
            refused = "expired_trigger_id"
        elif asked.view is not None:
            refused = "exchanged_trigger_id"
        if refused:
            asked.refused.append(refused)
        return refused

    def opened(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Record that a form was opened."""
        asked = next(a for a in self.asked if a.trigger == trigger)
        asked.view = view

    def user(self, number: str, team: str = TEAM) -> dict[str, Any] | None:
        """The answer of users.info to a team."""
        who = self.users.get(number)
        if who is None or who.team != team:
            return None
        reported = {
            "id": who.user,
            "team_id": who.team,
            "name": who.user.lower(),
            "real_name": f"Person {who.user}",
            "deleted": False,
            "is_bot": False,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "locale": who.locale,
        }
        return {"user": {**reported, **who.traits}}


def _person(who: Who) -> dict[str, Any]:
    user = {"id": who.user, "username": who.user.lower(), "team_id": who.team}
    return {
        "user": user,
        "team": {"id": who.team, "domain": "newsroom"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def _state(
    view: Mapping[str, Any],
    answers: Mapping[str, str],
    file: Mapping[str, Any] | None,
) -> Iterator[tuple[str, Any]]:
    """The state of each question: the typed value, or the default."""
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        name = block["block_id"]
        if element["type"] == "static_select":
            initial = element.get("initial_option")
            chosen = next(
                (o for o in element["options"] if o["value"] == answers.get(name)),
                initial,
            )
            given = {"type": "static_select", "selected_option": chosen}
        elif element["type"] == "file_input":
            given = {"type": "file_input", "files": [file] if file else []}
        else:
            value = answers.get(name, element.get("initial_value"))
            given = {"type": "plain_text_input", "value": value or None}
        yield name, {element["action_id"]: given}


def _wrong_answer_to_form(
    view: Mapping[str, Any], payload: Mapping[str, Any]
) -> Iterator[str]:
    action = payload.get("response_action")
    if action == "errors":
        asked = {b["block_id"] for b in view["blocks"] if b["type"] == "input"}
        reported = payload.get("errors") or {}
        if not reported or set(reported) - asked or not all(reported.values()):
            yield f"errors for other questions than are asked: {payload}"
    elif action == "update":
        for path, sentence in rules.view(payload.get("view") or {}):
            yield f"Slack does not take it: {path}: {sentence}"
    elif action != "clear":
        yield f"no such answer to a form: {payload}"
