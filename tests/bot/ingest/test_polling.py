"""Polling: what is asked when, and what becomes of the answer."""

import asyncio
from datetime import timedelta

import pytest

from bot import intake as intake_module
from bot.intake import cadence
from bot.storage import digests
from tests.bot.intake.press import Press, configuration, tagged
from tests.bot.newsroom import FLOOD
from tests.feeds import an_item, items, rss
from tests.wire.server import answer, in_turn, redirect

HOURS_OF_A_MONTH = 24 * 30


async def pass_time(room: Press, hours: float, step: float = 1.0) -> int:
    """Poll every so many hours; how many requests that made."""
    before = len(room.server.requests)
    for _ in range(int(hours / step)):
        await room.poll(hours=step)
    return len(room.server.requests) - before


# ── when ───────────────────────────────────────────────────────────────────────


async def test_a_new_source_is_read_at_once_and_posts_nothing(room):
    room.publish("/feed", items(range(12)))
    await room.subscribe("/feed")
    assert await room.asked() == 1
    assert await room.articles() == 12
    assert room.posted() == []


async def test_a_source_is_not_asked_before_its_slot_and_is_after_it(room):
    room.publish("/feed", items(range(12)))
    await room.subscribe("/feed")
    due = await room.poll()
    assert due is not None
    left = due - room.desk.clock.now()
    assert await room.asked(seconds=left.total_seconds() - 1) == 0
    assert await room.asked(seconds=1) == 1


async def test_poll_says_when_the_earliest_source_is_due(room):
    for path in ("/a", "/b", "/c"):
        room.publish(path, items(range(3)))
    await room.subscribe("/a", "/b", "/c")
    due = await room.poll()
    assert due == min(s.next_poll_at for s in await room.sources())


async def test_two_digests_of_two_workspaces_cost_one_fetch(room):
    room.publish("/feed", items(range(3)))
    address = room.url("/feed")
    other = configuration([address]).replace("newsroom", "another")
    await room.desk.apply(configuration([address]) + other)
    assert len(await room.sources()) == 1
    assert await room.asked() == 1


async def test_what_stands_in_a_private_network_is_each_workspaces_own(room):
    room.publish("/feed", items(range(3)))
    address = room.url("/feed", "127.0.0.1")
    other = configuration([address]).replace("newsroom", "another")
    await room.desk.apply(configuration([address]) + other)
    assert len({s.workspace_id for s in await room.sources()}) == 2


async def test_what_only_paused_digests_read_is_not_asked(room):
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed")
    digest = await room.desk.digest()
    await room.desk.db.write(
        digests.pause, workspace_id=digest.workspace_id, digest_id=digest.id
    )
    assert await room.asked() == 0


async def test_a_busy_source_is_asked_more_often_than_a_silent_one(room):
    busy = [
        an_item(n, published=room.desk.clock.now() - timedelta(minutes=n))
        for n in range(30)
    ]
    old = [
        an_item(n, published=room.desk.clock.now() - timedelta(days=20 + n))
        for n in range(30, 33)
    ]
    room.publish("/busy", busy)
    room.publish("/silent", old)
    await room.subscribe("/busy", "/silent")
    await room.poll()
    await pass_time(room, 6, step=1 / 12)
    paths = room.server.paths()
    assert paths.count("/busy") > 30
    assert paths.count("/silent") <= 3


async def test_a_folder_is_looked_at_every_minute(room):
    room.desk.publish("flood", FLOOD)
    await room.desk.apply(configuration(["articles"]))
    await room.poll()
    room.desk.publish("later", FLOOD.replace("Brannock", "Torvale"))
    await room.poll(seconds=90)
    assert await room.articles() == 2


# ── whether anything has changed ───────────────────────────────────────────────


async def test_an_unchanged_feed_sends_no_body(room):
    room.shelf["/feed"] = tagged(rss(items(range(12))))
    await room.subscribe("/feed")
    await room.poll()
    for _ in range(5):
        await room.poll(minutes=30)
    first, *later = room.server.requests
    assert "if-none-match" not in first.headers
    assert len(later) >= 3
    assert {r.headers.get("if-none-match") for r in later} == {'"one"'}
    assert (await room.source()).last_good == room.desk.clock.now()


async def test_a_changed_feed_is_read_and_its_new_tag_kept(room):
    room.shelf["/feed"] = tagged(rss(items(range(3))))
    await room.subscribe("/feed")
    await room.poll()
    room.shelf["/feed"] = tagged(rss(items(range(4))), '"two"')
    await room.poll(hours=2)
    assert await room.articles() == 4
    assert (await room.source()).etag == '"two"'


