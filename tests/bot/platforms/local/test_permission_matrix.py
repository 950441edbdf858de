"""Permissions on the local page: no wrong cell (`tests.bench.access`: all)."""

import pytest

from tests.bot.platforms import permission_matrix


@pytest.mark.parametrize("column", ["let in in a channel", "everybody outside"])
async def test_no_cell_is_wrong(harness, column):
    await harness.post()
    found = await permission_matrix.on_page(harness, column)
    assert found.wrong == []
    assert found.cells >= len(harness.inbox.typed_commands)
