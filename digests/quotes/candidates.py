"""List the possible speakers of a quotation with weighted features.

A candidate is a mention in the quotation's own sentence, the speaker of a neighbouring
quotation, or the subject of the sentence that introduces it. `FEATURE_WEIGHTS` has the
weights; only their differences matter. They were set by hand, reading sentences; none
was fitted to a data set.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from digests.language.grammar import (
    FAINT_CUES,
    INVERTING_CUES,
    SPEECH_NOUNS,
    STRONG_CUES,
    VERB_GAP_WORDS,
)
from digests.language.words import word_set
from digests.quotes.parsing import (
    MAX_CUE_DISTANCE,
    ParsedText,
    SentenceFrame,
)
from digests.quotes.speaker_mentions import SpeakerMention, is_role_noun
from digests.quotes.subjects import (
    SpeechSubject,
    find_apposed_name,
    find_main_subject,
    find_subject,
    find_subject_before,
    is_passive,
)
from digests.types import frozen_positional

_FAR = 40
#: Reporting words considered on each side of a quotation.
_MOST_CUES = 12
#: A reporting word of this rate is the quotation's, whoever is named as its source.
_CERTAIN_CUE = 4.0
_NEAR_SAYING = 8
_CITING = word_set("zitiert zitierte zitieren zitierten")
_TELLING = word_set("told tells tell telling")
_IRREAL = word_set("to will would should could can may might")
#: A name after the quotation and a dash: «“We open today.” — Ruth Bell».
_SIGNED = re.compile(r"[\"'”’»“]{0,2}\s{0,3}(?:[—–―]|--?)[^\S\n]{0,2}(?=[^\W\d_])")
_SIGNED_UNTIL = re.compile(r"[^\S\n]*(?:[.,(]|$)", re.MULTILINE)


@dataclass(slots=True)
class SpeakerCandidate:
    """A possible speaker: a mention, or the speaker of another quotation."""

    mention: SpeakerMention | None
    quote: int | None = None
    features: dict[str, float] = field(default_factory=dict)

    @property
    def contributions(self) -> list[tuple[str, float]]:
        """Each feature with what it adds to the score."""
        return [
            (name, FEATURE_WEIGHTS[name] * value)
            for name, value in self.features.items()
        ]

    @property
    def score(self) -> float:
        """The sum of the contributions."""
        return sum(added for _, added in self.contributions)


@frozen_positional
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


def choose_cue(where: QuotePlace) -> int | None:
    """Choose the reporting word that belongs to a quotation, if its frame has one.

    Returns:
        Its token index; that of «according» where somebody is quoted so.
    """
    best, chosen = -2.0, None
    for at in _near_cues(where):
        value = _rate_closeness(where, at)
        if value > best:
            best, chosen = value, at
    according_at = where.frame.according_at
    if according_at < 0 or best >= _CERTAIN_CUE:
        return chosen
    if chosen is not None and chosen < according_at and _is_spoken(where, chosen):
        return chosen
    return according_at


def _is_spoken(where: QuotePlace, cue: int) -> bool:
    """Whether somebody is named with the reporting word behind a quotation.

    «…,” said the ministry's spokeswoman Ruth Bell, according to the Courier.»
    """
    frame = where.frame
    if cue < where.right or frame.tokens[cue].low not in STRONG_CUES:
        return False
    subject = find_subject(frame, cue) if _trails_clause(frame, cue) else None
    return subject is not None and subject.mention.first >= where.right


def _near_cues(where: QuotePlace) -> list[int]:
    before = where.frame.cues_between(where.left - MAX_CUE_DISTANCE, where.left)
    after = where.frame.cues_between(where.left, where.right + MAX_CUE_DISTANCE)
    return before[-_MOST_CUES:] + after[:_MOST_CUES]


def _rate_closeness(where: QuotePlace, at: int) -> float:
    frame, low = where.frame, where.frame.tokens[at].low
    words, covers = frame.words_before, frame.covers_before
    strong = low in STRONG_CUES
    value = (3.0 if strong else 2.0) - 1.5 * is_passive(frame, at)
    if [one.low for one in frame.tokens[at - 1 : at + 2 : 2]] == ["as", "by"]:
        # «…, as confirmed by Ruth Bell»
        value += 2.0
    if at >= where.right:
        between = covers[at] - covers[where.right]
        value -= 0.15 * (at - where.right) + 1.5
        # «“…” compared to the 24 percent who said otherwise»
        value -= 3.0 * (frame.tokens[at - 1].low == "who")
        value += 3.0 if strong and _trails_clause(frame, at) else 0.0
    else:
        between = covers[where.left] - covers[at + 1]
        said = words[where.left] - words[at + 1]
        value -= 0.12 * (where.left - at - 1)
        irreal = at > 0 and frame.tokens[at - 1].low in _IRREAL
        faint = irreal or low in FAINT_CUES or (said and not strong)
        if faint and _has_governing_cue(frame, at):
            # «X said that Y wants to make …»: X's words.
            value -= 2.5
        else:
            value += 0.0 if said else 3.0
    return value - 1.5 * between


def _trails_clause(frame: SentenceFrame, at: int) -> bool:
    """Whether it ends the whole clause: «…?” said Ruth Bell», «…, Bell has said.»."""
    tokens = frame.tokens
    before = at - 1
    while before > 0 and tokens[before].low in VERB_GAP_WORDS:
        before -= 1
    if tokens[before].kind != "word":
        return tokens[at].low in INVERTING_CUES
    mention = frame.ends.get(before + 1)
    if mention is None or not mention.first:
        return False
    ahead = tokens[mention.first - 1]
    return ahead.kind != "word" or ahead.possessive


def _begins_clause(frame: SentenceFrame, at: int) -> bool:
    """Whether a named person after a comma and «and» is the subject of token `at`."""
    tokens = frame.tokens
    named = frame.ends.get(at - (at > 0 and tokens[at - 1].text == ","))
    if named is None or named.sort != "person":
        return False
    first = named.first
    if first and tokens[first - 1].text == ",":
        # «…, and the mayor, Rick Sand, called it …»
        phrase = frame.ends.get(first - 1)
        first = phrase.first if phrase is not None else first
    if first < 2 or tokens[first - 1].low not in {"and", "but", "while"}:
        return False
    return tokens[first - 2].text == ","


def _has_governing_cue(frame: SentenceFrame, at: int) -> bool:
    """Whether a strong reporting word is before `at` without a quotation between.

    «X said that it was late, and Ada Brandt called it …»: a new main clause.
    """
    if _begins_clause(frame, at):
        return False
    covers = frame.covers_before
    for place in range(bisect_left(frame.cues, at) - 1, -1, -1):
        other = frame.cues[place]
        if at - other > MAX_CUE_DISTANCE or covers[at] > covers[other]:
            return False
        if frame.tokens[other].low in STRONG_CUES:
            return True
    return False


def list_frame_candidates(where: QuotePlace, cue: int | None) -> list[SpeakerCandidate]:
    """The frame's own mentions with their features; `cue` is the reporting word."""
    frame = where.frame
    reached = _find_speaker(frame, cue) if cue is not None else None
    near = frame.near(where.left, where.right)
    main = find_main_subject(frame)
    found = []
    for mention in near:
        features = _list_features(mention, where)
        if reached is not None and mention is reached.mention:
            features[reached.how] = 1
        if mention is main:
            features |= _list_main_features(mention, where, cue)
        found.append(SpeakerCandidate(mention, features=features))
    return found


