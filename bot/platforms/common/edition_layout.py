"""Lay out an edition as chat messages: pieces, their order, their packing. Pure.

A piece is never split: the head, a quote, a story, the brief, the foot. Each piece is
formatted twice, in the platform's markup and as plain text, and the pieces are packed
into as few messages as possible. Texts are shortened to the platform's limits, but
quotes never are: a quote that is too long is left out, and the story's detail shows it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from bot.i18n.safe_text import is_blank
from bot.i18n.translation import Texts
from bot.model import MessagePart, PictureRef, RenderContext
from bot.platforms.common.edition_text import (
    MAX_DISPUTES,
    EditionView,
    format_context,
    format_dispute,
    format_plain_quote,
    list_figure_runs,
    mark_headline,
)
from bot.platforms.common.text import count_utf16, pack_pieces, shorten_line
from digests.cards.content import TextRun
from digests.language.links import Link, make_link
from digests.types import EditionStory, QuoteCard, Section, frozen

B = TypeVar("B")
#: A line about an article, and the link behind it.
LinkedLine = tuple[str, Link | None]


class EditionLimits(Protocol):
    """Limits that decide what an edition shows: a platform's module `limits`.

    Lengths are in UTF-16 units.
    """

    @property
    def TITLE(self) -> int: ...  # noqa: N802 - constants of a module
    @property
    def HEADLINE(self) -> int: ...  # noqa: N802
    @property
    def SENTENCE(self) -> int: ...  # noqa: N802
    @property
    def SENTENCES(self) -> int: ...  # noqa: N802
    @property
    def QUOTE(self) -> int: ...  # noqa: N802
    @property
    def BRIEF(self) -> int: ...  # noqa: N802
    @property
    def STORIES(self) -> int: ...  # noqa: N802


@frozen
class EditionPiece(Generic[B]):
    """Content that is never split, in the platform's markup and as plain text."""

    body: B
    plain: str
    #: (control id, label) of a story's entry in the select.
    option: tuple[str, str] | None = None
    #: Shown below the body, which says the same in words.
    pictures: tuple[PictureRef, ...] = ()
    #: Shown beside the body, which stays if its file is missing.
    beside: PictureRef | None = None

    @property
    def all_pictures(self) -> tuple[PictureRef, ...]:
        """All pictures, in the order of the message."""
        return (self.beside, *self.pictures) if self.beside else self.pictures


@frozen
class StorySection:
    """A section of a story: lines with their labels, or a quote."""

    #: (label or "", the parts of its text); no text is empty.
    rows: tuple[tuple[str, tuple[TextRun, ...]], ...] = ()
    quote: QuoteCard | None = None

    def format_plain(self, texts: Texts) -> str:
        """Format the section as plain text; "" if it shows nothing."""
        if self.quote is not None:
            return format_plain_quote(self.quote, texts)
        lines = (
            (label, "".join(part for part, _ in runs)) for label, runs in self.rows
        )
        return "\n".join(
            f"{label.rstrip(':')}: {text}" if label else text for label, text in lines
        )


@frozen
class StoryLayout:
    """What a story's piece shows."""

    number: int
    #: «Update: » if it is one, and the headline.
    headline: str
    sections: tuple[StorySection, ...]
    #: The line about the source, with the link behind it.
    source: LinkedLine
    notes: tuple[str, ...]
    #: Shown beside its text.
    picture: PictureRef | None = None


class EditionFormat(Protocol[B]):
    """A platform's markup for the pieces of an edition."""

    def head(self, title: str, under: Sequence[str]) -> B:
        """Format the title with the lines below it."""

    def hero(self, card: QuoteCard) -> B:
        """Format the quote of the edition."""

    def story(self, story: StoryLayout) -> B:
        """Format a story."""

    def fits_story(self, body: B) -> bool:
        """Check whether a story's body is short enough."""

    def brief(self, title: str, lines: Sequence[LinkedLine]) -> B | None:
        """Format the list of further stories; None if it is too long."""

    def foot(self, lines: Sequence[str]) -> B:
        """Format how the edition was made, and its end."""

    def fits_message(self, pieces: Sequence[EditionPiece[B]], first: bool) -> bool:
        """Check whether a message, the first or a later one, holds these pieces."""

    def payload(
        self, pieces: Sequence[EditionPiece[B]], continued: str, *, last: bool
    ) -> Mapping[str, Any]:
        """Build a message; `continued` is the first line of later messages."""


