"""The pictures of an edition: those of its quotes, and those of its stories' articles.

Both are made within one time limit that an edition waits. Shortly before a digest is
due, they are made ahead and stored, so that little is left to do at the due moment.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from bot.delivery.card_pictures import (
    EDITION_SECONDS,
    NO_PICTURES,
    CardIllustrator,
    EditionPictures,
    choose_cards,
)
from bot.i18n.translation import Texts
from bot.model import (
    Digest,
    Picture,
    RenderContext,
    StoredEdition,
    context_from_json,
)
from bot.publishing.story_pictures import StoryPictureReader
from bot.storage import edition_store, picture_store
from digests.cards.content import get_card_key
from digests.types import Edition, frozen

#: Seconds after which the editions of a run are shown with stored pictures only, so
#: that many of them that are due together do not wait for each other's pictures.
RUN_SECONDS: Final = 5.0


@frozen
class EditionIllustrator:
    """Makes the pictures of editions."""

    cards: CardIllustrator
    #: None: pictures of articles are not read.
    stories: StoryPictureReader | None = None

    async def illustrate(
        self,
        digest: Digest,
        edition: Edition,
        context: RenderContext,
        seconds: float = EDITION_SECONDS,
    ) -> EditionPictures:
        """Make the pictures of an edition; what takes longer is left out.

        0 seconds = only pictures that are stored already.
        """
        quotes, stories = await asyncio.gather(
            self.cards.illustrate(edition, context, digest.options, seconds),
            self._read_stories(digest, edition, context, seconds),
        )
        return EditionPictures(
            refs={**quotes.refs, **stories.refs}, new=(*quotes.new, *stories.new)
        )

    async def make_ahead(
        self,
        digest: Digest,
        edition: Edition,
        context: RenderContext,
        seconds: float = EDITION_SECONDS,
    ) -> None:
        """Make and store the pictures that an edition would need now."""
        found = await self.illustrate(digest, edition, context, seconds)
        if found.new:
            now = self.cards.clock.now()
            await self.cards.db.write(picture_store.add_pictures, found.new, now)

    async def _read_stories(
        self, digest: Digest, edition: Edition, context: RenderContext, seconds: float
    ) -> EditionPictures:
        if self.stories is None:
            return NO_PICTURES
        texts = Texts.of(context.locale)
        refs, new = await self.stories.read(digest, edition, texts, seconds)
        return EditionPictures(refs=refs, new=new)


@dataclass(kw_only=True, slots=True)
class PictureBudget:
    """The time that the editions of one run wait for pictures together."""

    monotonic: Callable[[], float]
    _left: float = field(default=RUN_SECONDS, init=False)

    async def illustrate(
        self,
        illustrator: EditionIllustrator | None,
        digest: Digest,
        edition: Edition,
        context: RenderContext,
    ) -> EditionPictures:
        """Make the pictures of an edition in the time that is left.

        A personal edition shows stored pictures only: there may be many of them.
        """
        if illustrator is None:
            return NO_PICTURES
        begun = self.monotonic()
        seconds = 0.0 if digest.person else min(self._left, EDITION_SECONDS)
        made = await illustrator.illustrate(digest, edition, context, seconds)
        self._left = max(0.0, self._left - self.monotonic() + begun)
        return made


#: The context of an edition in an answer to a person, and the pictures that it shows.
ShownPictures = tuple[RenderContext, tuple[Picture, ...]]


async def show_pictures(
    illustrator: EditionIllustrator | None,
    digest: Digest,
    edition: Edition,
    context: RenderContext,
) -> ShownPictures:
    """Make the pictures of an edition that is not stored, for a preview."""
    if illustrator is None:
        return context, ()
    made = await illustrator.illustrate(digest, edition, context)
    return await _load_pictures(illustrator, digest, context, made)


async def show_posted_pictures(
    illustrator: EditionIllustrator | None,
    digest: Digest,
    stored_edition: StoredEdition,
    context: RenderContext,
) -> ShownPictures:
    """Load the pictures that an edition was posted with.

    Quotes whose picture is no longer stored are drawn again.
    """
    if illustrator is None:
        return context, ()
    read, edition = illustrator.cards.db.read, stored_edition.edition
    rendered = await read(edition_store.find_render_context, **stored_edition.key)
    posted = (
        context_from_json(rendered, context.edition_id).pictures if rendered else {}
    )
    hashes = {ref.hash for ref in posted.values()}
    stored = await read(picture_store.list_sizes, hashes)
    kept = {key: ref for key, ref in posted.items() if ref.hash in stored}
    made, chosen = NO_PICTURES, choose_cards(edition, digest.options)
    if not {get_card_key(card) for card in chosen} <= kept.keys():
        made = await illustrator.cards.illustrate(edition, context, digest.options)
    made = EditionPictures(refs={**made.refs, **kept}, new=made.new)
    return await _load_pictures(illustrator, digest, context, made)


async def _load_pictures(
    illustrator: EditionIllustrator,
    digest: Digest,
    context: RenderContext,
    made: EditionPictures,
) -> ShownPictures:
    pictures = await illustrator.cards.load_for_answer(digest.scope, made)
    return replace(context, pictures=made.refs), pictures
