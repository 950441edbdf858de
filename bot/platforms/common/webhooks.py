"""Receive requests that a platform sends to us, up to a size limit."""

from starlette.requests import Request


async def read_body(request: Request, limit: int) -> bytes | None:
    """The body as it came; None where it has more bytes than `most`."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
