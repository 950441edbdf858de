"""Render an edition as Components V2 messages. Pure.

Each message is one container of text displays with a select (and, in the last one,
buttons) below it. Blocks (head, stories, brief, foot) are written first, each in
markdown and in plain words, and then packed into as few messages as hold them: an
edition is split between blocks only. Texts are shortened to `limits`, quotes never:
one that is too long is left out, and the story's detail shows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.i18n.translation import Texts
from bot.model import PREVIEW_ID, MessagePart, RenderContext
from bot.platforms.common import edition_text
from bot.platforms.common.text import (
    get_quotation_marks,
    make_link,
    sanitize_text,
    shorten_text,
    shorten_utf16,
)
from bot.platforms.discord import limits
from bot.platforms.discord.components import (
    BUTTON,
    CONTAINER,
    ROW,
    SELECT,
    SEPARATOR,
    TEXT,
)
from bot.platforms.discord.markdown import (
    escape_line,
    escape_markdown,
    format_block_quote,
    format_link,
    format_small_print,
    measure_text,
    strike_through,
)
from digests.types import Edition, EditionStory, QuoteCard, Section, arrange_sections

_SECONDARY: Final = 2
#: What a continued message's first line may take.
_CONTINUATION_SIZE: Final = 2 * limits.HEADLINE + 20
#: Components beside those of blocks: container, continued line, select, buttons.
_FIXED_COMPONENTS: Final = 1 + 2 + 2 + 4
#: A section of a story as markdown, and the same in plain words.
MarkdownAndPlain: TypeAlias = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageBlock:
    """What stays together: markdown, the same in plain words, and what it opens."""

    markdown: str
    plain: str
    #: (control id, label) of the story's entry in the select.
    option: tuple[str, str] | None = None


def render(edition: Edition, context: RenderContext) -> tuple[MessagePart, ...]:
    """The edition's messages in order, each with its twin in plain words."""
    texts = Texts.of(context.locale)
    messages = _pack_messages(tuple(_build_blocks(edition, context, texts)))
    return tuple(
        _build_part(number, len(messages), blocks, edition, context, texts)
        for number, blocks in enumerate(messages, 1)
    )


# ── blocks ─────────────────────────────────────────────────────────────────────


def _build_blocks(
    edition: Edition, context: RenderContext, texts: Texts
) -> Iterator[MessageBlock]:
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


def _build_head(edition: Edition, context: RenderContext, texts: Texts) -> MessageBlock:
    title = shorten_text(sanitize_text(edition.title), limits.HEADLINE)
    under = edition_text.format_subtitle(edition, context, texts)
    return MessageBlock(
        markdown="\n".join(
            [
                f"## {escape_line(title)}",
                *(format_small_print(escape_line(u)) for u in under),
            ]
        ),
        plain="\n".join([title, *under]),
    )


def _build_hero(card: QuoteCard, texts: Texts) -> MessageBlock:
    return MessageBlock(
        markdown=render_quote(card, texts),
        plain=edition_text.format_plain_quote(card, texts),
    )


