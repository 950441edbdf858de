"""Cards and thumbnails are made in a process of their own, with limits."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from digests.cards.drawing import CARD_SANDBOX_LIMITS, draw_card
from digests.cards.thumbnails import draw_thumbnail
from digests.cards.wording import CardDesign
from digests.errors import SandboxKilled, SourceUnreadable
from digests.sources.sandbox import Sandbox
from tests.chaos import sandbox_jobs
from tests.digests.cards import library_job
from tests.digests.cards.test_thumbnails import a_chunk, a_png
from tests.digests.cards.wordings import a_wording

pytestmark = pytest.mark.usefixtures("sandboxes_started")
DESIGN = CardDesign()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(CARD_SANDBOX_LIMITS) as opened:
        yield opened


def a_bomb() -> bytes:
    """A small file of 25 million pixels of eight bytes each."""
    head = struct.pack(">IIBBBBB", 5000, 5000, 16, 6, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + 8 * 5000)
    data = b"".join(packer.compress(row) for _ in range(5000)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + a_chunk(b"IHDR", head)
        + a_chunk(b"IDAT", data)
        + a_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("script", ["latin", "arabic", "emoji", "japanese"])
async def test_a_card_has_the_same_bytes_in_another_process(sandbox: Sandbox, script):
    wording = a_wording(script)
    made = await sandbox.run(draw_card, wording, DESIGN)
    assert made == draw_card(wording, DESIGN)


async def test_a_thumbnail_is_made_there(sandbox: Sandbox):
    assert await sandbox.run(draw_thumbnail, a_png(64, 48)) == draw_thumbnail(
        a_png(64, 48)
    )


async def test_a_card_that_cannot_be_drawn_is_an_error_and_no_crash(sandbox: Sandbox):
    with pytest.raises(SourceUnreadable, match="not a colour"):
        await sandbox.run(draw_card, a_wording(), CardDesign(accent="red"))


async def test_a_bomb_ends_its_own_job_only():
    async with Sandbox(replace(CARD_SANDBOX_LIMITS, memory=96 << 20)) as sandbox:
        before = await sandbox.run(sandbox_jobs.pid)
        with pytest.raises(SandboxKilled):
            await sandbox.run(draw_thumbnail, a_bomb())
        assert await sandbox.run(draw_card, a_wording(), DESIGN)
        assert await sandbox.run(sandbox_jobs.pid) != before


async def test_the_largest_picture_that_is_read_is_within_the_limits(sandbox: Sandbox):
    made = await sandbox.run(draw_thumbnail, a_bomb())
    assert (made.width, made.height) == (480, 480)


async def test_drawing_starts_no_process(sandbox: Sandbox):
    await sandbox.run(draw_card, a_wording(), DESIGN)
    assert list_children(await sandbox.run(sandbox_jobs.pid)) == []


def list_children(pid: int) -> list[str]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [children for one in lists if (children := one.read_text("ascii"))]


async def test_the_process_ends_when_it_is_idle():
    async with Sandbox(replace(CARD_SANDBOX_LIMITS, idle=0.05)) as sandbox:
        await sandbox.run(draw_card, a_wording(), DESIGN)
        worker = await sandbox.run(sandbox_jobs.pid)
        for _ in range(1000):
            if not is_running(worker):
                break
            await asyncio.sleep(0.02)
        assert await sandbox.run(sandbox_jobs.pid) != worker


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "Z (zombie)" not in status.read_text("ascii")


async def test_libraries_are_loaded_though_an_argument_loaded_the_module():
    """Else they would count as memory of the job."""
    async with Sandbox() as sandbox:
        assert await sandbox.run(library_job.has_library, library_job.Parcel(label="a"))