def render_edition(
    view: EditionView, limits: EditionLimits, markup: EditionFormat[B], name: str = ""
) -> tuple[MessagePart, ...]:
    """Render the messages of an edition in order; `name` is that of its thread."""

    def fits(pieces: Sequence[EditionPiece[B]], first: bool) -> bool:
        stories = sum(piece.option is not None for piece in pieces)
        return stories <= limits.STORIES and markup.fits_message(pieces, first)

    title = shorten_line(view.edition.title, limits.TITLE)
    layout = _Layout(view=view, limits=limits, markup=markup)
    messages = pack_pieces(list(layout.list_pieces(title)), fits)
    parts = []
    for number, pieces in enumerate(messages, 1):
        continued = f"{title} · {number}/{len(messages)}" if number > 1 else ""
        plain = filter(None, (continued, *(piece.plain for piece in pieces)))
        parts.append(
            MessagePart(
                key=str(number),
                payload=markup.payload(pieces, continued, last=number == len(messages)),
                fallback_text="\n\n".join(plain),
                title=name,
                pictures=tuple(ref.hash for one in pieces for ref in one.all_pictures),
            )
        )
    return tuple(parts)


def find_web_link(context: RenderContext) -> Link | None:
    """Return the link to the edition's public page, if it has one."""
    return make_link(context.web_url)


def list_buttons(edition_id: str, texts: Texts) -> list[tuple[str, str]]:
    """List (control id, label) of the buttons below an edition, which act on it."""
    return [
        (f"v1:quotes:{edition_id}", texts.say("Quotes")),
        (f"v1:figures:{edition_id}", texts.say("Figures")),
    ]


def build_story_control_id(edition_id: str, story_id: str) -> str:
    """Build the id of the choice that shows the story as this edition has it."""
    return f"v1:story:{edition_id}:{story_id}"


def list_shown_buttons(context: RenderContext, texts: Texts) -> list[tuple[str, str]]:
    """List the buttons below an edition, or below a draft of one."""
    if context.draft is not None:
        return list(context.draft.buttons)
    return list_buttons(context.edition_id, texts)


def build_choice_id(context: RenderContext, story_id: str) -> str:
    """Build the id of the choice that opens a story of an edition, or of a draft."""
    if context.draft is not None:
        return f"v1:draft:{context.draft.draft}:{story_id}"
    return build_story_control_id(context.edition_id, story_id)


def get_menu_label(context: RenderContext, texts: Texts) -> str:
    """Return the label of the menu of stories."""
    if context.draft is not None:
        return context.draft.menu
    return texts.say("Read more about…")


# ── pieces ─────────────────────────────────────────────────────────────────────


