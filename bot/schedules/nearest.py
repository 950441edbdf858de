"""What to offer for a sentence that was not understood: the nearest one that is."""

from collections.abc import Callable
from itertools import groupby

from bot.errors import UserError
from bot.schedules.rules import Schedule
from bot.schedules.saying import say
from bot.schedules.times import clock_time
from bot.schedules.tokens import letters_of, words_of
from bot.schedules.words import EXAMPLES, PARTS
from bot.schedules.zones import find_zone, near

Read = Callable[[str, str], Schedule]

#: A word this like one of ours is taken for a misspelling of it (0 to 100).
_LIKE = 70
#: A zone is put into somebody's mouth only where it is this like their words.
_SURELY = 80
#: What sentences lack most often; any date will do to show where one stands.
_LACKING = ("", "at 8:00", "of the month", "of the month at 8:00", "from 2027-01-01")


def nearest(sentence: str, zone: str, read: Read) -> str:
    """A sentence like this one that `read` understands."""
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    words = words_of(sentence)
    runs = groupby(zip(words, letters_of(words), strict=True), lambda pair: pair[1])
    parts = [(part, _mended(part, [word for word, _ in run])) for part, run in runs]
    mended = " ".join(words for _, words in _of_the_month(parts) if words)
    for lacking in _LACKING:
        try:
            return say(read(f"{mended} {lacking}", zone))
        except UserError:
            continue
    found = process.extractOne(mended, EXAMPLES, scorer=fuzz.WRatio)
    return say(read(found[0], zone))


def _of_the_month(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The runs, with «of the month» behind «first Monday» where it was left out."""
    letters = "".join(part for part, _ in parts)
    place = letters.find("FD")
    if place < 0 or "V" in letters:
        return parts
    return [*parts[: place + 2], ("V", "month"), *parts[place + 2 :]]


def one_of_ours(word: str) -> str:
    """The word of the grammar that `word` looks like, or ""."""
    from rapidfuzz import fuzz, process

    ours = [known for known in PARTS if len(known) > 2]
    close = process.extractOne(word, ours, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return str(close[0]) if close is not None else ""


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
        ours = " ".join(filter(None, map(one_of_ours, words)))
        return ours or "".join(near(" ".join(words), _SURELY)[:1])


def _is_time(word: str) -> bool:
    try:
        clock_time(word)
    except UserError:
        return False
    return True
