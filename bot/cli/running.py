"""`standfirst run`, and how each command gets its application and its settings.

Without the library of the command line: the process that runs on does not load it.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.cli.console import announce, print_warnings
from bot.ports import Clock, Examiner, Plugins
from bot.runner import Application, Role, configure_logging, serve_application
from bot.settings import Settings


class ApplicationFactory(Protocol):
    """The functions of `bot.app` that commands use; they do not import it themselves.

    Parsing a command line and its help is fast without the platforms.
    """

    def load_platform_settings(self) -> tuple[Settings, tuple[str, ...]]:
        """Load the settings, with warnings."""

    def open_application(
        self, settings: Settings, *, role: Role = "all"
    ) -> AbstractAsyncContextManager[Application]:
        """Build the application over the configured database."""

    def open_examiner(
        self, settings: Settings, name: str
    ) -> AbstractAsyncContextManager[Examiner]:
        """Sign in to a platform, to check it."""

    def list_platforms(self) -> Plugins:
        """Return every platform by name."""

    def get_clock(self) -> Clock:
        """Return the real clock."""


def run_bot(*, role: Role = "all", factory: ApplicationFactory) -> int:
    """Post on schedule and answer commands until stopped.

    Args:
        role: What this process does. By default one process does everything; on
            PostgreSQL, a gateway, a scheduler, workers and a web process can share the
            work.
    """
    settings = read_settings(factory)

    async def serve() -> int:
        async with factory.open_application(settings, role=role) as app:
            return await serve_application(app, announce)

    return asyncio.run(serve())


def read_settings(factory: ApplicationFactory) -> Settings:
    """Load the settings, set up logging by them, and print warnings about them."""
    settings, warnings = factory.load_platform_settings()
    configure_logging(settings)
    print_warnings(*warnings)
    return settings
