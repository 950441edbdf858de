"""Published editions: their public pages, and who can find them. Pure."""

from typing import Final, Literal

#: Who can read a page: those who have its address, or everybody.
Visibility = Literal["link", "listed"]
#: Where pages are, by who can read them.
PAGE_PATHS: Final = {"link": "/read", "listed": "/editions"}
#: In place of a key: an edition that is not stored has no page.
PREVIEW_KEY: Final = "preview"


def build_page_path(visibility: Visibility, key: str) -> str:
    """Build the path of a page; its key is unique among those of one visibility."""
    return f"{PAGE_PATHS[visibility]}/{key}"
