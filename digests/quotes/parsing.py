"""Parse an article for its quotations: sentence frames, mentions, reporting words.

The quoted words are covered, so that they are not mistaken for the reporter's. The
covered text is split into sentences (frames) and tokens; in each frame the mentions of
possible speakers are found: names, noun phrases, pronouns. A word of the reporting
tables reports unless it is a noun there («the report», «his calls»).
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from digests.language import sentences
from digests.language.grammar import COVER, Name, Token, tokenize_span
from digests.language.names import (
    PLACES,
    PeopleIndex,
    find_names,
    select_headline_names,
)
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

#: Tokens considered around a quotation, so that the cost of an endless sentence is not
#: quadratic.
MAX_CUE_DISTANCE = 90
_LONGEST_DATELINE = 14
_DASHES = frozenset("—–―-")
_SMALL_WORD = 4
_SHORTEST_HEADLINE = 5
_END_MARKS = ".,!?…:;"
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"


@dataclass
class SentenceFrame:
    """A sentence of the covered text; its parts are found when first needed."""

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
        """The names that may resolve short names elsewhere."""
        return (
            list(select_headline_names(self.names)) if self.is_headline else self.names
        )

    @cached_property
    def is_headline(self) -> bool:
        """Whether every longer word of the first line has a capital: a headline."""
        if self.index or self.german:
            return False
        words = [token for token in self.tokens if token.kind == "word"]
        long = [token.capital for token in words if len(token.low) > _SMALL_WORD]
        return len(words) >= _SHORTEST_HEADLINE and all(long)

    @property
    def lead(self) -> SpeakerMention | None:
        """The person whom the sentence mentions first, if it is a person."""
        for mention in self.free:
            if mention.first > self.opening:
                before = mention.first - 1
                aside = (
                    before > max(1, self.opening) and self.tokens[before].text in ",("
                )
                return None if aside or mention.sort != "person" else mention
        return None

    @cached_property
    def mentions(self) -> list[SpeakerMention]:
        """The possible speakers, in order."""
        found = speaker_mentions.find_mentions(self.tokens, self.names, self.index)
        dated = self.dateline
        return (
            [mention for mention in found if mention.first > dated] if dated else found
        )

    @cached_property
    def cues(self) -> list[int]:
        """Token indices of the reporting words."""
        return find_cues(self.tokens, german=self.german)

    @cached_property
    def words_before(self) -> list[int]:
        """The number of words before each token, and before the end."""
        return list(accumulate((one.kind == "word" for one in self.tokens), initial=0))

    @cached_property
    def covers_before(self) -> list[int]:
        """The number of quotations before each token, and before the end."""
        return list(accumulate((one.kind == "cover" for one in self.tokens), initial=0))

    @cached_property
    def ends(self) -> dict[int, SpeakerMention]:
        """Mentions by the token after them."""
        return {mention.last: mention for mention in self.mentions}

    @cached_property
    def free(self) -> list[SpeakerMention]:
        """Mentions that are neither possessive nor governed by a preposition."""
        return [
            mention
            for mention in self.mentions
            if not mention.after_preposition
            and not mention.possessive
            and mention.sort != "place"
        ]

    @cached_property
    def only_quotes(self) -> bool:
        """Whether the sentence has at most one word besides its quotations."""
        return self.words_before[-1] <= 1

    @cached_property
    def according_at(self) -> int:
        """Token index of «according to» (or «laut»), -1 if there is none."""
        for at, token in enumerate(self.tokens[:-1]):
            if token.low == "according" and self.tokens[at + 1].low == "to":
                return at
            if token.low == "laut" and self.german:
                return at
        return -1

    @cached_property
    def opening(self) -> int:
        """Token index of the comma after «As the crowd fell silent,»; -1 if none."""
        first = self.dateline + 1 if self.dateline else 0
        if len(self.tokens) <= first or self.tokens[first].low not in CLAUSE_LEADS:
            return -1
        for at in range(first, len(self.tokens)):
            if self.tokens[at].text == ",":
                return at
        return -1

    @cached_property
    def dateline(self) -> int:
        """Token index of the dash after «HALLIN, June 3 (Wire) —»; 0 if none."""
        return _find_dateline_end(self.tokens)

    def free_before(self, last: int) -> list[SpeakerMention]:
        """The `free` mentions in the window before token `last`."""
        low = bisect_left(
            self.free, last - MAX_CUE_DISTANCE, key=lambda mention: mention.first
        )
        high = bisect_left(self.free, last, key=lambda mention: mention.first)
        return self.free[low:high]

    def near(self, left: int, right: int) -> list[SpeakerMention]:
        """The mentions at most `MAX_CUE_DISTANCE` before `left` or after `right`."""
        low = bisect_left(
            self.mentions, left - MAX_CUE_DISTANCE, key=lambda mention: mention.first
        )
        high = bisect_left(
            self.mentions, right + MAX_CUE_DISTANCE, key=lambda mention: mention.first
        )
        return self.mentions[low:high]

    def at(self, offset: int) -> int:
        """Count the tokens that end at or before `offset`."""
        return bisect_right(self.tokens, offset, key=lambda token: token.end)


@dataclass(frozen=True)
class ParsedText:
    """An article prepared for attribution."""

    text: str
    stretches: tuple[QuotedStretch, ...]
    frames: tuple[SentenceFrame, ...]
    people: PeopleIndex
    #: The frame in which each quoted span begins.
    frame_of: tuple[int, ...]


def parse_text(
    text: str, found: tuple[QuotedStretch, ...], title: str | None, lang: str | None
) -> ParsedText:
    """Parse `text`; `title` may have a speaker's full name."""
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
            lead = None if frame.is_headline else frame.lead
            if lead is not None:
                people.lead(lead.text, lead.start)
    _learn_sexes(frames, people)
    return ParsedText(text, found, frames, people, frame_of)


