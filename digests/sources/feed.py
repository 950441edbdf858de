"""Parse RSS, Atom, RDF and JSON feeds from bytes.

Untrusted input: `parse_feed` runs in the sandbox. fastfeedparser is tried first,
because it is many times faster; feedparser is more tolerant. feedparser treats a string
as a path or an address, so it only gets bytes. Markup is removed for both in
`feed_entries`. All expressions take linear time.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.language.words import parse_language_tag
from digests.sources.feed_entries import Feed, FeedEntry, RawFeed, build_articles
from digests.sources.untrusted import clean_line, recode_as_utf8, sanitize_xml

_LANGUAGE_HEAD = 8 << 10
_LANGUAGE = re.compile(
    rb"<(?:dc:)?language>\s*([A-Za-z][\w-]{1,19})\s*</|<(?:feed|rss)\s[^>]{0,2000}?"
    rb"""xml:lang\s*=\s*["']([A-Za-z][\w-]{1,19})["']""",
    re.IGNORECASE,
)


def parse_feed(body: bytes, *, url: str, now: datetime) -> Feed:
    """The feed in these bytes.

    Args:
        body: The fetched bytes, decompressed; never a string, which a parser could take
            for a path or an address.
        url: Their address, to complete relative ones.
        now: Aware. No article is dated more than a day later.

    Raises:
        SourceUnreadable: It is no feed, or a malicious one.
    """
    if looks_like_json(body):
        listing: RawFeed | None = parse_json_feed(body)
        declared = ""
    else:
        body = sanitize_feed(body)
        declared = _declared_language(body)
        listing = parse_xml_feed(body)
    if listing is None:
        raise SourceUnreadable("source.no_feed")
    return _build_feed(listing, declared, url=url, now=now)


def load_libraries() -> None:
    """Import the libraries of `parse_feed` before the sandbox measures."""
    import fastfeedparser  # noqa: F401
    import feedparser  # noqa: F401
    import selectolax.lexbor  # noqa: F401


def _build_feed(listing: RawFeed, declared: str, *, url: str, now: datetime) -> Feed:
    title = clean_line(listing.title)[:200]
    lang = parse_language_tag(listing.lang or declared)
    outlet = title or urlsplit(url).hostname or ""
    return Feed(
        title=title,
        link=validate_web_address(listing.link),
        lang=lang,
        articles=build_articles(
            listing.entries, now=now, base=url, source=outlet, lang=lang
        ),
        entries=len(listing.entries),
    )


def _declared_language(body: bytes) -> str:
    found = _LANGUAGE.search(body[:_LANGUAGE_HEAD])
    return (found[1] or found[2]).decode("ascii") if found else ""


MAX_ENTRIES = 500

