"""Access granted by an editor, on Slack: no wrong cell (`tests.bench.access`: all)."""

import pytest

from tests.bot.platforms import permission_matrix
from tests.bot.platforms.slack.conftest import a_platform, listening


@pytest.mark.parametrize("column", ["let in in a channel", "everybody in a DM"])
async def test_no_cell_is_wrong(harness, slack, column):
    await harness.post()
    async with listening(slack, harness.inbox, a_platform(slack)):
        found = await permission_matrix.on_slack(harness, slack, column)
    assert found.wrong == []
    assert found.cells >= len(harness.inbox.typed_commands)
