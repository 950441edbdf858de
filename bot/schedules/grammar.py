"""A sentence as words, and each word's part in the grammar; nothing is decided here.

Each word has a part, which is one letter (`bot.schedules.words.PARTS`), so that whole
sentences can be matched as strings of letters:

    D days    T a time or number    E every    A at    O on    N and, comma    B from
    R to      M H S U  units        F place    V month W week  X other         Y a date
    K except  G starting            L holidays of a country    J of none       ? unknown
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.schedules.words import NOISE, PARTS, PHRASES

_NUMBER = re.compile(r"-?[0-9][0-9:.]*(?:[ap]\.?m\.?)?")
_PLACE = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?",
    "july?", "aug(?:ust)?", "sep(?:t(?:ember)?)?", "oct(?:ober)?", "nov(?:ember)?",
    "dec(?:ember)?",
)  # fmt: skip
_ANY_MONTH = "|".join(_MONTHS)
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


def words_of(sentence: str) -> list[str]:
    """Lower-case words, with commas as «and» and «am», «pm» joined to their time.

    Dates come as «2026-12-24», the holidays of a country as «holidays:de».
    """
    text = " ".join(unicodedata.normalize("NFKC", sentence).lower().split())
    text = re.sub(r"[()«»\"“”]", " ", re.sub(r"[–—−]", "-", text))
    for phrase, plain in PHRASES.items():
        text = text.replace(phrase, plain)
    text = _DAY_MONTH.sub(lambda found: _iso(found[3], found[2], found[1]), text)
    text = _MONTH_DAY.sub(lambda found: _iso(found[3], found[1], found[2]), text)
    text = _HOLIDAYS.sub(_each_country, text)
    words: list[str] = []
    for word in re.sub(r"[,;&]", " and ", text).split():
        for piece in _pieces(word):
            if PARTS.get(piece) == "P" and words and part(words[-1]) == "T":
                words[-1] += piece.replace(".", "")
            elif piece not in NOISE:
                words.append(piece)
    return words


def letters_of(words: list[str]) -> str:
    """The words' parts, one letter each."""
    letters = [part(word) for word in words]
    for place, word in enumerate(words):
        following = "".join(letters[place + 1 : place + 4]).lstrip("N")
        if word == "second" and following[:1] in {"D", "F"}:
            letters[place] = "F"
    return "".join(letters)


def part(word: str) -> str:
    """The word's letter, whatever stands beside it; «?» where it is not ours."""
    if word.startswith(_HOLIDAYS_OF):
        return "L"
    for letter, shape in (("F", _PLACE), ("Y", _DATE), ("T", _NUMBER)):
        if shape.fullmatch(word):
            return letter
    return PARTS.get(word, "?")


def country_of(word: str) -> str:
    """«DE» for «holidays:de»."""
    return word.removeprefix(_HOLIDAYS_OF).upper()


def _iso(year: str, month: str, day: str) -> str:
    number = next(n for n, name in enumerate(_MONTHS, 1) if re.fullmatch(name, month))
    return f"{year}-{number:02}-{int(day):02}"


def _each_country(found: re.Match[str]) -> str:
    codes = re.split(r"(?:, and |, | and )", found[1])
    return " and ".join(f"{_HOLIDAYS_OF}{code}" for code in codes)


def _pieces(word: str) -> Iterator[str]:
    """«mon-fri» and «8:00-20:00» as three words; all else as it is."""
    if word not in PARTS:
        word = word.rstrip(".!") or word
    left, dash, right = word.partition("-")
    if dash and {part(left), part(right)} <= {"D", "T"} and word not in PARTS:
        yield from (left, "to", right)
    else:
        yield word
