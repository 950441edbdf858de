"""An edition as Discord messages (Components V2): pure, and the same every time.

Each message is one container of text displays with a select (and, in the last one,
buttons) below it. Blocks (head, stories, brief, foot) are written first, each in
markdown and in plain words, and then packed into as few messages as hold them: an
edition is split between blocks only. Texts are shortened to `limits`, quotes never:
one that is too long is left out, and the story's detail shows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.platforms import wording
from bot.platforms.discord import limits
from bot.platforms.discord.markdown import (
    escape,
    line,
    masked,
    quoted,
    size,
    small,
    struck,
)
from bot.platforms.inert import clip, fitted, inert, link
from bot.platforms.quotation import marks
from bot.texts import Texts
from bot.types import PREVIEW, Part, RenderContext
from digests.sections import Section, layout
from digests.types import Card, Edition, EditionStory

#: discord.com, components/reference: types.
ROW, BUTTON, SELECT, TEXT, SEPARATOR, CONTAINER = 1, 2, 3, 10, 14, 17
_GREY: Final = 2
#: What a continued message's first line may take.
_CONTINUED: Final = 2 * limits.HEADLINE + 20
#: Components beside those of blocks: container, continued line, select, buttons.
_FIXED: Final = 1 + 2 + 2 + 4
#: A section of a story as markdown, and the same in plain words.
Said: TypeAlias = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What stays together: markdown, the same in plain words, and what it opens."""

    markdown: str
    plain: str
    #: (control id, label) of the story's entry in the select.
    option: tuple[str, str] | None = None


def render(edition: Edition, context: RenderContext) -> tuple[Part, ...]:
    """The edition's messages in order, each with its twin in plain words."""
    texts = Texts.of(context.locale)
    messages = _packed(tuple(_blocks(edition, context, texts)))
    return tuple(
        _part(number, len(messages), blocks, edition, context, texts)
        for number, blocks in enumerate(messages, 1)
    )


# ── blocks ─────────────────────────────────────────────────────────────────────


def _blocks(edition: Edition, context: RenderContext, texts: Texts) -> Iterator[Block]:
    laid_out = layout(edition.sections, wording.SHOWN)
    yield _head(edition, context, texts)
    brief = [_brief(edition, context, texts)] if edition.brief else []
    if laid_out.also == "above":
        yield from brief
    if laid_out.hero and edition.hero is not None and _fits(edition.hero):
        yield _hero(edition.hero, texts)
    for number, story in enumerate(edition.stories, 1):
        yield _story(number, story, edition, context, texts)
    if laid_out.also == "below":
        yield from brief
    yield _foot(edition, context, texts)


def _head(edition: Edition, context: RenderContext, texts: Texts) -> Block:
    title = clip(inert(edition.title), limits.HEADLINE)
    under = wording.under_title(edition, context, texts)
    return Block(
        markdown="\n".join([f"## {line(title)}", *(small(line(u)) for u in under)]),
        plain="\n".join([title, *under]),
    )


def _hero(card: Card, texts: Texts) -> Block:
    return Block(markdown=quote_block(card, texts), plain=wording.spoken(card, texts))


def _story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> Block:
    """The story, with as much of its summary as there is room for."""
    card = wording.shown_card(story.cards, edition.hero, _fits)
    summary = [
        clip(inert(sentence.text), limits.SENTENCE)
        for sentence in story.summary[: limits.SENTENCES]
    ]
    source = wording.source(story, edition.made_at, context, texts)
    under = [source, *wording.corrected(story.notes, edition, context, texts)]
    wanted = layout(edition.sections, wording.SHOWN).story
    for count in range(len(summary), -1, -1):
        parts = [_said(part, story, summary[:count], card, texts) for part in wanted]
        told = _told(number, story, parts, under, texts)
        if size(told.markdown) <= limits.STORY:
            return told
    return _told(number, story, (), under, texts)


def _said(
    section: Section,
    story: EditionStory,
    summary: Sequence[str],
    card: Card | None,
    texts: Texts,
) -> Said:
    match section:
        case "summary":
            sentences = " ".join(filter(None, summary))
            return line(sentences), sentences
        case "quotes" if card is not None:
            return quote_block(card, texts), wording.spoken(card, texts)
        case "matters":
            matters = wording.matters(story, limits.SENTENCE)
            return _labelled((texts.say("Why it matters"), matters))
        case "figures":
            return _labelled(
                (texts.say("Figures"), wording.figures(story)),
                (texts.say("Outlets differ:"), wording.disputes(story)),
            )
        case _:
            return "", ""


def _labelled(*rows: tuple[str, str]) -> Said:
    """Lines that begin with what they are; none where nothing is to be said."""
    told = [row for row in rows if row[1]]
    return (
        "\n".join(f"**{line(label)}** {line(said)}" for label, said in told),
        "\n".join(f"{label.rstrip(':')}: {said}" for label, said in told),
    )


