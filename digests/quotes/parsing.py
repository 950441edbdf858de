"""Parse an article for its quotations: sentence frames, mentions, reporting words.

The quoted words are covered, so that they are not mistaken for the reporter's. The
covered text is split into sentences (frames) and tokens. Marked words that nobody says
are uncovered again. In each frame the mentions of possible speakers are found: names,
noun phrases, pronouns. A word of the reporting tables reports unless it is a noun there
(«the report», «his calls»).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from operator import attrgetter

from digests.language import sentences
from digests.language.grammar import (
    CLAUSE_LEADS,
    COVER,
    CUE_NOUNS,
    DETERMINERS,
    GERMAN_DETERMINERS,
    GERMAN_NOUN_ENDINGS,
    PHRASE_BREAKERS,
    PREPOSITIONS,
    REPORTING_CUES,
    SPEECH_NOUNS,
    VERBS_WITH_BACK,
    WORDS_BEFORE_VERBS,
    Name,
    Token,
    looks_finite,
    tokenize_span,
)
from digests.language.names import (
    PeopleIndex,
    find_names,
    select_headline_names,
)
from digests.language.spans import span_text
from digests.language.words import primary_language, word_set
from digests.quotes import spans, speaker_mentions
from digests.quotes.spans import MarkedWords, QuotedStretch, find_stretches
from digests.quotes.speaker_mentions import SpeakerMention

#: Tokens considered around a quotation, so that the cost of an endless sentence is not
#: quadratic.
MAX_CUE_DISTANCE = 90
#: Words before the colon of a speaker line.
_LONGEST_LABEL = 4
_LONGEST_DATELINE = 14
#: Tokens of a closing mark and the stop before it.
_MOST_MARKS = 2
_FIRST_TOKEN = attrgetter("first")
#: Tokens around marked words that say whether they are a name; between names of a list.
_AROUND, _LONGEST_LINK = 40, 3
_DASHES = frozenset("—–―-")
#: Words of letters and notes before a colon or a quotation that name nobody.
_NOBODY = word_set("re sir madam sirs subject mp mps mixed we they you he she it i")
_APOSTROPHE = re.compile("['’]")
#: «The murder of X», «X's body»: X is dead.
_DEATHS = word_set("""
    murder killing death body funeral burial manslaughter assassination remains memory
    stabbing grave leiche leichnam tod mord
""")
_DIED = word_set("died perished drowned starb verstarb")
#: These say so only in the passive: «was found dead».
_KILLED = word_set("""
    dead killed murdered slain stabbed tot getötet ermordet erstochen erschossen
