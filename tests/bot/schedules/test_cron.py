from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import list_upcoming_dues
from bot.schedules.wording import describe_schedule

#: A cron line → the sentence that it means.
MEANT = {
    "cron 30 8 * * 1-5 Europe/Berlin": "weekdays at 8:30 Europe/Berlin",
    "cron: 30 8 * * 1-5": "weekdays at 8:30 UTC",
    "CRON 0 9 * * MON,THU Berlin": "Monday and Thursday at 9:00 Europe/Berlin",
    "cron 0 9 * * 0": "Sunday at 9:00 UTC",
    "cron 0 9 * * 7": "Sunday at 9:00 UTC",
    "cron 0 9 * * 6,0": "weekends at 9:00 UTC",
    "cron 0 9 * * 5-7": "Friday, Saturday and Sunday at 9:00 UTC",
    "cron 0 9 * * *": "daily at 9:00 UTC",
    "cron 0,30 7,18 * * *": "daily at 7:00, 7:30, 18:00 and 18:30 UTC",
    "cron * * * * *": "every minute UTC",
    "cron */15 * * * *": "every 15 minutes UTC",
    "cron 0 */2 * * *": "every 2 hours UTC",
    "cron 0 */5 * * *": "every 5 hours UTC",
    "cron */15 8-19 * * 1-5": "every 15 minutes between 8:00 and 19:45 on weekdays UTC",
    "cron 0 8-20 * * *": "hourly between 8:00 and 20:00 UTC",
    "cron 30 8-10 * * *": "daily at 8:30, 9:30 and 10:30 UTC",
    "cron 0 8 1,15 * *": "on the 1st and 15th of the month at 8:00 UTC",
    "cron 0 8 L * *": "on the last day of the month at 8:00 UTC",
    "cron 0 8 15,L * *": "on the 15th and last day of the month at 8:00 UTC",
    "cron 0 8 LW * *": "on the last weekday of the month at 8:00 UTC",
    "cron 0 9 * * 1#1": "on the first Monday of the month at 9:00 UTC",
    "cron 0 9 * * 5L": "on the last Friday of the month at 9:00 UTC",
    "cron 0 9 * * 1#1,1#3": "on the first and third Monday of the month at 9:00 UTC",
    "cron @daily Asia/Tokyo": "daily at 0:00 Asia/Tokyo",
    "cron @hourly": "hourly UTC",
    "cron @weekly": "Sunday at 0:00 UTC",
}


@pytest.mark.parametrize("line", MEANT)
def test_a_cron_line_means(line):
    assert describe_schedule(parse_schedule(line)) == MEANT[line]


REFUSED = {
    "cron 0 9 13 * 5": "two schedules",
    "cron 0 9 * 1 *": "some months only",
    "cron */7 * * * *": "too often",
    "cron 61 * * * *": "«61»",
    "cron 0 24 * * *": "«24»",
    "cron 0 9 * * 8": "«8»",
    "cron 0 9 * * tag": "«tag»",
    "cron 0 9 0 * *": "«0»",
    "cron 0/0 9 * * *": "«0/0»",
    "cron 0 12-9 * * *": "«12-9»",
    "cron 0 9": "five fields",
    "cron 0 9 * * ?": "«?»",
    "cron 0 9 * * 1#1,2": "«1#1,2»",
    "cron 0 9 1,LW * *": "«1,lw»",
    "cron 0 9 * * 1 Mars": "«mars»",
    "30 8 * * 1-5": "write «cron» before it",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_cron_line_that_cannot_be_followed_is_refused_with_the_reason(line):
    with pytest.raises(UserError) as complaint:
        parse_schedule(line)
    assert REFUSED[line] in str(complaint.value)
    assert "Try «" in str(complaint.value)


@st.composite
def lines(draw: st.DrawFn) -> tuple[int, int, tuple[int, ...]]:
    days = draw(st.sets(st.integers(0, 6), min_size=1, max_size=4))
    return draw(st.integers(0, 59)), draw(st.integers(0, 23)), tuple(sorted(days))


@given(line=lines())
def test_cron_counts_weekdays_from_sunday(line):
    minute, hour, days = line
    written = f"cron {minute} {hour} * * {','.join(map(str, days))} Europe/Berlin"
    dues = list_upcoming_dues(
        parse_schedule(written), datetime(2026, 11, 25, tzinfo=UTC), 8
    )
    local = [due.at.astimezone(ZoneInfo("Europe/Berlin")) for due in dues]
    # strftime's %w counts as cron does: Sunday is 0.
    assert {int(f"{moment:%w}") for moment in local} == set(days)
    assert {(moment.hour, moment.minute) for moment in local} == {(hour, minute)}
