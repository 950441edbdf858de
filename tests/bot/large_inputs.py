"""The largest inputs that people hand in, and the work they cause on the event loop.

Tests count calls instead of time, so that a slow machine changes nothing: `MOST` calls
take 6 to 20 ms on a fast one. `tests/bench/loop_holds.py` measures the time.
"""

import asyncio
import sys
from asyncio.events import Handle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from unittest.mock import patch

from bot.i18n.translation import Texts
from bot.jobs.in_process import InProcessEngine
from bot.model import Form, Invocation, Reply
from bot.platforms.discord import replies as discord_replies
from bot.platforms.local import replies as local_replies
from bot.platforms.slack import replies as slack_replies
from tests.bot.harness import BotHarness

LARGE = """
[[workspace]]
platform = "local"
id = "newsroom"
zone = "Europe/Berlin"
"""


def a_file(digests: int, sources: int = 1, *, schedule: str = "daily at 7:00") -> str:
    """A configuration file with so many digests of so many sources."""
    listed = (
        f'"https://outlet{{digest}}-{source}.example/feed.xml"'
        for source in range(sources)
    )
    addresses = ", ".join(listed)
    tables = (
        f'[[workspace.digest]]\nname = "Digest {number}"\n'
        f"sources = [{addresses.format(digest=number)}]\n"
        f'schedule = "{schedule} Europe/Berlin"\n'
        for number in range(digests)
    )
    return "[[workspace]]\n" + "".join(tables)


def a_large_workspace(digests: int, sources: int) -> str:
    """An operator's file: as many digests as chat can make, each with its sources."""
    places = "".join(
        f'[[workspace.destination]]\nname = "place {n}"\nchannel = "c-{n}"\n'
        for n in range(digests)
    )
    tables = a_file(digests, sources).removeprefix("[[workspace]]\n")
    return LARGE + places + tables


def _in_one_digest(more: str) -> str:
    sources = 'name = "A"\nsources = ["https://a.example/"]\n'
    return f"[[workspace]]\n[[workspace.digest]]\n{sources}{more}\n"


def _set(setting: str, value: str) -> tuple[str, dict[str, str]]:
    """The command that gives the digest this value."""
    args = {"target": "Morning brief", "setting": setting, "value": value}
    return "newsdesk set", args


def _join(form: str, count: int, separator: str = ", ") -> str:
    return separator.join(form.format(n=n) for n in range(count))


ADDRESSES = _join("https://outlet{n}.example/", 8_000, " ")
PEOPLE = _join('"person {n}"', 9_000)
TIMES = _join('"daily at {n}"', 9_000)
PAUSED = _join('"https://{n}.example/"', 6_000)
WORDS = _join("word{n}", 20_000, " ")

#: What it is → (path, arguments).
COMMANDS: Mapping[str, tuple[str, dict[str, str]]] = {
    "a file of 199 digests": ("newsdesk config apply", {"file": a_file(199)}),
    "a file of 300 digests": ("newsdesk config apply", {"file": a_file(300)}),
    "20 digests of 200 sources": ("newsdesk config apply", {"file": a_file(20, 200)}),
    "thousands of editors": (
        "newsdesk config apply",
        {"file": f"[[workspace]]\neditors = [{PEOPLE}]\n"},
    ),
    "thousands of schedules": (
        "newsdesk config apply",
        {"file": _in_one_digest(f"schedule = [{TIMES}]")},
    ),
    "thousands of paused sources": (
        "newsdesk config apply",
        {"file": _in_one_digest(f"paused_sources = [{PAUSED}]")},
    ),
    "thousands of addresses": _set("sources", f"add {ADDRESSES}"),
    "thousands of packs": _set("sources", "add " + "world " * 8_000),
    "as many packs as an option takes": _set("sources", "add " + "world " * 999),
    "a digest of thousands of addresses": (
        "newsdesk setup",
        {"name": "A", "sources": ADDRESSES, "schedule": "daily at 7:00"},
    ),
    "thousands of destinations": _set("destinations", _join("a{n}", 50_000, ",")),
    "a long question": ("news ask", {"question": WORDS}),
    "a long command": ("news help", {"command": WORDS}),
}


@contextmanager
def watching_steps(
    watch: Callable[[Handle, Callable[[Handle], None]], None],
) -> Iterator[None]:
    """Run each step of event loops through `watch(step, run_it)`."""
    usual = Handle._run
    with patch.object(Handle, "_run", lambda step: watch(step, usual)):
        yield


#: Calls of functions, built-in ones too, in one step of the loop.
MOST = 60_000


@dataclass
class StepCounter:
    """The largest number of calls in one step."""

    most: int = 0
    calls: int = 0

    def count(self, _frame: FrameType, event: str, _argument: object) -> None:
        self.calls += event in ("call", "c_call")

    def watch(self, step: Handle, run: Callable[[Handle], None]) -> None:
        before, self.calls = sys.getprofile(), 0
        sys.setprofile(self.count)
        try:
            run(step)
        finally:
            sys.setprofile(before)
            self.most = max(self.most, self.calls)


@contextmanager
def counting_steps() -> Iterator[StepCounter]:
    counter = StepCounter()
    with watching_steps(counter.watch):
        yield counter


def use_threads(harness: BotHarness) -> None:
    """Let the harness work in a thread, as a running bot does."""
    engine = InProcessEngine()
    for user in (harness.publisher, harness.ingestor, harness.ingestor._assigner):
        object.__setattr__(user, "engine", engine)


async def answer(harness: BotHarness, invocation: Invocation) -> Reply | Form:
    """Dispatch a command, and render its answer as each platform does."""
    # Each part is a step of its own.
    await asyncio.sleep(0)
    answered = await harness.inbox.dispatch(invocation)
    await asyncio.sleep(0)
    if isinstance(answered, Reply):
        texts = Texts.of("en")
        discord_replies.render_reply(answered, texts)
        await asyncio.sleep(0)
        slack_replies.render_reply(answered, texts)
        await asyncio.sleep(0)
        local_replies.build_reply_view(answered, texts, "UTC")
        await asyncio.sleep(0)
    return answered
