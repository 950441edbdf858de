"""List the possible speakers of a quotation with weighted features.

A candidate is a mention in the quotation's own sentence, the speaker of a neighbouring
quotation, or the subject of the sentence that introduces it. `FEATURE_WEIGHTS` has the
weights; only their differences matter. They were set by hand, reading sentences; none
was fitted to a data set.
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
)
from digests.quotes.reporting import (
    FAINT_CUES,
    INVERTING_CUES,
    SPEECH_NOUNS,
    VERB_GAP_WORDS,
    is_strong,
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
#: Words after the reporting word that can only say who, where and when.
_FEW_AFTER = 2
_SCARE_WORDS = 2
#: Reporting words considered on each side of a quotation.
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
    """The reporting word chosen for a quotation, with its token index."""

    at: int
    text: str


@dataclass(slots=True)
class SpeakerCandidate:
    """A possible speaker: a mention, or the speaker of another quotation."""

    mention: SpeakerMention | None
    quote: int | None = None
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """A quotation's place in its frame: after token `left`, before token `right`."""

    frame: SentenceFrame
    left: int
    right: int


def locate_quote(parsed: ParsedText, number: int) -> QuotePlace:
    """Find the tokens beside quotation `number`."""
    frame = parsed.frames[parsed.frame_of[number]]
    one = parsed.stretches[number]
    left, right = frame.find_place(one)
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
    according_at = where.frame.according_at
    if according_at >= 0 and best < 4:
        return ReportingCue(according_at, "according to")
    return (
        ReportingCue(chosen, where.frame.tokens[chosen].text) if chosen >= 0 else None
    )


def _turns_away(where: QuotePlace) -> bool:
    """Whether another clause begins: «“We open today”, but Bell says …»."""
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
        beside = gap <= _ASIDE if hands_over else _trails_clause(where.frame, at)
        value += 3.0 if strong and beside else 0.0
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
    """Whether a reporting word may only be part of what somebody reports."""
    if tokens[at].low in FAINT_CUES:
        return True
    if at and tokens[at - 1].low in _IRREAL:
        return True
    return not adjacent and not is_strong(tokens, at)


def _trails_clause(frame: SentenceFrame, at: int) -> bool:
    """Whether it ends the whole clause: «…, said Ruth Bell», «…, Bell has said.»."""
    tokens = frame.tokens
    before = at - 1
    while before > 0 and tokens[before].low in VERB_GAP_WORDS:
        before -= 1
    if tokens[before].text == ",":
        return tokens[at].low in INVERTING_CUES
    mention = frame.ends.get(before + 1)
    if mention is None or not mention.first:
        return False
    return tokens[mention.first - 1].text == "," or tokens[mention.first - 1].possessive


def _has_governing_cue(frame: SentenceFrame, at: int) -> bool:
    """Whether a strong reporting word is before `at` without a quotation between."""
    covers = frame.covers_before
    for place in range(bisect_left(frame.cues, at) - 1, -1, -1):
        other = frame.cues[place]
        if at - other > MAX_CUE_DISTANCE or covers[at] > covers[other]:
            return False
        if is_strong(frame.tokens, other):
            return True
    return False


def list_frame_candidates(
    where: QuotePlace, cue: ReportingCue | None, *, fragment: int
) -> list[SpeakerCandidate]:
    """The frame's own mentions with their features.

    Args:
        where: The quotation's place.
        cue: Its reporting word, if its frame has one.
        fragment: Its number of words if it is a short fragment, else 0.
    """
    frame = where.frame
    near = frame.near(where.left, where.right)
    found = {id(mention): SpeakerCandidate(mention) for mention in near}
    _mark_subject(frame, cue, found)
    main = find_main_subject(frame)
    for candidate in found.values():
        mention = candidate.mention
        if mention is None:
            continue
        _add_features(candidate, mention, where)
        if mention is main:
            candidate.features["main subject"] = 1
            after = mention.first >= where.right
            thing = "unknown noun" in candidate.features
            few = mention.kind != "name" and (thing or fragment <= _SCARE_WORDS)
            if cue is None and fragment and (after or few):
                # «The "free" lock cost millions» has no speaker.
                candidate.features["of a fragment"] = 1
            if cue is not None and is_passive(frame, cue.at):
                candidate.features["addressed, not speaking"] = 1
            if (
                cue is None
                and _hands_over_by_colon(where)
                and mention.last < where.left
            ):
                candidate.features["subject before a colon"] = 1
    return list(found.values())


