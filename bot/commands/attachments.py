"""Read the text or file given to a command: typed, linked or attached.

An attached file is fetched from the platform's own file host and from nowhere else, up
to a maximum size. Its content is not interpreted here.
"""

import asyncio
from collections.abc import Awaitable

from bot.commands import CommandContext
from bot.errors import FieldError
from bot.model import ATTACHMENT_LIMIT
from digests.errors import DigestsError

#: Seconds that fetching a file may take.
DOWNLOAD_SECONDS = 20.0
#: The option that takes a file.
FILE = "file"


async def read_given_text(context: CommandContext, typed: str) -> str:
    """Return the text of the option `file`, decoded as UTF-8 with or without a BOM.

    Raises:
        FieldError: It cannot be fetched, or it is not UTF-8.
    """
    attached = context.invocation.attached.get(FILE)
    if attached is None and not _is_address(typed):
        return context.invocation.args[FILE].removeprefix("\ufeff")
    body = await read_given_bytes(context, typed)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FieldError(
            "The file is not UTF-8 text. Save it as UTF-8 and give it again.",
            field=FILE,
        ) from None


async def read_given_bytes(context: CommandContext, typed: str) -> bytes:
    """Return the bytes of the file that was attached, linked or typed.

    Raises:
        FieldError: It cannot be fetched.
    """
    source_reader = context.publisher.ingestor.source_reader
    attached = context.invocation.attached.get(FILE)
    if attached is None:
        if _is_address(typed):
            return await _download(source_reader.fetch_file(typed))
        return context.invocation.args[FILE].encode("utf-8", "replace")
    if typed:
        raise FieldError("Give the text or a file, not both.", field=FILE)
    if attached.size > ATTACHMENT_LIMIT:
        raise FieldError(
            "A file may have at most {most} KB; «{name}» has {size} KB. Give it in "
            "several parts.",
            most=ATTACHMENT_LIMIT // 1_000,
            name=attached.name[:80],
            size=-(-attached.size // 1_000),
            field=FILE,
        )
    body = await _download(
        source_reader.fetch_attachment(attached, most=ATTACHMENT_LIMIT)
    )
    if len(body) != attached.size:
        # Platforms also respond with another page if the file may not be read.
        raise FieldError("The file arrived incomplete. Give it again.", field=FILE)
    return body


def _is_address(typed: str) -> bool:
    """Check whether the text is one URL and nothing else."""
    return typed.lower().startswith(("https://", "http://")) and len(typed.split()) == 1


async def _download(work: Awaitable[bytes]) -> bytes:
    try:
        return await asyncio.wait_for(work, DOWNLOAD_SECONDS)
    except TimeoutError:
        raise FieldError(
            "It did not arrive within {n} seconds. Try again, or give its text.",
            n=round(DOWNLOAD_SECONDS),
            field=FILE,
        ) from None
    except DigestsError as error:
        raise FieldError("{problem}", problem=error, field=FILE) from None
