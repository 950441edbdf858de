"""Sanitize what strangers send: XML, single-line texts, tags, dates, TOML.

Bytes that a parser could decode differently are recoded as UTF-8 first; then documents
with entities of their own are refused (bombs, files, other hosts).
"""

import codecs
import re
import tomllib
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

from digests.errors import SourceUnreadable
from digests.language.dates import parse_instant
from digests.language.markup import html_to_text
from digests.language.normalization import clean_text, to_one_line
from digests.sources.decoding import detect_order_mark

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
#: Encodings in which ASCII tags, and nothing else, have the bytes of ASCII.
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
    """The document in UTF-8 or another encoding with ASCII tags.

    Raises:
        SourceUnreadable: It declares entities of its own.
    """
    body = _recode_if_wide(body)
    if _ENTITY.search(body):
        raise SourceUnreadable("source.entities")
    return body


def recode_as_utf8(body: bytes) -> bytes:
    """A sanitized document in UTF-8, decoded by its declaration or by trial.

    Parsers that detect encodings themselves can take minutes.
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
    """The root of a sanitized document, parsed as far as possible.

    Raises:
        SourceUnreadable: It is no XML, or nested too deep.
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
        raise SourceUnreadable("source.not_xml")
    return root


def _recode_if_wide(body: bytes) -> bytes:
    """The document recoded as UTF-8 if its encoding has no ASCII tags."""
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
    """The encoding to decode first; None where tags are in ASCII already."""
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
    """The encoding, or UTF-8 if it is unknown, no text, or contradicts the bytes."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    # The bytes start with «<?xml» in ASCII: not a wide encoding.
    wide = info.name.startswith(("utf-16", "utf-32", "cp037", "cp500", "cp1026"))
    text = getattr(info, "_is_text_encoding", True)
    return "utf-8" if wide or not text else info.name


_TAG = re.compile(r"<[A-Za-z/!]")
_REFERENCE = re.compile(r"&[#A-Za-z]")
#: Characters that are read for one line.
_LONGEST_LINE = 20_000


def clean_line(written: str) -> str:
    """A title or name on one line, without markup and references."""
    written = written[:_LONGEST_LINE]
    if "<" in written and _TAG.search(written):
        written = html_to_text(written)
    elif "&" in written and _REFERENCE.search(written):
        written = unescape(written)
    # Printable: only plain spaces, and already in the stored form.
    if written.isprintable() and "  " not in written:
        return written.strip()
    return to_one_line(clean_text(written))


_MAX_AHEAD = timedelta(hours=24)
#: Earlier dates are default values: there were no feeds yet.
_FIRST_YEAR = 1990


def parse_published(written: str, now: datetime) -> datetime | None:
    """The instant in UTC, or None if nothing valid is written."""
    return validate_instant(parse_instant(written), now) if written else None


def validate_instant(moment: datetime | None, now: datetime) -> datetime | None:
    """A possible instant; one more than a day ahead is replaced by `now`."""
    if moment is None or moment.year < _FIRST_YEAR:
        return None
    return now.astimezone(UTC) if moment > now + _MAX_AHEAD else moment


# ── configuration files ────────────────────────────────────────────────────────

#: More than any configuration file has: parts of one dotted key, brackets inside each
#: other. `tomllib` takes quadratic time for the first and recurses for the second.
_MOST_KEY_PARTS, _MOST_BRACKETS = 8, 16
#: A string or comment; one that is not closed ends with the line or the text, so that
#: no character is read twice.
_TOML_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|"(?:[^"\\\n]|\\.)*+["\n\\]?'
    r"|'''.*?(?:'''|\Z)|'[^'\n]*+'?|#[^\n]*",
    re.DOTALL,
)
_TOML_STRUCTURE = re.compile(r"[\[\]{}.=,\n]")


def parse_toml(text: str, most_values: int | None = None) -> dict[str, Any]:
    """The values of a configuration file, in time that grows with its length only.

    Raises:
        SourceUnreadable: It is not TOML, nested deeper than such files are, or sets
            more than `most_values` (None = any number).
    """
    structure = _TOML_STRING.sub('""', text)
    if _is_too_deep(structure):
        raise SourceUnreadable("file.too_deep")
    if most_values is not None and structure.count("=") > most_values:
        raise SourceUnreadable("file.too_many_values", most=most_values)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceUnreadable("file.not_toml", error=error) from None
    except ValueError:
        # The interpreter converts no integer of thousands of digits.
        raise SourceUnreadable("file.long_number") from None


def _is_too_deep(structure: str) -> bool:
    """Whether keys or brackets exceed their limits, in a text without strings."""
    parts = brackets = 0
    for found in _TOML_STRUCTURE.finditer(structure):
        match found[0]:
            case ".":
                parts += 1
            case "[" | "{":
                brackets, parts = brackets + 1, 0
            case "]" | "}":
                brackets, parts = max(0, brackets - 1), 0
            case _:
                parts = 0
        if parts >= _MOST_KEY_PARTS or brackets > _MOST_BRACKETS:
            return True
    return False
