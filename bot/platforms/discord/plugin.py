"""Plugin of Discord: settings, builder, set-up steps and what the platform supports."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr

from bot.errors import UserError
from bot.model import Finding, PostOptions
from bot.model.previews import MessagePreview
from bot.platforms.common.sign_in import check_sign_in
from bot.platforms.discord.channels import (
    INTERACTIONS_PATH,
    INVITATION_BITS,
    PLATFORM_NAME,
    PORTAL,
    REQUESTED_PERMISSIONS,
    build_invitation_url,
    parse_shards,
)
from bot.ports import (
    ActivePlatform,
    IdPatterns,
    InvitationStep,
    PlatformContext,
    PlatformPlugin,
    TokenStep,
)
from bot.settings import (
    PlatformSettings,
    Settings,
    WebAddress,
    check_url_schemes,
    reveal_secret,
)

SocketAddress = Annotated[str, AfterValidator(check_url_schemes("ws", "wss"))]
_SNOWFLAKE: Final = re.compile(r"\d{1,20}", re.ASCII)


def check_shards(written: str) -> str:
    """Check that it names some of the shards."""
    if parse_shards(written) is None:
        raise ValueError("no such shards")
    return written


class DiscordSettings(PlatformSettings):
    """Settings of Discord: `STANDFIRST_DISCORD_…`."""

    #: Switches Discord on.
    token: SecretStr | None = Field(
        None, description="the bot's token as Discord's developer portal shows it"
    )
    #: The REST API with its version; None = Discord's own.
    api_base: WebAddress | None = Field(
        None,
        description="an http:// or https:// address that ends in the version, such as "
        "https://discord.com/api/v10",
    )
    #: The only gateway to connect to; None = the one that Discord names.
    gateway: SocketAddress | None = Field(
        None, description="a ws:// or wss:// address, such as wss://gateway.discord.gg"
    )
    #: Which shards this process holds, if several gateways share them: «0-3/8».
    shards: Annotated[str, AfterValidator(check_shards)] | None = Field(
        None, description="the first and last shard and how many there are, as 0-3/8"
    )
    #: With it Discord calls us over HTTP, and the gateway is not connected to.
    public_key: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")] | None = Field(
        None,
        description="the application's public key: 64 digits and letters from a to f",
    )
    #: Both of the application: with them people sign in to the console.
    client_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = Field(
        None, description="the application's id: a whole number"
    )
    client_secret: SecretStr | None = Field(
        None,
        description="the application's client secret as Discord shows it",
        repr=False,
    )

    def check(self, settings: Settings) -> Iterator[Finding]:
        """Check what signing in to the console needs."""
        yield from check_sign_in(
            settings, PLATFORM_NAME, self.client_id, reveal_secret(self.client_secret)
        )


def is_enabled(settings: Settings) -> bool:
    """Check whether a token is set."""
    return settings.get_group(DiscordSettings).token is not None


def build(context: PlatformContext) -> ActivePlatform:
    """Build the platform, and the endpoint that Discord calls if it is configured."""
    from starlette.routing import Route

    from bot.platforms.discord.platform import DiscordPlatform

    own = context.settings.get_group(DiscordSettings)
    platform = DiscordPlatform(
        token=reveal_secret(own.token),
        api_base=own.api_base,
        gateway=own.gateway,
        public_key=own.public_key,
        shards=parse_shards(own.shards) if own.shards else None,
    )
    endpoint = platform.called(context.clock.now)
    routes = [Route(INTERACTIONS_PATH, endpoint, methods=["POST"])] if endpoint else []
    return ActivePlatform(
        platform=platform,
        dials=endpoint is None,
        part=own.shards or "",
        read_state=lambda: platform.state,
        callbacks=routes,
        sign_in=platform.build_sign_in(
            own.client_id, reveal_secret(own.client_secret), own.api_base
        )
        if own.client_id and own.client_secret
        else None,
        close=platform.close,
    )


APPLICATION_STEP: Final = f"""
Discord, step 1 of 3: the application and its token
  1. Open {PORTAL}
     and press «New Application». A name is all that it needs.
  2. Under «Bot», leave the three «Privileged Gateway Intents» off: the bot reads
     nobody's messages.
  3. There, press «Reset Token» and copy what it shows.
"""


def format_invitation_step(application: str) -> str:
    """Describe how to invite the bot to a server: permissions and their reasons."""
    rows = "\n".join(
        f"     {bit:>12}  {name}: {why}"
        for bit, (name, why) in REQUESTED_PERMISSIONS.items()
    )
    return f"""
Discord, step 2 of 3: the invitation
  Open this address, choose your server, and press «Authorise»:
  {build_invitation_url(application)}
  It asks for these permissions:
{rows}
     {INVITATION_BITS:>12}  together
"""


def format_command(path: str, args: Mapping[str, str]) -> str:
    """Format a command as it is typed: `/path name:value`."""
    return " ".join([f"/{path}", *(f"{name}:{value}" for name, value in args.items())])


def refuse_name(who: str) -> UserError:
    """Build the error about a name that Discord did not turn into a mention."""
    return UserError(
        "Discord sent «{who}» as plain text, which identifies nobody. "
        "Type «@» and choose the person or role from the list, or write"
        " «person ID» or «role ID».",
        who=who,
    )


def refuse_channel(channel: str) -> UserError:
    """Build the error about a channel that is not written as its id."""
    return UserError(
        "«{channel}» is not the id of a Discord channel. Write the number: switch on "
        "Developer Mode (User Settings, Advanced), then right-click the channel and "
        "choose «Copy Channel ID».",
        channel=channel[:80],
    )


def load_preview() -> MessagePreview:
    """Import the renderer of previews."""
    from bot.platforms.discord.preview import PREVIEW

    return PREVIEW


PLUGIN = PlatformPlugin(
    name=PLATFORM_NAME,
    title="Discord",
    settings=DiscordSettings,
    is_enabled=is_enabled,
    build=build,
    how_to_connect="set STANDFIRST_DISCORD_TOKEN to the bot's token",
    required_settings="STANDFIRST_DISCORD_TOKEN",
    shares_token=True,
    post_options=frozenset(PostOptions.model_fields),
    ids=IdPatterns(
        person=_SNOWFLAKE,
        role=_SNOWFLAKE,
        channel=_SNOWFLAKE,
        refuse=refuse_name,
        refuse_channel=refuse_channel,
    ),
    setup_summary="Discord: 3 steps, about 4 minutes",
    setup_steps=(
        TokenStep(
            instructions=APPLICATION_STEP, setting="token", label="the bot's token"
        ),
        InvitationStep(instructions=format_invitation_step),
    ),
    format_command=format_command,
    load_preview=load_preview,
)
