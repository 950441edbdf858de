"""Opens the thread that an answer names, below an edition's message, or finds it open.

A person gets from the bot no thread that they may not open themselves. Whatever comes
of it is told in a sentence, and the same message has one thread for ever.
"""

from dataclasses import replace
from typing import Final, Protocol

import structlog

from bot.errors import Gone, Limited, Refused, SendError
from bot.platforms import events
from bot.platforms.discord import limits
from bot.platforms.discord.interactions import NAME, Arrived
from bot.platforms.discord.permissions import ADMINISTRATOR, OPEN_THREADS
from bot.platforms.discord.places import ThreadThere, WrongKind
from bot.platforms.inert import fitted, inert
from bot.texts import Texts
from bot.types import Discussion, Line, Reply

log = structlog.get_logger(__name__)

_MAY_OPEN: Final = OPEN_THREADS | ADMINISTRATOR


class Threads(Protocol):
    """The calls that this needs."""

    async def is_there(self, channel: str) -> bool:
        """Whether there is such a channel or thread."""
        ...

    async def open_thread(self, channel: str, message: str, name: str) -> None:
        """A thread below a message; raises `SendError`."""
        ...


async def discussed(calls: Threads, arrived: Arrived, reply: Reply) -> Reply:
    """The answer with the way to the thread that it asks for."""
    wanted = reply.discussion
    if wanted is None:
        return reply
    texts = Texts.of(arrived.locale)
    thread, _, message = wanted.message.rpartition("/")
    if not thread:
        trouble = await _opened(calls, arrived, wanted, message, texts)
        if trouble:
            return events.problem(trouble)
        thread = message
    way = Line(
        title=texts.say("The thread of this edition"),
        url=f"https://discord.com/channels/{arrived.guild}/{thread}",
    )
    return replace(reply, blocks=(way,), discussion=None)


async def _opened(
    calls: Threads, arrived: Arrived, wanted: Discussion, message: str, texts: Texts
) -> str:
    """Why there is no thread; "" when there is."""
    try:
        if not arrived.permissions & _MAY_OPEN:
            if await calls.is_there(message):
                return ""
            return texts.say(
                "Nobody has opened a thread below this edition yet, and you may open "
                "none here. Ask somebody who may."
            )
        name = fitted(inert(wanted.name), limits.THREAD_NAME) or "News"
        await calls.open_thread(wanted.channel, message, name)
    except ThreadThere:
        return ""
    except SendError as error:
        log.info("no thread", platform=NAME, reason=str(error))
        return _sentence(error, texts)
    return ""


def _sentence(error: SendError, texts: Texts) -> str:
    match error:
        case Limited():
            return texts.say(
                "Discord lets nobody open more threads here just now. Try again in a "
                "few minutes."
            )
        case WrongKind():
            return texts.say("No thread can be opened in a channel of this kind.")
        case Gone():
            return texts.say("The edition's message is not there any more.")
        case Refused():
            return texts.say(
                "The bot may open no threads here: it needs «Create Public Threads». "
                "Ask who manages the server."
            )
    return texts.say("Discord gave no clear answer. Try again in a minute.")
