"""Polling: what is requested when, and how the answer is handled."""

import asyncio
from datetime import timedelta

import pytest

from bot.ingest import polling, source_state, storing
from bot.model.scope import Scope
from bot.storage import digest_store
from digests.stories.profiles import build_profiles
from tests.bot.harness import FLOOD
from tests.bot.ingest.newswire import Newswire, answer_with_etag, feed_configuration
from tests.feeds import an_item, items, rss
from tests.wire.server import answer, in_turn, redirect

HOURS_OF_A_MONTH = 24 * 30


async def pass_time(newswire: Newswire, hours: float, step: float = 1.0) -> int:
    """Poll every so many hours; return the number of requests."""
    before = len(newswire.server.requests)
    for _ in range(int(hours / step)):
        await newswire.poll(hours=step)
    return len(newswire.server.requests) - before


# ── when ───────────────────────────────────────────────────────────────────────


async def test_a_new_source_is_read_at_once_and_posts_nothing(newswire):
    newswire.publish("/feed", items(range(12)))
    await newswire.subscribe("/feed")
    assert await newswire.asked() == 1
    assert await newswire.articles() == 12
    assert newswire.posted() == []


async def test_an_article_that_cannot_be_analysed_silences_no_other(
    newswire, monkeypatch
):
    def fail_at_third(articles):
        if articles[0].title == an_item(2).title:
            raise ValueError("a defect of the analysis")
        return build_profiles(articles)

    monkeypatch.setattr(storing, "build_profiles", fail_at_third)
    newswire.publish("/feed", items(range(4)))
    await newswire.subscribe("/feed")
    assert await newswire.asked() == 1
    assert await newswire.articles() == 3
    newswire.publish("/feed", items(range(5)))
    assert await newswire.asked(seconds=3600) == 1
    assert await newswire.articles() == 4


async def test_a_source_is_not_asked_before_its_slot_and_is_after_it(newswire):
    newswire.publish("/feed", items(range(12)))
    await newswire.subscribe("/feed")
    due = await newswire.poll()
    assert due is not None
    left = due - newswire.harness.clock.now()
    assert await newswire.asked(seconds=left.total_seconds() - 1) == 0
    assert await newswire.asked(seconds=1) == 1


async def test_poll_returns_when_the_earliest_source_is_due(newswire):
    for path in ("/a", "/b", "/c"):
        newswire.publish(path, items(range(3)))
    await newswire.subscribe("/a", "/b", "/c")
    due = await newswire.poll()
    assert due == min(s.next_poll_at for s in await newswire.sources())


async def test_two_digests_of_two_workspaces_cost_one_fetch(newswire):
    newswire.publish("/feed", items(range(3)))
    address = newswire.url("/feed")
    other = feed_configuration([address]).replace("newsroom", "another")
    await newswire.harness.apply(feed_configuration([address]) + other)
    assert len(await newswire.sources()) == 1
    assert await newswire.asked() == 1


async def test_sources_in_a_private_network_are_per_workspace(newswire):
    newswire.publish("/feed", items(range(3)))
    address = newswire.url("/feed", "127.0.0.1")
    other = feed_configuration([address]).replace("newsroom", "another")
    await newswire.harness.apply(feed_configuration([address]) + other)
    assert len({s.workspace_id for s in await newswire.sources()}) == 2


async def test_sources_of_paused_digests_only_are_not_requested(newswire):
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed")
    digest = await newswire.harness.digest()
    await newswire.harness.db.write(
        digest_store.pause_digest, Scope(digest.workspace_id), digest_id=digest.id
    )
    assert await newswire.asked() == 0


async def test_a_busy_source_is_asked_more_often_than_a_silent_one(newswire):
    busy = [
        an_item(n, published=newswire.harness.clock.now() - timedelta(minutes=n))
        for n in range(30)
    ]
    old = [
        an_item(n, published=newswire.harness.clock.now() - timedelta(days=20 + n))
        for n in range(30, 33)
    ]
    newswire.publish("/busy", busy)
    newswire.publish("/silent", old)
    await newswire.subscribe("/busy", "/silent")
    await newswire.poll()
    await pass_time(newswire, 6, step=1 / 12)
    paths = newswire.server.paths()
    assert paths.count("/busy") > 30
    assert paths.count("/silent") <= 3


