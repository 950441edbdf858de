import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import Limited
from digests.sources.fetch.politeness import LONGEST_PAUSE, USUAL_PAUSE, Turns, pause

DATE = "Tue, 06 Jan 2026 12:00:00 GMT"


class Hands:
    """A clock that a test turns."""

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
        ("9" * 300, USUAL_PAUSE),
        ("-5", USUAL_PAUSE),
        ("soon", USUAL_PAUSE),
        ("", USUAL_PAUSE),
        (None, USUAL_PAUSE),
        ("Tue, 06 Jan 2026 12:05:00 GMT", 300.0),
        ("Tue, 06 Jan 2026 11:00:00 GMT", 1.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", LONGEST_PAUSE),
    ],
)
def test_retry_after_is_read_in_every_form_and_capped(written, seconds: float):
    assert pause(written, DATE) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_retry_after_asks_for_more_than_a_day(written: str, dated: str):
    assert 1 <= pause(written, dated) <= LONGEST_PAUSE


async def test_one_host_is_asked_one_thing_at_a_time():
    turns = Turns(spacing=0)
    running = most = 0

    async def visit() -> None:
        nonlocal running, most
        async with turns.turn("news.example"):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(visit() for _ in range(8)))
    assert most == 1


async def test_two_hosts_do_not_wait_for_each_other():
    turns = Turns(spacing=0)
    async with turns.turn("a.example"), asyncio.timeout(1), turns.turn("b.example"):
        pass


async def test_the_next_fetch_from_a_host_waits_out_the_spacing():
    turns = Turns(spacing=0.05)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(3):
        async with turns.turn("news.example"):
            pass
    assert loop.time() - begun >= 0.1


async def test_a_host_in_its_pause_is_not_asked():
    clock = Hands()
    turns = Turns(spacing=0, clock=clock)
    turns.rest("news.example", 60)
    clock.now += 59
    with pytest.raises(Limited) as caught:
        async with turns.turn("news.example"):
            pass
    assert caught.value.wait == pytest.approx(1)


async def test_after_its_pause_a_host_is_asked_again():
    clock = Hands()
    turns = Turns(spacing=0, clock=clock)
    turns.rest("news.example", 60)
    clock.now += 61
    async with turns.turn("news.example"):
        pass


async def test_a_shorter_pause_does_not_end_a_longer_one():
    clock = Hands()
    turns = Turns(spacing=0, clock=clock)
    turns.rest("news.example", 600)
    turns.rest("news.example", 5)
    clock.now += 10
    with pytest.raises(Limited):
        async with turns.turn("news.example"):
            pass
