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
sentence that announces a correction counts as one (kind `notice`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Literal

from digests.figures import recognition
from digests.language import dates, numbers, quotation_marks, sentences, words
from digests.language.grammar import compile_negation
from digests.language.normalization import normalize_text
from digests.language.spans import span_text, spans_overlap
from digests.stories.profiles import CORRECTION_LABELS
from digests.types import Article, Span

#: A text that lost more than this share of its sentences counts as another text.
_MOSTLY = 0.5
#: At least this share of it must stay for its corrections to be listed.
_STAYS = 0.5

CorrectionKind = Literal["figure", "name", "negation", "quote", "notice"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSentence:
    """A sentence with its place and its paragraph."""

    text: str
    paragraph: int
    #: None: it is the title.
    span: Span | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TextCorrection:
    """A correction: the facts of the old sentence and their replacement."""

    kind: CorrectionKind
    #: The removed and the added words; one of them may be "".
    before: str
    after: str
    #: The sentence as it reads now, or the removed sentence.
    sentence: str
    #: The old and the new sentence; None where there is none.
    old: TextSentence | None = None
    new: TextSentence | None = None


def find_first_correction(old: Article, new: Article) -> TextCorrection | None:
    """The first correction of substance that `new` makes to `old`, or None.

    Args:
        old: A stored version.
        new: A later version of the same article.
    """
    return next(_iter_corrections(old, new, align_articles(old, new)), None)


def find_corrections(old: Article, new: Article) -> tuple[TextCorrection, ...]:
    """All corrections: of rewritten sentences, then removed, then added facts.

    Empty where less than half of the old text is still there: another text took its
    place, which corrects nothing.
    """
    there = align_articles(old, new)
    return tuple(_iter_corrections(old, new, there)) if there.kept >= _STAYS else ()


def is_correction_within(correction: TextCorrection, span: Span) -> bool:
    """Whether the corrected sentence was in this span of the old text."""
    at = correction.old.span if correction.old else None
    return at is not None and spans_overlap(at, span)


@dataclass(frozen=True, kw_only=True, slots=True)
class RewrittenSentence:
    """A sentence with its new wording and the new text around that."""

    old: TextSentence
    new: TextSentence
    around: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TextAlignment:
    """How the sentences of the old and the new text correspond."""

    old: Sequence[TextSentence]
    new: Sequence[TextSentence]
    rewritten: Sequence[RewrittenSentence]
    #: Indices of sentences that are not in the other text in any wording.
    gone_at: Sequence[int]
    came_at: Sequence[int]

    @property
    def kept(self) -> float:
        """The share of the old sentences (0 to 1) that is unchanged or similar."""
        if not self.old:
            return 0.0
        same = len(self.old) - len(self.gone_at) - len(self.rewritten)
        alike = sum(
            _share_of_words(r.old.text, r.new.text) >= _ALIKE for r in self.rewritten
        )
        return (same + alike) / len(self.old)

    def taken_out(self) -> list[TextSentence]:
        """The removed sentences, closing paragraphs excepted."""
        left = set(self.gone_at)
        stays = [n for n in range(len(self.old)) if n not in left]
        last = self.old[stays[-1]].paragraph if stays else -2
        return [self.old[n] for n in self.gone_at if self.old[n].paragraph <= last]

    def put_in(self) -> list[TextSentence]:
        """The sentences added between older ones of their paragraph."""
        came = set(self.came_at)
        stood: dict[int, list[int]] = {}
        for place, piece in enumerate(self.new):
            if place not in came:
                stood.setdefault(piece.paragraph, []).append(place)
        return [
            self.new[n]
            for n in self.came_at
            if (beside := stood.get(self.new[n].paragraph))
            and beside[0] < n < beside[-1]
        ]


def _iter_corrections(
    old: Article, new: Article, there: TextAlignment
) -> Iterator[TextCorrection]:
    lang = new.lang or old.lang
    known = find_known_names((old, new), lang)
    for one in there.rewritten:
        pair = compare_sentences(one.old.text, one.new.text, one.around, known, lang)
        for fact in pair:
            yield _build_correction(fact, one.old, one.new)
    if len(there.gone_at) > _MOSTLY * len(there.old):
        return
    gone = [] if new.excerpt else there.taken_out()
    for piece, fact in _list_lacking(gone, new, known, lang):
        yield _build_correction(_reverse_fact(fact), piece, None)
    for piece, fact in _list_lacking(there.put_in(), old, known, lang):
        yield _build_correction(fact, None, piece)
    for place in there.came_at:
        said = find_correction_notice(there.new[place].text)
        if said is not None:
            yield _build_correction(said, None, there.new[place])


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectedFact:
    """The removed and the added words; one may be ""."""

    kind: CorrectionKind
    before: str
    after: str


def _list_lacking(
    pieces: Sequence[TextSentence],
    other: Article,
    known: Collection[str],
    lang: str | None,
) -> Iterator[tuple[TextSentence, CorrectedFact]]:
    """The sentences with a fact that the other text lacks, and that fact."""
    if not pieces:
        return
    elsewhere = TextFacts(other, known, lang)
    for piece in pieces:
        fact = elsewhere.lacks(piece.text)
        if fact is not None:
            yield piece, fact


def _reverse_fact(fact: CorrectedFact) -> CorrectedFact:
    """An addition seen from the other text: a removal."""
    return CorrectedFact(kind=fact.kind, before=fact.after, after="")


def _build_correction(
    fact: CorrectedFact, old: TextSentence | None, new: TextSentence | None
) -> TextCorrection:
    shown = new or old
    sentence, facts = shown.text if shown else "", asdict(fact)
    return TextCorrection(**facts, sentence=sentence, old=old, new=new)


_NAME = re.compile(r"[^\W\d_a-zà-öø-ÿ][\w’'-]*(?:[ -][^\W\d_a-zà-öø-ÿ][\w’'-]*)*")
_DENIES = compile_negation("un(?:true|safe|able|likely)")
_WEEKDAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)s?\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    rf"^\W*(?:{CORRECTION_LABELS})\b"
    r"|\b(?:earlier|previous|first) version of this (?:article|story|report)\b"
    r"|\b(?:frühere|vorherige|erste)n? version (?:dieses|des) (?:artikels|textes)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def compare_sentences(
    old: str, new: str, around: str, known: Collection[str], lang: str | None
) -> Iterator[CorrectedFact]:
    """The facts that a new wording of a sentence corrects.

    Args:
        old: The sentence as it was.
        new: Its new wording.
        around: The new text around it.
        known: Words that are names even at the start of a sentence.
        lang: Of both.
    """
    found: dict[CorrectionKind, tuple[str, str]] = {
        "figure": _compare_figures(old, new, around, lang),
        "name": _compare_names(old, new, around, known),
        "negation": _compare_denials(old, new),
        "quote": _compare_quoted_words(old, new),
    }
    for kind, (before, after) in found.items():
        if before or after:
            yield CorrectedFact(kind=kind, before=before, after=after)


