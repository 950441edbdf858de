"""Says in one sentence what a database driver reports; decides nothing else.

    ConfigurationError      somebody must mend it: damaged, read-only, wrong password
    └── Unavailable         it may pass by itself: locked, full, not reachable

Everything else that a driver raises (a broken rule, a misspelt table) is a defect of
ours and passes through unchanged. SQLite's codes: https://sqlite.org/rescode.html;
PostgreSQL's: https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.errors import ConfigurationError


class Unavailable(ConfigurationError):
    """The database cannot answer for the moment; the same call may work later."""


_LOCKED = (
    "The database {where} has been locked by another program for too long. "
    "Close what else uses it (a database viewer, a backup, a second Standfirst)."
)
_FULL = (
    "The database {where} cannot be written because the disk is full. "
    "Free some room; nothing was half written."
)
_IO = (
    "The database {where} cannot be read or written because its disk reports a "
    "fault. Check the disk and whether its folder is still there."
)
_READONLY = (
    "The database {where} can only be read. Give the user that runs Standfirst the "
    "right to write to the file and to its folder."
)
_DAMAGED = (
    "The database {where} is damaged. It was left as it is: restore a backup "
    "(standfirst restore), or move the file away to begin anew."
)
_NOT_ONE = (
    "The file {where} is not a database. It was left as it is: point "
    "STANDFIRST_DATABASE_URL at another file, or move this one away."
)
_NO_ENTRY = (
    "The database {where} cannot be opened. Check that its folder exists and that "
    "the user that runs Standfirst may write there."
)

_SQLITE: dict[int, tuple[type[ConfigurationError], str]] = {
    sqlite3.SQLITE_BUSY: (Unavailable, _LOCKED),
    sqlite3.SQLITE_LOCKED: (Unavailable, _LOCKED),
    sqlite3.SQLITE_FULL: (Unavailable, _FULL),
    sqlite3.SQLITE_IOERR: (Unavailable, _IO),
    sqlite3.SQLITE_READONLY: (ConfigurationError, _READONLY),
    sqlite3.SQLITE_CORRUPT: (ConfigurationError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (ConfigurationError, _NOT_ONE),
    sqlite3.SQLITE_CANTOPEN: (ConfigurationError, _NO_ENTRY),
}

_PG_BUSY = (
    "The database {where} is busy: other work holds what is needed here. "
    "It will be tried again."
)
_PG_AWAY = (
    "The database server of {where} cannot be reached. Check that it runs and that "
    "the address in STANDFIRST_DATABASE_URL is right."
)
_PG_ENTRY = (
    "The database server of {where} does not let us in. Check user and password in "
    "STANDFIRST_DATABASE_URL."
)
_PG_MISSING = (
    "The server has no database {where}. Make it (createdb), or correct the name at "
    "the end of STANDFIRST_DATABASE_URL."
)
_PG_FULL = (
    "The database {where} cannot be written because its server's disk is full. "
    "Free some room there; nothing was half written."
)
_PG_STANDBY = (
    "The database {where} can only be read (a standby?). Point "
    "STANDFIRST_DATABASE_URL at the server that may be written to."
)
_PG_RIGHTS = (
    "The database user of {where} may not do what is needed. Make it the owner of "
    "the database, or grant it CREATE on the schema."
)

#: By the whole code or, when that is not listed, by its first two characters.
_POSTGRESQL: dict[str, tuple[type[ConfigurationError], str]] = {
    "08": (Unavailable, _PG_AWAY),
    "25006": (ConfigurationError, _PG_STANDBY),
    "28": (ConfigurationError, _PG_ENTRY),
    "3D": (ConfigurationError, _PG_MISSING),
    "40": (Unavailable, _PG_BUSY),
    "42501": (ConfigurationError, _PG_RIGHTS),
    "53": (Unavailable, _PG_BUSY),
    "53100": (Unavailable, _PG_FULL),
    "55P03": (Unavailable, _PG_BUSY),
    "57P": (Unavailable, _PG_AWAY),
    "57": (Unavailable, _PG_BUSY),
    "58": (Unavailable, _IO),
    "XX001": (ConfigurationError, _DAMAGED),
    "XX002": (ConfigurationError, _DAMAGED),
}


def explained(
    error: DBAPIError | sqlite3.Error, where: str
) -> ConfigurationError | None:
    """Give the sentence for `error`, or None when it is a defect of ours.

    Args:
        error: As SQLAlchemy, or the driver itself, raised it.
        where: The database as people know it, without credentials.
    """
    found = _kind(error)
    if found is None:
        return None
    kind, sentence = found
    return kind(sentence.format(where=where))


def passes_by_itself(error: DBAPIError | sqlite3.Error) -> bool:
    """Tell whether the same transaction can simply be run again: it lost a race."""
    found = _kind(error)
    return found is not None and found[1] in {_LOCKED, _PG_BUSY}


def _kind(
    error: DBAPIError | sqlite3.Error,
) -> tuple[type[ConfigurationError], str] | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        # The low byte is the kind, the rest says more about it.
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # Only a connection that could not be made, or was lost, has no code.
        return _POSTGRESQL[_by_words(str(cause))] if _lost(error) else None
    for length in (5, 3, 2):
        if state[:length] in _POSTGRESQL:
            return _POSTGRESQL[state[:length]]
    return None


def _by_words(said: str) -> str:
    """Tell by the server's (English) words why it did not take a connection."""
    if "authentication" in said or "no password" in said or 'role "' in said:
        return "28"
    return "3D" if 'database "' in said and "not exist" in said else "08"


def _lost(error: Exception) -> bool:
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
