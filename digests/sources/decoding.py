"""Decode the bytes of files, pages and feeds as text, or refuse what is no text."""

import codecs
import re

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
