"""Atom (RFC 4287) and JSON Feed 1.1 of a listed digest. Pure.

The id of an entry is derived from the public id of its edition, so that it stays the
same whatever its address becomes. A correction changes `updated`, and nothing else
does.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from jinja2 import Environment

from bot.i18n.safe_text import sanitize_text
from bot.storage.published_edition_store import PublicDigest, PublishedEdition
from bot.web.published.edition_view import build_edition_view
from bot.web.published.rendered import Rendered

#: Any UUID; the same for ever.
_NAMESPACE: Final = UUID("6b0f1a52-53f5-4cbb-9a8e-9d6f0a3c1f5e")
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = "https://jsonfeed.org/version/1.1"


def render_atom(
    templates: Environment,
    digest: PublicDigest,
    editions: Sequence[PublishedEdition],
    urls: "FeedUrls",
) -> Rendered:
    """Render the feed as Atom."""
    body = templates.get_template("feed.atom").render(
        **_describe_feed(digest, editions, urls.home),
        home=urls.home,
        own=urls.atom,
        entries=_build_entries(templates, editions, urls.public_url),
    )
    return Rendered.of(body, "application/atom+xml; charset=utf-8")


def render_json_feed(
    templates: Environment,
    digest: PublicDigest,
    editions: Sequence[PublishedEdition],
    urls: "FeedUrls",
) -> Rendered:
    """Render the feed as JSON."""
    about = _describe_feed(digest, editions, urls.home)
    entries = _build_entries(templates, editions, urls.public_url)
    feed = {
        "version": _VERSION,
        "title": sanitize_text(about["title"]),
        "home_page_url": urls.home,
        "feed_url": urls.json,
        "language": about["lang"],
        "authors": [{"name": sanitize_text(about["title"]), "url": urls.home}],
        "items": [_build_item(entry) for entry in entries],
    }
    body = json.dumps(feed, ensure_ascii=False)
    return Rendered.of(body, "application/feed+json; charset=utf-8")


class FeedUrls:
    """The addresses of a listed digest."""

    def __init__(self, public_url: str, home: str) -> None:
        self.public_url, self.home = public_url, home
        self.atom, self.json = f"{home}/feed.atom", f"{home}/feed.json"


def _describe_feed(
    digest: PublicDigest, editions: Sequence[PublishedEdition], home: str
) -> dict[str, Any]:
    moments = [edition.updated_at for edition in editions]
    newest = editions[0].context.locale if editions else "en"
    return {
        "id": uuid5(_NAMESPACE, f"digest/{digest.name}").urn,
        "title": digest.title,
        "lang": newest.replace("_", "-"),
        "updated": format_instant(max(moments, default=_NEVER)),
    }


def _build_entries(
    templates: Environment, editions: Sequence[PublishedEdition], public_url: str
) -> list[dict[str, Any]]:
    body = templates.get_template("entry.html")
    entries = []
    for published in editions:
        view = build_edition_view(published, public_url)
        edition = published.stored_edition
        entries.append(
            {
                "id": uuid5(_NAMESPACE, f"edition/{edition.public_id}").urn,
                "title": f"{view['title']} · {view['day']}",
                "url": view["url"],
                "published": format_instant(edition.edition.made_at),
                "updated": format_instant(published.updated_at),
                "summary": view["description"],
                "lang": view["lang"],
                "picture": view["picture"],
                "content": body.render(e=view, texts=view["texts"]),
            }
        )
    return entries


def _build_item(entry: dict[str, Any]) -> dict[str, Any]:
    picture = entry["picture"]
    return {
        "id": entry["id"],
        "url": entry["url"],
        "title": sanitize_text(entry["title"]),
        "content_html": entry["content"],
        "summary": sanitize_text(entry["summary"]),
        "date_published": entry["published"],
        "date_modified": entry["updated"],
        "language": entry["lang"],
        **({"image": picture["src"]} if picture else {}),
    }


def format_instant(at: datetime) -> str:
    """Format an instant as both feeds write it (RFC 3339): «2026-11-24T08:30:00Z»."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
