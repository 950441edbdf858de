"""How this process writes its log: structlog on stderr; it must not log anything.

Text for people at a terminal, one JSON object a line for machines.
"""

import logging
import sys
from typing import NoReturn

import structlog

from bot.settings import Settings


def configure(settings: Settings) -> None:
    """Set the process's logging up, once, at start."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    last: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "text":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def silence() -> None:
    """Log nothing: what is found is told to whoever sits at the terminal."""
    structlog.configure(
        processors=[_drop], logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    logging.disable(logging.CRITICAL)


def _drop(_logger: object, _method: str, _event: object) -> NoReturn:
    raise structlog.DropEvent
