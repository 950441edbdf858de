"""Every REST call of the bot: messages, threads, interactions, commands, checks.

What is sent is built elsewhere (`messages`, `replies`, `forms`, `commands`). The token
of an interaction is a secret and is in no error text or log line.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any, Final, Protocol, TypeVar

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.model import Finding, PlatformIdentity
from bot.platforms.common.caches import ExpiringCache
from bot.platforms.common.rate_limits import RequestRoute
from bot.platforms.discord import channels, limits
from bot.platforms.discord.channels import (
    NO_FILES,
    AlreadyAnswered,
    FileContents,
    InteractionExpired,
    Json,
    PressedMessageGone,
    ReplyRejected,
)
from bot.platforms.discord.rate_limits import READ
from bot.platforms.discord.transport import SEND_ONCE
from digests.messages import Message

T = TypeVar("T")
#: Unknown interaction or webhook, or a token that has expired.
_EXPIRED: Final = frozenset({10015, 10062, 50027})
_ALREADY_ANSWERED: Final = 40060
_UNKNOWN_MESSAGE: Final = 10008
_TOKEN_IN_PATH: Final = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s]+")
#: Channels whose type is cached.
_MAX_KINDS: Final = 2_000


class DiscordApi:
    """REST calls of one login, and facts that are known without a request.

    Methods raise what the library raises; those that answer interactions raise the
    errors of `channels`. Ids of channels and messages are integers, as the library's.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self.checks = RestCheckApi(client)
        #: Types of channels that the gateway did not announce.
        self._kinds: ExpiringCache[int, int] = ExpiringCache(_MAX_KINDS)
        # Adding the same filter again changes nothing.
        logging.getLogger("discord.http").addFilter(_TOKEN_FILTER)

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    @property
    def _application(self) -> int:
        # Known since the login, without which there are no events.
        return int(self._client.application_id or 0)

    # ── messages ───────────────────────────────────────────────────────────────

    async def post(
        self, channel: int, body: Json, files: FileContents = NO_FILES
    ) -> str:
        """Post a message; return its id."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._http.request(route, **_build_request(body, files))
        return str(found["id"])

    async def edit(
        self, channel: int, message: int, body: Json, files: FileContents = NO_FILES
    ) -> None:
        """Replace a message."""
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=channel, message_id=message)
        await self._http.request(route, **_build_request(body, files))

    async def delete(self, channel: int, message: int) -> None:
        """Delete a message."""
        await self._http.delete_message(channel, message)

    async def history(self, channel: int, before: int | None) -> Sequence[Json]:
        """Fetch a page of a channel's messages, newest first.

        Discord returns none where the bot may not read the history.
        """
        return await self._http.logs_from(channel, limits.HISTORY_PAGE, before=before)

    async def message(self, channel: int, message: int) -> Json:
        """Fetch a message."""
        return await self._http.get_message(channel, message)

    async def crosspost(self, channel: int, message: int) -> None:
        """Publish a message of an announcement channel to those that follow it."""
        path = "/channels/{channel_id}/messages/{message_id}/crosspost"
        route = Route("POST", path, channel_id=channel, message_id=message)
        await self._http.request(route, files=SEND_ONCE)

    # ── people ─────────────────────────────────────────────────────────────────

    async def open_direct_message(self, person: str) -> str:
        """Open the channel with a person; a second call returns the same one."""
        found = await self._http.start_private_message(int(person))
        return str(found["id"])

    async def send_direct_message(self, person: str, body: Json) -> None:
        """Send a private message to a person."""
        await self.post(int(await self.open_direct_message(person)), body)

    async def member(self, guild: str, person: str) -> str:
        """Return the id of a member of the server; raises where they are none."""
        found = await self._http.get_member(int(guild), int(person))
        return str(found["user"]["id"])

    # ── threads ────────────────────────────────────────────────────────────────

    async def open_post(
        self, forum: int, body: Json, files: FileContents = NO_FILES
    ) -> tuple[int, int]:
        """Open a post in a forum or media channel; return its id and its message's."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        content = _build_request(body, files)
        once = [*SEND_ONCE, *content.get("files", ())]
        thread = await self._http.request(route, **{**content, "files": once})
        return int(thread["id"]), int(thread["message"]["id"])

    async def open_thread(self, channel: int, message: int, name: str) -> None:
        """Open a thread below a message; it has the message's id."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=channel, message_id=message)
        await self._http.request(route, json={"name": name})

    async def active_threads(self, guild: int) -> Sequence[Json]:
        """List the threads of a server that are not archived and the bot can see."""
        return (await self._http.get_active_threads(guild))["threads"]

    async def archived_threads(
        self, channel: int, before: str | None
    ) -> tuple[Sequence[Json], bool]:
        """Fetch a page of a channel's archived threads, newest first.

        Args:
            channel: The forum.
            before: When the last thread of the page before was archived.

        Returns:
            The threads, and whether there are more.
        """
        found = await self._http.get_public_archived_threads(
            channel, before, limits.HISTORY_PAGE
        )
        return found["threads"], found["has_more"]

    # ── interactions ───────────────────────────────────────────────────────────

    async def respond(
        self, number: str, token: str, body: Json, files: FileContents = NO_FILES
    ) -> None:
        """Give the first response, within three seconds.

        Raises:
            InteractionExpired: It is too late.
            AlreadyAnswered: There is a response.
            ReplyRejected: Discord does not accept the body.
        """
        path = "/interactions/{interaction_id}/{interaction_token}/callback"
        route = Route("POST", path, interaction_id=int(number), interaction_token=token)
        await self._respond(route, body, files)

    async def edit_response(self, token: str, body: Json, files: FileContents) -> None:
        """Replace the first response, or the message of an acknowledged control.

        Raises:
            PressedMessageGone: There is no such message.
            Exception: As `respond` raises.
        """
        await self._respond(self._webhook("PATCH", token), body, files)

    async def send_followup(self, token: str, body: Json, files: FileContents) -> None:
        """Send another message of the response. Raises as `respond` does."""
        route = self._webhook("POST", token, "")
        await self._respond(route, body, files, repeat=False)

    def _webhook(
        self, method: str, token: str, message: str = "/messages/@original"
    ) -> Route:
        path = "/webhooks/{application_id}/{interaction_token}" + message
        application = self._application
        return Route(method, path, application_id=application, interaction_token=token)

    async def _respond(
        self,
        route: Route,
        body: Json | None,
        files: FileContents,
        *,
        repeat: bool = True,
    ) -> None:
        """Make a call; wait once where Discord limits it for a short time.

        With `repeat`, it is made once more where its response was lost.
        """
        may_wait = True
        while True:
            content = {} if body is None else _build_request(body, files)
            try:
                await self._http.request(route, **content)
            except aiohttp.ClientError:
                if not repeat:
                    raise
                repeat = False
            except discord.RateLimited as limited:
                if not may_wait or limited.retry_after > limits.ANSWER_MAX_RETRY_AFTER:
                    raise
                may_wait = False
                await asyncio.sleep(limited.retry_after)
            except discord.HTTPException as error:
                # The error itself names the route, and the route contains the token.
                raise _classify_answer_error(error) from None
            else:
                return

    # ── commands ───────────────────────────────────────────────────────────────

    async def commands(self) -> list[Json]:
        """Fetch the registered commands in all their languages."""
        path = "/applications/{application_id}/commands"
        route = Route("GET", path, application_id=self._application)
        options = {"with_localizations": "true"}
        return list(await self._http.request(route, params=options))

    async def replace_commands(self, body: Sequence[Json]) -> None:
        """Register exactly these commands."""
        payload = [dict(command) for command in body]
        await self._http.bulk_upsert_global_commands(self._application, payload)

    # ── known without a request ────────────────────────────────────────────────

    @property
    def me(self) -> str:
        """The bot's own id; "" before the login."""
        user = self._client.user
        return str(user.id) if user is not None else ""

    def kind(self, channel: int) -> int | None:
        """Return a channel's type, if it is known without a request."""
        found = self._client.get_channel(channel)
        if isinstance(found, (discord.abc.GuildChannel, discord.Thread)):
            return int(found.type.value)
        return self._kinds.get(channel)

    async def fetch_kind(self, channel: int) -> int:
        """Fetch a channel's type and cache it."""
        found = await self._http.get_channel(channel)
        kind = int(found["type"])
        self._kinds.put(channel, kind)
        return kind

    def is_ours(self, message: Json) -> bool:
        """Check whether the bot wrote a message."""
        return bool(self.me) and message["author"]["id"] == self.me

    def may_read_history(self, channel: int) -> bool | None:
        """Check whether the bot may read it; None if the gateway did not say."""
        return self._may(channel, discord.Permissions(read_message_history=True))

    def may_attach_files(self, channel: int) -> bool | None:
        """Check whether the bot may post files; None if the gateway did not say."""
        return self._may(channel, discord.Permissions(attach_files=True))

    def _may(self, channel: int, needed: discord.Permissions) -> bool | None:
        found = self._client.get_channel(channel)
        if not isinstance(found, discord.abc.GuildChannel) or found.guild.me is None:
            return None
        allowed = found.permissions_for(found.guild.me)
        return allowed.view_channel and needed <= allowed


