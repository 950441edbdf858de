from datetime import UTC, datetime

import pytest

from bot.errors import UserError
from bot.schedules.posting_rules import find_quiet_end

BERLIN = "Europe/Berlin"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


#: Berlin is at +01:00 in November.
NIGHT = "22:00-07:00"
OVER_MIDNIGHT = {
    "2026-11-24T21:59:59+01:00": False,
    "2026-11-24T22:00:00+01:00": True,
    "2026-11-24T23:59:00+01:00": True,
    "2026-11-25T00:00:00+01:00": True,
    "2026-11-25T06:59:59+01:00": True,
    "2026-11-25T07:00:00+01:00": False,
    "2026-11-25T12:00:00+01:00": False,
}


@pytest.mark.parametrize("at", OVER_MIDNIGHT)
def test_quiet_hours_over_midnight_begin_with_their_start_and_end_before_their_end(at):
    quiet = find_quiet_end(NIGHT, instant(at), BERLIN) is not None
    assert quiet is OVER_MIDNIGHT[at]


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        ("2026-11-24T11:59:00+00:00", False),
        ("2026-11-24T12:00:00+00:00", True),
        ("2026-11-24T14:00:00+00:00", False),
        ("2026-11-24T23:00:00+00:00", False),
    ],
)
def test_quiet_hours_within_a_day(at, quiet):
    end = find_quiet_end("12:00 – 14:00", instant(at), "UTC")
    assert (end is not None) is quiet


def test_quiet_hours_are_those_of_the_zone():
    at = instant("2026-11-24T21:30:00+00:00")
    assert find_quiet_end(NIGHT, at, BERLIN) is not None
    assert find_quiet_end(NIGHT, at, "UTC") is None


ENDS = {
    # (window, at): end
    (NIGHT, "2026-11-24T22:00:00+01:00"): "2026-11-25T07:00:00+01:00",
    (NIGHT, "2026-11-25T03:00:00+01:00"): "2026-11-25T07:00:00+01:00",
    ("12:00-14:00", "2026-11-24T13:00:00+01:00"): "2026-11-24T14:00:00+01:00",
    # The end falls into the gap of 2026-03-29, 2:00 to 3:00.
    ("22:00-02:30", "2026-03-29T01:00:00+01:00"): "2026-03-29T03:00:00+02:00",
    # 2:00 to 3:00 comes twice on 2026-10-25.
    ("22:00-02:30", "2026-10-25T02:15:00+02:00"): "2026-10-25T02:30:00+02:00",
    ("22:00-02:30", "2026-10-25T02:15:00+01:00"): "2026-10-25T02:30:00+01:00",
}


@pytest.mark.parametrize(("window", "at"), ENDS)
def test_quiet_hours_end(window, at):
    assert find_quiet_end(window, instant(at), BERLIN) == instant(ENDS[window, at])


@pytest.mark.parametrize(
    "window", ["", "22:00", "late-early", "25:00-07:00", "22:00-22:00", "-", "1" * 9999]
)
def test_quiet_hours_that_are_none_are_refused_with_an_example(window):
    with pytest.raises(UserError, match=r"«22:00-07:00»|0:00 to 23:59|«8:30»"):
        find_quiet_end(window, datetime(2026, 11, 24, tzinfo=UTC), "UTC")
