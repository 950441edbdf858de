"""Whom an editor let in, on Discord: no cell is wrong (`tests.bench.access`: all)."""

import pytest

from tests.bot.platforms import matrix
from tests.bot.platforms.discord.conftest import a_platform, listening


@pytest.mark.parametrize(
    "column",
    [
        "let in in a channel",
        "let in by a role in a channel",
        "of another role in a channel",
        "let in by a role in another server",
    ],
)
async def test_no_cell_is_wrong(desk, discord, column):
    await desk.post()
    async with listening(discord, desk.inbox, a_platform(discord)):
        found = await matrix.on_discord(desk, discord, column)
    assert found.wrong == []
    assert found.cells >= len(desk.inbox.commands)


async def test_a_role_that_was_lost_is_lost_at_once(desk, discord):
    async with listening(discord, desk.inbox, a_platform(discord)):
        await matrix.on_discord(desk, discord, "no column")
        holder = matrix.holder()
        asked = await discord.people.command("newsdesk status", holder)
        assert "Only editors" not in (await asked.done()).words
        lost = await discord.people.command("newsdesk status", matrix.holder(()))
        assert "Only editors" in (await lost.done()).words
