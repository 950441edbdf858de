"""Makes a feed's bytes fit for both parsers; it reads no entry.

Every expression is linear: it looks for a tag and for the next one.
"""

import re

from digests.sources.xml_bytes import harmless

MOST_ENTRIES = 500

_ENTRY = re.compile(rb"<(?:[A-Za-z][\w-]*:)?(?:item|entry)[\s>]")
_ENTRIES = (b"item", b"entry")
_ROOT = re.compile(rb"<((?:[A-Za-z][\w-]*:)?(?:rss|rdf|feed))[\s>]", re.IGNORECASE)
_PERSON = re.compile(
    rb"<((?:[A-Za-z][\w-]*:)?(?:author|creator|managingEditor|webMaster|publisher|"
    rb"contributor|owner|name|email))(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_LONGEST_PERSON = 500
#: Smaller feeds hold no more entries than the faster parser reads in a moment.
_LARGE = 128 << 10
#: An ampersand that begins no reference; XML has none, feeds do.
_BARE = re.compile(rb"&(?=[\s<&])")


def prepared(body: bytes) -> bytes:
    """The feed as bytes that both parsers may be given.

    Raises:
        Unreadable: It declares entities of its own.
    """
    body = _BARE.sub(b"&amp;", harmless(body))
    return first_entries(body) if len(body) > _LARGE else body


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


def first_entries(body: bytes) -> bytes:
    """The feed cut after its 500th entry, and closed."""
    if max(map(body.count, _ENTRIES)) <= MOST_ENTRIES:
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
