"""Find the mentions in a sentence of people and bodies that could speak.

Shallow on purpose: a noun phrase is a determiner (or a possessor) with the words up
to a role noun, or the words before a break; a name is what `names` found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digests.language.grammar import Name, Token, looks_finite
from digests.language.name_tables import (
    FEMALE_WORDS,
    MALE_WORDS,
    PLURAL_NOUNS,
    ROLE_NOUNS,
)
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
    """A mention: tokens `first` to `last` of its frame, end exclusive."""

    frame: int
    first: int
    last: int
    start: int
    end: int
    text: str
    #: «name», «nominal» or «pronoun».
    kind: str
    #: What the name is («person», «body», «place», «title», «party», «»).
    sort: str
    sex: str
    plural: bool
    possessive: bool
    after_preposition: bool
    #: Where the name proper begins among the tokens.
    core: int


def find_mentions(
    tokens: Sequence[Token], names: Sequence[Name], frame: int
) -> list[SpeakerMention]:
    """Give everybody in one sentence who could speak, in order."""
    found: list[SpeakerMention] = []
    starts = {name.first: name for name in names}
    at = 0
    while at < len(tokens):
        noted = (
            _find_mention_at(tokens, starts, at, frame)
            if tokens[at].kind == "word"
            else None
        )
        if noted is None:
            at += 1
            continue
        found.append(noted)
        at = max(noted.last, at + 1)
    return found


def _find_mention_at(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, frame: int
) -> SpeakerMention | None:
    if at in starts:
        return _extend_name(tokens, starts, at, frame)
    low = tokens[at].low
    if low in _PRONOUNS or ("'" in low and low.partition("'")[0] in _PRONOUNS):
        return _build_pronoun(tokens, starts, at, frame)
    if low in DETERMINERS:
        return _build_phrase(tokens, starts, at, frame)
    if low[0].isdigit() and at + 1 < len(tokens) and tokens[at + 1].low == "percent":
        return _build_speaker_mention(tokens, at, at + 2, frame, "nominal")
    if low in PHRASE_BREAKERS or low in PREPOSITIONS or low in REPORTING_CUES:
        return None
    if is_role_noun(low):
        return _build_bare_noun(tokens, starts, at, frame)
    return None


def _extend_name(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, frame: int
) -> SpeakerMention:
    """A name, or the noun phrase that it begins: «Bell supporters», «X's aide»."""
    name = starts[at]
    end = _find_role_end(tokens, starts, name.last)
    follows = starts.get(end)
    if end > name.last and follows is not None and _is_person(follows):
        return _build_described_name(tokens, at, follows, frame)
    beyond = starts.get(name.last + 1)
    if (
        end == name.last
        and beyond is not None
        and _describes_name(tokens, name, beyond)
    ):
        return _build_described_name(tokens, at, beyond, frame)
    if end > name.last and follows is None:
        return _build_speaker_mention(tokens, at, end, frame, "nominal")
    if name.kind == "title":
        return _build_speaker_mention(
            tokens, at, name.last, frame, "nominal", sort="title"
        )
    return _build_speaker_mention(
        tokens,
        at,
        name.last,
        frame,
        "name",
        sort=name.kind,
        sex=name.sex,
        core=name.core,
        text=name.text,
    )


def _describes_name(tokens: Sequence[Token], name: Name, beyond: Name) -> bool:
    """Tell «Bell follower Tom Cole» from «Bell beat Tom Cole»."""
    between = tokens[name.last]
    return (
        between.kind == "word"
        and beyond.kind == "person"
        and " " in beyond.text
        and not between.capital
        and not _breaks_phrase(between)
        and not looks_finite(between.low)
        and not between.low.endswith(("ing", "s"))
    )


def _build_pronoun(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, frame: int
) -> SpeakerMention | None:
    low = tokens[at].low
    if low in {"his", "her", "their"}:
        phrase = _build_phrase(tokens, starts, at, frame)
        if phrase is not None:
            return phrase
    return _build_speaker_mention(tokens, at, at + 1, frame, "pronoun")


