"""Extract the profile by which an article is compared: words, names, time, scores.

A profile holds the significant words with their weights (`terms`), which of them are
names, when and by whom the article was published, and two kinds of fact that reports of
one event cannot differ in: the score of a match and its place in a series («the fourth
stage»).

A word is a name when it has a capital inside sentences more often than not. The
capitals of a headline say nothing if it is written in title case. In German, which
writes every noun with a capital, only the words in a few positions are names.

Texts are the same, such as wire copies and reprints, where the Jaccard index of their
word triples (shingles) is at least 0.7, as estimated from the smallest hashes of each
(bottom-k sketch; Broder, 1997). Headlines without a text repeat each other when their
normalized words are equal within three days.
"""

import heapq
import math
import re
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from zlib import crc32

from digests.language import words
from digests.language.normalization import normalize_text, parse_whole_number
from digests.language.words import split_words
from digests.stories import terms
from digests.stories.subjects import Subject, find_subject
from digests.stories.terms import has_body
from digests.types import Article, frozen

#: Characters read for names and facts: news comes early in a text.
_READ = 6000
#: Characters after the title in which the place in a series is looked for.
_LEAD = 400
_SCORE = re.compile(r"(?<![\d-])\d{1,2}-\d{1,2}(?![\d-])")
_SERIES = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|\d{1,2}(?:st|nd|rd|th))\s"
    r"(match|stage|round|game|leg|race|test|heat|day|hearing)\b"
)
#: «magnitude 5.8», «a 5.8-magnitude quake», «der Stärke 5,8»
_MAGNITUDE = re.compile(
    r"\b(?:magnitude(?:\sof)?|Stärke(?:\svon)?)\s(\d[.,]\d)\b"
    r"|\b(\d[.,]\d)[-\s]magnitude\b",
    re.IGNORECASE,
)
#: The tenths by which two measurements of one earthquake differ at most, halved.
_TENTHS = 2
#: Characters in which an article says who and where, and the names that are kept.
_OPENING, _MOST_NAMES = 500, 12
_SHORT = 600
#: A title that begins so announces a correction.
CORRECTION_LABEL = re.compile(
    r"^\W*(?:correct(?:ion|ed)|clarification|erratum|korrektur|berichtigung"
    r"|richtigstellung)\b",
    re.IGNORECASE,
)
#: Least lengths of the weights: little text proves little.
_FEW_NAMES, _FEW_WORDS, _THIN = 14.0, 20.0, 18.0


@frozen
class ArticleProfile:
    """The features by which an article is compared."""

    #: Stem to weight.
    weights: Mapping[str, float]
    names: frozenset[str]
    #: Lengths of the weights of the names, of the other words, and of all.
    names_length: float
    words_length: float
    length: float
    #: Whether there is a text, and not only a headline.
    text: bool
    #: Whether names could be recognized.
    named: bool
    #: Hours since 1970, or None.
    hours: float | None
    source: str
    #: What reports of one event cannot differ in: «stage» to «fourth», «score» to all
    #: of them.
    marks: Mapping[str, frozenset[str]]
    #: Whether it announces that it corrects another article.
    corrects: bool
    #: The first names of title and opening, which say who and where; None if they
    #: cannot be recognized.
    identity: tuple[str, ...] | None
    #: The names of the person whose death is all it tells.
    deceased: tuple[str, ...]
    #: Whether it is a headline alone, in the language whose ordinary words are listed.
    headline: bool
    #: Words that begin its sentences and may be names.
    openers: tuple[str, ...]
    #: Whether it has so few words that the words of its genre outweigh its names.
    short: bool
    #: Whom and what place a short item is about.
    subject: Subject | None = None
    #: What headline and first sentences are about: its names, and the other words.
    about: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()


