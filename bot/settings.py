"""The settings: the only reader of the environment; it must not print a secret.

A setting is looked for in the environment (`STANDFIRST_WEB_PORT`), then in `.env` in
the current folder, then as `web_port` in `standfirst.toml` in the user's configuration
folder, then there is a default; an empty value counts as none. All mistakes are told
together; a name that is no setting is a warning, never an error.

pydantic checks the values. pydantic-settings was not used: it always reads the
process's own environment, and it cannot say which file a bad value came from.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.errors import ConfigurationError
from bot.retention import Retention
from bot.written import PREFIX, Reading, env_file, environment, toml_file

_FOLDER = "standfirst"
#: A shorter key can be guessed.
_SHORTEST_KEY = 16
_PLACE = re.compile(r"(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}")


def _loopback(host: str) -> str:
    if host != "localhost" and not ip_address(host).is_loopback:
        raise ValueError("not this computer")
    return host


def _address(url: str) -> str:
    # No more than that: the database itself knows which addresses it takes.
    if "://" not in url:
        raise ValueError("no address")
    return url


def _places(written: str) -> str:
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    if entries != ["1"] and not all(map(_PLACE.fullmatch, entries)):
        raise ValueError("no list of places")
    return written


def _reached_by(*schemes: str) -> Callable[[str], str]:
    """Check that an address of the web begins with one of these and names a host."""

    def checked(url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname or parts.query:
            raise ValueError("no such address")
        return url.rstrip("/")

    return checked


def _web_api(url: str) -> str:
    if not urlsplit(url).path.endswith("/api"):
        raise ValueError("no such address")
    return f"{url}/"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _data_folder(env: Mapping[str, str]) -> Path:
    usual = platformdirs.user_data_path(_FOLDER, appauthor=False)
    return _in_home(env.get("XDG_DATA_HOME"), usual)


def _configuration_folder(env: Mapping[str, str]) -> Path:
    usual = platformdirs.user_config_path(_FOLDER, appauthor=False)
    return _in_home(env.get("XDG_CONFIG_HOME"), usual)


def _in_home(home: str | None, usual: Path) -> Path:
    """Our folder in `home`, which counts only where it is absolute (XDG)."""
    return Path(home) / _FOLDER if home and Path(home).is_absolute() else usual


def _own_environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - this is the module that may


def _database_in(folder: Path) -> str:
    return f"sqlite:///{(folder / 'standfirst.db').as_posix()}"


class Settings(BaseModel):
    """Every setting that somebody reads; `.env.example` says where values are found."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    #: SQLAlchemy's form; may hold a password.
    database_url: Annotated[str, AfterValidator(_address)] = Field(
        default_factory=lambda: _database_in(_data_folder(_own_environment())),
        repr=False,
    )
    #: Where the demo keeps its own database and articles.
    demo_folder: Path = Field(
        default_factory=lambda: _data_folder(_own_environment()) / "demo"
    )
    #: With it Discord is on.
    discord_token: SecretStr | None = None
    #: Discord's REST interface with its version; None = Discord's own.
    discord_api_base: Annotated[str, AfterValidator(_reached_by("http", "https"))] | (
        None
    ) = None
    #: The one gateway that may be dialled; None = the one that Discord names.
    discord_gateway: Annotated[str, AfterValidator(_reached_by("ws", "wss"))] | (
        None
    ) = None
    #: With it Discord calls us over HTTP, and its gateway is not connected to.
    discord_public_key: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")] | None = (
        None
    )
    #: With it Slack is on.
    slack_bot_token: SecretStr | None = None
    #: With it Slack is listened to by Socket Mode; without it Slack calls us.
    slack_app_token: SecretStr | None = None
    #: What Slack signs its calls with.
    slack_signing_secret: SecretStr | None = None
    #: What Slack knows the app by, where workspaces install it themselves.
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    #: Where the world reaches the web port, such as https://news.example.
    public_url: Annotated[str, AfterValidator(_reached_by("http", "https"))] | (
        None
    ) = None
    #: Slack's Web API, ending in /api/; None = Slack's own. No other host is dialled.
    slack_api_base: (
        Annotated[
            str, AfterValidator(_reached_by("http", "https")), AfterValidator(_web_api)
        ]
        | None
    ) = None
    #: Only this computer, for as long as the page has no login.
    web_host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    #: 0 = any free one.
    web_port: int = Field(8711, ge=0, le=65535)
    #: Signs what buttons carry; None = one that is kept in the database.
    secret_key: SecretStr | None = None
    #: Places of private networks that sources may be read from: `host:port,…`, or 1.
    fetch_allow_private: Annotated[str, AfterValidator(_places)] = ""
    #: Seconds.
    send_timeout: float = Field(20.0, gt=0, le=600)
    #: Seconds from the end of an unclear send to the look whether it arrived.
    uncertain_wait: float = Field(60.0, ge=0, le=86400)
    #: Days for which contents are kept.
    keep_articles: int = Field(400, ge=30, le=36_500)
    keep_editions: int = Field(400, ge=30, le=36_500)
    keep_history: int = Field(730, ge=30, le=36_500)
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)
    ] = "info"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = "text"

    @property
    def installing_lacks(self) -> tuple[str, ...] | None:
        """What is missing for installing from Slack; None where nobody wants to."""
        if self.slack_client_id is None and self.slack_client_secret is None:
            return None
        needed = ("slack_client_id", "slack_client_secret", "public_url", "secret_key")
        return tuple(
            f"{PREFIX}{name.upper()}" for name in needed if not getattr(self, name)
        )

    @property
    def retention(self) -> Retention:
        """What is kept for how long."""
        return Retention(
            articles=self.keep_articles,
            editions=self.keep_editions,
            history=self.keep_history,
        )

    def over(self, **changes: Any) -> Self:
        """The same settings with some of them changed by the program itself."""
        return self.model_copy(update=changes)


