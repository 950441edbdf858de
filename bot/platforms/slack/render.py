"""Render an edition as Slack messages (Block Kit). Pure and deterministic.

Foreign words stand in `rich_text` and `plain_text` only, which Slack never reads as
markup. Pieces (head, stories, brief, foot) are written first, each as blocks and in
plain words, and then packed into as few messages as hold them: an edition is split
between pieces only. Texts are shortened to `limits`, quotes never: one that is too long
is left out, and the story's detail shows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.i18n.translation import Texts
from bot.model import MessagePart, RenderContext
from bot.platforms.common import edition_text
from bot.platforms.common.text import (
    count_utf16,
    make_link,
    sanitize_text,
    shorten_text,
    shorten_utf16,
)
from bot.platforms.slack import block_kit, limits
from bot.platforms.slack.block_kit import format_link, measure_blocks
from digests.types import Edition, EditionStory, QuoteCard, Section, arrange_sections

Json = block_kit.Json


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackEditionPiece:
    """What stays together: blocks, the same in plain words, and what it opens."""

    blocks: tuple[Json, ...]
    plain: str
    #: (control id, label) of the story's entry in the select.
    option: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionText:
    """A section of a story: a quote set off, what comes after; and in plain words."""

    quoted: Json = field(default_factory=dict)
    words: tuple[Json, ...] = ()
    plain: str = ""


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """The edition's messages in order, each with its twin in plain words."""
    texts = Texts.of(context.locale)
    messages = _pack_messages(
        tuple(_list_pieces(edition, context, texts)), edition, texts
    )
    return tuple(
        _build_part(number, len(messages), pieces, edition, texts)
        for number, pieces in enumerate(messages, 1)
    )


# ── pieces ─────────────────────────────────────────────────────────────────────


def _list_pieces(
    edition: Edition, context: RenderContext, texts: Texts
) -> Iterator[SlackEditionPiece]:
    laid_out = arrange_sections(edition.sections, edition_text.DEFAULT_SECTIONS)
    yield _build_head(edition, context, texts)
    brief = [_build_brief(edition, context, texts)] if edition.brief else []
    if laid_out.also == "above":
        yield from brief
    if laid_out.hero and edition.hero is not None and _fits_quote(edition.hero):
        yield _build_hero(edition.hero, texts)
    for number, story in enumerate(edition.stories, 1):
        yield _build_story(number, story, edition, context, texts)
    if laid_out.also == "below":
        yield from brief
    yield _build_foot(edition, context, texts)


def _build_head(
    edition: Edition, context: RenderContext, texts: Texts
) -> SlackEditionPiece:
    title = _shorten_title(edition)
    under = edition_text.format_subtitle(edition, context, texts)
    header = [{"type": "header", "text": block_kit.plain_text(title)}] if title else []
    return SlackEditionPiece(
        blocks=(*header, block_kit.context_block(*map(block_kit.plain_text, under))),
        plain=block_kit.join_lines(title, *under),
    )


def _shorten_title(edition: Edition) -> str:
    return shorten_utf16(sanitize_text(edition.title), limits.HEADER)


def _build_hero(card: QuoteCard, texts: Texts) -> SlackEditionPiece:
    said_by = edition_text.format_attribution(card, texts)
    return SlackEditionPiece(
        blocks=(
            block_kit.rich_block(block_kit.rich_quote(card)),
            block_kit.context_block(block_kit.plain_text(said_by)),
        ),
        plain=edition_text.format_plain_quote(card, texts),
    )


