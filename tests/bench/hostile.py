"""`python -m tests.bench.hostile`: what each bomb costs in the sandbox; prints only.

Time is wall time; memory is the growth of the worker's resident size, as Linux
reports it.
"""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from digests.errors import SandboxKilled, SourceError
from digests.sources.sandbox import Sandbox
from tests.chaos.hostile_documents import Bomb, all_of
from tests.chaos.sandbox_jobs import pid
from tests.chaos.test_hostile_documents import corpus, read
from tests.wire.server import serving

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)


async def main() -> None:
    async with serving({}) as canary, Sandbox() as sandbox:
        costs = [await cost(sandbox, bomb) for bomb in all_of(canary.place)]
        for name, took, grew, end in costs:
            print(f"{name:<40} {took:5.2f} s {grew:>8}  {end}")
        print(f"bombs: {len(costs)}, slowest {max(c[1] for c in costs):.2f} s")
        await over_corpus(sandbox)
        print(f"connections to the canary: {canary.dialled}")


async def cost(sandbox: Sandbox, bomb: Bomb) -> tuple[str, float, str, str]:
    body = bomb.make()
    worker = await sandbox.run(pid)
    before = resident(worker, "VmRSS")
    forget_the_peak(worker)
    begun = time.perf_counter()
    end = "read"
    try:
        await read(sandbox, bomb.kind, body)
    except SandboxKilled:
        end = "killed"
    except SourceError:
        end = "refused"
    took = time.perf_counter() - begun
    try:
        grew = f"+{resident(worker, 'VmHWM') - before} MB"
    except OSError:
        grew = "(ended)"
    return bomb.name, took, grew, end


async def over_corpus(sandbox: Sandbox) -> None:
    slowest, number, killed = 0.0, 0, 0
    try:
        for _, kind, body in corpus():
            begun = time.perf_counter()
            try:
                await read(sandbox, kind, body)
            except SandboxKilled:
                killed += 1
            except SourceError:
                pass
            slowest = max(slowest, time.perf_counter() - begun)
            number += 1
    except AssertionError:
        print("the hostile corpus is not beside us")
        return
    print(f"corpus: {number} readings, {killed} killed, slowest {slowest:.2f} s")


def forget_the_peak(process: int) -> None:
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


def resident(process: int, which: str) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(which))
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    asyncio.run(main())
