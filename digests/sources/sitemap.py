"""News sitemaps: headlines with addresses and dates; nothing is fetched.

For the cage. The form is that of sitemaps.org with Google's news extension; a sitemap
without news elements, or an index of sitemaps, tells no headlines.
"""

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from digests.errors import Unreadable
from digests.extract import web_address
from digests.language.clean import revision
from digests.sources.dates import published
from digests.sources.feed.identity import canonical
from digests.sources.words import language, one_line
from digests.sources.xml_bytes import harmless, root_of
from digests.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST = 500
_FIELDS = frozenset(("loc", "title", "publication_date", "name", "language"))


def read(body: bytes, *, now: datetime) -> tuple[Article, ...]:
    """The articles that the sitemap names, in its order, without their texts.

    Args:
        body: What was fetched, unpacked.
        now: When; aware.

    Raises:
        Unreadable: It is no news sitemap.
    """
    root = root_of(harmless(body))
    if _name(root) != "urlset":
        raise Unreadable("It is no news sitemap; give the address of one.")
    listed = (found for found in root if _name(found) == "url")
    made = (_article(_fields(found), now) for found in islice(listed, _MOST))
    kept = {article.id: article for article in made if article is not None}
    if not kept:
        raise Unreadable("This sitemap names no news; give the address of a feed.")
    return tuple(kept.values())


def prepare() -> None:
    """Load what `read` needs, before the cage begins to count."""
    import lxml.etree  # noqa: F401


def _fields(place: "_Element") -> dict[str, str]:
    fields: dict[str, str] = {}
    for element in place.iter():
        if (name := _name(element)) in _FIELDS:
            fields.setdefault(name, one_line(element.text or ""))
    return fields


def _article(fields: dict[str, str], now: datetime) -> Article | None:
    address = web_address(fields.get("loc"))
    title = fields.get("title", "")[:500]
    if not address or not title:
        return None
    return Article(
        id=canonical(address),
        text="",
        title=title,
        source=fields.get("name", "")[:200],
        url=address,
        published=published(fields.get("publication_date", ""), now),
        lang=language(fields.get("language", "")),
        revision=revision(title, ""),
        excerpt=True,
    )


def _name(element: "_Element") -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
