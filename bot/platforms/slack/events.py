"""What Slack tells the app, as a Bolt app: which listener hears what; no decisions.

Every event is acknowledged at once, known or not: Slack switches events off for an app
that leaves them. Where several workspaces have installed the app, `authorize` is the
place that knows the token of each.
"""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.session import Session

_ANY = re.compile(".*")


def listening(
    session: Session,
    *,
    signing_secret: str,
    uninstalled: Callable[[], Awaitable[None]],
) -> AsyncApp:
    """The app for one installation; `uninstalled` hears that Slack may have ended it.

    It only may: such an event can come late, or concern somebody else's token.
    """

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
        signing_secret=signing_secret,
    )

    async def ended() -> None:
        await uninstalled()

    async def heard() -> None:
        """Nothing is done about it; Bolt acknowledges it."""

    app.event("app_uninstalled")(ended)
    app.event("tokens_revoked")(ended)
    app.event(_ANY)(heard)
    return app