def _find_speaker(frame: SentenceFrame, cue: int) -> SpeechSubject | None:
    """The subject of a reporting word, or who follows «according to»."""
    if frame.tokens[cue].low not in {"according", "laut"}:
        return find_subject(frame, cue)
    for mention in frame.near(cue, cue):
        if mention.first > cue:
            named = find_apposed_name(frame, mention, mention.last)
            return SpeechSubject(named, "according to")
    return None


def _list_main_features(
    mention: SpeakerMention, where: QuotePlace, cue: int | None
) -> dict[str, float]:
    """The features of the sentence's subject, which often speaks."""
    features = {"main subject": 1.0}
    said = where.frame.tokens[mention.last : where.left]
    if any(token.low in _CITING for token in said):
        # «Die Rundschau zitiert Jan Lindner mit den Worten: …»
        features["addressed, not speaking"] = 1
    elif cue is not None:
        if is_passive(where.frame, cue):
            features["addressed, not speaking"] = 1
    elif mention.last < where.left and where.frame.tokens[where.left - 1].text == ":":
        features["subject before a colon"] = 1
    return features


def _is_role(frame: SentenceFrame, mention: SpeakerMention) -> bool:
    return is_role_noun(frame.tokens[mention.last - 1].low.removesuffix("'s"))


def _owns_speech(where: QuotePlace, mention: SpeakerMention) -> bool:
    """Whether it owns a noun of speech: «Bell's claim that “…”»."""
    tokens = where.frame.tokens
    for at in range(mention.last, min(mention.last + 3, len(tokens))):
        if tokens[at].low in SPEECH_NOUNS:
            near = where.left - at if at < where.left else mention.first - where.right
            return near <= _NEAR_SAYING
    return False