def _find_role_end(tokens: Sequence[Token], starts: dict[int, Name], at: int) -> int:
    """Find where a run of words that ends in a role noun ends; `at` if none."""
    end = at
    for place in range(at, min(at + 4, len(tokens))):
        token = tokens[place]
        if token.kind != "word" or place in starts or _breaks_phrase(token):
            break
        if is_role_noun(token.low):
            end = place + 1
            if token.possessive:
                break
        elif end > at:
            break
    return end


def _breaks_phrase(token: Token) -> bool:
    return (
        token.low in PHRASE_BREAKERS
        or token.low in PREPOSITIONS
        or token.low in DETERMINERS
        or token.low in _PRONOUNS
        or (token.low in REPORTING_CUES and not is_role_noun(token.low))
    )


def _build_phrase(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, frame: int
) -> SpeakerMention | None:
    """A noun phrase that begins with a determiner, or the name that it introduces."""
    end, head = at + 1, 0
    while end < len(tokens) and end - at <= _LONGEST_PHRASE:
        token, name = tokens[end], starts.get(end)
        if token.kind != "word" or _shuts_phrase(token, name, first=end == at + 1):
            break
        introduced = head or tokens[end - 1].possessive
        if introduced and name is not None and _is_person(name):
            return _build_described_name(tokens, at, name, frame)
        if head and name is None and not _role_soon(tokens, starts, end):
            break
        if _ends_before(tokens, starts, at, end):
            break
        end = name.last if name is not None else end + 1
        if tokens[end - 1].possessive:
            head = 0
        elif is_role_noun(tokens[end - 1].low):
            head = end
    if not head and at + 1 in starts and starts[at + 1].last == end:
        # «the Guardian», «both Smith and Jones»: the name stands for itself.
        return _build_titled_name(tokens, at, end, starts[at + 1], frame)
    end = head or _trim_phrase(tokens, at, end)
    empty = end <= at + 1 and tokens[at].low not in _ALONE
    if empty or tokens[end - 1].low in TIME_NOUNS:
        return None
    return _build_speaker_mention(tokens, at, end, frame, "nominal")


def _ends_before(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, end: int
) -> bool:
    """Tell whether the phrase from `at` is over before the token at `end`."""
    if tokens[at].low in GERMAN_DETERMINERS and _after_noun(tokens, at, end):
        return True
    if end in starts:
        return _is_next_name(tokens, starts, at, end)
    return _is_own_verb(tokens, starts, at, end)


