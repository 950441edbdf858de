"""Which feeds a site's page names; it guesses no address and asks for none."""

from dataclasses import dataclass
from urllib.parse import urljoin

from digests.extract import web_address
from digests.markup import too_deep
from digests.sources.words import one_line

#: More feeds than this no page offers to choose from.
_MOST = 20
_MOST_LINKS = 5_000
_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
    )
)
#: How addresses of feeds end, for pages that only link to them.
_ENDINGS = ("/feed", "/rss", "/atom", ".rss", ".atom", "/feed.xml", "/rss.xml",
            "/atom.xml", "/index.xml", "/feed.json")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedLink:
    """A feed that a page names."""

    address: str
    title: str


def feeds(html: str, *, url: str) -> tuple[FeedLink, ...]:
    """The feeds, declared ones first, each once; at most 20.

    Args:
        html: The page, decoded.
        url: Where it was fetched, to complete relative addresses.
    """
    from selectolax.lexbor import LexborHTMLParser

    if too_deep(html):
        return ()
    try:
        parsed = LexborHTMLParser(html)
        declared = parsed.css('link[rel~="alternate"][href][type]')
        linked = parsed.css("a[href]")
    except Exception:  # a stranger's page breaks it in more ways than it lists
        return ()
    found: dict[str, FeedLink] = {}
    for node in declared[:_MOST_LINKS]:
        written = node.attributes
        if (written["type"] or "").split(";")[0].strip().lower() in _TYPES:
            _add(found, written["href"], written.get("title"), url)
    for node in linked[:_MOST_LINKS]:
        href = (node.attributes["href"] or "").strip()
        if href.partition("?")[0].rstrip("/").lower().endswith(_ENDINGS):
            _add(found, href, node.text(), url)
    return tuple(found.values())


def _add(
    found: dict[str, FeedLink], href: str | None, title: str | None, url: str
) -> None:
    try:
        address = web_address(urljoin(url, (href or "").strip()))
    except ValueError:
        return
    if address and len(found) < _MOST:
        named = FeedLink(address=address, title=one_line(title or "")[:200])
        found.setdefault(address, named)
