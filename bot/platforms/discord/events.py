"""Handle gateway events: interactions, servers joined or left, discussion threads.

Commands, buttons, filled forms, completions; being added to a server and removed. How
an answer gets back in time is `answering`'s part.

A person gets from the bot no thread that they may not open themselves. Whatever comes
of it is told in a sentence, and the same message has one thread for ever.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final, Protocol

import structlog

from bot.errors import MessageGone, SendError, SendRateLimited, SendRefused, UserError
from bot.i18n.translation import Texts
from bot.model import Discussion, Form, Inbox, ListItem, Paragraph, Reply
from bot.platforms.common import interactions
from bot.platforms.common.forms import PendingForms, find_command_by_path
from bot.platforms.common.text import sanitize_text, shorten_utf16
from bot.platforms.discord import commands, forms, limits, replies
from bot.platforms.discord.channels import PLATFORM_NAME, ThreadExists, WrongChannelKind
from bot.platforms.discord.commands import UPLOAD_ORIGIN, extract_attachment
from bot.platforms.discord.components import strip_key
from bot.platforms.discord.interactions import (
    CHOICES,
    AlreadyAnswered,
    DiscordInteraction,
    DiscordResponder,
    InteractionApi,
    InteractionExpired,
    InteractionKind,
    JoinedGuild,
    build_event,
)
from bot.platforms.discord.permissions import ADMINISTRATOR, CREATE_THREADS

log = structlog.get_logger(__name__)

#: Why the platform is not ready yet.
NOT_REGISTERED: Final = "The commands are not registered with Discord yet."


class DiscordEventHandler:
    """Stands between the gateway's events and the inbox."""

    def __init__(
        self, *, defer: float = limits.DEFER_AFTER, files: str = UPLOAD_ORIGIN
    ) -> None:
        """Hear nothing yet; `defer` is in seconds, `files` where they lie."""
        self._files = files
        #: Where events go; None while the platform is not running.
        self.inbox: Inbox | None = None
        self._defer = defer
        self._drafts = PendingForms()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._registered: list[dict[str, Any]] | None = None
        #: Why commands do not work yet; "" when they do.
        self.problem = NOT_REGISTERED

    # ── commands ───────────────────────────────────────────────────────────────

    async def register(self, calls: InteractionApi) -> None:
        """See that Discord holds our commands; once, and again until it works."""
        wait = limits.SYNC_FIRST
        while self.inbox is not None:
            wanted = commands.build_command_tree(self.inbox.commands)
            if wanted == self._registered:
                return
            try:
                if not commands.are_commands_equal(await calls.commands(), wanted):
                    await calls.replace_commands(wanted)
                    log.info(
                        "commands registered", platform=PLATFORM_NAME, count=len(wanted)
                    )
            except Exception as error:
                log.warning(
                    "commands not registered", platform=PLATFORM_NAME, reason=str(error)
                )
                await asyncio.sleep(wait)
                wait = min(wait * 2, limits.SYNC_MOST)
                continue
            self._registered, self.problem = wanted, ""
            return

    # ── people ─────────────────────────────────────────────────────────────────

    async def interaction(
        self, calls: InteractionApi, arrived: DiscordInteraction
    ) -> None:
        """Answer it, unless it was heard before."""
        if self.inbox is None or not self._first_time(arrived.id):
            return
        try:
            await self._answer(calls, self.inbox, arrived)
        except (InteractionExpired, AlreadyAnswered) as reason:
            log.info("answer not taken", platform=PLATFORM_NAME, reason=str(reason))
        except Exception:
            log.exception("interaction failed", platform=PLATFORM_NAME, id=arrived.id)

    def _first_time(self, number: str) -> bool:
        if number in self._seen:
            return False
        self._seen[number] = None
        while len(self._seen) > limits.REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _answer(
        self, calls: InteractionApi, inbox: Inbox, arrived: DiscordInteraction
    ) -> None:
        event = build_event(arrived)
        match arrived.kind:
            case InteractionKind.COMPLETION:
                await self._complete(calls, inbox, arrived)
            case InteractionKind.COMMAND:
                what = commands.parse_command(arrived.data)
                command = find_command_by_path(inbox.commands, what.path)
                given, file = extract_attachment(what.given, arrived.data, self._files)
                work = interactions.answer_command(inbox, event, what.path, given, file)
                private = command is None or command.private
                work = self._add_thread(calls, arrived, work)
                await self._build_responder(
                    calls, arrived, private=private
                ).answer_with(work)
            case InteractionKind.MODAL:
                path = forms.parse_form_path(arrived.custom_id)
                answers = forms.parse_answers(arrived.data.get("components") or ())
                given, file = extract_attachment(answers, arrived.data, self._files)
                work = interactions.answer_form(inbox, event, path, given, file)
                await self._build_responder(calls, arrived).answer_with(work)
            case InteractionKind.COMPONENT:
                control = strip_key(arrived.control)
                draft = forms.parse_draft_id(control)
                work = (
                    interactions.answer_control(inbox, event, control)
                    if draft is None
                    else self._reopen_form(arrived, draft)
                )
                work = self._add_thread(calls, arrived, work)
                await self._build_responder(calls, arrived).answer_with(work)

    @staticmethod
    async def _add_thread(
        calls: InteractionApi,
        arrived: DiscordInteraction,
        work: Coroutine[Any, Any, Reply | Form],
    ) -> Reply | Form:
        """The answer, with the thread that it asks for."""
        outcome = await work
        if isinstance(outcome, Reply):
            return await resolve_discussion(calls, arrived, outcome)
        return outcome

    async def _complete(
        self, calls: InteractionApi, inbox: Inbox, arrived: DiscordInteraction
    ) -> None:
        what = commands.parse_command(arrived.data)
        found: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(limits.COMPLETE):
                found = await interactions.complete_option(
                    inbox, build_event(arrived), what.path, what.given, what.focused
                )
        except TimeoutError:
            log.info(
                "completion took too long", platform=PLATFORM_NAME, command=what.path
            )
        data = {"choices": commands.build_completions(found)}
        await calls.respond(arrived.id, arrived.token, {"type": CHOICES, "data": data})

    async def _reopen_form(
        self, arrived: DiscordInteraction, draft: str
    ) -> Reply | Form:
        form = self._drafts.find(arrived.user, draft)
        if form is not None:
            return form
        texts = Texts.of(arrived.locale)
        return interactions.build_problem(
            texts.say(
                "This form has expired. Run the command again; your answers are"
                " still in the message above."
            )
        )

    def _build_responder(
        self,
        calls: InteractionApi,
        arrived: DiscordInteraction,
        *,
        private: bool = True,
    ) -> DiscordResponder:
        return DiscordResponder(
            calls, arrived, self._drafts, defer=self._defer, private=private
        )

    # ── servers ────────────────────────────────────────────────────────────────

    async def here(self, guild: str, name: str) -> None:
        """The bot belongs to the server: it has a workspace, also if it was left."""
        if self.inbox is None:
            return
        try:
            await self.inbox.workspace_of(PLATFORM_NAME, guild, name)
        except UserError as error:
            log.warning("server not noted", platform=PLATFORM_NAME, reason=str(error))

    async def joined(self, calls: InteractionApi, guild: JoinedGuild) -> None:
        """Make the server's workspace, and tell its host in private what comes next."""
        log.info("added to a server", platform=PLATFORM_NAME, guild=guild.id)
        await self.here(guild.id, guild.name)
        texts = Texts.of(guild.locale)
        for body in replies.render_reply(_build_welcome(guild, texts), texts):
            try:
                await calls.send_direct_message(guild.host, body)
            except Exception as error:
                # Whoever takes no messages from strangers has the commands.
                log.info(
                    "no hello", platform=PLATFORM_NAME, reason=type(error).__name__
                )

    async def left(self, guild: str) -> None:
        """Post nothing there any more."""
        log.info("removed from a server", platform=PLATFORM_NAME, guild=guild)
        if self.inbox is None:
            return
        try:
            await self.inbox.left(PLATFORM_NAME, guild)
        except UserError as error:
            log.warning("server not noted", platform=PLATFORM_NAME, reason=str(error))


