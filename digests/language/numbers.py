"""Find numbers in digits or words and compute their values.

Digits in the English style («1,234.5», «1,20,000») or, for German texts, the German one
(«1.234,5»); scales («4.2 million», «$3bn», «45 lakh», «2 Mrd.»); number words
(«twenty-one», «two hundred and fifty», «half a million», «zweihundert», «anderthalb»);
fractions («two-thirds», «a third of», «zwei Drittel», «3½»); rates («one in three», «7
out of 10», «11 of 17 cases»), whose value is the numerator.
Ordinals and vague amounts («hundreds of») do not count.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from digests.language.regexes import make_regex
from digests.language.spans import drop_overlapping
from digests.language.words import resolve_language, word_list, word_set
from digests.types import Span, frozen

NumberShape = Literal["digits", "words", "fraction", "rate"]


@frozen
class Number:
    """A number of a text: `text[start:end]` are its digits or words with the scale."""

    start: int
    end: int
    value: float
    shape: NumberShape
    #: The scale that `value` already holds: 1e6 for «4.2 million», 1 without one.
    scale: float = 1.0


def _count_by(step: int, words: str) -> Mapping[str, int]:
    """Number words with their values: two steps, three steps, and so on."""
    return {word: step * value for value, word in enumerate(words.split(), start=2)}


def _read_values(rows: str) -> dict[str, float]:
    """Words with their values: a row is a value and the words for it."""
    found: dict[str, float] = {}
    for row in rows.split(";"):
        value, *words = row.split()
        found |= dict.fromkeys((w.replace("_", " ") for w in words), float(value))
    return found


#: English number words from «zero» to «nineteen», at the place of their value.
NUMBER_WORDS = word_list("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen
""")
_UNITS: Mapping[str, int] = {word: value for value, word in enumerate(NUMBER_WORDS)}
_TENS = _count_by(10, "twenty thirty forty fifty sixty seventy eighty ninety")
_MULTIPLIERS = _read_values(
    "12 dozen; 1e2 hundred; 1e3 thousand; 1e6 million; 1e9 billion; 1e12 trillion"
)
_GERMAN_UNITS = _count_by(
    1,
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
    " fünfzehn sechzehn siebzehn achtzehn neunzehn",
)
_GERMAN_TENS = _count_by(
    10, "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
)
_GERMAN_ONES = {"ein": 1, **{word: n for word, n in _GERMAN_UNITS.items() if n < 10}}
_GERMAN_BELOW_HUNDRED: Mapping[str, int] = {
    **_GERMAN_UNITS,
    **_GERMAN_TENS,
    **{
        f"{one}und{ten}": low + high
        for ten, high in _GERMAN_TENS.items()
        for one, low in _GERMAN_ONES.items()
    },
}
#: German number words; «ein» and «halbe» count before a scale.
_GERMAN_WORDS: Mapping[str, float] = {
    **dict.fromkeys(("ein", "eine", "einer", "einem"), 1),
    "halbe": 0.5,
    "anderthalb": 1.5,
    "hundert": 100,
    "tausend": 1000,
    "hunderttausend": 100_000,
    **_GERMAN_BELOW_HUNDRED,
    **{f"{word}hundert": 100 * n for word, n in _GERMAN_ONES.items()},
    **{f"{word}tausend": 1000 * n for word, n in _GERMAN_BELOW_HUNDRED.items()},
    **{f"{word}einhalb": n + 0.5 for word, n in _GERMAN_ONES.items()},
}
_SCALES = _MULTIPLIERS | _read_values("""
    1e3 k; 1e5 lakh lakhs; 1e6 mn m; 1e7 crore crores cr; 1e9 bn b;
    1e12 tn trn lakh_crore
""")
_GERMAN_SCALES = _read_values("""
    12 dutzend; 1e2 hundert; 1e3 tausend; 1e6 million millionen mio;
    1e9 milliarde milliarden mrd; 1e12 billion billionen
""")
#: A short form is a scale only beside money: «£3m» is no length, «200m» is.
_MONEY_ONLY = word_set("m b k cr")
_VULGAR = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}
_PARTS = _read_values("""
    2 half halves; 3 third drittel; 4 quarter fourth viertel; 5 fifth fünftel; 6 sixth;
    8 eighth; 10 tenth zehntel
""")
#: Each fraction has one of them, most articles have none.
_PART_WORDS = (*_PARTS, "hälfte")


def _longest_first(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


def _digits(group: str, point: str, scales: Mapping[str, float]) -> re.Pattern[str]:
    names = _longest_first(scales)
    indian = r"\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|" if group == "," else ""
    return make_regex(
        rf"(?=[-−\d])(?P<minus>(?<![\w)%])[-−])?"
        rf"(?:(?<![\w{group}{point}])|(?<=\bN))"
        rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|{indian}\d+)(?:{point}(?P<rest>\d+))?"
        rf"(?P<vulgar>[½¼¾⅓⅔])?"
        rf"(?:[\s-]?(?P<scale>{names})\b)?"
        rf"(?!st\b|nd\b|rd\b|th\b|\d)",
        re.IGNORECASE,
    )


