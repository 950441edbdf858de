"""Corrected editions that fill their messages keep the number of messages."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import MessagePart, RenderContext
from bot.model.scope import Scope
from bot.storage import delivery_store
from digests.types import Edition
from tests.bot.corrections.conftest import WITHOUT_SCHEDULE
from tests.bot.corrections.living import (
    Rendering,
    correct,
    edits,
    listed,
    pass_time,
    reread,
    words,
)
from tests.bot.harness import BRIDGE, BotHarness, open_harness
from tests.bot.platforms.discord.test_render import complaints
from tests.bot.platforms.local.samples import a_context
from tests.feeds import an_item

STORIES = 13


def article(number: int, count: int) -> str:
    item = an_item(number)
    first, _, _ = item.title.partition(" ")
    return f"""---
title: {item.title}
source: {first} Courier
published: 2026-11-24T0{number % 10}:00:00+00:00
lang: en
---
{item.text}

The works at {first} took {count:,} hours and were paid for by the whole county, said \
the builders, who had hoped to be done with all of it before the winter.

Nobody at {first} had asked for so much, and the council will look into the matter at \
its next meeting, which is held in the old town hall as it always has been.
"""


def publish(harness: BotHarness, count: int) -> None:
    for number in range(STORIES):
        harness.publish(f"a{number}", article(number, 2_100 + 100 * number + count))


@pytest.fixture
async def harness(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(sqlite_url, tmp_path, Rendering()) as built:
        publish(built, 0)
        await built.apply(f"{WITHOUT_SCHEDULE}stories = 15\n")
        await built.post()
        yield built


def reported(harness: BotHarness) -> list[str]:
    """The headlines in the channel, with their numbers."""
    every = "\n".join(map(words, harness.platform.messages))
    return re.findall(r"(?m)^\*\*(\d+\. .+)\*\*$", every)


async def test_corrected_everywhere_it_is_as_many_messages_within_the_limits(harness):
    before, headlines = len(harness.platform.messages), reported(harness)
    assert before > 1
    publish(harness, 7)
    await reread(harness)
    await pass_time(harness)
    assert reported(harness) == headlines
    every = "\n".join(map(words, harness.platform.messages))
    corrected = [one for one in await listed(harness) if one.state == "edited"]
    assert len(corrected) == every.count("Corrected") > 0
    assert len(harness.platform.messages) == before
    parts = [
        MessagePart(key=str(n), payload=m.payload, fallback_text="x")
        for n, m in enumerate(harness.platform.messages, 1)
    ]
    assert complaints(parts) == []


async def test_of_several_messages_only_the_affected_one_is_edited(harness):
    harness.publish("a3", article(3, 9_999))
    await reread(harness)
    await pass_time(harness)
    assert [message.edits for message in harness.platform.messages].count(0) > 0
    assert len(await edits(harness)) == 1


class Narrow(Rendering):
    """Messages without room for more than the edition that was posted."""

    room = 10_000

    def render(
        self, edition: Edition, context: RenderContext
    ) -> tuple[MessagePart, ...]:
        (part,) = super().render(edition, context)
        if len(part.fallback_text) <= self.room:
            return (part,)
        return (part, replace(part, key="2"))


async def test_a_note_takes_the_room_of_a_sentence_that_was_not_corrected(
    sqlite_url, tmp_path
):
    narrow = Narrow()
    async with open_harness(sqlite_url, tmp_path, narrow) as harness:
        harness.publish("bridge", BRIDGE)
        await harness.apply(WITHOUT_SCHEDULE)
        posted = (await harness.post()).stored_edition
        (part,) = narrow.render(posted.edition, a_context())
        narrow.room = len(part.fallback_text) + 5
        await correct(harness, ("31,000", "13,000"))
        reported = words(harness.platform.messages[0])
        assert "Corrected 13:06" in reported
        assert "About 13,000 vehicles" in reported
        assert [m.edits for m in harness.platform.messages] == [1]
        kept = [s.text in reported for s in posted.edition.stories[0].summary]
        assert kept.count(False) == 2


async def test_a_correction_that_does_not_fit_is_listed_with_the_reason(
    harness, monkeypatch
):
    before = [message.payload for message in harness.platform.messages]
    monkeypatch.setattr(harness.platform, "spare", 1)
    publish(harness, 7)
    await reread(harness)
    await pass_time(harness)
    assert [message.payload for message in harness.platform.messages] == before
    assert {str(one.reason) for one in await listed(harness) if one.amendment} == {
        "The correction does not fit into the messages that were posted."
    }
    assert await edits(harness) == []


async def test_a_part_that_never_went_out_is_not_edited(sqlite_url, tmp_path):
    async with open_harness(sqlite_url, tmp_path, Rendering()) as harness:
        publish(harness, 0)
        await harness.apply(f"{WITHOUT_SCHEDULE}stories = 15\n")
        digest = await harness.digest()
        await harness.publisher.post_now(digest, "x")
        found = await harness.db.read(
            delivery_store.list_newest_deliveries,
            Scope(digest.workspace_id),
            count=9,
        )
        assert len(found) > 1
        publish(harness, 7)
        await reread(harness)
        harness.clock.advance(minutes=4)
        await harness.corrections.run()
        # Nothing was posted yet: the edits wait for their posts.
        await harness.outbox.drain()
        every = "\n".join(map(words, harness.platform.messages))
        assert every.count("Corrected") > 0
        assert len(harness.platform.messages) == len(found)