async def test_a_folder_is_read_every_minute(newswire):
    newswire.harness.publish("flood", FLOOD)
    await newswire.harness.apply(feed_configuration(["articles"]))
    await newswire.poll()
    newswire.harness.publish("later", FLOOD.replace("Brannock", "Torvale"))
    await newswire.poll(seconds=90)
    assert await newswire.articles() == 2


# ── unchanged feeds ────────────────────────────────────────────────────────────


async def test_an_unchanged_feed_sends_no_body(newswire):
    newswire.shelf["/feed"] = answer_with_etag(rss(items(range(12))))
    await newswire.subscribe("/feed")
    await newswire.poll()
    for _ in range(5):
        await newswire.poll(minutes=30)
    first, *later = newswire.server.requests
    assert "if-none-match" not in first.headers
    assert len(later) >= 3
    assert {r.headers.get("if-none-match") for r in later} == {'"one"'}
    assert (await newswire.source()).last_success_at == newswire.harness.clock.now()


async def test_a_changed_feed_is_read_and_its_new_tag_kept(newswire):
    newswire.shelf["/feed"] = answer_with_etag(rss(items(range(3))))
    await newswire.subscribe("/feed")
    await newswire.poll()
    newswire.shelf["/feed"] = answer_with_etag(rss(items(range(4))), '"two"')
    await newswire.poll(hours=2)
    assert await newswire.articles() == 4
    assert (await newswire.source()).etag == '"two"'


async def test_a_feed_that_could_not_be_read_is_not_asked_by_its_tag(newswire):
    newswire.shelf["/feed"] = answer(b"{broken", headers={"ETag": '"broken"'})
    await newswire.subscribe("/feed")
    await newswire.poll()
    await newswire.poll(hours=2)
    assert all("if-none-match" not in r.headers for r in newswire.server.requests)


async def test_an_empty_answer_is_not_asked_by_its_tag(newswire):
    newswire.shelf["/feed"] = answer_with_etag(rss([]))
    await newswire.subscribe("/feed")
    await newswire.poll()
    await newswire.poll(hours=7)
    assert all("if-none-match" not in r.headers for r in newswire.server.requests)


# ── what goes wrong ────────────────────────────────────────────────────────────


async def test_a_failing_source_is_tried_less_and_less_and_daily_in_the_end(newswire):
    newswire.shelf["/feed"] = answer(status=404)
    await newswire.subscribe("/feed")
    await newswire.poll()
    assert await pass_time(newswire, 48, step=0.25) < 12
    assert 6 <= await pass_time(newswire, 24 * 8) <= 9


async def test_one_that_answers_again_is_asked_as_before(newswire):
    newswire.shelf["/feed"] = in_turn(
        answer(status=500), answer(status=500), answer(rss(items(range(12))))
    )
    await newswire.subscribe("/feed")
    await newswire.poll()
    await newswire.poll(hours=1)
    await newswire.poll(hours=2)
    source = await newswire.source()
    assert (source.failures, source.problem) == (0, None)
    assert (
        source.next_poll_at - newswire.harness.clock.now()
        <= 2 * source_state.USUAL_INTERVAL
    )


async def test_a_broken_source_does_not_stop_the_others(newswire):
    newswire.shelf["/bad"] = answer(b"\0" * 100)
    newswire.publish("/good", items(range(3)))
    await newswire.subscribe("/bad", "/good")
    await newswire.poll()
    assert await newswire.articles() == 3
    assert (await newswire.source("/bad")).problem
    assert (await newswire.source("/good")).problem is None


async def test_a_defect_of_ours_in_one_source_does_not_stop_the_others(
    newswire, monkeypatch
):
    look = newswire.harness.ingestor.source_reader.read_address

    async def broken(address: str, **how):
        if address.endswith("/bad"):
            raise ZeroDivisionError
        return await look(address, **how)

    monkeypatch.setattr(newswire.harness.ingestor.source_reader, "read_address", broken)
    newswire.publish("/good", items(range(3)))
    await newswire.subscribe("/bad", "/good")
    await newswire.poll()
    assert await newswire.articles() == 3
    bad = await newswire.source("/bad")
    assert "defect" in str(bad.problem)
    assert bad.next_poll_at > newswire.harness.clock.now()


