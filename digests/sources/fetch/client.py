"""Fetch an address: host queue, robots.txt, redirects, body.

Every hop is checked: scheme and port before a request, the IP address when a connection
is opened. A name and password in the address are sent only to their host and are in no
error text.
"""

import asyncio
import base64
import errno
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from aiohappyeyeballs import AddrInfoType
from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from aiohttp.client_exceptions import ClientConnectorError, ClientSSLError
from yarl import URL

from digests.errors import (
    CertificateUntrusted,
    FetchRefused,
    FetchTimeout,
    SourceError,
    SourceRateLimited,
    SourceUnreachable,
)
from digests.sources.fetch import response
from digests.sources.fetch.policy import (
    ALLOW_PRIVATE_OPTION,
    MAX_RAW,
    MAX_UNPACKED,
    AttachmentRules,
    FetchPolicy,
    HopRules,
    PictureRules,
    format_host_port,
    is_public,
    may_be_private,
    parse_address,
)
from digests.sources.fetch.politeness import HostQueue, RobotsCache
from digests.sources.fetch.response import FetchResponse, NotModified, Validators

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_ACCEPT_PICTURE = "image/jpeg, image/png, image/webp, image/gif, */*;q=0.1"
_CHUNK = 64 << 10
#: The share of the deadline that a robots.txt may use up.
_ROBOTS_SHARE = 0.25
_LONGEST_VALIDATOR = 1024


@dataclass(kw_only=True, slots=True)
class _FetchState:
    """The state of one fetch: its address and what is left of its limits."""

    url: URL
    rules: FetchPolicy
    #: Seconds left.
    seconds_left: float
    known: Validators = field(default_factory=Validators)
    #: The value of Authorization, and the only origin that it is sent to.
    secret: str | None = None
    secret_origin: URL | None = None
    hops: HopRules = field(default_factory=HopRules)
    redirects_seen: int = 0
    #: The permanent new address, up to the first temporary redirect.
    moved_to: str | None = None
    permanent: bool = True
    attachment: AttachmentRules | None = None
    picture: PictureRules | None = None

    @property
    def host(self) -> str:
        """The host of the address."""
        return self.url.host or ""

    @property
    def server(self) -> str:
        """The server of the address: http and https of a host are one."""
        return self.host if self.url.port in (80, 443) else format_host_port(self.url)

    def build_headers(self) -> dict[str, str]:
        """The headers of the next request."""
        headers = {
            "Accept": _ACCEPT if self.picture is None else _ACCEPT_PICTURE,
            "Accept-Encoding": response.OFFERED_ENCODINGS,
        }
        if self.known.etag:
            headers["If-None-Match"] = self.known.etag
        if self.known.last_modified:
            headers["If-Modified-Since"] = self.known.last_modified
        if self.secret and self.url.origin() == self.secret_origin:
            headers["Authorization"] = self.secret
        return headers

    def follow_redirect(self, answer: ClientResponse) -> None:
        """Move the fetch to the next address, if that is allowed."""
        self.redirects_seen += 1
        most = self.hops.most
        if self.redirects_seen > most:
            raise SourceUnreachable("source.redirects", host=self.host, n=most)
        try:
            written = self.url.join(URL(answer.headers.get("Location", "").strip()))
        except ValueError:
            raise SourceUnreachable("source.bad_redirect", host=self.host) from None
        # Credentials in a redirect are not sent.
        there = _without_secrets(parse_address(str(written), self.rules))
        if self.url.scheme == "https" and there.scheme == "http":
            raise FetchRefused("source.downgrade", host=self.host)
        if self.attachment is not None:
            self.attachment.check(there)
        self.hops.check(there)
        self.url = there
        if answer.status not in response.PERMANENT_REDIRECTS:
            self.permanent = False
        if self.permanent:
            self.moved_to = str(there)

    @property
    def _body_limits(self) -> tuple[int, int]:
        """The bytes of a body, compressed and decompressed."""
        if self.picture is not None:
            return self.picture.most, self.picture.most
        most = MAX_UNPACKED if self.attachment is None else self.attachment.most
        return min(MAX_RAW, most), min(MAX_UNPACKED, most)

    async def read_body(self, answer: ClientResponse) -> bytes:
        """The decompressed body, within the limits."""
        coding = ", ".join(answer.headers.getall("Content-Encoding", ()))
        raw, unpacked = self._body_limits
        body = response.BodyDecoder(coding=coding, raw=raw, unpacked=unpacked)
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body.take(chunk)
        return body.whole()


