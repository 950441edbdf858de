"""Column types, and conversion of dataclasses to JSON text and back.

Instants: PostgreSQL has a type for them. SQLite stores whole microseconds since 1970,
because an instant then has exactly one representation (text has several, which do not
compare), sorts and indexes as a number, and takes a third of the space. Text:
PostgreSQL accepts neither NUL nor lone surrogates; both are replaced by U+FFFD, as in
every text that is read. JSON is stored as text, so that both databases return exactly
what was stored.

The format is derived from the type hints of the dataclasses, so a new field needs no
line here: a field with a default is simply absent from older editions. (pydantic was
tried: it turns an infinite figure into null and UTC into a zone class of its own.)
Unknown names in the text are ignored.
"""

import json
import re
import types
import typing
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from digests.messages import Message, message_from_json, message_to_json
from digests.types import Edition

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import _BindProcessorType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Limits of PostgreSQL's tsvector.
_LAST_POSITION, _MAX_POSITIONS = 16_383, 255
_SURROGATE = re.compile("[\ud800-\udfff]")


class NaiveInstantError(ValueError, DontWrapMixin):
    """A datetime without a zone cannot be stored: a bug of the caller."""


class BareSentenceError(TypeError, DontWrapMixin):
    """A sentence instead of a `Message` cannot be stored: a bug of the caller."""


class KeyArray(UserDefinedType[Collection[int]]):
    """Keys as one bound value of PostgreSQL, written as text.

    The driver's own array costs five times as much for some hundred numbers.
    """

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: Any) -> str:
        return "BIGINT[]"

    def bind_processor(self, dialect: Dialect) -> "_BindProcessorType[Any]":
        def write(value: Collection[int] | None) -> str | None:
            return None if value is None else f"{{{','.join(map(str, value))}}}"

        return write


class Instant(TypeDecorator[datetime]):
    """An aware datetime; read back in UTC."""

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
            raise NaiveInstantError(
                f"{value!r} has no zone; instants are stored in UTC."
            )
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


class SafeText(TypeDecorator[str]):
    """Text of any length that both databases can store."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and _UNSTORABLE.search(value):
            return _UNSTORABLE.sub("\ufffd", value)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        words: str | None = value
        return words


class MessageText(TypeDecorator[Message]):
    """A message as the JSON of its code and parameters; a bare sentence is refused."""

    impl = SafeText
    cache_ok = True

    def process_bind_param(self, value: Message | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Message):
            raise BareSentenceError(f"{value!r} is not a Message.")
        return encode_json(message_to_json(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Message | None:
        if value is None:
            return None
        # A sentence stored by an earlier version is shown unchanged.
        return message_from_json(json.loads(value) if value[:1] == "{" else value)


class Json(TypeDecorator[Any]):
    """A JSON value as text with sorted keys; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else encode_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class SearchTerms(TypeDecorator[Sequence[str]]):
    """Words of the full text index in text order; write-only.

    They contain no white space, quotation mark or backslash
    (`digests.language.search_terms`).
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Imported only if it is used.
            from sqlalchemy.dialects.postgresql import TSVECTOR

            return dialect.type_descriptor(TSVECTOR())
        return dialect.type_descriptor(Text())

    def process_bind_param(
        self, value: Sequence[str] | None, dialect: Dialect
    ) -> str | None:
        if value is None:
            return None
        return (
            _format_tsvector(value) if dialect.name == "postgresql" else " ".join(value)
        )

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str]:
        raise NotImplementedError("Search terms are not read back.")


def _format_tsvector(terms: Sequence[str]) -> str:
    """Format words as a tsvector: each with its positions."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, term in enumerate(terms[:_LAST_POSITION], 1):
        if len(places[term]) < _MAX_POSITIONS:
            places[term].append(place)
    return " ".join(
        f"'{term}':{','.join(map(str, each))}" for term, each in places.items()
    )


def encode_json(value: Any) -> str:
    """Return the canonical JSON text of a value: keys sorted, no letter escaped."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if _SURROGATE.search(text):
        # A lone surrogate cannot be encoded; as an escape it survives unchanged.
        return json.dumps(value, sort_keys=True)
    return text


T = TypeVar("T")


def dump_dataclass(noun: Any) -> str:
    """Return the canonical JSON text of a dataclass instance, as `encode_json` does."""
    return encode_json(_to_plain(noun))


def load_edition(text: str) -> Edition:
    """Load an edition that `dump_dataclass` wrote."""
    return load_dataclass(Edition, text)


def load_dataclass(kind: type[T], text: str) -> T:
    """Load an instance of the dataclass `kind` that `dump_dataclass` wrote."""
    noun: T = _from_plain(kind, json.loads(text))
    return noun


def _to_plain(value: Any) -> Any:
    if isinstance(value, Message):
        return message_to_json(value)
    if is_dataclass(value):
        return {
            field.name: _to_plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _from_plain(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if kind is Message:
        return message_from_json(value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _type_hints(kind)
        return kind(
            **{
                name: _from_plain(hints[name], item)
                for name, item in value.items()
                if name in hints
            }
        )
    origin = typing.get_origin(kind)
    if origin is tuple:
        (each, _) = typing.get_args(kind)
        return tuple(_from_plain(each, item) for item in value)
    if origin is types.UnionType or origin is typing.Union:
        # The only unions are with None, which is handled above.
        (other,) = (arg for arg in typing.get_args(kind) if arg is not types.NoneType)
        return _from_plain(other, value)
    return datetime.fromisoformat(value) if kind is datetime else value


@cache
def _type_hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)
