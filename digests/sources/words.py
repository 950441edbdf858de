"""Titles, names and language tags of strangers as plain words; nothing stays live."""

import re
from html import unescape

from digests.language.clean import clean
from digests.markup import plain_text

_TAG = re.compile(r"<[A-Za-z/!]")
_REFERENCE = re.compile(r"&[#A-Za-z]")
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z")
#: More is not looked at for one line.
_LONGEST = 20_000


def one_line(written: str) -> str:
    """Words of a title or name: markup and references resolved, one line."""
    written = written[:_LONGEST]
    if "<" in written and _TAG.search(written):
        written = plain_text(written)
    elif "&" in written and _REFERENCE.search(written):
        written = unescape(written)
    # Printable: no blank but the plain one, nothing that the stored form lacks.
    if written.isprintable() and "  " not in written:
        return written.strip()
    return " ".join(clean(written).split())


def language(written: str) -> str | None:
    """A declared language where it is a tag."""
    if not written:
        return None
    tag = written.strip().replace("_", "-")
    return tag if _LANG.match(tag) else None
