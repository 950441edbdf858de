"""Web API client: slack_sdk with one token, no retries, our own connection pool.

Three things of the library are set, each for a reason:

- *It never repeats a call.* Its default repeats a post whose answer was lost, which
  posts twice.
- *One connection pool of ours* instead of a new one for each call, with a time-out of
  its own for making a connection: what fails there certainly was not sent.
- *Where it connects to*: with an address of our own no proxy is asked and no other host
  is dialled. Redirections are never followed; no answer of Slack's is one.
"""

import base64
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SendRefused, SendUnclear
from bot.platforms.slack import limits
from bot.platforms.slack.app_manifest import SlackApp

Body = Mapping[str, Any]


class SlackClient:
    """One workspace's installation of the app, signed in with its bot token."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None,
        http: aiohttp.ClientSession | None = None,
    ) -> None:
        """Make the client; nothing is sent yet.

        Args:
            token: The bot's token in the workspace; "" for what needs none.
            api_base: Where the Web API is, ending in `/api/`; None = slack.com.
            http: The pool of connections; its giver closes it. None = one of its own.
        """
        self._http = http or open_pool()
        self._owns = http is None
        self.web = AsyncWebClient(
            token=token or None,
            base_url=api_base or AsyncWebClient.BASE_URL,
            session=self._http,
            retry_handlers=[],
        )
        if api_base is not None:
            self.web.proxy = None
        #: The workspace and the bot in it, once signed in.
        self.team = ""
        self.team_name = ""
        self.bot = ""
        self.bot_name = ""
        #: What the token may, as Slack says; None where it does not say.
        self.scopes: frozenset[str] | None = None
        #: The `Date` of the answer.
        self.server_date = ""

    @property
    def closed(self) -> bool:
        return self._http.closed

    @property
    def token(self) -> str:
        return self.web.token or ""

    @token.setter
    def token(self, token: str) -> None:
        self.web.token = token

    async def login(self) -> None:
        """Ask Slack who we are."""
        found = await self.web.auth_test()
        self.team = str(found.get("team_id") or "")
        self.team_name = str(found.get("team") or "")
        self.bot = str(found.get("bot_id") or "")
        self.bot_name = str(found.get("user") or "")
        self.server_date = str(found.headers.get("Date") or "")
        scopes_header = found.headers.get("X-OAuth-Scopes")
        self.scopes = None if scopes_header is None else _split_scopes(scopes_header)

    async def close(self) -> None:
        if self._owns:
            await self._http.close()

    # ── installing ─────────────────────────────────────────────────────────────

    async def exchange_code(self, app: SlackApp, *, code: str) -> dict[str, Any]:
        """What an installation gives, for the code that it ended with."""
        return await self._access(app, code=code, redirect_uri=app.redirect_uri)

    async def refresh_tokens(self, app: SlackApp, *, refresh: str) -> dict[str, Any]:
        """The next pair of tokens; what is exchanged is spent."""
        return await self._access(
            app, grant_type="refresh_token", refresh_token=refresh
        )

    async def _access(self, app: SlackApp, **asked: str) -> dict[str, Any]:
        # The library's own method for it uses a way of aiohttp's that is going away.
        pair = f"{app.client_id}:{app.client_secret}".encode()
        found = await self.web.api_call(
            "oauth.v2.access",
            data=asked,
            headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"},
        )
        return found.data if isinstance(found.data, dict) else {}

    # ── messages ───────────────────────────────────────────────────────────────

    async def post(self, channel: str, body: Body) -> str:
        """The message's id (`ts`)."""
        found = await self.web.chat_postMessage(channel=channel, **body)
        return str(found["ts"])

    async def edit(self, channel: str, ts: str, body: Body) -> str:
        found = await self.web.chat_update(channel=channel, ts=ts, **body)
        return str(found["ts"])

    async def delete(self, channel: str, ts: str) -> None:
        await self.web.chat_delete(channel=channel, ts=ts)

    async def history(
        self, channel: str, *, oldest: str | None, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str]:
        """A page of a channel's messages with their metadata, and the next cursor.

        The cursor is empty behind the last page.
        """
        found = await self.web.conversations_history(
            channel=channel,
            oldest=oldest,
            cursor=cursor,
            limit=limits.HISTORY_PAGE,
            include_all_metadata=True,
        )
        more = (found.get("response_metadata") or {}).get("next_cursor")
        return list(found["messages"]), str(more or "")

    async def replies(
        self, channel: str, thread: str, *, oldest: str | None, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str]:
        """The same of the messages below one; that one comes first."""
        found = await self.web.conversations_replies(
            channel=channel,
            ts=thread,
            oldest=oldest,
            cursor=cursor,
            limit=limits.HISTORY_PAGE,
            include_all_metadata=True,
        )
        more = (found.get("response_metadata") or {}).get("next_cursor")
        return list(found["messages"]), str(more or "")

    def is_ours(self, message: Mapping[str, Any]) -> bool:
        """Whether the bot wrote the message."""
        return bool(self.bot) and message.get("bot_id") == self.bot

    # ── how we stand ───────────────────────────────────────────────────────────

    async def application(self) -> str:
        """The id of the app that the token is of. Needs the scope users:read."""
        found = await self.web.bots_info(bot=self.bot)
        return str((found.get("bot") or {}).get("app_id") or "")

    async def may_open_socket(self, app_token: str) -> None:
        """Ask for a ticket to Socket Mode, and do not use it.

        A socket that opened would be given events of people.
        """
        await self.web.apps_connections_open(app_token=app_token)

    async def channel(self, channel: str) -> dict[str, Any]:
        """A channel. Needs the scopes channels:read and groups:read."""
        found = await self.web.conversations_info(channel=channel)
        return dict(found.get("channel") or {})

    async def members(self, channel: str, cursor: str) -> tuple[list[str], str]:
        """A page of the people in a channel, and the next cursor; "" behind the last.

        Needs the scopes channels:read and groups:read.
        """
        found = await self.web.conversations_members(
            channel=channel, cursor=cursor or None, limit=limits.MEMBERS_PAGE
        )
        more = (found.get("response_metadata") or {}).get("next_cursor")
        return [str(one) for one in found.get("members") or ()], str(more or "")

    # ── people ─────────────────────────────────────────────────────────────────

    async def open_direct_message(self, user: str) -> str:
        """The channel in which the bot and a person are alone. Needs im:write."""
        found = await self.web.conversations_open(users=user)
        return str(found["channel"]["id"])

    async def user(self, user: str) -> dict[str, Any]:
        """A person as Slack knows them. Needs the scope users:read."""
        found = await self.web.users_info(user=user, include_locale=True)
        return dict(found.get("user") or {})

    async def groups(self) -> list[Any]:
        """The workspace's user groups with their members. Needs usergroups:read."""
        found = await self.web.usergroups_list(include_users=True)
        groups = found.get("usergroups")
        return groups if isinstance(groups, list) else []

    async def upload_ticket(self, name: str, length: int) -> tuple[str, str]:
        """Where a file may be sent, and its id. Needs the scope files:write."""
        found = await self.web.files_getUploadURLExternal(filename=name, length=length)
        return str(found["upload_url"]), str(found["file_id"])

    async def upload(self, url: str, content: bytes) -> None:
        """Send the file there; no token goes with it."""
        async with self._http.post(url, data=content) as answer:
            if answer.status != 200:
                raise SendRefused("slack.file_refused", message_only=True)

    async def complete_upload(self, number: str, name: str, channel: str) -> None:
        """Show the file in a channel."""
        await self.web.files_completeUploadExternal(
            files=[{"id": number, "title": name}], channel_id=channel
        )

    def has_scope(self, scope: str) -> bool:
        """Whether the token has it; also where Slack does not say."""
        return not self.scopes or scope in self.scopes

    async def respond(self, url: str, body: Body) -> bool:
        """Answer at the address that came with an event; False where it has run out."""
        async with self._http.post(url, json=dict(body)) as answer:
            return answer.status < 300

    async def post_ephemeral(self, channel: str, user: str, body: Body) -> None:
        """A message in a channel that only one person sees."""
        await self.web.chat_postEphemeral(channel=channel, user=user, **body)

    async def open_view(self, trigger: str, view: Body) -> None:
        await self.web.views_open(trigger_id=trigger, view=dict(view))

    async def publish_home(self, user: str, view: Body) -> None:
        await self.web.views_publish(user_id=user, view=dict(view))


def open_pool() -> aiohttp.ClientSession:
    """Connections to Slack, as every call needs them."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(
            total=limits.REQUEST,
            connect=limits.CONNECT,
            sock_connect=limits.CONNECT,
        ),
        trace_configs=[_forbid_redirections()],
    )


def _split_scopes(scopes: str) -> frozenset[str]:
    return frozenset(scope.strip() for scope in scopes.split(",") if scope.strip())


def _forbid_redirections() -> aiohttp.TraceConfig:
    async def redirected(
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestRedirectParams,
    ) -> None:
        raise SendUnclear("slack.redirected", host=params.url.host)

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(redirected)
    return trace
