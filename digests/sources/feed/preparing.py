"""Makes a feed's bytes fit for both parsers; it reads no entry.

Fields that parsers take quadratic time over are clipped, and entries beyond the 500th
are cut off. Every expression is linear: it looks for a tag and for the next one.
"""

import re

from digests.sources.xml_bytes import harmless

MOST_ENTRIES = 500

_ENTRY = re.compile(rb"<(?:[A-Za-z][\w-]*:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:[A-Za-z][\w-]*:)?(?:rss|rdf|feed))[\s>]", re.IGNORECASE)
_PERSON = re.compile(
    rb"<((?:[A-Za-z][\w-]*:)?(?:author|creator|managingEditor|webMaster|publisher|"
    rb"contributor|owner|name|email))(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_LONGEST_PERSON = 500
_DATE = re.compile(
    rb"(<(?:[A-Za-z][\w-]*:)?(?:pubDate|date|published|updated|modified|issued|created|"
    rb"lastBuildDate|expirationDate)(?:\s[^<>]*)?>)(?:<!\[CDATA\[)?[^<>]{49,}(?:\]\]>)?",
    re.IGNORECASE,
)
#: An ampersand that begins no reference; XML has none, feeds do.
_BARE = re.compile(rb"&(?=[\s<&])")


def prepared(body: bytes) -> bytes:
    """The feed as bytes that both parsers may be given.

    Raises:
        Unreadable: It declares entities of its own.
    """
    body = harmless(body)
    if b"& " in body:
        body = _BARE.sub(b"&amp;", body)
    body = _DATE.sub(rb"\1", body)
    return _first_entries(body)


def without_long_names(body: bytes) -> bytes:
    """The feed less names longer than any: feedparser is quadratic there."""
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


def _first_entries(body: bytes) -> bytes:
    if body.count(b"<") <= MOST_ENTRIES:
        return body
    for number, found in enumerate(_ENTRY.finditer(body)):
        if number == MOST_ENTRIES:
            return body[: found.start()] + _closing(body)
    return body


def _closing(body: bytes) -> bytes:
    root = _ROOT.search(body)
    if root is None:
        return b""
    inner = b"</channel>" if root[1].lower().endswith(b"rss") else b""
    return inner + b"</" + root[1] + b">"
