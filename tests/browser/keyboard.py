"""Walk through a page with the keyboard alone, and see where the focus is."""

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

#: As many as the longest page of a test has.
MOST_PRESSES = 120
#: Milliseconds: the first list of feeds starts a sandbox.
NAVIGATION = 60_000
#: Milliseconds: what a page focuses by itself has the focus with its first frame, which
#: a busy machine draws after the page has loaded.
FIRST_FRAME = 5_000
_IS_FOCUSED = "() => document.activeElement !== document.body"
#: What has the focus: its name, and whether somebody who looks sees that.
_FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const label = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent;
  const style = getComputedStyle(at);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {
    name: (label ?? at.textContent).replace(/\\s+/g, " ").trim(),
    page: at === document.body,
    seen: ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def walk_to(page: Page, name: str) -> None:
    """Press Tab until what has this name is focused; the focus is always seen."""
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["page"] or focus["seen"], focus["name"]
        if focus["name"] == name:
            return
    raise AssertionError(f"Tab does not lead to «{name}»")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Walk to a button or a link and press it; the next page must be there."""
    walk_to(page, name)
    with page.expect_navigation(timeout=NAVIGATION):
        page.keyboard.press(key)


def read_focused(page: Page) -> str:
    """The words of what has the focus; "" if nothing gets it with the first frame."""
    try:
        page.wait_for_function(_IS_FOCUSED, timeout=FIRST_FRAME)
    except PlaywrightTimeout:
        return ""
    return str(page.evaluate(_FOCUS)["name"])
