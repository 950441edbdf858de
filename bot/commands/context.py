"""What commands work with: the use cases and the clock, bundled; it does nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.archive import Archive
from bot.commands.controls import Controls
from bot.commands.wording import whose
from bot.configuring import Configuring
from bot.configuring.previews import Previews
from bot.doctor import Doctor
from bot.editions import Editions
from bot.erasing import Erasing
from bot.findings import Check
from bot.ports import Clock
from bot.retention import Retention
from bot.storage import personal, readers
from bot.storage.database import Database
from bot.types import Digest, Invocation


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Handed to every command's `build`."""

    db: Database
    archive: Archive
    editions: Editions
    controls: Controls
    clock: Clock
    version: str
    #: Asks the scheduler to look now, for example after an edition was ordered.
    wake: Callable[[], None]
    #: The setting of that name: what is nobody else's.
    allow_private: str = ""
    #: What platforms find themselves when the doctor asks.
    checks: Mapping[str, Check] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)

    @property
    def configuring(self) -> Configuring:
        """Changes of what is set up."""
        return Configuring(
            db=self.db, clock=self.clock, allow_private=self.allow_private
        )

    @property
    def previews(self) -> Previews:
        """What a change would do to what people read."""
        return Previews(editions=self.editions)

    @property
    def erasing(self) -> Erasing:
        """The end of a workspace."""
        return Erasing(db=self.db, clock=self.clock)

    @property
    def doctor(self) -> Doctor:
        """What is wrong, and the fixes."""
        return Doctor(
            db=self.db,
            intake=self.editions.intake,
            archive=self.archive,
            platforms=self.editions.platforms,
            checks=self.checks,
        )

    async def own_digest(self, asked: Invocation) -> Digest | None:
        """The digest that is the asking person's own."""
        return await self.db.read(
            personal.of_person,
            **whose(asked),
        )

    async def zone_of(self, asked: Invocation) -> str:
        """The zone in which the asking person lives, as far as is known."""
        reader = await self.db.read(
            readers.of,
            **whose(asked),
        )
        return reader.zone or asked.place.workspace.zone
