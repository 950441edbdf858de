"""The live stream: missed events come first, and none is lost in between.

Open pages receive changes, and a slow page delays no other.
"""

import asyncio
import json
from typing import Any

from bot.model import Delivery, LocalMessage
from bot.platforms.local import limits
from bot.platforms.local.live_updates import (
    Hub,
    LiveStream,
    MessageChange,
    StreamEnd,
    stream_updates,
)
from tests.bot.platforms.local import samples
from tests.bot.platforms.local.samples import a_delivery
from tests.browser.stage import Stage


class OpenedPage:
    """An open page: reads its stream in the background, as a browser does."""

    def __init__(self, stage: Stage, after: int = 0, channel: str = "news") -> None:
        stream = LiveStream(
            workspace_id=1, channel=channel, after=after, show=self._show
        )
        self.texts: list[str] = []
        self._reading = asyncio.create_task(self._read(stage, stream))

    async def _read(self, stage: Stage, stream: LiveStream) -> None:
        async for event in stream_updates(stage.platform.hub, stage.mailbox, stream):
            self.texts.append(event.encode().decode())

    async def until_quiet(self) -> list[tuple[str, Any]]:
        """Events since the last call, as (name, data)."""
        await asyncio.sleep(0.01)
        found = []
        for text in self.texts:
            lines = dict(line.split(": ", 1) for line in text.split("\r\n") if line)
            if "event" in lines:
                found.append((lines["event"], json.loads(lines["data"])))
        self.texts.clear()
        return found

    def _show(self, message: LocalMessage) -> dict[str, Any]:
        return {"id": message.id, "text": message.fallback_text}


def ids(events: list[tuple[str, Any]], kind: str = "post") -> list[int]:
    return [data["id"] for name, data in events if name == kind]


async def posted(stage: Stage, *numbers: int, **changes: Any) -> None:
    for number in numbers:
        await stage.platform.send(a_delivery(number, **changes))


async def test_events_missed_while_away_come_first():
    stage = Stage()
    await posted(stage, 1, 2, 3)
    assert ids(await OpenedPage(stage, after=1).until_quiet()) == [2, 3]


async def test_a_message_that_comes_while_the_mailbox_is_read_is_not_lost():
    stage = Stage()
    await posted(stage, 1)
    newest = stage.mailbox.newest

    async def slow_newest(*args: Any, **kwargs: Any) -> tuple[LocalMessage, ...]:
        found = await newest(*args, **kwargs)
        await posted(stage, 2)
        return found

    stage.mailbox.newest = slow_newest  # type: ignore[method-assign]
    assert ids(await OpenedPage(stage).until_quiet()) == [1, 2]


async def test_every_message_is_seen_across_a_hundred_breaks():
    stage = Stage()
    seen: list[int] = []
    for number in range(1, 101):
        await posted(stage, number)
        page = OpenedPage(stage, after=max(seen, default=0))
        found = await page.until_quiet()
        seen += ids(found)
    assert seen == list(range(1, 101))


async def test_posts_carry_their_id_for_the_next_connection():
    stage = Stage()
    await posted(stage, 1)
    page = OpenedPage(stage)
    await asyncio.sleep(0.01)
    assert page.texts[0] == "retry: 1000\r\n\r\n"
    assert page.texts[-1].startswith("id: 1\r\nevent: post\r\ndata: {")


async def test_an_edit_that_was_missed_is_caught_up():
    stage = Stage()
    await posted(stage, 1, 2)
    edit = a_delivery(1, operation="edit", fallback_text="Corrected")
    await stage.platform.send(edit)
    events = await OpenedPage(stage, after=2).until_quiet()
    assert ("edit", {"id": 1, "text": "Corrected"}) in events


async def test_a_delete_that_was_missed_shows_in_what_is_present():
    stage = Stage()
    await posted(stage, 1, 2)
    await stage.platform.send(a_delivery(1, operation="delete"))
    events = await OpenedPage(stage, after=2).until_quiet()
    assert ("present", {"ids": [2]}) in events


async def test_live_changes_follow():
    stage = Stage()
    page = OpenedPage(stage)
    assert await page.until_quiet() == [("present", {"ids": []})]
    await posted(stage, 1)
    await stage.platform.send(a_delivery(1, operation="edit"))
    await stage.platform.send(a_delivery(1, operation="delete"))
    events = await page.until_quiet()
    assert [name for name, _ in events] == ["post", "edit", "delete"]


async def test_another_channels_message_is_only_announced():
    stage = Stage()
    page = OpenedPage(stage, channel="science")
    await page.until_quiet()
    await posted(stage, 1)
    assert await page.until_quiet() == [
        ("elsewhere", {"channel": "news", "kind": "post"})
    ]


async def test_more_than_a_page_of_missed_messages_means_a_reload():
    stage = Stage()
    await posted(stage, *range(1, limits.MESSAGES + 5))
    assert await OpenedPage(stage, after=1).until_quiet() == [("reload", {})]


async def test_reading_back_an_unannounced_message_notifies_open_pages():
    stage = Stage()
    delivery: Delivery = a_delivery(1)
    page = OpenedPage(stage)
    await page.until_quiet()
    await stage.mailbox.put(delivery, stage.clock.now())
    assert await stage.platform.read_back(delivery) == "1"
    assert ids(await page.until_quiet()) == [1]


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
        assert await anext(one.iterate_updates()) == a_change()
        assert await anext(two.iterate_updates()) == a_change()
        hub.close()
        assert await anext(other.iterate_updates()) is StreamEnd.CLOSED


async def test_a_slow_page_is_asked_to_reload_and_then_disconnected():
    hub = Hub()
    with hub.listening(1) as slow:
        for number in range(limits.WAITING * 3):
            hub.publish(a_change(number))
        assert [news async for news in slow.iterate_updates()] == [StreamEnd.RELOAD]


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
            assert [news async for news in idle.iterate_updates()] == [StreamEnd.CLOSED]
            assert [news async for news in busy.iterate_updates()] == [StreamEnd.CLOSED]


async def test_a_page_that_connects_after_closing_is_disconnected():
    hub = Hub()
    hub.close()
    with hub.listening(1) as late:
        assert [news async for news in late.iterate_updates()] == [StreamEnd.CLOSED]
