"""The page of a stored article, with the quoted words marked in its text.

The page shows the stored text unchanged, so that an edition can be checked against it
character by character.

A text is split into paragraphs, and each of these into pieces: plain text, the rest of
a sentence with a requested span, and the span itself. Concatenated, all pieces are the
stored text without its line breaks. Pure.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.i18n.safe_text import NEWEST
from bot.i18n.translation import Texts, negotiate_locale
from digests.analysis import MAX_ANALYSED, is_cut
from digests.language import sentences
from digests.language.links import make_link
from digests.language.normalization import parse_whole_number
from digests.language.spans import overlaps_any
from digests.types import Article, Span, frozen

#: (article's id, revision or None for the newest) → the stored version and the zone of
#: its readers, or None.
ReadArticle = Callable[[str, str | None], Awaitable[tuple[Article, str] | None]]


def build_article_routes(
    read: ReadArticle, templates: Environment, texts: Texts
) -> list[Route]:
    """Build `/articles/<id>/<revision>?from=…&to=…`; the pair may be repeated."""

    async def show(request: Request) -> Response:
        revision = request.path_params["revision"]
        wanted = None if revision == NEWEST else revision
        stored = await read(request.path_params["article"], wanted)
        if stored is None:
            raise HTTPException(404)
        article, zone = stored
        query = request.query_params
        length = len(article.text)
        asked = parse_spans(query.getlist("from"), query.getlist("to"), length)
        accepted_languages = request.headers.get("accept-language")
        words = Texts.of(negotiate_locale(accepted_languages, texts.locale))
        # In a thread: a long text takes longer than others may wait for the event loop.
        return HTMLResponse(
            await asyncio.to_thread(render, article, asked, words, zone)
        )

    def render(article: Article, asked: Sequence[Span], words: Texts, zone: str) -> str:
        text = article.text
        found = sentences.split_sentences(text, article.lang) if asked else ()
        return templates.get_template("article.html").render(
            _build_view(article, words, zone),
            paragraphs=split_paragraphs(text, asked, found),
            asked=bool(asked),
            texts=words,
        )

    return [Route("/articles/{article:path}/{revision}", show)]


def _build_view(article: Article, texts: Texts, zone: str) -> dict[str, Any]:
    at, outside = article.published, make_link(article.url)
    return {
        "title": article.title or texts.say("Article without a title"),
        "outlet": article.source,
        "author": article.author or "",
        "date": texts.weekday_date(at.astimezone(ZoneInfo(zone)).date()) if at else "",
        "time": texts.time(at, zone) if at else "",
        "iso": at.isoformat() if at else "",
        "lang": article.lang or "en",
        "revision": article.revision[:12],
        "url": outside.href if outside else "",
        "sample": _describe_sample(article.sample, texts),
        "cut": _describe_cut(article, texts),
        "origin": _describe_origin(article, texts),
    }


def _describe_sample(sample: str | None, texts: Texts) -> str:
    if sample == "fictional":
        return texts.say("Sample article: invented for this demo.")
    if sample == "retold":
        return texts.say("Sample article: a real event, retold for this demo.")
    return ""


def _describe_origin(article: Article, texts: Texts) -> str:
    """Say whether the text is a feed's excerpt, or was read from the article's page."""
    if article.excerpt:
        return texts.say("The feed has only this excerpt of the article.")
    if article.origin == "page":
        return texts.say("This text was read from the article’s own page.")
    return ""


def _describe_cut(article: Article, texts: Texts) -> str:
    if not is_cut(article):
        return ""
    return texts.say(
        "This text is long: summary, quotes and figures come from its first {n} "
        "characters.",
        n=texts.number(MAX_ANALYSED),
    )


PieceKind = Literal["plain", "sentence", "asked"]
#: Larger than any offset into a text.
MAX_OFFSET: Final = 999_999_999
#: Maximum number of requested spans that are marked.
MAX_SPANS: Final = 20


@frozen
class MarkedPiece:
    """A run of text in one style; the page scrolls to the piece marked `first`."""

    text: str
    kind: PieceKind
    first: bool = False


MarkedParagraph = tuple[MarkedPiece, ...]


def parse_spans(
    starts: Sequence[str], ends: Sequence[str], length: int
) -> tuple[Span, ...]:
    """Parse the pairs of `from` and `to`, clipped to a text of `length` characters."""
    spans = []
    for start, end in zip(starts[:MAX_SPANS], ends[:MAX_SPANS], strict=False):
        low = parse_whole_number(start, length)
        # An end behind the text is the end of the text.
        high = parse_whole_number(end, MAX_OFFSET)
        if low is not None and high is not None and low < min(high, length):
            spans.append(Span(start=low, end=min(high, length)))
    return tuple(sorted(spans, key=lambda span: span.start))


def split_paragraphs(
    text: str, asked: Sequence[Span], sentences: Sequence[Span]
) -> tuple[MarkedParagraph, ...]:
    """Split `text` into paragraphs; mark `asked` and the sentences around it."""
    around = [span for span in sentences if overlaps_any(span, asked)]
    edges = sorted({edge for s in (*asked, *around) for edge in (s.start, s.end)})
    first = asked[0].start if asked else -1
    rows = []
    for start, end in _find_lines(text):
        inside = [edge for edge in edges if start < edge < end]
        row = []
        for low, high in pairwise((start, *inside, end)):
            kind: PieceKind = "plain"
            if any(s.start <= low < s.end for s in asked):
                kind = "asked"
            elif any(s.start <= low < s.end for s in around):
                kind = "sentence"
            is_first = low <= first < high
            row.append(MarkedPiece(text=text[low:high], kind=kind, first=is_first))
        rows.append(tuple(row))
    return tuple(rows)


def _find_lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            yield start, end
        start = end + 1
