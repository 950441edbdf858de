"""Protocols that the core needs from outside, and the descriptor of a platform.

A port has at most five members and a contract test that runs over every implementation
(`tests/contracts`). A platform is described by one `PlatformPlugin`, from which the
composition root, the settings, the setup wizard, the doctor and the checks of the
configuration derive everything that they need to know about it.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
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
    Picture,
    PlatformCheck,
    PlatformIdentity,
    PlatformName,
    RenderContext,
    Upload,
    UploadState,
    Workspace,
)
from bot.model.previews import EditionViews, MessagePreview
from bot.model.scope import Scope
from bot.model.sign_in import Identity, SignInAttempt
from bot.settings import PlatformSettings, Settings
from digests.messages import Message
from digests.types import Edition, frozen

if TYPE_CHECKING:
    from starlette.routing import BaseRoute, Route

P = ParamSpec("P")
T = TypeVar("T")

#: Checkpoints of publishing and delivery, in order. Names in -ing are reached before
#: the step's commit or call, the others after it.
Checkpoint = Literal[
    "planning", "planned", "composed", "storing", "stored", "claiming", "claimed",
    "sending", "answered", "recording", "recorded", "read_back", "adopted",
]  # fmt: skip
#: Called with each checkpoint that is reached, on any thread. Only the crash tests use
#: it, to kill the process there.
CheckpointHook = Callable[[Checkpoint], None]
#: Called with the number of steps that are done, and of all steps.
ReportProgress = Callable[[int, int], None]


def ignore_checkpoint(point: Checkpoint) -> None:
    """Do nothing: the default `CheckpointHook`."""


class Clock(Protocol):
    """Source of the current time. Only `bot.app` creates the real one."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""


class Platform(Protocol):
    """A place where editions are shown and commands come from.

    A complete minimal one is `tests.fakes.FakePlatform`.
    """

    @property
    def name(self) -> PlatformName:
        """Name of the platform, as in tables and settings."""

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        """Render the edition as this platform's messages; pure and deterministic."""

    async def send(self, delivery: Delivery) -> str:
        """Post, edit or delete the message of the delivery.

        The message carries the delivery's key, so that it can be found again.

        Returns:
            The platform's id of the message.

        Raises:
            SendError: One of the subclasses in `bot.errors`. Any other exception is
                treated as `SendUnclear`.
        """

    async def read_back(self, delivery: Delivery) -> str | None:
        """Find the message that carries the delivery's key, after an unclear send.

        Returns:
            The platform's id of the message; None if there is none. Always None for
            an edit or a deletion: the message does not show whether it was applied,
            and repeating it does no harm.

        Raises:
            SendRefused: The bot may not read messages there.
        """

    async def run(self, inbox: Inbox) -> None:
        """Stay connected and hand events to `inbox` until cancelled."""


@runtime_checkable
class Inspector(Protocol):
    """A platform that can check a destination before anything is posted there."""

    async def inspect(
        self, workspace: str, destination: Destination
    ) -> tuple[DestinationProblem, ...]:
        """List the problems of a destination; empty if it cannot be checked now.

        Args:
            workspace: The platform's own id of the workspace.
            destination: Of that workspace.
        """


class Examiner(Protocol):
    """Read-only checks of the bot's account and permissions on a platform.

    Every method raises a `SendError` if the platform could not be queried.
    """

    async def identity(self) -> PlatformIdentity:
        """Fetch the account and the permissions behind the token."""

    async def reach(self) -> Finding:
        """Check whether events on the platform can reach the bot."""

    async def channel(self, workspace: str, channel: str, subject: str) -> Finding:
        """Check the bot's permissions in a channel.

        Args:
            workspace: The platform's id of the workspace.
            channel: The platform's id of the channel.
            subject: Subject of the finding, as people read it.
        """


@runtime_checkable
class Examinable(Protocol):
    """A platform with an `Examiner`; the local page has no account to check."""

    @property
    def examiner(self) -> Examiner | None:
        """The examiner; None if the bot has a token per workspace instead of one."""


@runtime_checkable
class OwnerDirectory(Protocol):
    """A platform that can name the person responsible for the bot in a workspace."""

    async def find_owner(self, workspace: str) -> str | None:
        """Find the id of that person; None if unknown. Raises `SendError`."""


@runtime_checkable
class WriteAccessChecker(Protocol):
    """A platform where people need permission to write in a channel."""

    async def may_write(self, workspace: str, channel: str, person_id: str) -> bool:
        """Check whether the person may write in the channel (all ids: the platform's).

        False also if the channel does not exist or the person is not in the workspace.

        Raises:
            SendError: The platform could not be queried.
        """


@runtime_checkable
class PeopleDirectory(Protocol):
    """A platform that can list everybody who can use it."""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who can use the platform; they have no roles."""


class Engine(Protocol):
    """Execution engine: runs heavy work off the event loop."""

    async def run(
        self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` off the event loop; return its result or raise its exception."""

    def of_workspace(self, workspace_id: int) -> "Engine":
        """Return the engine for the calls of a workspace, which share its time."""


