import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import ConfigurationError
from bot.platforms.discord.plugin import DiscordSettings
from bot.platforms.plugins import load_plugins
from bot.platforms.slack.plugin import SlackSettings, list_missing_for_installation
from bot.settings import Settings, list_setting_fields, load_settings

TOP = Path(__file__).parents[2]
GROUPS = {name: plugin.settings for name, plugin in load_plugins().items()}
SETTINGS = list_setting_fields(GROUPS)
EXAMPLE = (TOP / ".env.example").read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path):
    """An empty home: current folder, configuration and data folders."""
    for name in ("here", "config/standfirst", "data"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def loaded(home, **env):
    xdg = {
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
    }
    given = {f"STANDFIRST_{name}": value for name, value in env.items()}
    return load_settings(GROUPS, xdg | given, home / "here")


def write_env(home, text):
    (home / "here/.env").write_text(text, encoding="utf-8")


def write_toml(home, text):
    (home / "config/standfirst/standfirst.toml").write_text(text, encoding="utf-8")


def complaint(home, **env):
    with pytest.raises(ConfigurationError) as error:
        loaded(home, **env)
    return str(error.value)


# ── where settings come from ───────────────────────────────────────────────────


def test_without_any_setting_there_are_defaults_and_no_warning(home):
    settings, warnings = loaded(home)
    assert warnings == ()
    assert settings.database_url == f"sqlite:///{home}/data/standfirst/standfirst.db"
    assert settings.demo_folder == home / "data/standfirst/demo"
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8711)
    assert settings.secret_key is None


def test_the_environment_comes_before_env_file_before_toml(home):
    write_toml(home, 'web_port = 1\nlog_level = "error"\nsend_timeout = 3')
    write_env(home, "STANDFIRST_WEB_PORT=2\nSTANDFIRST_LOG_LEVEL=debug\n")
    settings, _ = loaded(home, WEB_PORT="3")
    assert settings.web_port == 3
    assert settings.log_level == "debug"
    assert settings.send_timeout == 3.0


def test_an_empty_value_counts_as_none(home):
    write_env(home, "STANDFIRST_WEB_PORT=2\nSTANDFIRST_SECRET_KEY=\n")
    settings, warnings = loaded(home, WEB_PORT=" ")
    assert (settings.web_port, settings.secret_key) == (2, None)
    assert warnings == ()


def test_a_dollar_in_the_env_file_stays_a_dollar(home):
    write_env(home, "STANDFIRST_SECRET_KEY=a$HOME${USER}b-and-more\n")
    settings, _ = loaded(home)
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "a$HOME${USER}b-and-more"


def test_values_may_be_in_capitals(home):
    settings, _ = loaded(home, LOG_LEVEL="DEBUG", LOG_FORMAT="Json")
    assert (settings.log_level, settings.log_format) == ("debug", "json")


def test_a_relative_xdg_folder_does_not_count(home):
    env = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": str(home / "config")}
    settings, _ = load_settings(GROUPS, env, home / "here")
    assert settings.demo_folder.is_absolute()


def test_the_processs_own_environment_is_read_when_none_is_given(home, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("STANDFIRST_WEB_PORT", "4321")
    monkeypatch.chdir(home / "here")
    settings, _ = load_settings(GROUPS)
    assert settings.web_port == 4321


def test_settings_do_not_change(home):
    settings, _ = loaded(home)
    with pytest.raises(ValidationError):
        settings.web_port = 1
    assert settings.over(web_port=1).web_port == 1
    assert settings.web_port == 8711


# ── errors ─────────────────────────────────────────────────────────────────────


def test_all_mistakes_are_reported_together_a_sentence_each(home):
    write_env(home, "STANDFIRST_LOG_LEVEL=loud\n")
    write_toml(home, "send_timeout = -1\nlog_format = [1]\nsurprise = true")
    reported = complaint(home, WEB_PORT="abc").splitlines()
    toml = home / "config/standfirst/standfirst.toml"
    assert sorted(reported) == [
        "STANDFIRST_LOG_LEVEL must be debug, info, warning or error, not «loud»; "
        f"see {home}/here/.env.",
        "STANDFIRST_WEB_PORT must be a whole number from 0 to 65535, not «abc»; "
        "see the environment.",
        f"log_format in {toml} must be text or a number.",
        "send_timeout must be a number of seconds over 0 and up to 600, not «-1»; "
        f"see {toml}.",
        f"surprise in {toml} must be text or a number.",
    ]


BAD = {
    "WEB_PORT": ["-1", "65536", "8711.5", "true"],
    "WEB_HOST": ["127.1", "300.1.1.1", "a b", "-a", "http://a", "a:80", "::g"],
    "WEB_TRUSTED_PROXY": ["proxy", "10.0.0.0/8", "127.0.0.1:80", "1"],
    "TRUSTED_PROXIES": ["proxy", "127.0.0.1:80", "10.0.0.0/40", "10.0.0.1;10.0.0.2"],
    "SEND_TIMEOUT": ["0", "nan", "inf", "20s", "1e9"],
    "UNCERTAIN_WAIT": ["-1", "nan", "a while"],
    "LOG_LEVEL": ["trace", "10"],
    "LOG_FORMAT": ["xml"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in BAD for value in BAD[name]]
)
def test_a_bad_value_is_refused_by_its_name(home, name, value):
    reported = complaint(home, **{name: value})
    assert reported.startswith(f"STANDFIRST_{name} must be ")
    assert f"«{value}»" in reported


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LocalHost"]
)
def test_on_a_loopback_address_the_local_page_is_served(home, host):
    settings, warnings = loaded(home, WEB_HOST=host)
    assert settings.web_access.is_local
    assert settings.web_access.serves_pages
    assert (warnings, list(settings.check())) == ((), [])