#: Makes one request.
ApiCall = Callable[[DiscordApi], Awaitable[T]]


class DiscordCaller(Protocol):
    """Makes one request when it may be sent; every failure is a `SendError`."""

    async def __call__(
        self, call: ApiCall[T], route: RequestRoute = READ, *, guarded: bool = True
    ) -> T:
        """Make the request.

        Args:
            call: Makes it.
            route: Its method, and the channel as `rate_limits` names it, or "".
            guarded: Repeating it has no further effect.
        """
        ...


#: Returns the API of the current login; logs in if there is none.
ApiProvider = Callable[[], Awaitable[DiscordApi]]


def _build_request(body: Json, files: FileContents) -> Json:
    """Build one request of a body: multipart if it names files.

    The library rewinds the files before it repeats the request. For another request,
    they have to be built again.
    """
    # The message of an answer, of a forum's post, or the body itself.
    message = body.get("data") if "type" in body else body.get("message", body)
    listed = (message or {}).get("attachments") or ()
    if not listed:
        return {"json": dict(body)}
    parts: list[Json] = [{"name": "payload_json", "value": json.dumps(body)}]
    uploaded = []
    for file in listed:
        name = file["filename"]
        opened = discord.File(BytesIO(files[name]), name)
        uploaded.append(opened)
        part = {"name": f"files[{file['id']}]", "value": opened.fp, "filename": name}
        kind = "image/png" if name.endswith(".png") else "application/octet-stream"
        parts.append({**part, "content_type": kind})
    return {"form": parts, "files": uploaded}


