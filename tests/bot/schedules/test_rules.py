import json
from typing import Any

import pytest
from hypothesis import given

from bot.errors import ConfigurationError
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import schedule_from_json, schedule_to_json
from tests.bot.schedules.strategies import schedules


@given(schedules())
def test_a_schedule_survives_json(schedule):
    assert (
        schedule_from_json(json.loads(json.dumps(schedule_to_json(schedule))))
        == schedule
    )


def test_a_stored_schedule_can_be_read_by_people():
    assert schedule_to_json(parse_schedule("weekdays at 8:30 Berlin")) == {
        "zone": "Europe/Berlin",
        "days": [0, 1, 2, 3, 4],
        "times": ["08:30"],
    }
    assert schedule_to_json(
        parse_schedule("last friday of the month at 9 until 2026-12-31")
    ) == {
        "zone": "UTC",
        "days": [4],
        "times": ["09:00"],
        "places": [-1],
        "last": "2026-12-31",
    }
    assert schedule_to_json(parse_schedule("every 15 minutes between 8 and 20")) == {
        "zone": "UTC",
        "days": [0, 1, 2, 3, 4, 5, 6],
        "minutes": 15,
        "window": ["08:00", "20:00"],
    }


GOOD: dict[str, Any] = {"zone": "UTC", "days": [0], "times": ["08:30"]}
BAD: list[dict[str, Any]] = [
    {},
    {"zone": "UTC", "days": [0]},
    GOOD | {"days": []},
    GOOD | {"days": [7]},
    GOOD | {"days": [1, 0]},
    GOOD | {"days": None},
    GOOD | {"times": []},
    GOOD | {"times": ["08:30", "08:30"]},
    GOOD | {"times": ["8 o'clock"]},
    GOOD | {"zone": None},
    GOOD | {"places": [0]},
    GOOD | {"places": [6]},
    GOOD | {"places": [-2]},
    GOOD | {"places": [2, 1]},
    GOOD | {"days": [0, 1], "places": [1]},
    GOOD | {"weeks": 2},
    GOOD | {"weeks": 0},
    GOOD | {"weeks": 53, "first": "2026-11-30"},
    GOOD | {"weeks": 2, "first": "2026-12-01"},
    GOOD | {"first": "2026-02-30"},
    GOOD | {"first": 20260201},
    GOOD | {"skips": ["2026-12-25", "2026-12-24"]},
    GOOD | {"holidays": [49]},
    {"zone": "UTC", "days": [0], "minutes": 0},
    {"zone": "UTC", "days": [0], "minutes": 1441},
    {"zone": "UTC", "days": [0], "minutes": 5, "window": ["08:00"]},
]


@pytest.mark.parametrize("plain", BAD)
def test_a_stored_schedule_that_cannot_be_is_refused(plain):
    with pytest.raises(ConfigurationError, match="set it again"):
        schedule_from_json(plain)
