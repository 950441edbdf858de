"""The pictures of an edition's stories: which are read, when, and what is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.delivery.card_pictures import EDITION_SECONDS, CardIllustrator
from bot.i18n.translation import Texts
from bot.ingest.source_reader import SourceReader
from bot.model import Picture, PictureRef
from bot.publishing import story_pictures
from bot.publishing.illustration import EditionIllustrator
from bot.publishing.story_pictures import FAILURE_MEMORY, StoryPictureReader
from bot.storage import edition_store, picture_store
from digests.cards.drawing import CARD_SANDBOX_LIMITS
from digests.cards.thumbnails import Thumbnail, draw_thumbnail
from digests.errors import SourceUnreadable
from digests.sources.sandbox import Sandbox
from tests.bot.ingest.newswire import (
    Newswire,
    feed_configuration,
    open_newswire,
)
from tests.feeds import an_item
from tests.pictures import a_gif, a_jpeg, a_png, a_png_header
from tests.wire.server import Request, Script, answer, dripping, endless, redirect

Found = tuple[dict[str, PictureRef], tuple[Picture, ...]]


@dataclass(kw_only=True)
class Newsroom:
    """A digest over one feed, whose articles have pictures, and the reader of these."""

    newswire: Newswire
    reader: StoryPictureReader
    #: What was drawn.
    drawn: list[bytes] = field(default_factory=list)

    async def draw(self, content: bytes) -> Thumbnail:
        self.drawn.append(content)
        if not content.startswith(b"\x89PNG"):
            raise SourceUnreadable("picture.other_kind")
        return Thumbnail(content=content, width=0, height=0)

    async def offer(
        self,
        *images: str,
        alt: str = "",
        allow: bool = True,
        host: str = "courier.example",
    ) -> None:
        """Publish an article for each of these addresses; "" = without a picture."""
        entries = []
        for number, address in enumerate(images):
            item = an_item(number)
            words = f"<media:description>{escape(alt)}</media:description>"
            picture = f'<media:content url="{escape(address)}" medium="image">{words}'
            entries.append(
                f"<item><title>{item.title}</title><link>{item.link}</link>"
                f"<guid>{item.guid}</guid><description>{item.text}</description>"
                f"{picture + '</media:content>' if address else ''}</item>"
            )
        feed = (
            '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
            f"<title>Hallin Courier</title>{''.join(entries)}</channel></rss>"
        )
        self.newswire.shelf["/feed"] = answer(feed.encode())
        address = self.newswire.url("/feed", host)
        source = f'"{address}"'
        shown = f"pictures = [{source}]\n" if allow else ""
        more = f'{shown}full_text = {{ {source} = "never" }}'
        await self.newswire.harness.apply(feed_configuration([address], more))

    async def read(self, seconds: float = EDITION_SECONDS) -> Found:
        digest = await self.newswire.harness.digest()
        publisher = self.newswire.harness.publisher
        composed = await publisher.preview(digest, "local")
        refs, new = await self.reader.read(
            digest, composed.edition, Texts.of("en"), seconds
        )
        return dict(refs), new

    async def post(self) -> tuple[int, dict[str, Any]]:
        """Post an edition; return its stories, and the pictures that it has."""
        harness = self.newswire.harness
        never = CardIllustrator(
            db=harness.db, clock=harness.clock, draw_card=refuse_to_draw
        )
        illustrator = EditionIllustrator(cards=never, stories=self.reader)
        publisher = replace(harness.publisher, illustrator=illustrator)
        outcome = await replace(harness, publisher=publisher).post()
        stored = outcome.stored_edition
        assert stored is not None
        find = edition_store.find_render_context
        context = await harness.db.read(find, **stored.key)
        assert context is not None
        return len(stored.edition.stories), context.get("pictures", {})

    async def store(self, new: tuple[Picture, ...]) -> None:
        harness = self.newswire.harness
        now = harness.clock.now()
        await harness.db.write(picture_store.add_pictures, new, now)

    def shelve(self, *scripts: Script) -> list[str]:
        """Serve a picture for each of these; return their addresses."""
        for number, script in enumerate(scripts):
            self.newswire.shelf[f"/{number}.png"] = script
        return [self.newswire.url(f"/{n}.png") for n in range(len(scripts))]

    def asked(self) -> list[str]:
        """The pictures that were asked for."""
        return [path for path in self.newswire.server.paths() if path != "/feed"]


async def refuse_to_draw(*_: object) -> bytes:
    raise SourceUnreadable("picture.unreadable")


@pytest.fixture
async def newsroom(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        harness = newswire.harness
        made: list[Newsroom] = []
        reader = StoryPictureReader(
            db=harness.db,
            clock=harness.clock,
            source_reader=harness.ingestor.source_reader,
            draw_thumbnail=lambda content: made[0].draw(content),
        )
        made.append(Newsroom(newswire=newswire, reader=reader))
        yield made[0]


def a_picture(shade: int = 1) -> Script:
    return answer(a_png(240, 160, shade))


def slow(seconds: float) -> Script:
    async def run(request: object, writer: object) -> None:
        await asyncio.sleep(seconds)

    return run


# ── which stories have one ─────────────────────────────────────────────────────


async def test_a_story_has_the_picture_of_its_article(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(a_picture()), alt="The bridge at night")
    refs, (picture,) = await newsroom.read()
    assert (picture.width, picture.height) == (240, 160)
    assert refs == {
        "story/1": PictureRef(
            hash=picture.hash, width=240, height=160, alt="The bridge at night"
        )
    }


async def test_a_picture_that_nobody_describes_has_no_invented_words(
    newsroom: Newsroom,
):
    await newsroom.offer(*newsroom.shelve(a_picture()))
    refs, _ = await newsroom.read()
    assert refs["story/1"].alt == "no description"


async def test_only_sources_that_the_digest_names_are_asked(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(a_picture()), allow=False)
    assert await newsroom.read() == ({}, ())
    assert newsroom.asked() == []


async def test_a_sign_that_several_articles_share_is_no_picture_of_a_story(
    newsroom: Newsroom,
):
    sign, own = newsroom.shelve(a_picture(1), a_picture(2))
    await newsroom.offer(sign, own, sign)
    refs, _ = await newsroom.read()
    assert len(refs) == 1
    assert newsroom.asked() == ["/1.png"]


async def test_an_edition_has_at_most_six_pictures(newsroom: Newsroom, monkeypatch):
    monkeypatch.setattr(story_pictures, "MOST_PICTURES", 2)
    await newsroom.offer(*newsroom.shelve(*map(a_picture, range(4))))
    refs, _ = await newsroom.read()
    assert len(refs) == 2


async def test_a_private_address_is_not_asked(newsroom: Newsroom):
    await newsroom.offer("http://10.0.0.7/a.png", *newsroom.shelve(a_picture()))
    with capture_logs() as logs:
        refs, _ = await newsroom.read()
    assert len(refs) == 1
    (line,) = [one for one in logs if "picture" in one["event"]]
    assert line["host"] == "10.0.0.7"


async def test_a_story_of_a_folder_has_the_picture_beside_its_article(
    newsroom: Newsroom, tmp_path: Path
):
    folder = tmp_path / "courier"
    folder.mkdir()
    (folder / "hill.png").write_bytes(a_png(240, 160))
    head = "---\ntitle: Hill slides\nimage: hill.png\nimage_alt: The hill\n---\n"
    text = "A hill slid into the river Tern on Monday. Nobody was hurt, police said.\n"
    (folder / "hill.txt").write_text(head + text, encoding="utf-8")
    more = f'pictures = ["{folder}"]'
    await newsroom.newswire.harness.apply(feed_configuration([str(folder)], more))
    refs, (picture,) = await newsroom.read()
    assert refs["story/1"].alt == "The hill"
    assert (picture.width, picture.height) == (240, 160)


@pytest.mark.parametrize("source", ["https://courier.example/feed", "/tmp/news"])
async def test_only_the_articles_of_a_folder_have_files_as_pictures(source: str):
    reader = SourceReader()
    assert reader.may_read_picture("/tmp/news/a.png", source) is ("://" not in source)


# ── requests ───────────────────────────────────────────────────────────────────


async def test_two_pictures_of_a_host_are_asked_for_at_once(newsroom: Newsroom):
    server, most = newsroom.newswire.server, 0

    async def count(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        most = max(most, server.open_now)
        await asyncio.sleep(0.05)
        await answer(a_png(240, 160, len(server.requests)))(request, writer)

    await newsroom.offer(*newsroom.shelve(count, count, count, count))
    refs, _ = await newsroom.read()
    assert (len(refs), most) == (4, 2)


async def test_an_edition_does_not_wait_for_a_slow_host(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(slow(30), a_picture()))
    begun = asyncio.get_running_loop().time()
    with capture_logs() as logs:
        refs, _ = await newsroom.read(seconds=0.3)
    assert asyncio.get_running_loop().time() - begun < 5
    assert len(refs) == 1
    (line,) = [one for one in logs if "picture" in one["event"]]
    assert line["host"] == newsroom.newswire.server.place.replace(
        "127.0.0.1", "courier.example"
    )


async def test_a_failure_is_logged_once_without_the_query(newsroom: Newsroom):
    (address,) = newsroom.shelve(answer(b"<html>", status=404))
    await newsroom.offer(f"{address}?key=geheim")
    with capture_logs() as logs:
        assert await newsroom.read() == ({}, ())
        assert await newsroom.read() == ({}, ())
    (line,) = [one for one in logs if "picture" in one["event"]]
    assert "geheim" not in str(line)
    assert len(newsroom.asked()) == 1


async def test_a_failure_is_forgotten_after_a_while(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(answer(status=503)))
    await newsroom.read()
    newsroom.shelve(a_picture())
    newsroom.newswire.harness.clock.advance(FAILURE_MEMORY)
    refs, _ = await newsroom.read()
    assert len(refs) == 1


async def test_a_picture_that_is_stored_is_neither_asked_for_nor_drawn_again(
    newsroom: Newsroom,
):
    await newsroom.offer(*newsroom.shelve(a_picture()))
    first, new = await newsroom.read()
    await newsroom.store(new)
    assert await newsroom.read(seconds=0) == (first, ())
    assert (len(newsroom.asked()), len(newsroom.drawn)) == (1, 1)


async def test_a_picture_that_was_not_stored_is_read_again(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(a_picture()))
    first, new = await newsroom.read()
    assert await newsroom.read(seconds=0) == ({}, ())
    assert await newsroom.read() == (first, new)


async def test_the_same_bytes_at_another_address_are_drawn_once(newsroom: Newsroom):
    await newsroom.offer(*newsroom.shelve(a_picture(7)))
    _, new = await newsroom.read()
    await newsroom.store(new)
    newsroom.reader._known.clear()
    refs, again = await newsroom.read()
    assert (len(refs), again, len(newsroom.drawn)) == (1, (), 1)


async def test_a_picture_of_a_private_network_is_shown_by_a_source_there_only(
    newsroom: Newsroom,
):
    newsroom.shelve(a_picture())
    address = newsroom.newswire.url("/0.png", "archive.lan")
    await newsroom.offer(address, host="archive.lan")
    refs, new = await newsroom.read()
    await newsroom.store(new)
    assert len(refs) == 1
    await newsroom.offer(address, host="stranger.example")
    with capture_logs():
        assert await newsroom.read() == ({}, ())


# ── what is drawn ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG",
        a_png(480, 36),
        a_png(99, 400),
        a_png(8, 8)[:20],
        a_png(240, 160) + bytes(300_000),
    ],
)
async def test_what_is_drawn_is_not_trusted(newsroom: Newsroom, content: bytes):
    await newsroom.offer(*newsroom.shelve(answer(content)))
    assert await newsroom.read() == ({}, ())


async def test_a_defect_in_one_picture_keeps_no_other_back(
    newsroom: Newsroom, monkeypatch
):
    async def fetch(self, address: str, *args: object, **options: object) -> bytes:
        if address.endswith("/0.png"):
            raise RuntimeError("a defect")
        return a_png(240, 160)

    monkeypatch.setattr(SourceReader, "fetch_picture", fetch)
    await newsroom.offer(*newsroom.shelve(a_picture(1), a_picture(2)))
    with capture_logs() as logs:
        refs, _ = await newsroom.read()
    assert len(refs) == 1
    (line,) = [one for one in logs if one["log_level"] == "error"]
    assert line["event"] == "reading a picture failed"


async def test_an_edition_does_not_wait_for_a_slow_drawing(
    newsroom: Newsroom, monkeypatch
):
    async def draw(content: bytes) -> Thumbnail:
        await asyncio.sleep(30)
        raise AssertionError

    monkeypatch.setattr(newsroom, "draw", draw)
    await newsroom.offer(*newsroom.shelve(a_picture()))
    async with asyncio.timeout(10):
        with capture_logs() as logs:
            assert await newsroom.read(seconds=0.5) == ({}, ())
            assert await newsroom.read(seconds=0.5) == ({}, ())
    lines = [one for one in logs if "picture" in one["event"]]
    assert [line["reason"] for line in lines] == [
        "Reading it took too much time or memory and was stopped."
    ]


# ── bad input, with the real drawing process ────────────────────────────────────

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">'
    b"<script>alert(1)</script></svg>"
)
#: What a host answers, and what the log says of it.
HOSTILE: dict[str, tuple[Script, str]] = {
    "a picture bomb": (answer(a_png_header(30_000, 30_000)), "too large"),
    "a film": (answer(a_gif(200, 150, frames=10_000)), "more than 300 frames"),
    "a script": (answer(SVG), "not a PNG, JPEG, GIF or WebP"),
    "a page": (answer(b"<html>", headers={"Content-Type": "image/png"}), "not a PNG"),
    "100 MB": (
        endless({"Content-Length": str(100 << 20)}, b"\x89PNG" * 16_384),
        "larger than 5 MiB",
    ),
    "a private network": (redirect("http://10.0.0.7/a.png"), "10.0.0.7"),
    "a drip": (dripping(a_png(240, 160), every=0.5), "in time"),
    "a JPEG that breaks off": (answer(a_jpeg(2_400, 1_600)[:300]), "broken"),
    "a PNG that breaks off": (answer(a_png(240, 160)[:60]), "broken"),
    "a broken transfer": (answer(a_png(240, 160), length=9_999), "answer"),
    "a pixel": (answer(a_gif(1, 1)), "too small (1 × 1"),
    "a banner": (answer(a_png(2_000, 150)), "too small (480 × 36"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_bad_input_gives_no_picture_and_one_line_in_the_log(
    newsroom: Newsroom, monkeypatch, name: str
):
    script, reason = HOSTILE[name]
    seconds = 0.5 if name == "a drip" else 20
    await newsroom.offer(*newsroom.shelve(script))
    async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
        monkeypatch.setattr(newsroom, "draw", lambda c: sandbox.run(draw_thumbnail, c))
        with capture_logs() as logs:
            assert await newsroom.read(seconds=seconds) == ({}, ())
    (line,) = [one for one in logs if "picture" in one["event"]]
    assert line["log_level"] == "info"
    assert reason in line["reason"]


@pytest.mark.parametrize(
    "content", [a_png(900, 600), a_jpeg(900, 600), a_gif(900, 600)]
)
async def test_a_picture_of_each_kind_is_scaled(
    newsroom: Newsroom, monkeypatch, content: bytes
):
    await newsroom.offer(*newsroom.shelve(answer(content)))
    async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
        monkeypatch.setattr(newsroom, "draw", lambda c: sandbox.run(draw_thumbnail, c))
        _, (picture,) = await newsroom.read(seconds=20)
    assert (picture.width, picture.height) == (480, 320)


# ── editions ───────────────────────────────────────────────────────────────────


async def test_an_edition_is_posted_with_the_pictures_of_its_stories(
    newsroom: Newsroom,
):
    await newsroom.offer(*newsroom.shelve(a_picture()), "", alt="The bridge at night")
    stories, pictures = await newsroom.post()
    assert stories == 2
    assert pictures["story/1"]["alt"] == "The bridge at night"


async def test_an_edition_is_posted_in_time_whatever_its_pictures_are(
    newsroom: Newsroom,
):
    scripts = [HOSTILE[name][0] for name in ("a drip", "100 MB", "a private network")]
    await newsroom.offer(*newsroom.shelve(*scripts, slow(60)))
    async with asyncio.timeout(30):
        with capture_logs() as logs:
            assert await newsroom.post() == (4, {})
    shown = [one for one in logs if one["event"].endswith("without its picture")]
    assert len(shown) == 4
