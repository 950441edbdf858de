"""The steps of a change: stored as JSON, and inverted."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.change_steps import (
    ChangeStep,
    reverse_steps,
    step_from_json,
    step_to_json,
)
from bot.model import SettingsEntry

values = st.none() | st.integers() | st.text() | st.lists(st.text())
entries = st.none() | st.dictionaries(st.text(), values).map(
    lambda e: {**e, "name": "x"}
)


def kept(step: ChangeStep) -> ChangeStep:
    """The step after a round trip through the database."""
    return step_from_json(json.loads(json.dumps(step_to_json(step))))


@given(entries, entries)
def test_a_stored_step_is_unchanged(
    before: SettingsEntry | None, after: SettingsEntry | None
):
    step = ChangeStep(noun="digest", before=before, after=after, key=7)
    assert kept(step) == step
    assert kept(step).is_change == (before != after)


@given(st.lists(st.tuples(entries, entries), max_size=4))
def test_taking_back_twice_is_where_it_began(
    pairs: list[tuple[SettingsEntry, SettingsEntry]],
):
    steps = [ChangeStep(noun="digest", before=b, after=a) for b, a in pairs]
    assert list(reverse_steps(reverse_steps(steps))) == steps


def test_the_last_thing_made_is_the_first_to_go():
    made = [
        ChangeStep(noun="destination", before=None, after={"name": "news"}),
        ChangeStep(noun="digest", before=None, after={"name": "Brief"}),
    ]
    assert [step.old_name for step in reverse_steps(made)] == ["Brief", "news"]
    assert all(step.after is None for step in reverse_steps(made))
