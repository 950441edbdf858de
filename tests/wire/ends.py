"""Ways in which a connection ends without an answer: closed, reset, or left hanging."""

import asyncio
import socket
import struct

from aiohttp import web

#: Longer than any client waits.
_FOREVER = 3600


async def end(request: web.Request, how: str) -> web.StreamResponse:
    """End the connection of `request` without an answer («close», «reset», «hang»)."""
    if how == "hang":
        await asyncio.sleep(_FOREVER)
    transport = request.transport
    if transport is not None:
        if how == "reset":
            raw = transport.get_extra_info("socket")
            now = struct.pack("ii", 1, 0)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        transport.abort()
    return web.Response(status=500)
