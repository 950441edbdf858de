"""The changes of a story in a published edition, and the edition with them applied.

A stored edition is never rewritten: amendments are stored beside it, in their order.
`digests.corrections.story_comparison` finds them.
"""

from collections.abc import Sequence
from dataclasses import replace

from digests.types import (
    BriefStory,
    CorrectionNote,
    Edition,
    EditionFigure,
    EditionStory,
    Headline,
    QuoteCard,
    Sentence,
    frozen,
)


@frozen
class SentenceChange:
    """A sentence by its shown words, and its replacement."""

    old: str
    #: None: it is removed.
    new: Sentence | None


@frozen
class CardChange:
    """A quote by its words, and its replacement, which may be withdrawn."""

    old: str
    new: QuoteCard


@frozen
class FigureChange:
    """A figure by its words and its sentence, and its replacement."""

    old: str
    sentence: str
    new: EditionFigure | None


@frozen
class Amendment:
    """The changes of one story (public id) of an edition."""

    story: str
    notes: tuple[CorrectionNote, ...] = ()
    headline: Headline | None = None
    sentences: tuple[SentenceChange, ...] = ()
    cards: tuple[CardChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()


def apply_amendments(edition: Edition, amendments: Sequence[Amendment]) -> Edition:
    """The edition with these amendments, which are in the order they were made."""
    for amendment in amendments:
        edition = _apply_amendment(edition, amendment)
    return edition


def _apply_amendment(edition: Edition, one: Amendment) -> Edition:
    hero = edition.hero
    shown = (story.cards for story in edition.stories if story.id == one.story)
    if hero is not None and any(hero in cards for cards in shown):
        hero = {change.old: change.new for change in one.cards}.get(hero.text, hero)
    stories = tuple(
        _amend_story(story, one) if story.id == one.story else story
        for story in edition.stories
    )
    brief = tuple(
        _amend_brief(line, one) if line.story == one.story else line
        for line in edition.brief
    )
    return replace(edition, stories=stories, brief=brief, hero=hero)


def _amend_brief(line: BriefStory, one: Amendment) -> BriefStory:
    headline = one.headline or line.headline
    return replace(line, headline=headline, notes=(*line.notes, *one.notes))


def _amend_story(story: EditionStory, one: Amendment) -> EditionStory:
    sentences = {change.old: change.new for change in one.sentences}
    cards = {change.old: change.new for change in one.cards}
    figures = {(change.old, change.sentence): change.new for change in one.figures}
    summary = [sentences.get(s.text, s) for s in story.summary]
    counted = [figures.get(_figure_key(figure), figure) for figure in story.figures]
    matters = story.matters
    return replace(
        story,
        headline=one.headline or story.headline,
        summary=tuple(sentence for sentence in summary if sentence is not None),
        matters=sentences.get(matters.text, matters) if matters else None,
        cards=tuple(cards.get(card.text, card) for card in story.cards),
        figures=tuple(figure for figure in counted if figure is not None),
        # What was counted differently may agree by now.
        disputes=tuple(
            dispute
            for dispute in story.disputes
            if not figures.keys()
            & {_figure_key(dispute.ours), _figure_key(dispute.theirs)}
        ),
        notes=(*story.notes, *one.notes),
    )


def _figure_key(shown: EditionFigure) -> tuple[str, str]:
    return (shown.figure.text, shown.sentence_text)