async def test_a_source_that_has_ended_is_never_asked_again(newswire):
    newswire.shelf["/feed"] = answer(status=410)
    await newswire.subscribe("/feed")
    await newswire.poll()
    assert await newswire.poll() is None, "nothing is left to wake up for"
    assert await pass_time(newswire, HOURS_OF_A_MONTH, step=6) == 0
    await newswire.harness.post()
    assert len(newswire.server.requests) == 1


async def test_a_source_that_had_ended_is_asked_again_when_it_is_named_anew(newswire):
    newswire.shelf["/feed"] = answer(status=410)
    await newswire.subscribe("/feed")
    await newswire.poll()
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed", more="stories = 3")
    assert await newswire.asked() == 1
    assert not (await newswire.source()).stopped


async def test_a_pause_is_kept_by_all_sources_of_the_host(newswire):
    newswire.shelf["/a"] = answer(status=429, headers={"Retry-After": "7200"})
    newswire.publish("/b", items(range(3)))
    await newswire.subscribe("/a", "/b")
    await newswire.poll()
    asked = len(newswire.server.requests)
    assert await pass_time(newswire, 1.9, step=0.1) == 0
    newswire.publish("/a", items(range(3, 6)))
    assert await pass_time(newswire, 1, step=0.1) >= 2
    assert asked <= 2


async def test_a_pause_of_the_host_outlives_the_process(newswire):
    newswire.publish("/a", items(range(3)))
    newswire.publish("/b", items(range(3, 6)))
    await newswire.subscribe("/a", "/b")
    await newswire.poll()
    newswire.shelf["/a"] = answer(status=429, headers={"Retry-After": "7200"})
    newswire.harness.clock.advance(minutes=6)
    await newswire.harness.ingestor.refresh([await newswire.source("/a")])
    # The fetcher's memory is lost with it; the table is not.
    other = await newswire.source("/b")
    assert other.backoff_until is not None
    assert other.backoff_until - newswire.harness.clock.now() >= timedelta(hours=2)
    assert other.next_poll_at == other.backoff_until


async def test_a_pause_is_broken_by_no_edition(newswire):
    newswire.shelf["/feed"] = answer(status=503, headers={"Retry-After": "7200"})
    await newswire.subscribe("/feed")
    await newswire.poll()
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post()
    assert len(newswire.server.requests) == 1


async def test_a_parked_domain_is_a_problem_and_never_an_article(newswire):
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed")
    await newswire.poll()
    page = b"<html><body><p>This domain may be for sale. Ask us now.</p></body></html>"
    newswire.shelf["/feed"] = answer(page, headers={"Content-Type": "text/html"})
    await newswire.poll(hours=2)
    assert await newswire.articles() == 3
    assert (await newswire.source()).problem


# ── where ──────────────────────────────────────────────────────────────────────


async def test_a_move_is_believed_at_the_third_answer_and_not_before(newswire):
    newswire.shelf["/feed"] = redirect("/new", status=301)
    newswire.publish("/new", items(range(3)))
    await newswire.subscribe("/feed")
    for _ in range(3):
        await newswire.poll(hours=7)
    assert newswire.server.paths().count("/feed") == 3
    await newswire.poll(hours=7)
    assert newswire.server.paths().count("/feed") == 3
    assert (await newswire.source()).address == newswire.url("/feed")


async def test_a_move_for_now_is_never_believed(newswire):
    newswire.shelf["/feed"] = redirect("/new", status=302)
    newswire.publish("/new", items(range(3)))
    await newswire.subscribe("/feed")
    for _ in range(5):
        await newswire.poll(hours=7)
    assert newswire.server.paths().count("/feed") == 5


async def test_moves_to_several_places_are_not_added_up(newswire):
    newswire.shelf["/feed"] = in_turn(
        redirect("/a", status=301), redirect("/b", status=301),
        redirect("/a", status=301), redirect("/b", status=301),
    )  # fmt: skip
    newswire.publish("/a", items(range(3)))
    newswire.publish("/b", items(range(3)))
    await newswire.subscribe("/feed")
    for _ in range(4):
        await newswire.poll(hours=7)
    assert newswire.server.paths().count("/feed") == 4


