"""REST calls of one login: answer interactions, register commands, run checks.

What an answer is (`replies`, `forms`, `commands`) and when it is given (`answering`) is
decided elsewhere. The token of an interaction is a secret and is in no message of ours.

For the doctor and the first set-up. Only readings, each one a call or two.
"""

import asyncio
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.model import Finding, PlatformIdentity
from bot.platforms.discord import limits, permissions
from bot.platforms.discord.interactions import (
    NO_FILES,
    AlreadyAnswered,
    InteractionExpired,
    ReplyFiles,
    ReplyRejected,
)
from bot.platforms.discord.send_errors import classify_send_error
from digests.messages import Message

#: Unknown interaction or webhook, or a token that has run out.
_EXPIRED: Final = frozenset({10015, 10062, 50027})
_ALREADY_ANSWERED: Final = 40060
_TOKEN_IN_PATH: Final = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s]+")
_FAILURES: Final = (discord.DiscordException, aiohttp.ClientError)
Body = Mapping[str, Any]


class RestInteractionApi:
    """The calls of one login."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        # Adding the same filter again changes nothing.
        logging.getLogger("discord.http").addFilter(_TOKEN_FILTER)

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    @property
    def _application(self) -> int:
        # Known since the login, without which there are no events.
        return int(self._client.application_id or 0)

    # ── interactions ───────────────────────────────────────────────────────────

    async def respond(
        self, number: str, token: str, body: Body, files: ReplyFiles = NO_FILES
    ) -> None:
        """The first answer, within three seconds.

        Raises:
            Missed: Too late.
            Answered: There is one already.
        """
        route = Route(
            "POST",
            "/interactions/{interaction_id}/{interaction_token}/callback",
            interaction_id=int(number),
            interaction_token=token,
        )
        await self._call_twice(route, body, files)

    async def edit(self, token: str, body: Body, files: ReplyFiles = NO_FILES) -> None:
        """What takes the place of the first answer.

        Raises:
            Missed: Too late.
        """
        await self._call_twice(self._original("PATCH", token), body, files)

    async def delete_original(self, token: str) -> None:
        """Take the first answer back.

        Raises:
            Missed: Too late.
        """
        await self._call_twice(self._original("DELETE", token), None)

    async def send_followup(
        self, token: str, body: Body, files: ReplyFiles = NO_FILES
    ) -> None:
        """One more message of the answer.

        Raises:
            Missed: Too late.
        """
        route = Route(
            "POST",
            "/webhooks/{application_id}/{interaction_token}",
            application_id=self._application,
            interaction_token=token,
        )
        await self._call(route, body, files)

    def _original(self, method: str, token: str) -> Route:
        return Route(
            method,
            "/webhooks/{application_id}/{interaction_token}/messages/@original",
            application_id=self._application,
            interaction_token=token,
        )

    async def _call_twice(
        self, route: Route, body: Body | None, files: ReplyFiles = NO_FILES
    ) -> None:
        """A call that may be made twice: once more where its answer was lost."""
        try:
            await self._call(route, body, files)
        except aiohttp.ClientError:
            await self._call(route, body, files)

    async def _call(self, route: Route, body: Body | None, files: ReplyFiles) -> None:
        """A call that waits once, where Discord limits us for a moment."""
        try:
            await self._request_once(route, body, files)
        except discord.RateLimited as limited:
            if limited.retry_after > limits.ANSWER_MAX_RETRY_AFTER:
                raise
            await asyncio.sleep(limited.retry_after)
            await self._request_once(route, body, files)

    async def _request_once(
        self, route: Route, body: Body | None, files: ReplyFiles
    ) -> None:
        more = {} if body is None else _build_request(body, files)
        try:
            await self._http.request(route, **more)
        except discord.HTTPException as error:
            # The error itself names the route, and the route holds the token.
            raise _classify_answer_error(error) from None

    # ── commands and people ────────────────────────────────────────────────────

    async def commands(self) -> Sequence[Body]:
        """The commands that Discord holds, with all their languages."""
        route = Route(
            "GET",
            "/applications/{application_id}/commands",
            application_id=self._application,
        )
        found = await self._http.request(route, params={"with_localizations": "true"})
        return list(found)

    async def replace_commands(self, body: Sequence[Body]) -> None:
        """Let Discord hold exactly these."""
        payload = [dict(command) for command in body]
        await self._http.bulk_upsert_global_commands(self._application, payload)

    # ── threads ────────────────────────────────────────────────────────────────

    async def channel_exists(self, channel: str) -> bool:
        """Whether there is such a channel or thread, as far as the bot sees."""
        try:
            await self._http.get_channel(int(channel))
        except (discord.NotFound, discord.Forbidden):
            return False
        except _FAILURES as error:
            raise classify_send_error(error, guarded=True) from None
        return True

    async def open_thread(self, channel: str, message: str, name: str) -> None:
        """A thread below a message.

        Raises:
            SendError: As `verdicts` says; `ThreadThere` where there is one.
        """
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/threads",
            channel_id=int(channel),
            message_id=int(message),
        )
        try:
            await self._http.request(route, json={"name": name})
        except _FAILURES as error:
            raise classify_send_error(error, guarded=True) from None

    async def send_direct_message(self, user: str, body: Body) -> None:
        """A private message to a person."""
        channel = await self._http.start_private_message(int(user))
        route = Route(
            "POST", "/channels/{channel_id}/messages", channel_id=int(channel["id"])
        )
        await self._http.request(route, json=dict(body))


def _build_request(body: Body, files: ReplyFiles) -> dict[str, Any]:
    """A body as the library sends it: with the files that it names, in parts."""
    data = body.get("data") if "type" in body else body
    listed = (data or {}).get("attachments") or ()
    if not listed:
        return {"json": dict(body)}
    parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body)}]
    parts += [
        {
            "name": f"files[{one['id']}]",
            "value": files[one["filename"]],
            "filename": one["filename"],
            "content_type": "application/octet-stream",
        }
        for one in listed
    ]
    return {"form": parts}


def _classify_answer_error(error: discord.HTTPException) -> Exception:
    description = f"{error.status}, {error.code}: {error.text[:500]}"
    if error.code in _EXPIRED:
        return InteractionExpired(f"Discord takes no answer any more ({description}).")
    if error.code == _ALREADY_ANSWERED:
        return AlreadyAnswered("It was answered already.")
    if error.status == 400:
        return ReplyRejected(f"Discord does not take this answer ({description}).")
    return RuntimeError(f"Discord did not take it ({description}).")


class _TokenFilter(logging.Filter):
    """Takes the tokens of interactions out of the addresses that the library logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        description = record.getMessage()
        if _TOKEN_IN_PATH.search(description):
            record.msg, record.args = _TOKEN_IN_PATH.sub(r"\1…", description), ()
        return True


