"""Any web page as bytes → its article and the feeds it names; nothing is fetched.

For the cage: it reads strangers' bytes. The reading itself is `digests.extract`.
"""

import codecs
import re
from dataclasses import dataclass, replace
from datetime import datetime

from digests.errors import Unreadable, UnreadableInput
from digests.extract import extract
from digests.language.clean import decode
from digests.sources.dates import sound
from digests.sources.discover import FeedLink, feeds
from digests.types import Article

_HEAD = 4 << 10
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What browsers read instead of these (encoding.spec.whatwg.org).
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
          "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What stands on a page."""

    #: Its text may be empty: then the page has no article.
    article: Article
    feeds: tuple[FeedLink, ...]


def read(body: bytes, *, url: str, content_type: str = "", now: datetime) -> Page:
    """The page in these bytes.

    Args:
        body: What was fetched, unpacked.
        url: Where, to complete relative addresses.
        content_type: As the server gave it; its charset counts first.
        now: When; aware. The article is not dated more than a day later.

    Raises:
        Unreadable: It is a picture, an archive or the like.
    """
    html = decoded(body, content_type)
    article = extract(html, url=url)
    return Page(
        article=replace(article, published=sound(article.published, now)),
        feeds=feeds(html, url=url),
    )


def prepare() -> None:
    """Load what `read` needs, before the cage begins to count."""
    import readability  # noqa: F401
    import selectolax.lexbor  # noqa: F401
    import trafilatura  # noqa: F401


def decoded(body: bytes, content_type: str = "") -> str:
    """The page's characters: by its mark, its server, its own word, or by trial.

    Raises:
        Unreadable: The bytes are no text.
    """
    try:
        plain = decode(body)
    except UnreadableInput as error:
        raise Unreadable(str(error)) from None
    if body.startswith(_MARKS):
        return plain
    named = _CHARSET.search(content_type)
    said = _META.search(body[:_HEAD])
    name = named[1] if named else said[1].decode("ascii", "replace") if said else ""
    return _as(body, name) or plain


def _as(body: bytes, name: str) -> str | None:
    """The text in a coding; None where there is none or the bytes are not in it."""
    try:
        info = codecs.lookup(_MEANT.get(name.lower(), name))
        if info.name == "utf-7" or not getattr(info, "_is_text_encoding", True):
            return None
        return body.decode(info.name)
    except (LookupError, ValueError):
        return None
