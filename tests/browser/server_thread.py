"""What tests of a browser talk to, in a thread with an event loop of its own.

The synchronous driver of the browser never waits for that loop.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")

#: Builds what is served, given the event loop that it runs in.
Open = Callable[[asyncio.AbstractEventLoop], AbstractAsyncContextManager[T]]


@contextmanager
def serve_in_thread(open_it: Open[T]) -> Iterator[T]:
    """Keep something open for the duration of the block."""
    runner = asyncio.Runner()
    ready, stop = threading.Event(), asyncio.Event()
    opened: list[T] = []

    async def run() -> None:
        async with open_it(runner.get_loop()) as found:
            opened.append(found)
            ready.set()
            await stop.wait()

    def serve() -> None:
        with runner:
            runner.run(run())

    runner.get_loop()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        # As long as it takes: a busy machine composes what is served for a minute.
        while not ready.wait(0.1):
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
        yield opened[0]
    finally:
        runner.get_loop().call_soon_threadsafe(stop.set)
        thread.join(20)
