"""Resolve a mention to the speaker's full name or noun phrase, and to their role.

Names are resolved by the index of people. «He» and «she» are resolved to the best named
person before them: subjects before objects, near before far, the last speaker before
others, never against the known sex. «They» is resolved to a plural or a body right
before it; «it», «I» and «we» are not resolved.

The role is before the name («national security adviser Wi») or in the apposition after
it («Ruth Bell, a lock warden on the canal,»). The mention that the speaker was resolved
from is examined first, then the person's others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digests.language.grammar import Name, Token
from digests.language.names import TITLE_PARTS, PeopleIndex
from digests.language.words import word_set
from digests.quotes.parsing import ParsedText, SentenceFrame
from digests.quotes.reporting import (
    DETERMINERS,
    FEMALE_PRONOUNS,
    MALE_PRONOUNS,
    PHRASE_BREAKERS,
    PLURAL_PRONOUNS,
    PREPOSITIONS,
    REPORTING_CUES,
)
from digests.quotes.speaker_mentions import SpeakerMention, is_role_noun

_FRAMES_BACK = 9
_SUBJECT_SIGNS = word_set("said says told who")
_DESCRIBING = word_set("familiar close involved present based loyal")
#: Written works: «a report by the council».
_WRITTEN = word_set("""
    report study survey letter statement article review analysis poll book editorial
    memo opinion paper column