_ENGLISH_DIGITS = _digits(",", r"\.", _SCALES)
_GERMAN_DIGITS = _digits(r"\.", ",", _GERMAN_SCALES)
_NUMBER_WORD = "|".join((*_UNITS, *_TENS, *_MULTIPLIERS))
_ENGLISH_WORDS = make_regex(
    rf"(?=[abdefhmnostz])(?<![\w$£€-])"
    rf"(?:half\sa\s|an?\s(?=(?:{'|'.join(_MULTIPLIERS)})\b))?"
    rf"(?:{_NUMBER_WORD})\b(?:(?:\sand\s|\s|-)(?:{_NUMBER_WORD})\b)*",
    re.IGNORECASE,
)
_ONE_WORD = make_regex(rf"\b(?:{_NUMBER_WORD})\b", re.IGNORECASE)
_HALF_MORE = make_regex(
    r"\sand\sa\shalf\b(?:\s(hundred|thousand|million|billion)\b)?", re.I
)
_GERMAN_WORD = make_regex(r"(?<![\w-])[^\W\d_]+(?!\w)")
_GERMAN_SCALE = make_regex(rf"\s({_longest_first(_GERMAN_SCALES)})\b", re.IGNORECASE)
_FRACTION = make_regex(
    rf"(?=[otfs])(?<![\w-])(?P<over>{'|'.join(NUMBER_WORDS[1:8])})[-\s]"
    r"(?P<part>half|halves|third|quarter|fourth|fifth|sixth|eighth|tenth)s?\b",
    re.IGNORECASE,
)
#: A part of something: «a third of the shops», «half of them», «drei Viertel der».
_PART_OF = make_regex(
    r"\b(?:(?P<over>an?|ein|zwei|drei|vier)\s(?P<part>third|quarter|fifth|tenth|"
    r"Drittel|Viertel|Fünftel|Zehntel)|"
    r"(?<!first )(?<!second )(?<!other )(?<!ersten )(?<!zweiten )(?:half|Hälfte))"
    r"(?=\s(?:of|der|des|aller|von)\s(?!an?\b|\d|what\b))",
    re.IGNORECASE,
)
#: Denominators as people use them: small words, round digits.
_OUT_OF = make_regex(
    rf"\s(?:in|out\sof)\s(?:every\s)?(?:(?P<word>{'|'.join(NUMBER_WORDS[3:11])}|twenty|"
    r"a\shundred|a\sthousand)|(?P<digits>[3-9]|[1-9]0{1,3}|[1-9]0?0?,000))"
    r"\b(?![-:/.,%]?\d|[-%])",
    re.IGNORECASE,
)
#: «11 of 17 cases»: so many of them all.
_OF_ALL = make_regex(r"\sof\s(?P<digits>[1-9]\d{0,2})(?=\s[a-z]{3,})")
#: Longer runs of digits are codes, not amounts, and no float holds them exactly.
_MOST_DIGITS = 15
#: «N95», «N225»: a letter with so few digits is no amount in naira.
_SHORT_CODE = 3
_AFTER_MONEY = make_regex(r"(?:[$£€¥₹₩₦]|\b(?:USD|EUR|GBP|CHF|NGN|INR|Rs\.?|N))\s?$")
#: «1.2m people» and «40k homes» count; «200m» alone is a length.
_COUNTED_AFTER = make_regex(
    r"\s(?:people|users|homes|houses|households|customers|jobs|workers|children|"
    r"pupils|patients|residents|voters|votes|viewers|readers|listeners|followers|"
    r"subscribers|members|visitors|tourists|passengers|vehicles|cars|tonnes|barrels|"
    r"copies|tickets|units|properties|businesses|signatures|refugees|migrants|views|"
    r"downloads|shares|hectares|acres|litres|trees|a (?:year|month|week|day))\b"
)


def find_numbers(text: str, lang: str | None = None) -> tuple[Number, ...]:
    """The numbers of a text, in text order, without overlap."""
    # A rate consumes its denominator, which is then no number of its own.
    found = _iterate_numbers(text, resolve_language(lang))
    return tuple(drop_overlapping(_as_rate(text, number) for number in found))


def _iterate_numbers(text: str, tag: str) -> Iterator[Number]:
    german = tag == "de"
    for m in (_GERMAN_DIGITS if german else _ENGLISH_DIGITS).finditer(text):
        if len(m["whole"]) <= _MOST_DIGITS and not _is_code(text, m):
            yield _from_digits(text, m, german=german)
    yield from _iter_fractions(text)
    if german:
        yield from _find_german_words(text)
        return
    for m in _ENGLISH_WORDS.finditer(text):
        yield from _from_words(text, m)


