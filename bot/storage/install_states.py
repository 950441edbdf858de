"""Verbs on installations that were begun in a browser, and the store made of them.

Only a hash lies in the database: who reads it cannot finish what another began. They
belong to nobody yet: which workspace it becomes is known at the end.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from bot.ports import Clock
from bot.storage.database import Database
from bot.storage.schema import install_states

#: How long an installation may take from its first page to its last.
STATE_LIFE: Final = timedelta(minutes=10)
#: Begun installations that are remembered; the oldest give way.
STATES: Final = 1_000


class KeptStates:
    """Installations that were begun in a browser (`ports.StateStore`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def issue(self) -> str:
        state = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._database.write(
            issue, digest=_digest(state), now=now, until=now + STATE_LIFE
        )
        return state

    async def consume(self, state: str) -> bool:
        return await self._database.write(
            consume, digest=_digest(state), now=self._clock.now()
        )


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()


def issue(
    connection: Connection, *, digest: str, now: datetime, until: datetime
) -> None:
    """Remember a begun installation; what has run out, or is too much, is forgotten."""
    connection.execute(delete(install_states).where(install_states.c.until <= now))
    newest = (
        select(install_states.c.digest)
        .order_by(install_states.c.until.desc())
        .limit(STATES - 1)
    )
    connection.execute(
        delete(install_states).where(install_states.c.digest.not_in(newest))
    )
    connection.execute(install_states.insert().values(digest=digest, until=until))


def consume(connection: Connection, *, digest: str, now: datetime) -> bool:
    """Take a begun installation up, once; False where there is none (any more)."""
    done = connection.execute(
        delete(install_states).where(
            install_states.c.digest == digest, install_states.c.until > now
        )
    )
    return done.rowcount > 0
