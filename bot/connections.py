"""Builds the platforms that are set up and says whether they are connected.

The local page is always on; another platform is on when its token is set. Only then
is its module, with the library under it, imported.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from pydantic import SecretStr
from starlette.types import ASGIApp

from bot.platforms.local.platform import LocalPlatform
from bot.ports import Clock, Platform
from bot.settings import Settings
from bot.types import Command

Ready = Callable[[], Awaitable[Mapping[str, str]]]
#: «ok», or what is missing in words.
State = Callable[[], str]


def platforms(
    settings: Settings, local: LocalPlatform
) -> tuple[Mapping[str, Platform], Mapping[str, State]]:
    """The platforms that are on, and of those that connect, how it stands with them."""
    on: dict[str, Platform] = {local.name: local}
    states: dict[str, State] = {}
    if settings.discord_token is not None:
        from bot.platforms.discord.platform import DiscordPlatform

        discord = DiscordPlatform(
            token=settings.discord_token.get_secret_value(),
            api_base=settings.discord_api_base,
            gateway=settings.discord_gateway,
            public_key=settings.discord_public_key,
        )
        on[discord.name] = discord
        states[discord.name] = lambda: discord.state
    if settings.slack_bot_token is not None:
        from bot.platforms.slack.platform import SlackPlatform

        slack = SlackPlatform(
            token=settings.slack_bot_token.get_secret_value(),
            app_token=_told(settings.slack_app_token),
            signing_secret=_told(settings.slack_signing_secret) or "",
            api_base=settings.slack_api_base,
            # What waits longer than a send may take would be taken for unclear.
            patience=settings.send_timeout / 4,
        )
        on[slack.name] = slack
        states[slack.name] = lambda: slack.state
    return MappingProxyType(on), MappingProxyType(states)


def called(platforms: Mapping[str, Platform], clock: Clock) -> Mapping[str, ASGIApp]:
    """Addresses at which platforms call us; each lets nobody in but its platform."""
    return {**_discord_called(platforms, clock), **_slack_called(platforms, clock)}


def _discord_called(
    platforms: Mapping[str, Platform], clock: Clock
) -> Mapping[str, ASGIApp]:
    if "discord" not in platforms:
        return {}
    from bot.platforms.discord.platform import DiscordPlatform

    discord = platforms["discord"]
    assert isinstance(discord, DiscordPlatform), "it is built here"
    found = discord.called(clock.now)
    if found is None:
        return {}
    from bot.platforms.discord.called import PATH

    return {PATH: found}


def _slack_called(
    platforms: Mapping[str, Platform], clock: Clock
) -> Mapping[str, ASGIApp]:
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


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def ready(own: Ready, states: Mapping[str, State]) -> Ready:
    """What `/readyz` tells: our own parts, and every platform that connects."""

    async def found() -> Mapping[str, str]:
        return {**await own(), **{name: state() for name, state in states.items()}}

    return found
