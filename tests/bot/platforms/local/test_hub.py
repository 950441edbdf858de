"""Open pages hear of changes, and a slow one holds nobody up."""

import asyncio

from bot.platforms.local import limits
from bot.platforms.local.hub import Change, Closed, Hub, Reload
from bot.types import Message
from tests.bot.platforms.local import samples


def a_change(number: int = 1, workspace_id: int = 1) -> Change:
    message = Message(
        id=number,
        workspace_id=workspace_id,
        channel="news",
        key=f"k{number}",
        payload={},
        fallback_text="",
        posted_at=samples.MADE,
    )
    return Change(kind="post", message=message)


async def test_a_change_reaches_every_open_page_of_its_workspace():
    hub = Hub()
    with hub.listening(1) as one, hub.listening(1) as two, hub.listening(2) as other:
        hub.tell(a_change())
        assert await anext(one.news(5)) == a_change()
        assert await anext(two.news(5)) == a_change()
        assert await anext(other.news(0.01)) is None


async def test_a_slow_page_is_told_to_reload_and_then_left_alone():
    hub = Hub()
    with hub.listening(1) as slow:
        for number in range(limits.WAITING * 3):
            hub.tell(a_change(number))
        assert [news async for news in slow.news(5)] == [Reload()]


async def test_a_page_that_left_is_forgotten():
    hub = Hub()
    with hub.listening(1):
        assert len(hub) == 1
    assert len(hub) == 0


async def test_closing_ends_every_stream_at_once_even_a_full_one():
    hub = Hub()
    with hub.listening(1) as idle, hub.listening(1) as busy:
        for number in range(limits.WAITING):
            busy.tell(a_change(number))
        hub.close()
        async with asyncio.timeout(1):
            assert [news async for news in idle.news(60)] == [Closed()]
            assert [news async for news in busy.news(60)] == [Closed()]


async def test_a_page_that_comes_after_closing_is_let_go():
    hub = Hub()
    hub.close()
    with hub.listening(1) as late:
        assert [news async for news in late.news(60)] == [Closed()]
