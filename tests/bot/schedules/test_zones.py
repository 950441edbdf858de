import pytest

from bot.errors import UserError
from bot.schedules.calendar import check_zone, find_zone, load_zone
from tests.bot.schedules.strategies import ZONES


@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_every_iana_name_is_found_in_any_letter_case(change):
    assert [find_zone(change(name)) for name in ZONES] == list(ZONES)


def test_every_zone_that_can_be_named_has_rules():
    assert all(load_zone(name).key == name for name in ZONES)


CITIES = {
    "Berlin": "Europe/Berlin",
    "new york": "America/New_York",
    "St. Johns": "America/St_Johns",
    "Nicosia": "Asia/Nicosia",
    "port-au-prince": "America/Port-au-Prince",
}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_resolves_to_its_zone(city):
    assert find_zone(city) == CITIES[city]


@pytest.mark.parametrize("words", ["", "Atlantis", "../etc/passwd", "Factory", "a\0b"])
def test_an_unknown_zone_is_rejected_in_a_sentence(words):
    with pytest.raises(UserError, match="is not a time zone"):
        find_zone(words)
    with pytest.raises(UserError, match="time zone"):
        load_zone(words + "/")


def test_a_zone_can_be_checked_without_a_schedule():
    check_zone("berlin")
    with pytest.raises(UserError, match="Atlantis"):
        check_zone("Atlantis")
