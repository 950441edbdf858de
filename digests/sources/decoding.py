"""Decode the bytes of files and pages as text, or refuse what is no text."""

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
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
)
#: One control character in fifty is more than any text has.
_MAX_CONTROL_SHARE = 0.02


def decode_text(raw: bytes) -> str:
    """Read bytes as text: by byte order mark, as UTF-8, or as Windows-1252.

    Raises:
        UnreadableInput: The bytes are a picture, an archive or the like.
    """
    _refuse_known_binary(raw)
    encoding = detect_order_mark(raw)
    text = raw.decode(encoding, "replace") if encoding else _decode_by_trial(raw)
    text = text.removeprefix("\ufeff")
    _refuse_controls(text)
    return text


def _refuse_known_binary(raw: bytes) -> None:
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise UnreadableInput("file.not_text", kind=kind)


def detect_order_mark(raw: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning declares, or None."""
    marks = (encoding for mark, encoding in _ORDER_MARKS if raw.startswith(mark))
    return next(marks, None)


def _decode_by_trial(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # One byte lost in a UTF-8 text must not turn all its accents into «Ã©».
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) - broken >= broken:
        return text
    return raw.decode("cp1252", "replace")


def _refuse_controls(text: str) -> None:
    controls = len(_CONTROLS.findall(text)) + text.count("\ufffd")
    if controls > max(1, _MAX_CONTROL_SHARE * len(text)):
        raise UnreadableInput("file.control_characters")
