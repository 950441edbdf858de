"""The main path out: address → turn → robots.txt → redirects → body; nothing is parsed.

Every hop is judged anew: scheme and port here, the address in `dialling`. A name and
password in the address go to the host they were written for, and into no error text.
"""

import asyncio
import base64
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientResponse, ClientSession
from aiohttp.abc import AbstractResolver
from aiohttp.client_exceptions import ClientConnectorError, ClientSSLError
from yarl import URL

from digests.errors import (
    Limited,
    Refused,
    SourceError,
    TooSlow,
    Unreachable,
    Untrusted,
)
from digests.sources.fetch import decoding, dialling, statuses
from digests.sources.fetch.answers import Fetched, NotModified, Validators
from digests.sources.fetch.handed import Handed
from digests.sources.fetch.policy import Policy, may_be_private, parsed, place
from digests.sources.fetch.politeness import Turns
from digests.sources.fetch.robots import Robots

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_CHUNK = 64 << 10
#: The share of the deadline that a robots.txt may use up.
_ROBOTS_SHARE = 0.25
_LONGEST_VALIDATOR = 1024


@dataclass(kw_only=True, slots=True)
class _Trip:
    """One fetch under way: where it stands, and what it may still use."""

    url: URL
    #: Seconds left.
    left: float
    known: Validators
    #: The value of Authorization, and the only origin that it is sent to.
    secret: str | None = None
    home: URL | None = None
    hops: int = 0
    #: Where the address has moved for good; stands once a redirect was for now only.
    moved_to: URL | None = None
    for_good: bool = True
    handed: Handed | None = None