""")
_COMPLEMENTS = word_set("of for from at with in fur für von")


@dataclass(frozen=True, slots=True)
class ResolvedSpeaker:
    """The speaker that a mention was resolved to; `mention` has the name itself."""

    speaker: str
    sex: str
    mention: SpeakerMention


def resolve_speaker(
    parsed: ParsedText, mention: SpeakerMention, last_speaker: str | None
) -> ResolvedSpeaker | None:
    """Resolve a mention; `last_speaker` is the full name of the speaker before it."""
    if mention.kind == "name":
        full = parsed.people.full(mention.text, mention.sex, mention.start)
        together = _join_speakers(parsed, mention)
        if together is not None:
            return ResolvedSpeaker(together, "", mention)
        return ResolvedSpeaker(full, parsed.people.sex(full), mention)
    if mention.kind == "nominal":
        return ResolvedSpeaker(_complete_phrase(parsed, mention), mention.sex, mention)
    low = parsed.text[mention.start : mention.end].lower()
    if low in MALE_PRONOUNS or low in FEMALE_PRONOUNS or low == "er":
        return _resolve_person(parsed, mention, last_speaker)
    if low == "sie" and _is_singular(parsed, mention):
        return _resolve_person(parsed, replace(mention, sex="f"), last_speaker)
    if low in PLURAL_PRONOUNS:
        return _resolve_plural(parsed, mention)
    return None


def _is_singular(parsed: ParsedText, mention: SpeakerMention) -> bool:
    """Whether «sie» means «she» («sagte sie») and not «they» («sagten sie»)."""
    tokens = parsed.frames[mention.frame].tokens
    beside = tokens[max(0, mention.first - 1) : mention.last + 1]
    return any(
        token.low in REPORTING_CUES and token.low.endswith(("t", "te"))
        for token in beside
    )


def _complete_phrase(parsed: ParsedText, mention: SpeakerMention) -> str:
    """The noun phrase with its complement."""
    frame = parsed.frames[mention.frame]
    tokens = frame.tokens
    if frame.german and mention.last + 1 < len(tokens):
        article, noun = tokens[mention.last : mention.last + 2]
        if article.low in {"des", "der"} and noun.capital:
            return parsed.text[mention.start : noun.end]
    begins = mention.last + _count_joint_words(frame, mention)
    if mention.last < begins < len(tokens) and tokens[begins].low in DETERMINERS:
        begins += 1
    for other in frame.near(begins, begins):
        if mention.last < other.first <= begins <= other.last:
            if other.kind != "pronoun":
                return parsed.text[mention.start : other.end]
            break
    return parsed.text[mention.start : mention.end]


def _count_joint_words(frame: SentenceFrame, mention: SpeakerMention) -> int:
    """Count the words that join a complement: «familiar with», «of»; 0 if none."""
    tokens = frame.tokens
    if mention.last >= len(tokens):
        return 0
    if _is_described(frame, mention):
        return 2
    low, head = tokens[mention.last].low, tokens[mention.last - 1].low
    return int(low in _COMPLEMENTS or (low == "by" and head in _WRITTEN))


def _join_speakers(parsed: ParsedText, mention: SpeakerMention) -> str | None:
    """Both names where two speak together: «Bell and Cole said»."""
    frame = parsed.frames[mention.frame]
    tokens = frame.tokens
    first = second = mention
    if mention.first > 1 and tokens[mention.first - 1].low == "and":
        first = frame.ends.get(mention.first - 1, mention)
    elif mention.last + 1 < len(tokens) and tokens[mention.last].low == "and":
        for other in frame.near(mention.last, mention.last):
            if other.first == mention.last + 1:
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
        parsed.people.full(each.text, each.sex, each.start) for each in (first, second)
    )
    return f"{one} and {two}" if one != two else None


def _is_described(frame: SentenceFrame, mention: SpeakerMention) -> bool:
    """Whether a description follows: «a source familiar with the talks»."""
    tokens = frame.tokens
    if mention.last + 2 >= len(tokens):
        return False
    low = tokens[mention.last].low
    if tokens[mention.last + 1].low not in PREPOSITIONS:
        return False
    after_cue = mention.first > 0 and tokens[mention.first - 1].low in REPORTING_CUES
    return low in _DESCRIBING or (after_cue and low.endswith("ed"))


def _iter_mentions_before(
    parsed: ParsedText, mention: SpeakerMention
) -> Iterator[tuple[SentenceFrame, SpeakerMention]]:
    """The mentions before `mention`, nearest frame first."""
    for index in range(mention.frame, max(-1, mention.frame - _FRAMES_BACK), -1):
        frame = parsed.frames[index]
        last = mention.first if index == mention.frame else len(frame.tokens)
        for other in reversed(frame.near(last, last)):
            if other.start < mention.start:
                yield frame, other


def _resolve_person(
    parsed: ParsedText, mention: SpeakerMention, last_speaker: str | None
) -> ResolvedSpeaker | None:
    best, chosen = -9.0, None
    newer = False
    for frame, other in _iter_mentions_before(parsed, mention):
        found = _resolve_pronoun(parsed, other, mention.sex)
        if found is None:
            continue
        paragraphs = parsed.frames[mention.frame].paragraph - frame.paragraph
        value = _rate_antecedent(parsed.people, frame, found, mention, paragraphs)
        if found.speaker == last_speaker and not newer:
            value += 1.0
        newer = newer or _is_about(frame, other)
        if value > best:
            best, chosen = value, found
    if chosen is not None and parsed.people.is_person(chosen.speaker):
        parsed.people.learn(chosen.speaker, mention.sex)
    return chosen


def _is_about(frame: SentenceFrame, other: SpeakerMention) -> bool:
    """Whether a sentence is about somebody: «Tom Cole», «his son, Tom Cole,»."""
    free = frame.free
    if not free:
        return False
    apposed = free[0].kind == "nominal" and free[0].last + 1 == other.first
    return other is free[0] or apposed


def _resolve_pronoun(
    parsed: ParsedText, other: SpeakerMention, sex: str
) -> ResolvedSpeaker | None:
    """The antecedent that a mention can be for «he» or «she», or None."""
    if other.kind == "name" and other.sort in {"person", ""}:
        full = parsed.people.full(other.text, other.sex, other.start)
        free = not other.possessive and not other.after_preposition
        if other.sort == "" and not (free or parsed.people.is_person(full)):
            return None
        known = parsed.people.sex(full)
    elif other.kind == "nominal" and not other.plural and other.sex:
        full, known = _complete_phrase(parsed, other), other.sex
    else:
        return None
    if known and sex and known != sex:
        return None
    return ResolvedSpeaker(full, known, other)


def _rate_antecedent(
    people: PeopleIndex,
    frame: SentenceFrame,
    found: ResolvedSpeaker,
    mention: SpeakerMention,
    paragraphs: int,
) -> float:
    """Weigh an antecedent by nearness, subject, known sex and frequency."""
    other = found.mention
    unsure = other.kind == "name" and not people.is_person(found.speaker)
    value = -0.5 * (mention.frame - frame.index) - 0.9 * min(3, paragraphs)
    if found.sex and found.sex == mention.sex:
        value += 1.0
    if other.kind == "nominal" or unsure:
        value -= 1.5
    if other.possessive:
        value -= 0.6
    elif other.after_preposition:
        value -= 1.0
    else:
        value += 1.0
        if _is_about(frame, other):
            value += 0.8
    after = frame.tokens[other.last : other.last + 2]
    if any(token.low in _SUBJECT_SIGNS for token in after):
        value += 0.7
    return value + min(0.8, 0.1 * people.count(found.speaker))


def _resolve_plural(
    parsed: ParsedText, mention: SpeakerMention
) -> ResolvedSpeaker | None:
    for frame, other in _iter_mentions_before(parsed, mention):
        if mention.frame - frame.index > 2:
            return None
        if other.after_preposition and other.kind == "nominal":
            before = frame.tokens[other.first - 1].low
            if before in PREPOSITIONS:
                continue
        if other.kind == "nominal" and other.plural:
            return ResolvedSpeaker(_complete_phrase(parsed, other), "", other)
        if other.kind == "name" and other.sort == "body":
            return ResolvedSpeaker(parsed.people.full(other.text), "", other)
    return None


_COURTESY = word_set("mr mrs ms miss dr mx sir lady herr frau")
#: Determiners that say nothing outside of their sentence.
_NEVER_KEPT = word_set("a an its his her their our my")
_LONGEST = 16
_BACK = 5
#: Words of a role up to its role noun.
_COMPOUND = 3


def find_role(
    parsed: ParsedText, roles: dict[str, str], speaker: str, mention: SpeakerMention
) -> str | None:
    """The role of `speaker`, or None where the article gives none."""
    found = _find_role_at(parsed, mention) if mention.kind == "name" else None
    return found or roles.get(speaker)


def find_known_roles(parsed: ParsedText, speakers: set[str]) -> dict[str, str]:
    """The first role that the article gives each of `speakers`."""
    found: dict[str, str] = {}
    parts = {part for speaker in speakers for part in speaker.split()}
    for frame in parsed.frames:
        if not any(_may_have_role(frame, name, parts) for name in frame.names):
            continue
        for mention in frame.mentions:
            if mention.kind != "name" or mention.sort != "person":
                continue
            speaker = parsed.people.full(mention.text, mention.sex, mention.start)
            if speaker not in found:
                role_here = _find_role_at(parsed, mention)
                if role_here is not None:
                    found[speaker] = role_here
    return found


def _may_have_role(frame: SentenceFrame, name: Name, parts: set[str]) -> bool:
    """Whether a name may have a role: a surname alone rarely has one."""
    before = frame.tokens[name.first - 1].low if name.first else ""
    likely = " " in name.text or name.core > name.first or is_role_noun(before)
    return likely and not parts.isdisjoint(name.text.split())


def _find_role_at(parsed: ParsedText, mention: SpeakerMention) -> str | None:
    frame = parsed.frames[mention.frame]
    text = parsed.text
    return (
        _find_role_before(text, frame, mention)
        or _find_role_after(text, frame, mention)
        or _find_role_in_apposition(text, frame, mention)
    )


def _find_role_before(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    tokens = frame.tokens
    words = tokens[_role_start(frame, mention) : mention.core]
    if not words:
        return None
    if words[0].start < tokens[mention.first].start and not _has_role(words):
        words = _strip_role(tokens[mention.first : mention.core])
    return text[words[0].start : words[-1].end] if words else None


def _role_start(frame: SentenceFrame, mention: SpeakerMention) -> int:
    """Where the words before a name begin that may be its role."""
    tokens = frame.tokens
    first = mention.core - len(_strip_role(tokens[mention.first : mention.core]))
    if first > mention.first:
        return first
    while first > 0 and mention.first - first < _BACK:
        before = tokens[first - 1]
        if before.kind != "word" or before.possessive or _ends_role(before.low):
            break
        first -= 1
    return first


def _strip_role(words: list[Token]) -> list[Token]:
    """Cut articles, possessors and courtesy titles off the front."""
    first = 0
    for at, word in enumerate(words):
        low = word.low.rstrip(".")
        if word.possessive or low in DETERMINERS or low in _COURTESY:
            first = at + 1
    return words[first:]


def _has_role(words: list[Token]) -> bool:
    return any(is_role_noun(word.low) for word in words)


def _ends_role(low: str) -> bool:
    return (
        low in PHRASE_BREAKERS
        or low in PREPOSITIONS
        or low in DETERMINERS
        or (low in REPORTING_CUES and not is_role_noun(low))
        or low.endswith(("ed", "ing"))
    )


def _find_role_after(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    tokens = frame.tokens
    at = mention.last
    if at + 1 >= len(tokens) or tokens[at].text != ",":
        return None
    first = at + 1
    opening = tokens[first]
    if not (
        opening.low in DETERMINERS
        or opening.possessive
        or opening.low in TITLE_PARTS
        or is_role_noun(opening.low)
        or _is_compound(tokens, first)
    ):
        return None
    end = first
    while end < len(tokens) and end - first < _LONGEST and tokens[end].kind == "word":
        if (
            tokens[end].low in {"who", "whose", "which"}
            or tokens[end].low in REPORTING_CUES
        ):
            break
        end += 1
    words = tokens[first:end]
    if not _has_role(words):
        return None
    return _without_article(text, words)


def _is_compound(tokens: Sequence[Token], first: int) -> bool:
    """Whether a compound role begins: «Ada Berg, harbour master at Hallin,»."""
    for token in tokens[first : first + _COMPOUND]:
        if token.kind != "word" or token.capital or _ends_role(token.low):
            return False
        if is_role_noun(token.low):
            return True
    return False


def _find_role_in_apposition(
    text: str, frame: SentenceFrame, mention: SpeakerMention
) -> str | None:
    """«Rovers' manager, Rhona Castlemaine»: the phrase that the name explains."""
    tokens = frame.tokens
    if mention.first < 2 or tokens[mention.first - 1].text != ",":
        return None
    last = mention.first - 1
    other = frame.ends.get(last)
    if other is not None and other.after_preposition:
        other = frame.ends.get(other.first - 1)
    if other is None or other.kind != "nominal":
        return None
    words = tokens[other.first : last]
    return _without_article(text, words) if _has_role(words) else None


def _without_article(text: str, words: list[Token]) -> str | None:
    """The words, without an article that no possessor needs."""
    owned = any(word.possessive for word in words)
    if words[0].low in _NEVER_KEPT or (words[0].low == "the" and not owned):
        words = words[1:]
    return text[words[0].start : words[-1].end] if words else None
