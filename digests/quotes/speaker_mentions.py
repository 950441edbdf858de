"""Find the mentions in a sentence of people and bodies that could speak.

Shallow on purpose: a noun phrase is a determiner (or a possessor) with the words up
to a role noun, or up to a word that breaks the phrase; names come from
`digests.language.names`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digests.language.grammar import Name, Token, looks_finite
from digests.language.names import FEMALE_WORDS, MALE_WORDS, PLURAL_NOUNS, ROLE_NOUNS
from digests.language.words import word_set
from digests.quotes.reporting import (
    DETERMINERS,
    FEMALE_PRONOUNS,
    GERMAN_DETERMINERS,
    MALE_PRONOUNS,
    PHRASE_BREAKERS,
    PLURAL_PRONOUNS,
    PREPOSITIONS,
    REPORTING_CUES,
    SUBJECT_PRONOUNS,
    TIME_NOUNS,
)

_LONGEST_PHRASE = 7
_PRONOUNS = MALE_PRONOUNS | FEMALE_PRONOUNS | PLURAL_PRONOUNS | SUBJECT_PRONOUNS
_OBJECT_PRONOUNS = word_set("him his her them their")
#: Determiners that can speak without a noun: «several said».
_ALONE = word_set("several many some others both one another hundreds thousands most")


@dataclass(frozen=True, slots=True)
class SpeakerMention:
    """A mention: tokens `first` to `last` of sentence `frame`, end exclusive."""

    frame: int
    first: int
    last: int
    start: int
    end: int
    text: str
    #: «name», «nominal» or «pronoun».
    kind: str
    #: The kind of its name: «person», «body», «place», «title», «party» or «».
    sort: str
    sex: str
    plural: bool
    possessive: bool
    after_preposition: bool
    #: The token at which the name itself begins.
    core: int


def find_mentions(
    tokens: Sequence[Token], names: Sequence[Name], frame: int
) -> list[SpeakerMention]:
    """The people and bodies in one sentence that could speak, in order."""
    reader = _MentionReader(tokens, {name.first: name for name in names}, frame)
    found: list[SpeakerMention] = []
    at = 0
    while at < len(tokens):
        mention = reader.read(at) if tokens[at].kind == "word" else None
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = max(mention.last, at + 1)
    return found


@dataclass(frozen=True, slots=True)
class _MentionReader:
    """Reads the mention that begins at a token of one sentence."""

    tokens: Sequence[Token]
    #: The names of the sentence by their first token.
    names: Mapping[int, Name]
    frame: int

    def read(self, at: int) -> SpeakerMention | None:
        """The mention that begins at token `at`, or None."""
        if at in self.names:
            return self._read_name(at)
        low = self.tokens[at].low
        if low in _PRONOUNS or ("'" in low and low.partition("'")[0] in _PRONOUNS):
            return self._read_pronoun(at)
        if low in DETERMINERS:
            return self._read_phrase(at)
        if low[0].isdigit() and self._low(at + 1) == "percent":
            return self._build(at, at + 2, "nominal")
        if low in PHRASE_BREAKERS or low in PREPOSITIONS or low in REPORTING_CUES:
            return None
        return self._read_bare_noun(at) if is_role_noun(low) else None

    def _low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def _read_name(self, at: int) -> SpeakerMention:
        """A name, or the noun phrase that it begins: «Bell supporters», «X's aide»."""
        name = self.names[at]
        end = self._find_role_end(name.last)
        follows = self.names.get(end)
        if end > name.last and follows is not None and _is_person(follows):
            return self._build_name(at, follows, described=True)
        beyond = self.names.get(name.last + 1)
        if end == name.last and beyond is not None and self._describes(name, beyond):
            return self._build_name(at, beyond, described=True)
        if end > name.last and follows is None:
            return self._build(at, end, "nominal")
        if name.kind == "title":
            return self._build(at, name.last, "nominal", sort="title")
        return self._build_name(at, name)

    def _describes(self, name: Name, beyond: Name) -> bool:
        """Whether a name describes the next one: «Bell follower Tom Cole».

        «Bell beat Tom Cole» has a verb between the two.
        """
        between = self.tokens[name.last]
        return (
            between.kind == "word"
            and beyond.kind == "person"
            and " " in beyond.text
            and not between.capital
            and not _breaks_phrase(between)
            and not looks_finite(between.low)
            and not between.low.endswith(("ing", "s"))
        )

    def _read_pronoun(self, at: int) -> SpeakerMention:
        phrase = None
        if self.tokens[at].low in {"his", "her", "their"}:
            phrase = self._read_phrase(at)
        return phrase or self._build(at, at + 1, "pronoun")

    def _find_role_end(self, at: int) -> int:
        """The end of a run of words that ends in a role noun; `at` if there is none."""
        end = at
        for place in range(at, min(at + 4, len(self.tokens))):
            token = self.tokens[place]
            if self._stops_at(place):
                break
            if is_role_noun(token.low):
                end = place + 1
                if token.possessive:
                    break
            elif end > at:
                break
        return end

    def _stops_at(self, at: int) -> bool:
        """Whether no plain word of a phrase is at this place."""
        token = self.tokens[at]
        return token.kind != "word" or at in self.names or _breaks_phrase(token)

    def _read_phrase(self, at: int) -> SpeakerMention | None:
        """A noun phrase that begins with a determiner, or the name it introduces."""
        end, head = at + 1, 0
        while end < len(self.tokens) and end - at <= _LONGEST_PHRASE:
            name = self.names.get(end)
            if self.tokens[end].kind != "word" or self._shuts(end, first=end == at + 1):
                break
            introduced = head or self.tokens[end - 1].possessive
            if introduced and name is not None and _is_person(name):
                return self._build_name(at, name, described=True)
            if head and name is None and not self._has_role_soon(end):
                break
            if self._ends_before(at, end):
                break
            end = name.last if name is not None else end + 1
            if self.tokens[end - 1].possessive:
                head = 0
            elif is_role_noun(self.tokens[end - 1].low):
                head = end
        inner = self.names.get(at + 1)
        if not head and inner is not None and inner.last == end:
            return self._read_name_after_determiner(at, inner)
        end = head or self._trim_phrase(at, end)
        empty = end <= at + 1 and self.tokens[at].low not in _ALONE
        if empty or self.tokens[end - 1].low in TIME_NOUNS:
            return None
        return self._build(at, end, "nominal")

    def _read_name_after_determiner(self, at: int, name: Name) -> SpeakerMention | None:
        """«the Guardian», «die Stadt»; None for «both Smith and Jones»."""
        low = self.tokens[at].low
        german = low in GERMAN_DETERMINERS and " " not in name.text
        if name.kind == "title" or (german and self._low(at - 1) != "von"):
            return self._build(at, name.last, "nominal", sort=name.kind)
        return self._build_name(at, name) if low == "the" else None

    def _shuts(self, at: int, *, first: bool) -> bool:
        """Whether a word cannot belong to the phrase before it."""
        if at in self.names:
            return False
        token = self.tokens[at]
        return not first if token.low in DETERMINERS else _breaks_phrase(token)

    def _ends_before(self, at: int, end: int) -> bool:
        """Whether the phrase from `at` is over before the token at `end`."""
        before, token = self.tokens[end - 1], self.tokens[end]
        if self.tokens[at].low in GERMAN_DETERMINERS and (
            end > at + 1 and before.capital and not token.capital
        ):
            # German nouns have capitals, verbs have none.
            return True
        if end in self.names:
            return self._is_next_name(at, end)
        # «the FBI lists»: after a body's name a word in «-s» or «-ed» is its verb.
        name = self.names.get(at + 1)
        return (
            name is not None
            and name.last == end
            and name.kind == "body"
            and token.low.endswith(("s", "ed"))
            and not is_role_noun(token.low)
        )

    def _is_next_name(self, at: int, end: int) -> bool:
        """Whether a new name begins behind a noun: «in a Wire interview Bell said»."""
        before = self.tokens[end - 1]
        return (
            end > at + 2
            and end - 1 not in self.names
            and before.low[0].islower()
            and not before.capital
            and any(place in self.names for place in range(at + 1, end - 1))
            and not is_role_noun(before.low)
        )

    def _has_role_soon(self, at: int) -> bool:
        """Whether a role noun follows: «chief bridge engineer»."""
        for place in range(at, min(at + 2, len(self.tokens))):
            if self._stops_at(place):
                return False
            if is_role_noun(self.tokens[place].low):
                return True
        return False

    def _trim_phrase(self, at: int, end: int) -> int:
        while end > at + 2 and self.tokens[end - 1].low.endswith(("ing", "ed", "ly")):
            end -= 1
        return end

    def _read_bare_noun(self, at: int) -> SpeakerMention | None:
        """A role noun without determiner: «critics», «old hands», «adviser X»."""
        end = self._find_role_end(at)
        last = self.tokens[end - 1]
        name = self.names.get(end)
        if name is not None and _is_person(name) and not last.possessive:
            return self._build_name(at, name, described=True)
        plural = is_plural_role(last.low)
        if at and not plural and self.tokens[at - 1].kind == "word":
            # «to campaign», «will host»: a verb, unless it begins its clause.
            return None
        first = at
        while plural and first and at - first < 2:
            before = self.tokens[first - 1]
            if before.kind != "word" or _breaks_phrase(before) or before.possessive:
                break
            if before.low.endswith(("ed", "ly")) or (before.capital and first > 1):
                break
            first -= 1
        return self._build(first, end, "nominal")

    def _build_name(
        self, at: int, name: Name, *, described: bool = False
    ) -> SpeakerMention:
        """A name with the words before it: «his deputy Tom Cole».

        A name that words describe is a person's where its kind is unknown.
        """
        sort = name.kind or ("person" if described else "")
        return self._build(
            at, name.last, "name", sort, name.sex, core=name.core, text=name.text
        )

    def _build(
        self,
        first: int,
        last: int,
        kind: str,
        sort: str = "",
        sex: str = "",
        *,
        core: int | None = None,
        text: str = "",
    ) -> SpeakerMention:
        head = self.tokens[last - 1]
        low = head.low.removesuffix("'s").rstrip("'")
        possessive, end = head.possessive, head.end
        if kind == "pronoun":
            low = low.partition("'")[0]
            male, female = low in MALE_PRONOUNS or low == "er", low in FEMALE_PRONOUNS
            sex = "m" if male else "f" if female else ""
            possessive = low in _OBJECT_PRONOUNS
        elif kind == "nominal":
            sex = "f" if low in FEMALE_WORDS else "m" if low in MALE_WORDS else ""
        if kind == "pronoun" or head.possessive:
            end = head.start + len(low)
        plural = kind == "nominal" and is_plural_role(low)
        return SpeakerMention(
            frame=self.frame,
            first=first,
            last=last,
            start=self.tokens[first].start,
            end=end,
            text=text,
            kind=kind,
            sort=sort,
            sex=sex,
            plural=plural or low in PLURAL_PRONOUNS,
            possessive=possessive,
            after_preposition=first > 0 and self.tokens[first - 1].low in PREPOSITIONS,
            core=first if core is None else core,
        )


