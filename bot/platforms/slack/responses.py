"""Send answers to people: response URL, ephemeral or direct message, modal.

The event was acknowledged before. An answer goes to the response URL of the event, as a
new message or in the place of the private message whose control was pressed; where that
URL has expired, into the channel for the asker alone; where there is no channel, to the
asker in private. What is pressed in the home tab changes the home tab. A form is opened
while the event's trigger is valid, and is a message with a button afterwards.
"""

import time
from dataclasses import replace
from itertools import islice
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import structlog

from bot.errors import SendError, SendRefused, SendUnclear
from bot.i18n.translation import Texts
from bot.model import Block, Document, Form, Paragraph, PictureBlock, Reply
from bot.platforms.common import interactions
from bot.platforms.common.caches import OpenChannel
from bot.platforms.common.interactions import PendingForms
from bot.platforms.slack import forms, limits, replies
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.platforms.slack.block_kit import Json
from bot.platforms.slack.installations import Installations, ask_workspace
from bot.platforms.slack.interactions import SlackInteraction
from bot.platforms.slack.messages import NO_PARSING, NO_PREVIEWS
from bot.platforms.slack.rate_limits import POST_MESSAGE, classify_send_error
from bot.platforms.slack.uploads import complete_upload, open_ticket, send_content

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

#: What the core answers a person with.
Outcome: TypeAlias = Reply | Form
#: Origin of Slack's response URLs.
_RESPONSE_ORIGIN: Final = "https://hooks.slack.com"
#: Name of the file of a picture.
PICTURE_NAME: Final = "quote.png"


