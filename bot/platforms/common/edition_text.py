"""Texts about an edition that all renderers show: dates, counts, sources, notes. Pure.

Every text is sanitized, shortened and on one line, without markup: renderers format and
escape it. This module also selects the quote that a story shows, so that all platforms
show the same one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

from bot.i18n.safe_text import is_blank, sanitize_text
from bot.i18n.translation import Texts
from bot.model import PictureRef, RenderContext
from bot.model.edition import get_story_picture_key
from bot.platforms.common.text import (
    shorten_line,
    shorten_runs,
)
from digests.cards import content
from digests.cards.content import (
    TextRun,
    get_card_key,
    get_quotation_marks,
    set_in_marks,
)
from digests.types import (
    BriefStory,
    CorrectionNote,
    Dispute,
    Edition,
    EditionFigure,
    EditionStory,
    QuoteCard,
    Section,
    SectionLayout,
    arrange_sections,
    frozen,
)

#: Characters of a name: a speaker, an outlet.
MAX_NAME: Final = 120
#: Corrections that a story shows; characters of one, and of words in it.
MAX_CORRECTIONS: Final = 3
MAX_CORRECTION: Final = 260
MAX_WORDS: Final = 90
#: Characters of a note from the editors, with what marks it.
MAX_EDITORS_NOTE: Final = 360
#: Figures that a story shows, where they are shown at all.
MAX_FIGURES: Final = 4
#: Characters of a figure, and of a difference between two outlets.
MAX_FIGURE: Final = 200
MAX_DISPUTE: Final = 400
#: Differences that a chat message shows of a story.
MAX_DISPUTES: Final = 2
#: Sections of a story that a chat message shows if the digest chose none.
DEFAULT_SECTIONS: Final[tuple[Section, ...]] = ("summary", "quotes")


@frozen
class EditionView:
    """An edition with everything that determines how it is displayed."""

    edition: Edition
    context: RenderContext
    texts: Texts
    layout: SectionLayout

    @classmethod
    def of(
        cls,
        edition: Edition,
        context: RenderContext,
        default: Sequence[Section] = DEFAULT_SECTIONS,
    ) -> Self:
        """Create the view; `default` are the sections if the digest chose none."""
        return cls(
            edition=edition,
            context=context,
            texts=Texts.of(context.locale),
            layout=arrange_sections(edition.sections, default),
        )

    def is_same_day(self, at: datetime) -> bool:
        """Check whether an instant is on the edition's own day, in its zone."""
        zone = self.context.zone
        return to_local_date(at, zone) == to_local_date(self.edition.made_at, zone)

    def format_subtitle(self) -> list[str]:
        """Format the day, what the edition was made from, and whether it is late."""
        lines = [f"{self.format_edition_date()} · {self.format_counts()}"]
        if self.context.late:
            lines.append(self.format_late_notice())
        return lines

    def format_edition_date(self) -> str:
        """«Wednesday 7 January»."""
        day = to_local_date(self.edition.made_at, self.context.zone)
        return self.texts.weekday_date(day)

    def format_late_notice(self) -> str:
        """«Came late, at 08:30»."""
        at = self.texts.time(self.edition.made_at, self.context.zone)
        return self.texts.say("Posted late, at {time}", time=at)

    def format_counts(self) -> str:
        """«3 stories from 20 articles in 9 sources · 2 min read»."""
        edition, texts = self.edition, self.texts
        made = edition.made_from
        from_where = texts.say(
            "{stories} from {articles} in {sources}",
            stories=texts.count("{n} story", "{n} stories", len(edition.stories)),
            articles=texts.count("{n} article", "{n} articles", made.articles),
            sources=texts.count("{n} source", "{n} sources", made.sources),
        )
        return f"{from_where} · {texts.say('{n} min read', n=edition.minutes)}"

    def select_card(
        self, cards: Iterable[QuoteCard], fits: Callable[[QuoteCard], bool]
    ) -> QuoteCard | None:
        """Select the first quote that fits and is not that of the edition."""
        hero = self.edition.hero
        shown = (card for card in cards if not is_blank(card.text))
        return next((card for card in shown if card != hero and fits(card)), None)

    def find_pictures(self, *cards: QuoteCard | None) -> tuple[PictureRef, ...]:
        """List the pictures that were drawn of these cards."""
        drawn = self.context.pictures
        keys = (get_card_key(card) for card in cards if card is not None)
        return tuple(drawn[key] for key in keys if key in drawn)

    def find_story_picture(self, story: EditionStory) -> PictureRef | None:
        """Find the picture that the source of a story gives with it."""
        key = get_story_picture_key(story.articles[0].id)
        return self.context.pictures.get(key)

    def list_marks(self, story: EditionStory | BriefStory) -> tuple[str, str]:
        """Return the labels beside a headline: «Update», and «Opinion»; each may be "".

        Plain news has no label.
        """
        update = isinstance(story, EditionStory) and story.update
        kind = self.texts.message(content.name_kind(story.kind))
        return self.texts.say("Update") if update else "", kind

    def format_source(self, story: EditionStory) -> str:
        """«Hallin Courier · 2 more · 08:30 · from the feed’s excerpt»."""
        shown = story.articles[0]
        names = story.outlets or (shown.source,)
        parts = [shorten_line(names[0], MAX_NAME)]
        if len(names) > 1:
            parts.append(self.texts.say("{n} more", n=len(names) - 1))
        author = content.find_author(shown.author, story.kind, shown.source)
        if author:
            by = self.texts.say("by {author}", author=author)
            parts.append(shorten_line(by, MAX_NAME))
        if shown.published is not None:
            parts.append(self.format_time(shown.published))
        if shown.excerpt:
            parts.append(self.texts.say("from the feed’s excerpt"))
        return " · ".join(part for part in parts if part)

    def format_time(self, at: datetime) -> str:
        """«09:30» on the edition's own day, with the date otherwise."""
        zone = self.context.zone
        if self.is_same_day(at):
            return self.texts.time(at, zone)
        return self.texts.moment(at, zone, self.edition.made_at)

    def format_brief(self, brief: BriefStory) -> str:
        """«Opinion: Headline · Outlet», and its newest correction."""
        corrections = self.format_corrections(brief.notes[-1:])
        headline = mark_headline(brief.headline.text, *self.list_marks(brief))
        parts = (headline, *brief.outlets[:1], *self.mark_brief(brief), *corrections)
        return " · ".join(shorten_line(one, MAX_NAME) for one in parts if one.strip())

    def format_notes(self, story: EditionStory) -> list[str]:
        """Format what editors wrote, marked as theirs, and the corrections."""
        said = list(self.list_editors_words(story))
        return [*said, *self.format_corrections(story.notes)]

    def list_editors_words(self, story: EditionStory) -> Iterator[str]:
        """«Headline: the editors», «Note from the editors: …»."""
        if story.headline.by_editors:
            yield self.texts.say("Headline: the editors")
        if note := " ".join(sanitize_text(story.editors_note).split()):
            said = self.texts.say("Note from the editors: {note}", note=note)
            yield shorten_line(said, MAX_EDITORS_NOTE)

    def mark_brief(self, brief: BriefStory) -> list[str]:
        """«Headline: the editors», if they wrote that of a line."""
        by_editors = brief.headline.by_editors
        return [self.texts.say("Headline: the editors")] if by_editors else []

    def format_corrections(self, notes: Sequence[CorrectionNote]) -> list[str]:
        """«Corrected 14:05: 40 → 14»: one line per moment, the newest few of them."""
        texts, zone = self.texts, self.context.zone
        at_once: dict[tuple[datetime, bool], list[CorrectionNote]] = {}
        for note in notes:
            at_once.setdefault((note.at, bool(note.said)), []).append(note)
        lines = []
        for (at, by_editor), several in list(at_once.items())[-MAX_CORRECTIONS:]:
            clock = texts.time if self.is_same_day(at) else texts.day_and_time
            what = "; ".join(map(self._format_correction, several))
            values = {"time": clock(at, zone), "what": what}
            if by_editor:
                said = texts.say("Corrected {time} by an editor: {what}", **values)
            else:
                said = texts.say("Corrected {time}: {what}", **values)
            lines.append(shorten_line(said, MAX_CORRECTION))
        return lines

    def _format_correction(self, note: CorrectionNote) -> str:
        if note.said:
            return note.said
        before, after = _drop_common_words(note.before.split(), note.after.split())
        if before and after:
            subject = f"{note.what[:1].upper()}{note.what[1:]}: " if note.what else ""
            return f"{subject}{before} → {after}"
        opening, closing = get_quotation_marks(self.context.locale)
        words = f"{opening}{before or after}{closing}"
        if before:
            return self.texts.say("no longer {words}", words=words)
        return self.texts.say("now {words}", words=words)

    def format_method_note(self) -> str:
        """Format how the edition was made, and when the next one is due."""
        edition, context, texts = self.edition, self.context, self.texts
        quoted = self.layout.hero and (
            edition.hero is not None or any(story.cards for story in edition.stories)
        )
        if quoted:
            checked = texts.say("Quotes checked word for word")
        else:
            checked = texts.say("Every sentence leads to its source")
        parts = [f"✓ {checked}", texts.say("written without AI")]
        if context.next_due is not None:
            moment = texts.moment(context.next_due, context.zone, edition.made_at)
            parts.append(texts.say("next: {moment}", moment=moment))
        return " · ".join(parts)

    def name_web_link(self) -> str:
        """Label of the link to the edition's public page."""
        return self.texts.say("Read on the web")

    def format_web_address(self) -> list[str]:
        """«Read on the web: https://…», for plain text; empty if there is no page."""
        url = self.context.web_url
        return [f"{self.name_web_link()}: {url}"] if url else []

    def format_closing(self) -> str:
        """«That’s all for today.», or «That’s all.» where another one is due today."""
        due = self.context.next_due
        if due is not None and self.is_same_day(due):
            return self.texts.say("That’s all.")
        return self.texts.say("That’s all for today.")


