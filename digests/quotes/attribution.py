"""Find every quotation of an article and who said it.

THE MAIN PATH: stretches between marks → reading (frames, mentions, cast) → cue and
candidates of each → score → resolve. Quotations with a reporting word are settled
first, then those that lean on a neighbour. `text == source[start:end]`, always.

`find` reads an article, `deserving` chooses and orders, `explain` shows the scores,
`version_of` says whether two are one utterance.
"""

import math
from dataclasses import dataclass

from digests.language.words import primary_language, word_set
from digests.quotes import candidates, spans
from digests.quotes.candidates import (
    MIN_SCORE,
    QuotePlace,
    ReportingCue,
    SpeakerCandidate,
    list_contributions,
    score_candidate,
)
from digests.quotes.parsing import ParsedText, parse_text
from digests.quotes.speaker_mentions import SpeakerMention
from digests.quotes.speakers import (
    ResolvedSpeaker,
    find_known_roles,
    find_role,
    resolve_speaker,
)
from digests.types import Mention, Quote, QuoteKind, Span

_SPEAKERS_BACK = 8
_MARKS_AND_SPACES = "\"'”’»«“‘„‚›‹「『」』 \u00a0\u202f"
_NEAR = 4
_STOPS = frozenset(".,!?…。，！？、")
_BEFORE_SPEECH = frozenset(",:.!?—–-\n：，。")
_WHOLE_WORDS = 6
_CERTAIN = 5.0
#: Languages whose reporting words are in the tables; in others nobody is named.
ATTRIBUTED_LANGUAGES = word_set("en de")


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributionRow:
    """One candidate of one quotation, for a debug table."""

    #: Number of the quotation in text order.
    quote: int
    text: str
    candidate: str
    speaker: str | None
    #: What speaks for and against it, each with its worth; they sum up to `score`.
    features: tuple[tuple[str, float], ...]
    score: float
    chosen: bool
    #: The quotation's reporting word, if one was found.
    cue: str | None = None


@dataclass(slots=True)
class _Attribution:
    """What was decided about one quotation."""

    where: QuotePlace
    cue: ReportingCue | None
    ranked: list[tuple[float, SpeakerCandidate]]
    who: ResolvedSpeaker | None = None
    noted: SpeakerMention | None = None
    margin: float = 0.0
    carried: int | None = None
    #: Place of the chosen one in `ranked`; -1 where nobody was.
    chosen: int = -1


def find_quotes(
    text: str, *, title: str | None = None, lang: str | None = None
) -> tuple[Quote, ...]:
    """Give the quotations of `text` in order, with their speakers.

    Args:
        text: The article; any text is answered.
        title: Its headline, where somebody may be named in full.
        lang: BCP 47; None is read as English. In languages other than English and
            German the spans are given and no speaker.
    """
    found = spans.find_quoted_stretches(text, lang)
    if not found:
        return ()
    reading = parse_text(text, found, title, lang)
    settled = (
        _attribute_quotes(reading)
        if _is_attributable(lang)
        else _leave_unattributed(reading)
    )
    groups = _group_utterances(reading, settled)
    speakers = {one.who.speaker for one in settled if one.who is not None}
    roles = find_known_roles(reading, speakers)
    return tuple(
        _build_quote(reading, number, settled[number], groups[number], roles)
        for number in range(len(found))
    )


def explain_attribution(
    text: str, *, title: str | None = None, lang: str | None = None
) -> tuple[AttributionRow, ...]:
    """Give every candidate of every quotation with its features and score."""
    found = spans.find_quoted_stretches(text, lang)
    reading = parse_text(text, found, title, lang)
    rows: list[AttributionRow] = []
    if not _is_attributable(lang):
        return ()
    for number, one in enumerate(_attribute_quotes(reading)):
        for place, (value, candidate) in enumerate(one.ranked):
            chosen = place == one.chosen
            rows.append(
                _explain_candidate(
                    reading, number, one, candidate, value, chosen=chosen
                )
            )
    return tuple(rows)


def _is_attributable(lang: str | None) -> bool:
    return primary_language(lang) in ATTRIBUTED_LANGUAGES


def _leave_unattributed(reading: ParsedText) -> list[_Attribution]:
    """Decide nothing: no table tells how the text's language attributes."""
    return [
        _Attribution(candidates.locate_quote(reading, number), None, [])
        for number in range(len(reading.stretches))
    ]


def _attribute_quotes(reading: ParsedText) -> list[_Attribution]:
    """Decide every quotation: those with a reporting word first."""
    settled = [
        _rank_own_candidates(reading, number)
        for number in range(len(reading.stretches))
    ]
    for number, one in enumerate(settled):
        if one.cue is not None:
            _decide_speaker(reading, number, settled)
    for number, one in enumerate(settled):
        if one.cue is None:
            _decide_speaker(reading, number, settled)
    return settled


def _rank_own_candidates(reading: ParsedText, number: int) -> _Attribution:
    where = candidates.locate_quote(reading, number)
    cue = candidates.choose_cue(reading.text, reading.stretches[number], where)
    stretch = reading.stretches[number]
    few = stretch.words < _WHOLE_WORDS and reading.text[stretch.start].islower()
    inside = candidates.list_frame_candidates(
        where, cue, fragment=stretch.words if few else 0
    )
    return _Attribution(where, cue, [(score_candidate(one), one) for one in inside])