_TOKEN_FILTER: Final = _TokenFilter()

#: Servers that are named; the bot may be in any number of them.
_MAX_SERVERS: Final = 200
#: The kind of a channel in which one person reads.
_DIRECT_MESSAGE: Final = 1
#: Seconds for the gateway's first word.
_HELLO_TIMEOUT: Final = 8.0
#: Logins that Discord allows a day, of which so few should not be left.
_MIN_LOGINS_LEFT: Final = 10
#: Intents that the bot has no use for.
_PRIVILEGED_FLAGS: Final = (
    "gateway_presence", "gateway_presence_limited",
    "gateway_guild_members", "gateway_guild_members_limited",
    "gateway_message_content", "gateway_message_content_limited",
)  # fmt: skip
#: Without these nothing is posted at all.
_POSTING_PERMISSIONS: Final = frozenset({
    "View Channels", "Send Messages", "Send Messages in Threads",
})  # fmt: skip


class RestCheckApi:
    """The looks of one login."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        #: The `Date` of the newest answer.
        self.server_date = ""

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    async def identity(self, *, webhook: bool = False) -> PlatformIdentity:
        """Read the bot's account, its servers, and the application's configuration.

        Args:
            webhook: Discord is meant to post interactions to our web address.
        """
        application = self._client.application
        user = self._client.user
        assert application is not None, "it is known since the login"
        assert user is not None, "it is known since the login"
        guilds = await self._http.get_guilds(_MAX_SERVERS, with_counts=False)
        return PlatformIdentity(
            bot=user.name,
            application=str(application.id),
            places=tuple(str(guild["name"]) for guild in guilds),
            findings=tuple(_check_application(application, webhook=webhook)),
            clock=_parse_date(self.server_date),
        )

    async def owner(self, guild: int) -> str | None:
        """Id of the person whom the server belongs to."""
        found = dict(await self._http.get_guild(guild, with_counts=False))
        return str(found["owner_id"]) if found.get("owner_id") else None

    async def gateway(self) -> Finding:
        """Whether the gateway answers; nobody is logged in by that."""
        _, url, start = await self._http.get_bot_gateway()
        query = {
            "v": str(discord.http.INTERNAL_API_VERSION),
            "encoding": "json",
            "compress": "zlib-stream",
        }
        address = yarl.URL(url or str(DiscordWebSocket.DEFAULT_GATEWAY))
        socket = await self._http.ws_connect(str(address.with_query(query)))
        try:
            await socket.receive(timeout=_HELLO_TIMEOUT)
        finally:
            await socket.close()
        left = int(start.get("remaining", _MIN_LOGINS_LEFT))
        if left < _MIN_LOGINS_LEFT:
            return Finding.warning(
                "discord gateway",
                Message("it answers, but only {n} logins are left today", n=left),
                "find out why the bot restarts so often",
            )
        return Finding.ok("discord gateway", "it answers")

    async def is_private(self, number: int) -> bool:
        """Whether it is a channel between the bot and one person."""
        found = await self._http.get_channel(number)
        return int(found.get("type", 0)) == _DIRECT_MESSAGE

    async def channel(self, number: int, guild: str, subject: str) -> Finding:
        """What the bot may do in a channel, against what it needs there."""
        found: Mapping[str, Any] = dict(await self._http.get_channel(number))
        if str(found.get("guild_id")) != guild:
            return Finding.problem(
                subject,
                Message(
                    "the channel belongs to another server than {guild}", guild=guild
                ),
                "run /newsdesk destination here in the right channel",
            )
        me = self._client.user
        assert me is not None, "it is known since the login"
        lacking = permissions.list_missing_permissions(
            await self._compute_permissions(guild, found, me.id),
            int(found.get("type", 0)),
        )
        if not lacking:
            text = "it may post and read back what it posted"
            return Finding.ok(subject, text)
        names = ", ".join(f"«{name}»" for name in lacking)
        report = (
            Finding.problem if set(lacking) & _POSTING_PERMISSIONS else Finding.warning
        )
        return report(
            subject,
            Message("the bot lacks {names}", names=names),
            Message("allow the bot {names} in the channel's permissions", names=names),
        )

    async def may_write(self, number: int, guild: int, person: int) -> bool:
        """Whether a member of the server may see a channel of it and write there."""
        try:
            found: Mapping[str, Any] = dict(await self._http.get_channel(number))
            if str(found.get("guild_id")) != str(guild):
                return False
            bits = await self._compute_permissions(str(guild), found, person)
        except (discord.NotFound, discord.Forbidden):
            return False
        return permissions.can_write(bits, int(found.get("type", 0)))

    async def _compute_permissions(
        self, guild: str, channel: Mapping[str, Any], who: int
    ) -> int:
        if "thread_metadata" in channel:
            # A thread has no rules of its own.
            channel = dict(await self._http.get_channel(int(channel["parent_id"])))
        return permissions.compute_permissions(
            dict(await self._http.get_guild(int(guild), with_counts=False)),
            dict(await self._http.get_member(int(guild), who)),
            channel.get("permission_overwrites") or (),
        )


def _check_application(
    application: discord.AppInfo, *, webhook: bool
) -> Iterator[Finding]:
    page = f"{permissions.PORTAL}/{application.id}"
    endpoint = bool(application.interactions_endpoint_url)
    if endpoint and not webhook:
        yield Finding.problem(
            "discord commands",
            "Discord sends commands to an address and not to the bot",
            Message(
                "empty «Interactions Endpoint URL» at {page}/information", page=page
            ),
        )
    if webhook and not endpoint:
        yield Finding.problem(
            "discord commands",
            "Discord has no address to send commands to",
            Message(
                "set «Interactions Endpoint URL» at {page}/information, or unset "
                "STANDFIRST_DISCORD_PUBLIC_KEY",
                page=page,
            ),
        )
    if application.bot_require_code_grant:
        yield Finding.problem(
            "discord invitation",
            "the bot cannot be invited by its address alone",
            Message("switch «Requires OAuth2 Code Grant» off at {page}/bot", page=page),
        )
    if any(getattr(application.flags, name) for name in _PRIVILEGED_FLAGS):
        yield Finding.warning(
            "discord intents",
            "it could see more about people than it needs",
            Message(
                "switch the «Privileged Gateway Intents» off at {page}/bot", page=page
            ),
        )


def _parse_date(server_date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(server_date)
    except ValueError:
        return None
