"""Brings an answer to whoever asked; it does not know what was asked.

The event was acknowledged before. An answer goes to the address that came with the
event; where that has run out, into the channel for the asker alone; where there is
none, to the asker in private. A form is opened while the event can still open one, and
is a message with a button afterwards. How they look is `replies`' and `forms`' part.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot.errors import Refused, SendError, Unclear
from bot.platforms import events
from bot.platforms.drafts import Drafts
from bot.platforms.slack import files, forms, limits, replies
from bot.platforms.slack.forms import Carried
from bot.platforms.slack.installations import Installations, ask
from bot.platforms.slack.messages import LITERAL
from bot.texts import Texts
from bot.types import Block, Document, Form, Paragraph, Reply

log = structlog.get_logger(__name__)

#: Where Slack's addresses for answers are.
_HOOKS = "hooks.slack.com"
NO_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who is answered, and where."""

    #: The workspace whose installation answers.
    team: str
    user: str
    carried: Carried
    #: Opens a form until a moment of the same clock that `Answers` has.
    trigger: str
    trigger_until: float
    texts: Texts


class Answers:
    """Every answer on its way."""

    def __init__(
        self,
        installations: Installations,
        drafts: Drafts,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Answer nothing yet.

        Args:
            installations: Call Slack.
            drafts: Where a form is kept that cannot be opened at once.
            now: Seconds of a clock that never goes back.
        """
        self._installations = installations
        self._drafts = drafts
        self._now = now

    async def give(self, asker: Asker, outcome: Reply | Form) -> None:
        """Tell it; what cannot be shown is said to be so.

        Raises:
            SendError: Nobody takes it any more.
        """
        if isinstance(outcome, Form):
            await self._ask(asker, outcome)
            return
        try:
            await self._say(asker, outcome)
        except Refused as refused:
            if not refused.message_only:
                raise
            log.error("answer refused", platform="slack", reason=str(refused))
            said = asker.texts.say("The answer cannot be shown here. It was noted.")
            await self._say(asker, events.problem(said))

    async def publish(self, team: str, user: str, view: Mapping[str, Any]) -> None:
        """Show this as the person's home. Raises `SendError`."""
        await ask(
            self._installations,
            team,
            "views.publish",
            lambda session: session.publish_home(user, view),
        )

    async def hello(self, team: str, user: str, message: Mapping[str, Any]) -> None:
        """Write to a person in private, unasked. Raises `SendError`."""
        installation = await self._installations.of(team)
        channel = await installation.ask(
            "conversations.open", lambda session: session.open_dm(user)
        )
        body = {**message, **LITERAL, **NO_PREVIEWS}
        await installation.ask(
            "chat.postMessage", lambda session: session.post(channel, body)
        )

    # ── forms ──────────────────────────────────────────────────────────────────

    async def _ask(self, asker: Asker, form: Form) -> None:
        if asker.trigger and self._now() < asker.trigger_until:
            try:
                await ask(
                    self._installations,
                    asker.team,
                    "views.open",
                    lambda session: session.open_view(
                        asker.trigger,
                        forms.view(
                            form,
                            asker.carried,
                            asker.texts.chosen(form.locale),
                            files=session.may(files.READ),
                        ),
                    ),
                )
            except SendError as error:
                # Slack's patience is over, or it wants less: the message is left.
                log.info("form not opened", platform="slack", reason=str(error))
            else:
                return
        word = self._drafts.keep(owner(asker.team, asker.user), form)
        message = forms.as_message(form, word, asker.texts.chosen(form.locale))
        await self._tell(asker, message, private=True)

    # ── replies ────────────────────────────────────────────────────────────────

    async def _say(self, asker: Asker, reply: Reply) -> None:
        reply = await self._without_files(asker, reply)
        private = reply.private or reply.problem
        for message in replies.messages(reply, asker.texts.chosen(reply.locale)):
            await self._tell(asker, message, private=private)

    async def _without_files(self, asker: Asker, reply: Reply) -> Reply:
        """The reply with a sentence for each file that is too long for a message.

        Where Slack does not take it, as many of its lines as there is room for.
        """
        blocks: list[Block] = []
        for block in reply.blocks:
            if isinstance(block, Document) and len(block.text) > limits.DOCUMENT:
                blocks += await self._handed(asker, block)
            else:
                blocks.append(block)
        return replace(reply, blocks=tuple(blocks))

    async def _handed(self, asker: Asker, file: Document) -> tuple[Block, ...]:
        origin = files.origin_of(self._installations.api_base)
        try:
            installation = await self._installations.of(asker.team)
            await files.hand_over(installation, asker.user, file, origin)
        except SendError as error:
            log.info("file not handed over", platform="slack", reason=str(error))
            said = asker.texts.say(
                "It is too long for a message, and Slack took no file ({reason}). An "
                "administrator can see whether the app has the scope files:write.",
                reason=asker.texts.retold(str(error)),
            )
            return Paragraph(text=said), *file.listings()
        said = asker.texts.say(
            "It is too long for a message: the file «{name}» is in your messages with "
            "the app.",
            name=file.name,
        )
        return (Paragraph(text=said),)

    async def _tell(
        self, asker: Asker, message: Mapping[str, Any], *, private: bool
    ) -> None:
        url, channel = asker.carried.answer_to, asker.carried.channel
        thread = {"thread_ts": asker.carried.thread} if asker.carried.thread else {}
        if url and self._may_dial(url):
            body = {**message, **thread, **_shown_to(private)}
            try:
                if await self._respond(url, body):
                    return
            except Unclear:
                # It may have been taken: saying it twice is worse than not at all.
                raise
            except SendError as error:
                log.info("address for answers failed", reason=str(error))
        if channel:
            whispered = {**message, **thread, **LITERAL}
            try:
                await ask(
                    self._installations,
                    asker.team,
                    "chat.postEphemeral",
                    lambda session: session.whisper(channel, asker.user, whispered),
                )
            except Refused as refused:
                if refused.message_only:
                    raise
                log.info("not answered in the channel", reason=str(refused))
            else:
                return
        await self._direct(asker, message)

    async def _respond(self, url: str, body: Mapping[str, Any]) -> bool:
        """Answer where no token is needed: also where there is none any more."""
        from bot.platforms.slack.verdicts import verdict

        session = await self._installations.front()
        try:
            return await session.respond(url, body)
        except Exception as error:
            raise verdict(error, guarded=True) from error

    async def _direct(self, asker: Asker, message: Mapping[str, Any]) -> None:
        body = {**message, **LITERAL, **NO_PREVIEWS}
        await ask(
            self._installations,
            asker.team,
            "chat.postMessage",
            lambda session: session.post(asker.user, body),
        )

    def _may_dial(self, url: str) -> bool:
        """Whether it is Slack's: an answer goes to no other host."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        base = self._installations.api_base
        if base is None:
            return parts.scheme == "https" and parts.netloc == _HOOKS
        ours = urlsplit(base)
        return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)


def _shown_to(private: bool) -> dict[str, Any]:
    return {
        "response_type": "ephemeral" if private else "in_channel",
        "replace_original": False,
        "delete_original": False,
        **NO_PREVIEWS,
    }


def owner(team: str, user: str) -> str:
    """Whose a draft is: Slack numbers people within a workspace."""
    return f"{team} {user}"