def _list_features(mention: SpeakerMention, where: QuotePlace) -> dict[str, float]:
    after = mention.first >= where.right
    gap = mention.first - where.right if after else where.left - mention.last
    features: dict[str, float] = {"distance": min(abs(gap), _FAR)}
    if mention.possessive:
        features["possessive"] = 1
        if _owns_speech(where, mention):
            features["owner of a saying"] = 1
    elif mention.after_preposition:
        features["after preposition"] = 1
    if mention.kind == "nominal" and not _is_role(where.frame, mention):
        features["unknown noun"] = 1
    if mention.first and where.frame.tokens[mention.first - 1].low in _TELLING:
        features["addressed, not speaking"] = 1
    return features


def list_neighbour_candidates(
    parsed: ParsedText, number: int, where: QuotePlace
) -> list[SpeakerCandidate]:
    """Candidates from the quotations and sentences next to this one."""
    if _is_labelled(where):
        return []
    return [
        *_list_speakers_before(parsed, number, where.frame),
        *_list_introductions(parsed, where.frame),
        *_list_open_speakers(parsed, number),
        *_list_signatures(parsed, number),
    ]


def _is_labelled(where: QuotePlace) -> bool:
    """Whether it is a speaker line, whose label alone says who speaks: «Q: “Why?”»."""
    return 0 < where.frame.label == where.left - 1


def _list_open_speakers(parsed: ParsedText, number: int) -> list[SpeakerCandidate]:
    """Who began to speak where marks were opened and never closed."""
    mark = parsed.stretches[number].open_mark
    if mark is None:
        return []
    at = bisect_right(parsed.frames, mark, key=lambda frame: frame.start) - 1
    frame = parsed.frames[max(0, at)]
    if parsed.frames[parsed.frame_of[number]].paragraph != frame.paragraph:
        return []
    subject = find_subject_before(frame, frame.at(mark))
    features = {"marks not closed before": 1.0}
    return [SpeakerCandidate(subject, None, features)] if subject else []


def _list_signatures(parsed: ParsedText, number: int) -> list[SpeakerCandidate]:
    """The name under the words: «“We open today.” — Ruth Bell»."""
    text = parsed.text
    dash = _SIGNED.match(text, parsed.stretches[number].end)
    if dash is None:
        return []
    at = bisect_right(parsed.frames, dash.end(), key=lambda frame: frame.start) - 1
    mentions = parsed.frames[at].mentions
    place = bisect_left(mentions, dash.end(), key=lambda mention: mention.start)
    return [
        SpeakerCandidate(named, None, {"signed": 1})
        for named in mentions[place : place + 1]
        if named.start == dash.end() and named.kind == "name"
        if _SIGNED_UNTIL.match(text, named.end)
    ]


def _list_speakers_before(
    parsed: ParsedText, number: int, frame: SentenceFrame
) -> list[SpeakerCandidate]:
    """The speaker of the quotation before, if that is near."""
    if not number:
        return []
    other = parsed.frames[parsed.frame_of[number - 1]]
    if other is frame:
        name = "speaker in the sentence"
    elif other.paragraph == frame.paragraph:
        name = "speaker before" if frame.only_quotes else "speaker before, with words"
    elif other.paragraph + 1 == frame.paragraph and frame.only_quotes:
        name = "speaker of the paragraph before"
    else:
        return []
    return [SpeakerCandidate(None, number - 1, {name: 1})]


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
    mention = find_subject_before(intro, len(intro.tokens))
    if mention is None:
        return []
    name = "introduces" if colon else "subject before"
    if not far and not colon and not intro.quotes:
        quoted = frame.index > 1 and parsed.frames[frame.index - 2].quotes
        # «“We open today.” Tom Cole shook his head. “You do not.”»
        acts = quoted and (mention.sort == "person" or mention.sex)
        name = "acts in between" if acts else "subject of the sentence before"
    return [SpeakerCandidate(mention, None, {name: 1})]


FEATURE_WEIGHTS = {
    # Subject of the reporting word, by how it was found.
    "direct": 8.0,
    "inverted": 8.0,
    "apposition": 7.5,
    "shared": 4.5,
    "agent": 8.0,
    "according to": 8.0,
    "subject before a colon": 5.0,
    # Place in the same sentence.
    "main subject": 2.0,
    "addressed, not speaking": -3.0,
    "owner of a saying": 4.5,
    "after preposition": -2.0,
    "possessive": -1.5,
    "unknown noun": -2.0,
    "distance": -0.04,
    # Neighbouring sentences and quotations.
    "speaker in the sentence": 3.0,
    "speaker before": 7.0,
    "speaker before, with words": 1.0,
    "marks not closed before": 12.0,
    "speaker of the paragraph before": 3.5,
    "signed": 9.0,
    "introduces": 7.5,
    "acts in between": 7.3,
    "subject before": 3.0,
    "subject of the sentence before": 4.0,
}
#: Below this no speaker is named: null rather than a guess.
MIN_SCORE = 0.6
