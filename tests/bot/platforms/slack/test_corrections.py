"""A message is corrected on Slack: updated, once, its key kept; or left."""

import pytest

from tests.bot.corrections.living import correct, edits
from tests.bot.harness import BRIDGE
from tests.wire.discord.faults import Lost
from tests.wire.slack.faults import Refusal
from tests.wire.slack.server import CHANNEL, LocalSlack

WRONG = ("31,000", "13,000")


def says(slack: LocalSlack) -> str:
    (message,) = slack.ledger.says(CHANNEL)
    return str(message["blocks"])


async def test_the_message_is_updated_and_notes_the_correction(harness, slack):
    await harness.post()
    (key,) = slack.ledger.keys(CHANNEL)
    await correct(harness, WRONG)
    assert "Corrected 13:06: 31,000 vehicles → 13,000 vehicles" in says(slack)
    assert "Corrected 13:06" in slack.ledger.says(CHANNEL)[0]["text"]
    assert slack.ledger.keys(CHANNEL) == [key]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_leaves_one_corrected_message(harness, slack, when):
    await harness.post()
    slack.script(Lost(when=when), "edit")
    await correct(harness, WRONG)
    harness.clock.advance(minutes=2)
    await harness.outbox.drain()
    assert says(slack).count("Corrected") == 1
    assert [one.state for one in await edits(harness)] == ["sent"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("edit_window_closed", "does not allow editing messages this old"),
        ("cant_update_message", "posted by somebody else"),
        ("message_not_found", "no longer exists"),
    ],
)
async def test_an_edit_that_slack_rejects_is_reported(harness, slack, code, why):
    await harness.post()
    before = says(slack)
    slack.script(Refusal(code=code), "edit")
    await correct(harness, WRONG)
    harness.clock.advance(hours=1)
    await harness.outbox.drain()
    assert says(slack) == before
    assert len(slack.asked("edit")) == 1
    (edit,) = await edits(harness)
    assert why in str(edit.reason or "")


async def test_a_withdrawn_quote_is_struck(harness, slack):
    await harness.post()
    quote = "She added: “Nobody was in danger at any time.”"
    await correct(harness, (quote, ""), text=BRIDGE)
    assert "{'strike': True}" in says(slack)
