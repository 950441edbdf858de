"""ASGI middleware: host, origin and CSRF checks, body limit, response headers.

The pages have no login: they are meant for people at this machine. Another web site
that is open in the same browser must not be able to read or change anything:

- *Host* must be a name of this machine with our port. Another name that resolves to
  this machine (DNS rebinding) is refused before anything runs.
- *Proxies* are refused: one that replaces the host by ours would show the pages to the
  internet. It is known by the headers that it adds, or by speaking HTTP/1.0, as no
  browser does. The operator may trust one that asks for a login itself.
- *POST* must come from our own pages (`Sec-Fetch-Site`, `Origin`), and must carry a
  token that belongs to the browser's cookie (HMAC-SHA256 under the server's key).
- *Bodies* are read here, once, up to `MAX_BODY` bytes, and passed on.
- *Beyond this computer*, when the port is bound to another address than loopback, the
  pages are for a trusted proxy alone; for everybody else they do not exist.
- *Public paths* are not checked here: they authenticate their requests themselves, and
  set their own content security policy for pages.
- *Responses* get a policy without inline code, external resources or framing.

Pure ASGI, so that streams are passed through unbuffered.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import WebAccess
from digests.language.normalization import parse_whole_number

log = structlog.get_logger(__name__)

MAX_BODY: Final = 64 * 1024
VISIT_COOKIE: Final = "standfirst_visit"
CSRF_FIELD: Final = "csrf"
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

#: (status, title, sentence) → a page.
NoticeRenderer = Callable[[int, str, str], Response]


@dataclass(frozen=True, slots=True)
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
    ) -> None:
        self._app = app
        self._shared_prefixes = shared_prefixes
        self._public_paths = public_paths
        self._key = key
        self._notice = notice
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        if scope["path"] in self._public_paths or any(
            scope["path"].startswith(f"{one}/") for one in self._shared_prefixes
        ):
            await self._run(scope, receive, _wrap_send(send, None))
            return
        if not self._access.is_local and not self._is_from_proxy(scope):
            # Without a cookie, which would tell that there are pages.
            await self._send_refusal(NOT_FOUND, scope, receive, _wrap_send(send, None))
            return
        headers = Headers(scope=scope)
        visit, is_new = _get_visit(scope)
        scope.setdefault("state", {})["csrf"] = create_csrf_token(self._key, visit)
        answer = _wrap_send(send, visit if is_new else None)
        refusal = self._refuse(scope, headers)
        if refusal is None and scope["method"] == "POST":
            refusal, receive = await self._body(headers, receive, visit)
        if refusal is not None:
            log.info("request refused", status=refusal.status, reason=refusal.title)
            await self._send_refusal(refusal, scope, receive, answer)
            return
        await self._run(scope, receive, answer)

    async def _send_refusal(
        self, refusal: RequestRefusal, scope: Scope, receive: Receive, send: Send
    ) -> None:
        page = self._notice(refusal.status, refusal.title, refusal.sentence)
        await page(scope, receive, send)

    def _refuse(self, scope: Scope, headers: Headers) -> RequestRefusal | None:
        if not is_own_host(headers, scope):
            return FOREIGN_HOST
        if is_forwarded(headers, scope) and not self._is_from_proxy(scope):
            return FORWARDED
        if scope["method"] in _SAFE_METHODS:
            return None
        if scope["method"] != "POST":
            return WRONG_METHOD
        return None if is_own_origin(headers) else FOREIGN_SITE

    def _is_from_proxy(self, scope: Scope) -> bool:
        """Check whether the connection comes from the proxy that may show the pages."""
        access, client = self._access, scope.get("client")
        if client is None or not access.trusted_proxy or not access.serves_pages:
            return False
        return _parse_address(client[0]) == _parse_address(access.trusted_proxy)

    async def _body(
        self, headers: Headers, receive: Receive, visit: str
    ) -> tuple[RequestRefusal | None, Receive]:
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return WRONG_CONTENT_TYPE, receive
        body = await _read_body(headers, receive)
        if body is None:
            return BODY_TOO_LARGE, receive
        token = headers.get(CSRF_HEADER) or _read_csrf_field(body)
        wanted = create_csrf_token(self._key, visit)
        if not hmac.compare_digest(token.encode(errors="replace"), wanted.encode()):
            return STALE_PAGE, receive
        return None, _replay_body(body, receive)

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
                )
                await page(scope, receive, send)


def _parse_address(written: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address; one of IPv4 that a socket of IPv6 shows is of IPv4."""
    try:
        address = ip_address(written)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def create_csrf_token(key: bytes, visit: str) -> str:
    """Create the token that a form of this visit must carry, in hexadecimal."""
    return hmac.new(key, b"csrf:" + visit.encode(), hashlib.sha256).hexdigest()


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


def is_own_origin(headers: Headers) -> bool:
    """Check whether, according to the browser, one of our pages sent the request.

    Under our referrer policy the `Origin` of a form is «null»; then `Sec-Fetch-Site`
    decides. A request with neither is refused.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        return site is not None
    return origin.lower() == f"http://{headers['host'].lower()}"


def _get_visit(scope: Scope) -> tuple[str, bool]:
    """Return the visit in the browser's cookie, or a new one; and whether it is new."""
    visit = HTTPConnection(scope).cookies.get(VISIT_COOKIE, "")
    if 20 <= len(visit) <= _MAX_VISIT_LENGTH and visit.isascii():
        return visit, False
    return secrets.token_urlsafe(24), True


def _wrap_send(send: Send, new_visit: str | None) -> Send:
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
                headers.append("set-cookie", cookie)
        await send(message)

    return answer


async def _read_body(headers: Headers, receive: Receive) -> bytes | None:
    """Read the body; None if it is longer than `MAX_BODY` bytes, or was cut off."""
    declared = headers.get("content-length", "0")
    if parse_whole_number(declared, MAX_BODY) is None:
        return None
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Make a `receive` that returns the body that was read, then what follows."""
    waiting: list[Message] = [{"type": "http.request", "body": body}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


def _read_csrf_field(body: bytes) -> str:
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=200)
    except ValueError:
        return ""
    return next((value for name, value in pairs if name == CSRF_FIELD), "")
