"""An article that is searched for an answer: its sentences, their words and roots."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from digests.answers import statements
from digests.answers.vocabulary import (
    PHRASAL_VERBS,
    collect_roots,
    find_root,
    join_initials,
)
from digests.language import sentences
from digests.language.spans import span_text
from digests.language.words import resolve_language, split_words, word_set
from digests.stories import freshness
from digests.types import Article, Quote, Span

#: What is said to be the last one.
_TIMES = word_set("night week weekend month year season spring summer autumn winter")
#: Sentences of an article that are read.
_MAX_SENTENCES = 400


@dataclass(frozen=True, kw_only=True)
class TokenizedSentence:
    """A sentence of an article."""

    span: Span
    text: str
    #: Its words in lower case, in order, and their roots.
    words: tuple[str, ...]
    roots: tuple[str, ...]

    @cached_property
    def held(self) -> frozenset[str]:
        """Its roots, and those of what its verbs with a particle mean."""
        pairs = zip(self.roots, self.words[1:], strict=False)
        follows = zip(self.roots, (*self.words[1:], ""), strict=False)
        # «Decided last year» does not say that anything lasts.
        roots = (r for r, word in follows if r != "last" or word not in _TIMES)
        return frozenset(roots).union(
            *(PHRASAL_VERBS[pair] for pair in pairs if pair in PHRASAL_VERBS)
        )


@dataclass(frozen=True, kw_only=True)
class TokenizedArticle:
    """An article whose sentences are found when a question needs them.

    Most of the articles that are searched have too few words of the question.
    """

    article: Article
    #: Called once, only if a question asks for what somebody said.
    find_quotes: Callable[[Article], tuple[Quote, ...]]

    @cached_property
    def lang(self) -> str:
        """Its language, as far as words are listed for it."""
        return resolve_language(self.article.lang)

    @cached_property
    def title(self) -> frozenset[str]:
        """The roots of its title."""
        return self._collect_roots(self.article.title or "")

    @cached_property
    def held(self) -> frozenset[str]:
        """The roots of title and text."""
        return self.title | self._collect_roots(self.article.text)

    @cached_property
    def lines(self) -> tuple[TokenizedSentence, ...]:
        """Its sentences."""
        article = self.article
        spans = sentences.split_sentences(
            article.text, article.lang, most=_MAX_SENTENCES
        )
        return tuple(map(self._tokenize_sentence, spans))

    @cached_property
    def occurrences(self) -> Counter[str]:
        """In how many of its sentences each root is."""
        return Counter(chain.from_iterable(line.held for line in self.lines))

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """Its quotations with their speakers."""
        return self.find_quotes(self.article)

    @cached_property
    def time(self) -> float:
        """When its news was said: a slow outlet prints at three what was so at noon."""
        published = self.article.published
        if published is None:
            return 0.0
        opening = " ".join(line.text for line in self.lines[:3])
        return (freshness.find_informed(opening, published) or published).timestamp()

    @cached_property
    def last_denial(self) -> int:
        """The index of the last sentence that turns round an earlier one, or -1.

        A title that denies turns round all of them.
        """
        if statements.is_denial(self.article.title or ""):
            return len(self.lines)
        turning = [statements.turns_round(line.text) for line in self.lines]
        return max((at for at, turns in enumerate(turning) if turns), default=-1)

    @cached_property
    def lead(self) -> frozenset[str]:
        """The roots of title and first sentence, which say what it is about."""
        return self.title | (self.lines[0].held if self.lines else frozenset())

    def _collect_roots(self, text: str) -> frozenset[str]:
        return collect_roots(set(split_words(join_initials(text))), self.lang)

    def _tokenize_sentence(self, span: Span) -> TokenizedSentence:
        text = span_text(self.article.text, span)
        words = split_words(join_initials(text))
        roots = tuple(find_root(word, self.lang) for word in words)
        return TokenizedSentence(span=span, text=text, words=words, roots=roots)
