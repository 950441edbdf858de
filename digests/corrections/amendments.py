"""Find what a corrected article changes in a published story, and apply it.

    amendment   a story as it stands told, and its article's newest text → what is to be
                shown instead, and what is said of it
    amended     an edition and all its amendments → the edition as it is told now

Each shown piece (headline, sentence, quote, figure) is compared with the version that
it was taken from. Where its words still stand in the new text nothing changes. Where a
correction of substance changed them, the article's new wording takes their place, with
its own place in the new version; a quote that the article does not have any more stays
and is struck. What was merely reworded, or cut from the end, stays as it was told.

An edition is never rewritten: amendments are kept beside it, in their order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher

from digests.cards import content
from digests.corrections import detection
from digests.corrections.detection import TextCorrection
from digests.figures import recognition
from digests.language.normalization import normalize_text
from digests.quotes import attribution
from digests.summaries.headlines import write_headline
from digests.types import (
    Article,
    BriefStory,
    CorrectionNote,
    Edition,
    EditionFigure,
    EditionStory,
    Headline,
    QuoteCard,
    Sentence,
    Span,
)

#: Stored versions of one article by their hash.
ArticleVersions = Mapping[str, Article]

#: How alike (0 to 1) two wordings of one quote are at least.
_LEAST_LIKENESS = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class SentenceChange:
    """A sentence by the words that are shown of it, and what is shown instead."""

    old: str
    #: None: it is not told any more.
    new: Sentence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CardChange:
    """A quote by its words, and the card that is shown instead; it may be struck."""

    old: str
    new: QuoteCard


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureChange:
    """A figure by its words and its sentence, and the one that is shown instead."""

    old: str
    sentence: str
    new: EditionFigure | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """What changes in one story (public id) of an edition."""

    story: str
    notes: tuple[CorrectionNote, ...]
    headline: Headline | None = None
    sentences: tuple[SentenceChange, ...] = ()
    cards: tuple[CardChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()


# ── what a corrected article changes ───────────────────────────────────────────


def find_amendment(
    published: EditionStory | BriefStory,
    versions: ArticleVersions,
    new: Article,
    at: datetime,
) -> Amendment | None:
    """What the new text of an article changes in a story; None: nothing that it shows.

    Args:
        published: The story as it stands told at present.
        versions: The article's texts that the story's pieces were taken from.
        new: Its newest text.
        at: When that was found.
    """
    comparison = _StoryComparison(versions=versions, new=new)
    if isinstance(published, BriefStory):
        found = Amendment(
            story=published.story,
            notes=(),
            headline=comparison.headline(
                published.headline, published.article.revision
            ),
        )
    else:
        found = _amend_content(published, comparison)
    notes = tuple(
        CorrectionNote(at=at, before=before, after=after)
        for before, after in comparison.changes
    )
    return replace(found, notes=notes) if notes else None


def _amend_content(
    published: EditionStory, comparison: "_StoryComparison"
) -> Amendment:
    lead = published.articles[0]
    is_lead = lead.id == comparison.new.id
    shown = [*published.summary, *([published.matters] if published.matters else [])]
    disputed = [side for d in published.disputes for side in (d.ours, d.theirs)]
    revisions = {ref.id: ref.revision for ref in published.articles}
    return Amendment(
        story=published.id,
        notes=(),
        # First: a quote is noted in its whole words.
        cards=tuple(comparison.cards(published.cards)),
        headline=comparison.headline(published.headline, lead.revision)
        if is_lead
        else None,
        sentences=tuple(comparison.sentences(shown, lead.revision)) if is_lead else (),
        figures=tuple(comparison.figures([*published.figures, *disputed], revisions)),
    )


def relocate_story(published: EditionStory, other: Article) -> EditionStory:
    """The story as if it were told from another text, where its words stand there too.

    What does not stand there keeps its own place.
    """
    ours = published.articles[0].id == other.id

    def sentence(one: Sentence) -> Sentence:
        at = other.text.find(one.text)
        if not ours or at < 0:
            return one
        span = Span(start=at, end=at + len(one.text))
        return replace(one, spans=(span,), revision=other.revision)

    def card(one: QuoteCard) -> QuoteCard:
        context, at = other.text.find(one.context_text), other.text.find(one.text)
        if one.article != other.id or min(context, at) < 0:
            return one
        return replace(
            one,
            span=Span(start=at, end=at + len(one.text)),
            context=Span(start=context, end=context + len(one.context_text)),
            revision=other.revision,
        )

    def figure(one: EditionFigure) -> EditionFigure:
        at = other.text.find(one.sentence_text)
        if one.article != other.id or at < 0:
            return one
        place = Span(start=at, end=at + len(one.sentence_text))
        moved = replace(one.figure, sentence=place)
        return replace(one, figure=moved, revision=other.revision)

    return replace(
        published,
        summary=tuple(map(sentence, published.summary)),
        matters=sentence(published.matters) if published.matters else None,
        cards=tuple(map(card, published.cards)),
        figures=tuple(map(figure, published.figures)),
    )


@dataclass(kw_only=True)
class _StoryComparison:
    """Compares pieces with the new text, and notes what a reader is told of it."""

    versions: ArticleVersions
    new: Article
    #: (before, after), each once, in the order in which they were met.
    changes: dict[tuple[str, str], None] = field(default_factory=dict)
    _found: dict[str, Sequence[TextCorrection]] = field(default_factory=dict)

    def headline(self, published: Headline, revision: str) -> Headline | None:
        """The new headline, where the old one is not true any more."""
        found = self._corrections_of(revision)
        hit = [c for c in found if c.old is not None and self._is_of(c, published)]
        if self._still_stands(published.text) or not hit:
            return None
        headline = write_headline(self.new)
        if headline.text == published.text:
            return None
        self._note(hit)
        return headline

    @staticmethod
    def _is_of(correction: TextCorrection, published: Headline) -> bool:
        if correction.old is None or correction.new is None:
            return False
        if correction.old.span is None:
            return not published.spans
        return any(
            detection.is_correction_within(correction, span) for span in published.spans
        )

    def sentences(
        self, shown: Iterable[Sentence], revision: str
    ) -> Iterable[SentenceChange]:
        """Those of the sentences that read differently now, or are gone."""
        for sentence in shown:
            version = sentence.revision or revision
            hit = self._corrections_within(version, sentence.spans)
            if not hit or self._all_stand(version, sentence.spans):
                continue
            self._note(hit)
            yield SentenceChange(old=sentence.text, new=self._reworded(hit))

    def _reworded(self, hit: Sequence[TextCorrection]) -> Sentence | None:
        spans = tuple(
            dict.fromkeys(c.new.span for c in hit if c.new is not None and c.new.span)
        )
        if not spans:
            return None
        text = self.new.text
        return Sentence(
            text=" ".join(text[s.start : s.end] for s in spans),
            spans=spans,
            revision=self.new.revision,
        )

    def cards(self, shown: Iterable[QuoteCard]) -> Iterable[CardChange]:
        """Those of the quotes that read differently now, or are withdrawn."""
        for card in shown:
            ours = card.article == self.new.id and not card.withdrawn
            if not ours or self._still_stands(card.text):
                continue
            hit = self._corrections_within(card.revision, (card.context, card.span))
            if not hit:
                continue
            now = self._requoted(card, hit)
            self.changes[card.text, now.text if now else ""] = None
            struck = replace(card, withdrawn=True)
            yield CardChange(old=card.text, new=now or struck)

    def _requoted(
        self, card: QuoteCard, hit: Sequence[TextCorrection]
    ) -> QuoteCard | None:
        """The quote's new wording: in the sentence's new one, and by the same voice."""
        places = [c.new.span for c in hit if c.new is not None and c.new.span]
        found = [
            quote
            for quote in attribution.find_quotes(
                self.new.text, title=self.new.title, lang=self.new.lang
            )
            if any(quote.start < at.end and at.start < quote.end for at in places)
            and quote.speaker == card.speaker
        ]
        near = [(_compare_wordings(quote.text, card.text), quote) for quote in found]
        best = max(near, key=lambda one: one[0], default=None)
        if best is None or best[0] < _LEAST_LIKENESS:
            return None
        return content.build_card(self.new, best[1])

    def figures(
        self, shown: Iterable[EditionFigure], revisions: Mapping[str, str]
    ) -> Iterable[FigureChange]:
        """Those of the figures that are others now."""
        for published in shown:
            if published.article != self.new.id:
                continue
            version = published.revision or revisions.get(published.article, "")
            hit = self._corrections_within(version, (published.figure.sentence,))
            if not hit or self._still_stands(published.sentence_text):
                continue
            self._note(c for c in hit if c.kind == "figure")
            now = self._refigured(published, hit)
            old, sentence = published.figure.text, published.sentence_text
            yield FigureChange(old=old, sentence=sentence, new=now)

    def _refigured(
        self, published: EditionFigure, hit: Sequence[TextCorrection]
    ) -> EditionFigure | None:
        """The figure of the new sentence that counts the same thing."""
        text = self.new.text
        for figure in recognition.find_figures(text, lang=self.new.lang):
            at = figure.sentence
            near = any(
                c.new
                and c.new.span
                and c.new.span.start <= figure.start < c.new.span.end
                for c in hit
            )
            if near and (figure.unit, figure.what) == (
                published.figure.unit,
                published.figure.what,
            ):
                return replace(
                    published,
                    figure=figure,
                    sentence_text=text[at.start : at.end],
                    revision=self.new.revision,
                )
        return None

    # ── comparing ──────────────────────────────────────────────────────────────

    def _corrections_of(self, revision: str) -> Sequence[TextCorrection]:
        """All that the new text puts right of that version; none if it is unknown."""
        if revision not in self._found:
            old = self.versions.get(revision)
            found = detection.find_corrections(old, self.new) if old is not None else ()
            self._found[revision] = found
        return self._found[revision]

    def _corrections_within(
        self, revision: str, spans: Sequence[Span]
    ) -> list[TextCorrection]:
        return [
            c
            for c in self._corrections_of(revision)
            if any(detection.is_correction_within(c, span) for span in spans)
        ]

    def _all_stand(self, revision: str, spans: Sequence[Span]) -> bool:
        old = self.versions[revision].text  # what was hit is there
        return all(self._still_stands(old[s.start : s.end]) for s in spans)

    def _still_stands(self, words: str) -> bool:
        return words in self.new.text or words == self.new.title

    def _note(self, hit: Iterable[TextCorrection]) -> None:
        for correction in hit:
            said = (correction.before, correction.after)
            if correction.kind != "quote" or not self._is_noted(correction.before):
                self.changes[said] = None

    def _is_noted(self, words: str) -> bool:
        return any(words in before or before in words for before, _ in self.changes)


def _compare_wordings(one: str, other: str) -> float:
    return SequenceMatcher(
        None, normalize_text(one), normalize_text(other), autojunk=False
    ).ratio()


# ── the edition as it is told now ──────────────────────────────────────────────


def apply_amendments(edition: Edition, amendments: Sequence[Amendment]) -> Edition:
    """The edition with these amendments, in their order; the first one made first."""
    for one in amendments:
        edition = _apply_amendment(edition, one)
    return edition


def _apply_amendment(edition: Edition, one: Amendment) -> Edition:
    hero = edition.hero
    new_cards = {change.old: change.new for change in one.cards}
    mine = [story for story in edition.stories if story.id == one.story]
    if hero is not None and any(hero in story.cards for story in mine):
        hero = new_cards.get(hero.text, hero)
    return replace(
        edition,
        stories=tuple(
            _amend_story(story, one) if story.id == one.story else story
            for story in edition.stories
        ),
        brief=tuple(
            _amend_brief(line, one) if line.story == one.story else line
            for line in edition.brief
        ),
        hero=hero,
    )


def _amend_brief(line: BriefStory, one: Amendment) -> BriefStory:
    headline = one.headline or line.headline
    return replace(line, headline=headline, notes=(*line.notes, *one.notes))


def _amend_story(story: EditionStory, one: Amendment) -> EditionStory:
    reworded = {change.old: change.new for change in one.sentences}
    requoted = {change.old: change.new for change in one.cards}
    refigured = {(change.old, change.sentence): change.new for change in one.figures}
    now = [reworded.get(s.text, s) for s in story.summary]
    matters = story.matters
    counted = [
        refigured.get(_figure_key(published), published) for published in story.figures
    ]
    return replace(
        story,
        headline=one.headline or story.headline,
        summary=tuple(sentence for sentence in now if sentence is not None),
        matters=reworded.get(matters.text, matters) if matters else None,
        cards=tuple(requoted.get(card.text, card) for card in story.cards),
        figures=tuple(published for published in counted if published is not None),
        # What was counted differently may be the same by now.
        disputes=tuple(
            d
            for d in story.disputes
            if _figure_key(d.ours) not in refigured
            and _figure_key(d.theirs) not in refigured
        ),
        notes=(*story.notes, *one.notes),
    )


def _figure_key(published: EditionFigure) -> tuple[str, str]:
    return (published.figure.text, published.sentence_text)
