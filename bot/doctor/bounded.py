"""Runs the doctor's checks, each within its time and none at the cost of another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.errors import SendError
from bot.findings import Finding

Check = Callable[[], Awaitable[Sequence[Finding]]]
#: Seconds that one check may take.
PATIENCE = 10.0
#: Checks of the same kind under way at once.
AT_ONCE = 8


async def bounded(
    subject: str, check: Check, patience: float = PATIENCE
) -> list[Finding]:
    """What the check finds; that it failed, or did not end, is a finding, too."""
    try:
        async with asyncio.timeout(patience):
            return list(await check())
    except TimeoutError:
        text = f"this check did not end within {patience:g} seconds"
        fix = "look at the network and the disk, then run the doctor again"
    except SendError as error:
        text, fix = str(error), ""
    except Exception as error:
        text = f"This check itself failed: {type(error).__name__}: {error}"
        fix = ""
    return [Finding(subject=subject, state="problem", text=text, fix=fix)]


async def all_of(checks: Sequence[tuple[str, Check]]) -> list[Finding]:
    """The findings of many checks, in the order of the checks."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(subject: str, check: Check) -> list[Finding]:
        async with places:
            return await bounded(subject, check)

    found = await asyncio.gather(*(one(*check) for check in checks))
    return [finding for some in found for finding in some]
