"""The live stream: missed events come first, and none is lost in between.

Open pages receive changes, and a slow page delays no other.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot.model import Delivery, LocalMessage
from bot.platforms.local import limits
from bot.platforms.local.live_updates import (
    Closed,
    Hub,
    LiveStream,
    MessageChange,
    Reload,
    stream_updates,
)
from tests.bot.platforms.local import samples
from tests.bot.platforms.local.samples import a_delivery
from tests.browser.stage import Stage


def a_page(after: int = 0, channel: str = "news") -> LiveStream:
    def show(message: LocalMessage) -> dict[str, Any]:
        return {"id": message.id, "text": message.fallback_text}

    return LiveStream(
        workspace_id=1, channel=channel, after=after, show=show, heartbeat=0.01
    )


def opened(stage: Stage, page: LiveStream) -> AsyncIterator[str]:
    return stream_updates(stage.platform.hub, stage.mailbox, page)


async def until_quiet(texts: AsyncIterator[str]) -> list[tuple[str, Any]]:
    """Events up to the first keep-alive, as (name, data)."""
    found = []
    async for text in texts:
        if text.startswith(":"):
            break
        lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def ids(events: list[tuple[str, Any]], kind: str = "post") -> list[int]:
    return [data["id"] for name, data in events if name == kind]


async def posted(stage: Stage, *numbers: int, **changes: Any) -> None:
    for number in numbers:
        await stage.platform.send(a_delivery(number, **changes))


async def test_events_missed_while_away_come_first():
    stage = Stage()
    await posted(stage, 1, 2, 3)
    assert ids(await until_quiet(opened(stage, a_page(after=1)))) == [2, 3]


async def test_a_message_that_comes_while_the_mailbox_is_read_is_not_lost():
    stage = Stage()
    await posted(stage, 1)
    newest = stage.mailbox.newest

    async def slow_newest(*args: Any, **kwargs: Any) -> tuple[LocalMessage, ...]:
        found = await newest(*args, **kwargs)
        await posted(stage, 2)
        return found

    stage.mailbox.newest = slow_newest  # type: ignore[method-assign]
    assert ids(await until_quiet(opened(stage, a_page()))) == [1, 2]


async def test_every_message_is_seen_across_a_hundred_breaks():
    stage = Stage()
    seen: list[int] = []
    for number in range(1, 101):
        await posted(stage, number)
        found = await until_quiet(opened(stage, a_page(after=max(seen, default=0))))
        seen += ids(found)
    assert seen == list(range(1, 101))


async def test_posts_carry_their_id_for_the_next_connection():
    stage = Stage()
    await posted(stage, 1)
    texts = [text async for text in _first(opened(stage, a_page()), 3)]
    assert texts[-1].startswith("id: 1\nevent: post\n")


async def test_an_edit_that_was_missed_is_caught_up():
    stage = Stage()
    await posted(stage, 1, 2)
    edit = a_delivery(1, operation="edit", fallback_text="Corrected")
    await stage.platform.send(edit)
    events = await until_quiet(opened(stage, a_page(after=2)))
    assert ("edit", {"id": 1, "text": "Corrected"}) in events


async def test_a_delete_that_was_missed_shows_in_what_is_present():
    stage = Stage()
    await posted(stage, 1, 2)
    await stage.platform.send(a_delivery(1, operation="delete"))
    events = await until_quiet(opened(stage, a_page(after=2)))
    assert ("present", {"ids": [2]}) in events


async def test_live_changes_follow():
    stage = Stage()
    texts = opened(stage, a_page())
    assert await until_quiet(_kept(texts)) == [("present", {"ids": []})]
    await posted(stage, 1)
    await stage.platform.send(a_delivery(1, operation="edit"))
    await stage.platform.send(a_delivery(1, operation="delete"))
    events = await until_quiet(_kept(texts))
    assert [name for name, _ in events] == ["post", "edit", "delete"]
    await texts.aclose()  # type: ignore[attr-defined]


async def test_another_channels_message_is_only_announced():
    stage = Stage()
    texts = opened(stage, a_page(channel="science"))
    await until_quiet(_kept(texts))
    await posted(stage, 1)
    assert await until_quiet(_kept(texts)) == [
        ("elsewhere", {"channel": "news", "kind": "post"})
    ]
    await texts.aclose()  # type: ignore[attr-defined]


async def test_more_than_a_page_of_missed_messages_means_a_reload():
    stage = Stage()
    await posted(stage, *range(1, limits.MESSAGES + 5))
    assert await until_quiet(opened(stage, a_page(after=1))) == [("reload", {})]


async def test_reading_back_an_unannounced_message_notifies_open_pages():
    stage = Stage()
    delivery: Delivery = a_delivery(1)
    texts = opened(stage, a_page())
    await until_quiet(_kept(texts))
    await stage.mailbox.put(delivery, stage.clock.now())
    assert await stage.platform.read_back(delivery) == "1"
    assert ids(await until_quiet(_kept(texts))) == [1]
    await texts.aclose()  # type: ignore[attr-defined]


async def _kept(texts: AsyncIterator[str]) -> AsyncIterator[str]:
    """The same stream, which stays open when the caller's block ends."""
    while True:
        yield await anext(texts)


async def _first(texts: AsyncIterator[str], count: int) -> AsyncIterator[str]:
    for _ in range(count):
        yield await anext(texts)


def a_change(number: int = 1, workspace_id: int = 1) -> MessageChange:
    message = LocalMessage(
        id=number,
        workspace_id=workspace_id,
        channel="news",
        key=f"k{number}",
        payload={},
        fallback_text="",
        posted_at=samples.MADE,
    )
    return MessageChange(kind="post", message=message)


async def test_a_change_reaches_every_open_page_of_its_workspace():
    hub = Hub()
    with hub.listening(1) as one, hub.listening(1) as two, hub.listening(2) as other:
        hub.publish(a_change())
        assert await anext(one.news(5)) == a_change()
        assert await anext(two.news(5)) == a_change()
        assert await anext(other.news(0.01)) is None


async def test_a_slow_page_is_asked_to_reload_and_then_disconnected():
    hub = Hub()
    with hub.listening(1) as slow:
        for number in range(limits.WAITING * 3):
            hub.publish(a_change(number))
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
            busy.publish(a_change(number))
        hub.close()
        async with asyncio.timeout(1):
            assert [news async for news in idle.news(60)] == [Closed()]
            assert [news async for news in busy.news(60)] == [Closed()]


async def test_a_page_that_connects_after_closing_is_disconnected():
    hub = Hub()
    hub.close()
    with hub.listening(1) as late:
        assert [news async for news in late.news(60)] == [Closed()]
