"""Find counts that need their context: votes with both sides, ratios, runs in cricket.

«By 61 to 38», «mit 19 zu 14 Stimmen» and «5-4» are one figure each, because neither
side says anything without the other; its value is the first of them. Without a word of
voting or of a ratio beside it a pair is a score, which is no figure. A batter's runs
have no noun («made 142»), so that they are looked for only in reports of cricket.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from digests.language.numbers import NUMBER_WORDS

_SHORT = 40
_COUNT = rf"\d{{1,3}}(?:,\d{{3}})?|{'|'.join(NUMBER_WORDS[2:13])}"
_PAIR = re.compile(
    rf"(?<![\w.,:/–-])(?P<first>{_COUNT})"
    r"(?:\s(?:votes?\s|Stimmen\s)?(?:to|zu|against|gegen)\s|[-–:])"
    rf"(?P<second>{_COUNT})(?:\s(?:votes?|Stimmen))?(?![\w:/%-]|[.,]\d)"
)
_BEFORE = re.compile(
    r"\b(?:vot(?:e|es|ed|ing)|ruled|rul(?:es|ing)|decided|decision|pass(?:ed|es)|"
    r"approved?|reject(?:ed|s)?|defeated|backed|majority|carried|verdict|margin|Senate|"
    r"House|stimmte[n]?|Stimmen|beschloss\w*|mit)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_VOTING = re.compile(
    r"\b(?:vot(?:e|es|ed|ing)|rul(?:ed|es|ing)|bill|motion|amendment|resolution|Senate|"
    r"parliament|lawmakers|judges|jury|referendum|Stimmen|stimmte[n]?|abgestimmt)\b",
    re.IGNORECASE,
)
#: «outnumber them by 3 to 1».
_RATIO = re.compile(r"\b(?:ratio|odds|outnumber\w*|Verhältnis)\b[^.;]{0,30}$")
_CRICKET = re.compile(
    r"\b(?:wickets?|innings|cricket|stumps|batsm[ae]n|batters?)\b", re.IGNORECASE
)
_RUNS = re.compile(
    r"\b(?:made|scored|hit|struck|smashed|compiled|piled\sup|posted|totalled)\s(?:an?\s)?"
    r"(?:unbeaten\s|brilliant\s|fine\s)?(?P<runs>\d{2,3}(?:\sfor\s\d\b|\snot\sout\b)?)"
    r"(?=\s(?:as|off|from|in|to|on|against|and|before|with|while|declared|runs)\b|[,.;])"
)


class Tally(NamedTuple):
    """A count at `start` to `end`: its first number and its unit."""

    start: int
    end: int
    value: float
    unit: str


def find_tallies(text: str) -> Iterator[Tally]:
    """The counts of votes and runs of a text, in text order."""
    yield from sorted((*_find_votes(text), *_find_runs(text)))


def _find_votes(text: str) -> Iterator[Tally]:
    for m in _PAIR.finditer(text):
        near = text[max(0, m.start() - _SHORT) : m.start()]
        around = near + text[m.start() : m.end() + _SHORT]
        votes = _BEFORE.search(near) and _VOTING.search(around)
        if _RATIO.search(near):
            yield Tally(*m.span(), _read_count(m["first"]), "ratio")
        elif votes or _VOTING.search(m[0]):
            yield Tally(*m.span(), _read_count(m["first"]), "votes")


def _read_count(shown: str) -> float:
    digits = shown.replace(",", "")
    return float(digits if digits.isdecimal() else NUMBER_WORDS.index(shown))


def _find_runs(text: str) -> Iterator[Tally]:
    if not _CRICKET.search(text):
        return
    for m in _RUNS.finditer(text):
        value = float(m["runs"].partition(" ")[0])
        yield Tally(m.start("runs"), m.end("runs"), value, "runs")
