"""Find the news in a published story: what its readers have not been shown.

A sentence is news when most of its words, a figure or a quote in it are new to what was
shown or read before, or when it denies an earlier sentence. Changed punctuation,
another order and other words for the same facts are no news. Of a newer version whose
older text is not available only the sentences that an edition would show are
considered: the others may have been there before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digests.figures import recognition
from digests.language import sentences, words
from digests.language.grammar import NEGATION
from digests.language.normalization import normalize_text
from digests.language.quotation_marks import find_quoted
from digests.language.spans import overlaps_any, span_text
from digests.stories import assembly, freshness
from digests.types import (
    Article,
    ArticleAnalysis,
    Edition,
    PublishedLedger,
    Span,
    Story,
    frozen,
)

#: Share of a sentence's content words that must be new, and how many it must have.
_NEW_WORDS = 0.5
_SHORTEST = 4
#: Share of a sentence's words that one earlier sentence has if it said the same.
_SAME_STATEMENT = 0.85
#: Fewer quoted words are a term, not a statement.
_SHORTEST_QUOTE = 5
#: Articles that readers have been shown, whose state is compared with a newer one.
_MOST_TOLD = 20


@frozen
class StoryNews:
    """The new sentences of one article."""

    article: Article
    spans: tuple[Span, ...]


def collect_published(edition: Edition) -> PublishedLedger:
    """What an edition adds to the published ledger of its digest."""
    refs = [ref for story in edition.stories for ref in story.articles]
    refs += [ref for line in edition.brief for ref in line.articles]
    shown = [story.id for story in edition.stories] + [b.story for b in edition.brief]
    return PublishedLedger(
        stories=frozenset(shown),
        revisions=frozenset(f"{ref.id}@{ref.revision}" for ref in refs),
        sentences=frozenset(
            normalize_text(s.text) for story in edition.stories for s in story.summary
        ),
        figures=frozenset(
            normalize_text(f.figure.text)
            for story in edition.stories
            for f in story.figures
        ),
        quotes=frozenset(
            normalize_text(c.text) for story in edition.stories for c in story.cards
        ),
    )


def was_published(story: Story, ledger: PublishedLedger) -> bool:
    """Whether this digest published the story, or one of its articles in another."""
    if story.id in ledger.stories:
        return True
    read = _read_ids(ledger)
    return any(a.id in read or a.revises in read for a in story.articles)


def find_news(
    story: Story,
    ledger: PublishedLedger,
    *,
    available: Iterable[Article] = (),
    earlier: Iterable[Article] = (),
    analyses: Mapping[str, ArticleAnalysis] | None = None,
) -> StoryNews | None:
    """The freshest article of a story with news, or None if there is none.

    Args:
        story: One that was published.
        ledger: What the digest's readers were shown.
        available: Other articles whose text may have been used before, such as older
            versions.
        earlier: Older versions of articles that changed: nothing that they said is
            news. Of a newer version still only what an edition would show is
            considered.
        analyses: The analyses of the story's articles.
    """
    unread = [a for a in story.articles if _revision_key(a) not in ledger.revisions]
    if not unread:
        return None
    older = {
        a.id: a
        for a in (*available, *story.articles)
        if _revision_key(a) in ledger.revisions
    }
    read = (*older.values(), *earlier)
    known = _KnownFacts(ledger, [a for a in read if _belongs_to_story(a, story)])
    found = [
        _find_article_news(a, ledger, older, known, analyses or {}) for a in unread
    ]
    return _choose_freshest(
        [n for n in found if n.spans], story, ledger, analyses or {}
    )


def _choose_freshest(
    found: Sequence[StoryNews],
    story: Story,
    ledger: PublishedLedger,
    analyses: Mapping[str, ArticleAnalysis],
) -> StoryNews | None:
    """The news of the newest state; none that is behind what readers know.

    Of reports of one time the fullest is taken.
    """
    read = [a for a in story.articles if _revision_key(a) in ledger.revisions]
    known_states = [freshness.read_state(a) for a in read[:_MOST_TOLD]]
    ahead = {
        news.article.id: news
        for news in found
        if not any(
            freshness.is_behind(freshness.read_state(news.article), known)
            for known in known_states
        )
    }
    if not ahead:
        return None
    lead = freshness.choose_lead(
        [news.article for news in ahead.values()],
        assembly.rate_articles(story.articles),
        {name: analyses[name].kind for name in ahead.keys() & analyses.keys()},
    )
    return ahead[lead.id]


def _find_article_news(
    article: Article,
    ledger: PublishedLedger,
    older: Mapping[str, Article],
    known: "_KnownFacts",
    analyses: Mapping[str, ArticleAnalysis],
) -> StoryNews:
    before = article.id if article.id in _read_ids(ledger) else article.revises
    blind = before in _read_ids(ledger) and before not in older
    shown = _list_shown_spans(analyses.get(article.id)) if blind else None
    spans = [
        span
        for span in sentences.split_sentences(article.text, article.lang)
        if (shown is None or overlaps_any(span, shown))
        and known.lacks(span_text(article.text, span), article.lang)
    ]
    lead = _find_lead_span(analyses.get(article.id))
    if spans and lead and not overlaps_any(lead, spans):
        statement = span_text(article.text, lead)
        if known.lacks_statement(statement):
            spans = sorted([lead, *spans], key=lambda s: s.start)
    return StoryNews(article=article, spans=tuple(spans))


def _find_lead_span(analysis: ArticleAnalysis | None) -> Span | None:
    """The sentence that tells an article's news in the words of its reporter.

    Its single words may all have been read, and still nobody has read what it says.
    """
    if analysis is None or not analysis.summary.sentences:
        return None
    spans = analysis.summary.sentences[0].spans
    return Span(start=spans[0].start, end=spans[-1].end) if spans else None


class _KnownFacts:
    """What was shown or read, in the forms in which sentences are looked up."""

    def __init__(self, ledger: PublishedLedger, read: Sequence[Article]) -> None:
        said = [*ledger.sentences, *ledger.quotes]
        said += [
            span_text(a.text, s)
            for a in read
            for s in sentences.split_sentences(a.text)
        ]
        self._words: set[str] = set()
        self._denied: dict[frozenset[str], set[bool]] = {}
        #: The places of the statements that have each word.
        self._places: dict[str, set[int]] = {}
        self._negated = [_is_negated(sentence) for sentence in said]
        for place, sentence in enumerate(said):
            content = words.extract_stems(sentence)
            self._words.update(content)
            for word in content:
                self._places.setdefault(word, set()).add(place)
            self._denied.setdefault(frozenset(content), set()).add(self._negated[place])
        texts = [*said, *ledger.figures]
        self._values = {
            f.value for text in texts for f in recognition.find_figures(text)
        }
        self._dead = max((freshness.count_dead(t, None) for t in said), default=0)
        self._running = " | ".join(map(_join_words, said))

    def lacks(self, sentence: str, lang: str | None) -> bool:
        """Whether a sentence says something new."""
        if 0 < self._dead < freshness.count_dead(sentence, lang):
            return True
        content = words.extract_stems(sentence)
        if len(content) < _SHORTEST:
            return False
        before = self._denied.get(frozenset(content))
        if before is not None:
            return _is_negated(sentence) not in before
        unknown = sum(word not in self._words for word in content)
        return (
            unknown >= _NEW_WORDS * len(content)
            or self._lacks_figure(sentence, lang)
            or self._lacks_quote(sentence)
        )

    def lacks_statement(self, sentence: str) -> bool:
        """Whether no single sentence said most of this one."""
        content = set(words.extract_stems(sentence))
        negated = _is_negated(sentence)
        shared = Counter(
            place
            for word in content
            for place in self._places.get(word, ())
            if self._negated[place] == negated
        )
        most = max(shared.values(), default=0)
        return most < _SAME_STATEMENT * len(content)

    def _lacks_figure(self, sentence: str, lang: str | None) -> bool:
        found = recognition.find_figures(sentence, lang=lang)
        return any(figure.value not in self._values for figure in found)

    def _lacks_quote(self, sentence: str) -> bool:
        found = (
            _join_words(span_text(sentence, quoted)) for quoted in find_quoted(sentence)
        )
        return any(
            len(said.split()) >= _SHORTEST_QUOTE and said not in self._running
            for said in found
        )


def _read_ids(ledger: PublishedLedger) -> frozenset[str]:
    return frozenset(key.rpartition("@")[0] for key in ledger.revisions)


def _revision_key(article: Article) -> str:
    return f"{article.id}@{article.revision}"


def _belongs_to_story(article: Article, story: Story) -> bool:
    ids = {a.id for a in story.articles} | {a.revises for a in story.articles}
    return article.id in ids or article.revises in ids


def _list_shown_spans(analysis: ArticleAnalysis | None) -> list[Span] | None:
    if analysis is None:
        return None
    return [span for s in analysis.summary.sentences for span in s.spans]


def _is_negated(sentence: str) -> bool:
    """Whether a sentence has an odd number of negations."""
    return len(NEGATION.findall(sentence)) % 2 == 1


def _join_words(text: str) -> str:
    return " ".join(words.split_words(normalize_text(text)))
