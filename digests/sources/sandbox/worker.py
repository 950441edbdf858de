"""The worker process: set limits, parse bytes, return plain values.

CPU time is limited by a timer (`ITIMER_PROF`), whose signal ends the process even
inside a regular expression or a C library; memory by `RLIMIT_DATA`, which on Linux
includes mapped memory. A system without these has only the wall time limit of the
parent.

The worker opens no connection, writes no file, starts no process, and ends with its
parent.
"""

import ctypes
import gc
import os
import pickle
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from digests.errors import DigestsError, SourceError, SourceUnreadable
from digests.sources.sandbox.process import FRAME_LENGTH, SandboxLimits, encode_frame

if sys.platform != "win32":
    import resource


_PR_SET_PDEATHSIG = 1
_NICENESS = 10


def tie_to_parent(parent: int) -> None:
    """Let the kernel end this process when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def lower_priority() -> None:
    """Run with the lowest priority; write neither core dumps nor files."""
    if sys.platform != "win32":
        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_cpu(seconds: float) -> None:
    """End this process after so many seconds of CPU time; 0 = no limit."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def limit_memory(ceiling: int) -> None:
    """Limit the private data of this process to so many bytes."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, hard))


def measure_private_data() -> int:
    """The private data of this process in bytes; 0 where it is unknown."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
    lines = (line for line in status.splitlines() if line.startswith("VmData:"))
    return int(next(lines).split()[1]) << 10


#: Audit events that no parser needs.
_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "subprocess.Popen",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "urllib.Request",
    "webbrowser.open",
)


def main(parent: int) -> None:
    """Answer jobs until the parent closes the pipe."""
    tie_to_parent(parent)
    lower_priority()
    sys.addaudithook(_refuse_event)
    # Output of libraries must not mix with the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs = sys.stdin.buffer
    code = 0
    loaded: set[str] = set()
    while job := _next_job(jobs):
        name, args, kwargs, own = job
        # An argument may have loaded the module, but not its libraries.
        if name[0] not in loaded:
            limit_memory(sys.maxsize)
            _load_libraries(name[0])
            loaded.add(name[0])
            code = measure_private_data()
        answer = _run_job(name, args, kwargs, own, code)
        # Retained memory would reduce that of the next job.
        worn = measure_private_data() > code + own.kept
        answers.write(encode_frame((answer, worn)))
        answers.flush()


def _refuse_event(event: str, details: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed in the sandbox")


def _next_job(jobs: BinaryIO) -> Any:
    head = jobs.read(FRAME_LENGTH.size)
    if len(head) < FRAME_LENGTH.size:
        return None
    return pickle.loads(jobs.read(FRAME_LENGTH.unpack(head)[0]))  # noqa: S301 - from the parent


def _load_libraries(module: str) -> None:
    """Import the libraries of a job before limits apply."""
    for library in getattr(import_module(module), "LIBRARIES", ()):
        import_module(library)
    # Loaded code stays: the garbage collector can skip it.
    gc.collect()
    gc.freeze()


def _run_job(
    name: tuple[str, str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    own: SandboxLimits,
    code: int,
) -> object:
    read = getattr(sys.modules[name[0]], name[1])
    limit_memory(code + own.memory)
    limit_cpu(own.cpu)
    try:
        return read(*args, **kwargs)
    except SourceError as error:
        return error
    except DigestsError as error:
        return SourceUnreadable(error.message)
    except MemoryError:
        # The process may be inconsistent now; the next job gets a new worker.
        os._exit(1)
    except Exception as error:
        # A library's message may quote hostile input; its type is enough.
        return SourceUnreadable("source.unreadable", kind=type(error).__name__)
    finally:
        limit_cpu(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
