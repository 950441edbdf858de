"""The local page behind the platform port: messages go to the mailbox.

It is the third platform beside Discord and Slack and behaves as they do: a message
carries its delivery's key, posting twice leaves one message, reading back finds it.
What it must not do is decide anything about news, permissions or time.

There are no accounts here: the page is served to this machine alone, and whoever sits
at it chooses a person. The platform decides the permission from that choice; the core
checks it on every command.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from bot.model import (
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

PLATFORM_NAME: Final[PlatformName] = "local"


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
        return PLATFORM_NAME

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who can sit at the page."""
        return tuple(PEOPLE.values())

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
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
        message = await self._find_message(delivery)
        if message is not None:
            self._publish("post", message)
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
        self._publish("post", message)
        return str(message.id)

    async def _edit(self, delivery: Delivery) -> str:
        message = await self._mailbox.change(delivery, self._clock.now())
        self._publish("edit", message)
        return str(message.id)

    async def _delete(self, delivery: Delivery) -> str:
        message = await self._find_message(delivery)
        await self._mailbox.remove(delivery)
        if message is not None:
            self._publish("delete", message)
        return str(message.id) if message else delivery.message_id or ""

    async def _find_message(self, delivery: Delivery) -> LocalMessage | None:
        return await self._mailbox.find(
            delivery.workspace_id, delivery.channel, delivery.key
        )

    def _publish(
        self, kind: Literal["post", "edit", "delete"], message: LocalMessage
    ) -> None:
        self.hub.publish(MessageChange(kind=kind, message=message))


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
    """Who sits at the page; the first person when nobody was chosen."""
    return PEOPLE.get(cookies.get(PERSON_COOKIE, ""), DEFAULT_PERSON)
