"""Judges the places where a sentence may be cut off; it cuts nothing itself.

Two questions of a cut. Does the last word that is kept still wait for what went
(«shortly | after 2 a.m.», «at a time | when …», «unable to say | where …»)? And does
the rest still say the same without it («the first man | since 1990», «did not quit |
because he was tired», «will be paid | when …»)? Either spoils the cut. And one more
kind of place: before the last «and», where what is kept is true without the addition.
"""

import re

from digests.language import verbs, words
from digests.language.tables import word_set
from digests.types import Span

#: After these a clause of time or reason is part of the phrase, not an addition.
_LEANS_ON = word_set(
    "shortly soon long right just immediately ever even only largely mainly mostly",
    "partly simply precisely exactly especially particularly now then late early",
    "days day weeks week months month years year hours hour minutes minute seconds",
    "moments moment decades decade centuries nights night mornings morning evening",
    "time times point stage case cases situation place places area areas age era",
    "reason reasons way ways kurz erst nur gerade schon tage wochen monate jahre",
    "stunden minuten tag woche monat jahr zeit zeitpunkt",
)
#: These wait for more whatever follows.
_WAITS = word_set(
    "even especially particularly notably namely yet whether such like unlike versus",
    "via per plus except besides towards toward onto throughout across near beyond",
    "sogar insbesondere trotz samt laut",
)
#: «unable to say when», «it is unclear where»: the clause is what the verb is about.
_ASKS = word_set(
    "say says said know knows knew known see sees saw seen decide decides decided tell",
    "tells told ask asks asked explain explains explained remember remembers show",
    "shows showed shown unclear clear sure determine determined wonder wondered is",
    "was weiß wissen klar unklar fragen sagen",
)
_CLAUSE = re.compile(
    r"\s(after|before|since|when|while|where|because|as|although|though|once|until|"
    r"following|despite|amid|weil|nachdem|obwohl|während|bevor|wo|wenn|seit)\b"
)
_SUPERLATIVE = re.compile(
    r"\b(?:first|last|only|most|least|best|worst|[a-z]{3,}(?:est)|erste[nrs]?|"
    r"einzige[nrs]?|letzte[nrs]?)\b"
)
_DENIES = re.compile(
    r"\b(?:not|never|no|nobody|none|cannot|nicht|nie|kein\w*)\b|n['’]t\b", re.IGNORECASE
)
#: With these a clause of time is a condition.
_OPEN = re.compile(
    r"\b(?:will|would|can|could|may|might|must|should|shall|wird|werden|kann|können|"
    r"soll|sollen|muss|müssen|darf|dürfen)\b"
)
_LONE = re.compile(r",\s[a-zäöü]+$")
#: A lone word after a comma that needs nothing more.
_ENOUGH = (", too", ", though", ", however")
_LOOKED_AT = 400


def spoils(text: str, start: int, at: int) -> bool:
    """Whether cutting `text[start:]` off at `at` leaves half a phrase or another sense.

    Args:
        text: The article's text.
        start: Where the sentence, or its last piece, begins.
        at: The end of what is kept.
    """
    kept = text[max(start, at - _LOOKED_AT) : at].rstrip()
    link = _CLAUSE.match(text, at)
    return _hangs(kept, link) or (link is not None and _turns(kept, link[1]))


def _hangs(kept: str, link: re.Match[str] | None) -> bool:
    """Whether the last word kept waits for what follows it."""
    found = words.tokens(kept[-80:])
    if not found or found[-1] in _WAITS:
        return True
    if _LONE.search(kept) and not kept.endswith(_ENOUGH):
        return True
    if link is None:
        return False
    return found[-1] in _LEANS_ON or (found[-1] in _ASKS and link[1] in _QUESTIONS)


_QUESTIONS = frozenset(("when", "where", "wo", "wann"))
_REASONS = frozenset(("because", "weil"))
_CONDITIONS = frozenset(("when", "where", "once", "until", "wenn"))
_SINCE = frozenset(("since", "seit"))


def _turns(kept: str, link: str) -> bool:
    """Whether what is kept means something else without the clause."""
    if link in _SINCE:
        return _SUPERLATIVE.search(kept) is not None
    if link in _REASONS:
        return _DENIES.search(kept) is not None
    return link in _CONDITIONS and _OPEN.search(kept) is not None


_AND = re.compile(r",?\s(?:and|und)\s(?P<next>[\w'’-]+)")
_ADDED = word_set(
    "the a an his her its their this these those several many some more in on for with",
    "to from at by der die das ein eine seine ihre mit für in",
)
#: What is added behind these is no addition, or the rest is untrue without it.
_NEEDS_BOTH = re.compile(
    r"\b(?:between|both|either|neither|whether|half|combined|together|total|equal\w*|"
    r"same|differen\w+|among|if|unless|until|once|only|when|without|zwischen|sowohl|"
    r"weder|ob|wenn|nur|ohne|zusammen)\b",
    re.IGNORECASE,
)
#: Who says so, or how sure it is, stands in the tail: it must stay.
_VOUCHED = re.compile(
    r"\b(?:sa(?:id|ys?)|told|according|claim\w*|alleg\w*|report\w*|announced|believe\w*|"
    r"den(?:y|ies|ied)|doubt\w*|warn\w*|not|never|no|but|laut|sagten?|zufolge|angeblich|"
    r"nicht|aber)\b|n['’]t\b|[\"“”„]",
)
_LIST = 60


def conjunct_ends(text: str, span: Span) -> list[int]:
    """Where the last thing that a sentence adds with «and» may be left out."""
    found = []
    for m in _AND.finditer(text, span.start, span.end):
        kept, tail = text[span.start : m.start()], text[m.end() : span.end]
        if "," in kept[-_LIST:] or _NEEDS_BOTH.search(kept) or _DENIES.search(kept):
            continue
        if _adds(kept, m["next"]) and not _VOUCHED.search(tail):
            found.append(m.start())
    return found


def _adds(kept: str, following: str) -> bool:
    """Whether «and» joins two whole things: no «red and green lamps»."""
    before = words.tokens(kept[-_LIST:])
    if not before or verbs.looks_finite(before[-1]):
        return False
    if following.lower() in _ADDED or verbs.looks_finite(following):
        return True
    return verbs.looks_participle(following) and before[-1][-1:] == "s"
