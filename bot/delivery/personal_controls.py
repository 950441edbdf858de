"""Controls under a person's own edition: their ids say whose edition it is; pure.

Where a platform tells no workspace with what is pressed (a direct message on Discord),
the edition's public id leads there. It proves nothing: who presses must be the person
whose own the edition is, and that is looked up (`bot.commands.own_place`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.model import MessagePart, StoredEdition

#: Begins every id; stands before an action; opens a select, whose choice counts.
CONTROL_VERSION: Final = "v1"
OWN_ACTION: Final = "own"
_OPEN_PREFIX: Final = "v1:open"
_DISCUSS_PREFIX: Final = "v1:discuss"
#: Where the platforms' payloads hold ids of controls.
_ID_KEYS: Final = frozenset({"custom_id", "action_id", "value", "id"})


def build_own_control_id(edition: str, control: str) -> str:
    """The id of a control that stands under a person's own edition."""
    action = control.removeprefix(f"{CONTROL_VERSION}:")
    return f"{CONTROL_VERSION}:{OWN_ACTION}:{edition}:{action}"


def mark_own_controls(
    parts: Sequence[MessagePart], stored_edition: StoredEdition
) -> tuple[MessagePart, ...]:
    """The messages of a person's own edition, with controls that say so."""
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
    """A button that opens a thread: there is nobody to discuss it with."""
    if not isinstance(value, Mapping):
        return False
    return any(str(value.get(key, "")).startswith(_DISCUSS_PREFIX) for key in _ID_KEYS)


def _is_control(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value.startswith(f"{CONTROL_VERSION}:")
        and not value.startswith(_OPEN_PREFIX)
    )
