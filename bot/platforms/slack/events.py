"""Handle Slack's events: commands, controls, forms, the home tab, installations.

An event is acknowledged before anything is looked up, except a submitted form: it waits
for a moment, because only its acknowledgement can show errors in the form.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
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
    Reply,
    SmallPrint,
)
from bot.platforms.common import interactions
from bot.platforms.common.caches import OpenChannel
from bot.platforms.common.interactions import PendingForms
from bot.platforms.common.typed_commands import ParsedCommand, parse_command
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.installations import Installations
from bot.platforms.slack.interactions import (
    Body,
    SlackInteraction,
    parse_home_opened,
    parse_press,
    parse_slash_command,
    parse_submission,
)
from bot.platforms.slack.messages import get_text
from bot.platforms.slack.permissions import SlackPersons
from bot.platforms.slack.responses import Outcome, SlackResponder

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

#: Acknowledges an event; with a body where it is a submitted form.
Ack = Callable[..., Awaitable[Any]]
#: What the home tab shows, to editors and to readers.
_EDITORS_HOME: Final = "newsdesk home"
_READERS_HOME: Final = "news me"


class SlackEventHandler:
    """Passes Slack's events to the inbox and sends its answers."""

    def __init__(
        self, installations: Installations, open_direct_message: OpenChannel
    ) -> None:
        """Create the handler.

        Args:
            installations: The installations of the app.
            open_direct_message: Opens the conversation with a person.
        """
        #: Receives events; None while the platform is not running.
        self.inbox: Inbox | None = None
        self.people = SlackPersons(installations, time.monotonic)
        self._installations = installations
        self._now = time.monotonic
        self._pending_forms = PendingForms()
        self._responder = SlackResponder(
            installations, open_direct_message, self._pending_forms
        )
        self._seen = interactions.SeenEvents()

    # ── what people do (Bolt passes arguments by name) ─────────────────────────

    async def command(self, body: Body, ack: Ack) -> None:
        """Handle a slash command."""
        await self._handle(body, ack, parse_slash_command, self._run_command)

    async def press(self, body: Body, ack: Ack) -> None:
        """Handle a pressed button or a choice."""
        await self._handle(body, ack, parse_press, self._run_control)

    async def submission(self, body: Body, ack: Ack) -> None:
        """Handle a submitted form."""
        arrived = parse_submission(body)
        inbox = await self._accept(arrived)
        if inbox is None:
            await ack()
            return
        work = asyncio.create_task(self._run_form(inbox, arrived))
        done, _ = await asyncio.wait((work,), timeout=limits.FORM_HOLD)
        shown = _build_acknowledgement(*work.result()) if done else {}
        await ack(**shown)
        if not shown:
            await self._respond(*await work)

    async def home(self, body: Body) -> None:
        """Show the home tab to a person who opens it; Bolt acknowledges the event."""
        arrived = parse_home_opened(body)
        inbox = await self._accept(arrived) if arrived else None
        if arrived is None or inbox is None:
            return
        try:
            arrived = await self._identify(arrived)
            page = await _run_page(inbox, arrived, _EDITORS_HOME)
            editor = arrived.person.permission >= Permission.EDITOR or not page.problem
            if not editor:
                page = await _run_page(inbox, arrived, _READERS_HOME)
            texts = arrived.texts.chosen(page.locale)
            view = replies.render_home(page, texts, editor=editor)
            await self._responder.publish(arrived, view)
        except SendError as error:
            log.warning("home not shown", reason=str(error))
        except Exception:
            log.exception("home failed")

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
                texts = Texts.of((await self.people.known(user, team)).locale)
                (message,) = replies.render_reply(replies.build_welcome(texts), texts)
                await self._responder.send_private(team, user, message)
        except (SendError, TimeoutError) as error:
            log.warning("welcome not sent", reason=str(error) or "timeout")

    async def ended(self, body: Body) -> None:
        """Handle the removal of the app, after checking its token.

        The event alone proves nothing: it can be late, or be about another token.
        """
        team = get_text(body, "team_id")
        try:
            removed = await self._installations.remove_if_revoked(team)
        except SendError as error:
            # The next post will show whether the token is valid.
            log.warning("removal not checked", reason=str(error))
            return
        if removed:
            await interactions.leave_workspace(self.inbox, PLATFORM_NAME, team)

    # ── answering ────────────────────────────────────────────────────────

    async def _handle(
        self,
        body: Body,
        ack: Ack,
        parse: Callable[[Body, float], SlackInteraction],
        work: Callable[[Inbox, SlackInteraction], Awaitable[Outcome]],
    ) -> None:
        """Acknowledge an event, look up the person, run what they ask for, answer."""
        received_at = self._now()
        await ack()
        arrived = parse(body, received_at)
        inbox = await self._accept(arrived)
        if inbox is None:
            return
        arrived = await self._identify(arrived)
        try:
            async with asyncio.timeout(limits.ANSWER_TIMEOUT):
                outcome = await work(inbox, arrived)
        except TimeoutError:
            outcome = interactions.explain_timeout(arrived.texts)
        await self._respond(arrived, outcome)

    async def _accept(self, arrived: SlackInteraction) -> Inbox | None:
        """Return the inbox for an event that is new and of a workspace with the app."""
        if self.inbox is None or not self._seen.is_new(arrived.key):
            return None
        if await self._installations.is_installed(arrived.team):
            return self.inbox
        log.warning("event of an unknown workspace", team=arrived.team)
        return None

    async def _identify(self, arrived: SlackInteraction) -> SlackInteraction:
        """Return the interaction with its person."""
        known = await self.people.known(arrived.user, arrived.team)
        return replace(arrived, person=known)

    async def _run_command(self, inbox: Inbox, arrived: SlackInteraction) -> Outcome:
        found = parse_command(
            arrived.line, inbox.typed_commands, arrived.texts, inbox.explain_former
        )
        if not isinstance(found, ParsedCommand):
            return found
        return await interactions.answer_command(
            inbox, arrived.event, found.path, found.args
        )

    async def _run_control(self, inbox: Inbox, arrived: SlackInteraction) -> Outcome:
        forms, owner = self._pending_forms, arrived.owner
        return await interactions.answer_control(
            inbox, arrived.event, arrived.control, forms, owner
        )

    async def _run_form(
        self, inbox: Inbox, arrived: SlackInteraction
    ) -> tuple[SlackInteraction, Outcome]:
        """Answer a submitted form; show a problem in it, so that no input is lost."""
        arrived = await self._identify(arrived)
        form = arrived.form
        given = {field.name: field.value for field in form.fields}
        file = await self._find_attachment(arrived)
        outcome = await interactions.answer_form(
            inbox, arrived.event, form.target, given, file
        )
        if isinstance(outcome, Reply) and outcome.problem and form.fields:
            blocks = _explain_lookup_failure(outcome, arrived).blocks
            error = " ".join(block.text for block in blocks if hasattr(block, "text"))
            first, *rest = form.fields
            outcome = replace(form, fields=(replace(first, error=error), *rest))
        return arrived, outcome

    async def _find_attachment(self, arrived: SlackInteraction) -> Attachment | None:
        """Return the file that came with a form, and the token to fetch it with."""
        if arrived.file is None:
            return None
        try:
            installation = await self._installations.of(arrived.team)
            token = await installation.get_token()
        except SendError as error:
            # Fetching it without a token then says what is missing.
            log.info("no token for a file", reason=str(error))
            token = ""
        origin = forms.resolve_upload_origin(self._installations.api_base)
        return forms.build_attachment(arrived.file, origin=origin, token=token)

    async def _respond(self, arrived: SlackInteraction, outcome: Outcome) -> None:
        if isinstance(outcome, Reply):
            outcome = _explain_lookup_failure(outcome, arrived)
        try:
            await self._responder.answer_with(arrived, outcome)
        except SendError as error:
            log.info("answer not sent", reason=str(error))
        except Exception:
            log.exception("answer failed")
            rejected = interactions.explain_rejected_reply(arrived.texts)
            with suppress(SendError):
                await self._responder.answer_with(arrived, rejected)


