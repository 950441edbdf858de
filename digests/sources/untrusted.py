"""Sanitize what feeds and pages contain: XML, single-line texts, tags, dates.

Bytes that a parser could read in another way than we do are turned into UTF-8 first;
then what declares entities of its own is refused: bombs, files, other hosts.
"""

import codecs
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

from digests.errors import SourceUnreadable
from digests.language.dates import parse_instant
from digests.language.markup import html_to_text
from digests.language.normalization import clean_text, detect_order_mark, to_one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

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


def sanitize_xml(body: bytes) -> bytes:
    """The document in UTF-8 or bytes that ASCII tags can be read from.

    Raises:
        Unreadable: It declares entities of its own.
    """
    body = _recode_if_wide(body)
    if _ENTITY.search(body):
        raise SourceUnreadable(
            "It declares entities of its own, as no sound list does."
        )
    return body


def recode_as_utf8(body: bytes) -> bytes:
    """A harmless document in UTF-8: by its own word, or by what it can be.

    Parsers that guess for themselves can take minutes over it.
    """
    declared = _DECLARED.match(body)
    named = declared[1].decode("ascii", "replace") if declared else "utf-8"
    for coding in (named, "utf-8"):
        try:
            text = body.decode(coding)
            break
        except (LookupError, ValueError):
            continue
    else:
        text = body.decode("cp1252", "replace")
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def parse_xml(body: bytes) -> "_Element":
    """The root of a harmless document, read as far as it can be.

    Raises:
        Unreadable: It is no XML, or nested deeper than any.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise SourceUnreadable("It is not XML that can be read.")
    return root


def _recode_if_wide(body: bytes) -> bytes:
    """The same text in bytes that mean what they look like."""
    coding = _detect_encoding(body)
    if coding is None:
        return body.lstrip()
    try:
        text = body.decode(coding, "replace")
    except (LookupError, ValueError):
        text = body.decode("utf-8", "replace")
    text = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    return text.lstrip().encode("utf-8", "replace")


def _detect_encoding(body: bytes) -> str | None:
    """Who must decode it first; None where ASCII tags are already plain to see."""
    if marked := detect_order_mark(body):
        return marked
    for start, coding in _WIDE:
        if body.startswith(start):
            return coding
    if body.startswith(_EBCDIC):
        return "cp037"
    declared = _DECLARED.match(body)
    if declared is None:
        return None
    name = declared[1].decode("ascii", "replace").strip()
    return None if _TRANSPARENT.match(name) else _safe_encoding(name)


def _safe_encoding(name: str) -> str:
    """The coding, unless it is none of text or says one thing and does another."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    # The bytes were found to start with «<?xml» in ASCII: no wide coding.
    wide = info.name.startswith(("utf-16", "utf-32", "cp037", "cp500", "cp1026"))
    text = getattr(info, "_is_text_encoding", True)
    return "utf-8" if wide or not text else info.name


_TAG = re.compile(r"<[A-Za-z/!]")
_REFERENCE = re.compile(r"&[#A-Za-z]")
#: More is not looked at for one line.
_LONGEST_LINE = 20_000


def clean_line(written: str) -> str:
    """Words of a title or name: markup and references resolved, one line."""
    written = written[:_LONGEST_LINE]
    if "<" in written and _TAG.search(written):
        written = html_to_text(written)
    elif "&" in written and _REFERENCE.search(written):
        written = unescape(written)
    # Printable: no blank but the plain one, nothing that the stored form lacks.
    if written.isprintable() and "  " not in written:
        return written.strip()
    return to_one_line(clean_text(written))


_MAX_AHEAD = timedelta(hours=24)
#: Before the first feeds nothing was published in one; such dates are defaults.
_FIRST_YEAR = 1990


def parse_published(written: str, now: datetime) -> datetime | None:
    """The moment in UTC; None when nothing or nonsense is written."""
    return validate_instant(parse_instant(written), now) if written else None


def validate_instant(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment where it can be one; what is over a day ahead was published now."""
    if moment is None or moment.year < _FIRST_YEAR:
        return None
    return now.astimezone(UTC) if moment > now + _MAX_AHEAD else moment
