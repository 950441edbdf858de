"""A reader that misbehaves costs its own document only."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from digests.errors import SandboxKilled, SourceGone, SourceUnreadable
from digests.sources.sandbox import Sandbox, SandboxLimits
from digests.types import Article
from tests.chaos import sandbox_jobs
from tests.wire.server import serving

pytestmark = pytest.mark.usefixtures("sandboxes_started")
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxLimits(cpu=0.3, wall=60)) as opened:
        yield opened


async def test_a_worker_is_started_for_the_first_job_and_used_again(sandbox: Sandbox):
    first = await sandbox.run(sandbox_jobs.pid)
    assert first != os.getpid()
    assert await sandbox.run(sandbox_jobs.pid) == first


async def test_nouns_come_out_as_they_were(sandbox: Sandbox):
    assert await sandbox.run(sandbox_jobs.article) == Article(id="a", text="words")


@pytest.mark.parametrize(
    "job",
    [
        sandbox_jobs.spin,
        sandbox_jobs.spin_in_an_expression,
        sandbox_jobs.fill_memory,
        sandbox_jobs.die,
    ],
)
async def test_a_killed_reader_is_an_error_for_its_document_only(sandbox: Sandbox, job):
    before = await sandbox.run(sandbox_jobs.pid)
    # Well before the wall-time limit: each hits its own limit.
    async with asyncio.timeout(30):
        with pytest.raises(SandboxKilled):
            await sandbox.run(job)
    assert await sandbox.run(sandbox_jobs.pid) != before


async def test_an_answer_beyond_its_limit_is_not_taken():
    async with Sandbox(SandboxLimits(answer=1_000)) as sandbox:
        with pytest.raises(SandboxKilled):
            await sandbox.run(sandbox_jobs.long_answer)


async def test_a_sleeping_reader_is_ended_by_the_time_limit():
    async with Sandbox(SandboxLimits(wall=0.5)) as sandbox:
        with pytest.raises(SandboxKilled):
            await sandbox.run(sandbox_jobs.sleep, 60)


async def test_the_event_loop_continues_while_a_reader_spins(sandbox: Sandbox):
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(SandboxKilled):
        await sandbox.run(sandbox_jobs.spin_in_an_expression)
    ticking.cancel()
    assert ticks >= 5


async def test_jobs_that_wait_are_done_after_a_kill(sandbox: Sandbox):
    spinning = asyncio.create_task(sandbox.run(sandbox_jobs.spin))
    await asyncio.sleep(0)
    assert await asyncio.gather(
        *(sandbox.run(sandbox_jobs.echo, i) for i in range(5))
    ) == [*range(5)]
    with pytest.raises(SandboxKilled):
        await spinning


async def test_a_job_that_is_given_up_leaves_no_answer_for_the_next(sandbox: Sandbox):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await sandbox.run(sandbox_jobs.sleep, 60)
    assert await sandbox.run(sandbox_jobs.echo, "mine") == "mine"


async def test_a_worker_that_keeps_memory_is_replaced(sandbox: Sandbox):
    first = await sandbox.run(sandbox_jobs.keep_memory)
    assert await sandbox.run(sandbox_jobs.pid) != first


async def test_an_answer_that_would_run_something_is_not_opened(
    sandbox: Sandbox, tmp_path
):
    target = tmp_path / "made"
    with pytest.raises(SandboxKilled):
        await sandbox.run(sandbox_jobs.betray, str(target))
    assert not target.exists()


async def test_what_a_library_prints_does_not_get_between(sandbox: Sandbox):
    assert await sandbox.run(sandbox_jobs.babble) == 7


async def test_a_reader_has_no_network(sandbox: Sandbox):
    async with serving({}) as canary:
        with pytest.raises(SourceUnreadable):
            await sandbox.run(sandbox_jobs.dial, canary.port)
        assert canary.dialled == 0


async def test_a_reader_starts_no_process_and_writes_no_file(
    sandbox: Sandbox, tmp_path
):
    with pytest.raises(SourceUnreadable):
        await sandbox.run(sandbox_jobs.start_a_process)
    with pytest.raises(SourceUnreadable):
        await sandbox.run(sandbox_jobs.write, str(tmp_path / "made"))
    made = tmp_path / "made"
    assert not made.exists() or made.read_bytes() == b""


async def test_a_reader_sees_nothing_of_our_environment(sandbox: Sandbox, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "sesame")
    assert "DISCORD_TOKEN" not in await sandbox.run(sandbox_jobs.environment)


async def test_errors_of_the_reader_are_raised_as_ours(sandbox: Sandbox):
    with pytest.raises(SourceGone, match="ended"):
        await sandbox.run(sandbox_jobs.gone)
    with pytest.raises(SourceUnreadable, match="picture"):
        await sandbox.run(sandbox_jobs.unreadable)
    with pytest.raises(SourceUnreadable) as caught:
        await sandbox.run(sandbox_jobs.defect)
    assert "stranger" not in str(caught.value)


async def test_an_idle_worker_is_stopped_and_restarted():
    async with Sandbox(SandboxLimits(idle=0.1)) as sandbox:
        first = await sandbox.run(sandbox_jobs.pid)
        async with asyncio.timeout(10):
            while _alive(first):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.05)
        assert await sandbox.run(sandbox_jobs.pid) != first


KEEPER = """
import asyncio, sys
from digests.sources.sandbox import Sandbox
from tests.chaos import sandbox_jobs

async def main():
    async with Sandbox() as sandbox:
        print(await sandbox.run(sandbox_jobs.pid), flush=True)
        await sandbox.run(jobs.{job}{args})

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word is Linux's")
@pytest.mark.parametrize(
    ("job", "args"), [("sleep", ", 60"), ("spin_in_an_expression", "")]
)
def test_a_worker_ends_with_its_killed_keeper(job: str, args: str):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER.format(job=job, args=args)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert keeper.stdout is not None
        worker = int(keeper.stdout.readline())
        keeper.send_signal(signal.SIGKILL)
        keeper.wait(10)
        deadline = time.monotonic() + 3
        while _alive(worker) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _alive(worker)
    finally:
        keeper.kill()
        keeper.communicate(timeout=10)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
