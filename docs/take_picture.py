"""Takes the README's picture of the local page; it starts nothing itself.

With a bot running (`standfirst demo`) and Chromium installed:

    python docs/take_picture.py http://127.0.0.1:8711/ docs/page.png [--dark]
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH, HEIGHT = 1280, 1000
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Open the page at a desktop's size, twice as sharp, and keep the picture."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    wanted.add_argument("url")
    wanted.add_argument("output", type=Path)
    wanted.add_argument("--dark", action="store_true", help="the dark theme")
    given = wanted.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=QUIET
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=2,
            color_scheme="dark" if given.dark else "light",
            reduced_motion="reduce",
        )
        page.goto(given.url)
        page.locator(".message").first.wait_for()
        page.screenshot(path=given.output)
        browser.close()


if __name__ == "__main__":
    main()
