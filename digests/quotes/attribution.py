"""Find every quotation of an article and who said it.

Quoted spans → parsed text (sentence frames, mentions, people) → for each quotation its
reporting word and candidates → scores → resolved speaker. Quotations with a reporting
word are decided first, then those that depend on a neighbour.
`text == source[start:end]`, always.
"""

import math
from dataclasses import dataclass

from digests.language.spans import span_text
from digests.language.words import primary_language, word_set
from digests.quotes import candidates, standing
from digests.quotes.candidates import (
    MIN_SCORE,
    QuotePlace,
    ReportingCue,
    SpeakerCandidate,
    list_contributions,
    score_candidate,
)
from digests.quotes.parsing import ParsedText, parse_text
from digests.quotes.roles import find_known_roles, find_role
from digests.quotes.speaker_mentions import SpeakerMention
from digests.quotes.speakers import ResolvedSpeaker, resolve_speaker
from digests.types import Article, Mention, Quote, QuoteKind, Span

_MARKS_AND_SPACES = "\"'”’»«“‘„‚›‹「『」』 \u00a0\u202f"
_NEAR = 4
_STOPS = frozenset(".,!?…。，！？、")
_BEFORE_SPEECH = frozenset(",:.!?—–-\n：，。")
_WHOLE_WORDS = 6
_CERTAIN = 5.0
#: Languages whose reporting words are in the tables; in others no speaker is named.
ATTRIBUTED_LANGUAGES = word_set("en de")


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributionRow:
    """One candidate of one quotation, for `--explain`."""

    #: Number of the quotation in text order.
    quote: int
    text: str
    candidate: str
    speaker: str | None
    #: Its features with their weights, which sum up to `score`.
    features: tuple[tuple[str, float], ...]
    score: float
    chosen: bool
    #: The quotation's reporting word, if one was found.
    cue: str | None = None


@dataclass(slots=True)
class _Attribution:
    """The decision about one quotation."""

    where: QuotePlace
    cue: ReportingCue | None
    ranked: list[tuple[float, SpeakerCandidate]]
    who: ResolvedSpeaker | None = None
    mention: SpeakerMention | None = None
    margin: float = 0.0
    continues: int | None = None
    #: Index of the chosen candidate in `ranked`, or -1.
    chosen: int = -1


def find_quotes(
    text: str, *, title: str | None = None, lang: str | None = None
) -> tuple[Quote, ...]:
    """The quotations of `text` in order, with their speakers.

    Args:
        text: The article; any text is accepted.
        title: Its headline, which may have a speaker's full name.
        lang: BCP 47; None is read as English. In languages other than English and
            German the spans are given and no speaker.
    """
    parsed = parse_text(text, title, lang)
    if parsed is None:
        return ()
    decide = _attribute_quotes if _is_attributable(lang) else _leave_unattributed
    decided = decide(parsed)
    groups = _group_utterances(parsed, decided)
    speakers = {one.who.speaker for one in decided if one.who is not None}
    roles = find_known_roles(parsed, speakers)
    return tuple(
        _build_quote(parsed, number, decided[number], groups[number], roles)
        for number in range(len(parsed.stretches))
    )


def find_article_quotes(article: Article) -> tuple[Quote, ...]:
    """The quotations of an article in order, with their speakers."""
    return find_quotes(article.text, title=article.title, lang=article.lang)


def explain_attribution(
    text: str, *, title: str | None = None, lang: str | None = None
) -> tuple[AttributionRow, ...]:
    """Every candidate of every quotation with its features and score."""
    parsed = parse_text(text, title, lang)
    if parsed is None or not _is_attributable(lang):
        return ()
    rows: list[AttributionRow] = []
    for number, one in enumerate(_attribute_quotes(parsed)):
        for place, (value, candidate) in enumerate(one.ranked):
            chosen = place == one.chosen
            rows.append(
                _explain_candidate(parsed, number, one, candidate, value, chosen=chosen)
            )
    return tuple(rows)


