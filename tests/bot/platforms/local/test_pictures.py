"""Pictures on the local page: beside their words, for the workspace that shows them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.i18n.translation import Texts
from bot.model import Picture
from bot.platforms.local import pages
from bot.platforms.local.platform import LocalPlatform
from bot.ports import PageServices
from bot.storage import picture_store
from bot.web import server
from digests.messages import Message
from tests.bot.harness import BRIDGE, CONFIGURATION, POOL, BotHarness, open_harness
from tests.bot.web.asgi import Browser, report_health
from tests.browser.stage import (
    KEY,
    QUOTE_PICTURE,
    Stage,
    an_edition_delivery,
    an_illustrated_delivery,
)
from tests.fakes import FakeClock, FakeDrawing
from tests.fakes_mailbox import MemoryMailbox
from tests.pictures import a_png

HASH = QUOTE_PICTURE.hash
SRC = f"/pictures/{HASH}.png"
OTHERS = """
[[workspace]]
platform = "local"
id = "others"
zone = "UTC"
"""


@pytest.fixture
def stage() -> Stage:
    drawn = Picture(hash=HASH, content=a_png(12, 6), width=12, height=6)
    return Stage(pictures={HASH: drawn})


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage.app())


# ── shown ──────────────────────────────────────────────────────────────────────


async def test_a_picture_stands_with_the_words_of_its_quote(stage, browser):
    await stage.platform.send(an_illustrated_delivery())
    tree = (await browser.get("/")).tree
    (figure,) = tree.css("figure.quote:has(img)")
    (picture,) = figure.css("img")
    assert picture.attributes == {
        "class": "drawn",
        "src": SRC,
        "width": "1200",
        "height": "630",
        "alt": QUOTE_PICTURE.alt,
        "loading": "lazy",
    }
    assert "could not yet prove" in figure.css("blockquote")[0].text()


async def test_an_edition_without_a_picture_is_shown_as_before(stage, browser):
    await stage.platform.send(an_edition_delivery())
    assert (await browser.get("/")).tree.css("figure img") == []


async def test_of_a_picture_that_is_no_longer_stored_only_the_words_are_shown(
    stage, browser
):
    await stage.platform.send(an_illustrated_delivery())
    stage.pictures.clear()
    page = await browser.get("/")
    assert "/pictures/" not in page.text
    assert "could not yet prove" in page.text


async def test_a_picture_of_one_message_is_not_missed_for_that_of_another(
    stage, browser
):
    await stage.platform.send(an_illustrated_delivery(1))
    await stage.platform.send(an_edition_delivery(2))
    assert len((await browser.get("/")).tree.css("figure img")) == 1


# ── sent ───────────────────────────────────────────────────────────────────────


async def test_a_picture_is_sent_once_and_kept_by_the_browser(browser):
    sent = await browser.get(SRC)
    assert sent.status == 200
    assert sent.body == a_png(12, 6)
    assert sent.header("content-type") == "image/png"
    assert sent.header("cache-control") == "private, max-age=31536000, immutable"
    assert sent.header("x-content-type-options") == "nosniff"
    assert "img-src 'self'" in sent.header("content-security-policy")


@pytest.mark.parametrize(
    "path",
    [
        f"/pictures/{8:064}.png",
        f"/pictures/{HASH}",
        f"/pictures/{HASH}.svg",
        "/pictures/..%2f..%2fetc%2fpasswd.png",
        "/pictures/.png",
    ],
)
async def test_anything_else_is_not_found(browser, path):
    assert (await browser.get(path)).status == 404


async def test_a_picture_is_not_sent_under_another_host_name(browser):
    answer = await browser.get(SRC, host="evil.example:8711")
    assert answer.status == 421


# ── through storage ────────────────────────────────────────────────────────────


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom on the local page, whose best quotes are drawn."""
    platform = cast(Any, LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock()))
    opened = open_harness(sqlite_url, tmp_path, platform, draw_card=FakeDrawing())
    async with opened as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply(CONFIGURATION + OTHERS)
        yield harness


def open_newsroom(harness: BotHarness) -> Browser:
    """The page of a newsroom, over its own storage."""
    platform, read = cast(Any, harness.platform), harness.db.read
    services = PageServices(
        mailbox=platform._mailbox,
        list_channels=harness.archive.local_destinations,
        list_problems=list_no_problems,
        load_pictures=lambda *which: read(picture_store.load_pictures, *which),
        find_stored_pictures=lambda which: read(picture_store.list_sizes, which),
    )
    site = server.build_application(
        routes=pages.build_page_routes(platform, services, harness.clock),
        read_article=harness.archive.local_article,
        health=report_health(harness.archive.ready),
        key=KEY,
        texts=Texts.of("en"),
    )
    return Browser(site)


async def list_no_problems() -> tuple[Message, ...]:
    return ()


async def test_the_picture_of_a_posted_edition_is_on_the_page(harness):
    await harness.post()
    browser = open_newsroom(harness)
    (picture,) = (await browser.get("/")).tree.css("figure img")
    sent = await browser.get(picture.attributes["src"] or "")
    assert b"The children have waited" in sent.body


async def test_a_picture_of_another_workspace_is_not_found(harness):
    theirs = Picture(hash=HASH, content=b"theirs", width=12, height=6)
    elsewhere = (await harness.place("others")).workspace
    now, write = harness.clock.now(), harness.db.write
    await write(picture_store.add_pictures, [theirs], now)
    await write(picture_store.record_uses, elsewhere.scope, [HASH], now)
    assert (await open_newsroom(harness).get(SRC)).status == 404


async def test_of_a_pruned_picture_only_the_words_are_shown(harness):
    await harness.post()
    later = harness.clock.now() + timedelta(days=1)
    await harness.db.write(picture_store.prune_pictures, before=later, limit=10)
    page = await open_newsroom(harness).get("/")
    assert "/pictures/" not in page.text
    assert "The children have waited" in page.text
