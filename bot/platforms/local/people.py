"""The two people of the local page, who show what an editor and a reader may do.

There are no accounts here: the page is served to this machine alone, and whoever sits
at it chooses a person. The platform decides the permission from that choice; the core
checks it on every command.
"""

from collections.abc import Mapping
from typing import Final

from bot.types import Permission, Person

COOKIE: Final = "standfirst_person"
PEOPLE: Final[Mapping[str, Person]] = {
    "ana": Person(id="ana", name="Ana", permission=Permission.EDITOR),
    "ben": Person(id="ben", name="Ben", permission=Permission.EVERYONE),
}
ROLES: Final[Mapping[Permission, str]] = {
    Permission.EDITOR: "editor",
    Permission.EVERYONE: "reader",
}
FIRST: Final = PEOPLE["ana"]


def person_of(cookies: Mapping[str, str]) -> Person:
    """Who sits at the page; the first person when nobody was chosen."""
    return PEOPLE.get(cookies.get(COOKIE, ""), FIRST)
