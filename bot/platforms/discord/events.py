"""Handle Discord's events: interactions, servers joined and left, discussions.

`interactions` sends the responses in time. The bot opens a discussion thread only for a
person who may open threads themselves; a message has at most one thread.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.errors import MessageGone, SendError, SendRateLimited, SendRefused
from bot.i18n.translation import Texts
from bot.model import Discussion, Form, Inbox, ListItem, Paragraph, Reply
from bot.platforms.common import interactions
from bot.platforms.common.interactions import PendingForms, parse_form_target
from bot.platforms.common.text import shorten_line
from bot.platforms.discord import commands, forms, limits, rate_limits, replies
from bot.platforms.discord.channels import (
    ADMINISTRATOR,
    CREATE_THREADS,
    PLATFORM_NAME,
    AlreadyAnswered,
    InteractionExpired,
    ThreadExists,
    WrongChannelKind,
)
from bot.platforms.discord.commands import UPLOAD_ORIGIN, extract_attachment
from bot.platforms.discord.components import strip_key
from bot.platforms.discord.interactions import (
    CHOICES,
    DiscordInteraction,
    DiscordResponder,
    InteractionKind,
    Outcome,
)

if TYPE_CHECKING:
    from bot.platforms.discord.rest_api import DiscordApi, DiscordCaller

log = structlog.get_logger(__name__, platform=PLATFORM_NAME)

_CAN_OPEN_THREADS: Final = CREATE_THREADS | ADMINISTRATOR
#: Why commands do not work yet.
NOT_REGISTERED: Final = "The commands are not registered with Discord yet."


class DiscordEventHandler:
    """Passes Discord's events to the inbox and sends its answers."""

    def __init__(
        self,
        call: "DiscordCaller",
        *,
        defer: float = limits.DEFER_AFTER,
        files: str = UPLOAD_ORIGIN,
    ) -> None:
        """Create the handler.

        Args:
            call: Makes requests that are not responses.
            defer: Seconds after which an interaction is acknowledged.
            files: Origin of uploaded files.
        """
        self._call = call
        self._files = files
        #: Receives events; None while the platform is not running.
        self.inbox: Inbox | None = None
        self._defer = defer
        self._drafts = PendingForms()
        self._seen = interactions.SeenEvents()
        self._registered: list[dict[str, Any]] | None = None
        #: Why commands do not work yet; "" when they do.
        self.problem = NOT_REGISTERED

    # ── commands ───────────────────────────────────────────────────────────────

    async def register(self, api: "DiscordApi") -> None:
        """Register our commands with Discord; repeat until it works."""
        wait = limits.SYNC_FIRST
        while self.inbox is not None:
            wanted = commands.build_command_tree(self.inbox.typed_commands)
            if wanted == self._registered:
                return
            try:
                if not commands.are_commands_equal(await api.commands(), wanted):
                    await api.replace_commands(wanted)
                    log.info("commands registered", count=len(wanted))
            except Exception as error:
                log.warning("commands not registered", reason=str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, limits.SYNC_MOST)
                continue
            self._registered, self.problem = wanted, ""
            return

    # ── people ─────────────────────────────────────────────────────────────────

    async def interaction(self, api: "DiscordApi", arrived: DiscordInteraction) -> None:
        """Answer an interaction, unless it was delivered before."""
        if self.inbox is None or not self._seen.is_new(arrived.id):
            return
        try:
            await self._answer(api, self.inbox, arrived)
        except (InteractionExpired, AlreadyAnswered) as reason:
            log.info("answer not taken", reason=str(reason))
        except Exception:
            log.exception("interaction failed", id=arrived.id)

    async def _answer(
        self, api: "DiscordApi", inbox: Inbox, arrived: DiscordInteraction
    ) -> None:
        event, data = arrived.event, arrived.data
        match arrived.kind:
            case InteractionKind.COMPLETION:
                await self._complete(api, inbox, arrived)
                return
            case InteractionKind.COMMAND:
                what = commands.parse_command(data)
                given = extract_attachment(what.given, data, self._files)
                work = interactions.answer_command(inbox, event, what.path, *given)
            case InteractionKind.MODAL:
                target = parse_form_target(arrived.custom_id)
                answers = forms.parse_answers(data.get("components") or ())
                given = extract_attachment(answers, data, self._files)
                work = interactions.answer_form(inbox, event, target, *given)
            case InteractionKind.COMPONENT:
                control, drafts = strip_key(arrived.control), self._drafts
                work = interactions.answer_control(
                    inbox, event, control, drafts, arrived.user
                )
            case _:
                return
        responder = DiscordResponder(api, arrived, self._drafts, self._defer)
        await responder.answer_with(self._add_discussion(arrived, work))

    async def _complete(
        self, api: "DiscordApi", inbox: Inbox, arrived: DiscordInteraction
    ) -> None:
        event, what = arrived.event, commands.parse_command(arrived.data)
        found: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(limits.COMPLETE):
                found = await interactions.complete_option(
                    inbox, event, what.path, what.given, what.focused
                )
        except TimeoutError:
            log.info("completion took too long", command=what.path)
        data = {"choices": commands.build_completions(found)}
        await api.respond(arrived.id, arrived.token, {"type": CHOICES, "data": data})

    # ── discussions ────────────────────────────────────────────────────────────

    async def _add_discussion(
        self, arrived: DiscordInteraction, work: Awaitable[Outcome]
    ) -> Outcome:
        """Return the answer; one that asks for a discussion links to its thread."""
        outcome = await work
        if isinstance(outcome, Form) or outcome.discussion is None:
            return outcome
        wanted = outcome.discussion
        texts = Texts.of(arrived.locale)
        thread, _, message = wanted.message.rpartition("/")
        if not thread:
            refusal = await self._open_discussion(arrived, wanted, texts)
            if refusal:
                return Reply.of_problem(refusal)
        url = f"https://discord.com/channels/{arrived.guild}/{thread or message}"
        link = ListItem(title=texts.say("The thread of this edition"), url=url)
        return replace(outcome, blocks=(link,), discussion=None)

    async def _open_discussion(
        self, arrived: DiscordInteraction, wanted: Discussion, texts: Texts
    ) -> str:
        """Open the thread; return "", or the reason why it could not be opened."""
        channel, message = int(wanted.channel), int(wanted.message)
        may_open = bool(arrived.permissions & _CAN_OPEN_THREADS)
        name = shorten_line(wanted.name, limits.THREAD_NAME) or texts.say("News")
        route = rate_limits.build_threads_route(channel)
        try:
            if may_open:
                await self._call(
                    lambda api: api.open_thread(channel, message, name), route
                )
            else:
                # The thread, if there is one, has the id of the message.
                await self._call(lambda api: api.fetch_kind(message))
        except ThreadExists:
            return ""
        except SendError as error:
            log.info("no thread", reason=str(error))
            return _explain_error(error, may_open, texts)
        return ""

    # ── servers ────────────────────────────────────────────────────────────────

    async def here(self, guild: str, name: str) -> None:
        """Create the workspace of a server that the bot belongs to."""
        await interactions.register_workspace(self.inbox, PLATFORM_NAME, guild, name)

    async def joined(
        self, api: "DiscordApi", guild: str, name: str, host: str, texts: Texts
    ) -> None:
        """Create a server's workspace and welcome `host`, who added the bot."""
        log.info("added to a server", guild=guild)
        await self.here(guild, name)
        for body in replies.render_reply(_build_welcome(name, texts), texts):
            try:
                await api.send_direct_message(host, body)
            except Exception as error:
                # A person who accepts no direct messages still has the commands.
                log.info("welcome not sent", reason=type(error).__name__)

    async def left(self, guild: str) -> None:
        """Stop posting in the server."""
        await interactions.leave_workspace(self.inbox, PLATFORM_NAME, guild)


