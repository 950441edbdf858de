"""`standfirst setup`: checked answers, nothing written before the end, no secret shown.

The platforms are the strict servers of `tests/wire`, called through the real libraries.
"""

import asyncio
import os
import pty
import re
import select
import signal
import stat
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dotenv import dotenv_values

from bot import app
from bot.cli import setup
from bot.cli.setup_questions import SetupChecks
from bot.model.scope import Scope
from bot.settings import Settings
from bot.storage import Database, digest_store, workspace_store
from tests.bot.cli.terminals import ScriptedTerminal
from tests.bot.process import PATIENCE, Home
from tests.builders import some_settings
from tests.wire.discord import server
from tests.wire.discord import server as discord_wire
from tests.wire.discord.server import LocalDiscord
from tests.wire.slack import server as slack_wire
from tests.wire.slack.server import APP_TOKEN, LocalSlack

TOKEN = server.TOKEN
BOT_TOKEN = slack_wire.TOKEN
#: Accept a starter pack and the suggested schedule; save.
REST = ["technology", "daily at 7:00 Europe/Berlin", "", "yes"]


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with discord_wire.serving() as server:
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with slack_wire.serving() as server:
        yield server


def settings_for(
    home: Path, server: LocalDiscord | LocalSlack | None = None, **more: str
) -> Settings:
    given = {"database_url": f"sqlite:///{home / 'data.db'}", **more}
    if isinstance(server, LocalDiscord):
        given["discord_api_base"] = server.address["api_base"]
        given["discord_gateway"] = server.address["gateway"]
    if isinstance(server, LocalSlack):
        given["slack_api_base"] = server.address["api_base"]
    return some_settings(**given)


async def asked(
    home: Path, settings: Settings, answers: list, platform: str | None = None
) -> tuple[int, ScriptedTerminal]:
    """Exit code, and the terminal after all questions."""
    terminal = ScriptedTerminal(answers)
    # The questions block, so they do not run on the servers' event loop.
    code = await asyncio.to_thread(
        setup.ask_and_save,
        platform,
        SetupChecks(app, settings),
        terminal,
        home / ".env",
    )
    return code, terminal


def saved(home: Path) -> dict[str, str | None]:
    return dict(dotenv_values(home / ".env"))


def nothing_written(home: Path) -> bool:
    return list(home.iterdir()) == []


# ── Discord ────────────────────────────────────────────────────────────────────


async def test_discord_is_connected_in_three_steps(discord, tmp_path):
    settings = settings_for(tmp_path, discord)
    code, terminal = await asked(tmp_path, settings, ["2", TOKEN, "", *REST])
    assert code == 0
    assert terminal.left == 0
    assert saved(tmp_path) == {"STANDFIRST_DISCORD_TOKEN": TOKEN}
    assert "knows it as user-9002, application 9001" in terminal.words
    assert "standfirst run" in terminal.words
    assert (
        "/newsdesk setup name:News brief source:technology "
        "schedule:daily at 7:00 Europe/Berlin"
    ) in terminal.words


async def test_the_invitation_holds_the_applications_id_and_the_sum_that_is_shown(
    discord, tmp_path
):
    settings = settings_for(tmp_path, discord)
    _, terminal = await asked(tmp_path, settings, [TOKEN, "", *REST], "discord")
    (link,) = re.findall(r"https://discord.com/oauth2\S+", terminal.words)
    assert "client_id=9001" in link
    assert "scope=bot+applications.commands" in link
    rows = re.findall(r"^ {5,}(\d+)  (?!together)\S", terminal.words, re.M)
    total = sum(map(int, rows))
    assert f"permissions={total}" in link
    assert f"{total}  together" in terminal.words
    assert total == 309237763072


async def test_a_token_is_never_shown_and_never_echoed(discord, tmp_path):
    wrong = "MTk4.wrong.wrong-and-secret"
    settings = settings_for(tmp_path, discord)
    answers = [wrong, TOKEN, "", *REST]
    _, terminal = await asked(tmp_path, settings, answers, "discord")
    assert len(terminal.hidden) == 2
    assert TOKEN not in terminal.words
    assert wrong not in terminal.words


async def test_a_wrong_token_is_reported_at_once_and_asked_for_again(discord, tmp_path):
    settings = settings_for(tmp_path, discord)
    answers = ["wrong.wrong.wrong", TOKEN, "", *REST]
    code, terminal = await asked(tmp_path, settings, answers, "discord")
    assert code == 0
    assert "✗ Discord refused the bot's token" in terminal.words
    assert saved(tmp_path) == {"STANDFIRST_DISCORD_TOKEN": TOKEN}


