import asyncio
import subprocess
import sys

from digests.cards.drawing import CARD_SANDBOX_LIMITS, draw_card, hash_card
from digests.cards.wording import CardDesign
from digests.sources.sandbox import Sandbox
from tests.digests.cards.wordings import a_wording


def test_the_same_card_has_the_same_bytes_in_another_process():
    async def draw_elsewhere() -> bytes:
        async with Sandbox(CARD_SANDBOX_LIMITS) as sandbox:
            return await sandbox.run(draw_card, a_wording(), CardDesign())

    assert asyncio.run(draw_elsewhere()) == draw_card(a_wording(), CardDesign())


def test_a_hash_names_wording_and_design():
    first = hash_card(a_wording(), CardDesign())
    assert first == hash_card(a_wording(), CardDesign())
    others = {
        hash_card(a_wording(role="pilot"), CardDesign()),
        hash_card(a_wording(), CardDesign(theme="ink")),
    }
    assert len(others | {first}) == 3


def test_hashes_and_obstacles_are_found_without_the_drawing_library():
    code = """
import sys
from digests.cards.drawing import hash_card
from digests.cards.wording import CardDesign, find_obstacle
from tests.digests.cards.wordings import a_wording
assert find_obstacle(a_wording()) is None
hash_card(a_wording(), CardDesign())
assert "typst" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
