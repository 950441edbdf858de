"""Plugin of Slack: settings with their checks, builder, set-up steps, support.

One workspace with a bot token, or several workspaces that install the app themselves:
the latter needs the app's client id and secret, a public address, and a key under
which their tokens are stored.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.errors import UserError
from bot.model import Command, Finding
from bot.model.previews import MessagePreview
from bot.platforms.common.sign_in import check_sign_in
from bot.platforms.slack import app_manifest, limits
from bot.platforms.slack.app_manifest import PLATFORM_NAME
from bot.ports import (
    ActivePlatform,
    IdPatterns,
    ManifestStep,
    PlatformContext,
    PlatformPlugin,
    TokenStep,
)
from bot.settings import (
    PlatformSettings,
    Settings,
    WebAddress,
    get_variable_name,
    reveal_secret,
)

_TOKEN_PREFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "bot_token": ("xoxb-", "xoxe."),
    "app_token": ("xapp-",),
}
_SUBJECT: Final = "slack settings"
_CHAPTER: Final = "docs/slack.md, «More than one Slack workspace»"


def _check_web_api(url: str) -> str:
    if not urlsplit(url).path.endswith("/api"):
        raise ValueError("no such address")
    return f"{url}/"


def _secret_field(what: str) -> Any:
    return Field(None, description=f"the app's {what} as Slack shows it", repr=False)


class SlackSettings(PlatformSettings):
    """Settings of Slack: `STANDFIRST_SLACK_…`."""

    #: Switches Slack on, for one workspace.
    bot_token: SecretStr | None = Field(
        None,
        description="the bot's token as Slack shows it; it begins with xoxb-",
        repr=False,
    )
    #: With it events arrive by Socket Mode; without it Slack calls us over HTTP.
    app_token: SecretStr | None = Field(
        None,
        description="the app's token as Slack shows it; it begins with xapp-",
        repr=False,
    )
    #: Slack signs its calls with it.
    signing_secret: SecretStr | None = _secret_field("signing secret")
    #: Identifies the app to Slack where workspaces install it themselves.
    client_id: str | None = Field(
        None, description="the app's client id as Slack shows it"
    )
    client_secret: SecretStr | None = _secret_field("client secret")
    #: The Web API, ending in /api/; None = Slack's own. No other host is connected to.
    api_base: Annotated[WebAddress, AfterValidator(_check_web_api)] | None = Field(
        None,
        description="an http:// or https:// address that ends in /api/, such as "
        "https://slack.com/api/",
    )

    def check(self, settings: Settings) -> Iterator[Finding]:
        """Check the tokens, and how the app is configured as a whole."""
        # Slack shows three secrets on as many pages; people mix them up.
        for name, prefixes in _TOKEN_PREFIXES.items():
            token = reveal_secret(getattr(self, name))
            if token and not token.startswith(prefixes):
                text = f"{_variable_of(name)} does not begin with {prefixes[0]}"
                yield Finding.warning(
                    _SUBJECT, text, "check whether it is another of Slack's secrets"
                )
        bot, app = _variable_of("bot_token"), _variable_of("app_token")
        lacks = list_missing_for_installation(settings)
        # With a token of its own, they may be there for the login alone.
        if lacks and self.bot_token is None:
            text = f"nobody can install the app; missing: {', '.join(lacks)}"
            yield Finding.problem(_SUBJECT, text, f"set what is missing ({_CHAPTER})")
        else:
            secret = reveal_secret(self.client_secret)
            yield from check_sign_in(settings, PLATFORM_NAME, self.client_id, secret)
        if lacks == ():
            yield self._check_public_url(settings)
            if self.bot_token is not None:
                yield Finding.warning(
                    _SUBJECT,
                    f"{bot} is not used where workspaces install the app",
                    "remove it; install the app in that workspace as well",
                )
        if not is_enabled(settings):
            if lacks is None and self.app_token is not None:
                text = f"{app} does nothing alone"
                yield Finding.warning(_SUBJECT, text, f"set {bot} too")
        elif self.app_token is None and self.signing_secret is None:
            yield Finding.problem(
                _SUBJECT,
                "commands do not work: it cannot be verified that a request comes "
                "from Slack",
                f"set {_variable_of('signing_secret')}, or {app} for Socket Mode",
            )

    def _check_public_url(self, settings: Settings) -> Finding:
        address = settings.public_url or ""
        if not address.startswith("https://") and self.api_base is None:
            public = get_variable_name("public_url")
            return Finding.problem(
                _SUBJECT,
                f"Slack sends nobody to {address}: it wants https",
                f"set {public} to the https:// address of your proxy",
            )
        redirect = f"{address}{app_manifest.REDIRECT_PATH}"
        text = f"the app's Redirect URL on Slack must be {redirect}"
        return Finding.ok(_SUBJECT, text)


def _variable_of(name: str) -> str:
    return get_variable_name(f"{PLATFORM_NAME}_{name}")


def list_missing_for_installation(settings: Settings) -> tuple[str, ...] | None:
    """List settings missing for installation; None if it is not configured at all."""
    own = settings.get_group(SlackSettings)
    if own.client_id is None and own.client_secret is None:
        return None
    needed = {
        "slack_client_id": own.client_id,
        "slack_client_secret": own.client_secret,
        "public_url": settings.public_url,
        "secret_key": settings.secret_key,
    }
    return tuple(get_variable_name(name) for name, value in needed.items() if not value)


def is_enabled(settings: Settings) -> bool:
    """Check whether there is a bot token, or every setting for installation."""
    own = settings.get_group(SlackSettings)
    return own.bot_token is not None or list_missing_for_installation(settings) == ()


# ── building ───────────────────────────────────────────────────────────────────


def build(context: PlatformContext) -> ActivePlatform:
    """Build the platform, its event endpoint, and the pages of the installation."""
    from bot.platforms.slack.installations import StoredInstallations
    from bot.platforms.slack.platform import SlackPlatform
    from bot.platforms.slack.rate_limits import SlackRateLimiter
    from bot.platforms.slack.sign_in import SlackSignIn
    from bot.platforms.slack.uploads import PictureUploads

    settings, own = context.settings, context.settings.get_group(SlackSettings)
    # A post that waits longer than a send may take would count as unclear.
    patience = settings.send_timeout / 4
    storage = many = None
    if list_missing_for_installation(settings) == ():
        storage = context.open_installations(PLATFORM_NAME)
    if storage is not None:
        many = StoredInstallations(
            storage,
            app=app_manifest.SlackApp(
                client_id=own.client_id or "",
                client_secret=reveal_secret(own.client_secret),
                public_url=settings.public_url or "",
            ),
            api_base=own.api_base,
            now=context.clock.now,
            pace=lambda: SlackRateLimiter(patience=patience),
        )
    open_uploads = None
    if (store := context.open_uploads(PLATFORM_NAME)) is not None:
        open_uploads = partial(
            PictureUploads, store=store, now=context.clock.now, patience=patience
        )
    platform = SlackPlatform(
        token=reveal_secret(own.bot_token),
        installations=many,
        app_token=reveal_secret(own.app_token) or None,
        signing_secret=reveal_secret(own.signing_secret),
        api_base=own.api_base,
        patience=patience,
        open_uploads=open_uploads,
    )
    return ActivePlatform(
        platform=platform,
        dials=own.app_token is not None,
        read_state=lambda: platform.state,
        callbacks=platform.build_routes(context.clock.now),
        check=None if many is None else many.findings,
        sign_in=SlackSignIn(
            platform.listener.people,
            client_id=own.client_id,
            client_secret=reveal_secret(own.client_secret),
            api_base=own.api_base,
            now=context.clock.now,
        )
        if own.client_id and own.client_secret
        else None,
        delete_unused_files=platform.delete_unused_files,
        close=platform.close,
    )


# ── set-up ─────────────────────────────────────────────────────────────────────


def format_app_step(commands: Sequence[Command]) -> str:
    """Describe how to create and install the app, with the scopes and their reasons."""
    link = app_manifest.build_creation_url(app_manifest.build_manifest(commands))
    scopes = "\n       ".join(app_manifest.list_scope_reasons("socket"))
    return f"""