@pytest.mark.parametrize("typed", ["", "two words", "caf\u00e9-caf\u00e9", "a"])
async def test_an_impossible_token_is_not_even_sent(discord, tmp_path, typed):
    settings = settings_for(tmp_path, discord)
    answers = [typed, TOKEN, "", *REST]
    code, _ = await asked(tmp_path, settings, answers, "discord")
    assert code == 0
    assert len(discord.asked("login")) < 20
    tried = {call.path for call in discord.calls}
    assert "/api/v10/users/@me" in tried


async def test_without_a_network_it_reports_that_and_retries(tmp_path, discord):
    settings = some_settings(discord_api_base="http://127.0.0.1:9/api/v10")
    code, terminal = await asked(
        tmp_path, settings, [TOKEN, KeyboardInterrupt], "discord"
    )
    assert code == 1
    assert "✗ The bot could not log in to Discord" in terminal.words
    assert "could not be reached" in terminal.words
    assert nothing_written(tmp_path)


async def test_it_waits_until_the_bot_is_in_a_server(discord, tmp_path):
    discord.invited = False

    def invite() -> str:
        discord.invited = True
        return ""

    settings = settings_for(tmp_path, discord)
    answers = [TOKEN, "", invite, *REST]
    code, terminal = await asked(tmp_path, settings, answers, "discord")
    assert code == 0
    assert "✗ It is in no server yet" in terminal.words
    assert "✓ It is in Newsroom." in terminal.words


@pytest.mark.parametrize(
    ("trait", "fix"),
    [
        ({"interactions_endpoint_url": "https://elsewhere.example"}, "Endpoint URL"),
        ({"bot_require_code_grant": True}, "Requires OAuth2 Code Grant"),
    ],
)
async def test_missing_intents_and_invitations_are_reported(
    discord, tmp_path, trait, fix
):
    discord.application = trait

    def mend() -> str:
        discord.application = {}
        return ""

    settings = settings_for(tmp_path, discord)
    answers = [TOKEN, mend, "", *REST]
    code, terminal = await asked(tmp_path, settings, answers, "discord")
    assert code == 0
    assert fix in terminal.words


async def test_a_privileged_intent_is_warned_of_and_stops_nothing(discord, tmp_path):
    discord.application = {"flags": 1 << 18}
    settings = settings_for(tmp_path, discord)
    code, terminal = await asked(tmp_path, settings, [TOKEN, "", *REST], "discord")
    assert code == 0
    assert "! discord intents" in terminal.words


async def test_a_token_that_is_set_already_is_kept_by_enter(discord, tmp_path):
    settings = settings_for(tmp_path, discord, discord_token=TOKEN)
    code, _ = await asked(tmp_path, settings, ["", "", *REST], "discord")
    assert code == 0
    assert not (tmp_path / ".env").exists()


# ── Slack ──────────────────────────────────────────────────────────────────────


async def test_slack_is_connected_from_a_manifest(slack, tmp_path):
    settings = settings_for(tmp_path, slack)
    answers = ["3", "", BOT_TOKEN, APP_TOKEN, *REST]
    code, terminal = await asked(tmp_path, settings, answers)
    assert code == 0
    assert saved(tmp_path) == {
        "STANDFIRST_SLACK_BOT_TOKEN": BOT_TOKEN,
        "STANDFIRST_SLACK_APP_TOKEN": APP_TOKEN,
    }
    assert '/newsdesk setup "News brief" technology "daily at 7:00' in terminal.words
    assert "/invite" in terminal.words
    assert BOT_TOKEN not in terminal.words
    assert APP_TOKEN not in terminal.words


async def test_the_address_makes_the_app_from_the_whole_manifest(slack, tmp_path):
    import json
    from urllib.parse import parse_qs, urlsplit

    settings = settings_for(tmp_path, slack)
    answers = ["m", "", BOT_TOKEN, APP_TOKEN, *REST]
    _, terminal = await asked(tmp_path, settings, answers, "slack")
    (link,) = re.findall(r"https://api.slack.com/apps\?\S+", terminal.words)
    query = parse_qs(urlsplit(link).query)
    made = json.loads(query["manifest_json"][0])
    assert query["new_app"] == ["1"]
    assert made["settings"]["socket_mode_enabled"] is True
    assert {c["command"] for c in made["features"]["slash_commands"]} == {
        "/news",
        "/newsdesk",
    }
    # Every scope is shown with its reason, and the manifest itself on request.
    for scope in made["oauth_config"]["scopes"]["bot"]:
        assert f"{scope}: " in terminal.words
    assert json.dumps(made, indent=1, ensure_ascii=False) in terminal.words


