"""Clean text for storing, normalize text for comparison.

`clean_text`: characters → the stored form, into which every offset points; no Unicode
normalization, no trimming, no repair, because «verbatim» means the stored characters.
`revision_hash`: the name of one stored version.

`drop_invisible`: for showing a text, without characters that affect its display only.

`normalize_text`: the form for comparison. NFKC, case folded, every quotation mark and
apostrophe «'», every dash «-», single spaces, none at the ends. Idempotent.
"""

import hashlib
import re
import unicodedata

_NEWLINES = re.compile(r"\r\n?")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def clean_text(raw: str) -> str:
    r"""The stored form: newlines are \n, no NUL, no lone surrogate, no BOM."""
    text = raw.removeprefix("\ufeff")
    if "\r" in text:
        text = _NEWLINES.sub("\n", text)
    if _NOT_TEXT.search(text):
        text = _NOT_TEXT.sub("\ufffd", text)
    return text


def revision_hash(title: str | None, text: str) -> str:
    """The name of one stored version: 16 hex digits of a hash of title and text."""
    content = f"{title or ''}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()[:16]


def parse_whole_number(written: str, most: int, *, least: int = 0) -> int | None:
    """The number that decimal digits state; None if they do not, or out of bounds.

    Numbers in foreign text are read here only: `int` accepts signs, blanks and
    underscores, refuses «²», which `isdigit` takes for a digit, and raises for
    thousands of digits.
    """
    digits = written.lstrip("0") or written[:1]
    if not written.isdecimal() or len(digits) > len(str(most)):
        return None
    number = int(digits)
    return number if least <= number <= most else None


def to_one_line(text: str) -> str:
    """The text on one line: every run of white space is one space, none at the ends."""
    return " ".join(text.split())


_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u2400\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_COMBINING_MARKS = 4


def drop_invisible(text: str) -> str:
    """The text as it is shown: what a renderer may drop is dropped.

    Dropped are controls of direction and others, tag characters, NUL and its
    look-alikes, and combining marks beyond four on a letter.
    """
    text = _SURROGATE.sub("\ufffd", _DROPPED.sub("", text))
    return text if text.isascii() else _limit_combining_marks(text)


def _limit_combining_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for sign in text:
        combines = unicodedata.category(sign) in {"Mn", "Me"}
        marks = marks + 1 if combines else 0
        if marks <= _MOST_COMBINING_MARKS:
            kept.append(sign)
    return "".join(kept)


_MARKS = '"`´‘’‚‛“”„‟«»‹›「」『』〝〞〟＂＇'
_DASHES = "‐‑‒–—―−﹘﹣－"
_ONE_FORM = str.maketrans(dict.fromkeys(_MARKS, "'") | dict.fromkeys(_DASHES, "-"))


def normalize_text(text: str) -> str:
    """The form of a text for comparison."""
    plain = text.translate(_ONE_FORM)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
        plain = unicodedata.normalize("NFKC", plain.casefold()).translate(_ONE_FORM)
    return " ".join(plain.casefold().split())
