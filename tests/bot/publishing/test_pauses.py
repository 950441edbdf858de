"""Pauses with an end and dates left out: kept, shown, and silent with a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot import config_file
from bot.due import next_due_of
from bot.errors import ConfigurationError
from bot.storage import digests, workspaces
from bot.types import Facts, Paragraph
from tests.bot.newsroom import CONFIGURATION, Newsroom
from tests.bot.test_planning import at, editions, history, scheduled, states

#: The fake clock shows Tuesday, 24 November 2026, 12:00 UTC: 13:00 in Berlin.
DAILY = scheduled("daily at 8 Europe/Berlin")
WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)


async def pause_until(desk: Newsroom, day: date | None) -> None:
    digest = await desk.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    await desk.db.write(digests.pause_until, **key, day=day)


async def skip(desk: Newsroom, *days: date) -> None:
    digest = await desk.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    await desk.db.write(digests.skip, **key, days=days)


async def goes_by(desk: Newsroom, *moments: str) -> None:
    for moment in moments:
        desk.clock.set(at(moment))
        await desk.wake()


async def reasons(desk: Newsroom) -> list[str | None]:
    return [one.reason for one in await history(desk)]


async def test_nothing_is_posted_before_the_pause_ends_and_then_it_is(desk):
    await desk.apply(DAILY)
    await pause_until(desk, THURSDAY)
    await goes_by(desk, "11-25T07:00")
    assert await editions(desk) == 0
    await goes_by(desk, "11-26T07:00")
    assert await editions(desk) == 1
    assert await reasons(desk) == ["The digest was paused until 2026-11-26.", None]


async def test_a_date_that_is_left_out_has_no_edition_and_the_next_one_has(desk):
    await desk.apply(DAILY)
    await skip(desk, WEDNESDAY)
    await goes_by(desk, "11-25T07:00", "11-26T07:00")
    assert await editions(desk) == 1
    assert await states(desk) == [
        ("11-25 07:00", "skipped", False),
        ("11-26 07:00", "composed", False),
    ]
    assert "left out" in str((await reasons(desk))[0])


async def test_the_date_is_that_of_the_readers(desk):
    """At 0:30 in Tokyo it is still the day before in London."""
    await desk.apply(scheduled("daily at 0:30 Asia/Tokyo"))
    await skip(desk, THURSDAY)
    await goes_by(desk, "11-25T15:30")
    assert await editions(desk) == 0


async def test_a_pause_without_an_end_keeps_its_reason_too(desk):
    await desk.apply(DAILY)
    digest = await desk.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    await desk.db.write(digests.pause, **key)
    await goes_by(desk, "11-25T07:00")
    assert await reasons(desk) == ["The digest was paused."]


async def test_resuming_ends_either_pause(desk):
    await desk.apply(DAILY)
    await pause_until(desk, date(2027, 1, 1))
    digest = await desk.digest()
    key = {"workspace_id": digest.workspace_id, "digest_id": digest.id}
    await desk.db.write(digests.resume, **key)
    await goes_by(desk, "11-25T07:00")
    assert await editions(desk) == 1


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
    desk, sentence, until, skips, following
):
    await desk.apply(scheduled(sentence))
    await pause_until(desk, until)
    await skip(desk, *skips)
    shown = next_due_of(await desk.digest(), desk.clock.now())
    assert shown == datetime.fromisoformat(following).replace(tzinfo=UTC)


async def status(desk: Newsroom) -> dict[str, str]:
    rows: dict[str, str] = {}
    for block in (await desk.says("newsdesk status")).blocks:
        if isinstance(block, Facts):
            rows |= dict(block.rows)
    return rows


async def test_the_status_shows_both(desk):
    await desk.apply(DAILY)
    await pause_until(desk, THURSDAY)
    await skip(desk, date(2026, 11, 1), date(2026, 12, 24))
    shown = await status(desk)
    assert "26" in shown["Paused"]
    assert "24" in shown["Left out"]
    assert "Nov" not in shown["Left out"]


async def test_the_status_says_why_a_workspace_gets_nothing(desk):
    digest = await desk.digest()
    await desk.db.write(
        workspaces.stop,
        workspace_id=digest.workspace_id,
        reason="The token was revoked.",
        retest_at=desk.clock.now() + timedelta(hours=6),
    )
    said = [
        block.text
        for block in (await desk.says("newsdesk status")).blocks
        if isinstance(block, Paragraph)
    ]
    assert any("The token was revoked." in text for text in said)


# ── in the configuration file ──────────────────────────────────────────────────

BOTH = CONFIGURATION + "paused_until = 2026-12-01\nskip = [2026-12-25, 2026-12-24]\n"


async def test_a_file_says_both_and_an_export_says_them_back(desk):
    await desk.apply(BOTH)
    digest = await desk.digest()
    assert digest.paused_until == date(2026, 12, 1)
    assert digest.skips == (date(2026, 12, 24), date(2026, 12, 25))
    exported = await desk.db.read(config_file.export)
    assert await desk.apply(exported) == ()


async def test_a_file_that_does_not_speak_of_them_leaves_them_as_they_are(desk):
    await desk.apply(BOTH)
    assert await desk.apply(CONFIGURATION.replace("stories = 5", "stories = 4")) == ()
    assert (await desk.digest()).paused_until == date(2026, 12, 1)


async def test_an_empty_list_leaves_no_date_out_any_more(desk):
    await desk.apply(BOTH)
    await desk.apply(CONFIGURATION + "skip = []\n")
    digest = await desk.digest()
    assert digest.skips == ()
    assert digest.paused_until == date(2026, 12, 1)


async def test_a_date_that_does_not_exist_is_refused_in_words(desk):
    with pytest.raises(ConfigurationError, match="skip"):
        await desk.apply(CONFIGURATION + 'skip = ["2026-02-30"]\n')