def mark_headline(headline: str, *marks: str) -> str:
    """«Update · Opinion: Headline»; the headline alone if no mark has words."""
    mark = " · ".join(filter(None, marks))
    return f"{mark}: {headline}" if mark else headline


def format_quote(card: QuoteCard) -> str:
    """Put the quote's words between the quotation marks of its language."""
    opening, words, closing = set_in_marks(card)
    return f"{opening}{sanitize_text(words)}{closing}"


def format_plain_quote(card: QuoteCard, texts: Texts) -> str:
    """Format a quote with its speaker on one line.

    Plain text that is too long is cut between lines, and a quote is never cut.
    """
    return f"{' '.join(format_quote(card).split())} {format_attribution(card, texts)}"


def format_attribution(card: QuoteCard, texts: Texts) -> str:
    """«Ada Brandt, engineer · Hallin Courier»: her role is not at the outlet."""
    names = (shorten_line(name, MAX_NAME) for name in describe_speaker(card, texts))
    source = shorten_line(card.source, MAX_NAME)
    withdrawn = texts.say("withdrawn") if card.withdrawn else ""
    return " · ".join(filter(None, (", ".join(filter(None, names)), source, withdrawn)))


def describe_speaker(card: QuoteCard, texts: Texts) -> tuple[str, str]:
    """Return the speaker, and the role if the speaker's name does not contain it."""
    speaker = card.speaker or texts.say("speaker not named in the text")
    role = card.role or ""
    return speaker, "" if role.casefold() in speaker.casefold() else role


