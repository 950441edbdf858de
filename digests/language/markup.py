"""Convert HTML fragments to plain text.

Many pieces are read as one document, which is many times faster than one by one, as
long as none of them could run into the next.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

_BLOCK = r"<(?=/?(?:p|li|h[1-6]|blockquote|pre|td|figcaption|div|ul|ol|br)\b)"
_BLOCK_TAG = re.compile(_BLOCK, re.IGNORECASE)
#: The same in small letters only, in half the time.
_USUAL_BLOCK_TAG = re.compile(_BLOCK)
#: Any but these may swallow, move or hide what follows: scripts, comments, tables.
_UNUSUAL_TAG = re.compile(
    r"<(?!/?(?:p|br|a|em|strong|[bius]|h[1-6]|li|ul|ol|d[ltd]|div|span|img|hr|"
    r"blockquote|cite|q|figure|figcaption|code|small|su[bp]|del|ins|abbr|time|mark|"
    r"section|article)[\s/>])"
)
#: What a reader of a page never sees as words.
_NOT_WORDS = ["script", "style", "template", "noscript", "iframe", "object", "svg"]
_NOT_WORDS_TAG = re.compile(
    "<(?:s[ctv]|template|noscript|iframe|object)", re.IGNORECASE
)
#: Stands for a block's end while blanks are put in order; no page has it.
_BREAK = "\x01"
#: Stands between pieces that are read as one.
_END = "\x02"
#: The same, written as a reference.
_WRITTEN_END = re.compile(r"&#(?:0*2(?!\d)|[xX]0*2(?![\da-fA-F]))")
#: Blanks that are to be put in order; none of them is the usual case.
_BLANKS = ("\n", "\t", "\r", "\f", "\v", "  ")
#: Characters of pieces that one document may take, for the sake of memory.
_MAX_DOCUMENT = 1 << 18

#: Parsers take time by the square of the depth; no page is that deep.
MAX_NESTING = 3000
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)(?:[^<>]*(/)>)?")
_NEVER_CLOSED = re.compile(
    r"(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|td|tr|th|"
    r"dd|dt|option|thead|tbody|tfoot|html|head|body)\Z",
    re.IGNORECASE,
)


def html_to_text(fragment: str) -> str:
    """The words of a piece of HTML, a line for each of its blocks; no markup is left.

    A piece that is nested deeper than any page gives no words.
    """
    return html_to_texts((fragment,))[0]


def html_to_texts(fragments: Iterable[str]) -> list[str]:
    """The same for several pieces, each as if it were read for itself."""
    pieces = [fragment.replace(_BREAK, " ") for fragment in fragments]
    return _convert_together(pieces) or _convert_in_batches(pieces)


def is_too_deep(html: str) -> bool:
    """Whether it is nested deeper than any page, so that parsers take too long."""
    return html.count("<") > MAX_NESTING and measure_nesting(html)[0] > MAX_NESTING


def measure_nesting(page: str) -> tuple[int, int]:
    """How deep the tags of a page are nested, at most, and how many there are."""
    depth = deepest = tags = 0
    for tag in _TAG.finditer(page):
        tags += 1
        if not tag[3] and not _NEVER_CLOSED.match(tag[2]):
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest, tags


def _convert_together(pieces: Sequence[str]) -> list[str]:
    """The words of each; an empty list where they must not be read as one."""
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
    # A tag that is never closed takes ends with it.
    return list(map(str.strip, found)) if len(found) == len(pieces) else []


def _convert_in_batches(pieces: Sequence[str]) -> list[str]:
    """The words of each: what is unusual for itself, the rest as far as one can."""
    usual = [at for at, piece in enumerate(pieces) if not _UNUSUAL_TAG.search(piece)]
    found: dict[int, str] = {}
    for batch in _batches(usual, pieces):
        words = _convert_together([pieces[at] for at in batch])
        found.update(zip(batch, words, strict=False))
    others = [at for at in range(len(pieces)) if at not in found]
    found.update(zip(others, _convert_apart(pieces[at] for at in others), strict=True))
    return [found[at] for at in range(len(pieces))]


def _batches(places: Iterable[int], pieces: Sequence[str]) -> Iterator[list[int]]:
    """The places in parcels that are small and flat enough to be read as one."""
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
    """The words of each, one after the other in one document: making one takes long."""
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
    """A parser's text, a line for each block, in it every run of blanks a plain one.

    A parser gives neither NUL nor lone surrogates, so that this is the stored form.
    """
    if not text.isascii() or any(map(text.__contains__, _BLANKS)):
        text = " ".join(text.replace("\ufeff", "").split())
    return "\n".join(filter(None, map(str.strip, text.split(_BREAK))))
