"""Describe a schedule as a sentence, and suggest one in place of an invalid one.

The caller provides the language (`ScheduleWording`). `parse_schedule` also understands
the English sentences with dates as people write them.
"""

from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from itertools import groupby
from typing import Protocol

from bot.errors import UserError
from bot.schedules.calendar import find_similar_zones, find_zone
from bot.schedules.grammar import (
    DAY_NAMES,
    EXAMPLES,
    WORD_CLASSES,
    encode_word_classes,
    parse_clock_time,
    tokenize_sentence,
)
from bot.schedules.rules import EVERY_DAY, LAST, WEEKDAYS, WEEKEND, Interval, Schedule

_DAY = timedelta(days=1)
_GROUPS = {WEEKDAYS: "weekdays", WEEKEND: "weekends"}
_PLACES = ("first", "second", "third", "fourth", "fifth")
#: The days' names where they are counted in a month.
_OF_MONTH = (
    "Monday of the month",
    "Tuesday of the month",
    "Wednesday of the month",
    "Thursday of the month",
    "Friday of the month",
    "Saturday of the month",
    "Sunday of the month",
)
_GROUPS_OF_MONTH = {
    WEEKDAYS: "weekday of the month",
    WEEKEND: "weekend day of the month",
}
#: Shorter runs of dates are listed one by one.
_RANGE_LENGTH = 3


class ScheduleWording(Protocol):
    """Translations of a language; the key is the English sentence (`bot.i18n`)."""

    def say(self, msgid: str, /, **values: object) -> str:
        """Translate a sentence and fill its {placeholders}."""
        ...

    def word(self, msgid: str, /) -> str:
        """Translate a word that comes from data."""
        ...

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate the sentence for `n` things."""
        ...

    def date(self, day: date, /) -> str:
        """Format the date as people write it."""
        ...

    def clock(self, at: time, /) -> str:
        """Format the time of day as people write it."""
        ...


class _StoredWording:
    """English with ISO dates: the stored form."""

    def say(self, msgid: str, /, **values: object) -> str:
        return msgid.format(**values)

    def word(self, msgid: str, /) -> str:
        return msgid

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        return (one if n == 1 else many).format(**values)

    def date(self, day: date, /) -> str:
        return day.isoformat()

    def clock(self, at: time, /) -> str:
        return format_clock(at)


def describe_schedule(schedule: Schedule, texts: ScheduleWording | None = None) -> str:
    """Describe a schedule with its zone: «weekdays at 8:30 Europe/Berlin».

    With `texts`, for people in their language: «weekdays at 08:30, Europe/Berlin».
    Without, the stored form. `parse_schedule` reads both English forms.
    """
    if texts is None:
        stored = _StoredWording()
        zoned = f"{_describe_times(schedule, stored)} {schedule.zone}"
        return " ".join((zoned, *_describe_limits(schedule, stored)))
    times = _describe_times(schedule, texts)
    limits = " ".join(_describe_limits(schedule, texts))
    words = texts.say("{sentence}, {zone}", sentence=times, zone=schedule.zone)
    if not limits:
        return words
    return texts.say("{sentence}, {limits}", sentence=words, limits=limits)


def _describe_times(schedule: Schedule, texts: ScheduleWording) -> str:
    rule = schedule.rule
    if isinstance(rule, Interval):
        return _describe_intervals(schedule, rule, texts)
    times = _join_words([texts.clock(at) for at in rule], texts)
    return texts.say(
        "{days} at {times}", days=_describe_days(schedule, texts), times=times
    )


def format_clock(at: time) -> str:
    """Format a time of day as in stored sentences: «8:30»."""
    return f"{at.hour}:{at.minute:02}"


# ── intervals ──────────────────────────────────────────────────────────────────


def _describe_intervals(
    schedule: Schedule, rule: Interval, texts: ScheduleWording
) -> str:
    words = _describe_interval(rule.minutes, texts)
    if rule.window is not None:
        words = texts.say(
            "{interval} between {start} and {end}",
            interval=words,
            start=texts.clock(rule.window.start),
            end=texts.clock(rule.window.end),
        )
    if schedule.days == EVERY_DAY and not schedule.places and schedule.weeks == 1:
        return words
    days = _describe_days(schedule, texts)
    if schedule.places:
        return texts.say("{interval} {days}", interval=words, days=days)
    if schedule.weeks > 1:
        return texts.say("{interval}, {days}", interval=words, days=days)
    return texts.say("{interval} on {days}", interval=words, days=days)


def _describe_interval(minutes: int, texts: ScheduleWording) -> str:
    if minutes == 60:
        return texts.say("hourly")
    if minutes % 60 == 0:
        return texts.say("every {n} hours", n=minutes // 60)
    return texts.count("every minute", "every {n} minutes", minutes, n=minutes)


# ── days ───────────────────────────────────────────────────────────────────────


def _describe_days(schedule: Schedule, texts: ScheduleWording) -> str:
    if schedule.places:
        return _describe_days_of_month(schedule, texts)
    days, weeks = _describe_weekdays(schedule.days, texts), schedule.weeks
    if weeks == 1:
        return days
    return texts.count(
        "every week on {days}", "every {n} weeks on {days}", weeks, days=days, n=weeks
    )


def _describe_weekdays(days: tuple[int, ...], texts: ScheduleWording) -> str:
    if days == EVERY_DAY:
        return texts.say("daily")
    if days in _GROUPS:
        return texts.word(_GROUPS[days])
    return _join_words([texts.word(DAY_NAMES[day]) for day in days], texts)


def _describe_days_of_month(schedule: Schedule, texts: ScheduleWording) -> str:
    days, places = schedule.days, schedule.places
    if days == EVERY_DAY:
        listed = _join_words(
            [_describe_ordinal(place, texts) for place in places], texts
        )
        if LAST in places:
            return texts.say("on the {places} day of the month", places=listed)
        return texts.say("on the {places} of the month", places=listed)
    listed = _join_words([_describe_place(place, texts) for place in places], texts)
    named = _GROUPS_OF_MONTH.get(days) or _OF_MONTH[days[0]]
    return texts.say("on the {places} {day}", places=listed, day=texts.word(named))


def _describe_place(place: int, texts: ScheduleWording) -> str:
    """«first» … «fifth», «last»; further ones as numbers."""
    if 1 <= place <= len(_PLACES):
        return texts.word(_PLACES[place - 1])
    return _describe_ordinal(place, texts)


def _describe_ordinal(place: int, texts: ScheduleWording) -> str:
    """«1st», «22nd», «last»."""
    if place == LAST:
        return texts.say("last")
    match place % 10 if place // 10 != 1 else 0:
        case 1:
            return texts.say("{n}st", n=place)
        case 2:
            return texts.say("{n}nd", n=place)
        case 3:
            return texts.say("{n}rd", n=place)
    return texts.say("{n}th", n=place)


# ── limits ─────────────────────────────────────────────────────────────────────


def _describe_limits(schedule: Schedule, texts: ScheduleWording) -> list[str]:
    words = [_describe_exceptions(schedule, texts)]
    if schedule.last is not None:
        words.insert(0, texts.say("until {date}", date=texts.date(schedule.last)))
    if schedule.first is not None:
        words.insert(0, texts.say("from {date}", date=texts.date(schedule.first)))
    return list(filter(None, words))


def _describe_exceptions(schedule: Schedule, texts: ScheduleWording) -> str:
    dates = _join_words(_describe_dates(schedule.skips, texts), texts)
    countries = _join_words(schedule.holidays, texts)
    if dates and countries:
        return texts.say(
            "except {dates} and holidays in {countries}",
            dates=dates,
            countries=countries,
        )
    if countries:
        return texts.say("except holidays in {countries}", countries=countries)
    return texts.say("except {dates}", dates=dates) if dates else ""


def _describe_dates(days: Sequence[date], texts: ScheduleWording) -> list[str]:
    """Describe the dates one by one, but longer runs as ranges."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = []
    for run in runs:
        if len(run) < _RANGE_LENGTH:
            words += [texts.date(day) for day in run]
        else:
            start, end = texts.date(run[0]), texts.date(run[-1])
            words.append(texts.say("{start} to {end}", start=start, end=end))
    return words


