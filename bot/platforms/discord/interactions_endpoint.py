"""The signed HTTP endpoint that Discord posts interactions to.

Discord signs each request with its key for the application (Ed25519): over the moment
and the bytes as they came. What is not signed, is signed wrongly, is older than five
minutes, or cannot even be looked at is 401, before anything of it is read; Discord
itself tries with wrong ones. What comes twice is the listener's. The answer goes back
over REST, like that to an event of the gateway.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.platforms.common import webhooks
from bot.platforms.discord.channels import PLATFORM_NAME

log = structlog.get_logger(__name__)

#: Bytes of a request, and seconds that its signature is good for.
MAX_BODY: Final = 1_000_000
MAX_AGE: Final = 300
_TIMESTAMP_HEADER: Final = "x-signature-timestamp"
_SIGNATURE_HEADER: Final = "x-signature-ed25519"
_PING: Final = 1

#: Hears an interaction; False where nobody can at present.
InteractionSink = Callable[[Mapping[str, Any]], bool]


class DiscordInteractionsEndpoint:
    """The address that Discord calls, as an ASGI application."""

    def __init__(
        self, take: InteractionSink, *, public_key: str, now: Callable[[], datetime]
    ) -> None:
        """Take nothing yet.

        Args:
            take: Gets what is Discord's.
            public_key: The application's, 64 hexadecimal digits.
            now: The present instant.
        """
        self._take = take
        self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        body = await webhooks.read_body(request, MAX_BODY)
        if body is None:
            return Response(status_code=413)
        at = self._now().timestamp()
        if not verify_signature(request.headers, body, key=self._key, at=at):
            log.info(
                "request refused",
                platform=PLATFORM_NAME,
                reason="not signed by Discord",
            )
            return Response(status_code=401)
        try:
            data = json.loads(body)
            if data["type"] == _PING:
                return JSONResponse({"type": _PING})
            accepted = self._take(data)
        except Exception as error:
            # Discord's own, and yet no interaction as we know them: not ours to mend.
            log.warning(
                "request not read", platform=PLATFORM_NAME, reason=type(error).__name__
            )
            return Response(status_code=400)
        return Response(status_code=202 if accepted else 503)


def verify_signature(
    headers: Mapping[str, str], body: bytes, *, key: Ed25519PublicKey, at: float
) -> bool:
    """Whether Discord sent this, at most five minutes away from `at` (seconds)."""
    try:
        stamp = headers[_TIMESTAMP_HEADER]
        if abs(at - int(stamp)) > MAX_AGE:
            return False
        key.verify(bytes.fromhex(headers[_SIGNATURE_HEADER]), stamp.encode() + body)
    except InvalidSignature:
        return False
    except Exception:
        # What cannot be checked is not let in, whatever is wrong with it.
        return False
    return True
