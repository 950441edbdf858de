"""What an answer's status means for us: go on, or whose turn it is; no I/O."""

from aiohttp import ClientResponse

from digests.errors import (
    Denied,
    Gone,
    Limited,
    Missing,
    SourceError,
    Unreachable,
)
from digests.sources.fetch.politeness import pause

MOVED_FOR_GOOD = frozenset((301, 308))
MOVED = MOVED_FOR_GOOD | {302, 303, 307}
UNCHANGED = 304

_DENIED = frozenset((401, 403, 407))
#: A client's mistake by number, but one that passes.
_PASSING = frozenset((408, 421, 425))


def failure(answer: ClientResponse, host: str) -> SourceError | None:
    """The error that the status stands for; None where there is a body to read."""
    status = answer.status
    if 200 <= status < 300:
        return None
    asked = answer.headers.get("Retry-After")
    if status == 429 or (status == 503 and asked):
        wait = pause(asked, answer.headers.get("Date"))
        return Limited(f"{host} asks for a pause (status {status}).", wait=wait)
    return _lasting(status, host)


def _lasting(status: int, host: str) -> SourceError:
    if status == 410:
        return Gone(f"{host} says that this address has ended (status 410).")
    if status in _DENIED:
        return Denied(f"{host} does not let us read this address (status {status}).")
    if 400 <= status < 500 and status not in _PASSING:
        return Missing(f"{host} has nothing at this address (status {status}).")
    return Unreachable(f"{host} could not answer (status {status}).")
