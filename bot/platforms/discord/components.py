"""Puts a delivery's key into its message and finds it there again; no I/O.

The key is the nonce of a post. A message that is read back may come without its nonce,
so the first control carries the key too, behind a «#» that `pressed` takes off again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.platforms.discord import limits

_MARK: Final = re.compile(r"#k[a-z2-7]{25}\Z")


def marked(components: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """A copy of `components` whose first control that has room carries `key`."""
    return _marked(components, f"#k{key}")[0]


def carries(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message, as Discord's API gives it, is the one with this key."""
    if str(message.get("nonce") or "") == key:
        return True
    found = _custom_ids(message.get("components") or ())
    return any(custom_id.endswith(f"#k{key}") for custom_id in found)


def pressed(custom_id: str) -> str:
    """The control's own id, without the key that it carried."""
    return _MARK.sub("", custom_id)


def _marked(
    components: Sequence[Mapping[str, Any]], mark: str
) -> tuple[list[dict[str, Any]], bool]:
    copies: list[dict[str, Any]] = []
    done = False
    for component in components:
        copy = dict(component)
        custom_id = copy.get("custom_id")
        if not done and custom_id and len(custom_id + mark) <= limits.CUSTOM_ID:
            copy["custom_id"] = custom_id + mark
            done = True
        if not done and "components" in copy:
            copy["components"], done = _marked(copy["components"], mark)
        copies.append(copy)
    return copies, done


def _custom_ids(components: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for component in components:
        if component.get("custom_id"):
            yield str(component["custom_id"])
        yield from _custom_ids(component.get("components") or ())
