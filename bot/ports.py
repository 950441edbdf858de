"""Protocols that the core needs from outside: platform, clock, engine, stores.

A port has at most five members and a contract test that runs over everything that
claims to be one (`tests/contracts`). This module defines shapes; it does nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, ParamSpec, Protocol, TypeVar, runtime_checkable

from bot.model import (
    AppInstallation,
    Delivery,
    Destination,
    DestinationProblem,
    Finding,
    Inbox,
    InstallationTokens,
    LocalMessage,
    MessagePart,
    Person,
    PlatformIdentity,
    PlatformName,
    RenderContext,
)
from digests.messages import Message
from digests.types import Edition

P = ParamSpec("P")
T = TypeVar("T")

#: The points of the way out, in its order. Those in -ing come before the step's commit
#: or call, the others behind it.
Checkpoint = Literal[
    "planning", "planned", "composed", "storing", "stored", "claiming", "claimed",
    "sending", "answered", "recording", "recorded", "read_back", "adopted",
]  # fmt: skip
#: Told of each point as it is passed, in whatever thread that is. Nobody listens but
#: the tests that kill the process there.
CheckpointHook = Callable[[Checkpoint], None]


def ignore_checkpoint(point: Checkpoint) -> None:
    """Stand where nobody listens to an `At`."""


class Clock(Protocol):
    """The time. Only `bot.app` hands out the real one."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Platform(Protocol):
    """A place where editions are shown and commands come from.

    A complete minimal one is `tests.fakes.FakePlatform`.
    """

    @property
    def name(self) -> PlatformName:
        """The platform's one name, as in tables and settings."""
        ...

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        """The edition as this platform's messages; pure and deterministic."""
        ...

    async def send(self, delivery: Delivery) -> str:
        """Carry the delivery's operation out; the platform's id of the message.

        The delivery's key goes with the message. Raises the `SendError`s of
        `bot.errors`; whatever else ends it is taken for `Unclear`.
        """
        ...

    async def read_back(self, delivery: Delivery) -> str | None:
        """Id of the message that carries the delivery's key; None if there is none.

        None also for an edit or a deletion: the message says nothing of them, and
        doing them again does no harm.

        Raises `Refused` where the platform does not let us look.
        """
        ...

    async def run(self, inbox: Inbox) -> None:
        """Stay connected and hand events to `inbox` until cancelled."""
        ...


@runtime_checkable
class Inspector(Protocol):
    """A platform that can tell beforehand what would go wrong at a destination."""

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        """What is wrong there; nothing also where it cannot be told at present.

        Args:
            workspace: The platform's own id of the workspace.
            destination: Of that workspace.
        """
        ...


class Examiner(Protocol):
    """Looks how the bot stands with a platform; it changes nothing there.

    Every member raises the `SendError`s of `bot.errors` where it could not look.
    """

    async def identity(self) -> PlatformIdentity:
        """Who the platform says that we are: the token, and what it may."""
        ...

    async def reach(self) -> Finding:
        """Whether what people do there can come to us."""
        ...

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        """What the bot may do in a channel, by the platform's own ids."""
        ...


@runtime_checkable
class Examinable(Protocol):
    """A platform that can be examined; the local page has nobody to ask."""

    @property
    def examiner(self) -> Examiner | None:
        """Who looks; None where no one token is the bot's."""
        ...


@runtime_checkable
class OwnerDirectory(Protocol):
    """A platform that knows who answers for the bot in a workspace."""

    async def find_owner(self, workspace: str) -> str | None:
        """Id of that person; None where it is unknown. Raises `SendError`."""
        ...


@runtime_checkable
class WriteAccessChecker(Protocol):
    """A platform on which not everybody may write in every channel."""

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Whether the platform lets this person write there; by its own ids.

        False also where there is no such channel, or no such person in the workspace.
        Raises `SendError` where it could not look.
        """
        ...


@runtime_checkable
class PeopleDirectory(Protocol):
    """A platform that can list everybody who may ever ask there."""

    @property
    def people(self) -> tuple[Person, ...]:
        """All of them; nobody holds a role there."""
        ...


class Engine(Protocol):
    """Where heavy work runs, so that the event loop stays free."""

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` elsewhere and return (or raise) what it does."""
        ...


class Mailbox(Protocol):
    """The channels of the local page: durable, and one message a key."""

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        """Post, or return the message that already carries this key."""
        ...

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        """Edit the message that carries the key of `delivery`; `Refused` if gone."""
        ...

    async def remove(self, delivery: Delivery) -> None:
        """Delete the message of `delivery`; deleting twice is not an error."""
        ...

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        """The message that carries `key`."""
        ...

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        """Up to `count` messages with an id over `after`, oldest first."""
        ...


class InstallationStore(Protocol):
    """The installations of an app that several workspaces installed themselves.

    Every member raises `ConfigurationError` when what it is kept in does not answer.
    """

    async def find(self, team: str) -> AppInstallation | None:
        """The newest installation in the workspace that the platform calls `team`."""
        ...

    async def keep(self, installed: AppInstallation) -> AppInstallation:
        """Keep a new one in the place of an older one; the same with its id."""
        ...

    async def claim(self, installed: AppInstallation) -> bool:
        """Begin an exchange of its tokens; False where another has begun or ended one.

        Whoever began one and is never heard of again is out of it after a minute.
        """
        ...

    async def settle(
        self,
        installed: AppInstallation,
        *,
        tokens: InstallationTokens | None = None,
        broken: Message | None = None,
    ) -> None:
        """End the exchange: with new tokens, for good, or so far in vain."""
        ...

    async def forget(self, installed: AppInstallation) -> None:
        """Forget it with its tokens; one that came after it stays."""
        ...


class StateStore(Protocol):
    """Installations begun in a browser: each is good once, for ten minutes."""

    async def issue(self) -> str:
        """A new word that nobody can guess."""
        ...

    async def consume(self, state: str) -> bool:
        """Whether it is one of ours, not consumed before, and has not run out."""
        ...
