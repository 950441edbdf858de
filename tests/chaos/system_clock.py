"""D16: the system's own clock is set while `standfirst run` works.

Other trials give the bot a clock of their own. APScheduler reads the system's clock
itself, so here a small library is loaded before the C library: it adds to the clock
what a file says, and leaves the monotonic clock alone. It needs a C compiler.
"""

import asyncio
import shutil
import struct
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.operations.clock_monitor import JUMP_FORWARD, PAUSE_AFTER_JUMP
from tests.bot.harness import CONFIGURATION
from tests.bot.process import Home
from tests.chaos.kills import homes
from tests.chaos.scoreboard import Line

JUMPS: Final = (
    timedelta(minutes=-10),
    timedelta(minutes=10),
    timedelta(days=-1),
    timedelta(days=1),
)
#: Seconds from a manual order to its message: two ticks, composing, a busy machine.
AT_ONCE = 10.0
MESSAGES = "SELECT key FROM local_messages"
SHIM = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static const volatile long long *moved;
__attribute__((constructor)) static void map_file(void) {
  int file = open(getenv("CLOCK_MOVED"), O_RDONLY);
  moved = mmap(0, sizeof *moved, PROT_READ, MAP_SHARED, file, 0);
  close(file);
}
int clock_gettime(clockid_t clock, struct timespec *at) {
  int failed = syscall(SYS_clock_gettime, clock, at);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    at->tv_sec += *moved;
  return failed;
}
int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
"""


class SettableHome(Home):
    """A home whose processes read a clock that the trial sets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, cold=True)
        self._file = folder / "moved"
        self.set_clock(timedelta())
        (folder / "shim.c").write_text(SHIM, encoding="utf-8")
        build = ["cc", "-shared", "-fPIC", "-o", "shim.so", "shim.c"]
        subprocess.run(build, cwd=folder, check=True)

    def set_clock(self, moved: timedelta) -> None:
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", int(moved.total_seconds())))

    def environment(self, **more: str) -> dict[str, str]:
        shim = str(self.folder / "shim.so")
        return super().environment(LD_PRELOAD=shim, CLOCK_MOVED=str(self._file), **more)


async def system_clock_set(seed: int) -> list[Line]:
    """After each jump an edition is ordered: it comes at once, or after the pause."""
    if shutil.which("cc") is None:
        return []
    with homes() as folder:
        late, doubled = await asyncio.to_thread(_run, folder)
    return [
        Line.expect_none(
            row="D16",
            what="the system's clock is set: editions late or doubled",
            figure=f"{len(late)} late, {doubled} doubled",
            wrong=[*late, *["doubled"] * doubled],
            seed=seed,
            faults=len(JUMPS),
            stated=len(JUMPS),
        )
    ]


def _run(folder: Path) -> tuple[list[str], int]:
    home = SettableHome(folder)
    (folder / "articles").mkdir()
    file = folder / "newsroom.toml"
    rare = CONFIGURATION.replace("every 2 minutes", "daily at 3:07")
    file.write_text(rare, encoding="utf-8")
    home.run("apply", str(file))
    late = []
    with home.running("run") as running:
        running.until()
        moved = timedelta()
        for number, jump in enumerate(JUMPS):
            moved += jump
            home.set_clock(moved)
            time.sleep(2)
            took = _time_an_edition(home, number)
            pause = PAUSE_AFTER_JUMP if jump >= JUMP_FORWARD else timedelta()
            if took > AT_ONCE + pause.total_seconds():
                late.append(f"{jump}: {took:.0f} s")
        running.stop()
    keys = [key for (key,) in home.rows(MESSAGES)]
    return late, len(keys) - len(set(keys))


def _time_an_edition(home: Home, number: int) -> float:
    """Seconds from the order of an edition with one new article to its message."""
    article = home.folder / "articles" / f"{number}.txt"
    name = ("Adda", "Brock", "Corin", "Deven")[number]
    article.write_text(
        f"Mayor of {name} opens bridge number {number}\n\nThe mayor of {name}, Ines "
        f"{name}man, opened a bridge over the river {name}lo on Monday, after {number} "
        f"years of work. It cost {number + 3} million euros, the town said.\n",
        encoding="utf-8",
    )
    before, begun = len(home.rows(MESSAGES)), time.monotonic()
    home.run("digest", "post", "Morning brief")
    while len(home.rows(MESSAGES)) == before:
        if time.monotonic() - begun > 2 * PAUSE_AFTER_JUMP.total_seconds():
            break
        time.sleep(0.1)
    return time.monotonic() - begun
