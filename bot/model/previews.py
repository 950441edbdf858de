"""An edition shown in the look of a platform, without being sent there."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from markupsafe import Markup

from bot.model.edition import MessagePart, RenderContext
from bot.model.scope import Scope
from digests.types import Edition, frozen


@frozen
class LimitUse:
    """How much of one limit of its platform a message uses."""

    #: What is counted: an English message.
    what: str
    used: int
    most: int


@frozen
class PreviewFrame:
    """What stands around a message in a preview, and where its pictures are."""

    #: The time of the post.
    time: str
    #: Returns the URL of the picture with this hash.
    locate_picture: Callable[[str], str]
    #: The name under which the bot posts.
    author: str = "Standfirst"


@frozen
class MessagePreview:
    """Shows the messages of a platform as HTML, in its look; all functions are pure.

    They take the payload that is sent, so that nothing is shown that is not sent.
    """

    #: As `Platform.render`; works without a connection.
    render: Callable[[Edition, RenderContext], tuple[MessagePart, ...]]
    #: Returns HTML in which every text of the payload is escaped.
    build_html: Callable[[MessagePart, PreviewFrame], str]
    measure: Callable[[MessagePart], tuple[LimitUse, ...]]
    #: The file with its styles.
    stylesheet: Path


@frozen
class ShownMessage:
    """One message as its platform shows it, and how much of its limits it uses."""

    html: Markup
    uses: tuple[LimitUse, ...]


class EditionViews(Protocol):
    """Shows stored editions as the platforms that can be previewed do."""

    @property
    def titles(self) -> Mapping[str, str]:
        """The names of the platforms, as people read them, by their ids."""

    @property
    def styles(self) -> str:
        """The styles of all previews; reads files when it is first asked."""

    async def show(
        self,
        scope: Scope,
        public_id: str,
        *,
        person_id: str,
        platform: str,
        build_frame: Callable[[datetime], PreviewFrame],
    ) -> tuple[ShownMessage, ...] | None:
        """Show an edition with its corrections as it is shown on a platform.

        Args:
            scope: The workspace.
            public_id: The edition's.
            person_id: Who may see an edition of their own.
            platform: One of `titles`.
            build_frame: Returns what stands around a message that was made then.

        Returns:
            The messages; None if there is no such edition or platform.
        """
