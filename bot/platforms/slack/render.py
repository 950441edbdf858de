"""Render an edition as Slack messages (Block Kit). Pure and deterministic.

Foreign text goes into `rich_text` and `plain_text` only, which Slack never reads as
markup. `edition_layout` splits an edition into pieces.
"""

from collections.abc import Sequence
from typing import Final

from bot.model import MessagePart, RenderContext
from bot.platforms.common.edition_layout import (
    EditionPiece,
    LinkedLine,
    StoryLayout,
    StorySection,
    find_web_link,
    get_menu_label,
    list_shown_buttons,
    render_edition,
)
from bot.platforms.common.edition_text import (
    EditionView,
    format_attribution,
    format_quote,
)
from bot.platforms.common.text import shorten_line, shorten_utf16
from bot.platforms.slack import limits
from bot.platforms.slack.block_kit import (
    Json,
    actions_blocks,
    add_rich_link,
    button_element,
    context_block,
    divider_block,
    format_link,
    format_named_link,
    header_block,
    measure_blocks,
    mrkdwn_text,
    option_element,
    picture_block,
    picture_section,
    plain_text,
    rich_block,
    rich_quote,
    rich_run,
    rich_runs,
    rich_section,
    small_block,
)
from digests.types import Edition, QuoteCard

#: The longest number of a continued message.
_NUMBER: Final = " · 99/99"
Blocks = tuple[Json, ...]


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """Render the messages of an edition in order, each also as plain text."""
    view = EditionView.of(edition, context)
    return render_edition(view, limits, _SlackEdition(view))


class _SlackEdition:
    """`EditionFormat` in Block Kit."""

    def __init__(self, view: EditionView) -> None:
        self._texts, self._view = view.texts, view
        self._context = view.context
        title = shorten_line(view.edition.title, limits.TITLE)
        self._longest_start = f"{title}{_NUMBER}"

    def head(self, title: str, under: Sequence[str]) -> Blocks:
        return _drop_empty(header_block(title), small_block(*under))

    def hero(self, card: QuoteCard) -> Blocks:
        said_by = format_attribution(card, self._texts)
        return _drop_empty(rich_block(render_quote(card)), small_block(said_by))

    def story(self, story: StoryLayout) -> Blocks:
        parts: list[Json] = []
        beside, run, sections = _begin_story(story)
        for section in sections:
            if section.quote is not None:
                parts += [rich_section(*run), render_quote(section.quote)]
                run = [rich_run(f"— {format_attribution(section.quote, self._texts)}")]
            for label, runs in section.rows:
                start = "\n" if run else ""
                before = (
                    [(f"{start}{label}", True), (" ", False)]
                    if label
                    else [(start, False)]
                )
                run += rich_runs([*before, *runs])
        source, link = story.source
        return _drop_empty(
            *beside,
            rich_block(*parts, rich_section(*run)),
            context_block(plain_text(source), mrkdwn_text(format_link(link))),
            *map(small_block, story.notes),
        )

    def fits_story(self, body: Blocks) -> bool:
        return measure_blocks(body) <= limits.STORY

    def brief(self, title: str, lines: Sequence[LinkedLine]) -> Blocks | None:
        items = [rich_section(*add_rich_link(text, link)) for text, link in lines]
        items = list(_drop_empty(*items))
        if items and measure_blocks(items) > limits.BRIEF_SIZE:
            return None
        listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
        heading = rich_section(rich_run(title, bold=True))
        return _drop_empty(rich_block(heading, listed if items else {}))

    def foot(self, lines: Sequence[str]) -> Blocks:
        web = format_named_link(
            self._view.name_web_link(), find_web_link(self._view.context)
        )
        return _drop_empty(small_block(*lines), context_block(mrkdwn_text(web)))

    def fits_message(self, pieces: Sequence[EditionPiece[Blocks]], first: bool) -> bool:
        # The longest that the message can become: a continued one, and the last.
        blocks = self.payload(pieces, self._longest_start, last=True)["blocks"]
        return (
            len(blocks) <= limits.BLOCKS_USED
            and measure_blocks(blocks) <= limits.BLOCKS_SIZE_USED
        )

    def payload(
        self, pieces: Sequence[EditionPiece[Blocks]], continued: str, *, last: bool
    ) -> Json:
        blocks = [*_drop_empty(small_block(continued))]
        for place, piece in enumerate(pieces):
            if place and piece.option is not None:
                blocks.append(divider_block())
            blocks += [*piece.body, *map(picture_block, piece.pictures)]
        options = dict(piece.option for piece in pieces if piece.option is not None)
        controls = [self._build_select(options)] if options else []
        buttons = list_shown_buttons(self._context, self._texts)
        shown = buttons if last or not options else []
        controls += [button_element(*button) for button in shown]
        return {"blocks": [*blocks, *actions_blocks(controls)]}

    def _build_select(self, options: dict[str, str]) -> Json:
        placeholder = get_menu_label(self._context, self._texts)
        return {
            "type": "static_select",
            "action_id": "v1:open",
            "placeholder": plain_text(shorten_utf16(placeholder, limits.PLACEHOLDER)),
            "options": [option_element(*option) for option in options.items()],
        }


def _begin_story(
    story: StoryLayout,
) -> tuple[Blocks, list[Json], Sequence[StorySection]]:
    """Begin a story: blocks, a run of rich text after them, and what follows.

    Rich text can have no picture beside it. So a story with one has its summary as a
    text of its own, or else, where something else comes first, its headline.
    """
    headline = f"{story.number}. {story.headline}".rstrip()
    title = rich_run(headline, bold=True)
    if story.picture is None:
        return (), [title], story.sections
    shown = [one for one in story.sections if one.rows or one.quote]
    first = shown[0].rows if shown else ()
    if len(first) != 1 or first[0][0]:
        return (picture_section(headline, story.picture),), [], shown
    summary = "".join(text for text, _ in first[0][1])
    beside = picture_section(summary, story.picture)
    return (rich_block(rich_section(title)), beside), [], shown[1:]


def render_quote(card: QuoteCard) -> Json:
    """Render the quote's own words as a block quote."""
    return rich_quote(format_quote(card), struck=card.withdrawn)


def _drop_empty(*elements: Json) -> Blocks:
    return tuple(element for element in elements if element)
