"""Finds a speaker's role in the article's own words; it words nothing itself.

The role is what stands before the name («national security adviser Wi») or in the
apposition after it («Ruth Bell, a lock warden on the canal,»). The mention
that the speaker was resolved from is asked first, then the person's others.
"""

from collections.abc import Sequence

from digests.language.name_tables import TITLE_PARTS
from digests.language.names import Name
from digests.language.tokens import Token
from digests.quotes.phrases import Noted
from digests.quotes.reading import Frame, Reading
from digests.quotes.role_nouns import is_role
from digests.quotes.tables import BREAKERS, CUES, DETERMINERS, PREPOSITIONS

_COURTESY = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "mx", "sir", "lady", "herr", "frau")
)
#: «A» says nothing, and «its» nothing without the sentence before.
_NEVER_KEPT = frozenset(("a", "an", "its", "his", "her", "their", "our", "my"))
_LONGEST = 16
_BACK = 5
#: Words of a role up to the noun that says that it is one.
_COMPOUND = 3


def role(
    reading: Reading, roles: dict[str, str], speaker: str, noted: Noted
) -> str | None:
    """Give the role of `speaker`, or None where the article gives none."""
    found = _at(reading, noted) if noted.kind == "name" else None
    return found or roles.get(speaker)


def known_roles(reading: Reading, speakers: set[str]) -> dict[str, str]:
    """Give the first role that the article gives each of `speakers`."""
    found: dict[str, str] = {}
    parts = {part for speaker in speakers for part in speaker.split()}
    for frame in reading.frames:
        if not any(_may_tell(frame, name, parts) for name in frame.names):
            continue
        for noted in frame.mentions:
            if noted.kind != "name" or noted.sort != "person":
                continue
            speaker = reading.cast.full(noted.text, noted.sex, noted.start)
            if speaker not in found:
                role_here = _at(reading, noted)
                if role_here is not None:
                    found[speaker] = role_here
    return found


def _may_tell(frame: Frame, name: Name, parts: set[str]) -> bool:
    """Tell whether a role may stand at a name: at a bare surname hardly ever."""
    before = frame.tokens[name.first - 1].low if name.first else ""
    told = " " in name.text or name.core > name.first or is_role(before)
    return told and not parts.isdisjoint(name.text.split())


def _at(reading: Reading, noted: Noted) -> str | None:
    frame = reading.frames[noted.frame]
    text = reading.text
    return (
        _before(text, frame, noted)
        or _after(text, frame, noted)
        or _apposed(text, frame, noted)
    )


def _before(text: str, frame: Frame, noted: Noted) -> str | None:
    tokens = frame.tokens
    words = tokens[_role_start(frame, noted) : noted.core]
    if not words:
        return None
    if words[0].start < tokens[noted.first].start and not _has_role(words):
        words = _plain(tokens[noted.first : noted.core])
    return text[words[0].start : words[-1].end] if words else None


def _role_start(frame: Frame, noted: Noted) -> int:
    """Find where the words before a name begin that may be its role."""
    tokens = frame.tokens
    first = noted.core - len(_plain(tokens[noted.first : noted.core]))
    if first > noted.first:
        return first
    while first > 0 and noted.first - first < _BACK:
        before = tokens[first - 1]
        if before.kind != "word" or before.possessive or _stops(before.low):
            break
        first -= 1
    return first


def _plain(words: list[Token]) -> list[Token]:
    """Cut articles, possessors and courtesy titles off the front."""
    first = 0
    for at, word in enumerate(words):
        low = word.low.rstrip(".")
        if word.possessive or low in DETERMINERS or low in _COURTESY:
            first = at + 1
    return words[first:]


def _has_role(words: list[Token]) -> bool:
    return any(is_role(word.low) for word in words)


def _stops(low: str) -> bool:
    return (
        low in BREAKERS
        or low in PREPOSITIONS
        or low in DETERMINERS
        or (low in CUES and not is_role(low))
        or low.endswith(("ed", "ing"))
    )


def _after(text: str, frame: Frame, noted: Noted) -> str | None:
    tokens = frame.tokens
    at = noted.last
    if at + 1 >= len(tokens) or tokens[at].text != ",":
        return None
    first = at + 1
    opening = tokens[first]
    if not (
        opening.low in DETERMINERS
        or opening.possessive
        or opening.low in TITLE_PARTS
        or is_role(opening.low)
        or _is_compound(tokens, first)
    ):
        return None
    end = first
    while end < len(tokens) and end - first < _LONGEST and tokens[end].kind == "word":
        if tokens[end].low in {"who", "whose", "which"} or tokens[end].low in CUES:
            break
        end += 1
    words = tokens[first:end]
    if not _has_role(words):
        return None
    return _without_article(text, words)


def _is_compound(tokens: Sequence[Token], first: int) -> bool:
    """Tell «Ada Berg, harbour master at Hallin,» from «Ada Berg, harbour and all»."""
    for token in tokens[first : first + _COMPOUND]:
        if token.kind != "word" or token.capital or _stops(token.low):
            return False
        if is_role(token.low):
            return True
    return False


def _apposed(text: str, frame: Frame, noted: Noted) -> str | None:
    """«Rovers' manager, Rhona Castlemaine»: the phrase that the name explains."""
    tokens = frame.tokens
    if noted.first < 2 or tokens[noted.first - 1].text != ",":
        return None
    last = noted.first - 1
    other = frame.ends.get(last)
    if other is not None and other.after_preposition:
        other = frame.ends.get(other.first - 1)
    if other is None or other.kind != "nominal":
        return None
    words = tokens[other.first : last]
    return _without_article(text, words) if _has_role(words) else None


def _without_article(text: str, words: list[Token]) -> str | None:
    """Give the words, without an article that no possessor needs."""
    owned = any(word.possessive for word in words)
    if words[0].low in _NEVER_KEPT or (words[0].low == "the" and not owned):
        words = words[1:]
    return text[words[0].start : words[-1].end] if words else None
