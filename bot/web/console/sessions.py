"""Sessions of the console: tokens, their cookie, and the owner's one-time address.

A session is a random token in a cookie that scripts cannot read; the database has its
hash. A login always makes a new one and ends the one before, so that nobody can choose
the session of somebody else. It ends when it was unused for `IDLE`, after `LIFETIME` in
any case, and everywhere at once when the person says so.
"""

import re
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.model.sign_in import OWNER, ConsoleSession, Identity
from bot.ports import Clock
from bot.storage import Database, console_store
from bot.web.security import get_session_cookie_name
from digests.types import frozen_positional

IDLE, LIFETIME = timedelta(hours=12), timedelta(days=7)
#: Time between two records that a session is in use.
_USE_INTERVAL: Final = timedelta(minutes=5)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@frozen_positional
class Sessions:
    """The sessions in the database, and their cookie."""

    db: Database
    clock: Clock

    async def find(self, request: Request) -> ConsoleSession | None:
        """Find the session of a request, and record that it is in use."""
        token = self._read_token(request)
        if token is None:
            return None
        now = self.clock.now()
        found = await self.db.read(
            console_store.find_session,
            token,
            now=now,
            idle_since=now - IDLE,
        )
        if found is not None and now - found.used_at > _USE_INTERVAL:
            await self.db.write(console_store.mark_session_used, found.id, now=now)
        return found

    async def has(self, request: Request) -> bool:
        """Whether somebody who is signed in sent the request."""
        return await self.find(request) is not None

    async def use_link(self, token: str) -> bool:
        """Use the owner's one-time address up; False if it is not valid any more."""
        if not _TOKEN.fullmatch(token):
            return False
        now = self.clock.now()
        return await self.db.write(console_store.use_link, token, now=now)

    async def begin(
        self, request: Request, response: Response, identity: Identity = OWNER
    ) -> None:
        """Sign somebody in: a new session, in place of the one that there was."""
        now = self.clock.now()
        await self.end(request)
        begin = console_store.begin_session
        token = await self.db.write(begin, identity, now=now, until=now + LIFETIME)
        secure = request.state.is_https
        response.set_cookie(
            get_session_cookie_name(secure=secure),
            token,
            max_age=LIFETIME // timedelta(seconds=1),
            path="/",
            httponly=True,
            secure=secure,
            samesite="lax",
        )

    async def end(self, request: Request) -> None:
        """End the session of a request, if there is one."""
        token = self._read_token(request)
        if token is not None:
            await self.db.write(console_store.end_session, token)

    async def end_everywhere(self, identity: Identity) -> None:
        """End every session of a person, in all browsers."""
        await self.db.write(console_store.end_sessions_of, identity)

    def forget_cookie(self, request: Request, response: Response) -> None:
        """Delete the cookie in the browser."""
        secure = request.state.is_https
        name = get_session_cookie_name(secure=secure)
        response.delete_cookie(
            name, path="/", httponly=True, secure=secure, samesite="lax"
        )

    def _read_token(self, request: Request) -> str | None:
        name = get_session_cookie_name(secure=request.state.is_https)
        token = request.cookies.get(name, "")
        return token if _TOKEN.fullmatch(token) else None