#: Names too: who else has one is decided by name servers.
OPEN_HOSTS = ["0.0.0.0", "::", "192.168.1.2", "example.org", "localhost.example", "web"]


@pytest.mark.parametrize("host", OPEN_HOSTS)
def test_on_another_address_the_local_page_is_not_served_and_the_doctor_says_so(
    home, host
):
    settings, warnings = loaded(home, WEB_HOST=host)
    assert settings.web_host == host
    assert not settings.web_access.serves_pages
    assert warnings == (), "it was set on purpose"
    page, metrics = (str(finding.text) for finding in settings.check())
    assert "the local page has no login and needs 127.0.0.1" in page
    assert "STANDFIRST_METRICS_TOKEN opens it" in metrics


def test_a_trusted_proxy_on_another_computer_opens_the_local_page(home):
    settings, _ = loaded(home, WEB_HOST="0.0.0.0", WEB_TRUSTED_PROXY="10.0.0.3")
    assert settings.web_access.serves_pages


def test_a_trusted_proxy_on_this_computer_needs_a_loopback_address(home):
    settings, warnings = loaded(home, WEB_HOST="0.0.0.0", WEB_TRUSTED_PROXY="127.0.0.1")
    assert not settings.web_access.serves_pages
    assert "set STANDFIRST_WEB_HOST to 127.0.0.1" in warnings[0]


def test_proxies_are_addresses_and_networks(home):
    settings, _ = loaded(home, TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8,::1")
    assert list(map(str, settings.web_access.proxies)) == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]


def test_the_proxy_of_the_local_page_is_one_of_them(home):
    settings, _ = loaded(home, WEB_TRUSTED_PROXY="127.0.0.1")
    assert list(map(str, settings.web_access.proxies)) == ["127.0.0.1/32"]
    settings, _ = loaded(home, TRUSTED_PROXIES="127.0.0.1")
    assert settings.web_access.trusted_proxy is None


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://news.example", True),
        ("https://news.example", False),
        ("http://localhost:8711", False),
    ],
)
def test_a_public_address_without_tls_is_a_warning(home, url, warned):
    _, warnings = loaded(home, PUBLIC_URL=url)
    assert any("not https" in one for one in warnings) == warned


def test_half_of_what_a_login_takes_is_a_warning(home):
    _, warnings = loaded(home, DISCORD_CLIENT_ID="4242")
    assert any("belong together" in one for one in warnings)


def test_a_token_that_can_be_guessed_is_a_warning_that_does_not_show_it(home):
    settings, warnings = loaded(home, METRICS_TOKEN="heron")
    assert "STANDFIRST_METRICS_TOKEN is short enough to be guessed" in warnings[0]
    assert "heron" not in f"{warnings} {settings!r} {settings.web_access!r}"


@pytest.mark.parametrize("hosts", ["10.0.0.7", "feeds.local:8080, wiki.local", "1"])
def test_private_hosts_may_be_listed_with_or_without_their_port(home, hosts):
    assert loaded(home, FETCH_ALLOW_PRIVATE=hosts)[0].fetch_allow_private == hosts


@pytest.mark.parametrize("who", ["desk@courier.example", "https://courier.example/bot"])
def test_whom_to_write_to_is_an_address(home, who):
    assert loaded(home, FETCH_CONTACT=who)[0].fetch_contact == who


@pytest.mark.parametrize("who", ["the desk", "a@b.example)X:", "(me)"])
def test_what_cannot_stand_in_a_header_is_refused(home, who):
    assert "an email address or a web address" in complaint(home, FETCH_CONTACT=who)