def _build_welcome(server: str, texts: Texts) -> Reply:
    """Build the welcome message: success, next steps, where to ask."""
    title = texts.say("Standfirst is on {server}", server=server)
    success = texts.say(
        "It posts short news digests in which every word can be traced to its source. "
        "It has not posted anything yet, and only posts where an editor sets it up."
    )
    next_steps = texts.say(
        "Run /newsdesk setup in the channel for the news: it shows the first edition "
        "before anything is saved. /news help shows what everybody can ask. Everyone "
        "who can manage the server is an editor."
    )
    blocks = Paragraph(text=success), Paragraph(text=next_steps)
    return Reply(title=title, blocks=blocks)


def _explain_error(error: SendError, may_open: bool, texts: Texts) -> str:
    """Say why there is no thread; `may_open`: the person may open threads."""
    match error:
        case SendRefused(whole_workspace=False) if not may_open:
            return texts.say(
                "Nobody has opened a thread below this edition yet, and you may open "
                "none here. Ask somebody who may."
            )
        case SendRateLimited():
            return texts.say(
                "Discord does not allow more threads here at the moment. Try "
                "again in a few minutes."
            )
        case WrongChannelKind():
            return texts.say("No thread can be opened in a channel of this kind.")
        case MessageGone():
            return texts.say("The edition's message no longer exists.")
        case SendRefused():
            return texts.say(
                "The bot may not create threads here: it needs «Create Public "
                "Threads». Ask somebody who manages the server."
            )
    return texts.say("Discord gave no clear answer. Try again in a minute.")
