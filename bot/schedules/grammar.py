"""Words of schedule sentences: vocabulary, word classes and times of day.

Each word has a class, which is one letter, so that whole sentences can be matched as
strings of letters:

    D days    T a time or number    E every    A at    O on    N and, comma    B from
    R to      M H S U  units        F place    V month W week  X other         Y a date
    K except  G starting            L holidays of a country    J of none       ? unknown
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import time

from bot.errors import UserError
from bot.schedules.rules import EVERY_DAY, LAST, WEEKDAYS, WEEKEND

_NUMBER = re.compile(r"-?[0-9][0-9:.]*(?:[ap]\.?m\.?)?")
_ORDINAL = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_ANY_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAY_MONTH = re.compile(
    rf"\b([0-9]{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?({_ANY_MONTH})\.?,? ([0-9]{{4}})\b"
)
_MONTH_DAY = re.compile(
    rf"\b({_ANY_MONTH})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}})\b"
)
_CODE = r"[a-z]{2}(?:-[a-z0-9]{1,3})?(?![\w/-])(?! ?[0-9])"
#: «holidays in de, at and fr-57»; not the «at» of «at 8:30».
_HOLIDAYS = re.compile(
    rf"\bholidays?(?: in| of)?+ ({_CODE}(?:(?:, and |, | and ){_CODE})*)"
)
_HOLIDAYS_OF = "holidays:"


def tokenize_sentence(sentence: str) -> list[str]:
    """Split into lower-case words: commas become «and», «8 am» becomes «8am».

    Dates become «2026-12-24», the holidays of a country «holidays:de».
    """
    text = " ".join(unicodedata.normalize("NFKC", sentence).lower().split())
    text = re.sub(r"[()«»\"“”]", " ", re.sub(r"[–—−]", "-", text))
    for phrase, plain in PHRASES.items():
        text = text.replace(phrase, plain)
    text = _DAY_MONTH.sub(lambda m: _format_iso_date(m[3], m[2], m[1]), text)
    text = _MONTH_DAY.sub(lambda m: _format_iso_date(m[3], m[1], m[2]), text)
    text = _HOLIDAYS.sub(_expand_countries, text)
    words: list[str] = []
    for word in re.sub(r"[,;&]", " and ", text).split():
        for piece in _split_word(word):
            after_number = words and classify_word(words[-1]) == "T"
            if after_number and WORD_CLASSES.get(piece) == "P":
                words[-1] += piece.replace(".", "")
            elif piece not in IGNORED_WORDS:
                words.append(piece)
    return words


def encode_word_classes(words: list[str]) -> str:
    """Return the words' classes, one letter each."""
    letters = [classify_word(word) for word in words]
    for place, word in enumerate(words):
        following = "".join(letters[place + 1 : place + 4]).lstrip("N")
        if word == "second" and following[:1] in {"D", "F"}:
            letters[place] = "F"
    return "".join(letters)


def classify_word(word: str) -> str:
    """Return the class of a word without its context; «?» if it is unknown."""
    if word.startswith(_HOLIDAYS_OF):
        return "L"
    for letter, shape in (("F", _ORDINAL), ("Y", _DATE), ("T", _NUMBER)):
        if shape.fullmatch(word):
            return letter
    return WORD_CLASSES.get(word, "?")


def parse_country(word: str) -> str:
    """«DE» for «holidays:de»."""
    return word.removeprefix(_HOLIDAYS_OF).upper()


def _format_iso_date(year: str, month: str, day: str) -> str:
    names = enumerate(_ANY_MONTH.split("|"), start=1)
    number = next(n for n, name in names if re.fullmatch(name, month))
    return f"{year}-{number:02}-{int(day):02}"


def _expand_countries(found: re.Match[str]) -> str:
    codes = re.split(r"(?:, and |, | and )", found[1])
    return " and ".join(f"{_HOLIDAYS_OF}{code}" for code in codes)


def _split_word(word: str) -> list[str]:
    """Split «mon-fri» and «8:00-20:00» into three words."""
    if word not in WORD_CLASSES:
        word = word.rstrip(".!") or word
    left, dash, right = word.partition("-")
    is_range = {classify_word(left), classify_word(right)} <= {"D", "T"}
    if dash and is_range and word not in WORD_CLASSES:
        return [left, "to", right]
    return [word]


DAY_NAMES = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_SHORT_DAYS = ("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun")

