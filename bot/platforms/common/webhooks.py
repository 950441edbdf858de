"""Reads what a platform sends us when it calls, up to a limit; it judges nothing."""

from starlette.requests import Request


async def read(request: Request, most: int) -> bytes | None:
    """The body as it came; None where it has more bytes than `most`."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
