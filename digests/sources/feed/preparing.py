"""Makes a feed's bytes harmless for the parsers that come next; it reads no entry.

Bytes that a parser could read in another way than we do are turned into UTF-8 first.
Entities of the document's own are refused (bombs, files, other hosts), fields that
parsers take quadratic time over are clipped, and entries beyond the 500th are cut off.
Every expression is linear: it looks for a tag and for the next one.
"""

import codecs
import re

from digests.errors import Unreadable

MOST_ENTRIES = 500

_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: «<?» or a first tag in UTF-16 or UTF-32 without a mark.
_WIDE = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
#: «<?xm» in EBCDIC.
_EBCDIC = b"\x4c\x6f\xa7\x94"
#: In these every byte of an ASCII tag means itself, and nothing else makes one.
_TRANSPARENT = re.compile(
    r"(?:utf-?8|us-ascii|ascii|iso-?8859-\d+|latin-?\d+|windows-\d+|cp12\d\d|koi8-\w|"
    r"gb2312|gbk|gb18030|big5(?:-hkscs)?|euc-\w+|shift_?jis|macintosh|tis-620)\Z",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"'>]{1,40})["']""", re.IGNORECASE
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
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
    body = _narrow(body)
    if _ENTITY.search(body):
        raise Unreadable("It declares entities of its own, as no sound feed does.")
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


def _narrow(body: bytes) -> bytes:
    """The same text in bytes that mean what they look like."""
    coding = _coding(body)
    if coding is None:
        return body.lstrip()
    try:
        text = body.decode(coding, "replace")
    except (LookupError, ValueError):
        text = body.decode("utf-8", "replace")
    text = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    return text.lstrip().encode("utf-8", "replace")


def _coding(body: bytes) -> str | None:
    """Who must decode it first; None where ASCII tags are already plain to see."""
    for mark, coding in _ORDER_MARKS:
        if body.startswith(mark):
            return coding
    for start, coding in _WIDE:
        if body.startswith(start):
            return coding
    if body.startswith(_EBCDIC):
        return "cp037"
    declared = _DECLARED.match(body)
    if declared is None:
        return None
    name = declared[1].decode("ascii", "replace").strip()
    return None if _TRANSPARENT.match(name) else _known(name)


def _known(name: str) -> str:
    """The coding, unless it is none of text or says one thing and does another."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    # The bytes were found to start with «<?xml» in ASCII: no wide coding.
    wide = info.name.startswith(("utf-16", "utf-32", "cp037", "cp500", "cp1026"))
    text = getattr(info, "_is_text_encoding", True)
    return "utf-8" if wide or not text else info.name


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