#: It takes no such answer; or none with these files, in this channel or so large.
_REJECTED_STATUSES: Final = frozenset({400, 403, 413})


def _classify_answer_error(error: discord.HTTPException) -> Exception:
    description = f"{error.status}, {error.code}: {error.text[:500]}"
    if error.code in _EXPIRED:
        return InteractionExpired(f"Discord takes no answer any more ({description}).")
    if error.code == _ALREADY_ANSWERED:
        return AlreadyAnswered("It was answered already.")
    if error.code == _UNKNOWN_MESSAGE:
        return PressedMessageGone("The message was dismissed.")
    if error.status in _REJECTED_STATUSES:
        return ReplyRejected(f"Discord does not take this answer ({description}).")
    return RuntimeError(f"Discord did not take it ({description}).")


class _TokenFilter(logging.Filter):
    """Removes the tokens of interactions from the URLs that the library logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        description = record.getMessage()
        if _TOKEN_IN_PATH.search(description):
            record.msg, record.args = _TOKEN_IN_PATH.sub(r"\1…", description), ()
        return True


_TOKEN_FILTER: Final = _TokenFilter()

#: Servers that are listed; the bot may be in any number of them.
_MAX_SERVERS: Final = 200
#: Seconds to wait for the gateway's hello.
_HELLO_TIMEOUT: Final = 8.0
#: Logins left today below which there is a warning: Discord limits them.
_MIN_LOGINS_LEFT: Final = 10
#: Intents that the bot does not need.
_PRIVILEGED_FLAGS: Final = (
    "gateway_presence", "gateway_presence_limited",
    "gateway_guild_members", "gateway_guild_members_limited",
    "gateway_message_content", "gateway_message_content_limited",
)  # fmt: skip
#: Without these nothing is posted at all.
_POSTING_PERMISSIONS: Final = frozenset({
    "View Channels", "Send Messages", "Send Messages in Threads",
})  # fmt: skip
#: Without it messages are posted without their pictures.
_ATTACHING: Final = "Attach Files"


class RestCheckApi:
    """Read-only calls for the doctor and the first setup."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        #: `Date` of the newest response.
        self.server_date = ""

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    async def identity(self, *, webhook: bool = False) -> PlatformIdentity:
        """Read the bot's account, its servers, and the application's configuration.

        Args:
            webhook: Discord is meant to post interactions to our web address.
        """
        application, user = self._client.application, self._client.user
        assert application, "known since the login"
        assert user, "known since the login"
        guilds = await self._http.get_guilds(_MAX_SERVERS, with_counts=False)
        return PlatformIdentity(
            bot=user.name,
            application=str(application.id),
            places=tuple(str(guild["name"]) for guild in guilds),
            findings=tuple(_check_application(application, webhook=webhook)),
            clock=_parse_date(self.server_date),
        )

    async def owner(self, guild: int) -> str | None:
        """Return the id of the server's owner."""
        found: Json = await self._http.get_guild(guild, with_counts=False)
        return str(found["owner_id"]) if found.get("owner_id") else None

    async def gateway(self) -> Finding:
        """Check whether the gateway answers, without logging in."""
        _, url, start = await self._http.get_bot_gateway()
        version = str(discord.http.INTERNAL_API_VERSION)
        query = {"v": version, "encoding": "json", "compress": "zlib-stream"}
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

    async def channel(self, number: int, guild: str, subject: str) -> Finding:
        """Compare the bot's permissions in a channel with those it needs."""
        found: Json = await self._http.get_channel(number)
        if str(found.get("guild_id")) != guild:
            text = Message(
                "the channel belongs to another server than {guild}", guild=guild
            )
            fix = Message("run /newsdesk home in the right channel")
            return Finding.problem(subject, text, fix)
        me = self._client.user
        assert me, "known since the login"
        bits = await self._compute_permissions(guild, found, me.id)
        lacking = channels.list_missing_permissions(bits, int(found.get("type", 0)))
        if not lacking:
            return Finding.ok(subject, "it may post and read back what it posted")
        names = ", ".join(f"«{name}»" for name in lacking)
        text = Message("the bot lacks {names}", names=names)
        can_post = _POSTING_PERMISSIONS.isdisjoint(lacking)
        if can_post and _ATTACHING in lacking:
            text = Message(
                "the bot lacks {names}; pictures of quotes are left out", names=names
            )
        fix = Message("allow the bot {names} in the channel's permissions", names=names)
        report = Finding.warning if can_post else Finding.problem
        return report(subject, text, fix)

    async def may_write(self, number: int, guild: int, person: int) -> bool:
        """Check whether a member of the server may see a channel and write there."""
        try:
            found: Json = await self._http.get_channel(number)
            if str(found.get("guild_id")) != str(guild):
                return False
            bits = await self._compute_permissions(str(guild), found, person)
        except (discord.NotFound, discord.Forbidden):
            return False
        return channels.can_write(bits, int(found.get("type", 0)))

    async def find_member(
        self, guild: int, person: int
    ) -> tuple[str, tuple[str, ...], int] | None:
        """Fetch a member's name, roles and permissions; None if they are not one."""
        try:
            server = await self._http.get_guild(guild, with_counts=False)
            member = await self._http.get_member(guild, person)
        except (discord.NotFound, discord.Forbidden):
            return None
        user: Any = member["user"]
        name = member.get("nick") or user.get("global_name") or user["username"]
        roles = tuple(map(str, member["roles"]))
        return str(name), roles, channels.compute_permissions(server, member, ())

    async def _compute_permissions(self, guild: str, channel: Json, who: int) -> int:
        if "thread_metadata" in channel:
            # A thread has the permissions of its channel.
            channel = await self._http.get_channel(int(channel["parent_id"]))
        overwrites: Any = channel.get("permission_overwrites") or ()
        server = await self._http.get_guild(int(guild), with_counts=False)
        member = await self._http.get_member(int(guild), who)
        return channels.compute_permissions(server, member, overwrites)