async def test_the_other_token_is_noticed_before_anything_is_sent(slack, tmp_path):
    settings = settings_for(tmp_path, slack)
    answers = ["", APP_TOKEN, BOT_TOKEN, BOT_TOKEN, APP_TOKEN, *REST]
    code, terminal = await asked(tmp_path, settings, answers, "slack")
    assert code == 0
    assert "the right one begins with xoxb-" in terminal.words
    assert "the right one begins with xapp-" in terminal.words


async def test_a_missing_scope_is_named_with_its_reason_and_asked_again(
    slack, tmp_path
):
    slack.scopes -= {"chat:write"}

    def reinstall() -> str:
        slack.scopes |= {"chat:write"}
        return ""

    settings = settings_for(tmp_path, slack)
    answers = ["", BOT_TOKEN, reinstall, APP_TOKEN, *REST]
    code, terminal = await asked(tmp_path, settings, answers, "slack")
    assert code == 0
    assert (
        "✗ slack scopes: the app lacks the scope chat:write: posts, corrects"
    ) in terminal.words
    assert "install the app again" in terminal.words


async def test_a_scope_that_only_helps_is_a_warning(slack, tmp_path):
    slack.scopes -= {"groups:history"}
    settings = settings_for(tmp_path, slack)
    answers = ["", BOT_TOKEN, APP_TOKEN, *REST]
    code, terminal = await asked(tmp_path, settings, answers, "slack")
    assert code == 0
    assert "! slack scopes: the app lacks the scope groups:history" in terminal.words


async def test_a_rejected_app_token_is_reported_with_the_scope(slack, tmp_path):
    settings = settings_for(tmp_path, slack)
    answers = ["", BOT_TOKEN, "xapp-wrong-token", APP_TOKEN, *REST]
    code, terminal = await asked(tmp_path, settings, answers, "slack")
    assert code == 0
    assert "Slack refuses the app's token: invalid_auth" in terminal.words
    assert "connections:write" in terminal.words


async def test_tokens_of_two_different_apps_are_detected(slack, tmp_path):
    slack.app_token = "xapp-1-A7777-123-of-no-value"
    settings = settings_for(tmp_path, slack)
    answers = ["", BOT_TOKEN, slack.app_token, KeyboardInterrupt]
    code, terminal = await asked(tmp_path, settings, answers, "slack")
    assert code == 1
    assert "the two tokens belong to two apps: A9001 and A7777" in terminal.words


# ── the local page ─────────────────────────────────────────────────────────────


async def set_up_digests(home: Path):
    db = Database.open(f"sqlite:///{home / 'data.db'}")
    try:
        (found,) = await db.read(workspace_store.list_workspaces)
        return await db.read(
            digest_store.list_digests,
            Scope(found.id),
        )
    finally:
        await db.close()


async def test_the_local_page_is_set_up_at_once(tmp_path):
    code, terminal = await asked(tmp_path, settings_for(tmp_path), ["", *REST])
    assert code == 0
    assert "/newsdesk preview" in terminal.words
    (digest,) = await set_up_digests(tmp_path)
    assert digest.name == "News brief"
    assert digest.schedules == ("daily at 7:00 Europe/Berlin",)
    assert len(digest.sources) > 3
    assert [place.channel for place in digest.destinations] == ["news"]


async def test_a_page_that_is_set_up_already_is_left_alone(tmp_path):
    settings = settings_for(tmp_path)
    await asked(tmp_path, settings, ["", *REST])
    again = ["", "world", "daily at 9:00 UTC", "", "yes"]
    code, terminal = await asked(tmp_path, settings, again)
    assert code == 0
    assert '/newsdesk setup "News brief" world' in terminal.words
    (digest,) = await set_up_digests(tmp_path)
    assert digest.schedules == ("daily at 7:00 Europe/Berlin",)


