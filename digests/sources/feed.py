"""Parse RSS, Atom, RDF and JSON feeds, and news sitemaps, from bytes.

Untrusted input: `parse_feed` and `parse_sitemap` run in the sandbox. fastfeedparser is
tried first, because it is many times faster; feedparser is more tolerant. feedparser
treats a string as a path or an address, so it only gets bytes. Markup is removed for
both in `feed_entries`. All expressions take linear time.

News sitemaps are those of sitemaps.org with Google's news extension. A sitemap without
news elements, or an index of sitemaps, has no headlines.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.language.normalization import parse_whole_number, revision_hash
from digests.language.words import parse_language_tag
from digests.sources.feed_entries import (
    EntryImage,
    FeedEntry,
    RawFeed,
    build_source,
    canonicalize_address,
)
from digests.sources.untrusted import (
    ParsedSource,
    clean_line,
    parse_published,
    parse_xml,
    recode_as_utf8,
    sanitize_xml,
)
from digests.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Imported before the sandbox measures.
LIBRARIES = ("fastfeedparser", "feedparser", "lxml.etree", "selectolax.lexbor")

MAX_ENTRIES = 500

_LANGUAGE_HEAD = 8 << 10
_LANGUAGE = re.compile(
    rb"<(?:dc:)?language>\s*([A-Za-z][\w-]{1,19})\s*</|<(?:feed|rss)\s[^>]{0,2000}?"
    rb"""xml:lang\s*=\s*["']([A-Za-z][\w-]{1,19})["']""",
    re.IGNORECASE,
)


def parse_feed(body: bytes, *, url: str, now: datetime) -> ParsedSource:
    """The feed in these bytes; of one id the first entry counts.

    Args:
        body: The fetched bytes, decompressed; never a string, which a parser could take
            for a path or an address.
        url: Their address, to complete relative ones.
        now: Aware. No article is dated more than a day later.

    Raises:
        SourceUnreadable: It is no feed, or a malicious one.
    """
    return build_source(parse_entries(body), url=url, now=now)


def parse_entries(body: bytes) -> RawFeed:
    """The feed as its library parses it, at most 500 entries.

    Raises:
        SourceUnreadable: It is no feed, or a malicious one.
    """
    # No XML begins with a brace.
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return parse_json_feed(body)
    body = _BARE_AMPERSAND.sub(b"&amp;", sanitize_xml(body))
    if len(body) > _CUT_ABOVE:
        body = cut_entries(body)
    feed = parse_xml_feed(body)
    if feed is None:
        raise SourceUnreadable("source.no_feed")
    if not feed.lang and (found := _LANGUAGE.search(body[:_LANGUAGE_HEAD])):
        feed = feed._replace(lang=(found[1] or found[2]).decode("ascii"))
    return feed


