"""Who may what on the local page: no cell is wrong (`tests.bench.access`: all)."""

import pytest

from tests.bot.platforms import matrix


@pytest.mark.parametrize("column", ["let in in a channel", "everybody outside"])
async def test_no_cell_is_wrong(desk, column):
    await desk.post()
    found = await matrix.on_page(desk, column)
    assert found.wrong == []
    assert found.cells >= len(desk.inbox.commands)
