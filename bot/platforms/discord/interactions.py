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
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import structlog
from starlette.responses import JSONResponse, Response

from bot.i18n.translation import Texts
from bot.model import Form, Permission, Person, Reply
from bot.platforms.common import interactions
from bot.platforms.common.interactions import InteractionEvent, PendingForms
from bot.platforms.common.webhooks import SignatureScheme, SignedEndpoint
from bot.platforms.discord import forms, limits, replies
from bot.platforms.discord.channels import (
    ADMINISTRATOR,
    MANAGE_GUILD,
    PERSONAL_WORKSPACE_PREFIX,
    PLATFORM_NAME,
    AlreadyAnswered,
    FileContents,
    Json,
    PressedMessageGone,
    ReplyRejected,
)
from digests.types import frozen

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordApi

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)
#: What a command is answered with.
Outcome = Reply | Form

#: docs.discord.com, interactions/receiving-and-responding: callback types.
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


@frozen
class DiscordInteraction:
    """An interaction, of any kind."""

    id: str
    #: Everything that is needed to respond to the interaction; a secret.
    token: str
    kind: int
    data: Json
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
    #: It comes from a message that only this person sees: its control was pressed, or
    #: its form was submitted. Such a message can be replaced; an edition never is.
    replaceable: bool = False

    def __repr__(self) -> str:
        return f"DiscordInteraction(id={self.id}, kind={self.kind})"

    @property
    def is_personal(self) -> bool:
        """Whether it comes from outside the servers that the bot belongs to."""
        return self.guild is None

    @property
    def event(self) -> InteractionEvent:
        """The core's event."""
        user, name, guild = self.user, self.user_name, self.guild
        may_edit = guild is None or self.permissions & (ADMINISTRATOR | MANAGE_GUILD)
        return InteractionEvent(
            key=self.id,
            platform=PLATFORM_NAME,
            workspace=guild or f"{PERSONAL_WORKSPACE_PREFIX}{user}",
            workspace_name=self.guild_name if guild else name,
            channel=self.channel,
            person=Person(
                id=user,
                name=name,
                # Everybody may edit their own workspace, and roles mean nothing there.
                permission=Permission.EDITOR if may_edit else Permission.EVERYONE,
                roles=self.roles if guild else (),
            ),
            locale=self.locale,
        )

    @property
    def custom_id(self) -> str:
        """The id of the control or modal."""
        return str(self.data.get("custom_id", ""))

    @property
    def control(self) -> str:
        """The pressed control; of a select, the chosen value."""
        values = self.data.get("values") or ()
        return str(values[0]) if values else self.custom_id


