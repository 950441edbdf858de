"""Personal editions are corrected like every other, privately."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Permission, Person
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import Rendering, correct, shown
from tests.bot.harness import BRIDGE, BotHarness, open_harness

BEN = Person(id="7002", name="Ben", permission=Permission.EVERYONE)


@pytest.fixture
async def quiet(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom that has posted nothing to its channel."""
    async with open_harness(sqlite_url, tmp_path, Rendering()) as built:
        built.publish("bridge", BRIDGE)
        await built.apply(WITHOUT_SCHEDULE)
        yield built


@pytest.fixture
async def ben(quiet: BotHarness) -> Editor:
    """A reader who has received a personal digest."""
    reader = replace(await editor(quiet), person=BEN)
    await reader.says("news me", time="7:30")
    quiet.clock.advance(timedelta(hours=19))
    await quiet.wake()
    assert "About 31,000 vehicles" in shown(quiet)
    return reader


async def test_it_is_edited_and_its_controls_keep_their_owner(
    quiet: BotHarness, ben: Editor
):
    await correct(quiet, ("31,000", "13,000"))
    (message,) = quiet.platform.messages
    assert message.edits == 1
    assert "About 13,000 vehicles" in shown(quiet)
    assert "'v1:own:e-" in str(message.payload)
    assert "'v1:story:" not in str(message.payload)


async def test_its_corrections_are_private(quiet: BotHarness, ben: Editor):
    await correct(quiet, ("31,000", "13,000"))
    for who in (ben.also("Cleo"), await editor(quiet)):
        assert "Nothing posted here" in said(
            await who.presses_below("v1:corrections:7")
        )
