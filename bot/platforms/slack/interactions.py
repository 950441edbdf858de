"""Parse Slack's events: commands, controls, forms, the home tab. Pure.

Team, person and channel are read from the event alone, never from the id of a pressed
control. A field that is not as Slack documents it is empty, and is answered with a
sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from html import unescape
from typing import Any, Final

from bot.i18n.translation import Texts
from bot.model import Form, Person
from bot.platforms.common.interactions import InteractionEvent
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.forms import FormContext, find_file, parse_form
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.permissions import SlackPerson
from digests.types import frozen

#: An event as Slack sends it.
Body = Mapping[str, Any]

_EMPTY_FORM: Final = Form(path="", title="", fields=())
_UNKNOWN_PERSON: Final = SlackPerson()


@frozen
class SlackInteraction(FormContext):
    """An action of a person, parsed from an event."""

    #: Slack's id of the event: the same event delivered twice has one effect.
    key: str
    team: str
    user: str
    user_name: str = ""
    #: Opens a form until an instant of the handler's clock; a secret.
    trigger: str = ""
    trigger_until: float = 0.0
    #: A command as it was typed.
    line: str = ""
    #: The pressed control; of a select, the chosen value.
    control: str = ""
    form: Form = field(default=_EMPTY_FORM)
    #: A file that came with the form, as Slack describes it.
    file: Mapping[str, Any] | None = None
    #: The person, once they were looked up.
    person: SlackPerson = _UNKNOWN_PERSON

    def __repr__(self) -> str:
        return f"SlackInteraction(key={self.key})"

    @property
    def texts(self) -> Texts:
        """The person's language."""
        return Texts.of(self.person.locale)

    @property
    def owner(self) -> str:
        """Owner of a pending form: a person's id is unique in a workspace only."""
        return f"{self.team} {self.user}"

    @property
    def event(self) -> InteractionEvent:
        """The interaction as the core knows it."""
        person = self.person
        return InteractionEvent(
            key=self.key,
            platform=PLATFORM_NAME,
            workspace=self.team,
            # Slack sends the workspace's name only when the app signs in.
            workspace_name="",
            channel=self.channel or None,
            person=Person(
                id=self.user,
                name=person.name or self.user_name or self.user,
                permission=person.permission,
                roles=person.roles,
            ),
            locale=person.locale,
        )


def parse_slash_command(body: Body, received_at: float) -> SlackInteraction:
    """Parse a slash command."""
    typed = unescape_command_text(get_text(body, "text"))
    return SlackInteraction(
        key=get_text(body, "trigger_id"),
        team=get_text(body, "team_id"),
        channel=get_text(body, "channel_id"),
        user=get_text(body, "user_id"),
        user_name=get_text(body, "user_name"),
        trigger=get_text(body, "trigger_id"),
        trigger_until=received_at + limits.TRIGGER_LIFE,
        answer_to=get_text(body, "response_url"),
        line=f"{get_text(body, 'command')} {typed}".strip(),
    )


def parse_press(body: Body, received_at: float) -> SlackInteraction:
    """Parse a pressed button, a choice of a select or an overflow menu."""
    actions: Sequence[Body] = body.get("actions") or ({},)
    container = get_mapping(body, "container")
    channel = get_text(get_mapping(body, "channel"), "id")
    return SlackInteraction(
        **_parse_origin(body),
        replaceable=container.get("is_ephemeral") is True,
        at_home=get_mapping(body, "view").get("type") == "home",
        channel=channel or get_text(container, "channel_id"),
        thread=get_text(container, "thread_ts"),
        trigger=get_text(body, "trigger_id"),
        trigger_until=received_at + limits.TRIGGER_LIFE,
        answer_to=get_text(body, "response_url"),
        control=_get_control(actions[0]),
    )


def parse_submission(body: Body) -> SlackInteraction:
    """Parse a submitted form."""
    view = get_mapping(body, "view")
    form, carried = parse_form(view)
    return SlackInteraction(
        **_parse_origin(body),
        channel=carried.channel,
        thread=carried.thread,
        answer_to=carried.answer_to,
        replaceable=carried.replaceable,
        at_home=carried.at_home,
        form=form,
        file=find_file(view),
    )


def parse_home_opened(body: Body) -> SlackInteraction | None:
    """Parse an opened home tab; None if another tab of the app was opened."""
    event = get_mapping(body, "event")
    if event.get("tab") != "home":
        return None
    return SlackInteraction(
        key=get_text(body, "event_id"),
        team=get_text(body, "team_id"),
        user=get_text(event, "user"),
    )


def _parse_origin(body: Body) -> dict[str, Any]:
    """Parse who pressed a control or submitted a form, and in which workspace."""
    user = get_mapping(body, "user")
    return {
        "key": get_text(body, "trigger_id"),
        "team": get_text(get_mapping(body, "team"), "id"),
        "user": get_text(user, "id"),
        "user_name": get_text(user, "username") or get_text(user, "name"),
    }


def _get_control(action: Body) -> str:
    if action.get("type") in {"static_select", "overflow"}:
        return get_text(get_mapping(action, "selected_option"), "value")
    return get_text(action, "value") or get_text(action, "action_id")


#: «<https://a.example|a.example>», «<#C123|news>», «<mailto:a@b.example|a@b.example>».
_ADDRESS: Final = re.compile(r"<(?:mailto:)?([^<>|\s#@!][^<>|\s]*)(?:\|[^<>]*)?>")
_CHANNEL_LINK: Final = re.compile(rf"<#({limits.CHANNEL_ID})(?:\|([^<>]*))?>")
#: Text that looks like an entity but is not one of Slack's.
_OTHER_ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt);)")


def unescape_command_text(text: str) -> str:
    """Restore the text that was typed after a command.

    Slack turns URLs into links, channels into mentions, and three characters into
    entities. Mentions of people stay: some commands parse them.
    """
    text = _CHANNEL_LINK.sub(lambda link: f"#{link[2]}" if link[2] else link[1], text)
    return unescape(_OTHER_ENTITY.sub("&amp;", _ADDRESS.sub(r"\1", text)))
