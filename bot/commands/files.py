"""What somebody gives as a file: pasted whole, attached, or the address where it lies.

It is no command, and understands nothing of what stands in the file. A file that was
attached is asked for where the platform keeps it and nowhere else, up to a size.
"""

import asyncio
from collections.abc import Awaitable

from bot.attached import MOST
from bot.commands.desk import Desk
from bot.configuring import Mistake
from bot.types import Attached, Invocation
from digests.errors import DigestsError

#: Seconds that another machine may take to give a file.
PATIENCE = 20.0
_BOM = "\ufeff"


async def read_text(desk: Desk, invocation: Invocation, option: str) -> str:
    """The text, as UTF-8, with or without a byte order mark.

    Raises:
        Mistake: It cannot be had; about `option`.
    """
    given = _given(invocation, option)
    if isinstance(given, str) and not is_address(given):
        return given.removeprefix(_BOM)
    body = await read_bytes(desk, invocation, option)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(
            "The file is not UTF-8 text. Save it as UTF-8 and give it again.",
            field=option,
        ) from None


async def read_bytes(desk: Desk, invocation: Invocation, option: str) -> bytes:
    """The bytes of the file.

    Raises:
        Mistake: As above.
    """
    given = _given(invocation, option)
    outside = desk.editions.intake.outside
    if isinstance(given, Attached):
        _check_size(given, option)
        body = await _had(outside.handed(given, most=MOST), option)
        if len(body) != given.size:
            # Also what a platform shows in its place to whoever may not read it.
            raise Mistake("The file did not come whole. Give it again.", field=option)
        return body
    if not is_address(given):
        return given.encode("utf-8", "replace")
    return await _had(outside.file(given.strip()), option)


def is_address(given: str) -> bool:
    """Whether it is one address and nothing else."""
    said = given.strip()
    return said.lower().startswith(("https://", "http://")) and len(said.split()) == 1


def _given(invocation: Invocation, option: str) -> str | Attached:
    text = invocation.args.get(option, "")
    file = invocation.attached.get(option)
    if file is not None and text.strip():
        raise Mistake("Give the text or a file, not both.", field=option)
    return text if file is None else file


def _check_size(file: Attached, option: str) -> None:
    if file.size > MOST:
        raise Mistake(
            "A file may have at most {most} KB; «{name}» has {size} KB. Give it in "
            "several parts.",
            most=MOST // 1_000,
            name=file.name[:80],
            size=-(-file.size // 1_000),
            field=option,
        )


async def _had(work: Awaitable[bytes], option: str) -> bytes:
    try:
        return await asyncio.wait_for(work, PATIENCE)
    except TimeoutError:
        raise Mistake(
            "It did not come within {n} seconds. Try again, or give its text.",
            n=round(PATIENCE),
            field=option,
        ) from None
    except DigestsError as error:
        raise Mistake("{problem}", problem=error, field=option) from None