class Fetcher:
    """Fetches addresses; use it as an async context manager."""

    def __init__(
        self,
        rules: FetchPolicy | None = None,
        *,
        resolver: AbstractResolver | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules or FetchPolicy()
        self._resolver, self._clock = resolver, clock
        self._queue = HostQueue(self._rules.spacing, clock)
        self._robots = RobotsCache(clock)
        self._stack = AsyncExitStack()
        self._sessions: dict[bool, ClientSession] = {}

    async def __aenter__(self) -> Self:
        for guarded in (True, False):
            opened = open_session(
                guarded=guarded,
                resolver=self._resolver,
                user_agent=self._rules.user_agent,
            )
            self._sessions[guarded] = await self._stack.enter_async_context(opened)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    async def fetch(
        self,
        address: str,
        known: Validators | None = None,
        attachment: AttachmentRules | None = None,
        hops: HopRules | None = None,
        picture: PictureRules | None = None,
    ) -> FetchResponse | NotModified:
        """Fetch an address, following at most five redirects.

        Args:
            address: http or https; a name and password in it are sent as Basic auth.
            known: Validators of an earlier response, for a conditional request.
            attachment: The rules for a file that somebody attached.
            hops: Stricter rules for this address and its redirects.
            picture: The rules for a picture.

        Raises:
            SourceError: Its class says who has to act. The text names at most the host.
        """
        state = self._begin(address, known or Validators(), attachment)
        state.hops = hops or state.hops
        state.hops.check(state.url)
        if picture is not None:
            state.picture = picture
            state.seconds_left = min(state.seconds_left, picture.deadline)
        while True:
            async with self._take_place(state):
                answer = await self._at_one_server(state)
            if answer is not None:
                return answer

    def _take_place(self, state: _FetchState) -> AbstractAsyncContextManager[None]:
        """Wait until the server of the address may be asked."""
        if state.picture is not None:
            return self._queue.join(state.server)
        # Private networks and attachments need no spacing.
        is_private = may_be_private(state.url, self._rules)
        spaced = state.attachment is None and not is_private
        return self._queue.reserve(state.server, spaced=spaced)

    def _begin(
        self, address: str, known: Validators, attachment: AttachmentRules | None
    ) -> _FetchState:
        url = parse_address(address, self._rules)
        secret = None
        if attachment is not None:
            attachment.check(url)
            secret = f"Bearer {attachment.bearer}" if attachment.bearer else None
        elif url.user is not None or url.password is not None:
            pair = f"{url.user or ''}:{url.password or ''}".encode()
            secret = f"Basic {base64.b64encode(pair).decode('ascii')}"
        return _FetchState(
            url=_without_secrets(url),
            rules=self._rules,
            seconds_left=self._rules.deadline,
            known=known,
            secret=secret,
            secret_origin=url.origin(),
            attachment=attachment,
        )

    async def _at_one_server(
        self, state: _FetchState
    ) -> FetchResponse | NotModified | None:
        """The response, or None if a redirect leads to another server."""
        server = state.server
        while state.server == server:
            await self._obey_robots(state)
            answer = await self._request_once(state)
            if answer is not None:
                return answer
        return None

    async def _obey_robots(self, state: _FetchState) -> None:
        if not self._rules.robots or state.attachment is not None:
            return
        rules = await self._robots.rules(state.url, partial(self._ask_robots, state))
        if not rules.allow(state.url):
            raise FetchRefused("source.robots", host=state.host)
        self._queue.delay_next(state.server, rules.delay())

    async def _ask_robots(self, state: _FetchState, url: URL) -> FetchResponse:
        """A host's robots.txt, within the fetch's deadline and the same server."""
        share = _ROBOTS_SHARE * state.seconds_left
        side = _FetchState(
            url=url,
            rules=self._rules,
            seconds_left=share,
            redirects_seen=state.redirects_seen,
        )
        try:
            while side.server == state.server:
                answer = await self._request_once(side)
                if isinstance(answer, FetchResponse):
                    return answer
        finally:
            state.seconds_left -= share - side.seconds_left
        raise SourceUnreachable("source.robots_elsewhere", host=state.host)

    async def _request_once(
        self, state: _FetchState
    ) -> FetchResponse | NotModified | None:
        """Send one request; None if it was a redirect, which `state` then follows."""
        session = self._sessions[not may_be_private(state.url, self._rules)]
        begun = self._clock()
        try:
            with _wire_errors(state.host):
                async with (
                    asyncio.timeout(state.seconds_left),
                    session.get(
                        state.url, headers=state.build_headers(), allow_redirects=False
                    ) as answer,
                ):
                    return await self._read(state, answer)
        finally:
            state.seconds_left -= self._clock() - begun

    async def _read(
        self, state: _FetchState, answer: ClientResponse
    ) -> FetchResponse | NotModified | None:
        if answer.status in response.REDIRECTS:
            state.follow_redirect(answer)
            return None
        url, new, known = str(state.url), _validators(answer), state.known
        if answer.status == response.NOT_MODIFIED_STATUS and known != Validators():
            kept = Validators(
                etag=new.etag or known.etag,
                last_modified=new.last_modified or known.last_modified,
            )
            return NotModified(
                url=url,
                validators=kept,
                moved_to=state.moved_to,
                requests=state.redirects_seen + 1,
            )
        if failure := response.error_for_response(answer, state.host):
            if isinstance(failure, SourceRateLimited) and failure.wait:
                self._queue.pause_host(state.server, failure.wait)
            raise failure
        body = await state.read_body(answer)
        return FetchResponse(
            url=url,
            body=body,
            content_type=answer.headers.get("Content-Type", "").lower(),
            validators=new,
            moved_to=state.moved_to,
            requests=state.redirects_seen + 1,
        )


def _without_secrets(url: URL) -> URL:
    return url.with_user(None).with_fragment(None)


def _validators(answer: ClientResponse) -> Validators:
    etag = answer.headers.get("ETag", "")[:_LONGEST_VALIDATOR]
    modified = answer.headers.get("Last-Modified", "")[:_LONGEST_VALIDATOR]
    return Validators(etag=etag or None, last_modified=modified or None)


@contextmanager
def _wire_errors(host: str) -> Iterator[None]:
    """Translate network errors into `SourceError`."""
    try:
        yield
    except SourceError:
        raise
    except TimeoutError:
        raise FetchTimeout("source.timeout", host=host) from None
    except ClientSSLError:
        raise CertificateUntrusted("source.certificate", host=host) from None
    except ClientConnectorError as error:
        if error.os_error.errno == FORBIDDEN_ERRNO:
            raise FetchRefused(
                "source.private_network", host=host, setting=ALLOW_PRIVATE_OPTION
            ) from None
        raise SourceUnreachable("source.unreachable", host=host) from None
    except (ClientError, OSError, ValueError):
        raise SourceUnreachable("source.bad_answer", host=host) from None


# ── dialing ─────────────────────────────────────────────────────────────────────
#
# Open connections to public addresses only.
#
# The check is made at the last moment: the socket for an address is created here,
# after every look-up, redirect and rebinding, with the numbers that the kernel then
# connects to.

#: The kernel's error for a connection that is not permitted.
FORBIDDEN_ERRNO = errno.EACCES


def open_session(
    *, guarded: bool, resolver: AbstractResolver | None, user_agent: str
) -> ClientSession:
    """A session without cookies, proxies, decompression or deadlines of its own.

    Args:
        guarded: False only for private addresses that an admin allowed.
        resolver: Resolves names; None = the operating system.
        user_agent: Who we are.
    """
    connector = TCPConnector(
        use_dns_cache=False,
        resolver=resolver,
        socket_factory=_public_socket if guarded else None,
        # Callers limit concurrency.
        limit=0,
    )
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": user_agent},
        auto_decompress=False,
        # `Fetcher` keeps one deadline for the whole answer.
        timeout=ClientTimeout(total=None, sock_connect=None),
        trust_env=False,
    )


def _public_socket(about: AddrInfoType) -> socket.socket:
    """A socket for one address, which was checked here."""
    family, kind, protocol, _, address = about
    if not is_public(str(address[0])):
        raise PermissionError(FORBIDDEN_ERRNO, "The address is not public")
    return socket.socket(family=family, type=kind, proto=protocol)