async def _run_page(inbox: Inbox, arrived: SlackInteraction, path: str) -> Reply:
    """Run the command whose answer is a page of the home tab."""
    # Opening the tab again is another event, which is answered again.
    again = replace(arrived, key=f"{arrived.key}-{secrets.token_hex(4)}")
    outcome = await interactions.answer_command(inbox, again.event, path, {})
    return outcome if isinstance(outcome, Reply) else Reply()


def _build_acknowledgement(
    arrived: SlackInteraction, outcome: Outcome
) -> dict[str, Any]:
    """Build the acknowledgement of a submitted form; {} only closes it."""
    if not isinstance(outcome, Form):
        return {}
    wrong = forms.collect_errors(outcome, arrived.form)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    # Another form than the open one; the app's scopes were not looked up for it.
    texts = arrived.texts.chosen(outcome.locale)
    view = forms.render_form(outcome, arrived, texts, files=False)
    return {"response_action": "update", "view": view}


def _explain_lookup_failure(reply: Reply, arrived: SlackInteraction) -> Reply:
    """Add a sentence to a problem if the person could not be looked up."""
    if not (reply.problem and arrived.person.lookup_failed):
        return reply
    said = arrived.texts.say(
        "Slack did not say whether you manage this workspace. If this "
        "continues, the app needs the scope users:read."
    )
    return replace(reply, blocks=(*reply.blocks, SmallPrint(text=said)))
