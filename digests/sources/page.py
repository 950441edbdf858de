"""Parse a web page from bytes: its article and the feeds it links to.

Untrusted input: `parse_page` runs in the sandbox. The article is extracted by
`digests.extraction`.
"""

import codecs
import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from digests.errors import SourceUnreadable, UnreadableInput
from digests.extraction import extract_article, validate_web_address
from digests.language.markup import is_too_deep
from digests.language.words import word_set
from digests.sources.decoding import decode_text, detect_order_mark
from digests.sources.untrusted import clean_line, validate_instant
from digests.types import Article

_HEAD = 4 << 10
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I
)
#: The encodings that browsers use for these (encoding.spec.whatwg.org).
_ENCODING_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
          "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedLink:
    """A feed that a page links to."""

    address: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedPage:
    """The article and the feeds of a page."""

    #: Its text is empty if the page has no article.
    article: Article
    feeds: tuple[FeedLink, ...]


def parse_page(
    body: bytes, *, url: str, content_type: str = "", now: datetime
) -> ParsedPage:
    """The page in these bytes.

    Args:
        body: The fetched bytes, decompressed.
        url: Their address, to complete relative ones.
        content_type: From the server; its charset counts first.
        now: Aware. The article is not dated more than a day later.

    Raises:
        SourceUnreadable: It is a picture, an archive or the like.
    """
    html = decode_page(body, content_type)
    article = extract_article(html, url=url)
    return ParsedPage(
        article=replace(article, published=validate_instant(article.published, now)),
        feeds=find_feed_links(html, url=url),
    )


def load_libraries() -> None:
    """Import the libraries of this module before the sandbox measures."""
    import readability  # noqa: F401
    import selectolax.lexbor  # noqa: F401
    import trafilatura  # noqa: F401


def decode_page(body: bytes, content_type: str = "") -> str:
    """Decode a page by its byte order mark, server, declaration, or by trial.

    Raises:
        SourceUnreadable: The bytes are no text.
    """
    try:
        plain = decode_text(body)
    except UnreadableInput as error:
        raise SourceUnreadable(error.message) from None
    if detect_order_mark(body):
        return plain
    named = _CHARSET.search(content_type)
    said = _META_CHARSET.search(body[:_HEAD])
    name = named[1] if named else said[1].decode("ascii", "replace") if said else ""
    return _decode_as(body, name) or plain


def _decode_as(body: bytes, name: str) -> str | None:
    """The text in an encoding; None if it does not exist or does not fit."""
    try:
        info = codecs.lookup(_ENCODING_MEANT.get(name.lower(), name))
        if info.name == "utf-7" or not getattr(info, "_is_text_encoding", True):
            return None
        return body.decode(info.name)
    except (LookupError, ValueError):
        return None


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