_ENTRY = re.compile(rb"<(?:[A-Za-z][\w-]*:)?(?:item|entry)[\s>]")
_ENTRIES = (b"item", b"entry")
_ROOT = re.compile(rb"<((?:[A-Za-z][\w-]*:)?(?:rss|rdf|feed))[\s>]", re.IGNORECASE)
_PERSON = re.compile(
    rb"<((?:[A-Za-z][\w-]*:)?(?:author|creator|managingEditor|webMaster|publisher|"
    rb"contributor|owner|name|email))(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_LONGEST_PERSON = 500
#: Smaller feeds are fast to parse whatever their entries.
_CUT_ABOVE = 128 << 10
#: An ampersand that begins no reference: not XML, but frequent in feeds.
_BARE_AMPERSAND = re.compile(rb"&(?=[\s<&])")


def sanitize_feed(body: bytes) -> bytes:
    """The feed as bytes that are safe for both parsers.

    Raises:
        SourceUnreadable: It declares entities of its own.
    """
    body = _BARE_AMPERSAND.sub(b"&amp;", sanitize_xml(body))
    return cut_entries(body) if len(body) > _CUT_ABOVE else body


def drop_long_names(body: bytes) -> bytes:
    """The feed without overlong names, for which feedparser takes quadratic time."""
    kept: list[bytes] = []
    at = 0
    for found in _PERSON.finditer(body):
        if found.start() < at:
            continue
        end = body.find(b"</" + found[1], found.end())
        end = len(body) if end < 0 else end
        if end - found.end() > _LONGEST_PERSON:
            kept.append(body[at : found.end()])
            at = end
    return b"".join([*kept, body[at:]])


def cut_entries(body: bytes) -> bytes:
    """The feed cut off after its 500th entry, with its elements closed."""
    if max(map(body.count, _ENTRIES)) <= MAX_ENTRIES:
        return body
    for number, found in enumerate(_ENTRY.finditer(body)):
        if number == MAX_ENTRIES:
            return body[: found.start()] + _closing(body)
    return body


def _closing(body: bytes) -> bytes:
    root = _ROOT.search(body)
    if root is None:
        return b""
    inner = b"</channel>" if root[1].lower().endswith(b"rss") else b""
    return inner + b"</" + root[1] + b">"


_ATOM_ENTRY = re.compile(rb"<entry>")
_ATOM_SUMMARY = re.compile(rb"<summary")
#: Two patterns, because an alternation takes twenty times as long.
_OTHER_ATOM_ENTRIES = (re.compile(rb"<entry(?!>)"), re.compile(rb":entry"))
#: Bytes with the first entries, which are typical of the others.
_FIRST_ENTRIES = 16 << 10
_UTF_8 = {"content-type": "application/xml; charset=utf-8"}
#: feedparser takes about a second for this much; larger feeds do without it.
_LARGEST_FOR_FEEDPARSER = 1 << 20


def parse_xml_feed(body: bytes) -> RawFeed | None:
    """The feed as parsed by fastfeedparser, else by feedparser, or None."""
    fast = _parse_atom_or_rss(body)
    if fast is not None and fast.entries and all(map(_complete, fast.entries)):
        return fast
    cut = cut_entries(body)
    careful = (
        _parse_with_feedparser(cut) if len(cut) <= _LARGEST_FOR_FEEDPARSER else None
    )
    if careful is None or (fast and len(fast.entries) > len(careful.entries)):
        return fast
    return careful


def _complete(entry: FeedEntry) -> bool:
    return bool(entry.title and entry.link)


def _parse_atom_or_rss(body: bytes) -> RawFeed | None:
    summarised, several = _add_summaries(body)
    found = _parse_with_fastfeedparser(summarised) if several else None
    if found is None or len(found.entries) != several:
        return _parse_with_fastfeedparser(
            body
        )  # something else was counted as an entry
    return (
        found
        if all(entry.content for entry in found.entries)
        else _parse_with_fastfeedparser(body)
    )


def _add_summaries(body: bytes) -> tuple[bytes, int]:
    """Add empty summaries to an Atom feed without any; the feed and their number.

    Without them fastfeedparser derives a summary from each content, which takes as long
    as everything else and is not used. The number is 0 where entries have a prefix or
    attributes, because it could then include quoted markup.
    """
    if not _ATOM_ENTRY.search(body, 0, _FIRST_ENTRIES) or _ATOM_SUMMARY.search(
        body, 0, _FIRST_ENTRIES
    ):
        return body, 0
    if any(other.search(body) for other in _OTHER_ATOM_ENTRIES):
        return body, 0
    return _ATOM_ENTRY.subn(b"<entry><summary> </summary>", body)


def _parse_with_fastfeedparser(body: bytes) -> RawFeed | None:
    import fastfeedparser

    try:
        parsed = fastfeedparser.parse(
            body, include_tags=False, include_media=False, include_enclosures=False
        )
        return _raw_feed(parsed["feed"], parsed["entries"])
    except Exception:  # hostile feeds may raise anything
        return None


def _parse_with_feedparser(body: bytes) -> RawFeed | None:
    import feedparser

    try:
        parsed = feedparser.parse(
            BytesIO(drop_long_names(recode_as_utf8(body))),
            response_headers=_UTF_8,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # as above
        return None
    if not parsed.get("version") and not parsed.entries:
        return None
    return _raw_feed(parsed.feed, parsed.entries)


def _raw_feed(
    about: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]
) -> RawFeed:
    several = list(entries)[:MAX_ENTRIES]
    return RawFeed(
        title=_text(about.get("title")),
        link=_text(about.get("link")),
        lang=_text(about.get("language")),
        entries=tuple(map(_xml_entry, several)),
    )


def _xml_entry(found: Mapping[str, Any]) -> FeedEntry:
    body, kind = _longest_content(found.get("content"))
    guid, link = found.get("id") or "", found.get("link") or ""
    return FeedEntry(
        # Both libraries may repeat the link in place of a missing guid.
        guid="" if guid == link else guid,
        link=link,
        title=found.get("title") or "",
        body=body or found.get("description") or found.get("summary") or "",
        content=bool(body),
        plain=kind == "text/plain",
        author=found.get("author") or "",
        published=found.get("published") or found.get("updated") or "",
    )


def _longest_content(found: Any) -> tuple[str, str]:
    """The longest of an entry's contents, and its kind."""
    best, kind = "", ""
    for part in found or ():
        value = part.get("value") or ""
        if len(value) > len(best):
            best, kind = value, part.get("type") or ""
    return best, kind


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def looks_like_json(body: bytes) -> bool:
    """Whether the bytes can only be JSON, not XML."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def parse_json_feed(body: bytes) -> RawFeed:
    """The feed in JSON.

    Raises:
        SourceUnreadable: It is no JSON, or has no items.
    """
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        raise SourceUnreadable("source.bad_json_feed") from None
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise SourceUnreadable("source.json_without_items")
    several = [item for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return RawFeed(
        title=_json_text(data, "title"),
        link=_json_text(data, "home_page_url"),
        lang=_json_text(data, "language"),
        entries=tuple(map(_json_entry, several)),
    )


def _json_entry(item: dict[str, Any]) -> FeedEntry:
    html, plain = _json_text(item, "content_html"), _json_text(item, "content_text")
    return FeedEntry(
        guid=_json_id(item.get("id")),
        link=_json_text(item, "url") or _json_text(item, "external_url"),
        title=_json_text(item, "title"),
        body=html or plain or _json_text(item, "summary"),
        content=bool(html or plain),
        plain=not html,
        author=_json_author(item),
        published=_json_text(item, "date_published")
        or _json_text(item, "date_modified"),
        lang=_json_text(item, "language"),
    )


def _json_author(item: dict[str, Any]) -> str:
    several = item.get("authors")
    listed = several if isinstance(several, list) else [item.get("author")]
    named = [
        _json_text(author, "name") for author in listed[:5] if isinstance(author, dict)
    ]
    return ", ".join(filter(None, named))


def _json_id(value: object) -> str:
    """An id, which some feeds write as a number."""
    if isinstance(value, int) and value.bit_length() < 128:
        return str(value)
    return value if isinstance(value, str) else ""


def _json_text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
