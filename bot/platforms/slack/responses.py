"""Deliver answers to people: response URL, ephemeral or direct message, modal.

The event was acknowledged before. An answer goes to the address that came with the
event; where that has run out, into the channel for the asker alone; where there is
none, to the asker in private. A form is opened while the event can still open one, and
is a message with a button afterwards. How they look is `replies`' and `forms`' part.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import structlog

from bot.errors import SendError, SendRefused, SendUnclear
from bot.i18n.translation import Texts
from bot.model import Block, Document, Form, Paragraph, Reply
from bot.platforms.common import interactions
from bot.platforms.common.forms import PendingForms
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.forms import FormContext
from bot.platforms.slack.installations import Installations, call_workspace
from bot.platforms.slack.messages import NO_PARSING

if TYPE_CHECKING:
    from bot.platforms.slack.installations import Installation

log = structlog.get_logger(__name__)

#: Where Slack's addresses for answers are.
_RESPONSE_HOST = "hooks.slack.com"
NO_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseTarget:
    """Who is answered, and where."""

    #: The workspace whose installation answers.
    team: str
    user: str
    carried: FormContext
    #: Opens a form until a moment of the same clock that `Answers` has.
    trigger: str
    trigger_until: float
    texts: Texts


class SlackResponder:
    """Every answer on its way."""

    def __init__(
        self,
        installations: Installations,
        drafts: PendingForms,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Answer nothing yet.

        Args:
            installations: Call Slack.
            drafts: Where a form is kept that cannot be opened at once.
            now: Seconds of a clock that never goes back.
        """
        self._installations = installations
        self._pending_forms = drafts
        self._now = now

    async def answer_with(self, target: ResponseTarget, outcome: Reply | Form) -> None:
        """Tell it; what cannot be shown is said to be so.

        Raises:
            SendError: Nobody takes it any more.
        """
        if isinstance(outcome, Form):
            await self._open_form(target, outcome)
            return
        try:
            await self._send_reply(target, outcome)
        except SendRefused as refused:
            if not refused.message_only:
                raise
            log.error("answer refused", platform="slack", reason=str(refused))
            said = target.texts.say(
                "The answer cannot be shown here. The problem has been logged."
            )
            await self._send_reply(target, interactions.build_problem(said))

    async def publish(self, team: str, user: str, view: Mapping[str, Any]) -> None:
        """Show this as the person's home. Raises `SendError`."""
        await call_workspace(
            self._installations,
            team,
            "views.publish",
            lambda session: session.publish_home(user, view),
        )

    async def send_private(
        self, team: str, user: str, message: Mapping[str, Any]
    ) -> None:
        """Write to a person in private, unasked. Raises `SendError`."""
        installation = await self._installations.of(team)
        channel = await installation.ask(
            "conversations.open", lambda session: session.open_direct_message(user)
        )
        body = {**message, **NO_PARSING, **NO_PREVIEWS}
        await installation.ask(
            "chat.postMessage", lambda session: session.post(channel, body)
        )

    # ── forms ──────────────────────────────────────────────────────────────────

    async def _open_form(self, target: ResponseTarget, form: Form) -> None:
        if target.trigger and self._now() < target.trigger_until:
            try:
                await call_workspace(
                    self._installations,
                    target.team,
                    "views.open",
                    lambda session: session.open_view(
                        target.trigger,
                        forms.render_form(
                            form,
                            target.carried,
                            target.texts.chosen(form.locale),
                            files=session.has_scope(forms.READ_SCOPE),
                        ),
                    ),
                )
            except SendError as error:
                # Slack's patience is over, or it wants less: the message is left.
                log.info("form not opened", platform="slack", reason=str(error))
            else:
                return
        word = self._pending_forms.keep(build_owner_key(target.team, target.user), form)
        message = forms.render_form_message(
            form, word, target.texts.chosen(form.locale)
        )
        await self._send_message(target, message, private=True)

    # ── replies ────────────────────────────────────────────────────────────────

    async def _send_reply(self, target: ResponseTarget, reply: Reply) -> None:
        reply = await self._move_files(target, reply)
        private = reply.private or reply.problem
        for message in replies.render_reply(reply, target.texts.chosen(reply.locale)):
            await self._send_message(target, message, private=private)

    async def _move_files(self, target: ResponseTarget, reply: Reply) -> Reply:
        """The reply with a sentence for each file that is too long for a message.

        Where Slack does not take it, as many of its lines as there is room for.
        """
        blocks: list[Block] = []
        for block in reply.blocks:
            if isinstance(block, Document) and len(block.text) > limits.DOCUMENT:
                blocks += await self._hand_over_file(target, block)
            else:
                blocks.append(block)
        return replace(reply, blocks=tuple(blocks))

    async def _hand_over_file(
        self, target: ResponseTarget, file: Document
    ) -> tuple[Block, ...]:
        origin = forms.resolve_upload_origin(self._installations.api_base)
        try:
            installation = await self._installations.of(target.team)
            await send_file(installation, target.user, file, origin)
        except SendError as error:
            log.info("file not handed over", platform="slack", reason=str(error))
            said = target.texts.say(
                "It is too long for a message, and Slack did not accept a file "
                "({reason}). An administrator can check whether the app has the"
                " scope files:write.",
                reason=target.texts.error(error),
            )
            return Paragraph(text=said), *file.listings()
        said = target.texts.say(
            "It is too long for a message: the file «{name}» is in your messages with "
            "the app.",
            name=file.name,
        )
        return (Paragraph(text=said),)

    async def _send_message(
        self, target: ResponseTarget, message: Mapping[str, Any], *, private: bool
    ) -> None:
        url, channel = target.carried.answer_to, target.carried.channel
        thread = {"thread_ts": target.carried.thread} if target.carried.thread else {}
        if url and self._is_slack_address(url):
            body = {**message, **thread, **_build_visibility(private)}
            try:
                if await self._respond(url, body):
                    return
            except SendUnclear:
                # It may have been taken: saying it twice is worse than not at all.
                raise
            except SendError as error:
                log.info("address for answers failed", reason=str(error))
        if channel:
            whispered = {**message, **thread, **NO_PARSING}
            try:
                await call_workspace(
                    self._installations,
                    target.team,
                    "chat.postEphemeral",
                    lambda session: session.post_ephemeral(
                        channel, target.user, whispered
                    ),
                )
            except SendRefused as refused:
                if refused.message_only:
                    raise
                log.info("not answered in the channel", reason=str(refused))
            else:
                return
        await self._send_direct_message(target, message)

    async def _respond(self, url: str, body: Mapping[str, Any]) -> bool:
        """Answer where no token is needed: also where there is none any more."""
        from bot.platforms.slack.send_errors import classify_send_error

        session = await self._installations.shared_client()
        try:
            return await session.respond(url, body)
        except Exception as error:
            raise classify_send_error(error, guarded=True) from error

    async def _send_direct_message(
        self, target: ResponseTarget, message: Mapping[str, Any]
    ) -> None:
        body = {**message, **NO_PARSING, **NO_PREVIEWS}
        await call_workspace(
            self._installations,
            target.team,
            "chat.postMessage",
            lambda session: session.post(target.user, body),
        )

    def _is_slack_address(self, url: str) -> bool:
        """Whether it is Slack's: an answer goes to no other host."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        base = self._installations.api_base
        if base is None:
            return parts.scheme == "https" and parts.netloc == _RESPONSE_HOST
        ours = urlsplit(base)
        return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)


def _build_visibility(private: bool) -> dict[str, Any]:
    return {
        "response_type": "ephemeral" if private else "in_channel",
        "replace_original": False,
        "delete_original": False,
        **NO_PREVIEWS,
    }


def build_owner_key(team: str, user: str) -> str:
    """Whose a draft is: Slack numbers people within a workspace."""
    return f"{team} {user}"


UPLOAD_TICKET: Final = "files.getUploadURLExternal"
COMPLETE_UPLOAD: Final = "files.completeUploadExternal"
#: Not a method of the Web API: the address that a ticket gives.
UPLOAD: Final = "upload"
OPEN_CONVERSATION: Final = "conversations.open"


async def send_file(
    installation: "Installation", user: str, file: Document, origin: str
) -> None:
    """Put the file into the person's conversation with the app.

    Nothing of it is repeated: what is unclear may have arrived.

    Raises:
        SendError: As `verdicts` says.
    """
    content = file.text.encode()
    channel = await installation.ask(
        OPEN_CONVERSATION, lambda s: s.open_direct_message(user)
    )
    url, number = await installation.ask(
        UPLOAD_TICKET, lambda s: s.upload_ticket(file.name, len(content))
    )
    if not url.startswith(f"{origin}/"):
        raise SendRefused("slack.upload_elsewhere")
    await installation.ask(UPLOAD, lambda s: s.upload(url, content))
    await installation.ask(
        COMPLETE_UPLOAD, lambda s: s.complete_upload(number, file.name, channel)
    )
