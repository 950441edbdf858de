"""Find what a changed text corrects in the old one: figures, names, denials, quotes.

Both texts are split into sentences and aligned; the runs that differ are compared. A
sentence and its new wording share half of their words; what has no other wording was
removed or added. What counts are facts that a reader may have passed on: figures with
their units and dates, names, denials, and quoted words. How a thing is written («14» or
«fourteen», punctuation, capitals, spaces) does not count.

    rewritten   a fact that another one replaced is a correction
    removed     a fact that is nowhere in the new text is one too, except in closing
                paragraphs: texts are shortened from the end
    added       a new fact is one inside a paragraph that was there before; new
                paragraphs, and what follows the last sentence, are an update

An excerpt removes nothing, and a text that is mostly another one corrects nothing. A
sentence that announces a correction counts as one (kind `notice`), with the rest of its
paragraph. What it repeats of the old text is not in the new one.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple

from digests.figures import recognition
from digests.language import dates, numbers, quotation_marks, sentences, words
from digests.language.grammar import compile_negation
from digests.language.normalization import normalize_text
from digests.language.spans import overlaps_any, span_text
from digests.stories.profiles import CORRECTION_LABEL
from digests.types import Article, Figure, Span, frozen

#: A text of which less than this share stays counts as another text.
_STAYS = 0.5

CorrectionKind = Literal["figure", "name", "negation", "quote", "notice"]


@frozen
class TextSentence:
    """A sentence with its place and its paragraph."""

    text: str
    paragraph: int
    #: None: it is the title.
    span: Span | None = None


@frozen
class TextCorrection:
    """A correction: the facts of the old sentence and their replacement."""

    kind: CorrectionKind
    #: The removed and the added words; one of them may be "".
    before: str = ""
    after: str = ""
    #: What a corrected number measures, if the words beside it do not say so.
    what: str = ""
    #: The old and the new sentence; None where there is none.
    old: TextSentence | None = None
    new: TextSentence | None = None


def find_first_correction(old: Article, new: Article) -> TextCorrection | None:
    """The first correction of substance that `new` makes to `old`, or None.

    Args:
        old: A stored version.
        new: A later version of the same article.
    """
    return next(iter(find_corrections(old, new)), None)


def find_corrections(old: Article, new: Article) -> tuple[TextCorrection, ...]:
    """All corrections: of rewritten sentences, then removed, then added facts.

    Empty where less than half of the old text is still there: another text took its
    place, which corrects nothing.
    """
    aligned = _align_articles(old, new)
    if len(aligned.old) - len(aligned.gone_at) < max(1, _STAYS * len(aligned.old)):
        return ()
    return tuple(_iter_corrections(old, new, aligned))


def is_correction_within(correction: TextCorrection, spans: Iterable[Span]) -> bool:
    """Whether the corrected sentence was in one of these spans of the old text."""
    at = correction.old.span if correction.old else None
    return at is not None and overlaps_any(at, spans)


class _TextAlignment(NamedTuple):
    """How the sentences of the old and the new text correspond."""

    old: Sequence[TextSentence]
    new: Sequence[TextSentence]
    #: Sentences with their new wording and the new text around that.
    rewritten: Sequence[tuple[TextSentence, TextSentence, str]]
    #: Indices of sentences that are not in the other text in any wording.
    gone_at: Sequence[int]
    came_at: Sequence[int]
    #: Indices of the new sentences that announce corrections.
    notices: Collection[int]

    def list_removed(self) -> list[TextSentence]:
        """The removed sentences, closing paragraphs excepted."""
        stays = {*range(len(self.old))}.difference(self.gone_at)
        last = max((self.old[n].paragraph for n in stays), default=-2)
        return [self.old[n] for n in self.gone_at if self.old[n].paragraph <= last]

    def list_inserted(self) -> list[TextSentence]:
        """The sentences added between older ones of their paragraph."""
        paragraphs = [piece.paragraph for piece in self.new]
        stays = sorted({*range(len(self.new))}.difference(self.came_at))
        first = {paragraphs[n]: n for n in reversed(stays)}
        last = {paragraphs[n]: n for n in stays}
        return [
            self.new[n]
            for n in self.came_at
            if first.get(paragraphs[n], n) < n < last.get(paragraphs[n], n)
        ]


def _iter_corrections(
    old: Article, new: Article, aligned: _TextAlignment
) -> Iterator[TextCorrection]:
    lang = new.lang or old.lang
    known = _find_known_names((old, new), lang)
    for before, after, around in aligned.rewritten:
        for fact in _compare_sentences(before.text, after.text, around, known, lang):
            yield replace(fact, old=before, new=after)
    gone = [] if new.excerpt else aligned.list_removed()
    without = replace(new, text=_cut_notices(new, aligned))
    for piece, fact in _list_lacking(gone, without, known, lang):
        yield replace(fact, before=fact.after, after="", old=piece)
    for piece, fact in _list_lacking(aligned.list_inserted(), old, known, lang):
        yield replace(fact, new=piece)
    yield from _list_notices(aligned)


def _list_notices(aligned: _TextAlignment) -> Iterator[TextCorrection]:
    """What announces corrections in the new text, one for each paragraph."""
    came = [aligned.new[n] for n in aligned.came_at if n in aligned.notices]
    for _, group in groupby(came, key=attrgetter("paragraph")):
        first, *rest = pieces = list(group)
        whole = " ".join(piece.text for piece in pieces)
        if first.span is not None and rest:
            end = (rest[-1].span or first.span).end
            first = replace(first, span=Span(start=first.span.start, end=end))
        said = _NOTICE.search(whole)
        yield TextCorrection(
            kind="notice", after=said[0] if said else "", new=replace(first, text=whole)
        )


def _cut_notices(article: Article, aligned: _TextAlignment) -> str:
    """The text without what announces corrections, which repeats what was wrong."""
    spans = [aligned.new[n].span for n in sorted(aligned.notices)]
    text, end = "", 0
    for span in filter(None, spans):
        text += article.text[end : span.start]
        end = span.end
    return text + article.text[end:]


def _find_notices(pieces: Sequence[TextSentence]) -> frozenset[int]:
    """The sentences that announce a correction, and those after them in a paragraph."""
    found: set[int] = set()
    for at, piece in enumerate(pieces):
        follows = at - 1 in found and pieces[at - 1].paragraph == piece.paragraph
        if piece.span is not None and (follows or _NOTICE.search(piece.text)):
            found.add(at)
    return frozenset(found)


def _list_lacking(
    pieces: Sequence[TextSentence],
    other: Article,
    known: Collection[str],
    lang: str | None,
) -> Iterator[tuple[TextSentence, TextCorrection]]:
    """The sentences with a fact that the other text lacks, and the first such fact."""
    if not pieces:
        return
    whole = f"{other.title or ''}.\n{other.text}"
    counted = _collect_values(whole, lang).keys()
    running = _normalize_sentence(whole)
    parts = _list_name_parts(_find_name_runs(whole, known))
    for piece in pieces:
        values = _collect_values(piece.text, lang).items()
        names = _find_name_runs(piece.text, known)
        denies = _find_denials(piece.text)
        quoted = _find_quoted_words(piece.text)
        found: dict[CorrectionKind, list[str]] = {
            "figure": [c.shown for v, c in values if c.alone and v not in counted],
            "name": [
                name
                for name in names
                if not _split_name(name) & parts and _is_salient_name(name, lang)
            ],
            "negation": denies if len(denies) % 2 else [],
            "quote": [q for q in quoted if _normalize_sentence(q) not in running],
        }
        for kind, facts in found.items():
            if facts:
                yield piece, TextCorrection(kind=kind, after=", ".join(facts))
                break


_NAME = re.compile(r"[^\W\d_a-zà-öø-ÿ][\w’'-]*(?:[ -][^\W\d_a-zà-öø-ÿ][\w’'-]*)*")
_DENIES = compile_negation("un(?:true|safe|able|likely)")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(dates.WEEKDAYS)})s?\b", re.IGNORECASE)
_NOTICE = re.compile(
    rf"{CORRECTION_LABEL.pattern}"
    r"|\b(?:earlier|previous|first) version of this (?:article|story|report)\b"
    r"|\b(?:frühere|vorherige|erste)n? version (?:dieses|des) (?:artikels|textes)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def _compare_sentences(
    old: str, new: str, around: str, known: Collection[str], lang: str | None
) -> Iterator[TextCorrection]:
    """The facts that a new wording of a sentence corrects.

    Args:
        old: The sentence.
        new: Its new wording.
        around: The new text around that.
        known: Words that are names even at the start of a sentence.
        lang: Of both.
    """
    yield from _compare_figures(old, new, around, lang)
    found: dict[CorrectionKind, tuple[list[str], list[str]]] = {
        "name": _compare_names(old, new, around, known),
        "negation": _compare_denials(old, new),
        "quote": _compare_quoted_words(old, new),
    }
    for kind, (lost, came) in found.items():
        if lost or came:
            before, after = ", ".join(lost), ", ".join(came)
            yield TextCorrection(kind=kind, before=before, after=after)


def _find_known_names(articles: Sequence[Article], lang: str | None) -> frozenset[str]:
    """Words with a capital inside a sentence that never occur without it."""
    if words.resolve_language(lang) == "de":
        # Every German noun has a capital: those that begin a sentence do not count.
        return frozenset()
    text = "\n".join(article.text for article in articles)
    small = set(re.findall(r"\b[a-z][\w’'-]*", text))
    capital = re.findall(r"(?<=[\w,;’'] )[A-Z][\w’'-]*", text)
    return frozenset(word.casefold() for word in capital if word.lower() not in small)


def _is_salient_name(name: str, lang: str | None) -> bool:
    """Whether it is no month and, in German, more than a single noun."""
    if name.casefold() in dates.MONTHS:
        return False
    return " " in name or words.resolve_language(lang) != "de"


def _compare_figures(
    old: str, new: str, around: str, lang: str | None
) -> Iterator[TextCorrection]:
    """Figures that a sentence lost; an added figure alone corrects nothing."""
    before, after = _collect_values(old, lang), _collect_values(new, lang)
    elsewhere = _collect_values(around, lang).keys()
    lost = _list_other_values(before, after, elsewhere)
    came = _list_other_values(after, before, before.keys())
    if lost:
        # One number in the place of one: its subject says which.
        what = lost[0].what if len(lost) == len(came) == 1 else ""
        yield TextCorrection(
            kind="figure",
            before=", ".join(one.shown for one in lost),
            after=", ".join(one.shown for one in came),
            what=what,
        )


@frozen
class _CountedValue:
    shown: str
    unit: str = ""
    what: str = ""
    #: Whether its removal counts without a replacement: no bare month.
    alone: bool = False


def _list_other_values(
    values: Mapping[str, _CountedValue],
    other: Mapping[str, _CountedValue],
    known: Collection[str],
) -> list[_CountedValue]:
    """The values that are not known, or have another unit in the other wording."""
    units = {value: one.unit for value, one in other.items() if one.unit}
    return [
        one
        for value, one in values.items()
        if value not in known or (one.unit and units.get(value, one.unit) != one.unit)
    ]


def _collect_values(text: str, lang: str | None) -> dict[str, _CountedValue]:
    """Figures and dates of a sentence by their values."""
    found: dict[str, _CountedValue] = {}
    moments = dates.find_moments(text)
    for moment in moments:
        shown = span_text(text, moment)
        said = [moment.year, moment.month, moment.day]
        said = said if any(said) else [int(d) for d in _DIGITS.findall(shown)]
        exact = moment.day is not None
        found[f"{moment.kind} {said}"] = _CountedValue(shown=shown, alone=exact)
    for number in numbers.find_numbers(text, lang):
        if not any(m.start <= number.start < m.end for m in moments):
            shown = span_text(text, number)
            found[f"{number.value:.12g}"] = _CountedValue(shown=shown)
    for figure in recognition.find_figures(text, lang=lang):
        found[f"{figure.value:.12g}"] = _read_figure(text, figure)
    for day in _WEEKDAY.finditer(text):
        found[day[0].lower()[:3]] = _CountedValue(shown=day[0])
    return found


def _read_figure(text: str, figure: Figure) -> _CountedValue:
    """«300 people», or «£4.6 million» with «cost of the scheme»."""
    shown, what = figure.text, figure.what
    beside = f"{shown} {what}"
    if what and text.startswith(beside, figure.start):
        shown, what = beside, ""
    return _CountedValue(shown=shown, unit=figure.unit, what=what, alone=True)


def _compare_names(
    old: str, new: str, around: str, known: Collection[str]
) -> tuple[list[str], list[str]]:
    """Names of which nothing is left, or whose parts changed."""
    before, after = _find_name_runs(old, known), _find_name_runs(new, known)
    kept, there = _list_name_parts(before), _list_name_parts(after)
    if kept <= there:
        return [], []
    there |= _list_name_parts(_find_name_runs(around, known))
    gone = [name for name in before if not _split_name(name) <= there]
    came = [name for name in after if not _split_name(name) <= kept]
    whole = [name for name in gone if not _split_name(name) & there]
    return (whole or gone, came) if whole or (gone and came) else ([], [])


def _find_name_runs(text: str, known: Collection[str]) -> list[str]:
    """Runs of capitalised words; the first word of a sentence if a name elsewhere."""
    found = []
    for match in _NAME.finditer(text):
        name = match[0]
        if not any(char.isalnum() for char in text[: match.start()]):
            first, _, rest = name.partition(" ")
            name = name if first.casefold() in known else rest
        if name and not _WEEKDAY.fullmatch(name):
            found.append(name)
    return found


def _list_name_parts(names: Iterable[str]) -> set[str]:
    return {part for name in names for part in _split_name(name)}


def _split_name(name: str) -> frozenset[str]:
    bare = (part.removesuffix("’s").removesuffix("'s") for part in name.split())
    return frozenset(part.casefold().strip("’'-") for part in bare)


def _find_denials(sentence: str) -> list[str]:
    return [m[0].lower() for m in _DENIES.finditer(sentence)]


def _compare_denials(old: str, new: str) -> tuple[list[str], list[str]]:
    before, after = _find_denials(old), _find_denials(new)
    if len(before) % 2 == len(after) % 2:
        return [], []
    return _subtract(before, after), _subtract(after, before)


def _subtract(some: Iterable[str], others: Collection[str]) -> list[str]:
    return [one for one in some if one not in others]


def _compare_quoted_words(old: str, new: str) -> tuple[list[str], list[str]]:
    """Quoted words that changed; a removed or added quote corrects nothing."""
    before, after = (
        {_normalize_sentence(shown): shown for shown in _find_quoted_words(text)}
        for text in (old, new)
    )
    lost = [before[bare] for bare in _subtract(before, after)]
    came = [after[bare] for bare in _subtract(after, before)]
    return (lost[:1], came[:1]) if lost and came else ([], [])


def _find_quoted_words(text: str) -> list[str]:
    found = [span_text(text, q) for q in quotation_marks.find_quoted(text)]
    return [shown for shown in found if words.split_words(shown)]


#: Share of its words that a sentence has in common with its new wording.
_ALIKE = 0.5
#: Sentences beyond this are not compared.
_MOST = 1000
#: Of a longer sentence only the beginning is compared.
_LONGEST = 2000
#: The new wording is searched so many sentences away.
_REACH = 15

_TOKEN = re.compile(r"[^\W_]+|[%$€£¥]")


def _normalize_sentence(text: str) -> str:
    """The sentence for comparing: its words, without marks and capitals."""
    return " ".join(_TOKEN.findall(normalize_text(text)))


def _split_sentences(article: Article) -> list[TextSentence]:
    text = article.text
    pieces = [TextSentence(text=article.title, paragraph=-1)] if article.title else []
    paragraph, last = 0, 0
    for span in sentences.split_sentences(text, article.lang):
        paragraph += "\n" in text[last : span.start]
        last = span.end
        clipped = text[span.start : min(span.end, span.start + _LONGEST)]
        pieces.append(TextSentence(text=clipped, paragraph=paragraph, span=span))
    return pieces[:_MOST]


def _align_articles(old: Article, new: Article) -> _TextAlignment:
    """Align the sentences of two versions."""
    ours, theirs = _split_sentences(old), _split_sentences(new)
    before, after = ([_normalize_sentence(p.text) for p in x] for x in (ours, theirs))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rewritten: list[tuple[TextSentence, TextSentence, str]] = []
    notices = _find_notices(theirs)
    gone: list[int] = []
    came: list[int] = []
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        if how == "equal":
            continue
        taken: set[int] = set()
        for place in range(start, end):
            near = max(other_start, other_start + place - start - _REACH)
            far = min(other_end, other_start + place - start + _REACH)
            places = [n for n in range(near, far) if n not in notices]
            candidates = [theirs[n].text for n in places]
            wording = _find_wording(ours[place].text, candidates)
            if wording is None:
                gone.append(place)
            else:
                taken.add(places[wording])
                around = "\n".join(candidates)
                rewritten.append((ours[place], theirs[places[wording]], around))
        came += [n for n in range(other_start, other_end) if n not in taken]
    return _TextAlignment(ours, theirs, rewritten, gone, came, notices)


def _find_wording(sentence: str, candidates: Sequence[str]) -> int | None:
    """The index of the new wording among the candidates, or None."""
    own, *others = (
        {*words.split_words(normalize_text(text))} for text in (sentence, *candidates)
    )
    shares = [words.measure_containment(own, other) for other in others]
    most = max(shares, default=0.0)
    return shares.index(most) if most >= _ALIKE else None
