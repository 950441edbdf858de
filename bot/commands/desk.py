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
    configuring: Configuring
    previews: Previews
    doctor: Doctor
    controls: Controls
    clock: Clock
    version: str
    #: Asks the scheduler to look now, for example after an edition was ordered.
    wake: Callable[[], None]
