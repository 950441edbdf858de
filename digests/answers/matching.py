"""Reads an article for a question: sentences with their roots; it judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from digests import quotes as quoting
from digests.asking.roots import root
from digests.language import sentences
from digests.language.words import primary, tokens
from digests.types import Article, Quote, Span

#: Sentences of an article that are read.
_MOST = 400


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence of an article."""

    span: Span
    text: str
    #: Its words in small letters, in order, and their roots.
    words: tuple[str, ...]
    roots: tuple[str, ...]

    @cached_property
    def held(self) -> frozenset[str]:
        """Its roots."""
        return frozenset(self.roots)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """An article with its sentences."""

    article: Article
    lines: tuple[Line, ...]
    title: frozenset[str]

    @cached_property
    def held(self) -> frozenset[str]:
        """All its roots."""
        return self.title.union(*(line.held for line in self.lines))

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations with their speakers."""
        article = self.article
        return quoting.find(article.text, title=article.title, lang=article.lang)

    @cached_property
    def lead(self) -> frozenset[str]:
        """Roots of what it is about: title and first sentence."""
        return self.title | (self.lines[0].held if self.lines else frozenset())


def passage(article: Article) -> Passage:
    """Read an article."""
    lang = primary(article.lang)
    spans = sentences.split(article.text, article.lang, most=_MOST)
    return Passage(
        article=article,
        lines=tuple(_line(article.text, span, lang) for span in spans),
        title=frozenset(_roots(tokens(article.title or ""), lang)),
    )


def _line(text: str, span: Span, lang: str) -> Line:
    said = text[span.start : span.end]
    words = tokens(said)
    return Line(span=span, text=said, words=words, roots=_roots(words, lang))


def _roots(words: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(root(word, lang) for word in words)
