"""Whether a changed text corrects the old one, or only moves a comma; pure.

Both texts are cut into sentences and aligned. What counts are facts that a reader may
have passed on: figures with their units and dates, names, denials, and words in
quotation marks; how a thing is written («14» or «fourteen», a mark, a capital, a space)
does not.

    rewritten   a fact that went and another in its place is a correction
    taken out   a fact that stands nowhere any more is one too, but for closing
                paragraphs: texts are shortened from the end
    put in      a fact that is new is one in the middle of a paragraph that stood there;
                new paragraphs, and what follows the last sentence, are an update

An excerpt takes nothing back, and of a text that is mostly another one nothing is said:
it is a new text. What says of itself that it corrects, does (`notice`).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from digests import figures
from digests.language import dates, marks, numbers, sentences, words
from digests.language.fold import fold
from digests.types import Article

CorrectionKind = Literal["figure", "name", "negation", "quote", "notice"]

#: Part of a sentence's words that must be in another for it to be its new wording.
_ALIKE = 0.5
#: Sentences beyond this are not compared.
_MOST = 1000
#: Of a longer «sentence» only the beginning is.
_LONGEST = 2000
#: With more than this part of its sentences gone a text is another one.
_MOSTLY = 0.5
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
_NOTICE = re.compile(
    r"^\W*(?:correct(?:ion|ed)|clarification|erratum|korrektur|berichtigung)\b"
    r"|\b(?:earlier|previous|first) version of this (?:article|story|report)\b"
    r"|\b(?:frühere|vorherige|erste)n? version (?:dieses|des) (?:artikels|textes)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W_]+|[%$€£¥]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What was put right: the old sentence's facts, and what stands in their place."""

    kind: CorrectionKind
    #: The words that went and those that came; one of them may be "".
    before: str
    after: str
    #: The sentence as it reads now, or as it read where it was taken out.
    sentence: str


def differs(old: Article, new: Article) -> Correction | None:
    """The first correction of substance that `new` makes to `old`, or None.

    Args:
        old: A stored version.
        new: A later version of the same article.
    """
    lang = new.lang or old.lang
    known = _known_names((old, new), lang)
    there = _aligned(_pieces(old), _pieces(new))
    for before, after, around in there.rewritten:
        found = _compared(before, after, around, known, lang)
        if found is not None:
            return found
    if len(there.gone_at) > _MOSTLY * len(there.old):
        return None
    gone = [] if new.excerpt else _taken_out(there)
    struck = _alone(gone, new, known, lang)
    if struck is not None:
        return replace(struck, before=struck.after, after="")
    came = _alone(_put_in(there), old, known, lang)
    said = (_notice(there.new[n].text) for n in there.came_at)
    return came or next((one for one in said if one is not None), None)


# Which sentences were rewritten


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A sentence and the paragraph that it stands in."""

    text: str
    paragraph: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Aligned:
    """What became of the sentences, by their places in the old and the new text."""

    old: Sequence[_Piece]
    new: Sequence[_Piece]
    #: Each rewritten sentence with its new wording, and all that stands in its place.
    rewritten: Sequence[tuple[str, str, str]]
    #: Places of sentences that are not in the other text in any wording.
    gone_at: Sequence[int]
    came_at: Sequence[int]


def _pieces(article: Article) -> list[_Piece]:
    text = article.text
    pieces = [_Piece(text=article.title, paragraph=-1)] if article.title else []
    paragraph, last = 0, 0
    for span in sentences.split(text, article.lang):
        paragraph += "\n" in text[last : span.start]
        last = span.end
        told = text[span.start : min(span.end, span.start + _LONGEST)]
        pieces.append(_Piece(text=told, paragraph=paragraph))
    return pieces[:_MOST]


def _aligned(old: Sequence[_Piece], new: Sequence[_Piece]) -> _Aligned:
    before, after = [_bare(p.text) for p in old], [_bare(p.text) for p in new]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rewritten: list[tuple[str, str, str]] = []
    gone: list[int] = []
    came: list[int] = []
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        if how == "equal":
            continue
        taken: set[int] = set()
        for place in range(start, end):
            near = max(other_start, other_start + place - start - _REACH)
            far = min(other_end, other_start + place - start + _REACH)
            candidates = [new[n].text for n in range(near, far)]
            wording = _wording(old[place].text, candidates)
            if wording is None:
                gone.append(place)
            else:
                taken.add(near + wording)
                around = "\n".join(candidates)
                rewritten.append((old[place].text, candidates[wording], around))
        came += [n for n in range(other_start, other_end) if n not in taken]
    return _Aligned(old=old, new=new, rewritten=rewritten, gone_at=gone, came_at=came)


def _taken_out(there: _Aligned) -> list[str]:
    """What is gone, but for closing paragraphs."""
    left = set(there.gone_at)
    stays = [n for n in range(len(there.old)) if n not in left]
    last = there.old[stays[-1]].paragraph if stays else -2
    return [there.old[n].text for n in there.gone_at if there.old[n].paragraph <= last]


def _put_in(there: _Aligned) -> list[str]:
    """What came in between sentences of one paragraph."""
    came = set(there.came_at)
    stood: dict[int, list[int]] = {}
    for place, piece in enumerate(there.new):
        if place not in came:
            stood.setdefault(piece.paragraph, []).append(place)
    return [
        there.new[n].text
        for n in there.came_at
        if (beside := stood.get(there.new[n].paragraph)) and beside[0] < n < beside[-1]
    ]


def _bare(text: str) -> str:
    """The sentence for comparing: its words, without marks and capitals."""
    return " ".join(_TOKEN.findall(fold(text)))


def _wording(sentence: str, candidates: Sequence[str]) -> int | None:
    """The place of the new wording among the candidates."""
    own = set(words.tokens(fold(sentence)))
    best, most = None, 0.0
    for place, candidate in enumerate(candidates):
        other = set(words.tokens(fold(candidate)))
        shared = len(own & other) / max(1, min(len(own), len(other)))
        if shared > most:
            best, most = place, shared
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


def _alone(
    several: Sequence[str], other: Article, known: Collection[str], lang: str | None
) -> Correction | None:
    """The first fact of these sentences that the other text has not, as what came."""
    if not several:
        return None
    whole = f"{other.title or ''}.\n{other.text}"
    counted, running = _counted(whole, lang).keys(), _bare(whole)
    there = {part for name in _name_runs(whole, known) for part in _parts(name)}
    for sentence in several:
        names = (n for n in _name_runs(sentence, known) if not _parts(n) & there)
        counts = _counted(sentence, lang).items()
        denies = [m[0].lower() for m in _DENIES.finditer(sentence)]
        found: tuple[tuple[CorrectionKind, list[str]], ...] = (
            ("figure", [c.shown for v, c in counts if c.alone and v not in counted]),
            ("name", [name for name in names if _is_telling(name, lang)]),
            ("negation", denies if len(denies) % 2 else []),
            ("quote", [q for q in _quoted(sentence, lang) if _bare(q) not in running]),
        )
        for kind, facts in found:
            if facts:
                after = ", ".join(facts)
                return Correction(kind=kind, before="", after=after, sentence=sentence)
    return None


def _is_telling(name: str, lang: str | None) -> bool:
    """No month; and in German, where every noun has a capital, not one word alone."""
    if name.casefold() in dates.MONTHS:
        return False
    return " " in name or words.primary(lang) != "de"


def _notice(sentence: str) -> Correction | None:
    """A sentence that says of itself that something was put right."""
    found = _NOTICE.search(sentence)
    if found is None:
        return None
    return Correction(kind="notice", before="", after=found[0], sentence=sentence)


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
