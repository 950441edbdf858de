"""Decode and sanitize what strangers send: XML, lines, tags, dates, TOML.

Bytes that a parser could decode differently are recoded as UTF-8 first; then documents
with entities of their own are refused (bombs, files, other hosts). `ParsedSource` is
what every parser of them returns.
"""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

from digests.errors import SourceUnreadable
from digests.language.dates import parse_instant
from digests.language.markup import escape_words, html_to_text
from digests.language.normalization import clean_text, to_one_line
from digests.types import Article, frozen

if TYPE_CHECKING:
    from lxml.etree import _Element
import codecs

from digests.errors import UnreadableInput

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: Byte order marks and encodings; UTF-32 before UTF-16, because the mark of UTF-16
#: begins that of UTF-32.
_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: The encodings that browsers use for these (encoding.spec.whatwg.org).
_ENCODING_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
          "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}  # fmt: skip
#: Python's names of encodings without ASCII tags, which contradict a declaration in
#: ASCII; of those in which ASCII hides tags; and of what is no encoding of documents.
_NOT_DECLARABLE = ("utf-16", "utf-32", "cp037", "cp500", "cp1026", "utf-7", "unicode",
                   "raw", "punycode", "idna", "undefined")  # fmt: skip
#: What people mistake for a text; other binary files have control characters.
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
)
#: One control character in fifty is more than any text has.
_MAX_CONTROL_SHARE = 0.02


def decode_text(raw: bytes, declared: str = "") -> str:
    """Read bytes as text: by byte order mark, as declared, as UTF-8, or Windows-1252.

    Args:
        raw: The bytes.
        declared: The name of their encoding; one that does not fit is ignored.

    Raises:
        UnreadableInput: The bytes are a picture, an archive or the like.
    """
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise UnreadableInput("file.not_text", kind=kind)
    if marked := detect_order_mark(raw):
        text = raw.decode(marked, "replace").removeprefix("\ufeff")
    else:
        text = _decode_as(raw, find_encoding(declared)) or decode_by_trial(raw)
    controls = len(_CONTROLS.findall(text)) + text.count("\ufffd")
    if controls > max(1, _MAX_CONTROL_SHARE * len(text)):
        raise UnreadableInput("file.control_characters")
    return text


def detect_order_mark(raw: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning declares, or None."""
    return next((name for mark, name in _ORDER_MARKS if raw.startswith(mark)), None)


def find_encoding(name: str) -> str | None:
    """The encoding that a document in ASCII letters can mean by this name, or None."""
    try:
        info = codecs.lookup(_ENCODING_MEANT.get(name.lower(), name))
    except (LookupError, ValueError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and not info.name.startswith(_NOT_DECLARABLE) else None


def _decode_as(raw: bytes, encoding: str | None) -> str | None:
    """The text in an encoding; None where it does not fit."""
    try:
        return raw.decode(encoding) if encoding else None
    except ValueError:
        return None


def decode_by_trial(raw: bytes) -> str:
    """The text of bytes whose encoding nothing declares: UTF-8 or Windows-1252."""
    if (whole := _decode_as(raw, "utf-8")) is not None:
        return whole
    # One byte lost in a UTF-8 text must not turn all its accents into «Ã©».
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) - broken >= broken:
        return text
    return raw.decode("cp1252", "replace")


@frozen
class FeedLink:
    """A feed that a page links to."""

    address: str
    title: str


@frozen
class ParsedSource:
    """The contents of a feed, a sitemap or a page."""

    #: Its own title, or "".
    title: str
    #: In its order, at most 500; entries without title and text are left out.
    articles: tuple[Article, ...]
    #: The feeds that a page links to.
    feeds: tuple[FeedLink, ...] = ()


#: A first tag in UTF-16 or UTF-32 without a mark; «<?xm» in EBCDIC.
_WIDE = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(
    rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"'>]{1,40})["']""", re.IGNORECASE
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def sanitize_xml(body: bytes) -> bytes:
    """The document in UTF-8, as far as it declares or shows another encoding.

    Raises:
        SourceUnreadable: It declares entities of its own.
    """
    if encoding := _detect_encoding(body):
        text = body.decode(encoding, "replace").lstrip("\ufeff")
        body = _encode_undeclared(text)
    body = body.lstrip()
    if _ENTITY.search(body):
        raise SourceUnreadable("source.entities")
    return body


def recode_as_utf8(body: bytes) -> bytes:
    """A sanitized document whose bytes are UTF-8 in fact.

    Parsers that detect encodings themselves can take minutes.
    """
    return _encode_undeclared(decode_by_trial(body))


def _encode_undeclared(text: str) -> bytes:
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


def _detect_encoding(body: bytes) -> str | None:
    """The encoding to decode first; None for what every parser takes as UTF-8."""
    if marked := detect_order_mark(body):
        return marked
    for start, encoding in _WIDE:
        if body.startswith(start):
            return encoding
    declared = _DECLARED.match(body)
    if declared is None or declared[1].lower() == b"utf-8":
        return None
    return find_encoding(declared[1].decode("ascii", "replace").strip()) or "utf-8"


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


def clean_title(written: str, *, plain: bool = False) -> str:
    """A title on one line, without markup, but with words between angle brackets.

    Feeds of some kinds do not say whether a title holds markup. A tag is a word where
    nothing closes it: «A primer on <svg> for designers».

    Args:
        written: As the feed has it.
        plain: Whether it is declared to hold no markup. References are resolved all
            the same, because many feeds escape twice.
    """
    written = written[:_LONGEST_LINE]
    if plain or "<" not in written:
        return clean_line(written.replace("<", "&lt;"))
    return clean_line(escape_words(written, title=True))


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