class TextFacts:
    """The facts of a whole text, to find those of a sentence that it lacks."""

    def __init__(
        self, other: Article, known: Collection[str], lang: str | None
    ) -> None:
        whole = f"{other.title or ''}.\n{other.text}"
        self._counted = _collect_values(whole, lang).keys()
        self._running = normalize_sentence(whole)
        runs = _find_name_runs(whole, known)
        self._names = _list_name_parts(runs)
        self._known, self._lang = known, lang

    def lacks(self, sentence: str) -> CorrectedFact | None:
        """The first fact of the sentence that the text lacks, as an addition."""
        lang = self._lang
        runs = _find_name_runs(sentence, self._known)
        names = (n for n in runs if not _split_name(n) & self._names)
        counts = _collect_values(sentence, lang).items()
        figures = [c.shown for v, c in counts if c.alone and v not in self._counted]
        denies = _find_denials(sentence)
        quoted = _find_quoted_words(sentence)
        found: dict[CorrectionKind, list[str]] = {
            "figure": figures,
            "name": [name for name in names if _is_salient_name(name, lang)],
            "negation": denies if len(denies) % 2 else [],
            "quote": [q for q in quoted if normalize_sentence(q) not in self._running],
        }
        for kind, facts in found.items():
            if facts:
                return CorrectedFact(kind=kind, before="", after=", ".join(facts))
        return None


def find_correction_notice(sentence: str) -> CorrectedFact | None:
    """The words by which a sentence says that something was corrected, or None."""
    found = _NOTICE.search(sentence)
    return CorrectedFact(kind="notice", before="", after=found[0]) if found else None


def find_known_names(articles: Sequence[Article], lang: str | None) -> frozenset[str]:
    """Words with a capital inside a sentence that never occur without it."""
    if words.resolve_language(lang) == "de":
        # Every German noun has a capital: those that begin a sentence do not count.
        return frozenset()
    capital: set[str] = set()
    small: set[str] = set()
    for text in (article.text for article in articles):
        small.update(w for w in re.findall(r"\b[a-z][\w’'-]*", text))
        capital.update(re.findall(r"(?<=[\w,;’'] )[A-Z][\w’'-]*", text))
    return frozenset(word.casefold() for word in capital if word.lower() not in small)