async def test_a_database_that_cannot_be_written_takes_the_tokens_back(
    tmp_path, discord
):
    """Saving is all or nothing: the file too is restored."""
    from bot.errors import ConfigurationError

    @asynccontextmanager
    async def fail(settings):
        raise ConfigurationError("The disk is full.")
        yield

    from bot.cli.setup_questions import SetupAnswers

    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    answers = SetupAnswers(
        platform="local", secrets={"STANDFIRST_X": "y"}, source="world", schedule=""
    )
    broken = SimpleNamespace(**{**vars(app), "open_application": fail})
    checks = SetupChecks(cast(Any, broken), settings_for(tmp_path))
    env = tmp_path / ".env"
    terminal = ScriptedTerminal([])
    with pytest.raises(ConfigurationError):
        await asyncio.to_thread(setup._save_answers, answers, checks, terminal, env)
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "A=1\n"


def test_ctrl_c_does_not_cut_what_is_being_written_in_two():
    before = signal.getsignal(signal.SIGINT)
    with setup._interrupts_ignored():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


# ── sources, schedules, back and cancel ────────────────────────────────────────


async def test_a_schedule_is_confirmed_with_its_next_three_times(tmp_path):
    answers = ["", "world", "mon-fri 8.30 berlin", "", "yes"]
    _, terminal = await asked(tmp_path, settings_for(tmp_path), answers)
    assert "  weekdays at 8:30 Europe/Berlin. The next times:" in terminal.shown
    moments = [
        line
        for line in terminal.shown
        if re.fullmatch(r" +\d{4}-\d\d-\d\d 08:30 Europe/Berlin", line)
    ]
    assert len(moments) == 3


async def test_a_sentence_that_is_not_understood_is_asked_for_again(tmp_path):
    answers = ["", "world", "evry 15 minutes", "every 15 minutes", "", "yes"]
    code, terminal = await asked(tmp_path, settings_for(tmp_path), answers)
    assert code == 0
    assert "✗ " in terminal.words
    assert "every 15 minutes" in terminal.words


async def test_an_own_feed_is_read_before_it_is_taken(tmp_path):
    from tests.wire.server import answer, serving

    feed = (
        b'<rss version="2.0"><channel><title>Herald</title><item><title>Pool reopens'
        b"</title><link>https://herald.example/1</link><description>It reopened."
        b"</description></item></channel></rss>"
    )
    served = answer(feed, headers={"Content-Type": "application/rss+xml"})
    async with serving({"/feed": served}) as server:
        settings = settings_for(tmp_path, fetch_allow_private=server.place)
        answers = ["", "own", server.url("/none"), server.url("/feed"), REST[1], ""]
        code, terminal = await asked(tmp_path, settings, [*answers, "yes"])
    assert code == 0
    assert "✗ " in terminal.words
    assert "  Pool reopens" in terminal.shown
    (digest,) = await set_up_digests(tmp_path)
    assert [source.address for source in digest.sources] == [server.url("/feed")]


async def test_one_can_go_back_and_answer_differently(discord, tmp_path):
    settings = settings_for(tmp_path, discord)
    back = ["2", TOKEN, "<", "<", "1", "technology", "<", "world", REST[1], "", "yes"]
    code, terminal = await asked(tmp_path, settings, back)
    assert code == 0
    assert terminal.left == 0
    # Discord's token is not saved: the local page was chosen instead.
    assert not (tmp_path / ".env").exists()
    (digest,) = await set_up_digests(tmp_path)
    assert any("world" in s.address or s.address for s in digest.sources)


FULL = ["2", TOKEN, "", *REST]