class Fetcher:
    """The one way out to the network; use it as an async context manager."""

    def __init__(
        self,
        rules: Policy | None = None,
        *,
        resolver: AbstractResolver | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules or Policy()
        self._resolver, self._clock = resolver, clock
        self._turns = Turns(self._rules.spacing, clock)
        self._robots = Robots(clock)
        self._stack = AsyncExitStack()
        self._sessions: dict[bool, ClientSession] = {}

    async def __aenter__(self) -> Self:
        for guarded in (True, False):
            opened = dialling.session(
                self._rules.agent, guarded=guarded, resolver=self._resolver
            )
            self._sessions[guarded] = await self._stack.enter_async_context(opened)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def fetch(
        self,
        address: str,
        known: Validators | None = None,
        handed: Handed | None = None,
    ) -> Fetched | NotModified:
        """Ask for an address, following at most five redirects.

        Args:
            address: http or https; a name and password in it are sent as Basic auth.
            known: What an earlier answer gave; an unchanged one has no body then.
            handed: It is a file that somebody handed over, and held to this.

        Raises:
            SourceError: One of its kinds; each says whose turn it is. The text names
                the host at most.
        """
        trip = _start(parsed(address, self._rules), known, handed, self._rules)
        while True:
            # Nobody's own network needs our patience, nor who handed a file over.
            spaced = handed is None and not may_be_private(trip.url, self._rules)
            async with self._turns.turn(_server(trip), spaced=spaced):
                answer = await self._at_one_server(trip)
            if answer is not None:
                return answer

    async def _at_one_server(self, trip: _Trip) -> Fetched | NotModified | None:
        """The answer, or None when the way leads to another server."""
        server = _server(trip)
        while _server(trip) == server:
            await self._obey_robots(trip)
            answer = await self._hop(trip)
            if answer is not None:
                return answer
        return None

    async def _obey_robots(self, trip: _Trip) -> None:
        if not self._rules.robots or trip.handed is not None:
            return
        rules = await self._robots.rules(trip.url, partial(self._ask_robots, trip))
        if not rules.allow(trip.url):
            raise Refused(f"{_host(trip)} asks in its robots.txt not to be read there.")
        self._turns.space(_server(trip), rules.delay())

    async def _ask_robots(self, trip: _Trip, url: URL) -> Fetched:
        """A host's robots.txt, out of the trip's time; redirects within the server."""
        share = _ROBOTS_SHARE * trip.left
        side = _Trip(url=url, left=share, known=Validators(), hops=trip.hops)
        try:
            while _server(side) == _server(trip):
                answer = await self._hop(side)
                if isinstance(answer, Fetched):
                    return answer
        finally:
            trip.left -= share - side.left
        raise Unreachable(f"{_host(trip)} keeps its robots.txt elsewhere.")

    async def _hop(self, trip: _Trip) -> Fetched | NotModified | None:
        """Ask once; None when it was a redirect, that the trip then stands at."""
        session = self._sessions[not may_be_private(trip.url, self._rules)]
        begun = self._clock()
        try:
            with _telling(_host(trip)):
                async with (
                    asyncio.timeout(trip.left),
                    session.get(
                        trip.url, headers=_headers(trip), allow_redirects=False
                    ) as answer,
                ):
                    return await self._read(trip, answer)
        finally:
            trip.left -= self._clock() - begun

    async def _read(
        self, trip: _Trip, answer: ClientResponse
    ) -> Fetched | NotModified | None:
        if answer.status in statuses.MOVED:
            _follow(trip, answer, self._rules)
            return None
        if answer.status == statuses.UNCHANGED and trip.known != Validators():
            return _unchanged(trip, answer)
        if failure := statuses.failure(answer, _host(trip)):
            if isinstance(failure, Limited) and failure.wait:
                self._turns.rest(_server(trip), failure.wait)
            raise failure
        body = await _body(answer, self._rules, trip.handed)
        return Fetched(
            url=str(trip.url),
            body=body,
            content_type=answer.headers.get("Content-Type", "").lower(),
            validators=_validators(answer),
            moved_to=_moved_to(trip),
        )


# The steps of a trip


def _start(
    url: URL, known: Validators | None, handed: Handed | None, rules: Policy
) -> _Trip:
    secret = None
    if handed is not None:
        handed.check(url)
        url = url.with_user(None)
        secret = f"Bearer {handed.bearer}" if handed.bearer else None
    if url.user is not None or url.password is not None:
        pair = f"{url.user or ''}:{url.password or ''}".encode()
        secret = f"Basic {base64.b64encode(pair).decode('ascii')}"
    plain = url.with_user(None).with_fragment(None)
    return _Trip(
        url=plain,
        left=rules.deadline,
        known=known or Validators(),
        secret=secret,
        home=plain.origin(),
        handed=handed,
    )


def _host(trip: _Trip) -> str:
    return trip.url.host or ""


def _server(trip: _Trip) -> str:
    """Who answers: http and https of a host are one, its other ports are others."""
    return _host(trip) if trip.url.port in (80, 443) else place(trip.url)


def _headers(trip: _Trip) -> dict[str, str]:
    headers = {"Accept": _ACCEPT, "Accept-Encoding": decoding.OFFERED}
    if trip.known.etag:
        headers["If-None-Match"] = trip.known.etag
    if trip.known.last_modified:
        headers["If-Modified-Since"] = trip.known.last_modified
    if trip.secret and trip.url.origin() == trip.home:
        headers["Authorization"] = trip.secret
    return headers


def _follow(trip: _Trip, answer: ClientResponse, rules: Policy) -> None:
    """Let the trip stand at the next address, where that may be asked."""
    trip.hops += 1
    if trip.hops > rules.redirects:
        raise Unreachable(f"{_host(trip)} redirects more than {rules.redirects} times.")
    there = _target(trip.url, answer.headers.get("Location"), rules)
    if trip.url.scheme == "https" and there.scheme == "http":
        raise Refused(f"{_host(trip)} redirects from https to http.")
    if trip.handed is not None:
        trip.handed.check(there)
    trip.url = there
    trip.for_good = trip.for_good and answer.status in statuses.MOVED_FOR_GOOD
    if trip.for_good:
        trip.moved_to = there


def _target(here: URL, written: str | None, rules: Policy) -> URL:
    try:
        there = here.join(URL((written or "").strip()))
    except ValueError:
        raise Unreachable(f"{here.host} redirects to no address.") from None
    # A name and password that a stranger wrote are not ours to send.
    return parsed(str(there), rules).with_user(None).with_fragment(None)


async def _body(answer: ClientResponse, rules: Policy, handed: Handed | None) -> bytes:
    coding = ", ".join(answer.headers.getall("Content-Encoding", ()))
    most = rules.unpacked if handed is None else handed.most
    body = decoding.Body(
        coding=coding, raw=min(rules.raw, most), unpacked=min(rules.unpacked, most)
    )
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body.take(chunk)
    return body.whole()


def _validators(answer: ClientResponse) -> Validators:
    etag = answer.headers.get("ETag", "")[:_LONGEST_VALIDATOR]
    modified = answer.headers.get("Last-Modified", "")[:_LONGEST_VALIDATOR]
    return Validators(etag=etag or None, last_modified=modified or None)


def _unchanged(trip: _Trip, answer: ClientResponse) -> NotModified:
    new = _validators(answer)
    kept = Validators(
        etag=new.etag or trip.known.etag,
        last_modified=new.last_modified or trip.known.last_modified,
    )
    return NotModified(url=str(trip.url), validators=kept, moved_to=_moved_to(trip))


def _moved_to(trip: _Trip) -> str | None:
    return str(trip.moved_to) if trip.moved_to is not None else None


@contextmanager
def _telling(host: str) -> Iterator[None]:
    """Turns what can go wrong on the wire into our own errors."""
    try:
        yield
    except SourceError:
        raise
    except TimeoutError:
        raise TooSlow(f"{host} did not answer whole in time.") from None
    except ClientSSLError:
        raise Untrusted(
            f"The certificate of {host} is not good: it may be expired, self-made or "
            "for another host."
        ) from None
    except ClientConnectorError as error:
        if error.os_error.errno == dialling.FORBIDDEN:
            raise Refused(
                f"{host} is at an address of a private network; an admin can allow it "
                "in FETCH_ALLOW_PRIVATE."
            ) from None
        raise Unreachable(f"{host} cannot be reached.") from None
    except (ClientError, OSError, ValueError):
        raise Unreachable(f"{host} gave an answer that makes no sense.") from None
