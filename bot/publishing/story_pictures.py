"""Read the pictures that sources give with the articles of an edition's stories.

Only of sources that the digest allows. A picture is fetched like a page (private
addresses, redirects, robots.txt) or read from its source's folder, decoded and scaled
in the process that draws cards, and found again by the hash of its bytes. An edition
waits a short time: what is late, broken or no picture of a usual size is left out, with
one line in the log, and is not asked for again for a while.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from weakref import WeakValueDictionary

import structlog

from bot.i18n.safe_text import is_blank, sanitize_text
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.ingest.source_reader import SourceReader
from bot.model import Digest, Picture, PictureRef, Source
from bot.model.edition import get_story_picture_key
from bot.ports import Clock
from bot.storage import Database, article_store, picture_store
from digests.cards.drawing import read_png_size
from digests.cards.thumbnails import MOST_BYTES, Thumbnail
from digests.errors import DigestsError, SandboxKilled, SourceUnreadable
from digests.language.normalization import parse_whole_number
from digests.types import ArticleImage, Edition, frozen

log = structlog.get_logger(__name__)

#: Makes the picture of untrusted bytes, outside of this process.
DrawThumbnail = Callable[[bytes], Awaitable[Thumbnail]]
#: Pictures of one edition, and of one host that are fetched at once.
MOST_PICTURES, MOST_AT_ONCE = 6, 2
#: The share of them that one picture may take to be drawn: cards are drawn in the same
#: process.
DRAWING_SHARE: Final = 0.5
#: Bytes of a picture at its source.
MOST_SOURCE_BYTES: Final = 5 << 20
#: Pixels of the shorter side, as shown: what is smaller counts readers, or is a banner.
LEAST_SIDE: Final = 100
#: How long a failure is remembered, and how long the picture at an address is taken for
#: the same; and how many addresses.
FAILURE_MEMORY, ADDRESS_MEMORY = timedelta(minutes=10), timedelta(hours=1)
MOST_REMEMBERED: Final = 2_000
_MOST_KEY: Final = 2**63 - 1
_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: Changes with the way in which pictures are scaled.
_VERSION: Final = b"thumbnail 1\0"


@frozen
class _WantedPicture:
    """The picture of one story."""

    key: str
    image: ArticleImage
    source: Source

    @property
    def host(self) -> str:
        return addresses.extract_host(self.image.address)


@frozen
class _KnownAddress:
    """What was found at an address: the hash of its picture, or None."""

    hash: str | None
    until: datetime


@frozen
class _FoundPicture:
    """A picture: its size, and its bytes unless they are stored."""

    hash: str
    size: tuple[int, int]
    new: Picture | None = None


@dataclass(kw_only=True)
class StoryPictureReader:
    """Reads pictures of stories, over one database and one drawing process."""

    db: Database
    clock: Clock
    source_reader: SourceReader
    draw_thumbnail: DrawThumbnail
    _known: dict[str, _KnownAddress] = field(default_factory=dict, init=False)
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    #: By host, as long as somebody uses them.
    _places: WeakValueDictionary[str, asyncio.Semaphore] = field(
        default_factory=WeakValueDictionary, init=False
    )

    async def read(
        self,
        digest: Digest,
        edition: Edition,
        texts: Texts,
        seconds: float,
    ) -> tuple[Mapping[str, PictureRef], tuple[Picture, ...]]:
        """Read the pictures of the stories of an edition; never raises for one.

        Args:
            digest: Says of which sources pictures are shown.
            edition: With the stories.
            texts: Say that a picture has no description.
            seconds: How long to wait; what takes longer is left out. 0 = only pictures
                that are stored already.

        Returns:
            The pictures by `get_story_picture_key`, and those that are not stored yet.
        """
        wanted = await self._choose(digest, edition)
        found = await self._find_stored(wanted) if wanted else {}
        missing = [one for one in wanted if one.key not in found]
        if seconds > 0:
            found |= await self._read_all(missing, seconds)
        refs = {
            one.key: _refer(one.image, found[one.key], texts)
            for one in wanted
            if one.key in found
        }
        new = {each.hash: each.new for each in found.values() if each.new is not None}
        return refs, tuple(new.values())

    async def _choose(self, digest: Digest, edition: Edition) -> list[_WantedPicture]:
        """Choose the stories whose pictures are shown, in their order."""
        allowed = {source.id: source for source in digest.sources if source.pictures}
        shown = [story.articles[0] for story in edition.stories]
        keys = ((parse_whole_number(ref.id, _MOST_KEY), ref.image) for ref in shown)
        images = {key: image for key, image in keys if key and image is not None}
        if not allowed or not images:
            return []
        sources = await self.db.read(article_store.list_article_sources, images)
        # What several articles have is the sign of their outlet.
        shared = Counter(image.address for image in images.values())
        now = self.clock.now()
        wanted = [
            _WantedPicture(
                key=get_story_picture_key(str(article_id)),
                image=image,
                source=allowed[sources[article_id]],
            )
            for article_id, image in images.items()
            if sources.get(article_id) in allowed and shared[image.address] == 1
        ]
        return [one for one in wanted if not self._has_failed(one, now)][:MOST_PICTURES]

    def _has_failed(self, wanted: _WantedPicture, now: datetime) -> bool:
        known = self._known.get(wanted.image.address)
        return known is not None and known.hash is None and known.until > now

    async def _find_stored(
        self, wanted: Sequence[_WantedPicture]
    ) -> dict[str, _FoundPicture]:
        """Find the pictures that were read not long ago and are stored, by their keys.

        An address that the source may not have read was not read for it.
        """
        now, hashes = self.clock.now(), {}
        for one in wanted:
            known = self._known.get(one.image.address)
            if known and known.hash and known.until > now and self._may_read(one):
                hashes[one.key] = known.hash
        stored = await self.db.read(picture_store.list_sizes, set(hashes.values()))
        return {
            key: _FoundPicture(hash=hash, size=stored[hash])
            for key, hash in hashes.items()
            if hash in stored
        }

    def _may_read(self, wanted: _WantedPicture) -> bool:
        return self.source_reader.may_read_picture(
            wanted.image.address, wanted.source.address
        )

    async def _read_all(
        self, wanted: Sequence[_WantedPicture], seconds: float
    ) -> dict[str, _FoundPicture]:
        """Read pictures until the time is over; return them by their keys."""
        tasks = {
            asyncio.create_task(self._read_one(one, seconds)): one for one in wanted
        }
        if not tasks:
            return {}
        try:
            _, late = await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for task in late:
            _log_failure(tasks[task], "not read in time")
        pairs = zip(tasks.values(), ends, strict=True)
        return {one.key: end for one, end in pairs if isinstance(end, _FoundPicture)}

    async def _read_one(
        self, wanted: _WantedPicture, seconds: float
    ) -> _FoundPicture | None:
        try:
            content = await self._fetch(wanted, seconds)
            found = await self._draw(wanted, content, seconds * DRAWING_SHARE)
        except (DigestsError, OSError) as error:
            self._remember(wanted, None)
            _log_failure(wanted, str(error))
            return None
        except Exception:
            # A defect here must not keep the edition or the other pictures back.
            self._remember(wanted, None)
            log.exception("reading a picture failed", host=wanted.host)
            return None
        self._remember(wanted, found.hash)
        return found

    async def _fetch(self, wanted: _WantedPicture, seconds: float) -> bytes:
        places = self._places.setdefault(wanted.host, asyncio.Semaphore(MOST_AT_ONCE))
        async with places:
            try:
                return await self.source_reader.fetch_picture(
                    wanted.image.address,
                    wanted.source.address,
                    most=MOST_SOURCE_BYTES,
                    seconds=seconds,
                )
            except asyncio.CancelledError:
                # The host is slow, not what comes after it.
                self._remember(wanted, None)
                raise

    async def _draw(
        self, wanted: _WantedPicture, content: bytes, seconds: float
    ) -> _FoundPicture:
        """Make the picture of these bytes, unless it is stored.

        Raises:
            DigestsError: They are no picture of a usual size.
        """
        hash = sha256(_VERSION + content).hexdigest()
        stored = await self.db.read(picture_store.list_sizes, [hash])
        if hash in stored:
            return _FoundPicture(hash=hash, size=stored[hash])
        async with self._drawing:
            try:
                async with asyncio.timeout(seconds):
                    made = await self.draw_thumbnail(content)
            except TimeoutError:
                raise SandboxKilled("source.sandbox_limits") from None
            except asyncio.CancelledError:
                # It is built to be slow; the others only wait for the lock.
                self._remember(wanted, None)
                raise
        width, height = size = _check_thumbnail(made.content)
        new = Picture(hash=hash, content=made.content, width=width, height=height)
        return _FoundPicture(hash=hash, size=size, new=new)

    def _remember(self, wanted: _WantedPicture, hash: str | None) -> None:
        until = self.clock.now() + (ADDRESS_MEMORY if hash else FAILURE_MEMORY)
        self._known.pop(wanted.image.address, None)
        self._known[wanted.image.address] = _KnownAddress(hash=hash, until=until)
        while len(self._known) > MOST_REMEMBERED:
            del self._known[next(iter(self._known))]


def _check_thumbnail(content: bytes) -> tuple[int, int]:
    """Return the size of a picture; what decoded hostile bytes is not trusted.

    Raises:
        SourceUnreadable: It is too small, or not what was asked for.
    """
    if not content.startswith(_PNG) or not 24 < len(content) <= MOST_BYTES:
        raise SourceUnreadable("picture.unreadable")
    width, height = read_png_size(content)
    if min(width, height) < LEAST_SIDE:
        raise SourceUnreadable("picture.too_small", width=width, height=height)
    return width, height


def _refer(image: ArticleImage, found: _FoundPicture, texts: Texts) -> PictureRef:
    width, height = found.size
    said = "" if is_blank(image.alt or "") else sanitize_text(image.alt or "").strip()
    return PictureRef(
        hash=found.hash,
        width=width,
        height=height,
        alt=said or texts.say("no description"),
    )


def _log_failure(wanted: _WantedPicture, reason: str) -> None:
    log.info("a story is shown without its picture", host=wanted.host, reason=reason)
