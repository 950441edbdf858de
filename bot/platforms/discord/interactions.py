"""Sees that an interaction gets one answer, in time; it does not know what is asked.

Discord waits three seconds for a first word: what takes longer is acknowledged and the
answer follows. An answer that nobody takes any more is dropped, and what was asked is
done all the same. How an answer looks is the part of `replies` and `forms`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

import structlog

from bot.platforms import events
from bot.platforms.discord import forms, limits, replies
from bot.platforms.discord.interactions import NAME, Arrived, Kind
from bot.platforms.drafts import Drafts
from bot.texts import Texts
from bot.types import Form, Reply

log = structlog.get_logger(__name__)

#: docs.discord.com, interactions/receiving-and-responding: callback types.
MESSAGE, LATER, CHOICES, MODAL = 4, 5, 8, 9
#: What stands in the files that a body may name, by their names.
Files = Mapping[str, bytes]
NO_FILES: Final[Files] = {}


class Missed(Exception):
    """Discord takes no answer any more."""


class Answered(Exception):
    """The first answer was given already."""


class Unfit(Exception):
    """Discord does not take what we answer: a defect of ours."""


class Calls(Protocol):
    """How an answer gets to Discord."""

    async def respond(
        self, number: str, token: str, body: Mapping[str, Any], files: Files = NO_FILES
    ) -> None:
        """The first answer. Raises `Missed` or `Answered`."""
        ...

    async def edit(
        self, token: str, body: Mapping[str, Any], files: Files = NO_FILES
    ) -> None:
        """What takes its place. Raises `Missed`."""
        ...

    async def drop(self, token: str) -> None:
        """Take it back. Raises `Missed`."""
        ...

    async def follow(
        self, token: str, body: Mapping[str, Any], files: Files = NO_FILES
    ) -> None:
        """One more message. Raises `Missed`."""
        ...

    async def commands(self) -> Sequence[Mapping[str, Any]]:
        """What is registered."""
        ...

    async def put_commands(self, body: Sequence[Mapping[str, Any]]) -> None:
        """Register exactly these."""
        ...

    async def is_there(self, channel: str) -> bool:
        """Whether there is such a channel or thread."""
        ...

    async def open_thread(self, channel: str, message: str, name: str) -> None:
        """A thread below a message; raises `SendError`."""
        ...

    async def tell(self, user: str, body: Mapping[str, Any]) -> None:
        """A private message."""
        ...


class Answering:
    """One answer on its way: at once, or acknowledged first."""

    def __init__(
        self,
        calls: Calls,
        arrived: Arrived,
        drafts: Drafts,
        *,
        defer: float,
        private: bool,
    ) -> None:
        """Answer nothing yet.

        Args:
            calls: How it gets to Discord.
            arrived: What is answered.
            drafts: Where a form is kept that cannot be opened at once.
            defer: Seconds after which the answer is acknowledged and comes later.
            private: Whether it is then promised to the asker alone.
        """
        self._calls = calls
        self._arrived = arrived
        self._drafts = drafts
        self._defer = defer
        self._private = private or arrived.only_theirs
        self._texts = Texts.of(arrived.locale)
        self._files: Files = NO_FILES

    async def give(self, work: Awaitable[Reply | Form]) -> None:
        """Wait for the work, and for Discord's patience not longer than it has."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait((task,), timeout=self._defer)
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
        if isinstance(outcome, Form) and self._may_open(outcome):
            data = forms.modal(outcome, self._texts.chosen(outcome.locale))
            await self._respond({"type": MODAL, "data": data})
            return
        first, *rest = self._bodies(outcome)
        private = self._is_private(outcome)
        await self._respond({"type": MESSAGE, "data": _flagged(first, private)})
        await self._follow(rest, private)

    def _may_open(self, form: Form) -> bool:
        """Whether it opens at once; where not, a button of the message opens it."""
        match self._arrived.kind:
            case Kind.MODAL:
                return False
            case Kind.COMPONENT:
                return True
        return forms.says_all(form)

    async def _later(self, outcome: Reply | Form) -> None:
        bodies = self._bodies(outcome)
        private = self._is_private(outcome)
        if private is self._private:
            await self._calls.edit(self._arrived.token, bodies[0], self._files)
            await self._follow(bodies[1:], private)
            return
        # Who sees an answer is settled by its acknowledgement and cannot be changed.
        await self._calls.drop(self._arrived.token)
        await self._follow(bodies, private)

    async def _respond(self, body: Mapping[str, Any]) -> None:
        arrived = self._arrived
        await self._calls.respond(arrived.id, arrived.token, body, self._files)

    async def _follow(self, bodies: Sequence[Mapping[str, Any]], private: bool) -> None:
        for body in bodies:
            told = _flagged(body, private)
            await self._calls.follow(self._arrived.token, told, self._files)

    def _bodies(self, outcome: Reply | Form) -> Sequence[Mapping[str, Any]]:
        texts = self._texts.chosen(outcome.locale)
        if isinstance(outcome, Reply):
            self._files = replies.files_of(outcome)
            return replies.messages(outcome, texts)
        word = self._drafts.keep(self._arrived.user, outcome)
        return (forms.as_message(outcome, word, texts),)

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