class Mailbox(Protocol):
    """Durable channels of the local page, with one message per key."""

    async def put(self, delivery: Delivery, at: datetime) -> LocalMessage:
        """Post, or return the message that already carries this key."""

    async def change(self, delivery: Delivery, at: datetime) -> LocalMessage:
        """Edit the message that carries the key of `delivery`.

        Raises:
            SendRefused: There is no such message.
        """

    async def remove(self, delivery: Delivery) -> None:
        """Delete the message of `delivery`; deleting twice is not an error."""

    async def find(
        self, workspace_id: int, channel: str, key: str
    ) -> LocalMessage | None:
        """Find the message that carries `key`."""

    async def newest(
        self, workspace_id: int, channel: str, *, count: int, after: int = 0
    ) -> tuple[LocalMessage, ...]:
        """List the newest `count` messages with an id over `after`, oldest first."""

    async def newest_ids(self, workspace_id: int) -> Mapping[str, int]:
        """Map each channel that has messages to the id of its newest one."""


class InstallationStore(Protocol):
    """Installations of an app that workspaces install themselves.

    Every method raises `ConfigurationError` if the storage is not available.
    """

    async def find(self, team: str) -> AppInstallation | None:
        """Find the newest installation in a workspace; `team` is the platform's id."""

    async def keep(self, installed: AppInstallation) -> AppInstallation:
        """Store an installation, replacing an older one; return it with its id."""

    async def claim(self, installed: AppInstallation) -> bool:
        """Claim the exchange of its tokens.

        False if another process has claimed or finished one meanwhile. A claim
        expires after a minute, so that a crashed process does not block it.
        """

    async def settle(
        self,
        installed: AppInstallation,
        *,
        tokens: InstallationTokens | None = None,
        broken: Message | None = None,
    ) -> None:
        """Finish a claimed exchange of tokens.

        Args:
            installed: As it was claimed.
            tokens: The new tokens; None if there are none.
            broken: Why there will never be new tokens; None if it may be retried.
        """

    async def forget(self, installed: AppInstallation) -> None:
        """Delete an installation with its tokens, unless it was replaced since."""


class StateStore(Protocol):
    """OAuth states of installations begun in a browser: single use, ten minutes."""

    async def issue(self) -> str:
        """Create a random state; nothing is stored."""

    async def consume(self, state: str) -> bool:
        """Use up a state; False if it is forged, already used or expired."""


class UploadStore(Protocol):
    """Files of pictures on one platform, which stores them apart from its messages.

    A file is recorded before its bytes are sent, so that a process that dies on the way
    leaves no file behind that nobody knows.
    """

    async def find(
        self, scope: Scope, *, picture: str, edition_id: int | None
    ) -> Upload | None:
        """Find the file that shows a picture of an edition, or is on its way to.

        None: it is not of an edition but of a draft.
        """

    async def begin(
        self,
        scope: Scope,
        *,
        picture: str,
        edition_id: int | None,
        file: str,
        replaces: Upload | None,
    ) -> Upload:
        """Record a file that the platform has named.

        Returns:
            It, or the one of another process that was recorded first: then this one
            must not be sent. `replaces` is an earlier one that was given up.
        """

    async def set_state(self, upload: Upload, state: UploadState) -> None:
        """Record how far a file is."""

    async def give_up(self, upload: Upload, delivery: Delivery) -> None:
        """Have a file deleted that could not be shown, unless another message may."""

    async def claim_unused(self, but: Collection[str]) -> tuple[Upload, ...]:
        """List some files to be deleted: no message shows them, and none will.

        They are not found any more. They are listed again until they are «deleted».
        `but` are workspaces that are left out (the platform's ids).
        """


# ── platforms ──────────────────────────────────────────────────────────────────


@frozen
class InstallationStorage:
    """Storage of finished app installations, and of those begun in a browser."""

    installations: InstallationStore
    states: StateStore


async def _load_no_pictures(_: Scope, _hashes: Collection[str]) -> tuple[Picture, ...]:
    return ()


async def _find_no_pictures(_: Collection[str]) -> Collection[str]:
    return ()


@frozen
class PageServices:
    """Services for a platform that shows its channels on our own web server."""

    mailbox: Mailbox
    #: Loads the workspace with this platform id, and its destinations.
    list_channels: Callable[[str], Awaitable[tuple[Workspace, tuple[Destination, ...]]]]
    #: Lists the reasons why posting is paused now.
    list_problems: Callable[[], Awaitable[tuple[Message, ...]]]
    #: Loads those pictures with these hashes that the workspace shows.
    load_pictures: Callable[
        [Scope, Collection[str]], Awaitable[tuple[Picture, ...]]
    ] = _load_no_pictures
    #: Returns those of the hashes whose pictures are stored.
    find_stored_pictures: Callable[[Collection[str]], Awaitable[Collection[str]]] = (
        _find_no_pictures
    )
    #: Whether the console is there to be opened from its page.
    has_console: bool = False
    #: Whether the page belongs to the demo, which has a tour.
    is_demo: bool = False
    #: Shows editions as other platforms do; None: no such pages.
    views: EditionViews | None = None