def build_profiles(
    articles: Sequence[Article], background: terms.TermBackground | None = None
) -> list[ArticleProfile]:
    """One profile per article, in the same order.

    Args:
        articles: In languages without word ranks their own frequencies are used.
        background: How many stories have each word; None = only these articles.
    """
    counted = [terms.count_terms(article) for article in articles]
    known = background or terms.TermBackground(counted)
    return [build_profile(a, known, c) for a, c in zip(articles, counted, strict=True)]


def build_profile(
    article: Article,
    background: terms.TermBackground,
    counted: Mapping[str, float] | None = None,
) -> ArticleProfile:
    """The profile of one article; `counted` are its terms, if they are known."""
    counted = counted or terms.count_terms(article)
    title, text = article.title or "", terms.has_body(article)
    whole = f"{title}. {article.text[:_READ]}"
    tag = words.resolve_language(article.lang)
    found = (
        _find_name_stems(article.text[:_READ]) if text and tag == "en" else frozenset()
    )
    weights = terms.weigh_terms(counted, found, tag, text=text, background=background)
    names = found & weights.keys()
    lead = terms.find_lead_terms(article) if found else frozenset[str]()
    squares = {stem: weight * weight for stem, weight in weights.items()}
    of_names = sum(squares[stem] for stem in names)
    of_all = sum(squares.values())
    short = len(article.text) < _SHORT
    return ArticleProfile(
        weights=weights,
        names=names,
        names_length=max(_FEW_NAMES, math.sqrt(of_names)),
        words_length=max(_FEW_WORDS, math.sqrt(max(0.0, of_all - of_names))),
        length=max(_THIN, math.sqrt(of_all)),
        text=text,
        named=bool(found),
        hours=article.published.timestamp() / 3600 if article.published else None,
        source=article.source,
        marks=_find_marks(whole, len(title) + _LEAD),
        corrects=bool(CORRECTION_LABEL.match(title)),
        identity=_find_identity(title, article.text, tag),
        deceased=_find_deceased(title, article.text, tag),
        headline=tag == "en" and not article.text,
        openers=_list_openers(f"{title}\n{article.text[:_OPENING]}", tag),
        short=short,
        subject=find_subject(
            title,
            article.text,
            tag,
            title_case=_is_title_case(title),
            named=_list_german_names(title) if tag == "de" else (),
        )
        if short
        else None,
        about=tuple(sys.intern(stem) for stem in sorted(lead & found)),
        deeds=tuple(sys.intern(stem) for stem in sorted(lead - found)),
    )


def _find_marks(text: str, lead: int) -> Mapping[str, frozenset[str]]:
    """The scores of a text, and its place in a series: the first mention counts."""
    series = reversed(_SERIES.findall(text[:lead].lower()))
    found = {what: frozenset((which,)) for which, what in series}
    if scores := _SCORE.findall(text.replace("–", "-")):
        found["score"] = frozenset(scores)
    sizes = (one or other for one, other in _MAGNITUDE.findall(text))
    tenths = (parse_whole_number(size[0] + size[2], 99) for size in sizes)
    near = {t + by for t in tenths if t for by in range(-_TENTHS, _TENTHS + 1)}
    if near:
        found["magnitude"] = frozenset(map(str, near))
    return found


_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W_]+)*")
#: After these a capital does not mark a name.
_OPENERS = frozenset(".!?:;\n\"“”„«»‘'(–—•*")


def _find_name_stems(text: str) -> frozenset[str]:
    """The stems of the words that have a capital more often than not."""
    named = Counter(words.stem_word(w.lower()) for w in _list_english_names(text))
    plain = Counter(words.stem_word(w) for w in _WORD.findall(text) if w[0].islower())
    return frozenset(stem for stem, n in named.items() if n > plain[stem])


