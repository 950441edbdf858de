"""Settings as they are written in one place; it checks none and has no defaults.

A place that cannot be read is a mistake of its reading, and no secret of it is told.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

PREFIX: Final = "STANDFIRST_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What one place says: names without prefix, in lower case, and their values."""

    place: str
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()
    #: How the place writes a name: before it, and whether in capitals.
    prefix: str = PREFIX

    def written(self, name: str) -> str:
        """The name as people write it in this place."""
        return f"{self.prefix}{name.upper()}" if self.prefix else name


def environment(env: Mapping[str, str]) -> Reading:
    """What these variables say."""
    return Reading(place="the environment", values=_ours(env))


def env_file(path: Path) -> Reading:
    """What a `.env` says; nothing where there is none."""
    if not path.is_file():
        return Reading(place=str(path))
    try:
        # No interpolation: a «$» in a password is a «$».
        found = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    given = {name: value or "" for name, value in found.items()}
    return Reading(place=str(path), values=_ours(given))


def toml_file(path: Path) -> Reading:
    """What a `standfirst.toml` says; nothing where there is none."""
    if not path.is_file():
        return Reading(place=str(path))
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    values = {}
    mistakes = []
    for name, value in found.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            values[name.lower()] = str(value)
        else:
            mistakes.append(f"{name} in {path} must be text or a number.")
    return Reading(place=str(path), values=values, mistakes=tuple(mistakes), prefix="")


def _unreadable(path: Path, error: Exception) -> Reading:
    # The text of a decoding error repeats the file's bytes, secrets among them.
    why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return Reading(place=str(path), mistakes=(f"{path} cannot be read: {why}.",))


def _ours(values: Mapping[str, str]) -> dict[str, str]:
    return {
        name.upper().removeprefix(PREFIX).lower(): value
        for name, value in values.items()
        if name.upper().startswith(PREFIX)
    }
