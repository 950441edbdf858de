"""`standfirst run`, and how each command gets its application and its settings.

Without the library of the command line: the process that runs on does not load it.
"""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Protocol

from bot.cli.console import OK, announce, print_warnings
from bot.logs import configure_logging
from bot.ports import Clock, Examiner, Plugins
from bot.runner import Application, Role, limit_freed_memory, serve_application
from bot.settings import Settings
from bot.storage import DatabaseUnavailable, engines, schema_upgrade
from bot.storage.job_tables import TableScripts
from bot.storage.schema_upgrade import OutdatedSchema

#: Seconds between two looks at a database that is not usable yet.
POLL_SECONDS = 2.0


class ApplicationFactory(Protocol):
    """The functions of `bot.app` that commands use; they do not import it themselves.

    Parsing a command line and its help is fast without the platforms.
    """

    def load_platform_settings(self) -> tuple[Settings, tuple[str, ...]]:
        """Load the settings, with warnings."""

    def open_application(
        self, settings: Settings, *, role: Role = "all", is_demo: bool = False
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
    limit_freed_memory()
    settings = read_settings(factory)

    async def serve() -> int:
        if not await wait_for_server(settings.database_url, role):
            return OK
        async with factory.open_application(settings, role=role) as app:
            return await serve_application(app, announce)

    return asyncio.run(serve())


def read_queue_scripts(url: str) -> TableScripts | None:
    """Read how the tables of the queue are made; None where there is no queue."""
    if engines.find_sqlite_path(url) is not None:
        return None
    try:
        # Imported late: it is an extra.
        from bot.jobs.job_queue import read_table_scripts
    except ModuleNotFoundError:
        return None
    return read_table_scripts()


async def wait_for_server(url: str, role: Role) -> bool:
    """Wait until a server's database is reachable and has the schema of this program.

    In a rolling update the new processes start first and wait for `standfirst migrate`.
    An SQLite file is upgraded when it is opened.

    Returns:
        False if SIGTERM came first.

    Raises:
        ConfigurationError: Waiting does not help; the database may be newer.
    """
    address = engines.parse_database_url(url)
    if engines.find_sqlite_path(url) is not None:
        return True
    queue = None if role == "all" else read_queue_scripts(url)
    prepare = partial(schema_upgrade.prepare_database, address, queue=queue)
    stop, loop, said = asyncio.Event(), asyncio.get_running_loop(), ""
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    try:
        while not stop.is_set():
            try:
                await asyncio.to_thread(prepare)
            except (OutdatedSchema, DatabaseUnavailable) as error:
                if said != str(error):
                    said = str(error)
                    announce(f"{said} This process waits until it can start.")
            else:
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
    return False


def read_settings(factory: ApplicationFactory) -> Settings:
    """Load the settings, set up logging by them, and print warnings about them."""
    settings, warnings = factory.load_platform_settings()
    configure_logging(settings)
    print_warnings(*warnings)
    return settings