def _find_identity(title: str, text: str, tag: str) -> tuple[str, ...] | None:
    """The stems of the first names; None if capitals do not show them."""
    list_names, title_case = _LISTS_NAMES.get(tag), _is_title_case(title)
    if list_names is None:
        return None
    parts = (text,) if title_case and text else (title, text)
    found = (
        words.stem_word(word.lower(), tag)
        for part in parts
        for word in list_names(part[:_OPENING])
    )
    names = _keep_first(found)
    return names if names or text or not title_case else None


#: «Elsa Morn, a painter, died on Sunday aged 81», «Karl Ott ist mit 83 gestorben»
_DEATH_NOTE = re.compile(
    r"\A(?:(?:The|Der|Die)\s[^,.!?]{0,60},\s)?"
    r"(?P<who>(?:[A-ZÄÖÜ][\w'’.-]+\s){1,4}[A-ZÄÖÜ][\w'’-]+)\b"
    r"[^.!?\n]{0,200}?"
    r"(?:\b(?:died|dies|dead)\b[^.!?]{0,60}?\b(?:aged|at|age of)\s\d{2,3}\b"
    r"|\b(?:mit|im Alter von)\s\d{2,3}(?:\sJahren)?\s(?:gestorben|verstorben)\b"
    r"|\bstarb\b[^.!?]{0,60}?\b(?:mit|im Alter von)\s\d{2,3}\b)"
)
_NOTE = 300


def _find_deceased(title: str, text: str, tag: str) -> tuple[str, ...]:
    """The surname in a short death note, which has the words of its town besides."""
    if len(text) > _NOTE:
        return ()
    match = _DEATH_NOTE.match(text) or _DEATH_NOTE.match(title)
    if match is None:
        return ()
    return _keep_first((words.stem_word(match["who"].split()[-1].lower(), tag),))


def _list_openers(text: str, tag: str) -> tuple[str, ...]:
    return _keep_first(
        words.stem_word(match[0].lower(), tag)
        for match in _WORD.finditer(text)
        if match[0][0].isupper() and _opens_sentence(text, match.start())
    )


def _keep_first(stems: Iterable[str]) -> tuple[str, ...]:
    """The first different stems, as strings that all profiles share."""
    return tuple(map(sys.intern, islice(dict.fromkeys(stems), _MOST_NAMES)))


def _list_english_names(text: str) -> Iterator[str]:
    """The words with a capital inside sentences; in title case, the rare ones."""
    title_case = _is_title_case(text)
    for match in _WORD.finditer(text):
        if match[0][0].islower():
            continue
        rarity = terms.rate_rarity(words.stem_word(match[0].lower()))
        # «Tarvik: woman convicted of arson»
        named = rarity == terms.RARE_WEIGHT and text.startswith(":", match.end())
        if _opens_sentence(text, match.start()):
            rarity *= named
        if rarity >= (terms.RARE_WEIGHT if title_case else terms.EVERYDAY_WEIGHT):
            yield match[0]


def _list_german_names(text: str) -> Iterator[str]:
    """The words after «in», after another noun, and before the colon of a title."""
    for match in _GERMAN_PAIR.finditer(text):
        ordinary = match[2] in _NO_GERMAN_NAMES or match[2].endswith(_DAYTIMES)
        ordinary |= words.is_stop_word(match[2].lower(), "de")
        if _precedes_name(match[1]) and not ordinary:
            yield match[2]


def _precedes_name(word: str | None) -> bool:
    if word is None or word.lower() in _BEFORE_PLACE:
        return True
    ordinary = words.is_stop_word(word.lower(), "de")
    counts = words.stem_word(word.lower(), "de") in terms.NUMBER_STEMS
    return word[0].isupper() and not ordinary and not counts


