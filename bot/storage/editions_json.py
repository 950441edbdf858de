"""Writes an edition as JSON and reads back exactly the same; knows no table.

The nouns' own type hints are the format, so a new field needs no line here: one with
a default is simply absent from older editions. (pydantic was tried: it turns an
infinite figure into null and UTC into a zone class of its own.) What stands in the
text and is no field any more is passed over.
"""

import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from bot.storage.columns import to_json
from digests.types import Edition

T = TypeVar("T")


def dump(noun: Any) -> str:
    """Give the one JSON text of an edition: keys sorted, letters as they are.

    It does the same for any noun that is made like one.
    """
    return to_json(_plain(noun))


def load(text: str) -> Edition:
    """Give back the edition that `dump` wrote."""
    return load_as(Edition, text)


def load_as(kind: type[T], text: str) -> T:
    """Give back the noun of that kind that `dump` wrote."""
    noun: T = _read(kind, json.loads(text))
    return noun


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{
                name: _read(hints[name], item)
                for name, item in value.items()
                if name in hints
            }
        )
    origin = typing.get_origin(kind)
    if origin is tuple:
        (each, _) = typing.get_args(kind)
        return tuple(_read(each, item) for item in value)
    if origin is types.UnionType or origin is typing.Union:
        # Only «or None» occurs, and None is dealt with above.
        (other,) = (arg for arg in typing.get_args(kind) if arg is not types.NoneType)
        return _read(other, value)
    return datetime.fromisoformat(value) if kind is datetime else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)
