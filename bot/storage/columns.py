"""How values go into columns and come out again; knows no table and no verb.

Instants: PostgreSQL has a type for them. SQLite gets whole microseconds since 1970,
because an instant then has exactly one spelling (text has many, and two spellings of
one instant do not compare), sorts and indexes as a number, and takes a third of the
room. Words: PostgreSQL takes neither NUL nor half a surrogate pair; both become
U+FFFD, as in the rule for every text that comes in. JSON is text, so that both
databases give back exactly what was put in.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
#: The bounds of a tsvector.
_LAST_PLACE, _MOST_PLACES = 16_383, 255
_SURROGATE = re.compile("[\ud800-\udfff]")


class NaiveInstant(ValueError, DontWrapMixin):
    """A datetime without a zone was about to be stored: a defect of the caller."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime; comes out in UTC."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | int | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise NaiveInstant(f"{value!r} has no zone; instants are stored in UTC.")
        if dialect.name == "postgresql":
            return value.astimezone(UTC)
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            instant: datetime = value
            return instant.astimezone(UTC)
        return _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text of any length that both databases can hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and _NOT_TEXT.search(value):
            return _NOT_TEXT.sub("\ufffd", value)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        words: str | None = value
        return words


class Json(TypeDecorator[Any]):
    """Anything that JSON can say, as text with sorted keys; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Terms(TypeDecorator[Sequence[str]]):
    """Words to be found by, in the order of the text; they do not come out again.

    They hold no white space, quotation mark or backslash (`digests.language.lookup`).
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Loaded only where it is used.
            from sqlalchemy.dialects.postgresql import TSVECTOR

            return dialect.type_descriptor(TSVECTOR())
        return dialect.type_descriptor(Text())

    def process_bind_param(
        self, value: Sequence[str] | None, dialect: Dialect
    ) -> str | None:
        if value is None:
            return None
        return _vector(value) if dialect.name == "postgresql" else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str]:
        raise NotImplementedError("What a text is found by is not read back.")


def _vector(terms: Sequence[str]) -> str:
    """Write words as PostgreSQL writes a tsvector: each with its places."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, term in enumerate(terms[:_LAST_PLACE], 1):
        if len(places[term]) < _MOST_PLACES:
            places[term].append(place)
    return " ".join(
        f"'{term}':{','.join(map(str, each))}" for term, each in places.items()
    )


def to_json(value: Any) -> str:
    """Give the one JSON text of `value`: keys sorted, letters as they are."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if _SURROGATE.search(text):
        # Half a surrogate pair cannot be encoded; as an escape it survives unchanged.
        return json.dumps(value, sort_keys=True)
    return text
