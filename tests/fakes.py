"""Fakes of the ports, which pass the contract tests of the real ones."""

import asyncio
import struct
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from bot.errors import SendRefused, SendUnclear
from bot.model import (
    Delivery,
    DraftFrame,
    Form,
    Inbox,
    Invocation,
    MessagePart,
    PlatformName,
    RenderContext,
    Reply,
    Scope,
    Upload,
    UploadState,
)
from digests.cards.wording import CardDesign, CardWording
from digests.types import Edition

P = ParamSpec("P")
T = TypeVar("T")

#: A Tuesday.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that shows what it was set to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._now

    def set(self, at: datetime) -> None:
        self._now = at.astimezone(UTC)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Advance the clock, or set it back: `advance(minutes=5)`."""
        self._now += by if by is not None else timedelta(**parts)
        return self._now


class FakeEngine:
    """Run work at once, on the loop."""

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return work(*args, **kwargs)

    def of_workspace(self, workspace_id: int) -> "FakeEngine":
        return self


class FakeDrawing:
    """Draws cards at once: empty pictures of the usual size."""

    def __init__(self) -> None:
        #: The quotes that were asked for.
        self.asked: list[CardWording] = []
        #: How each was to look.
        self.designs: list[CardDesign] = []
        #: Raised instead of drawing; None = it succeeds.
        self.fault: Exception | None = None
        #: Set to let drawings wait until it is set.
        self.busy: asyncio.Event | None = None

    async def __call__(self, wording: CardWording, design: CardDesign) -> bytes:
        self.asked.append(wording)
        self.designs.append(design)
        if self.busy is not None:
            await self.busy.wait()
        if self.fault is not None:
            raise self.fault
        head = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR"
        return head + struct.pack(">II", 1200, 630) + wording.quote.encode()


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A message in a channel of the fake platform."""

    id: str
    channel: str
    key: str
    payload: Mapping[str, Any]
    edits: int = 0


@dataclass(frozen=True)
class Lost:
    """A fault: the operation has its effect, and then its answer is lost."""

    error: BaseException = field(
        default_factory=lambda: SendUnclear("The answer was lost.")
    )


#: An error is raised before the operation has any effect; None: success.
Fault = Lost | BaseException | None


