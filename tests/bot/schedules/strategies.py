"""What schedule tests draw from."""

from datetime import time
from importlib.resources import files

from hypothesis import assume
from hypothesis import strategies as st

from bot.schedules import Interval, Schedule, Window
from bot.schedules.sentences import falls_into

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
    window = draw(st.none() | st.builds(Window, start=clock_times(), end=clock_times()))
    assume(window is None or falls_into(minutes, window))
    return Interval(minutes=minutes, window=window)


def schedules() -> st.SearchStrategy[Schedule]:
    times = st.sets(clock_times(), min_size=1, max_size=4).map(sorted).map(tuple)
    return st.builds(
        Schedule,
        days=days(),
        rule=times | intervals(),
        zone=st.sampled_from(ZONES),
    )
