"""The doctor on Slack: tokens, scopes, connection, clock, and the channels."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bot.newsroom import Newsroom
from tests.wire.slack.server import CHANNEL


async def told(desk: Newsroom) -> dict[str, Any]:
    return {f.subject: f for f in await desk.doctor.examine()}


async def test_a_bot_that_has_everything_is_well(desk):
    found = await told(desk)
    assert found["slack"].state == "ok"
    assert "application A9001" in found["slack"].text
    assert found["slack socket mode"].state == "ok"
    assert found["slack #morning"].state == "ok"
    assert found["clock"].state == "ok"


async def test_looking_opens_no_socket(desk, slack):
    await told(desk)
    assert len(slack.asked("gateway")) == 1
    assert slack.socket.connected == 0


@pytest.mark.parametrize(
    ("scope", "state"), [("chat:write", "problem"), ("im:write", "warning")]
)
async def test_a_scope_that_lacks_is_named_with_what_it_is_for(
    desk, slack, scope, state
):
    slack.scopes -= {scope}
    found = (await told(desk))["slack scopes"]
    assert found.state == state
    assert found.text.startswith(f"the app lacks the scope {scope}: ")
    assert "standfirst slack-manifest" in found.fix
    assert "install the app again" in found.fix


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({"member": False}, "warning", "not in the channel"),
        ({"archived": True}, "problem", "archived"),
        ({"deleted": True}, "problem", "does not exist"),
    ],
)
async def test_how_the_bot_stands_in_a_channel_is_told(
    desk, slack, changes, state, said
):
    slack.ledger.channel(CHANNEL, **changes)
    found = (await told(desk))["slack #morning"]
    assert found.state == state
    assert said in found.text
    assert found.fix


async def test_where_it_may_not_post_uninvited_it_must_be_in_the_channel(desk, slack):
    slack.scopes -= {"chat:write.public"}
    slack.ledger.channel(CHANNEL, member=False)
    assert (await told(desk))["slack #morning"].state == "problem"


async def test_without_the_scope_to_look_a_channel_is_not_called_bad(desk, slack):
    slack.scopes -= {"channels:read"}
    found = (await told(desk))["slack #morning"]
    assert found.state == "warning"
    assert "cannot be seen" in found.text


async def test_an_apps_token_that_is_refused_stops_no_posting(desk, slack):
    slack.app_revoked = "token_revoked"
    assert (await told(desk))["slack socket mode"].state == "problem"
    await desk.post()
    assert slack.ledger.says(CHANNEL)


async def test_a_revoked_token_is_one_problem(desk, slack):
    slack.revoked = "token_revoked"
    found = await told(desk)
    assert "token_revoked" in found["slack"].text
    assert "slack socket mode" not in found


async def test_a_clock_that_is_off_is_a_problem(desk, slack):
    class Later:
        @staticmethod
        def now():
            return desk.clock.now() + timedelta(seconds=61)

    slack.ledger.clock = Later()
    found = (await told(desk))["clock"]
    assert found.state == "problem"
    assert "61 seconds behind slack's" in found.text
