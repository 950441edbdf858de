"""The steps of a change: kept as JSON, and turned around."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.configuring import Entry, Step
from bot.configuring.steps import from_json, same, taken_back, to_json

values = st.none() | st.integers() | st.text() | st.dates() | st.lists(st.text())
entries = st.none() | st.dictionaries(st.text(), values).map(
    lambda e: {**e, "name": "x"}
)


def kept(step: Step) -> Step:
    """The step as the database gives it back."""
    return from_json(json.loads(json.dumps(to_json(step))))


@given(entries, entries)
def test_a_step_that_was_kept_says_the_same(before: Entry | None, after: Entry | None):
    step = Step(noun="digest", before=before, after=after, key=7)
    assert same(kept(step).before, before)
    assert same(kept(step).after, after)
    assert kept(step).key == 7


def test_what_differs_is_not_the_same():
    assert not same({"skip": [date(2026, 12, 24)]}, {"skip": [date(2026, 12, 25)]})
    assert not same({"name": "x"}, None)
    assert same({"schedule": ("a", "b")}, {"schedule": ["a", "b"]})


@given(st.lists(st.tuples(entries, entries), max_size=4))
def test_taking_back_twice_is_where_it_began(pairs: list[tuple[Entry, Entry]]):
    steps = [Step(noun="digest", before=b, after=a) for b, a in pairs]
    assert list(taken_back(taken_back(steps))) == steps


def test_the_last_thing_made_is_the_first_to_go():
    made = [
        Step(noun="destination", before=None, after={"name": "news"}),
        Step(noun="digest", before=None, after={"name": "Brief"}),
    ]
    assert [step.old_name for step in taken_back(made)] == ["Brief", "news"]
    assert all(step.after is None for step in taken_back(made))
