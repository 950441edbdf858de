"""Send answers to people: response URL, ephemeral or direct message, modal.

The event was acknowledged before. An answer goes to the response URL of the event;
where that has expired, into the channel for the asker alone; where there is no channel,
to the asker in private. A form is opened while the event's trigger is valid, and is a
message with a button afterwards.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from bot.errors import SendError, SendRefused, SendUnclear
from bot.i18n.translation import Texts
from bot.model import Block, Document, Form, Paragraph, Reply
from bot.platforms.common import interactions
from bot.platforms.common.direct_messages import OpenChannel
from bot.platforms.common.forms import PendingForms
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.forms import FormContext
from bot.platforms.slack.installations import Installations, ask_workspace
from bot.platforms.slack.messages import NO_PARSING, NO_PREVIEWS, get_text
from bot.platforms.slack.rate_limits import POST_MESSAGE

log = structlog.get_logger(__name__)

#: Host of Slack's response URLs.
_RESPONSE_HOST: Final = "hooks.slack.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseTarget:
    """The person to answer, and where."""

    #: The workspace.
    team: str
    user: str
    carried: FormContext
    #: Opens a form until an instant of the responder's clock.
    trigger: str
    trigger_until: float
    texts: Texts


class SlackResponder:
    """Sends answers."""

    def __init__(
        self,
        installations: Installations,
        open_direct_message: OpenChannel,
        drafts: PendingForms,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create the responder.

        Args:
            installations: The installations of the app.
            open_direct_message: Opens the conversation with a person.
            drafts: Keeps forms that cannot be opened at once.
            now: A monotonic clock in seconds.
        """
        self._installations = installations
        self._open_direct_message = open_direct_message
        self._pending_forms = drafts
        self._now = now

    async def answer_with(self, target: ResponseTarget, outcome: Reply | Form) -> None:
        """Send an answer; one that Slack rejects is replaced by a sentence.

        Raises:
            SendError: It could not be sent.
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
            rejected = interactions.explain_rejected_reply(target.texts)
            await self._send_reply(target, rejected)

    async def publish(self, team: str, user: str, view: Mapping[str, Any]) -> None:
        """Show a view as the person's home tab. Raises `SendError`."""
        await ask_workspace(
            self._installations, team, "views.publish", user_id=user, view=dict(view)
        )

    async def send_private(
        self, team: str, user: str, message: Mapping[str, Any]
    ) -> None:
        """Send a person a direct message that answers no event. Raises `SendError`."""
        await self._post(team, await self._open_direct_message(team, user), message)

    async def _post(self, team: str, channel: str, message: Mapping[str, Any]) -> None:
        body = {**message, **NO_PARSING, **NO_PREVIEWS}
        await ask_workspace(
            self._installations, team, POST_MESSAGE, channel=channel, **body
        )

    # ── forms ──────────────────────────────────────────────────────────────────

    async def _open_form(self, target: ResponseTarget, form: Form) -> None:
        texts = target.texts.chosen(form.locale)
        if target.trigger and self._now() < target.trigger_until:
            try:
                await self._open_view(target, form, texts)
            except SendError as error:
                # The trigger has expired, or Slack is limiting us: send a message.
                log.info("form not opened", platform="slack", reason=str(error))
            else:
                return
        draft = self._pending_forms.keep(
            build_owner_key(target.team, target.user), form
        )
        message = forms.render_form_message(form, draft, texts)
        await self._send_message(target, message, private=True)

    async def _open_view(
        self, target: ResponseTarget, form: Form, texts: Texts
    ) -> None:
        installation = await self._installations.of(target.team)
        session = await installation.sign_in()
        files = session.has_scope(forms.READ_SCOPE)
        view = forms.render_form(form, target.carried, texts, files=files)
        await installation.ask("views.open", trigger_id=target.trigger, view=view)

    # ── replies ────────────────────────────────────────────────────────────────

    async def _send_reply(self, target: ResponseTarget, reply: Reply) -> None:
        reply = await self._move_files(target, reply)
        private = reply.private or reply.problem
        for message in replies.render_reply(reply, target.texts.chosen(reply.locale)):
            await self._send_message(target, message, private=private)

    async def _move_files(self, target: ResponseTarget, reply: Reply) -> Reply:
        """Replace each file that is too long for a message by a sentence.

        Where Slack does not take the file, it shows as many of its lines as fit.
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
            await self._send_file(target, file, origin)
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
                # It may have arrived: sending it twice is worse than not at all.
                raise
            except SendError as error:
                log.info("response URL failed", platform="slack", reason=str(error))
        if channel:
            whispered = {**message, **thread, **NO_PARSING}
            try:
                await ask_workspace(
                    self._installations,
                    target.team,
                    "chat.postEphemeral",
                    channel=channel,
                    user=target.user,
                    **whispered,
                )
            except SendRefused as refused:
                if refused.message_only:
                    raise
                log.info("no ephemeral message", platform="slack", reason=str(refused))
            else:
                return
        await self._post(target.team, target.user, message)

    async def _respond(self, url: str, body: Mapping[str, Any]) -> bool:
        """Post to a response URL; it needs no token, so a revoked one does no harm."""
        from bot.platforms.slack.send_errors import classify_send_error

        session = await self._installations.shared_client()
        try:
            return await session.respond(url, body)
        except Exception as error:
            raise classify_send_error(error, guarded=True) from error

    async def _send_file(
        self, target: ResponseTarget, file: Document, origin: str
    ) -> None:
        """Send a file into the person's conversation with the app.

        No step is repeated: after an unclear one the file may have arrived.

        Raises:
            SendError: A step failed.
        """
        content = file.text.encode()
        channel = await self._open_direct_message(target.team, target.user)
        installation = await self._installations.of(target.team)
        ticket = await installation.ask(
            "files.getUploadURLExternal", filename=file.name, length=len(content)
        )
        url, number = get_text(ticket, "upload_url"), get_text(ticket, "file_id")
        if not url.startswith(f"{origin}/"):
            raise SendRefused("slack.upload_elsewhere")
        await installation.request("upload", lambda s: s.upload(url, content))
        await installation.ask(
            "files.completeUploadExternal",
            files=[{"id": number, "title": file.name}],
            channel_id=channel,
        )

    def _is_slack_address(self, url: str) -> bool:
        """Check whether a response URL is Slack's: answers go to no other host."""
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
    """Identify the owner of a draft: a person's id is unique in a workspace only."""
    return f"{team} {user}"
