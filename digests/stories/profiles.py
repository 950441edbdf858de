"""Extract from an article what it is compared by: words, names, time, scores.

A profile holds the telling words with their weights and which of them are names
(`terms`, `proper`), when and by whom it was published, and two kinds of fact that
two reports of one event cannot have differently: the score of a match and which of a
series it was («the fourth stage»).

A word is a name when it stands with a capital inside sentences more often than it
stands without one, or when it only ever opens sentences. A headline's capitals say
nothing. Languages that write every noun with a capital, or none, have no names here.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digests.language import words
from digests.stories import terms
from digests.types import Article

#: A text of this many characters is read for names and facts; news is told early.
_READ = 6000
#: The first mention in title and lead says which of the series the article is about.
_LEAD = 400
_SCORE = re.compile(r"(?<![\d–-])\d{1,2}[–-]\d{1,2}(?![\d–-])")
_SERIES = re.compile(
    r"\b(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|\d{1,2}(?:st|nd|rd|th))\s"
    r"(match|stage|round|game|leg|race|test|heat|day|hearing|quarter)\b"
)
_CORRECTS = re.compile(
    r"\W*(?:correct(?:ion|ed)|clarification|erratum|korrektur|berichtigung)\b",
    re.IGNORECASE,
)
#: Lengths below these are taken for these: little text proves little.
_FEW_NAMES, _FEW_WORDS, _THIN = 14.0, 20.0, 18.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleProfile:
    """What an article is compared by."""

    #: Stem to weight.
    weights: Mapping[str, float]
    names: frozenset[str]
    #: Lengths of the weights of the names, of the other words, and of all.
    names_length: float
    words_length: float
    length: float
    #: Whether there is a text, and not only a headline.
    text: bool
    #: Whether its names could be told from its other words.
    named: bool
    #: Hours since 1970, or None.
    hours: float | None
    source: str
    scores: frozenset[str]
    #: «stage» to «fourth».
    series: Mapping[str, str]
    #: Whether it says of itself that it corrects another article.
    corrects: bool


def build_profiles(
    articles: Sequence[Article], background: terms.TermBackground | None = None
) -> list[ArticleProfile]:
    """One profile an article, in the same order.

    Args:
        articles: Where nothing is known about a language, the articles themselves
            say how ordinary its words are.
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
    text = terms.has_body(article)
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
        **_find_facts(article),
    )


def _find_facts(article: Article) -> dict[str, Any]:
    title = article.title or ""
    whole = f"{title}. {article.text[:_READ]}"
    series: dict[str, str] = {}
    for which, what in _SERIES.findall(whole[: len(title) + _LEAD].lower()):
        series.setdefault(what, which)
    scores = (found.replace("–", "-") for found in _SCORE.findall(whole))
    return {
        "scores": frozenset(scores),
        "series": series,
        "corrects": bool(_CORRECTS.match(title)),
    }


_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W_]+)*")
#: Behind these a capital is no sign of a name.
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
