"""The console of a newsroom with one digest."""

import pytest

from tests.bot.harness import BotHarness
from tests.bot.web.console.stage import ConsoleStage


@pytest.fixture
def stage(harness: BotHarness) -> ConsoleStage:
    return ConsoleStage(harness)
