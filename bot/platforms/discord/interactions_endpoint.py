"""HTTP endpoint that Discord posts interactions to, signed with Ed25519.

Discord signs the timestamp and the body of each request with its key for the
application, and sends wrong signatures to test the endpoint. The response to an
interaction goes out over REST, like that to an event of the gateway.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.responses import JSONResponse, Response

from bot.platforms.common.webhooks import SignatureScheme, SignedEndpoint
from bot.platforms.discord.channels import PLATFORM_NAME, Json

_PING: Final = 1

#: Handles an interaction; False if the platform is not running.
InteractionSink = Callable[[Json], bool]


def build_interactions_endpoint(
    handle: InteractionSink, *, public_key: str, now: Callable[[], datetime]
) -> SignedEndpoint:
    """Build the endpoint.

    Args:
        handle: Handles what Discord sent.
        public_key: The application's, 64 hexadecimal digits.
        now: The present instant.
    """

    async def answer(body: bytes, _: Mapping[str, str]) -> Response:
        try:
            data = json.loads(body)
            if data["type"] == _PING:
                return JSONResponse({"type": _PING})
            accepted = handle(data)
        except Exception as error:
            raise ValueError(type(error).__name__) from error
        return Response(status_code=202 if accepted else 503)

    return SignedEndpoint(answer, scheme=build_signature_scheme(public_key), now=now)


def build_signature_scheme(public_key: str) -> SignatureScheme:
    """Build the check of signatures by an application's public key."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))

    def check(stamp: str, body: bytes, signature: str) -> bool:
        key.verify(bytes.fromhex(signature), stamp.encode() + body)
        return True

    return SignatureScheme(
        platform=PLATFORM_NAME,
        timestamp_header="x-signature-timestamp",
        signature_header="x-signature-ed25519",
        check=check,
    )