def _is_person(name: Name) -> bool:
    return name.kind in {"person", ""}


def _breaks_phrase(token: Token) -> bool:
    low = token.low
    return (
        low in PHRASE_BREAKERS
        or low in PREPOSITIONS
        or low in DETERMINERS
        or low in _PRONOUNS
        or (low in REPORTING_CUES and not is_role_noun(low))
    )


_ROLE_FORMS = ROLE_NOUNS.union(
    PLURAL_NOUNS,
    (noun + "s" for noun in ROLE_NOUNS),
    (noun + "es" for noun in ROLE_NOUNS),
    (noun[:-1] + "ies" for noun in ROLE_NOUNS if noun.endswith("y")),
)
#: Nouns that end compounds for people and no others.
_PERSON_ENDINGS = tuple(
    head + number
    for head in ("master", "mistress", "keeper", "worker", "leader", "owner", "teacher")
    for number in ("", "s")
)
_SHORTEST_COMPOUND = 9


def is_role_noun(word: str) -> bool:
    """Whether a word is a role noun, in either number.

    Compounds of some of them are written as one word: «stationmaster».
    """
    return word in _ROLE_FORMS or (
        word.endswith(_PERSON_ENDINGS) and len(word) >= _SHORTEST_COMPOUND
    )


def is_plural_role(word: str) -> bool:
    """Whether a role noun is in the plural."""
    return word in PLURAL_NOUNS or (word.endswith("s") and word not in ROLE_NOUNS)
