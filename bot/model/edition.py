"""Occurrences, the editions composed for them, and their deliveries.

A message is edited with the stored `RenderContext` of its edition, so that it differs
from the posted one only in what was corrected, and not in its zone, its language or the
time of the next edition.
"""

from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypedDict

from bot.model.scope import PlatformName, Scope, Scoped
from bot.model.settings import DEFAULT_POST_OPTIONS, PostOptions
from digests.messages import Message
from digests.types import Edition, frozen

#: A rendered message or another structure, stored as JSON.
Payload = Mapping[str, Any]


@frozen
class Picture:
    """A drawn picture, found by the hash of what it was drawn from."""

    #: Hexadecimal digits.
    hash: str
    #: A PNG.
    content: bytes
    #: In pixels.
    width: int
    height: int


@frozen
class PictureRef:
    """A picture as a payload refers to it: its bytes are loaded before it is sent."""

    hash: str
    width: int
    height: int
    #: What it says, for people who cannot see it; "" = not known.
    alt: str


UploadState = Literal["begun", "ready", "unused", "deleted"]


@frozen
class Upload(Scoped):
    """A file on a platform that shows one picture, recorded once it has a name there.

    begun ─ the platform has it ─► ready ─ no message shows it ─► unused ─► deleted
    begun ─ given up ─► unused ─► deleted
    """

    id: int
    workspace_id: int
    #: None: it is in the message of a draft.
    edition_id: int | None
    #: Of the picture.
    hash: str
    #: The platform's id of the file.
    file: str
    state: UploadState
    begun_at: datetime
    #: The platform's id of the workspace.
    workspace_external_id: str


@frozen
class MessagePart:
    """One message of an edition, rendered for one platform and then frozen."""

    #: Stable within the edition: «1», «2» …
    key: str
    payload: Payload
    #: Plain-text version: for notifications, screen readers and as a last resort.
    fallback_text: str
    #: Title of a thread for the edition, on platforms with threads.
    title: str = ""
    #: Hashes of the pictures that the payload refers to, in its order.
    pictures: tuple[str, ...] = ()


class EditionKey(TypedDict):
    """Identifies a stored edition; passed as keyword arguments."""

    scope: Scope
    edition_id: int


class OccurrenceKey(TypedDict):
    """Identifies an occurrence; passed as keyword arguments."""

    scope: Scope
    occurrence_id: int


@frozen
class StoredEdition(Scoped):
    """An edition as it was stored: the composer's `Edition` with its public id."""

    id: int
    #: «e-7k3m9q».
    public_id: str
    workspace_id: int
    digest_id: int
    occurrence_id: int
    edition: Edition
    #: Hash of its articles, their revisions and the settings.
    manifest: str

    @property
    def key(self) -> EditionKey:
        """Identifies it in storage."""
        return EditionKey(scope=self.scope, edition_id=self.id)


#: The public id of an edition that is not stored.
PREVIEW_ID = "preview"


@frozen
class DraftFrame:
    """What a draft shows to its editors besides the edition, in their language."""

    #: Public id of the draft: «d-7k3m9q».
    draft: str
    #: Its state, and what was done to it last.
    lines: tuple[str, ...] = ()
    #: (control id, label) of its buttons.
    buttons: tuple[tuple[str, str], ...] = ()
    #: Label of the menu that opens a story.
    menu: str = ""
    #: Only these lines are shown, and not the edition.
    only_lines: bool = False


@frozen
class RenderContext:
    """What a renderer needs besides the edition."""

    #: Public id of the edition, or `PREVIEW_ID`.
    edition_id: str
    digest: str
    zone: str
    locale: str
    #: The digest's next due moment, or None when it has no schedule.
    next_due: datetime | None
    #: The edition was composed later than scheduled.
    late: bool = False
    #: The pictures that were drawn for it, by the key of what each shows.
    pictures: Mapping[str, PictureRef] = field(default_factory=dict)
    #: Colour of the posts' edge, «#1f6feb»; None = the platform's own.
    accent: str | None = None
    #: It is a draft, shown to editors; None = it is shown to readers. Not stored.
    draft: DraftFrame | None = None
    #: Address of the edition's public page; None = it has none.
    web_url: str | None = None


def get_story_picture_key(article_id: str) -> str:
    """Return the key of a story's picture, which its first article names."""
    return f"story/{article_id}"


#: A «draft» waits for its moment, or for an editor.
OccurrenceState = Literal["due", "draft", "composed", "deferred", "skipped"]
Trigger = Literal["schedule", "manual"]


@frozen
class DueMoment:
    """A moment named by a schedule: unique key of an occurrence, and its instant."""

    at: datetime
    local_date: date
    #: Clock time («08:30») for daily slots, UTC instant for intervals.
    slot: str


