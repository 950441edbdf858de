"""What comes in from Slack, as plain nouns: pure, no I/O.

Team, person and channel are read from the event alone, never from the id of what was
pressed. What is not as Slack describes it is empty, and leads to a sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from bot.platforms.slack.files import given
from bot.platforms.slack.forms import Carried, filled
from bot.types import Form

_EMPTY: Final = Form(path="", title="", fields=())
#: «<https://a.example|a.example>», «<#C123|news>», «<mailto:a@b.example|a@b.example>».
_ADDRESS: Final = re.compile(r"<(?:mailto:)?([^<>|\s#@!][^<>|\s]*)(?:\|[^<>]*)?>")
_CHANNEL: Final = re.compile(r"<#([CDG][A-Z0-9]{1,30})(?:\|([^<>]*))?>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """Something that a person did."""

    #: Slack's own id of it: the same event twice has one effect.
    key: str
    team: str
    channel: str
    user: str
    #: The thread that it happened in, or nothing.
    thread: str = ""
    user_name: str = ""
    #: Opens a form, within three seconds; a secret.
    trigger: str = ""
    #: Where answers go, five times within half an hour; a secret.
    answer_to: str = ""
    #: A command as it was typed.
    line: str = ""
    #: Of a select, the value that was chosen.
    control: str = ""
    form: Form = field(default=_EMPTY)
    #: A file that came with the form, as Slack tells it.
    file: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Arrived(key={self.key})"

    @property
    def carried(self) -> Carried:
        """What a form needs so that its answer finds the way back."""
        return Carried(
            channel=self.channel, thread=self.thread, answer_to=self.answer_to
        )


def command(body: Mapping[str, Any]) -> Arrived:
    """A slash command."""
    return Arrived(
        key=_text(body, "trigger_id"),
        team=_text(body, "team_id"),
        channel=_text(body, "channel_id"),
        user=_text(body, "user_id"),
        user_name=_text(body, "user_name"),
        trigger=_text(body, "trigger_id"),
        answer_to=_text(body, "response_url"),
        line=f"{_text(body, 'command')} {said(_text(body, 'text'))}".strip(),
    )


def press(body: Mapping[str, Any]) -> Arrived:
    """A button, a select, an overflow menu."""
    actions: Sequence[Mapping[str, Any]] = body.get("actions") or ({},)
    container = _inside(body, "container")
    return Arrived(
        key=_text(body, "trigger_id"),
        team=_team(body),
        channel=_text(_inside(body, "channel"), "id") or _text(container, "channel_id"),
        thread=_text(container, "thread_ts"),
        user=_text(_inside(body, "user"), "id"),
        user_name=_name(body),
        trigger=_text(body, "trigger_id"),
        answer_to=_text(body, "response_url"),
        control=_control(actions[0]),
    )


def submission(body: Mapping[str, Any]) -> Arrived:
    """A filled form."""
    view = _inside(body, "view")
    form, carried = filled(view)
    return Arrived(
        key=_text(body, "trigger_id"),
        team=_team(body),
        channel=carried.channel,
        thread=carried.thread,
        user=_text(_inside(body, "user"), "id"),
        user_name=_name(body),
        answer_to=carried.answer_to,
        form=form,
        file=given(view),
    )


def opened(body: Mapping[str, Any]) -> Arrived | None:
    """The app's home was opened; None where another of its tabs was."""
    event = _inside(body, "event")
    if event.get("tab") != "home":
        return None
    return Arrived(
        key=_text(body, "event_id"),
        team=_text(body, "team_id"),
        channel="",
        user=_text(event, "user"),
    )


def said(text: str) -> str:
    """What was typed behind a command, without Slack's way of writing it.

    Slack writes addresses as links, channels with their id, and three characters as
    entities. People are left as mentions, which some commands read.
    """
    text = _CHANNEL.sub(lambda found: f"#{found[2]}" if found[2] else found[1], text)
    return unescape(_only_three(_ADDRESS.sub(r"\1", text)))


def _only_three(text: str) -> str:
    """The same in which nothing but what Slack escapes reads as an entity."""
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)


def _control(action: Mapping[str, Any]) -> str:
    if action.get("type") in {"static_select", "overflow"}:
        return _text(_inside(action, "selected_option"), "value")
    return _text(action, "value") or _text(action, "action_id")


def _team(body: Mapping[str, Any]) -> str:
    return _text(_inside(body, "team"), "id")


def _name(body: Mapping[str, Any]) -> str:
    user = _inside(body, "user")
    return _text(user, "username") or _text(user, "name")


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
