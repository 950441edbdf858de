"""Drafts over both kinds of databases: a whole review, and acts at the same time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import Permission, Person
from bot.publishing.draft_acts import DraftActRequest
from bot.publishing.drafts import OutdatedDraft
from tests.bot.harness import BRIDGE, POOL, open_harness
from tests.bot.publishing.reviews import (
    BRIDGE_HEADLINE,
    POOL_HEADLINE,
    REVIEWED,
    Newsroom,
)


@pytest.fixture
async def room(database_url: str, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with open_harness(database_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply(REVIEWED)
        yield Newsroom(harness)


async def test_a_review_from_the_draft_to_the_posts(room):
    await room.goes_by("11-25T06:30")
    assert room.drafted == [BRIDGE_HEADLINE, POOL_HEADLINE]
    await room.types("2 up")
    await room.types("approve")
    await room.goes_by("11-25T07:00", "11-25T07:05")
    assert room.posted == [POOL_HEADLINE, BRIDGE_HEADLINE]
    assert await room.states() == [("11-25 07:00", "composed")]


async def test_of_acts_at_the_same_time_each_is_done_once_or_refused(room):
    await room.goes_by("11-25T06:30")
    draft = await room.draft()
    (first, _) = draft.content.numbered
    processor, db = room.harness.publisher.drafts.processor, room.harness.db

    async def act(name: str) -> bool:
        try:
            await db.write(
                processor.act,
                draft.scope,
                public_id=draft.public_id,
                version=draft.version,
                request=DraftActRequest(kind="note", story=first.id, value=name),
                who=Person(id=name, name=name, permission=Permission.EDITOR),
                now=room.harness.clock.now(),
            )
        except OutdatedDraft:
            return False
        return True

    done = await asyncio.gather(*map(act, ("Ana", "Ben", "Cem", "Dana")))
    assert done.count(True) == 1
    after = await room.draft()
    assert after.version == draft.version + 1
    story = after.content.numbered[0].story
    assert story is not None
    assert story.editors_note == ("Ana", "Ben", "Cem", "Dana")[done.index(True)]


async def test_an_approval_and_a_change_at_the_same_time_post_nothing_unapproved(room):
    await room.goes_by("11-25T06:30")
    approve, drop = await room.editor("Ana"), await room.editor("Ben")
    page = await drop.says("newsdesk drafts")
    await asyncio.gather(
        approve.presses(page, "Approve all"),
        drop.presses(page, "Hold")
        if "Hold" in str(page)
        else drop.says("newsdesk drafts"),
    )
    draft = await room.draft()
    await room.goes_by("11-25T07:00")
    assert bool(room.posted) is draft.is_approved
