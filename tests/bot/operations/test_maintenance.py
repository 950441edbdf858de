"""Old contents are pruned in short steps, are not published again; ids resolve."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.model.scope import Scope
from bot.operations.maintenance import Maintenance
from bot.settings import Retention
from bot.storage import Connection, change_store, deletion_store, schema
from tests.bot.commands.editors import Editor, editor, open_reports, said
from tests.bot.harness import BRIDGE, FLOOD, POOL, BotHarness, open_harness

SHORT = Retention(articles=30, editions=60, history=90)


def maintenance(harness: BotHarness, retention: Retention = SHORT) -> Maintenance:
    return Maintenance(db=harness.db, clock=harness.clock, retention=retention)


def rows(connection: Connection, *names: str) -> list[int]:
    tables = schema.metadata.tables
    return [
        connection.execute(select(func.count()).select_from(tables[name])).scalar_one()
        for name in names
    ]


def texts(connection: Connection) -> list[Any]:
    table = schema.revisions
    found = connection.execute(select(table.c.text, table.c.title).order_by(table.c.id))
    return [tuple(row) for row in found]


@pytest.fixture
async def ana(harness: BotHarness) -> Editor:
    """The state after an edition of 24 November."""
    await harness.post()
    return await editor(harness)


async def first_id(ana: Editor) -> str:
    return str(ana.harness.platform.messages[0].payload["edition"])


async def test_nothing_is_pruned_on_its_last_day(ana: Editor):
    ana.harness.clock.advance(days=59)
    before = await ana.harness.db.read(texts)
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(texts) == before
    answer = await ana.says("news latest", edition=await first_id(ana))
    assert not answer.problem


async def test_old_editions_are_answered_honestly_by_every_way_to_them(ana: Editor):
    key = await first_id(ana)
    reported = said(await ana.says("news search", words="harbour bridge"))
    assert key in reported
    shown = await ana.says("news story", story="1")
    assert not shown.problem
    story = (await ana.harness.archive.story(ana.place, "1")).story.id
    ana.harness.clock.advance(days=61)
    await maintenance(ana.harness).prune_outdated()
    # Its articles are still there, and give the story without the edition.
    assert not (await ana.says("news story", story=story)).problem
    ana.harness.clock.advance(days=14)
    await maintenance(ana.harness).prune_outdated()
    for answer in (
        await ana.says("news latest", edition=key),
        await ana.says("news story", story=f"{key} 1"),
        await ana.says("news story", story=story),
    ):
        assert answer.problem
        assert "no longer kept: it is too old" in said(answer)
    assert "In past" not in said(await ana.says("news search", words="harbour bridge"))
    assert await ana.harness.db.read(rows, "deliveries", "compositions") == [0, 0]


async def test_corrections_go_with_their_edition(ana: Editor):
    await ana.does("newsdesk correct", number="1", text="It was closed on Monday.")
    ana.harness.clock.advance(days=59)
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(rows, "corrections") == [1]
    ana.harness.clock.advance(days=2)
    now = ana.harness.clock.now()
    before = now - timedelta(days=60)
    # In one step: amendments must not outlive the edition's contents.
    await ana.harness.db.write(
        deletion_store.empty_editions, before=before, now=now, limit=50
    )
    assert await ana.harness.db.read(rows, "corrections") == [0]
    assert "has been corrected so far" in said(
        await ana.presses_below("v1:corrections:all")
    )


async def test_the_way_back_of_a_correction_ends_with_its_edition(ana: Editor):
    """The history is kept longer than its subjects."""
    await ana.does("newsdesk correct", number="1", text="It was closed on Monday.")
    ana.harness.clock.advance(days=61)
    await maintenance(ana.harness).prune_outdated()
    history = await ana.says("newsdesk history")
    assert (await ana.presses(history, "Revert")).problem


async def test_corrections_of_an_earlier_version_are_pruned_too(ana: Editor):
    await ana.does("newsdesk correct", number="1", text="It was closed on Monday.")
    await ana.harness.db.write(
        lambda connection: connection.execute(
            schema.editions.update().values(emptied_at=ana.harness.clock.now())
        )
    )
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(rows, "corrections") == [0]


async def test_resolved_reports_are_pruned_and_open_ones_are_not(ana: Editor):
    for text in ("It was Monday.", "It was Sunday."):
        await ana.says("news report", story="1", text=text)
    ana.harness.clock.advance(days=40)
    first, _ = await open_reports(ana)
    await ana.sees(f"report:{first}", answer="You are right.")
    ana.harness.clock.advance(days=59)
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(rows, "reports") == [2]
    ana.harness.clock.advance(days=2)
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(rows, "reports") == [1]
    assert len(await open_reports(ana)) == 1


async def test_published_stories_are_never_repeated(ana: Editor):
    """The folder still lists the pruned article."""
    memory = await ana.harness.db.read(
        rows, "published_items", "articles", "article_ids"
    )
    ana.harness.clock.advance(days=75)
    await maintenance(ana.harness).prune_outdated()
    assert (
        await ana.harness.db.read(rows, "published_items", "articles", "article_ids")
        == memory
    )
    outcome = await ana.harness.post("later")
    assert outcome.stored_edition is None
    assert await ana.harness.db.read(texts) == [("", None), ("", None)]


async def test_texts_go_with_what_was_found_in_them(ana: Editor):
    ana.harness.clock.advance(days=75)
    found = ("quotes", "figures", "searchable", "speaker_words", "story_articles")
    assert all(await ana.harness.db.read(rows, *found))
    await maintenance(ana.harness).prune_outdated()
    assert await ana.harness.db.read(rows, *found, "stories") == [0, 0, 0, 0, 0, 0]
    assert "No stored article" in said(await ana.says("news search", words="girder"))
    here = ana.place.workspace.scope
    assert await ana.harness.archive.article(here, 1) is None


async def test_the_words_of_pictures_go_with_their_article_and_their_edition(
    ana: Editor,
):
    def describe(conn: Connection) -> None:
        words = {"image": "https://news.example/a.jpg", "image_alt": "The girder"}
        conn.execute(schema.revisions.update().values(**words))
        picture = {"hash": "a", "width": 1, "height": 1, "alt": "The girder"}
        context = {"digest": "Morning brief", "pictures": {"story/1": picture}}
        conn.execute(schema.editions.update().values(render_context=context))

    def list_words(conn: Connection) -> list[Any]:
        table, context = schema.revisions.c, schema.editions.c.render_context
        images = conn.execute(select(table.image, table.image_alt)).all()
        return [*map(tuple, images), *conn.scalars(select(context))]

    await ana.harness.db.write(describe)
    ana.harness.clock.advance(days=75)
    await maintenance(ana.harness).prune_outdated()
    left = await ana.harness.db.read(list_words)
    assert left == [(None, None), (None, None), {"digest": "Morning brief"}]


async def test_an_article_is_kept_as_long_as_an_edition_quotes_it(ana: Editor):
    """Articles for 30 days, but their edition for 60."""
    ana.harness.clock.advance(days=59)
    await maintenance(ana.harness).prune_outdated()
    reported = said(await ana.says("news story", story=f"{await first_id(ana)} 1"))
    assert "Sources" in reported
    assert all(text for text, _ in await ana.harness.db.read(texts))


async def test_newer_contents_stay(ana: Editor):
    ana.harness.clock.advance(days=70)
    ana.harness.publish("flood", FLOOD.replace("2026-11-24", "2027-02-02"))
    await ana.harness.post("later")
    ana.harness.clock.advance(days=5)
    await maintenance(ana.harness).prune_outdated()
    assert [bool(text) for text, _ in await ana.harness.db.read(texts)] == [
        False,
        False,
        True,
    ]
    assert "Brannock" in said(await ana.says("news latest"))


async def test_the_history_is_pruned_and_the_configuration_stays(ana: Editor):
    await ana.sets("stories", "7")
    ana.harness.clock.advance(days=91)
    await maintenance(ana.harness).prune_outdated()
    scope = Scope(ana.place.workspace.id)
    assert (
        await ana.harness.db.read(change_store.list_newest_changes, scope, count=9)
        == ()
    )
    assert (await ana.harness.digest()).options.stories == 7


async def test_events_of_long_ago_are_forgotten_and_those_of_today_are_not(ana: Editor):
    await ana.says("newsdesk status")
    ana.harness.clock.advance(days=8)
    await ana.says("newsdesk status")
    await maintenance(ana.harness).run()
    assert await ana.harness.db.read(rows, "invocations") == [1]


async def test_the_daily_part_is_done_once_a_day(ana: Editor):
    keeping = maintenance(ana.harness)
    ana.harness.clock.advance(days=59, hours=23)
    await keeping.run()
    ana.harness.clock.advance(hours=2)
    await keeping.run()
    assert not (await ana.says("news latest", edition=await first_id(ana))).problem
    ana.harness.clock.advance(hours=23)
    await keeping.run()
    assert (await ana.says("news latest", edition=await first_id(ana))).problem


async def test_many_windows_are_processed(ana: Editor, monkeypatch: Any):
    monkeypatch.setattr("bot.operations.maintenance.PRUNING_WINDOW", 1)
    monkeypatch.setattr("bot.operations.maintenance.PRUNING_ROWS", 1)
    ana.harness.clock.advance(days=75)
    await maintenance(ana.harness).prune_outdated()
    assert [text for text, _ in await ana.harness.db.read(texts)] == ["", ""]
    await maintenance(ana.harness).prune_outdated()


async def test_the_same_on_both_databases(database_url: str, tmp_path: Path):
    async with open_harness(database_url, tmp_path) as harness:
        harness.publish("bridge", BRIDGE)
        harness.publish("pool", POOL)
        await harness.apply()
        await harness.post()
        ana = await editor(harness)
        key = await first_id(ana)
        await ana.sets("stories", "7")
        harness.clock.advance(timedelta(days=100))
        await maintenance(harness).prune_outdated()
        assert (await harness.post("later")).stored_edition is None
        assert "no longer kept" in said(await ana.says("news latest", edition=key))


async def test_status_shows_for_how_long(ana: Editor):
    reported = said(await ana.says("newsdesk status"))
    assert (
        "articles for 400 days, editions with their corrections and resolved"
        in reported
    )
    assert "reports for 400, the history for 730" in reported
    assert replace(SHORT, articles=90).texts == 90