async def test_a_move_to_a_dead_address_is_reverted(newswire):
    newswire.shelf["/feed"] = redirect("/new", status=301)
    newswire.publish("/new", items(range(3)))
    await newswire.subscribe("/feed")
    for _ in range(3):
        await newswire.poll(hours=7)
    newswire.shelf["/new"] = answer(status=410)
    newswire.publish("/feed", items(range(4)))
    await newswire.poll(hours=7)
    await newswire.poll(hours=7)
    source = await newswire.source()
    assert (source.stopped, source.moved_to, source.problem) == (False, None, None)
    assert await newswire.articles() == 4


async def test_a_site_is_read_at_the_feed_that_its_page_names(newswire):
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/f">'
    newswire.shelf["/"] = answer(page, headers={"Content-Type": "text/html"})
    newswire.publish("/f", items(range(3)), title="Hallin Courier")
    await newswire.subscribe("/")
    await newswire.poll()
    assert await newswire.articles() == 3
    source = await newswire.source("/")
    assert (source.kind, source.name) == ("site", "Hallin Courier")
    await newswire.poll(hours=7)
    assert newswire.server.paths() == ["/", "/f", "/f"]


async def test_a_page_of_an_article_is_one_article_and_a_change_is_a_revision(newswire):
    text = "The harbour bridge at Hallin was closed after a crack was found. " * 8
    page = (
        "<html lang=en><head><title>Bridge closed</title>"
        '<meta property="article:published_time" content="2026-11-24T09:00:00Z">'
        "</head><body><article><h1>Bridge closed</h1><p>{}</p></article></body></html>"
    )
    html = {"Content-Type": "text/html"}
    newswire.shelf["/2026/bridge"] = answer(page.format(text).encode(), headers=html)
    await newswire.subscribe("/2026/bridge")
    await newswire.poll()
    changed = page.format(text + "It will open on 3 May.").encode()
    newswire.shelf["/2026/bridge"] = answer(changed, headers=html)
    await newswire.poll(hours=7)
    assert (await newswire.articles(), await newswire.revisions()) == (1, 2)
    assert (await newswire.source("/bridge")).kind == "page"


async def test_an_address_of_a_private_network_is_refused_with_the_setting(
    sqlite_url, tmp_path
):
    from tests.bot.harness import open_harness

    async with open_harness(sqlite_url, tmp_path) as harness:
        await harness.apply(feed_configuration(["http://127.0.0.1/feed"]))
        await harness.ingestor.poll()
        (source,) = (await harness.digest()).sources
    assert "STANDFIRST_FETCH_ALLOW_PRIVATE" in str(source.problem)


# ── before an edition ──────────────────────────────────────────────────────────


async def test_a_scheduled_edition_reads_what_was_not_read_for_five_minutes(newswire):
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed", more='schedule = "every 2 minutes UTC"')
    await newswire.poll()
    newswire.harness.clock.advance(minutes=4)
    await newswire.harness.wake()
    assert len(newswire.server.requests) == 1
    newswire.harness.clock.advance(minutes=2)
    await newswire.harness.wake()
    assert len(newswire.server.requests) == 2


async def test_a_failing_source_is_tried_by_hand_but_not_by_every_schedule(newswire):
    newswire.shelf["/feed"] = answer(status=404)
    await newswire.subscribe("/feed", more='schedule = "every 10 minutes UTC"')
    await newswire.poll()
    for _ in range(5):
        await newswire.poll(hours=6)
    await newswire.harness.wake()
    newswire.harness.clock.advance(minutes=10)
    asked = len(newswire.server.requests)
    await newswire.harness.wake()
    assert len(newswire.server.requests) == asked
    await newswire.harness.post()
    assert len(newswire.server.requests) == asked + 1


