"""Whom an editor let in, on Slack: no cell is wrong (`tests.bench.access`: all)."""

import pytest

from tests.bot.platforms import matrix
from tests.bot.platforms.slack.conftest import a_platform, listening


@pytest.mark.parametrize("column", ["let in in a channel", "everybody in a DM"])
async def test_no_cell_is_wrong(desk, slack, column):
    await desk.post()
    async with listening(slack, desk.inbox, a_platform(slack)):
        found = await matrix.on_slack(desk, slack, column)
    assert found.wrong == []
    assert found.cells >= len(desk.inbox.commands)
