"""A control below an edition acts on that edition, however many were posted since."""

from random import Random

import pytest

from tests.bot.platforms.edition_presses import TOWNS, open_editions, press_at_random

#: Presses of a run of the tests; the bench presses a thousand.
PRESSES = 40


@pytest.mark.parametrize("chat", ["discord", "slack"])
async def test_no_control_is_answered_from_another_edition(chat, sqlite_url, tmp_path):
    async with open_editions(chat, sqlite_url, tmp_path) as shown:
        assert {one.town for one in shown.controls} == set(TOWNS)
        labels = {one.label for one in shown.controls if one.town == TOWNS[0]}
        assert {"Quotes", "Figures"} <= labels
        assert await press_at_random(shown, PRESSES, Random(7)) == []
