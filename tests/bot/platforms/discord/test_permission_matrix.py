"""Access granted by editors, on Discord: no wrong cell (all: `tests.bench.access`)."""

import pytest

from tests.bot.platforms import permission_matrix
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
async def test_no_cell_is_wrong(harness, discord, column):
    await harness.post()
    async with listening(discord, harness.inbox, a_platform(discord)):
        found = await permission_matrix.on_discord(harness, discord, column)
    assert found.wrong == []
    assert found.cells >= len(harness.inbox.typed_commands)


async def test_a_role_that_was_lost_is_lost_at_once(harness, discord):
    async with listening(discord, harness.inbox, a_platform(discord)):
        await permission_matrix.on_discord(harness, discord, "no column")
        holder = permission_matrix.holder()
        asked = await discord.people.command("newsdesk status", holder)
        assert "Only editors" not in (await asked.done()).words
        lost = await discord.people.command(
            "newsdesk status", permission_matrix.holder(())
        )
        assert "Only editors" in (await lost.done()).words
