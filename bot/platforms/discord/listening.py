"""Hears what people do on Discord and sees that each gets one answer, in time.

Discord waits three seconds for a first word: what takes longer is acknowledged and the
answer follows. An answer that nobody takes any more is dropped, and what was asked is
done all the same. What the answer is, the core decides; how it looks, `replies` and
`forms`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

import structlog

from bot.errors import UserError
from bot.platforms import events
from bot.platforms.discord import commands, forms, limits, replies
from bot.platforms.discord.drafts import Drafts
from bot.platforms.discord.interactions import NAME, Arrived, Guild, Kind, event_of
from bot.platforms.discord.keys import pressed
from bot.platforms.questions import named
from bot.texts import Texts
from bot.types import Form, Inbox, Paragraph, Reply

log = structlog.get_logger(__name__)

#: docs.discord.com, interactions/receiving-and-responding: callback types.
MESSAGE, LATER, CHOICES, MODAL = 4, 5, 8, 9
#: Why the platform is not ready yet.
UNREGISTERED: Final = "The commands are not registered with Discord yet."


class Missed(Exception):
    """Discord takes no answer any more."""


class Answered(Exception):
    """The first answer was given already."""


class Unfit(Exception):
    """Discord does not take what we answer: a defect of ours."""


class Calls(Protocol):
    """How an answer gets to Discord."""

    async def respond(self, number: str, token: str, body: Mapping[str, Any]) -> None:
        """The first answer. Raises `Missed` or `Answered`."""
        ...

    async def edit(self, token: str, body: Mapping[str, Any]) -> None:
        """What takes its place. Raises `Missed`."""
        ...

    async def drop(self, token: str) -> None:
        """Take it back. Raises `Missed`."""
        ...

    async def follow(self, token: str, body: Mapping[str, Any]) -> None:
        """One more message. Raises `Missed`."""
        ...

    async def commands(self) -> Sequence[Mapping[str, Any]]:
        """What is registered."""
        ...

    async def put_commands(self, body: Sequence[Mapping[str, Any]]) -> None:
        """Register exactly these."""
        ...

    async def tell(self, user: str, body: Mapping[str, Any]) -> None:
        """A private message."""
        ...


class Listener:
    """Stands between the gateway's events and the inbox."""

    def __init__(self, *, defer: float = limits.DEFER) -> None:
        """Hear nothing yet; `defer` is in seconds."""
        #: Where events go; None while the platform is not running.
        self.inbox: Inbox | None = None
        self.defer = defer
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
                work = events.asked(inbox, event, what.path, what.given)
                private = command is None or command.private
                await _Answer(self, calls, arrived, private=private).give(work)
            case Kind.MODAL:
                path = forms.path_of(arrived.custom_id)
                given = forms.answers(arrived.data.get("components") or ())
                work = events.filled(inbox, event, path, given)
                await _Answer(self, calls, arrived).give(work)
            case Kind.COMPONENT:
                control = pressed(arrived.control)
                draft = forms.draft_of(control)
                work = (
                    events.pressed(inbox, event, control)
                    if draft is None
                    else self._reopened(arrived, draft)
                )
                await _Answer(self, calls, arrived).give(work)

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

    def keep(self, arrived: Arrived, form: Form) -> str:
        """Keep a form that cannot be opened now; the word to open it with."""
        return self._drafts.keep(arrived.user, form)

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


class _Answer:
    """One answer on its way: at once, or acknowledged first."""

    def __init__(
        self,
        listener: Listener,
        calls: Calls,
        arrived: Arrived,
        *,
        private: bool = True,
    ) -> None:
        self._listener = listener
        self._calls = calls
        self._arrived = arrived
        #: Whether the acknowledgement promised an answer that only the asker sees.
        self._private = private or arrived.only_theirs
        self._texts = Texts.of(arrived.locale)

    async def give(self, work: Awaitable[Reply | Form]) -> None:
        """Wait for the work, and for Discord's patience not longer than it has."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait((task,), timeout=self._listener.defer)
            if done:
                await self._deliver(self._at_once, task.result())
                return
            await self._acknowledge()
            await self._deliver(self._later, await self._in_time(task))
        finally:
            # What was asked is done, whether or not anybody takes the answer.
            if not task.done():
                await task

    async def _deliver(
        self, way: Callable[[Reply | Form], Awaitable[None]], outcome: Reply | Form
    ) -> None:
        try:
            await way(outcome)
        except Unfit as reason:
            log.error("answer refused", platform=NAME, reason=str(reason))
            said = self._texts.say("The answer cannot be shown here. It was noted.")
            await way(events.problem(said))

    async def _acknowledge(self) -> None:
        flags = {"flags": limits.EPHEMERAL} if self._private else {}
        # A first attempt may have arrived although its answer was lost.
        with suppress(Answered):
            await self._respond({"type": LATER, "data": flags})

    async def _in_time(self, task: "asyncio.Future[Reply | Form]") -> Reply | Form:
        done, _ = await asyncio.wait((task,), timeout=limits.ANSWER)
        if done:
            return task.result()
        return events.problem(self._texts.say("This takes too long. Try again later."))

    async def _at_once(self, outcome: Reply | Form) -> None:
        may_open = self._arrived.kind != Kind.MODAL
        if isinstance(outcome, Form) and may_open:
            data = forms.modal(outcome, self._texts)
            await self._respond({"type": MODAL, "data": data})
            return
        first, *rest = self._bodies(outcome)
        private = self._is_private(outcome)
        await self._respond({"type": MESSAGE, "data": _flagged(first, private)})
        await self._follow(rest, private)

    async def _later(self, outcome: Reply | Form) -> None:
        bodies = self._bodies(outcome)
        private = self._is_private(outcome)
        if private is self._private:
            await self._calls.edit(self._arrived.token, bodies[0])
            await self._follow(bodies[1:], private)
            return
        # Who sees an answer is settled by its acknowledgement and cannot be changed.
        await self._calls.drop(self._arrived.token)
        await self._follow(bodies, private)

    async def _respond(self, body: Mapping[str, Any]) -> None:
        await self._calls.respond(self._arrived.id, self._arrived.token, body)

    async def _follow(self, bodies: Sequence[Mapping[str, Any]], private: bool) -> None:
        for body in bodies:
            await self._calls.follow(self._arrived.token, _flagged(body, private))

    def _bodies(self, outcome: Reply | Form) -> Sequence[Mapping[str, Any]]:
        if isinstance(outcome, Reply):
            return replies.messages(outcome, self._texts)
        word = self._listener.keep(self._arrived, outcome)
        return (forms.as_message(outcome, word, self._texts),)

    def _is_private(self, outcome: Reply | Form) -> bool:
        return (
            isinstance(outcome, Form)
            or outcome.private
            or outcome.problem
            or self._arrived.only_theirs
        )


def _flagged(body: Mapping[str, Any], private: bool) -> dict[str, Any]:
    flags = body["flags"] | (limits.EPHEMERAL if private else 0)
    return {**body, "flags": flags}


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
                    "There, /newsdesk status shows what is set up, and /news help what "
                    "everybody can ask. Whoever may manage the server is an editor."
                )
            ),
        ),
    )
