"""A schedule as a plain sentence: in English one that `parse` reads back to the same.

In other languages the sentences come from whoever has the catalogue (`Wording`);
nothing here knows them. An English one with people's dates is understood as well.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Protocol

from bot.schedules.rules import EVERY_DAY, LAST, WEEKDAYS, WEEKEND, Interval, Schedule
from bot.schedules.words import DAY_NAMES

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
_RUN = 3


class Wording(Protocol):
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


class _Plain:
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
        return clock(at)


def say(schedule: Schedule, texts: Wording | None = None) -> str:
    """«weekdays at 8:30 Europe/Berlin»; the zone is always named.

    With `texts` for people, in that language: «weekdays at 08:30, Europe/Berlin».
    Without, the one that is stored. `parse` gives both English ones back as the same
    schedule.
    """
    if texts is None:
        stored = _Plain()
        zoned = f"{_times(schedule, stored)} {schedule.zone}"
        return " ".join((zoned, *_limits(schedule, stored)))
    times, limits = _times(schedule, texts), " ".join(_limits(schedule, texts))
    said = texts.say("{sentence}, {zone}", sentence=times, zone=schedule.zone)
    if not limits:
        return said
    return texts.say("{sentence}, {limits}", sentence=said, limits=limits)


def _times(schedule: Schedule, texts: Wording) -> str:
    rule = schedule.rule
    if isinstance(rule, Interval):
        return _at_intervals(schedule, rule, texts)
    times = _listed([texts.clock(at) for at in rule], texts)
    return texts.say("{days} at {times}", days=_days(schedule, texts), times=times)


def clock(at: time) -> str:
    """«8:30»: the time of day as the sentences write it."""
    return f"{at.hour}:{at.minute:02}"


# ── intervals ──────────────────────────────────────────────────────────────────


def _at_intervals(schedule: Schedule, rule: Interval, texts: Wording) -> str:
    words = _every(rule.minutes, texts)
    if rule.window is not None:
        words = texts.say(
            "{interval} between {start} and {end}",
            interval=words,
            start=texts.clock(rule.window.start),
            end=texts.clock(rule.window.end),
        )
    if schedule.days == EVERY_DAY and not schedule.places and schedule.weeks == 1:
        return words
    days = _days(schedule, texts)
    if schedule.places:
        return texts.say("{interval} {days}", interval=words, days=days)
    if schedule.weeks > 1:
        return texts.say("{interval}, {days}", interval=words, days=days)
    return texts.say("{interval} on {days}", interval=words, days=days)


def _every(minutes: int, texts: Wording) -> str:
    if minutes == 60:
        return texts.say("hourly")
    if minutes % 60 == 0:
        return texts.say("every {n} hours", n=minutes // 60)
    return texts.count("every minute", "every {n} minutes", minutes, n=minutes)


# ── days ───────────────────────────────────────────────────────────────────────


def _days(schedule: Schedule, texts: Wording) -> str:
    if schedule.places:
        return _days_of_month(schedule, texts)
    days, weeks = _days_of_week(schedule.days, texts), schedule.weeks
    if weeks == 1:
        return days
    return texts.count(
        "every week on {days}", "every {n} weeks on {days}", weeks, days=days, n=weeks
    )


def _days_of_week(days: tuple[int, ...], texts: Wording) -> str:
    if days == EVERY_DAY:
        return texts.say("daily")
    if days in _GROUPS:
        return texts.word(_GROUPS[days])
    return _listed([texts.word(DAY_NAMES[day]) for day in days], texts)


def _days_of_month(schedule: Schedule, texts: Wording) -> str:
    days, places = schedule.days, schedule.places
    if days == EVERY_DAY:
        listed = _listed([_number(place, texts) for place in places], texts)
        if LAST in places:
            return texts.say("on the {places} day of the month", places=listed)
        return texts.say("on the {places} of the month", places=listed)
    listed = _listed([_place(place, texts) for place in places], texts)
    named = _GROUPS_OF_MONTH.get(days) or _OF_MONTH[days[0]]
    return texts.say("on the {places} {day}", places=listed, day=texts.word(named))


def _place(place: int, texts: Wording) -> str:
    """«first» … «fifth», «last»; further ones as numbers."""
    if 1 <= place <= len(_PLACES):
        return texts.word(_PLACES[place - 1])
    return _number(place, texts)


def _number(place: int, texts: Wording) -> str:
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


def _limits(schedule: Schedule, texts: Wording) -> list[str]:
    words = []
    if schedule.first is not None:
        words.append(texts.say("from {date}", date=texts.date(schedule.first)))
    if schedule.last is not None:
        words.append(texts.say("until {date}", date=texts.date(schedule.last)))
    left_out = _left_out(schedule, texts)
    return [*words, left_out] if left_out else words


def _left_out(schedule: Schedule, texts: Wording) -> str:
    dates = countries = ""
    if schedule.skips:
        dates = _listed(_runs(schedule.skips, texts), texts)
    if schedule.holidays:
        countries = _listed(list(schedule.holidays), texts)
    if dates and countries:
        return texts.say(
            "except {dates} and holidays in {countries}",
            dates=dates,
            countries=countries,
        )
    if countries:
        return texts.say("except holidays in {countries}", countries=countries)
    return texts.say("except {dates}", dates=dates) if dates else ""


def _runs(days: Sequence[date], texts: Wording) -> list[str]:
    """The dates one by one, but longer runs as «… to …»."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = []
    for run in runs:
        if len(run) < _RUN:
            said += [texts.date(day) for day in run]
        else:
            start, end = texts.date(run[0]), texts.date(run[-1])
            said.append(texts.say("{start} to {end}", start=start, end=end))
    return said


def _listed(words: list[str], texts: Wording) -> str:
    """«a», «a and b», «a, b and c»."""
    if len(words) == 1:
        return words[0]
    return texts.say("{list} and {last}", list=", ".join(words[:-1]), last=words[-1])
