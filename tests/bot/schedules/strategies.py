"""Hypothesis strategies for schedules."""

from datetime import date, time, timedelta
from importlib.resources import files
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from bot.schedules.parsing import interval_hits_window
from bot.schedules.rules import (
    EVERY_DAY,
    LAST,
    WEEKDAYS,
    WEEKEND,
    Interval,
    Schedule,
    TimeWindow,
    max_places,
    sort_places,
)

ZONES = tuple(
    name
    for name in (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    if name != "Factory"
)


def clock_times() -> st.SearchStrategy[time]:
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


def days() -> st.SearchStrategy[tuple[int, ...]]:
    some = st.sets(st.integers(0, 6), min_size=1)
    return some.map(sorted).map(tuple)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    minutes = draw(st.integers(1, 1440))
    window = draw(
        st.none() | st.builds(TimeWindow, start=clock_times(), end=clock_times())
    )
    assume(window is None or interval_hits_window(minutes, window))
    return Interval(minutes=minutes, window=window)


DATES = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    """Limits of a schedule: bounds, and excluded dates."""
    first = draw(st.none() | DATES)
    last = draw(st.none() | st.dates(date(2031, 1, 1), date(2033, 12, 31)))
    skips = draw(st.sets(DATES, max_size=4))
    in_a_row = draw(st.booleans())
    if skips and in_a_row:
        # A holiday: several days in a row.
        start = min(skips)
        skips |= {
            start + timedelta(days=day) for day in range(draw(st.integers(1, 20)))
        }
    return {"first": first, "last": last, "skips": tuple(sorted(skips))}


@st.composite
def dates_of(draw: st.DrawFn) -> dict[str, Any]:
    """Schedules on days of the week or of the month; with limits or without."""
    bounds = draw(limits()) if draw(st.booleans()) else {}
    kind = draw(st.sampled_from(["weekly", "weekly", "some weeks", "monthly"]))
    if kind == "monthly":
        one = st.integers(0, 6).map(lambda day: (day,))
        some = draw(one | st.sampled_from([EVERY_DAY, WEEKDAYS, WEEKEND]))
        place = st.integers(1, max_places(some)) | st.just(LAST)
        places = draw(st.sets(place, min_size=1, max_size=4))
        return bounds | {"days": some, "places": tuple(sort_places(tuple(places)))}
    some = draw(days())
    if kind == "weekly" or some == EVERY_DAY:
        return bounds | {"days": some}
    first = draw(DATES.filter(lambda day: day.weekday() in some))
    return bounds | {"days": some, "weeks": draw(st.integers(2, 52)), "first": first}


@st.composite
def schedules(
    draw: st.DrawFn, dates: st.SearchStrategy[dict[str, Any]] | None = None
) -> Schedule:
    times = st.sets(clock_times(), min_size=1, max_size=4).map(sorted).map(tuple)
    return Schedule(
        rule=draw(times | intervals()),
        zone=draw(st.sampled_from(ZONES)),
        **draw(dates_of() if dates is None else dates),
    )


def weekly() -> st.SearchStrategy[Schedule]:
    """Those that recur every week without an end."""
    return schedules(days().map(lambda some: {"days": some}))
