"""What every command shares: exit codes, printing, and the house to work in.

Data goes to stdout, logs and complaints to stderr.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from bot.app import House
    from bot.types import Digest

OK, FAILED, USAGE, CONFIGURATION, ATTENTION = range(5)

Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
Flag = Annotated[bool, Parameter(negative=())]
InWorkspace = Annotated[
    str | None, Parameter(name="--workspace", help="Its id, where names clash.")
]


def with_house(work: Callable[["House"], Awaitable[int]]) -> int:
    """Run `work` over the configured database, with nothing else started."""
    from bot import app as house
    from bot.settings import load

    settings, warnings = load()
    warn(warnings)

    async def inside() -> int:
        async with house.opened(settings) as built:
            return await work(built)

    return asyncio.run(inside())


def say(text: str) -> None:
    """A sentence for whoever typed the command."""
    print(text, flush=True)


def counted(number: int, noun: str) -> str:
    """«1 source», «2 sources»: a terminal speaks English only."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def warn(warnings: Sequence[str]) -> None:
    """Complaints that stop nothing."""
    for text in warnings:
        print(f"standfirst: {text}", file=sys.stderr)


def print_json(data: object) -> None:
    """Data for other programs."""
    print(json.dumps(data, ensure_ascii=False, indent=1))


async def chosen(house: "House", name: str | None, workspace: str | None) -> "Digest":
    """The digest that was named on the command line."""
    from bot.choosing import choose

    return choose(await house.archive.all_digests(workspace), name)
