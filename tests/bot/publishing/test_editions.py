"""From a due moment to a stored edition with its deliveries."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.i18n.translation import Texts
from bot.model import Occurrence
from bot.model.scope import Scope
from bot.publishing.planning import PLATFORM_NOT_CONNECTED, describe_nothing_new
from bot.storage import schedule_store
from digests import analysis
from digests.analysis import analyse_article
from digests.compose import compose
from digests.editing.novelty import collect_published
from digests.types import Article, ArticleAnalysis, EditionStyle
from tests.bot.harness import (
    BRIDGE,
    CONFIGURATION,
    FLOOD,
    POOL,
    BotHarness,
    open_harness,
)
from tests.builders import NOON, an_article
from tests.fakes import FakeEngine, FakePlatform

SECOND = """
[[workspace.digest]]
name = "Evening"
sources = ["articles"]
destinations = ["morning"]
schedule = "every 2 minutes Europe/Berlin"
"""


async def history(harness: BotHarness) -> tuple[Occurrence, ...]:
    digest = await harness.digest()
    return await harness.db.read(
        schedule_store.list_newest_occurrences,
        Scope(digest.workspace_id),
        digest_id=digest.id,
        count=50,
    )


def titles(harness: BotHarness) -> list[str]:
    return [str(message.payload["text"]) for message in harness.platform.messages]


async def test_nothing_is_posted_before_it_is_due(harness):
    await harness.wake()
    assert harness.platform.messages == []


async def test_a_due_schedule_posts_one_edition(harness):
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert titles(harness)[0] == "Morning brief"
    assert len({m.payload["edition"] for m in harness.platform.messages}) == 1


async def test_waking_twice_at_one_moment_posts_once(harness):
    harness.clock.advance(minutes=2)
    await harness.wake()
    posted = titles(harness)
    await harness.wake()
    assert titles(harness) == posted


async def test_with_nothing_new_nothing_is_posted_and_the_reason_is_kept(harness):
    harness.clock.advance(minutes=2)
    await harness.wake()
    posted = titles(harness)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert titles(harness) == posted
    newest, *_ = await history(harness)
    assert newest.state == "skipped"
    assert "Nothing new" in str(newest.reason)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (
            "en",
            "Nothing new: 1 article was already posted; 1 was not chosen for an "
            "earlier edition; 1 is filtered out.",
        ),
        (
            "de",
            "Nichts Neues: 1 Artikel wurde schon gepostet; 1 wurde für eine frühere "
            "Ausgabe nicht ausgewählt; 1 hält ein Filter zurück.",
        ),
    ],
)
def test_what_an_earlier_edition_did_not_choose_is_not_counted_as_posted(
    locale, expected
):
    bridge = an_article()
    pool = an_article(
        id="pool",
        title="Torvale pool reopens after repairs to its roof",
        text="The public pool in Torvale reopened on Tuesday after repairs.",
    )
    flood = an_article(
        id="flood",
        title="River floods the market square of Brannock",
        text="The river Sole flooded the market square of Brannock and closed shops.",
    )
    style = EditionStyle(stories=1, brief=0, exclude=("Brannock",))
    first = compose([bridge, pool, flood], now=NOON, style=style)
    assert [story.articles[0].id for story in first.stories] == ["bridge"]
    # Both were candidates of the first edition, as in a digest's initial backlog.
    weighed = {f"{one.id}@{one.revision}" for one in (bridge, pool)}
    ledger = replace(collect_published(first), revisions=frozenset(weighed))
    again = compose([bridge, pool, flood], now=NOON, ledger=ledger, style=style)
    found = describe_nothing_new(again, None, NOON, "UTC")
    assert Texts.of(locale).message(found) == expected


async def test_digests_that_are_due_together_read_an_article_once(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
):
    read: list[str] = []

    def counting(article: Article, style: EditionStyle) -> ArticleAnalysis:
        read.append(article.id)
        return analyse_article(article, style)

    monkeypatch.setattr(analysis, "analyse_article", counting)
    await harness.apply(CONFIGURATION + SECOND)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert {"Morning brief", "Evening"} <= set(titles(harness))
    assert len(read) == len(set(read)) > 0
    once = len(read)
    # The cache is dropped after the round: an idle process holds no texts.
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert len(read) == 2 * once


async def test_editions_due_while_the_platform_is_off_are_posted_later(harness):
    off = replace(harness.publisher, platforms={})
    harness.clock.advance(minutes=2)
    await off.plan()
    await off.compose_due()
    newest, *_ = await history(harness)
    assert (newest.state, newest.reason) == ("skipped", PLATFORM_NOT_CONNECTED)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert titles(harness)[0] == "Morning brief"


async def test_an_order_of_a_process_without_the_platform_is_another_ones(harness):
    off = replace(harness.publisher, platforms={})
    digest = await harness.digest()
    await off.order(digest, "cli-1")
    await harness.wake()
    assert titles(harness)[0] == "Morning brief"


async def test_one_new_article_is_enough_for_the_next_edition(harness):
    harness.clock.advance(minutes=2)
    await harness.wake()
    before = len(titles(harness))
    harness.publish("flood", FLOOD)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert titles(harness)[before:] == [
        "Morning brief",
        "River floods the market square of Brannock",
    ]


async def test_wake_returns_its_next_due_time(harness):
    due = await harness.wake()
    assert due == harness.clock.now() + timedelta(minutes=2)


async def test_after_hours_of_downtime_one_edition_is_posted(harness):
    harness.clock.advance(hours=5)
    await harness.wake()
    assert len({m.payload["edition"] for m in harness.platform.messages}) <= 1
    harness.publish("flood", FLOOD)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert "River floods the market square of Brannock" in titles(harness)


async def test_posting_by_hand_leaves_the_scheduled_slot(harness):
    await harness.post()
    harness.publish("flood", FLOOD)
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert len({m.payload["edition"] for m in harness.platform.messages}) == 2


async def test_a_paused_digest_posts_nothing_until_resumed(harness):
    digest = await harness.digest()
    from bot.storage import digest_store

    await harness.db.write(
        digest_store.pause_digest, Scope(digest.workspace_id), digest_id=digest.id
    )
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert harness.platform.messages == []
    await harness.db.write(
        digest_store.resume_digest,
        Scope(digest.workspace_id),
        digest_id=digest.id,
    )
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert harness.platform.messages


async def test_quiet_hours_hold_editions_and_post_one_merged_when_they_end(
    empty_harness,
):
    empty_harness.publish("bridge", BRIDGE)
    # The fake clock shows 12:00 UTC, which is 13:00 in Berlin.
    await empty_harness.apply(
        CONFIGURATION.replace("every 2 minutes", "hourly")
        + 'quiet_hours = "13:30-16:30"\n'
    )
    for _ in range(3):
        empty_harness.clock.advance(hours=1)
        await empty_harness.wake()
    assert empty_harness.platform.messages == []
    empty_harness.publish("pool", POOL)
    empty_harness.clock.advance(minutes=30)
    await empty_harness.wake()
    assert len({m.payload["edition"] for m in empty_harness.platform.messages}) == 1
    assert len(titles(empty_harness)) == 3


async def test_a_broken_article_does_not_stop_the_others(harness):
    (harness.home / "articles" / "broken.txt").write_bytes(b"\x00\x01\x02" * 500)
    await harness.post()
    assert "Harbour bridge closes after crack is found" in titles(harness)
    digest = await harness.digest()
    assert "broken" in str(digest.sources[0].problem)


async def test_a_missing_folder_is_reported_and_stops_nothing(harness):
    for path in (harness.home / "articles").iterdir():
        path.unlink()
    (harness.home / "articles").rmdir()
    outcome = await harness.post()
    assert outcome.stored_edition is None
    digest = await harness.digest()
    assert str(harness.home / "articles") in str(digest.sources[0].problem)


async def test_killed_after_composing_the_next_process_sends_what_is_stored(
    sqlite_url: str, tmp_path: Path
):
    platform = FakePlatform()
    async with open_harness(sqlite_url, tmp_path, platform) as before:
        before.publish("bridge", BRIDGE)
        await before.apply()
        before.clock.advance(minutes=2)
        await before.publisher.plan()
        await before.publisher.compose_due()
    async with open_harness(sqlite_url, tmp_path, platform) as after:
        after.clock.advance(minutes=3)
        await after.wake()
        assert len({m.payload["edition"] for m in platform.messages}) == 1
        assert platform.doubled() == ()


async def test_killed_after_planning_the_next_process_composes_it(
    sqlite_url: str, tmp_path: Path
):
    platform = FakePlatform()
    async with open_harness(sqlite_url, tmp_path, platform) as before:
        before.publish("bridge", BRIDGE)
        await before.apply()
        before.clock.advance(minutes=2)
        await before.publisher.plan()
    async with open_harness(sqlite_url, tmp_path, platform) as after:
        after.clock.advance(minutes=3)
        await after.wake()
        assert len({m.payload["edition"] for m in platform.messages}) == 1


async def test_a_preview_posts_and_records_nothing(harness):
    digest = await harness.digest()
    draft = await harness.publisher.preview(digest, "local")
    assert len(draft.edition.stories) == 2
    assert harness.platform.messages == []
    await harness.post()
    assert len(titles(harness)) == 3


async def test_a_corrected_revision_takes_the_place_of_the_earlier_one(harness):
    corrected = BRIDGE.replace("31,000", "36,000").replace(
        "lang: en", "lang: en\nrevises: bridge"
    )
    harness.publish("bridge-corrected", corrected)
    outcome = await harness.post()
    assert outcome.stored_edition is not None
    shown = [
        f.figure.text for s in outcome.stored_edition.edition.stories for f in s.figures
    ]
    assert any("36,000" in text for text in shown)
    assert not any("31,000" in text for text in shown)


class FailingForEvening(FakeEngine):
    """Has a defect in composing the digest «Evening»."""

    async def run(self, work: Any, /, *args: Any, **kwargs: Any) -> Any:
        if any(getattr(a, "name", "") == "Evening" for a in args):
            raise ZeroDivisionError("a defect")
        return await super().run(work, *args, **kwargs)


async def test_a_defect_in_one_digest_is_tried_again_and_stops_no_other(
    harness, caplog
):
    await harness.apply(CONFIGURATION + SECOND)
    broken = await harness.digest("Evening")
    usual = harness.publisher.engine.of_workspace
    object.__setattr__(
        harness.publisher.engine, "of_workspace", lambda _: FailingForEvening()
    )
    harness.clock.advance(minutes=2)
    await harness.wake()
    assert {m.payload["text"] for m in harness.platform.messages} >= {"Morning brief"}
    (waiting,) = await harness.db.read(
        schedule_store.list_newest_occurrences,
        Scope(broken.workspace_id),
        digest_id=broken.id,
        count=1,
    )
    assert waiting.state == "deferred"
    object.__setattr__(harness.publisher.engine, "of_workspace", usual)
    harness.clock.advance(minutes=1)
    await harness.wake()
    assert "Evening" in titles(harness)