def _build_story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> SlackEditionPiece:
    """The story, with as much of its summary as there is room for."""
    card = edition_text.select_card(story.cards, edition.hero, _fits_quote)
    summary = [
        shorten_utf16(sanitize_text(sentence.text), limits.SENTENCE)
        for sentence in story.summary[: limits.SENTENCES]
    ]
    source = edition_text.format_source(story, edition.made_at, context, texts)
    under = [
        source,
        *edition_text.format_corrections(story.notes, edition, context, texts),
    ]
    wanted = arrange_sections(edition.sections, edition_text.DEFAULT_SECTIONS).story
    for count in range(len(summary), -1, -1):
        parts = [
            _render_section(part, story, summary[:count], card, texts)
            for part in wanted
        ]
        rendered = _assemble_story(number, story, parts, under, texts)
        if measure_blocks(rendered.blocks) <= limits.STORY:
            return rendered
    return _assemble_story(number, story, (), under, texts)


def _render_section(
    section: Section,
    story: EditionStory,
    summary: Sequence[str],
    card: QuoteCard | None,
    texts: Texts,
) -> SectionText:
    match section:
        case "summary":
            return _render_labelled(("", " ".join(filter(None, summary))))
        case "quotes" if card is not None:
            after = block_kit.rich_run(
                f"— {edition_text.format_attribution(card, texts)}"
            )
            return SectionText(
                quoted=block_kit.rich_quote(card),
                words=(after,),
                plain=edition_text.format_plain_quote(card, texts),
            )
        case "matters":
            matters = edition_text.format_context(story, limits.SENTENCE)
            return _render_labelled((texts.say("Why it matters"), matters))
        case "figures":
            return _render_labelled(
                (texts.say("Figures"), edition_text.format_figures(story)),
                (texts.say("Outlets differ:"), edition_text.format_disputes(story)),
            )
        case _:
            return SectionText()


def _render_labelled(*rows: tuple[str, str]) -> SectionText:
    """Lines that begin with what they are; none where nothing is to be said."""
    words: list[Json] = []
    lines: list[str] = []
    for label, said in rows:
        if said and label:
            words += [
                block_kit.rich_run(f"\n{label}", bold=True),
                block_kit.rich_run(f" {said}"),
            ]
            lines.append(f"{label.rstrip(':')}: {said}")
        elif said:
            words.append(block_kit.rich_run(f"\n{said}"))
            lines.append(said)
    return SectionText(words=tuple(words), plain="\n".join(lines))


def _assemble_story(
    number: int,
    story: EditionStory,
    parts: Sequence[SectionText],
    under: Sequence[str],
    texts: Texts,
) -> SlackEditionPiece:
    headline = shorten_utf16(sanitize_text(story.headline.text), limits.HEADLINE)
    mark = f"{texts.say('Update')}: " if story.update else ""
    title = f"{number}. {mark}{headline}".rstrip()
    rendered: list[Json] = []
    run = [block_kit.rich_run(title, bold=True)]
    for part in parts:
        if part.quoted:
            rendered += [block_kit.rich_section(*run), part.quoted]
            run = []
        run += part.words
    rendered.append(block_kit.rich_section(*run))
    spoken = [part.plain for part in parts]
    source, *notes = under
    led = block_kit.context_block(
        block_kit.plain_text(source),
        block_kit.mrkdwn_text(format_link(make_link(story.articles[0].url))),
    )
    corrected = [block_kit.context_block(block_kit.plain_text(note)) for note in notes]
    return SlackEditionPiece(
        blocks=tuple(
            b for b in (block_kit.rich_block(*rendered), led, *corrected) if b
        ),
        plain=block_kit.join_lines(title, *spoken, *under),
        option=(f"v1:story:{story.id}", f"{number}. {headline}"),
    )


def _fits_quote(card: QuoteCard) -> bool:
    return bool(card.text.strip()) and count_utf16(card.text) <= limits.QUOTE


def _build_brief(
    edition: Edition, context: RenderContext, texts: Texts
) -> SlackEditionPiece:
    title = texts.say("Also in brief")
    items: list[Json] = []
    lines = [title]
    for brief in edition.brief[: limits.BRIEF]:
        said = edition_text.format_brief(brief, edition, context, texts)
        item = block_kit.rich_section(
            *block_kit.add_rich_link(said, make_link(brief.article.url))
        )
        if not item or measure_blocks([*items, item]) > limits.BRIEF_SIZE:
            continue
        items.append(item)
        lines.append(f"– {said}")
    listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return SlackEditionPiece(
        blocks=(
            block_kit.rich_block(
                block_kit.rich_section(block_kit.rich_run(title, bold=True)),
                listed if items else {},
            ),
        ),
        plain="\n".join(lines),
    )