def _is_attributable(lang: str | None) -> bool:
    return primary_language(lang) in ATTRIBUTED_LANGUAGES


def _leave_unattributed(parsed: ParsedText) -> list[_Attribution]:
    """Attribute no quotation: there are no tables for the language of the text."""
    return [
        _Attribution(candidates.locate_quote(parsed, number), None, [])
        for number in range(len(parsed.stretches))
    ]


def _attribute_quotes(parsed: ParsedText) -> list[_Attribution]:
    """Decide about every quotation, those with a reporting word first."""
    decided = [
        _rank_own_candidates(parsed, number) for number in range(len(parsed.stretches))
    ]
    for number in sorted(range(len(decided)), key=lambda n: decided[n].cue is None):
        _decide_speaker(parsed, number, decided)
    return decided


def _rank_own_candidates(parsed: ParsedText, number: int) -> _Attribution:
    where = candidates.locate_quote(parsed, number)
    cue = candidates.choose_cue(where)
    stretch = parsed.stretches[number]
    few = stretch.words < _WHOLE_WORDS and parsed.text[stretch.start].islower()
    inside = candidates.list_frame_candidates(
        where, cue, fragment=stretch.words if few else 0
    )
    return _Attribution(where, cue, [(score_candidate(one), one) for one in inside])


def _decide_speaker(
    parsed: ParsedText, number: int, decided: list[_Attribution]
) -> None:
    one = decided[number]
    for candidate in candidates.list_neighbour_candidates(parsed, number, one.where):
        if candidate.quote is None or decided[candidate.quote].who is not None:
            one.ranked.append((score_candidate(candidate), candidate))
    one.ranked.sort(key=lambda pair: -pair[0])
    for place, (value, candidate) in enumerate(one.ranked):
        if value < MIN_SCORE:
            return
        if candidate.quote is not None:
            other = decided[candidate.quote]
            one.who, one.mention = other.who, other.mention
            one.continues = candidate.quote
        elif candidate.mention is not None:
            one.who = resolve_speaker(parsed, candidate.mention)
            one.mention = candidate.mention
        below = one.ranked[place + 1][0] if place + 1 < len(one.ranked) else 0.0
        one.margin = value - max(below, 0.0)
        if one.who is not None:
            one.chosen = place
            return
        if value > _CERTAIN:
            # An «it» or «we» that certainly spoke excludes other speakers.
            return


def _group_utterances(parsed: ParsedText, decided: list[_Attribution]) -> list[int]:
    """The group of each quotation; the parts of one utterance share one."""
    groups: list[int] = []
    for number, one in enumerate(decided):
        if number and _same_utterance(parsed, number, one, decided[number - 1]):
            groups.append(groups[-1])
        else:
            groups.append(groups[-1] + 1 if groups else 0)
    return groups


def _same_utterance(
    parsed: ParsedText, number: int, one: _Attribution, before: _Attribution
) -> bool:
    if parsed.stretches[number].goes_on:
        return True
    if one.who is None or before.who is None or one.who.speaker != before.who.speaker:
        return False
    if one.where.frame is before.where.frame:
        return True
    together = one.where.frame.paragraph == before.where.frame.paragraph
    return together and one.continues == number - 1 and one.where.frame.only_quotes


def _build_quote(
    parsed: ParsedText,
    number: int,
    one: _Attribution,
    group: int,
    roles: dict[str, str],
) -> Quote:
    stretch = parsed.stretches[number]
    text = span_text(parsed.text, stretch)
    said_by = one.who
    kind = _classify_quote(parsed, number)
    return Quote(
        start=stretch.start,
        end=stretch.end,
        text=text,
        kind=kind,
        speaker=said_by.speaker if said_by else None,
        role=find_role(parsed, roles, said_by.speaker, said_by.mention)
        if said_by
        else None,
        mention=_build_mention(parsed.text, one.mention) if said_by else None,
        cue=one.cue.text if one.cue else None,
        context=Span(
            start=one.where.frame.start, end=max(one.where.frame.end, stretch.end)
        ),
        group=group,
        confidence=round(1 - math.exp(-one.margin / 3), 2) if said_by else 0.0,
        alone=kind == "direct" and _stands_alone(parsed, number, one, text),
    )


