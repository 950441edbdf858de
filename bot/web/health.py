"""Whether the process lives and whether it is ready; it looks at nothing itself.

`/healthz` answers as long as the event loop turns. `/readyz` asks the function that
`app` hands in, and says in words what is missing.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

#: What is looked at → "ok", or what is wrong with it in words.
Ready = Callable[[], Awaitable[Mapping[str, str]]]


def routes(ready: Ready) -> list[Route]:
    """`/healthz` and `/readyz`; the second is 503 while anything is not «ok»."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def is_ready(_: Request) -> Response:
        found = dict(await ready())
        well = all(state == "ok" for state in found.values())
        body = {"status": "ready" if well else "not ready", "checks": found}
        return JSONResponse(body, status_code=200 if well else 503)

    return [Route("/healthz", alive), Route("/readyz", is_ready)]
