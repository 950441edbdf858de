"""The REST calls that answer interactions and register commands; no decisions.

What an answer is (`replies`, `forms`, `commands`) and when it is given (`answering`) is
decided elsewhere. The token of an interaction is a secret and is in no message of ours.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp
import discord
from discord.http import HTTPClient, Route

from bot.platforms.discord import limits
from bot.platforms.discord.answering import (
    NO_FILES,
    Answered,
    Files,
    Missed,
    Unfit,
)
from bot.platforms.discord.verdicts import verdict

#: Unknown interaction or webhook, or a token that has run out.
_GONE: Final = frozenset({10015, 10062, 50027})
_ALREADY: Final = 40060
_TOKEN: Final = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s]+")
_FAILURES: Final = (discord.DiscordException, aiohttp.ClientError)
Body = Mapping[str, Any]


class Calls:
    """The calls of one login."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        # Adding the same filter again changes nothing.
        logging.getLogger("discord.http").addFilter(_HIDING)

    @property
    def _http(self) -> HTTPClient:
        return self._client.http

    @property
    def _application(self) -> int:
        # Known since the login, without which there are no events.
        return int(self._client.application_id or 0)

    # ── interactions ───────────────────────────────────────────────────────────

    async def respond(
        self, number: str, token: str, body: Body, files: Files = NO_FILES
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
        await self._repeat(route, body, files)

    async def edit(self, token: str, body: Body, files: Files = NO_FILES) -> None:
        """What takes the place of the first answer.

        Raises:
            Missed: Too late.
        """
        await self._repeat(self._original("PATCH", token), body, files)

    async def drop(self, token: str) -> None:
        """Take the first answer back.

        Raises:
            Missed: Too late.
        """
        await self._repeat(self._original("DELETE", token), None)

    async def follow(self, token: str, body: Body, files: Files = NO_FILES) -> None:
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

    async def _repeat(
        self, route: Route, body: Body | None, files: Files = NO_FILES
    ) -> None:
        """A call that may be made twice: once more where its answer was lost."""
        try:
            await self._call(route, body, files)
        except aiohttp.ClientError:
            await self._call(route, body, files)

    async def _call(self, route: Route, body: Body | None, files: Files) -> None:
        """A call that waits once, where Discord limits us for a moment."""
        try:
            await self._once(route, body, files)
        except discord.RateLimited as limited:
            if limited.retry_after > limits.ANSWER_WAIT:
                raise
            await asyncio.sleep(limited.retry_after)
            await self._once(route, body, files)

    async def _once(self, route: Route, body: Body | None, files: Files) -> None:
        more = {} if body is None else _sent(body, files)
        try:
            await self._http.request(route, **more)
        except discord.HTTPException as error:
            # The error itself names the route, and the route holds the token.
            raise _meaning(error) from None

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

    async def put_commands(self, body: Sequence[Body]) -> None:
        """Let Discord hold exactly these."""
        payload = [dict(command) for command in body]
        await self._http.bulk_upsert_global_commands(self._application, payload)

    # ── threads ────────────────────────────────────────────────────────────────

    async def is_there(self, channel: str) -> bool:
        """Whether there is such a channel or thread, as far as the bot sees."""
        try:
            await self._http.get_channel(int(channel))
        except (discord.NotFound, discord.Forbidden):
            return False
        except _FAILURES as error:
            raise verdict(error, guarded=True) from None
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
            raise verdict(error, guarded=True) from None

    async def tell(self, user: str, body: Body) -> None:
        """A private message to a person."""
        channel = await self._http.start_private_message(int(user))
        route = Route(
            "POST", "/channels/{channel_id}/messages", channel_id=int(channel["id"])
        )
        await self._http.request(route, json=dict(body))


def _sent(body: Body, files: Files) -> dict[str, Any]:
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


def _meaning(error: discord.HTTPException) -> Exception:
    said = f"{error.status}, {error.code}: {error.text[:500]}"
    if error.code in _GONE:
        return Missed(f"Discord takes no answer any more ({said}).")
    if error.code == _ALREADY:
        return Answered("It was answered already.")
    if error.status == 400:
        return Unfit(f"Discord does not take this answer ({said}).")
    return RuntimeError(f"Discord did not take it ({said}).")


class _WithoutTokens(logging.Filter):
    """Takes the tokens of interactions out of the addresses that the library logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if _TOKEN.search(said):
            record.msg, record.args = _TOKEN.sub(r"\1…", said), ()
        return True


_HIDING: Final = _WithoutTokens()
