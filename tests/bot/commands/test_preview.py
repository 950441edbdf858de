"""Previews of an edition, now or for a past day, with the reason for each omission."""

import pytest

from bot.model import RenderedEdition, Reply
from tests.bot.commands.editors import Editor, editor, said
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, BotHarness


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """At noon in UTC, one o'clock in Berlin."""
    return await editor(harness)


def shown(answer: Reply) -> str:
    return "\n".join(
        part.fallback_text
        for block in answer.blocks
        if isinstance(block, RenderedEdition)
        for part in block.parts
    )


async def test_it_gives_count_and_reason_of_each_stage(ana: Editor):
    ana.harness.publish("copy", BRIDGE.replace("Hallin Courier", "Sun"))
    await ana.sets("exclude", "add pool")
    reported = said(await ana.says("newsdesk preview"))
    assert (
        "3 articles read · 0 posted before · 1 kept out by a filter · 1 merged"
        in reported
    )
    assert "Filtered out: 1" in reported
    assert "It contains «pool», which this digest leaves out." in reported
    assert "Repeats another article: 1" in reported


async def test_published_articles_are_counted_with_the_reason(ana: Editor):
    await ana.harness.post()
    reported = said(await ana.says("newsdesk preview"))
    assert "Nothing would be posted now" in reported
    assert "Posted before: 2" in reported
    assert "this article adds nothing new" in reported


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("paused = true", "the digest is paused"),
        ("skip = [2026-11-24]", "today is skipped"),
        ('quiet_hours = "12:00-15:00"', "quiet until"),
    ],
)
async def test_the_reason_that_blocks_an_edition_now_is_shown(
    ana: Editor, more: str, says: str
):
    await ana.harness.apply(f"{CONFIGURATION}\n{more}\n")
    assert says in said(await ana.says("newsdesk preview"))


async def test_yesterday_shows_its_articles_even_if_published(ana: Editor):
    await ana.harness.post()
    ana.harness.clock.advance(days=1)
    ana.harness.publish("flood", FLOOD)
    await ana.harness.post("again")
    answer = await ana.says("newsdesk preview", day="yesterday")
    assert "Harbour bridge" in shown(answer)
    assert "Brannock" not in shown(answer)


async def test_the_week_holds_both_days_and_nothing_older(ana: Editor):
    await ana.harness.post()
    ana.harness.clock.advance(days=6)
    ana.harness.publish("flood", FLOOD.replace("11-24T12:30", "11-30T09:30"))
    await ana.harness.post("again")
    week = shown(await ana.says("newsdesk preview", day="week"))
    assert "Harbour bridge" in week
    assert "Brannock" in week
    ana.harness.clock.advance(days=4)
    later = shown(await ana.says("newsdesk preview", day="week"))
    assert "Harbour bridge" not in later
    assert "Brannock" in later


async def test_articles_published_before_that_day_stay_excluded(ana: Editor):
    await ana.harness.post()
    ana.harness.clock.advance(days=1)
    ana.harness.publish("bridge", BRIDGE.replace("31,000", "31,000 or so"))
    await ana.harness.post("again")
    ana.harness.clock.advance(days=1)
    reported = said(await ana.says("newsdesk preview", day="yesterday"))
    assert "Nothing would have been posted." in reported


async def test_the_day_ends_at_midnight_where_its_readers_live(ana: Editor):
    ana.harness.clock.advance(hours=11, minutes=30)  # 0:30 of the next day in Berlin
    await ana.harness.post()
    ana.harness.clock.advance(hours=1)
    reported = said(await ana.says("newsdesk preview", day="yesterday"))
    assert "nothing would have been posted" in reported


async def test_looking_back_stores_and_posts_nothing(ana: Editor):
    await ana.harness.post()
    ana.harness.clock.advance(days=1)
    before = len(ana.harness.platform.messages)
    await ana.says("newsdesk preview", day="yesterday")
    assert len(ana.harness.platform.messages) == before
    assert (await ana.harness.post("later")).stored_edition is None


async def test_a_day_without_articles_is_reported(ana: Editor):
    await ana.harness.post()
    reported = said(await ana.says("newsdesk preview", day="yesterday"))
    assert "No articles came in at that time" in reported


async def test_another_day_is_refused(ana: Editor):
    assert "today, yesterday, last 7 days" in said(
        await ana.says("newsdesk preview", day="May")
    )


@pytest.mark.parametrize(
    "typed", ["last 7 days", "Last  7 Days", "7 days", "week", "letzte 7 Tage", "Woche"]
)
async def test_the_last_week_is_called_in_several_ways(ana: Editor, typed: str):
    await ana.harness.post()
    ana.harness.clock.advance(days=3)
    answer = await ana.says("newsdesk preview", day=typed)
    assert not answer.problem
    assert "Harbour bridge" in shown(answer)


@pytest.mark.parametrize(("typed", "days"), [("heute", 0), ("gestern", 1)])
async def test_days_may_be_called_in_german(ana: Editor, typed: str, days: int):
    ana.harness.publish("pool", BRIDGE)
    await ana.harness.ingestor.refresh((await ana.harness.digest()).sources)
    ana.harness.clock.advance(days=days)
    assert "Harbour bridge" in shown(await ana.says("newsdesk preview", day=typed))


async def test_the_days_are_completed(ana: Editor):
    asked = await ana._event("newsdesk preview", {})
    offered = await ana.harness.inbox.complete(asked, "day", "")
    assert offered == ("today", "yesterday", "last 7 days")


async def test_merged_articles_are_named_with_their_outlet(ana: Editor):
    ana.harness.publish("copy", BRIDGE.replace("Hallin Courier", "Sun"))
    reported = said(await ana.says("newsdesk preview"))
    assert "Repeats another article: 1" in reported
    assert "«Harbour bridge closes after crack is found» (Sun)" in reported


async def test_of_many_that_were_merged_five_are_named(ana: Editor):
    for number in range(8):
        text = BRIDGE.replace("Hallin Courier", f"Paper {number}")
        ana.harness.publish(f"copy-{number}", text)
    reported = said(await ana.says("newsdesk preview"))
    assert "Repeats another article: 8" in reported
    assert reported.count("«Harbour bridge closes after crack is found» (Paper") == 5
    assert "… and 3 more." in reported