def _drop_common_words(before: list[str], after: list[str]) -> tuple[str, str]:
    """Drop the words that both begin and end with; a number keeps what it counts."""
    alike = 0
    for one, other in zip(before[:-1], after[:-1], strict=False):
        if one != other or any(sign.isdigit() for sign in one):
            break
        alike += 1
    before, after = before[alike:], after[alike:]
    counts = any(sign.isdigit() for sign in "".join(before[:1]))
    while min(len(before), len(after)) > 1 and before[-1] == after[-1] and not counts:
        before, after = before[:-1], after[:-1]
    return (
        shorten_line(" ".join(before), MAX_WORDS),
        shorten_line(" ".join(after), MAX_WORDS),
    )


def format_context(story: EditionStory, limit: int) -> str:
    """Shorten the sentence on why the story matters; "" if there is none."""
    return shorten_line(story.matters.text, limit) if story.matters else ""


def list_figure_runs(
    story: EditionStory, sections: Collection[Section], texts: Texts
) -> list[TextRun]:
    """«Trade rose to $273 billion · 62 percent (of voters)»: the numbers stand out."""
    runs: list[TextRun] = []
    for shown in content.list_further_figures(story, sections)[:MAX_FIGURES]:
        figure = format_figure(shown, texts)
        runs += [(" · ", False), *figure] if runs and figure else figure
    return runs


def format_figure(shown: EditionFigure, texts: Texts) -> list[TextRun]:
    """The words that show a figure, and notes on its status and on what it replaces."""
    runs = shorten_runs(content.describe_figure(shown.figure), MAX_FIGURE)
    status = texts.message(content.name_status(shown.figure))
    change = shorten_line(content.describe_change(shown), MAX_FIGURE)
    notes = [(f" ({note})", False) for note in (status, change) if note]
    return [*runs, *notes] if runs else runs


def format_dispute(dispute: Dispute) -> list[TextRun]:
    """«12 people died (Hallin Courier), 15 (Strand Radio)»: the numbers stand out."""
    return shorten_runs(content.describe_dispute(dispute), MAX_DISPUTE)


def to_local_date(at: datetime, zone: str) -> date:
    """Return the date of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
