"""`bot.ports.Platform` in memory: posts lines of text onto shelves."""

import asyncio

from bot.errors import MessageGone, SendRefused
from bot.model import (
    Delivery,
    Finding,
    Inbox,
    MessagePart,
    PlatformIdentity,
    RenderContext,
)
from digests.types import Edition

NAME = "toy"
TOKEN = "toy-token"


class ToyPlatform:
    def __init__(self, token: str) -> None:
        self.examiner = ToyExaminer(token)
        #: Message ids by channel and delivery key, and their texts.
        self.posted: dict[tuple[str, str], str] = {}
        self.texts: dict[str, str] = {}

    @property
    def name(self) -> str:
        return NAME

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        lines = [edition.title, *(story.headline.text for story in edition.stories)]
        text = "\n".join(lines)
        return (MessagePart(key="1", payload={"text": text}, fallback_text=text),)

    async def send(self, delivery: Delivery) -> str:
        message = delivery.message_id or ""
        match delivery.operation:
            case "post":
                place = delivery.channel, delivery.key
                message = self.posted.setdefault(place, f"t{len(self.posted) + 1}")
                self.texts[message] = delivery.fallback_text
            case "edit" if message not in self.texts:
                raise MessageGone("The message is gone.")
            case "edit":
                self.texts[message] = delivery.fallback_text
            case "delete":
                self.texts.pop(message, None)
        return message

    async def read_back(self, delivery: Delivery) -> str | None:
        if delivery.operation != "post":
            return None
        message = self.posted.get((delivery.channel, delivery.key), "")
        return message if message in self.texts else None

    async def run(self, inbox: Inbox) -> None:
        await asyncio.Event().wait()


class ToyExaminer:
    """`bot.ports.Examiner`."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def identity(self) -> PlatformIdentity:
        if self._token != TOKEN:
            raise SendRefused("The toy box refuses the token.", whole_workspace=True)
        return PlatformIdentity(bot="Bear", application="", places=("Toy box",))

    async def reach(self) -> Finding:
        return Finding.ok("toy connection", "the toy box is open")

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        return Finding.ok(subject, "there is room on the shelf")
