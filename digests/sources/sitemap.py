"""Parse news sitemaps: headlines with addresses and dates.

The format is that of sitemaps.org with Google's news extension. A sitemap without news
elements, or an index of sitemaps, has no headlines. Untrusted input: runs in the
sandbox.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.language.normalization import revision_hash
from digests.language.words import parse_language_tag, word_set
from digests.sources.feed_entries import canonicalize_address
from digests.sources.untrusted import (
    ParsedSource,
    clean_line,
    parse_published,
    parse_xml,
    sanitize_xml,
)
from digests.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_ENTRIES = 500
_FIELDS = word_set("loc title publication_date name language")


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
    if _local_name(root) != "urlset":
        raise SourceUnreadable("source.not_news_sitemap")
    listed = [found for found in root if _local_name(found) == "url"]
    made = (_article(_fields(found), url, now) for found in listed[:_MAX_ENTRIES])
    articles = tuple({found.id: found for found in made if found is not None}.values())
    if not articles:
        raise SourceUnreadable("source.empty_sitemap")
    return ParsedSource(title=articles[0].source, articles=articles)


def load_libraries() -> None:
    """Import the libraries of this module before the sandbox measures."""
    import lxml.etree  # noqa: F401


def _fields(place: "_Element") -> dict[str, str]:
    fields: dict[str, str] = {}
    for element in place.iter():
        if (name := _local_name(element)) in _FIELDS:
            fields.setdefault(name, clean_line(element.text or ""))
    return fields


def _article(fields: dict[str, str], url: str, now: datetime) -> Article | None:
    address = validate_web_address(fields.get("loc"))
    title = fields.get("title", "")[:500]
    if not address or not title:
        return None
    return Article(
        id=canonicalize_address(address),
        text="",
        title=title,
        source=fields.get("name", "")[:200] or urlsplit(url).hostname or "",
        url=address,
        published=parse_published(fields.get("publication_date", ""), now),
        lang=parse_language_tag(fields.get("language", "")),
        revision=revision_hash(title, ""),
        excerpt=True,
    )


def _local_name(element: "_Element") -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