class SlackResponder:
    """Sends answers."""

    def __init__(
        self,
        installations: Installations,
        open_direct_message: OpenChannel,
        drafts: PendingForms,
    ) -> None:
        """Create the responder.

        Args:
            installations: The installations of the app.
            open_direct_message: Opens the conversation with a person.
            drafts: Keeps forms that cannot be opened at once.
        """
        self._installations = installations
        self._open_direct_message = open_direct_message
        self._pending_forms = drafts
        self._now = time.monotonic

    async def answer_with(self, arrived: SlackInteraction, outcome: Outcome) -> None:
        """Send an answer; one that Slack rejects is replaced by a sentence.

        Raises:
            SendError: It could not be sent.
        """
        if isinstance(outcome, Form):
            await self._open_form(arrived, outcome)
            return
        try:
            await self._send_reply(arrived, outcome)
        except SendRefused as refused:
            if not refused.message_only:
                raise
            log.error("answer refused", reason=str(refused))
            rejected = interactions.explain_rejected_reply(arrived.texts)
            await self._send_reply(arrived, rejected)

    async def publish(self, arrived: SlackInteraction, view: Json) -> None:
        """Show a view as the person's home tab. Raises `SendError`."""
        body = {"user_id": arrived.user, "view": view}
        await ask_workspace(self._installations, arrived.team, "views.publish", **body)

    async def send_private(self, team: str, user: str, message: Json) -> None:
        """Send a person a direct message that answers no event. Raises `SendError`."""
        await self._post(team, await self._open_direct_message(team, user), message)

    async def _post(self, team: str, channel: str, message: Json) -> None:
        body = {"channel": channel, **message, **NO_PARSING, **NO_PREVIEWS}
        await ask_workspace(self._installations, team, POST_MESSAGE, **body)

    # ── forms ──────────────────────────────────────────────────────────────────

    async def _open_form(self, arrived: SlackInteraction, form: Form) -> None:
        texts = arrived.texts.chosen(form.locale)
        if arrived.trigger and self._now() < arrived.trigger_until:
            try:
                await self._open_view(arrived, form, texts)
            except SendError as error:
                # The trigger has expired, or Slack is limiting us: send a message.
                log.info("form not opened", reason=str(error))
            else:
                return
        draft = self._pending_forms.keep(arrived.owner, form)
        message = forms.render_form_message(form, draft, texts)
        await self._send_message(arrived, message)

    async def _open_view(
        self, arrived: SlackInteraction, form: Form, texts: Texts
    ) -> None:
        installation = await self._installations.of(arrived.team)
        files = (await installation.sign_in()).has_scope(forms.READ_SCOPE)
        view = forms.render_form(form, arrived, texts, files=files)
        await installation.ask("views.open", trigger_id=arrived.trigger, view=view)

    # ── replies ────────────────────────────────────────────────────────────────

    async def _send_reply(self, arrived: SlackInteraction, reply: Reply) -> None:
        # A file that is too long for a message is replaced by a sentence.
        blocks: list[Block] = []
        for block in reply.blocks:
            if isinstance(block, Document) and len(block.text) > limits.DOCUMENT:
                blocks += await self._hand_over_file(arrived, block)
            elif isinstance(block, PictureBlock):
                blocks.append(await self._hand_over_picture(arrived, block))
            else:
                blocks.append(block)
        reply = replace(reply, blocks=tuple(blocks))
        texts = arrived.texts.chosen(reply.locale)
        if reply.in_place and arrived.at_home:
            await self.publish(arrived, replies.render_home(reply, texts))
            return
        replaces = reply.in_place and arrived.replaceable
        for message in replies.render_reply(reply, texts):
            await self._send_message(arrived, message, replaces=replaces)
            # Only the first message takes the place of the old one.
            replaces = False

    async def _hand_over_file(
        self, arrived: SlackInteraction, file: Document
    ) -> tuple[Block, ...]:
        """Send a file and say so; show the lines that fit where Slack takes no file."""
        texts = arrived.texts
        try:
            await self._send_file(arrived, file.name, file.text.encode())
        except SendError as error:
            log.info("file not handed over", reason=str(error))
            said = texts.say(
                "It is too long for a message, and Slack did not accept a file "
                "({reason}). An administrator can check whether the app has the"
                " scope files:write.",
                reason=texts.error(error),
            )
            return Paragraph(text=said), *islice(file.listings(), limits.LISTINGS)
        said = texts.say(
            "It is too long for a message: the file «{name}» is in your messages with "
            "the app.",
            name=file.name,
        )
        return (Paragraph(text=said),)

    async def _hand_over_picture(
        self, arrived: SlackInteraction, block: PictureBlock
    ) -> Block:
        """Send a picture to the asker alone, and say so; its words are in the reply."""
        texts = arrived.texts
        try:
            await self._send_file(
                arrived, PICTURE_NAME, block.picture.content, alt=block.alt
            )
        except SendError as error:
            log.info("picture not handed over", reason=str(error))
            said = texts.say(
                "Slack did not accept the picture ({reason}). An administrator can "
                "check whether the app has the scope files:write.",
                reason=texts.error(error),
            )
        else:
            said = texts.say(
                "The picture is in your messages with the app, ready to be shared."
            )
        return Paragraph(text=said)

    async def _send_message(
        self,
        arrived: SlackInteraction,
        message: Json,
        *,
        replaces: bool = False,
    ) -> None:
        url, channel, team = arrived.answer_to, arrived.channel, arrived.team
        placed = {**message, "thread_ts": arrived.thread} if arrived.thread else message
        if url and self._is_slack_address(url):
            shown = build_visibility(replaces=replaces)
            body = {**(message if replaces else placed), **shown}
            try:
                if await self._respond(url, body):
                    return
            except SendUnclear:
                # It may have arrived: sending it twice is worse than not at all.
                raise
            except SendError as error:
                log.info("response URL failed", reason=str(error))
        if channel:
            body = {"channel": channel, "user": arrived.user, **placed, **NO_PARSING}
            try:
                await ask_workspace(
                    self._installations, team, "chat.postEphemeral", **body
                )
            except SendRefused as refused:
                if refused.message_only:
                    raise
                log.info("no ephemeral message", reason=str(refused))
            else:
                return
        await self._post(team, arrived.user, message)

    async def _respond(self, url: str, body: Json) -> bool:
        """Post to a response URL; it needs no token, so a revoked one does no harm."""
        client = await self._installations.shared_client()
        try:
            return await client.respond(url, body)
        except Exception as error:
            raise classify_send_error(error, guarded=True) from error

    async def _send_file(
        self, arrived: SlackInteraction, name: str, content: bytes, alt: str = ""
    ) -> None:
        """Send a file into the person's conversation with the app.

        No step is repeated: after an unclear one the file may have arrived. `alt` is
        what a picture says, for people who cannot see it.

        Raises:
            SendError: A step failed.
        """
        channel = await self._open_direct_message(arrived.team, arrived.user)
        installation = await self._installations.of(arrived.team)
        ticket = await open_ticket(installation, name, content, alt)
        await send_content(installation, ticket, content)
        await complete_upload(installation, ticket.file, name, channel)

    def _is_slack_address(self, url: str) -> bool:
        """Check whether a response URL is Slack's: answers go to no other host."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        ours = urlsplit(self._installations.api_base or _RESPONSE_ORIGIN)
        return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)


def build_visibility(*, replaces: bool = False) -> Json:
    """Build that only the asker sees an answer, and what it replaces."""
    return {
        "response_type": "ephemeral",
        "replace_original": replaces,
        "delete_original": False,
        **NO_PREVIEWS,
    }
