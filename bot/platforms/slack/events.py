"""Handle Slack's events: commands, controls, forms, the home tab, installations.

An event is acknowledged before anything is looked up, except a submitted form: it waits
for a moment, because only its acknowledgement can show errors in the form.

Team, person and channel are read from the event alone, never from the id of a pressed
control. A field that is not as Slack documents it is empty, and is answered with a
sentence.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any, Final

import structlog

from bot.errors import SendError
from bot.i18n.translation import Texts
from bot.model import (
    AppInstallation,
    Attachment,
    Form,
    Inbox,
    Permission,
    Person,
    PlatformName,
    Reply,
    SmallPrint,
)
from bot.platforms.common import interactions
from bot.platforms.common.direct_messages import OpenChannel
from bot.platforms.common.forms import PendingForms, parse_draft_id
from bot.platforms.common.interactions import InteractionEvent
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.forms import FormContext, find_file, parse_form
from bot.platforms.slack.installations import Installations
from bot.platforms.slack.messages import get_mapping, get_text
from bot.platforms.slack.permissions import SlackPerson, SlackPersons
from bot.platforms.slack.replies import build_welcome
from bot.platforms.slack.responses import (
    ResponseTarget,
    SlackResponder,
    build_owner_key,
)

log = structlog.get_logger(__name__)

PLATFORM_NAME: Final[PlatformName] = "slack"
#: Acknowledges an event; with a body where it is a submitted form.
Ack = Callable[..., Awaitable[Any]]
#: What the home tab shows, by permission: the first of these commands that exists.
_HOME_COMMANDS: Final = {
    Permission.EDITOR: ("newsdesk status",),
    Permission.EVERYONE: ("news when", "news help"),
}

_EMPTY_FORM: Final = Form(path="", title="", fields=())


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackInteraction:
    """An action of a person, parsed from an event."""

    #: Slack's id of the event: the same event delivered twice has one effect.
    key: str
    team: str
    channel: str
    user: str
    #: The thread that it happened in, or "".
    thread: str = ""
    user_name: str = ""
    #: Opens a form, within three seconds; a secret.
    trigger: str = ""
    #: The response URL: valid five times within half an hour; a secret.
    answer_to: str = ""
    #: A command as it was typed.
    line: str = ""
    #: The pressed control; of a select, the chosen value.
    control: str = ""
    form: Form = field(default=_EMPTY_FORM)
    #: A file that came with the form, as Slack describes it.
    file: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"SlackInteraction(key={self.key})"

    @property
    def carried(self) -> FormContext:
        """The data of the event that a form keeps for its answer."""
        return FormContext(
            channel=self.channel, thread=self.thread, answer_to=self.answer_to
        )


class SlackEventHandler:
    """Passes Slack's events to the inbox and sends its answers."""

    def __init__(
        self,
        installations: Installations,
        open_direct_message: OpenChannel,
        *,
        hold: float = limits.FORM_HOLD,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create the handler.

        Args:
            installations: The installations of the app.
            open_direct_message: Opens the conversation with a person.
            hold: Seconds that a submitted form waits for its answer.
            now: A monotonic clock in seconds.
        """
        #: Receives events; None while the platform is not running.
        self.inbox: Inbox | None = None
        self.people = SlackPersons(installations, now)
        self._installations = installations
        self._hold = hold
        self._now = now
        self._pending_forms = PendingForms(now)
        self._responder = SlackResponder(
            installations, open_direct_message, self._pending_forms, now
        )
        self._seen = interactions.SeenEvents()

    # ── what people do ─────────────────────────────────────────────────────────

    async def command(self, body: Mapping[str, Any], ack: Ack) -> None:
        """Handle a slash command."""
        received_at = self._now()
        await ack()
        arrived = parse_slash_command(body)
        await self._handle(arrived, received_at, self._run_command)

    async def press(self, body: Mapping[str, Any], ack: Ack) -> None:
        """Handle a pressed button or a choice."""
        received_at = self._now()
        await ack()
        arrived = parse_press(body)
        await self._handle(arrived, received_at, self._run_control)

    async def submission(self, body: Mapping[str, Any], ack: Ack) -> None:
        """Handle a submitted form."""
        received_at = self._now()
        arrived = parse_submission(body)
        inbox = self.inbox
        if inbox is None or not await self._accepts(arrived):
            await ack()
            return
        work = asyncio.create_task(self._run_form(inbox, arrived))
        done, _ = await asyncio.wait((work,), timeout=self._hold)
        shown = _build_acknowledgement(*work.result(), arrived) if done else {}
        await ack(**shown)
        if not shown:
            known, outcome = await work
            await self._respond(arrived, received_at, known, outcome)

    async def home(self, body: Mapping[str, Any], ack: Ack) -> None:
        """Show the home tab to a person who opens it."""
        await ack()
        arrived = parse_home_opened(body)
        inbox = self.inbox
        if arrived is None or inbox is None or not await self._accepts(arrived):
            return
        try:
            known = await self.people.known(arrived.user, arrived.team)
            status = await self._query_status(inbox, arrived, known)
            editor = known.permission >= Permission.EDITOR
            view = replies.render_home(
                status, editor=editor, texts=Texts.of(known.locale)
            )
            await self._responder.publish(arrived.team, arrived.user, view)
        except SendError as error:
            log.warning("home not shown", platform=PLATFORM_NAME, reason=str(error))
        except Exception:
            log.exception("home failed", platform=PLATFORM_NAME)

    # ── the installation ───────────────────────────────────────────────────────

    async def register_workspace(self, team: str, name: str) -> None:
        """Create the workspace of an installation."""
        await interactions.register_workspace(self.inbox, PLATFORM_NAME, team, name)

    async def arrived(self, installed: AppInstallation) -> None:
        """Create the workspace of a new installation and welcome the installer."""
        team, user = installed.team, installed.installer
        await self.register_workspace(team, installed.name)
        if not user:
            return
        try:
            async with asyncio.timeout(limits.WELCOME_TIMEOUT):
                known = await self.people.known(user, team)
                texts = Texts.of(known.locale)
                (message,) = replies.render_reply(build_welcome(texts), texts)
                await self._responder.send_private(team, user, message)
        except (SendError, TimeoutError) as error:
            reason = str(error) or "timeout"
            log.warning("welcome not sent", platform=PLATFORM_NAME, reason=reason)

    async def ended(self, team: str) -> None:
        """Handle an event that the app was removed, after checking its token."""
        try:
            removed = await self._installations.remove_if_revoked(team)
        except SendError as error:
            # The next post will show whether the token is valid.
            log.warning(
                "removal not checked", platform=PLATFORM_NAME, reason=str(error)
            )
            return
        if removed:
            await interactions.leave_workspace(self.inbox, PLATFORM_NAME, team)

    # ── answering ────────────────────────────────────────────────────────

    async def _handle(
        self,
        arrived: SlackInteraction,
        received_at: float,
        work: Callable[[Inbox, SlackInteraction, SlackPerson], Awaitable[Reply | Form]],
    ) -> None:
        """Look up the person, run what they ask for, and answer."""
        inbox = self.inbox
        if inbox is None or not await self._accepts(arrived):
            return
        known = await self.people.known(arrived.user, arrived.team)
        try:
            async with asyncio.timeout(limits.ANSWER_TIMEOUT):
                outcome = await work(inbox, arrived, known)
        except TimeoutError:
            outcome = interactions.explain_timeout(Texts.of(known.locale))
        await self._respond(arrived, received_at, known, outcome)

    async def _accepts(self, arrived: SlackInteraction) -> bool:
        """Check whether an event is new and comes from a workspace with the app."""
        if not self._seen.is_new(arrived.key):
            return False
        if await self._installations.is_installed(arrived.team):
            return True
        log.warning(
            "event of an unknown workspace", platform=PLATFORM_NAME, team=arrived.team
        )
        return False

    async def _run_command(
        self, inbox: Inbox, arrived: SlackInteraction, known: SlackPerson
    ) -> Reply | Form:
        found = parse_command(arrived.line, inbox.commands, Texts.of(known.locale))
        if not isinstance(found, ParsedCommand):
            return found
        return await interactions.answer_command(
            inbox, _build_event(arrived, known), found.path, found.args
        )

    async def _run_control(
        self, inbox: Inbox, arrived: SlackInteraction, known: SlackPerson
    ) -> Reply | Form:
        draft = parse_draft_id(arrived.control)
        if draft is None:
            return await interactions.answer_control(
                inbox, _build_event(arrived, known), arrived.control
            )
        owner = build_owner_key(arrived.team, arrived.user)
        texts = Texts.of(known.locale)
        return interactions.reopen_form(self._pending_forms, owner, draft, texts)

    async def _run_form(
        self, inbox: Inbox, arrived: SlackInteraction
    ) -> tuple[SlackPerson, Reply | Form]:
        """Answer a submitted form; show a problem in it, so that no input is lost."""
        known = await self.people.known(arrived.user, arrived.team)
        event = _build_event(arrived, known)
        given = forms.collect_answers(arrived.form)
        file = await self._find_attachment(arrived)
        outcome = await interactions.answer_command(
            inbox, event, arrived.form.path, given, file, again=True
        )
        if isinstance(outcome, Reply) and outcome.problem and arrived.form.fields:
            outcome = _explain_lookup_failure(outcome, known)
            return known, forms.add_form_error(arrived.form, _join_sentences(outcome))
        return known, outcome

    async def _find_attachment(self, arrived: SlackInteraction) -> Attachment | None:
        """Return the file that came with a form, and the token to fetch it with."""
        if arrived.file is None:
            return None
        try:
            installation = await self._installations.of(arrived.team)
            token = await installation.bearer()
        except SendError as error:
            # Fetching it without a token then says what is missing.
            log.info("no token for a file", platform=PLATFORM_NAME, reason=str(error))
            token = ""
        origin = forms.resolve_upload_origin(self._installations.api_base)
        return forms.build_attachment(arrived.file, origin=origin, token=token)

    async def _respond(
        self,
        arrived: SlackInteraction,
        received_at: float,
        known: SlackPerson,
        outcome: Reply | Form,
    ) -> None:
        target = ResponseTarget(
            team=arrived.team,
            user=arrived.user,
            carried=arrived.carried,
            trigger=arrived.trigger,
            trigger_until=received_at + limits.TRIGGER_LIFE,
            texts=Texts.of(known.locale),
        )
        if isinstance(outcome, Reply):
            outcome = _explain_lookup_failure(outcome, known)
        try:
            await self._responder.answer_with(target, outcome)
        except SendError as error:
            log.info("answer not sent", platform=PLATFORM_NAME, reason=str(error))
        except Exception:
            log.exception("answer failed", platform=PLATFORM_NAME)
            rejected = interactions.explain_rejected_reply(target.texts)
            with suppress(SendError):
                await self._responder.answer_with(target, rejected)

    async def _query_status(
        self, inbox: Inbox, arrived: SlackInteraction, known: SlackPerson
    ) -> Reply:
        paths = {command.path for command in inbox.commands}
        path = next(
            (p for p in _HOME_COMMANDS[known.permission] if p in paths), "news help"
        )
        # Opening the tab again is another event, which is answered again.
        again = replace(arrived, key=f"{arrived.key}-{secrets.token_hex(4)}")
        outcome = await interactions.answer_command(
            inbox, _build_event(again, known), path, {}
        )
        return outcome if isinstance(outcome, Reply) else Reply()


def _build_event(arrived: SlackInteraction, known: SlackPerson) -> InteractionEvent:
    """Convert an interaction to the core's event."""
    return InteractionEvent(
        key=arrived.key,
        platform=PLATFORM_NAME,
        workspace=arrived.team,
        # Slack sends the workspace's name only when the app signs in.
        workspace_name="",
        channel=arrived.channel or None,
        person=Person(
            id=arrived.user,
            name=known.name or arrived.user_name or arrived.user,
            permission=known.permission,
            roles=known.roles,
        ),
        locale=known.locale,
    )


def _build_acknowledgement(
    known: SlackPerson, outcome: Reply | Form, arrived: SlackInteraction
) -> dict[str, Any]:
    """Build the acknowledgement of a submitted form; {} only closes it."""
    if not isinstance(outcome, Form):
        return {}
    wrong = forms.collect_errors(outcome, arrived.form)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    # Another form than the open one; the app's scopes were not looked up for it.
    texts = Texts.of(known.locale).chosen(outcome.locale)
    view = forms.render_form(outcome, arrived.carried, texts, files=False)
    return {"response_action": "update", "view": view}


def _explain_lookup_failure(reply: Reply, known: SlackPerson) -> Reply:
    """Add a sentence to a problem if the person could not be looked up."""
    if not (reply.problem and known.lookup_failed):
        return reply
    texts = Texts.of(known.locale)
    said = texts.say(
        "Slack did not say whether you manage this workspace. If this "
        "continues, the app needs the scope users:read."
    )
    return replace(reply, blocks=(*reply.blocks, SmallPrint(text=said)))


def _join_sentences(reply: Reply) -> str:
    return " ".join(block.text for block in reply.blocks if hasattr(block, "text"))


#: «<https://a.example|a.example>», «<#C123|news>», «<mailto:a@b.example|a@b.example>».
_ADDRESS: Final = re.compile(r"<(?:mailto:)?([^<>|\s#@!][^<>|\s]*)(?:\|[^<>]*)?>")
_CHANNEL_LINK: Final = re.compile(rf"<#({limits.CHANNEL_ID})(?:\|([^<>]*))?>")


def parse_slash_command(body: Mapping[str, Any]) -> SlackInteraction:
    """Parse a slash command."""
    return SlackInteraction(
        key=get_text(body, "trigger_id"),
        team=get_text(body, "team_id"),
        channel=get_text(body, "channel_id"),
        user=get_text(body, "user_id"),
        user_name=get_text(body, "user_name"),
        trigger=get_text(body, "trigger_id"),
        answer_to=get_text(body, "response_url"),
        line=" ".join(
            (get_text(body, "command"), unescape_command_text(get_text(body, "text")))
        ).strip(),
    )


def parse_press(body: Mapping[str, Any]) -> SlackInteraction:
    """Parse a pressed button, a choice of a select or an overflow menu."""
    actions: Sequence[Mapping[str, Any]] = body.get("actions") or ({},)
    container = get_mapping(body, "container")
    return SlackInteraction(
        key=get_text(body, "trigger_id"),
        team=_get_team(body),
        channel=get_text(get_mapping(body, "channel"), "id")
        or get_text(container, "channel_id"),
        thread=get_text(container, "thread_ts"),
        user=get_text(get_mapping(body, "user"), "id"),
        user_name=_get_user_name(body),
        trigger=get_text(body, "trigger_id"),
        answer_to=get_text(body, "response_url"),
        control=_get_control(actions[0]),
    )


def parse_submission(body: Mapping[str, Any]) -> SlackInteraction:
    """Parse a submitted form."""
    view = get_mapping(body, "view")
    form, carried = parse_form(view)
    return SlackInteraction(
        key=get_text(body, "trigger_id"),
        team=_get_team(body),
        channel=carried.channel,
        thread=carried.thread,
        user=get_text(get_mapping(body, "user"), "id"),
        user_name=_get_user_name(body),
        answer_to=carried.answer_to,
        form=form,
        file=find_file(view),
    )


def parse_home_opened(body: Mapping[str, Any]) -> SlackInteraction | None:
    """Parse an opened home tab; None if another tab of the app was opened."""
    event = get_mapping(body, "event")
    if event.get("tab") != "home":
        return None
    return SlackInteraction(
        key=get_text(body, "event_id"),
        team=get_text(body, "team_id"),
        channel="",
        user=get_text(event, "user"),
    )


def unescape_command_text(text: str) -> str:
    """Restore the text that was typed after a command.

    Slack turns URLs into links, channels into mentions, and three characters into
    entities. Mentions of people stay: some commands parse them.
    """
    text = _CHANNEL_LINK.sub(
        lambda found: f"#{found[2]}" if found[2] else found[1], text
    )
    return unescape(_escape_other_entities(_ADDRESS.sub(r"\1", text)))


def _escape_other_entities(text: str) -> str:
    """Escape text that looks like an entity but is not one of Slack's."""
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)


def _get_control(action: Mapping[str, Any]) -> str:
    if action.get("type") in {"static_select", "overflow"}:
        return get_text(get_mapping(action, "selected_option"), "value")
    return get_text(action, "value") or get_text(action, "action_id")


def _get_team(body: Mapping[str, Any]) -> str:
    return get_text(get_mapping(body, "team"), "id")


def _get_user_name(body: Mapping[str, Any]) -> str:
    user = get_mapping(body, "user")
    return get_text(user, "username") or get_text(user, "name")
