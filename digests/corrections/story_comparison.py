"""Find what a corrected article changes in a published story.

Each shown piece (headline, sentence, quote, figure) is compared with the version it was
taken from. Where its words are still in the new text nothing changes. Where a
correction of substance changed them, the article's new wording replaces them, with its
place in the new version; a quote that the article no longer has stays and is struck
through. What was merely reworded, or cut from the end, stays as published.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from digests.cards import content
from digests.corrections.amendments import (
    Amendment,
    CardChange,
    FigureChange,
    SentenceChange,
)
from digests.corrections.detection import (
    TextCorrection,
    find_corrections,
    is_correction_within,
)
from digests.figures.recognition import find_figures
from digests.language.spans import overlaps_any, span_text
from digests.language.words import measure_jaccard, split_words
from digests.quotes.attribution import find_article_quotes
from digests.summaries.headlines import write_headline
from digests.types import (
    Article,
    ArticleRef,
    BriefStory,
    CorrectionNote,
    EditionFigure,
    EditionStory,
    Headline,
    QuoteCard,
    Sentence,
    Span,
)

#: Stored versions of one article by their hash.
ArticleVersions = Mapping[str, Article]

#: The least share of words (0 to 1) that two wordings of one quote have in common.
_LEAST_LIKENESS = 0.3


def find_amendment(
    published: EditionStory | BriefStory,
    versions: ArticleVersions,
    new: Article,
    at: datetime,
) -> Amendment | None:
    """What the new text of an article changes in a story, or None.

    Args:
        published: The story as it reads at present.
        versions: The article's texts that the story's pieces were taken from.
        new: Its newest text.
        at: When that was found.
    """
    comparison = _StoryComparison(versions=versions, new=new, at=at)
    if isinstance(published, BriefStory):
        revision = published.article.revision
        headline = comparison.amend_headline(published.headline, revision)
        found = Amendment(story=published.story, headline=headline)
    else:
        found = comparison.amend_story(published)
    notes = tuple(comparison.notes)
    return replace(found, notes=notes) if notes else None


def relocate_story(published: EditionStory, other: Article) -> EditionStory:
    """Relocate a story's spans into another text that has the same words.

    A piece whose words are not there keeps its place.
    """

    def relocate_sentence(one: Sentence) -> Sentence:
        span = _locate(one.text, published.articles[0].id, other)
        return replace(one, spans=(span,), revision=other.revision) if span else one

    def relocate_card(one: QuoteCard) -> QuoteCard:
        span = _locate(one.text, one.article, other)
        context = _locate(one.context_text, one.article, other)
        if span is None or context is None:
            return one
        return replace(one, span=span, context=context, revision=other.revision)

    def relocate_figure(one: EditionFigure) -> EditionFigure:
        span = _locate(one.sentence_text, one.article, other)
        if span is None:
            return one
        figure = replace(one.figure, sentence=span)
        return replace(one, figure=figure, revision=other.revision)

    return replace(
        published,
        summary=tuple(map(relocate_sentence, published.summary)),
        matters=relocate_sentence(published.matters) if published.matters else None,
        cards=tuple(map(relocate_card, published.cards)),
        figures=tuple(map(relocate_figure, published.figures)),
    )


def refer_to_source(
    published: EditionStory | BriefStory, other: Article, pages: Collection[str]
) -> EditionStory | BriefStory:
    """Refer a story that was made from a page to its source's text of the article.

    Args:
        published: The story as it reads at present.
        other: The source's text.
        pages: The hashes of texts that were read from pages.

    A piece whose words are not there keeps its place in the page's text.
    """

    def refer(one: ArticleRef) -> ArticleRef:
        # A headline without spans is the title, which the source's text has too.
        titled = not published.headline.spans and one.revision in pages
        mine = titled and one.id == other.id
        return replace(one, revision=other.revision) if mine else one

    if isinstance(published, BriefStory):
        return replace(published, article=refer(published.article))
    lead, *rest = published.articles
    revisions = {ref.id: ref.revision for ref in published.articles}
    placed = replace(
        published,
        summary=tuple(_place(one, lead.revision) for one in published.summary),
        matters=_place(published.matters, lead.revision) if published.matters else None,
        cards=tuple(_place(o, revisions.get(o.article, "")) for o in published.cards),
        figures=tuple(
            _place(one, revisions.get(one.article, "")) for one in published.figures
        ),
    )
    return replace(relocate_story(placed, other), articles=(refer(lead), *rest))


_Placed = TypeVar("_Placed", Sentence, QuoteCard, EditionFigure)


def _place(one: _Placed, revision: str) -> _Placed:
    """Name the text that a piece is in, where it is that of its article's reference."""
    return one if one.revision else replace(one, revision=revision)


