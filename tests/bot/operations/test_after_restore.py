"""After going back to a backup: nothing is told a second time."""

import pytest

from bot.storage.restorations import PASSED_OVER
from tests.bot.newsroom import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
)
from tests.bot.restoring.past import DAY, PARTS, Past, rows, texts

# ── what is posted after it ─────────────────────────────────────────────────


async def test_an_edition_posted_after_the_backup_is_not_told_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        outcome = await desk.post("tomorrow")
    assert outcome.issue is None
    assert texts(past) == before
    assert len(before) == PARTS


async def test_what_was_in_the_archive_and_told_after_the_backup_is_not_told_again(
    past: Past,
):
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        assert (await desk.post("tomorrow")).issue is None
    assert texts(past) == before


async def test_news_from_after_the_restoring_is_told(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    past.clock.advance(hours=20)
    past.restore()
    past.clock.advance(hours=1)
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
        past.clock.advance(hours=1)
        desk.publish("flood", FLOOD)
        await desk.post("later")
    assert "River floods the market square of Brannock" in texts(past)[-1]


async def test_another_outlet_with_a_story_of_the_gap_is_no_news(past: Past):
    """What was kept as told is what later articles are compared with."""
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(hours=20)
    past.restore()
    async with past.open() as desk:
        await desk.intake.refresh((await desk.digest()).sources)
        past.clock.advance(hours=1)
        desk.publish("again", BRIDGE.replace("Hallin Courier", "Sole Messenger"))
        assert (await desk.post("later")).issue is None
    assert texts(past) == before


async def test_whoever_says_so_may_be_told_again(past: Past):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    past.clock.advance(DAY)
    past.restore(told=False)
    async with past.open() as desk:
        await desk.post("tomorrow")
    assert len(texts(past)) == 2 * PARTS


async def test_what_is_dated_after_the_restoring_is_news_at_the_first_reading(
    past: Past,
):
    past.back_up()
    async with past.open() as desk:
        await desk.post()
    before = texts(past)
    past.clock.advance(hours=20)
    past.restore()
    past.clock.advance(hours=2)
    later = FLOOD.replace("2026-11-24T12:30", "2026-11-25T09:30")
    ahead = POOL.replace("2026-11-24T10:00", "2026-11-25T23:00")
    async with past.open() as desk:
        desk.publish("flood", later)
        # A date that has not come yet says nothing.
        desk.publish("pool", ahead.replace("reopened on", "was open on"))
        await desk.post("later")
    told = texts(past)[len(before) :]
    assert told == ["Morning brief", "River floods the market square of Brannock"]


async def test_a_source_that_is_added_afterwards_begins_as_any_other(past: Past):
    past.back_up()
    past.clock.advance(DAY)
    past.restore()
    async with past.open() as desk:
        (past.home / "more").mkdir()
        (past.home / "more" / "flood.txt").write_text(FLOOD, encoding="utf-8")
        await desk.apply(CONFIGURATION.replace('"articles"', '"more"'))
        await desk.post("more")
    assert "River floods the market square of Brannock" in texts(past)


# ── what was due ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hours", [0.1, 1, 5, 30])
async def test_moments_since_the_backup_are_passed_over_with_the_reason(
    past: Past, hours: float
):
    async with past.open() as desk:
        await desk.editions.realign()
    past.back_up()
    past.clock.advance(hours=hours)
    found = past.restore().found
    async with past.open() as desk:
        await desk.editions.plan()
        await desk.editions.compose_due()
        due = await desk.editions.next_due()
    assert found.passed_over == 1
    assert rows(past.file, "SELECT state, reason FROM occurrences") == [
        ("skipped", PASSED_OVER)
    ]
    assert due is not None
    assert due > past.clock.now()
    assert texts(past) == []


async def test_an_edition_that_was_ordered_and_not_made_is_passed_over(past: Past):
    async with past.open() as desk:
        digest = await desk.digest()
        await desk.editions.order(digest.workspace_id, digest, "by hand")
    past.back_up()
    past.restore()
    async with past.open() as desk:
        assert await desk.editions.compose_due() == ()


async def test_the_next_moment_after_it_is_posted_on_time(past: Past):
    past.back_up()
    past.clock.advance(hours=3)
    past.restore(told=False)
    async with past.open() as desk:
        past.clock.advance(minutes=3)
        await desk.wake()
    assert len(texts(past)) == PARTS
