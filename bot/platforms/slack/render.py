"""An edition as Slack messages (Block Kit): pure, and the same every time.

Foreign words stand in `rich_text` and `plain_text` only, which Slack never reads as
markup. Pieces (head, stories, brief, foot) are written first, each as blocks and in
plain words, and then packed into as few messages as hold them: an edition is split
between pieces only. Texts are shortened to `limits`, quotes never: one that is too long
is left out, and the story's detail shows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.platforms import wording
from bot.platforms.inert import clip, fitted, inert, link, units
from bot.platforms.slack import elements, limits
from bot.platforms.slack.mrkdwn import masked, size
from bot.texts import Texts
from bot.types import Part, RenderContext
from digests.sections import Section, layout
from digests.types import Card, Edition, EditionStory

Json = elements.Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What stays together: blocks, the same in plain words, and what it opens."""

    blocks: tuple[Json, ...]
    plain: str
    #: (control id, label) of the story's entry in the select.
    option: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A section of a story: a quote set off, what comes after; and in plain words."""

    quoted: Json = field(default_factory=dict)
    words: tuple[Json, ...] = ()
    plain: str = ""


def render(edition: Edition, context: RenderContext) -> tuple[Part, ...]:
    """The edition's messages in order, each with its twin in plain words."""
    texts = Texts.of(context.locale)
    messages = _packed(tuple(_pieces(edition, context, texts)), edition, texts)
    return tuple(
        _part(number, len(messages), pieces, edition, texts)
        for number, pieces in enumerate(messages, 1)
    )


# ── pieces ─────────────────────────────────────────────────────────────────────


def _pieces(edition: Edition, context: RenderContext, texts: Texts) -> Iterator[Piece]:
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


def _head(edition: Edition, context: RenderContext, texts: Texts) -> Piece:
    title = _title(edition)
    under = wording.under_title(edition, context, texts)
    header = [{"type": "header", "text": elements.plain(title)}] if title else []
    return Piece(
        blocks=(*header, elements.context(*map(elements.plain, under))),
        plain=elements.lines(title, *under),
    )


def _title(edition: Edition) -> str:
    return fitted(inert(edition.title), limits.HEADER)


def _hero(card: Card, texts: Texts) -> Piece:
    said_by = wording.said_by(card, texts)
    return Piece(
        blocks=(
            elements.rich(elements.quoted(card)),
            elements.context(elements.plain(said_by)),
        ),
        plain=wording.spoken(card, texts),
    )


def _story(
    number: int,
    story: EditionStory,
    edition: Edition,
    context: RenderContext,
    texts: Texts,
) -> Piece:
    """The story, with as much of its summary as there is room for."""
    card = wording.shown_card(story.cards, edition.hero, _fits)
    summary = [
        fitted(inert(sentence.text), limits.SENTENCE)
        for sentence in story.summary[: limits.SENTENCES]
    ]
    source = wording.source(story, edition.made_at, context, texts)
    under = [source, *wording.corrected(story.notes, edition, context, texts)]
    wanted = layout(edition.sections, wording.SHOWN).story
    for count in range(len(summary), -1, -1):
        parts = [_said(part, story, summary[:count], card, texts) for part in wanted]
        told = _told(number, story, parts, under, texts)
        if size(told.blocks) <= limits.STORY:
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
            return _labelled(("", " ".join(filter(None, summary))))
        case "quotes" if card is not None:
            after = elements.text(f"— {wording.said_by(card, texts)}")
            return Said(
                quoted=elements.quoted(card),
                words=(after,),
                plain=wording.spoken(card, texts),
            )
        case "matters":
            matters = wording.matters(story, limits.SENTENCE)
            return _labelled((texts.say("Why it matters"), matters))
        case "figures":
            return _labelled(
                (texts.say("Figures"), wording.figures(story)),
                (texts.say("Outlets differ:"), wording.disputes(story)),
            )
        case _:
            return Said()


def _labelled(*rows: tuple[str, str]) -> Said:
    """Lines that begin with what they are; none where nothing is to be said."""
    words: list[Json] = []
    lines: list[str] = []
    for label, said in rows:
        if said and label:
            words += [elements.text(f"\n{label}", bold=True), elements.text(f" {said}")]
            lines.append(f"{label.rstrip(':')}: {said}")
        elif said:
            words.append(elements.text(f"\n{said}"))
            lines.append(said)
    return Said(words=tuple(words), plain="\n".join(lines))


