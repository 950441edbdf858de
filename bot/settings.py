"""Load and validate settings; the only module that reads the environment.

A setting is looked for in the environment (`STANDFIRST_WEB_PORT`), then in `.env` in
the current folder, then as `web_port` in `standfirst.toml` in the user's configuration
folder, then there is a default; an empty value counts as none. All mistakes are told
together; a name that is no setting is a warning, never an error.

pydantic checks the values. pydantic-settings was not used: it always reads the
process's own environment, and it cannot say which file a bad value came from.

A place that cannot be read is a mistake of its reading, and no secret of it is told.

Settings make it, `upkeep` follows it, `/newsdesk status` shows it.

    editions   with their corrections; reports of readers, from when they were settled
               (an open one waits for an editor, however old)
    history    of changes
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values
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

_FOLDER_NAME = "standfirst"
#: A shorter key can be guessed.
_SHORTEST_KEY = 16
_HOST_AND_PORT = re.compile(r"(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}")


def _check_loopback(host: str) -> str:
    if host != "localhost" and not ip_address(host).is_loopback:
        raise ValueError("not this computer")
    return host


def _check_address(url: str) -> str:
    # No more than that: the database itself knows which addresses it takes.
    if "://" not in url:
        raise ValueError("no address")
    return url


def _check_host_list(written: str) -> str:
    entries = [entry.strip() for entry in written.split(",") if entry.strip()]
    if entries != ["1"] and not all(map(_HOST_AND_PORT.fullmatch, entries)):
        raise ValueError("no list of places")
    return written


def _check_url_schemes(*schemes: str) -> Callable[[str], str]:
    """Check that an address of the web begins with one of these and names a host."""

    def checked(url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname or parts.query:
            raise ValueError("no such address")
        return url.rstrip("/")

    return checked


def _check_web_api(url: str) -> str:
    if not urlsplit(url).path.endswith("/api"):
        raise ValueError("no such address")
    return f"{url}/"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _data_folder(env: Mapping[str, str]) -> Path:
    usual = platformdirs.user_data_path(_FOLDER_NAME, appauthor=False)
    return _in_home(env.get("XDG_DATA_HOME"), usual)


def _configuration_folder(env: Mapping[str, str]) -> Path:
    usual = platformdirs.user_config_path(_FOLDER_NAME, appauthor=False)
    return _in_home(env.get("XDG_CONFIG_HOME"), usual)


def _in_home(home: str | None, usual: Path) -> Path:
    """Our folder in `home`, which counts only where it is absolute (XDG)."""
    return Path(home) / _FOLDER_NAME if home and Path(home).is_absolute() else usual


def _own_environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - this is the module that may


def _database_in(folder: Path) -> str:
    return f"sqlite:///{(folder / 'standfirst.db').as_posix()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Days for which contents are kept."""

    articles: int = 400
    editions: int = 400
    history: int = 730

    @property
    def texts(self) -> int:
        """Days for which an article's text is kept: editions quote it that long.

        What an edition is made from came in within the two weeks before it.
        """
        return max(self.articles, self.editions + 14)


class Settings(BaseModel):
    """Every setting that somebody reads; `.env.example` says where values are found."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    #: SQLAlchemy's form; may hold a password.
    database_url: Annotated[str, AfterValidator(_check_address)] = Field(
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
    discord_api_base: Annotated[
        str, AfterValidator(_check_url_schemes("http", "https"))
    ] | (None) = None
    #: The one gateway that may be dialled; None = the one that Discord names.
    discord_gateway: Annotated[str, AfterValidator(_check_url_schemes("ws", "wss"))] | (
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
    public_url: Annotated[str, AfterValidator(_check_url_schemes("http", "https"))] | (
        None
    ) = None
    #: Slack's Web API, ending in /api/; None = Slack's own. No other host is dialled.
    slack_api_base: (
        Annotated[
            str,
            AfterValidator(_check_url_schemes("http", "https")),
            AfterValidator(_check_web_api),
        ]
        | None
    ) = None
    #: Only this computer, for as long as the page has no login.
    web_host: Annotated[str, AfterValidator(_check_loopback)] = "127.0.0.1"
    #: 0 = any free one.
    web_port: int = Field(8711, ge=0, le=65535)
    #: Signs what buttons carry; None = one that is kept in the database.
    secret_key: SecretStr | None = None
    #: Places of private networks that sources may be read from: `host:port,…`, or 1.
    fetch_allow_private: Annotated[str, AfterValidator(_check_host_list)] = ""
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
            f"{SETTINGS_PREFIX}{name.upper()}"
            for name in needed
            if not getattr(self, name)
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


def load_settings(
    env: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and a warning for each name that is none.

    `env` and `folder` stand for the environment and the current folder; None = the
    process's own. Raises one `ConfigurationError` with a sentence for every mistake.
    """
    env = _own_environment() if env is None else env
    readings = (
        read_environment(env),
        read_env_file((folder or Path.cwd()) / ".env"),
        read_toml_file(_configuration_folder(env) / "standfirst.toml"),
    )
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    data = _data_folder(env)
    usual = {"database_url": _database_in(data), "demo_folder": str(data / "demo")}
    try:
        settings = Settings.model_validate(usual | _merge_layers(readings))
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_input=False)}
        mistakes += [
            _describe_mistake(name, readings) for name in _MUST_BE if name in wrong
        ]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    return settings, (*_warn_unknown(readings), *_warn_doubtful(settings))


def is_in_environment(name: str, env: Mapping[str, str] | None = None) -> bool:
    """Whether the environment itself has a value, which goes before any file's."""
    found = read_environment(_own_environment() if env is None else env).values
    return bool(found.get(name, "").strip())


