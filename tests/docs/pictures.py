"""Take the pictures of the documentation: `python -m tests.docs.pictures`.

Starts the demo in an empty folder, waits for its first edition, and photographs the
page, the same edition as Discord and Slack show it, and the console. Needs Chromium.

`compute_fingerprint` covers what is seen in them: templates, styles, the demo's data,
and the code that lays out editions and cards. A test compares it with that of the
pictures.
"""

import ast
import base64
import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import (
    Browser,
    FloatRect,
    Locator,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.bot.process import Home
from tests.browser.conftest import QUIET, chromium_path
from tests.docs.markdown import ROOT

FOLDER = ROOT / "docs" / "pictures"
FINGERPRINT = FOLDER / "fingerprint.txt"
NAMES = ("discord", "slack", "page", "narrow", "console")
MOST_BYTES = 150_000
#: What is shown in the pictures.
SOURCES = (
    "bot/platforms/*/static/*.css",
    "bot/platforms/local/templates/message.html",
    "bot/platforms/local/templates/pa*.html",
    "bot/platforms/local/templates/view.html",
    "bot/platforms/*/render.py",
    "bot/platforms/*/preview.py",
    "bot/platforms/common/edition_layout.py",
    "bot/platforms/common/edition_text.py",
    "bot/web/static/*.css",
    "bot/web/console/static/*.css",
    "bot/web/console/templates/digest.html",
    "bot/web/console/templates/frame.html",
    "digests/cards/*.py",
    "digests/cards/*.typ",
    "seeds/demo.toml",
    "seeds/demo/*/*.png",
    "seeds/demo/*/*.txt",
)
#: Milliseconds that the demo may take to its first edition.
_PATIENCE = 60_000
_SCALE = 1.5
_WIDE: ViewportSize = {"width": 1280, "height": 900}
_NARROW: ViewportSize = {"width": 720, "height": 1005}
#: A message is shown to this height: its first story, with picture and quote card.
_MESSAGE_WIDTH, _MESSAGE_HEIGHT = 720, 860
_QUALITIES = (82, 74, 66, 58, 50, 42)


# ── what the pictures are made from ────────────────────────────────────────────


def compute_fingerprint() -> str:
    """Compute a hash of what is seen in the pictures."""
    digest = hashlib.sha256()
    for path in _list_sources():
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(normalize(path))
    return digest.hexdigest()


def _list_sources() -> list[Path]:
    found = {path for pattern in SOURCES for path in ROOT.glob(pattern)}
    return sorted(path for path in found if path.is_file())


def normalize(path: Path) -> bytes:
    """Return the content without what nobody sees: comments, docstrings, blanks."""
    if path.suffix == ".py":
        return _strip_docstrings(path.read_text(encoding="utf-8")).encode()
    if path.suffix == ".css":
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        return " ".join(text.split()).encode()
    return path.read_bytes()


def _strip_docstrings(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


# ── taking them ────────────────────────────────────────────────────────────────


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        _open_browser() as browser,
        Home(Path(home)).running("demo") as demo,
    ):
        page = browser.new_page(
            viewport=_WIDE,
            reduced_motion="reduce",
        )
        page.set_default_timeout(_PATIENCE)
        page.goto(demo.until())
        edition = page.locator(".message", has_text="Front page").last
        edition.locator("img").first.wait_for()
        page.get_by_role("button", name="Skip the tour").click()
        _wait_for_pictures(page)
        for name, size in (("narrow", _NARROW), ("page", _WIDE)):
            page.set_viewport_size(size)
            edition.evaluate("one => one.scrollIntoView()")
            _save(page, name)
        views = {name: _find_view(edition, name) for name in ("discord", "slack")}
        page.get_by_role("button", name="Open the console").click()
        page.get_by_role("link", name="Digests").first.click()
        page.get_by_role("link", name="Front page").first.click()
        page.locator(".dc-message").first.wait_for()
        _wait_for_pictures(page)
        _save(page, "console")
        for name, address in views.items():
            _take_view(page, name, urljoin(page.url, address))
        demo.stop()
    FINGERPRINT.write_text(compute_fingerprint() + "\n", encoding="utf-8")


def _find_view(edition: Locator, platform: str) -> str:
    """Return the address of an edition as a platform shows it."""
    link = edition.get_by_role("link", name=f"View as {platform.capitalize()}")
    return link.get_attribute("href") or ""


def _take_view(page: Page, name: str, address: str) -> None:
    """Photograph the beginning of an edition as a platform shows it."""
    page.set_viewport_size({"width": _MESSAGE_WIDTH, "height": 2_400})
    page.goto(address)
    _wait_for_pictures(page)
    box = page.locator(".as-sent").first.bounding_box()
    assert box is not None
    _save(page, name, {**box, "height": min(box["height"], _MESSAGE_HEIGHT)})


@contextmanager
def _open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*QUIET]
        )
        yield browser
        browser.close()


def _wait_for_pictures(page: Page) -> None:
    page.evaluate(
        """() => Promise.all([...document.images].map(one => {
            one.loading = "eager";
            return one.decode().catch(() => null);
        }))"""
    )


def _save(page: Page, name: str, clip: FloatRect | None = None) -> None:
    """Photograph the page, or a part of it, as WebP within the limit."""
    # Without the last lines, where the page scrolls on below its command box.
    shown: FloatRect = page.evaluate(
        "() => ({x: scrollX, y: scrollY, width: innerWidth, height: innerHeight - 12})"
    )
    session = page.context.new_cdp_session(page)
    for quality in _QUALITIES:
        shot = session.send(
            "Page.captureScreenshot",
            {
                "format": "webp",
                "quality": quality,
                "clip": {**(clip or shown), "scale": _SCALE},
            },
        )
        content = base64.b64decode(shot["data"])
        if len(content) <= MOST_BYTES:
            break
    FOLDER.joinpath(f"{name}.webp").write_bytes(content)


if __name__ == "__main__":
    main()
