"""ASGI middleware: host, origin and CSRF checks, body limit, response headers.

The local page has no login: it is meant for people at this machine. The console has
one. Another web site that is open in the same browser must not be able to read or
change anything in either:

- *Host* must be a name of this machine with our port. Another name that resolves to
  this machine (DNS rebinding) is refused before anything runs.
- *Proxies* are refused: one that replaces the host by ours would show the pages to the
  internet. It is known by the headers that it adds, or by speaking HTTP/1.0, as no
  browser does. The operator may trust one that asks for a login itself.
- *POST* must come from our own pages (`Sec-Fetch-Site`, `Origin`), and must carry a
  token that belongs to the browser's cookie (HMAC-SHA256 under the server's key).
- *Bodies* are read here, once, up to `STRANGER_LIMITS`, and passed on; longer addresses
  than `MAX_TARGET` are refused. Who is signed in to the console may send a form of
  thousands of sources, and a file.
- *Cookies* with a backslash are none of ours and are dropped: unquoting them takes
  quadratic time in older Pythons (CVE-2024-7592).
- *Beyond this computer*, when the port is bound to another address than loopback, the
  pages are for a trusted proxy alone; for everybody else they do not exist.
- *The console* is also served under `PUBLIC_URL`, because it has a login. Its host is
  the only other one that is accepted, and its scheme decides whether cookies are
  `Secure`: nothing that a request says of its own way here does. Where a proxy passes
  a request on, it has to be one of `STANDFIRST_TRUSTED_PROXIES`, and the client's
  address is the last one that it did not add itself. The form token belongs to the
  session.
- *Static files* and *published editions* contain nothing private; they are served under
  `PUBLIC_URL` to anybody, without cookies, and only read. Published editions are served
  under no other host.
- *Public paths* are not checked here: they authenticate their requests themselves, and
  set their own content security policy for pages.
- *Responses* get a policy without inline code, external resources or framing.

Pure ASGI, so that streams are passed through unbuffered.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.model.web_access import WebAccess
from bot.web.request_bodies import (
    SIGNED_IN_LIMITS,
    STRANGER_LIMITS,
    BodyLimits,
    BodyProblem,
    read_body,
)
from digests.types import frozen_positional

log = structlog.get_logger(__name__)
#: Bytes of path and query; numbers of more digits are not parsed by Python.
MAX_TARGET: Final = 4_000
VISIT_COOKIE: Final = "standfirst_visit"
SESSION_COOKIE: Final = "standfirst_console"
CONSOLE_PREFIX: Final = "/console"
STATIC_PREFIX: Final = "/static"
CSRF_HEADER: Final = "x-csrf-token"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_MAX_VISIT_LENGTH: Final = 64
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: Headers of every response that does not set them itself.
RESPONSE_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}

#: Headers that proxies add, besides «x-forwarded-…» and «tailscale-…».
FORWARDING_HEADERS: Final = frozenset(
    {
        "cf-connecting-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-envoy-external-address",
        "x-original-url",
        "x-real-ip",
        "x-rewrite-url",
    }
)
_FORWARDING_PREFIXES: Final = ("x-forwarded", "tailscale-")

#: (status, title, sentence, path of the request) → a page.
NoticeRenderer = Callable[[int, str, str, str], Response]
#: A form of our own whose token is not valid any more → a page that offers to send it
#: again.
StaleFormRenderer = Callable[[Request], Awaitable[Response]]
#: Whether a request to the console is of somebody who is signed in.
SignedInCheck = Callable[[Request], Awaitable[bool]]


@frozen_positional
class RequestRefusal:
    """Why a request is not answered."""

    status: int
    title: str
    sentence: str


FOREIGN_HOST: Final = RequestRefusal(
    421,
    "Not here",
    "This page answers only under its own address on this machine, such as "
    "http://localhost with its port.",
)
NOT_FOUND: Final = RequestRefusal(
    404, "Page not found", "There is no such page, or it is no longer kept."
)
FORWARDED: Final = RequestRefusal(
    403,
    "Not through a proxy",
    "This page has no login, so it answers nobody behind a proxy. If yours asks for "
    "one, set STANDFIRST_WEB_TRUSTED_PROXY to the address that it connects from, such "
    "as 127.0.0.1.",
)
NOT_PUBLIC_HOST: Final = RequestRefusal(
    421,
    "Not here",
    "Published editions are read under the host of STANDFIRST_PUBLIC_URL only. A proxy "
    "has to pass the host on as it is.",
)
UNKNOWN_PROXY: Final = RequestRefusal(
    403,
    "Not through this proxy",
    "This request came through a proxy that Standfirst does not know. Set "
    "STANDFIRST_TRUSTED_PROXIES to the address that it connects from, such as "
    "127.0.0.1, and let it pass the host on as it is.",
)
FOREIGN_SITE: Final = RequestRefusal(
    403,
    "Not from there",
    "Another site tried to send something here. Nothing was done.",
)
STALE_PAGE: Final = RequestRefusal(
    403,
    "This page is out of date",
    "It was opened before the bot was started again, or without cookies. Nothing was "
    "done: open it afresh and try once more.",
)
WRONG_METHOD: Final = RequestRefusal(
    405, "This does not work", "This address takes GET and POST only."
)
WRONG_CONTENT_TYPE: Final = RequestRefusal(
    415, "This does not work", "This address takes only what its own forms send."
)
BODY_TOO_LARGE: Final = RequestRefusal(
    413, "Too long", "That is more than this page takes at once. Nothing was done."
)
TARGET_TOO_LONG: Final = RequestRefusal(
    414, "Too long", "No page has so long an address. Nothing was done."
)
_BODY_REFUSALS: Final[Mapping[BodyProblem, RequestRefusal]] = {
    "content type": WRONG_CONTENT_TYPE,
    "too large": BODY_TOO_LARGE,
}


class Security:
    """The ASGI middleware; see the module docstring."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        key: bytes,
        notice: NoticeRenderer,
        public_paths: frozenset[str],
        access: WebAccess,
        shared_prefixes: Sequence[str] = (),
        show_stale_form: StaleFormRenderer | None = None,
        is_signed_in: SignedInCheck | None = None,
    ) -> None:
        self._app = app
        self._show_stale_form = show_stale_form
        self._is_signed_in = is_signed_in
        self._public_paths = public_paths
        self._shared_prefixes = shared_prefixes
        self._key = key
        self._notice = notice
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        _drop_escaped_cookies(scope)
        path, headers, state = scope["path"], Headers(scope=scope), _get_state(scope)
        if len(path) + len(scope["query_string"]) > MAX_TARGET:
            answer = _wrap_send(send, None)
            await self._send_refusal(TARGET_TOO_LONG, scope, receive, answer)
            return
        state["client"] = find_client(scope, headers, self._access)
        if path in self._public_paths:
            await self._run(scope, receive, _wrap_send(send, None))
            return
        is_public_host = has_public_host(headers, self._access)
        if any(is_below(path, one) for one in self._shared_prefixes):
            answer = _wrap_send(send, None)
            if is_public_host:
                await self._run(scope, receive, answer)
            else:
                await self._send_refusal(NOT_PUBLIC_HOST, scope, receive, answer)
        elif is_public_host and is_below(path, STATIC_PREFIX):
            await self._answer_static(scope, receive, send)
        elif is_below(path, CONSOLE_PREFIX) and self._serves_console:
            state["is_https"] = is_public_host and self._access.is_https
            state["site"] = self._access.public_url if is_public_host else None
            state["site"] = state["site"] or f"http://{headers.get('host', '')}"
            refusal = self._refuse_console(scope, headers, is_public_host)
            await self._answer(scope, receive, send, refusal)
        elif not self._access.is_local and not self._is_from_page_proxy(scope):
            # Without a cookie, which would tell that there are pages.
            await self._send_refusal(NOT_FOUND, scope, receive, _wrap_send(send, None))
        else:
            state["site"] = f"http://{headers.get('host', '')}"
            state["is_https"] = False
            state["is_direct"] = not is_forwarded(headers, scope)
            refusal = self._refuse_page(scope, headers)
            await self._answer(scope, receive, send, refusal)

    @property
    def _serves_console(self) -> bool:
        return self._access.is_local or self._access.public_url is not None

    async def _answer_static(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _wrap_send(send, None)
        if scope["method"] not in _SAFE_METHODS:
            await self._send_refusal(WRONG_METHOD, scope, receive, answer)
        else:
            await self._run(scope, receive, answer)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, refusal: RequestRefusal | None
    ) -> None:
        """Check origin and form token, then run the application."""
        headers, state = Headers(scope=scope), _get_state(scope)
        visit, is_new = _get_visit(scope)
        state["csrf"] = create_csrf_token(self._key, visit)
        answer = _wrap_send(send, visit if is_new else None, secure=state["is_https"])
        refusal = refusal or _refuse_method(scope, headers, state["site"])
        if refusal is None and scope["method"] == "POST":
            limits = await self._find_limits(scope)
            refusal, receive = await self._body(scope, receive, visit, limits)
        if refusal is not None:
            log.info("request refused", status=refusal.status, reason=refusal.title)
            shown = self._show_stale_form if refusal is STALE_PAGE else None
            if shown is not None and is_below(scope["path"], CONSOLE_PREFIX):
                # Nothing is done, and nothing that was typed is lost.
                page = await shown(Request(scope, receive))
                await page(scope, receive, answer)
                return
            await self._send_refusal(refusal, scope, receive, answer)
            return
        await self._run(scope, receive, answer)

    async def _send_refusal(
        self, refusal: RequestRefusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        page = self._notice(
            refusal.status, refusal.title, refusal.sentence, scope["path"]
        )
        await page(scope, receive, send)

    def _refuse_page(self, scope: Scope, headers: Headers) -> RequestRefusal | None:
        """Refuse what the local page, which has no login, must not answer."""
        if not is_own_host(headers, scope):
            return FOREIGN_HOST
        if is_forwarded(headers, scope) and not self._is_from_page_proxy(scope):
            return FORWARDED
        return None

    def _refuse_console(
        self, scope: Scope, headers: Headers, is_public_host: bool
    ) -> RequestRefusal | None:
        """Refuse what came under another name, or through an unknown proxy."""
        forwarded = is_forwarded(headers, scope)
        if forwarded and not _is_trusted(scope, self._access):
            return UNKNOWN_PROXY
        if is_public_host:
            return None
        # Only what comes directly to this computer may name it.
        is_direct = self._access.is_local and not forwarded
        return None if is_direct and is_own_host(headers, scope) else FOREIGN_HOST

    def _is_from_page_proxy(self, scope: Scope) -> bool:
        """Check whether it comes from the proxy that may show the local page."""
        access, client = self._access, scope.get("client")
        if client is None or not access.trusted_proxy or not access.serves_pages:
            return False
        return parse_address(client[0]) == parse_address(access.trusted_proxy)

    async def _find_limits(self, scope: Scope) -> BodyLimits:
        """Find what this request may send; strangers send little."""
        check = self._is_signed_in
        if check is None or not is_below(scope["path"], CONSOLE_PREFIX):
            return STRANGER_LIMITS
        return SIGNED_IN_LIMITS if await check(Request(scope)) else STRANGER_LIMITS

    async def _body(
        self, scope: Scope, receive: Receive, visit: str, limits: BodyLimits
    ) -> tuple[RequestRefusal | None, Receive]:
        body = await read_body(scope, receive, limits)
        if isinstance(body, str):
            return _BODY_REFUSALS[body], receive
        token = Headers(scope=scope).get(CSRF_HEADER) or body.token
        wanted = create_csrf_token(self._key, visit)
        if not hmac.compare_digest(token.encode(errors="replace"), wanted.encode()):
            return STALE_PAGE, body.replay
        return None, body.replay

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; an exception becomes a page without a traceback."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            log.info("request broken off", path=scope["path"])
        except Exception:
            log.exception("request failed", path=scope["path"])
            if not started:
                page = self._notice(
                    500,
                    "Something went wrong on our side",
                    "It was written to the log. Trying again in a minute may help.",
                    scope["path"],
                )
                await page(scope, receive, send)


def _get_state(scope: Scope) -> dict[str, Any]:
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


def _refuse_method(scope: Scope, headers: Headers, site: str) -> RequestRefusal | None:
    if scope["method"] in _SAFE_METHODS:
        return None
    if scope["method"] != "POST":
        return WRONG_METHOD
    return None if is_own_origin(headers, site) else FOREIGN_SITE


def parse_address(written: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address; one of IPv4 that a socket of IPv6 shows is of IPv4."""
    try:
        address = ip_address(written)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_below(path: str, prefix: str) -> bool:
    """Check whether a path is the prefix or one of its subpaths."""
    return path == prefix or path.startswith(f"{prefix}/")


def _is_trusted(scope: Scope, access: WebAccess) -> bool:
    """Check whether the connection comes from a proxy whose headers are believed."""
    client = scope.get("client")
    return client is not None and _is_proxy(client[0], access)


def _is_proxy(written: str, access: WebAccess) -> bool:
    address = parse_address(written)
    return address is not None and any(address in net for net in access.proxies)


def find_client(scope: Scope, headers: Headers, access: WebAccess) -> str:
    """Find the address of the client; "" if it is unknown.

    A header is believed only from a trusted proxy. Its last address is the one that
    the proxy saw; what stands before it may have been sent by anybody.
    """
    client = scope.get("client")
    if client is None:
        return ""
    passed_on = ",".join(headers.getlist("x-forwarded-for")).split(",")
    found = str(client[0])
    while passed_on and _is_proxy(found, access):
        said = parse_address(passed_on.pop().strip())
        if said is None:
            break
        found = str(said)
    return found


def has_public_host(headers: Headers, access: WebAccess) -> bool:
    """Check that exactly one Host was sent, naming that of `PUBLIC_URL`."""
    hosts = headers.getlist("host")
    if access.public_url is None or len(hosts) != 1:
        return False
    public = urlsplit(access.public_url)
    usual = ":443" if public.scheme == "https" else ":80"
    return hosts[0].lower().removesuffix(usual) == public.netloc.lower().removesuffix(
        usual
    )


def create_csrf_token(key: bytes, visit: str) -> str:
    """Create the token that a form of this visit must carry, in hexadecimal."""
    return hmac.new(
        key, b"csrf:" + visit.encode(errors="replace"), hashlib.sha256
    ).hexdigest()


def is_own_host(headers: Headers, scope: Scope) -> bool:
    """Check that exactly one Host was sent, naming this machine and our port."""
    hosts = headers.getlist("host")
    server = scope.get("server")
    if len(hosts) != 1 or not server:
        return False
    name, _, port = hosts[0].lower().rpartition(":")
    if not name or hosts[0].endswith("]"):
        name, port = hosts[0].lower(), "80"
    # No other site can have the address of this computer itself as its name.
    is_ours = name in LOOPBACK or name.strip("[]") == server[0]
    return is_ours and port == str(server[1])


def is_forwarded(headers: Headers, scope: Scope) -> bool:
    """Check whether a proxy passed the request on."""
    names = {name.replace("_", "-") for name in headers}
    marked = not FORWARDING_HEADERS.isdisjoint(names)
    added = any(name.startswith(_FORWARDING_PREFIXES) for name in names)
    return marked or added or scope["http_version"] == "1.0"


def is_own_origin(headers: Headers, own: str) -> bool:
    """Check whether, according to the browser, one of our pages sent the request.

    Under the referrer policy of the local page the `Origin` of a form is «null»; then
    `Sec-Fetch-Site` decides. A request with neither is refused.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        return site is not None
    return origin.lower() == get_origin(own)


def get_origin(site: str) -> str:
    """Return the origin of an address, as browsers write it."""
    parts = urlsplit(site.lower())
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def get_session_cookie_name(*, secure: bool) -> str:
    """Return the name of the session's cookie.

    Browsers accept the prefix only from this very host, over https.
    """
    return f"__Host-{SESSION_COOKIE}" if secure else SESSION_COOKIE


def _get_visit(scope: Scope) -> tuple[str, bool]:
    """Return what the form token belongs to; and whether it is a new visit.

    In the console that is the session, so that a token of another session, or of the
    time before the login, is worth nothing.
    """
    cookies = HTTPConnection(scope).cookies
    if is_below(scope["path"], CONSOLE_PREFIX):
        name = get_session_cookie_name(secure=_get_state(scope)["is_https"])
        if session := cookies.get(name):
            return session[:_MAX_VISIT_LENGTH], False
    visit = cookies.get(VISIT_COOKIE, "")
    if 20 <= len(visit) <= _MAX_VISIT_LENGTH and visit.isascii():
        return visit, False
    return secrets.token_urlsafe(24), True


def _wrap_send(send: Send, new_visit: str | None, *, secure: bool = False) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "etag" in headers:
                # Static files: the browser caches them and revalidates.
                headers.setdefault("cache-control", "no-cache")
            for name, value in RESPONSE_HEADERS.items():
                headers.setdefault(name, value)
            if new_visit is not None:
                cookie = (
                    f"{VISIT_COOKIE}={new_visit}; Path=/; HttpOnly; SameSite=Strict"
                )
                headers.append("set-cookie", cookie + "; Secure" * secure)
        await send(message)

    return answer


def _drop_escaped_cookies(scope: Scope) -> None:
    """Drop cookies with a backslash in them."""

    def keep(cookies: bytes) -> bytes:
        return b";".join(one for one in cookies.split(b";") if b"\\" not in one)

    scope["headers"] = [
        (name, keep(value) if name == b"cookie" else value)
        for name, value in scope["headers"]
    ]