def _is_salient_name(name: str, lang: str | None) -> bool:
    """Whether it is no month and, in German, more than a single noun."""
    if name.casefold() in dates.MONTHS:
        return False
    return " " in name or words.resolve_language(lang) != "de"


def _compare_figures(
    old: str, new: str, around: str, lang: str | None
) -> tuple[str, str]:
    """Figures that a sentence lost; an added figure alone corrects nothing."""
    before, after = _collect_values(old, lang), _collect_values(new, lang)
    if before.keys() <= after.keys() and not any(
        _has_other_unit(one, after[value]) for value, one in before.items()
    ):
        return "", ""
    elsewhere = _collect_values(around, lang).keys()
    lost = [
        one.shown
        for value, one in before.items()
        if value not in elsewhere or _has_other_unit(one, after.get(value))
    ]
    came = [
        one.shown
        for value, one in after.items()
        if value not in before or _has_other_unit(one, before.get(value))
    ]
    return (", ".join(lost), ", ".join(came)) if lost else ("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _CountedValue:
    shown: str
    unit: str = ""
    #: Whether its removal counts without a replacement: no bare month.
    alone: bool = False


def _has_other_unit(one: _CountedValue, other: _CountedValue | None) -> bool:
    return (
        other is not None and bool(one.unit and other.unit) and one.unit != other.unit
    )


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
        one = _CountedValue(shown=figure.text, unit=figure.unit, alone=True)
        found[f"{figure.value:.12g}"] = one
    for day in _WEEKDAY.finditer(text):
        found[day[0].lower()[:3]] = _CountedValue(shown=day[0])
    return found


def _compare_names(
    old: str, new: str, around: str, known: Collection[str]
) -> tuple[str, str]:
    """Names of which nothing is left, or whose parts changed."""
    before, after = _find_name_runs(old, known), _find_name_runs(new, known)
    kept, there = _list_name_parts(before), _list_name_parts(after)
    if kept <= there:
        return "", ""
    there |= _list_name_parts(_find_name_runs(around, known))
    gone = [name for name in before if not _split_name(name) <= there]
    came = [name for name in after if not _split_name(name) <= kept]
    whole = [name for name in gone if not _split_name(name) & there]
    if whole or (gone and came):
        return ", ".join(whole or gone), ", ".join(came)
    return "", ""


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


def _compare_denials(old: str, new: str) -> tuple[str, str]:
    before, after = _find_denials(old), _find_denials(new)
    if len(before) % 2 == len(after) % 2:
        return "", ""
    lost = [word for word in before if word not in after]
    came = [word for word in after if word not in before]
    return ", ".join(lost), ", ".join(came)


def _compare_quoted_words(old: str, new: str) -> tuple[str, str]:
    """Quoted words that changed; a removed or added quote corrects nothing."""
    before, after = (
        {normalize_sentence(shown): shown for shown in _find_quoted_words(text)}
        for text in (old, new)
    )
    lost = [shown for bare, shown in before.items() if bare not in after]
    came = [shown for bare, shown in after.items() if bare not in before]
    return (lost[0], came[0]) if lost and came else ("", "")


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


def align_articles(old: Article, new: Article) -> TextAlignment:
    """Align the sentences of two versions."""
    return _align_sentences(_split_sentences(old), _split_sentences(new))


def normalize_sentence(text: str) -> str:
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


def _align_sentences(
    old: Sequence[TextSentence], new: Sequence[TextSentence]
) -> TextAlignment:
    before, after = ([normalize_sentence(p.text) for p in text] for text in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rewritten: list[RewrittenSentence] = []
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
            wording = _find_wording(old[place].text, candidates)
            if wording is None:
                gone.append(place)
            else:
                taken.add(near + wording)
                around = "\n".join(candidates)
                worded = RewrittenSentence(
                    old=old[place], new=new[near + wording], around=around
                )
                rewritten.append(worded)
        came += [n for n in range(other_start, other_end) if n not in taken]
    return TextAlignment(
        old=old, new=new, rewritten=rewritten, gone_at=gone, came_at=came
    )


def _share_of_words(one: str, other: str) -> float:
    """The share of the words of both that both have."""
    ours, theirs = (normalize_sentence(text).split() for text in (one, other))
    return words.measure_jaccard(set(ours), set(theirs))


def _find_wording(sentence: str, candidates: Sequence[str]) -> int | None:
    """The index of the new wording among the candidates, or None."""
    own = set(words.split_words(normalize_text(sentence)))
    best, most = None, 0.0
    for place, candidate in enumerate(candidates):
        other = set(words.split_words(normalize_text(candidate)))
        shared = words.measure_containment(own, other)
        if shared > most:
            best, most = place, shared
    return best if most >= _ALIKE else None
