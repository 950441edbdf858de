"""The deliverer's nouns: frozen, keyword-only, without behaviour.

Rows of the database come out as these; platforms, commands and the scheduler
exchange them. They import nothing of ours but the composer's nouns. Instants are
aware datetimes in UTC; `id` is the database's own key and never leaves the house.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Literal

from bot.attached import Attached as Attached
from bot.blocks import Control as Control
from bot.blocks import Document as Document
from bot.blocks import Facts as Facts
from bot.blocks import Field as Field
from bot.blocks import Form as Form
from bot.blocks import Line as Line
from bot.blocks import Listing as Listing
from bot.blocks import Paragraph as Paragraph
from bot.blocks import Quoted as Quoted
from bot.blocks import Small as Small
from bot.looks import Look as Look
from bot.looks import SummaryLength as SummaryLength
from bot.manners import PLAIN
from bot.manners import Manner as Manner
from bot.moments import Due as Due
from bot.moments import Occurrence as Occurrence
from bot.moments import OccurrenceState as OccurrenceState
from bot.moments import Trigger as Trigger
from bot.sources import Source as Source
from bot.sources import SourceKind as SourceKind
from digests.types import Edition

PlatformName = Literal["discord", "slack", "local"]
DeliveryState = Literal[
    "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
]
Operation = Literal["post", "edit", "delete"]
#: They are edited; they stay, and it is listed; nothing is made of it.
CorrectionsSetting = Literal["edit", "tell", "off"]
#: Begins the channel of a person's own destination: «person:», their id. A platform
#: opens it when it sends there.
PERSON = "person:"
#: What the database keeps of a payload: anything that JSON can say.
Payload = Mapping[str, Any]


class Permission(IntEnum):
    """Who may use a command; a higher one includes the lower."""

    EVERYONE = 0
    EDITOR = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A Discord server, a Slack team, or the local page: the unit of tenancy."""

    id: int
    platform: PlatformName
    #: The platform's own id (guild, team; any word for local).
    external_id: str
    name: str
    zone: str = "UTC"
    locale: str = "en"
    #: Why its platform takes nothing of it at present; None when it works.
    stopped: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """A channel, thread or DM of a workspace that can be posted to."""

    id: int
    workspace_id: int
    #: How digests refer to it.
    name: str
    #: The platform's own id of the channel.
    channel: str
    #: Why nothing is posted there at present; None when it works.
    paused: str | None = None
    #: When one message tries whether it works again; None = only a person can say.
    retest_at: datetime | None = None
    #: Whose own it is (the platform's id); None = the workspace's.
    person: str | None = None
    manner: Manner = PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What a platform finds wrong with a destination, and what mends it."""

    text: str
    fix: str
    #: Nothing can be posted there.
    stops: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What an admin configures: what to read, how to tell it, when and where."""

    id: int
    workspace_id: int
    name: str
    #: What it reads.
    sources: tuple[Source, ...]
    destinations: tuple[Destination, ...]
    #: Schedule sentences, as `bot.schedules` says them back.
    schedules: tuple[str, ...]
    #: «22:00-07:00» in the zone of the first schedule; None = none.
    quiet_hours: str | None = None
    stories: int = 5
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str = "en"
    look: Look = field(default_factory=Look)
    paused: bool = False
    #: The first local date on which it posts again; None = no such pause.
    paused_until: date | None = None
    #: Local dates that are left out, ascending.
    skips: tuple[date, ...] = ()
    #: Sources that it keeps and does not read at present.
    paused_sources: tuple[Source, ...] = ()
    #: What becomes of messages whose article is corrected.
    corrections: CorrectionsSetting = "edit"
    #: The earliest moment that its schedules wait for, as planned; None = none.
    next_due: datetime | None = None
    #: Whose own it is (the platform's id); None = the workspace's.
    person: str | None = None
    #: Of what its person wants more, and less.
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """An edition as it was stored: the composer's noun with its public id."""

    id: int
    #: «e-7k3m9q».
    public_id: str
    workspace_id: int
    digest_id: int
    occurrence_id: int
    edition: Edition
    #: Over articles, revisions, settings and version: same in, same out.
    manifest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One message of an edition, rendered for one platform and then frozen."""

    #: Stable within the edition: «1», «2» …
    key: str
    payload: Payload
    #: The same in plain words: notifications, screen readers, last resort.
    fallback_text: str
    #: What a thread for the edition is called, where the platform has them.
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One part of one edition on its way to one destination."""

    id: int
    workspace_id: int
    edition_id: int
    destination_id: int
    #: Where to: the platform and its own ids.
    platform: PlatformName
    workspace_external_id: str
    channel: str
    part: int
    operation: Operation
    #: Ours, made before the first send; carried by the message, used to read back.
    key: str
    payload: Payload
    fallback_text: str
    state: DeliveryState
    attempt: int
    #: Grows with every claim; a late answer with an older fence changes nothing.
    fence: int
    claimed_at: datetime | None = None
    not_before: datetime | None = None
    #: The platform's id of the message, once it is known.
    message_id: str | None = None
    reason: str | None = None
    #: How plainly it is told: 0 as rendered, 1 in plain words, 2 as a list of links.
    #: From 1 on `payload` is empty, or {"links": [address, …]}, and a platform tells
    #: `fallback_text`, or the links in its own form.
    rung: int = 0
    #: It is sent to see whether its place works again.
    probe: bool = False
    #: How it is posted, frozen with it.
    manner: Manner = PLAIN
    #: What a thread for its edition is called.
    title: str = ""
    #: The platform's id of the edition's first message there, behind which it comes.
    opening: str | None = None