def _decide_speaker(
    reading: ParsedText, number: int, settled: list[_Attribution]
) -> None:
    one = settled[number]
    for candidate in candidates.list_neighbour_candidates(reading, number, one.where):
        if candidate.quote is None or settled[candidate.quote].who is not None:
            one.ranked.append((score_candidate(candidate), candidate))
    one.ranked.sort(key=lambda pair: -pair[0])
    last = _last_speaker(settled, number)
    for place, (value, candidate) in enumerate(one.ranked):
        if value < MIN_SCORE:
            return
        if candidate.quote is not None:
            other = settled[candidate.quote]
            one.who, one.noted, one.carried = other.who, other.noted, candidate.quote
        elif candidate.noted is not None:
            one.who = resolve_speaker(reading, candidate.noted, last)
            one.noted = candidate.noted
        below = one.ranked[place + 1][0] if place + 1 < len(one.ranked) else 0.0
        one.margin = value - max(below, 0.0)
        if one.who is not None:
            one.chosen = place
            return
        if value > _CERTAIN:
            # An «it» or «we» that certainly spoke leaves nobody else to speak.
            return


def _last_speaker(settled: list[_Attribution], number: int) -> str | None:
    for other in reversed(settled[max(0, number - _SPEAKERS_BACK) : number]):
        if other.who is not None:
            return other.who.speaker
    return None


def _group_utterances(reading: ParsedText, settled: list[_Attribution]) -> list[int]:
    """Give parts of one utterance one number."""
    groups: list[int] = []
    for number, one in enumerate(settled):
        if number and _same_utterance(reading, number, one, settled[number - 1]):
            groups.append(groups[-1])
        else:
            groups.append(groups[-1] + 1 if groups else 0)
    return groups


def _same_utterance(
    reading: ParsedText, number: int, one: _Attribution, before: _Attribution
) -> bool:
    if reading.stretches[number].goes_on:
        return True
    if one.who is None or before.who is None or one.who.speaker != before.who.speaker:
        return False
    if one.where.frame is before.where.frame:
        return True
    together = one.where.frame.paragraph == before.where.frame.paragraph
    return together and one.carried == number - 1 and one.where.frame.bare


def _build_quote(
    reading: ParsedText,
    number: int,
    one: _Attribution,
    group: int,
    roles: dict[str, str],
) -> Quote:
    stretch = reading.stretches[number]
    text = reading.text[stretch.start : stretch.end]
    said_by = one.who
    return Quote(
        start=stretch.start,
        end=stretch.end,
        text=text,
        kind=_classify_quote(reading.text, number, reading),
        speaker=said_by.speaker if said_by else None,
        role=find_role(reading, roles, said_by.speaker, said_by.noted)
        if said_by
        else None,
        mention=_build_mention(reading.text, one.noted) if said_by else None,
        cue=one.cue.text if one.cue else None,
        context=Span(
            start=one.where.frame.start, end=max(one.where.frame.end, stretch.end)
        ),
        group=group,
        confidence=round(1 - math.exp(-one.margin / 3), 2) if said_by else 0.0,
    )


def _build_mention(text: str, noted: SpeakerMention | None) -> Mention | None:
    if noted is None:
        return None
    return Mention(start=noted.start, end=noted.end, text=text[noted.start : noted.end])


def _classify_quote(text: str, number: int, reading: ParsedText) -> QuoteKind:
    """Tell a whole utterance from words worked into the reporter's sentence."""
    one = reading.stretches[number]
    if one.goes_on:
        return "direct"
    before = text[max(0, one.start - _NEAR) : one.start].rstrip(_MARKS_AND_SPACES)
    after = text[one.end : one.end + _NEAR].lstrip(_MARKS_AND_SPACES)
    said = text[one.start : one.end].rstrip(_MARKS_AND_SPACES)
    stops = said[-1:] in _STOPS or after[:1] in _STOPS
    begins = not before or before[-1] in _BEFORE_SPEECH
    if before[-1:] == "." and text[one.start].islower():
        # «… with the U.S. “should go on”»: no sentence has ended there.
        begins = False
    whole = not text[one.start].islower() or one.words >= _WHOLE_WORDS
    if begins and stops and (whole or _is_rest(reading, number)):
        return "direct"
    return "partial"


def _is_rest(reading: ParsedText, number: int) -> bool:
    """Tell «"The gate," she said, "is open."»: the rest of one sentence."""
    if not number or reading.frame_of[number] != reading.frame_of[number - 1]:
        return False
    before = reading.stretches[number - 1]
    return reading.text[before.end - 1] == "," and reading.text[before.start].isupper()


def _explain_candidate(
    reading: ParsedText,
    number: int,
    one: _Attribution,
    candidate: SpeakerCandidate,
    value: float,
    *,
    chosen: bool,
) -> AttributionRow:
    noted = candidate.noted
    stretch = reading.stretches[number]
    return AttributionRow(
        quote=number,
        text=reading.text[stretch.start : stretch.end],
        candidate=(
            reading.text[noted.start : noted.end]
            if noted
            else f"speaker of quotation {(candidate.quote or 0) + 1}"
        ),
        speaker=one.who.speaker if chosen and one.who else None,
        features=list_contributions(candidate),
        score=round(value, 2),
        chosen=chosen,
        cue=one.cue.text if one.cue else None,
    )
