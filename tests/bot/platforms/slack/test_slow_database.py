"""While no database query finishes, Slack gets its acknowledgement of everything."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.platforms.slack import limits
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import a_platform, listening, until
from tests.bot.platforms.slow_database import hold_queries
from tests.wire.slack.people import Asked
from tests.wire.slack.server import LocalSlack

Does = Callable[[LocalSlack], Awaitable[Asked]]
VIEW = {
    "type": "modal",
    "callback_id": "v1:form:newsdesk set",
    "blocks": [
        {
            "type": "input",
            "block_id": "target",
            "label": {"type": "plain_text", "text": "Target"},
            "element": {"type": "plain_text_input", "action_id": "target"},
        }
    ],
}
DID: dict[str, tuple[Does, str]] = {
    "a command": (lambda s: s.people.types("/news latest"), "bridge"),
    "an editor's command": (lambda s: s.people.types("/newsdesk status"), "Status"),
    "a command that lacks something": (
        lambda s: s.people.types("/newsdesk correct"),
        "",
    ),
    "a button": (lambda s: s.people.presses("v1:quotes"), "quotes"),
    "a chosen story": (
        lambda s: s.people.presses("v1:latest", kind="static_select"),
        "bridge",
    ),
}


@pytest.fixture
async def chat(
    harness: BotHarness, slack: LocalSlack, short_hold: None
) -> AsyncIterator[BotHarness]:
    await harness.post()
    async with listening(slack, harness.inbox, a_platform(slack)):
        yield harness


@pytest.mark.parametrize("what", DID)
async def test_it_is_acknowledged_at_once_and_the_answer_follows(chat, slack, what):
    does, words = DID[what]
    async with hold_queries(chat) as queries:
        asked = await does(slack)
        await until(lambda: asked.acknowledged is not None and queries)
        assert asked.messages == []
    await asked.done()
    assert words in asked.words
    assert asked.private


async def test_a_filled_form_is_closed_in_time_and_answered_later(chat, slack):
    async with hold_queries(chat) as queries:
        asked = await slack.people.fills(VIEW, answers={"target": "zebra"})
        await until(lambda: asked.acknowledged is not None)
        assert queries
        assert asked.acknowledged == {}
    await until(lambda: slack.ledger.says(f"D{asked.who.user}"))
    assert "zebra" in str(slack.ledger.says(f"D{asked.who.user}"))


def test_slack_waits_longer_than_we_do():
    assert limits.FORM_HOLD < 3
