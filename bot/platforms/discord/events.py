"""Hears what people do on Discord and hands it to the inbox; it decides nothing.

Commands, buttons, filled forms, completions; being added to a server and removed. How
an answer gets back in time is `answering`'s part.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, Final

import structlog

from bot.errors import UserError
from bot.platforms import events
from bot.platforms.discord import commands, forms, limits, replies
from bot.platforms.discord.answering import CHOICES, Answered, Answering, Calls, Missed
from bot.platforms.discord.attachments import ORIGIN, taken
from bot.platforms.discord.discussing import discussed
from bot.platforms.discord.interactions import NAME, Arrived, Guild, Kind, event_of
from bot.platforms.discord.keys import pressed
from bot.platforms.drafts import Drafts
from bot.platforms.questions import named
from bot.texts import Texts
from bot.types import Form, Inbox, Paragraph, Reply

log = structlog.get_logger(__name__)

#: Why the platform is not ready yet.
UNREGISTERED: Final = "The commands are not registered with Discord yet."


class Listener:
    """Stands between the gateway's events and the inbox."""

    def __init__(self, *, defer: float = limits.DEFER, files: str = ORIGIN) -> None:
        """Hear nothing yet; `defer` is in seconds, `files` where they lie."""
        self._files = files
        #: Where events go; None while the platform is not running.
        self.inbox: Inbox | None = None
        self._defer = defer
        self._drafts = Drafts()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._registered: list[dict[str, Any]] | None = None
        #: Why commands do not work yet; "" when they do.
        self.problem = UNREGISTERED

    # ── commands ───────────────────────────────────────────────────────────────

    async def register(self, calls: Calls) -> None:
        """See that Discord holds our commands; once, and again until it works."""
        wait = limits.SYNC_FIRST
        while self.inbox is not None:
            wanted = commands.tree(self.inbox.commands)
            if wanted == self._registered:
                return
            try:
                if not commands.same(await calls.commands(), wanted):
                    await calls.put_commands(wanted)
                    log.info("commands registered", platform=NAME, count=len(wanted))
            except Exception as error:
                log.warning("commands not registered", platform=NAME, reason=str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, limits.SYNC_MOST)
                continue
            self._registered, self.problem = wanted, ""
            return

    # ── people ─────────────────────────────────────────────────────────────────

    async def interaction(self, calls: Calls, arrived: Arrived) -> None:
        """Answer it, unless it was heard before."""
        if self.inbox is None or not self._first_time(arrived.id):
            return
        try:
            await self._answer(calls, self.inbox, arrived)
        except (Missed, Answered) as reason:
            log.info("answer not taken", platform=NAME, reason=str(reason))
        except Exception:
            log.exception("interaction failed", platform=NAME, id=arrived.id)

    def _first_time(self, number: str) -> bool:
        if number in self._seen:
            return False
        self._seen[number] = None
        while len(self._seen) > limits.REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _answer(self, calls: Calls, inbox: Inbox, arrived: Arrived) -> None:
        event = event_of(arrived)
        match arrived.kind:
            case Kind.COMPLETION:
                await self._complete(calls, inbox, arrived)
            case Kind.COMMAND:
                what = commands.chosen(arrived.data)
                command = named(inbox.commands, what.path)
                given, file = taken(what.given, arrived.data, self._files)
                work = events.asked(inbox, event, what.path, given, file)
                private = command is None or command.private
                work = self._threaded(calls, arrived, work)
                await self._to(calls, arrived, private=private).give(work)
            case Kind.MODAL:
                path = forms.path_of(arrived.custom_id)
                answers = forms.answers(arrived.data.get("components") or ())
                given, file = taken(answers, arrived.data, self._files)
                work = events.filled(inbox, event, path, given, file)
                await self._to(calls, arrived).give(work)
            case Kind.COMPONENT:
                control = pressed(arrived.control)
                draft = forms.draft_of(control)
                work = (
                    events.pressed(inbox, event, control)
                    if draft is None
                    else self._reopened(arrived, draft)
                )
                work = self._threaded(calls, arrived, work)
                await self._to(calls, arrived).give(work)

    @staticmethod
    async def _threaded(
        calls: Calls, arrived: Arrived, work: Coroutine[Any, Any, Reply | Form]
    ) -> Reply | Form:
        """The answer, with the thread that it asks for."""
        outcome = await work
        if isinstance(outcome, Reply):
            return await discussed(calls, arrived, outcome)
        return outcome

    async def _complete(self, calls: Calls, inbox: Inbox, arrived: Arrived) -> None:
        what = commands.chosen(arrived.data)
        found: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(limits.COMPLETE):
                found = await events.completions(
                    inbox, event_of(arrived), what.path, what.given, what.focused
                )
        except TimeoutError:
            log.info("completion took too long", platform=NAME, command=what.path)
        data = {"choices": commands.offered(found)}
        await calls.respond(arrived.id, arrived.token, {"type": CHOICES, "data": data})

    async def _reopened(self, arrived: Arrived, draft: str) -> Reply | Form:
        form = self._drafts.find(arrived.user, draft)
        if form is not None:
            return form
        texts = Texts.of(arrived.locale)
        return events.problem(
            texts.say(
                "This form is not kept any more. Run the command again; your answers "
                "are still in the message above."
            )
        )

    def _to(self, calls: Calls, arrived: Arrived, *, private: bool = True) -> Answering:
        return Answering(
            calls, arrived, self._drafts, defer=self._defer, private=private
        )

    # ── servers ────────────────────────────────────────────────────────────────

    async def here(self, guild: str, name: str) -> None:
        """The bot belongs to the server: it has a workspace, also if it was left."""
        if self.inbox is None:
            return
        try:
            await self.inbox.workspace_of(NAME, guild, name)
        except UserError as error:
            log.warning("server not noted", platform=NAME, reason=str(error))

    async def joined(self, calls: Calls, guild: Guild) -> None:
        """Make the server's workspace, and tell its host in private what comes next."""
        log.info("added to a server", platform=NAME, guild=guild.id)
        await self.here(guild.id, guild.name)
        texts = Texts.of(guild.locale)
        for body in replies.messages(_hello(guild, texts), texts):
            try:
                await calls.tell(guild.host, body)
            except Exception as error:
                # Whoever takes no messages from strangers has the commands.
                log.info("no hello", platform=NAME, reason=type(error).__name__)

    async def left(self, guild: str) -> None:
        """Post nothing there any more."""
        log.info("removed from a server", platform=NAME, guild=guild)
        if self.inbox is None:
            return
        try:
            await self.inbox.left(NAME, guild)
        except UserError as error:
            log.warning("server not noted", platform=NAME, reason=str(error))


def _hello(guild: Guild, texts: Texts) -> Reply:
    """Three sentences: that it worked, what comes next, where to ask."""
    return Reply(
        title=texts.say("Standfirst is on {server}", server=guild.name),
        blocks=(
            Paragraph(
                text=texts.say(
                    "It posts short news digests in which every word can be traced to "
                    "its source. It has posted nothing yet, and does so only where an "
                    "editor tells it to."
                )
            ),
            Paragraph(
                text=texts.say(
                    "Say /newsdesk setup in the channel that the news is for: it shows "
                    "the first edition before anything is saved. /news help tells what "
                    "everybody can ask. Whoever may manage the server is an editor."
                )
            ),
        ),
    )
