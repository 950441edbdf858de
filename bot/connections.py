"""Builds the platforms that are set up and says whether they are connected.

The local page is always on; another platform is on when its token is set, and Slack
also when workspaces can install its app. Only then is its module, with the library
under it, imported.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr
from starlette.routing import Route

from bot.findings import Check, Finding, Identity
from bot.platforms.local.platform import LocalPlatform
from bot.ports import Clock, Examiner, InstallationStore, Platform, StateStore
from bot.settings import Settings
from bot.storage.database import Database
from bot.types import Command

if TYPE_CHECKING:
    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.slack.platform import SlackPlatform

Ready = Callable[[], Awaitable[Mapping[str, str]]]
#: «ok», or what is missing in words.
State = Callable[[], str]
#: Platforms with a token.
Connected = Literal["discord", "slack"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Where installations are kept, and those that were begun."""

    installations: InstallationStore
    states: StateStore
    clock: Clock


def kept(settings: Settings, db: Database, clock: Clock) -> Kept | None:
    """The same, where workspaces can install the app themselves."""
    if settings.installing_lacks != () or settings.secret_key is None:
        return None
    from bot.storage.install_states import KeptStates
    from bot.storage.installations import KeptInstallations
    from bot.storage.sealing import Seal

    seal = Seal(settings.secret_key.get_secret_value().encode())
    return Kept(
        installations=KeptInstallations(db, seal, clock, "slack"),
        states=KeptStates(db, clock),
        clock=clock,
    )


def platforms(
    settings: Settings, local: LocalPlatform, kept: Kept | None = None
) -> tuple[Mapping[str, Platform], Mapping[str, State]]:
    """The platforms that are on, and of those that connect, how it stands with them."""
    on: dict[str, Platform] = {local.name: local}
    states: dict[str, State] = {}
    if settings.discord_token is not None:
        discord = _discord(settings)
        on[discord.name] = discord
        states[discord.name] = lambda: discord.state
    if settings.slack_bot_token is not None or kept is not None:
        slack = _slack(settings, kept)
        on[slack.name] = slack
        states[slack.name] = lambda: slack.state
    return MappingProxyType(on), MappingProxyType(states)


def _discord(settings: Settings) -> "DiscordPlatform":
    from bot.platforms.discord.platform import DiscordPlatform

    return DiscordPlatform(
        token=_told(settings.discord_token) or "",
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
        public_key=settings.discord_public_key,
    )


def _slack(settings: Settings, kept: Kept | None) -> "SlackPlatform":
    from bot.platforms.slack.apps import App
    from bot.platforms.slack.installations import ManyInstallations
    from bot.platforms.slack.pace import Pace
    from bot.platforms.slack.platform import SlackPlatform

    # What waits longer than a send may take would be taken for unclear.
    patience = settings.send_timeout / 4
    many = None
    if kept is not None:
        app = App(
            client_id=settings.slack_client_id or "",
            client_secret=_told(settings.slack_client_secret) or "",
            public_url=settings.public_url or "",
        )
        many = ManyInstallations(
            kept.installations,
            app=app,
            api_base=settings.slack_api_base,
            now=kept.clock.now,
            pace=lambda: Pace(patience=patience),
        )
    return SlackPlatform(
        token=_told(settings.slack_bot_token) or "",
        installations=many,
        app_token=_told(settings.slack_app_token),
        signing_secret=_told(settings.slack_signing_secret) or "",
        api_base=settings.slack_api_base,
        patience=patience,
    )


def called(
    platforms: Mapping[str, Platform], kept: Kept | None, clock: Clock
) -> Sequence[Route]:
    """Addresses for the world: what platforms call, and where an app is installed."""
    return (*_discord_called(platforms, clock), *_slack_called(platforms, kept, clock))


def _discord_called(platforms: Mapping[str, Platform], clock: Clock) -> Sequence[Route]:
    if "discord" not in platforms:
        return ()
    from bot.platforms.discord.called import PATH
    from bot.platforms.discord.platform import DiscordPlatform

    discord = platforms["discord"]
    assert isinstance(discord, DiscordPlatform), "it is built here"
    found = discord.called(clock.now)
    return () if found is None else (Route(PATH, found, methods=["POST"]),)


def _slack_called(
    platforms: Mapping[str, Platform], kept: Kept | None, clock: Clock
) -> Sequence[Route]:
    if "slack" not in platforms:
        return ()
    from bot.platforms.slack.apps import INSTALL, REDIRECT
    from bot.platforms.slack.installations import ManyInstallations
    from bot.platforms.slack.installing import Installing
    from bot.platforms.slack.manifest import PATH
    from bot.platforms.slack.platform import SlackPlatform

    slack = platforms["slack"]
    assert isinstance(slack, SlackPlatform), "it is built here"
    found = slack.called(clock.now)
    routes = [] if found is None else [Route(PATH, found, methods=["POST"])]
    many = slack.installations
    if kept is not None and isinstance(many, ManyInstallations):
        pages = Installing(
            many, states=kept.states, arrived=slack.listener.arrived, now=clock.now
        )
        routes += [Route(path, pages, methods=["GET"]) for path in (INSTALL, REDIRECT)]
    return routes


def checks(
    settings: Settings, platforms: Mapping[str, Platform]
) -> Mapping[str, Check]:
    """What platforms find when the doctor asks them."""
    slack = platforms.get("slack")

    async def look(workspace: str | None) -> Sequence[Finding]:
        from bot.platforms.slack.checks import of_settings
        from bot.platforms.slack.installations import ManyInstallations
        from bot.platforms.slack.platform import SlackPlatform

        if workspace is None:
            return tuple(of_settings(settings))
        assert isinstance(slack, SlackPlatform), "it is built here"
        many = slack.installations
        assert isinstance(many, ManyInstallations), "the one has an examiner"
        return await many.findings(workspace)

    return {"slack": look}


def slack_manifest(
    commands: Sequence[Command],
    mode: Literal["socket", "http"],
    url: str,
    *,
    rotation: bool,
) -> Mapping[str, Any]:
    """What a Slack app is made from."""
    from bot.platforms.slack.manifest import manifest

    return manifest(commands, mode=mode, url=url, rotation=rotation)


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
    platform = _discord(settings) if name == "discord" else _slack(settings, None)
    assert platform.examiner is not None, "it has one token"
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