@pytest.mark.parametrize("hosts", ["true", "wiki", "10.0.0.7:99999", "10.0.0.0/8"])
def test_a_list_of_private_hosts_that_is_none_says_how_to_write_it(home, hosts):
    reported = complaint(home, FETCH_ALLOW_PRIVATE=hosts)
    assert "10.0.0.7 (without a port: 80 and 443)" in reported


def test_a_broken_file_is_one_mistake_among_the_others(home):
    write_toml(home, "web_port = ")
    reported = complaint(home, WEB_PORT="abc").splitlines()
    assert len(reported) == 2
    assert "standfirst.toml cannot be read: " in reported[0]


@pytest.mark.parametrize("name", ["here/.env", "config/standfirst/standfirst.toml"])
def test_a_file_in_another_encoding_is_named_without_its_bytes(home, name):
    (home / name).write_bytes(b"STANDFIRST_SECRET_KEY = 'canary\xff'\n")
    reported = complaint(home)
    assert reported == f"{home / name} cannot be read: it is not UTF-8."


# ── unknown names and warnings ─────────────────────────────────────────────────


def test_an_unknown_name_is_a_warning_with_the_nearest_known_one(home):
    write_toml(home, "weather = 1\nlog_levl = 'info'")
    _, warnings = loaded(home, WEB_PROT="1")
    toml = home / "config/standfirst/standfirst.toml"
    assert warnings == (
        "STANDFIRST_WEB_PROT in the environment is not a setting; "
        "did you mean STANDFIRST_WEB_PORT?",
        f"weather in {toml} is not a setting.",
        f"log_levl in {toml} is not a setting; did you mean log_level?",
    )


def test_names_of_other_programs_are_none_of_our_business(home):
    write_env(home, "PORT=1\nSTAND=2\n")
    assert (
        load_settings(
            GROUPS, {"XDG_CONFIG_HOME": str(home), "WEB_PORT": "x"}, home / "here"
        )[1]
        == ()
    )


def test_a_wait_that_is_not_longer_than_the_time_out_is_warned_of(home):
    _, warnings = loaded(home, SEND_TIMEOUT="5", UNCERTAIN_WAIT="5")
    assert len(warnings) == 1
    assert "a second time" in warnings[0]


def test_a_short_key_is_warned_of_and_not_shown(home):
    _, warnings = loaded(home, SECRET_KEY="canary")
    assert len(warnings) == 1
    assert "canary" not in warnings[0]


# ── secrets ────────────────────────────────────────────────────────────────────


def test_no_secret_is_shown_in_settings_or_complaints(home):
    secrets = {
        "SECRET_KEY": "canary-of-the-key",
        "DATABASE_URL": "postgresql://me:canary-of-the-base@host/name",
    }
    settings, warnings = loaded(home, **secrets)
    reported = complaint(home, **secrets, WEB_PORT="abc")
    assert "canary" not in repr(settings) + str(settings) + reported + "".join(warnings)
    assert settings.database_url == secrets["DATABASE_URL"]


def test_a_bad_address_is_refused_without_being_shown(home):
    reported = complaint(home, DATABASE_URL="me:canary@host/name")
    assert reported.startswith(
        "STANDFIRST_DATABASE_URL must be the address of a database"
    )
    assert "canary" not in reported


def test_settings_made_by_hand_are_refused_without_showing_their_values():
    with pytest.raises(ValidationError) as error:
        Settings.model_validate({"database_url": ["canary"], "secret_key": ["canary"]})
    assert "canary" not in str(error.value)


# ── the example ────────────────────────────────────────────────────────────────


def test_the_example_lists_every_setting_and_no_other_after_one_line_about_it():
    described = re.findall(r"^# .+\n#STANDFIRST_(\w+)=", EXAMPLE, re.MULTILINE)
    every = re.findall(r"STANDFIRST_(\w+)=", EXAMPLE)
    assert described == every
    assert sorted(every) == sorted(name.upper() for name in SETTINGS)


def test_the_example_shows_the_defaults(home):
    write_env(home, EXAMPLE.replace("#STANDFIRST", "STANDFIRST"))
    with_example, warnings = loaded(home)
    write_env(home, "")
    assert (with_example, warnings) == (loaded(home)[0], ())
    shown = re.findall(r"^#STANDFIRST_(\w+)=(.+)$", EXAMPLE, re.MULTILINE)
    assert {name.lower() for name, _ in shown} == {
        name for name, field in SETTINGS.items() if field.default
    } - {"database_url", "demo_folder"}


def test_every_setting_describes_its_valid_values():
    for name, info in SETTINGS.items():
        assert info.description, name


# ── Discord ────────────────────────────────────────────────────────────────────


