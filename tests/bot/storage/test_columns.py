from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage import Connection, Database, process_store
from bot.storage.columns import Instant, Json, NaiveInstantError, SafeText
from tests.bot.storage.builders import NOW

SQLITE: Any = sqlite.dialect()
POSTGRESQL: Any = postgresql.dialect()
instants = st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 1, 1),
    timezones=st.timezones() | st.just(UTC),
    allow_imaginary=False,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(instants)
@example(datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")))
def test_an_instant_comes_back_the_same_and_in_utc(instant: datetime):
    stored = Instant().process_bind_param(instant, SQLITE)

    back = Instant().process_result_value(stored, SQLITE)

    assert back is not None
    # In UTC on both sides: across zones, an ambiguous local hour equals nothing.
    assert back == instant.astimezone(UTC)
    assert back.tzinfo is UTC


@given(instants, instants)
def test_stored_instants_sort_as_the_moments_do(one: datetime, other: datetime):
    first = Instant().process_bind_param(one, SQLITE)
    second = Instant().process_bind_param(other, SQLITE)

    # Python compares two local times of one zone by wall clock: compare in UTC.
    assert (first < second) == (one.astimezone(UTC) < other.astimezone(UTC))  # type: ignore[operator]


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_an_instant_without_a_zone_is_refused(dialect: Any):
    with pytest.raises(NaiveInstantError, match="has no zone"):
        Instant().process_bind_param(datetime(2026, 3, 4), dialect)


async def test_a_verb_given_a_naive_instant_stores_nothing(database: Database):
    with pytest.raises(NaiveInstantError):
        await database.write(
            process_store.record_invocation,
            platform="local",
            key="1",
            now=NOW.replace(tzinfo=None),
        )

    assert await database.write(
        process_store.record_invocation, platform="local", key="1", now=NOW
    )


async def test_an_instant_from_another_zone_is_the_same_moment_in_the_database(
    database: Database,
):
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    await database.write(
        process_store.record_invocation, platform="local", key="1", now=east
    )

    gone = await database.write(process_store.prune_invocations, before=NOW)
    gone_later = await database.write(
        process_store.prune_invocations, before=NOW + timedelta(microseconds=1)
    )

    assert (gone, gone_later) == (0, 1)


@given(json_values)
def test_json_comes_back_the_same(value: Any):
    stored = Json().process_bind_param(value, SQLITE)

    assert Json().process_result_value(stored, SQLITE) == value


def test_json_keeps_letters_as_they_are_and_sorts_keys():
    stored = Json().process_bind_param({"ü": 1, "a": "“é”"}, SQLITE)

    assert stored == '{"a": "“é”", "ü": 1}'


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b"])
async def test_characters_that_no_database_holds_become_the_replacement_mark(
    database: Database, odd: str
):
    def store_and_find(connection: Connection) -> tuple[bool, bool]:
        first = process_store.record_invocation(
            connection, platform="local", key=odd, now=NOW
        )
        again = process_store.record_invocation(
            connection, platform="local", key="a\ufffdb", now=NOW
        )
        return first, again

    assert await database.write(store_and_find) == (True, False)


def test_ordinary_words_are_left_alone():
    assert SafeText().process_bind_param("“é” 🙂", POSTGRESQL) == "“é” 🙂"