@frozen
class PlatformContext:
    """Arguments for building a platform."""

    settings: Settings
    clock: Clock
    #: Names of the platforms that are switched on.
    enabled: Collection[str] = ()
    #: Opens the storage of a platform's installations; None without an encryption key.
    open_installations: Callable[[str], InstallationStorage | None] = lambda _: None
    #: Opens the record of a platform's files; None = pictures are left out.
    open_uploads: Callable[[str], UploadStore | None] = lambda _: None
    #: None outside of the running application, as in the setup wizard.
    page: PageServices | None = None


async def _close_nothing() -> None:
    return None


class SignIn(Protocol):
    """Signs people in with their account on the platform (OAuth 2.0)."""

    def build_address(self, attempt: SignInAttempt) -> str:
        """Build the platform's address at which a person agrees."""

    async def finish(self, attempt: SignInAttempt, code: str) -> Identity:
        """Exchange the code that the browser brought back.

        Raises:
            UserError: The platform does not confirm it.
            SendError: The platform could not be asked.
        """

    async def find_person(self, workspace: str, user_id: str) -> Person | None:
        """Ask, with the bot's token, who somebody is in a workspace at present.

        Args:
            workspace: The platform's id of the workspace.
            user_id: The platform's id of the person.

        Returns:
            The person with their permission and roles; None if they are not in it.

        Raises:
            SendError: The platform could not be asked.
        """


@frozen
class ActivePlatform:
    """A platform that is switched on, with its routes and hooks in this process."""

    platform: Platform
    #: Whether it dials the platform to receive events; else it is called over HTTP.
    dials: bool = True
    #: The part of its events that this process receives; "" = all of them.
    part: str = ""
    #: «ok», or what is missing for a connection; None if there is no connection.
    read_state: Callable[[], str] | None = None
    #: Web routes that the platform itself calls; each authenticates its requests.
    callbacks: "Sequence[Route]" = ()
    #: Web routes for people, protected by the web server.
    pages: "Sequence[BaseRoute]" = ()
    #: Checks one workspace for the doctor, where no single token can be examined.
    check: PlatformCheck | None = None
    #: Signs people in to the console; None = it is not configured.
    sign_in: SignIn | None = None
    #: Deletes files on the platform that no message shows any more.
    delete_unused_files: Callable[[], Awaitable[None]] | None = None
    #: Ends open streams before the web server stops.
    before_stop: Callable[[], None] | None = None
    #: Closes the connection if `run` was never called.
    close: Callable[[], Awaitable[None]] = _close_nothing


@frozen
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


@frozen
class InvitationStep:
    """Setup: have the bot invited; done once it is in a server."""

    #: Text for the id of the application.
    instructions: Callable[[str], str]


@frozen
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
        """Build the manifest; raises `UserError` for options that conflict."""

    def list_scopes(self, mode: Literal["socket", "http"]) -> Iterator[str]:
        """List each scope with its reason, one line per scope."""


@frozen
class IdPatterns:
    """Ids of people, roles and channels on a platform."""

    person: re.Pattern[str]
    role: re.Pattern[str]
    channel: re.Pattern[str]
    #: Error about a text that is neither an id nor a mention.
    refuse: Callable[[str], UserError]
    #: Error about a text that is no id of a channel; it says where to find one.
    refuse_channel: Callable[[str], UserError]


def format_positional_command(path: str, args: Mapping[str, str]) -> str:
    """Format a command with positional arguments: `/path "a b" c`."""
    values = (f'"{v}"' if " " in v else v for v in args.values())
    return " ".join([f"/{path}", *values])


@frozen
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
    #: Whether one token, with limits of its own, serves all workspaces.
    shares_token: bool = False
    #: Names of the options of `PostOptions` that it supports.
    post_options: frozenset[str] = frozenset()
    #: None = people and channels are named by any text.
    ids: IdPatterns | None = None
    #: Effort of setting it up, in a list of platforms.
    setup_summary: str = ""
    setup_steps: tuple[SetupStep, ...] = ()
    #: What to type in a channel before the first command.
    first_words: tuple[str, ...] = ()
    format_command: Callable[[str, Mapping[str, str]], str] = format_positional_command
    #: None = apps are not created from a manifest.
    manifest: AppManifest | None = None
    #: Imports what shows its messages in the console; None = they are not shown there.
    load_preview: Callable[[], MessagePreview] | None = None


#: The platforms of an application by name, in the order in which they are offered.
Plugins: TypeAlias = Mapping[str, PlatformPlugin]
