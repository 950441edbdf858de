"""From a due moment to a stored edition with its deliveries."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.editions import NOT_ON
from bot.storage import occurrences
from bot.types import Occurrence
from digests import readings
from digests.compose import analyse
from digests.types import Analysis, Article, Style
from tests.bot.newsroom import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
    Newsroom,
    newsroom,
)
from tests.fakes import FakePlatform

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""


async def history(desk: Newsroom) -> tuple[Occurrence, ...]:
    digest = await desk.digest()
    return await desk.db.read(
        occurrences.newest,
        workspace_id=digest.workspace_id,
        digest_id=digest.id,
        count=50,
    )


def titles(desk: Newsroom) -> list[str]:
    return [str(message.payload["text"]) for message in desk.platform.messages]


async def test_nothing_is_posted_before_it_is_due(desk):
    await desk.wake()
    assert desk.platform.messages == []


async def test_a_due_schedule_posts_one_edition(desk):
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert titles(desk)[0] == "Morning brief"
    assert len({m.payload["edition"] for m in desk.platform.messages}) == 1


async def test_waking_twice_at_one_moment_posts_once(desk):
    desk.clock.advance(minutes=2)
    await desk.wake()
    posted = titles(desk)
    await desk.wake()
    assert titles(desk) == posted


async def test_with_nothing_new_nothing_is_posted_and_the_reason_is_kept(desk):
    desk.clock.advance(minutes=2)
    await desk.wake()
    posted = titles(desk)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert titles(desk) == posted
    newest, *_ = await history(desk)
    assert newest.state == "skipped"
    assert "Nothing new" in str(newest.reason)


async def test_digests_that_are_due_together_read_an_article_once(
    desk: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    read: list[str] = []

    def counting(article: Article, style: Style) -> Analysis:
        read.append(article.id)
        return analyse(article, style)

    monkeypatch.setattr(readings, "analyse", counting)
    await desk.apply(CONFIGURATION + SECOND)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert {"Morning brief", "Evening"} <= set(titles(desk))
    assert len(read) == len(set(read)) > 0
    once = len(read)
    # What was kept went with the round: an idle process holds no texts.
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert len(read) == 2 * once


async def test_what_is_due_while_its_platform_is_off_is_told_when_it_is_on(desk):
    off = replace(desk.editions, platforms={})
    desk.clock.advance(minutes=2)
    await off.plan()
    await off.compose_due()
    newest, *_ = await history(desk)
    assert (newest.state, newest.reason) == ("skipped", NOT_ON)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert titles(desk)[0] == "Morning brief"


async def test_an_order_of_a_process_without_the_platform_is_another_ones(desk):
    off = replace(desk.editions, platforms={})
    digest = await desk.digest()
    await off.order(digest.workspace_id, digest, "cli-1")
    await desk.wake()
    assert titles(desk)[0] == "Morning brief"


async def test_one_new_article_is_enough_for_the_next_edition(desk):
    desk.clock.advance(minutes=2)
    await desk.wake()
    before = len(titles(desk))
    desk.publish("flood", FLOOD)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert titles(desk)[before:] == [
        "Morning brief",
        "River floods the market square of Brannock",
    ]


async def test_wake_says_when_it_wants_to_be_called_next(desk):
    due = await desk.wake()
    assert due == desk.clock.now() + timedelta(minutes=2)


async def test_after_hours_of_downtime_one_edition_goes_out_and_not_one_a_slot(desk):
    desk.clock.advance(hours=5)
    await desk.wake()
    assert len({m.payload["edition"] for m in desk.platform.messages}) <= 1
    desk.publish("flood", FLOOD)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert "River floods the market square of Brannock" in titles(desk)


async def test_posting_by_hand_leaves_the_scheduled_slot(desk):
    await desk.post()
    desk.publish("flood", FLOOD)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert len({m.payload["edition"] for m in desk.platform.messages}) == 2


async def test_a_paused_digest_posts_nothing_and_goes_on_when_resumed(desk):
    digest = await desk.digest()
    from bot.storage import digests

    await desk.db.write(
        digests.pause, workspace_id=digest.workspace_id, digest_id=digest.id
    )
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert desk.platform.messages == []
    await desk.db.write(
        digests.resume, workspace_id=digest.workspace_id, digest_id=digest.id
    )
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert desk.platform.messages


async def test_quiet_hours_hold_editions_and_post_one_merged_when_they_end(bare):
    bare.publish("bridge", BRIDGE)
    # The fake clock shows 12:00 UTC, which is 13:00 in Berlin.
    await bare.apply(
        CONFIGURATION.replace("every 2 minutes", "hourly")
        + 'quiet_hours = "13:30-16:30"\n'
    )
    for _ in range(3):
        bare.clock.advance(hours=1)
        await bare.wake()
    assert bare.platform.messages == []
    bare.publish("pool", POOL)
    bare.clock.advance(minutes=30)
    await bare.wake()
    assert len({m.payload["edition"] for m in bare.platform.messages}) == 1
    assert len(titles(bare)) == 3


async def test_a_broken_article_does_not_stop_the_others(desk):
    (desk.home / "articles" / "broken.txt").write_bytes(b"\x00\x01\x02" * 500)
    await desk.post()
    assert "Harbour bridge closes after crack is found" in titles(desk)
    digest = await desk.digest()
    assert "broken" in str(digest.sources[0].problem)


async def test_a_folder_that_is_gone_is_told_and_ends_nothing(desk):
    for path in (desk.home / "articles").iterdir():
        path.unlink()
    (desk.home / "articles").rmdir()
    outcome = await desk.post()
    assert outcome.issue is None
    digest = await desk.digest()
    assert str(desk.home / "articles") in str(digest.sources[0].problem)


async def test_killed_after_composing_the_next_process_sends_what_is_stored(
    sqlite_url: str, tmp_path: Path
):
    platform = FakePlatform()
    async with newsroom(sqlite_url, tmp_path, platform) as before:
        before.publish("bridge", BRIDGE)
        await before.apply()
        before.clock.advance(minutes=2)
        await before.editions.plan()
        await before.editions.compose_due()
    async with newsroom(sqlite_url, tmp_path, platform) as after:
        after.clock.advance(minutes=3)
        await after.wake()
        assert len({m.payload["edition"] for m in platform.messages}) == 1
        assert platform.doubled() == ()


async def test_killed_after_planning_the_next_process_composes_it(
    sqlite_url: str, tmp_path: Path
):
    platform = FakePlatform()
    async with newsroom(sqlite_url, tmp_path, platform) as before:
        before.publish("bridge", BRIDGE)
        await before.apply()
        before.clock.advance(minutes=2)
        await before.editions.plan()
    async with newsroom(sqlite_url, tmp_path, platform) as after:
        after.clock.advance(minutes=3)
        await after.wake()
        assert len({m.payload["edition"] for m in platform.messages}) == 1


async def test_a_preview_posts_and_tells_nothing(desk):
    digest = await desk.digest()
    draft = await desk.editions.preview(digest, "local")
    assert len(draft.edition.stories) == 2
    assert desk.platform.messages == []
    await desk.post()
    assert len(titles(desk)) == 3


async def test_a_corrected_revision_takes_the_place_of_the_earlier_one(desk):
    corrected = BRIDGE.replace("31,000", "36,000").replace(
        "lang: en", "lang: en\nrevises: bridge"
    )
    desk.publish("bridge-corrected", corrected)
    outcome = await desk.post()
    assert outcome.issue is not None
    shown = [f.figure.text for s in outcome.issue.edition.stories for f in s.figures]
    assert any("36,000" in text for text in shown)
    assert not any("31,000" in text for text in shown)


async def test_a_defect_in_one_digest_is_tried_again_and_stops_no_other(desk, caplog):
    await desk.apply(CONFIGURATION + SECOND)
    broken = await desk.digest("Evening")
    compose = desk.editions.intake.engine.run

    async def fails_for_evening(work, *args, **kwargs):
        if any(getattr(a, "title", "") == "Evening" for a in args):
            raise ZeroDivisionError("a defect")
        return await compose(work, *args, **kwargs)

    object.__setattr__(desk.editions.engine, "run", fails_for_evening)
    desk.clock.advance(minutes=2)
    await desk.wake()
    assert {m.payload["text"] for m in desk.platform.messages} >= {"Morning brief"}
    (waiting,) = await desk.db.read(
        occurrences.newest,
        workspace_id=broken.workspace_id,
        digest_id=broken.id,
        count=1,
    )
    assert waiting.state == "deferred"
    object.__setattr__(desk.editions.engine, "run", compose)
    desk.clock.advance(minutes=1)
    await desk.wake()
    assert "Evening" in titles(desk)
