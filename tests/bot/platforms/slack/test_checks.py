"""The doctor's findings about Slack: what is missing, what expires, and the fix.

Covers tokens, scopes, connection, clock, and the channels.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.operations.doctor import Doctor
from bot.platforms.slack.platform import SlackPlatform
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import a_platform, listening
from tests.bot.platforms.slack.shared_app import SECOND, SharedApp, open_shared_app
from tests.builders import some_settings
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack

ALL = {
    "slack_client_id": "1.2",
    "slack_client_secret": "secret",
    "public_url": "https://news.example",
    "secret_key": "k" * 32,
    "slack_signing_secret": "s",
}


def reported(**changes: Any) -> dict[str, str]:
    settings = some_settings(**changes)
    found = [f for f in settings.check() if f.state != "ok"]
    return {str(f.text): str(f.fix) for f in found}


# ── settings ───────────────────────────────────────────────────────────────────


def test_without_slack_there_are_no_findings():
    assert reported() == {}


def test_with_everything_set_it_only_shows_the_urls_for_slack():
    login, installing = some_settings(**ALL).check()
    assert login.state == installing.state == "ok"
    login_url = "https://news.example/console/sign-in/slack/callback"
    assert login_url in str(login.text)
    assert "https://news.example/slack/oauth_redirect" in str(installing.text)


@pytest.mark.parametrize(
    "missing", ["slack_client_id", "slack_client_secret", "public_url", "secret_key"]
)
def test_each_setting_that_is_missing_is_named(missing):
    ((text, fix),) = reported(**{k: v for k, v in ALL.items() if k != missing}).items()
    assert text.endswith(f"missing: STANDFIRST_{missing.upper()}")
    assert "docs/slack.md" in fix


def test_an_address_without_https_is_reported():
    found = reported(**{**ALL, "public_url": "http://news.example"})
    assert any("wants https" in text for text in found)


def test_a_redundant_bot_token_is_reported():
    found = reported(**ALL, slack_bot_token="xoxb-1")
    assert any("SLACK_BOT_TOKEN is not used" in text for text in found)


@pytest.mark.parametrize("given", [{"slack_bot_token": "xoxb-1"}, ALL])
def test_being_called_without_a_signing_secret_is_a_problem(given):
    found = reported(**{k: v for k, v in given.items() if k != "slack_signing_secret"})
    assert any("SLACK_SIGNING_SECRET" in fix for fix in found.values())


# ── workspaces ─────────────────────────────────────────────────────────────────


@pytest.fixture
async def shared_app(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[SharedApp]:
    async with open_shared_app(slack, sqlite_url, tmp_path) as built:
        await built.install(TEAM)
        yield built


async def found(doctor: Doctor, platform: SlackPlatform) -> dict[str, str]:
    find = getattr(platform.installations, "findings", None)
    checks = {"slack": find} if find else {}
    doctor = replace(doctor, platforms={"slack": platform}, checks=checks)
    looked = await doctor.examine()
    return {f"{f.subject}: {f.text}": str(f.fix) for f in looked if f.state != "ok"}


async def test_a_workspace_that_has_not_installed_it_gets_the_address(shared_app):
    said = await found(shared_app.harness.doctor, shared_app.platform)
    assert said[f"slack {SECOND}: the app is not installed there"].endswith(
        "https://news.example/slack/install"
    )
    assert not any(TEAM in text for text in said)


async def test_tokens_without_a_successor_are_reported_before_they_expire(shared_app):
    shared_app.harness.clock.advance(hours=11)
    shared_app.slack.teams.spoil(TEAM)
    await shared_app.post(TEAM)
    said = await found(shared_app.harness.doctor, shared_app.platform)
    (text,) = (text for text in said if text.startswith(f"slack {TEAM}"))
    assert "nothing can be posted from 2026-" in text
    assert "UTC on" in text


async def test_scopes_that_were_not_given_are_named_with_what_they_are_for(shared_app):
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    fewer = tuple(s for s in kept.scopes if s != "usergroups:read")
    await shared_app.kept.installations.keep(replace(kept, scopes=fewer))
    said = await found(shared_app.harness.doctor, shared_app.platform)
    (text,) = (text for text in said if "usergroups:read" in text)
    assert "user group" in text
    assert "slack-manifest" in said[text]
    assert "/slack/install" in said[text]


async def test_a_scope_without_which_nothing_works_is_a_problem_there_too(shared_app):
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    fewer = tuple(s for s in kept.scopes if s not in {"chat:write", "im:write"})
    await shared_app.kept.installations.keep(replace(kept, scopes=fewer))
    looked = await shared_app.platform.installations.findings(TEAM)
    assert [(f.state, str(f.text).split(":")[0]) for f in looked] == [
        ("problem", "the app lacks the scope chat"),
        ("warning", "the app lacks the scope im"),
    ]


@pytest.mark.parametrize("scope", ["files:write", "files:read"])
async def test_without_a_scope_for_files_pictures_are_left_out(harness, slack, scope):
    slack.scopes -= {scope}
    found = (await examined(harness))["slack scopes"]
    assert found.state == "warning"
    assert str(found.text).startswith("pictures of quotes are left out: ")
    assert scope in str(found.text)
    assert "install the app again" in str(found.fix)


async def test_the_doctor_does_not_disconnect_a_running_bot(harness, slack):
    async with listening(slack, harness.inbox, a_platform(slack)) as platform:
        assert await found(harness.doctor, platform) == {}
        assert platform.state == "ok"
        assert platform.installations.ready


async def examined(harness: BotHarness) -> dict[str, Any]:
    return {f.subject: f for f in await harness.doctor.examine()}


async def test_a_bot_that_has_everything_is_well(harness):
    found = await examined(harness)
    assert found["slack"].state == "ok"
    assert "application A9001" in str(found["slack"].text)
    assert found["slack socket mode"].state == "ok"
    assert found["slack #morning"].state == "ok"
    assert found["clock"].state == "ok"


async def test_looking_opens_no_socket(harness, slack):
    await examined(harness)
    assert len(slack.asked("gateway")) == 1
    assert slack.socket.connected == 0


@pytest.mark.parametrize(
    ("scope", "state"), [("chat:write", "problem"), ("im:write", "warning")]
)
async def test_a_scope_that_lacks_is_named_with_what_it_is_for(
    harness, slack, scope, state
):
    slack.scopes -= {scope}
    found = (await examined(harness))["slack scopes"]
    assert found.state == state
    assert str(found.text).startswith(f"the app lacks the scope {scope}: ")
    assert "standfirst slack-manifest" in str(found.fix)
    assert "install the app again" in str(found.fix)


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({"member": False}, "warning", "not in the channel"),
        ({"archived": True}, "problem", "archived"),
        ({"deleted": True}, "problem", "does not exist"),
    ],
)
async def test_the_bots_state_in_a_channel_is_reported(
    harness, slack, changes, state, said
):
    slack.ledger.channel(CHANNEL, **changes)
    found = (await examined(harness))["slack #morning"]
    assert found.state == state
    assert said in str(found.text)
    assert found.fix


async def test_where_it_may_not_post_uninvited_it_must_be_in_the_channel(
    harness, slack
):
    slack.scopes -= {"chat:write.public"}
    slack.ledger.channel(CHANNEL, member=False)
    assert (await examined(harness))["slack #morning"].state == "problem"


async def test_without_the_scope_to_check_a_channel_is_not_a_problem(harness, slack):
    slack.scopes -= {"channels:read"}
    found = (await examined(harness))["slack #morning"]
    assert found.state == "warning"
    assert "cannot be checked" in str(found.text)


async def test_an_apps_token_that_is_refused_stops_no_posting(harness, slack):
    slack.app_revoked = "token_revoked"
    assert (await examined(harness))["slack socket mode"].state == "problem"
    await harness.post()
    assert slack.ledger.says(CHANNEL)


async def test_a_revoked_token_is_one_problem(harness, slack):
    slack.revoked = "token_revoked"
    found = await examined(harness)
    assert "token_revoked" in str(found["slack"].text)
    assert "slack socket mode" not in found


async def test_a_clock_that_is_off_is_a_problem(harness, slack):
    class Later:
        @staticmethod
        def now():
            return harness.clock.now() + timedelta(seconds=61)

    slack.ledger.clock = Later()
    found = (await examined(harness))["clock"]
    assert found.state == "problem"
    assert "61 seconds behind slack's" in str(found.text)
