"""The two addresses at which the app is installed, as an ASGI application.

Anybody may come here: what a visitor brings is looked at by `oauth` and shown by
`pages`; nothing of it changes anything but a state that is ours, once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.platforms.slack.apps import INSTALL
from bot.platforms.slack.installations import ManyInstallations
from bot.ports import StateStore
from bot.texts import Texts

if TYPE_CHECKING:
    from slack_bolt.response import BoltResponse

    from bot.platforms.slack.oauth import Arrived, Flow


class Installing:
    """Takes visitors from the first page to the last."""

    def __init__(
        self,
        installations: ManyInstallations,
        *,
        states: StateStore,
        arrived: "Arrived",
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
        self._flow: Flow | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        from slack_bolt.request.async_request import AsyncBoltRequest

        flow = self._begun()
        # A browser may send its cookies in several headers.
        cookies = "; ".join(request.headers.getlist("cookie"))
        asked = AsyncBoltRequest(
            body="", query=request.url.query, headers={"cookie": cookies}
        )
        if request.url.path == INSTALL:
            return _response(await flow.handle_installation(asked))
        return _response(await flow.handle_callback(asked))

    def _begun(self) -> "Flow":
        from bot.platforms.slack.oauth import Flow

        if self._flow is None:
            self._flow = Flow(
                self._installations,
                states=self._states,
                arrived=self._arrived,
                now=self._now,
                texts=Texts.of("en"),
            )
        return self._flow


def _response(found: "BoltResponse") -> Response:
    response = Response(found.body, status_code=found.status)
    for name, values in found.headers.items():
        for value in values:
            if name == "set-cookie":
                response.headers.append(name, value)
            else:
                response.headers[name] = value
    return response
