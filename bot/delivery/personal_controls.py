"""Controls under a person's own edition, which say whose edition that is; pure.

Where a platform tells no workspace with what is pressed (a direct message on Discord),
the edition's public id leads there. It proves nothing: who presses must be the person
whose own the edition is, and that is looked up (`bot.commands.own_place`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.types import Issue, Part

#: Begins every id; stands before an action; opens a select, whose choice counts.
VERSION: Final = "v1"
OWN: Final = "own"
_OPEN: Final = "v1:open"
_DISCUSS: Final = "v1:discuss"
#: Where the platforms' payloads hold ids of controls.
_KEYS: Final = frozenset({"custom_id", "action_id", "value", "id"})


def under(edition: str, control: str) -> str:
    """The id of a control that stands under a person's own edition."""
    return f"{VERSION}:{OWN}:{edition}:{control.removeprefix(f'{VERSION}:')}"


def owned(parts: Sequence[Part], issue: Issue) -> tuple[Part, ...]:
    """The messages of a person's own edition, with controls that say so."""
    return tuple(
        replace(part, payload=_within(part.payload, issue.public_id)) for part in parts
    )


def _within(value: Any, edition: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: under(edition, inner)
            if key in _KEYS and _is_control(inner)
            else _within(inner, edition)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_within(inner, edition) for inner in value if not _discusses(inner)]
    return value


def _discusses(value: Any) -> bool:
    """A button that opens a thread: there is nobody to discuss it with."""
    if not isinstance(value, Mapping):
        return False
    return any(str(value.get(key, "")).startswith(_DISCUSS) for key in _KEYS)


def _is_control(value: Any) -> bool:
    return (
        isinstance(value, str)
        and value.startswith(f"{VERSION}:")
        and not value.startswith(_OPEN)
    )