#: What a value must be, to end «STANDFIRST_… must be».
_MUST_BE = {
    "database_url": (
        "the address of a database, such as sqlite:////folder/file.db or "
        "postgresql://user:password@host/name"
    ),
    "demo_folder": "a folder",
    "discord_token": "the bot's token as Discord's developer portal shows it",
    "discord_api_base": (
        "an http:// or https:// address that ends in the version, such as "
        "https://discord.com/api/v10"
    ),
    "discord_gateway": "a ws:// or wss:// address, such as wss://gateway.discord.gg",
    "discord_public_key": (
        "the application's public key: 64 digits and letters from a to f"
    ),
    "slack_bot_token": "the bot's token as Slack shows it; it begins with xoxb-",
    "slack_app_token": "the app's token as Slack shows it; it begins with xapp-",
    "slack_signing_secret": "the app's signing secret as Slack shows it",
    "slack_client_id": "the app's client id as Slack shows it",
    "slack_client_secret": "the app's client secret as Slack shows it",
    "public_url": "an http(s):// address, such as https://news.example",
    "slack_api_base": (
        "an http:// or https:// address that ends in /api/, such as "
        "https://slack.com/api/"
    ),
    "web_host": (
        "127.0.0.1, ::1 or localhost, because the page has no login yet and may only "
        "be shown to this computer"
    ),
    "web_port": "a whole number from 0 to 65535",
    "secret_key": "a line of letters and digits",
    "fetch_allow_private": (
        "empty, 1 for every network, or a list such as feeds.local:8080,10.0.0.7:80"
    ),
    "send_timeout": "a number of seconds over 0 and up to 600",
    "uncertain_wait": "a number of seconds from 0 to 86400",
    "keep_articles": "a whole number of days from 30 to 36500",
    "keep_editions": "a whole number of days from 30 to 36500",
    "keep_history": "a whole number of days from 30 to 36500",
    "log_level": "debug, info, warning or error",
    "log_format": "text or json",
}
_NEVER_SHOWN = frozenset({
    "database_url", "discord_token", "slack_bot_token", "slack_app_token",
    "slack_signing_secret", "slack_client_secret", "secret_key",
})  # fmt: skip


