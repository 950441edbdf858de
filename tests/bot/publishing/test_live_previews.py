"""Live previews keep what they composed, and never show what is out of date."""

from dataclasses import replace
from datetime import timedelta

from bot.model import DigestOptions
from bot.publishing.live_previews import (
    DRY_RUN_PERIOD,
    EDITION_KEPT,
    LivePreviews,
    list_past_moments,
)
from tests.bot.harness import FLOOD, BotHarness


async def headlines(live: LivePreviews, digest) -> list[str]:
    edition = await live.compose(digest)
    return [story.headline.text for story in edition.stories]


async def refreshed(harness: BotHarness):
    digest = await harness.digest()
    await harness.ingestor.refresh(digest.sources, insist=True)
    return digest


async def test_an_article_that_arrives_meanwhile_is_in_the_next_preview(harness):
    digest = await refreshed(harness)
    live = LivePreviews(publisher=harness.publisher)
    before = await headlines(live, digest)
    harness.publish("flood", FLOOD)
    harness.clock.advance(timedelta(minutes=2))
    await refreshed(harness)
    assert len(await headlines(live, digest)) == len(before) + 1


async def test_a_name_and_a_layout_that_are_not_saved_are_in_the_next_preview(harness):
    digest = await refreshed(harness)
    live = LivePreviews(publisher=harness.publisher)
    first = await live.compose(digest)
    options = DigestOptions(sections=("quotes",))
    again = await live.compose(replace(digest, name="Dusk", options=options))
    assert (again.title, again.sections) == ("Dusk", ("quotes",))
    assert again.stories == first.stories


async def test_what_was_composed_a_while_ago_is_composed_again(harness):
    digest = await refreshed(harness)
    live = LivePreviews(publisher=harness.publisher)
    first = await live.compose(digest)
    harness.clock.advance(2 * EDITION_KEPT)
    assert (await live.compose(digest)).made_at > first.made_at


async def test_a_dry_run_shows_each_story_once(harness):
    digest = replace(await refreshed(harness), schedules=("daily at 20:00 UTC",))
    harness.clock.advance(timedelta(days=2))
    run = await LivePreviews(publisher=harness.publisher).dry_run(digest)
    shown = [s.headline.text for one in run for s in one.edition.stories]
    assert len(shown) == len(set(shown)) == 2


async def test_a_digest_with_too_many_moments_is_tried_once_a_day(harness):
    digest, now = await harness.digest(), harness.clock.now()
    moments = list_past_moments(digest, now - DRY_RUN_PERIOD, now)
    assert len(moments) == DRY_RUN_PERIOD.days
    assert moments[-1] == now
