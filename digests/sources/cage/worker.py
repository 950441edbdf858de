"""The process inside the cage: bytes in, nouns out, and nothing else.

It dials nobody, writes no file, starts no process, and ends with its keeper.
"""

import os
import pickle
import sys
from collections.abc import Callable
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
    while job := _next(jobs):
        answers.write(packed(_answer(*job)))
        answers.flush()


def _refuse(event: str, details: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not for the cage")


def _next(jobs: BinaryIO) -> Any:
    head = jobs.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return pickle.loads(jobs.read(LENGTH.unpack(head)[0]))  # noqa: S301 - the keeper's


def _answer(
    name: tuple[str, str], args: tuple[Any, ...], kwargs: dict[str, Any], own: Limits
) -> object:
    read = _reader(*name)
    limits.allow_memory(own.memory)
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


def _reader(module: str, name: str) -> Callable[..., object]:
    """The function, with what it needs imported before anything is counted."""
    home = import_module(module)
    prepare = getattr(home, "prepare", None)
    if prepare is not None:
        prepare()
    found: Callable[..., object] = getattr(home, name)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