def load(
    env: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and a warning for each name that is none.

    `env` and `folder` stand for the environment and the current folder; None = the
    process's own. Raises one `ConfigurationError` with a sentence for every mistake.
    """
    env = _own_environment() if env is None else env
    readings = (
        environment(env),
        env_file((folder or Path.cwd()) / ".env"),
        toml_file(_configuration_folder(env) / "standfirst.toml"),
    )
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    data = _data_folder(env)
    usual = {"database_url": _database_in(data), "demo_folder": str(data / "demo")}
    try:
        settings = Settings.model_validate(usual | _chosen(readings))
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_input=False)}
        mistakes += [_mistake(name, readings) for name in _MUST_BE if name in wrong]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return settings, (*_unknown(readings), *_doubts(settings))


def is_in_environment(name: str, env: Mapping[str, str] | None = None) -> bool:
    """Whether the environment itself has a value, which goes before any file's."""
    found = environment(_own_environment() if env is None else env).values
    return bool(found.get(name, "").strip())


# ── what they come to ──────────────────────────────────────────────────────────


def _chosen(readings: Iterable[Reading]) -> dict[str, str]:
    """Per setting the value of the first place that has one."""
    chosen: dict[str, str] = {}
    for reading in readings:
        for name, value in reading.values.items():
            if name in Settings.model_fields and value.strip():
                chosen.setdefault(name, value.strip())
    return chosen


def _mistake(name: str, readings: Iterable[Reading]) -> str:
    reading = next(found for found in readings if found.values.get(name, "").strip())
    written = f"{reading.written(name)} must be {_MUST_BE[name]}"
    if name in _NEVER_SHOWN:
        return f"{written}; see {reading.place}."
    value = reading.values[name].strip()[:80]
    return f"{written}, not «{value}»; see {reading.place}."


def _unknown(readings: Iterable[Reading]) -> list[str]:
    """A sentence for each name that is no setting, with the one that looks like it."""
    warnings = []
    for reading in readings:
        for name in reading.values:
            if name in Settings.model_fields:
                continue
            near = get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {reading.written(near[0])}?" if near else "."
            warnings.append(
                f"{reading.written(name)} in {reading.place} is not a setting{hint}"
            )
    return warnings


def _doubts(settings: Settings) -> list[str]:
    """What is allowed and yet may not be meant."""
    doubts = []
    if settings.uncertain_wait <= settings.send_timeout:
        doubts.append(
            f"{PREFIX}UNCERTAIN_WAIT is not longer than {PREFIX}SEND_TIMEOUT: a "
            "message still on its way may be sent a second time."
        )
    key = settings.secret_key
    if key is not None and len(key.get_secret_value()) < _SHORTEST_KEY:
        doubts.append(
            f"{PREFIX}SECRET_KEY is short enough to be guessed; give it at least "
            f"{_SHORTEST_KEY} characters."
        )
    return [*doubts, *_slack_doubts(settings)]


def _slack_doubts(settings: Settings) -> list[str]:
    """Slack shows three secrets on as many pages; people mix them up."""
    doubts = []
    begins = {"slack_bot_token": ("xoxb-", "xoxe."), "slack_app_token": ("xapp-",)}
    for name, beginnings in begins.items():
        token = getattr(settings, name)
        if token is not None and not token.get_secret_value().startswith(beginnings):
            doubts.append(
                f"{PREFIX}{name.upper()} does not begin with {beginnings[0]} as such "
                "tokens of Slack's do; it may be another one."
            )
    lacks = settings.installing_lacks
    alone = settings.slack_bot_token is None
    if lacks:
        doubts.append(f"Nobody can install the app yet; missing: {', '.join(lacks)}.")
    if lacks == () and not alone:
        doubts.append(
            f"{PREFIX}SLACK_BOT_TOKEN does nothing beside {PREFIX}SLACK_CLIENT_ID: "
            "install the app into that workspace as well."
        )
    if lacks is None and alone and settings.slack_app_token is not None:
        doubts.append(
            f"{PREFIX}SLACK_APP_TOKEN does nothing without {PREFIX}SLACK_BOT_TOKEN."
        )
    return doubts
