"""How a quote is answered with: its words, what they are about, who else has them.

Each block is the text of a stored version, or says where it stands. A quote that is
another one's version is shown with that one, and not a second time.
"""

from collections.abc import Iterator, Sequence

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.storage import wordings
from bot.storage.wordings import Changed, Wordings
from bot.texts import Texts
from bot.types import Block, Invocation, Line, Quoted, Small
from digests import cards as making
from digests.types import Card


async def apart(
    desk: Desk, invocation: Invocation, cards: Sequence[Card]
) -> tuple[tuple[Card, Wordings], ...]:
    """The cards with how outlets carry them, each utterance once."""
    found = await desk.db.read(
        wordings.of_cards, workspace_id=invocation.place.workspace.id, cards=cards
    )
    shown: set[tuple[str, int]] = set()
    kept = []
    for card, carried in zip(cards, found, strict=True):
        if (card.article, card.span.start) in shown:
            continue
        shown |= {(one.article.id, one.span.start) for one in carried.changed}
        kept.append((card, carried))
    return tuple(kept)


def with_setting(
    invocation: Invocation, told: Sequence[tuple[Card, Wordings]]
) -> Iterator[Block]:
    """Each quote with what it is about, its time and the outlets that carry it."""
    texts, zone = texts_of(invocation), invocation.place.workspace.zone
    for card, carried in told:
        yield Quoted(card=card)
        about = _about(card, carried, texts)
        if about:
            yield Small(text=about)
        carriers = _carried(card, carried, texts, zone)
        if carriers:
            yield Small(text=carriers)
        yield from _changed(carried, texts)


def as_told(
    told: Sequence[tuple[Card, Wordings]], texts: Texts, zone: str
) -> Iterator[Block]:
    """Each quote where its story stands beside it, with the outlets that carry it."""
    for card, carried in told:
        yield Quoted(card=card)
        if carried.also or carried.in_part:
            yield Small(text=_carried(card, carried, texts, zone))
        yield from _changed(carried, texts)


def _about(card: Card, carried: Wordings, texts: Texts) -> str:
    if carried.article is None:
        return ""
    place = making.setting(carried.article, card)
    sentence = carried.article.text[place.start : place.end]
    return texts.say("In the text: {sentence}", sentence=sentence)


def _carried(card: Card, carried: Wordings, texts: Texts, zone: str) -> str:
    parts = [texts.day_and_time(card.published, zone)] if card.published else []
    if carried.also:
        outlets = ", ".join(carried.also)
        parts.append(texts.say("word for word in {outlets} too", outlets=outlets))
    if carried.in_part:
        outlets = ", ".join(carried.in_part)
        parts.append(texts.say("in part in {outlets} too", outlets=outlets))
    return " · ".join(parts)


def _changed(carried: Wordings, texts: Texts) -> Iterator[Block]:
    if not carried.changed:
        return
    yield Small(text=texts.say("Outlets give these words differently:"))
    yield from (_line(one) for one in carried.changed)


def _line(one: Changed) -> Line:
    """The other outlet's sentence, with the quoted words set apart in it."""
    start, end = one.context.start, one.context.end
    return Line(
        title=one.article.source,
        text=one.article.text[start:end],
        url=one.article.url,
        article=one.article.id,
        revision=one.article.revision,
        start=one.span.start,
        end=one.span.end,
        marks=((one.span.start - start, one.span.end - start),),
    )
