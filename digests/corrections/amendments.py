"""What a corrected article changes in a story that was told; pure: it edits nothing.

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

from digests import cards, corrections, figures, quotes, summaries
from digests.corrections import Correction
from digests.language.fold import fold
from digests.types import (
    Article,
    Brief,
    Card,
    Edition,
    EditionStory,
    Headline,
    Note,
    Sentence,
    Span,
    ToldFigure,
)

#: Stored versions of one article by their hash.
Versions = Mapping[str, Article]

#: How alike (0 to 1) two wordings of one quote are at least.
_ALIKE = 0.4
#: Characters of the headline's summary, of which nothing else is used.
_CHARS = 280


@dataclass(frozen=True, kw_only=True, slots=True)
class Reworded:
    """A sentence by the words that are shown of it, and what is shown instead."""

    old: str
    #: None: it is not told any more.
    new: Sentence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Requoted:
    """A quote by its words, and the card that is shown instead; it may be struck."""

    old: str
    new: Card


@dataclass(frozen=True, kw_only=True, slots=True)
class Refigured:
    """A figure by its words and its sentence, and the one that is shown instead."""

    old: str
    sentence: str
    new: ToldFigure | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """What changes in one story (public id) of an edition."""

    story: str
    notes: tuple[Note, ...]
    headline: Headline | None = None
    sentences: tuple[Reworded, ...] = ()
    cards: tuple[Requoted, ...] = ()
    figures: tuple[Refigured, ...] = ()


# ── what a corrected article changes ───────────────────────────────────────────


def amendment(
    told: EditionStory | Brief, versions: Versions, new: Article, at: datetime
) -> Amendment | None:
    """What the new text of an article changes in a story; None: nothing that it shows.

    Args:
        told: The story as it stands told at present.
        versions: The article's texts that the story's pieces were taken from.
        new: Its newest text.
        at: When that was found.
    """
    desk = _Desk(versions=versions, new=new)
    if isinstance(told, Brief):
        found = Amendment(
            story=told.story,
            notes=(),
            headline=desk.headline(told.headline, told.article.revision),
        )
    else:
        found = _of_story(told, desk)
    notes = tuple(
        Note(at=at, before=before, after=after) for before, after in desk.changes
    )
    return replace(found, notes=notes) if notes else None


def _of_story(told: EditionStory, desk: "_Desk") -> Amendment:
    lead = told.articles[0]
    is_lead = lead.id == desk.new.id
    shown = [*told.summary, *([told.matters] if told.matters else [])]
    disputed = [side for d in told.disputes for side in (d.ours, d.theirs)]
    revisions = {ref.id: ref.revision for ref in told.articles}
    return Amendment(
        story=told.id,
        notes=(),
        # First: a quote is noted in its whole words.
        cards=tuple(desk.cards(told.cards)),
        headline=desk.headline(told.headline, lead.revision) if is_lead else None,
        sentences=tuple(desk.sentences(shown, lead.revision)) if is_lead else (),
        figures=tuple(desk.figures([*told.figures, *disputed], revisions)),
    )


def relocated(told: EditionStory, other: Article) -> EditionStory:
    """The story as if it were told from another text, where its words stand there too.

    What does not stand there keeps its own place.
    """
    ours = told.articles[0].id == other.id

    def sentence(one: Sentence) -> Sentence:
        at = other.text.find(one.text)
        if not ours or at < 0:
            return one
        span = Span(start=at, end=at + len(one.text))
        return replace(one, spans=(span,), revision=other.revision)

    def card(one: Card) -> Card:
        context, at = other.text.find(one.context_text), other.text.find(one.text)
        if one.article != other.id or min(context, at) < 0:
            return one
        return replace(
            one,
            span=Span(start=at, end=at + len(one.text)),
            context=Span(start=context, end=context + len(one.context_text)),
            revision=other.revision,
        )

    def figure(one: ToldFigure) -> ToldFigure:
        at = other.text.find(one.sentence_text)
        if one.article != other.id or at < 0:
            return one
        place = Span(start=at, end=at + len(one.sentence_text))
        moved = replace(one.figure, sentence=place)
        return replace(one, figure=moved, revision=other.revision)

    return replace(
        told,
        summary=tuple(map(sentence, told.summary)),
        matters=sentence(told.matters) if told.matters else None,
        cards=tuple(map(card, told.cards)),
        figures=tuple(map(figure, told.figures)),
    )


@dataclass(kw_only=True)
class _Desk:
    """Compares pieces with the new text, and notes what a reader is told of it."""

    versions: Versions
    new: Article
    #: (before, after), each once, in the order in which they were met.
    changes: dict[tuple[str, str], None] = field(default_factory=dict)
    _found: dict[str, Sequence[Correction]] = field(default_factory=dict)

    def headline(self, told: Headline, revision: str) -> Headline | None:
        """The new headline, where the old one is not true any more."""
        found = self._of(revision)
        hit = [c for c in found if c.old is not None and self._is_of(c, told)]
        if self._stands(told.text) or not hit:
            return None
        summary = summaries.SUMMARISERS["extractive"].summarise(self.new, _CHARS)
        if summary.headline.text == told.text:
            return None
        self._note(hit)
        return summary.headline

    @staticmethod
    def _is_of(correction: Correction, told: Headline) -> bool:
        if correction.old is None or correction.new is None:
            return False
        if correction.old.span is None:
            return not told.spans
        return any(corrections.is_in(correction, span) for span in told.spans)

    def sentences(self, shown: Iterable[Sentence], revision: str) -> Iterable[Reworded]:
        """Those of the sentences that read differently now, or are gone."""
        for sentence in shown:
            version = sentence.revision or revision
            hit = self._hits(version, sentence.spans)
            if not hit or self._all_stand(version, sentence.spans):
                continue
            self._note(hit)
            yield Reworded(old=sentence.text, new=self._reworded(hit))

    def _reworded(self, hit: Sequence[Correction]) -> Sentence | None:
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

    def cards(self, shown: Iterable[Card]) -> Iterable[Requoted]:
        """Those of the quotes that read differently now, or are withdrawn."""
        for card in shown:
            ours = card.article == self.new.id and not card.withdrawn
            if not ours or self._stands(card.text):
                continue
            hit = self._hits(card.revision, (card.context, card.span))
            if not hit:
                continue
            now = self._requoted(card, hit)
            self.changes[card.text, now.text if now else ""] = None
            struck = replace(card, withdrawn=True)
            yield Requoted(old=card.text, new=now or struck)

    def _requoted(self, card: Card, hit: Sequence[Correction]) -> Card | None:
        """The quote's new wording: in the sentence's new one, and by the same voice."""
        places = [c.new.span for c in hit if c.new is not None and c.new.span]
        found = [
            quote
            for quote in quotes.find(
                self.new.text, title=self.new.title, lang=self.new.lang
            )
            if any(quote.start < at.end and at.start < quote.end for at in places)
            and quote.speaker == card.speaker
        ]
        near = [(_alike(quote.text, card.text), quote) for quote in found]
        best = max(near, key=lambda one: one[0], default=None)
        if best is None or best[0] < _ALIKE:
            return None
        return cards.make(self.new, best[1])

    def figures(
        self, shown: Iterable[ToldFigure], revisions: Mapping[str, str]
    ) -> Iterable[Refigured]:
        """Those of the figures that are others now."""
        for told in shown:
            if told.article != self.new.id:
                continue
            version = told.revision or revisions.get(told.article, "")
            hit = self._hits(version, (told.figure.sentence,))
            if not hit or self._stands(told.sentence_text):
                continue
            self._note(c for c in hit if c.kind == "figure")
            now = self._refigured(told, hit)
            old, sentence = told.figure.text, told.sentence_text
            yield Refigured(old=old, sentence=sentence, new=now)

    def _refigured(
        self, told: ToldFigure, hit: Sequence[Correction]
    ) -> ToldFigure | None:
        """The figure of the new sentence that counts the same thing."""
        text = self.new.text
        for figure in figures.find(text, lang=self.new.lang):
            at = figure.sentence
            near = any(
                c.new
                and c.new.span
                and c.new.span.start <= figure.start < c.new.span.end
                for c in hit
            )
            if near and (figure.unit, figure.what) == (
                told.figure.unit,
                told.figure.what,
            ):
                return replace(
                    told,
                    figure=figure,
                    sentence_text=text[at.start : at.end],
                    revision=self.new.revision,
                )
        return None

    # ── comparing ──────────────────────────────────────────────────────────────

    def _of(self, revision: str) -> Sequence[Correction]:
        """All that the new text puts right of that version; none if it is unknown."""
        if revision not in self._found:
            old = self.versions.get(revision)
            found = corrections.every(old, self.new) if old is not None else ()
            self._found[revision] = found
        return self._found[revision]

    def _hits(self, revision: str, spans: Sequence[Span]) -> list[Correction]:
        return [
            c
            for c in self._of(revision)
            if any(corrections.is_in(c, span) for span in spans)
        ]

    def _all_stand(self, revision: str, spans: Sequence[Span]) -> bool:
        old = self.versions[revision].text  # what was hit is there
        return all(self._stands(old[s.start : s.end]) for s in spans)

    def _stands(self, words: str) -> bool:
        return words in self.new.text or words == self.new.title

    def _note(self, hit: Iterable[Correction]) -> None:
        for correction in hit:
            said = (correction.before, correction.after)
            if correction.kind != "quote" or not self._is_noted(correction.before):
                self.changes[said] = None

    def _is_noted(self, words: str) -> bool:
        return any(words in before or before in words for before, _ in self.changes)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


# ── the edition as it is told now ──────────────────────────────────────────────


def amended(edition: Edition, amendments: Sequence[Amendment]) -> Edition:
    """The edition with these amendments, in their order; the first one made first."""
    for one in amendments:
        edition = _with(edition, one)
    return edition


def _with(edition: Edition, one: Amendment) -> Edition:
    hero = edition.hero
    new_cards = {change.old: change.new for change in one.cards}
    mine = [story for story in edition.stories if story.id == one.story]
    if hero is not None and any(hero in story.cards for story in mine):
        hero = new_cards.get(hero.text, hero)
    return replace(
        edition,
        stories=tuple(
            _amended_story(story, one) if story.id == one.story else story
            for story in edition.stories
        ),
        brief=tuple(
            _amended_line(line, one) if line.story == one.story else line
            for line in edition.brief
        ),
        hero=hero,
    )


def _amended_line(line: Brief, one: Amendment) -> Brief:
    headline = one.headline or line.headline
    return replace(line, headline=headline, notes=(*line.notes, *one.notes))


def _amended_story(story: EditionStory, one: Amendment) -> EditionStory:
    reworded = {change.old: change.new for change in one.sentences}
    requoted = {change.old: change.new for change in one.cards}
    refigured = {(change.old, change.sentence): change.new for change in one.figures}
    now = [reworded.get(s.text, s) for s in story.summary]
    matters = story.matters
    counted = [refigured.get(_key(told), told) for told in story.figures]
    return replace(
        story,
        headline=one.headline or story.headline,
        summary=tuple(sentence for sentence in now if sentence is not None),
        matters=reworded.get(matters.text, matters) if matters else None,
        cards=tuple(requoted.get(card.text, card) for card in story.cards),
        figures=tuple(told for told in counted if told is not None),
        # What was counted differently may be the same by now.
        disputes=tuple(
            d
            for d in story.disputes
            if _key(d.ours) not in refigured and _key(d.theirs) not in refigured
        ),
        notes=(*story.notes, *one.notes),
    )


def _key(told: ToldFigure) -> tuple[str, str]:
    return (told.figure.text, told.sentence_text)
