"""Schedule sentences → structure: «weekdays at 8:30 Europe/Berlin».

The method: each word has a part in the grammar (one letter, `bot.schedules.words`), a
run of words that have none is the zone, and the letters of the rest must match one of
two shapes, below. What does not is answered with a reason and the nearest sentence
that would be understood.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import time
from itertools import groupby

from bot.errors import UserError
from bot.schedules.instants import within
from bot.schedules.rules import (
    EVERY_DAY,
    MINUTES_OF_A_DAY,
    Interval,
    Schedule,
    Window,
)
from bot.schedules.saying import clock, say
from bot.schedules.times import clock_time, clock_times
from bot.schedules.words import DAYS, EXAMPLES, NOISE, NUMBERS, PARTS, PHRASES
from bot.schedules.zones import find_zone, near

#: Longer ones are no schedule; it also bounds the work that a mistake causes.
_LONGEST = 200
#: A word this like one of ours is taken for a misspelling of it (0 to 100).
_LIKE = 70
#: A zone is put into somebody's mouth only where it is this like their words.
_SURELY = 80

_DAYS = "O?E?D(?:[NROE]*D)*"
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
_NUMBER = re.compile(r"-?[0-9][0-9:.]*(?:[ap]\.?m\.?)?")


def parse(sentence: str, default_zone: str = "UTC") -> Schedule:
    """The schedule that an English sentence names.

    `default_zone` holds where the sentence names none. Raises `UserError` with the
    reason and with the nearest sentence that would be understood.
    """
    zone = find_zone(default_zone)
    try:
        return _read(sentence, zone)
    except UserError as problem:
        nearest = _nearest(sentence[:_LONGEST], zone)
        raise UserError(f"{problem} Try «{nearest}».") from None


def _read(sentence: str, default_zone: str) -> Schedule:
    if not sentence.strip():
        raise UserError("A schedule says when, and this one is empty.")
    if len(sentence) > _LONGEST:
        raise UserError(f"A schedule has at most {_LONGEST} characters.")
    words, unknown = _without_zone(_words(sentence))
    if not words and unknown:
        raise UserError(f"«{unknown}» is no schedule: it has no days and no times.")
    zone = _zone(unknown, sentence) if unknown else default_zone
    letters = "".join(map(_part, words))
    if found := _EVERY.fullmatch(letters):
        return _at_intervals(words, found, zone)
    if found := _AT_TIMES.fullmatch(letters):
        return _at_times(words, found, zone)
    raise UserError(_what_is_missing(sentence, letters))


# ── words ──────────────────────────────────────────────────────────────────────


def _words(sentence: str) -> list[str]:
    """Lower-case words, with commas as «and» and «am», «pm» joined to their time."""
    text = unicodedata.normalize("NFKC", sentence).lower()
    for phrase, plain in PHRASES.items():
        text = text.replace(phrase, plain)
    text = re.sub(r"[,;&]", " and ", re.sub(r"[–—−]", "-", text))
    text = re.sub(r"[()«»\"“”]", " ", text)
    words: list[str] = []
    for word in text.split():
        for piece in _pieces(word):
            if PARTS.get(piece) == "P" and words and _part(words[-1]) == "T":
                words[-1] += piece.replace(".", "")
            elif piece not in NOISE:
                words.append(piece)
    return words


def _pieces(word: str) -> Iterator[str]:
    """«mon-fri» and «8:00-20:00» as three words; all else as it is."""
    if word not in PARTS:
        word = word.rstrip(".!") or word
    left, dash, right = word.partition("-")
    if dash and {_part(left), _part(right)} <= {"D", "T"} and word not in PARTS:
        yield from (left, "to", right)
    else:
        yield word


def _part(word: str) -> str:
    """The word's letter in the grammar, or «?»."""
    return PARTS.get(word) or ("T" if _NUMBER.fullmatch(word) else "?")


def _without_zone(words: list[str]) -> tuple[list[str], str]:
    """The words that are ours, and those that are not (the zone), which must touch."""
    places = [place for place, word in enumerate(words) if _part(word) == "?"]
    if not places:
        return words, ""
    first, last = places[0], places[-1]
    strangers = [words[place] for place in places]
    if last - first + 1 != len(places):
        quoted = " and ".join(f"«{word}»" for word in strangers)
        raise UserError(f"The words {quoted} are not understood here.")
    return words[:first] + words[last + 1 :], " ".join(strangers)