def _locate(words: str, article: str, other: Article) -> Span | None:
    at = other.text.find(words) if article == other.id else -1
    return Span(start=at, end=at + len(words)) if at >= 0 else None


@dataclass(kw_only=True)
class _StoryComparison:
    """Compares the pieces of a story with the new text and collects the notes."""

    versions: ArticleVersions
    new: Article
    at: datetime
    #: Each once, in the order in which they were found.
    notes: list[CorrectionNote] = field(default_factory=list)
    _found: dict[str, Sequence[TextCorrection]] = field(default_factory=dict)

    def amend_story(self, published: EditionStory) -> Amendment:
        """The changes of a story, without notes."""
        lead = published.articles[0]
        is_lead = lead.id == self.new.id
        shown = [*published.summary, *filter(None, [published.matters])] * is_lead
        figures = [*published.figures]
        figures += [side for d in published.disputes for side in (d.ours, d.theirs)]
        revisions = {ref.id: ref.revision for ref in published.articles}
        # Cards first: a quote is noted in its whole words.
        cards = tuple(self._amend_cards(published.cards))
        headline = published.headline
        return Amendment(
            story=published.id,
            headline=self.amend_headline(headline, lead.revision) if is_lead else None,
            sentences=tuple(self._amend_sentences(shown, lead.revision)),
            cards=cards,
            figures=tuple(self._amend_figures(figures, revisions)),
        )

    def amend_headline(self, published: Headline, revision: str) -> Headline | None:
        """The new headline, where the old one is no longer true."""
        hit = [c for c in self._list_corrections(revision) if _corrects(c, published)]
        unchanged = published.by_editors or self._is_unchanged(published.text)
        if not hit or unchanged:
            return None
        headline = write_headline(self.new)
        if headline.text == published.text:
            return None
        self._note(hit)
        return headline

    def _amend_sentences(
        self, shown: Iterable[Sentence], revision: str
    ) -> Iterator[SentenceChange]:
        for sentence in shown:
            version = sentence.revision or revision
            old = self.versions.get(version)
            parts = [span_text(old.text, s) for s in sentence.spans] if old else []
            if hit := self._find_hits(version, sentence.spans, parts):
                self._note(hit)
                yield SentenceChange(old=sentence.text, new=self._reword(hit))

    def _reword(self, hit: Sequence[TextCorrection]) -> Sentence | None:
        spans = tuple(dict.fromkeys(_list_new_spans(hit)))
        text = " ".join(span_text(self.new.text, s) for s in spans)
        revision = self.new.revision
        return Sentence(text=text, spans=spans, revision=revision) if spans else None

    def _amend_cards(self, shown: Iterable[QuoteCard]) -> Iterator[CardChange]:
        for card in shown:
            if card.article != self.new.id or card.withdrawn:
                continue
            spans = (card.context, card.span)
            if hit := self._find_hits(card.revision, spans, [card.text]):
                new = self._requote(card, hit)
                self._add_note(card.text, new.text if new else "")
                withdrawn = replace(card, withdrawn=True)
                yield CardChange(old=card.text, new=new or withdrawn)

    def _requote(
        self, card: QuoteCard, hit: Sequence[TextCorrection]
    ) -> QuoteCard | None:
        """Find the quote's wording in the rewritten sentence, by the same speaker."""
        new, places = self.new, _list_new_spans(hit)
        said = frozenset(split_words(card.text.lower()))
        near = [
            (measure_jaccard(said, frozenset(split_words(quote.text.lower()))), quote)
            for quote in find_article_quotes(new)
            if quote.speaker == card.speaker and overlaps_any(quote, places)
        ]
        likeness, quote = max(near, key=lambda pair: pair[0], default=(0.0, None))
        if quote is None or likeness < _LEAST_LIKENESS:
            return None
        return content.build_card(new, quote)

    def _amend_figures(
        self, shown: Iterable[EditionFigure], revisions: Mapping[str, str]
    ) -> Iterator[FigureChange]:
        for one in shown:
            if one.article != self.new.id:
                continue
            version = one.revision or revisions.get(one.article, "")
            spans, sentence = (one.figure.sentence,), one.sentence_text
            if hit := self._find_hits(version, spans, [sentence]):
                self._note(c for c in hit if c.kind == "figure")
                new = self._recount(one, hit)
                yield FigureChange(old=one.figure.text, sentence=sentence, new=new)

    def _recount(
        self, published: EditionFigure, hit: Sequence[TextCorrection]
    ) -> EditionFigure | None:
        """Find the figure of the new sentence that counts the same thing."""
        text, places, old = self.new.text, _list_new_spans(hit), published.figure
        for figure in find_figures(text, lang=self.new.lang):
            same = (figure.unit, figure.what) == (old.unit, old.what)
            if same and overlaps_any(figure, places):
                said, revision = span_text(text, figure.sentence), self.new.revision
                return replace(
                    published, figure=figure, sentence_text=said, revision=revision
                )
        return None

    # ── comparing ──────────────────────────────────────────────────────────────

    def _find_hits(
        self, revision: str, spans: Sequence[Span], words: Iterable[str]
    ) -> list[TextCorrection]:
        """The corrections of a shown piece; none where its words are still there."""
        if all(map(self._is_unchanged, words)):
            return []
        return [
            correction
            for correction in self._list_corrections(revision)
            if is_correction_within(correction, spans)
        ]

    def _list_corrections(self, revision: str) -> Sequence[TextCorrection]:
        """What the new text corrects in that version; none if it is unknown."""
        if revision not in self._found:
            old = self.versions.get(revision)
            self._found[revision] = find_corrections(old, self.new) if old else ()
        return self._found[revision]

    def _is_unchanged(self, words: str) -> bool:
        return words in self.new.text or words == self.new.title

    def _note(self, hit: Iterable[TextCorrection]) -> None:
        for one in hit:
            noted = any(
                one.before in note.before or note.before in one.before
                for note in self.notes
            )
            if one.kind != "quote" or not noted:
                self._add_note(one.before, one.after, one.what)

    def _add_note(self, before: str, after: str, what: str = "") -> None:
        note = CorrectionNote(at=self.at, before=before, after=after, what=what)
        for place, known in enumerate(self.notes):
            if _includes(known, note):
                return
            if _includes(note, known):
                self.notes[place] = note
                return
        self.notes.append(note)


def _includes(one: CorrectionNote, other: CorrectionNote) -> bool:
    """Whether a note says what another one says: «300 people → 270 people»."""
    if bool(one.before) != bool(other.before) or bool(one.after) != bool(other.after):
        return False
    said = other.before in one.before and other.after in one.after
    return said and bool(one.what or not other.what)


def _corrects(correction: TextCorrection, headline: Headline) -> bool:
    """Whether a rewritten sentence is the one that the headline was made from."""
    if correction.old is None or correction.new is None:
        return False
    if correction.old.span is None:
        return not headline.spans
    return is_correction_within(correction, headline.spans)


def _list_new_spans(hit: Iterable[TextCorrection]) -> list[Span]:
    return [c.new.span for c in hit if c.new is not None and c.new.span]
