"""Says whom a mention means: the full name, the noun phrase, or nobody.

A name is looked up in the cast. «He» and «she» go to the best named person before
them: subjects before objects, near before far, the last speaker before others, never
against the known sex. «They» goes to a plural or a body right before, «it», «I» and
«we» to nobody: unresolved rather than guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from digests.language.cast import Cast
from digests.language.tables import word_set
from digests.quotes.phrases import Noted
from digests.quotes.reading import Frame, Reading
from digests.quotes.tables import CUES, DETERMINERS, HE, PREPOSITIONS, SHE, THEY

_FRAMES_BACK = 9
_SUBJECT_SIGNS = frozenset(("said", "says", "told", "who"))
_DESCRIBING = frozenset(("familiar", "close", "involved", "present", "based", "loyal"))
#: What somebody has written: «a report by the council».
_WRITTEN = word_set(
    "report study survey letter statement article review analysis poll book editorial"
    " memo opinion paper column"
)
_COMPLEMENTS = frozenset(("of", "for", "from", "at", "with", "in", "fur", "für", "von"))


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a mention means; `named` is the mention of the name itself, if any."""

    speaker: str
    sex: str
    noted: Noted


def who(reading: Reading, noted: Noted, last_speaker: str | None) -> Who | None:
    """Resolve a mention; `last_speaker` is the full name of the speaker before it."""
    if noted.kind == "name":
        full = reading.cast.full(noted.text, noted.sex, noted.start)
        together = _together(reading, noted)
        if together is not None:
            return Who(together, "", noted)
        return Who(full, reading.cast.sex(full), noted)
    if noted.kind == "nominal":
        return Who(_phrase(reading, noted), noted.sex, noted)
    low = reading.text[noted.start : noted.end].lower()
    if low in HE or low in SHE or low == "er":
        return _person(reading, noted, last_speaker)
    if low == "sie" and _is_singular(reading, noted):
        return _person(reading, replace(noted, sex="f"), last_speaker)
    if low in THEY:
        return _several(reading, noted)
    return None


def _is_singular(reading: Reading, noted: Noted) -> bool:
    """Tell «sagte sie» (she) from «sagten sie» (they)."""
    tokens = reading.frames[noted.frame].tokens
    beside = tokens[max(0, noted.first - 1) : noted.last + 1]
    return any(
        token.low in CUES and token.low.endswith(("t", "te")) for token in beside
    )


def _phrase(reading: Reading, noted: Noted) -> str:
    """Give the noun phrase with the complement that makes it whole."""
    frame = reading.frames[noted.frame]
    tokens = frame.tokens
    if frame.german and noted.last + 1 < len(tokens):
        article, noun = tokens[noted.last : noted.last + 2]
        if article.low in {"des", "der"} and noun.capital:
            return reading.text[noted.start : noun.end]
    begins = noted.last + _joint(frame, noted)
    if noted.last < begins < len(tokens) and tokens[begins].low in DETERMINERS:
        begins += 1
    for other in frame.near(begins, begins):
        if noted.last < other.first <= begins <= other.last:
            if other.kind != "pronoun":
                return reading.text[noted.start : other.end]
            break
    return reading.text[noted.start : noted.end]


def _joint(frame: Frame, noted: Noted) -> int:
    """Count the words that join a complement: «familiar with», «of»; 0 if none."""
    tokens = frame.tokens
    if noted.last >= len(tokens):
        return 0
    if _is_described(frame, noted):
        return 2
    low, head = tokens[noted.last].low, tokens[noted.last - 1].low
    return int(low in _COMPLEMENTS or (low == "by" and head in _WRITTEN))


def _together(reading: Reading, noted: Noted) -> str | None:
    """Give both where two speak together: «Bell and Cole said»."""
    frame = reading.frames[noted.frame]
    tokens = frame.tokens
    first = second = noted
    if noted.first > 1 and tokens[noted.first - 1].low == "and":
        first = frame.ends.get(noted.first - 1, noted)
    elif noted.last + 1 < len(tokens) and tokens[noted.last].low == "and":
        for other in frame.near(noted.last, noted.last):
            if other.first == noted.last + 1:
                second = other
    if first is second or first.possessive or second.possessive:
        return None
    if not (first.kind == second.kind == "name") or "party" in (
        first.sort,
        second.sort,
    ):
        return None
    if second.core > second.first or first.after_preposition:
        return None
    one, two = (
        reading.cast.full(each.text, each.sex, each.start) for each in (first, second)
    )
    return f"{one} and {two}" if one != two else None


