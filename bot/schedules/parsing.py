"""Schedule sentences → structure: «weekdays at 8:30 Europe/Berlin».

The method: each word has a part in the grammar (one letter, `bot.schedules.tokens`).
What limits the schedule is cut out first (`bot.schedules.clauses`), a run of words
that have no part is the zone, and the letters of the rest must match one of two
shapes, below. What does not is answered with a reason and the nearest sentence that
would be understood.
"""

import re
from dataclasses import replace
from datetime import date, time, timedelta

from bot.errors import UserError
from bot.schedules import clauses, cron, dates
from bot.schedules.instants import within
from bot.schedules.nearest import nearest, one_of_ours
from bot.schedules.rules import (
    EVERY_DAY,
    MINUTES_OF_A_DAY,
    Interval,
    Schedule,
    Window,
    in_order,
    most_places,
)
from bot.schedules.saying import clock, say
from bot.schedules.times import clock_times
from bot.schedules.tokens import letters_of, part, words_of
from bot.schedules.words import DAYS, NUMBERS, ORDINALS
from bot.schedules.zones import find_zone
from bot.sentences import Phrase

#: Longer ones are no schedule; it also bounds the work that a mistake causes.
_LONGEST = 1000
#: So much of somebody's sentence is quoted back.
_QUOTED = 100
_MOST_WEEKS = 52

_WEEKLY = "(?:E?WN?)?O?E?D(?:[NROE]*D)*"
_EVERY_N_WEEKS = "E(?:XW?|TW)O?E?D(?:[NRO]*D)*"
_MONTHLY = "(?:E?VN?)?O?E?F(?:N*F)*D?(?:E?V)?"
_DAYS = f"(?:{_EVERY_N_WEEKS}|{_MONTHLY}|{_WEEKLY})"
_TIMES = "A?T(?:N*A?T)*"
_WINDOW = "BT[NR]T|TRT"
_AT_TIMES = re.compile(
    rf"(?P<days>{_DAYS})?N?(?P<times>{_TIMES})|(?P<times_>{_TIMES})N?(?P<days_>{_DAYS})"
)
_EVERY = re.compile(
    rf"(?:(?P<days>{_DAYS})N?)?(?:E(?P<number>T)?(?P<unit>[MHS])|U)"
    rf"(?:N?(?P<window>{_WINDOW}))?(?:N?(?P<days_>{_DAYS}))?"
    rf"(?:N?(?P<window_>{_WINDOW}))?"
)
_PART_OF_UNIT = {"M": 1, "H": 60}
_DAY = timedelta(days=1)


def parse(sentence: str, default_zone: str = "UTC") -> Schedule:
    """The schedule that an English sentence (or «cron …») names.

    `default_zone` holds where the sentence names none. Raises `UserError` with the
    reason and with the nearest sentence that would be understood.
    """
    zone = find_zone(default_zone)
    try:
        return _read(sentence, zone)
    except UserError as problem:
        offer = _offer(sentence[:_LONGEST], zone)
        raise UserError(
            "{problem} Try «{offer}».", problem=problem, offer=offer
        ) from None


def _offer(sentence: str, zone: str) -> str:
    try:
        return say(cron.read(f"cron {sentence}", zone))
    except UserError:
        # Of a cron line no word is one of a sentence.
        words = "" if cron.is_cron(sentence) else sentence
        return nearest(words, zone, _read)


def _read(sentence: str, default_zone: str) -> Schedule:
    if not sentence.strip():
        raise UserError("A schedule says when, and this one is empty.")
    if len(sentence) > _LONGEST:
        raise UserError(
            "A schedule has at most {longest} characters.", longest=_LONGEST
        )
    if cron.is_cron(sentence):
        return cron.read(sentence, default_zone)
    if cron.looks_like_cron(sentence):
        raise UserError(
            "«{said}» looks like a cron line; write «cron» before it, or say it "
            "in words.",
            said=_quoted(sentence),
        )
    every = words_of(sentence)
    limits, rest, _ = clauses.cut(every, letters_of(every))
    words, unknown = _without_zone(rest)
    if not words and unknown:
        raise UserError(
            "«{unknown}» is no schedule: it has no days and no times.", unknown=unknown
        )
    zone = _zone(unknown, sentence) if unknown else default_zone
    schedule = _limited(_shaped(words, zone, sentence), limits)
    if len(say(schedule)) > _LONGEST:
        raise UserError("That is too much for one schedule; make it several.")
    return schedule