@frozen
class Occurrence(Scoped):
    """One due moment of one digest: unique on (digest, local date, slot)."""

    id: int
    workspace_id: int
    digest_id: int
    local_date: date
    slot: str
    due_at: datetime
    zone: str
    trigger: Trigger
    state: OccurrenceState
    #: Why it was skipped or deferred, in words.
    reason: Message | None = None
    #: It was planned after its scheduled time, to catch up.
    late: bool = False

    @property
    def key(self) -> OccurrenceKey:
        """Identifies it in storage."""
        return OccurrenceKey(scope=self.scope, occurrence_id=self.id)


#: Key in the stored context: the edition was posted to other channels than its
#: digest's, and is not in its ledger.
SEPARATE_KEY = "apart"


_STORED_FIELDS = ("digest", "zone", "locale", "next_due", "late")


def context_to_json(context: RenderContext) -> Mapping[str, Any]:
    """Convert a context to plain JSON values."""
    due = context.next_due
    plain = {name: getattr(context, name) for name in _STORED_FIELDS}
    pictures = pictures_to_json(context.pictures)
    return plain | {
        "next_due": due.isoformat() if due else None,
        **({"pictures": pictures} if pictures else {}),
        **({"accent": context.accent} if context.accent else {}),
        **({"web_url": context.web_url} if context.web_url else {}),
    }


def context_from_json(stored: Mapping[str, Any], edition_id: str) -> RenderContext:
    """Load what `context_to_json` returned, for the edition with this public id."""
    plain = {name: stored[name] for name in _STORED_FIELDS}
    due = plain.pop("next_due")
    next_due = datetime.fromisoformat(due) if due else None
    pictures = pictures_from_json(stored.get("pictures"))
    return RenderContext(
        edition_id=edition_id,
        next_due=next_due,
        pictures=pictures,
        accent=stored.get("accent"),
        web_url=stored.get("web_url"),
        **plain,
    )


def pictures_to_json(pictures: Mapping[str, PictureRef]) -> dict[str, Any]:
    """Convert pictures, by the keys of what they show, to plain JSON values."""
    return {key: asdict(ref) for key, ref in pictures.items()}


def pictures_from_json(stored: Mapping[str, Any] | None) -> dict[str, PictureRef]:
    """Load what `pictures_to_json` returned."""
    return {key: PictureRef(**values) for key, values in (stored or {}).items()}


#: Articles first seen within this time can still be published.
PUBLISHABLE_FOR = timedelta(days=7)


DeliveryState = Literal[
    "ready", "sending", "sent", "retry", "uncertain", "held", "failed"
]
Operation = Literal["post", "edit", "delete"]


@frozen
class Delivery(Scoped):
    """One part of an edition, to be posted, edited or deleted at one destination."""

    id: int
    workspace_id: int
    edition_id: int
    destination_id: int
    #: The platform, and its ids of the target.
    platform: PlatformName
    workspace_external_id: str
    channel: str
    part: int
    operation: Operation
    #: Nonce created before the first send; carried by the message, to read it back.
    key: str
    payload: Payload
    fallback_text: str
    state: DeliveryState
    attempt: int
    #: Incremented by every claim; an outcome with an older fence is ignored.
    fence: int
    claimed_at: datetime | None = None
    not_before: datetime | None = None
    #: The platform's id of the message, once known.
    message_id: str | None = None
    reason: Message | None = None
    #: In which form it is sent: 0 as rendered, 1 as plain text, 2 as a list of links.
    #: From 1 on `payload` is empty, or {"links": [address, …]}, and a platform sends
    #: `fallback_text`, or the links in its own form.
    fallback_level: int = 0
    #: It is sent to probe whether a paused destination or workspace works again.
    probe: bool = False
    #: Post options, frozen together with the message.
    post_options: PostOptions = DEFAULT_POST_OPTIONS
    #: Title of a thread for its edition.
    title: str = ""
    #: Public id of its edition, for controls that are added to plain text.
    edition: str = ""
    #: The platform's id of the edition's first message there; None for that message.
    opening_message_id: str | None = None
    #: Hashes of the pictures that the payload refers to.
    pictures: tuple[str, ...] = ()
    #: Those of them that could be loaded; a platform leaves out the others, whose words
    #: are in the message as text.
    loaded_pictures: tuple[Picture, ...] = ()


@frozen
class LocalMessage:
    """A message in a channel of the local page."""

    id: int
    workspace_id: int
    channel: str
    key: str
    payload: Payload
    fallback_text: str
    posted_at: datetime
    edited_at: datetime | None = None
