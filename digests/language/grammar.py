"""Cuts a stretch of text into words and signs for reading names and clauses.

Only what reads grammar needs this; counting words belongs to `digests.language.words`.
Abbreviated titles, initials and «U.S.» keep their stops, a possessive «'s» stays with
its word and is told by `possessive`.
"""

import re
from typing import NamedTuple

#: Stands for every character of a stretch that must not be read (quoted words).
COVER = "\ue000"

_TOKEN = re.compile(
    rf"(?P<cover>{COVER}++)"
    r"|(?P<word>"
    # The first look saves most words the titles, initials and «U.S.».
    r"(?:(?=[A-Za-z]{1,4}+\.)"
    r"(?:(?:Mrs?|Ms|Mx|Dr|Prof|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Adm|Maj"
    r"|Cmdr|Amb|Supt|Det|St|Asst|Atty)\.(?=\s)"
    r"|[JS]r\.(?=\s|\Z|[,;])|[A-Z]\.(?=\s?[A-Z])"
    r"|(?:[A-Za-z]\.){2,12}(?:['’]s\b)?))"
    r"|[^\W_]++(?:[-.'’&][^\W_]++)*+(?:(?<=[sxz])['’](?=\s))?)"
    r"|[^\w\s]"
)
_POSSESSIVE = ("'s", "'")


class Token(NamedTuple):
    """A word, a sign, or a covered stretch (`kind` «word», «sign», «cover»)."""

    start: int
    end: int
    text: str
    low: str
    kind: str
    #: «Korea's», or «leaders» before a lone apostrophe.
    possessive: bool
    capital: bool


def tokens(text: str, start: int, end: int) -> list[Token]:
    """Give the tokens of `text[start:end]`, in order."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        words = match[0]
        if match.lastgroup == "word":
            low = words.lower()
            if "’" in low:
                low = low.replace("’", "'")
            possessive = "'" in low and low.endswith(_POSSESSIVE)
            capital = words[0] != low[0]
            parts = (*match.span(), words, low, "word", possessive, capital)
        else:
            kind = "cover" if match.lastgroup else "sign"
            parts = (*match.span(), words, words, kind, False, False)
        # Tokens are made by the thousand: this is the short way to a named tuple.
        found.append(tuple.__new__(Token, parts))
    return found
