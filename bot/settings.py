"""Load and validate settings; the only module that reads the environment.

A setting comes from the environment (`STANDFIRST_WEB_PORT`), else from `.env` in the
current folder, else from `web_port` in `standfirst.toml` in the user's configuration
folder, else from its default; an empty value counts as unset. All mistakes are
reported at once. An unknown name is a warning, never an error.

A field's description ends the sentence «STANDFIRST_… must be …»; a field with
`repr=False` is secret, and its value is never printed. Each platform adds the settings
of its plugin: field `token` of platform `x` is `STANDFIRST_X_TOKEN`.

pydantic checks the values. pydantic-settings was not used: it always reads the
process's own environment, and it cannot say which file a bad value came from.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import platformdirs
from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    SerializeAsAny,
    ValidationError,
)
from pydantic.fields import FieldInfo

from bot.errors import ConfigurationError
from bot.model.findings import Finding
from bot.model.quotas import DEFAULT_QUOTAS, Quotas
from bot.model.web_access import WebAccess, parse_networks
from digests.errors import UsageError
from digests.types import frozen

SETTINGS_PREFIX: Final = "STANDFIRST_"
_FOLDER_NAME = "standfirst"
#: Minimum length of a key in characters; shorter ones can be guessed.
_SHORTEST_KEY = 16
_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def get_variable_name(name: str) -> str:
    """Return the setting's environment variable: «STANDFIRST_WEB_PORT»."""
    return f"{SETTINGS_PREFIX}{name.upper()}"


def reveal_secret(secret: SecretStr | None) -> str:
    """Return the secret's value; "" for None."""
    return secret.get_secret_value() if secret is not None else ""


