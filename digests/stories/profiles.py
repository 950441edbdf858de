"""Extract the profile by which an article is compared: words, names, time, scores.

A profile holds the significant words with their weights (`terms`), which of them are
names, when and by whom the article was published, and two kinds of fact that reports of
one event cannot differ in: the score of a match and its place in a series («the fourth
stage»).

A word is a name when it has a capital inside sentences more often than not, or when it
only ever begins sentences. The capitals of a headline say nothing. Languages that write
every noun with a capital, or none, have no names here.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digests.language import words
from digests.stories import terms
from digests.types import Article

#: Characters read for names and facts: news comes early in a text.
_READ = 6000
#: Characters after the title in which the place in a series is looked for.
_LEAD = 400
_SCORE = re.compile(r"(?<![\d–-])\d{1,2}[–-]\d{1,2}(?![\d–-])")
_SERIES = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|\d{1,2}(?:st|nd|rd|th))\s"
    r"(match|stage|round|game|leg|race|test|heat|day|hearing|quarter)\b"
)
#: A title that begins so announces a correction.
CORRECTION_LABELS = "correct(?:ion|ed)|clarification|erratum|korrektur|berichtigung"
_CORRECTS = re.compile(rf"\W*(?:{CORRECTION_LABELS})\b", re.IGNORECASE)
#: Least lengths of the weights: little text proves little.
_FEW_NAMES, _FEW_WORDS, _THIN = 14.0, 20.0, 18.0


@dataclass(frozen=True, kw_only=True, slots=True)
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
    scores: frozenset[str]
    #: «stage» to «fourth».
    series: Mapping[str, str]
    #: Whether it announces that it corrects another article.
    corrects: bool


def build_profiles(
    articles: Sequence[Article], background: terms.TermBackground | None = None
) -> list[ArticleProfile]:
    """One profile per article, in the same order.

    Args:
        articles: In languages without word ranks their own frequencies are used.
        background: How many stories have each word; None = only these articles.
    """
    counted = [terms.count_terms(article) for article in articles]
    known = background or terms.TermBackground.of(counted)
    return [_build_profile(a, c, known) for a, c in zip(articles, counted, strict=True)]


def build_profile(article: Article, background: terms.TermBackground) -> ArticleProfile:
    """The profile of one article."""
    return _build_profile(article, terms.count_terms(article), background)


def _build_profile(
    article: Article, counted: Mapping[str, float], background: terms.TermBackground
) -> ArticleProfile:
    title, text = article.title or "", terms.has_body(article)
    whole = f"{title}. {article.text[:_READ]}"
    tag = words.resolve_language(article.lang)
    found = (
        find_name_stems(article.text[:_READ]) if text and tag == "en" else frozenset()
    )
    weights = terms.weigh_terms(counted, found, tag, text=text, background=background)
    names = found & weights.keys()
    squares = {stem: weight * weight for stem, weight in weights.items()}
    of_names = sum(squares[stem] for stem in names)
    of_all = sum(squares.values())
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
        scores=frozenset(found.replace("–", "-") for found in _SCORE.findall(whole)),
        series=_find_series(whole[: len(title) + _LEAD]),
        corrects=bool(_CORRECTS.match(title)),
    )


def _find_series(lead: str) -> Mapping[str, str]:
    """«stage» to «fourth»: the first mention counts."""
    found = {what: which for which, what in reversed(_SERIES.findall(lead.lower()))}
    return dict(reversed(found.items()))


_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W_]+)*")
#: After these a capital does not mark a name.
_OPENERS = frozenset(".!?:;\n\"“”„«»‘'(–—•*")


def find_name_stems(text: str) -> frozenset[str]:
    """The stems of the words that are names."""
    named: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    opening: set[str] = set()
    for match in _WORD.finditer(text):
        word = match[0]
        low = word.lower()
        if word[0].islower():
            plain[words.stem_word(low)] += 1
        elif low in terms.EMPTY_WORDS:
            continue
        elif _opens_sentence(text, match.start()):
            opening.add(words.stem_word(low))
        else:
            named[words.stem_word(low)] += 1
    only_opening = opening - named.keys() - plain.keys()
    return frozenset(only_opening) | {
        stem for stem, n in named.items() if n > plain[stem]
    }


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _OPENERS