#: The public id of what was composed and is not stored.
PREVIEW = "preview"


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderContext:
    """What a renderer may know besides the edition."""

    #: Public id of the edition, or `PREVIEW`.
    edition_id: str
    digest: str
    zone: str
    locale: str
    #: The digest's next due moment, or None when it has no schedule.
    next_due: datetime | None
    #: This edition came after its time.
    late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who asks, as the platform knows them at this moment."""

    id: str
    name: str
    permission: Permission
    #: The platform's ids of the roles that they hold at this moment.
    roles: tuple[str, ...] = ()
    #: The permission was given by an editor here, and is not the platform's.
    granted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where it was asked."""

    workspace: Workspace
    #: The platform's id of the channel; None outside of channels.
    channel: str | None

    @property
    def of_person(self) -> str | None:
        """Whose own place it is: the id of a person; None = anybody's."""
        channel = self.channel or ""
        return channel.removeprefix(PERSON) if channel.startswith(PERSON) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """A command that came in."""

    #: The platform's id of the event: the same event twice has one effect.
    key: str
    place: Place
    person: Person
    #: «news quotes».
    path: str
    args: Mapping[str, str]
    #: Files in the place of texts, by the option that they are given for.
    attached: Mapping[str, Attached] = field(default_factory=dict)
    locale: str = "en"
    #: A person's own edition (public id) under which it was pressed: that says in which
    #: workspace. `path` is then the pressed id, still to be read.
    under: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One parameter of a command."""

    name: str
    description: str
    required: bool = False
    #: Takes the rest of the line on surfaces where commands are typed.
    rest: bool = False
    #: What it takes has several lines: a form gives it room.
    lines: bool = False
    #: It can be given as a file, too; one option of a command at most.
    attachable: bool = False
    choices: tuple[str, ...] = ()
    #: Which names complete it: «digest», «source», «speaker», «story», «command»; or
    #: "", none.
    completes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A whole edition inside a reply (a preview, the newest one), already rendered."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Discussion:
    """A thread that the platform opens below a message, or finds there."""

    #: The platform's ids of the destination's channel and of the message.
    channel: str
    message: str
    name: str


Block = Paragraph | Listing | Document | Small | Line | Quoted | Facts | Shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What goes back to the person who asked."""

    title: str = ""
    blocks: tuple[Block, ...] = ()
    controls: tuple[Control, ...] = ()
    #: «Only you can see this».
    private: bool = True
    #: The request could not be met; shown as such, not by colour alone.
    problem: bool = False
    #: A platform that can open threads tells the way to this one instead.
    discussion: Discussion | None = None
    #: The language that the person chose; None: the one that the platform says.
    locale: str | None = None


Run = Callable[[Invocation], Awaitable[Reply | Form]]
#: Whether who asks may use the command of the path.
May = Callable[[Invocation], Awaitable[bool]]
Complete = Callable[[Invocation, str, str], Awaitable[tuple[str, ...]]]
#: (platform, the platform's id of the workspace, its name or "" where it is not told)
WorkspaceOf = Callable[[PlatformName, str, str], Awaitable[Workspace]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One entry of the registry; every surface is built from it."""

    #: «news quotes»: root and name (and group) by spaces.
    path: str
    #: One line, at most 60 characters.
    description: str
    permission: Permission
    run: Run
    options: tuple[Option, ...] = ()
    #: What somebody would really type.
    examples: tuple[str, ...] = ()
    #: The answer is only for the one who asked.
    private: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbox:
    """What a platform hands incoming events to."""

    commands: tuple[Command, ...]
    #: Checks permission and repeats, runs, and turns every failure into a reply.
    dispatch: Callable[[Invocation], Awaitable[Reply | Form]]
    #: Before somebody is asked for what a command needs; `dispatch` checks it again.
    may: May
    #: Turns a pressed control into the invocation it stands for (raises UserError).
    press: Callable[[Invocation, str], Invocation]
    #: (invocation so far, option name, what is typed) → up to 25 completions.
    complete: Complete
    #: The workspace that an event comes from; made when the bot first meets it.
    workspace_of: WorkspaceOf
    #: (platform, the platform's id): the bot was removed from there.
    left: Callable[[PlatformName, str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message in a channel of the local page."""

    id: int
    workspace_id: int
    channel: str
    key: str
    payload: Payload
    fallback_text: str
    posted_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredArticle:
    """An article revision in the archive, with where it came from."""

    article_id: int
    revision_id: int
    source_id: int
    first_seen: datetime
    fetched_at: datetime
    current: bool = True
