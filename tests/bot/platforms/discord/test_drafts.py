"""A review on a strict Discord: the draft's message, its buttons, forms and menus."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.bot.harness import BotHarness
from tests.bot.platforms.discord.conftest import CONFIGURATION, listening
from tests.bot.platforms.discord.test_interactions import ask, platform_of
from tests.bot.publishing.test_planning import at
from tests.wire.discord.interactions import EDITOR, READER
from tests.wire.discord.server import LocalDiscord

DESK = "2002"
REVIEWED = (
    CONFIGURATION.replace(
        "[[workspace.digest]]",
        f'[[workspace.destination]]\nname = "desk"\nchannel = "{DESK}"\n\n'
        "[[workspace.digest]]",
    ).replace("every 2 minutes", "daily at 8")
    + 'review = "hold"\nreview_channel = "desk"\n'
)


@pytest.fixture
async def chat(harness: BotHarness, discord: LocalDiscord) -> AsyncIterator[BotHarness]:
    """A digest whose draft waits in a channel of the editors."""
    await harness.apply(REVIEWED)
    discord.ledger.channel(DESK)
    async with listening(discord, harness.inbox, platform_of(harness)):
        await goes_by(harness, "11-25T06:30")
        yield harness


async def goes_by(harness: BotHarness, moment: str) -> None:
    harness.clock.set(at(moment))
    await harness.wake()


def draft(discord: LocalDiscord) -> str:
    """The message of the draft, as it is now."""
    (message, *_) = discord.ledger.says(DESK)
    return json.dumps(message["components"], ensure_ascii=False)


def control(discord: LocalDiscord, label: str) -> str:
    """The id of the button with this label below the draft."""
    (message, *_) = discord.ledger.says(DESK)
    found: list[Any] = list(message["components"])
    while found:
        one = found.pop()
        if one.get("label") == label:
            return str(one["custom_id"])
        found += one.get("components", ())
    raise AssertionError(label)


async def test_the_draft_is_approved_below_it_and_posted_at_its_time(chat, discord):
    assert "Harbour bridge closes" in draft(discord)
    done = await (
        await discord.people.presses(control(discord, "Approve all"), EDITOR)
    ).done()
    assert "Approved by" in done.words
    await chat.wake()
    assert "Approved by" in draft(discord)
    assert discord.ledger.says("2001") == []
    await goes_by(chat, "11-25T07:00")
    assert len(discord.ledger.says("2001")) == 1
    assert "as" in draft(discord)
    assert "custom_id" not in draft(discord)


async def test_a_reader_cannot_approve_it(chat, discord):
    approve = control(discord, "Approve all")
    done = await (await discord.people.presses(approve, READER)).done()
    assert "Only editors" in done.words
    await goes_by(chat, "11-25T07:00")
    assert discord.ledger.says("2001") == []


async def test_what_is_typed_changes_the_message_of_the_draft(chat, discord):
    await ask(discord, "newsdesk drafts", EDITOR, act="headline 1: Swim again")
    await chat.wake()
    assert "Swim again" in draft(discord)
    assert "Headline: the editors" in draft(discord)
    assert len(discord.ledger.says(DESK)) == 1


async def test_a_story_is_opened_below_the_draft_and_dropped(chat, discord):
    (choice, *_) = re.findall(r"v1:draft:d-\w+:s-\w+", draft(discord))
    page = await (await discord.people.presses(choice, EDITOR)).done()
    await (await discord.people.presses(page.controls["Drop"], EDITOR)).done()
    await chat.wake()
    assert draft(discord).count("v1:draft:d-") < 4
    assert "dropped" in draft(discord)


async def test_a_forged_approval_is_refused(chat, discord):
    forged = re.sub(r":[^:]+$", ":AAAAAAAA", control(discord, "Approve all"))
    done = await (await discord.people.presses(forged, EDITOR)).done()
    assert "does not belong here" in done.words
