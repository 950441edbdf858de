"""Parse an article for its quotations: sentence frames, mentions, reporting words.

The quoted words are covered, so that nothing inside them is taken for the reporter's;
the covered text is cut into sentences (frames), these into tokens, and in them every
mention of somebody who could speak is noted: a name, a noun phrase, a pronoun.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from digests.language import sentences
from digests.language.grammar import COVER, Name, Token, tokenize_span
from digests.language.name_tables import PLACES
from digests.language.names import PeopleIndex, find_names, select_headline_names
from digests.language.words import primary_language
from digests.quotes import speaker_mentions
from digests.quotes.reporting import (
    CLAUSE_LEADS,
    CUE_NOUNS,
    DETERMINERS,
    GERMAN_CUES,
    GERMAN_DETERMINERS,
    PHRASE_BREAKERS,
    PREPOSITIONS,
    REPORTING_CUES,
    STRONG_CUES,
    VERBS_WITH_BACK,
    VERBS_WITH_IN,
    WORDS_BEFORE_VERBS,
)
from digests.quotes.spans import QuotedStretch
from digests.quotes.speaker_mentions import SpeakerMention

#: How many tokens around a quotation are looked at: keeps a sentence without end
#: from costing the square of its length.
MAX_CUE_DISTANCE = 90
_LONGEST_DATELINE = 14
_DASHES = frozenset("—–―-")
_SMALL_WORD = 4
_SHORTEST_HEADLINE = 5
_END_MARKS = ".,!?…:;"
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"


@dataclass
class SentenceFrame:
    """A sentence of the covered text, with what stands in it."""

    index: int
    start: int
    end: int
    paragraph: int
    text: str
    german: bool
    quotes: list[int] = field(default_factory=list)

    @cached_property
    def tokens(self) -> list[Token]:
        """Words and signs."""
        return tokenize_span(self.text, self.start, self.end)

    @cached_property
    def names(self) -> list[Name]:
        """Names among the tokens."""
        return find_names(self.tokens)

    @cached_property
    def known(self) -> list[Name]:
        """The names that may tell who is who elsewhere."""
        return list(select_headline_names(self.names)) if self.shouts else self.names

    @cached_property
    def shouts(self) -> bool:
        """Whether every longer word of the first line has a capital: a headline."""
        if self.index or self.german:
            return False
        words = [token for token in self.tokens if token.kind == "word"]
        long = [token.capital for token in words if len(token.low) > _SMALL_WORD]
        return len(words) >= _SHORTEST_HEADLINE and all(long)

    @property
    def lead(self) -> SpeakerMention | None:
        """The person whom the sentence is about, if it names one first."""
        for noted in self.free:
            if noted.first > self.opening:
                before = noted.first - 1
                aside = (
                    before > max(1, self.opening) and self.tokens[before].text in ",("
                )
                return None if aside or noted.sort != "person" else noted
        return None

    @cached_property
    def mentions(self) -> list[SpeakerMention]:
        """Everybody who could speak, in order."""
        found = speaker_mentions.find_mentions(self.tokens, self.names, self.index)
        dated = self.dateline
        return [noted for noted in found if noted.first > dated] if dated else found

    @cached_property
    def cues(self) -> list[int]:
        """Places of the reporting words among the tokens."""
        return find_cues(self.tokens, german=self.german)

    @cached_property
    def words_before(self) -> list[int]:
        """How many words stand before each token, and before the end."""
        return list(accumulate((one.kind == "word" for one in self.tokens), initial=0))

    @cached_property
    def covers_before(self) -> list[int]:
        """How many quotations stand before each token, and before the end."""
        return list(accumulate((one.kind == "cover" for one in self.tokens), initial=0))

    @cached_property
    def ends(self) -> dict[int, SpeakerMention]:
        """Mentions by the token after them."""
        return {noted.last: noted for noted in self.mentions}

    @cached_property
    def free(self) -> list[SpeakerMention]:
        """Mentions that stand for themselves."""
        return [
            noted
            for noted in self.mentions
            if not noted.after_preposition
            and not noted.possessive
            and noted.sort != "place"
        ]

    @cached_property
    def bare(self) -> bool:
        """Whether hardly a word stands beside the quotations."""
        return self.words_before[-1] <= 1

    @cached_property
    def accord(self) -> int:
        """Place of «according to» (or «laut»), -1 if there is none."""
        for at, token in enumerate(self.tokens[:-1]):
            if token.low == "according" and self.tokens[at + 1].low == "to":
                return at
            if token.low == "laut" and self.german:
                return at
        return -1

    @cached_property
    def opening(self) -> int:
        """Place of the comma after «As the crowd fell silent,»; -1 if none."""
        first = self.dateline + 1 if self.dateline else 0
        if len(self.tokens) <= first or self.tokens[first].low not in CLAUSE_LEADS:
            return -1
        for at in range(first, len(self.tokens)):
            if self.tokens[at].text == ",":
                return at
        return -1

    @cached_property
    def dateline(self) -> int:
        """Place of the dash after «HALLIN, June 3 (Wire) —»; 0 if there is none."""
        return _find_dateline_end(self.tokens)

    def free_before(self, last: int) -> list[SpeakerMention]:
        """Mentions that stand for themselves in the window before token `last`."""
        low = bisect_left(
            self.free, last - MAX_CUE_DISTANCE, key=lambda noted: noted.first
        )
        high = bisect_left(self.free, last, key=lambda noted: noted.first)
        return self.free[low:high]

    def near(self, left: int, right: int) -> list[SpeakerMention]:
        """Give the mentions at most `REACH` tokens before `left` or after `right`."""
        low = bisect_left(
            self.mentions, left - MAX_CUE_DISTANCE, key=lambda noted: noted.first
        )
        high = bisect_left(
            self.mentions, right + MAX_CUE_DISTANCE, key=lambda noted: noted.first
        )
        return self.mentions[low:high]

    def at(self, offset: int) -> int:
        """Count the tokens that end at or before `offset`."""
        return bisect_right(self.tokens, offset, key=lambda token: token.end)


@dataclass(frozen=True)
class ParsedText:
    """An article taken apart for the question «who said it»."""

    text: str
    stretches: tuple[QuotedStretch, ...]
    frames: tuple[SentenceFrame, ...]
    people: PeopleIndex
    #: The frame in which each stretch begins.
    frame_of: tuple[int, ...]


def parse_text(
    text: str, found: tuple[QuotedStretch, ...], title: str | None, lang: str | None
) -> ParsedText:
    """Take `text` apart; `title` may name somebody in full."""
    covered = _cover_quotes(text, found)
    frames = _build_frames(covered, lang)
    frame_of = _assign_stretches(frames, found)
    known: list[Name] = []
    for frame in frames:
        known += frame.known
    if title:
        known += _find_title_names(title)
    people = PeopleIndex(known)
    inside = {name.text.lower() for name in known if name.first}
    for frame in frames:
        frame.names = [
            name for name in frame.names if _is_sure(frame, name, people, inside)
        ]
    for frame in frames:
        if any(people.is_shared(name.text) for name in frame.names):
            lead = None if frame.shouts else frame.lead
            if lead is not None:
                people.lead(lead.text, lead.start)
    _learn_sexes(frames, people)
    return ParsedText(text, found, frames, people, frame_of)


def _find_dateline_end(tokens: Sequence[Token]) -> int:
    """Give the place of the dash that ends «HALLIN, June 3 (Wire) —»; 0 if none."""
    for at in range(1, min(len(tokens), _LONGEST_DATELINE)):
        token = tokens[at]
        if token.text in _DASHES and tokens[at - 1].end < token.start:
            before = tokens[:at]
            dated = any(one.text == "(" for one in before) or (
                tokens[0].text.isupper() or tokens[0].low in PLACES
            )
            return at if dated else 0
        if token.kind == "cover" or (token.kind == "word" and not _may_date(token)):
            return 0
    return 0


def _may_date(token: Token) -> bool:
    return token.capital or token.text.isdigit() or token.low in {"of", "de"}


def _find_title_names(title: str) -> list[Name]:
    found = SentenceFrame(0, 0, len(title), 0, title, german=False)
    return found.known


def _is_sure(
    frame: SentenceFrame, name: Name, people: PeopleIndex, inside: set[str]
) -> bool:
    """Tell names from words that only begin a sentence and from German nouns."""
    if frame.german and not name.kind:
        beside = {name.last, name.first - 1}
        told = name.first == frame.accord + 1 > 0 or beside & set(frame.cues)
        return bool(told) or people.is_person(people.full(name.text))
    if name.doubtful:
        return people.is_person(people.full(name.text))
    if name.first or name.kind or name.text.lower() in inside:
        return True
    return (
        name.possessive
        or name.last in frame.cues
        or people.is_person(people.full(name.text))
    )


def _learn_sexes(frames: Sequence[SentenceFrame], people: PeopleIndex) -> None:
    """Learn sex from «he» and «she» in sentences that name one person only."""
    votes: Counter[tuple[str, str]] = Counter()
    for frame in frames:
        persons = {
            people.full(name.text)
            for name in frame.names
            if name.kind in {"person", ""}
        }
        if len(persons) != 1:
            continue
        said = {token.low.partition("'")[0] for token in frame.tokens}
        if ("he" in said) != ("she" in said):
            votes[persons.pop(), "m" if "he" in said else "f"] += 1
    for (full, sex), _ in votes.most_common():
        if people.is_person(full):
            people.learn(full, sex)


def _cover_quotes(text: str, found: Sequence[QuotedStretch]) -> str:
    """Cover quoted words and their marks, but for the last stop inside."""
    parts = []
    at = 0
    for one in found:
        start, end = max(at, one.start - 1), one.end
        if end - one.start > 1 and text[end - 1] in _END_MARKS:
            end -= 1
        parts += [text[at:start], _cover_text(text[start:end])]
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _cover_text(words: str) -> str:
    if any(mark in words for mark in _BREAKS):
        return "".join(mark if mark in _BREAKS else COVER for mark in words)
    return COVER * len(words)


def _build_frames(covered: str, lang: str | None) -> tuple[SentenceFrame, ...]:
    found = []
    paragraph = 0
    at = 0
    german = primary_language(lang) == "de"
    for index, span in enumerate(sentences.split_sentences(covered, lang)):
        if any(mark in covered[at : span.start] for mark in _BREAKS):
            paragraph += 1
        found.append(
            SentenceFrame(index, span.start, span.end, paragraph, covered, german)
        )
        at = span.end
    return tuple(found)


def _assign_stretches(
    frames: tuple[SentenceFrame, ...], found: tuple[QuotedStretch, ...]
) -> tuple[int, ...]:
    """Find each stretch's frame and note it there."""
    places = []
    at = 0
    for number, one in enumerate(found):
        while at + 1 < len(frames) and frames[at].end <= one.start:
            at += 1
        frames[at].quotes.append(number)
        places.append(at)
    return tuple(places)