_ENTRY = re.compile(rb"<(?:[A-Za-z][\w-]*:)?(?:item|entry)[\s/>]")
_ENTRIES = (b"item", b"entry")
_ROOT = re.compile(rb"<((?:[A-Za-z][\w-]*:)?(?:rss|rdf|feed))[\s>]", re.IGNORECASE)
_TITLE_WITH_MARKUP = re.compile(
    rb"""<(?:[\w-]+:)?title\s[^<>]*\btype\s*=\s*+["']?+(?!text["'\s>]|text/plain)"""
)
_PERSON = re.compile(
    rb"<((?:[A-Za-z][\w-]*:)?(?:author|creator|managingEditor|webMaster|publisher|"
    rb"contributor|owner|name|email))(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_LONGEST_PERSON = 500
#: fastfeedparser is fast on smaller feeds, whatever their entries.
_CUT_ABOVE = 128 << 10
#: An ampersand that begins no reference: not XML, but frequent in feeds.
_BARE_AMPERSAND = re.compile(rb"&(?=[\s<&])")


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


_UTF_8 = {"content-type": "application/xml; charset=utf-8"}
#: feedparser takes about a second for this much; larger feeds do without it.
_LARGEST_FOR_FEEDPARSER = 1 << 20


def parse_xml_feed(body: bytes) -> RawFeed | None:
    """The feed as parsed by fastfeedparser, else by feedparser, or None."""
    fast = _parse_with_fastfeedparser(body)
    whole = fast is not None and fast.entries and all(map(_complete, fast.entries))
    if whole and not _lacks_content(body):
        return fast
    careful = (
        _parse_with_feedparser(body) if len(body) <= _LARGEST_FOR_FEEDPARSER else None
    )
    if careful is None or (fast and len(fast.entries) > len(careful.entries)):
        return fast
    return careful


def _lacks_content(body: bytes) -> bool:
    """Whether fastfeedparser misses the contents: it does in RSS 1.0."""
    root = _ROOT.search(body)
    return b":encoded" in body and root is not None and root[1].lower().endswith(b"rdf")


def _complete(entry: FeedEntry) -> bool:
    return bool(entry.title and entry.link)


def _parse_with_fastfeedparser(body: bytes) -> RawFeed | None:
    import fastfeedparser

    try:
        parsed = fastfeedparser.parse(body, include_tags=False)
        return _raw_feed(body, parsed["feed"], parsed["entries"])
    except Exception:  # hostile feeds may raise anything
        return None


def _parse_with_feedparser(body: bytes) -> RawFeed | None:
    import feedparser

    try:
        parsed = feedparser.parse(
            BytesIO(drop_long_names(recode_as_utf8(cut_entries(body)))),
            response_headers=_UTF_8,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # as above
        return None
    if not parsed.get("version") and not parsed.entries:
        return None
    return _raw_feed(body, parsed.feed, parsed.entries)


def _raw_feed(
    body: bytes, about: Mapping[str, Any], found: Iterable[Mapping[str, Any]]
) -> RawFeed:
    entries = tuple(map(_xml_entry, list(found)[:MAX_ENTRIES]))
    return RawFeed(
        title=_text(about, "title"),
        lang=_text(about, "language"),
        entries=entries,
        plain_titles=any("<" in entry.title for entry in entries)
        and _declares_plain_titles(body),
    )


def _declares_plain_titles(body: bytes) -> bool:
    """Whether titles hold no markup: that is so in Atom, unless it says otherwise.

    Looked up only where it matters, because neither library reports it for each title.
    """
    root = _ROOT.search(body)
    is_atom = root is not None and root[1].lower().endswith(b"feed")
    return is_atom and not _TITLE_WITH_MARKUP.search(body)


def _xml_entry(found: Mapping[str, Any]) -> FeedEntry:
    body, kind = _longest_content(found.get("content"))
    described = found.get("description") or found.get("summary") or ""
    guid, link = found.get("id") or "", found.get("link") or ""
    return FeedEntry(
        # Both libraries may repeat the link in place of a missing guid.
        guid="" if guid == link else guid,
        link=link,
        title=found.get("title") or "",
        body=body or described,
        content=bool(body) and described.strip() != body.strip(),
        summary=described if body and _is_summary(described, body) else "",
        plain=kind in ("text", "text/plain"),
        author=found.get("author") or "",
        published=found.get("published") or found.get("updated") or "",
        images=tuple(_find_images(found)),
    )


#: Images of an entry that are considered, and the width that one can have.
_MAX_IMAGES, _MOST_PIXELS = 10, 99_999
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp)\Z", re.IGNORECASE)


def _find_images(found: Mapping[str, Any]) -> Iterator[EntryImage]:
    """The images of an entry: of Media RSS, its thumbnails, its enclosures."""
    media = islice(found.get("media_content") or (), _MAX_IMAGES)
    thumbnails = islice(found.get("media_thumbnail") or (), _MAX_IMAGES)
    yield from map(_read_media, filter(_is_image, media))
    yield from map(_read_media, thumbnails)
    links = [*(found.get("enclosures") or ()), *(found.get("links") or ())]
    for link in links[:_MAX_IMAGES]:
        kind = link.get("type") or ""
        if link.get("rel") in (None, "enclosure") and kind.startswith("image/"):
            address = link.get("href") or link.get("url") or ""
            yield EntryImage(address, link.get("title") or "")


def _is_image(media: Mapping[str, Any]) -> bool:
    """Whether a file of Media RSS is an image, or a video or sound."""
    kind = media.get("medium") or (media.get("type") or "").partition("/")[0]
    if kind:
        return bool(kind == "image")
    address = (media.get("url") or "").partition("?")[0]
    return _IMAGE_FILE.search(address) is not None


def _read_media(media: Mapping[str, Any]) -> EntryImage:
    width = parse_whole_number(str(media.get("width") or ""), _MOST_PIXELS)
    return EntryImage(
        media.get("url") or "",
        media.get("description") or "",
        width or 0,
    )


#: Lengths of what fastfeedparser takes from the content for a missing description.
_MADE_DESCRIPTION = range(508, 513)


def _is_summary(described: str, body: str) -> bool:
    """Whether a feed has a description beside the content.

    Both libraries make one where it lacks, and fastfeedparser a content too.
    """
    return len(described) not in _MADE_DESCRIPTION and described.strip() != body.strip()


def _longest_content(found: Any) -> tuple[str, str]:
    """The longest of an entry's contents, and its kind."""
    best, kind = "", ""
    for part in found or ():
        value = part.get("value") or ""
        if len(value) > len(best):
            best, kind = value, part.get("type") or ""
    return best, kind


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


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
        title=_text(data, "title"),
        lang=_text(data, "language"),
        entries=tuple(map(_json_entry, several)),
        plain_titles=True,
    )