def _build_welcome(guild: JoinedGuild, texts: Texts) -> Reply:
    """Three sentences: that it worked, what comes next, where to ask."""
    return Reply(
        title=texts.say("Standfirst is on {server}", server=guild.name),
        blocks=(
            Paragraph(
                text=texts.say(
                    "It posts short news digests in which every word can be traced "
                    "to its source. It has not posted anything yet, and only posts "
                    "where an editor sets it up."
                )
            ),
            Paragraph(
                text=texts.say(
                    "Run /newsdesk setup in the channel for the news: it shows the "
                    "first edition before anything is saved. /news help shows what "
                    "everybody can ask. Everyone who can manage the server is an "
                    "editor."
                )
            ),
        ),
    )


_CAN_OPEN_THREADS: Final = CREATE_THREADS | ADMINISTRATOR


class ThreadApi(Protocol):
    """The calls that this needs."""

    async def channel_exists(self, channel: str) -> bool:
        """Whether there is such a channel or thread."""
        ...

    async def open_thread(self, channel: str, message: str, name: str) -> None:
        """A thread below a message; raises `SendError`."""
        ...


async def resolve_discussion(
    calls: ThreadApi, interaction: DiscordInteraction, reply: Reply
) -> Reply:
    """The answer with the way to the thread that it asks for."""
    wanted = reply.discussion
    if wanted is None:
        return reply
    texts = Texts.of(interaction.locale)
    thread, _, message = wanted.message.rpartition("/")
    if not thread:
        refusal = await _open_discussion(calls, interaction, wanted, message, texts)
        if refusal:
            return interactions.build_problem(refusal)
        thread = message
    thread_link = ListItem(
        title=texts.say("The thread of this edition"),
        url=f"https://discord.com/channels/{interaction.guild}/{thread}",
    )
    return replace(reply, blocks=(thread_link,), discussion=None)


async def _open_discussion(
    calls: ThreadApi,
    interaction: DiscordInteraction,
    wanted: Discussion,
    message: str,
    texts: Texts,
) -> str:
    """Why there is no thread; "" when there is."""
    try:
        if not interaction.permissions & _CAN_OPEN_THREADS:
            if await calls.channel_exists(message):
                return ""
            return texts.say(
                "Nobody has opened a thread below this edition yet, and you may open "
                "none here. Ask somebody who may."
            )
        name = shorten_utf16(sanitize_text(wanted.name), limits.THREAD_NAME) or "News"
        await calls.open_thread(wanted.channel, message, name)
    except ThreadExists:
        return ""
    except SendError as error:
        log.info("no thread", platform=PLATFORM_NAME, reason=str(error))
        return _explain_error(error, texts)
    return ""


def _explain_error(error: SendError, texts: Texts) -> str:
    match error:
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
