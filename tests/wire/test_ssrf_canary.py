"""Outsiders cannot make us dial an internal address: a canary counts connections.

The port rule is disabled here, so that the check at the dial is tested alone.
Outside of loopback pytest-socket would end any attempt with another error.
"""

import asyncio
import socket
from collections.abc import Sequence
from urllib.parse import quote, unquote

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from digests.errors import SourceError
from digests.sources.fetch import Fetcher, FetchPolicy
from tests.wire.hostile_addresses import HOSTILE, PUBLIC, spellings
from tests.wire.server import Request, Server, answer, redirect, serving


class Telling(AbstractResolver):
    """A resolver with scripted answers, in turn; the last answer repeats."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            {"hostname": host, "host": address, "port": port, "proto": 0, "flags": 0,
             "family": socket.AF_INET6 if ":" in address else socket.AF_INET}
            for address in answer
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing to close."""


def rules(canary: Server, *private: str) -> FetchPolicy:
    return FetchPolicy(
        ports=frozenset((canary.port,)),
        private=frozenset(private),
        spacing=0,
        robots=False,
        deadline=5,
    )


async def onward(request: Request, writer: asyncio.StreamWriter) -> None:
    """A malicious server that redirects to the address in its query."""
    await redirect(unquote(request.path.partition("?")[2]))(request, writer)


async def test_no_spelling_first_redirected_or_rebound_reaches_the_canary():
    tried = 0
    async with (
        serving({"/": answer(b"secret")}) as canary,
        serving(onward) as outside,
        Fetcher(rules(canary, outside.place)) as fetcher,
    ):
        for address in HOSTILE:
            for host in spellings(address):
                there = f"http://{host}:{canary.port}/"
                for start in (there, outside.url(f"/?{quote(there)}")):
                    with pytest.raises(SourceError):
                        await fetcher.fetch(start)
                    tried += 1
            rebound = Telling([PUBLIC[0]], [address])
            async with Fetcher(rules(canary), resolver=rebound) as rebinding:
                # The first look-up would have been allowed.
                assert await rebound.resolve("evil.example")
                with pytest.raises(SourceError):
                    await rebinding.fetch(f"http://evil.example:{canary.port}/")
                tried += 1
        assert canary.dialled == 0
    assert tried >= 400


async def test_an_inner_address_among_public_ones_is_not_dialled():
    async with serving({"/": answer(b"secret")}) as canary:
        for inner in ("127.0.0.1", "::ffff:127.0.0.1"):
            mixed = Telling([inner, "::1", inner])
            async with Fetcher(rules(canary), resolver=mixed) as fetcher:
                with pytest.raises(SourceError):
                    await fetcher.fetch(f"http://mixed.example:{canary.port}/")
        assert canary.dialled == 0


async def test_a_place_that_an_admin_named_opens_no_other():
    async with serving({"/": answer(b"x")}) as named, serving({}) as canary:
        allowed = rules(canary, named.place)
        async with Fetcher(allowed) as fetcher:
            await fetcher.fetch(named.url("/"))
            with pytest.raises(SourceError):
                await fetcher.fetch(canary.url("/"))
        assert canary.dialled == 0


async def test_without_the_check_the_canary_is_reached(monkeypatch):
    monkeypatch.setattr("digests.sources.fetch.client.is_public", lambda _: True)
    async with serving({"/": answer(b"secret")}) as canary:
        async with Fetcher(rules(canary)) as fetcher:
            await fetcher.fetch(canary.url("/"))
        assert canary.dialled == 1


@pytest.mark.parametrize("port", [22, 25, 6379, 8000])
async def test_ports_of_other_services_are_refused_wherever_they_are(port: int):
    nowhere = Telling([PUBLIC[0]])
    async with Fetcher(
        FetchPolicy(spacing=0, robots=False), resolver=nowhere
    ) as fetcher:
        with pytest.raises(SourceError, match="port"):
            await fetcher.fetch(f"http://news.example:{port}/")