def _shaped(words: list[str], zone: str, sentence: str) -> Schedule:
    letters = letters_of(words)
    if found := _EVERY.fullmatch(letters):
        return _at_intervals(words, found, zone)
    if found := _AT_TIMES.fullmatch(letters):
        return _at_times(words, found, zone)
    raise _what_is_missing(sentence, letters)


# ── the zone ───────────────────────────────────────────────────────────────────


def _without_zone(words: list[str]) -> tuple[list[str], str]:
    """The words that are ours, and those that are not (the zone), which must touch."""
    places = [place for place, word in enumerate(words) if part(word) == "?"]
    if not places:
        return words, ""
    first, last = places[0], places[-1]
    strangers = [words[place] for place in places]
    if last - first + 1 != len(places):
        *some, end = (f"«{word}»" for word in strangers)
        quoted = Phrase("{list} and {last}", list=", ".join(some), last=end)
        raise UserError("The words {quoted} are not understood here.", quoted=quoted)
    before, after = words[:first], words[last + 1 :]
    # «weekdays at 8:30, Europe/Berlin»: a comma is no word between times here.
    if before and part(before[-1]) == "N":
        before = before[:-1]
    elif not before and after and part(after[0]) == "N":
        after = after[1:]
    return before + after, " ".join(strangers)


def _zone(words: str, sentence: str) -> str:
    """The zone that the words name; they are quoted as the sentence wrote them."""
    written = re.search(re.escape(words), sentence, re.IGNORECASE)
    try:
        return find_zone(written[0] if written else words)
    except UserError:
        if one_of_ours(words):
            raise UserError("«{words}» is not understood here.", words=words) from None
        raise


# ── the two shapes ─────────────────────────────────────────────────────────────


def _at_times(words: list[str], found: re.Match[str], zone: str) -> Schedule:
    times = _stretch(words, found, "times")
    chosen = clock_times(tuple(word for word in times if part(word) == "T"))
    rule = tuple(sorted(set(chosen)))
    return _on_days(_stretch(words, found, "days"), rule, zone)


def _at_intervals(words: list[str], found: re.Match[str], zone: str) -> Schedule:
    days = [*found.group("days", "days_")]
    windows = [*found.group("window", "window_")]
    if all(days) or all(windows):
        raise UserError("The days, or the hours, are given twice.")
    number, unit = _stretch(words, found, "number"), found["unit"] or "H"
    minutes = _minutes(number[0] if number else "1", unit)
    window = _window(_stretch(words, found, "window"))
    if window is not None and not falls_into(minutes, window):
        raise UserError(
            "Intervals count from midnight: one of {minutes} minutes never falls "
            "between {start} and {end}.",
            minutes=minutes,
            start=clock(window.start),
            end=clock(window.end),
        )
    rule = Interval(minutes=minutes, window=window)
    return _on_days(_stretch(words, found, "days"), rule, zone)


def _stretch(words: list[str], found: re.Match[str], group: str) -> list[str]:
    """The words under `group`, which a shape may also have in second place."""
    known = found.re.groupindex
    for name in (group, f"{group}_"):
        if name in known and found[name]:
            return words[slice(*found.span(name))]
    return []


def _minutes(number: str, unit: str) -> int:
    if unit == "S":
        raise UserError("The shortest interval is one minute.")
    digits = NUMBERS.get(number, number)
    if not digits.isdigit():
        raise UserError(
            "«{number}» is not a whole number of minutes or hours.", number=number
        )
    minutes = int(digits) * _PART_OF_UNIT[unit]
    if not 1 <= minutes <= MINUTES_OF_A_DAY:
        raise UserError(
            "«{number}» is no interval: it may be 1 minute to 24 hours long.",
            number=number,
        )
    return minutes


def _window(words: list[str]) -> Window | None:
    ends = [word for word in words if part(word) == "T"]
    if not ends:
        return None
    start, end = clock_times(tuple(ends))
    return Window(start=start, end=end)


def falls_into(minutes: int, window: Window) -> bool:
    """Whether an interval that is counted from midnight ever comes in the window."""
    return any(
        within(window, time(*divmod(minute, 60)))
        for minute in range(0, MINUTES_OF_A_DAY, minutes)
    )


# ── days ───────────────────────────────────────────────────────────────────────