def _is_described(frame: Frame, noted: Noted) -> bool:
    """Tell «a source familiar with the talks», «said a warden sent to the lock»."""
    tokens = frame.tokens
    if noted.last + 2 >= len(tokens):
        return False
    low = tokens[noted.last].low
    if tokens[noted.last + 1].low not in PREPOSITIONS:
        return False
    after_cue = noted.first > 0 and tokens[noted.first - 1].low in CUES
    return low in _DESCRIBING or (after_cue and low.endswith("ed"))


def _before(reading: Reading, noted: Noted) -> Iterator[tuple[Frame, Noted]]:
    """Give the mentions before `noted`, nearest frame first."""
    for index in range(noted.frame, max(-1, noted.frame - _FRAMES_BACK), -1):
        frame = reading.frames[index]
        last = noted.first if index == noted.frame else len(frame.tokens)
        for other in reversed(frame.near(last, last)):
            if other.start < noted.start:
                yield frame, other


def _person(reading: Reading, noted: Noted, last_speaker: str | None) -> Who | None:
    best, chosen = -9.0, None
    newer = False
    for frame, other in _before(reading, noted):
        found = _antecedent(reading, other, noted.sex)
        if found is None:
            continue
        paragraphs = reading.frames[noted.frame].paragraph - frame.paragraph
        value = _fitness(reading.cast, frame, found, noted, paragraphs)
        if found.speaker == last_speaker and not newer:
            value += 1.0
        newer = newer or _leads(frame, other)
        if value > best:
            best, chosen = value, found
    if chosen is not None and reading.cast.is_person(chosen.speaker):
        reading.cast.learn(chosen.speaker, noted.sex)
    return chosen


def _leads(frame: Frame, other: Noted) -> bool:
    """Tell whether a sentence is about somebody: «Tom Cole», «his son, Tom Cole,»."""
    free = frame.free
    if not free:
        return False
    apposed = free[0].kind == "nominal" and free[0].last + 1 == other.first
    return other is free[0] or apposed


def _antecedent(reading: Reading, other: Noted, sex: str) -> Who | None:
    """Give whom a mention means if «he» or «she» can mean it."""
    if other.kind == "name" and other.sort in {"person", ""}:
        full = reading.cast.full(other.text, other.sex, other.start)
        free = not other.possessive and not other.after_preposition
        if other.sort == "" and not (free or reading.cast.is_person(full)):
            return None
        known = reading.cast.sex(full)
    elif other.kind == "nominal" and not other.plural and other.sex:
        full, known = _phrase(reading, other), other.sex
    else:
        return None
    if known and sex and known != sex:
        return None
    return Who(full, known, other)


def _fitness(
    cast: Cast, frame: Frame, found: Who, noted: Noted, paragraphs: int
) -> float:
    """Weigh an antecedent: near, subject, known to be of that sex, much spoken of."""
    other = found.noted
    unsure = other.kind == "name" and not cast.is_person(found.speaker)
    value = -0.5 * (noted.frame - frame.index) - 0.9 * min(3, paragraphs)
    if found.sex and found.sex == noted.sex:
        value += 1.0
    if other.kind == "nominal" or unsure:
        value -= 1.5
    if other.possessive:
        value -= 0.6
    elif other.after_preposition:
        value -= 1.0
    else:
        value += 1.0
        if _leads(frame, other):
            value += 0.8
    after = frame.tokens[other.last : other.last + 2]
    if any(token.low in _SUBJECT_SIGNS for token in after):
        value += 0.7
    return value + min(0.8, 0.1 * cast.count(found.speaker))


def _several(reading: Reading, noted: Noted) -> Who | None:
    for frame, other in _before(reading, noted):
        if noted.frame - frame.index > 2:
            return None
        if other.after_preposition and other.kind == "nominal":
            before = frame.tokens[other.first - 1].low
            if before in PREPOSITIONS:
                continue
        if other.kind == "nominal" and other.plural:
            return Who(_phrase(reading, other), "", other)
        if other.kind == "name" and other.sort == "body":
            return Who(reading.cast.full(other.text), "", other)
    return None
