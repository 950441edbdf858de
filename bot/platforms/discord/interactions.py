"""An interaction as a dataclass, and its response within Discord's three seconds.

Discord waits three seconds for the first response: slower work is acknowledged first
and answered later. An answer that Discord no longer accepts is dropped, but the command
still runs to its end.

Workspace, person and permission are read from the interaction alone, never from the id
of a pressed control. A server that the bot was added to is a workspace; anywhere else
(in a DM, or where a person installed the bot for themselves) the workspace is the
person's own, and only they see the answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import structlog

from bot.i18n.translation import Texts
from bot.model import Form, Permission, Person, Reply
from bot.platforms.common import interactions
from bot.platforms.common.forms import PendingForms
from bot.platforms.common.interactions import InteractionEvent
from bot.platforms.discord import forms, limits, replies
from bot.platforms.discord.channels import (
    NO_FILES,
    PERSONAL_WORKSPACE_PREFIX,
    PLATFORM_NAME,
    AlreadyAnswered,
    ReplyFiles,
    ReplyRejected,
)
from bot.platforms.discord.permissions import ADMINISTRATOR, MANAGE_GUILD

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordApi

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

#: docs.discord.com, interactions/receiving-and-responding: callback types.
MESSAGE, DEFERRED_MESSAGE, CHOICES, MODAL = 4, 5, 8, 9


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscordInteraction:
    """An interaction, of any kind."""

    id: str
    #: Everything that is needed to respond to the interaction; a secret.
    token: str
    kind: int
    data: Mapping[str, Any]
    #: The server, if the bot belongs to it, and its name ("" if it is unknown).
    guild: str | None
    guild_name: str
    channel: str | None
    user: str
    user_name: str
    #: The person's roles there, at the time.
    roles: tuple[str, ...]
    #: The person's permissions in this channel, as computed by Discord.
    permissions: int
    locale: str

    def __repr__(self) -> str:
        return f"DiscordInteraction(id={self.id}, kind={self.kind})"

    @property
    def is_personal(self) -> bool:
        """Whether it comes from outside the servers that the bot belongs to."""
        return self.guild is None

    @property
    def custom_id(self) -> str:
        """The id of the control or modal."""
        return str(self.data.get("custom_id", ""))

    @property
    def control(self) -> str:
        """The pressed control; of a select, the chosen value."""
        values = self.data.get("values") or ()
        return str(values[0]) if values else self.custom_id


class DiscordResponder:
    """Responds to one interaction: at once, or after an acknowledgement."""

    def __init__(
        self,
        api: "DiscordApi",
        interaction: DiscordInteraction,
        drafts: PendingForms,
        *,
        defer: float,
        private: bool,
    ) -> None:
        """Create the responder.

        Args:
            api: Sends the responses.
            interaction: The interaction.
            drafts: Keeps forms that cannot be opened at once.
            defer: Seconds after which the interaction is acknowledged.
            private: Whether the acknowledgement is visible to the asker alone.
        """
        self._api = api
        self._interaction = interaction
        self._drafts = drafts
        self._defer = defer
        self._private = private or interaction.is_personal
        self._texts = Texts.of(interaction.locale)
        self._files: ReplyFiles = NO_FILES

    async def answer_with(self, work: Awaitable[Reply | Form]) -> None:
        """Wait for the work and respond with its result, in time for Discord."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait((task,), timeout=self._defer)
            if done:
                await self._deliver(self._answer_now, task.result())
                return
            await self._acknowledge()
            await self._deliver(self._answer_later, await self._await_result(task))
        finally:
            # The command runs to its end even if Discord accepts no response.
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
            log.error("answer refused", reason=str(reason))
            await send_outcome(interactions.explain_rejected_reply(self._texts))

    async def _acknowledge(self) -> None:
        flags = {"flags": limits.EPHEMERAL} if self._private else {}
        # A first attempt may have arrived although its response was lost.
        with suppress(AlreadyAnswered):
            await self._respond({"type": DEFERRED_MESSAGE, "data": flags})

    async def _await_result(self, task: "asyncio.Future[Reply | Form]") -> Reply | Form:
        done, _ = await asyncio.wait((task,), timeout=limits.ANSWER_TIMEOUT)
        if done:
            return task.result()
        return interactions.explain_timeout(self._texts)

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
        """Check whether the form opens at once; otherwise a button opens it."""
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
            await self._api.edit_response(
                self._interaction.token, bodies[0], self._files
            )
            await self._send_followups(bodies[1:], private)
            return
        # Who sees a response is decided by its acknowledgement, for good.
        await self._api.delete_response(self._interaction.token)
        await self._send_followups(bodies, private)

    async def _respond(self, body: Mapping[str, Any]) -> None:
        interaction = self._interaction
        await self._api.respond(interaction.id, interaction.token, body, self._files)

    async def _send_followups(
        self, bodies: Sequence[Mapping[str, Any]], private: bool
    ) -> None:
        for body in bodies:
            flagged = _set_flags(body, private)
            await self._api.send_followup(self._interaction.token, flagged, self._files)

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


def build_event(interaction: DiscordInteraction) -> InteractionEvent:
    """Convert an interaction to the core's event."""
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
            # Roles of another server mean nothing in a personal workspace.
            roles=() if interaction.is_personal else interaction.roles,
        ),
        locale=interaction.locale,
    )


def _get_permission(interaction: DiscordInteraction) -> Permission:
    """Return the person's permission: their own workspace is theirs to edit."""
    may = interaction.permissions & (ADMINISTRATOR | MANAGE_GUILD)
    return Permission.EDITOR if interaction.is_personal or may else Permission.EVERYONE
