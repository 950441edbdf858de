"""`bot.ports.Platform` for the local page: messages go to the mailbox.

It behaves as Discord and Slack do: a message carries its delivery's key, posting twice
leaves one message, reading back finds it.

There are no accounts: the page is served to this machine alone, and its user chooses a
person. The platform derives the permission from that choice; the core checks it on
every command.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from bot.model import (
    LOCAL_PLATFORM,
    Delivery,
    Inbox,
    LocalMessage,
    MessagePart,
    Permission,
    Person,
    PlatformName,
    RenderContext,
)
from bot.platforms.local.live_updates import Hub, MessageChange
from bot.platforms.local.render import render
from bot.ports import Clock, Mailbox
from digests.types import Edition


class LocalPlatform:
    """`bot.ports.Platform` over a mailbox."""

    name: PlatformName = LOCAL_PLATFORM

    def __init__(self, *, mailbox: Mailbox, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock
        self.hub = Hub()
        #: Receives commands; None while the platform is not running.
        self.inbox: Inbox | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        """The people to choose from."""
        return tuple(PEOPLE.values())

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        return render(edition, context)

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; return the id of the message.

        Raises:
            SendRefused: The message to edit is gone.
        """
        now = self._clock.now()
        message: LocalMessage | None
        match delivery.operation:
            case "post":
                message = await self._mailbox.put(delivery, now)
            case "edit":
                message = await self._mailbox.change(delivery, now)
            case "delete":
                message = await self._find_message(delivery)
                await self._mailbox.remove(delivery)
        if message is None:
            return delivery.message_id or ""
        self.hub.publish(MessageChange(kind=delivery.operation, message=message))
        return str(message.id)

    async def read_back(self, delivery: Delivery) -> str | None:
        """Find the id of the message that carries the key, and push it to open pages.

        An interrupted send may have stored the message without updating any page; a
        page that has it ignores it. Edits and deletions are not searched for: repeating
        them has no further effect.
        """
        if delivery.operation != "post":
            return None
        message = await self._find_message(delivery)
        if message is None:
            return None
        self.hub.publish(MessageChange(kind="post", message=message))
        return str(message.id)

    async def run(self, inbox: Inbox) -> None:
        """Accept commands until cancelled; then end the streams of open pages."""
        self.inbox = inbox
        try:
            await asyncio.Event().wait()
        finally:
            self.inbox = None
            self.hub.close()

    async def _find_message(self, delivery: Delivery) -> LocalMessage | None:
        return await self._mailbox.find(
            delivery.workspace_id, delivery.channel, delivery.key
        )


PERSON_COOKIE: Final = "standfirst_person"
PEOPLE: Final[Mapping[str, Person]] = {
    "ana": Person(id="ana", name="Ana", permission=Permission.EDITOR),
    "ben": Person(id="ben", name="Ben", permission=Permission.EVERYONE),
}
ROLE_NAMES: Final[Mapping[Permission, str]] = {
    Permission.EDITOR: "editor",
    Permission.EVERYONE: "reader",
}
DEFAULT_PERSON: Final = PEOPLE["ana"]


def get_person(cookies: Mapping[str, str]) -> Person:
    """Return the chosen person; the first one where none was chosen."""
    return PEOPLE.get(cookies.get(PERSON_COOKIE, ""), DEFAULT_PERSON)