def _owns_speech(where: QuotePlace, mention: SpeakerMention) -> bool:
    """Whether it owns a noun of speech: «Bell's claim that “…”»."""
    tokens = where.frame.tokens
    for at in range(mention.last, min(mention.last + 3, len(tokens))):
        if tokens[at].low in SPEECH_NOUNS:
            near = where.left - at if at < where.left else mention.first - where.right
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
            if candidate.mention and candidate.mention.first > cue.at:
                mention = find_apposed_name(
                    frame, candidate.mention, candidate.mention.last
                )
                named = found.setdefault(id(mention), SpeakerCandidate(mention))
                named.features["according to"] = 1
                return
        return
    reached = find_subject(frame, cue.at)
    if reached is not None:
        mention = reached.mention
        candidate = found.setdefault(id(mention), SpeakerCandidate(mention))
        candidate.features[reached.how] = 1


def _add_features(
    candidate: SpeakerCandidate, mention: SpeakerMention, where: QuotePlace
) -> None:
    features = candidate.features
    if mention.possessive:
        near = mention.last == where.left and mention.kind != "pronoun"
        features["owner of the words" if near else "possessive"] = 1
        if _owns_speech(where, mention):
            features["owner of a saying"] = 1
    elif mention.after_preposition:
        features["after preposition"] = 1
    if mention.kind == "nominal" and not is_role_noun(
        where.frame.tokens[mention.last - 1].low.removesuffix("'s")
    ):
        features["unknown noun"] = 1
    if mention.sort in {"place", "party"}:
        features[mention.sort] = 1
    if mention.kind == "name":
        features["name"] = 1
    tokens = where.frame.tokens
    free = mention.kind == "name" or not mention.after_preposition
    if free and mention.last + 1 == where.left and tokens[mention.last].text == ":":
        features["speaker line" if _is_labelled(where) else "colon"] = 1
    if mention.first >= where.right:
        features["after the words"] = 1
        gap = mention.first - where.right
    else:
        gap = where.left - mention.last
    features["distance"] = min(abs(gap), _FAR)


def list_neighbour_candidates(
    parsed: ParsedText, number: int, where: QuotePlace
) -> list[SpeakerCandidate]:
    """Candidates from the quotations and sentences next to this one."""
    found = []
    frame, only_quotes = where.frame, where.frame.only_quotes
    if _is_labelled(where):
        return []
    if number:
        other = parsed.frames[parsed.frame_of[number - 1]]
        found.append(_build_neighbour(number - 1, other, frame))
    if only_quotes and number + 1 < len(parsed.stretches):
        other = parsed.frames[parsed.frame_of[number + 1]]
        if other.paragraph == frame.paragraph:
            found.append(SpeakerCandidate(None, number + 1, {"next speaker": 1}))
    if only_quotes:
        found += _list_speakers_after(parsed, frame)
    found += _list_introductions(parsed, frame)
    found += _list_open_speakers(parsed, number)
    return found + _list_signatures(parsed, number)


def _is_labelled(where: QuotePlace) -> bool:
    """Whether it is a speaker line, whose label alone says who speaks: «Q: “Why?”»."""
    return 0 < where.frame.label == where.left - 1


def _list_open_speakers(parsed: ParsedText, number: int) -> list[SpeakerCandidate]:
    """Who began to speak where marks were opened and never closed."""
    mark = parsed.stretches[number].open_mark
    if mark is None:
        return []
    frames = parsed.frames
    at = bisect_right(frames, mark, key=lambda frame: frame.start) - 1
    if at < 0 or frames[parsed.frame_of[number]].paragraph != frames[at].paragraph:
        return []
    frame = frames[at]
    last = bisect_left(frame.cues, frame.at(mark)) - 1
    reached = find_subject(frame, frame.cues[last]) if last >= 0 else None
    if reached is None:
        return []
    return [SpeakerCandidate(reached.mention, None, {"marks not closed before": 1})]


