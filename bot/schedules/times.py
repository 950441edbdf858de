"""Times of day as people write them: «8:30», «8.30», «8», «8:30 pm», «noon»."""

import re
from datetime import time

from bot.errors import UserError
from bot.schedules.words import NAMED_TIMES, NUMBERS

_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:([ap])\.?m\.?)?")
_AS_DIGITS = NUMBERS | NAMED_TIMES
#: Up to this hour a bare number may mean the morning or the evening.
_NOON = 12


def clock_time(words: str) -> time:
    """The time of day that `words` (lower case) name; `UserError` if there is none."""
    found = _CLOCK.fullmatch(_AS_DIGITS.get(words, words))
    if found is None:
        raise UserError(
            "«{words}» is not a time of day; write it as «8:30».", words=words
        )
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        return _of_half_a_day(words, hour, minute, evening=found[3] == "p")
    if hour >= 24 or minute >= 60:
        raise UserError(
            "«{words}» is not a time of day: the clock goes from 0:00 to 23:59.",
            words=words,
        )
    return time(hour, minute)


def clock_times(words: tuple[str, ...]) -> tuple[time, ...]:
    """Each of `words` as a time; refuses «7 and 9 pm», where the 7 may be either."""
    marked = [word for word in words if _half_of_the_day(word)]
    if marked:
        for word in words:
            if _may_be_either(word):
                raise UserError(
                    "«{word}» beside «{marked}» may be morning or evening; write am or "
                    "pm behind each time.",
                    word=word,
                    marked=marked[0],
                )
    return tuple(clock_time(word) for word in words)


def _may_be_either(word: str) -> bool:
    if word in NAMED_TIMES or _half_of_the_day(word):
        return False
    return 1 <= clock_time(word).hour <= _NOON


def _half_of_the_day(word: str) -> bool:
    found = _CLOCK.fullmatch(word)
    return found is not None and found[3] is not None


def _of_half_a_day(words: str, hour: int, minute: int, *, evening: bool) -> time:
    if not 1 <= hour <= _NOON or minute >= 60:
        raise UserError(
            "«{words}» is not a time of day: with am and pm the hours go from 1 to 12.",
            words=words,
        )
    return time(hour % _NOON + (_NOON if evening else 0), minute)
