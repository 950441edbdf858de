"""Find every quotation of an article and who said it.

Quoted spans → parsed text (sentence frames, mentions, people) → for each quotation its
reporting word and candidates → scores → resolved speaker. Quotations with a reporting
word are decided first, then those that depend on a neighbour.
`text == source[start:end]`, always.
"""

from dataclasses import dataclass
from itertools import accumulate

from digests.language.spans import span_text
from digests.language.words import primary_language, word_set
from digests.quotes import candidates, certainty, standing
from digests.quotes.candidates import (
    MIN_SCORE,
    QuotePlace,
    SpeakerCandidate,
)
from digests.quotes.parsing import ParsedText, parse_text
from digests.quotes.roles import find_known_roles, find_role
from digests.quotes.spans import QuotedStretch
from digests.quotes.speaker_mentions import SpeakerMention
from digests.quotes.speakers import ResolvedSpeaker, resolve_speaker
from digests.types import Article, Mention, Quote, QuoteKind, Span, frozen

_MARKS_AND_SPACES = "\"'”’»«“‘„‚›‹「『」』 \u00a0\u202f"
_NEAR = 4
_STOPS = frozenset(".,!?…。，！？、")
_BEFORE_SPEECH = frozenset(",:.!?—–-\n：，。")
_CERTAIN = 5.0
#: Languages whose reporting words are in the tables; in others no speaker is named.
ATTRIBUTED_LANGUAGES = word_set("en de")


@frozen
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
    #: Token index of its reporting word.
    cue_at: int | None
    #: The best first.
    ranked: list[SpeakerCandidate]
    who: ResolvedSpeaker | None = None
    mention: SpeakerMention | None = None
    margin: float = 0.0
    continues: int | None = None
    chosen: SpeakerCandidate | None = None

    @property
    def cue(self) -> str | None:
        """The reporting word in the article's words."""
        if self.cue_at is None:
            return None
        frame = self.where.frame
        given = self.cue_at == frame.according_at
        return "according to" if given else frame.tokens[self.cue_at].text


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
    decided = _attribute_quotes(parsed, lang)
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
    if parsed is None:
        return ()
    return tuple(
        AttributionRow(
            quote=number,
            text=span_text(text, parsed.stretches[number]),
            candidate=span_text(text, candidate.mention)
            if candidate.mention
            else f"speaker of quotation {(candidate.quote or 0) + 1}",
            speaker=one.who.speaker if one.who and candidate is one.chosen else None,
            features=tuple(
                (name, round(added, 2))
                for name, added in sorted(
                    candidate.contributions, key=lambda pair: -abs(pair[1])
                )
            ),
            score=round(candidate.score, 2),
            chosen=candidate is one.chosen,
            cue=one.cue,
        )
        for number, one in enumerate(_attribute_quotes(parsed, lang))
        for candidate in one.ranked
    )


def _attribute_quotes(parsed: ParsedText, lang: str | None) -> list[_Attribution]:
    """Decide about every quotation, those with a reporting word first."""
    numbers = range(len(parsed.stretches))
    if primary_language(lang) not in ATTRIBUTED_LANGUAGES:
        places = (candidates.locate_quote(parsed, number) for number in numbers)
        return [_Attribution(where, None, []) for where in places]
    decided = [_rank_own_candidates(parsed, number) for number in numbers]
    for number in sorted(numbers, key=lambda number: decided[number].cue_at is None):
        _decide_speaker(parsed, number, decided)
    return decided


def _rank_own_candidates(parsed: ParsedText, number: int) -> _Attribution:
    where = candidates.locate_quote(parsed, number)
    cue = candidates.choose_cue(where)
    return _Attribution(where, cue, candidates.list_frame_candidates(where, cue))


