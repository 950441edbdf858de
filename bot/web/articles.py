"""The reading page: a stored article with the words that something was taken from.

It shows the stored text and nothing else: what an edition says can be checked against
it, character by character. It must not fetch, correct or translate.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.texts import Texts
from bot.texts.asked import asked_for
from bot.web.reading import asked_spans, paragraphs
from digests.language import sentences
from digests.types import Article

#: (article's id, revision or None for the newest) → the stored version, or None.
ReadArticle = Callable[[str, str | None], Awaitable[Article | None]]
NEWEST: Final = "newest"


def routes(
    *, read: ReadArticle, templates: Environment, texts: Texts, zone: str
) -> list[Route]:
    """`/articles/<id>/<revision>?from=…&to=…`; the pair may be given several times."""

    async def show(request: Request) -> Response:
        revision = request.path_params["revision"]
        wanted = None if revision == NEWEST else revision
        article = await read(request.path_params["article"], wanted)
        if article is None:
            raise HTTPException(404)
        query = request.query_params
        asked = asked_spans(
            query.getlist("from"), query.getlist("to"), len(article.text)
        )
        found = sentences.split(article.text, article.lang) if asked else ()
        asks = request.headers.get("accept-language")
        words = Texts.of(asked_for(asks, texts.locale))
        view = _view(article, words, zone)
        view["paragraphs"] = paragraphs(article.text, asked, found)
        view["asked"] = bool(asked)
        view["texts"] = words
        return HTMLResponse(templates.get_template("article.html").render(view))

    return [Route("/articles/{article:path}/{revision}", show)]


def _view(article: Article, texts: Texts, zone: str) -> dict[str, Any]:
    at = article.published
    return {
        "title": article.title or texts.say("Article without a title"),
        "outlet": article.source,
        "author": article.author or "",
        "date": texts.weekday_date(at.astimezone(ZoneInfo(zone)).date()) if at else "",
        "time": texts.time(at, zone) if at else "",
        "iso": at.isoformat() if at else "",
        "lang": article.lang or "en",
        "revision": article.revision[:12],
        "url": _outside(article.url),
        "sample": _sample(article.sample, texts),
    }


def _sample(sample: str | None, texts: Texts) -> str:
    if sample == "fictional":
        return texts.say("Sample article: invented for this demo.")
    if sample == "retold":
        return texts.say("Sample article: a real event, retold for this demo.")
    return ""


def _outside(url: str | None) -> str:
    """The outlet's own page, if its address may be followed."""
    try:
        parts = urlsplit(url or "")
        plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return (url or "") if plain and "@" not in parts.netloc else ""