def check_url_schemes(*schemes: str) -> Callable[[str], str]:
    """Build a validator of URLs with one of these schemes, a host and no query."""

    def check_url(url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in schemes or not parts.hostname or parts.query:
            raise ValueError("no such address")
        return url.rstrip("/")

    return check_url


WebAddress: TypeAlias = Annotated[
    str, AfterValidator(check_url_schemes("http", "https"))
]


def _check_web_host(host: str) -> str:
    """Check that it is an IP address or a host name; whose it is shows the binding."""
    host = host.removeprefix("[").removesuffix("]").lower()
    label = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    # A name whose last part is a number would be read as an address.
    if re.fullmatch(rf"(?:{label}\.)*(?!\d+\Z){label}", host):
        return host
    return str(ip_address(host))


def _is_loopback_address(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_loopback_name(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "localhost" or _is_loopback_address(host)


def _check_ip_address(address: str) -> str:
    return str(ip_address(address))


def _check_networks(written: str) -> str:
    parse_networks(written)
    return written


def _check_host_list(written: str) -> str:
    if written.strip() not in ("", "1"):
        # Imported late: it loads the network's library.
        from digests.sources.fetch.policy import parse_policy

        try:
            parse_policy(written)
        except UsageError as error:
            raise ValueError("no list of hosts") from error
    return written


def _check_contact(written: str) -> str:
    """Check that it can stand in a header: an address without blanks or brackets."""
    address = r"[\w.+~:/?=&%#-]+(?:@[\w.-]+)?"
    if written and not re.fullmatch(address, written, re.ASCII):
        raise ValueError("no address")
    return written


def _in_home(home: str | None, usual: Path) -> Path:
    """Return our folder in `home`, which is ignored unless absolute (XDG)."""
    return Path(home) / _FOLDER_NAME if home and Path(home).is_absolute() else usual


def _list_defaults(env: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in the user's data folder, unless they are set."""
    usual = platformdirs.user_data_path(_FOLDER_NAME, appauthor=False)
    data = _in_home(env.get("XDG_DATA_HOME"), usual).as_posix()
    database = f"sqlite:///{data}/standfirst.db"
    return {"database_url": database, "demo_folder": f"{data}/demo"}


def _own_environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - this is the module that may


@frozen
class Retention:
    """Days for which contents are kept; `Maintenance` deletes what is older.

    Corrections and closed reports of readers are kept as long as editions; an open
    report is kept until an editor answers it.
    """

    articles: int = 400
    editions: int = 400
    history: int = 730

    @property
    def texts(self) -> int:
        """Days for which an article's text is kept, so that editions can quote it.

        The articles of an edition are at most two weeks older than the edition.
        """
        return max(self.articles, self.editions + 14)


class PlatformSettings(BaseModel):
    """Base of the settings that a platform adds."""

    model_config = _STRICT

    def check(self, settings: "Settings") -> Iterator[Finding]:
        """Find settings that do not fit together, or are probably not intended."""
        yield from ()


M = TypeVar("M", bound=BaseModel)
#: Settings of platforms by the platform's name.
SettingsGroups = Mapping[str, type[PlatformSettings]]
_Days = Annotated[int, Field(ge=30, le=36_500)]
_DAYS: Final = "a whole number of days from 30 to 36500"
_Quota = Annotated[int, Field(ge=0, le=1_000_000_000)]
_QUOTA: Final = "a whole number from 0 (no limit) to 1000000000"


class Settings(BaseModel):
    """All settings; `.env.example` says where each value is found."""

    model_config = _STRICT

    #: In SQLAlchemy's form; may contain a password. The rest of it is checked when the
    #: database is opened.
    database_url: str = Field(
        pattern="://",
        default_factory=lambda: _list_defaults(_own_environment())["database_url"],
        description="the address of a database, such as sqlite:////folder/file.db or "
        "postgresql://user:password@host/name",
        repr=False,
    )
    #: The demo's own database and articles.
    demo_folder: Path = Field(
        default_factory=lambda: Path(_list_defaults(_own_environment())["demo_folder"]),
        description="a folder",
    )
    #: Public URL under which the web port is reached.
    public_url: WebAddress | None = Field(
        None, description="an http(s):// address, such as https://news.example"
    )
    #: Beyond loopback only public routes are served: the local page has no login.
    web_host: Annotated[str, AfterValidator(_check_web_host)] = Field(
        "127.0.0.1",
        description="an address or a name of this computer, such as 127.0.0.1, or "
        "0.0.0.0 for all of its addresses",
    )
    #: 0 = any free port.
    web_port: int = Field(
        8711, ge=0, le=65535, description="a whole number from 0 to 65535"
    )
    #: Proxies that may pass the console on, and say where a request came from.
    trusted_proxies: Annotated[str, AfterValidator(_check_networks)] = Field(
        "",
        description="a list of the IP addresses or networks that your proxies connect "
        "from, such as 127.0.0.1,10.0.0.0/8",
    )
    #: Address of a proxy that may pass the local page on, because it asks for a login;
    #: None = no proxy may. It counts as one of `trusted_proxies`.
    web_trusted_proxy: Annotated[str, AfterValidator(_check_ip_address)] | None = Field(
        None,
        description="the IP address that your proxy connects from, such as 127.0.0.1",
    )
    #: Bearer token for `/metrics`; None = it is served on a loopback address only.
    metrics_token: SecretStr | None = Field(
        None, description="a line of letters and digits", repr=False
    )
    #: Key that signs the ids of controls; None = a generated key in the database.
    secret_key: SecretStr | None = Field(
        None, description="a line of letters and digits", repr=False
    )
    #: Private hosts that sources may be read from: `host:port,…`, or 1 for all. Without
    #: a port, 80 and 443 are meant.
    fetch_allow_private: Annotated[str, AfterValidator(_check_host_list)] = Field(
        "",
        description="empty, 1 for every network, or a list such as "
        "feeds.local:8080,10.0.0.7 (without a port: 80 and 443)",
    )
    #: Whom servers may write to about our requests; "" = only the project's address.
    fetch_contact: Annotated[str, AfterValidator(_check_contact)] = Field(
        "", description="an email address or a web address"
    )
    #: Seconds.
    send_timeout: float = Field(
        20.0, gt=0, le=600, description="a number of seconds over 0 and up to 600"
    )
    #: Seconds from an unclear send to reading back whether it arrived.
    uncertain_wait: float = Field(
        60.0, ge=0, le=86400, description="a number of seconds from 0 to 86400"
    )
    keep_articles: _Days = Field(400, description=_DAYS)
    keep_editions: _Days = Field(400, description=_DAYS)
    keep_history: _Days = Field(730, description=_DAYS)
    #: How much each workspace may have (`Quotas`).
    quota_sources: _Quota = Field(DEFAULT_QUOTAS.sources, description=_QUOTA)
    quota_digests: _Quota = Field(DEFAULT_QUOTAS.digests, description=_QUOTA)
    quota_personal_digests: _Quota = Field(
        DEFAULT_QUOTAS.personal_digests, description=_QUOTA
    )
    quota_articles: _Quota = Field(DEFAULT_QUOTAS.articles, description=_QUOTA)
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)
    ] = Field("info", description="debug, info, warning or error")
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = Field(
        "text", description="text or json"
    )
    #: Settings of the platforms by platform; not a setting itself.
    platforms: Mapping[str, SerializeAsAny[PlatformSettings]] = {}

    @property
    def retention(self) -> Retention:
        """For how long contents are kept."""
        return Retention(
            articles=self.keep_articles,
            editions=self.keep_editions,
            history=self.keep_history,
        )

    @property
    def web_access(self) -> WebAccess:
        """Who can reach the web port."""
        host = self.web_host
        return WebAccess(
            # Other names are not trusted to mean this computer for ever.
            is_local=host == "localhost" or _is_loopback_address(host),
            trusted_proxy=self.web_trusted_proxy,
            public_url=self.public_url,
            trusted_proxies=parse_networks(self.trusted_proxies),
            metrics_token=reveal_secret(self.metrics_token) or None,
        )

    @property
    def quotas(self) -> Quotas:
        """How much each workspace may have."""
        return Quotas(
            sources=self.quota_sources,
            digests=self.quota_digests,
            personal_digests=self.quota_personal_digests,
            articles=self.quota_articles,
        )

    def list_secrets(self) -> tuple[str, ...]:
        """List what must never be shown: tokens, keys and the database's password."""
        groups: tuple[BaseModel, ...] = (self, *self.platforms.values())
        values = (value for group in groups for _, value in group)
        found = [reveal_secret(v) for v in values if isinstance(v, SecretStr)]
        with suppress(ValueError):
            address = urlsplit(self.database_url)
            found += [address.password or "", unquote(address.password or "")]
            found += parse_qs(address.query).get("password", [])
        return tuple(filter(None, found))

    def get_group(self, kind: type[M]) -> M:
        """Return the settings of one platform, by their class; else the defaults."""
        groups = self.platforms.values()
        return next((one for one in groups if isinstance(one, kind)), kind())

    def check(self) -> Iterator[Finding]:
        """Find settings that do not fit together, or are probably not intended."""
        wait, timeout, key = map(
            get_variable_name, ("uncertain_wait", "send_timeout", "secret_key")
        )
        if self.uncertain_wait <= self.send_timeout:
            yield Finding.warning(
                "settings",
                f"{wait} is not longer than {timeout}: a message still on its way may "
                "be sent a second time",
                "make it longer",
            )
        token = get_variable_name("metrics_token")
        for name, secret in ((key, self.secret_key), (token, self.metrics_token)):
            if 0 < len(reveal_secret(secret)) < _SHORTEST_KEY:
                yield Finding.warning(
                    "settings",
                    f"{name} is short enough to be guessed",
                    f"give it at least {_SHORTEST_KEY} characters",
                )
        yield from self._check_web_access()
        for group in self.platforms.values():
            yield from group.check(self)

    def _check_web_access(self) -> Iterator[Finding]:
        """Say what is not served, where other computers reach the web port."""
        access, subject = self.web_access, "web port"
        host, proxy, token = map(
            get_variable_name, ("web_host", "web_trusted_proxy", "metrics_token")
        )
        public = self.public_url or ""
        if public.startswith("http://") and not _is_loopback_name(public):
            yield Finding.warning(
                subject,
                f"{get_variable_name('public_url')} is not https: whoever is on the "
                "way can read the console and take its sessions",
                "put a proxy in front that adds TLS, and use its https:// address",
            )
        if access.trusted_proxy and not access.serves_pages:
            yield Finding.warning(
                subject,
                f"{proxy} is a proxy on this computer, which is not trusted while "
                f"{host} is {self.web_host}: the local page is not served",
                f"set {host} to 127.0.0.1, where such a proxy connects to",
            )
        elif not access.serves_pages:
            yield Finding.ok(
                subject,
                f"{host} is {self.web_host}, so only health checks and what platforms "
                "call are served; the local page has no login and needs 127.0.0.1",
            )
        if not access.is_local and access.metrics_token is None:
            yield Finding.ok(subject, f"/metrics is not served; {token} opens it")

    def over(self, **changes: Any) -> Self:
        """Return a copy with some settings overridden by the program itself."""
        return self.model_copy(update=changes)


def list_setting_fields(groups: SettingsGroups) -> dict[str, FieldInfo]:
    """List all settings by full name, in the order in which mistakes are reported."""
    own = {n: f for n, f in Settings.model_fields.items() if n != "platforms"}
    return own | {
        f"{platform}_{name}": info
        for platform, kind in groups.items()
        for name, info in kind.model_fields.items()
    }


def load_settings(
    groups: SettingsGroups,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Settings, tuple[str, ...]]:
    """Load all settings, with a warning for each name that is unknown or doubtful.

    Args:
        groups: Settings of the platforms.
        env: Environment variables; None = the process's own.
        folder: Current folder; None = the process's own.

    Raises:
        ConfigurationError: One error with a sentence for every mistake.
    """
    env = _own_environment() if env is None else env
    usual = platformdirs.user_config_path(_FOLDER_NAME, appauthor=False)
    configuration = _in_home(env.get("XDG_CONFIG_HOME"), usual) / "standfirst.toml"
    layers = (
        SettingsLayer(place="the environment", values=_select_prefixed(env)),
        _read_file((folder or Path.cwd()) / ".env", _parse_env_file),
        _read_file(configuration, _parse_toml_file),
    )
    fields = list_setting_fields(groups)
    values = _list_defaults(env) | _merge_layers(layers, fields)
    settings, wrong = _validate_settings(values, groups)
    mistakes = [mistake for layer in layers for mistake in layer.mistakes]
    mistakes += [
        _describe_mistake(name, info, layers)
        for name, info in fields.items()
        if name in wrong
    ]
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))
    doubts = (
        f"{one.subject}: {one.text}; {one.fix}."
        for one in settings.check()
        if one.state != "ok"
    )
    return settings, (*_warn_unknown(layers, fields), *doubts)


