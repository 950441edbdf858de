"""Sessions of the console, and the one-time addresses that sign the owner in.

Only hashes are stored: whoever reads the database cannot sign in with what it has. A
person who is signed in belongs to no workspace; what they may do in one is asked from
its platform.
"""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection, select

from bot.model.sign_in import LINK_LIFETIME, ConsoleSession, Identity
from bot.storage.schema import console_links, console_sessions
from bot.storage.statements import (
    Condition,
    delete_rows,
    find_first,
    from_row,
    has_values,
    insert_missing,
    insert_row,
    keep_newest,
    to_row,
    update_rows,
)

_SESSION = console_sessions.c
#: Sessions of one person, and unused addresses; older ones end when there are more.
MAX_SESSIONS, MAX_LINKS = 20, 20


def hash_token(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def issue_link(conn: Connection, now: datetime) -> str:
    """Store a new one-time address; return its token."""
    delete_rows(conn, console_links, console_links.c.expires_at <= now)
    token = secrets.token_urlsafe(32)
    values = {"token_hash": hash_token(token), "expires_at": now + LINK_LIFETIME}
    insert_missing(conn, console_links, values)
    newest = [console_links.c.expires_at.desc()]
    keep_newest(conn, console_links, newest_first=newest, most=MAX_LINKS)
    return token


def use_link(conn: Connection, token: str, now: datetime) -> bool:
    """Use a one-time address up; False if it is unknown, used or expired."""
    named = has_values(console_links, token_hash=hash_token(token))
    return delete_rows(conn, console_links, named, console_links.c.expires_at > now) > 0


def begin_session(
    conn: Connection, identity: Identity, now: datetime, until: datetime
) -> str:
    """Store a new session; return its token."""
    token = secrets.token_urlsafe(32)
    delete_rows(conn, console_sessions, _SESSION.expires_at <= now)
    values = to_row(
        console_sessions,
        identity,
        token_hash=hash_token(token),
        workspaces=list(identity.workspaces),
        created_at=now,
        used_at=now,
        expires_at=until,
    )
    insert_row(conn, console_sessions, **values)
    keep_newest(
        conn,
        console_sessions,
        _is_of(identity),
        newest_first=[_SESSION.id.desc()],
        most=MAX_SESSIONS,
    )
    return token


def find_session(
    conn: Connection, token: str, now: datetime, idle_since: datetime
) -> ConsoleSession | None:
    """Find a session that has neither expired nor been unused since `idle_since`."""
    query = select(console_sessions).where(
        has_values(console_sessions, token_hash=hash_token(token)),
        _SESSION.expires_at > now,
        _SESSION.used_at > idle_since,
    )
    return find_first(
        conn,
        query,
        lambda row: from_row(ConsoleSession, row, identity=from_row(Identity, row)),
    )


def mark_session_used(conn: Connection, session_id: int, now: datetime) -> None:
    """Record that a session is in use."""
    update_rows(conn, console_sessions, _SESSION.id == session_id, used_at=now)


def end_session(conn: Connection, token: str) -> None:
    """End a session, if there is one."""
    named = has_values(console_sessions, token_hash=hash_token(token))
    delete_rows(conn, console_sessions, named)


def end_sessions_of(conn: Connection, identity: Identity) -> int:
    """End every session of a person; return how many."""
    return delete_rows(conn, console_sessions, _is_of(identity))


def end_all_sessions(conn: Connection) -> None:
    """End all sessions and forget all one-time addresses."""
    delete_rows(conn, console_sessions)
    delete_rows(conn, console_links)


def _is_of(identity: Identity) -> Condition:
    return has_values(
        console_sessions, platform=identity.platform, user_id=identity.user_id
    )