def test_discord_is_off_until_it_has_a_token(home):
    assert loaded(home)[0].get_group(DiscordSettings).token is None
    token = loaded(home, DISCORD_TOKEN="canary")[0].get_group(DiscordSettings).token
    assert token is not None
    assert token.get_secret_value() == "canary"
    assert "canary" not in repr(token)


def test_where_discord_is_may_be_set(home):
    settings, _ = loaded(
        home,
        DISCORD_API_BASE="http://127.0.0.1:8080/api/v10/",
        DISCORD_GATEWAY="ws://127.0.0.1:8080/gateway",
    )
    settings = settings.get_group(DiscordSettings)
    assert settings.api_base == "http://127.0.0.1:8080/api/v10"
    assert settings.gateway == "ws://127.0.0.1:8080/gateway"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_API_BASE", "discord.com"),
        ("DISCORD_API_BASE", "wss://discord.com"),
        ("DISCORD_API_BASE", "https://discord.com/api?v=10"),
        ("DISCORD_GATEWAY", "https://gateway.example"),
        ("DISCORD_GATEWAY", "wss://"),
    ],
)
def test_an_address_of_discord_that_is_none_is_refused(home, name, value):
    assert complaint(home, **{name: value}).startswith(f"STANDFIRST_{name} must be ")


# ── Slack ──────────────────────────────────────────────────────────────────────


def test_slack_is_off_until_it_has_a_token_and_shows_no_secret(home):
    assert loaded(home)[0].get_group(SlackSettings).bot_token is None
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-canary",
        "SLACK_APP_TOKEN": "xapp-canary",
        "SLACK_SIGNING_SECRET": "canary",
    }
    settings, warnings = loaded(home, **secrets)
    assert settings.get_group(SlackSettings).bot_token is not None
    assert settings.get_group(SlackSettings).app_token is not None
    assert settings.get_group(SlackSettings).signing_secret is not None
    assert "canary" not in repr(settings)
    assert warnings == ()


@pytest.mark.parametrize("end", ["", "/"])
def test_where_slack_is_may_be_set(home, end):
    settings, _ = loaded(home, SLACK_API_BASE=f"http://127.0.0.1:8080/api{end}")
    assert settings.get_group(SlackSettings).api_base == "http://127.0.0.1:8080/api/"


@pytest.mark.parametrize(
    "value",
    ["slack.com/api/", "wss://slack.com/api/", "https://slack.com/", "https://"],
)
def test_an_address_of_slack_that_is_none_is_refused(home, value):
    reported = complaint(home, SLACK_API_BASE=value)
    assert reported.startswith("STANDFIRST_SLACK_API_BASE must be ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"SLACK_BOT_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"},
            "SLACK_BOT_TOKEN does not begin with xoxb-",
        ),
        (
            {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-2"},
            "SLACK_APP_TOKEN does not begin with xapp-",
        ),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "does nothing alone"),
    ],
)
def test_secrets_of_slack_that_may_be_mixed_up_are_a_warning(home, given, said):
    _, warnings = loaded(home, **given)
    assert len(warnings) == 1
    assert said in warnings[0]


INSTALLING = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "canary-secret",
    "PUBLIC_URL": "https://news.example/",
    "SECRET_KEY": "k" * 32,
    "SLACK_SIGNING_SECRET": "s",
}


def test_with_four_settings_workspaces_can_install_the_app(home):
    settings, warnings = loaded(home, **INSTALLING)
    assert list_missing_for_installation(settings) == ()
    assert settings.public_url == "https://news.example"
    assert "canary" not in repr(settings)
    assert warnings == ()
    assert list_missing_for_installation(loaded(home)[0]) is None


def test_what_is_missing_for_that_is_a_warning_with_every_name(home):
    _, warnings = loaded(home, SLACK_CLIENT_ID="1.2", SECRET_KEY="k" * 32)
    assert warnings == (
        "slack settings: nobody can install the app; missing: "
        "STANDFIRST_SLACK_CLIENT_SECRET, STANDFIRST_PUBLIC_URL; set what is missing "
        "(docs/slack.md, «More than one Slack workspace»).",
    )


def test_a_bot_token_beside_them_is_a_warning_and_an_app_token_is_not(home):
    _, warnings = loaded(home, **INSTALLING, SLACK_APP_TOKEN="xapp-1")
    assert warnings == ()
    _, warnings = loaded(home, **INSTALLING, SLACK_BOT_TOKEN="xoxb-1")
    assert len(warnings) == 1
    assert "SLACK_BOT_TOKEN is not used" in warnings[0]


@pytest.mark.parametrize("value", ["news.example", "ftp://news.example", "https://"])
def test_a_public_address_that_is_none_is_refused(home, value):
    assert "STANDFIRST_PUBLIC_URL must be" in complaint(home, PUBLIC_URL=value)
