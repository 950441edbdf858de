import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from digests.errors import SourceMissing, SourceRateLimited
from digests.sources.fetch import FetchResponse, Validators
from digests.sources.fetch.politeness import HostQueue, RobotsCache
from digests.sources.fetch.response import (
    DEFAULT_PAUSE,
    LONGEST_PAUSE,
    parse_retry_after,
)

DATE = "Tue, 06 Jan 2026 12:00:00 GMT"


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (" 3 ", 3.0),
        ("0", 1.0),
        ("1000000000", LONGEST_PAUSE),
        ("9" * 300, DEFAULT_PAUSE),
        ("-5", DEFAULT_PAUSE),
        ("soon", DEFAULT_PAUSE),
        ("", DEFAULT_PAUSE),
        (None, DEFAULT_PAUSE),
        ("Tue, 06 Jan 2026 12:05:00 GMT", 300.0),
        ("Tue, 06 Jan 2026 11:00:00 GMT", 1.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", LONGEST_PAUSE),
    ],
)
def test_retry_after_is_read_in_every_form_and_capped(written, seconds: float):
    assert parse_retry_after(written, DATE) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_retry_after_asks_for_more_than_a_day(written: str, dated: str):
    assert 1 <= parse_retry_after(written, dated) <= LONGEST_PAUSE


async def test_one_host_is_asked_one_thing_at_a_time():
    turns = HostQueue(spacing=0)
    running = most = 0

    async def visit() -> None:
        nonlocal running, most
        async with turns.reserve("news.example"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(visit() for _ in range(8)))
    assert most == 1


async def test_two_hosts_do_not_wait_for_each_other():
    turns = HostQueue(spacing=0)
    async with (
        turns.reserve("a.example"),
        asyncio.timeout(1),
        turns.reserve("b.example"),
    ):
        pass


async def test_the_next_fetch_from_a_host_waits_out_the_spacing():
    turns = HostQueue(spacing=0.05)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(3):
        async with turns.reserve("news.example"):
            pass
    assert loop.time() - begun >= 0.1


async def test_a_host_in_its_pause_is_not_asked():
    clock = Hands()
    turns = HostQueue(spacing=0, clock=clock)
    turns.pause_host("news.example", 60)
    clock.now += 59
    with pytest.raises(SourceRateLimited) as caught:
        async with turns.reserve("news.example"):
            pass
    assert caught.value.wait == pytest.approx(1)


async def test_after_its_pause_a_host_is_asked_again():
    clock = Hands()
    turns = HostQueue(spacing=0, clock=clock)
    turns.pause_host("news.example", 60)
    clock.now += 61
    async with turns.reserve("news.example"):
        pass


async def test_a_shorter_pause_does_not_end_a_longer_one():
    clock = Hands()
    turns = HostQueue(spacing=0, clock=clock)
    turns.pause_host("news.example", 600)
    turns.pause_host("news.example", 5)
    clock.now += 10
    with pytest.raises(SourceRateLimited):
        async with turns.reserve("news.example"):
            pass


PAGE = URL("https://news.example/private/feed.xml")


def telling(text: str | None):
    """A server for robots.txt; `asked` counts requests."""

    async def ask(url: URL) -> FetchResponse:
        ask.asked += 1  # type: ignore[attr-defined]
        if text is None:
            raise SourceMissing("none")
        return FetchResponse(
            url=str(url), body=text.encode(), content_type="", validators=Validators()
        )

    ask.asked = 0  # type: ignore[attr-defined]
    return ask


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", False),
        ("User-agent: *\nDisallow: /other/", True),
        ("User-agent: Standfirst\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: standfirst\nAllow: /", True),
        ("User-agent: SomeBot\nDisallow: /", True),
        ("User-agent: SomeBot\nUser-agent: *\nDisallow: /", False),
        ("", True),
        (None, True),
    ],
)
async def test_a_clear_answer_binds_us(text: str | None, allowed: bool):
    rules = await RobotsCache().rules(PAGE, telling(text))
    assert rules.allow(PAGE) == allowed


async def test_a_host_is_asked_once_a_day():
    now = [0.0]
    robots, ask = RobotsCache(clock=lambda: now[0]), telling("")
    for now[0] in (0.0, 10.0, 86_000.0, 87_000.0):
        await robots.rules(PAGE, ask)
    assert ask.asked == 2


async def test_the_space_a_host_asks_for_is_kept_within_reason():
    short = await RobotsCache().rules(PAGE, telling("User-agent: *\nCrawl-delay: 3"))
    assert short.delay() == 3
    long = await RobotsCache().rules(PAGE, telling("User-agent: *\nCrawl-delay: 86400"))
    assert long.delay() == 30


async def test_a_file_of_names_times_rules_costs_by_its_length():
    many = 12_000
    text = (
        "".join(f"User-agent: bot{i}\n" for i in range(many)) + "Disallow: /x\n" * many
    )
    begun = time.process_time()
    rules = await RobotsCache().rules(PAGE, telling(text))
    assert rules.allow(PAGE)
    # Names × rules would be 144 million steps; this is some ten thousand.
    assert time.process_time() - begun < 5
