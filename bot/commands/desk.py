"""What commands work with: the use cases and the clock, bundled; it does nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.archive import Archive
from bot.commands.controls import Controls
from bot.configuring import Configuring
from bot.configuring.previews import Previews
from bot.doctor import Doctor
from bot.editions import Editions
from bot.ports import Clock
from bot.storage.database import Database


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
    def doctor(self) -> Doctor:
        """What is wrong, and the fixes."""
        return Doctor(
            db=self.db,
            intake=self.editions.intake,
            archive=self.archive,
            platforms=self.editions.platforms,
        )
