"""Makes words safe to stand in text, Markdown and HTML; it changes no letter of them.

Dropped are control characters, direction controls, tag characters and combining marks
beyond four on a letter; white space becomes single spaces. In Markdown every sign that
could mean something is escaped (CommonMark 0.31 §2.4), and what a reader's programme
could take for an address is taken apart in the same way.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

from markupsafe import Markup

_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_MARKS = 4
_MARKDOWN_SIGNS = re.compile(r"[\\`*_{}\[\]<>#|~&@^$]")
#: «https://», «www.», «example.com»: programmes make links of these by themselves.
_ADDRESS_SIGNS = re.compile(r":(?=//)|(?<=\w)\.(?=[^\W\d_])|(?<=[tT][oO]):(?=\w)")
#: What begins a list, a rule or a heading at the start of a line.
_LINE_START = re.compile(r"\A(\d{1,9}(?=[.)])|(?=[-+=!:]))")


def plain(value: object) -> str:
    """The words on one line, without what could play with the reader's screen."""
    if isinstance(value, Markup):
        return value
    text = _SURROGATE.sub("\ufffd", _DROPPED.sub("", str(value)))
    return " ".join((text if text.isascii() else _few_marks(text)).split())


def markdown(value: object) -> str:
    """The words so that a Markdown reader shows them and nothing else."""
    if isinstance(value, Markup):
        return value
    escaped = _MARKDOWN_SIGNS.sub(r"\\\g<0>", plain(value))
    escaped = _ADDRESS_SIGNS.sub(r"\\\g<0>", escaped)
    return _LINE_START.sub(r"\1\\", escaped)


def markdown_link(text: str, url: str | None) -> Markup:
    """A Markdown link where the address is one, else the words alone."""
    shown, target = markdown(text), address(url)
    # Marked as ready because both parts were escaped here.
    return Markup(f"[{shown}](<{target}>)" if target else shown)  # noqa: S704


def address(url: str | None) -> str | None:
    """A plain http(s) address with its host in ASCII, or None where it is not one."""
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
    except (ValueError, UnicodeError):
        return None
    strange = parts.username is not None or parts.password is not None
    if parts.scheme not in {"http", "https"} or strange or not _HOST.match(host):
        return None
    path, query, anchor = (
        quote(part.encode("utf-8", "replace"), safe="/:;=,.~!$&+%?@-_")
        for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, host + port, path, query, anchor))


_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?\Z|\[[0-9a-f:.]{2,45}\]\Z")


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
