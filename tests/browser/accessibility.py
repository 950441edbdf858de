"""The faults of a page: what axe finds, and content wider than the screen.

A page is checked in all its looks without being loaded again: loading costs more than
what is checked, and no page depends on the look in which it was loaded.
"""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1280, "height": 860}
#: 1280 pixels at 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 430}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}


def violations(page: Page) -> list[str]:
    """What axe finds in the page as it is shown now."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    script = "(root => root.scrollWidth - root.clientWidth)(document.documentElement)"
    return int(page.evaluate(script))


def faults(page: Page, *viewports: ViewportSize) -> list[str]:
    """All faults of a page, light and dark, at these sizes or wide and on a phone."""
    return [
        f"{viewport['width']} px, {scheme}: {fault}"
        for viewport in viewports or (WIDE, PHONE)
        for scheme in ("light", "dark")
        for fault in _faults_as(page, viewport, scheme)
    ]


def _faults_as(page: Page, viewport: ViewportSize, scheme: str) -> Iterable[str]:
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    yield from violations(page)
    if (wider := overflow(page)) > 0:
        yield f"{wider} pixels wider than the screen"
