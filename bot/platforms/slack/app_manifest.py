"""The Slack app: manifest, scopes and addresses. Pure.

The manifest configures the app with everything that the code uses and nothing more. The
reason for each scope is stored beside it, because a manifest cannot contain comments.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from bot.errors import UserError
from bot.model import Command, Finding, PlatformName
from bot.model.sign_in import get_sign_in_path
from bot.platforms.common.text import shorten_text
from digests.messages import Message
from digests.types import frozen

PLATFORM_NAME: Final[PlatformName] = "slack"
ConnectionMode = Literal["socket", "http"]
#: Path on the web port to which Slack sends events.
EVENTS_PATH: Final = "/slack/events"
#: Page on which apps are created and managed.
APPS_URL: Final = "https://api.slack.com/apps"
#: docs.slack.dev, reference/app-manifest.
_MAX_USAGE_HINT: Final = 1_000

#: Scopes that the app asks for, each with its reason.
SCOPES: Final[Mapping[str, str]] = {
    "commands": "receives /news and /newsdesk",
    "chat:write": "posts, corrects and deletes editions, and answers commands",
    "chat:write.public": "posts to public channels that it was not invited into",
    "users:read": "sees who manages the workspace: they are its editors",
    "usergroups:read": "sees who is in a user group that was made an editor",
    "channels:history": "checks whether a post without a confirmation has arrived",
    "groups:history": "checks whether a post arrived in a private channel that it is "
    "in",
    "im:write": "greetings, personal digests, answers to reports, notices that posting "
    "stopped",
    "im:history": "checks whether private messages arrived; reads nothing else there",
    "files:read": "reads the file that an editor attaches to a form, and checks "
    "whether its own pictures have arrived; no other file",
    "files:write": "uploads pictures of quotes and exports that are too long for a "
    "message, and deletes pictures that no message shows any more",
    "channels:read": "checks whether the app, and whoever lets it post, is in a "
    "channel",
    "groups:read": "checks whether the app, and whoever lets it post, is in a private "
    "channel",
}
#: Nothing works without these; without any other, only the feature that needs it fails.
REQUIRED_SCOPES: Final = frozenset({"commands", "chat:write", "users:read"})
#: Without these, messages are posted without their pictures.
PICTURE_SCOPES: Final = frozenset({"files:read", "files:write"})
#: Scope of the app-level token of Socket Mode, which is created by hand.
SOCKET_SCOPE: Final = "connections:write"
BOT_EVENTS: Final = ("app_home_opened", "app_uninstalled", "tokens_revoked")
#: Descriptions of the root commands.
ROOT_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "news": "The news here: stories, quotes, figures, search",
    "newsdesk": "Run the digests of this workspace",
}


def build_manifest(
    commands: Sequence[Command],
    *,
    mode: ConnectionMode = "socket",
    url: str = "",
    rotation: bool = False,
) -> dict[str, Any]:
    """Build the manifest.

    Args:
        commands: The registry.
        mode: Whether we connect to Slack, or Slack calls us.
        url: For the latter: our public address, «https://news.example».
        rotation: Whether tokens expire and are exchanged; Slack does not allow
            switching this off again.

    Raises:
        UserError: The options contradict each other.
    """
    parts, base = urlsplit(url), url.rstrip("/")
    if mode == "socket" and url:
        raise UserError(
            "--url belongs to --mode http: without it, Slack does not call the bot."
        )
    if mode == "socket" and rotation:
        raise UserError(
            "--rotation belongs to --mode http: only tokens of workspaces that "
            "install the app themselves are exchanged."
        )
    if mode == "http" and (parts.scheme != "https" or not parts.hostname):
        raise UserError(
            "Slack calls only a public https address. Give it: --mode http "
            "--url https://news.example"
        )
    paths = (REDIRECT_PATH, get_sign_in_path(PLATFORM_NAME))
    redirects = {"redirect_urls": [f"{base}{path}" for path in paths]} if url else {}
    called = {"url": f"{base}{EVENTS_PATH}"} if url else {}
    at = {"request_url": called["url"]} if url else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Standfirst",
            # Slack takes 140 characters (docs.slack.dev, reference/app-manifest).
            "description": "News digests in which every word can be traced to its "
            "source",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Standfirst", "always_online": True},
            "slash_commands": list(_build_slash_commands(commands, called)),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}, **redirects},
        "settings": {
            "event_subscriptions": {**at, "bot_events": list(BOT_EVENTS)},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode == "socket",
            "token_rotation_enabled": rotation,
        },
    }


def build_creation_url(made: Mapping[str, Any]) -> str:
    """Build the URL that creates the app from this manifest, without pasting it."""
    packed = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    return f"{APPS_URL}?new_app=1&manifest_json={quote(packed, safe='')}"


def list_scope_reasons(mode: ConnectionMode) -> Iterator[str]:
    """List the scopes with their reasons, one line each."""
    for scope, why in SCOPES.items():
        yield f"{scope}: {why}"
    if mode == "socket":
        yield f"{SOCKET_SCOPE} (app-level token, made by hand): opens Socket Mode"


def _build_slash_commands(
    commands: Sequence[Command], called: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    names: dict[str, dict[str, None]] = {}
    for root, _, rest in (command.path.partition(" ") for command in commands):
        names.setdefault(root, {})[rest.split(" ")[0]] = None
    for root, inside in names.items():
        yield {
            "command": f"/{root}",
            "description": ROOT_DESCRIPTIONS.get(root, "Standfirst"),
            "usage_hint": shorten_text(" | ".join(inside), _MAX_USAGE_HINT),
            # Channels and people are then sent with their ids.
            "should_escape": True,
            **called,
        }


#: Paths on the web port: the installation page, and the redirect after the consent.
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"


@frozen
class SlackApp:
    """The app's credentials and our public URL."""

    client_id: str
    client_secret: str = field(repr=False)
    #: Our public address, without a trailing slash: «https://news.example».
    public_url: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}{REDIRECT_PATH}"

    @property
    def install_url(self) -> str:
        return f"{self.public_url}{INSTALL_PATH}"


def check_scopes(
    granted: Collection[str] | None, subject: str, again: Message
) -> Iterator[Finding]:
    """Report the scopes of the manifest that the app was not granted.

    Args:
        granted: The scopes that Slack reports; None = Slack did not say.
        subject: Subject of the findings.
        again: How to install the app again: a new manifest alone grants nothing.
    """
    fix = Message(
        "update the app's manifest (standfirst slack-manifest), then {again}",
        again=again,
    )
    for scope, why in SCOPES.items():
        if granted is not None and scope not in granted:
            report = Finding.problem if scope in REQUIRED_SCOPES else Finding.warning
            lacks = Message(
                "the app lacks the scope {scope}: {why}", scope=scope, why=Message(why)
            )
            if scope in PICTURE_SCOPES:
                lacks = Message("pictures of quotes are left out: {why}", why=lacks)
            yield report(subject, lacks, fix)
