"""A review on a strict Slack: the draft's message, its buttons and menus."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import CONFIGURATION, OTHER, listening
from tests.bot.platforms.slack.test_interactions import ask, platform_of, press
from tests.bot.publishing.test_planning import at
from tests.wire.slack.server import CHANNEL, LocalSlack

REVIEWED = (
    CONFIGURATION.replace(
        "[[workspace.digest]]",
        f'[[workspace.destination]]\nname = "desk"\nchannel = "{OTHER}"\n\n'
        "[[workspace.digest]]",
    ).replace("every 2 minutes", "daily at 8")
    + 'review = "hold"\nreview_channel = "desk"\n'
)


@pytest.fixture
async def chat(harness: BotHarness, slack: LocalSlack) -> AsyncIterator[BotHarness]:
    """A digest whose draft waits in a channel of the editors."""
    await harness.apply(REVIEWED)
    slack.ledger.channel(OTHER)
    async with listening(slack, harness.inbox, platform_of(harness)):
        await goes_by(harness, "11-25T06:30")
        yield harness


async def goes_by(harness: BotHarness, moment: str) -> None:
    harness.clock.set(at(moment))
    await harness.wake()


def draft(slack: LocalSlack) -> str:
    """The message of the draft, as it is now."""
    (message, *_) = slack.ledger.says(OTHER)
    return json.dumps(message["blocks"], ensure_ascii=False)


def control(slack: LocalSlack, label: str) -> str:
    """The id of the button with this label below the draft."""
    (message, *_) = slack.ledger.says(OTHER)
    found: list[Any] = list(message["blocks"])
    while found:
        one = found.pop()
        if isinstance(one.get("text"), dict) and one["text"].get("text") == label:
            return str(one.get("value") or one["action_id"])
        found += one.get("elements", ())
    raise AssertionError(label)


async def test_the_draft_is_approved_below_it_and_posted_at_its_time(chat, slack):
    assert "Harbour bridge closes" in draft(slack)
    done = await press(slack, control(slack, "Approve all"))
    assert "Approved by" in done.words
    await chat.wake()
    assert slack.ledger.says(CHANNEL) == []
    await goes_by(chat, "11-25T07:00")
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert "action_id" not in draft(slack)


async def test_what_is_typed_changes_the_message_of_the_draft(chat, slack):
    await ask(slack, "/newsdesk drafts headline 1: Swim again")
    await chat.wake()
    assert "Swim again" in draft(slack)
    assert "Headline: the editors" in draft(slack)
    assert len(slack.ledger.says(OTHER)) == 1


async def test_a_story_is_opened_below_the_draft_and_dropped(chat, slack):
    (choice, *_) = re.findall(r"v1:draft:d-\w+:s-\w+", draft(slack))
    page = await press(slack, choice)
    await press(slack, page.controls["Drop"])
    await chat.wake()
    assert "dropped" in draft(slack)