@frozen
class _Layout(Generic[B]):
    """Builds the pieces of one edition."""

    view: EditionView
    limits: EditionLimits
    markup: EditionFormat[B]

    def list_pieces(self, title: str) -> Iterator[EditionPiece[B]]:
        view, markup = self.view, self.markup
        draft = view.context.draft
        under = [*(draft.lines if draft else ()), *view.format_subtitle()]
        if draft is not None and draft.only_lines:
            under = list(draft.lines)
        yield _piece(markup.head(title, under), title, *under)
        if draft is not None and draft.only_lines:
            return
        brief = [self._build_brief()] if view.edition.brief else []
        if view.layout.also == "above":
            yield from brief
        hero = view.edition.hero
        if view.layout.hero and hero is not None and self._fits_quote(hero):
            words = _piece(markup.hero(hero), format_plain_quote(hero, view.texts))
            yield replace(words, pictures=view.find_pictures(hero))
        for number, story in enumerate(view.edition.stories, 1):
            yield self._build_story(number, story)
        if view.layout.also == "below":
            yield from brief
        end = (view.format_method_note(), view.format_closing())
        yield _piece(markup.foot(end), *end, *view.format_web_address())

    def _build_story(self, number: int, story: EditionStory) -> EditionPiece[B]:
        """Build a story with as many sentences of its summary as fit."""
        view, limits = self.view, self.limits
        headline = shorten_line(story.headline.text, limits.HEADLINE)
        marked = mark_headline(headline, *view.list_marks(story))
        source = view.format_source(story)
        notes = view.format_notes(story)
        card = view.select_card(story.cards, self._fits_quote)
        picture = view.find_story_picture(story)
        summary = [
            shorten_line(sentence.text, limits.SENTENCE)
            for sentence in story.summary[: limits.SENTENCES]
        ]

        def build(sections: tuple[StorySection, ...]) -> EditionPiece[B]:
            layout = StoryLayout(
                number=number,
                headline=marked,
                sections=sections,
                source=(source, make_link(story.articles[0].url)),
                notes=tuple(notes),
                picture=picture,
            )
            title = f"{number}. {marked}".rstrip()
            plain = (section.format_plain(view.texts) for section in sections)
            return EditionPiece(
                body=self.markup.story(layout),
                plain="\n".join(filter(None, (title, *plain, source, *notes))),
                option=(
                    build_choice_id(view.context, story.id),
                    f"{number}. {headline}",
                ),
                pictures=view.find_pictures(*(one.quote for one in sections)),
                beside=picture,
            )

        for count in range(len(summary), -1, -1):
            text = " ".join(filter(None, summary[:count]))
            sections = (
                self._build_section(section, story, text, card)
                for section in view.layout.story
            )
            piece = build((*sections, self._build_differences(story)))
            if self.markup.fits_story(piece.body):
                return piece
        return build(())

    def _build_section(
        self,
        section: Section,
        story: EditionStory,
        summary: str,
        card: QuoteCard | None,
    ) -> StorySection:
        say = self.view.texts.say
        match section:
            case "summary":
                return _section("", [(summary, False)])
            case "quotes":
                return StorySection(quote=card)
            case "matters":
                context = format_context(story, self.limits.SENTENCE)
                return _section(say("Why it matters"), [(context, False)])
            case "figures":
                shown = self.view.layout.story
                runs = list_figure_runs(story, shown, self.view.texts)
                return _section(say("Figures"), runs)
        return StorySection()

    def _build_differences(self, story: EditionStory) -> StorySection:
        """Build the lines on what outlets state differently, which are always shown."""
        label = self.view.texts.say("Outlets differ:")
        return _section(label, *map(format_dispute, story.disputes[:MAX_DISPUTES]))

    def _build_brief(self) -> EditionPiece[B]:
        """Build the list of further stories: as many as fit."""
        title = self.view.texts.say("Also in brief")
        lines: list[LinkedLine] = []
        body = self.markup.brief(title, ())
        for brief in self.view.edition.brief[: self.limits.BRIEF]:
            line = self.view.format_brief(brief), make_link(brief.article.url)
            longer = self.markup.brief(title, [*lines, line]) if any(line) else None
            if longer is not None:
                body = longer
                lines.append(line)
        assert body is not None, "a title alone always fits"
        return _piece(body, title, *(f"– {text}" for text, _ in lines))

    def _fits_quote(self, card: QuoteCard) -> bool:
        return not is_blank(card.text) and count_utf16(card.text) <= self.limits.QUOTE


def _section(label: str, *texts: Sequence[TextRun]) -> StorySection:
    """Build a section of lines, without those that are empty."""
    shown = (tuple(run for run in runs if run[0]) for runs in texts)
    return StorySection(rows=tuple((label, runs) for runs in shown if runs))


def _piece(body: B, *plain: str) -> EditionPiece[B]:
    return EditionPiece(body=body, plain="\n".join(filter(None, plain)))
