"""Parse news sitemaps: headlines with addresses and dates.

The format is that of sitemaps.org with Google's news extension. A sitemap without news
elements, or an index of sitemaps, has no headlines. Untrusted input: runs in the
sandbox.
"""

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digests.errors import SourceUnreadable
from digests.extraction import validate_web_address
from digests.language.normalization import revision_hash
from digests.language.words import parse_language_tag
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

#: Imported before the sandbox measures.
LIBRARIES = ("lxml.etree",)
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