Slack, step 1 of 3: the app
  1. Open this address, with the app's manifest in it. Choose your
     workspace, press «Next», then «Create»:
  {link}
  2. Under «Install App», press «Install to Workspace» and allow it.
     It asks for these scopes:
       {scopes}
"""


def format_pasted_manifest(commands: Sequence[Command]) -> str:
    """Format the manifest for pasting, in case the URL does not work."""
    made = app_manifest.build_manifest(commands)
    where = f"At {app_manifest.APPS_URL}: «Create New App», «From a manifest»"
    return f"{where}, and paste:\n{json.dumps(made, indent=1, ensure_ascii=False)}"


BOT_STEP: Final = """
Slack, step 2 of 3: two tokens
  The first is under «OAuth & Permissions»: «Bot User OAuth Token», xoxb-…
"""
APP_STEP: Final = """
  The second is made under «Basic Information», «App-Level Tokens», «Generate Token and
  Scopes»: give it any name and the scope connections:write. It begins with xapp-, and
  lets the bot connect to Slack, so that it needs no public address.
"""


class SlackAppManifest:
    """`bot.ports.AppManifest` for Slack."""

    build = staticmethod(app_manifest.build_manifest)
    list_scopes = staticmethod(app_manifest.list_scope_reasons)


def refuse_name(who: str) -> UserError:
    """Build the error about a name that Slack did not turn into a mention."""
    return UserError(
        "Slack sent «{who}» as plain text, which identifies nobody. "
        "Type «@» and choose the person or user group from the list, or"
        " write «person U…» or «role S…» with the ID.",
        who=who,
    )


def refuse_channel(channel: str) -> UserError:
    """Build the error about a channel that is not written as its id."""
    return UserError(
        "«{channel}» is not the id of a Slack channel. Write the id, such as "
        "C0123456789: Slack shows it in the channel's details, at the bottom.",
        channel=channel[:80],
    )


def load_preview() -> MessagePreview:
    """Import the renderer of previews."""
    from bot.platforms.slack.preview import PREVIEW

    return PREVIEW


PLUGIN = PlatformPlugin(
    name=PLATFORM_NAME,
    title="Slack",
    settings=SlackSettings,
    is_enabled=is_enabled,
    build=build,
    how_to_connect="set STANDFIRST_SLACK_BOT_TOKEN to the bot's token, or let "
    "workspaces install the app (docs/slack.md)",
    required_settings="STANDFIRST_SLACK_BOT_TOKEN, or what installing the app takes",
    post_options=frozenset({"thread"}),
    ids=IdPatterns(
        person=re.compile(limits.PERSON_ID),
        role=re.compile(limits.GROUP_ID),
        channel=re.compile(limits.CHANNEL_ID),
        refuse=refuse_name,
        refuse_channel=refuse_channel,
    ),
    setup_summary="Slack: 3 steps, about 4 minutes",
    setup_steps=(
        ManifestStep(instructions=format_app_step, manifest=format_pasted_manifest),
        TokenStep(
            instructions=BOT_STEP,
            setting="bot_token",
            label="the bot's token (xoxb-…)",
            prefix="xoxb-",
        ),
        TokenStep(
            instructions=APP_STEP,
            setting="app_token",
            label="the app's token (xapp-…)",
            prefix="xapp-",
            check_reach=True,
        ),
    ),
    first_words=("/invite @Standfirst",),
    manifest=SlackAppManifest(),
    load_preview=load_preview,
)