async def test_a_feed_that_could_not_be_read_is_not_asked_by_its_tag(room):
    room.shelf["/feed"] = answer(b"{broken", headers={"ETag": '"broken"'})
    await room.subscribe("/feed")
    await room.poll()
    await room.poll(hours=2)
    assert all("if-none-match" not in r.headers for r in room.server.requests)


async def test_an_empty_answer_is_not_asked_by_its_tag(room):
    room.shelf["/feed"] = tagged(rss([]))
    await room.subscribe("/feed")
    await room.poll()
    await room.poll(hours=7)
    assert all("if-none-match" not in r.headers for r in room.server.requests)


# ── what goes wrong ────────────────────────────────────────────────────────────


async def test_a_failing_source_is_tried_less_and_less_and_daily_in_the_end(room):
    room.shelf["/feed"] = answer(status=404)
    await room.subscribe("/feed")
    await room.poll()
    assert await pass_time(room, 48, step=0.25) < 12
    assert 6 <= await pass_time(room, 24 * 8) <= 9


async def test_one_that_answers_again_is_asked_as_before(room):
    room.shelf["/feed"] = in_turn(
        answer(status=500), answer(status=500), answer(rss(items(range(12))))
    )
    await room.subscribe("/feed")
    await room.poll()
    await room.poll(hours=1)
    await room.poll(hours=2)
    source = await room.source()
    assert (source.failures, source.problem) == (0, None)
    assert source.next_poll_at - room.desk.clock.now() <= 2 * cadence.USUAL


async def test_a_broken_source_does_not_stop_the_others(room):
    room.shelf["/bad"] = answer(b"\0" * 100)
    room.publish("/good", items(range(3)))
    await room.subscribe("/bad", "/good")
    await room.poll()
    assert await room.articles() == 3
    assert (await room.source("/bad")).problem
    assert (await room.source("/good")).problem is None


async def test_a_defect_of_ours_in_one_source_does_not_stop_the_others(
    room, monkeypatch
):
    look = room.desk.intake.outside.look

    async def broken(address: str, **how):
        if address.endswith("/bad"):
            raise ZeroDivisionError
        return await look(address, **how)

    monkeypatch.setattr(room.desk.intake.outside, "look", broken)
    room.publish("/good", items(range(3)))
    await room.subscribe("/bad", "/good")
    await room.poll()
    assert await room.articles() == 3
    bad = await room.source("/bad")
    assert "defect" in str(bad.problem)
    assert bad.next_poll_at > room.desk.clock.now()


async def test_a_source_that_has_ended_is_never_asked_again(room):
    room.shelf["/feed"] = answer(status=410)
    await room.subscribe("/feed")
    await room.poll()
    assert await room.poll() is None, "nothing is left to wake up for"
    assert await pass_time(room, HOURS_OF_A_MONTH, step=6) == 0
    await room.desk.post()
    assert len(room.server.requests) == 1


async def test_a_source_that_had_ended_is_asked_again_when_it_is_named_anew(room):
    room.shelf["/feed"] = answer(status=410)
    await room.subscribe("/feed")
    await room.poll()
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed", more="stories = 3")
    assert await room.asked() == 1
    assert not (await room.source()).stopped


async def test_a_pause_is_kept_by_all_sources_of_the_host(room):
    room.shelf["/a"] = answer(status=429, headers={"Retry-After": "7200"})
    room.publish("/b", items(range(3)))
    await room.subscribe("/a", "/b")
    await room.poll()
    asked = len(room.server.requests)
    assert await pass_time(room, 1.9, step=0.1) == 0
    room.publish("/a", items(range(3, 6)))
    assert await pass_time(room, 1, step=0.1) >= 2
    assert asked <= 2


async def test_a_pause_of_the_host_outlives_the_process(room):
    room.publish("/a", items(range(3)))
    room.publish("/b", items(range(3, 6)))
    await room.subscribe("/a", "/b")
    await room.poll()
    room.shelf["/a"] = answer(status=429, headers={"Retry-After": "7200"})
    room.desk.clock.advance(minutes=6)
    await room.desk.intake.refresh([await room.source("/a")])
    # What the way out remembers is gone with it; the table is not.
    other = await room.source("/b")
    assert other.rest_until is not None
    assert other.rest_until - room.desk.clock.now() >= timedelta(hours=2)
    assert other.next_poll_at == other.rest_until


async def test_a_pause_is_broken_by_no_edition(room):
    room.shelf["/feed"] = answer(status=503, headers={"Retry-After": "7200"})
    await room.subscribe("/feed")
    await room.poll()
    room.desk.clock.advance(hours=1)
    await room.desk.post()
    assert len(room.server.requests) == 1