@pytest.mark.parametrize("gone", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize("at", range(len(FULL)))
async def test_leaving_at_any_question_changes_nothing(discord, tmp_path, at, gone):
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    settings = settings_for(tmp_path, discord)
    code, terminal = await asked(tmp_path, settings, [*FULL[:at], gone])
    assert code == 1
    assert "Nothing was changed." in terminal.words
    assert [p.name for p in tmp_path.iterdir()] == [".env"]
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "A=1\n"


async def test_declining_at_the_end_changes_nothing(discord, tmp_path):
    settings = settings_for(tmp_path, discord)
    code, terminal = await asked(tmp_path, settings, [*FULL[:-1], "no"])
    assert code == 1
    assert "Nothing was changed." in terminal.words
    assert nothing_written(tmp_path)


# ── without questions ──────────────────────────────────────────────────────────


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("more", [["--no-input"], []])
def test_without_a_terminal_it_lists_what_is_missing_and_exits_with_2(home, more):
    done = home.run("setup", "--platform", "discord", *more)
    assert done.returncode == 2
    assert "https://discord.com/developers/applications" in done.stdout
    assert "Missing: STANDFIRST_DISCORD_TOKEN" in done.stdout
    assert list(home.folder.iterdir()) == []


def test_for_slack_it_lists_both_tokens_and_the_address(home):
    done = home.run("setup", "--platform", "slack", "--no-input")
    assert done.returncode == 2
    assert "https://api.slack.com/apps?new_app=1&manifest_json=" in done.stdout
    assert "Missing: STANDFIRST_SLACK_BOT_TOKEN" in done.stdout
    assert "Missing: STANDFIRST_SLACK_APP_TOKEN" in done.stdout


def test_without_a_platform_it_asks_for_one(home):
    done = home.run("setup", "--no-input")
    assert done.returncode == 2
    assert "--platform local, discord or slack" in done.stderr


async def run_in(home: Home, discord: LocalDiscord, *args: str, **more: str):
    return await asyncio.to_thread(
        home.run,
        *args,
        STANDFIRST_DISCORD_API_BASE=discord.address["api_base"],
        STANDFIRST_DISCORD_GATEWAY=discord.address["gateway"],
        **more,
    )


async def test_with_everything_set_it_checks_it(discord, home):
    args = ("setup", "--platform", "discord", "--no-input")
    done = await run_in(home, discord, *args, STANDFIRST_DISCORD_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    assert "✓ Discord knows it as user-9002" in done.stdout
    assert "✓ discord gateway: it answers" in done.stdout


async def test_a_token_that_is_refused_is_exit_3_and_one_sentence(discord, home):
    args = ("setup", "--platform", "discord", "--no-input")
    done = await run_in(home, discord, *args, STANDFIRST_DISCORD_TOKEN="x.y.z-secret")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "x.y.z-secret" not in done.stderr + done.stdout


# ── a real terminal ────────────────────────────────────────────────────────────


class Typist:
    """`standfirst` on a pseudo-terminal: its output, and typed input."""

    def __init__(self, home: Home, *args: str, **more: str) -> None:
        self.seen = ""
        self._at = 0
        self._ours, theirs = pty.openpty()
        self.process = home.start(args, (theirs, theirs, theirs), **more)
        os.close(theirs)

    def until(self, words: str) -> None:
        """Read until these words appear after those of the previous call."""
        end = time.monotonic() + PATIENCE
        while (found := self.seen.find(words, self._at)) < 0:
            assert time.monotonic() < end, f"«{words}» did not come: {self.seen}"
            assert self._read(), f"it ended before «{words}»: {self.seen}"
        self._at = found + len(words)

    def type(self, text: str) -> None:
        os.write(self._ours, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, and press it again when it came just before the wait.

        A signal between Python's last check and its read interrupts nothing.
        """
        for _ in range(int(PATIENCE / 3)):
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                continue
            return

    def ends(self) -> int:
        code = self.process.wait(PATIENCE)
        while self._read():
            pass
        os.close(self._ours)
        return code

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def _read(self) -> bool:
        """Read a piece of the output; False at its end."""
        if not select.select([self._ours], [], [], PATIENCE)[0]:
            return False
        try:
            got = os.read(self._ours, 4096)
        except OSError:
            # The other side has closed.
            return False
        self.seen += got.decode(errors="replace")
        return bool(got)


def through_discord(typist: Typist) -> int:
    typist.until("Which number")
    typist.type("2")
    typist.until("not shown")
    typist.type(TOKEN)
    typist.until("Press Enter when it is done")
    typist.type("")
    typist.until("Which number")
    typist.type("")
    typist.until("Schedule")
    typist.type("weekdays at 8:30 Europe/Berlin")
    typist.until("accept it")
    typist.type("")
    typist.until("Save it")
    typist.type("")
    return typist.ends()


async def test_at_a_real_terminal_the_token_is_not_echoed(discord, home):
    typist = Typist(
        home,
        "setup",
        STANDFIRST_DISCORD_API_BASE=discord.address["api_base"],
        STANDFIRST_DISCORD_GATEWAY=discord.address["gateway"],
    )
    try:
        code = await asyncio.to_thread(through_discord, typist)
    finally:
        typist.kill()
    assert code == 0, typist.seen
    assert TOKEN not in typist.seen
    env = home.folder / ".env"
    assert saved(home.folder) == {"STANDFIRST_DISCORD_TOKEN": TOKEN}
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_ctrl_c_at_a_real_terminal_changes_nothing(home):
    typist = Typist(home, "setup", "--platform", "discord")
    try:
        typist.until("not shown")
        typist.interrupt()
        assert typist.ends() == 1
    finally:
        typist.kill()
    assert "Nothing was changed." in typist.seen
    assert list(home.folder.iterdir()) == []
