"""The two parsers of XML feeds behind one shape; both are handed bytes only.

feedparser treats a string as a path or an address, so it never gets one. Neither
cleans up markup: that is done once, in `entries`, for both.
"""

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from digests.sources.feed.nouns import Entry, Listing
from digests.sources.feed.preparing import (
    MOST_ENTRIES,
    first_entries,
    without_long_names,
)
from digests.sources.xml_bytes import as_utf8

_ENTRY = re.compile(rb"<entry>")
_SUMMARY = re.compile(rb"<summary")
#: Each for itself: a choice of two takes twenty times as long.
_OTHER_ENTRIES = (re.compile(rb"<entry(?!>)"), re.compile(rb":entry"))
#: Where the first entries stand, that tell how the others are.
_HEAD = 16 << 10
_UTF_8 = {"content-type": "application/xml; charset=utf-8"}
#: feedparser takes about a second for this much; fastfeedparser's answer must do then.
_LARGEST_FOR_CARE = 1 << 20


def read(body: bytes) -> Listing | None:
    """The feed as the faster parser reads it, or the more forgiving one, or None."""
    fast = _fast(body)
    if fast is not None and fast.entries and all(map(_complete, fast.entries)):
        return fast
    cut = first_entries(body)
    careful = _careful(cut) if len(cut) <= _LARGEST_FOR_CARE else None
    if careful is None or (fast and len(fast.entries) > len(careful.entries)):
        return fast
    return careful


def _complete(entry: Entry) -> bool:
    return bool(entry.title and entry.link)


def _fast(body: bytes) -> Listing | None:
    summarised, several = _summarised(body)
    found = _parsed(summarised) if several else None
    if found is None or len(found.entries) != several:
        return _parsed(body)  # something that is no entry got one, or some got none
    return found if all(entry.content for entry in found.entries) else _parsed(body)


def _summarised(body: bytes) -> tuple[bytes, int]:
    """An Atom feed without summaries with an empty one in each entry, and how many.

    Without, fastfeedparser makes one up of each content, which takes it as long as
    everything else together, and which nobody reads. 0 where entries have a prefix or
    attributes: then the number would not tell whether it is a text that quotes one.
    """
    if not _ENTRY.search(body, 0, _HEAD) or _SUMMARY.search(body, 0, _HEAD):
        return body, 0
    if any(other.search(body) for other in _OTHER_ENTRIES):
        return body, 0
    return _ENTRY.subn(b"<entry><summary> </summary>", body)


def _parsed(body: bytes) -> Listing | None:
    import fastfeedparser

    try:
        parsed = fastfeedparser.parse(
            body, include_tags=False, include_media=False, include_enclosures=False
        )
        return _listing(parsed["feed"], parsed["entries"])
    except Exception:  # a stranger's feed breaks it in more ways than it lists
        return None


def _careful(body: bytes) -> Listing | None:
    import feedparser

    try:
        parsed = feedparser.parse(
            BytesIO(without_long_names(as_utf8(body))),
            response_headers=_UTF_8,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # as above
        return None
    if not parsed.get("version") and not parsed.entries:
        return None
    return _listing(parsed.feed, parsed.entries)


def _listing(about: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> Listing:
    several = list(entries)[:MOST_ENTRIES]
    return Listing(
        title=_text(about.get("title")),
        link=_text(about.get("link")),
        lang=_text(about.get("language")),
        entries=tuple(map(_entry, several)),
    )


def _entry(found: Mapping[str, Any]) -> Entry:
    body, kind = _content(found.get("content"))
    guid, link = found.get("id") or "", found.get("link") or ""
    return Entry(
        # Without a guid both libraries may repeat the link there.
        guid="" if guid == link else guid,
        link=link,
        title=found.get("title") or "",
        body=body or found.get("description") or found.get("summary") or "",
        content=bool(body),
        plain=kind == "text/plain",
        author=found.get("author") or "",
        published=found.get("published") or found.get("updated") or "",
    )


def _content(found: Any) -> tuple[str, str]:
    """The longest of an entry's contents, and its kind."""
    best, kind = "", ""
    for part in found or ():
        value = part.get("value") or ""
        if len(value) > len(best):
            best, kind = value, part.get("type") or ""
    return best, kind


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
