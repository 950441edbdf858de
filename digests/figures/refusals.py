"""Says which numbers of a text are no figures; it sees a number and its neighbours.

Left out: calendar dates, clock times and years, ordinals, scores, phone and house
numbers, case and section numbers, product names, parts of codes and addresses.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from digests.language.dates import Moment
from digests.language.numbers import Number

_LABELS = (
    "No|Nos|Nr|Number|number|Case|case|Section|section|Sec|Article|article|Artikel|"
    "Chapter|chapter|Page|page|Seite|Paragraph|paragraph|Flight|flight|Route|Highway|"
    "Interstate|Room|room|Gate|Platform|Channel|Volume|Part|Act|Resolution|Bill|"
    "Proposition|Title|Phase|phase|Level|level|Stage|stage|Type|type|Class|Group|"
    "Grade|grade|Formula|Figure|Table|Day|Week|Round|round|Season|season|Episode|"
    "episode|Chapter|Block|Unit|Area|Exit|Pier|Ward|District|Lane|lane|Psalm|Verse|"
    "Size|size|Seat|seat|Version|version|Step|step|Rule|Law|Amendment|Category|Tier|"
    "age|aged|Postfach|Absatz|Kapitel|ranked|No 10"
)
_LABEL = re.compile(rf"(?:\b(?:{_LABELS})\.?|[#§№])\s?$")
_STREET_BEFORE = re.compile(r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer)\s$")
_STREET_AFTER = re.compile(
    r"[A-Za-z]?\s(?:[A-Z][\w.'’-]*\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|"
    r"Boulevard|Blvd|Square|Place|Court|Way|Terrace|Row|Crescent|Close|Parkway)\b"
)
_AMID_NUMBERS = "0123456789,;:%$£€() "
_SCORE_AFTER = re.compile(r"\s?[-–:]\s?\d{1,3}(?![\d,.]*\d)")
_SCORE_BEFORE = re.compile(r"\d\s?[-–:]\s?$")
_PHONE = re.compile(r"(?=[+(\d])\+?\(?\d{2,5}\)?(?:[\s./-]\d{2,8}){2,}|\+\d[\d\s-]{6,}")
_GLUED_BEFORE = re.compile(r"(?:[^\W_][-–/:.]|[/@=_&\\~+*^<>]|\w)$")
_GLUED_AFTER = re.compile(r"[^\W_]|[/:@_=\\]\w|['’.,]\d")
_CAPITAL_BEFORE = re.compile(r"\b[A-Z][\w'’-]*\s$")
_PRODUCT = re.compile(
    r"\b(?:Boeing|Airbus|iPhone|iOS|Windows|Android|Galaxy|PlayStation|Xbox|Model|Mark|"
    r"Apollo|Artemis|Falcon|Ariane|Soyuz|Area|Agenda|Article|Euro|World War)\s$"
)


class Refusals:
    """What of one text is taken by dates and phone numbers; asked once a number."""

    def __init__(self, text: str, moments: Sequence[Moment]) -> None:
        """Note the stretches of `text` that hold no figure."""
        self._text = text
        taken = [(m.start, m.end) for m in moments]
        taken += [m.span() for m in _PHONE.finditer(text)]
        self._taken = sorted(taken)

    def dated(self, number: Number) -> bool:
        """Whether a number is part of a date, a time, a year or a phone number."""
        at = bisect_right(self._taken, (number.start, number.end + 1)) - 1
        around = self._taken[max(0, at) : at + 2]
        return any(s < number.end and number.start < e for s, e in around)

    def labelled(self, number: Number) -> bool:
        """Whether a number only tells one thing from another (No. 5, Highway 61)."""
        before = self._text[max(0, number.start - 16) : number.start]
        if before[-2:].strip(_AMID_NUMBERS) == "":
            return bool(_STREET_AFTER.match(self._text, number.end))
        return bool(
            _LABEL.search(before)
            or _STREET_BEFORE.search(before)
            or _STREET_AFTER.match(self._text, number.end)
        )

    def broken(self, start: int, end: int, number: Number) -> bool:
        """Whether a figure is a piece of a code, an address, a word or a score."""
        before = self._text[max(0, start - 4) : start]
        if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(self._text, end):
            return True
        if number.shape != "digits":
            return False
        return bool(_SCORE_BEFORE.search(before) or _SCORE_AFTER.match(self._text, end))

    def named(self, number: Number, sentence_start: int, noun: str) -> bool:
        """Whether a number belongs to a name: «Boeing 737», «the Group of Seven»."""
        text = self._text
        if number.shape == "words" and text[number.start].isupper():
            return bool(text[sentence_start : number.start].strip("\"'“‘«(— "))
        if number.shape != "digits" or number.scale != 1:
            return False
        before = text[max(sentence_start, number.start - 30) : number.start]
        if not before[-2:-1].isalnum() or before[-2:-1].isdigit():
            return False
        if _PRODUCT.search(before):
            return True
        return not noun and bool(_CAPITAL_BEFORE.search(before))
