"""Find the mentions in a sentence of people and bodies that could speak.

Shallow on purpose: a noun phrase is a determiner (or a possessor) with the words up
to a role noun, or up to a word that breaks the phrase; names come from
`digests.language.names`.
"""

from collections.abc import Mapping, Sequence

from digests.language.grammar import (
    DETERMINERS,
    FEMALE_PRONOUNS,
    GERMAN_DETERMINERS,
    INVERTING_CUES,
    MALE_PRONOUNS,
    PHRASE_BREAKERS,
    PLURAL_PRONOUNS,
    PREPOSITIONS,
    REPORTING_CUES,
    SUBJECT_PRONOUNS,
    TIME_NOUNS,
    WRITTEN,
    Name,
    Token,
    looks_finite,
)
from digests.language.names import (
    ADJECTIVES,
    FEMALE_WORDS,
    MALE_WORDS,
    PLURAL_NOUNS,
    ROLE_NOUNS,
)
from digests.language.words import word_set
from digests.types import frozen_positional

_LONGEST_PHRASE = 7
_PRONOUNS = MALE_PRONOUNS | FEMALE_PRONOUNS | PLURAL_PRONOUNS | SUBJECT_PRONOUNS
_OBJECT_PRONOUNS = word_set("him his her them their")
#: Of many: what they write, and that they write it.
_PLURAL_VERBS = word_set("argue claim comment note report state warn")
_AFTER_VERB = word_set("in on that")
#: Determiners that can speak without a noun: «several said».
_ALONE = word_set("several many some others both one another hundreds thousands most")


@frozen_positional
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