def _json_entry(item: dict[str, Any]) -> FeedEntry:
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    return FeedEntry(
        guid=_json_id(item.get("id")),
        link=_text(item, "url") or _text(item, "external_url"),
        title=_text(item, "title"),
        body=html or plain or _text(item, "summary"),
        content=bool(html or plain),
        summary=_text(item, "summary") if html or plain else "",
        plain=not html,
        author=_json_author(item),
        published=_text(item, "date_published") or _text(item, "date_modified"),
        lang=_text(item, "language"),
        images=tuple(_find_json_images(item)),
    )


def _find_json_images(item: dict[str, Any]) -> Iterator[EntryImage]:
    """The images of a JSON entry: the main one, its banner, its attachments."""
    for name in ("image", "banner_image"):
        if address := _text(item, name):
            yield EntryImage(address)
    listed = item.get("attachments")
    for file in listed[:_MAX_IMAGES] if isinstance(listed, list) else ():
        if isinstance(file, dict) and _text(file, "mime_type").startswith("image/"):
            yield EntryImage(_text(file, "url"), _text(file, "title"))


def _json_author(item: dict[str, Any]) -> str:
    several = item.get("authors")
    listed = several if isinstance(several, list) else [item.get("author")]
    named = [_text(author, "name") for author in listed[:5] if isinstance(author, dict)]
    return ", ".join(filter(None, named))


def _json_id(value: object) -> str:
    """An id, which some feeds write as a number."""
    if isinstance(value, int) and value.bit_length() < 128:
        return str(value)
    return value if isinstance(value, str) else ""


_MAX_ENTRIES = 500


def parse_sitemap(body: bytes, *, url: str, now: datetime) -> ParsedSource:
    """The articles of a sitemap, without their texts.

    Args:
        body: The fetched bytes, decompressed.
        url: Their address; its host is the outlet where none is named.
        now: Aware.

    Raises:
        SourceUnreadable: It is no news sitemap.
    """
    root = parse_xml(sanitize_xml(body))
    if not root.tag.endswith("urlset"):
        raise SourceUnreadable("source.not_news_sitemap")
    listed = islice(root.iterchildren("{*}url"), _MAX_ENTRIES)
    made = (_build_article(place, url, now) for place in listed)
    articles = tuple({found.id: found for found in made if found is not None}.values())
    if not articles:
        raise SourceUnreadable("source.empty_sitemap")
    return ParsedSource(title=articles[0].source, articles=articles)


def _build_article(place: "_Element", url: str, now: datetime) -> Article | None:
    def read(name: str) -> str:
        return clean_line(place.findtext(f".//{{*}}{name}") or "")

    address, title = validate_web_address(read("loc")), read("title")[:500]
    if not address or not title:
        return None
    return Article(
        id=canonicalize_address(address),
        text="",
        title=title,
        source=read("name")[:200] or urlsplit(url).hostname or "",
        url=address,
        published=parse_published(read("publication_date"), now),
        lang=parse_language_tag(read("language")),
        revision=revision_hash(title, ""),
        excerpt=True,
    )