def _validate_settings(
    values: Mapping[str, str], groups: SettingsGroups
) -> tuple[Settings, set[str]]:
    """Validate all values; return the settings, and the names of invalid ones.

    A group with an invalid value has its defaults.
    """
    wrong: set[str] = set()

    def validate(kind: type[M], prefix: str) -> M:
        names = [name for name in kind.model_fields if f"{prefix}{name}" in values]
        given = {name: values[f"{prefix}{name}"] for name in names}
        try:
            return kind.model_validate(given)
        except ValidationError as error:
            bad = {str(found["loc"][0]) for found in error.errors(include_input=False)}
        wrong.update(f"{prefix}{name}" for name in bad)
        return kind()

    platforms = {name: validate(kind, f"{name}_") for name, kind in groups.items()}
    return validate(Settings, "").over(platforms=platforms), wrong


def is_in_environment(variable: str) -> bool:
    """Check whether the environment has a value for it, which overrides every file."""
    found = _own_environment().items()
    return any(name.upper() == variable and value.strip() for name, value in found)


@frozen
class SettingsLayer:
    """Values from one source, by lower-case name without prefix."""

    place: str
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()
    #: Prefix of each name in the source, where names are upper case; "" in TOML.
    prefix: str = SETTINGS_PREFIX

    def format_name(self, name: str) -> str:
        """Format a name as it is written in this source."""
        return f"{self.prefix}{name.upper()}" if self.prefix else name


