"""A digest with its sources, destinations, schedules and settings."""

from datetime import date, datetime
from typing import Final, Literal

from bot.model.scope import Scoped
from bot.model.settings import (
    DEFAULT_DIGEST_OPTIONS,
    DEFAULT_POST_OPTIONS,
    DestinationSettings,
    DigestOptions,
    DigestSettings,
    FullTextUse,
    PostOptions,
)
from digests.messages import Message
from digests.types import frozen

# ── sources ─────────────────────────────────────────────────────────────────────
#
# Sources of articles, and the articles stored from them.


@frozen
class Destination(Scoped):
    """A channel, thread or DM of a workspace that can be posted to."""

    id: int
    workspace_id: int
    #: Name by which digests refer to it.
    name: str
    #: The platform's own id of the channel.
    channel: str
    #: Why nothing is posted there; None when it works.
    paused: Message | None = None
    #: When one message is sent as a test; None = only a person can resume it.
    retest_at: datetime | None = None
    #: The platform's id of the person it belongs to; None = the workspace's.
    person: str | None = None
    post_options: PostOptions = DEFAULT_POST_OPTIONS

    @property
    def settings(self) -> DestinationSettings:
        """The destination as the configuration file describes it."""
        return DestinationSettings.model_construct(
            name=self.name, channel=self.channel, **self.post_options.to_entry()
        )


@frozen
class StoredArticle:
    """Keys and times of a stored article revision."""

    article_id: int
    revision_id: int
    source_id: int
    first_seen: datetime
    fetched_at: datetime
    current: bool = True


#: A «site» is a page that names the feed to read instead.
SourceKind = Literal["folder", "feed", "page", "sitemap", "site"]
#: Kinds of sources whose entries have pages of their own, and may be excerpts of them.
KINDS_WITH_ENTRIES: Final[tuple[SourceKind, ...]] = ("feed", "site", "sitemap")


@frozen
class Source:
    """A source of articles; public if `workspace_id` is None."""

    id: int
    workspace_id: int | None
    kind: SourceKind
    #: Folder path, or address.
    address: str
    name: str
    last_success_at: datetime | None = None
    #: Problem of the last fetch; None if it succeeded.
    problem: Message | None = None
    #: Time of the last request, successful or not.
    requested_at: datetime | None = None
    #: Time of the next poll; None = as soon as possible.
    next_poll_at: datetime | None = None
    #: Number of consecutive failures.
    failures: int = 0
    #: Not requested before this time, as the server asked (Retry-After).
    backoff_until: datetime | None = None
    #: It has ended (for example 410 Gone) and is not polled any more.
    stopped: bool = False
    #: Validators of the last full response, for conditional requests.
    etag: str | None = None
    last_modified: str | None = None
    #: Target of its permanent redirect, and how often in a row it was seen.
    moved_to: str | None = None
    moved_count: int = 0
    #: Recent number of new articles per day; None until it can be estimated.
    items_per_day: float | None = None
    #: A peculiarity that was worked around but that an admin should know; since when.
    notice: Message | None = None
    noticed_at: datetime | None = None
    #: Name in the digest that it was loaded with; None = `name`. Belongs to that digest
    #: alone: the other fields are shared by all digests that read the source.
    called: str | None = None
    #: Whether its entries are whole articles: «full», «excerpt»; None = not known yet.
    completeness: str | None = None
    #: Whether the digest that it was loaded with wants full texts; like `called`.
    full_text: FullTextUse | None = None
    #: Whether that digest shows the pictures of its articles; like `called`.
    pictures: bool = False


@frozen
class Digest(Scoped):
    """A configured digest: what to read, how to show it, when and where to post it."""

    id: int
    workspace_id: int
    name: str
    #: Sources that it reads.
    sources: tuple[Source, ...]
    destinations: tuple[Destination, ...]
    #: Schedule sentences in the normal form of `bot.schedules`.
    schedules: tuple[str, ...]
    options: DigestOptions = DEFAULT_DIGEST_OPTIONS
    paused: bool = False
    #: The first local date on which it posts again; None = no such pause.
    paused_until: date | None = None
    #: Local dates that are left out, ascending.
    skips: tuple[date, ...] = ()
    #: Sources that it keeps but does not read.
    paused_sources: tuple[Source, ...] = ()
    #: The earliest planned moment of its schedules; None = none.
    next_due: datetime | None = None
    #: When an edition that quiet hours deferred is posted; None = none waits.
    deferred_until: datetime | None = None
    #: Its zone if no schedule names one: its person's, or else the workspace's.
    default_zone: str = "UTC"
    #: The platform's id of the person it belongs to; None = the workspace's.
    person: str | None = None
    #: Terms of which the owner of a personal digest wants more, and less.
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """All sources, the paused ones last."""
        return (*self.sources, *self.paused_sources)

    @property
    def full_texts(self) -> dict[str, FullTextUse]:
        """The sources (addresses) for which it wants full texts always or never."""
        return {s.address: s.full_text for s in self.all_sources if s.full_text}

    @property
    def settings(self) -> DigestSettings:
        """The digest as the configuration file describes it, not validated again."""
        return DigestSettings.model_construct(
            **{
                name: getattr(self.options, name) for name in DigestOptions.model_fields
            },
            name=self.name,
            sources=tuple(source.address for source in self.all_sources),
            paused_sources=tuple(source.address for source in self.paused_sources),
            source_names={s.address: s.called for s in self.all_sources if s.called},
            full_text=self.full_texts,
            pictures=tuple(s.address for s in self.all_sources if s.pictures),
            destinations=tuple(place.name for place in self.destinations),
            schedule=self.schedules,
            paused=self.paused,
            paused_until=self.paused_until,
            skip=self.skips,
        )
