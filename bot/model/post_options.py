"""Post options of a destination: silent, ping, thread, crosspost.

It does nothing else: no channel is asked here. Others take the noun from `bot.types`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True, kw_only=True, slots=True)
class PostOptions:
    """How messages are posted at a destination; all of it is off at first."""

    #: Nobody's device makes a sound.
    silent: bool = False
    #: The platform's id of the one role that hears of a scheduled edition; None = none.
    ping: str | None = None
    #: An edition's first message stands in the channel, the others in a thread below.
    thread: bool = False
    #: Announced to the channels that follow this one.
    crosspost: bool = False


#: What a destination is where nobody said anything.
DEFAULT_POST_OPTIONS: Final = PostOptions()
#: Settings by the names that the configuration file and the commands have for them.
POST_OPTION_NAMES: Final = ("silent", "ping", "thread", "crosspost")


def post_options_to_settings(manner: PostOptions) -> dict[str, Any]:
    """Every setting by its name."""
    return asdict(manner)


def post_options_from_settings(settings: Mapping[str, Any] | None) -> PostOptions:
    """The manner that these settings say; what they leave out is off."""
    said = {name: (settings or {}).get(name) for name in POST_OPTION_NAMES}
    return PostOptions(
        silent=bool(said["silent"]),
        ping=str(said["ping"]) if said["ping"] else None,
        thread=bool(said["thread"]),
        crosspost=bool(said["crosspost"]),
    )
