"""What Slack tells the app, as a Bolt app: which listener hears what; no decisions.

Every event is acknowledged, known or not: Slack switches events off for an app that
leaves them. What people do is the `Listener`'s, and so is whose workspace is ours. The
library gets no token and is not asked who may come in: it would answer strangers by
itself, at any address that an event names.
"""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.called import Answer
from bot.platforms.slack.listening import Listener
from bot.platforms.slack.session import Session

_ANY = re.compile(".*")


def listening(session: Session, listener: Listener) -> AsyncApp:
    """The app whose events `listener` hears."""

    async def authorize(team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id)

    # The token comes with `authorize`; a client that has one would be warned about.
    web = AsyncWebClient(base_url=session.web.base_url, retry_handlers=[])
    web.proxy = session.web.proxy
    app = AsyncApp(
        name="standfirst",
        client=web,
        authorize=authorize,
        # What comes over HTTP was checked by `called` before it gets here.
        request_verification_enabled=False,
    )

    _hear(app, listener)
    return app


def _hear(app: AsyncApp, listener: Listener) -> None:
    # Bolt hands arguments over by their names.
    async def command(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.command(body, ack)

    async def press(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.press(body, ack)

    async def submission(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.submission(body, ack)

    async def home(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.home(body, ack)

    async def ended(body: dict[str, Any]) -> None:
        # It only may have: such an event can come late, or be of another's token.
        team = body.get("team_id")
        if isinstance(team, str):
            await listener.ended(team)

    async def heard() -> None:
        """Nothing is done about it; Bolt acknowledges it."""

    app.command(_ANY)(command)
    app.block_action(_ANY)(press)
    app.view_submission(_ANY)(submission)
    app.event("app_home_opened")(home)
    app.event("app_uninstalled")(ended)
    app.event("tokens_revoked")(ended)
    app.event(_ANY)(heard)


async def taken(app: AsyncApp, body: str, headers: Mapping[str, str]) -> Answer:
    """Hand a request of Slack's over; its acknowledgement.

    Raises:
        ValueError: It is no event.
    """
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        whole = {"event": {}, **request.body}
    except Exception as error:
        # The library reads what it expects without looking whether it is there.
        raise ValueError("It is no event of Slack's.") from error
    if not (whole.get("type") or whole.get("command")) or not isinstance(
        whole["event"], dict
    ):
        raise ValueError("It is no event of Slack's.")
    answer = await app.async_dispatch(request)
    kind = answer.headers.get("content-type", ["text/plain"])[0]
    return Answer(status=answer.status, body=str(answer.body or ""), kind=kind)
