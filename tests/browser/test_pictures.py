"""A picture beside its words, in a browser: it moves nothing and breaks nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from bot.model import Picture
from tests.browser.accessibility import NARROW, PHONE, WIDE, faults
from tests.browser.stage import (
    QUOTE_PICTURE,
    Served,
    Stage,
    an_edition_delivery,
    an_illustrated_delivery,
    served,
)
from tests.pictures import a_png

pytestmark = pytest.mark.browser

SIZE = QUOTE_PICTURE.width, QUOTE_PICTURE.height
WORDS = "could not yet prove"


@pytest.fixture
def illustrated_page() -> Iterator[Served]:
    """A page with an edition whose best quote is also a picture."""
    drawn = Picture(
        hash=QUOTE_PICTURE.hash, content=a_png(*SIZE), width=SIZE[0], height=SIZE[1]
    )
    with served(Stage(pictures={drawn.hash: drawn})) as running:
        running.send(an_illustrated_delivery())
        yield running


def opened(chromium, served_page: Served, **context) -> Page:
    page: Page = chromium.new_context(reduced_motion="reduce", **context).new_page()
    page.goto(served_page.url)
    page.locator(".hero").scroll_into_view_if_needed()
    return page


def test_axe_finds_nothing_beside_a_picture(chromium, illustrated_page):
    page = opened(chromium, illustrated_page)
    expect(page.get_by_role("img", name=WORDS)).to_be_visible()
    assert faults(page) == []
    page.context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE, NARROW])
def test_a_picture_is_not_wider_than_the_screen_and_keeps_its_proportions(
    chromium, illustrated_page, viewport
):
    page = opened(chromium, illustrated_page, viewport=viewport)
    box = page.get_by_role("img", name=WORDS).bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(SIZE[0] / SIZE[1], rel=0.02)
    scrolled = page.evaluate("document.documentElement.scrollWidth")
    assert scrolled <= viewport["width"]
    page.context.close()


def test_a_picture_far_above_the_newest_message_is_not_loaded(
    chromium, illustrated_page
):
    for number in range(5):
        illustrated_page.send(an_edition_delivery(number + 2))
    page = chromium.new_context(viewport=PHONE).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(illustrated_page.url, wait_until="networkidle")
    assert page.evaluate("scrollY") > 4 * PHONE["height"]
    assert [url for url in asked if "/pictures/" in url] == []
    page.context.close()


def test_nothing_moves_when_a_picture_arrives(chromium, illustrated_page):
    page = chromium.new_context(viewport=PHONE).new_page()
    held: list[Route] = []
    page.route("**/pictures/*", lambda route: held.append(route))
    page.goto(illustrated_page.url)
    picture = page.get_by_role("img", name=WORDS)
    picture.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    waiting = page.locator(".hero").bounding_box()
    for route in held:
        route.continue_()
    expect(picture).to_have_js_property("naturalWidth", SIZE[0])
    assert held
    assert page.locator(".hero").bounding_box() == waiting
    page.context.close()


def test_a_picture_that_cannot_be_loaded_leaves_its_words_and_no_broken_image(
    chromium, illustrated_page
):
    page = chromium.new_context(viewport=PHONE).new_page()
    page.route("**/pictures/*", lambda route: route.fulfill(status=404))
    page.goto(illustrated_page.url)
    page.locator(".hero blockquote").scroll_into_view_if_needed()
    expect(page.locator("img.drawn")).to_be_hidden()
    expect(page.locator(".hero blockquote")).to_contain_text(WORDS)
    page.context.close()


def test_a_picture_is_printed_with_its_words(chromium, illustrated_page):
    page = opened(chromium, illustrated_page, viewport=WIDE)
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name=WORDS)).to_be_visible()
    expect(page.locator(".hero blockquote")).to_be_visible()
    page.context.close()