def _find_dateline_end(tokens: Sequence[Token]) -> int:
    """The place of the dash that ends «HALLIN, June 3 (Wire) —»; 0 if none."""
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
    """Whether a name is no sentence-initial word and no German noun."""
    if frame.german and not name.kind:
        beside = {name.last, name.first - 1}
        attributed = name.first == frame.according_at + 1 > 0 or beside & set(
            frame.cues
        )
        return bool(attributed) or people.is_person(people.full(name.text))
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
    """The frame of each quoted span, which is recorded in the frame too."""
    places = []
    at = 0
    for number, one in enumerate(found):
        while at + 1 < len(frames) and frames[at].end <= one.start:
            at += 1
        frames[at].quotes.append(number)
        places.append(at)
    return tuple(places)


def find_cues(tokens: Sequence[Token], *, german: bool = False) -> list[int]:
    """Token indices of the reporting words, without nouns of the same form."""
    return [
        at
        for at in range(len(tokens))
        if is_cue(tokens, at)
        and (tokens[at].low not in GERMAN_CUES or (german and _is_so(tokens, at)))
    ]


def _is_so(tokens: Sequence[Token], at: int) -> bool:
    """Whether «so» reports, as in «“…“, so die Ministerin»."""
    if at + 1 >= len(tokens) or not at or tokens[at - 1].kind == "word":
        return False
    after = tokens[at + 1]
    return after.capital or after.low in GERMAN_DETERMINERS


def is_cue(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word at `at` reports."""
    token = tokens[at]
    if token.low not in REPORTING_CUES:
        return _has_particle(tokens, at)
    return not token.possessive and not _is_noun(tokens, at)


def is_strong(tokens: Sequence[Token], at: int) -> bool:
    """Whether the reporting word at `at` means «said»."""
    return tokens[at].low in STRONG_CUES or _has_particle(tokens, at)


def _has_particle(tokens: Sequence[Token], at: int) -> bool:
    """Whether a particle makes the verb report: «shot back», «chimed in»."""
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