#: Word → the days it stands for.
DAYS: dict[str, tuple[int, ...]] = {
    **{
        word: (day,)
        for day, (name, short) in enumerate(zip(DAY_NAMES, _SHORT_DAYS, strict=True))
        for word in (name.lower(), f"{name.lower()}s", *short.split())
    },
    **dict.fromkeys(("daily", "day", "days", "everyday"), EVERY_DAY),
    **dict.fromkeys(("weekday", "weekdays", "workdays", "workday"), WEEKDAYS),
    **dict.fromkeys(("weekend", "weekends"), WEEKEND),
}

NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12",
    "fifteen": "15", "twenty": "20", "thirty": "30", "forty-five": "45",
}  # fmt: skip

#: Word → its place among the days of a month; «21st» and the like are read as digits.
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}

#: Class → its words. «second» is a unit or a place: the next word decides.
_CLASSES = {
    "D": " ".join(DAYS),
    "T": " ".join((*NAMED_TIMES, *NUMBERS)),
    "E": "every each",
    "M": "minute minutes min mins",
    "H": "hour hours hr hrs h",
    "F": "first third fourth fifth last",
    "S": "second seconds sec secs",
    "W": "week weeks",
    "V": "month months monthly",
    "X": "other",
    "U": "hourly",
    "K": "except excluding without",
    "G": "starting beginning since",
    "J": "holiday holidays",
    "A": "at",
    "O": "on",
    "N": "and",
    "B": "between from",
    "R": "to until till through -",
    "P": "am a.m. a.m pm p.m. p.m",
}
#: Word → its class.
WORD_CLASSES = {
    word: letter for letter, words in _CLASSES.items() for word in words.split()
}

#: Words that mean nothing here.
IGNORED_WORDS = frozenset(
    {"in", "of", "the", "time", "timezone", "zone", "o'clock", "sharp", "public"}
)

#: Replaced before the sentence is split into words.
PHRASES = {
    "quarter of an hour": "15 minutes",
    "quarter hour": "15 minutes",
    "half an hour": "30 minutes",
    "half hour": "30 minutes",
    "half-hour": "30 minutes",
    "every second week": "every other week",
    "fortnightly": "every other week",
    "weekly": "every week",
    "except for": "except",
    "but not": "except",
    "bank holiday": "holiday",
    "weekend day": "weekend",
    "working day": "weekday",
}

#: Suggested where a sentence cannot be corrected.
EXAMPLES = (
    "daily at 8:00",
    "daily at 7:00 and 18:00",
    "weekdays at 8:30",
    "weekends at 10:00",
    "Monday and Thursday at 9:00",
    "Friday at 18:15",
    "hourly",
    "every minute",
    "every 15 minutes",
    "every 15 minutes between 8:00 and 20:00",
    "every 3 hours",
    "on the first Monday of the month at 9:00",
    "on the 1st and 15th of the month at 8:00",
    "on the last day of the month at 18:00",
)

_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:([ap])\.?m\.?)?")
_AS_DIGITS = NUMBERS | NAMED_TIMES
#: Up to this hour, a number without am or pm may mean morning or evening.
_NOON = 12


def parse_clock_time(words: str) -> time:
    """Parse a time of day in lower case; `UserError` if it is not one."""
    found = _CLOCK.fullmatch(_AS_DIGITS.get(words, words))
    if found is None:
        raise UserError(
            "«{words}» is not a time of day; write it as «8:30».", words=words
        )
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= _NOON or minute >= 60:
            raise UserError(
                "«{words}» is not a time of day: with am and pm the hours go from 1 to "
                "12.",
                words=words,
            )
        return time(hour % _NOON + (_NOON if found[3] == "p" else 0), minute)
    if hour >= 24 or minute >= 60:
        raise UserError(
            "«{words}» is not a time of day: the clock goes from 0:00 to 23:59.",
            words=words,
        )
    return time(hour, minute)


def parse_clock_times(words: Sequence[str]) -> tuple[time, ...]:
    """Parse several times; refuses «7 and 9 pm», in which the 7 is ambiguous."""
    marked = next(filter(_has_am_or_pm, words), None)
    ambiguous = next(filter(_is_ambiguous, words), None) if marked else None
    if ambiguous:
        raise UserError(
            "«{word}» beside «{marked}» may be morning or evening; write am or pm "
            "behind each time.",
            word=ambiguous,
            marked=marked,
        )
    return tuple(map(parse_clock_time, words))


def _is_ambiguous(word: str) -> bool:
    if word in NAMED_TIMES or _has_am_or_pm(word):
        return False
    return 1 <= parse_clock_time(word).hour <= _NOON


def _has_am_or_pm(word: str) -> bool:
    found = _CLOCK.fullmatch(word)
    return found is not None and found[3] is not None