@frozen_positional
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
        if not is_role_noun(low):
            return None
        # «critics», «adviser X»
        end = self._find_role_end(at)
        if end in self.names and not self.tokens[end - 1].possessive:
            return self._build_name(at, self.names[end], described=True)
        return self._build(at, end, "nominal")

    def _low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def _read_name(self, at: int) -> SpeakerMention:
        """A name, or the noun phrase that it begins: «Bell supporters», «X's aide»."""
        name = self.names[at]
        end = self._find_role_end(name.last)
        if end == name.last and self._describes_another(name):
            end += 1
        follows = self.names.get(end)
        if end > name.last and follows is not None:
            return self._build_name(at, follows, described=True)
        if end > name.last and follows is None:
            return self._build(at, end, "nominal")
        return self._build_name(at, name)

    def _describes_another(self, name: Name) -> bool:
        """Whether a name is part of another's description: «said Bell donor Tom Cole».

        Behind a reporting word its subject stands, whatever noun is between them.
        """
        noun, following = name.last, self.names.get(name.last + 1)
        return (
            following is not None
            and " " in following.text
            and self._low(name.first - 1) in INVERTING_CUES
            and not name.possessive
            and not self._stops_at(noun)
            and not looks_finite(self.tokens[noun].text)
        )

    def _read_pronoun(self, at: int) -> SpeakerMention:
        phrase = None
        if self.tokens[at].low in {"his", "her", "their"}:
            phrase = self._read_phrase(at)
        return phrase or self._build(at, at + 1, "pronoun")

    def _find_role_end(self, at: int) -> int:
        """The end of a run of words that ends in a role noun; `at` if there is none.

        A second role belongs to it before a name: «chairman and chief executive X».
        """
        end = self._find_single_role_end(at)
        if end > at and self._low(end) == "and":
            further = self._find_single_role_end(end + 1)
            if further > end + 1 and further in self.names:
                return further
        return end

    def _find_single_role_end(self, at: int) -> int:
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

    def _stops_at(self, at: int, *, names: bool = True) -> bool:
        """Whether no plain word of a phrase is at this place, nor a name if wanted."""
        if at in self.names:
            return names
        return self.tokens[at].kind != "word" or _breaks_phrase(self.tokens[at])

    def _read_phrase(self, at: int) -> SpeakerMention | None:
        """A noun phrase that begins with a determiner, or the name it introduces."""
        end, head, low = at + 1, 0, self.tokens[at].low
        while end <= at + _LONGEST_PHRASE and not self._shuts(at, end):
            name = self.names.get(end)
            written = self.tokens[end - 1].low in WRITTEN
            if (
                name is not None
                and not written
                and (head or self.tokens[end - 1].possessive or _is_titled(low, name))
            ):
                return self._build_name(at, name, described=True)
            if self._is_verb(end) or (head and not self._has_role_soon(end)):
                break
            end = name.last if name is not None else end + 1
            titled = name is not None and name.kind == "title"
            if self.tokens[end - 1].possessive:
                head = 0
            elif is_role_noun(self.tokens[end - 1].low) or (
                # «der Sprecher Jan Lindner»
                titled and low in GERMAN_DETERMINERS
            ):
                head = end
        inner = self.names.get(at + 1)
        if not head and inner is not None and inner.last == end:
            return self._read_name_after_determiner(at, inner)
        end = head or end
        empty = end <= at + 1 and self.tokens[at].low not in _ALONE
        if empty or self.tokens[end - 1].low in TIME_NOUNS:
            return None
        return self._build(at, end, "nominal")

    def _read_name_after_determiner(self, at: int, name: Name) -> SpeakerMention | None:
        """«the Guardian», «die Stadt»; None for «both Smith and Jones»."""
        low = self.tokens[at].low
        german = low in GERMAN_DETERMINERS and " " not in name.text
        if german and self._low(at - 1) != "von":
            return self._build(at, name.last, "nominal", sort=name.kind)
        if _is_people(name):
            return self._build(at, name.last, "nominal", "party")
        named = low == "the" or name.kind == "title"
        return self._build_name(at, name) if named else None

    def _shuts(self, at: int, end: int) -> bool:
        """Whether the word at `end` cannot belong to the phrase from `at`."""
        if end >= len(self.tokens) or self.tokens[end].kind != "word":
            return True
        before, token = self.tokens[end - 1], self.tokens[end]
        if end == at + 1:
            return token.low not in DETERMINERS and self._stops_at(end, names=False)
        if self.tokens[at].low in GERMAN_DETERMINERS and before.capital:
            # German nouns have capitals, verbs have none.
            return not token.capital
        return self._stops_at(end, names=False)

    def _is_verb(self, at: int) -> bool:
        """Whether people and what they do are a clause: «the Germans note in …».

        «the nurses' report on pay» and «the jobs report» are phrases.
        """
        before = self.tokens[at - 1]
        people = before.capital or is_role_noun(before.low)
        return (
            self.tokens[at].low in _PLURAL_VERBS
            and self._low(at + 1) in _AFTER_VERB
            and people
            and is_plural_role(before.low)
            and not before.possessive
        )

    def _has_role_soon(self, at: int) -> bool:
        """Whether a role noun follows: «chief bridge engineer»."""
        for place in range(at, min(at + 2, len(self.tokens))):
            if self._stops_at(place):
                return False
            if is_role_noun(self.tokens[place].low):
                return True
        return False

    def _build_name(
        self, at: int, name: Name, *, described: bool = False
    ) -> SpeakerMention:
        """A name with the words before it: «his deputy Tom Cole».

        A name that words describe is a person's where its kind is unknown.
        """
        if name.kind == "title":
            # «The bishop», or Julie Bishop.
            return self._build(at, name.last, "nominal", "title", text=name.text)
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
            after_preposition=first > 0
            and self.tokens[first - 1].low in PREPOSITIONS
            # «As for Cole, he said …» is about Cole.
            and (first != 2 or self.tokens[0].low != "as"),
            core=first if core is None else core,
        )


def _is_titled(low: str, name: Name) -> bool:
    """Whether a German title with its article is before a name: «der Rektor Lund»."""
    return low in GERMAN_DETERMINERS and name.core > name.first


def _is_people(name: Name) -> bool:
    """Whether a name is that of a people: «the Germans»."""
    low = name.text.lower()
    return low.endswith("s") and low[:-1] in ADJECTIVES


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
    for head in (
        "master",
        "mistress",
        "keeper",
        "worker",
        "leader",
        "owner",
        "teacher",
        "woman",
    )
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
