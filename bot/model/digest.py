"""A digest with its sources, destinations, schedules and settings."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.model.settings import DEFAULT_DIGEST_OPTIONS, DigestOptions, DigestSettings
from bot.model.source import Source
from bot.model.workspace import Destination, Scoped


@dataclass(frozen=True, kw_only=True, slots=True)
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
            destinations=tuple(place.name for place in self.destinations),
            schedule=self.schedules,
            paused=self.paused,
            paused_until=self.paused_until,
            skip=self.skips,
        )