def _join_words(words: Sequence[str], texts: ScheduleWording) -> str:
    """«a», «a and b», «a, b and c»; "" without words."""
    if len(words) < 2:
        return "".join(words)
    return texts.say("{list} and {last}", list=", ".join(words[:-1]), last=words[-1])


ParseSentence = Callable[[str, str], Schedule]

#: From this similarity (0 to 100) on, a word is a misspelling of a known one.
_MIN_WORD_SIMILARITY = 70
#: From this similarity on, a zone is suggested.
_MIN_ZONE_SIMILARITY = 80
#: What sentences lack most often; the date is an example.
_COMPLETIONS = (
    "",
    "at 8:00",
    "of the month",
    "of the month at 8:00",
    "from 2027-01-01",
)


def suggest_sentence(sentence: str, zone: str, read: ParseSentence) -> str:
    """Return a similar sentence that `read` accepts."""
    # Imported late: only a mistake needs it.
    from rapidfuzz import fuzz, process

    words = tokenize_sentence(sentence)
    runs = groupby(
        zip(words, encode_word_classes(words), strict=True), lambda pair: pair[1]
    )
    parts = [
        (part, _correct_words(part, [word for word, _ in run])) for part, run in runs
    ]
    corrected = " ".join(words for _, words in _add_of_the_month(parts) if words)
    for lacking in _COMPLETIONS:
        try:
            return describe_schedule(read(f"{corrected} {lacking}", zone))
        except UserError:
            continue
    found = process.extractOne(corrected, EXAMPLES, scorer=fuzz.WRatio)
    return describe_schedule(read(found[0], zone))


def _add_of_the_month(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Insert «of the month» after «first Monday» if it is missing."""
    letters = "".join(part for part, _ in parts)
    place = letters.find("FD")
    if place < 0 or "V" in letters:
        return parts
    return [*parts[: place + 2], ("V", "month"), *parts[place + 2 :]]


def find_similar_word(word: str) -> str:
    """Find the known word that is similar to `word`, or ""."""
    from rapidfuzz import fuzz, process

    long_words = [known for known in WORD_CLASSES if len(known) > 2]
    close = process.extractOne(
        word, long_words, scorer=fuzz.ratio, score_cutoff=_MIN_WORD_SIMILARITY
    )
    return str(close[0]) if close is not None else ""


def _correct_words(part: str, words: list[str]) -> str:
    """Correct a run of words of one class, without invalid ones."""
    if part == "T":
        return " ".join(filter(_is_time, words))
    return _correct_unknown_words(words) if part == "?" else " ".join(words)


def _correct_unknown_words(words: list[str]) -> str:
    """Find the zone that the words name, else similar known words or a similar zone."""
    try:
        return find_zone(" ".join(words))
    except UserError:
        known = " ".join(filter(None, map(find_similar_word, words)))
        return known or "".join(
            find_similar_zones(" ".join(words), _MIN_ZONE_SIMILARITY)[:1]
        )


def _is_time(word: str) -> bool:
    try:
        parse_clock_time(word)
    except UserError:
        return False
    return True
