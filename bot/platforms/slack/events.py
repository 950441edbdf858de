"""Handle commands, controls, forms and installations; pass them to the inbox.

Commands, buttons and selects, filled forms, the app's home, the end of an installation.
Everything is acknowledged before anything is looked up, but for a filled form: it is
held for a moment, because only its acknowledgement can say what is wrong in it.

Team, person and channel are read from the event alone, never from the id of what was
pressed. What is not as Slack describes it is empty, and leads to a sentence.
"""

import asyncio
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any, Final

import structlog

from bot.errors import SendError, UserError
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
from bot.platforms.common.forms import PendingForms
from bot.platforms.common.interactions import InteractionEvent
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.forms import FormContext, find_file, parse_form
from bot.platforms.slack.installations import Installations
from bot.platforms.slack.permissions import SlackPerson, SlackPersons
from bot.platforms.slack.replies import build_welcome
from bot.platforms.slack.responses import (
    ResponseTarget,
    SlackResponder,
    build_owner_key,
)

log = structlog.get_logger(__name__)

PLATFORM_NAME: Final[PlatformName] = "slack"
#: Acknowledges an event; with a body where it is a form's.
Ack = Callable[..., Awaitable[Any]]
#: What the home shows, by what the asker may do: the first of these that there is.
_HOME_COMMANDS: Final = {
    Permission.EDITOR: ("newsdesk status",),
    Permission.EVERYONE: ("news when", "news help"),
}

_EMPTY_FORM: Final = Form(path="", title="", fields=())


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackInteraction:
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
    form: Form = field(default=_EMPTY_FORM)
    #: A file that came with the form, as Slack tells it.
    file: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Arrived(key={self.key})"

    @property
    def carried(self) -> FormContext:
        """What a form needs so that its answer finds the way back."""
        return FormContext(
            channel=self.channel, thread=self.thread, answer_to=self.answer_to
        )


