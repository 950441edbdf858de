"""Controls of a personal edition: their ids contain the edition. Pure.

If a platform does not name the workspace of a pressed control (in a direct message on
Discord), it is found by the public id of the edition. That id proves no identity:
commands check that the person who pressed it is the owner of the edition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.model import MessagePart, StoredEdition

#: The prefix of every control id, and the action of a personal one.
CONTROL_VERSION: Final = "v1"
OWN_ACTION: Final = "own"
_OPEN_PREFIX: Final = "v1:open"
_DISCUSS_PREFIX: Final = "v1:discuss"
#: Keys of control ids in the platforms' payloads.
_ID_KEYS: Final = frozenset({"custom_id", "action_id", "value", "id"})


def build_own_control_id(edition: str, control: str) -> str:
    """Build the id of a control of a personal edition."""
    action = control.removeprefix(f"{CONTROL_VERSION}:")
    return f"{CONTROL_VERSION}:{OWN_ACTION}:{edition}:{action}"


def mark_own_controls(
    parts: Sequence[MessagePart], stored_edition: StoredEdition
) -> tuple[MessagePart, ...]:
    """Give the controls of a personal edition their personal ids."""
    return tuple(
        replace(part, payload=_mark_within(part.payload, stored_edition.public_id))
        for part in parts
    )


def _mark_within(value: Any, edition: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: build_own_control_id(edition, inner)
            if key in _ID_KEYS and _is_control(inner)
            else _mark_within(inner, edition)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            _mark_within(inner, edition) for inner in value if not _is_discussion(inner)
        ]
    return value


def _is_discussion(value: Any) -> bool:
    """Whether it opens a thread, which makes no sense for one person."""
    if not isinstance(value, Mapping):
        return False
    return any(str(value.get(key, "")).startswith(_DISCUSS_PREFIX) for key in _ID_KEYS)


def _is_control(value: Any) -> bool:
    text = value if isinstance(value, str) else ""
    return text.startswith(f"{CONTROL_VERSION}:") and not text.startswith(_OPEN_PREFIX)
