"""The sentences that every renderer prints about an edition. Pure, no markup.

The sentences come out inert, on one line and shortened; how they are set and escaped is
each platform's own affair. Which quote a story shows is decided here too, so that all
platforms show the same one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.i18n.translation import Texts
from bot.model import RenderContext
from bot.platforms.common.text import get_quotation_marks, sanitize_text, shorten_text
from digests.types import (
    BriefStory,
    CorrectionNote,
    Edition,
    EditionFigure,
    EditionStory,
    QuoteCard,
    Section,
    arrange_sections,
)

#: Characters of a name: a speaker, an outlet.
MAX_NAME: Final = 120
#: Corrections that a story shows, and characters of one and of words in it.
MAX_CORRECTIONS: Final = 3
MAX_CORRECTION: Final = 260
MAX_WORDS: Final = 90
#: Figures that a story shows, where they are wanted.
MAX_FIGURES: Final = 4
#: What a chat message shows of a story where nothing else was chosen.
DEFAULT_SECTIONS: Final[tuple[Section, ...]] = ("summary", "quotes")


# ── the head ───────────────────────────────────────────────────────────────────


def format_subtitle(
    edition: Edition, context: RenderContext, texts: Texts
) -> list[str]:
    """The day and what the edition was made from; and that it came late, if so."""
    lines = [
        f"{format_edition_date(edition, context, texts)} · "
        f"{format_counts(edition, texts)}"
    ]
    if context.late:
        lines.append(format_late_notice(edition, context, texts))
    return lines


def format_edition_date(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """«Wednesday 7 January»."""
    return texts.weekday_date(to_local_date(edition.made_at, context.zone))


def format_late_notice(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """«Came late, at 08:30»."""
    at = texts.time(edition.made_at, context.zone)
    return texts.say("Posted late, at {time}", time=at)


def format_counts(edition: Edition, texts: Texts) -> str:
    """«3 stories from 20 articles in 9 sources · 2 min read»."""
    made = edition.made_from
    from_where = texts.say(
        "{stories} from {articles} in {sources}",
        stories=texts.count("{n} story", "{n} stories", len(edition.stories)),
        articles=texts.count("{n} article", "{n} articles", made.articles),
        sources=texts.count("{n} source", "{n} sources", made.sources),
    )
    return f"{from_where} · {texts.say('{n} min read', n=edition.minutes)}"


# ── stories ────────────────────────────────────────────────────────────────────


def select_card(
    cards: Iterable[QuoteCard],
    hero: QuoteCard | None,
    fits: Callable[[QuoteCard], bool],
) -> QuoteCard | None:
    """The first quote that can stand by itself and is not shown already."""
    fitting = (
        card
        for card in cards
        if card != hero and card.speaker and not card.text[:1].islower() and fits(card)
    )
    return next(fitting, None)


def format_quote(card: QuoteCard) -> str:
    """The quote's own words between its language's marks."""
    opening, closing = get_quotation_marks(card.lang)
    return f"{opening}{sanitize_text(card.text)}{closing}"


def format_plain_quote(card: QuoteCard, texts: Texts) -> str:
    """The same in plain words, with who said it: on one line.

    What is told in plain words is cut between lines where it is too long, and a quote
    is never cut.
    """
    return f"{' '.join(format_quote(card).split())} {format_attribution(card, texts)}"


def format_attribution(card: QuoteCard, texts: Texts) -> str:
    """«Ada Brandt, engineer, Hallin Courier»."""
    speaker = card.speaker or texts.say("speaker not named in the text")
    role = card.role or ""
    if role.casefold() in speaker.casefold():
        role = ""
    parts = (
        shorten_text(sanitize_text(part), MAX_NAME)
        for part in (speaker, role, card.source)
    )
    said = ", ".join(part for part in parts if part)
    return f"{said} · {texts.say('withdrawn')}" if card.withdrawn else said


def format_source(
    story: EditionStory, now: datetime, context: RenderContext, texts: Texts
) -> str:
    """«Hallin Courier · 2 more · 08:30»."""
    shown = story.articles[0]
    names = story.outlets or (shown.source,)
    parts = [shorten_text(sanitize_text(names[0]), MAX_NAME)]
    if len(names) > 1:
        parts.append(texts.say("{n} more", n=len(names) - 1))
    if shown.published is not None:
        parts.append(format_time(shown.published, now, context.zone, texts))
    return " · ".join(part for part in parts if part)


def format_time(at: datetime, now: datetime, zone: str, texts: Texts) -> str:
    """«09:30» on the edition's own day, with the date otherwise."""
    if to_local_date(at, zone) == to_local_date(now, zone):
        return texts.time(at, zone)
    return texts.moment(at, zone, now)


