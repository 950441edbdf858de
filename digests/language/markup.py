"""Convert HTML fragments to plain text, and measure how deep markup is nested."""

import re
from collections.abc import Collection, Iterable, Iterator

_BLOCK_TAG = re.compile(
    r"<(?=/?(?:p|li|h[1-6]|blockquote|pre|td|figcaption|div|ul|ol|br)\b)",
    re.IGNORECASE,
)
#: Elements whose content a page does not show as text.
_NOT_WORDS = ["script", "style", "template", "noscript", "iframe", "object", "svg"]
_NOT_WORDS_TAG = re.compile(
    "<(?:s[ctv]|template|noscript|iframe|object)", re.IGNORECASE
)
#: Marks the end of a block while white space is normalized; pages do not contain it.
_BREAK = "\x01"
#: White space that needs normalizing; usually there is none.
_BLANKS = ("\n", "\t", "\r", "\f", "\v", "  ")
#: Characters of fragments that one document parses in turn, to bound memory.
_MAX_DOCUMENT = 1 << 18

#: The time of parsers is quadratic in the depth; real pages are not that deep.
MAX_NESTING = 3000
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?:[^<>]*(/)>)?")
#: Elements that need no closing tag.
NEVER_CLOSED = re.compile(
    r"(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|td|tr|th|"
    r"dd|dt|option|thead|tbody|tfoot|html|head|body)\Z",
    re.IGNORECASE,
)


#: A tag, perhaps without its end, or a sign that begins none; comments are neither.
_ANGLE = re.compile(r"<(?!!)(?:(/?)([A-Za-z][\w-]*+)([^<>]*+)(>?))?+")
_HALF_TAG = re.compile(r"<[A-Za-z/][^<>]*+(?=<|\Z)")
_CLOSING_TAG = re.compile(r"</([A-Za-z][\w-]*)")


def escape_words(markup: str, *, title: bool = False) -> str:
    """Escape «<» where it begins a word between angle brackets instead of a tag.

    «A primer on <svg> for designers», «prices <a year ago»: a parser would drop what
    follows. A tag is a word where it has no end, or where nothing closes it and it
    hides what follows; in a title, wherever nothing closes it. With attributes it is
    left out instead.
    """
    closed = {name.lower() for name in _CLOSING_TAG.findall(markup)}
    code_end = markup.rfind("{")

    def escape(found: re.Match[str]) -> str:
        closes, name, rest, end = found.groups(default="")
        low = name.lower()
        if end and _is_tag(closes, low, rest, title=title, closed=closed):
            return found[0]
        if end and low in ("script", "style") and found.end() < code_end:
            return found[0]
        return "" if "=" in rest else f"&lt;{found[0][1:]}"

    return _ANGLE.sub(escape, markup)


def _is_tag(
    closes: str, name: str, rest: str, *, title: bool, closed: Collection[str]
) -> bool:
    if closes or rest.endswith("/") or name in closed or NEVER_CLOSED.match(name):
        return True
    if title:
        return "=" in rest
    return name not in _NOT_WORDS


def html_to_text(fragment: str) -> str:
    """The text of an HTML fragment without markup, a line for each block.

    A fragment that is nested deeper than any page gives no text.
    """
    return html_to_texts((fragment,))[0]


def html_to_texts(fragments: Iterable[str]) -> list[str]:
    """The texts of several fragments, each as if it were parsed alone."""
    return list(_iter_texts(fragments))


def is_too_deep(html: str) -> bool:
    """Whether HTML is nested deeper than any page, so that parsers take too long."""
    return html.count("<") > MAX_NESTING and measure_nesting(html)[0] > MAX_NESTING


def measure_nesting(page: str) -> tuple[int, int]:
    """The greatest nesting depth of a page's tags, and their number."""
    depth = deepest = tags = 0
    for tag in _TAG.finditer(page):
        tags += 1
        if not tag[3] and not NEVER_CLOSED.match(tag[2]):
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest, tags


def _iter_texts(fragments: Iterable[str]) -> Iterator[str]:
    """The texts, parsed one by one in one document, which is slow to create."""
    from selectolax.lexbor import LexborHTMLParser

    document, held = LexborHTMLParser("<body></body>"), 0
    for fragment in fragments:
        if held > _MAX_DOCUMENT:
            document, held = LexborHTMLParser("<body></body>"), 0
        held += len(fragment)
        place = document.body
        if place is None or is_too_deep(fragment):
            yield ""
            continue
        hides = _NOT_WORDS_TAG.search(fragment) is not None
        if hides or _HALF_TAG.search(fragment):
            fragment = escape_words(fragment)
        marked = _BLOCK_TAG.sub(f"{_BREAK}<", fragment.replace(_BREAK, " "))
        place.inner_html = marked
        if hides:
            document.strip_tags(_NOT_WORDS)
        yield _lines(place.text())


def _lines(text: str) -> str:
    """A parser's text with a line for each block and single spaces.

    Parsers give neither NUL nor lone surrogates, so this is the stored form.
    """
    if not text.isascii() or any(map(text.__contains__, _BLANKS)):
        text = " ".join(text.replace("\ufeff", "").split())
    return "\n".join(filter(None, map(str.strip, text.split(_BREAK))))
