"""What limits a schedule: from, until, except; cut out of the sentence and read.

The method: a clause begins with a word of its own («except», «until») or is told by
its date («from 2026-12-01» against «from 8:00»), so that it can stand anywhere in the
sentence; what is left is read without it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.errors import UserError
from bot.schedules.public_holidays import check_country
from bot.schedules.rules import EVERY_DAY
from bot.schedules.tokens import country_of, part
from bot.schedules.words import DAYS

_FROM = "(?:GB?|B)O?(?P<first>Y)"
_CLAUSE = re.compile(
    rf"N*(?:{_FROM}(?:[RN]+(?P<end>Y))?|RO?(?P<last>Y)"
    r"|K(?:(?P<days>O?E?D(?:[NRO]+D)*)|(?P<dates>(?:[NO]*(?:YRY|Y|L|J))+)))"
)
#: A pause longer than this is better told with «from».
_LONGEST_PAUSE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The dates that a schedule is limited to, and those that it leaves out."""

    first: date | None = None
    last: date | None = None
    skips: tuple[date, ...] = ()
    holidays: tuple[str, ...] = ()
    #: Days of the week that are left out.
    but: frozenset[int] = frozenset()


def cut(words: list[str], letters: str) -> tuple[Limits, list[str], str]:
    """The limits, and the words and letters that are left without them.

    Raises:
        UserError: A date or a country is none, or a limit is given twice.
    """
    found = list(_CLAUSE.finditer(letters))
    left, kept = list(words), letters
    for clause in reversed(found):
        first, end = clause.span()
        del left[first:end]
        kept = kept[:first] + kept[end:]
    while kept.startswith("N"):
        left, kept = left[1:], kept[1:]
    while kept.endswith("N"):
        left, kept = left[:-1], kept[:-1]
    return _limits(words, found), left, kept


def _limits(words: list[str], found: list[re.Match[str]]) -> Limits:
    first = [date_of(words[c.start("first")]) for c in found if c["first"]]
    ends = [c.start("end") for c in found if c["end"]]
    ends += [c.start("last") for c in found if c["last"]]
    last = [date_of(words[place]) for place in ends]
    if len(first) > 1 or len(last) > 1:
        raise UserError("The first date, or the last, is given twice.")
    if first and last and first[0] > last[0]:
        raise UserError(
            "It would end on {last}, before it begins on {first}.",
            last=last[0],
            first=first[0],
        )
    left_out = [words[slice(*c.span("dates"))] for c in found if c["dates"]]
    days = [words[slice(*c.span("days"))] for c in found if c["days"]]
    return Limits(
        first=first[0] if first else None,
        last=last[0] if last else None,
        skips=_skips(left_out),
        holidays=_countries(left_out),
        but=frozenset(day for run in days for day in days_of(run)),
    )


def _skips(runs: list[list[str]]) -> tuple[date, ...]:
    """The dates that the words name, with stretches such as «… to …»."""
    skips: set[date] = set()
    for words in runs:
        start: date | None = None
        for place, word in enumerate(words):
            if not word[0].isdigit():
                continue
            day = date_of(word)
            ranged = place > 0 and part(words[place - 1]) == "R"
            skips |= _stretch(start, day) if ranged and start else {day}
            start = day
    if len(skips) > _LONGEST_PAUSE:
        raise UserError(
            "At most {longest_pause} dates can be left out; for a longer pause "
            "end one schedule with «until …» and begin another with «from …».",
            longest_pause=_LONGEST_PAUSE,
        )
    return tuple(sorted(skips))


def _stretch(start: date, end: date) -> set[date]:
    if end < start:
        raise UserError(
            "{end} is before {start}; write the earlier date first.",
            end=end,
            start=start,
        )
    days = min((end - start).days, _LONGEST_PAUSE)
    return {start + timedelta(days=day) for day in range(days + 1)}


def _countries(runs: list[list[str]]) -> tuple[str, ...]:
    words = [word for run in runs for word in run if word.startswith("holiday")]
    if any(":" not in word for word in words):
        raise UserError(
            "Holidays differ from country to country; name it by its code, as in "
            "«except holidays in DE»."
        )
    codes = tuple(dict.fromkeys(map(country_of, words)))
    for code in codes:
        check_country(code)
    return codes


def date_of(word: str) -> date:
    """The date of «2026-12-24»; `UserError` if there is none."""
    try:
        return date(*map(int, word.split("-")))
    except ValueError:
        raise UserError(
            "«{word}» is not on the calendar; write a date as «2026-12-24».", word=word
        ) from None


def days_of(words: list[str]) -> tuple[int, ...]:
    """The days that the words name, with ranges such as «fri to mon»; none = all."""
    days: set[int] = set()
    start: int | None = None
    previous = EVERY_DAY
    for word in words:
        if part(word) == "R":
            start = previous[-1]
        elif word in DAYS:
            previous = DAYS[word]
            days |= set(previous)
            if start is not None:
                reach = (previous[0] - start) % 7
                days |= {(start + step) % 7 for step in range(reach)}
                start = None
    return tuple(sorted(days)) or EVERY_DAY
