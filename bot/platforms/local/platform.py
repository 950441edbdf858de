"""The local page as a platform: messages go into the mailbox and to open pages.

It is the third platform beside Discord and Slack and behaves as they do: a message
carries its delivery's key, posting twice leaves one message, reading back finds it.
What it must not do is decide anything about news, permissions or time.
"""

import asyncio
from typing import Final, Literal

from bot.platforms.local.hub import Change, Hub
from bot.platforms.local.people import PEOPLE
from bot.platforms.local.render import render
from bot.ports import Clock, Mailbox
from bot.types import (
    Delivery,
    Inbox,
    Message,
    Part,
    Person,
    PlatformName,
    RenderContext,
)
from digests.types import Edition

NAME: Final[PlatformName] = "local"


class LocalPlatform:
    """`bot.ports.Platform` over a mailbox."""

    def __init__(self, *, mailbox: Mailbox, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock
        self.hub = Hub()
        #: Where commands go; None while the platform is not running.
        self.inbox: Inbox | None = None

    @property
    def name(self) -> PlatformName:
        return NAME

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who can sit at the page."""
        return tuple(PEOPLE.values())

    def render(self, edition: Edition, context: RenderContext) -> tuple[Part, ...]:
        return render(edition, context)

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete; the id of the message.

        Raises:
            Refused: The message to edit is gone.
        """
        match delivery.operation:
            case "post":
                return await self._post(delivery)
            case "edit":
                return await self._edit(delivery)
            case "delete":
                return await self._delete(delivery)

    async def read_back(self, delivery: Delivery) -> str | None:
        """The id of the message that carries the key; open pages hear of it too.

        A send that was cut off may have stored the message without telling anybody;
        a page that has it already takes no notice. An edit or a deletion is not looked
        for: doing it again does no harm.
        """
        if delivery.operation != "post":
            return None
        message = await self._carrier(delivery)
        if message is not None:
            self._tell("post", message)
        return str(message.id) if message else None

    async def run(self, inbox: Inbox) -> None:
        """Take commands until cancelled; then every open page is let go."""
        self.inbox = inbox
        try:
            await asyncio.Event().wait()
        finally:
            self.inbox = None
            self.hub.close()

    async def _post(self, delivery: Delivery) -> str:
        message = await self._mailbox.put(delivery, self._clock.now())
        self._tell("post", message)
        return str(message.id)

    async def _edit(self, delivery: Delivery) -> str:
        message = await self._mailbox.change(delivery, self._clock.now())
        self._tell("edit", message)
        return str(message.id)

    async def _delete(self, delivery: Delivery) -> str:
        message = await self._carrier(delivery)
        await self._mailbox.remove(delivery)
        if message is not None:
            self._tell("delete", message)
        return str(message.id) if message else delivery.message_id or ""

    async def _carrier(self, delivery: Delivery) -> Message | None:
        return await self._mailbox.find(
            delivery.workspace_id, delivery.channel, delivery.key
        )

    def _tell(self, kind: Literal["post", "edit", "delete"], message: Message) -> None:
        self.hub.tell(Change(kind=kind, message=message))
