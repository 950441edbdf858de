"""The facts of sentences that a reader may have passed on, compared; it aligns nothing.

Figures with their units and dates, names, denials, and words in quotation marks.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from digests import figures
from digests.corrections.aligning import bare
from digests.language import dates, marks, numbers, words
from digests.types import Article

CorrectionKind = Literal["figure", "name", "negation", "quote", "notice"]


_NAME = re.compile(r"[^\W\d_a-zà-öø-ÿ][\w’'-]*(?:[ -][^\W\d_a-zà-öø-ÿ][\w’'-]*)*")
_DENIES = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|nor|neither|without|cannot|"
    r"nicht|nichts|nie|niemals|niemand|kein\w*|ohne|weder|un(?:true|safe|able|likely)|"
    r"denie[sd]|deny|denying)\b|n['’]t\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)s?\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^\W*(?:correct(?:ion|ed)|clarification|erratum|korrektur|berichtigung)\b"
    r"|\b(?:earlier|previous|first) version of this (?:article|story|report)\b"
    r"|\b(?:frühere|vorherige|erste)n? version (?:dieses|des) (?:artikels|textes)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Words that went and words that came in their place; one may be ""."""

    kind: CorrectionKind
    before: str
    after: str


def compared(
    old: str, new: str, around: str, known: Collection[str], lang: str | None
) -> Iterator[Fact]:
    """What one sentence puts right of the other.

    Args:
        old: The sentence as it was.
        new: Its new wording.
        around: All that stands in its place.
        known: Words that are names also where a sentence begins with them.
        lang: Of both.
    """
    both: tuple[tuple[CorrectionKind, tuple[str, str]], ...] = (
        ("figure", _figures(old, new, around, lang)),
        ("name", _names(old, new, around, known)),
        ("negation", _denials(old, new)),
        ("quote", _quotes(old, new, lang)),
    )
    for kind, (before, after) in both:
        if before or after:
            yield Fact(kind=kind, before=before, after=after)


class Elsewhere:
    """The facts of a whole text, to see which of a sentence it lacks."""

    def __init__(
        self, other: Article, known: Collection[str], lang: str | None
    ) -> None:
        whole = f"{other.title or ''}.\n{other.text}"
        self._counted, self._running = _counted(whole, lang).keys(), bare(whole)
        runs = _name_runs(whole, known)
        self._names = {part for name in runs for part in _parts(name)}
        self._known, self._lang = known, lang

    def lacks(self, sentence: str) -> Fact | None:
        """The first fact of the sentence that the text has not, as what came."""
        lang = self._lang
        runs = _name_runs(sentence, self._known)
        names = (n for n in runs if not _parts(n) & self._names)
        counts = _counted(sentence, lang).items()
        denies = [m[0].lower() for m in _DENIES.finditer(sentence)]
        found: tuple[tuple[CorrectionKind, list[str]], ...] = (
            (
                "figure",
                [c.shown for v, c in counts if c.alone and v not in self._counted],
            ),
            ("name", [name for name in names if _is_telling(name, lang)]),
            ("negation", denies if len(denies) % 2 else []),
            (
                "quote",
                [q for q in _quoted(sentence, lang) if bare(q) not in self._running],
            ),
        )
        for kind, facts in found:
            if facts:
                return Fact(kind=kind, before="", after=", ".join(facts))
        return None


def notice(sentence: str) -> Fact | None:
    """A sentence that says of itself that something was put right."""
    found = _NOTICE.search(sentence)
    return Fact(kind="notice", before="", after=found[0]) if found else None


def known_names(articles: Sequence[Article], lang: str | None) -> frozenset[str]:
    """Words with a capital inside a sentence, that are never written without it."""
    if words.primary(lang) == "de":
        # Every German noun has a capital: only what no sentence begins with counts.
        return frozenset()
    capital: set[str] = set()
    small: set[str] = set()
    for text in (article.text for article in articles):
        small.update(w for w in re.findall(r"\b[a-z][\w’'-]*", text))
        capital.update(re.findall(r"(?<=[\w,;’'] )[A-Z][\w’'-]*", text))
    return frozenset(word.casefold() for word in capital if word.lower() not in small)


def _is_telling(name: str, lang: str | None) -> bool:
    """No month; and in German, where every noun has a capital, not one word alone."""
    if name.casefold() in dates.MONTHS:
        return False
    return " " in name or words.primary(lang) != "de"