def _zone(words: str, sentence: str) -> str:
    """The zone that the words name; they are quoted as the sentence wrote them."""
    written = re.search(re.escape(words), sentence, re.IGNORECASE)
    try:
        return find_zone(written[0] if written else words)
    except UserError:
        if _one_of_ours(words):
            raise UserError(f"«{words}» is not understood here.") from None
        raise


# ── the two shapes ─────────────────────────────────────────────────────────────


def _at_times(words: list[str], found: re.Match[str], zone: str) -> Schedule:
    times = _stretch(words, found, "times")
    chosen = clock_times(tuple(word for word in times if _part(word) == "T"))
    return Schedule(
        days=_days(_stretch(words, found, "days")),
        rule=tuple(sorted(set(chosen))),
        zone=zone,
    )


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
            f"Intervals count from midnight: one of {minutes} minutes never falls "
            f"between {clock(window.start)} and {clock(window.end)}."
        )
    return Schedule(
        days=_days(_stretch(words, found, "days")),
        rule=Interval(minutes=minutes, window=window),
        zone=zone,
    )


def _stretch(words: list[str], found: re.Match[str], group: str) -> list[str]:
    """The words under `group`, which a shape may also have in second place."""
    known = found.re.groupindex
    for name in (group, f"{group}_"):
        if name in known and found[name]:
            return words[slice(*found.span(name))]
    return []


def _days(words: list[str]) -> tuple[int, ...]:
    """The days that the words name, with ranges such as «fri to mon»; none = all."""
    days: set[int] = set()
    start: int | None = None
    previous = EVERY_DAY
    for word in words:
        if _part(word) == "R":
            start = previous[-1]
        elif word in DAYS:
            previous = DAYS[word]
            days |= set(previous)
            if start is not None:
                reach = (previous[0] - start) % 7
                days |= {(start + step) % 7 for step in range(reach)}
                start = None
    return tuple(sorted(days)) or EVERY_DAY


def _minutes(number: str, unit: str) -> int:
    if unit == "S":
        raise UserError("The shortest interval is one minute.")
    digits = NUMBERS.get(number, number)
    if not digits.isdigit():
        raise UserError(f"«{number}» is not a whole number of minutes or hours.")
    minutes = int(digits) * _PART_OF_UNIT[unit]
    if not 1 <= minutes <= MINUTES_OF_A_DAY:
        raise UserError(
            f"«{number}» is no interval: it may be 1 minute to 24 hours long."
        )
    return minutes


def _window(words: list[str]) -> Window | None:
    ends = [word for word in words if _part(word) == "T"]
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


# ── what to say when it is not understood ──────────────────────────────────────


def _what_is_missing(sentence: str, letters: str) -> str:
    if "T" not in letters and "D" in letters:
        return f"«{sentence.strip()}» names days but no time of day."
    return f"«{sentence.strip()}» is not a schedule that is understood here."


def _nearest(sentence: str, zone: str) -> str:
    """A sentence like this one that is understood."""
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    runs = groupby(_words(sentence), _part)
    mended = " ".join(_mended(part, list(words)) for part, words in runs)
    for attempt in (mended, f"{mended} at 8:00"):
        try:
            return say(_read(attempt, zone))
        except UserError:
            continue
    found = process.extractOne(mended, EXAMPLES, scorer=fuzz.WRatio)
    return say(_read(found[0], zone))


def _mended(part: str, words: list[str]) -> str:
    """A run of words of one part, without what cannot be meant."""
    if part == "T":
        return " ".join(filter(_is_time, words))
    return _stranger(words) if part == "?" else " ".join(words)


def _stranger(words: list[str]) -> str:
    """The zone that the words name, or the words or the zone that they look like."""
    try:
        return find_zone(" ".join(words))
    except UserError:
        ours = " ".join(filter(None, map(_one_of_ours, words)))
        return ours or "".join(near(" ".join(words), _SURELY)[:1])


def _is_time(word: str) -> bool:
    try:
        clock_time(word)
    except UserError:
        return False
    return True


def _one_of_ours(word: str) -> str:
    """The word of the grammar that `word` looks like, or ""."""
    from rapidfuzz import fuzz, process

    ours = [known for known in PARTS if len(known) > 2]
    close = process.extractOne(word, ours, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return str(close[0]) if close is not None else ""
