"""Files that people give with a command or a form on Discord: pure, and none is read.

Beside the option that a file can be given for stands one of Discord's own kind, under
one name everywhere. What came in names a file by its id, and Discord says beside it
where the file lies: on its own host, which alone is asked for it.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.attached import origin_beside
from bot.types import Attached

#: What the option, and the question of a form, is called.
ATTACHMENT: Final = "attachment"
#: Where Discord keeps what people upload.
ORIGIN: Final = "https://cdn.discordapp.com"


def origin_of(api_base: str | None) -> str:
    """Where files lie: beside a REST interface of our own, or on Discord's host."""
    return origin_beside(api_base, ORIGIN)


def taken(
    given: Mapping[str, str], data: Mapping[str, Any], origin: str
) -> tuple[dict[str, str], Attached | None]:
    """What was given in words, and the file that came with it.

    Args:
        given: Option or question → what was given; of a file, its id.
        data: The interaction's, with what the ids stand for.
        origin: Where files lie.
    """
    words = {name: value for name, value in given.items() if name != ATTACHMENT}
    known = (data.get("resolved") or {}).get("attachments") or {}
    found = known.get(given.get(ATTACHMENT, ""))
    if not isinstance(found, Mapping):
        return words, None
    size = found.get("size")
    file = Attached(
        name=str(found.get("filename") or ""),
        size=size if isinstance(size, int) else 0,
        address=str(found.get("url") or ""),
        origin=origin,
    )
    return words, file
