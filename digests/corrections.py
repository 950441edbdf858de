"""Whether a changed text corrects the old one, or only moves a comma; pure.

Both texts are cut into sentences and aligned; what was only added or taken out corrects
nothing. Of each sentence that was rewritten the facts are compared that a reader may
have passed on: figures with their units and dates, names, denials, and words in
quotation marks. A fact that went and another in its place is a correction; how a thing
is written («14» or «fourteen», a mark, a capital, a space) is not.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from digests import figures
from digests.language import dates, marks, numbers, sentences, words
from digests.language.fold import fold
from digests.types import Article

CorrectionKind = Literal["figure", "name", "negation", "quote"]

#: Part of a sentence's words that must be in another for it to be its new wording.
_ALIKE = 0.5
#: Sentences beyond this are not compared.
_MOST = 1000
#: Of a longer «sentence» only the beginning is.
_LONGEST = 2000
#: How many places away from the old sentence its new wording is looked for.
_REACH = 15

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
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W_]+|[%$€£¥]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What was put right: the old sentence's facts, and what stands in their place."""

    kind: CorrectionKind
    #: The words that went and those that came; either may be "" for a denial.
    before: str
    after: str
    #: The sentence as it reads now.
    sentence: str


def differs(old: Article, new: Article) -> Correction | None:
    """The first correction of substance that `new` makes to `old`, or None.

    Args:
        old: A stored version.
        new: A later version of the same article.
    """
    lang = new.lang or old.lang
    known = _known_names((old, new), lang)
    for before, after, around in _rewritten(_pieces(old), _pieces(new)):
        found = _compared(before, after, around, known, lang)
        if found is not None:
            return found
    return None


# Which sentences were rewritten


def _pieces(article: Article) -> list[str]:
    spans = sentences.split(article.text, article.lang)
    told = [article.text[s.start : min(s.end, s.start + _LONGEST)] for s in spans]
    return [article.title, *told][:_MOST] if article.title else told[:_MOST]


def _rewritten(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Each sentence with its new wording, and with all that stands in its place."""
    before, after = [_bare(sentence) for sentence in old], [_bare(s) for s in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        if how != "replace":
            continue
        for place, sentence in enumerate(old[start:end]):
            near = max(other_start, other_start + place - _REACH)
            candidates = new[near : min(other_end, other_start + place + _REACH)]
            wording = _wording(sentence, candidates)
            if wording is not None:
                yield sentence, wording, "\n".join(candidates)


def _bare(text: str) -> str:
    """The sentence for comparing: its words, without marks and capitals."""
    return " ".join(_TOKEN.findall(fold(text)))


def _wording(sentence: str, candidates: Sequence[str]) -> str | None:
    own = set(words.tokens(fold(sentence)))
    best, most = None, 0.0
    for candidate in candidates:
        other = set(words.tokens(fold(candidate)))
        shared = len(own & other) / max(1, min(len(own), len(other)))
        if shared > most:
            best, most = candidate, shared
    return best if most >= _ALIKE else None


# What is compared of them


def _compared(
    old: str, new: str, around: str, known: Collection[str], lang: str | None
) -> Correction | None:
    compared: tuple[tuple[CorrectionKind, tuple[str, str]], ...] = (
        ("figure", _figures(old, new, around, lang)),
        ("name", _names(old, new, around, known)),
        ("negation", _denials(old, new)),
        ("quote", _quotes(old, new, lang)),
    )
    for kind, (before, after) in compared:
        if before or after:
            return Correction(kind=kind, before=before, after=after, sentence=new)
    return None


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
        found[f"{moment.kind} {said}"] = _Counted(shown=shown)
    for number in numbers.find(text, lang):
        if not any(m.start <= number.start < m.end for m in moments):
            shown = text[number.start : number.end]
            found[f"{number.value:.12g}"] = _Counted(shown=shown)
    for figure in figures.find(text, lang=lang):
        one = _Counted(shown=figure.text, unit=figure.unit)
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


def _known_names(articles: Sequence[Article], lang: str | None) -> frozenset[str]:
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
    before = {_bare(shown): shown for shown in _quoted(old, lang)}
    after = {_bare(shown): shown for shown in _quoted(new, lang)}
    lost = [shown for bare, shown in before.items() if bare not in after]
    came = [shown for bare, shown in after.items() if bare not in before]
    return (lost[0], came[0]) if lost and came else ("", "")


def _quoted(text: str, lang: str | None) -> list[str]:
    found = [text[q.start : q.end] for q in marks.quoted(text, lang)]
    return [shown for shown in found if words.tokens(shown)]
