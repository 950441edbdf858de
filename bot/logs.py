"""Logs of the process: one line an event, on stderr, as text or as JSON.

Events of our own (structlog) and records of libraries (logging) take the same way. Each
line has the id of its run: of a job, a command, or else of the process. Secrets are
replaced in the finished line, wherever in it they stand.
"""

import io
import json
import logging
import os
import re
import select
import sys
from collections.abc import Collection, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn, TextIO, cast

import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import Processor

from bot.settings import Settings

HIDDEN: Final = "[hidden]"
#: Shorter values are words that stand in many lines; the doctor warns of such secrets.
_SHORTEST_SECRET: Final = 6
#: Tokens of workspaces that installed the app: they are in the database.
_SLACK_TOKEN: Final = re.compile(r"\bx(?:ox[a-z](?:\.xox[a-z])?|app)-[A-Za-z0-9-]{8,}")
#: Characters that a pipe takes without waiting, once it takes any (PIPE_BUF bytes).
_LOG_PIECE: Final = 1000
_LOG_PATIENCE_SECONDS: Final = 0.02


def create_run_id() -> str:
    """Create a short random id, for the lines of one run."""
    return os.urandom(4).hex()


@contextmanager
def bind_run(**about: str) -> Iterator[None]:
    """Give all log lines of the block one `run`, and these keys.

    Tasks that the block creates, and what it runs in threads, keep them.
    """
    with bound_contextvars(run=create_run_id(), **about):
        yield


def configure_logging(settings: Settings) -> None:
    """Set up the process's logging, once, at start: to stderr, for every command."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    is_json = settings.log_format == "json"
    last: Processor = structlog.processors.JSONRenderer()
    if not is_json:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    stream = cast(TextIO, LogStream(sys.stderr))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *([_ProcessId(create_run_id())] if is_json else ()),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
            SecretFilter(settings.list_secrets()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # One write for a line, so that lines of several threads are not mixed.
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), handlers=[LibraryLogHandler()]
    )


def silence_logging() -> None:
    """Disable logging: the command prints its results to the terminal."""
    structlog.configure(processors=[_drop_event])
    logging.disable(logging.CRITICAL)


def _drop_event(_logger: object, _method: str, _event: object) -> NoReturn:
    raise structlog.DropEvent


class _ProcessId:
    """Processor: add the id of the process's start, which is also its own run."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["process"] = self._process
        event.setdefault("run", self._process)
        return event


class SecretFilter:
    """Replace secrets in a text; as the last processor, in a finished line."""

    def __init__(self, secrets: Collection[str]) -> None:
        """Take the secrets as they are, and as they are written in JSON."""
        known = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        written = {json.dumps(s, ensure_ascii=ascii)[1:-1] for s in known
                   for ascii in (True, False)}  # fmt: skip
        # The longest first: one may be a part of another.
        self._secrets = sorted(known | written, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """Replace the secrets of the settings, and whatever is a token of Slack."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _SLACK_TOKEN.sub(HIDDEN, text)

    def __call__(self, _logger: object, _method: str, line: Any) -> str:
        return self.hide(str(line))


class LibraryLogHandler(logging.Handler):
    """Pass records of libraries on to our own log, with the library as `logger`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record at the nearest of our levels."""
        try:
            log = structlog.get_logger()
            write = log.warning if record.levelno < logging.ERROR else log.error
            about = {"exc_info": record.exc_info} if record.exc_info else {}
            write(record.getMessage(), logger=record.name, **about)
        except Exception:
            self.handleError(record)


class LogStream(io.TextIOBase):
    """stderr for logs: what cannot be written is dropped; nothing ends or waits for it.

    The disk may be full, the terminal gone, or the reader of a pipe stuck; later lines
    are written again, each from its beginning.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        #: Whether the last piece was taken at once.
        self._is_read = True
        #: Whether the last line was cut off.
        self._is_cut = False

    def write(self, text: str) -> int:
        whole = f"\n{text}" if self._is_cut else text
        done = 0
        with suppress(OSError, ValueError):
            while done < len(whole) and self._can_take():
                self._stream.write(whole[done : done + _LOG_PIECE])
                self._stream.flush()
                done += _LOG_PIECE
        if done:
            self._is_cut = done < len(whole)
        return len(text)

    def _can_take(self) -> bool:
        """Wait briefly for a pipe that is full, but not again for each line."""
        patience = _LOG_PATIENCE_SECONDS if self._is_read else 0
        with suppress(OSError, ValueError):
            # Raises for what is no file of the system, such as a buffer in memory.
            self._is_read = bool(select.select([], [self._stream], [], patience)[1])
        return self._is_read

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()
