"""Hears what people do on Slack and hands it to the inbox; it decides nothing.

Commands, buttons and selects, filled forms, the app's home, the end of an installation.
Everything is acknowledged before anything is looked up, but for a filled form: it is
held for a moment, because only its acknowledgement can say what is wrong in it.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.errors import SendError, UserError
from bot.installed import Installed
from bot.platforms import events
from bot.platforms.drafts import Drafts
from bot.platforms.events import Event
from bot.platforms.lines import Call, read
from bot.platforms.slack import files, forms, home, interactions, limits, replies
from bot.platforms.slack.answering import Answers, Asker, owner
from bot.platforms.slack.installations import Installations
from bot.platforms.slack.interactions import Arrived
from bot.platforms.slack.people import Known, People
from bot.platforms.slack.welcome import welcome
from bot.texts import Texts
from bot.types import (
    Attached,
    Form,
    Inbox,
    Permission,
    Person,
    PlatformName,
    Reply,
    Small,
)

log = structlog.get_logger(__name__)

NAME: Final[PlatformName] = "slack"
#: Acknowledges an event; with a body where it is a form's.
Ack = Callable[..., Awaitable[Any]]
#: What the home shows, by what the asker may do: the first of these that there is.
_HOME: Final = {
    Permission.EDITOR: ("newsdesk status",),
    Permission.EVERYONE: ("news when", "news help"),
}


class Listener:
    """Stands between Bolt and the inbox."""

    def __init__(
        self,
        installations: Installations,
        *,
        hold: float = limits.FORM,
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
        self.people = People(installations, now)
        self._installations = installations
        self._hold = hold
        self._now = now
        self._drafts = Drafts(now)
        self._answers = Answers(installations, self._drafts, now)
        self._seen: OrderedDict[str, None] = OrderedDict()

    # ── what people do ─────────────────────────────────────────────────────────

    async def command(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A slash command was sent."""
        heard = self._now()
        await ack()
        arrived = interactions.command(body)
        await self._handle(arrived, heard, self._commanded)

    async def press(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A button was pressed or something chosen."""
        heard = self._now()
        await ack()
        arrived = interactions.press(body)
        await self._handle(arrived, heard, self._pressed)

    async def submission(self, body: Mapping[str, Any], ack: Ack) -> None:
        """A form was filled in."""
        heard = self._now()
        arrived = interactions.submission(body)
        inbox = self.inbox
        if inbox is None or not await self._is_for_us(arrived):
            await ack()
            return
        work = asyncio.create_task(self._filled(inbox, arrived))
        done, _ = await asyncio.wait((work,), timeout=self._hold)
        shown = _inline(*work.result(), arrived) if done else {}
        await ack(**shown)
        if not shown:
            known, outcome = await work
            await self._give(arrived, heard, known, outcome)

    async def home(self, body: Mapping[str, Any], ack: Ack) -> None:
        """Somebody looks at the app's home."""
        await ack()
        arrived = interactions.opened(body)
        inbox = self.inbox
        if arrived is None or inbox is None or not await self._is_for_us(arrived):
            return
        try:
            known = await self.people.known(arrived.user, arrived.team)
            status = await self._status(inbox, arrived, known)
            editor = known.permission >= Permission.EDITOR
            view = home.view(status, editor=editor, texts=Texts.of(known.locale))
            await self._answers.publish(arrived.team, arrived.user, view)
        except SendError as error:
            log.warning("home not shown", platform=NAME, reason=str(error))
        except Exception:
            log.exception("home failed", platform=NAME)

    # ── the installation ───────────────────────────────────────────────────────

    async def here(self, team: str, name: str) -> None:
        """The app is installed: it has a workspace, also if it was left before."""
        if self.inbox is None:
            return
        try:
            await self.inbox.workspace_of(NAME, team, name)
        except Exception as error:
            log.warning("workspace not noted", platform=NAME, reason=str(error))

    async def arrived(self, installed: Installed) -> None:
        """Somebody installed the app just now: they are told what it is, in private."""
        team, user = installed.team, installed.installer
        await self.here(team, installed.name)
        if not user:
            return
        try:
            async with asyncio.timeout(limits.HELLO):
                known = await self.people.known(user, team)
                texts = Texts.of(known.locale)
                (message,) = replies.messages(welcome(texts), texts)
                await self._answers.hello(team, user, message)
        except (SendError, TimeoutError) as error:
            log.warning("hello not said", platform=NAME, reason=str(error) or "late")

    async def ended(self, team: str) -> None:
        """Slack says that the app was taken off; whether it was, the token tells."""
        try:
            if not await self._installations.take_off(team) or self.inbox is None:
                return
            log.info("removed from a workspace", platform=NAME, team=team)
            await self.inbox.left(NAME, team)
        except SendError as error:
            # What is posted next finds out.
            log.warning("installation not looked at", platform=NAME, reason=str(error))
        except UserError as error:
            log.warning("workspace not noted", platform=NAME, reason=str(error))

    # ── the way through ────────────────────────────────────────────────────────

    async def _handle(
        self,
        arrived: Arrived,
        heard: float,
        work: Callable[[Inbox, Arrived, Known], Awaitable[Reply | Form]],
    ) -> None:
        """Look up who asks, do it, and answer; unless it was heard before."""
        inbox = self.inbox
        if inbox is None or not await self._is_for_us(arrived):
            return
        known = await self.people.known(arrived.user, arrived.team)
        try:
            async with asyncio.timeout(limits.ANSWER):
                outcome = await work(inbox, arrived, known)
        except TimeoutError:
            said = Texts.of(known.locale).say("This takes too long. Try again later.")
            outcome = events.problem(said)
        await self._give(arrived, heard, known, outcome)

    async def _is_for_us(self, arrived: Arrived) -> bool:
        """Whether it was not heard before, and comes from a workspace of ours."""
        if not self._first_time(arrived.key):
            return False
        if await self._installations.lets_in(arrived.team):
            return True
        log.warning("event of a stranger", platform=NAME, team=arrived.team)
        return False

    def _first_time(self, key: str) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        while len(self._seen) > limits.REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _commanded(
        self, inbox: Inbox, arrived: Arrived, known: Known
    ) -> Reply | Form:
        found = read(arrived.line, inbox.commands, Texts.of(known.locale))
        if not isinstance(found, Call):
            return found
        return await events.asked(inbox, _event(arrived, known), found.path, found.args)

    async def _pressed(
        self, inbox: Inbox, arrived: Arrived, known: Known
    ) -> Reply | Form:
        draft = forms.draft_of(arrived.control)
        if draft is None:
            return await events.pressed(inbox, _event(arrived, known), arrived.control)
        form = self._drafts.find(owner(arrived.team, arrived.user), draft)
        if form is not None:
            return form
        texts = Texts.of(known.locale)
        return events.problem(
            texts.say(
                "This form is not kept any more. Run the command again; your answers "
                "are still in the message above."
            )
        )

    async def _filled(
        self, inbox: Inbox, arrived: Arrived
    ) -> tuple[Known, Reply | Form]:
        """The answer; where it is a problem, at the form, so that nothing is lost."""
        known = await self.people.known(arrived.user, arrived.team)
        event = _event(arrived, known)
        given = forms.answers_of(arrived.form)
        file = await self._attached(arrived)
        outcome = await events.filled(inbox, event, arrived.form.path, given, file)
        if isinstance(outcome, Reply) and outcome.problem and arrived.form.fields:
            outcome = _explained(outcome, known)
            return known, forms.blamed(arrived.form, _sentences(outcome))
        return known, outcome

    async def _attached(self, arrived: Arrived) -> Attached | None:
        """The file that came with a form, and what it may be asked for with."""
        if arrived.file is None:
            return None
        try:
            installation = await self._installations.of(arrived.team)
            token = await installation.bearer()
        except SendError as error:
            # It is then asked for without, and says what is missing.
            log.info("no token for a file", platform=NAME, reason=str(error))
            token = ""
        origin = files.origin_of(self._installations.api_base)
        return files.attached(arrived.file, origin=origin, token=token)

    async def _give(
        self, arrived: Arrived, heard: float, known: Known, outcome: Reply | Form
    ) -> None:
        asker = Asker(
            team=arrived.team,
            user=arrived.user,
            carried=arrived.carried,
            trigger=arrived.trigger,
            trigger_until=heard + limits.TRIGGER,
            texts=Texts.of(known.locale),
        )
        if isinstance(outcome, Reply):
            outcome = _explained(outcome, known)
        try:
            await self._answers.give(asker, outcome)
        except SendError as error:
            log.info("answer not taken", platform=NAME, reason=str(error))
        except Exception:
            log.exception("answer failed", platform=NAME)
            with suppress(SendError):
                await self._answers.give(asker, _unshown(asker.texts))

    async def _status(self, inbox: Inbox, arrived: Arrived, known: Known) -> Reply:
        paths = {command.path for command in inbox.commands}
        path = next((p for p in _HOME[known.permission] if p in paths), "news help")
        # Looking again is no repetition: each look is answered anew.
        again = replace(arrived, key=f"{arrived.key}-{secrets.token_hex(4)}")
        outcome = await events.asked(inbox, _event(again, known), path, {})
        return outcome if isinstance(outcome, Reply) else Reply()


def _event(arrived: Arrived, known: Known) -> Event:
    """Whose event it is, and where."""
    return Event(
        key=arrived.key,
        platform=NAME,
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


def _inline(known: Known, outcome: Reply | Form, arrived: Arrived) -> dict[str, Any]:
    """What the acknowledgement of a filled form says; empty where it only closes it."""
    if not isinstance(outcome, Form):
        return {}
    wrong = forms.errors(outcome, arrived.form)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    # Another form than the open one; what the app may do was not looked up for it.
    texts = Texts.of(known.locale).chosen(outcome.locale)
    view = forms.view(outcome, arrived.carried, texts, files=False)
    return {"response_action": "update", "view": view}


def _unshown(texts: Texts) -> Reply:
    return events.problem(texts.say("The answer cannot be shown here. It was noted."))


def _explained(reply: Reply, known: Known) -> Reply:
    """With a word about it where Slack did not tell who asks."""
    if not (reply.problem and known.untold):
        return reply
    texts = Texts.of(known.locale)
    said = texts.say(
        "Slack did not tell whether you manage this workspace. If this stays so, the "
        "app needs the scope users:read."
    )
    return replace(reply, blocks=(*reply.blocks, Small(text=said)))


def _sentences(reply: Reply) -> str:
    return " ".join(block.text for block in reply.blocks if hasattr(block, "text"))
