"""ASGI endpoint for the signed requests that a platform sends to us.

A request whose body is too large is answered with 413. One that is not signed, is
signed wrongly, is older or newer than five minutes, or cannot be checked at all is
answered with 401 before its body is parsed. Each platform brings its own check of the
signature. Events that are delivered twice are dropped by the event handlers.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from digests.types import frozen, frozen_positional

log = structlog.get_logger(__name__)

#: Bytes of a request, and seconds for which its signature is valid.
MAX_BODY: Final = 1_000_000
MAX_AGE: Final = 300


@frozen
class SignatureScheme:
    """How a platform signs its requests."""

    platform: str
    #: Header with the time of the signature, in seconds since 1970.
    timestamp_header: str
    signature_header: str
    #: (timestamp, body, signature) → whether they belong together. May raise.
    check: Callable[[str, bytes, str], bool]


@frozen_positional
class SignedEndpoint:
    """Web address that a platform calls, as an ASGI application."""

    #: Answers a request of the platform's, given its body and headers; raises
    #: `ValueError` for one that is no event.
    handle: Callable[[bytes, Mapping[str, str]], Awaitable[Response]]
    scheme: SignatureScheme
    #: The present instant.
    now: Callable[[], datetime]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        platform = self.scheme.platform
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return Response(status_code=413)
        sent, at = bytes(body), self.now().timestamp()
        if not verify_request(request.headers, sent, scheme=self.scheme, at=at):
            log.info("request refused", platform=platform, reason="bad signature")
            return Response(status_code=401)
        try:
            return await self.handle(sent, dict(request.headers))
        except ValueError as error:
            # The signature is valid, but the body is no event that we know.
            log.warning("request not parsed", platform=platform, reason=str(error))
            return Response(status_code=400)


def verify_request(
    headers: Mapping[str, str], body: bytes, *, scheme: SignatureScheme, at: float
) -> bool:
    """Check whether the platform sent this within five minutes of `at` (in seconds)."""
    try:
        stamp = headers[scheme.timestamp_header]
        if abs(at - int(stamp)) > MAX_AGE:
            return False
        return scheme.check(stamp, body, headers[scheme.signature_header])
    except Exception:
        # A request that cannot be checked is refused, whatever the error.
        return False
