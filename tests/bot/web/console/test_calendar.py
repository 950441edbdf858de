"""The calendar has what is posted in the next two weeks, and changes of the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.i18n.translation import Texts
from bot.model import Destination, Digest, DigestOptions
from bot.web.console.calendar_page import DAYS, build_days

NOW = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
NEWS = Destination(id=1, workspace_id=1, name="news", channel="c")
DIGEST = Digest(
    id=3,
    workspace_id=1,
    name="Morning",
    sources=(),
    destinations=(NEWS,),
    schedules=("daily at 08:30 Europe/Berlin",),
)


def days(*digests: Digest, zone: str = "Europe/Berlin", most: int = 8):
    return build_days(digests, NOW, zone, Texts.of("en"), most)


def test_each_day_of_two_weeks_is_shown():
    found = days(DIGEST)
    assert len(found) == DAYS
    assert found[0].date == date(2026, 10, 20)
    assert [one.time for day in found for one in day.editions] == 14 * ["08:30"]


def test_a_change_of_the_clocks_is_marked_on_its_day():
    changes = {day.date: day.clock_changes for day in days(DIGEST) if day.clock_changes}
    assert changes == {
        date(2026, 10, 25): (
            "Europe/Berlin: at 03:00 the clocks go back by 60 minutes.",
        )
    }


def test_quiet_hours_pauses_and_left_out_days_are_applied():
    quiet = DigestOptions(quiet_hours="07:00-09:00")
    skips = (date(2026, 10, 21),)
    first, second, *_ = days(replace(DIGEST, options=quiet, skips=skips))
    assert [one.time for one in first.editions] == ["09:00"]
    assert second.editions == ()
    assert not any(day.editions for day in days(replace(DIGEST, paused=True)))


def test_a_digest_of_another_zone_shows_its_own_time_too():
    there = replace(DIGEST, schedules=("daily at 08:30 America/New_York",))
    (shown,) = days(there)[1].editions
    assert (shown.time, shown.own_time) == ("14:30", "08:30 America/New_York")


def test_of_many_editions_of_a_day_the_first_are_shown():
    many = [replace(DIGEST, id=n, name=f"Digest {n}") for n in range(20)]
    day = days(*many)[1]
    assert (len(day.editions), day.more) == (8, 12)
