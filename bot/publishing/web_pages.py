"""The addresses of the public pages of editions, which are stored with them."""

from datetime import date

from bot.model import EditionKey, StoredEdition
from bot.model.published import PREVIEW_KEY, Visibility, build_page_path
from bot.model.settings import WebSetting
from bot.publishing.edition_inputs import EditionOrder
from bot.storage import Connection, published_edition_store
from digests.types import frozen


@frozen
class WebPages:
    """Gives editions their pages, below one public address."""

    #: None: no edition has a page.
    public_url: str | None = None

    def find_visibility(self, order: EditionOrder) -> Visibility | None:
        """Return who could find the page of an edition; None if it gets no page.

        Those of personal digests, and those that are posted by hand to fewer or other
        channels than the digest's own, are not for everybody.
        """
        setting, private = order.digest.options.web, order.digest.person is not None
        if self.public_url is None or setting == "off" or private or order.separate:
            return None
        return setting

    def build_preview_url(self, visibility: WebSetting | None) -> str | None:
        """Build the address that a preview shows; there is no page."""
        if self.public_url is None or visibility is None or visibility == "off":
            return None
        return self._build_url(visibility, PREVIEW_KEY)

    def publish(
        self,
        conn: Connection,
        stored_edition: StoredEdition,
        order: EditionOrder,
        day: date,
    ) -> str | None:
        """Give an edition its page, if it gets one; return the address."""
        visibility = self.find_visibility(order)
        if visibility is None:
            return None
        key = published_edition_store.publish_edition(
            conn, stored_edition.scope, stored_edition, order.digest, visibility, day
        )
        return self._build_url(visibility, key)

    def find_url(
        self, conn: Connection, order: EditionOrder, edition: EditionKey
    ) -> str | None:
        """Find the address of a stored edition's page, if its digest has pages now."""
        if self.find_visibility(order) is None:
            return None
        page = published_edition_store.find_page_of_edition(conn, **edition)
        return self._build_url(*page) if page else None

    def _build_url(self, visibility: Visibility, key: str) -> str:
        return f"{self.public_url}{build_page_path(visibility, key)}"