def _on_days(
    words: list[str], rule: tuple[time, ...] | Interval, zone: str
) -> Schedule:
    letters = letters_of(words)
    days = clauses.days_of(words)
    if "F" in letters:
        places = _places(words, letters, days)
        return Schedule(days=days, rule=rule, zone=zone, places=places)
    weeks = _weeks(words, letters)
    if weeks > 1 and days == EVERY_DAY:
        raise UserError(
            "Every so many weeks is understood, with the days that are meant; every "
            "so many days is not."
        )
    return Schedule(days=days, rule=rule, zone=zone, weeks=weeks)


def _places(words: list[str], letters: str, days: tuple[int, ...]) -> tuple[int, ...]:
    chosen = [
        word for word, letter in zip(words, letters, strict=True) if letter == "F"
    ]
    if "V" not in letters and ("D" in letters or not chosen[0][0].isdigit()):
        raise UserError(
            "«{chosen}» of what? Write «of the month» behind it, or «every 2 "
            "weeks on …» where that is meant.",
            chosen=chosen[0],
        )
    places = in_order(tuple(_place(word) for word in chosen))
    most = most_places(days)
    for place, word in ((_place(word), word) for word in chosen):
        if not (place in ORDINALS.values() or place >= 1) or place > most:
            raise UserError(
                "«{word}»: no month has more than {most} such days.",
                word=word,
                most=most,
            )
    return tuple(places)


def _place(word: str) -> int:
    return ORDINALS[word] if word in ORDINALS else int(word[:-2])


def _weeks(words: list[str], letters: str) -> int:
    if "X" in letters:
        if "W" not in letters and _names_a_group(words):
            raise UserError(
                "«every other» goes with a day of the week, or with «week on …»."
            )
        return 2
    if "T" not in letters:
        return 1
    number = words[letters.index("T")]
    digits = NUMBERS.get(number, number)
    if not digits.isdigit() or not 1 <= int(digits[:4]) <= _MOST_WEEKS:
        raise UserError(
            "«{number}» weeks: it may be 1 to {most_weeks}.",
            number=number,
            most_weeks=_MOST_WEEKS,
        )
    return int(digits)


def _names_a_group(words: list[str]) -> bool:
    return any(len(DAYS[word]) > 1 for word in words if word in DAYS)


# ── limits ─────────────────────────────────────────────────────────────────────


def _limited(schedule: Schedule, limits: clauses.Limits) -> Schedule:
    days = tuple(day for day in schedule.days if day not in limits.but)
    if not days:
        raise UserError("It leaves out every day that it names.")
    if days != schedule.days and schedule.places:
        raise UserError(
            "Days of a month go without «except» and days of the week; leave out "
            "dates, as in «except 2026-12-24»."
        )
    if schedule.weeks > 1 and limits.first is None:
        raise UserError(
            "Every so many weeks, counted from when? Add the first date, as in "
            "«from 2027-01-01»."
        )
    limited = replace(
        schedule,
        days=days,
        first=limits.first,
        last=limits.last,
        skips=limits.skips,
        holidays=limits.holidays,
    )
    if limited.weeks > 1 and limits.first is not None:
        limited = replace(limited, first=_first_on(days, limits.first))
    _check_not_over(limited)
    return limited


def _first_on(days: tuple[int, ...], first: date) -> date:
    while first.weekday() not in days:
        first += _DAY
    return first


def _check_not_over(schedule: Schedule) -> None:
    """Refuse what is limited on both sides to no date at all."""
    first, last = schedule.first, schedule.last
    if first is None or last is None:
        return
    span = min((last - first).days, dates.horizon(schedule))
    if not any(dates.has(schedule, first + step * _DAY) for step in range(span + 1)):
        raise UserError(
            "Between {first} and {last} it has no date.", first=first, last=last
        )


# ── what to say when it is not understood ──────────────────────────────────────


def _what_is_missing(sentence: str, letters: str) -> UserError:
    quoted = _quoted(sentence)
    if "T" not in letters and set("DFV") & set(letters):
        return UserError("«{quoted}» names days but no time of day.", quoted=quoted)
    return UserError(
        "«{quoted}» is not a schedule that is understood here.", quoted=quoted
    )


def _quoted(sentence: str) -> str:
    quoted = sentence.strip()
    return quoted if len(quoted) <= _QUOTED else f"{quoted[:_QUOTED]}…"
