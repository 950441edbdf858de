"""Parse a question: what it asks for, and what to search for.

A question has weighted words, names, the kind of thing asked for (a person, a number, a
day, a place, a reason), a speaker, and a period.

An archive finds articles that have all of some words. A question has more words than
its answer, so `plan_searches` tries all of them, then all but one, then its names, then
pairs, then single words; the caller stops when it has enough.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations, takewhile
from typing import Literal, cast

from digests.answers import question_form
from digests.answers.periods import Period, parse_period
from digests.answers.vocabulary import (
    CONVERSES,
    FIELDS,
    GENERIC_ROOTS,
    QUANTITY_ROOTS,
    QUESTION_WORDS,
    RELATED,
    SAYING_ROOTS,
    SYNONYMS,
    collect_roots,
    find_root,
)
from digests.language import grammar, words
from digests.language.grammar import Token, tokenize_span
from digests.language.search_terms import PhraseGroup, SearchQuery, expand_phrase
from digests.language.words import word_list, word_set
from digests.types import frozen

QuestionKind = Literal[
    "person",
    "number",
    "money",
    "length",
    "age",
    "day",
    "place",
    "reason",
    "name",
    "score",
    "yes or no",
    "",
]
#: Characters and words of a question that are read.
_READ, _MOST = 400, 14
#: «Co-stars» and «P&O» are two words each.
_INNER = re.compile("[-&]")
_HELPING = word_set("is are was were has have had will")
_AUXILIARIES = word_set("do does did")


@frozen
class QuestionTerm:
    """A word of a question that the answer should have."""

    word: str
    #: Its root and those of its synonyms.
    accepted_roots: frozenset[str]
    #: Its share in the question.
    weight: float
    #: The index of the name it belongs to, or None.
    name: int | None = None
    #: Roots that are weaker signs of it: «lawyer» for «case».
    related: frozenset[str] = frozenset()
    #: Roots of the same subject: «goal» for «match».
    field: frozenset[str] = frozenset()

    def is_held(self, roots: frozenset[str]) -> bool:
        """Whether it, or what is related to it, is among some roots."""
        lacks = self.accepted_roots.isdisjoint(roots)
        return not (lacks and self.related.isdisjoint(roots))


@frozen
class Question:
    """A parsed question."""

    text: str
    lang: str
    kind: QuestionKind
    terms: tuple[QuestionTerm, ...]
    #: The names, as written.
    names: tuple[str, ...]
    #: The last word of each name, after the word before it: «storm Ewan».
    heads: tuple[tuple[str, str], ...]
    #: What is counted: «how many *passengers*».
    counted: QuestionTerm | None
    days: Period | None
    #: The index in `names` of the speaker that is asked about.
    speaker: int | None
    #: Who is asked about by office: «what did the *housing minister* say».
    office: tuple[QuestionTerm, ...] = ()
    #: «how *deep*»: an answer has a unit that measures it.
    measure: str = ""
    #: The root of its verb, also with those of its synonyms, and whether its agent is
    #: asked for («who thanked Bell?»: True).
    verb: str = ""
    deeds: frozenset[str] = frozenset()
    asks_doer: bool | None = None
    denies: bool = False
    #: The words of its main clause that have content and are no names.
    focus: tuple[QuestionTerm, ...] = ()
    #: The one of its words that is the verb with the meaning: «did the drill *break*».
    main_verb: QuestionTerm | None = None
    #: The last word of its subject: «what will *Holt* do next».
    subject: QuestionTerm | None = None
    #: Whether it asks what would happen if something did.
    conditional: bool = False
    #: The root of the noun of «what was the *result* of …».
    asked_noun: str = ""
    #: The day on which it is asked.
    today: date = date.min

    def name(self, number: int) -> tuple[QuestionTerm, ...]:
        """The words of one of its names."""
        return tuple(term for term in self.terms if term.name == number)


def parse_question(text: str, today: date) -> Question:
    """Parse a question that is asked on this day."""
    text = question_form.complete_question(" ".join(text[:_READ].split()))
    found = [t for t in tokenize_span(text, 0, len(text)) if t.kind == "word"]
    lang = "de" if question_form.is_german(text, found) else "en"
    # «Will it open on Sunday?» means the next one, as «will» in small letters shows.
    days = parse_period(text[:1].lower() + text[1:], today, lang)
    asked_noun = question_form.find_asked_noun(text, lang)
    asking = question_form.find_asking(text)
    kind = _find_kind(text, found, lang, asked_noun)
    first, last = asking.span() if asking else (0, 0)
    spoken = [
        t
        for t in found
        if not (days and days.start <= t.start < days.end)
        and t.low not in _ASKING_WORDS.get(kind, ())
        and not (kind != "yes or no" and first <= t.start < last)
        and not (kind == "reason" and question_form.is_cause_word(t.low))
    ]
    runs = _find_name_runs(spoken, lang)
    terms = _build_terms(spoken, runs, lang, converse=kind == "yes or no")
    verb, asks_doer = _find_verb(found, lang)
    main_verb = question_form.find_main_verb(found, lang)
    counted = (
        _find_counted(found, asking, terms, main_verb) if kind == "number" else None
    )
    main = set(question_form.list_main_words(spoken, lang))
    return Question(
        text=text,
        lang=lang,
        kind=kind,
        terms=terms,
        names=tuple(" ".join(t.text for t in run) for run in runs),
        heads=tuple(_iter_heads(spoken, runs)),
        counted=counted,
        days=days,
        speaker=_find_speaker(found, runs),
        office=_find_office(found, terms),
        measure=((asking and asking["measure"]) or "").lower(),
        verb=verb,
        deeds=_list_deeds(verb, terms),
        asks_doer=asks_doer,
        denies=grammar.NEGATION.search(text) is not None,
        focus=tuple(t for t in terms if t.name is None and t.word in main),
        main_verb=next((t for t in terms if t.word == main_verb), None),
        subject=_find_subject(found, terms, main_verb, lang),
        conditional=question_form.asks_condition(text),
        asked_noun=asked_noun,
        today=today,
    )


def _find_subject(
    found: Sequence[Token], terms: Sequence[QuestionTerm], main_verb: str, lang: str
) -> QuestionTerm | None:
    known = {term.word: term for term in terms}
    return known.get(question_form.find_subject(found, set(known), main_verb, lang))


def _find_kind(
    text: str, found: Sequence[Token], lang: str, asked_noun: str
) -> QuestionKind:
    if question_form.asks_yes_or_no(text, lang):
        return "yes or no"
    if question_form.asks_reason(text):
        return "reason"
    if question_form.asks_name(text):
        return "name"
    asking = question_form.find_asking(text)
    noun = asked_noun or (find_root(found[0].low, lang) if found else "")
    kind: QuestionKind = "number" if noun in QUANTITY_ROOTS else ""
    if asking is not None:
        kind = cast(QuestionKind, asking.lastgroup)
    roots = {find_root(token.low, lang) for token in found}
    if noun in _NOUN_KINDS and kind in ("", "number"):
        return _NOUN_KINDS[noun]
    sums = kind == "number" and asking and asking["amount"]
    return "money" if sums and roots & _COSTS else kind


#: What the noun of «what is the NOUN of …» asks for, by its root.
_NOUN_KINDS: dict[str, QuestionKind] = {
    "dat": "day",
    "location": "place",
    "venu": "place",
    "pric": "money",
    "cost": "money",
    "fe": "money",
    "far": "money",
    "reward": "money",
    "winner": "person",
    "age": "age",
}
_PLACING = word_set("at in of near")
#: Words that only say what is asked for.
_ASKING_WORDS: dict[QuestionKind, frozenset[str]] = {
    "name": word_set("name names called named heißen hießen"),
    "money": word_set("money amount sum get geld"),
    "day": word_set("start begin take place happen held beginnt startet findet statt"),
    "place": word_set("take place happen held findet statt"),
}
_COSTS = collect_roots(
    word_list(
        "cost pay price worth money spend raise lend fine earn grant lose receive"
    )
) | word_set("kost preis zahl eintritt verdien")


def _find_name_runs(found: Sequence[Token], lang: str) -> list[list[Token]]:
    """Runs of capitalised words; none in German, where every noun has a capital."""
    runs: list[list[Token]] = []
    if lang == "de":
        return runs
    last = -2
    for at, token in enumerate(found):
        word = token.low.removesuffix("'s")
        small = word in QUESTION_WORDS or words.is_stop_word(word)
        numbered = last == at - 1 and token.text.isdigit() and len(token.text) < 3
        if numbered or (token.capital and not (small and (at == 0 or len(word) < 5))):
            if last == at - 1 and runs and not found[last].possessive:
                runs[-1].append(token)
            else:
                runs.append([token])
            last = at
    return runs


def _iter_heads(
    found: Sequence[Token], runs: Sequence[Sequence[Token]]
) -> Iterator[tuple[str, str]]:
    last = {run[-1].start for run in runs}
    for at, token in enumerate(found):
        before = found[at - 1].low if at else ""
        if at > 1 and before in _PLACING:
            # «The plant at Overmoor» is not «the plant at Grimsholm».
            before = f"{found[at - 2].low} {before}"
        if token.start in last and before and not words.is_stop_word(before):
            yield before, token.low.removesuffix("'s")


def _build_terms(
    found: Sequence[Token],
    runs: Sequence[Sequence[Token]],
    lang: str,
    *,
    converse: bool,
) -> tuple[QuestionTerm, ...]:
    name_of = {token.start: at for at, run in enumerate(runs) for token in run}
    terms: dict[str, QuestionTerm] = {}
    for token in found:
        bare = token.low.replace("’", "'").removesuffix("'s").removesuffix("'")
        for part in _INNER.split(bare):
            name = name_of.get(token.start)
            # A German noun may be spelled as a word that asks: «Can».
            asks = part in QUESTION_WORDS and not (lang == "de" and token.capital)
            if name is None and (words.is_stop_word(part, lang) or asks):
                continue
            term = _build_term(part, name, lang, converse=converse)
            if term.word and term.word not in terms and len(terms) < _MOST:
                terms[term.word] = term
    return tuple(terms.values())


def _build_term(
    word: str, name: int | None, lang: str, *, converse: bool
) -> QuestionTerm:
    base = find_root(word, lang)
    accepted = frozenset((base,))
    if name is None:
        accepted |= SYNONYMS[lang].get(base, accepted)
        if converse:
            accepted |= CONVERSES.get(base, accepted)
    weight = 1.5 if name is not None else 0.4 if base in GENERIC_ROOTS else 1.0
    return QuestionTerm(
        word=word,
        accepted_roots=accepted,
        weight=weight,
        name=name,
        related=accepted if name is not None else RELATED[lang].get(base, accepted),
        field=accepted if name is not None else FIELDS[lang].get(base, accepted),
    )


def _find_counted(
    found: Sequence[Token],
    asking: re.Match[str] | None,
    terms: Sequence[QuestionTerm],
    main_verb: str,
) -> QuestionTerm | None:
    """What is counted after «how many»: «*workers*» of «defence department workers»."""
    if asking is None or not asking["counting"]:
        return None
    by_word = {term.word: term for term in terms}
    after = [t for t in found if t.start >= asking.end()][:_COUNT_REACH]
    first = next((at for at, t in enumerate(after) if t.low in by_word), None)
    if first is None:
        return None
    run = list(
        takewhile(lambda t: t.low in by_word and t.low != main_verb, after[first:])
    )
    # «How many Six Nations games» counts games.
    nouns = [t for t in run if by_word[t.low].name is None] or run
    plural = (t for t in nouns if t.low.endswith("s") or t.low in _PLURALS)
    return by_word[next(plural, after[first]).low]


#: Words after «how many» in which what is counted stands, and plurals without an «s».
_COUNT_REACH = 5
_PLURALS = word_set("people men women children police")


def _find_speaker(
    found: Sequence[Token], runs: Sequence[Sequence[Token]]
) -> int | None:
    """The name before a verb of saying: «what did Bell say about …»."""
    if found and found[0].low in ("who", "whom", "when", "where"):
        return None
    saying = [t.start for t in found if find_root(t.low) in SAYING_ROOTS]
    before = (
        at
        for at, run in enumerate(runs)
        if any(0 < verb - run[-1].end <= 2 for verb in saying)
    )
    return next(before, None)


def _find_office(
    found: Sequence[Token], terms: Sequence[QuestionTerm]
) -> tuple[QuestionTerm, ...]:
    """The nouns before the verb: «what did the *prime minister* say about …»."""
    if len(found) < 3 or found[0].low != "what" or found[1].low not in _AUXILIARIES:
        return ()
    saying = (at for at, t in enumerate(found) if find_root(t.low) in _OPINIONS)
    before = {token.low for token in found[2 : next(saying, 0)]}
    return tuple(t for t in terms if t.name is None and t.word in before)


_OPINIONS = SAYING_ROOTS | {"think"}


def _find_verb(found: Sequence[Token], lang: str) -> tuple[str, bool | None]:
    """The verb of «who VERB name» (True) and of «who did name VERB» (False)."""
    if len(found) < 3 or found[0].low not in _WHO:
        return "", None
    if lang == "de":
        # «Wer baute …?», «Wer hat … gebaut?»
        split = found[1].low in grammar.AUXILIARIES
        verb = found[-1 if split else 1]
        return ("" if verb.capital else find_root(verb.low, lang)), None
    if found[1].low in _AUXILIARIES:
        # The word right after the name; «say» is handled by `_find_speaker`.
        named = [at for at, token in enumerate(found) if at > 1 and token.capital]
        behind = [t for t in found[named[0] :] if not t.capital] if named else []
        if behind and not words.is_stop_word(behind[0].low):
            return find_root(behind[0].low), False
        return "", None
    if found[0].low != "who":
        return "", None
    if found[1].low in _HELPING:
        # «Who is paying …», «who has been arrested …»: no name need stand on a side.
        doing = found[3 if found[2].low == "been" and len(found) > 3 else 2].low
        return (find_root(doing) if doing.endswith(("ing", "ed", "en")) else ""), None
    if words.is_stop_word(found[1].low):
        return "", None
    return find_root(found[1].low), True


def _list_deeds(verb: str, terms: Sequence[QuestionTerm]) -> frozenset[str]:
    alike = [term.accepted_roots for term in terms if verb in term.accepted_roots]
    return frozenset((verb,) if verb else ()).union(*alike) - (_NO_DEEDS - {verb})


#: «Found dead» does not say who killed, nor «it costs» who pays.
_NO_DEEDS = collect_roots(
    word_list("die dead death toll fatality cost price worth fee expense budget")
)
_WHO = word_set("who whom what wer wen wem")


#: Maximum number of words from which pairs are built: six give fifteen.
_PAIRED = 6


def plan_searches(question: Question) -> Iterator[SearchQuery]:
    """The searches to try, in order, each once."""
    heavy = sorted(question.terms, key=lambda term: -term.weight)[:_PAIRED]
    groups = [each for each in map(_build_group, heavy) if each]
    given: set[frozenset[PhraseGroup]] = set()
    for some in _iter_term_choices(groups, question):
        key = frozenset(some)
        if some and key not in given:
            given.add(key)
            yield SearchQuery(every=tuple(some))


def _iter_term_choices(
    groups: list[PhraseGroup], question: Question
) -> Iterator[list[PhraseGroup]]:
    yield groups
    for size in (len(groups) - 1, len(groups) - 2):
        if size >= 2:
            yield from map(list, combinations(groups, size))
    yield from ([each] for name in question.names if (each := expand_phrase(name)))
    if len(groups) > 2:
        yield from map(list, combinations(groups, 2))
    yield from ([each] for each in groups)


def _build_group(term: QuestionTerm) -> PhraseGroup:
    """The word in the forms of the index, without synonyms."""
    return expand_phrase(term.word)
