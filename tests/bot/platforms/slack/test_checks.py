"""What the doctor says of Slack: what is missing, what runs out, and the fix."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import connections
from bot.doctor import Doctor
from bot.platforms.slack.checks import of_settings
from bot.platforms.slack.platform import SlackPlatform
from bot.settings import Settings
from tests.bot.platforms.slack.conftest import a_platform, listening
from tests.bot.platforms.slack.many import SECOND, Several, several
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import LocalSlack

ALL = {
    "slack_client_id": "1.2",
    "slack_client_secret": "secret",
    "public_url": "https://news.example",
    "secret_key": "k" * 32,
    "slack_signing_secret": "s",
}


def told(**changes: Any) -> dict[str, str]:
    settings = Settings.model_validate(changes)
    return {f.text: f.fix for f in of_settings(settings) if f.state != "ok"}


# ── settings ───────────────────────────────────────────────────────────────────


def test_without_slack_there_is_nothing_to_say():
    assert told() == {}


def test_with_everything_set_it_only_says_where_slack_must_send_people():
    (found,) = of_settings(Settings.model_validate(ALL))
    assert found.state == "ok"
    assert "https://news.example/slack/oauth_redirect" in found.text


@pytest.mark.parametrize(
    "missing", ["slack_client_id", "slack_client_secret", "public_url", "secret_key"]
)
def test_each_setting_that_is_missing_is_named(missing):
    ((text, fix),) = told(**{k: v for k, v in ALL.items() if k != missing}).items()
    assert text.endswith(f"missing: STANDFIRST_{missing.upper()}")
    assert "README" in fix


def test_an_address_without_https_is_said_to_be_of_no_use():
    found = told(**{**ALL, "public_url": "http://news.example"})
    assert any("wants https" in text for text in found)


def test_a_bot_token_beside_it_is_said_to_do_nothing():
    found = told(**ALL, slack_bot_token="xoxb-1")
    assert any("SLACK_BOT_TOKEN is not used" in text for text in found)


@pytest.mark.parametrize("given", [{"slack_bot_token": "xoxb-1"}, ALL])
def test_being_called_without_a_signing_secret_is_a_problem(given):
    found = told(**{k: v for k, v in given.items() if k != "slack_signing_secret"})
    assert any("SLACK_SIGNING_SECRET" in fix for fix in found.values())


# ── workspaces ─────────────────────────────────────────────────────────────────


@pytest.fixture
async def house(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[Several]:
    async with several(slack, sqlite_url, tmp_path) as built:
        await built.install(TEAM)
        yield built


async def found(doctor: Doctor, platform: SlackPlatform) -> dict[str, str]:
    checks = connections.checks(Settings.model_validate({}), {"slack": platform})
    doctor = replace(doctor, platforms={"slack": platform}, checks=checks)
    looked = await doctor.examine()
    return {f"{f.subject}: {f.text}": f.fix for f in looked if f.state != "ok"}


async def test_a_workspace_that_has_not_installed_it_gets_the_address(house):
    said = await found(house.desk.doctor, house.platform)
    assert said[f"slack {SECOND}: the app is not installed there"].endswith(
        "https://news.example/slack/install"
    )
    assert not any(TEAM in text for text in said)


async def test_tokens_without_a_successor_are_told_before_they_run_out(house):
    house.desk.clock.advance(hours=11)
    house.slack.teams.spoil(TEAM)
    await house.post(TEAM)
    said = await found(house.desk.doctor, house.platform)
    (text,) = (text for text in said if text.startswith(f"slack {TEAM}"))
    assert "nothing can be posted from 2026-" in text
    assert "UTC on" in text


async def test_scopes_that_were_not_given_are_named_with_what_they_are_for(house):
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    fewer = tuple(s for s in kept.scopes if s != "usergroups:read")
    await house.kept.installations.keep(replace(kept, scopes=fewer))
    said = await found(house.desk.doctor, house.platform)
    (text,) = (text for text in said if "usergroups:read" in text)
    assert "user group" in text
    assert "slack-manifest" in said[text]
    assert "/slack/install" in said[text]


async def test_a_scope_without_which_nothing_works_is_a_problem_there_too(house):
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    fewer = tuple(s for s in kept.scopes if s not in {"chat:write", "im:write"})
    await house.kept.installations.keep(replace(kept, scopes=fewer))
    looked = await house.platform.installations.findings(TEAM)
    assert [(f.state, f.text.split(":")[0]) for f in looked] == [
        ("problem", "the app lacks the scope chat"),
        ("warning", "the app lacks the scope im"),
    ]


async def test_a_doctor_that_looks_does_not_hang_up_who_is_connected(desk, slack):
    async with listening(slack, desk.inbox, a_platform(slack)) as platform:
        assert await found(desk.doctor, platform) == {}
        assert platform.state == "ok"
        assert platform.installations.ready
