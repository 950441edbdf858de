"""How messages are posted at a destination: the noun, and which platform knows what.

It does nothing else: no channel is asked here. Others take the noun from `bot.types`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.sentences import Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
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
PLAIN: Final = Manner()
#: Settings by the names that the configuration file and the commands have for them.
SETTINGS: Final = ("silent", "ping", "thread", "crosspost")
#: What each platform has.
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "discord": frozenset(SETTINGS),
    "slack": frozenset({"thread"}),
    "local": frozenset(),
}
_CALLED: Final[Mapping[str, str | Phrase]] = {
    "discord": "Discord",
    "slack": "Slack",
    "local": Phrase("The local page"),
}
_WANTED: Final = {
    "silent": Phrase("messages without a sound"),
    "ping": Phrase("roles to ping"),
    "thread": Phrase("threads"),
    "crosspost": Phrase("channels that follow another one"),
}
_ROLE: Final = re.compile(r"\d{1,20}")


def as_settings(manner: Manner) -> dict[str, Any]:
    """Every setting by its name."""
    return asdict(manner)


def of_settings(settings: Mapping[str, Any] | None) -> Manner:
    """The manner that these settings say; what they leave out is off."""
    said = {name: (settings or {}).get(name) for name in SETTINGS}
    return Manner(
        silent=bool(said["silent"]),
        ping=str(said["ping"]) if said["ping"] else None,
        thread=bool(said["thread"]),
        crosspost=bool(said["crosspost"]),
    )


def mistakes(
    manner: Manner, *, platform: str, workspace: str
) -> Iterator[tuple[str, Phrase]]:
    """What cannot be so, as (setting, sentence).

    Args:
        manner: As it is wanted.
        platform: The name of the platform.
        workspace: The platform's own id of the workspace.
    """
    for name, value in as_settings(manner).items():
        if value and name not in KNOWN.get(platform, frozenset()):
            called = _CALLED.get(platform, platform)
            what = _WANTED[name]
            yield name, Phrase("{platform} has no {what}.", platform=called, what=what)
            return
    if manner.ping is None:
        return
    if not _ROLE.fullmatch(manner.ping):
        yield "ping", Phrase("Name one role by a mention or by its number.")
    elif manner.ping == workspace:
        # On Discord «everyone» is the role whose number is the server's.
        yield (
            "ping",
            Phrase("Everybody cannot be pinged; name a role that people can leave."),
        )