def _check_application(
    application: discord.AppInfo, *, webhook: bool
) -> Iterator[Finding]:
    page = f"{channels.PORTAL}/{application.id}"
    endpoint = bool(application.interactions_endpoint_url)
    if endpoint and not webhook:
        text = Message("Discord sends commands to an address and not to the bot")
        fix = Message(
            "empty «Interactions Endpoint URL» at {page}/information", page=page
        )
        yield Finding.problem("discord commands", text, fix)
    if webhook and not endpoint:
        text = Message("Discord has no address to send commands to")
        fix = Message(
            "set «Interactions Endpoint URL» at {page}/information, or unset "
            "STANDFIRST_DISCORD_PUBLIC_KEY",
            page=page,
        )
        yield Finding.problem("discord commands", text, fix)
    if application.bot_require_code_grant:
        text = Message("the bot cannot be invited by its address alone")
        fix = Message(
            "switch «Requires OAuth2 Code Grant» off at {page}/bot", page=page
        )
        yield Finding.problem("discord invitation", text, fix)
    if any(getattr(application.flags, name) for name in _PRIVILEGED_FLAGS):
        text = Message("it could see more about people than it needs")
        fix = Message(
            "switch the «Privileged Gateway Intents» off at {page}/bot", page=page
        )
        yield Finding.warning("discord intents", text, fix)


def _parse_date(server_date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(server_date)
    except ValueError:
        return None
