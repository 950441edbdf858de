"""Many requests cost little: a bounded cache, and buckets that refuse early."""

import asyncio

import pytest

from bot.web.published.rate_limits import MAX_CLIENTS, Rate, RequestLimiter
from bot.web.published.rendered import Rendered, RenderedCache
from bot.web.published.site import PublishedSite
from tests.bot.web.asgi import ask
from tests.bot.web.published.newsstand import HOST, MANY, PUBLIC_URL


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def limiter(watch: Watch, client: Rate = MANY, total: Rate = MANY) -> RequestLimiter:
    return RequestLimiter(monotonic=watch, client_rate=client, total_rate=total)


# ── buckets ────────────────────────────────────────────────────────────────────


def test_a_client_may_ask_for_a_burst_and_then_at_a_rate():
    watch = Watch()
    limits = limiter(watch, client=Rate(burst=3, per_second=2))
    assert [limits.admit("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    watch.seconds += 1
    assert [limits.admit("192.0.2.1") for _ in range(3)] == [True, True, False]


def test_another_client_has_its_own():
    limits = limiter(Watch(), client=Rate(burst=1, per_second=1))
    assert limits.admit("192.0.2.1")
    assert not limits.admit("192.0.2.1")
    assert limits.admit("192.0.2.2")


def test_a_household_with_a_network_of_addresses_is_one_client():
    limits = limiter(Watch(), client=Rate(burst=1, per_second=1))
    assert limits.admit("2001:db8:1:2::1")
    assert not limits.admit("2001:db8:1:2:ffff::2")
    assert limits.admit("2001:db8:1:3::1")


def test_all_clients_together_have_one_too():
    limits = limiter(Watch(), total=Rate(burst=2, per_second=1))
    assert [limits.admit(f"192.0.2.{n}") for n in range(3)] == [True, True, False]


def test_a_refused_client_takes_nothing_from_the_others():
    one, both = Rate(burst=1, per_second=0.001), Rate(burst=2, per_second=0.001)
    limits = limiter(Watch(), client=one, total=both)
    for _ in range(100):
        limits.admit("192.0.2.1")
    assert limits.admit("192.0.2.2")


def test_only_so_many_clients_are_remembered():
    limits = limiter(Watch())
    for number in range(MAX_CLIENTS + 50):
        limits.admit(f"client {number}")
    assert len(limits._clients) == MAX_CLIENTS


async def test_a_refused_request_is_told_when_to_come_again(listed):
    address = str(await listed.post())
    site = PublishedSite(
        db=listed.harness.db,
        public_url=PUBLIC_URL,
        limiter=limiter(Watch(), client=Rate(burst=1, per_second=1)),
    )
    path = address.removeprefix(PUBLIC_URL)
    assert (await ask(site, "GET", path, b"", HOST)).status == 200
    refused = await ask(site, "GET", path, b"", HOST)
    assert refused.status == 429
    assert refused.header("retry-after") == "1"


# ── the cache ──────────────────────────────────────────────────────────────────


def make(size: int, counted: list[int] | None = None):
    async def render() -> Rendered:
        if counted is not None:
            counted.append(size)
        await asyncio.sleep(0)
        return Rendered.of(b"x" * size, "text/plain")

    return render


async def test_what_is_kept_is_not_rendered_again():
    cache, counted = RenderedCache(), list[int]()
    for _ in range(3):
        await cache.get(("page",), make(10, counted))
    assert counted == [10]


async def test_many_who_want_the_same_at_once_wait_for_one_rendering():
    cache, counted = RenderedCache(), list[int]()
    await asyncio.gather(*(cache.get(("page",), make(10, counted)) for _ in range(50)))
    assert counted == [10]


async def test_it_stays_within_its_bytes_and_forgets_what_was_used_longest_ago():
    cache, counted = RenderedCache(max_bytes=100), list[int]()
    for name in ("a", "b", "a", "c"):
        await cache.get((name,), make(45, counted))
    assert len(counted) == 3
    await cache.get(("a",), make(45, counted))
    assert len(counted) == 3
    await cache.get(("b",), make(45, counted))
    assert len(counted) == 4


async def test_what_is_larger_than_the_cache_is_not_kept():
    cache = RenderedCache(max_bytes=10)
    assert len((await cache.get(("page",), make(50))).body) == 50
    assert cache._size == 0


async def test_a_reader_who_leaves_does_not_end_what_others_wait_for():
    cache, counted = RenderedCache(), list[int]()
    first = asyncio.create_task(cache.get(("page",), make(10, counted)))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.get(("page",), make(10, counted)))
    await asyncio.sleep(0)
    first.cancel()
    assert len((await second).body) == 10
    assert counted == [10]


async def test_what_cannot_be_rendered_is_tried_again():
    cache = RenderedCache()

    async def fail() -> Rendered:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await cache.get(("page",), fail)
    assert (await cache.get(("page",), make(10))).body


class Unreachable:
    """A database that does not answer."""

    async def read(self, *_: object, **__: object) -> None:
        raise TimeoutError


async def test_without_the_database_a_page_says_to_come_again(listed):
    address = str(await listed.post())
    broken = PublishedSite(db=Unreachable(), public_url=PUBLIC_URL)  # type: ignore[arg-type]
    answer = await ask(broken, "GET", address.removeprefix(PUBLIC_URL), b"", HOST)
    assert answer.status == 503
    assert answer.header("retry-after")
