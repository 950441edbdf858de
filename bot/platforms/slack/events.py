"""What Slack tells the app, as a Bolt app: which listener hears what; no decisions.

Every event is acknowledged, known or not: Slack switches events off for an app that
leaves them. What people do is the `Listener`'s. Where several workspaces have installed
the app, `authorize` is the place that knows the token of each.
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
    """The app for one installation, whose events `listener` hears."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        if team_id != session.team:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=session.team,
            bot_id=session.bot,
            bot_token=session.web.token,
        )

    # The token comes with `authorize`; a client that has one would be warned about.
    web = AsyncWebClient(base_url=session.web.base_url, retry_handlers=[])
    web.proxy = session.web.proxy
    app = AsyncApp(
        name="standfirst",
        client=web,
        # It may give None; the library's own type forgets that.
        authorize=authorize,  # type: ignore[arg-type]
        # What comes over HTTP was checked by `called` before it gets here.
        request_verification_enabled=False,
    )

    _hear(app, listener, session.team)
    return app


def _hear(app: AsyncApp, listener: Listener, team: str) -> None:
    # Bolt hands arguments over by their names.
    async def command(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.command(body, ack)

    async def press(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.press(body, ack)

    async def submission(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.submission(body, ack)

    async def home(body: dict[str, Any], ack: AsyncAck) -> None:
        await listener.home(body, ack)

    async def ended() -> None:
        # It only may have: such an event can come late, or be of another's token.
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