def _after_noun(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Tell where a German noun phrase ends: nouns have capitals, verbs have none."""
    return end > at + 1 and tokens[end - 1].capital and not tokens[end].capital


def _is_own_verb(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, end: int
) -> bool:
    """Tell «the FBI lists»: after a body's name a word in «-s» or «-ed» is its verb."""
    name = starts.get(at + 1)
    return (
        name is not None
        and name.last == end
        and name.kind == "body"
        and tokens[end].low.endswith(("s", "ed"))
        and not is_role_noun(tokens[end].low)
    )


def _is_next_name(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, end: int
) -> bool:
    """Tell «in a Wire interview Bell said»: a noun after a name, then another name."""
    return (
        end > at + 2
        and end - 1 not in starts
        and tokens[end - 1].low[0].islower()
        and not tokens[end - 1].capital
        and any(place in starts for place in range(at + 1, end - 1))
        and not is_role_noun(tokens[end - 1].low)
    )


def _role_soon(tokens: Sequence[Token], starts: dict[int, Name], at: int) -> bool:
    """Tell whether a role noun follows: «chief bridge engineer»."""
    for place in range(at, min(at + 2, len(tokens))):
        token = tokens[place]
        if token.kind != "word" or place in starts or _breaks_phrase(token):
            return False
        if is_role_noun(token.low):
            return True
    return False


def _shuts_phrase(token: Token, name: Name | None, *, first: bool) -> bool:
    """Tell whether a word cannot belong to the phrase before it."""
    if name is not None:
        return False
    if token.low in DETERMINERS:
        return not first
    return _breaks_phrase(token)


def _build_titled_name(
    tokens: Sequence[Token], at: int, end: int, name: Name, frame: int
) -> SpeakerMention | None:
    if name.kind == "title":
        return _build_speaker_mention(tokens, at, end, frame, "nominal", sort="title")
    if tokens[at].low != "the":
        return None
    return _build_speaker_mention(
        tokens,
        at,
        end,
        frame,
        "name",
        sort=name.kind,
        sex=name.sex,
        core=name.core,
        text=name.text,
    )


def _is_person(name: Name) -> bool:
    return name.kind in {"person", ""}


def _build_described_name(
    tokens: Sequence[Token], at: int, name: Name, frame: int
) -> SpeakerMention:
    """A name with the words before it: «his deputy Tom Cole»."""
    return _build_speaker_mention(
        tokens,
        at,
        name.last,
        frame,
        "name",
        sort=name.kind or "person",
        sex=name.sex,
        core=name.core,
        text=name.text,
    )


def _trim_phrase(tokens: Sequence[Token], at: int, end: int) -> int:
    while end > at + 2 and tokens[end - 1].low.endswith(("ing", "ed", "ly")):
        end -= 1
    return end


def _build_bare_noun(
    tokens: Sequence[Token], starts: dict[int, Name], at: int, frame: int
) -> SpeakerMention | None:
    """A role noun without determiner: «critics», «senior officials», «adviser X»."""
    end = _find_role_end(tokens, starts, at)
    if end in starts and _is_person(starts[end]) and not tokens[end - 1].possessive:
        return _build_described_name(tokens, at, starts[end], frame)
    if at and not is_plural_role(tokens[end - 1].low) and tokens[at - 1].kind == "word":
        # «to campaign», «will host»: a verb, unless it begins its clause.
        return None
    first = at
    while first and tokens[first - 1].kind == "word" and at - first < 2:
        before = tokens[first - 1]
        if (
            _breaks_phrase(before)
            or before.low.endswith(("ed", "ly"))
            or before.possessive
        ):
            break
        if before.capital and first - 1 > 0:
            break
        if not is_plural_role(tokens[end - 1].low):
            break
        first -= 1
    return _build_speaker_mention(tokens, first, end, frame, "nominal")


def _build_speaker_mention(
    tokens: Sequence[Token],
    first: int,
    last: int,
    frame: int,
    kind: str,
    *,
    sort: str = "",
    sex: str = "",
    core: int | None = None,
    text: str | None = None,
) -> SpeakerMention:
    head = tokens[last - 1]
    possessive = head.possessive
    low = head.low.removesuffix("'s").rstrip("'")
    if kind == "pronoun":
        low = low.partition("'")[0]
    end = head.start + len(low) if possessive or kind == "pronoun" else head.end
    if kind == "pronoun":
        sex = (
            "m"
            if low in MALE_PRONOUNS or low == "er"
            else "f"
            if low in FEMALE_PRONOUNS
            else ""
        )
        possessive = low in _OBJECT_PRONOUNS
    elif kind == "nominal":
        sex = "f" if low in FEMALE_WORDS else "m" if low in MALE_WORDS else ""
    return SpeakerMention(
        frame,
        first,
        last,
        tokens[first].start,
        end,
        text if text is not None else "",
        kind,
        sort,
        sex,
        low in PLURAL_PRONOUNS or (kind == "nominal" and is_plural_role(low)),
        possessive,
        first > 0 and tokens[first - 1].low in PREPOSITIONS,
        first if core is None else core,
    )


_ROLE_FORMS = ROLE_NOUNS.union(
    PLURAL_NOUNS,
    (noun + "s" for noun in ROLE_NOUNS),
    (noun + "es" for noun in ROLE_NOUNS),
    (noun[:-1] + "ies" for noun in ROLE_NOUNS if noun.endswith("y")),
)
#: Nouns of people that end compounds written as one word, and name nothing else there.
_PERSON_ENDINGS = tuple(
    head + number
    for head in ("master", "mistress", "keeper", "worker", "leader", "owner", "teacher")
    for number in ("", "s")
)
_SHORTEST_COMPOUND = 9


def is_role_noun(word: str) -> bool:
    """Tell whether a word is a role noun, in either number.

    Whoever masters, keeps or leads something is named by one word as by two:
    «stationmaster», «harbour master».
    """
    return word in _ROLE_FORMS or (
        word.endswith(_PERSON_ENDINGS) and len(word) >= _SHORTEST_COMPOUND
    )


def is_plural_role(word: str) -> bool:
    """Tell whether a role noun is in the plural."""
    return word in PLURAL_NOUNS or (word.endswith("s") and word not in ROLE_NOUNS)
