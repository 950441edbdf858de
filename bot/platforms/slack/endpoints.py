"""Takes what Slack sends where it calls us (HTTP mode); nobody else gets in.

Slack signs each request with a secret of the app: over the moment and the bytes as they
came. What is not signed, is signed wrongly, is older than five minutes, or cannot even
be looked at is 401, before anything of it is read. What comes twice is the listener's.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.platforms import bodies

log = structlog.get_logger(__name__)

#: Bytes of a request, and seconds that its signature is good for.
BODY: Final = 1_000_000
WINDOW: Final = 300
_STAMP: Final = "x-slack-request-timestamp"
_SIGNATURE: Final = "x-slack-signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back as the acknowledgement."""

    status: int
    body: str = ""
    kind: str = "text/plain"


#: (the body, the headers) → the acknowledgement.
Take = Callable[[str, Mapping[str, str]], Awaitable[Answer]]


class Called:
    """The address that Slack calls, as an ASGI application."""

    def __init__(self, take: Take, *, secret: str, now: Callable[[], datetime]) -> None:
        """Take nothing yet.

        Args:
            take: Gets what is Slack's.
            secret: What Slack signs with; without one nothing is let in.
            now: The present instant.
        """
        self._take = take
        self._secret = secret
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope, receive))
        response = Response(
            answer.body, status_code=answer.status, media_type=answer.kind
        )
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        body = await bodies.read(request, BODY)
        if body is None:
            return Answer(status=413)
        at = self._now().timestamp()
        if not genuine(request.headers, body, secret=self._secret, at=at):
            log.info("request refused", platform="slack", reason="not signed by Slack")
            return Answer(status=401)
        try:
            return await self._take(body.decode(), dict(request.headers))
        except ValueError as error:
            # Slack's own, and yet no text or no JSON: not ours to mend.
            log.warning("request not read", platform="slack", reason=str(error))
            return Answer(status=400)


def genuine(headers: Mapping[str, str], body: bytes, *, secret: str, at: float) -> bool:
    """Whether Slack sent this, at most five minutes before or after `at` (seconds)."""
    try:
        stamp = headers[_STAMP]
        if not secret or abs(at - int(stamp)) > WINDOW:
            return False
        signed = b"v0:" + stamp.encode() + b":" + body
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={mac}".encode(), headers[_SIGNATURE].encode())
    except Exception:
        # What cannot be checked is not let in, whatever is wrong with it.
        return False