async def test_a_slow_source_does_not_keep_an_edition(newswire, monkeypatch):
    async def never(request, writer):
        await asyncio.sleep(60)

    monkeypatch.setattr(polling, "REFRESH_TIMEOUT", 3.0)
    newswire.shelf["/slow"] = never
    newswire.publish("/feed", items(range(3)))
    slow = newswire.url("/slow", "slow.example")
    await newswire.harness.apply(feed_configuration([slow, newswire.url("/feed")]))
    await newswire.harness.post()
    assert newswire.posted()[0] == "Morning brief"
    # It was left in the background, not waited for until it failed.
    assert (await newswire.source("/slow")).failures == 0


async def test_slow_sources_of_several_digests_are_waited_for_together(
    newswire, monkeypatch
):
    async def never(request, writer):
        await asyncio.sleep(60)

    monkeypatch.setattr(polling, "REFRESH_TIMEOUT", 0.5)
    text = feed_configuration([])
    for name in ("one", "two", "three", "four"):
        newswire.shelf[f"/{name}"] = never
        text = text.replace("sources = []", f'sources = ["{newswire.url("/feed")}"]')
        text += f"""
[[workspace.digest]]
name = "{name}"
sources = ["{newswire.url(f"/{name}", f"{name}.example")}"]
schedule = "every 10 minutes UTC"
"""
    newswire.publish("/feed", items(range(3)))
    await newswire.harness.apply(text)
    newswire.harness.clock.advance(timedelta(minutes=10))
    await newswire.harness.wake()
    asked = [path for path in newswire.server.paths() if path != "/feed"]
    assert sorted(asked) == ["/four", "/one", "/three", "/two"]


@pytest.mark.parametrize("poll", [False, True])
async def test_a_stop_leaves_no_reading_behind(newswire, poll):
    asked = asyncio.Event()

    async def never(request, writer):
        asked.set()
        await asyncio.sleep(60)

    newswire.shelf["/slow"] = never
    await newswire.subscribe("/slow")
    before = asyncio.all_tasks()
    work = (
        newswire.harness.ingestor.poll()
        if poll
        else newswire.harness.ingestor.refresh(
            (await newswire.harness.digest()).sources
        )
    )
    reading = asyncio.create_task(work)
    await asked.wait()
    reading.cancel()
    await asyncio.wait((reading,))
    left = asyncio.all_tasks() - before - {reading}
    assert [task for task in left if "_read_in_turn" in repr(task.get_coro())] == []


async def test_two_who_want_one_source_at_once_ask_it_once(newswire):
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed")
    found = (await newswire.harness.digest()).sources
    ingestor = newswire.harness.ingestor
    await asyncio.gather(ingestor.poll(), ingestor.refresh(found), ingestor.poll())
    assert len(newswire.server.requests) == 1


@pytest.mark.parametrize("number", [1, 3])
async def test_the_first_edition_has_the_newest_articles_only(newswire, number):
    newswire.publish("/feed", items(range(30)))
    await newswire.subscribe("/feed", more=f"stories = {number}")
    await newswire.harness.post("one")
    reported = len(newswire.posted())
    assert number < reported < number + 4
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    assert len(newswire.posted()) == reported
    newswire.publish("/feed", [an_item(40), *items(range(30))])
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("three")
    assert an_item(40).title in newswire.posted()


async def test_a_feed_that_joins_later_does_not_pour_its_past_into_editions(newswire):
    newswire.publish("/feed", items(range(3)))
    newswire.publish("/more", items(range(3, 29)), title="Torvale Herald")
    await newswire.subscribe("/feed", more="stories = 2")
    await newswire.harness.post("one")
    await newswire.subscribe("/feed", "/more", more="stories = 2")
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    reported = len(newswire.posted())
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("three")
    assert len(newswire.posted()) == reported


async def test_pending_articles_survive_a_changed_digest(newswire):
    newswire.publish("/feed", items(range(3)))
    await newswire.subscribe("/feed", more="stories = 1")
    await newswire.harness.post("one")
    await newswire.subscribe("/feed", more='stories = 1\nexclude = ["nothing"]')
    newswire.publish("/feed", items(range(50, 65)))
    newswire.harness.clock.advance(hours=1)
    await newswire.harness.post("two")
    reported = len(newswire.posted())
    await newswire.harness.post("three")
    assert len(newswire.posted()) > reported
