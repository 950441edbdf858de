"""An interaction as a noun, and its answer within Discord's three seconds.

Discord waits three seconds for a first word: what takes longer is acknowledged and the
answer follows. An answer that nobody takes any more is dropped, and what was asked is
done all the same. How an answer looks is the part of `replies` and `forms`.

Workspace, person and permission are read from the interaction alone, never from the id
of what was pressed. A server is a workspace where the bot was added to it; anywhere
else (in a DM, or where somebody brought the bot along for themselves) it is the
person's own, and nobody else's answers can be seen there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Protocol

import structlog

from bot.i18n.translation import Texts
from bot.model import Form, Permission, Person, Reply
from bot.platforms.common import interactions
from bot.platforms.common.forms import PendingForms
from bot.platforms.common.interactions import InteractionEvent
from bot.platforms.discord import forms, limits, replies
from bot.platforms.discord.channels import PERSONAL_WORKSPACE_PREFIX, PLATFORM_NAME
from bot.platforms.discord.permissions import ADMINISTRATOR, MANAGE_GUILD

log = structlog.get_logger(__name__)

#: docs.discord.com, interactions/receiving-and-responding: callback types.
MESSAGE, DEFERRED_MESSAGE, CHOICES, MODAL = 4, 5, 8, 9
#: What stands in the files that a body may name, by their names.
ReplyFiles = Mapping[str, bytes]
NO_FILES: Final[ReplyFiles] = {}


class InteractionExpired(Exception):
    """Discord takes no answer any more."""


class AlreadyAnswered(Exception):
    """The first answer was given already."""


class ReplyRejected(Exception):
    """Discord does not take what we answer: a defect of ours."""


class InteractionApi(Protocol):
    """How an answer gets to Discord."""

    async def respond(
        self,
        number: str,
        token: str,
        body: Mapping[str, Any],
        files: ReplyFiles = NO_FILES,
    ) -> None:
        """The first answer. Raises `Missed` or `Answered`."""
        ...

    async def edit(
        self, token: str, body: Mapping[str, Any], files: ReplyFiles = NO_FILES
    ) -> None:
        """What takes its place. Raises `Missed`."""
        ...

    async def delete_original(self, token: str) -> None:
        """Take it back. Raises `Missed`."""
        ...

    async def send_followup(
        self, token: str, body: Mapping[str, Any], files: ReplyFiles = NO_FILES
    ) -> None:
        """One more message. Raises `Missed`."""
        ...

    async def commands(self) -> Sequence[Mapping[str, Any]]:
        """What is registered."""
        ...

    async def replace_commands(self, body: Sequence[Mapping[str, Any]]) -> None:
        """Register exactly these."""
        ...

    async def channel_exists(self, channel: str) -> bool:
        """Whether there is such a channel or thread."""
        ...

    async def open_thread(self, channel: str, message: str, name: str) -> None:
        """A thread below a message; raises `SendError`."""
        ...

    async def send_direct_message(self, user: str, body: Mapping[str, Any]) -> None:
        """A private message."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscordInteraction:
    """An interaction."""

    id: str
    #: With it, and with nothing else, the interaction is answered; a secret.
    token: str
    kind: int
    data: Mapping[str, Any]
    #: The server, if the bot belongs to it, and its name where it is known.
    guild: str | None
    guild_name: str
    channel: str | None
    user: str
    user_name: str
    #: The person's roles there, at this moment.
    roles: tuple[str, ...]
    #: Of the person in this channel, at this moment, as Discord works them out.
    permissions: int
    locale: str

    def __repr__(self) -> str:
        return f"Arrived(id={self.id}, kind={self.kind})"

    @property
    def is_personal(self) -> bool:
        """Whether it was asked from outside of a server that the bot belongs to."""
        return self.guild is None

    @property
    def custom_id(self) -> str:
        """The id of the control or modal."""
        return str(self.data.get("custom_id", ""))

    @property
    def control(self) -> str:
        """What was pressed: of a select, the value that was chosen."""
        values = self.data.get("values") or ()
        return str(values[0]) if values else self.custom_id


