"""Parse a web page from bytes: its article and the feeds it links to.

Untrusted input: `parse_page` runs in the sandbox. The article is extracted by
`digests.extraction`.
"""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin

from digests.errors import SourceUnreadable
from digests.extraction import (
    extract_article,
    is_directory_listing,
    validate_web_address,
)
from digests.language.markup import is_too_deep
from digests.language.words import word_set
from digests.sources.page_signs import asks_to_sign_in, reports_error
from digests.sources.untrusted import (
    FeedLink,
    ParsedSource,
    clean_line,
    decode_text,
    validate_instant,
)
from digests.types import Article

#: Imported before the sandbox measures.
LIBRARIES = ("readability", "selectolax.lexbor", "trafilatura")
_HEAD = 4 << 10
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META_CHARSET = re.compile(rf"<meta[^>]{{0,500}}?{_CHARSET.pattern}", re.IGNORECASE)


def parse_page(
    body: bytes, *, url: str, content_type: str = "", now: datetime
) -> ParsedSource:
    """The page in these bytes: its article and the feeds that it links to.

    Args:
        body: The fetched bytes, decompressed.
        url: Their address, to complete relative ones.
        content_type: From the server; its charset counts first.
        now: Aware. The article is not dated more than a day later.

    Raises:
        UnreadableInput: It is a picture, an archive or the like.
        SourceUnreadable: It has neither an article nor feeds.
    """
    html = decode_page(body, content_type)
    article = extract_article(html, url=url)
    article = replace(article, published=validate_instant(article.published, now))
    feeds = find_feed_links(html, url=url)
    if _is_notice(article):
        article = replace(article, text="")
    if not article.text and not feeds:
        listing = is_directory_listing(html)
        code = "source.directory_listing" if listing else "source.nothing_there"
        raise SourceUnreadable(code)
    return ParsedSource(
        title=article.title or "",
        articles=(article,) if article.text else (),
        feeds=feeds,
    )


#: Characters of the longest notice in an article's place, and of a page of nothing.
_LONGEST_NOTICE, _SHORTEST = 600, 40
#: A domain that is for sale, or an application that needs a browser.
_NO_ARTICLE = re.compile(
    r"\b(?:domain|website)\b.{0,60}\b(?:for\ssale|zum\sVerkauf|zu\sverkaufen)\b"
    r"|\bbuy\sthis\sdomain\b|\benable\sJavaScript\b|\bJavaScript\s(?:is\srequired|"
    r"(?:zu\s)?aktivieren)\b|\baktivieren\sSie\sJavaScript\b",
    re.IGNORECASE,
)


def _is_notice(article: Article) -> bool:
    """Whether it is an error, a sign-in form or the like, sent as an ordinary page."""
    title, text = article.title or "", article.text
    if len(text) > _LONGEST_NOTICE:
        return False
    found = reports_error(title) or asks_to_sign_in(title)
    empty = not title and len(text) < _SHORTEST
    return found or empty or _NO_ARTICLE.search(f"{title}. {text}") is not None


def decode_page(body: bytes, content_type: str = "") -> str:
    """Decode a page by its byte order mark, server, declaration, or by trial.

    Raises:
        UnreadableInput: The bytes are no text.
    """
    declared = _CHARSET.search(content_type) or _META_CHARSET.search(
        body[:_HEAD].decode("ascii", "replace")
    )
    return decode_text(body, declared[1] if declared else "")


#: The greatest number of feeds that a page can offer.
_MAX_FEEDS = 20
_MAX_LINKS = 5_000
_FEED_TYPES = word_set("""
    application/rss+xml application/atom+xml application/rdf+xml application/feed+json
    application/json
""")
#: Ends of feed addresses, for pages that only link to them.
_FEED_ENDINGS = ("/feed", "/rss", "/atom", ".rss", ".atom", "/feed.xml", "/rss.xml",
            "/atom.xml", "/index.xml", "/feed.json")  # fmt: skip


def find_feed_links(html: str, *, url: str) -> tuple[FeedLink, ...]:
    """The feeds, declared ones first, each once; at most 20.

    Args:
        html: The page, decoded.
        url: Its address, to complete relative ones.
    """
    from selectolax.lexbor import LexborHTMLParser

    if is_too_deep(html):
        return ()
    try:
        parsed = LexborHTMLParser(html)
        declared = parsed.css('link[rel~="alternate"][href][type]')
        linked = parsed.css("a[href]")
    except Exception:  # hostile pages may raise anything
        return ()
    found: dict[str, FeedLink] = {}
    for node in declared[:_MAX_LINKS]:
        written = node.attributes
        if (written["type"] or "").split(";")[0].strip().lower() in _FEED_TYPES:
            _add_link(found, written["href"], written.get("title"), url)
    for node in linked[:_MAX_LINKS]:
        href = (node.attributes["href"] or "").strip()
        if href.partition("?")[0].rstrip("/").lower().endswith(_FEED_ENDINGS):
            _add_link(found, href, node.text(), url)
    return tuple(found.values())


def _add_link(
    found: dict[str, FeedLink], href: str | None, title: str | None, url: str
) -> None:
    try:
        address = validate_web_address(urljoin(url, (href or "").strip()))
    except ValueError:
        return
    if address and len(found) < _MAX_FEEDS:
        named = FeedLink(address=address, title=clean_line(title or "")[:200])
        found.setdefault(address, named)