def _list_speakers_after(
    parsed: ParsedText, frame: SentenceFrame
) -> list[SpeakerCandidate]:
    """The speaker in a sentence of its own: «“We open today.” Ruth Bell said.»."""
    if frame.index + 1 >= len(parsed.frames):
        return []
    after = parsed.frames[frame.index + 1]
    cues = after.cues
    if after.paragraph != frame.paragraph or after.quotes or len(cues) != 1:
        return []
    at = cues[0]
    words = after.words_before
    rest = words[-1] - words[at + 1]
    reached = find_subject(after, at) if is_strong(after.tokens, at) else None
    if reached is None or reached.how != "direct" or rest > _FEW_AFTER:
        return []
    return [SpeakerCandidate(reached.mention, None, {"said after": 1})]


def _is_actor(mention: SpeakerMention) -> bool:
    return mention.sort == "person" or (mention.kind == "pronoun" and bool(mention.sex))


def _list_signatures(parsed: ParsedText, number: int) -> list[SpeakerCandidate]:
    """The name under the words: «“We open today.” — Ruth Bell»."""
    text = parsed.text
    dash = _SIGNED.match(text, parsed.stretches[number].end)
    if dash is None:
        return []
    frames = parsed.frames
    at = bisect_right(frames, dash.end(), key=lambda frame: frame.start) - 1
    for mention in frames[at].mentions:
        if mention.start == dash.end() and mention.kind == "name":
            if _SIGNATURE_ENDS.match(text, mention.end):
                return [SpeakerCandidate(mention, None, {"signed": 1})]
            return []
    return []


def _build_neighbour(
    before: int, other: SentenceFrame, frame: SentenceFrame
) -> SpeakerCandidate:
    """The speaker of the quotation before, which is in the frame `other`."""
    if other is frame:
        name = "speaker in the sentence"
    elif other.paragraph == frame.paragraph:
        name = "speaker before" if frame.only_quotes else "speaker before, with words"
    elif other.paragraph + 1 == frame.paragraph and frame.only_quotes:
        name = "speaker of the paragraph before"
    else:
        name = "speaker far before"
    return SpeakerCandidate(None, before, {name: 1})


def _list_introductions(
    parsed: ParsedText, frame: SentenceFrame
) -> list[SpeakerCandidate]:
    """The subjects of the frame before: «X put it like this:»."""
    if not frame.index:
        return []
    intro = parsed.frames[frame.index - 1]
    colon = parsed.text[intro.start : intro.end].rstrip().endswith(":")
    far = frame.paragraph - intro.paragraph
    if far > 1 or not (frame.only_quotes or colon):
        return []
    last_cue = intro.cues[-1] if intro.cues else -1
    reached = find_subject(intro, last_cue) if last_cue >= 0 else None
    mention = reached.mention if reached else find_main_subject(intro)
    if mention is None:
        return []
    name = "introduces" if colon else "subject before"
    if not far and not colon and not intro.quotes:
        quoted = frame.index > 1 and parsed.frames[frame.index - 2].quotes
        # «“We open today.” Tom Cole shook his head. “You do not.”»
        acts = quoted and _is_actor(mention)
        name = "acts in between" if acts else "subject of the sentence before"
    return [SpeakerCandidate(mention, None, {name: 1})]


FEATURE_WEIGHTS = {
    # Subject of the reporting word, by how it was found.
    "direct": 8.0,
    "inverted": 8.0,
    "apposition": 7.5,
    "relative": 6.5,
    "shared": 4.5,
    "agent": 8.0,
    "according to": 8.0,
    "speaker line": 9.0,
    "colon": 4.0,
    "subject before a colon": 5.0,
    # Place in the same sentence.
    "main subject": 2.0,
    "of a fragment": -2.0,
    "addressed, not speaking": -3.0,
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
    # Neighbouring sentences and quotations.
    "speaker in the sentence": 3.0,
    "speaker before": 7.0,
    "speaker before, with words": 1.0,
    "marks not closed before": 12.0,
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
#: Below this no speaker is named: null rather than a guess.
MIN_SCORE = 0.6


def score_candidate(candidate: SpeakerCandidate) -> float:
    """The sum of a candidate's weighted features."""
    return sum(
        FEATURE_WEIGHTS[name] * value for name, value in candidate.features.items()
    )


def list_contributions(candidate: SpeakerCandidate) -> tuple[tuple[str, float], ...]:
    """Each feature with what it adds to the score, the weightiest first."""
    added = [
        (name, round(FEATURE_WEIGHTS[name] * value, 2))
        for name, value in candidate.features.items()
    ]
    return tuple(sorted(added, key=lambda pair: -abs(pair[1])))