def _build_foot(
    edition: Edition, context: RenderContext, texts: Texts
) -> SlackEditionPiece:
    said = (
        edition_text.format_method_note(edition, context, texts),
        edition_text.format_closing(edition, context, texts),
    )
    return SlackEditionPiece(
        blocks=(block_kit.context_block(*map(block_kit.plain_text, said)),),
        plain=block_kit.join_lines(*said),
    )


# ── messages ───────────────────────────────────────────────────────────────────


def _pack_messages(
    pieces: Sequence[SlackEditionPiece], edition: Edition, texts: Texts
) -> list[list[SlackEditionPiece]]:
    """The pieces in order, in as few messages as hold them."""
    messages: list[list[SlackEditionPiece]] = [[]]
    for piece in pieces:
        if messages[-1] and not _fits_message([*messages[-1], piece], edition, texts):
            messages.append([])
        messages[-1].append(piece)
    return messages


def _fits_message(
    pieces: Sequence[SlackEditionPiece], edition: Edition, texts: Texts
) -> bool:
    """Whether one message holds all of these, whichever of them it comes to be."""
    if sum(piece.option is not None for piece in pieces) > limits.STORIES:
        return False
    # The longest that it can be: continued, and the last one.
    blocks = _build_blocks(99, 99, pieces, edition, texts)
    return (
        len(blocks) <= limits.BLOCKS_USED
        and measure_blocks(blocks) <= limits.BLOCKS_SIZE_USED
    )


def _build_part(
    number: int,
    of: int,
    pieces: Sequence[SlackEditionPiece],
    edition: Edition,
    texts: Texts,
) -> MessagePart:
    plain = [piece.plain for piece in pieces]
    if number > 1:
        plain.insert(0, _continued_title(number, of, edition))
    return MessagePart(
        key=str(number),
        payload={"blocks": _build_blocks(number, of, pieces, edition, texts)},
        fallback_text="\n\n".join(plain),
    )


def _build_blocks(
    number: int,
    of: int,
    pieces: Sequence[SlackEditionPiece],
    edition: Edition,
    texts: Texts,
) -> list[Json]:
    blocks: list[Json] = []
    if number > 1:
        blocks.append(
            block_kit.context_block(
                block_kit.plain_text(_continued_title(number, of, edition))
            )
        )
    for place, piece in enumerate(pieces):
        if place and piece.option is not None:
            blocks.append({"type": "divider"})
        blocks += piece.blocks
    options = [piece.option for piece in pieces if piece.option is not None]
    controls = [_build_select(options, texts)] if options else []
    if number == of or not options:
        controls += _build_buttons(texts)
    return [*blocks, {"type": "actions", "elements": controls}]


def _continued_title(number: int, of: int, edition: Edition) -> str:
    return f"{_shorten_title(edition)} · {number}/{of}"


def _build_select(options: Iterable[tuple[str, str]], texts: Texts) -> Json:
    placeholder = shorten_text(texts.say("Read more about…"), limits.PLACEHOLDER)
    return {
        "type": "static_select",
        "action_id": "v1:open",
        "placeholder": block_kit.plain_text(placeholder),
        "options": [
            {
                "text": block_kit.plain_text(
                    shorten_utf16(label, limits.LABEL_OF_CONTROL)
                ),
                "value": control,
            }
            for control, label in dict(options).items()
        ],
    }


def _build_buttons(texts: Texts) -> list[Json]:
    named = (
        ("v1:quotes", texts.say("Quotes")),
        ("v1:figures", texts.say("Figures")),
    )
    return [block_kit.button_element(control, label) for control, label in named]
