"""List who could have said each quotation, and weigh what speaks for each of them.

Two kinds: mentions of the quotation's own frame, and «carried» ones: the speaker of a
quotation beside it, or the subject of the sentence that introduces it. What speaks
for a candidate is a set of features; `scores` holds their weights.

A weight says how strongly one sign speaks for «this one said it», with 1 about the
worth of standing first in the sentence. Only differences matter. They were set by
reading sentences and by trying, and none was fitted to a data set.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from digests.language.grammar import Token
from digests.language.words import word_set
from digests.quotes.parsing import (
    MAX_CUE_DISTANCE,
    ParsedText,
    SentenceFrame,
    is_strong,
)
from digests.quotes.reporting import (
    FAINT_CUES,
    INVERTING_CUES,
    SPEECH_NOUNS,
    VERB_GAP_WORDS,
)
from digests.quotes.spans import QuotedStretch
from digests.quotes.speaker_mentions import SpeakerMention, is_role_noun
from digests.quotes.subjects import (
    find_apposed_name,
    find_main_subject,
    find_subject,
    is_passive,
)

_HANDS_OVER = frozenset(",?!—–-…")
_FAR = 40
#: After a quotation's comma these begin a clause that is not about its words.
_NEW_CLAUSE = word_set("but and while though although yet whereas because which")
#: Words after the reporting word that still tell nothing but who, where and when.
_FEW_AFTER = 2
_SCARE_WORDS = 2
#: Reporting words looked at on each side of a quotation.
_MOST_CUES = 12
_NEAR_SAYING = 8
_IRREAL = word_set("to will would should could can may might began can't")
#: A name after the quotation and a dash: «“We open today.” — Ruth Bell».
_SIGNED = re.compile(r"[\"'”’»“]{0,2}\s{0,3}(?:[—–―]|--?)[^\S\n]{0,2}(?=[^\W\d_])")
_SIGNATURE_ENDS = re.compile(r"[^\S\n]*(?:[.,(]|$)", re.MULTILINE)
#: Tokens of an aside between a subject and its verb: «X, who has proposed …, said».
_ASIDE = 14


@dataclass(frozen=True, slots=True)
class ReportingCue:
    """The reporting word chosen for a quotation: its place among the tokens."""

    at: int
    text: str


@dataclass(slots=True)
class SpeakerCandidate:
    """Somebody who could have said it: a mention, or the speaker of another quote."""

    noted: SpeakerMention | None
    quote: int | None = None
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """Where a quotation stands in its frame: tokens before `left`, from `right` on."""

    frame: SentenceFrame
    left: int
    right: int


def locate_quote(reading: ParsedText, number: int) -> QuotePlace:
    """Find the tokens beside quotation `number`."""
    frame = reading.frames[reading.frame_of[number]]
    one = reading.stretches[number]
    left = frame.at(one.start - 1)
    right = frame.at(one.end)
    while right < len(frame.tokens) and frame.tokens[right].kind == "sign":
        if frame.tokens[right].start > one.end:
            break
        right += 1
    return QuotePlace(frame, left, right)


def choose_cue(text: str, one: QuotedStretch, where: QuotePlace) -> ReportingCue | None:
    """Choose the reporting word that belongs to a quotation, if its frame has one."""
    best, chosen = -2.0, -1
    hands_over = (
        text[one.end - 1] in _HANDS_OVER or text[one.end + 1 : one.end + 2] == ","
    )
    if _turns_away(where):
        hands_over = False
    for at in _near_cues(where):
        value = _rate_closeness(where, at, hands_over=hands_over)
        if value > best:
            best, chosen = value, at
    accord = where.frame.accord
    if accord >= 0 and best < 4:
        return ReportingCue(accord, "according to")
    return (
        ReportingCue(chosen, where.frame.tokens[chosen].text) if chosen >= 0 else None
    )


def _turns_away(where: QuotePlace) -> bool:
    """Tell «“We open today”, but Bell says …»: another clause begins."""
    for token in where.frame.tokens[where.right : where.right + 2]:
        if token.kind != "sign":
            return token.low in _NEW_CLAUSE
    return False


def _near_cues(where: QuotePlace) -> list[int]:
    cues = where.frame.cues
    low = bisect_left(cues, where.left - MAX_CUE_DISTANCE)
    middle = bisect_left(cues, where.left)
    high = bisect_left(cues, where.right + MAX_CUE_DISTANCE)
    return cues[max(low, middle - _MOST_CUES) : min(high, middle + _MOST_CUES)]


def _rate_closeness(where: QuotePlace, at: int, *, hands_over: bool) -> float:
    tokens = where.frame.tokens
    words, covers = where.frame.words_before, where.frame.covers_before
    strong = is_strong(tokens, at)
    value = 3.0 if strong else 2.0
    if is_passive(where.frame, at):
        value -= 1.5
    if (
        at + 1 < len(tokens)
        and tokens[at + 1].low == "by"
        and tokens[at - 1].low == "as"
    ):
        value += 2.0
    if at >= where.right:
        gap = at - where.right
        between = covers[at] - covers[where.right]
        value -= 0.15 * gap + (0.0 if hands_over else 1.5)
        value += 3.0 if strong and hands_over and gap <= _ASIDE else 0.0
        value += (
            3.0
            if strong and not hands_over and _trails_clause(where.frame, at)
            else 0.0
        )
        value -= 1.5 if tokens[at - 1].low == "who" else 0.0
    else:
        between = covers[where.left] - covers[at + 1]
        said = words[where.left] - words[at + 1]
        value -= 0.12 * (where.left - at - 1)
        if _is_governed(tokens, at, adjacent=not said) and _has_governing_cue(
            where.frame, at
        ):
            # «X said that Y wants to make …», «X said they would say …»: X's words.
            value -= 2.5
        else:
            value += 3.0 if not said else 1.0 if said <= 4 else 0.0
        if said and tokens[at - 1].low == "who":
            value -= 1.0
    return value - 1.5 * between


def _is_governed(tokens: list[Token], at: int, *, adjacent: bool) -> bool:
    """Tell whether a reporting word may only be part of what somebody reports."""
    if tokens[at].low in FAINT_CUES:
        return True
    if at and tokens[at - 1].low in _IRREAL:
        return True
    return not adjacent and not is_strong(tokens, at)


def _trails_clause(frame: SentenceFrame, at: int) -> bool:
    """Tell «…, said Ruth Bell» and «…, Bell has said.» after the whole clause."""
    tokens = frame.tokens
    before = at - 1
    while before > 0 and tokens[before].low in VERB_GAP_WORDS:
        before -= 1
    if tokens[before].text == ",":
        return tokens[at].low in INVERTING_CUES
    noted = frame.ends.get(before + 1)
    if noted is None or not noted.first:
        return False
    return tokens[noted.first - 1].text == "," or tokens[noted.first - 1].possessive


def _has_governing_cue(frame: SentenceFrame, at: int) -> bool:
    """Tell whether a strong reporting word stands before `at`, no quotation between."""
    covers = frame.covers_before
    for place in range(bisect_left(frame.cues, at) - 1, -1, -1):
        other = frame.cues[place]
        if at - other > MAX_CUE_DISTANCE:
            return False
        if covers[at] > covers[other]:
            return False
        if is_strong(frame.tokens, other):
            return True
    return False


def list_frame_candidates(
    where: QuotePlace, cue: ReportingCue | None, *, fragment: int
) -> list[SpeakerCandidate]:
    """Give the frame's own mentions with their features.

    Args:
        where: The quotation's place.
        cue: Its reporting word, if its frame has one.
        fragment: Its words, if they are a few worked into the sentence; else 0.
    """
    frame = where.frame
    near = frame.near(where.left, where.right)
    found = {id(noted): SpeakerCandidate(noted) for noted in near}
    _mark_subject(frame, cue, found)
    main = find_main_subject(frame)
    for candidate in found.values():
        noted = candidate.noted
        if noted is None:
            continue
        _add_features(candidate, noted, where)
        if noted is main:
            candidate.features["main subject"] = 1
            after = noted.first >= where.right
            thing = "unknown noun" in candidate.features
            few = noted.kind != "name" and (thing or fragment <= _SCARE_WORDS)
            if cue is None and fragment and (after or few):
                # «The "free" lock cost millions»: nobody speaks there.
                candidate.features["of a fragment"] = 1
            if cue is not None and is_passive(frame, cue.at):
                candidate.features["told and not telling"] = 1
            if cue is None and _hands_over_by_colon(where) and noted.last < where.left:
                candidate.features["subject before a colon"] = 1
    return list(found.values())


def _owns_speech(where: QuotePlace, noted: SpeakerMention) -> bool:
    """Tell «Bell's claim that “…”» and «“…”, in Bell's view»."""
    tokens = where.frame.tokens
    for at in range(noted.last, min(noted.last + 3, len(tokens))):
        if tokens[at].low in SPEECH_NOUNS:
            near = where.left - at if at < where.left else noted.first - where.right
            return near <= _NEAR_SAYING
        if tokens[at].kind != "word":
            return False
    return False


def _hands_over_by_colon(where: QuotePlace) -> bool:
    return where.left > 0 and where.frame.tokens[where.left - 1].text == ":"


def _mark_subject(
    frame: SentenceFrame, cue: ReportingCue | None, found: dict[int, SpeakerCandidate]
) -> None:
    if cue is None:
        return
    if frame.tokens[cue.at].low in {"according", "laut"}:
        for candidate in list(found.values()):
            if candidate.noted and candidate.noted.first > cue.at:
                noted = find_apposed_name(frame, candidate.noted, candidate.noted.last)
                named = found.setdefault(id(noted), SpeakerCandidate(noted))
                named.features["according to"] = 1
                return
        return
    reached = find_subject(frame, cue.at)
    if reached is not None:
        noted = reached.noted
        candidate = found.setdefault(id(noted), SpeakerCandidate(noted))
        candidate.features[reached.how] = 1


def _add_features(
    candidate: SpeakerCandidate, noted: SpeakerMention, where: QuotePlace
) -> None:
    features = candidate.features
    if noted.possessive:
        near = noted.last == where.left and noted.kind != "pronoun"
        features["owner of the words" if near else "possessive"] = 1
        if _owns_speech(where, noted):
            features["owner of a saying"] = 1
    elif noted.after_preposition:
        features["after preposition"] = 1
    if noted.kind == "nominal" and not is_role_noun(
        where.frame.tokens[noted.last - 1].low.removesuffix("'s")
    ):
        features["unknown noun"] = 1
    if noted.sort in {"place", "party"}:
        features[noted.sort] = 1
    if noted.kind == "name":
        features["name"] = 1
    tokens = where.frame.tokens
    free = noted.kind == "name" or not noted.after_preposition
    if free and noted.last + 1 == where.left and tokens[noted.last].text == ":":
        features["colon"] = 1
    if noted.first >= where.right:
        features["after the words"] = 1
        gap = noted.first - where.right
    else:
        gap = where.left - noted.last
    features["distance"] = min(abs(gap), _FAR)


def list_neighbour_candidates(
    reading: ParsedText, number: int, where: QuotePlace
) -> list[SpeakerCandidate]:
    """Give the neighbours whose speaker may go on (quotation numbers) or begin."""
    found = []
    frame = where.frame
    paragraph = frame.paragraph
    bare = frame.bare
    before = number - 1
    if before >= 0:
        other = reading.frames[reading.frame_of[before]]
        found.append(
            _build_neighbour(
                before, other.paragraph, paragraph, bare=bare, same=other is frame
            )
        )
    if bare and number + 1 < len(reading.stretches):
        other = reading.frames[reading.frame_of[number + 1]]
        if other.paragraph == paragraph:
            found.append(SpeakerCandidate(None, number + 1, {"next speaker": 1}))
    if bare:
        found += _list_speakers_after(reading, frame)
    found += _list_introductions(reading, frame, bare=bare)
    return found + _list_signatures(reading, number)


def _list_speakers_after(
    reading: ParsedText, frame: SentenceFrame
) -> list[SpeakerCandidate]:
    """Give the subject of «“We open today.” Ruth Bell said.»: a sentence of its own."""
    if frame.index + 1 >= len(reading.frames):
        return []
    after = reading.frames[frame.index + 1]
    cues = after.cues
    if after.paragraph != frame.paragraph or after.quotes or len(cues) != 1:
        return []
    at = cues[0]
    words = after.words_before
    rest = words[-1] - words[at + 1]
    reached = find_subject(after, at) if is_strong(after.tokens, at) else None
    if reached is None or reached.how != "direct" or rest > _FEW_AFTER:
        return []
    return [SpeakerCandidate(reached.noted, None, {"said after": 1})]


def _is_actor(noted: SpeakerMention) -> bool:
    return noted.sort == "person" or (noted.kind == "pronoun" and bool(noted.sex))


def _list_signatures(reading: ParsedText, number: int) -> list[SpeakerCandidate]:
    """Give the name under the words: «“We open today.” — Ruth Bell»."""
    text = reading.text
    dash = _SIGNED.match(text, reading.stretches[number].end)
    if dash is None:
        return []
    frames = reading.frames
    at = bisect_right(frames, dash.end(), key=lambda frame: frame.start) - 1
    for noted in frames[at].mentions:
        if noted.start == dash.end() and noted.kind == "name":
            if _SIGNATURE_ENDS.match(text, noted.end):
                return [SpeakerCandidate(noted, None, {"signed": 1})]
            return []
    return []


def _build_neighbour(
    before: int, other: int, paragraph: int, *, bare: bool, same: bool
) -> SpeakerCandidate:
    if same:
        name = "speaker in the sentence"
    elif other == paragraph:
        name = "speaker before" if bare else "speaker before, with words"
    elif other + 1 == paragraph:
        name = "speaker of the paragraph before"
    else:
        name = "speaker far before"
    if name.startswith("speaker of") and not bare:
        name = "speaker far before"
    return SpeakerCandidate(None, before, {name: 1})


def _list_introductions(
    reading: ParsedText, frame: SentenceFrame, *, bare: bool
) -> list[SpeakerCandidate]:
    """Give the subjects of the frame before: «X put it like this:»."""
    if not frame.index:
        return []
    intro = reading.frames[frame.index - 1]
    colon = reading.text[intro.start : intro.end].rstrip().endswith(":")
    far = frame.paragraph - intro.paragraph
    if far > 1 or not (bare or colon):
        return []
    last_cue = intro.cues[-1] if intro.cues else -1
    reached = find_subject(intro, last_cue) if last_cue >= 0 else None
    noted = reached.noted if reached else find_main_subject(intro)
    if noted is None:
        return []
    name = "introduces" if colon else "subject before"
    if not far and not colon and not intro.quotes:
        name = "subject of the sentence before"
        if (
            frame.index > 1
            and reading.frames[frame.index - 2].quotes
            and _is_actor(noted)
        ):
            # «“We open today.” Tom Cole shook his head. “You do not.”»
            name = "acts in between"
    return [SpeakerCandidate(noted, None, {name: 1})]


FEATURE_WEIGHTS = {
    # Subject of the reporting word, by the way it was reached.
    "direct": 8.0,
    "inverted": 8.0,
    "apposition": 7.5,
    "relative": 6.5,
    "shared": 4.5,
    "agent": 8.0,
    "according to": 8.0,
    "colon": 4.0,
    "subject before a colon": 5.0,
    # Standing in the same sentence.
    "main subject": 2.0,
    "of a fragment": -2.0,
    "told and not telling": -3.0,
    "owner of the words": 3.0,
    "owner of a saying": 4.5,
    "name": 0.5,
    "after preposition": -2.0,
    "possessive": -1.5,
    "after the words": -0.3,
    "place": -3.0,
    "unknown noun": -2.0,
    "party": -1.0,
    "distance": -0.04,
    # Speakers of neighbours.
    "speaker in the sentence": 3.0,
    "speaker before": 7.0,
    "speaker before, with words": 1.0,
    "next speaker": 6.0,
    "speaker of the paragraph before": 3.5,
    "speaker far before": 0.3,
    "signed": 9.0,
    "said after": 7.5,
    "introduces": 7.5,
    "acts in between": 7.3,
    "subject before": 3.0,
    "subject of the sentence before": 4.0,
}
#: Below this nobody is named: null rather than a guess.
MIN_SCORE = 0.6


def score_candidate(candidate: SpeakerCandidate) -> float:
    """Give the sum of a candidate's weighted features."""
    return sum(
        FEATURE_WEIGHTS[name] * value for name, value in candidate.features.items()
    )


def list_contributions(candidate: SpeakerCandidate) -> tuple[tuple[str, float], ...]:
    """Give each feature with what it adds to the score, the weightiest first."""
    added = [
        (name, round(FEATURE_WEIGHTS[name] * value, 2))
        for name, value in candidate.features.items()
    ]
    return tuple(sorted(added, key=lambda pair: -abs(pair[1])))
