"""Show a stored edition as the messages that another platform would get of it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup

from bot.errors import UnknownName
from bot.lookup.text_search import check_retained
from bot.model import RenderContext, StoredEdition
from bot.model.edition import context_from_json
from bot.model.previews import MessagePreview, PreviewFrame, ShownMessage
from bot.model.scope import Scope
from bot.ports import Plugins
from bot.storage import Connection, Database, edition_store
from digests.types import Edition


def load_previews(plugins: Plugins) -> Mapping[str, tuple[str, MessagePreview]]:
    """Load what shows messages of each platform, with its title, by its name."""
    return {
        name: (str(plugin.title), plugin.load_preview())
        for name, plugin in plugins.items()
        if plugin.load_preview is not None
    }


def read_preview_styles(plugins: Plugins) -> str:
    """Read the styles in which all platforms show messages."""
    found = load_previews(plugins).values()
    return "\n".join(preview.stylesheet.read_text("utf-8") for _, preview in found)


def show_messages(
    preview: MessagePreview,
    edition: Edition,
    context: RenderContext,
    frame: PreviewFrame,
) -> tuple[ShownMessage, ...]:
    """Show the messages of an edition; takes longer than the event loop may wait."""
    return tuple(
        ShownMessage(
            html=Markup(preview.build_html(part, frame)),  # noqa: S704 - it escapes
            uses=preview.measure(part),
        )
        for part in preview.render(edition, context)
    )


@dataclass(frozen=True)
class StoredEditionViews:
    """`EditionViews` over one database."""

    db: Database
    plugins: Plugins

    @property
    def titles(self) -> Mapping[str, str]:
        return {
            name: str(plugin.title)
            for name, plugin in self.plugins.items()
            if plugin.load_preview is not None
        }

    @cached_property
    def styles(self) -> str:
        return read_preview_styles(self.plugins)

    async def show(
        self,
        scope: Scope,
        public_id: str,
        *,
        person_id: str,
        platform: str,
        build_frame: Callable[[datetime], PreviewFrame],
    ) -> tuple[ShownMessage, ...] | None:
        if platform not in self.titles:
            return None
        found = await self.db.read(_load_edition, scope, public_id, person_id)
        if found is None:
            return None
        stored, context = found
        _, preview = load_previews(self.plugins)[platform]
        frame = build_frame(stored.edition.made_at)
        return await asyncio.to_thread(
            show_messages, preview, stored.edition, context, frame
        )


def _load_edition(
    conn: Connection, scope: Scope, public_id: str, person_id: str
) -> tuple[StoredEdition, RenderContext] | None:
    """Load an edition with its corrections, and how it was rendered."""
    stored = edition_store.find_edition_by_public_id(conn, scope, public_id, person_id)
    if stored is None or edition_store.is_edition_undone(conn, **stored.key):
        return None
    with suppress(UnknownName):
        check_retained(conn, stored)
        context = edition_store.find_render_context(conn, **stored.key)
        if context is not None:
            return stored, context_from_json(context, stored.public_id)
    return None
