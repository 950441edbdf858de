"""Protocols that the core needs from outside, and the descriptor of a platform.

A port has at most five members and a contract test that runs over every implementation
(`tests/contracts`). A platform is described by one `PlatformPlugin`, from which the
composition root, the settings, the setup wizard, the doctor and the checks of the
configuration derive everything that they need to know about it.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    runtime_checkable,
)

from bot.errors import UserError
from bot.model import (
    AppInstallation,
    Command,
    Delivery,
    Destination,
    DestinationProblem,
    Finding,
    Inbox,
    InstallationTokens,
    LocalMessage,
    MessagePart,
    Person,
    PlatformCheck,
    PlatformIdentity,
    PlatformName,
    RenderContext,
    Workspace,
)
from bot.settings import PlatformSettings, Settings
from digests.messages import Message
from digests.types import Edition

if TYPE_CHECKING:
    from starlette.routing import BaseRoute, Route

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


# ── platforms ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallationStorage:
    """Storage of app installations, finished and begun."""

    installations: InstallationStore
    states: StateStore


@dataclass(frozen=True, kw_only=True, slots=True)
class PageServices:
    """What a platform needs that shows its channels on our own web server."""

    mailbox: Mailbox
    #: The platform's workspace of this id, and its destinations.
    list_channels: Callable[[str], Awaitable[tuple[Workspace, tuple[Destination, ...]]]]
    #: Reasons why posting is paused at present.
    list_problems: Callable[[], Awaitable[tuple[Message, ...]]]


def _open_no_installations(platform: str) -> InstallationStorage | None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformContext:
    """What the application hands to the builder of a platform."""

    settings: Settings
    clock: Clock
    #: Names of the platforms that are switched on.
    enabled: Collection[str] = ()
    #: Opens the storage of a platform's installations; None if no key seals them.
    open_installations: Callable[[str], InstallationStorage | None] = (
        _open_no_installations
    )
    #: None outside of the running application, as in the setup wizard.
    page: PageServices | None = None


async def _close_nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivePlatform:
    """A platform that is switched on, with what surrounds it in this process."""

    platform: Platform
    #: «ok», or what is missing for a connection; None if there is no connection.
    read_state: Callable[[], str] | None = None
    #: Web routes that the platform itself calls; each authenticates its requests.
    callbacks: "Sequence[Route]" = ()
    #: Web routes for people, protected by the web server.
    pages: "Sequence[BaseRoute]" = ()
    #: Checks one workspace for the doctor, where no single token can be examined.
    check: PlatformCheck | None = None
    #: Ends open streams before the web server stops.
    before_stop: Callable[[], None] | None = None
    #: Closes the connection if `run` was never called.
    close: Callable[[], Awaitable[None]] = _close_nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenStep:
    """Setup: ask for a secret setting and check it on the platform."""

    instructions: str
    #: Field of the plugin's settings.
    setting: str
    #: For example «the bot's token (xoxb-…)».
    label: str
    #: With what such a token begins; "" = with anything.
    prefix: str = ""
    #: Also check that events can arrive.
    check_reach: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationStep:
    """Setup: have the bot invited; done once it is in a server."""

    #: Text for the id of the application.
    instructions: Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ManifestStep:
    """Setup: have an app created from a manifest; done when the operator says so."""

    instructions: Callable[[Sequence[Command]], str]
    #: The manifest, to be pasted where the link of the instructions does not work.
    manifest: Callable[[Sequence[Command]], str]


SetupStep: TypeAlias = TokenStep | InvitationStep | ManifestStep


class AppManifest(Protocol):
    """Builds the manifest from which the platform creates an app."""

    def build(
        self,
        commands: Sequence[Command],
        *,
        mode: Literal["socket", "http"],
        url: str = "",
        rotation: bool = False,
    ) -> Mapping[str, Any]:
        """The manifest; raises `UserError` for options that do not fit together."""
        ...

    def list_scopes(self, mode: Literal["socket", "http"]) -> Iterator[str]:
        """Each scope with its reason, one line each."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class IdPatterns:
    """Ids of people and roles on a platform."""

    person: re.Pattern[str]
    role: re.Pattern[str]
    #: Error about a text that is neither an id nor a mention.
    refuse: Callable[[str], UserError]


def format_positional_command(path: str, args: Mapping[str, str]) -> str:
    """A command as it is typed where arguments have no names: `/path "a b" c`."""
    values = (f'"{v}"' if " " in v else v for v in args.values())
    return " ".join([f"/{path}", *values])


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformPlugin:
    """Everything that the application knows about a platform.

    A minimal complete one is in `tests/bot/platforms/toy/plugin.py`.
    """

    name: str
    #: As people read it.
    title: str | Message
    settings: type[PlatformSettings] = PlatformSettings
    is_enabled: Callable[[Settings], bool]
    build: Callable[[PlatformContext], ActivePlatform]
    #: How an operator switches it on, after «fix:».
    how_to_connect: str = ""
    #: The settings that switch it on, in words.
    required_settings: str = ""
    #: Names of the options of `PostOptions` that it supports.
    post_options: frozenset[str] = frozenset()
    #: None = people are named by any text.
    ids: IdPatterns | None = None
    #: Effort of setting it up, in a list of platforms.
    setup_summary: str = ""
    setup_steps: tuple[SetupStep, ...] = ()
    #: What to type in a channel before the first command.
    first_words: tuple[str, ...] = ()
    format_command: Callable[[str, Mapping[str, str]], str] = format_positional_command
    #: None = apps are not created from a manifest.
    manifest: AppManifest | None = None


#: The platforms of an application by name, in the order in which they are offered.
Plugins: TypeAlias = Mapping[str, PlatformPlugin]