async def test_a_parked_domain_is_a_problem_and_never_an_article(room):
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed")
    await room.poll()
    page = b"<html><body><p>This domain may be for sale. Ask us now.</p></body></html>"
    room.shelf["/feed"] = answer(page, headers={"Content-Type": "text/html"})
    await room.poll(hours=2)
    assert await room.articles() == 3
    assert (await room.source()).problem


# ── where ──────────────────────────────────────────────────────────────────────


async def test_a_move_is_believed_at_the_third_answer_and_not_before(room):
    room.shelf["/feed"] = redirect("/new", status=301)
    room.publish("/new", items(range(3)))
    await room.subscribe("/feed")
    for _ in range(3):
        await room.poll(hours=7)
    assert room.server.paths().count("/feed") == 3
    await room.poll(hours=7)
    assert room.server.paths().count("/feed") == 3
    assert (await room.source()).address == room.url("/feed")


async def test_a_move_for_now_is_never_believed(room):
    room.shelf["/feed"] = redirect("/new", status=302)
    room.publish("/new", items(range(3)))
    await room.subscribe("/feed")
    for _ in range(5):
        await room.poll(hours=7)
    assert room.server.paths().count("/feed") == 5


async def test_moves_to_several_places_are_not_added_up(room):
    room.shelf["/feed"] = in_turn(
        redirect("/a", status=301), redirect("/b", status=301),
        redirect("/a", status=301), redirect("/b", status=301),
    )  # fmt: skip
    room.publish("/a", items(range(3)))
    room.publish("/b", items(range(3)))
    await room.subscribe("/feed")
    for _ in range(4):
        await room.poll(hours=7)
    assert room.server.paths().count("/feed") == 4


async def test_a_move_that_led_nowhere_is_taken_back(room):
    room.shelf["/feed"] = redirect("/new", status=301)
    room.publish("/new", items(range(3)))
    await room.subscribe("/feed")
    for _ in range(3):
        await room.poll(hours=7)
    room.shelf["/new"] = answer(status=410)
    room.publish("/feed", items(range(4)))
    await room.poll(hours=7)
    await room.poll(hours=7)
    source = await room.source()
    assert (source.stopped, source.moved_to, source.problem) == (False, None, None)
    assert await room.articles() == 4


async def test_a_site_is_read_at_the_feed_that_its_page_names(room):
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/f">'
    room.shelf["/"] = answer(page, headers={"Content-Type": "text/html"})
    room.publish("/f", items(range(3)), title="Hallin Courier")
    await room.subscribe("/")
    await room.poll()
    assert await room.articles() == 3
    source = await room.source("/")
    assert (source.kind, source.name) == ("site", "Hallin Courier")
    await room.poll(hours=7)
    assert room.server.paths() == ["/", "/f", "/f"]


async def test_a_page_of_an_article_is_one_article_and_a_change_is_a_revision(room):
    text = "The harbour bridge at Hallin was closed after a crack was found. " * 8
    page = (
        "<html lang=en><head><title>Bridge closed</title>"
        '<meta property="article:published_time" content="2026-11-24T09:00:00Z">'
        "</head><body><article><h1>Bridge closed</h1><p>{}</p></article></body></html>"
    )
    html = {"Content-Type": "text/html"}
    room.shelf["/2026/bridge"] = answer(page.format(text).encode(), headers=html)
    await room.subscribe("/2026/bridge")
    await room.poll()
    changed = page.format(text + "It will open on 3 May.").encode()
    room.shelf["/2026/bridge"] = answer(changed, headers=html)
    await room.poll(hours=7)
    assert (await room.articles(), await room.revisions()) == (1, 2)
    assert (await room.source("/bridge")).kind == "page"


async def test_an_address_of_a_private_network_is_refused_with_the_setting(
    sqlite_url, tmp_path
):
    from tests.bot.newsroom import newsroom

    async with newsroom(sqlite_url, tmp_path) as desk:
        await desk.apply(configuration(["http://127.0.0.1/feed"]))
        await desk.intake.poll()
        (source,) = (await desk.digest()).sources
    assert "STANDFIRST_FETCH_ALLOW_PRIVATE" in str(source.problem)


# ── before an edition ──────────────────────────────────────────────────────────


async def test_an_edition_reads_what_was_not_read_for_five_minutes(room):
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed")
    await room.poll()
    room.desk.clock.advance(minutes=4)
    await room.desk.post("one")
    assert len(room.server.requests) == 1
    room.desk.clock.advance(minutes=2)
    await room.desk.post("two")
    assert len(room.server.requests) == 2