def _decide_speaker(
    parsed: ParsedText, number: int, decided: list[_Attribution]
) -> None:
    one = decided[number]
    for candidate in candidates.list_neighbour_candidates(parsed, number, one.where):
        if candidate.quote is None or decided[candidate.quote].who is not None:
            one.ranked.append(candidate)
    one.ranked.sort(key=lambda candidate: -candidate.score)
    below = [*(candidate.score for candidate in one.ranked[1:]), 0.0]
    for candidate, next_score in zip(one.ranked, below, strict=False):
        if candidate.score < MIN_SCORE:
            return
        if candidate.quote is not None:
            other = decided[candidate.quote]
            one.who, one.mention = other.who, other.mention
            one.continues = candidate.quote
        elif candidate.mention is not None:
            said = span_text(parsed.text, parsed.stretches[number])
            one.who = resolve_speaker(parsed, candidate.mention, said)
            one.mention = candidate.mention
        one.margin = candidate.score - max(next_score, 0.0)
        if one.who is not None:
            one.chosen = candidate
            return
        if candidate.score > _CERTAIN:
            # An «it» or «we» that certainly spoke excludes other speakers.
            return


def _group_utterances(parsed: ParsedText, decided: list[_Attribution]) -> list[int]:
    """The group of each quotation; the parts of one utterance share one."""
    begins = (
        number > 0 and not _same_utterance(parsed, number, one, decided[number - 1])
        for number, one in enumerate(decided)
    )
    return list(accumulate(map(int, begins)))


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
    stretch, frame = parsed.stretches[number], one.where.frame
    text = span_text(parsed.text, stretch)
    who, mention = one.who, one.mention
    return Quote(
        start=stretch.start,
        end=stretch.end,
        text=text,
        kind=_classify_quote(parsed.text, stretch),
        speaker=who.speaker if who else None,
        role=find_role(parsed, roles, who.speaker, who.mention) if who else None,
        mention=Mention(
            start=mention.start,
            end=mention.end,
            text=span_text(parsed.text, mention),
        )
        if who and mention
        else None,
        cue=one.cue,
        context=Span(start=frame.start, end=max(frame.end, stretch.end)),
        group=group,
        confidence=_rate_confidence(parsed, one),
        alone=_stands_alone(parsed, number, one, text),
    )


def _rate_confidence(parsed: ParsedText, one: _Attribution) -> float:
    if one.who is None or one.mention is None:
        return 0.0
    return certainty.rate_confidence(
        parsed,
        one.where.frame,
        one.who,
        one.mention,
        one.margin,
        reported=one.cue_at is not None,
        continues=one.continues is not None,
    )


def _stands_alone(
    parsed: ParsedText, number: int, one: _Attribution, said: str
) -> bool:
    """Whether a whole utterance is understood without what is around it."""
    stretch = parsed.stretches[number]
    if stretch.goes_on or _has_rest(parsed, number):
        return False
    whole = _classify_quote(parsed.text, stretch) == "direct"
    return whole and standing.stands_alone(said, one.cue, german=one.where.frame.german)


def _has_rest(parsed: ParsedText, number: int) -> bool:
    """Whether the sentence goes on after «she said»: the words are a half then."""
    after = number + 1
    if parsed.frame_of[after : after + 1] != (parsed.frame_of[number],):
        return False
    first = parsed.text[parsed.stretches[after].start]
    return parsed.text[parsed.stretches[number].end - 1] in ",-–—" and first.islower()


def _classify_quote(text: str, one: QuotedStretch) -> QuoteKind:
    """A whole utterance, or words worked into the reporter's sentence."""
    if one.goes_on:
        return "direct"
    before = text[max(0, one.start - _NEAR) : one.start].rstrip(_MARKS_AND_SPACES)
    after = text[one.end : one.end + _NEAR].lstrip(_MARKS_AND_SPACES)
    said = span_text(text, one).rstrip(_MARKS_AND_SPACES)
    stops = said[-1:] in _STOPS or after[:1] in _STOPS
    begins = not before or before[-1] in _BEFORE_SPEECH
    # «… with the U.S. “should go on”»: no sentence has ended there.
    goes_on = before[-1:] == "." and text[one.start].islower()
    return "direct" if begins and stops and not goes_on else "partial"