def _figures(old: str, new: str, around: str, lang: str | None) -> tuple[str, str]:
    """Figures that went from a sentence; one that was added corrects none."""
    before, after = _counted(old, lang), _counted(new, lang)
    if before.keys() <= after.keys() and not any(
        _other_unit(one, after[value]) for value, one in before.items()
    ):
        return "", ""
    elsewhere = _counted(around, lang).keys()
    lost = [
        one.shown
        for value, one in before.items()
        if value not in elsewhere or _other_unit(one, after.get(value))
    ]
    came = [
        one.shown
        for value, one in after.items()
        if value not in before or _other_unit(one, before.get(value))
    ]
    return (", ".join(lost), ", ".join(came)) if lost else ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    shown: str
    unit: str = ""
    #: Whether it is worth a word without another in its place: no bare month.
    alone: bool = False


def _other_unit(one: _Counted, other: _Counted | None) -> bool:
    return (
        other is not None and bool(one.unit and other.unit) and one.unit != other.unit
    )


def _counted(text: str, lang: str | None) -> dict[str, _Counted]:
    """Figures and dates of a sentence, by what they come to."""
    found: dict[str, _Counted] = {}
    moments = dates.find(text)
    for moment in moments:
        shown = text[moment.start : moment.end]
        said = [moment.year, moment.month, moment.day]
        said = said if any(said) else [int(d) for d in _DIGITS.findall(shown)]
        exact = moment.day is not None
        found[f"{moment.kind} {said}"] = _Counted(shown=shown, alone=exact)
    for number in numbers.find(text, lang):
        if not any(m.start <= number.start < m.end for m in moments):
            shown = text[number.start : number.end]
            found[f"{number.value:.12g}"] = _Counted(shown=shown)
    for figure in figures.find(text, lang=lang):
        one = _Counted(shown=figure.text, unit=figure.unit, alone=True)
        found[f"{figure.value:.12g}"] = one
    for day in _WEEKDAY.finditer(text):
        found[day[0].lower()[:3]] = _Counted(shown=day[0])
    return found


def _names(old: str, new: str, around: str, known: Collection[str]) -> tuple[str, str]:
    """Names of which nothing is left, or that have other parts now."""
    before, after = _name_runs(old, known), _name_runs(new, known)
    kept = {part for name in before for part in _parts(name)}
    there = {part for name in after for part in _parts(name)}
    if kept <= there:
        return "", ""
    there |= {part for name in _name_runs(around, known) for part in _parts(name)}
    gone = [name for name in before if not _parts(name) <= there]
    came = [name for name in after if not _parts(name) <= kept]
    whole = [name for name in gone if not _parts(name) & there]
    if whole or (gone and came):
        return ", ".join(whole or gone), ", ".join(came)
    return "", ""


def _name_runs(text: str, known: Collection[str]) -> list[str]:
    """Names of a sentence: runs of capitals; its first word if a name elsewhere."""
    found = []
    for match in _NAME.finditer(text):
        name = match[0]
        if not any(char.isalnum() for char in text[: match.start()]):
            first, _, rest = name.partition(" ")
            name = name if first.casefold() in known else rest
        if name and not _WEEKDAY.fullmatch(name):
            found.append(name)
    return found


def _parts(name: str) -> frozenset[str]:
    bare = (part.removesuffix("’s").removesuffix("'s") for part in name.split())
    return frozenset(part.casefold().strip("’'-") for part in bare)


def _denials(old: str, new: str) -> tuple[str, str]:
    before = [m[0].lower() for m in _DENIES.finditer(old)]
    after = [m[0].lower() for m in _DENIES.finditer(new)]
    if len(before) % 2 == len(after) % 2:
        return "", ""
    lost = [word for word in before if word not in after]
    came = [word for word in after if word not in before]
    return ", ".join(lost), ", ".join(came)


def _quotes(old: str, new: str, lang: str | None) -> tuple[str, str]:
    """Quoted words that are others now; a quote that went or came corrects none."""
    before = {bare(shown): shown for shown in _quoted(old, lang)}
    after = {bare(shown): shown for shown in _quoted(new, lang)}
    lost = [shown for bare, shown in before.items() if bare not in after]
    came = [shown for bare, shown in after.items() if bare not in before]
    return (lost[0], came[0]) if lost and came else ("", "")


def _quoted(text: str, lang: str | None) -> list[str]:
    found = [text[q.start : q.end] for q in marks.quoted(text, lang)]
    return [shown for shown in found if words.tokens(shown)]