def _stands_alone(
    parsed: ParsedText, number: int, one: _Attribution, said: str
) -> bool:
    """Whether a whole utterance is understood without what is around it."""
    if parsed.stretches[number].goes_on or _has_rest(parsed, number):
        return False
    cue = one.cue.text if one.cue else None
    return standing.stands_alone(
        said,
        cue=cue,
        asked=_is_answer(parsed, number, one),
        german=one.where.frame.german,
    )


def _has_rest(parsed: ParsedText, number: int) -> bool:
    """Whether the sentence goes on after «she said»: the words are a half then."""
    after = number + 1
    if after == len(parsed.stretches):
        return False
    if parsed.frame_of[after] != parsed.frame_of[number]:
        return False
    first = parsed.text[parsed.stretches[after].start]
    return parsed.text[parsed.stretches[number].end - 1] in ",-–—" and first.islower()


def _is_answer(parsed: ParsedText, number: int, one: _Attribution) -> bool:
    """Whether a question precedes the words, in the paragraph before or in theirs."""
    frame = one.where.frame
    before = parsed.text[frame.start : parsed.stretches[number].start]
    if not before.strip(_MARKS_AND_SPACES) and frame.index:
        intro = parsed.frames[frame.index - 1]
        before = parsed.text[intro.start : intro.end]
    return before.rstrip(_MARKS_AND_SPACES).endswith("?")


def _build_mention(text: str, mention: SpeakerMention | None) -> Mention | None:
    if mention is None:
        return None
    return Mention(start=mention.start, end=mention.end, text=span_text(text, mention))


def _classify_quote(parsed: ParsedText, number: int) -> QuoteKind:
    """A whole utterance, or words worked into the reporter's sentence."""
    text, one = parsed.text, parsed.stretches[number]
    if one.goes_on:
        return "direct"
    before = text[max(0, one.start - _NEAR) : one.start].rstrip(_MARKS_AND_SPACES)
    after = text[one.end : one.end + _NEAR].lstrip(_MARKS_AND_SPACES)
    said = span_text(text, one).rstrip(_MARKS_AND_SPACES)
    stops = said[-1:] in _STOPS or after[:1] in _STOPS
    begins = not before or before[-1] in _BEFORE_SPEECH
    if before[-1:] == "." and text[one.start].islower():
        # «… with the U.S. “should go on”»: no sentence has ended there.
        begins = False
    whole = not text[one.start].islower() or one.words >= _WHOLE_WORDS
    if begins and stops and (whole or _is_rest(parsed, number)):
        return "direct"
    return "partial"


def _is_rest(parsed: ParsedText, number: int) -> bool:
    """Whether it is the rest of a sentence: «"The gate," she said, "is open."»."""
    if not number or parsed.frame_of[number] != parsed.frame_of[number - 1]:
        return False
    before = parsed.stretches[number - 1]
    return parsed.text[before.end - 1] == "," and parsed.text[before.start].isupper()


def _explain_candidate(
    parsed: ParsedText,
    number: int,
    one: _Attribution,
    candidate: SpeakerCandidate,
    value: float,
    *,
    chosen: bool,
) -> AttributionRow:
    mention = candidate.mention
    stretch = parsed.stretches[number]
    return AttributionRow(
        quote=number,
        text=span_text(parsed.text, stretch),
        candidate=(
            span_text(parsed.text, mention)
            if mention
            else f"speaker of quotation {(candidate.quote or 0) + 1}"
        ),
        speaker=one.who.speaker if chosen and one.who else None,
        features=list_contributions(candidate),
        score=round(value, 2),
        chosen=chosen,
        cue=one.cue.text if one.cue else None,
    )