def _merge_layers(
    layers: Iterable[SettingsLayer], fields: Mapping[str, FieldInfo]
) -> dict[str, str]:
    """Take each setting from the first layer that has a value for it."""
    chosen: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.values.items():
            if name in fields and value.strip():
                chosen.setdefault(name, value.strip())
    return chosen


def _describe_mistake(
    name: str, info: FieldInfo, layers: Iterable[SettingsLayer]
) -> str:
    layer = next(found for found in layers if found.values.get(name, "").strip())
    written = f"{layer.format_name(name)} must be {info.description}"
    if not info.repr:
        return f"{written}; see {layer.place}."
    value = layer.values[name].strip()[:80]
    return f"{written}, not «{value}»; see {layer.place}."


def _warn_unknown(
    layers: Iterable[SettingsLayer], fields: Mapping[str, FieldInfo]
) -> Iterator[str]:
    """Warn of each unknown name, with the most similar known one."""
    for layer in layers:
        for name in layer.values:
            if name in fields:
                continue
            near = get_close_matches(name, fields, n=1)
            hint = f"; did you mean {layer.format_name(near[0])}?" if near else "."
            yield f"{layer.format_name(name)} in {layer.place} is not a setting{hint}"


def _read_file(path: Path, parse: Callable[[Path], SettingsLayer]) -> SettingsLayer:
    """Parse a file; empty if there is none, a mistake if it cannot be read."""
    if not path.is_file():
        return SettingsLayer(place=str(path))
    try:
        return parse(path)
    except (OSError, ValueError) as error:
        # A decoding error quotes the file's bytes, and so may contain a secret.
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
    return SettingsLayer(place=str(path), mistakes=(f"{path} cannot be read: {why}.",))