def _told(
    number: int,
    story: EditionStory,
    parts: Sequence[Said],
    under: Sequence[str],
    texts: Texts,
) -> Piece:
    headline = fitted(inert(story.headline.text), limits.HEADLINE)
    mark = f"{texts.say('Update')}: " if story.update else ""
    title = f"{number}. {mark}{headline}".rstrip()
    told: list[Json] = []
    run = [elements.text(title, bold=True)]
    for part in parts:
        if part.quoted:
            told += [elements.section(*run), part.quoted]
            run = []
        run += part.words
    told.append(elements.section(*run))
    spoken = [part.plain for part in parts]
    source, *notes = under
    led = elements.context(
        elements.plain(source), elements.mrkdwn(masked(link(story.articles[0].url)))
    )
    corrected = [elements.context(elements.plain(note)) for note in notes]
    return Piece(
        blocks=tuple(b for b in (elements.rich(*told), led, *corrected) if b),
        plain=elements.lines(title, *spoken, *under),
        option=(f"v1:story:{story.id}", f"{number}. {headline}"),
    )


def _fits(card: Card) -> bool:
    return bool(card.text.strip()) and units(card.text) <= limits.QUOTE


def _brief(edition: Edition, context: RenderContext, texts: Texts) -> Piece:
    title = texts.say("Also in brief")
    items: list[Json] = []
    lines = [title]
    for brief in edition.brief[: limits.BRIEF]:
        said = wording.in_brief(brief, edition, context, texts)
        item = elements.section(*elements.with_link(said, link(brief.article.url)))
        if not item or size([*items, item]) > limits.BRIEF_SIZE:
            continue
        items.append(item)
        lines.append(f"– {said}")
    listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return Piece(
        blocks=(
            elements.rich(
                elements.section(elements.text(title, bold=True)),
                listed if items else {},
            ),
        ),
        plain="\n".join(lines),
    )


def _foot(edition: Edition, context: RenderContext, texts: Texts) -> Piece:
    said = (
        wording.honesty(edition, context, texts),
        wording.end(edition, context, texts),
    )
    return Piece(
        blocks=(elements.context(*map(elements.plain, said)),),
        plain=elements.lines(*said),
    )


# ── messages ───────────────────────────────────────────────────────────────────


def _packed(
    pieces: Sequence[Piece], edition: Edition, texts: Texts
) -> list[list[Piece]]:
    """The pieces in order, in as few messages as hold them."""
    messages: list[list[Piece]] = [[]]
    for piece in pieces:
        if messages[-1] and not _hold([*messages[-1], piece], edition, texts):
            messages.append([])
        messages[-1].append(piece)
    return messages


def _hold(pieces: Sequence[Piece], edition: Edition, texts: Texts) -> bool:
    """Whether one message holds all of these, whichever of them it comes to be."""
    if sum(piece.option is not None for piece in pieces) > limits.STORIES:
        return False
    # The longest that it can be: continued, and the last one.
    blocks = _blocks(99, 99, pieces, edition, texts)
    return len(blocks) <= limits.BLOCKS_USED and size(blocks) <= limits.BLOCKS_SIZE_USED


def _part(
    number: int, of: int, pieces: Sequence[Piece], edition: Edition, texts: Texts
) -> Part:
    plain = [piece.plain for piece in pieces]
    if number > 1:
        plain.insert(0, _continued(number, of, edition))
    return Part(
        key=str(number),
        payload={"blocks": _blocks(number, of, pieces, edition, texts)},
        fallback_text="\n\n".join(plain),
    )


def _blocks(
    number: int, of: int, pieces: Sequence[Piece], edition: Edition, texts: Texts
) -> list[Json]:
    blocks: list[Json] = []
    if number > 1:
        blocks.append(elements.context(elements.plain(_continued(number, of, edition))))
    for place, piece in enumerate(pieces):
        if place and piece.option is not None:
            blocks.append({"type": "divider"})
        blocks += piece.blocks
    options = [piece.option for piece in pieces if piece.option is not None]
    controls = [_select(options, texts)] if options else []
    if number == of or not options:
        controls += _buttons(texts)
    return [*blocks, {"type": "actions", "elements": controls}]


def _continued(number: int, of: int, edition: Edition) -> str:
    return f"{_title(edition)} · {number}/{of}"


def _select(options: Iterable[tuple[str, str]], texts: Texts) -> Json:
    placeholder = clip(texts.say("Read more about…"), limits.PLACEHOLDER)
    return {
        "type": "static_select",
        "action_id": "v1:open",
        "placeholder": elements.plain(placeholder),
        "options": [
            {
                "text": elements.plain(fitted(label, limits.LABEL_OF_CONTROL)),
                "value": control,
            }
            for control, label in dict(options).items()
        ],
    }


def _buttons(texts: Texts) -> list[Json]:
    named = (
        ("v1:quotes", texts.say("Quotes")),
        ("v1:figures", texts.say("Figures")),
    )
    return [elements.button(control, label) for control, label in named]
