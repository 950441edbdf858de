"""Draw the pictures of an edition's quotes, before its messages are stored.

    choose_cards   which quotes are drawn, as the digest's setting says
    illustrate     what is not drawn yet, within a time limit
    provide        the picture of any quote, for the person who asked for it

Pictures are drawn in a process of their own, one after the other, and found again by
the hash of what they show. An edition waits a short time for them: what is not drawn
by then is shown as text only, where its words are in any case.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.i18n.translation import Texts
from bot.model import (
    DigestOptions,
    MessagePart,
    Picture,
    PictureRef,
    RenderContext,
    StoredEdition,
)
from bot.model.scope import Scope
from bot.ports import Clock
from bot.storage import Connection, Database, picture_store
from digests.cards.content import get_card_key
from digests.cards.drawing import hash_card, read_png_size
from digests.cards.wording import (
    CardDesign,
    CardFormat,
    CardWording,
    build_card_wording,
    describe_wording,
    find_obstacle,
)
from digests.errors import DigestsError
from digests.messages import Message
from digests.types import Edition, QuoteCard, frozen

log = structlog.get_logger(__name__)

#: Draws a card outside of this process; returns the PNG.
DrawCard = Callable[[CardWording, CardDesign], Awaitable[bytes]]
#: Seconds that one edition waits for its pictures.
EDITION_SECONDS: Final = 2.0
#: How long a picture whose drawing failed is not tried again (on a busy machine it may
#: only have been too slow), and how many of them are remembered.
_FAILURE_MEMORY, _FAILURES = timedelta(minutes=10), 1_000


@frozen
class EditionPictures:
    """Pictures by the key of what they show, and those that are not stored yet."""

    refs: Mapping[str, PictureRef] = field(default_factory=dict)
    new: tuple[Picture, ...] = ()


NO_PICTURES: Final = EditionPictures()


@frozen
class _Drawing:
    """One picture to be drawn."""

    key: str
    hash: str
    wording: CardWording
    design: CardDesign
    alt: str

    def refer(self, width: int, height: int) -> PictureRef:
        return PictureRef(hash=self.hash, width=width, height=height, alt=self.alt)


@dataclass(kw_only=True)
class CardIllustrator:
    """Draws pictures of quotes, over one database and one drawing process."""

    db: Database
    clock: Clock
    draw_card: DrawCard
    #: When a picture that failed may be tried again, by its hash.
    _failed: dict[str, datetime] = field(default_factory=dict, init=False)

    async def illustrate(
        self,
        edition: Edition,
        context: RenderContext,
        options: DigestOptions,
        seconds: float = EDITION_SECONDS,
    ) -> EditionPictures:
        """Draw the pictures of an edition that are not stored; never raises for one.

        Args:
            edition: With the quotes.
            context: Says in which language and zone they are described.
            options: Say which are drawn, and how they look.
            seconds: How long to wait; what takes longer is left out. 0 = only pictures
                that are stored already.
        """
        drawings = list(_list_drawings(edition, context, options))
        if not drawings:
            return NO_PICTURES
        hashes = {drawing.hash for drawing in drawings}
        stored = await self.db.read(picture_store.list_sizes, hashes)
        missing = [d for d in drawings if d.hash not in stored]
        return _collect(drawings, stored, await self._draw_all(missing, seconds))

    async def provide(
        self,
        scope: Scope,
        card: QuoteCard,
        context: RenderContext,
        options: DigestOptions,
        form: CardFormat = "wide",
    ) -> Picture | Message:
        """Return the picture of one quote for an answer to a person, or why not.

        The setting that says which quotes are drawn does not matter here.

        Args:
            scope: The workspace that shows it.
            card: The quote.
            context: Says in which language and zone it is described.
            options: Say how it looks.
            form: Its shape.
        """
        drawing = _build_drawing(card, context, options, form)
        if isinstance(drawing, Message):
            return drawing
        stored = await self.db.read(picture_store.list_sizes, {drawing.hash})
        missing = [] if stored else [drawing]
        drawn = await self._draw_all(missing, EDITION_SECONDS)
        made = _collect([drawing], stored, drawn)
        pictures = await self.load_for_answer(scope, made)
        if pictures:
            return pictures[0]
        if self._has_failed(drawing):
            return Message("card.not_drawn")
        return Message("The picture was not ready in time. Press the button again.")

    async def load_for_answer(
        self, scope: Scope, made: EditionPictures
    ) -> tuple[Picture, ...]:
        """Store what was drawn for an answer to a person, and load its pictures."""
        if not made.refs:
            return ()
        now = self.clock.now()
        return await self.db.write(_load_for_answer, scope, made, now)

    async def _draw_all(
        self, drawings: list[_Drawing], seconds: float
    ) -> dict[str, Picture]:
        """Draw until the time is over; return the pictures by their hashes."""
        drawn: dict[str, Picture] = {}
        wanted = [d for d in drawings if not self._has_failed(d)]
        try:
            async with asyncio.timeout(seconds if wanted else None):
                for drawing in wanted:
                    if drawing.hash not in drawn and (
                        picture := await self._draw_one(drawing)
                    ):
                        drawn[drawing.hash] = picture
        except TimeoutError:
            late = len({d.hash for d in wanted}) - len(drawn)
            log.info("pictures were not drawn in time", late=late)
        return drawn

    def _has_failed(self, drawing: _Drawing) -> bool:
        """Whether a picture failed lately."""
        until = self._failed.get(drawing.hash)
        return until is not None and self.clock.now() < until

    async def _draw_one(self, drawing: _Drawing) -> Picture | None:
        try:
            content = await self.draw_card(drawing.wording, drawing.design)
        except (DigestsError, OSError) as error:
            log.warning("a picture could not be drawn", reason=str(error))
            self._failed.pop(drawing.hash, None)
            self._failed[drawing.hash] = self.clock.now() + _FAILURE_MEMORY
            while len(self._failed) > _FAILURES:
                del self._failed[next(iter(self._failed))]
            return None
        width, height = read_png_size(content)
        return Picture(hash=drawing.hash, content=content, width=width, height=height)


def store_pictures(
    conn: Connection,
    stored_edition: StoredEdition,
    parts: Iterable[MessagePart],
    new: Iterable[Picture],
    now: datetime,
) -> None:
    """Store what was drawn for an edition, and which pictures its messages show."""
    shown = {picture for part in parts for picture in part.pictures}
    if not shown:
        return
    wanted = [picture for picture in new if picture.hash in shown]
    picture_store.add_pictures(conn, wanted, now)
    scope, edition_id = stored_edition.scope, stored_edition.id
    picture_store.record_uses(conn, scope, shown, now, edition_id)


def keep_pictures(
    conn: Connection, scope: Scope, made: EditionPictures, now: datetime
) -> None:
    """Store what was drawn for something that is no edition: an answer, a draft."""
    hashes = {ref.hash for ref in made.refs.values()}
    picture_store.add_pictures(conn, made.new, now)
    picture_store.record_uses(conn, scope, hashes, now)


def _load_for_answer(
    conn: Connection, scope: Scope, made: EditionPictures, now: datetime
) -> tuple[Picture, ...]:
    keep_pictures(conn, scope, made, now)
    hashes = {ref.hash for ref in made.refs.values()}
    return picture_store.load_pictures(conn, scope, hashes)


def choose_cards(edition: Edition, options: DigestOptions) -> Iterator[QuoteCard]:
    """Choose the quotes of an edition that are drawn: its own first."""
    if options.cards == "off":
        return
    # A post shows one quote of a story, and that of the edition only once.
    others = [
        next((card for card in story.cards if card != edition.hero), None)
        for story in edition.stories
    ]
    found = [card for card in (edition.hero, *others) if card is not None]
    yield from found if options.cards == "all" else found[:1]


def _collect(
    drawings: Iterable[_Drawing],
    stored: Mapping[str, tuple[int, int]],
    new: Mapping[str, Picture],
) -> EditionPictures:
    """Refer to what is stored or was drawn now."""
    sizes = {**stored, **{key: (one.width, one.height) for key, one in new.items()}}
    refs = {d.key: d.refer(*sizes[d.hash]) for d in drawings if d.hash in sizes}
    return EditionPictures(refs=refs, new=tuple(new.values()))


def _list_drawings(
    edition: Edition, context: RenderContext, options: DigestOptions
) -> Iterator[_Drawing]:
    for card in choose_cards(edition, options):
        drawing = _build_drawing(card, context, options)
        if isinstance(drawing, _Drawing):
            yield drawing


def _build_drawing(
    card: QuoteCard,
    context: RenderContext,
    options: DigestOptions,
    form: CardFormat = "wide",
) -> _Drawing | Message:
    """Describe the picture of a card, or say why it cannot be drawn."""
    wording = _word_card(card, context)
    obstacle = find_obstacle(wording)
    if obstacle is not None:
        return obstacle
    design = CardDesign(theme=options.card_theme, format=form)
    if options.accent is not None:
        design = replace(design, accent=options.accent)
    return _Drawing(
        key=get_card_key(card),
        hash=hash_card(wording, design),
        wording=wording,
        design=design,
        alt=describe_wording(wording),
    )


def describe_picture(card: QuoteCard, context: RenderContext) -> str:
    """What the picture of a card says, for people who cannot see it."""
    return describe_wording(_word_card(card, context))


def _word_card(card: QuoteCard, context: RenderContext) -> CardWording:
    """What is written on a card, in the language and zone of its place."""
    texts, at = Texts.of(context.locale), card.published
    checked = texts.say("word for word from the source")
    return build_card_wording(
        card,
        texts.say("withdrawn") if card.withdrawn else checked,
        texts.date(at.astimezone(ZoneInfo(context.zone)).date()) if at else "",
        unnamed=texts.say("speaker not named in the text"),
    )