class FakePlatform:
    """A platform in memory that fails as scripted.

    It posts each send, repeated ones too: like a platform without idempotency keys.
    With `remembers_keys` a second post of a key in a channel is the first message
    again, like Discord's enforced nonce.
    """

    def __init__(
        self,
        name: PlatformName = "local",
        *,
        remembers_keys: bool = False,
        lets_us_look: bool = True,
    ) -> None:
        self._name = name
        self.remembers_keys = remembers_keys
        self.lets_us_look = lets_us_look
        #: How many readings see no message yet.
        self.blind_readings = 0
        #: The messages of the channels, oldest first.
        self.messages: list[Posted] = []
        #: Every delivery that was tried, whatever the outcome.
        self.tried: list[Delivery] = []
        self.looked: list[Delivery] = []
        self.connected = asyncio.Event()
        self._faults: deque[Fault] = deque()
        self._inbox: Inbox | None = None
        self._made = 0

    # ── test controls ──────────────────────────────────────────────────────────

    def script(self, *faults: Fault) -> None:
        """Set the outcomes of the next sends, one each; later sends succeed."""
        self._faults.extend(faults)

    def count(self, key: str) -> int:
        """How many messages carry `key`."""
        return Counter(message.key for message in self.messages)[key]

    def doubled(self) -> tuple[str, ...]:
        """The keys that more than one message of a channel carries."""
        counts = Counter((message.channel, message.key) for message in self.messages)
        return tuple(key for (_, key), number in counts.items() if number > 1)

    async def invoke(self, invocation: Invocation) -> Reply | Form:
        """Send a person's command to the bot."""
        assert self._inbox is not None, "the platform is not running"
        return await self._inbox.dispatch(invocation)

    # ── the port ───────────────────────────────────────────────────────────────

    @property
    def name(self) -> PlatformName:
        return self._name

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        lines = [edition.title, *(story.headline.text for story in edition.stories)]
        if context.draft is not None:
            return self._render_draft(lines, context.draft)
        return tuple(
            MessagePart(
                key=str(number),
                payload={"text": line, "edition": context.edition_id},
                fallback_text=line,
            )
            for number, line in enumerate(lines, 1)
        )

    def _render_draft(
        self, lines: list[str], draft: DraftFrame
    ) -> tuple[MessagePart, ...]:
        payload = {
            "draft": draft.draft,
            "text": [] if draft.only_lines else lines,
            "lines": list(draft.lines),
            "buttons": [list(one) for one in draft.buttons],
        }
        return (MessagePart(key="1", payload=payload, fallback_text=lines[0]),)

    async def send(self, delivery: Delivery) -> str:
        self.tried.append(delivery)
        fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, BaseException):
            raise fault
        message_id = self._carry_out(delivery)
        if isinstance(fault, Lost):
            raise fault.error
        return message_id

    async def read_back(self, delivery: Delivery) -> str | None:
        self.looked.append(delivery)
        if delivery.operation != "post":
            return None
        if not self.lets_us_look:
            raise SendRefused("The history of this channel cannot be read.")
        if self.blind_readings:
            self.blind_readings -= 1
            return None
        found = self._with_key(delivery)
        return found.id if found else None

    async def run(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.connected.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.connected.clear()
            self._inbox = None

    # ── its channels ───────────────────────────────────────────────────────────

    def _carry_out(self, delivery: Delivery) -> str:
        match delivery.operation:
            case "post":
                return self._post(delivery)
            case "edit":
                return self._edit(delivery)
            case "delete":
                return self._delete(delivery)

    def _post(self, delivery: Delivery) -> str:
        known = self._with_key(delivery)
        if known is not None and self.remembers_keys:
            return known.id
        self._made += 1
        message = Posted(
            id=f"m{self._made}",
            channel=delivery.channel,
            key=delivery.key,
            payload=delivery.payload,
        )
        self.messages.append(message)
        return message.id

    def _edit(self, delivery: Delivery) -> str:
        for place, message in enumerate(self.messages):
            if message.id == delivery.message_id:
                self.messages[place] = replace(
                    message, payload=delivery.payload, edits=message.edits + 1
                )
                return message.id
        raise SendRefused("The message is not there any more.")

    def _delete(self, delivery: Delivery) -> str:
        self.messages = [m for m in self.messages if m.id != delivery.message_id]
        return str(delivery.message_id)

    def _with_key(self, delivery: Delivery) -> Posted | None:
        for message in self.messages:
            if (message.channel, message.key) == (delivery.channel, delivery.key):
                return message
        return None


@dataclass(kw_only=True)
class FakeUploadStore:
    """Files of pictures on a platform, in memory; every workspace is «one»."""

    clock: FakeClock = field(default_factory=FakeClock)
    rows: list[Upload] = field(default_factory=list)

    async def find(
        self, scope: Scope, *, picture: str, edition_id: int | None
    ) -> Upload | None:
        wanted = scope.workspace_id, picture, edition_id
        for row in reversed(self.rows):
            known = row.workspace_id, row.hash, row.edition_id
            if known == wanted and row.state in ("begun", "ready"):
                return row
        return None

    async def begin(
        self,
        scope: Scope,
        *,
        picture: str,
        edition_id: int | None,
        file: str,
        replaces: Upload | None,
    ) -> Upload:
        found = await self.find(scope, picture=picture, edition_id=edition_id)
        if found is not None and (replaces is None or found.id != replaces.id):
            return found
        row = Upload(
            id=len(self.rows) + 1,
            workspace_id=scope.workspace_id,
            edition_id=edition_id,
            hash=picture,
            file=file,
            state="begun",
            begun_at=self.clock.now(),
            workspace_external_id="one",
        )
        self.rows.append(row)
        return row

    async def set_state(self, upload: Upload, state: UploadState) -> None:
        self.rows = [
            replace(row, state=state) if row.id == upload.id else row
            for row in self.rows
        ]

    async def give_up(self, upload: Upload, delivery: Delivery) -> None:
        await self.set_state(upload, "unused")

    async def claim_unused(self, but: Collection[str]) -> tuple[Upload, ...]:
        if "one" in but:
            return ()
        return tuple(row for row in self.rows if row.state == "unused")
