"""Verbs on the database itself, for the doctor: is it whole? Nothing is mended."""

import time
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

#: Steps of SQLite between two looks at the clock.
_STEPS = 10_000


def damage(connection: Connection, *, seconds: float) -> str | None:
    """Look whether the database is whole; the first damage in words, or None.

    A file that is too large to be looked through in so many seconds counts as whole as
    far as it was seen. PostgreSQL sees to that itself.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SELECT 1")
        return None
    raw: Any = connection.connection.driver_connection
    until = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    except OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        return None
    finally:
        raw.set_progress_handler(None, 0)
    return None if found == "ok" else f"it is damaged: {found}"
