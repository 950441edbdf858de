"""The public site: requests to pages, pictures, feeds, and what they look like.

    /read/KEY                           an edition for those who have its address
    /editions/NAME                      the editions of a listed digest
    /editions/NAME/DAY-ID               one of them
    /editions/NAME/feed.atom, feed.json
    …/HASH.png                          a picture of an edition

`bot.web.security` lets these paths through under the host of `STANDFIRST_PUBLIC_URL`,
for reading only and without cookies. Every answer is revalidated (`no-cache` with an
entity tag), by browsers and by whatever stands between: what an editor takes off must
not live on in a cache.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import structlog
from jinja2 import Environment
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.errors import BotError
from bot.i18n.safe_text import build_environment
from bot.i18n.translation import Texts, negotiate_locale
from bot.model.published import PAGE_PATHS, Visibility
from bot.storage import Database
from bot.storage.published_edition_store import (
    EditionPage,
    PublicDigest,
    PublishedEdition,
    find_edition_page,
    find_public_digest,
    list_edition_pages,
    load_page_picture,
    load_published_editions,
)
from bot.web.published.edition_view import (
    build_edition_view,
    format_language,
    list_headlines,
)
from bot.web.published.feeds import FeedUrls, render_atom, render_json_feed
from bot.web.published.rate_limits import RequestLimiter
from bot.web.published.rendered import CacheKey, Rendered, RenderedCache

log = structlog.get_logger(__name__)

#: Editions on one page of the list, and in a feed.
LISTED_AT_ONCE: Final = 20
#: Seconds after which an answer is given up.
ANSWER_SECONDS: Final = 5.0
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_FOLDER: Final = Path(__file__).parent
_ASSETS: Final = {
    "published.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_HTML: Final = "text/html; charset=utf-8"
_REVALIDATED: Final = {"cache-control": "no-cache"}
_LINK_KEY, _NAME = r"[A-Za-z0-9_-]{22}", r"[a-z0-9-]{1,60}"
_EDITION_NAME = r"\d{4}-\d\d-\d\d-[a-z0-9]{4,12}"
_PICTURE: Final = r"(?:/(?P<picture>[0-9a-f]{16,128})\.png)?"
_LINK_PATH: Final = re.compile(rf"/read/(?P<key>{_LINK_KEY}){_PICTURE}")
_LISTED_PATH: Final = re.compile(
    rf"/editions/(?P<key>{_NAME}/{_EDITION_NAME}){_PICTURE}"
)
_HOME_PATH: Final = re.compile(
    rf"/editions/(?P<name>{_NAME})(?:/feed\.(?P<feed>atom|json))?"
)


class _NotFound(Exception):
    """There is no such page, or not any more."""


@dataclass(kw_only=True, slots=True)
class PublishedSite:
    """The site over one database, as an ASGI application."""

    db: Database
    #: Address before every path.
    public_url: str
    limiter: RequestLimiter = field(
        default_factory=lambda: RequestLimiter(monotonic=time.monotonic)
    )
    cache: RenderedCache = field(default_factory=RenderedCache)
    _templates: Environment = field(init=False)
    _assets: Mapping[str, Rendered] = field(init=False)

    def __post_init__(self) -> None:
        self._assets = {
            name: Rendered.of((_FOLDER / "static" / name).read_bytes(), kind)
            for name, kind in _ASSETS.items()
        }
        self._templates = build_environment(_FOLDER / "templates")
        style = self._assets["published.css"].etag.strip('"')[:12]
        self._templates.globals |= {"site": self.public_url, "style": style}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("state", {}).get("client")
        address = client or (scope.get("client") or ("", 0))[0]
        if self.limiter.admit(address):
            response = await self._answer(scope)
        else:
            response = _refuse()
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._route(scope)
        except _NotFound:
            return self._build_notice(scope, 404)
        except (BotError, TimeoutError) as error:
            log.warning("a published page was not served", reason=str(error))
            response = self._build_notice(scope, 503)
            response.headers["retry-after"] = "30"
            return response

    async def _route(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return _build_response(b"", 405, None, {"allow": "GET, HEAD"})
        path, headers = scope["path"], Headers(scope=scope)
        asset = self._assets.get(path.removeprefix("/read/"))
        if asset is not None:
            week = {"cache-control": "public, max-age=604800"}
            return _send(asset, headers, week)
        for pattern, visibility in _EDITION_PATHS:
            if found := pattern.fullmatch(path):
                return await self._show_edition(
                    headers, visibility, **found.groupdict()
                )
        if found := _HOME_PATH.fullmatch(path):
            query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=8)
            before = (query.get("before") or [None])[0]
            return await self._show_digest(headers, before=before, **found.groupdict())
        raise _NotFound

    # ── editions ───────────────────────────────────────────────────────────────

    async def _show_edition(
        self, headers: Headers, visibility: Visibility, key: str, picture: str | None
    ) -> Response:
        page = await self.db.read(find_edition_page, visibility, key)
        if page is None:
            raise _NotFound
        if picture is not None:
            shown = await self._get_picture(page, picture)
            # Feed readers show it within their own pages.
            return _send(
                shown, headers, {"cross-origin-resource-policy": "cross-origin"}
            )

        async def render() -> Rendered:
            found = await self.db.read(load_published_editions, [page])
            if not found:
                raise _NotFound
            return await asyncio.to_thread(self._render_edition, found[0])

        cached = ("edition", page.key, page.visibility, page.version)
        rendered = await self.cache.get(cached, render)
        hidden = {} if page.visibility == "listed" else _NOT_INDEXED
        return _send(rendered, headers, hidden)

    async def _get_picture(self, page: EditionPage, hash: str) -> Rendered:
        async def load() -> Rendered:
            found = await self.db.read(load_page_picture, page, hash)
            if found is None:
                raise _NotFound
            return Rendered.of(found.content, "image/png")

        return await self.cache.get(("picture", page.key, hash, page.version), load)

    def _render_edition(self, published: PublishedEdition) -> Rendered:
        page = published.page
        home = None
        if page.visibility == "listed":
            home = self._build_home(page.key.partition("/")[0])
        view = build_edition_view(published, self.public_url)
        template = self._templates.get_template("edition.html")
        html = template.render(
            e=view, texts=view["texts"], lang=view["lang"], home=home
        )
        return Rendered.of(html, _HTML)

    # ── listed digests ─────────────────────────────────────────────────────────

    async def _show_digest(
        self, headers: Headers, name: str, feed: str | None, before: str | None
    ) -> Response:
        digest = await self.db.read(find_public_digest, name)
        if digest is None:
            raise _NotFound
        if feed is not None:
            before = None
        elif before is not None and not re.fullmatch(_EDITION_NAME, before):
            raise _NotFound
        after = f"{name}/{before}" if before else None
        # One more tells whether there are older ones.
        pages = await self.db.read(
            list_edition_pages,
            digest,
            LISTED_AT_ONCE + 1,
            after,
        )
        if before is not None and not pages:
            raise _NotFound

        async def render() -> Rendered:
            shown = pages[:LISTED_AT_ONCE]
            found = await self.db.read(load_published_editions, shown)
            older = shown[-1].key.partition("/")[2] if len(pages) > len(shown) else ""
            return await asyncio.to_thread(
                self._render_digest, digest, found, feed, before, older
            )

        versions = "/".join(page.version for page in pages)
        kind = feed or f"list {before or ''}"
        cached: CacheKey = (kind, name, digest.title, versions)
        return _send(await self.cache.get(cached, render), headers)

    def _render_digest(
        self,
        digest: PublicDigest,
        editions: Sequence[PublishedEdition],
        feed: str | None,
        before: str | None,
        older: str,
    ) -> Rendered:
        urls = FeedUrls(self.public_url, self._build_home(digest.name))
        if feed is not None:
            render = {"atom": render_atom, "json": render_json_feed}[feed]
            return render(self._templates, digest, editions, urls)
        texts = Texts.of(editions[0].context.locale if editions else "en")
        html = self._templates.get_template("listing.html").render(
            title=digest.title,
            texts=texts,
            lang=format_language(texts.locale),
            home=urls.home,
            editions=[self._describe(one) for one in editions],
            is_first=before is None,
            older=older,
        )
        return Rendered.of(html, _HTML)

    def _describe(self, published: PublishedEdition) -> dict[str, Any]:
        view = build_edition_view(published, self.public_url)
        names = ("url", "moment", "made_at", "updated")
        shown = {name: view[name] for name in names}
        return shown | {"headlines": list_headlines(published)}

    def _build_home(self, name: str) -> str:
        return f"{self.public_url}{PAGE_PATHS['listed']}/{name}"

    # ── what is not there ──────────────────────────────────────────────────────

    def _build_notice(self, scope: Scope, status: int) -> Response:
        headers = Headers(scope=scope)
        texts = Texts.of(negotiate_locale(headers.get("accept-language"), "en"))
        title = texts.say("Page not found")
        sentence = texts.say("There is no such page, or it is not published any more.")
        if status == 503:
            title = texts.say("Not available at the moment")
            sentence = texts.say("Trying again in a minute may help.")
        html = self._templates.get_template("notice.html").render(
            title=title,
            sentence=sentence,
            texts=texts,
            lang=format_language(texts.locale),
        )
        more = {"vary": "Accept-Language", "cache-control": "no-store"}
        return _build_response(html.encode(), status, _HTML, more)


_EDITION_PATHS: Final[tuple[tuple[re.Pattern[str], Visibility], ...]] = (
    (_LINK_PATH, "link"),
    (_LISTED_PATH, "listed"),
)
_NOT_INDEXED: Final = {"x-robots-tag": "noindex, nofollow"}


def build_published_routes(db: Database, public_url: str | None) -> list[Route]:
    """Build the routes of the site; none without a public address."""
    if public_url is None:
        return []
    return route_site(PublishedSite(db=db, public_url=public_url))


def route_site(site: PublishedSite) -> list[Route]:
    """Route all below its prefixes to the site, which reads the paths itself."""
    return [Route(f"{path}/{{rest:path}}", site) for path in PAGE_PATHS.values()]


def _send(
    rendered: Rendered, headers: Headers, more: Mapping[str, str] | None = None
) -> Response:
    """Send an answer, or say that the reader has it already."""
    kept = {"etag": rendered.etag, **_REVALIDATED, **(more or {})}
    if _matches(headers.get("if-none-match"), rendered.etag):
        return _build_response(b"", 304, None, kept)
    return _build_response(rendered.body, 200, rendered.media_type, kept)


def _matches(wanted: str | None, etag: str) -> bool:
    tags = (wanted or "").split(",")
    return any(tag.strip().removeprefix("W/") in ("*", etag) for tag in tags)


def _build_response(
    body: bytes, status: int, media_type: str | None, more: Mapping[str, str]
) -> Response:
    headers = {"content-security-policy": CONTENT_SECURITY_POLICY, **more}
    return Response(body, status, headers=headers, media_type=media_type)


def _refuse() -> Response:
    """Refuse a request that came too soon, as cheaply as possible."""
    headers = {"retry-after": "1", "cache-control": "no-store"}
    return Response(b"Too many requests\n", 429, headers, "text/plain")
