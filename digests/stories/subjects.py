"""Find whom and what place a short item is about, to tell items of one genre apart.

Two earthquakes share the observatory that measured them, two recalls the authority and
the shop, two matches the league. What a headline names is another matter: of two
reports of one event, each mentions a name of the other's headline. Names of countries,
and of the body that announces something, do not count where there are others.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Set
from itertools import pairwise

from digests.language import names, words
from digests.stories import terms
from digests.types import frozen

#: Characters of headline and text in which names are looked for.
_OPENING = 600
#: Names at the beginning of a text that stand for those of a headline without any.
_FIRST_RUNS = 2
_CAPITAL = r"[^\W\d_a-zäöüß][^\W_]*(?:[-'’][^\W_]+)*"
_RUN = re.compile(rf"(?<!\w){_CAPITAL}(?:\s{_CAPITAL})*")
#: «im Vogtland», and not «im Sommer»
_REGION = re.compile(r"\bim\s([A-ZÄÖÜ][\w-]+)")
_NO_REGIONS = words.word_set("""
    Alter Anflug Bau Einsatz Fall Finale Frühjahr Gefängnis Gericht Haus Herbst Internet
    Januar Februar März April Mai Juni Juli August September Oktober November Dezember
    Jahr Kampf Kreis Krankenhaus Landkreis Netz Rennen Rückstand Sommer Spiel Stadion
    Streit Team Test Wahlkampf Winter
""")
#: After these a capital does not mark a name.
_OPENS = re.compile(r"(?:\A|[.!?:;\n\"“”„«»‘'(–—•*])\s*\Z")
#: A body that announces an event, or the series that a match belongs to.
_BODIES = words.word_set("""
    agency administration authority board bureau center centre commission committee
    council court cup department institute league magistrates ministry observatory
    office open police service survey
""")
#: What follows or precedes the acronym of such a body.
_SAID = re.compile(r",?\s(?:said|says|told|reported|announced|issued|warned)\b")
_QUOTED = re.compile(r"(?:\btold|\bby|\baccording to)\s(?:the\s)?\Z")
#: After a name that opens a sentence stands a verb of one person or firm.
_VERB = re.compile(r"(?:['’]s)?\s(?:is|was|has|had|will|[a-z]+(?:ed|s))\b")
_POSSESSIVE = re.compile(r"['’]s\Z")


@frozen
class Subject:
    """The names of a short item, as stems."""

    #: Those that say which event it is: of the headline, or the first of the text.
    main: tuple[str, ...]
    #: All of them, with those of countries.
    names: tuple[str, ...]
    #: Given name and surname.
    people: tuple[tuple[str, str], ...]


def find_subject(
    title: str, text: str, tag: str, *, title_case: bool, named: Iterable[str] = ()
) -> Subject | None:
    """The names of an item; None in languages whose capitals do not show them.

    `title_case` says that the capitals of the headline show none, and `named` are names
    in it that do not show by their capitals.
    """
    title, opening = title[:_OPENING], text[:_OPENING]
    if tag == "de":
        return _find_german_subject(title, named)
    if tag != "en":
        return None
    runs = list(_list_runs(opening, opens=True))
    inside = () if title_case else tuple(_list_runs(title, opens=False))
    known = {word for run in (*runs, *inside) for word in run}
    headed = {w for run in _RUN.findall(title) for w in _split_run(run)} & known
    first = {w for run in runs[:_FIRST_RUNS] for w in run}
    main = _keep_telling(headed) or _keep_telling(first)
    return Subject(
        main=_stem_words(main),
        names=_stem_words(known),
        people=tuple(
            (words.stem_word(pair[0]), words.stem_word(pair[1]))
            for run in (*runs, *inside)
            for pair in pairwise(run)
            if pair[0] in names.MALE or pair[0] in names.FEMALE
        ),
    )


def are_other_subjects(
    one: Subject,
    other: Subject,
    words_of_one: Set[str],
    words_of_other: Set[str],
    *,
    alone: bool,
) -> bool:
    """Whether two short items, which have these stems, name other people or places.

    Of two headlines `alone`, which cannot mention all, one common name is enough.
    """
    namesakes = _find_namesakes(one.people, other.people)
    if one.main and other.main:
        return all(
            2 * len(there & {*main} - namesakes) <= (0 if alone else len(main))
            for main, there in (
                (one.main, words_of_other),
                (other.main, words_of_one),
            )
        )
    mine, theirs = {*one.names}, {*other.names}
    return not alone and bool(mine and theirs) and not (mine & theirs) - namesakes


def _find_german_subject(title: str, named: Iterable[str]) -> Subject:
    regions = (w for w in _REGION.findall(title) if w not in _NO_REGIONS)
    found = (*named, *regions)
    return Subject(main=_stem_words(found, "de"), names=(), people=())


def _find_namesakes(
    people: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]
) -> set[str]:
    """The surnames of two people whose given names differ."""
    given, theirs = ({name: first for first, name in p} for p in (people, others))
    return {s for s in given.keys() & theirs if given[s] != theirs[s]}


def _list_runs(text: str, *, opens: bool) -> Iterator[tuple[str, ...]]:
    """The names of a text, in lower case.

    `opens` says whether a single word that begins a sentence may be a name.
    """
    for match in _RUN.finditer(text):
        run = _split_run(match[0])
        before, after = text[: match.start()], text[match.end() :]
        if _OPENS.search(before[-3:]):
            alone = len(run) == 1 and opens and _VERB.match(after)
            named = alone and _is_rare(run[0]) and not run[0].endswith("s")
            run = run if named else (*filter(_is_wide, run[:1]), *run[1:])
        acronym = match[0].isupper() and len(match[0]) > 2
        announces = _SAID.match(after) or _QUOTED.search(before[-24:])
        if run and not (_BODIES & {*run} or (acronym and announces)):
            yield run


def _split_run(run: str) -> tuple[str, ...]:
    return tuple(
        word
        for part in run.split()
        for word in words.split_words(_POSSESSIVE.sub("", part))
        if word not in names.NEVER_NAME and not words.is_stop_word(word)
    )


def _is_rare(word: str) -> bool:
    return terms.rate_rarity(words.stem_word(word)) == terms.RARE_WEIGHT


def _is_wide(word: str) -> bool:
    return word in names.PLACES or word in names.ADJECTIVES or word in terms.WIDE_NAMES


def _keep_telling(found: Iterable[str]) -> list[str]:
    """The rare names but countries."""
    return [word for word in found if _is_rare(word) and not _is_wide(word)]


def _stem_words(found: Iterable[str], tag: str = "en") -> tuple[str, ...]:
    """Their different stems, as strings that all items share."""
    stems = (words.stem_word(word.lower(), tag) for word in found)
    return tuple(map(sys.intern, sorted({*stems})))
