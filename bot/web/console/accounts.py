"""Signing in with an account on a platform (OAuth 2.0), which the platform describes.

A login begins here and comes back from the platform to `…/callback`. What connects both
is a signed cookie of this browser with the random values of the attempt: an answer that
this browser did not ask for is refused (state), an ID token of another login is
(nonce), and so is a code that was intercepted (PKCE). The first answer uses it up.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.errors import SendError, UserError
from bot.model.sign_in import Identity, SignInAttempt, get_sign_in_path
from bot.ports import SignIn
from bot.web.console.login import SIGN_IN_PATH, read_next
from bot.web.console.visits import Console, choose_texts, is_own_path, lead_to
from digests.types import frozen

log = structlog.get_logger(__name__)

ATTEMPT_COOKIE: Final = "standfirst_sign_in"
#: How long somebody may take on the platform's page.
ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
_MAX_CODE: Final = 2_000

Handle = Callable[[Console, SignIn, Request], Awaitable[Response]]


@frozen
class _Attempt:
    """What the cookie holds."""

    platform: str
    attempt: SignInAttempt
    #: Where the login leads to.
    next: str
    until: datetime


def build_routes(console: Console, sign_ins: Mapping[str, SignIn]) -> Sequence[Route]:
    """Build the two routes of each platform that people can sign in with."""

    def route(path: str, handle: Handle) -> Route:
        async def endpoint(request: Request) -> Response:
            sign_in = sign_ins.get(request.path_params["platform"])
            if sign_in is None:
                raise HTTPException(404)
            return await handle(console, sign_in, request)

        return Route(path, endpoint)

    path = f"{SIGN_IN_PATH}/{{platform}}"
    return route(path, begin), route(f"{path}/callback", finish)


async def begin(console: Console, sign_in: SignIn, request: Request) -> Response:
    """Send the browser to the platform."""
    platform = request.path_params["platform"]
    attempt = SignInAttempt(
        redirect=f"{request.state.site}{get_sign_in_path(platform)}",
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
    )
    stored = _Attempt(
        platform=platform,
        attempt=attempt,
        next=read_next(request),
        until=console.services.clock.now() + ATTEMPT_LIFETIME,
    )
    response = RedirectResponse(sign_in.build_address(attempt), status_code=303)
    response.set_cookie(
        _get_cookie_name(request),
        _write_attempt(stored, console.key),
        max_age=ATTEMPT_LIFETIME // timedelta(seconds=1),
        path="/",
        httponly=True,
        secure=request.state.is_https,
        samesite="lax",
    )
    return response


async def finish(console: Console, sign_in: SignIn, request: Request) -> Response:
    """Take the platform's answer, and sign the person in."""
    response = await _finish(console, sign_in, request)
    response.delete_cookie(
        _get_cookie_name(request),
        path="/",
        httponly=True,
        secure=request.state.is_https,
        samesite="lax",
    )
    return response


async def _finish(console: Console, sign_in: SignIn, request: Request) -> Response:
    texts, query = choose_texts(request), request.query_params
    found = _read_attempt(request, console.services.clock.now(), console.key)
    state = query.get("state", "")
    if found is None or not _is_same(found.attempt.state, state):
        title = texts.say("This login is no longer valid")
        sentence = texts.say(
            "It was used already, is older than ten minutes, or was begun in another "
            "browser. The browser has to take cookies from this address. Begin again."
        )
        return console.show_notice(request, title, sentence, 403)
    platform = console.sign_ins[found.platform]
    code = query.get("code", "")
    if not code or len(code) > _MAX_CODE:
        title = texts.say("You are not signed in")
        sentence = texts.say(
            "{platform} did not agree to this login, or you declined there.",
            platform=platform,
        )
        return console.show_notice(request, title, sentence, 403)
    try:
        identity: Identity = await sign_in.finish(found.attempt, code)
    except UserError as error:
        title = texts.say("You are not signed in")
        return console.show_notice(request, title, texts.error(error), 403)
    except SendError as error:
        log.warning("nobody could sign in", platform=found.platform, reason=str(error))
        title = texts.say("{platform} does not answer", platform=platform)
        sentence = texts.say(
            "You are not signed in. Try again in a few minutes; the owner of this "
            "machine can sign in with «standfirst console» meanwhile."
        )
        return console.show_notice(request, title, sentence, 503)
    response = lead_to(request, found.next)
    await console.sessions.begin(request, response, identity)
    return response


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))


def _get_cookie_name(request: Request) -> str:
    prefix = "__Host-" if request.state.is_https else ""
    return f"{prefix}{ATTEMPT_COOKIE}"


def _sign(values: str, key: bytes) -> str:
    return hmac.new(key, b"sign-in:" + values.encode(), hashlib.sha256).hexdigest()


def _write_attempt(stored: _Attempt, key: bytes) -> str:
    one = stored.attempt
    values = [
        stored.platform, one.redirect, one.state, one.nonce, one.verifier, stored.next,
        stored.until.isoformat(),
    ]  # fmt: skip
    written = urlsafe_b64encode(json.dumps(values).encode()).decode()
    return f"{written}.{_sign(written, key)}"


def _read_attempt(request: Request, now: datetime, key: bytes) -> _Attempt | None:
    """Read the cookie; None if there is none for this platform, or it has expired."""
    raw, _, mark = request.cookies.get(_get_cookie_name(request), "").partition(".")
    if not raw.isascii() or not _is_same(_sign(raw, key), mark):
        return None
    try:
        values = json.loads(urlsafe_b64decode(raw.encode()))
        platform, redirect, state, nonce, verifier, leads_to, until = map(str, values)
        moment = datetime.fromisoformat(until)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        return None
    here = request.path_params["platform"]
    same_site = redirect == f"{request.state.site}{get_sign_in_path(here)}"
    if platform != here or not same_site or not state or now >= moment:
        return None
    return _Attempt(
        platform=platform,
        attempt=SignInAttempt(
            redirect=redirect, state=state, nonce=nonce, verifier=verifier
        ),
        next=leads_to if is_own_path(leads_to) else "/console",
        until=moment,
    )
