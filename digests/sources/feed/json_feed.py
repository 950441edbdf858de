"""JSON Feed (jsonfeed.org, versions 1 and 1.1): one odd item spoils no other."""

import json
from typing import Any

from digests.errors import Unreadable
from digests.sources.feed.nouns import Entry, Listing
from digests.sources.feed.preparing import MOST_ENTRIES


def looks_like_it(body: bytes) -> bool:
    """Whether the bytes can only be JSON, not XML."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read(body: bytes) -> Listing:
    """The feed.

    Raises:
        Unreadable: It is no JSON, or none with items.
    """
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise Unreadable("It begins like a JSON feed, but is not one.") from None
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise Unreadable("It is JSON, but no feed: it has no list of items.")
    several = [item for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return Listing(
        title=_text(data, "title"),
        link=_text(data, "home_page_url"),
        lang=_text(data, "language"),
        entries=tuple(map(_entry, several)),
    )


def _entry(item: dict[str, Any]) -> Entry:
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    return Entry(
        guid=_id(item.get("id")),
        link=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        body=html or plain or _text(item, "summary"),
        content=bool(html or plain),
        plain=not html,
        author=_author(item),
        published=_text(item, "date_published") or _text(item, "date_modified"),
        lang=_text(item, "language"),
    )


def _author(item: dict[str, Any]) -> str:
    several = item.get("authors")
    listed = several if isinstance(several, list) else [item.get("author")]
    named = [_text(author, "name") for author in listed[:5] if isinstance(author, dict)]
    return ", ".join(filter(None, named))


def _id(value: object) -> str:
    """An id, that some write as a number."""
    if isinstance(value, int) and value.bit_length() < 128:
        return str(value)
    return value if isinstance(value, str) else ""


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
