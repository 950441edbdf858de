"""User groups: members of a group with editors' access are editors, at the moment."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.slack import limits
from bot.platforms.slack.permissions import UserGroups
from tests.bot.platforms.slack.conftest import a_platform, listening
from tests.bot.platforms.slack.shared_app import SECOND, THEIRS, open_shared_app
from tests.wire.discord.faults import Slow, Status
from tests.wire.slack.faults import Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.people import EDITOR, READER, like
from tests.wire.slack.server import SCOPES, LocalSlack

GROUP = "S0123"
MENTION = f"<!subteam^{GROUP}|@editors>"


def a_group(*users: str, **more: Any) -> dict[str, Any]:
    reported = {
        "id": GROUP,
        "handle": "editors",
        "users": list(users),
        "date_delete": 0,
    }
    return {**reported, **more}


class Hours:
    """A clock in seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
async def groups(slack: LocalSlack, hours: Hours) -> AsyncIterator[UserGroups]:
    platform = a_platform(slack)
    yield UserGroups(platform.installations, hours)
    await platform.close()


async def says(slack: LocalSlack, line: str, who=READER) -> str:
    return (await (await slack.people.command(line, who)).done()).words


# ── membership ─────────────────────────────────────────────────────────────────


async def test_a_group_is_made_an_editor_by_its_mention(harness, slack):
    slack.groups[TEAM] = [a_group(READER.user)]
    async with listening(slack, harness.inbox, a_platform(slack)):
        assert "Only editors" in await says(slack, "/newsdesk status")
        asked = await slack.people.command(f"/newsdesk access grant {MENTION}", EDITOR)
        await asked.done()
        confirm = next(c for name, c in asked.controls.items() if "onfirm" in name)
        await (await slack.people.presses(confirm, EDITOR)).done()
        assert "Morning brief" in await says(slack, "/newsdesk status")
        assert GROUP in await says(slack, "/newsdesk access list", EDITOR)
        # A grant does not include granting.
        outsider = like(READER, user="U7099")
        assert "Only editors" in await says(slack, "/newsdesk status", outsider)


@pytest.mark.parametrize(
    "traits", [{"is_restricted": True}, {"deleted": True}, {"is_stranger": True}]
)
async def test_a_guest_in_a_group_is_no_editor(harness, slack, traits):
    guest = like(READER, traits=traits)
    slack.groups[TEAM] = [a_group(guest.user)]
    async with listening(slack, harness.inbox, a_platform(slack)) as platform:
        await says(slack, "/news help", guest)
        known = await platform.listener.people.known(guest.user, TEAM)
    assert known.roles == ()


async def test_groups_of_one_workspace_do_not_apply_in_another(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
):
    slack.groups[TEAM] = [a_group(THEIRS.user)]
    async with open_shared_app(slack, sqlite_url, tmp_path) as shared_app:
        await shared_app.install_both()
        people = shared_app.platform.listener.people
        assert await people._groups.of(THEIRS.user, TEAM) == (GROUP,)
        assert await people._groups.of(THEIRS.user, SECOND) == ()


# ── requests ───────────────────────────────────────────────────────────────────


async def test_all_groups_of_a_person_without_deleted_ones_are_returned(groups, slack):
    slack.groups[TEAM] = [
        a_group("U1", "U2"),
        a_group("U1", id="S2"),
        a_group("U1", id="S3", date_delete=1_700_000_000),
        {"id": 7, "users": "U1"},
        "no group",
    ]
    assert await groups.of("U1", TEAM) == (GROUP, "S2")
    assert await groups.of("U2", TEAM) == (GROUP,)
    assert await groups.of("U3", TEAM) == ()


async def test_one_answer_serves_everybody_for_a_minute(groups, slack, hours):
    slack.groups[TEAM] = [a_group("U1")]
    await asyncio.gather(*(groups.of(f"U{n}", TEAM) for n in range(20)))
    hours.at = limits.GROUPS_LIFE - 1
    assert await groups.of("U1", TEAM) == (GROUP,)
    assert len(slack.asked("groups")) == 1


async def test_leaving_a_group_takes_effect_within_a_minute(groups, slack, hours):
    slack.groups[TEAM] = [a_group("U1")]
    assert await groups.of("U1", TEAM) == (GROUP,)
    slack.groups[TEAM] = [a_group()]
    hours.at = limits.GROUPS_LIFE
    assert await groups.of("U1", TEAM) == ()


@pytest.mark.parametrize("fault", [Refusal(code="fatal_error"), Status(status=503)])
async def test_without_an_answer_from_slack_nobody_is_in_a_group(
    groups, slack, hours, fault
):
    slack.groups[TEAM] = [a_group("U1")]
    slack.script(fault, "groups")
    assert await groups.of("U1", TEAM) == ()
    assert await groups.of("U1", TEAM) == ()
    assert len(slack.asked("groups")) == 1
    hours.at = limits.GROUPS_RETRY
    assert await groups.of("U1", TEAM) == (GROUP,)


async def test_a_list_that_takes_too_long_is_not_waited_for(groups, slack, monkeypatch):
    monkeypatch.setattr(limits, "LOOKUP_TIMEOUT", 0.2)
    slack.groups[TEAM] = [a_group("U1")]
    slack.script(Slow(seconds=2), "groups")
    begun = asyncio.get_running_loop().time()
    assert await groups.of("U1", TEAM) == ()
    assert asyncio.get_running_loop().time() - begun < 1.5


async def test_without_the_scope_everything_else_works(harness, slack):
    slack.scopes = SCOPES - {"usergroups:read"}
    slack.groups[TEAM] = [a_group(READER.user)]
    async with listening(slack, harness.inbox, a_platform(slack)) as platform:
        assert "Morning brief" in await says(slack, "/newsdesk status", EDITOR)
        assert "Only editors" in await says(slack, "/newsdesk status")
        assert platform.state == "ok"


async def test_more_members_than_are_remembered_leave_groups_out(
    groups, slack, monkeypatch
):
    monkeypatch.setattr(limits, "GROUPS_MEMBERS", 3)
    slack.groups[TEAM] = [a_group("U1", "U2", "U3"), a_group("U1", id="S2")]
    assert await groups.of("U1", TEAM) == (GROUP,)