@dataclass(slots=True)
class DiscordResponder:
    """Responds to one interaction: at once, or after an acknowledgement.

    A reply that is `in_place` replaces the private message that the interaction comes
    from; any other is a new message.
    """

    api: "DiscordApi"
    interaction: DiscordInteraction
    #: Keeps forms that cannot be opened at once.
    drafts: PendingForms
    #: Seconds after which the interaction is acknowledged.
    defer: float
    _files: FileContents = field(default_factory=dict)

    async def answer_with(self, work: Awaitable[Outcome]) -> None:
        """Wait for the work and respond with its result, in time for Discord."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait((task,), timeout=self.defer)
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
        self, send: Callable[[Outcome], Awaitable[None]], outcome: Outcome
    ) -> None:
        try:
            await send(outcome)
        except ReplyRejected as reason:
            log.error("answer refused", reason=str(reason))
            explain = interactions.explain_missing_pictures
            if isinstance(outcome, Reply) and outcome.pictures:
                await self._deliver(send, explain(outcome, self._texts))
            else:
                await send(interactions.explain_rejected_reply(self._texts))

    @property
    def _texts(self) -> Texts:
        return Texts.of(self.interaction.locale)

    async def _acknowledge(self) -> None:
        body: Json = {"type": DEFERRED_MESSAGE, "data": {"flags": limits.EPHEMERAL}}
        if self.interaction.replaceable:
            # Nothing is shown yet: the answer may replace the message or follow it.
            body = {"type": DEFERRED_UPDATE}
        # A first attempt may have arrived although its response was lost.
        with suppress(AlreadyAnswered):
            await self._respond(body)

    async def _await_result(self, task: "asyncio.Future[Outcome]") -> Outcome:
        done, _ = await asyncio.wait((task,), timeout=limits.ANSWER_TIMEOUT)
        if done:
            return task.result()
        return interactions.explain_timeout(self._texts)

    async def _answer_now(self, outcome: Outcome) -> None:
        if isinstance(outcome, Form) and self._can_open_modal(outcome):
            data = forms.render_modal(outcome, self._texts.chosen(outcome.locale))
            await self._respond({"type": MODAL, "data": data})
            return
        first, *rest = self._bodies(outcome)
        if self._replaces(outcome):
            await self._respond({"type": UPDATE, "data": _replace_files(first)})
        else:
            await self._respond({"type": MESSAGE, "data": _hide_from_others(first)})
        await self._send_followups(rest)

    def _can_open_modal(self, form: Form) -> bool:
        """Check whether the form opens at once; otherwise a button opens it."""
        kind = self.interaction.kind
        if kind == InteractionKind.COMMAND:
            return forms.fits_modal(form)
        return kind == InteractionKind.COMPONENT

    async def _answer_later(self, outcome: Outcome) -> None:
        first, *rest = bodies = self._bodies(outcome)
        token = self.interaction.token
        if not self.interaction.replaceable:
            await self.api.edit_response(token, first, self._files)
            bodies = rest
        elif self._replaces(outcome):
            # The person may have dismissed the message; then the answer is new.
            with suppress(PressedMessageGone):
                body = _replace_files(first)
                await self.api.edit_response(token, body, self._files)
                bodies = rest
        await self._send_followups(bodies)

    async def _respond(self, body: Json) -> None:
        interaction = self.interaction
        await self.api.respond(interaction.id, interaction.token, body, self._files)

    async def _send_followups(self, bodies: Sequence[Json]) -> None:
        for body in map(_hide_from_others, bodies):
            await self.api.send_followup(self.interaction.token, body, self._files)

    def _bodies(self, outcome: Outcome) -> Sequence[Json]:
        texts = self._texts.chosen(outcome.locale)
        if isinstance(outcome, Reply):
            self._files = replies.collect_files(outcome)
            return replies.render_reply(outcome, texts, self.interaction.id)
        word = self.drafts.keep(self.interaction.user, outcome)
        return (forms.render_form_message(outcome, word, texts),)

    def _replaces(self, outcome: Outcome) -> bool:
        """Check whether the answer replaces the message that it answers."""
        shown = isinstance(outcome, Reply) and outcome.in_place
        return shown and self.interaction.replaceable


def _hide_from_others(body: Json) -> Json:
    return {**body, "flags": body["flags"] | limits.EPHEMERAL}


def _replace_files(body: Json) -> Json:
    """Return the body of an edit, which removes the files of the earlier message."""
    return {"attachments": [], **body}


class InteractionKind(IntEnum):
    """docs.discord.com, interactions/receiving-and-responding: types."""

    COMMAND = 2
    COMPONENT = 3
    COMPLETION = 4
    MODAL = 5


# ── over HTTP ───────────────────────────────────────────────────────────────────
#
# HTTP endpoint that Discord posts interactions to, signed with Ed25519.
#
# Discord signs the timestamp and the body of each request with its key for the
# application, and sends wrong signatures to test the endpoint. The response to an
# interaction goes out over REST, like that to an event of the gateway.

_PING: Final = 1

#: Handles an interaction; False if the platform is not running.
InteractionSink = Callable[[Json], bool]


def build_interactions_endpoint(
    handle: InteractionSink, *, public_key: str, now: Callable[[], datetime]
) -> SignedEndpoint:
    """Build the endpoint.

    Args:
        handle: Handles what Discord sent.
        public_key: The application's, 64 hexadecimal digits.
        now: The present instant.
    """

    async def answer(body: bytes, _: Mapping[str, str]) -> Response:
        try:
            data = json.loads(body)
            if data["type"] == _PING:
                return JSONResponse({"type": _PING})
            accepted = handle(data)
        except Exception as error:
            raise ValueError(type(error).__name__) from error
        return Response(status_code=202 if accepted else 503)

    return SignedEndpoint(answer, scheme=build_signature_scheme(public_key), now=now)


def build_signature_scheme(public_key: str) -> SignatureScheme:
    """Build the check of signatures by an application's public key."""
    # Imported late: few installations take interactions by HTTP, and it takes 7 MB.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))

    def check(stamp: str, body: bytes, signature: str) -> bool:
        key.verify(bytes.fromhex(signature), stamp.encode() + body)
        return True

    return SignatureScheme(
        platform=PLATFORM_NAME,
        timestamp_header="x-signature-timestamp",
        signature_header="x-signature-ed25519",
        check=check,
    )
