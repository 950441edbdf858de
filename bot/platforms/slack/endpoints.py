"""HTTP endpoints: signed events from Slack, and installation by a browser.

Slack signs each request with a secret of the app: over the moment and the bytes as they
came. What is not signed, is signed wrongly, is older than five minutes, or cannot even
be looked at is 401, before anything of it is read. What comes twice is the listener's.

Anybody may come here: what a visitor brings is looked at by `oauth` and shown by
`pages`; nothing of it changes anything but a state that is ours, once.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.i18n.translation import Texts
from bot.platforms.common import webhooks
from bot.platforms.slack.app_manifest import INSTALL_PATH
from bot.platforms.slack.installations import StoredInstallations
from bot.ports import StateStore

if TYPE_CHECKING:
    from slack_bolt.response import BoltResponse

    from bot.platforms.slack.oauth import InstallFlow, OnInstalled

log = structlog.get_logger(__name__)

#: Bytes of a request, and seconds that its signature is good for.
MAX_BODY: Final = 1_000_000
MAX_AGE: Final = 300
_TIMESTAMP_HEADER: Final = "x-slack-request-timestamp"
_SIGNATURE_HEADER: Final = "x-slack-signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """What goes back as the acknowledgement."""

    status: int
    body: str = ""
    kind: str = "text/plain"


#: (the body, the headers) → the acknowledgement.
HandleRequest = Callable[[str, Mapping[str, str]], Awaitable[Acknowledgement]]


class SlackEventsEndpoint:
    """The address that Slack calls, as an ASGI application."""

    def __init__(
        self, take: HandleRequest, *, secret: str, now: Callable[[], datetime]
    ) -> None:
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

    async def _answer(self, request: Request) -> Acknowledgement:
        body = await webhooks.read_body(request, MAX_BODY)
        if body is None:
            return Acknowledgement(status=413)
        at = self._now().timestamp()
        if not verify_signature(request.headers, body, secret=self._secret, at=at):
            log.info("request refused", platform="slack", reason="not signed by Slack")
            return Acknowledgement(status=401)
        try:
            return await self._take(body.decode(), dict(request.headers))
        except ValueError as error:
            # Slack's own, and yet no text or no JSON: not ours to mend.
            log.warning("request not read", platform="slack", reason=str(error))
            return Acknowledgement(status=400)


def verify_signature(
    headers: Mapping[str, str], body: bytes, *, secret: str, at: float
) -> bool:
    """Whether Slack sent this, at most five minutes before or after `at` (seconds)."""
    try:
        stamp = headers[_TIMESTAMP_HEADER]
        if not secret or abs(at - int(stamp)) > MAX_AGE:
            return False
        signed = b"v0:" + stamp.encode() + b":" + body
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(
            f"v0={mac}".encode(), headers[_SIGNATURE_HEADER].encode()
        )
    except Exception:
        # What cannot be checked is not let in, whatever is wrong with it.
        return False


class InstallEndpoint:
    """Takes visitors from the first page to the last."""

    def __init__(
        self,
        installations: StoredInstallations,
        *,
        states: StateStore,
        arrived: "OnInstalled",
        now: Callable[[], datetime],
    ) -> None:
        """Load nothing yet: the library comes with the first visitor.

        Args:
            installations: What is installed.
            states: What was begun.
            arrived: Told of each new installation, once it is kept.
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