SETTINGS_PREFIX: Final = "STANDFIRST_"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsLayer:
    """What one place says: names without prefix, in lower case, and their values."""

    place: str
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()
    #: How the place writes a name: before it, and whether in capitals.
    prefix: str = SETTINGS_PREFIX

    def written(self, name: str) -> str:
        """The name as people write it in this place."""
        return f"{self.prefix}{name.upper()}" if self.prefix else name


# ── what they come to ──────────────────────────────────────────────────────────


def _merge_layers(readings: Iterable[SettingsLayer]) -> dict[str, str]:
    """Per setting the value of the first place that has one."""
    chosen: dict[str, str] = {}
    for reading in readings:
        for name, value in reading.values.items():
            if name in Settings.model_fields and value.strip():
                chosen.setdefault(name, value.strip())
    return chosen


def _describe_mistake(name: str, readings: Iterable[SettingsLayer]) -> str:
    reading = next(found for found in readings if found.values.get(name, "").strip())
    written = f"{reading.written(name)} must be {_MUST_BE[name]}"
    if name in _NEVER_SHOWN:
        return f"{written}; see {reading.place}."
    value = reading.values[name].strip()[:80]
    return f"{written}, not «{value}»; see {reading.place}."


def _warn_unknown(readings: Iterable[SettingsLayer]) -> list[str]:
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


def _warn_doubtful(settings: Settings) -> list[str]:
    """What is allowed and yet may not be meant."""
    doubts = []
    if settings.uncertain_wait <= settings.send_timeout:
        doubts.append(
            f"{SETTINGS_PREFIX}UNCERTAIN_WAIT is not longer than "
            f"{SETTINGS_PREFIX}SEND_TIMEOUT: a "
            "message still on its way may be sent a second time."
        )
    key = settings.secret_key
    if key is not None and len(key.get_secret_value()) < _SHORTEST_KEY:
        doubts.append(
            f"{SETTINGS_PREFIX}SECRET_KEY is short enough to be guessed; "
            "give it at least "
            f"{_SHORTEST_KEY} characters."
        )
    return [*doubts, *_warn_doubtful_slack(settings)]


def _warn_doubtful_slack(settings: Settings) -> list[str]:
    """Slack shows three secrets on as many pages; people mix them up."""
    doubts = []
    begins = {"slack_bot_token": ("xoxb-", "xoxe."), "slack_app_token": ("xapp-",)}
    for name, beginnings in begins.items():
        token = getattr(settings, name)
        if token is not None and not token.get_secret_value().startswith(beginnings):
            doubts.append(
                f"{SETTINGS_PREFIX}{name.upper()} does not begin with "
                f"{beginnings[0]} as such "
                "tokens of Slack's do; it may be another one."
            )
    lacks = settings.installing_lacks
    alone = settings.slack_bot_token is None
    if lacks:
        doubts.append(f"Nobody can install the app yet; missing: {', '.join(lacks)}.")
    if lacks == () and not alone:
        doubts.append(
            f"{SETTINGS_PREFIX}SLACK_BOT_TOKEN does nothing beside "
            f"{SETTINGS_PREFIX}SLACK_CLIENT_ID: "
            "install the app into that workspace as well."
        )
    if lacks is None and alone and settings.slack_app_token is not None:
        doubts.append(
            f"{SETTINGS_PREFIX}SLACK_APP_TOKEN does nothing without "
            f"{SETTINGS_PREFIX}SLACK_BOT_TOKEN."
        )
    return doubts


def read_environment(env: Mapping[str, str]) -> SettingsLayer:
    """What these variables say."""
    return SettingsLayer(place="the environment", values=_select_prefixed(env))


def read_env_file(path: Path) -> SettingsLayer:
    """What a `.env` says; nothing where there is none."""
    if not path.is_file():
        return SettingsLayer(place=str(path))
    try:
        # No interpolation: a «$» in a password is a «$».
        found = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        return _unreadable_layer(path, error)
    given = {name: value or "" for name, value in found.items()}
    return SettingsLayer(place=str(path), values=_select_prefixed(given))


def read_toml_file(path: Path) -> SettingsLayer:
    """What a `standfirst.toml` says; nothing where there is none."""
    if not path.is_file():
        return SettingsLayer(place=str(path))
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return _unreadable_layer(path, error)
    values = {}
    mistakes = []
    for name, value in found.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            values[name.lower()] = str(value)
        else:
            mistakes.append(f"{name} in {path} must be text or a number.")
    return SettingsLayer(
        place=str(path), values=values, mistakes=tuple(mistakes), prefix=""
    )


def _unreadable_layer(path: Path, error: Exception) -> SettingsLayer:
    # The text of a decoding error repeats the file's bytes, secrets among them.
    why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return SettingsLayer(place=str(path), mistakes=(f"{path} cannot be read: {why}.",))


def _select_prefixed(values: Mapping[str, str]) -> dict[str, str]:
    return {
        name.upper().removeprefix(SETTINGS_PREFIX).lower(): value
        for name, value in values.items()
        if name.upper().startswith(SETTINGS_PREFIX)
    }


def find_seeds_folder() -> Path:
    """Where the samples are: inside the installed package, or beside a checkout.

    Raises:
        ConfigurationError: Neither is there.
    """
    package = Path(__file__).parent
    for place in (package / "_seeds", package.parent / "seeds"):
        if (place / "demo.toml").exists():
            return place
    raise ConfigurationError(
        "The sample articles are missing from this installation. Install Standfirst "
        "again, or run the demo from a checkout."
    )
