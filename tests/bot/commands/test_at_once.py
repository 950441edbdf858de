"""Two admins who press at one moment, on both databases: one is told, none lost."""

import asyncio
from pathlib import Path

from tests.bot.commands.editors import editor
from tests.bot.newsroom import BRIDGE, newsroom

ROUNDS = 8


async def test_of_two_who_confirm_at_one_moment_one_is_told(
    database_url: str, tmp_path: Path
):
    async with newsroom(database_url, tmp_path) as desk:
        desk.publish("bridge", BRIDGE)
        await desk.apply()
        ana = await editor(desk)
        bo = ana.also("Bo")
        for number in range(ROUNDS):
            mine = await ana.says("newsdesk style", stories=str(6 + number))
            theirs = await bo.says("newsdesk quiet", window=f"22:00-0{number + 1}:00")
            answers = await asyncio.gather(
                ana.presses(mine, "Confirm"), bo.presses(theirs, "Confirm")
            )
            assert sorted(answer.problem for answer in answers) == [False, True]
