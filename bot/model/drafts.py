"""Drafts: editions that editors see, and may change, before they are posted.

    open ─ posted, with what was approved or at its time ─► posted
    open ─ dropped, skipped, replaced by a newer one ─► closed

A draft holds each of its stories with what an editor may choose instead, so that an
edition can be made of it without the articles. Every act makes a new version. What is
posted is one version: the approved one, or the one of the deadline.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal, TypedDict

from bot.model.edition import PictureRef
from bot.model.scope import Scope, Scoped
from digests.messages import Message
from digests.types import (
    BriefStory,
    Edition,
    EditionStory,
    Headline,
    QuoteCard,
    StoryAlternatives,
    frozen,
)

DraftState = Literal["open", "posted", "closed"]
#: In full, as a line under «also in brief», or not at all.
StoryPlace = Literal["full", "brief", "out"]


@frozen
class DraftStory:
    """A story of a draft, with what an editor may choose for it."""

    place: StoryPlace
    #: As it is shown in full, and as one line; None where it cannot be shown so.
    story: EditionStory | None
    line: BriefStory | None
    headlines: tuple[Headline, ...]
    cards: tuple[QuoteCard, ...]
    #: Whether an editor decided about it: newer reports no longer replace it.
    touched: bool = False

    @classmethod
    def of(cls, found: StoryAlternatives, place: StoryPlace) -> "DraftStory":
        """Make it from what the composer found."""
        return cls(
            place=place,
            story=found.story,
            line=found.line,
            headlines=found.headlines,
            cards=found.cards,
        )

    @property
    def id(self) -> str:
        """Public id of the story."""
        if self.story is not None:
            return self.story.id
        assert self.line is not None, "it can be shown in one form"
        return self.line.story

    @property
    def headline(self) -> Headline:
        """The headline that is shown."""
        shown = self.story or self.line
        assert shown is not None, "it can be shown in one form"
        return shown.headline

    @property
    def revisions(self) -> frozenset[str]:
        """The stored versions of its articles: «article@revision»."""
        refs = self.story.articles if self.story else ()
        if not refs and self.line:
            refs = self.line.articles
        return frozenset(f"{ref.id}@{ref.revision}" for ref in refs)


@frozen
class DraftContent:
    """What is edited: an edition as its stories with their alternatives."""

    #: As it was composed; its stories are in `stories`.
    base: Edition
    #: In the order of the edition, those in full first.
    stories: tuple[DraftStory, ...]
    #: Hash of the style that it was composed with.
    style: str

    def list_placed(self, place: StoryPlace) -> tuple[DraftStory, ...]:
        """List the stories in this place, in their order."""
        return tuple(one for one in self.stories if one.place == place)

    @property
    def numbered(self) -> tuple[DraftStory, ...]:
        """The stories by their numbers: those in full, then those in brief."""
        return (*self.list_placed("full"), *self.list_placed("brief"))

    def find_story(self, story_id: str) -> DraftStory | None:
        """Find the story with this public id."""
        return next((one for one in self.stories if one.id == story_id), None)

    @property
    def is_touched(self) -> bool:
        """Whether an editor changed anything."""
        return any(one.touched for one in self.stories)


class DraftKey(TypedDict):
    """Identifies a draft; passed as keyword arguments."""

    scope: Scope
    draft_id: int


@frozen
class Draft(Scoped):
    """An edition that waits for its moment, and perhaps for an editor."""

    id: int
    #: «d-7k3m9q».
    public_id: str
    workspace_id: int
    digest_id: int
    occurrence_id: int
    state: DraftState
    version: int
    content: DraftContent
    #: When it is posted.
    post_at: datetime
    made_at: datetime
    #: The version that was approved, and by whom; an act after that makes another one.
    approved_version: int | None = None
    approved_by: str | None = None
    #: Who ordered that it waits for approval, whatever the digest's setting.
    held_by: str | None = None
    #: When the editors were reminded that it waits.
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    #: What became of it.
    reason: Message | None = None
    #: What its editors should know of its digest: it is paused, for example.
    notice: Message | None = None
    #: The pictures that it would be posted with, by the key of what each shows.
    pictures: Mapping[str, PictureRef] = field(default_factory=dict)

    @property
    def key(self) -> DraftKey:
        """Identifies it in storage."""
        return DraftKey(scope=self.scope, draft_id=self.id)

    @property
    def is_approved(self) -> bool:
        """Whether exactly this version was approved."""
        return self.approved_version == self.version


@frozen
class DraftAct:
    """Something that was done to a draft, or that happened to it."""

    #: The version that it was done on; it made the next one.
    version: int
    what: Message
    made_at: datetime
    #: Who did it; None: an article arrived, or its digest was changed.
    editor_name: str | None = None