""")
#: «Tom Cole killed X.»
_KILLING = word_set("killed murdered killing murdering")
_LINKS = word_set("and & for of")
_BE = word_set("was were been is are be wurde wurden")
#: After these the death is another's, or did not happen.
_NOT_DYING = PREPOSITIONS | word_set("""
    whose his her their my when while after before as where that if not never nearly
    almost could would might may and but others ; : (
""")
_DEATH_FOLLOWS = 12
_SMALL_WORD = 4
_SHORTEST_HEADLINE = 5
_END_MARKS = ".,!?…:;"
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(f"[^{_BREAKS}]+")


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
        free = (one for one in self.free if one.first > self.opening)
        first = next(free, None)
        if first is None or first.sort != "person":
            return None
        before = first.first - 1
        aside = before > max(1, self.opening) and self.tokens[before].text in ",("
        return None if aside else first

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
        return [at for at in range(len(self.tokens)) if self.reports(at)]

    def reports(self, at: int) -> bool:
        """Whether there is a reporting word at token `at`."""
        inside = 0 <= at < len(self.tokens)
        return inside and _is_cue(self.tokens, at, german=self.german)

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
    def label(self) -> int:
        """Token index of the colon of a speaker line, «Bell: “We open.”»; else 0."""
        for at, token in enumerate(self.tokens[: _LONGEST_LABEL + 1]):
            if token.text == ":":
                return at
            if token.kind != "word" or looks_finite(token.low) or self.reports(at):
                return 0
        return 0

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
        first = self.tokens[:_LONGEST_DATELINE]
        if not first or not first[0].text.isupper():
            return 0
        for at, token in enumerate(first):
            if token.text in _DASHES:
                return at
            if token.text[0].islower() or token.kind == "cover":
                return 0
        return 0

    def free_before(self, last: int) -> list[SpeakerMention]:
        """The `free` mentions in the window before token `last`."""
        low = bisect_left(self.free, last - MAX_CUE_DISTANCE, key=_FIRST_TOKEN)
        return self.free[low : bisect_left(self.free, last, key=_FIRST_TOKEN)]

    def cues_between(self, first: int, end: int) -> list[int]:
        """The reporting words from token `first` to `end`, exclusive."""
        return self.cues[bisect_left(self.cues, first) : bisect_left(self.cues, end)]

    def near(self, left: int, right: int) -> list[SpeakerMention]:
        """The mentions at most `MAX_CUE_DISTANCE` before `left` or after `right`."""
        low = bisect_left(self.mentions, left - MAX_CUE_DISTANCE, key=_FIRST_TOKEN)
        high = bisect_left(self.mentions, right + MAX_CUE_DISTANCE, key=_FIRST_TOKEN)
        return self.mentions[low:high]

    def find_place(self, one: QuotedStretch) -> tuple[int, int]:
        """The numbers of tokens before and up to a quotation with its marks."""
        left, right = self.at(one.start - 1), self.at(one.end)
        for token in self.tokens[right : right + _MOST_MARKS]:
            right += token.kind == "sign" and token.start <= one.end
        return left, right

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

    @cached_property
    def voices(self) -> frozenset[str]:
        """The names that stand beside a reporting word."""
        return frozenset(
            name.text
            for frame in self.frames
            for name in frame.names
            if frame.reports(name.last) or frame.reports(name.first - 1)
        )

    @cached_property
    def persons(self) -> frozenset[str]:
        """The full names that a title, a role or a given name proves to be a person's.

        «Google Doodles» has the form of one.
        """
        return frozenset(
            self.people.full(one.text, one.sex, one.start)
            for frame in self.frames
            for one in frame.mentions
            if one.kind == "name" and one.sort == "person"
        )

    @cached_property
    def bodies(self) -> dict[str, set[str]]:
        """The names of bodies by each of their words, in lower case."""
        found: dict[str, set[str]] = {}
        for frame in self.frames:
            for name in frame.names:
                after = frame.tokens[name.last : name.last + 1]
                # «the Academy of Arts and Sciences» is not whole
                whole = not after or after[0].low not in _LINKS
                if name.kind == "body" and " " in name.text and whole:
                    for word in name.text.lower().split():
                        found.setdefault(word, set()).add(name.text)
        return found

    @cached_property
    def dead(self) -> frozenset[str]:
        """Whom the text says to be dead, by full name."""
        return frozenset(
            self.people.full(name.text, name.sex, frame.tokens[name.first].start)
            for frame in self.frames
            for name in frame.names
            if _is_dead(frame, name)
        )


def _is_dead(frame: SentenceFrame, name: Name) -> bool:
    """Whether a sentence says that somebody died: «the murder of X», «X was killed»."""
    tokens = frame.tokens
    if name.possessive:
        return any(one.low in _DEATHS for one in tokens[name.last : name.last + 1])
    before = ["", *(one.low for one in tokens[max(0, name.first - 2) : name.first])]
    if before[-1] in _KILLING:
        return True
    if before[-1] in {"of", "von", "an"} and before[-2] in _DEATHS:
        return True
    return tells_death(frame, name.last)


def tells_death(frame: SentenceFrame, after: int) -> bool:
    """Whether who is named before token `after` dies in the words from there."""
    tokens = frame.tokens
    passive = False
    for at in range(after, min(len(tokens), after + _DEATH_FOLLOWS)):
        low = tokens[at].low
        if low in _DIED or (passive and low in _KILLED):
            return True
        if tokens[at].kind == "cover" or low in _NOT_DYING or frame.reports(at):
            return False
        passive = passive or low in _BE
    return False


def parse_text(text: str, title: str | None, lang: str | None) -> ParsedText | None:
    """Parse `text`; `title` may have a speaker's full name. None without marks."""
    marked = find_stretches(text)
    if not marked:
        return None
    covered = _cover_quotes(text, marked)
    frames = _build_frames(covered, lang)
    found = _select_speech(text, marked, frames)
    frame_of = _assign_stretches(frames, found)
    known: list[Name] = []
    for frame in frames:
        known += frame.known
    if title:
        known += SentenceFrame(0, 0, len(title), 0, title, german=False).known
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
    return ParsedText(text, found, tuple(frames), people, frame_of)


def _learn_sexes(frames: Sequence[SentenceFrame], people: PeopleIndex) -> None:
    """Learn sex from «he» and «she» in sentences that name one person, before it.

    In «He was joined by Robin Lund» he is another.
    """
    for frame in frames:
        named = [name for name in frame.names if name.kind in {"person", ""}]
        persons = {people.full(name.text) for name in named}
        at = [n for n, one in enumerate(frame.tokens) if one.low in {"he", "she"}]
        said = {frame.tokens[n].low for n in at}
        if len(persons) == len(said) == 1 and at[0] >= named[0].last:
            person = persons.pop()
            if people.is_person(person):
                people.learn(person, "m" if "he" in said else "f")


def _select_speech(
    text: str, marked: Sequence[QuotedStretch], frames: list[SentenceFrame]
) -> tuple[QuotedStretch, ...]:
    """The marked words that somebody says; the others become words of their frames.

    A nickname disappears, so that the name around it is whole.
    """
    found, kept = [], []
    nicknames, changed, names = set(), set(), set()
    at, last = 0, (-1, 0)
    for one in marked:
        while at + 1 < len(frames) and frames[at].end <= one.start:
            at += 1
        words = _read_marked(text, one, frames[at], last[1] if last[0] == at else None)
        if words is None or not (
            spans.is_nickname(words) or words.plain in names or spans.is_name(words)
        ):
            found.append(one)
            kept.append(one)
            continue
        if spans.is_nickname(words):
            nicknames.add(one.start)
            kept.append(one)
        names.add(words.plain)
        changed.add(at)
        last = at, words.right
    covered = _cover_quotes(text, kept, nicknames) if changed else ""
    for at in changed:
        frames[at] = replace(frames[at], text=covered)
    return tuple(found)


def _read_marked(
    text: str, one: QuotedStretch, frame: SentenceFrame, last: int | None
) -> MarkedWords | None:
    """Marked words that may be a name, with their sentence; None for others."""
    if one.words > spans.LONGEST_NAME or one.goes_on or not one.closed:
        return None
    left, right = frame.find_place(one)
    first, end = max(0, left - _AROUND), right + _AROUND
    return MarkedWords(
        said=span_text(text, one),
        tokens=frame.tokens[first:end],
        cues=[cue - first for cue in frame.cues_between(first, end)],
        left=left - first,
        right=right - first,
        german=frame.german,
        listed=last is not None
        and left - last <= _LONGEST_LINK
        and all(token.low in spans.LISTING for token in frame.tokens[last:left]),
    )


def _is_sure(
    frame: SentenceFrame, name: Name, people: PeopleIndex, inside: set[str]
) -> bool:
    """Whether a name is no sentence-initial word and no German noun."""
    if _APOSTROPHE.split(name.text.lower())[0] in _NOBODY:
        return False
    if name.last == frame.label:
        return len(name.text) > 1 and name.text.lower() not in SPEECH_NOUNS
    if frame.german and not name.kind:
        if name.text.lower().endswith(GERMAN_NOUN_ENDINGS):
            return False
        attributed = name.first == frame.according_at + 1 > 0
        beside = frame.reports(name.last) or frame.reports(name.first - 1)
        return attributed or beside or people.is_person(people.full(name.text))
    if name.first or name.kind or name.text.lower() in inside:
        return True
    return (
        name.possessive
        or frame.reports(name.last)
        or people.is_person(people.full(name.text))
    )


def _cover_quotes(
    text: str, found: Sequence[QuotedStretch], blank: Set[int] = frozenset()
) -> str:
    """Cover quoted words and their marks, but for the last stop inside.

    Those that begin at one of `blank` become spaces.
    """
    parts = []
    at = 0
    for one in found:
        start, end = max(at, one.start - 1), one.end
        if one.start in blank:
            end += 1
            parts += [text[at:start], " " * (end - start)]
        else:
            if end - one.start > 1 and text[end - 1] in _END_MARKS:
                end -= 1
            parts += [text[at:start], _cover_text(text[start:end])]
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _cover_text(words: str) -> str:
    return _LINE.sub(lambda line: COVER * len(line[0]), words)


def _build_frames(covered: str, lang: str | None) -> list[SentenceFrame]:
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
    return found


def _assign_stretches(
    frames: Sequence[SentenceFrame], found: Sequence[QuotedStretch]
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


def _is_so(tokens: Sequence[Token], at: int) -> bool:
    """Whether «so» reports, as in «“…“, so die Ministerin»."""
    after = tokens[at + 1 : at + 2]
    return any(one.capital or one.low in GERMAN_DETERMINERS for one in after)


def _is_cue(tokens: Sequence[Token], at: int, *, german: bool) -> bool:
    """Whether the word at `at` reports, and is no noun of the same form."""
    token = tokens[at]
    if token.low in VERBS_WITH_BACK:
        return [one.low for one in tokens[at + 1 : at + 2]] == ["back"]
    if token.low not in REPORTING_CUES or token.possessive or _is_noun(tokens, at):
        return False
    if token.text == "States":
        return False
    return token.low != "so" or (german and _is_so(tokens, at))


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
