"""What one job in the cage may use; set by the worker on itself, kept by the kernel.

CPU time is a timer of the process (`ITIMER_PROF`), whose signal ends it even inside a
regular expression or a C library; memory is its private data (`RLIMIT_DATA`, which on
Linux counts what is mapped too). Where a system has neither, the wall limit of the
keeper is left.
"""

import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import resource


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Of one job."""

    #: Seconds of CPU; no sound feed or page comes near.
    cpu: float = 1.25
    #: Seconds by the clock, for a machine that is busy elsewhere.
    wall: float = 15.0
    #: Bytes that the worker may grow by, beyond the code it has loaded.
    memory: int = 64 << 20
    #: Bytes that a worker may keep between jobs before it is replaced.
    kept: int = 24 << 20
    #: Bytes of an answer.
    answer: int = 32 << 20
    #: Jobs after which a worker is replaced, against slow leaks.
    jobs: int = 1000
    #: Seconds after which an idle worker is let go.
    idle: float = 60.0


_PR_SET_PDEATHSIG = 1
_GENTLY = 10


def tie_to_parent(parent: int) -> None:
    """Let the kernel end this process when its parent is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def step_back() -> None:
    """Let everything else on the machine go first; write neither cores nor files."""
    if sys.platform != "win32":
        os.nice(_GENTLY)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow_cpu(seconds: float) -> None:
    """End this process once it has used so much CPU time; 0 = no limit."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def allow_memory(ceiling: int) -> None:
    """Let this process hold so many bytes of private data."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, hard))


def private_data() -> int:
    """How many bytes this process holds for itself; 0 where nobody can tell."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
    lines = (line for line in status.splitlines() if line.startswith("VmData:"))
    return int(next(lines).split()[1]) << 10
