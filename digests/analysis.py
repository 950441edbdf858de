"""Analyse articles (kind, summary, quotes, figures), and cache analyses by text.

Digests that are due at the same moment often use the same sources, and most of the time
of composing is analysis. A cache changes no edition: an analysis follows from the
article's words alone, and is found by them.

    cache = AnalysisCache()
    for digest in due:
        compose(articles, now=now, style=style, read=cache.read)
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from digests.editing import article_kind
from digests.figures import recognition
from digests.quotes import attribution
from digests.summaries import registry
from digests.types import Article, ArticleAnalysis, EditionStyle

#: Characters of an article that are analysed: some 7,000 words, which take about 0.1 s.
MAX_ANALYSED: Final = 40_000
#: The analysed part ends at a paragraph or sentence of its last so many characters.
_END_WITHIN: Final = 4_000
#: Characters of text whose analyses are cached: about 600 long articles, 12 MB.
MAX_CACHED_CHARACTERS: Final = 2_000_000
#: Analysed text, title, language, length of a summary and its summariser.
AnalysisKey = tuple[str, str | None, str | None, int, str]
AnalyseArticle = Callable[[Article, EditionStyle], ArticleAnalysis]


class AnalysisCache:
    """Least-recently-used cache of analyses by text. Not thread-safe."""

    def __init__(self, max_characters: int = MAX_CACHED_CHARACTERS) -> None:
        """Create a cache for analyses of `max_characters` of text; 0 disables it."""
        self._max_characters = max_characters
        self._characters = 0
        self._analyses: OrderedDict[AnalysisKey, ArticleAnalysis] = OrderedDict()

    def read(self, article: Article, style: EditionStyle) -> ArticleAnalysis:
        """Analyse the article, or return its earlier analysis (`AnalyseArticle`)."""
        summary = (style.summary_chars, style.summariser)
        analysed = _select_analysed(article)
        key = (analysed.text, article.title, article.lang, *summary)
        found = self._analyses.get(key)
        if found is None:
            found = analyse_article(analysed, style)
            self._add(key, found)
        else:
            self._analyses.move_to_end(key)
        return found if found.article == article else replace(found, article=article)

    def _add(self, key: AnalysisKey, found: ArticleAnalysis) -> None:
        self._analyses[key] = found
        self._characters += len(key[0])
        while self._characters > self._max_characters:
            removed, _ = self._analyses.popitem(last=False)
            self._characters -= len(removed[0])


def analyse_article(
    article: Article, style: EditionStyle | None = None
) -> ArticleAnalysis:
    """Extract what one article alone provides: kind, summary, quotes and figures.

    Of a longer text the first `MAX_ANALYSED` characters are read: news come first, and
    nobody's articles may keep those of others waiting. Surfaces that show the article
    say so (`is_cut`).
    """
    style = style or EditionStyle()
    read = _select_analysed(article)
    return ArticleAnalysis(
        article=article,
        summary=registry.summarise_article(read, style.summary_chars, style.summariser),
        quotes=attribution.find_article_quotes(read),
        figures=recognition.find_figures(read.text, lang=read.lang),
        kind=article_kind.recognize_kind(read),
    )


def is_cut(article: Article) -> bool:
    """Whether the article is too long to be analysed to its end."""
    return len(article.text) > MAX_ANALYSED


def _select_analysed(article: Article) -> Article:
    """The article with the part of its text that is analysed, in whole sentences."""
    if not is_cut(article):
        return article
    text, earliest = article.text, MAX_ANALYSED - _END_WITHIN
    ends = (text.rfind(mark, earliest, MAX_ANALYSED) for mark in ("\n", ". ", " "))
    end = next((end + 1 for end in ends if end >= 0), MAX_ANALYSED)
    return replace(article, text=text[:end])
