"""Where a process can be ended: every step between due and recorded, by name.

A point is before, inside (done, not committed) and after every transaction, before and
after every call of a platform, and wherever the product names one itself. So an added
step is a new point without being listed.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

#: Transactions that have nothing to do with an edition on its way.
_APART = frozenset(
    {"get_signing_secret", "retest_stopped_workspaces", "save_job_statuses"}
)
#: After the commit of an edition, of a claim, and after the platform's answer.
STORED, CLAIMED, ANSWERED = "at stored", "at claimed", "at answered"


@dataclass(kw_only=True)
class Points:
    """Count passed points; at the wanted pass of the wanted point, end the process."""

    wanted: str = ""
    passing: int = 1
    number: int = signal.SIGKILL
    #: A file for the names of passed points, one a line.
    trace: Path | None = None
    _passed: Counter[str] = field(default_factory=Counter)

    def reach(self, name: str) -> None:
        self._passed[name] += 1
        if self.trace is not None:
            with self.trace.open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
        if name == self.wanted and self._passed[name] == self.passing:
            os.kill(os.getpid(), self.number)

    def named(self, name: str) -> None:
        """A point of the product's own (`bot.ports.Checkpoint`)."""
        self.reach(f"at {name}")

    def arrange(self) -> None:
        """Install the points in this process's storage and product."""
        from bot.storage import Database

        write: Callable[..., Any] = Database.write

        async def written(
            db: Database, verb: Callable[..., Any], /, *args: Any, **kw: Any
        ) -> Any:
            name = _get_name(verb)
            if name in _APART:
                return await write(db, verb, *args, **kw)

            def inside(connection: Any, *args: Any, **kw: Any) -> Any:
                result = verb(connection, *args, **kw)
                self.reach(f"{name}: not committed")
                return result

            self.reach(f"{name}: before")
            result = await write(db, inside, *args, **kw)
            self.reach(f"{name}: committed")
            return result

        patch.object(Database, "write", written).start()

    def around(self, platform: Any) -> None:
        """Install the points around the platform's calls."""
        for verb in ("send", "read_back"):
            setattr(platform, verb, self._around(verb, getattr(platform, verb)))
        if platform.name == "slack":
            self._around_files()

    def _around_files(self) -> None:
        """Install the points around the requests about files."""
        from bot.platforms.slack.client import SlackClient

        call, upload = SlackClient.call, SlackClient.upload

        async def called(client: Any, method: str, **args: Any) -> Any:
            if not method.startswith("files."):
                return await call(client, method, **args)
            self.reach(f"{method}: before")
            found = await call(client, method, **args)
            self.reach(f"{method}: answered")
            return found

        async def sent(client: Any, url: str, content: bytes) -> None:
            self.reach("upload: before")
            await upload(client, url, content)
            self.reach("upload: answered")

        patch.object(SlackClient, "call", called).start()
        patch.object(SlackClient, "upload", sent).start()

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        async def passed(delivery: Any) -> Any:
            self.reach(f"{name}: before")
            result = await call(delivery)
            self.reach(f"{name}: answered")
            return result

        return passed


def _get_name(verb: Callable[..., Any]) -> str:
    """The name of a transaction: that of its function, also if it is a partial one."""
    while isinstance(verb, partial):
        verb = verb.func
    return verb.__name__.strip("_")
