"""Find the counts of votes in a text: «by 61 to 38», «mit 19 zu 14 Stimmen», «5-4».

Both sides are one figure, because neither says anything without the other; its value is
the first of them. Without a word of voting beside it a pair is a score, which is none.
"""

import re
from collections.abc import Iterator

_SHORT = 40
_PAIR = re.compile(
    r"(?<![\w.,:/–-])(?P<first>\d{1,3}(?:,\d{3})?)"
    r"(?:\s(?:votes?\s|Stimmen\s)?(?:to|zu|against|gegen)\s|[-–:])"
    r"(?P<second>\d{1,3}(?:,\d{3})?)(?:\s(?:votes?|Stimmen))?(?![\w:/%-]|[.,]\d)"
)
_BEFORE = re.compile(
    r"\b(?:vot(?:e|es|ed|ing)|ruled|rul(?:es|ing)|decided|decision|pass(?:ed|es)|"
    r"approved?|reject(?:ed|s)?|defeated|backed|majority|carried|verdict|margin|Senate|"
    r"House|stimmte[n]?|Stimmen|beschloss\w*|mit)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
_VOTING = re.compile(
    r"\b(?:vot(?:e|es|ed|ing)|rul(?:ed|es|ing)|Stimmen|stimmte[n]?|abgestimmt)\b",
    re.IGNORECASE,
)


def find_votes(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and first number of each count of votes, in text order."""
    for m in _PAIR.finditer(text):
        near = text[max(0, m.start() - _SHORT) : m.start()]
        around = near + text[m.start() : m.end() + _SHORT]
        if _BEFORE.search(near) and _VOTING.search(around) or _VOTING.search(m[0]):
            yield m.start(), m.end(), float(m["first"].replace(",", ""))
