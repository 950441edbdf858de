"""HTTP endpoints: signed events from Slack, and installation in a browser.

Anybody may request the installation pages: what a visitor sends is checked by `oauth`,
and changes nothing but an installation state that we issued, once.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.i18n.translation import Texts
from bot.platforms.common.webhooks import SignatureScheme, SignedEndpoint
from bot.platforms.slack.app_manifest import INSTALL_PATH
from bot.platforms.slack.installations import StoredInstallations
from bot.ports import StateStore

if TYPE_CHECKING:
    from slack_bolt.response import BoltResponse

    from bot.platforms.slack.oauth import InstallFlow, OnInstalled

#: (body, headers) → the acknowledgement. Raises `ValueError` for no event.
HandleRequest = Callable[[str, Mapping[str, str]], Awaitable[Response]]


def build_events_endpoint(
    handle: HandleRequest, *, secret: str, now: Callable[[], datetime]
) -> SignedEndpoint:
    """Build the endpoint of signed events.

    Args:
        handle: Handles what Slack sent.
        secret: What Slack signs with; without one every request is refused.
        now: The present instant.
    """

    async def answer(body: bytes, headers: Mapping[str, str]) -> Response:
        return await handle(body.decode(), headers)

    return SignedEndpoint(answer, scheme=build_signature_scheme(secret), now=now)


def build_signature_scheme(secret: str) -> SignatureScheme:
    """Build the check of signatures by the app's signing secret."""

    def check(stamp: str, body: bytes, signature: str) -> bool:
        signed = b"v0:" + stamp.encode() + b":" + body
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return bool(secret) and hmac.compare_digest(
            f"v0={mac}".encode(), signature.encode()
        )

    return SignatureScheme(
        platform="slack",
        timestamp_header="x-slack-request-timestamp",
        signature_header="x-slack-signature",
        check=check,
    )


class InstallEndpoint:
    """Serves the pages of an installation, from the first to the last."""

    def __init__(
        self,
        installations: StoredInstallations,
        *,
        states: StateStore,
        arrived: "OnInstalled",
        now: Callable[[], datetime],
    ) -> None:
        """Create the endpoint; the library is loaded for the first visitor.

        Args:
            installations: The installations of the app.
            states: The states of installations in progress.
            arrived: Called with each new installation, once it is stored.
            now: The present instant.
        """
        self._installations = installations
        self._states = states
        self._arrived = arrived
        self._now = now
        self._flow: InstallFlow | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        from slack_bolt.request.async_request import AsyncBoltRequest

        flow = self._get_flow()
        # A browser may send its cookies in several headers.
        cookies = "; ".join(request.headers.getlist("cookie"))
        asked = AsyncBoltRequest(
            body="", query=request.url.query, headers={"cookie": cookies}
        )
        if request.url.path == INSTALL_PATH:
            return _convert_response(await flow.handle_installation(asked))
        return _convert_response(await flow.handle_callback(asked))

    def _get_flow(self) -> "InstallFlow":
        from bot.platforms.slack.oauth import InstallFlow

        if self._flow is None:
            self._flow = InstallFlow(
                self._installations,
                states=self._states,
                arrived=self._arrived,
                now=self._now,
                texts=Texts.of("en"),
            )
        return self._flow


def _convert_response(found: "BoltResponse") -> Response:
    response = Response(found.body, status_code=found.status)
    for name, values in found.headers.items():
        for value in values:
            if name == "set-cookie":
                response.headers.append(name, value)
            else:
                response.headers[name] = value
    return response