def _told(
    number: int,
    story: EditionStory,
    parts: Sequence[Said],
    under: Sequence[str],
    texts: Texts,
) -> Block:
    headline = clip(inert(story.headline.text), limits.HEADLINE)
    mark = f"{texts.say('Update')}: " if story.update else ""
    source, *notes = under
    led = _with_link(line(source), masked(link(story.articles[0].url)))
    corrected = [small(line(note)) for note in notes]
    title = f"{number}\\. {line(mark + headline)}".rstrip()
    shown, spoken = [marked for marked, _ in parts], [plain for _, plain in parts]
    return Block(
        markdown=_lines(f"**{title}**", *shown, small(led), *corrected),
        plain=_lines(f"{number}. {mark}{headline}", *spoken, *under),
        option=(f"v1:story:{story.id}", f"{number}. {headline}"),
    )


def _fits(card: Card) -> bool:
    return 0 < size(card.text) <= limits.QUOTE


def quote_block(card: Card, texts: Texts) -> str:
    """The quote, whole, as markdown with who said it in small print."""
    opening, closing = marks(card.lang)
    said = f"{opening}{escape(card.text)}{closing}"
    words = quoted(struck(said) if card.withdrawn else said)
    return f"{words}\n{small(line(wording.said_by(card, texts)))}"


def _brief(edition: Edition, context: RenderContext, texts: Texts) -> Block:
    title = texts.say("Also in brief")
    block = Block(markdown=f"**{line(title)}**", plain=title)
    for brief in edition.brief[: limits.BRIEF]:
        said = wording.in_brief(brief, edition, context, texts)
        led = _with_link(line(said), masked(link(brief.article.url)))
        longer = Block(
            markdown=f"{block.markdown}\n- {led}", plain=f"{block.plain}\n– {said}"
        )
        if size(longer.markdown) > limits.BRIEF_TEXT:
            break
        block = longer
    return block


def _foot(edition: Edition, context: RenderContext, texts: Texts) -> Block:
    honesty = wording.honesty(edition, context, texts)
    end = wording.end(edition, context, texts)
    return Block(
        markdown="\n".join((small(line(honesty)), small(line(end)))),
        plain=f"{honesty}\n{end}",
    )


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _with_link(said: str, led: str) -> str:
    return " · ".join(filter(None, (said, led)))


# ── messages ───────────────────────────────────────────────────────────────────


def _packed(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks in order, in as few messages as hold them."""
    messages: list[list[Block]] = [[]]
    for block in blocks:
        if messages[-1] and not _hold([*messages[-1], block], first=len(messages) == 1):
            messages.append([])
        messages[-1].append(block)
    return messages


def _hold(blocks: Sequence[Block], *, first: bool) -> bool:
    """Whether one message holds all of these."""
    text = sum(size(block.markdown) for block in blocks)
    text += 0 if first else _CONTINUED
    return (
        text <= limits.TEXT_USED
        and _FIXED + 2 * len(blocks) <= limits.COMPONENTS
        and sum(block.option is not None for block in blocks) <= limits.STORIES
    )


def _named(edition: Edition, context: RenderContext, texts: Texts) -> str:
    """«Morning brief · Tuesday 24 November»: what its thread is called."""
    day = wording.day(edition, context, texts)
    name = fitted(inert(edition.title), limits.THREAD_NAME - size(f" · {day}"))
    return fitted(" · ".join(filter(None, (name, day))), limits.THREAD_NAME)


def _part(
    number: int,
    of: int,
    blocks: Sequence[Block],
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> Part:
    markdown = [block.markdown for block in blocks]
    plain = [block.plain for block in blocks]
    if number > 1:
        title = f"{clip(inert(edition.title), limits.HEADLINE)} · {number}/{of}"
        markdown.insert(0, small(line(title)))
        plain.insert(0, title)
    options = [block.option for block in blocks if block.option is not None]
    inside = _separated(markdown)
    if options:
        inside.append(_select(options, texts))
    if number == of or not options:
        inside.append(_buttons(context, texts))
    return Part(
        key=str(number),
        payload={"components": [{"type": CONTAINER, "components": inside}]},
        fallback_text="\n\n".join(plain),
        title=_named(edition, context, texts),
    )


def _separated(displays: Sequence[str]) -> list[dict[str, Any]]:
    inside: list[dict[str, Any]] = []
    for display in displays:
        if inside:
            inside.append({"type": SEPARATOR, "divider": True, "spacing": 1})
        inside.append({"type": TEXT, "content": display})
    return inside


def _select(options: Iterable[tuple[str, str]], texts: Texts) -> dict[str, Any]:
    once = dict(options)
    select = {
        "type": SELECT,
        "custom_id": "v1:open",
        "placeholder": clip(texts.say("Read more about…"), limits.PLACEHOLDER),
        "options": [
            {"label": fitted(label, limits.OPTION_TEXT), "value": control}
            for control, label in once.items()
        ],
    }
    return {"type": ROW, "components": [select]}


def _buttons(context: RenderContext, texts: Texts) -> dict[str, Any]:
    named = [
        ("v1:quotes", texts.say("Quotes")),
        ("v1:figures", texts.say("Figures")),
    ]
    if context.edition_id != PREVIEW:
        named.append((f"v1:discuss:{context.edition_id}", texts.say("Discuss")))
    buttons = [
        {"type": BUTTON, "style": _GREY, "custom_id": control, "label": label}
        for control, label in named
    ]
    return {"type": ROW, "components": buttons}
