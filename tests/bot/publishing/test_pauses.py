"""Pauses with an end and excluded dates: stored, shown, and silent with a reason."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.configuration import file_import
from bot.errors import ConfigurationError
from bot.model import FactTable
from bot.model.scope import Scope
from bot.publishing import planning
from bot.publishing.planning import find_next_due
from bot.storage import digest_store, workspace_store
from digests.messages import Message
from tests.bot.commands.editors import said
from tests.bot.harness import CONFIGURATION, BotHarness
from tests.bot.publishing.test_planning import at, editions, history, scheduled, states

#: The fake clock shows Tuesday, 24 November 2026, 12:00 UTC: 13:00 in Berlin.
DAILY = scheduled("daily at 8 Europe/Berlin")
WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)


async def pause_until(harness: BotHarness, day: date | None) -> None:
    digest = await harness.digest()
    key: Any = {"scope": digest.scope, "digest_id": digest.id}
    pause: Any = {"paused": digest.paused, "skips": digest.skips}
    await harness.db.write(digest_store.set_digest_pause, **key, **pause, until=day)


async def skip(harness: BotHarness, *days: date) -> None:
    digest = await harness.digest()
    key: Any = {"scope": digest.scope, "digest_id": digest.id}
    pause: Any = {"paused": digest.paused, "until": digest.paused_until}
    await harness.db.write(digest_store.set_digest_pause, **key, **pause, skips=days)


async def goes_by(harness: BotHarness, *moments: str) -> None:
    for moment in moments:
        harness.clock.set(at(moment))
        await harness.wake()


async def reasons(harness: BotHarness) -> list[str | None]:
    return [str(one.reason) if one.reason else None for one in await history(harness)]


async def test_nothing_is_posted_before_the_pause_ends_and_then_it_is(harness):
    await harness.apply(DAILY)
    await pause_until(harness, THURSDAY)
    await goes_by(harness, "11-25T07:00")
    assert await editions(harness) == 0
    await goes_by(harness, "11-26T07:00")
    assert await editions(harness) == 1
    assert await reasons(harness) == ["The digest was paused until 2026-11-26.", None]


async def test_a_moment_that_a_restore_skips_has_that_reason_even_during_a_pause(
    harness,
):
    await harness.apply(DAILY)
    await pause_until(harness, THURSDAY)
    restored = Message("skip.restored")
    skipped = await harness.db.write(
        planning.skip_due_schedules, at("11-25T07:00"), restored
    )
    assert skipped == 1
    assert [one.reason for one in await history(harness)] == [restored]


async def test_a_date_that_is_left_out_has_no_edition_and_the_next_one_has(harness):
    await harness.apply(DAILY)
    await skip(harness, WEDNESDAY)
    await goes_by(harness, "11-25T07:00", "11-26T07:00")
    assert await editions(harness) == 1
    assert await states(harness) == [
        ("11-25 07:00", "skipped", False),
        ("11-26 07:00", "composed", False),
    ]
    assert "skipped on request" in str((await reasons(harness))[0])


async def test_the_date_is_that_of_the_readers(harness):
    """At 0:30 in Tokyo it is still the day before in London."""
    await harness.apply(scheduled("daily at 0:30 Asia/Tokyo"))
    await skip(harness, THURSDAY)
    await goes_by(harness, "11-25T15:30")
    assert await editions(harness) == 0


async def test_a_pause_without_an_end_keeps_its_reason_too(harness):
    await harness.apply(DAILY)
    digest = await harness.digest()
    key: Any = {"scope": digest.scope, "digest_id": digest.id}
    await harness.db.write(digest_store.pause_digest, **key)
    await goes_by(harness, "11-25T07:00")
    assert await reasons(harness) == ["The digest was paused."]


async def test_resuming_ends_either_pause(harness):
    await harness.apply(DAILY)
    await pause_until(harness, date(2027, 1, 1))
    digest = await harness.digest()
    key: Any = {"scope": digest.scope, "digest_id": digest.id}
    await harness.db.write(digest_store.resume_digest, **key)
    await goes_by(harness, "11-25T07:00")
    assert await editions(harness) == 1


# ── shown ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sentence", "until", "skips", "following"),
    [
        ("daily at 8 Europe/Berlin", None, (), "2026-11-25T07:00"),
        ("daily at 8 Europe/Berlin", THURSDAY, (), "2026-11-26T07:00"),
        ("daily at 8 Europe/Berlin", None, (WEDNESDAY,), "2026-11-26T07:00"),
        ("daily at 8 Europe/Berlin", WEDNESDAY, (WEDNESDAY,), "2026-11-26T07:00"),
        ("every minute Europe/Berlin", date(2027, 5, 1), (), "2027-04-30T22:00"),
        ("daily at 0:00 Asia/Tokyo", THURSDAY, (), "2026-11-25T15:00"),
    ],
)
async def test_the_next_time_shown_is_one_that_comes(
    harness, sentence, until, skips, following
):
    await harness.apply(scheduled(sentence))
    await pause_until(harness, until)
    await skip(harness, *skips)
    shown = find_next_due(await harness.digest(), harness.clock.now())
    assert shown == datetime.fromisoformat(following).replace(tzinfo=UTC)


async def status(harness: BotHarness) -> dict[str, str]:
    rows: dict[str, str] = {}
    for block in (await harness.says("newsdesk status")).blocks:
        if isinstance(block, FactTable):
            rows |= dict(block.rows)
    return rows


async def test_the_status_shows_both(harness):
    await harness.apply(DAILY)
    await pause_until(harness, THURSDAY)
    await skip(harness, date(2026, 11, 1), date(2026, 12, 24))
    shown = await status(harness)
    assert "26" in shown["Next"]
    assert "24" in shown["Left out"]
    assert "Nov" not in shown["Left out"]


async def test_the_status_explains_why_a_workspace_gets_nothing(harness):
    digest = await harness.digest()
    await harness.db.write(
        workspace_store.stop_workspace,
        Scope(digest.workspace_id),
        reason=Message("The token was revoked."),
        retest_at=harness.clock.now() + timedelta(hours=6),
    )
    status = await harness.says("newsdesk status")
    assert "The token was revoked." in said(status)


# ── in the configuration file ──────────────────────────────────────────────────

BOTH = CONFIGURATION + "paused_until = 2026-12-01\nskip = [2026-12-25, 2026-12-24]\n"


async def test_a_file_sets_both_and_an_export_returns_them(harness):
    await harness.apply(BOTH)
    digest = await harness.digest()
    assert digest.paused_until == date(2026, 12, 1)
    assert digest.skips == (date(2026, 12, 24), date(2026, 12, 25))
    exported = await harness.db.read(file_import.dump_configuration)
    assert await harness.apply(exported) == ()


async def test_a_file_without_them_leaves_them_unchanged(harness):
    await harness.apply(BOTH)
    assert (
        await harness.apply(CONFIGURATION.replace("stories = 5", "stories = 4")) == ()
    )
    assert (await harness.digest()).paused_until == date(2026, 12, 1)


async def test_an_empty_list_leaves_no_date_out_any_more(harness):
    await harness.apply(BOTH)
    await harness.apply(CONFIGURATION + "skip = []\n")
    digest = await harness.digest()
    assert digest.skips == ()
    assert digest.paused_until == date(2026, 12, 1)


async def test_a_date_that_does_not_exist_is_refused_in_words(harness):
    with pytest.raises(ConfigurationError, match="skip"):
        await harness.apply(CONFIGURATION + 'skip = ["2026-02-30"]\n')
