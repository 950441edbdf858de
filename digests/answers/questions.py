"""Reads a question: what it asks for, and what must stand where the answer stands.

It knows no article. What is read: the words with weight, the names, the kind of thing
asked for (somebody, a number, a day, a place, a reason), who is to have said it, and
the days it speaks of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from digests.asking.periods import Period, period
from digests.asking.roots import root
from digests.asking.tables import (
    ALIKE,
    GENERIC,
    GERMAN_QUESTION,
    GERMAN_SMALL,
    GERMAN_VERBS,
    QUESTION_WORDS,
    SAYING,
)
from digests.language import numbers
from digests.language import words as plain
from digests.language.tokens import Token, tokens

Kind = Literal[
    "person", "number", "money", "length", "age", "day", "place", "reason", ""
]
#: So much of a question is read, and so many of its words.
_READ, _MOST = 400, 14
_AUXILIARIES = frozenset(("do", "does", "did"))
_TIME_UNITS = frozenset(("day", "week", "month", "year", "hour", "minute"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A word of a question that the answer should have."""

    word: str
    #: Its root, and the roots that may stand in its place.
    ways: frozenset[str]
    #: How much of the question hangs on it.
    weight: float
    #: Which of the question's names it belongs to, None if to none.
    name: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked."""

    text: str
    lang: str
    kind: Kind
    terms: tuple[Term, ...]
    #: Names in the words of the question.
    names: tuple[str, ...]
    #: The word whose number is asked for («how many *passengers*»).
    counted: Term | None
    #: Values that the question itself names.
    figures: frozenset[float]
    days: Period | None
    #: Who is to have said it: a name of `names`.
    speaker: int | None
    #: «how *high*»: worth something where it stands, but not needed.
    adjective: str = ""
    #: The verb, and whether what is asked for does it («who thanked Bell?»: True).
    verb: str = ""
    asks_doer: bool | None = None
    denies: bool = False

    def name(self, number: int) -> tuple[Term, ...]:
        """The words of one of its names."""
        return tuple(term for term in self.terms if term.name == number)


def read(text: str, today: date) -> Question:
    """Read a question that is asked on this day."""
    text = " ".join(text[:_READ].split())
    found = [t for t in tokens(text, 0, len(text)) if t.kind == "word"]
    lang = "de" if _is_german(found) else "en"
    days = period(text, today, lang)
    kind, counted_at = _kind(found, lang)
    spoken = [t for t in found if not _in_period(t, days)]
    runs = _names(spoken, lang)
    terms = _terms(spoken, runs, lang)
    counted = _counted(found, counted_at, terms, lang)
    verb, asks_doer = _verb(found, lang)
    return Question(
        text=text,
        lang=lang,
        kind=kind,
        terms=terms,
        names=tuple(" ".join(t.text for t in run) for run in runs),
        counted=counted,
        figures=frozenset(
            n.value
            for n in numbers.find(text, lang)
            if not (days and days.start <= n.start < days.end)
        ),
        days=days,
        speaker=_speaker(found, runs),
        adjective=_adjective(found, lang),
        verb=verb,
        asks_doer=asks_doer,
        denies=any(t.low in ("not", "never", "nicht", "nie", "kein") for t in found)
        or "n't" in text.replace("’", "'"),
    )


def _is_german(found: Sequence[Token]) -> bool:
    """Whether it asks in German; «was» does so only where a German verb follows it."""
    if any(token.low in GERMAN_QUESTION for token in found[:4]):
        return True
    if len(found) < 2 or found[0].low != "was":
        return False
    verb = found[1]
    return verb.low in GERMAN_VERBS or (
        not verb.capital
        and verb.low.endswith(("t", "te", "en"))
        and not plain.is_stop(verb.low, "en")
        and any(t.low in GERMAN_SMALL or t.capital for t in found[2:])
    )


def _in_period(token: Token, days: Period | None) -> bool:
    return days is not None and days.start <= token.start < days.end


def _kind(found: Sequence[Token], lang: str) -> tuple[Kind, int | None]:
    """What is asked for, and behind which token stands what is counted."""
    low = [token.low for token in found]
    for at, word in enumerate(low[:12]):
        after = low[at + 1] if at + 1 < len(low) else ""
        if word in ("how", "wie"):
            kind = _HOW.get(after, "")
            if kind == "number" and after in ("much", "viel"):
                costs = {root(w, lang) for w in low} & _COSTS
                return ("money" if costs else "number"), None
            if kind:
                counted = at + 1 if after in ("many", "viele") else None
                return kind, counted
        if word in ("what", "which", "welche", "welcher", "welches") and after in _WHAT:
            return _WHAT[after], None
        if word in _WORDS:
            return _WORDS[word], None
    return "", None


_HOW: dict[str, Kind] = {
    "many": "number", "much": "number", "viele": "number", "viel": "number",
    "long": "length", "lange": "length", "far": "length", "weit": "length",
    "old": "age", "alt": "age", "tall": "length", "high": "number",
    "hoch": "number", "deep": "length", "tief": "length", "big": "number",
    "large": "number", "groß": "number", "heavy": "number", "fast": "number",
    "wide": "length", "often": "number", "strong": "number",
}  # fmt: skip
_WHAT: dict[str, Kind] = {
    "day": "day", "date": "day", "time": "day", "year": "day", "month": "day",
    "percentage": "number", "share": "number", "number": "number", "price": "money",
    "city": "place", "town": "place", "person": "person", "tag": "day", "jahr": "day",
}  # fmt: skip
_WORDS: dict[str, Kind] = {
    "who": "person", "whom": "person", "whose": "person", "wer": "person",
    "wen": "person", "wem": "person", "when": "day", "wann": "day",
    "where": "place", "wo": "place", "wohin": "place",
    "why": "reason", "warum": "reason", "weshalb": "reason", "wieso": "reason",
}  # fmt: skip
_COSTS = frozenset(
    root(word)
    for word in (
        *("cost", "pay", "price", "worth", "money", "spend", "raise", "lend", "fine"),
        *("earn", "grant", "lose"),
    )
) | frozenset(("kost", "preis", "zahl", "eintritt"))


def _adjective(found: Sequence[Token], lang: str) -> str:
    for token, after in pairwise(found[:12]):
        if token.low in ("how", "wie") and after.low in _HOW:
            return "" if after.low in _MUCH else root(after.low, lang)
    return ""


_MUCH = frozenset(("many", "much", "viel", "viele", "often"))


def _names(found: Sequence[Token], lang: str) -> list[list[Token]]:
    """Runs of capitalised words; in German every noun has a capital, so none."""
    runs: list[list[Token]] = []
    if lang == "de":
        return runs
    last = -2
    for at, token in enumerate(found):
        word = token.low.removesuffix("'s")
        small = word in QUESTION_WORDS or plain.is_stop(word)
        if token.capital and not (small and at == 0) and not (small and len(word) < 5):
            if last == at - 1 and runs and not found[last].possessive:
                runs[-1].append(token)
            else:
                runs.append([token])
            last = at
    return runs


def _terms(
    found: Sequence[Token], runs: Sequence[Sequence[Token]], lang: str
) -> tuple[Term, ...]:
    name_of = {token.start: at for at, run in enumerate(runs) for token in run}
    terms: dict[str, Term] = {}
    for token in found:
        for part in token.low.replace("’", "'").removesuffix("'s").split("-"):
            name = name_of.get(token.start)
            if name is None and (plain.is_stop(part, lang) or part in QUESTION_WORDS):
                continue
            term = _term(part, name, lang)
            if term.word and term.word not in terms and len(terms) < _MOST:
                terms[term.word] = term
    return tuple(terms.values())


def _term(word: str, name: int | None, lang: str) -> Term:
    base = root(word, lang)
    ways = {base}
    if name is None and lang == "en":
        for known, alike in ALIKE.items():
            if root(known) == base:
                ways |= {root(other) for other in alike}
    weight = 1.5 if name is not None else 0.4 if base in _GENERIC_ROOTS else 1.0
    return Term(word=word, ways=frozenset(ways), weight=weight, name=name)


_GENERIC_ROOTS = frozenset(map(root, GENERIC))


def _counted(
    found: Sequence[Token], at: int | None, terms: Sequence[Term], lang: str
) -> Term | None:
    """The first term behind the token `at`: what «how many» counts."""
    if at is None:
        return None
    by_word = {term.word: term for term in terms}
    for token in found[at + 1 : at + 5]:
        if token.low in by_word:
            following = found[found.index(token) + 1 : found.index(token) + 2]
            # «how many foot ferries»: the noun is the last before the verb.
            if (
                following
                and following[0].low in by_word
                and _is_noun_pair(following[0])
            ):
                return by_word[following[0].low]
            return by_word[token.low]
    return None


def _is_noun_pair(token: Token) -> bool:
    return token.low.endswith("s") and not token.low.endswith(("ss", "ous"))


def _speaker(found: Sequence[Token], runs: Sequence[Sequence[Token]]) -> int | None:
    """The name before a verb of saying: «what did Bell say about …»."""
    verbs = [t.start for t in found if root(t.low) in _SAYING_ROOTS]
    if not verbs or not found or found[0].low in ("who", "whom"):
        return None
    before = [
        at
        for at, run in enumerate(runs)
        for verb in verbs
        if 0 < verb - run[-1].end <= 2 and found[0].low not in ("when", "where")
    ]
    return before[0] if before else None


_SAYING_ROOTS = frozenset(map(root, SAYING))


def _verb(found: Sequence[Token], lang: str) -> tuple[str, bool | None]:
    """The verb of «who VERB name» (True) and of «who did name VERB» (False)."""
    if lang != "en" or len(found) < 3 or found[0].low not in ("who", "whom", "what"):
        return "", None
    if found[1].low in _AUXILIARIES:
        # The word right behind the name; of «say» the speaker's rule takes care.
        named = [at for at, token in enumerate(found) if at > 1 and token.capital]
        behind = [t for t in found[named[0] :] if not t.capital] if named else []
        if behind and not plain.is_stop(behind[0].low):
            return root(behind[0].low), False
        return "", None
    if found[0].low == "who" and not plain.is_stop(found[1].low):
        return root(found[1].low), True
    return "", None