def _parse_env_file(path: Path) -> SettingsLayer:
    # No interpolation: a «$» in a password is a «$».
    found = dotenv_values(path, interpolate=False, encoding="utf-8")
    given = {name: value or "" for name, value in found.items()}
    return SettingsLayer(place=str(path), values=_select_prefixed(given))


def _parse_toml_file(path: Path) -> SettingsLayer:
    values = {}
    mistakes = []
    for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            values[name.lower()] = str(value)
        else:
            mistakes.append(f"{name} in {path} must be text or a number.")
    place, wrong = str(path), tuple(mistakes)
    return SettingsLayer(place=place, values=values, mistakes=wrong, prefix="")


def _select_prefixed(values: Mapping[str, str]) -> dict[str, str]:
    return {
        name.upper().removeprefix(SETTINGS_PREFIX).lower(): value
        for name, value in values.items()
        if name.upper().startswith(SETTINGS_PREFIX)
    }


def find_seeds_folder() -> Path:
    """Find the sample articles: in the installed package, or beside a checkout.

    Raises:
        ConfigurationError: They are in neither place.
    """
    package = Path(__file__).parent
    for place in (package / "_seeds", package.parent / "seeds"):
        if (place / "demo.toml").exists():
            return place
    raise ConfigurationError(
        "The sample articles are missing from this installation. Install Standfirst "
        "again, or run the demo from a checkout."
    )