class SlackEventHandler:
    """Stands between Bolt and the inbox."""

    def __init__(
        self,
        installations: Installations,
        *,
        hold: float = limits.FORM_HOLD,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hear nothing yet.

        Args:
            installations: Call Slack.
            hold: Seconds that a filled form waits for its answer.
            now: Seconds of a clock that never goes back.
        """
        #: Where events go; None while the platform is not running.
        self.inbox: Inbox | None = None
        self.people = SlackPersons(installations, now)
        self._installations = installations
        self._hold = hold
        self._now = now
        self._pending_forms = PendingForms(now)
        self._responder = SlackResponder(installations, self._pending_forms, now)
        self._seen: OrderedDict[str, None] = OrderedDict()

    # ── what people do ─────────────────────────────────────────────────────────

    async def command(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A slash command was sent."""
        received_at = self._now()
        await ack()
        arrived = parse_slash_command(body)
        await self._handle(arrived, received_at, self._run_command)

    async def press(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A button was pressed or something chosen."""
        received_at = self._now()
        await ack()
        arrived = parse_press(body)
        await self._handle(arrived, received_at, self._run_control)

    async def submission(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A form was filled in."""
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
        """Somebody looks at the app's home."""
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
        """The app is installed: it has a workspace, also if it was left before."""
        if self.inbox is None:
            return
        try:
            await self.inbox.workspace_of(PLATFORM_NAME, team, name)
        except Exception as error:
            log.warning(
                "workspace not noted", platform=PLATFORM_NAME, reason=str(error)
            )

    async def arrived(self, installed: AppInstallation) -> None:
        """Somebody installed the app just now: they are told what it is, in private."""
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
            log.warning(
                "hello not said", platform=PLATFORM_NAME, reason=str(error) or "late"
            )

    async def ended(self, team: str) -> None:
        """Slack says that the app was taken off; whether it was, the token tells."""
        try:
            if (
                not await self._installations.remove_if_revoked(team)
                or self.inbox is None
            ):
                return
            log.info("removed from a workspace", platform=PLATFORM_NAME, team=team)
            await self.inbox.left(PLATFORM_NAME, team)
        except SendError as error:
            # What is posted next finds out.
            log.warning(
                "installation not looked at", platform=PLATFORM_NAME, reason=str(error)
            )
        except UserError as error:
            log.warning(
                "workspace not noted", platform=PLATFORM_NAME, reason=str(error)
            )

    # ── the way through ────────────────────────────────────────────────────────

    async def _handle(
        self,
        arrived: SlackInteraction,
        received_at: float,
        work: Callable[[Inbox, SlackInteraction, SlackPerson], Awaitable[Reply | Form]],
    ) -> None:
        """Look up who asks, do it, and answer; unless it was heard before."""
        inbox = self.inbox
        if inbox is None or not await self._accepts(arrived):
            return
        known = await self.people.known(arrived.user, arrived.team)
        try:
            async with asyncio.timeout(limits.ANSWER_TIMEOUT):
                outcome = await work(inbox, arrived, known)
        except TimeoutError:
            said = Texts.of(known.locale).say("This takes too long. Try again later.")
            outcome = interactions.build_problem(said)
        await self._respond(arrived, received_at, known, outcome)

    async def _accepts(self, arrived: SlackInteraction) -> bool:
        """Whether it was not heard before, and comes from a workspace of ours."""
        if not self._is_new(arrived.key):
            return False
        if await self._installations.is_installed(arrived.team):
            return True
        log.warning("event of a stranger", platform=PLATFORM_NAME, team=arrived.team)
        return False

    def _is_new(self, key: str) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        while len(self._seen) > limits.EVENTS_REMEMBERED:
            self._seen.popitem(last=False)
        return True

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
        draft = forms.parse_draft_id(arrived.control)
        if draft is None:
            return await interactions.answer_control(
                inbox, _build_event(arrived, known), arrived.control
            )
        form = self._pending_forms.find(
            build_owner_key(arrived.team, arrived.user), draft
        )
        if form is not None:
            return form
        texts = Texts.of(known.locale)
        return interactions.build_problem(
            texts.say(
                "This form has expired. Run the command again; your answers are"
                " still in the message above."
            )
        )

    async def _run_form(
        self, inbox: Inbox, arrived: SlackInteraction
    ) -> tuple[SlackPerson, Reply | Form]:
        """The answer; where it is a problem, at the form, so that nothing is lost."""
        known = await self.people.known(arrived.user, arrived.team)
        event = _build_event(arrived, known)
        given = forms.collect_answers(arrived.form)
        file = await self._find_attachment(arrived)
        outcome = await interactions.answer_form(
            inbox, event, arrived.form.path, given, file
        )
        if isinstance(outcome, Reply) and outcome.problem and arrived.form.fields:
            outcome = _explain_lookup_failure(outcome, known)
            return known, forms.add_form_error(arrived.form, _join_sentences(outcome))
        return known, outcome

    async def _find_attachment(self, arrived: SlackInteraction) -> Attachment | None:
        """The file that came with a form, and what it may be asked for with."""
        if arrived.file is None:
            return None
        try:
            installation = await self._installations.of(arrived.team)
            token = await installation.bearer()
        except SendError as error:
            # It is then asked for without, and says what is missing.
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
            log.info("answer not taken", platform=PLATFORM_NAME, reason=str(error))
        except Exception:
            log.exception("answer failed", platform=PLATFORM_NAME)
            with suppress(SendError):
                await self._responder.answer_with(
                    target, _explain_unshown(target.texts)
                )

    async def _query_status(
        self, inbox: Inbox, arrived: SlackInteraction, known: SlackPerson
    ) -> Reply:
        paths = {command.path for command in inbox.commands}
        path = next(
            (p for p in _HOME_COMMANDS[known.permission] if p in paths), "news help"
        )
        # Looking again is no repetition: each look is answered anew.
        again = replace(arrived, key=f"{arrived.key}-{secrets.token_hex(4)}")
        outcome = await interactions.answer_command(
            inbox, _build_event(again, known), path, {}
        )
        return outcome if isinstance(outcome, Reply) else Reply()


def _build_event(arrived: SlackInteraction, known: SlackPerson) -> InteractionEvent:
    """Whose event it is, and where."""
    return InteractionEvent(
        key=arrived.key,
        platform=PLATFORM_NAME,
        workspace=arrived.team,
        # Slack tells a name only when the app signs in.
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
    """What the acknowledgement of a filled form says; empty where it only closes it."""
    if not isinstance(outcome, Form):
        return {}
    wrong = forms.collect_errors(outcome, arrived.form)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    # Another form than the open one; what the app may do was not looked up for it.
    texts = Texts.of(known.locale).chosen(outcome.locale)
    view = forms.render_form(outcome, arrived.carried, texts, files=False)
    return {"response_action": "update", "view": view}


def _explain_unshown(texts: Texts) -> Reply:
    return interactions.build_problem(
        texts.say("The answer cannot be shown here. The problem has been logged.")
    )


def _explain_lookup_failure(reply: Reply, known: SlackPerson) -> Reply:
    """With a word about it where Slack did not tell who asks."""
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
    """A slash command."""
    return SlackInteraction(
        key=_get_text(body, "trigger_id"),
        team=_get_text(body, "team_id"),
        channel=_get_text(body, "channel_id"),
        user=_get_text(body, "user_id"),
        user_name=_get_text(body, "user_name"),
        trigger=_get_text(body, "trigger_id"),
        answer_to=_get_text(body, "response_url"),
        line=" ".join(
            (_get_text(body, "command"), unescape_command_text(_get_text(body, "text")))
        ).strip(),
    )


def parse_press(body: Mapping[str, Any]) -> SlackInteraction:
    """A button, a select, an overflow menu."""
    actions: Sequence[Mapping[str, Any]] = body.get("actions") or ({},)
    container = _get_mapping(body, "container")
    return SlackInteraction(
        key=_get_text(body, "trigger_id"),
        team=_get_team(body),
        channel=_get_text(_get_mapping(body, "channel"), "id")
        or _get_text(container, "channel_id"),
        thread=_get_text(container, "thread_ts"),
        user=_get_text(_get_mapping(body, "user"), "id"),
        user_name=_get_user_name(body),
        trigger=_get_text(body, "trigger_id"),
        answer_to=_get_text(body, "response_url"),
        control=_get_control(actions[0]),
    )


def parse_submission(body: Mapping[str, Any]) -> SlackInteraction:
    """A filled form."""
    view = _get_mapping(body, "view")
    form, carried = parse_form(view)
    return SlackInteraction(
        key=_get_text(body, "trigger_id"),
        team=_get_team(body),
        channel=carried.channel,
        thread=carried.thread,
        user=_get_text(_get_mapping(body, "user"), "id"),
        user_name=_get_user_name(body),
        answer_to=carried.answer_to,
        form=form,
        file=find_file(view),
    )


def parse_home_opened(body: Mapping[str, Any]) -> SlackInteraction | None:
    """The app's home was opened; None where another of its tabs was."""
    event = _get_mapping(body, "event")
    if event.get("tab") != "home":
        return None
    return SlackInteraction(
        key=_get_text(body, "event_id"),
        team=_get_text(body, "team_id"),
        channel="",
        user=_get_text(event, "user"),
    )


def unescape_command_text(text: str) -> str:
    """What was typed behind a command, without Slack's way of writing it.

    Slack writes addresses as links, channels with their id, and three characters as
    entities. People are left as mentions, which some commands read.
    """
    text = _CHANNEL_LINK.sub(
        lambda found: f"#{found[2]}" if found[2] else found[1], text
    )
    return unescape(_escape_other_entities(_ADDRESS.sub(r"\1", text)))


def _escape_other_entities(text: str) -> str:
    """The same in which nothing but what Slack escapes reads as an entity."""
    return re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)


def _get_control(action: Mapping[str, Any]) -> str:
    if action.get("type") in {"static_select", "overflow"}:
        return _get_text(_get_mapping(action, "selected_option"), "value")
    return _get_text(action, "value") or _get_text(action, "action_id")


def _get_team(body: Mapping[str, Any]) -> str:
    return _get_text(_get_mapping(body, "team"), "id")


def _get_user_name(body: Mapping[str, Any]) -> str:
    user = _get_mapping(body, "user")
    return _get_text(user, "username") or _get_text(user, "name")


def _get_mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _get_text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""
