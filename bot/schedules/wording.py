"""Describe a schedule as a sentence, and suggest one in place of an invalid one.

The caller provides the language (`Texts`). `parse_schedule` also understands the
English sentences with dates as people write them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, time
from gettext import NullTranslations
from itertools import groupby

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.schedules.calendar import find_similar_zones, find_zone
from bot.schedules.grammar import (
    DAY_NAMES,
    EXAMPLES,
    ORDINALS,
    WORD_CLASSES,
    encode_word_classes,
    parse_clock_time,
    tokenize_sentence,
)
from bot.schedules.rules import EVERY_DAY, LAST, WEEKDAYS, WEEKEND, Interval, Schedule
from digests.messages import Message

_GROUPS = {EVERY_DAY: "daily", WEEKDAYS: "weekdays", WEEKEND: "weekends"}
_PLACES = {place: word for word, place in ORDINALS.items()}
#: The days' names where they are counted in a month.
_OF_MONTH: dict[tuple[int, ...], str] = {
    (0,): "Monday of the month",
    (1,): "Tuesday of the month",
    (2,): "Wednesday of the month",
    (3,): "Thursday of the month",
    (4,): "Friday of the month",
    (5,): "Saturday of the month",
    (6,): "Sunday of the month",
    WEEKDAYS: "weekday of the month",
    WEEKEND: "weekend day of the month",
}
#: By the last digit, but not of the 11th to the 19th.
_ORDINALS = {1: "{n}st", 2: "{n}nd", 3: "{n}rd"}
#: Shorter runs of dates are listed one by one.
_RANGE_LENGTH = 3


class _StoredTexts(Texts):
    """English with ISO dates: the stored form."""

    def date(self, day: date) -> str:
        return day.isoformat()

    def clock(self, at: time) -> str:
        return format_clock(at)


_STORED = _StoredTexts("en", NullTranslations())


def describe_schedule(schedule: Schedule, texts: Texts | None = None) -> str:
    """Describe a schedule with its zone: «weekdays at 8:30 Europe/Berlin».

    With `texts`, for people in their language: «weekdays at 08:30, Europe/Berlin».
    Without, the stored form. `parse_schedule` reads both English forms.
    """
    times = _describe_times(schedule, texts or _STORED)
    limits = " ".join(_describe_limits(schedule, texts or _STORED))
    if texts is None:
        return f"{times} {schedule.zone} {limits}".rstrip()
    words = texts.say("{sentence}, {zone}", sentence=times, zone=schedule.zone)
    if not limits:
        return words
    return texts.say("{sentence}, {limits}", sentence=words, limits=limits)


def _describe_times(schedule: Schedule, texts: Texts) -> str:
    rule = schedule.rule
    if isinstance(rule, Interval):
        return _describe_intervals(schedule, rule, texts)
    days = _describe_days(schedule, texts)
    times = _join_words([texts.clock(at) for at in rule], texts)
    return texts.say("{days} at {times}", days=days, times=times)


def format_clock(at: time) -> str:
    """Format a time of day as in stored sentences: «8:30»."""
    return f"{at.hour}:{at.minute:02}"


# ── intervals ──────────────────────────────────────────────────────────────────


def _describe_intervals(schedule: Schedule, rule: Interval, texts: Texts) -> str:
    words = _describe_interval(rule.minutes, texts)
    if rule.window is not None:
        start, end = texts.clock(rule.window.start), texts.clock(rule.window.end)
        words = texts.say(
            "{interval} between {start} and {end}", interval=words, start=start, end=end
        )
    days = _describe_days(schedule, texts)
    if schedule.places:
        return texts.say("{interval} {days}", interval=words, days=days)
    if schedule.weeks > 1:
        return texts.say("{interval}, {days}", interval=words, days=days)
    if schedule.days == EVERY_DAY:
        return words
    return texts.say("{interval} on {days}", interval=words, days=days)


def _describe_interval(minutes: int, texts: Texts) -> str:
    if minutes == 60:
        return texts.say("hourly")
    if minutes % 60 == 0:
        return texts.say("every {n} hours", n=minutes // 60)
    return texts.count("every minute", "every {n} minutes", minutes, n=minutes)


# ── days ───────────────────────────────────────────────────────────────────────


def _describe_days(schedule: Schedule, texts: Texts) -> str:
    if schedule.places:
        return _describe_days_of_month(schedule, texts)
    group, weeks = _GROUPS.get(schedule.days), schedule.weeks
    names = [group] if group else [DAY_NAMES[day] for day in schedule.days]
    days = _join_words([texts.word(name) for name in names], texts)
    if weeks == 1:
        return days
    return texts.count(
        "every week on {days}", "every {n} weeks on {days}", weeks, days=days, n=weeks
    )


def _describe_days_of_month(schedule: Schedule, texts: Texts) -> str:
    days, places = schedule.days, schedule.places
    if days != EVERY_DAY:
        listed = _join_words([_describe_place(place, texts) for place in places], texts)
        day = texts.word(_OF_MONTH[days])
        return texts.say("on the {places} {day}", places=listed, day=day)
    listed = _join_words([_describe_ordinal(place, texts) for place in places], texts)
    if LAST in places:
        return texts.say("on the {places} day of the month", places=listed)
    return texts.say("on the {places} of the month", places=listed)


def _describe_place(place: int, texts: Texts) -> str:
    """«first» … «fifth», «last»; further ones as numbers."""
    name = _PLACES.get(place)
    return texts.word(name) if name else _describe_ordinal(place, texts)


def _describe_ordinal(place: int, texts: Texts) -> str:
    """«1st», «22nd», «last»."""
    if place == LAST:
        return texts.say("last")
    last_digit = place % 10 if place // 10 != 1 else 0
    return texts.message(Message(_ORDINALS.get(last_digit, "{n}th"), n=place))


# ── limits ─────────────────────────────────────────────────────────────────────


def _describe_limits(schedule: Schedule, texts: Texts) -> list[str]:
    words = []
    if schedule.first is not None:
        words.append(texts.say("from {date}", date=texts.date(schedule.first)))
    if schedule.last is not None:
        words.append(texts.say("until {date}", date=texts.date(schedule.last)))
    dates = _join_words(_describe_dates(schedule.skips, texts), texts)
    countries = _join_words(schedule.holidays, texts)
    if dates and countries:
        both = texts.say(
            "except {dates} and holidays in {countries}",
            dates=dates,
            countries=countries,
        )
        words.append(both)
    elif countries:
        words.append(texts.say("except holidays in {countries}", countries=countries))
    elif dates:
        words.append(texts.say("except {dates}", dates=dates))
    return words


def _describe_dates(days: Sequence[date], texts: Texts) -> list[str]:
    """Describe the dates one by one, but longer runs as ranges."""
    words: list[str] = []
    # Dates of one run have the same distance to their number in the list.
    for _, pairs in groupby(
        enumerate(days), lambda pair: pair[1].toordinal() - pair[0]
    ):
        run = [texts.date(day) for _, day in pairs]
        if len(run) >= _RANGE_LENGTH:
            run = [texts.say("{start} to {end}", start=run[0], end=run[-1])]
        words += run
    return words


def _join_words(words: Sequence[str], texts: Texts) -> str:
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


#: Words of a sentence that are corrected: each is compared with all that are known.
_MAX_CORRECTED = 40


def suggest_sentence(sentence: str, zone: str, read: ParseSentence) -> str:
    """Return a similar sentence that `read` accepts."""
    # Imported late: only a mistake needs it.
    from rapidfuzz import fuzz, process

    words = tokenize_sentence(sentence)[:_MAX_CORRECTED]
    pairs = zip(encode_word_classes(words), words, strict=True)
    parts = [
        (letter, _correct_words(letter, [word for _, word in run]))
        for letter, run in groupby(pairs, lambda pair: pair[0])
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


def _correct_words(letter: str, words: list[str]) -> str:
    """Correct a run of words of one class, without invalid ones.

    Unknown words are the zone that they name, else similar known words or a similar
    zone.
    """
    if letter == "T":
        return " ".join(filter(_is_time, words))
    joined = " ".join(words)
    if letter != "?":
        return joined
    with suppress(UserError):
        return find_zone(joined)
    known = " ".join(filter(None, map(find_similar_word, words)))
    return known or "".join(find_similar_zones(joined, _MIN_ZONE_SIMILARITY)[:1])


def _is_time(word: str) -> bool:
    with suppress(UserError):
        parse_clock_time(word)
        return True
    return False
