"""The process inside the cage: bytes in, nouns out, and nothing else.

It dials nobody, writes no file, starts no process, and ends with its keeper.
"""

import gc
import os
import pickle
import sys
from importlib import import_module
from typing import Any, BinaryIO

from digests.errors import DigestsError, SourceError, Unreadable
from digests.sources.cage import limits
from digests.sources.cage.frames import LENGTH, packed
from digests.sources.cage.limits import Limits

#: What no reader of bytes has any business with.
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
    """Answer jobs until the keeper closes the pipe."""
    limits.tie_to_parent(parent)
    limits.step_back()
    sys.addaudithook(_refuse)
    # What a library prints must not get between the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs = sys.stdin.buffer
    code = 0
    while job := _next(jobs):
        name, args, kwargs, own = job
        if name[0] not in sys.modules:
            limits.allow_memory(sys.maxsize)
            _prepare(name[0])
            code = limits.private_data()
        answer = _answer(name, args, kwargs, own, code)
        # Memory that stays would be missing from what the next job may use.
        tired = limits.private_data() > code + own.kept
        answers.write(packed((answer, tired)))
        answers.flush()


def _refuse(event: str, details: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not for the cage")


def _next(jobs: BinaryIO) -> Any:
    head = jobs.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return pickle.loads(jobs.read(LENGTH.unpack(head)[0]))  # noqa: S301 - the keeper's


def _prepare(module: str) -> None:
    """Import what a job needs before anything is counted."""
    prepare = getattr(import_module(module), "prepare", None)
    if prepare is not None:
        prepare()
    # What was loaded stays: no look for garbage need go through it again.
    gc.collect()
    gc.freeze()


def _answer(
    name: tuple[str, str],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    own: Limits,
    code: int,
) -> object:
    read = getattr(sys.modules[name[0]], name[1])
    limits.allow_memory(code + own.memory)
    limits.allow_cpu(own.cpu)
    try:
        return read(*args, **kwargs)
    except SourceError as error:
        return error
    except DigestsError as error:
        return Unreadable(str(error))
    except MemoryError:
        # Whoever was refused memory may be broken; the next job gets a new worker.
        os._exit(1)
    except Exception as error:
        # A library's text may hold the stranger's; its kind is enough.
        return Unreadable(f"It cannot be read ({type(error).__name__}).")
    finally:
        limits.allow_cpu(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
