"""A file that somebody gives with a command: a noun; it reads nothing.

Others take it from `bot.types`. A platform says where the file lies and what may be
asked for it; `bot.commands.files` reads it, held to that.
"""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

#: Bytes that a file may have.
MOST: Final = 500_000
#: What a platform says where it asks for one.
ATTACHED: Final = "The same as a file of at most 500 KB"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A stranger's file, not yet read."""

    #: As it was called; no path of ours.
    name: str
    #: Bytes, as the platform says.
    size: int
    #: Where it lies, as the platform says; whoever has it may read the file.
    address: str = field(repr=False)
    #: Where the platform's files lie: «https://files.example». No other is asked.
    origin: str
    #: Said to the origin and to nobody else; a secret. "" = the address is enough.
    bearer: str = field(default="", repr=False)


def origin_beside(api_base: str | None, usual: str) -> str:
    """Say where a platform's files lie: on its host, or beside an interface of ours."""
    if api_base is None:
        return usual
    parts = urlsplit(api_base)
    return f"{parts.scheme}://{parts.netloc}"
