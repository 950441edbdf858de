"""Convert HTML fragments to plain text.

Several fragments are parsed as one document, which is many times faster than one by
one, as long as no markup of one can affect the next.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

_BLOCK = r"<(?=/?(?:p|li|h[1-6]|blockquote|pre|td|figcaption|div|ul|ol|br)\b)"
_BLOCK_TAG = re.compile(_BLOCK, re.IGNORECASE)
#: The same in lower case only, in half the time.
_USUAL_BLOCK_TAG = re.compile(_BLOCK)
#: Other tags may swallow, move or hide what follows: scripts, comments, tables.
_UNUSUAL_TAG = re.compile(
    r"<(?!/?(?:p|br|a|em|strong|[bius]|h[1-6]|li|ul|ol|d[ltd]|div|span|img|hr|"
    r"blockquote|cite|q|figure|figcaption|code|small|su[bp]|del|ins|abbr|time|mark|"
    r"section|article)[\s/>])"
)
#: Elements whose content a page does not show as text.
_NOT_WORDS = ["script", "style", "template", "noscript", "iframe", "object", "svg"]
_NOT_WORDS_TAG = re.compile(
    "<(?:s[ctv]|template|noscript|iframe|object)", re.IGNORECASE
)
#: Marks the end of a block while white space is normalized; pages do not contain it.
_BREAK = "\x01"
#: Separates fragments that are parsed together.
_END = "\x02"
#: The same, written as a character reference.
_WRITTEN_END = re.compile(r"&#(?:0*2(?!\d)|[xX]0*2(?![\da-fA-F]))")
#: White space that needs normalizing; usually there is none.
_BLANKS = ("\n", "\t", "\r", "\f", "\v", "  ")
#: Characters of fragments parsed as one document, to bound memory.
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


def html_to_text(fragment: str) -> str:
    """The text of an HTML fragment without markup, a line for each block.

    A fragment that is nested deeper than any page gives no text.
    """
    return html_to_texts((fragment,))[0]


def html_to_texts(fragments: Iterable[str]) -> list[str]:
    """The texts of several fragments, each as if it were parsed alone."""
    pieces = [fragment.replace(_BREAK, " ") for fragment in fragments]
    return _convert_together(pieces) or _convert_in_batches(pieces)


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


def _convert_together(pieces: Sequence[str]) -> list[str]:
    """The texts of fragments parsed as one; empty where that would mix them up."""
    from selectolax.lexbor import LexborHTMLParser

    whole = _END.join(pieces)
    ends = whole.count(_END) + len(_WRITTEN_END.findall(whole))
    if (
        ends != len(pieces) - 1
        or len(whole) > _MAX_DOCUMENT
        or whole.count("<") > MAX_NESTING
    ):
        return []
    place = LexborHTMLParser("<body></body>").body
    if place is None or _UNUSUAL_TAG.search(whole):
        return []
    place.inner_html = _USUAL_BLOCK_TAG.sub(f"{_BREAK}<", whole)
    found = _lines(place.text()).split(_END)
    # An unclosed tag swallows separators.
    return list(map(str.strip, found)) if len(found) == len(pieces) else []


def _convert_in_batches(pieces: Sequence[str]) -> list[str]:
    """The texts of fragments: unusual ones parsed alone, the others in batches."""
    usual = [at for at, piece in enumerate(pieces) if not _UNUSUAL_TAG.search(piece)]
    found: dict[int, str] = {}
    for batch in _batches(usual, pieces):
        words = _convert_together([pieces[at] for at in batch])
        found.update(zip(batch, words, strict=False))
    others = [at for at in range(len(pieces)) if at not in found]
    found.update(zip(others, _convert_apart(pieces[at] for at in others), strict=True))
    return [found[at] for at in range(len(pieces))]


def _batches(places: Iterable[int], pieces: Sequence[str]) -> Iterator[list[int]]:
    """Indices in batches that are small and flat enough to be parsed as one."""
    batch: list[int] = []
    held = tags = 0
    for at in places:
        held += len(pieces[at]) + 1
        tags += pieces[at].count("<")
        if batch and (held > _MAX_DOCUMENT or tags > MAX_NESTING):
            yield batch
            batch, held, tags = [], len(pieces[at]) + 1, pieces[at].count("<")
        batch.append(at)
    if batch:
        yield batch


def _convert_apart(pieces: Iterable[str]) -> Iterator[str]:
    """The texts of fragments, one by one in one document, which is slow to create."""
    from selectolax.lexbor import LexborHTMLParser

    document, held = LexborHTMLParser("<body></body>"), 0
    for piece in pieces:
        if held > _MAX_DOCUMENT:
            document, held = LexborHTMLParser("<body></body>"), 0
        held += len(piece)
        place = document.body
        if place is None or is_too_deep(piece):
            yield ""
            continue
        place.inner_html = _BLOCK_TAG.sub(f"{_BREAK}<", piece)
        if _NOT_WORDS_TAG.search(piece):
            document.strip_tags(_NOT_WORDS)
        yield _lines(place.text())


def _lines(text: str) -> str:
    """A parser's text with a line for each block and single spaces.

    Parsers give neither NUL nor lone surrogates, so this is the stored form.
    """
    if not text.isascii() or any(map(text.__contains__, _BLANKS)):
        text = " ".join(text.replace("\ufeff", "").split())
    return "\n".join(filter(None, map(str.strip, text.split(_BREAK))))
