"""Write a schedule as a sentence, and suggest one for what was not understood.

In other languages the sentences come from whoever has the catalogue (`Wording`);
nothing here knows them. An English one with people's dates is understood as well.
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
    PARTS,
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
    """The sentences of a language; the English one is the key (`bot.texts`)."""

    def say(self, msgid: str, /, **values: object) -> str:
        """The sentence with its {placeholders} filled."""
        ...

    def word(self, msgid: str, /) -> str:
        """The same for words that are kept as data."""
        ...

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The sentence for `n` things."""
        ...

    def date(self, day: date, /) -> str:
        """The date as people write it."""
        ...

    def clock(self, at: time, /) -> str:
        """The time of day as people write it."""
        ...


class _StoredWording:
    """English, with dates that sort: what is stored."""

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
    """«weekdays at 8:30 Europe/Berlin»; the zone is always named.

    With `texts` for people, in that language: «weekdays at 08:30, Europe/Berlin».
    Without, the one that is stored. `parse` gives both English ones back as the same
    schedule.
    """
    if texts is None:
        stored = _StoredWording()
        zoned = f"{_describe_times(schedule, stored)} {schedule.zone}"
        return " ".join((zoned, *_describe_limits(schedule, stored)))
    times, limits = (
        _describe_times(schedule, texts),
        " ".join(_describe_limits(schedule, texts)),
    )
    said = texts.say("{sentence}, {zone}", sentence=times, zone=schedule.zone)
    if not limits:
        return said
    return texts.say("{sentence}, {limits}", sentence=said, limits=limits)


def _describe_times(schedule: Schedule, texts: ScheduleWording) -> str:
    rule = schedule.rule
    if isinstance(rule, Interval):
        return _describe_intervals(schedule, rule, texts)
    times = _join_words([texts.clock(at) for at in rule], texts)
    return texts.say(
        "{days} at {times}", days=_describe_days(schedule, texts), times=times
    )


def format_clock(at: time) -> str:
    """«8:30»: the time of day as the sentences write it."""
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
    words = []
    if schedule.first is not None:
        words.append(texts.say("from {date}", date=texts.date(schedule.first)))
    if schedule.last is not None:
        words.append(texts.say("until {date}", date=texts.date(schedule.last)))
    left_out = _describe_exceptions(schedule, texts)
    return [*words, left_out] if left_out else words


def _describe_exceptions(schedule: Schedule, texts: ScheduleWording) -> str:
    dates = countries = ""
    if schedule.skips:
        dates = _join_words(_describe_dates(schedule.skips, texts), texts)
    if schedule.holidays:
        countries = _join_words(list(schedule.holidays), texts)
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
    """The dates one by one, but longer runs as «… to …»."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = []
    for run in runs:
        if len(run) < _RANGE_LENGTH:
            said += [texts.date(day) for day in run]
        else:
            start, end = texts.date(run[0]), texts.date(run[-1])
            said.append(texts.say("{start} to {end}", start=start, end=end))
    return said


def _join_words(words: list[str], texts: ScheduleWording) -> str:
    """«a», «a and b», «a, b and c»."""
    if len(words) == 1:
        return words[0]
    return texts.say("{list} and {last}", list=", ".join(words[:-1]), last=words[-1])


ParseSentence = Callable[[str, str], Schedule]

#: A word this like one of ours is taken for a misspelling of it (0 to 100).
_MIN_WORD_SIMILARITY = 70
#: A zone is put into somebody's mouth only where it is this like their words.
_MIN_ZONE_SIMILARITY = 80
#: What sentences lack most often; any date will do to show where one stands.
_COMPLETIONS = (
    "",
    "at 8:00",
    "of the month",
    "of the month at 8:00",
    "from 2027-01-01",
)


def suggest_sentence(sentence: str, zone: str, read: ParseSentence) -> str:
    """A sentence like this one that `read` understands."""
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    words = tokenize_sentence(sentence)
    runs = groupby(
        zip(words, encode_word_classes(words), strict=True), lambda pair: pair[1]
    )
    parts = [
        (part, _correct_words(part, [word for word, _ in run])) for part, run in runs
    ]
    mended = " ".join(words for _, words in _add_of_the_month(parts) if words)
    for lacking in _COMPLETIONS:
        try:
            return describe_schedule(read(f"{mended} {lacking}", zone))
        except UserError:
            continue
    found = process.extractOne(mended, EXAMPLES, scorer=fuzz.WRatio)
    return describe_schedule(read(found[0], zone))


def _add_of_the_month(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The runs, with «of the month» behind «first Monday» where it was left out."""
    letters = "".join(part for part, _ in parts)
    place = letters.find("FD")
    if place < 0 or "V" in letters:
        return parts
    return [*parts[: place + 2], ("V", "month"), *parts[place + 2 :]]


def find_similar_word(word: str) -> str:
    """The word of the grammar that `word` looks like, or ""."""
    from rapidfuzz import fuzz, process

    ours = [known for known in PARTS if len(known) > 2]
    close = process.extractOne(
        word, ours, scorer=fuzz.ratio, score_cutoff=_MIN_WORD_SIMILARITY
    )
    return str(close[0]) if close is not None else ""


def _correct_words(part: str, words: list[str]) -> str:
    """A run of words of one part, without what cannot be meant."""
    if part == "T":
        return " ".join(filter(_is_time, words))
    return _correct_unknown_words(words) if part == "?" else " ".join(words)


def _correct_unknown_words(words: list[str]) -> str:
    """The zone that the words name, or the words or the zone that they look like."""
    try:
        return find_zone(" ".join(words))
    except UserError:
        ours = " ".join(filter(None, map(find_similar_word, words)))
        return ours or "".join(
            find_similar_zones(" ".join(words), _MIN_ZONE_SIMILARITY)[:1]
        )


def _is_time(word: str) -> bool:
    try:
        parse_clock_time(word)
    except UserError:
        return False
    return True