def format_brief(
    brief: BriefStory, edition: Edition, context: RenderContext, texts: Texts
) -> str:
    """«Headline · Outlet», and that it was corrected."""
    outlet = brief.outlets[0] if brief.outlets else ""
    parts = [brief.headline.text, outlet]
    parts += format_corrections(brief.notes[-1:], edition, context, texts)
    return " · ".join(
        shorten_text(sanitize_text(part), MAX_NAME) for part in parts if part.strip()
    )


def format_corrections(
    notes: Sequence[CorrectionNote],
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> list[str]:
    """«Corrected 14:05: 40 → 14», a line for each moment; the newest few of them."""
    at_once: dict[tuple[datetime, bool], list[CorrectionNote]] = {}
    for note in notes:
        at_once.setdefault((note.at, bool(note.said)), []).append(note)
    lines = []
    for (at, by_editor), several in list(at_once.items())[-MAX_CORRECTIONS:]:
        local = to_local_date(at, context.zone) == to_local_date(
            edition.made_at, context.zone
        )
        clock = texts.time if local else texts.day_and_time
        shown = "; ".join(_format_correction(note, context, texts) for note in several)
        values = {"time": clock(at, context.zone), "what": shown}
        if by_editor:
            said = texts.say("Corrected {time} by an editor: {what}", **values)
        else:
            said = texts.say("Corrected {time}: {what}", **values)
        lines.append(shorten_text(sanitize_text(said), MAX_CORRECTION))
    return lines


def _format_correction(
    note: CorrectionNote, context: RenderContext, texts: Texts
) -> str:
    if note.said:
        return note.said
    before, after = _drop_common_words(note.before.split(), note.after.split())
    if before and after:
        return f"{before} → {after}"
    opening, closing = get_quotation_marks(context.locale)
    words = f"{opening}{before or after}{closing}"
    if before:
        return texts.say("no longer {words}", words=words)
    return texts.say("now {words}", words=words)


def _drop_common_words(before: list[str], after: list[str]) -> tuple[str, str]:
    """Both without the words that they begin (numbers aside) and end with alike."""
    alike = 0
    for one, other in zip(before[:-1], after[:-1], strict=False):
        if one != other or any(sign.isdigit() for sign in one):
            break
        alike += 1
    before, after = before[alike:], after[alike:]
    while min(len(before), len(after)) > 1 and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return shorten_text(" ".join(before), MAX_WORDS), shorten_text(
        " ".join(after), MAX_WORDS
    )


def format_context(story: EditionStory, most: int) -> str:
    """The sentence that says why it matters, shortened; "" where there is none."""
    return (
        shorten_text(sanitize_text(story.matters.text), most) if story.matters else ""
    )


def format_figures(story: EditionStory) -> str:
    """«about $273 billion (bilateral trade) · 62 percent (of voters)»."""
    return " · ".join(map(_format_figure, story.figures[:MAX_FIGURES]))


def format_disputes(story: EditionStory) -> str:
    """«31,000 (vehicles), Hallin Courier · 36,000 (vehicles), Strand Radio»."""
    sides = (side for pair in story.disputes[:1] for side in (pair.ours, pair.theirs))
    return " · ".join(
        ", ".join(
            filter(
                None,
                (
                    _format_figure(side),
                    shorten_text(sanitize_text(side.source), MAX_NAME),
                ),
            )
        )
        for side in sides
    )


def _format_figure(shown: EditionFigure) -> str:
    said, what = (
        shorten_text(sanitize_text(part), MAX_WORDS)
        for part in (shown.figure.text, shown.figure.what)
    )
    return f"{said} ({what})" if what else said


# ── the end ────────────────────────────────────────────────────────────────────


def format_method_note(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """How the edition was made, and when the next one comes."""
    quoted = arrange_sections(edition.sections, DEFAULT_SECTIONS).hero and (
        edition.hero is not None or any(story.cards for story in edition.stories)
    )
    checked = (
        texts.say("Quotes checked word for word")
        if quoted
        else texts.say("Every sentence leads to its source")
    )
    parts = [f"✓ {checked}", texts.say("written without AI")]
    if context.next_due is not None:
        moment = texts.moment(context.next_due, context.zone, edition.made_at)
        parts.append(texts.say("next: {moment}", moment=moment))
    return " · ".join(parts)


def format_closing(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """«That’s all for today.»: an edition has an end, and says so."""
    due, zone = context.next_due, context.zone
    if due is not None and to_local_date(due, zone) == to_local_date(
        edition.made_at, zone
    ):
        return texts.say("That’s all.")
    return texts.say("That’s all for today.")


def to_local_date(at: datetime, zone: str) -> date:
    """The date of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()