async def test_a_failing_source_is_tried_by_hand_but_not_by_every_schedule(room):
    room.shelf["/feed"] = answer(status=404)
    await room.subscribe("/feed", more='schedule = "every 10 minutes UTC"')
    await room.poll()
    for _ in range(5):
        await room.poll(hours=6)
    await room.desk.wake()
    room.desk.clock.advance(minutes=10)
    asked = len(room.server.requests)
    await room.desk.wake()
    assert len(room.server.requests) == asked
    await room.desk.post()
    assert len(room.server.requests) == asked + 1


async def test_a_slow_source_does_not_keep_an_edition(room, monkeypatch):
    async def never(request, writer):
        await asyncio.sleep(60)

    monkeypatch.setattr(intake_module, "PATIENCE", 3.0)
    room.shelf["/slow"] = never
    room.publish("/feed", items(range(3)))
    slow = room.url("/slow", "slow.example")
    await room.desk.apply(configuration([slow, room.url("/feed")]))
    await room.desk.post()
    assert room.posted()[0] == "Morning brief"
    # It was left waiting, not waited for until it failed.
    assert (await room.source("/slow")).failures == 0


async def test_slow_sources_of_several_digests_are_waited_for_together(
    room, monkeypatch
):
    async def never(request, writer):
        await asyncio.sleep(60)

    monkeypatch.setattr(intake_module, "PATIENCE", 0.5)
    text = configuration([])
    for name in ("one", "two", "three", "four"):
        room.shelf[f"/{name}"] = never
        text = text.replace("sources = []", f'sources = ["{room.url("/feed")}"]')
        text += f"""
[[workspace.digest]]
name = "{name}"
sources = ["{room.url(f"/{name}", f"{name}.example")}"]
schedule = "every 10 minutes UTC"
"""
    room.publish("/feed", items(range(3)))
    await room.desk.apply(text)
    room.desk.clock.advance(timedelta(minutes=10))
    await room.desk.wake()
    asked = [path for path in room.server.paths() if path != "/feed"]
    first_four = asked[:4]
    assert sorted(first_four) == ["/four", "/one", "/three", "/two"]


@pytest.mark.parametrize("poll", [False, True])
async def test_a_stop_leaves_no_reading_behind(room, poll):
    asked = asyncio.Event()

    async def never(request, writer):
        asked.set()
        await asyncio.sleep(60)

    room.shelf["/slow"] = never
    await room.subscribe("/slow")
    before = asyncio.all_tasks()
    work = (
        room.desk.intake.poll()
        if poll
        else room.desk.intake.refresh((await room.desk.digest()).sources)
    )
    reading = asyncio.create_task(work)
    await asked.wait()
    reading.cancel()
    await asyncio.wait((reading,))
    left = asyncio.all_tasks() - before - {reading}
    assert [task for task in left if "_in_turn" in repr(task.get_coro())] == []


async def test_two_who_want_one_source_at_once_ask_it_once(room):
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed")
    found = (await room.desk.digest()).sources
    intake = room.desk.intake
    await asyncio.gather(intake.poll(), intake.refresh(found), intake.poll())
    assert len(room.server.requests) == 1


@pytest.mark.parametrize("number", [1, 3])
async def test_the_first_edition_tells_the_newest_and_the_past_stays_untold(
    room, number
):
    room.publish("/feed", items(range(30)))
    await room.subscribe("/feed", more=f"stories = {number}")
    await room.desk.post("one")
    told = len(room.posted())
    assert number < told < number + 4
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    assert len(room.posted()) == told
    room.publish("/feed", [an_item(40), *items(range(30))])
    room.desk.clock.advance(hours=1)
    await room.desk.post("three")
    assert an_item(40).title in room.posted()


async def test_a_feed_that_joins_later_does_not_pour_its_past_into_editions(room):
    room.publish("/feed", items(range(3)))
    room.publish("/more", items(range(3, 29)), title="Torvale Herald")
    await room.subscribe("/feed", more="stories = 2")
    await room.desk.post("one")
    await room.subscribe("/feed", "/more", more="stories = 2")
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    told = len(room.posted())
    room.desk.clock.advance(hours=1)
    await room.desk.post("three")
    assert len(room.posted()) == told


async def test_what_waits_for_its_turn_is_not_lost_when_a_digest_is_changed(room):
    room.publish("/feed", items(range(3)))
    await room.subscribe("/feed", more="stories = 1")
    await room.desk.post("one")
    await room.subscribe("/feed", more='stories = 1\nexclude = ["nothing"]')
    room.publish("/feed", items(range(50, 65)))
    room.desk.clock.advance(hours=1)
    await room.desk.post("two")
    told = len(room.posted())
    await room.desk.post("three")
    assert len(room.posted()) > told