def find_cues(tokens: Sequence[Token], *, german: bool = False) -> list[int]:
    """Give the places of reporting words, nouns of the same form left out."""
    return [
        at
        for at in range(len(tokens))
        if is_cue(tokens, at)
        and (tokens[at].low not in GERMAN_CUES or (german and _is_so(tokens, at)))
    ]


def _is_so(tokens: Sequence[Token], at: int) -> bool:
    """Tell «“…“, so die Ministerin» from other uses of «so»."""
    if at + 1 >= len(tokens) or not at or tokens[at - 1].kind == "word":
        return False
    after = tokens[at + 1]
    return after.capital or after.low in GERMAN_DETERMINERS


def is_cue(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the word at `at` reports."""
    token = tokens[at]
    if token.low not in REPORTING_CUES:
        return _has_particle(tokens, at)
    return not token.possessive and not _is_noun(tokens, at)


def is_strong(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the reporting word at `at` means «said»."""
    return tokens[at].low in STRONG_CUES or _has_particle(tokens, at)


def _has_particle(tokens: Sequence[Token], at: int) -> bool:
    """Tell «shot back» and «chimed in» from «shot» and «cut»."""
    low = tokens[at].low
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low in VERBS_WITH_BACK and after == "back":
        return True
    return low in VERBS_WITH_IN and after in {"in", "up"}


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    if at == 0 or tokens[at].low not in CUE_NOUNS:
        return False
    before = tokens[at - 1]
    return (
        before.low in DETERMINERS
        or before.possessive
        or before.low in PREPOSITIONS - {"to"}
        or (before.low in PHRASE_BREAKERS and before.low not in WORDS_BEFORE_VERBS)
    )
