"""What somebody gives as a file: pasted whole, or the address where it lies.

It is no command, and understands nothing of what stands in the file.
"""

import asyncio

from bot.commands.desk import Desk
from bot.configuring import Mistake
from digests.errors import DigestsError

#: Seconds that another machine may take to give a file.
PATIENCE = 20.0


async def read_text(desk: Desk, given: str, *, field: str) -> str:
    """The text, as UTF-8; fetched where an address was given.

    Raises:
        Mistake: It cannot be had; about the question `field`.
    """
    if not is_address(given):
        return given
    body = await read_bytes(desk, given, field=field)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake("What lies there is not UTF-8 text.", field=field) from None


async def read_bytes(desk: Desk, given: str, *, field: str) -> bytes:
    """The bytes of the file.

    Raises:
        Mistake: As above.
    """
    if not is_address(given):
        return given.encode("utf-8", "replace")
    outside = desk.editions.intake.outside
    try:
        return await asyncio.wait_for(outside.file(given.strip()), PATIENCE)
    except TimeoutError:
        raise Mistake(
            "It did not come within {n} seconds.", n=round(PATIENCE), field=field
        ) from None
    except DigestsError as error:
        raise Mistake("{problem}", problem=error, field=field) from None


def is_address(given: str) -> bool:
    """Whether it is one address and nothing else."""
    said = given.strip()
    return said.lower().startswith(("https://", "http://")) and len(said.split()) == 1