def _build_story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> MessageBlock:
    """The story, with as much of its summary as there is room for."""
    card = edition_text.select_card(story.cards, edition.hero, _fits_quote)
    summary = [
        shorten_text(sanitize_text(sentence.text), limits.SENTENCE)
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
        if measure_text(rendered.markdown) <= limits.STORY:
            return rendered
    return _assemble_story(number, story, (), under, texts)


def _render_section(
    section: Section,
    story: EditionStory,
    summary: Sequence[str],
    card: QuoteCard | None,
    texts: Texts,
) -> MarkdownAndPlain:
    match section:
        case "summary":
            sentences = " ".join(filter(None, summary))
            return escape_line(sentences), sentences
        case "quotes" if card is not None:
            return render_quote(card, texts), edition_text.format_plain_quote(
                card, texts
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
            return "", ""


def _render_labelled(*rows: tuple[str, str]) -> MarkdownAndPlain:
    """Lines that begin with what they are; none where nothing is to be said."""
    rendered = [row for row in rows if row[1]]
    return (
        "\n".join(
            f"**{escape_line(label)}** {escape_line(phrase)}"
            for label, phrase in rendered
        ),
        "\n".join(f"{label.rstrip(':')}: {phrase}" for label, phrase in rendered),
    )


def _assemble_story(
    number: int,
    story: EditionStory,
    parts: Sequence[MarkdownAndPlain],
    under: Sequence[str],
    texts: Texts,
) -> MessageBlock:
    headline = shorten_text(sanitize_text(story.headline.text), limits.HEADLINE)
    mark = f"{texts.say('Update')}: " if story.update else ""
    source, *notes = under
    linked = _append_link(
        escape_line(source), format_link(make_link(story.articles[0].url))
    )
    corrected = [format_small_print(escape_line(note)) for note in notes]
    title = f"{number}\\. {escape_line(mark + headline)}".rstrip()
    shown, spoken = [marked for marked, _ in parts], [plain for _, plain in parts]
    return MessageBlock(
        markdown=_join_lines(
            f"**{title}**", *shown, format_small_print(linked), *corrected
        ),
        plain=_join_lines(f"{number}. {mark}{headline}", *spoken, *under),
        option=(f"v1:story:{story.id}", f"{number}. {headline}"),
    )


def _fits_quote(card: QuoteCard) -> bool:
    return 0 < measure_text(card.text) <= limits.QUOTE


def render_quote(card: QuoteCard, texts: Texts) -> str:
    """The quote, whole, as markdown with who said it in small print."""
    opening, closing = get_quotation_marks(card.lang)
    phrase = f"{opening}{escape_markdown(card.text)}{closing}"
    words = format_block_quote(strike_through(phrase) if card.withdrawn else phrase)
    attribution = escape_line(edition_text.format_attribution(card, texts))
    return f"{words}\n{format_small_print(attribution)}"


def _build_brief(
    edition: Edition, context: RenderContext, texts: Texts
) -> MessageBlock:
    title = texts.say("Also in brief")
    block = MessageBlock(markdown=f"**{escape_line(title)}**", plain=title)
    for brief in edition.brief[: limits.BRIEF]:
        phrase = edition_text.format_brief(brief, edition, context, texts)
        linked = _append_link(
            escape_line(phrase), format_link(make_link(brief.article.url))
        )
        longer = MessageBlock(
            markdown=f"{block.markdown}\n- {linked}", plain=f"{block.plain}\n– {phrase}"
        )
        if measure_text(longer.markdown) > limits.BRIEF_TEXT:
            break
        block = longer
    return block


def _build_foot(edition: Edition, context: RenderContext, texts: Texts) -> MessageBlock:
    honesty = edition_text.format_method_note(edition, context, texts)
    end = edition_text.format_closing(edition, context, texts)
    return MessageBlock(
        markdown="\n".join(
            (
                format_small_print(escape_line(honesty)),
                format_small_print(escape_line(end)),
            )
        ),
        plain=f"{honesty}\n{end}",
    )


def _join_lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _append_link(phrase: str, linked: str) -> str:
    return " · ".join(filter(None, (phrase, linked)))


# ── messages ───────────────────────────────────────────────────────────────────


def _pack_messages(blocks: Sequence[MessageBlock]) -> list[list[MessageBlock]]:
    """The blocks in order, in as few messages as hold them."""
    messages: list[list[MessageBlock]] = [[]]
    for block in blocks:
        if messages[-1] and not _fits_message(
            [*messages[-1], block], first=len(messages) == 1
        ):
            messages.append([])
        messages[-1].append(block)
    return messages


def _fits_message(blocks: Sequence[MessageBlock], *, first: bool) -> bool:
    """Whether one message holds all of these."""
    text = sum(measure_text(block.markdown) for block in blocks)
    text += 0 if first else _CONTINUATION_SIZE
    return (
        text <= limits.TEXT_USED
        and _FIXED_COMPONENTS + 2 * len(blocks) <= limits.COMPONENTS
        and sum(block.option is not None for block in blocks) <= limits.STORIES
    )


def _build_thread_name(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """«Morning brief · Tuesday 24 November»: what its thread is called."""
    day = edition_text.format_edition_date(edition, context, texts)
    name = shorten_utf16(
        sanitize_text(edition.title), limits.THREAD_NAME - measure_text(f" · {day}")
    )
    return shorten_utf16(" · ".join(filter(None, (name, day))), limits.THREAD_NAME)


def _build_part(
    number: int,
    of: int,
    blocks: Sequence[MessageBlock],
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> MessagePart:
    markdown = [block.markdown for block in blocks]
    plain = [block.plain for block in blocks]
    if number > 1:
        headline = shorten_text(sanitize_text(edition.title), limits.HEADLINE)
        title = f"{headline} · {number}/{of}"
        markdown.insert(0, format_small_print(escape_line(title)))
        plain.insert(0, title)
    options = [block.option for block in blocks if block.option is not None]
    inside = _insert_separators(markdown)
    if options:
        inside.append(_build_select(options, texts))
    if number == of or not options:
        inside.append(_build_buttons(context, texts))
    return MessagePart(
        key=str(number),
        payload={"components": [{"type": CONTAINER, "components": inside}]},
        fallback_text="\n\n".join(plain),
        title=_build_thread_name(edition, context, texts),
    )


def _insert_separators(displays: Sequence[str]) -> list[dict[str, Any]]:
    inside: list[dict[str, Any]] = []
    for display in displays:
        if inside:
            inside.append({"type": SEPARATOR, "divider": True, "spacing": 1})
        inside.append({"type": TEXT, "content": display})
    return inside


def _build_select(options: Iterable[tuple[str, str]], texts: Texts) -> dict[str, Any]:
    once = dict(options)
    select = {
        "type": SELECT,
        "custom_id": "v1:open",
        "placeholder": shorten_text(texts.say("Read more about…"), limits.PLACEHOLDER),
        "options": [
            {"label": shorten_utf16(label, limits.OPTION_TEXT), "value": control}
            for control, label in once.items()
        ],
    }
    return {"type": ROW, "components": [select]}


def _build_buttons(context: RenderContext, texts: Texts) -> dict[str, Any]:
    named = [
        ("v1:quotes", texts.say("Quotes")),
        ("v1:figures", texts.say("Figures")),
    ]
    if context.edition_id != PREVIEW_ID:
        named.append((f"v1:discuss:{context.edition_id}", texts.say("Discuss")))
    buttons = [
        {"type": BUTTON, "style": _SECONDARY, "custom_id": control, "label": label}
        for control, label in named
    ]
    return {"type": ROW, "components": buttons}