class DiscordResponder:
    """One answer on its way: at once, or acknowledged first."""

    def __init__(
        self,
        calls: InteractionApi,
        interaction: DiscordInteraction,
        drafts: PendingForms,
        *,
        defer: float,
        private: bool,
    ) -> None:
        """Answer nothing yet.

        Args:
            calls: How it gets to Discord.
            interaction: What is answered.
            drafts: Where a form is kept that cannot be opened at once.
            defer: Seconds after which the answer is acknowledged and comes later.
            private: Whether it is then promised to the asker alone.
        """
        self._calls = calls
        self._interaction = interaction
        self._drafts = drafts
        self._defer = defer
        self._private = private or interaction.is_personal
        self._texts = Texts.of(interaction.locale)
        self._files: ReplyFiles = NO_FILES

    async def answer_with(self, work: Awaitable[Reply | Form]) -> None:
        """Wait for the work, and for Discord's patience not longer than it has."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait((task,), timeout=self._defer)
            if done:
                await self._deliver(self._answer_now, task.result())
                return
            await self._acknowledge()
            await self._deliver(self._answer_later, await self._await_result(task))
        finally:
            # What was asked is done, whether or not anybody takes the answer.
            if not task.done():
                await task

    async def _deliver(
        self,
        send_outcome: Callable[[Reply | Form], Awaitable[None]],
        outcome: Reply | Form,
    ) -> None:
        try:
            await send_outcome(outcome)
        except ReplyRejected as reason:
            log.error("answer refused", platform=PLATFORM_NAME, reason=str(reason))
            sentence = self._texts.say(
                "The answer cannot be shown here. The problem has been logged."
            )
            await send_outcome(interactions.build_problem(sentence))

    async def _acknowledge(self) -> None:
        flags = {"flags": limits.EPHEMERAL} if self._private else {}
        # A first attempt may have arrived although its answer was lost.
        with suppress(AlreadyAnswered):
            await self._respond({"type": DEFERRED_MESSAGE, "data": flags})

    async def _await_result(self, task: "asyncio.Future[Reply | Form]") -> Reply | Form:
        done, _ = await asyncio.wait((task,), timeout=limits.ANSWER_TIMEOUT)
        if done:
            return task.result()
        return interactions.build_problem(
            self._texts.say("This takes too long. Try again later.")
        )

    async def _answer_now(self, outcome: Reply | Form) -> None:
        if isinstance(outcome, Form) and self._can_open_modal(outcome):
            data = forms.render_modal(outcome, self._texts.chosen(outcome.locale))
            await self._respond({"type": MODAL, "data": data})
            return
        first, *rest = self._bodies(outcome)
        private = self._is_private(outcome)
        await self._respond({"type": MESSAGE, "data": _set_flags(first, private)})
        await self._send_followups(rest, private)

    def _can_open_modal(self, form: Form) -> bool:
        """Whether it opens at once; where not, a button of the message opens it."""
        match self._interaction.kind:
            case InteractionKind.MODAL:
                return False
            case InteractionKind.COMPONENT:
                return True
        return forms.fits_modal(form)

    async def _answer_later(self, outcome: Reply | Form) -> None:
        bodies = self._bodies(outcome)
        private = self._is_private(outcome)
        if private is self._private:
            await self._calls.edit(self._interaction.token, bodies[0], self._files)
            await self._send_followups(bodies[1:], private)
            return
        # Who sees an answer is settled by its acknowledgement and cannot be changed.
        await self._calls.delete_original(self._interaction.token)
        await self._send_followups(bodies, private)

    async def _respond(self, body: Mapping[str, Any]) -> None:
        interaction = self._interaction
        await self._calls.respond(interaction.id, interaction.token, body, self._files)

    async def _send_followups(
        self, bodies: Sequence[Mapping[str, Any]], private: bool
    ) -> None:
        for body in bodies:
            flagged = _set_flags(body, private)
            await self._calls.send_followup(
                self._interaction.token, flagged, self._files
            )

    def _bodies(self, outcome: Reply | Form) -> Sequence[Mapping[str, Any]]:
        texts = self._texts.chosen(outcome.locale)
        if isinstance(outcome, Reply):
            self._files = replies.collect_files(outcome)
            return replies.render_reply(outcome, texts)
        word = self._drafts.keep(self._interaction.user, outcome)
        return (forms.render_form_message(outcome, word, texts),)

    def _is_private(self, outcome: Reply | Form) -> bool:
        return (
            isinstance(outcome, Form)
            or outcome.private
            or outcome.problem
            or self._interaction.is_personal
        )


def _set_flags(body: Mapping[str, Any], private: bool) -> dict[str, Any]:
    flags = body["flags"] | (limits.EPHEMERAL if private else 0)
    return {**body, "flags": flags}


class InteractionKind(IntEnum):
    """docs.discord.com, interactions/receiving-and-responding: types."""

    COMMAND = 2
    COMPONENT = 3
    COMPLETION = 4
    MODAL = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedGuild:
    """A server that the bot was added to."""

    id: str
    name: str
    #: Who is told that it worked: whoever added the bot, where that is known.
    host: str
    locale: str


def build_event(interaction: DiscordInteraction) -> InteractionEvent:
    """Whose event it is, and where."""
    return InteractionEvent(
        key=interaction.id,
        platform=PLATFORM_NAME,
        workspace=interaction.guild or f"{PERSONAL_WORKSPACE_PREFIX}{interaction.user}",
        workspace_name=interaction.guild_name
        if interaction.guild
        else interaction.user_name,
        channel=interaction.channel,
        person=Person(
            id=interaction.user,
            name=interaction.user_name,
            permission=_get_permission(interaction),
            # At home, roles of a strange server mean nothing.
            roles=() if interaction.is_personal else interaction.roles,
        ),
        locale=interaction.locale,
    )


def _get_permission(interaction: DiscordInteraction) -> Permission:
    """In a server, by what the person may do there now; at home, everything."""
    may = interaction.permissions & (ADMINISTRATOR | MANAGE_GUILD)
    return Permission.EDITOR if interaction.is_personal or may else Permission.EVERYONE