_LISTS_NAMES = {"en": _list_english_names, "de": _list_german_names}
_GERMAN_PAIR = re.compile(r"(?:\b([^\W\d][\w-]*)\s|\A(?=[\w-]+:))(?=([A-ZÄÖÜ][\w-]+))")
_BEFORE_PLACE = words.word_set("am in aus bei nahe für von")
#: «am Freitagmittag»
_DAYTIMES = ("tag", "abend", "morgen", "mittag", "nacht", "ende", "anfang")
#: «in Haft», «am Montag», «Wetter: …».
_NO_GERMAN_NAMES = words.word_set("""
    Wegen Haft Gefahr Betrieb Kraft Höhe Arbeit Form Not Brand Mittwoch Abend Morgen
    Mittag Ende Anfang Bahnhof Flughafen Boden Himmel Wetter Unwetter Fußball Unfall
    Börse
""")


def _is_title_case(title: str) -> bool:
    """Whether all words but those that say nothing have a capital."""
    found = (match[0] for match in _WORD.finditer(title))
    return all(
        word[0].isupper() or words.is_stop_word(word) or word in terms.EMPTY_WORDS
        for word in found
    )


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _OPENERS


#: The share of common shingles from which on texts are copies.
COPY_THRESHOLD = 0.7
_SHINGLE = 3
#: Hashes of a text, and how many of them find every copy: the others are fewer than the
#: share of a sketch in which copies may differ.
_SKETCH, _FOUND_BY = 64, 20
_SHORTEST_TITLE = 4
_WINDOW = timedelta(hours=72)

Shingles = frozenset[tuple[str, ...]]


def find_repeats(articles: Sequence[Article]) -> dict[str, str]:
    """From each repetition to the earlier article that it repeats, by their ids.

    Args:
        articles: In order; of two the earlier one is the original.
    """
    texts = {i: sketch_text(a.text) for i, a in enumerate(articles) if has_body(a)}
    found = _find_same_titles(articles) | _find_same_texts(texts)
    return {articles[i].id: articles[j].id for i, j in found.items()}


def extract_shingles(text: str) -> Shingles:
    """Every run of three normalized words; a shorter text is one run."""
    found = split_words(normalize_text(text))
    if len(found) <= _SHINGLE:
        return frozenset((found,))
    return frozenset(zip(found, found[1:], found[2:], strict=False))


def _find_same_texts(texts: Mapping[int, "array[int]"]) -> dict[int, int]:
    holders: dict[int, list[int]] = defaultdict(list)
    repeated: dict[int, int] = {}
    for i, own in texts.items():
        found_by = own[:_FOUND_BY]
        candidates = {j for number in found_by for j in holders[number]}
        if alike := [j for j in candidates if is_copy(own, texts[j])]:
            repeated[i] = min(alike)
        for number in found_by:
            holders[number].append(i)
    return repeated


def _find_same_titles(articles: Sequence[Article]) -> dict[int, int]:
    last: dict[str, int] = {}
    repeated: dict[int, int] = {}
    for i, article in enumerate(articles):
        if has_body(article):
            continue
        words = split_words(normalize_text(article.title or article.text))
        title = " ".join(words)
        if len(words) < _SHORTEST_TITLE:
            continue
        if title in last and measure_gap(articles[last[title]], article) <= _WINDOW:
            repeated[i] = last[title]
        else:
            last[title] = i
    return repeated


def measure_gap(one: Article, other: Article) -> timedelta:
    """The time between two articles; nothing where a date is unknown."""
    if one.published is None or other.published is None:
        return timedelta(0)
    return abs(one.published - other.published)


def sketch_text(text: str) -> "array[int]":
    """The smallest hashes of the text's shingles."""
    hashes = {
        crc32(" ".join(shingle).encode("utf-8", "surrogatepass"))
        for shingle in extract_shingles(text)
    }
    return array("I", heapq.nsmallest(_SKETCH, hashes))


def is_copy(one: "array[int]", other: "array[int]") -> bool:
    """Whether the share of common shingles is at least that of a copy."""
    if not one or not other:
        return False
    both = set(one) & set(other)
    smallest = sorted({*one, *other})[:_SKETCH]
    return sum(h in both for h in smallest) >= COPY_THRESHOLD * len(smallest)
