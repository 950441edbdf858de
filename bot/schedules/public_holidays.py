"""Public holidays by country; it must not be asked for unless a schedule names one.

They come from the `holidays` package, an optional extra that is imported when the
first schedule with a country is read or computed. A country is its ISO 3166 code,
with a part of it where that has holidays of its own: «DE», «DE-BY», «US-CA».
"""

from datetime import date
from functools import lru_cache
from typing import Any

from bot.errors import ConfigurationError, UserError


def is_holiday(code: str, day: date) -> bool:
    """Whether `day` is a public holiday there; see `check_country` for the errors."""
    return day in _of_year(code, day.year)


def check_country(code: str) -> None:
    """Refuse a country (or a part of one) whose holidays are not known.

    Raises:
        ConfigurationError: The package with the holidays is not installed.
        UserError: It does not know the code.
    """
    _of_year(code, 2026)


@lru_cache(maxsize=512)
def _of_year(code: str, year: int) -> frozenset[date]:
    country, _, part = code.partition("-")
    library = _library()
    try:
        found = library.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        raise UserError(
            "The public holidays of «{code}» are not known here; write the code "
            "of a country, such as «DE», or of a part of it, such as «DE-BY».",
            code=code,
        ) from None
    return frozenset(found)


def _library() -> Any:
    try:
        import holidays
    except ImportError:
        raise ConfigurationError(
            "Schedules with «except holidays in …» need the list of holidays: "
            "pip install 'standfirst[holidays]'."
        ) from None
    return holidays