def _iter_fractions(text: str) -> Iterator[Number]:
    low = text.lower()
    if not any(part in low for part in _PART_WORDS):
        return
    for m in (*_FRACTION.finditer(text), *_PART_OF.finditer(text)):
        value = _read_fraction(m)
        if value < 1:
            # «the city's two halves» are counted.
            yield Number(start=m.start(), end=m.end(), value=value, shape="fraction")


def _read_fraction(m: re.Match[str]) -> float:
    if not m["part"]:
        return 0.5
    over = m["over"].lower()
    counted = _UNITS.get(over) or _GERMAN_UNITS.get(over, 1)
    return counted / _PARTS[m["part"].lower()]


def _is_code(text: str, m: re.Match[str]) -> bool:
    """Whether a letter belongs to the digits: «N95» is a code, «N500m» is money."""
    amount = m["scale"] or len(m["whole"]) > _SHORT_CODE
    return text[m.start() - 1 : m.start()] == "N" and not amount


def _from_digits(text: str, m: re.Match[str], *, german: bool) -> Number:
    whole = re.sub(r"[.,]", "", m["whole"])
    value = float(f"{whole}.{m['rest'] or 0}") + _VULGAR.get(m["vulgar"] or "", 0)
    scale, end = 1.0, m.end()
    if m["scale"]:
        name = m["scale"].lower()
        before = text[max(0, m.start() - 4) : m.start()]
        if (
            name in _MONEY_ONLY
            and not _AFTER_MONEY.search(before)
            and not (text[end - 2].isdigit() and _COUNTED_AFTER.match(text, end))
        ):
            end = m.start("scale")
            end -= text[end - 1] in " -\n\t"
        else:
            scale = (_GERMAN_SCALES if german else _SCALES)[name]
            end += name in {"mio", "mrd"} and text[end : end + 1] == "."
    signed = -value * scale if m["minus"] else value * scale
    return Number(start=m.start(), end=end, value=signed, shape="digits", scale=scale)


def _find_german_words(text: str) -> Iterator[Number]:
    for m in _GERMAN_WORD.finditer(text):
        value = _GERMAN_WORDS.get(m[0].lower())
        if value is None:
            continue
        scaled = _GERMAN_SCALE.match(text, m.end())
        scale = _GERMAN_SCALES[scaled[1].lower()] if scaled else 1.0
        if scaled or value > 1:
            yield _words(m.start(), (scaled or m).end(), value * scale, scale)


def _from_words(text: str, m: re.Match[str]) -> Iterator[Number]:
    """One number, or several where the words do not make one («two three»)."""
    half = m.group().lower().startswith("half")
    total, current, scale = 0.0, 0.5 if half else 0.0, 1.0
    start = end = m.start()
    last = 0.0
    for word in _ONE_WORD.finditer(m.group()):
        value = _word_value(word.group().lower())
        if value in _MULTIPLIERS.values():
            scale = value
            current = (current or 1) * value
            if value >= 1e3:
                total, current = total + current, 0.0
        elif last and not _adds_to(last, value):
            yield _words(start, end, total + current, scale)
            start, total, current, scale = m.start() + word.start(), 0.0, value, 1.0
        else:
            current += value
            scale = 1.0
        last, end = value, m.start() + word.end()
    more = _HALF_MORE.match(text, end)
    if more and not half:
        scale = _MULTIPLIERS[more[1].lower()] if more[1] else 1.0
        yield _words(start, more.end(), (total + current + 0.5) * scale, scale)
        return
    yield _words(start, end, total + current, scale)


def _adds_to(last: float, value: float) -> bool:
    """Whether a small number may follow: «twenty one», «hundred and seventy»."""
    return last >= 100 or (last in _TENS.values() and 0 < value < 10)


def _word_value(word: str) -> float:
    return _UNITS.get(word) or _TENS.get(word) or _MULTIPLIERS.get(word, 0.0)


def _words(start: int, end: int, value: float, scale: float) -> Number:
    return Number(start=start, end=end, value=value, shape="words", scale=scale)


def _as_rate(text: str, number: Number) -> Number:
    """«one in three» as a whole."""
    if number.scale != 1 or number.value < 1:
        return number
    m = _OUT_OF.match(text, number.end)
    if m is None and number.shape == "digits" and text[number.end - 1].isdigit():
        m = _OF_ALL.match(text, number.end)
    if m is None or number.value >= _denominator(m):
        return number
    return replace(number, end=m.end(), shape="rate")


def _denominator(m: re.Match[str]) -> float:
    if m["digits"]:
        return float(m["digits"].replace(",", ""))
    return _word_value(m["word"].lower().removeprefix("a "))


def find_written(number: str, clause: str) -> Span | None:
    """Where a clause has a number as it is written in a text.

    A clause begins with a capital and has plain spaces, the text may have neither.
    """
    written = r"\s".join(re.escape(word) for word in number.split())
    found = re.search(rf"(?<![\w.,]){written}(?!\w)", clause, re.IGNORECASE)
    return Span(start=found.start(), end=found.end()) if found else None
