"""After a restore: nothing is published a second time."""

import json

import pytest

from bot.storage.restoration_store import SKIPPED_REASON
from digests.messages import message_from_json
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, POOL
from tests.bot.operations.backup_harness import DAY, PARTS, BackupHarness, rows, texts

# ── posts after the restore ─────────────────────────────────────────────────


async def test_an_edition_posted_after_the_backup_is_not_repeated(
    backups: BackupHarness,
):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    before = texts(backups)
    backups.clock.advance(DAY)
    backups.restore()
    async with backups.open() as harness:
        outcome = await harness.post("tomorrow")
    assert outcome.stored_edition is None
    assert texts(backups) == before
    assert len(before) == PARTS


async def test_articles_published_after_the_backup_are_not_repeated(
    backups: BackupHarness,
):
    async with backups.open() as harness:
        await harness.ingestor.refresh((await harness.digest()).sources)
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    before = texts(backups)
    backups.clock.advance(DAY)
    backups.restore()
    async with backups.open() as harness:
        assert (await harness.post("tomorrow")).stored_edition is None
    assert texts(backups) == before


async def test_news_from_after_the_restore_is_published(backups: BackupHarness):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    backups.clock.advance(hours=20)
    backups.restore()
    backups.clock.advance(hours=1)
    async with backups.open() as harness:
        await harness.ingestor.refresh((await harness.digest()).sources)
        backups.clock.advance(hours=1)
        harness.publish("flood", FLOOD)
        await harness.post("later")
    assert "River floods the market square of Brannock" in texts(backups)[-1]


async def test_another_outlet_with_a_story_of_the_gap_is_no_news(
    backups: BackupHarness,
):
    """Later articles are compared with what the ledger keeps."""
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    before = texts(backups)
    backups.clock.advance(hours=20)
    backups.restore()
    async with backups.open() as harness:
        await harness.ingestor.refresh((await harness.digest()).sources)
        backups.clock.advance(hours=1)
        harness.publish("again", BRIDGE.replace("Hallin Courier", "Sole Messenger"))
        assert (await harness.post("later")).stored_edition is None
    assert texts(backups) == before


async def test_repeats_are_possible_on_request(backups: BackupHarness):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    backups.clock.advance(DAY)
    backups.restore(published=False)
    async with backups.open() as harness:
        await harness.post("tomorrow")
    assert len(texts(backups)) == 2 * PARTS


async def test_what_is_dated_after_the_restoring_is_news_at_the_first_reading(
    backups: BackupHarness,
):
    backups.back_up()
    async with backups.open() as harness:
        await harness.post()
    before = texts(backups)
    backups.clock.advance(hours=20)
    backups.restore()
    backups.clock.advance(hours=2)
    later = FLOOD.replace("2026-11-24T12:30", "2026-11-25T09:30")
    ahead = POOL.replace("2026-11-24T10:00", "2026-11-25T23:00")
    async with backups.open() as harness:
        harness.publish("flood", later)
        # A date in the future proves nothing.
        harness.publish("pool", ahead.replace("reopened on", "was open on"))
        await harness.post("later")
    reported = texts(backups)[len(before) :]
    assert reported == ["Morning brief", "River floods the market square of Brannock"]


async def test_a_source_that_is_added_afterwards_begins_as_any_other(
    backups: BackupHarness,
):
    backups.back_up()
    backups.clock.advance(DAY)
    backups.restore()
    async with backups.open() as harness:
        (backups.home / "more").mkdir()
        (backups.home / "more" / "flood.txt").write_text(FLOOD, encoding="utf-8")
        await harness.apply(CONFIGURATION.replace('"articles"', '"more"'))
        await harness.post("more")
    assert "River floods the market square of Brannock" in texts(backups)


# ── due occurrences ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("hours", [0.1, 1, 5, 30])
async def test_moments_since_the_backup_are_passed_over_with_the_reason(
    backups: BackupHarness, hours: float
):
    async with backups.open() as harness:
        await harness.publisher.realign()
    backups.back_up()
    backups.clock.advance(hours=hours)
    found = backups.restore()
    async with backups.open() as harness:
        await harness.publisher.plan()
        await harness.publisher.compose_due()
        due = await harness.publisher.next_due()
    assert found.skipped == 1
    ((state, reason),) = rows(backups.file, "SELECT state, reason FROM occurrences")
    assert state == "skipped"
    assert message_from_json(json.loads(reason)) == SKIPPED_REASON
    assert due is not None
    assert due > backups.clock.now()
    assert texts(backups) == []


async def test_an_edition_that_was_ordered_and_not_made_is_passed_over(
    backups: BackupHarness,
):
    async with backups.open() as harness:
        digest = await harness.digest()
        await harness.publisher.order(digest, "by hand")
    backups.back_up()
    backups.restore()
    async with backups.open() as harness:
        assert await harness.publisher.compose_due() == ()


async def test_the_next_moment_after_it_is_posted_on_time(backups: BackupHarness):
    backups.back_up()
    backups.clock.advance(hours=3)
    backups.restore(published=False)
    async with backups.open() as harness:
        backups.clock.advance(minutes=3)
        await harness.wake()
    assert len(texts(backups)) == PARTS
