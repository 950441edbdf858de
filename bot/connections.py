"""Builds the platforms that are set up and says whether they are connected.

The local page is always on; another platform is on when its token is set. Only then
is its module, with the library under it, imported.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.findings import Finding, Identity
from bot.platforms.local.platform import LocalPlatform
from bot.ports import Clock, Examiner, Platform
from bot.settings import Settings
from bot.types import Command

if TYPE_CHECKING:
    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.slack.platform import SlackPlatform

Ready = Callable[[], Awaitable[Mapping[str, str]]]
#: «ok», or what is missing in words.
State = Callable[[], str]
#: Platforms with a token.
Connected = Literal["discord", "slack"]


def platforms(
    settings: Settings, local: LocalPlatform
) -> tuple[Mapping[str, Platform], Mapping[str, State]]:
    """The platforms that are on, and of those that connect, how it stands with them."""
    on: dict[str, Platform] = {local.name: local}
    states: dict[str, State] = {}
    if settings.discord_token is not None:
        discord = _discord(settings)
        on[discord.name] = discord
        states[discord.name] = lambda: discord.state
    if settings.slack_bot_token is not None:
        slack = _slack(settings)
        on[slack.name] = slack
        states[slack.name] = lambda: slack.state
    return MappingProxyType(on), MappingProxyType(states)


def _discord(settings: Settings) -> "DiscordPlatform":
    from bot.platforms.discord.platform import DiscordPlatform

    return DiscordPlatform(
        token=_told(settings.discord_token) or "",
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
    )


def _slack(settings: Settings) -> "SlackPlatform":
    from bot.platforms.slack.platform import SlackPlatform

    return SlackPlatform(
        token=_told(settings.slack_bot_token) or "",
        app_token=_told(settings.slack_app_token),
        signing_secret=_told(settings.slack_signing_secret) or "",
        api_base=settings.slack_api_base,
        # What waits longer than a send may take would be taken for unclear.
        patience=settings.send_timeout / 4,
    )


def called(platforms: Mapping[str, Platform], clock: Clock) -> Mapping[str, ASGIApp]:
    """Addresses at which platforms call us; each lets nobody in but its platform."""
    if "slack" not in platforms:
        return {}
    from bot.platforms.slack.manifest import PATH
    from bot.platforms.slack.platform import SlackPlatform

    slack = platforms["slack"]
    assert isinstance(slack, SlackPlatform), "it is built here"
    found = slack.called(clock.now)
    return {} if found is None else {PATH: found}


def slack_manifest(
    commands: Sequence[Command], mode: Literal["socket", "http"], url: str
) -> Mapping[str, Any]:
    """What a Slack app is made from."""
    from bot.platforms.slack.manifest import manifest

    return manifest(commands, mode=mode, url=url)


def slack_scopes(mode: Literal["socket", "http"]) -> Sequence[str]:
    """Each scope of it with what it is for."""
    from bot.platforms.slack.manifest import reasons

    return tuple(reasons(mode))


def slack_creation(manifest: Mapping[str, Any]) -> str:
    """The address at which Slack makes an app from a manifest."""
    from bot.platforms.slack.manifest import creation

    return creation(manifest)


def discord_invitation(application: str) -> str:
    """The address at which the bot is invited to a server."""
    from bot.platforms.discord.permissions import invitation

    return invitation(application)


def discord_permissions() -> Sequence[tuple[int, str, str]]:
    """What it asks for there: the number, Discord's name for it, what it is for."""
    from bot.platforms.discord.permissions import ASKED

    return tuple((bit, name, why) for bit, (name, why) in ASKED.items())


async def identified(settings: Settings, name: Connected) -> Identity:
    """Who a platform says that the settings' token is; it signs in, looks and leaves.

    Raises:
        SendError: The platform refused the token, or could not be asked.
    """
    async with _examiner(settings, name) as examiner:
        return await examiner.identity()


async def reached(settings: Settings, name: Connected) -> Finding:
    """Whether what people do on a platform could come to us.

    Raises:
        SendError: The platform refused the token, or could not be asked.
    """
    async with _examiner(settings, name) as examiner:
        return await examiner.reach()


@asynccontextmanager
async def _examiner(settings: Settings, name: Connected) -> AsyncIterator[Examiner]:
    platform = _discord(settings) if name == "discord" else _slack(settings)
    try:
        yield platform.examiner
    finally:
        await platform.close()


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def ready(own: Ready, states: Mapping[str, State]) -> Ready:
    """What `/readyz` tells: our own parts, and every platform that connects."""

    async def found() -> Mapping[str, str]:
        return {**await own(), **{name: state() for name, state in states.items()}}

    return found
