import sys
from datetime import UTC, date, datetime

import pytest

from bot.errors import ConfigurationError, UserError
from bot.schedules import calendar
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import list_upcoming_dues, schedule_from_json, schedule_to_json
from bot.schedules.wording import describe_schedule

AFTER = datetime(2026, 12, 23, 12, tzinfo=UTC)


@pytest.fixture
def without_the_list(monkeypatch):
    """Simulate an installation without the extra, where nothing was parsed before."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    calendar._holidays_of_year.cache_clear()
    parse_schedule.cache_clear()


def test_without_the_list_a_schedule_with_holidays_names_the_extra(without_the_list):
    with pytest.raises(UserError, match=r"pip install 'standfirst\[holidays\]'"):
        parse_schedule("weekdays at 8:30 except holidays in DE")
    with pytest.raises(ConfigurationError):
        calendar.is_holiday("DE", date(2026, 12, 25))


def test_without_the_list_all_other_schedules_are_understood(without_the_list):
    assert list_upcoming_dues(
        parse_schedule("weekdays at 8:30 except 2026-12-24"), AFTER, 1
    )


class TestWithTheList:
    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("holidays", reason="the extra «holidays» is not installed")

    def test_public_holidays_are_left_out(self):
        schedule = parse_schedule("weekdays at 8:30 except holidays in DE")
        dates = [
            due.local_date.isoformat() for due in list_upcoming_dues(schedule, AFTER, 7)
        ]
        assert dates == [
            "2026-12-24", "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31",
            "2027-01-04", "2027-01-05",
        ]  # fmt: skip

    def test_a_part_of_a_country_has_its_own(self):
        bavaria = parse_schedule("daily at 8 except holidays in DE-BY")
        dates = [due.local_date for due in list_upcoming_dues(bavaria, AFTER, 20)]
        assert date(2027, 1, 6) not in dates
        assert date(2027, 1, 5) in dates

    @pytest.mark.parametrize(
        ("sentence", "said"),
        [
            ("daily at 8 except holidays in de", "except holidays in DE"),
            ("daily at 8 except public holidays in DE", "except holidays in DE"),
            ("daily except bank holidays in GB at 8", "except holidays in GB"),
            ("daily at 8 except holidays in IN", "except holidays in IN"),
            ("daily except holidays in IN at 8", "except holidays in IN"),
            ("except holidays in DE and AT at 8", "except holidays in DE and AT"),
            ("daily except holidays in DE, at 8", "except holidays in DE"),
            (
                "daily at 8 except holidays in AT, DE, and DE-BY and 2026-12-24",
                "except 2026-12-24 and holidays in AT, DE and DE-BY",
            ),
        ],
    )
    def test_a_country_is_named_by_its_code(self, sentence, said):
        schedule = parse_schedule(sentence)
        assert describe_schedule(schedule) == f"daily at 8:00 UTC {said}"
        assert (
            parse_schedule(describe_schedule(schedule))
            == schedule
            == schedule_from_json(schedule_to_json(schedule))
        )

    @pytest.mark.parametrize("code", ["XX", "DE-ZZ"])
    def test_a_country_that_is_not_known_is_refused(self, code):
        with pytest.raises(UserError, match=f"«{code}»"):
            parse_schedule(f"daily at 8 except holidays in {code}")
