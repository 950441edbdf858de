"""Plugin of a platform for tests only: the example of a complete one."""

from pydantic import Field, SecretStr

from bot.ports import ActivePlatform, PlatformContext, PlatformPlugin, TokenStep
from bot.settings import PlatformSettings, Settings, reveal_secret
from tests.bot.platforms.toy.platform import NAME, ToyPlatform


class ToySettings(PlatformSettings):
    token: SecretStr | None = Field(None, description="the toy's token", repr=False)


def is_enabled(settings: Settings) -> bool:
    return settings.get_group(ToySettings).token is not None


def build(context: PlatformContext) -> ActivePlatform:
    token = reveal_secret(context.settings.get_group(ToySettings).token)
    return ActivePlatform(platform=ToyPlatform(token), read_state=lambda: "ok")


PLUGIN = PlatformPlugin(
    name=NAME,
    title="Toy box",
    settings=ToySettings,
    is_enabled=is_enabled,
    build=build,
    how_to_connect="set STANDFIRST_TOY_TOKEN",
    required_settings="STANDFIRST_TOY_TOKEN",
    setup_summary="Toy box: 1 step",
    setup_steps=(
        TokenStep(
            instructions="Look under the lid.", setting="token", label="the toy's token"
        ),
    ),
)
