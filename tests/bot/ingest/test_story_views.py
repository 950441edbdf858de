"""Stories as articles arrive: one transaction, the right view, kept consistent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ingest.polling import Ingestor
from bot.jobs.in_process import InProcessEngine
from bot.model.jobs import JobRequest
from bot.model.scope import Scope
from bot.storage import (
    Connection,
    Database,
    article_store,
    schema,
    source_store,
    story_store,
)
from digests.types import Article, StoryMembership
from tests.bot.ingest.newswire import Newswire, feed_configuration, open_newswire
from tests.digests.stories.builders import FERRY, FERRY_AGAIN, ORCHARD
from tests.fakes import NOON
from tests.feeds import Item

FERRY_TOO = FERRY.replace("brought ashore", "taken ashore").replace("Divers", "Two men")
CANARY = "quetzal"


def an_entry(name: str, text: str, minutes: int = 10, title: str = "") -> Item:
    return Item(
        title=title or f"News of {name}",
        text=text,
        guid=name,
        link=f"https://outlet.example/news/{name}",
        published=NOON - timedelta(minutes=minutes),
    )


def herald(newswire: Newswire, *entries: Item) -> None:
    """Publish the second outlet's article."""
    newswire.publish("/b", entries, "Torvale Herald")


async def in_stories(
    newswire: Newswire, workspace: int | None = None
) -> dict[str, set[str]]:
    """The stories of a view: public id to the titles of its articles."""

    def look(conn: Connection) -> dict[str, set[str]]:
        keys = conn.execute(select(schema.articles.c.id)).scalars()
        found: dict[str, set[str]] = {}
        for member in story_store.list_memberships(
            conn, workspace_id=workspace, articles=[str(key) for key in keys]
        ):
            title = conn.execute(
                select(schema.revisions.c.title).where(
                    schema.revisions.c.article_id == int(member.article),
                    schema.revisions.c.current,
                )
            ).scalar_one()
            found.setdefault(member.story, set()).add(title)
        return found

    return await newswire.harness.db.read(look)


async def groups(
    newswire: Newswire, workspace: int | None = None
) -> set[frozenset[str]]:
    return set(map(frozenset, (await in_stories(newswire, workspace)).values()))


async def story_of(newswire: Newswire, name: str) -> str:
    found = await in_stories(newswire)
    return next(s for s, titles in found.items() if f"News of {name}" in titles)


async def stored_elsewhere(
    newswire: Newswire, path: str, name: str, text: str, story: str | None = None
) -> None:
    """Store what another process would, with or without a story."""
    source = await newswire.source(path)
    article = Article(
        id=name,
        title=f"News of {name}",
        text=text,
        source=f"Outlet {name}",
        published=NOON,
    )

    def work(conn: Connection) -> None:
        stored, _ = article_store.store_article(
            conn, source, article, now=newswire.harness.clock.now()
        )
        if story:
            member = StoryMembership(article=str(stored.article_id), story=story)
            story_store.set_memberships(
                conn,
                workspace_id=None,
                memberships=[member],
                now=newswire.harness.clock.now(),
            )

    await newswire.harness.db.write(work)


@pytest.fixture
async def two(newswire: Newswire) -> AsyncIterator[Newswire]:
    """A digest over the feeds of two outlets; the first one has news."""
    newswire.publish("/a", [an_entry("a1", FERRY)], "Hallin Courier")
    herald(newswire)
    await newswire.subscribe("/a", "/b")
    await newswire.poll()
    yield newswire
    # In every case the index in memory must equal what is stored.
    held = newswire.harness.ingestor._assigner._views[None].index
    stored = await newswire.harness.db.read(everything)
    assert len(held) == len(stored)
    assert all(held.story_of(m.article) == m.story for m in stored)


def everything(conn: Connection) -> tuple[StoryMembership, ...]:
    keys = conn.execute(select(schema.articles.c.id)).scalars()
    return story_store.list_memberships(
        conn, workspace_id=None, articles=[str(key) for key in keys]
    )


async def test_an_article_has_its_story_as_soon_as_it_is_stored(two):
    assert await groups(two) == {frozenset({"News of a1"})}


async def test_what_two_outlets_report_is_one_story(two):
    herald(two, an_entry("b1", FERRY_AGAIN), an_entry("b2", ORCHARD))
    await two.poll(days=1)
    assert await groups(two) == {
        frozenset({"News of a1", "News of b1"}),
        frozenset({"News of b2"}),
    }


async def test_articles_of_one_reading_find_each_other(newswire):
    newswire.publish("/a", [an_entry("a1", FERRY), an_entry("a2", FERRY_TOO, 5)])
    herald(newswire, an_entry("b1", FERRY_AGAIN))
    await newswire.subscribe("/a", "/b")
    await newswire.poll()
    assert len(await groups(newswire)) == 1


async def test_a_wire_copy_is_stored_as_one(two):
    herald(two, an_entry("b1", FERRY + " More follows."))
    await two.poll(days=1)
    copies = select(schema.story_articles.c.duplicate_of)
    found = await two.harness.db.read(lambda conn: set(conn.execute(copies).scalars()))
    assert found == {None, 1}


async def test_a_story_keeps_its_id_when_the_process_starts_again(
    sqlite_url: str, tmp_path: Path
):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        newswire.publish("/a", [an_entry("a1", FERRY)])
        await newswire.subscribe("/a")
        await newswire.poll()
        before = await story_of(newswire, "a1")
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        herald(newswire, an_entry("b1", FERRY_AGAIN))
        await newswire.subscribe("/b")
        await newswire.poll(days=1)
        assert await story_of(newswire, "b1") == before


async def test_an_article_is_not_stored_without_its_story(two, monkeypatch):
    herald(two, an_entry("b1", FERRY_AGAIN))

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("killed in the middle")

    with monkeypatch.context() as broken:
        broken.setattr(story_store, "update_memberships", dies)
        await two.poll(days=1)
    assert await two.articles() == 1

    await two.poll(days=1)
    assert await groups(two) == {frozenset({"News of a1", "News of b1"})}
    assert await two.articles() == 2


async def test_what_another_process_stored_is_found_and_filed(two):
    await stored_elsewhere(two, "/a", "x", ORCHARD)
    herald(two, an_entry("b1", ORCHARD + " More follows soon."))
    await two.poll(days=1)
    assert await groups(two) == {
        frozenset({"News of a1"}),
        frozenset({"News of x", "News of b1"}),
    }


async def test_articles_of_an_older_program_get_their_stories(
    sqlite_url: str, tmp_path: Path
):
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        newswire.publish("/a", [an_entry("a1", FERRY)])
        await newswire.subscribe("/a")
        await newswire.poll()
        no_stories = schema.story_articles.delete()
        await newswire.harness.db.write(lambda conn: conn.execute(no_stories).close())
    async with open_newswire(sqlite_url, tmp_path) as newswire:
        herald(newswire, an_entry("b1", FERRY_AGAIN))
        await newswire.subscribe("/b")
        await newswire.poll(days=1)
        assert await groups(newswire) == {frozenset({"News of a1", "News of b1"})}


class NoQueue:
    """Takes requests for jobs; nobody does them."""

    def enqueue(self, conn: Connection, requests: Sequence[JobRequest]) -> None:
        pass


class SlowEngine(InProcessEngine):
    """Takes a while to place articles."""

    async def run(self, work, /, *args, **kwargs):
        if getattr(work, "__name__", "") == "place":
            await asyncio.sleep(1)
        return await super().run(work, *args, **kwargs)


@pytest.mark.postgres
async def test_two_processes_that_read_one_event_at_a_time_begin_one_story(
    queue_url: str, tmp_path: Path
):
    async with open_newswire(queue_url, tmp_path) as newswire:
        first, engine = newswire.harness.ingestor, SlowEngine()
        db = Database.open(queue_url)
        for each in (newswire.harness.db, db):
            each.share(NoQueue())
        second = Ingestor(
            db=db, engine=engine, clock=first.clock, source_reader=first.source_reader
        )
        newswire.publish("/a", [an_entry("a1", FERRY)], "Hallin Courier")
        herald(newswire, an_entry("b1", FERRY_AGAIN))
        await newswire.subscribe("/a", "/b")
        slow = asyncio.create_task(second.read_due((await newswire.source("/a")).id))
        await asyncio.sleep(0.3)
        await first.read_due((await newswire.source("/b")).id)
        await slow
        assert await groups(newswire) == {frozenset({"News of a1", "News of b1"})}
        await db.close()
        engine.close()


# ── changed texts ──────────────────────────────────────────────────────────────


async def test_a_changed_text_stays_in_its_story(two):
    herald(two, an_entry("b1", FERRY_AGAIN))
    await two.poll(days=1)
    before = await story_of(two, "b1")
    herald(two, an_entry("b1", FERRY_AGAIN.replace("212", "214")))
    await two.poll(days=1)
    assert await two.revisions() == 3
    assert await story_of(two, "b1") == before


async def test_a_replaced_text_leaves_its_story(two):
    herald(two, an_entry("b1", FERRY_AGAIN))
    await two.poll(days=1)
    herald(two, an_entry("b1", ORCHARD))
    await two.poll(days=1)
    assert await groups(two) == {frozenset({"News of a1"}), frozenset({"News of b1"})}


async def test_the_next_article_is_compared_with_the_changed_text(two):
    two.publish("/a", [an_entry("a1", ORCHARD)])
    await two.poll(days=1)
    herald(two, an_entry("b1", FERRY_AGAIN), an_entry("b2", ORCHARD + " So."))
    await two.poll(days=1)
    assert await groups(two) == {
        frozenset({"News of a1", "News of b2"}),
        frozenset({"News of b1"}),
    }


async def test_an_old_article_that_changes_stays_in_its_story(two):
    before = await story_of(two, "a1")
    await two.poll(days=9)
    two.publish("/a", [an_entry("a1", FERRY.replace("212", "214"))])
    await two.poll(days=1)
    assert await two.revisions() == 2
    assert await story_of(two, "a1") == before


async def test_articles_that_failed_to_be_filed_are_filed_later(two, monkeypatch):
    await stored_elsewhere(two, "/a", "x", ORCHARD)

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("killed in the middle")

    herald(two, an_entry("b1", FERRY_AGAIN))
    with monkeypatch.context() as broken:
        broken.setattr(story_store, "update_memberships", dies)
        await two.poll(days=1)
    await two.poll(days=1)
    assert await groups(two) == {
        frozenset({"News of a1", "News of b1"}),
        frozenset({"News of x"}),
    }


async def test_a_text_and_its_correction_that_come_at_once_are_one_article(harness):
    header = "---\ntitle: {}\npublished: 2026-11-24T0{}:00:00+00:00\n{}---\n{}\n"
    harness.publish("v1", header.format("Ferry stops", 8, "", FERRY))
    changed = FERRY.replace("212", "214")
    harness.publish("v2", header.format("Ferry stops", 9, "revises: v1\n", changed))
    await harness.ingestor.refresh((await harness.digest()).sources)
    mine = (await harness.place()).workspace.id

    def look(conn: Connection) -> list[str]:
        query = select(schema.revisions.c.article_id).where(
            schema.revisions.c.title == "Ferry stops"
        )
        keys = set(conn.execute(query).scalars())
        known = story_store.list_memberships(
            conn, workspace_id=mine, articles=[str(key) for key in keys]
        )
        return [member.story for member in known if member.duplicate_of is None]

    assert len(await harness.db.read(look)) == 1


# ── merging and splitting ──────────────────────────────────────────────────────


async def test_stories_that_turn_out_to_be_one_are_merged_and_both_ids_lead_there(two):
    await stored_elsewhere(two, "/a", "x", FERRY_AGAIN, "s-zzzzzz")
    first = await story_of(two, "a1")
    herald(two, an_entry("b1", FERRY_TOO))
    await two.poll(days=1)

    assert await groups(two) == {frozenset({"News of a1", "News of x", "News of b1"})}
    now = await story_of(two, "x")
    workspace = (await two.harness.place()).workspace.id
    for old in (first, "s-zzzzzz"):
        led = await two.harness.db.read(
            story_store.find_present_story, Scope(workspace), story=old
        )
        assert led == now


async def test_a_story_that_holds_two_events_is_split_when_it_has_grown(two):
    story = await story_of(two, "a1")
    await stored_elsewhere(two, "/a", "x", ORCHARD, story)
    await stored_elsewhere(two, "/a", "y", FERRY_AGAIN, story)
    herald(two, an_entry("b1", FERRY_TOO))
    await two.poll(days=1)
    assert await groups(two) == {
        frozenset({"News of a1", "News of y", "News of b1"}),
        frozenset({"News of x"}),
    }
    assert await story_of(two, "a1") == story


async def test_after_a_merge_articles_go_on_joining_the_one_story(two):
    await stored_elsewhere(two, "/a", "x", FERRY_AGAIN, "s-zzzzzz")
    herald(two, an_entry("b1", FERRY_TOO))
    await two.poll(days=1)
    herald(two, an_entry("b2", FERRY.replace("Wednesday", "Thursday")))
    await two.poll(days=1)
    assert len(await groups(two)) == 1


async def test_a_story_that_another_process_merged_away_gets_nothing_more(two):
    story = await story_of(two, "a1")
    moved = StoryMembership(article="1", story="s-zzzzzz")
    await two.harness.db.write(
        story_store.update_memberships,
        workspace_id=None,
        memberships=[moved],
        now=two.harness.clock.now(),
    )
    herald(two, an_entry("b1", FERRY_AGAIN))
    await two.poll(days=1)
    assert story not in await in_stories(two)
    assert await groups(two) == {frozenset({"News of a1", "News of b1"})}


# ── whose view ─────────────────────────────────────────────────────────────────


@pytest.fixture
async def tenants(newswire: Newswire) -> tuple[Newswire, int, int]:
    """Two workspaces over one public feed; the first also has a private one."""
    newswire.publish("/private", [an_entry("p1", f"{FERRY} A {CANARY} was aboard.")])
    newswire.publish("/a", [an_entry("a1", FERRY_AGAIN)], "Torvale Herald")
    private, public = newswire.url("/private", "127.0.0.1"), newswire.url("/a")
    other = feed_configuration([public]).replace("newsroom", "another")
    await newswire.harness.apply(feed_configuration([private, public]) + other)
    await newswire.poll()
    ids = [
        (await newswire.harness.place(name)).workspace.id
        for name in ("newsroom", "another")
    ]
    return newswire, ids[0], ids[1]


async def test_a_private_article_joins_a_public_story_in_its_own_view_only(tenants):
    newswire, mine, other = tenants
    newswire.publish("/private", [an_entry("p2", f"{FERRY_TOO} The {CANARY} is well.")])
    await newswire.poll(days=1)
    public = await in_stories(newswire)
    (story,) = public
    assert public == {story: {"News of a1"}}
    assert "News of p2" in (await in_stories(newswire, mine))[story]
    assert await in_stories(newswire, other) == public


async def test_a_private_story_gives_a_public_article_no_id(tenants):
    """Readers of only the public feed must not learn that there is another."""
    newswire, mine, _ = tenants
    private = {
        row.public_id
        for row in await newswire.harness.db.read(
            lambda conn: conn.execute(
                select(schema.stories).where(schema.stories.c.workspace_id == mine)
            ).all()
        )
    }
    news = [an_entry("a1", FERRY_AGAIN), an_entry("a2", FERRY)]
    newswire.publish("/a", news, "Torvale Herald")
    await newswire.poll(days=1)
    rows = await newswire.harness.db.read(
        lambda conn: (
            conn.execute(
                select(schema.stories.c.public_id).where(
                    schema.stories.c.workspace_id.is_(None)
                )
            )
            .scalars()
            .all()
        )
    )
    public = await in_stories(newswire)
    assert set(rows) == set(public)
    titles = {t for found in public.values() for t in found}
    assert titles == {"News of a1", "News of a2"}
    assert private <= set(await in_stories(newswire, mine)) | set(public)


async def test_a_private_article_is_never_a_public_articles_original(tenants):
    newswire, _, _ = tenants
    text = f"{ORCHARD} A {CANARY} sat in the trees."
    newswire.publish("/private", [an_entry("p3", text)])
    await newswire.poll(days=1)
    newswire.publish("/a", [an_entry("a3", text)])
    await newswire.poll(days=1)

    def originals(conn: Connection) -> set[int | None]:
        public = select(schema.stories.c.id).where(
            schema.stories.c.workspace_id.is_(None)
        )
        rows = conn.execute(
            select(schema.story_articles.c.duplicate_of).where(
                schema.story_articles.c.story_id.in_(public)
            )
        )
        return set(rows.scalars())

    assert await newswire.harness.db.read(originals) == {None}


async def test_a_view_holds_no_article_of_sources_that_are_not_the_workspaces(newswire):
    newswire.publish("/private", [an_entry("p1", FERRY)])
    newswire.publish("/a", [an_entry("a1", FERRY_AGAIN)])
    other = feed_configuration([newswire.url("/a")]).replace("newsroom", "another")
    mine = feed_configuration([newswire.url("/private", "127.0.0.1")])
    await newswire.harness.apply(mine + other)
    await newswire.poll()
    await newswire.poll(days=1)
    newswire.publish("/private", [an_entry("p1", FERRY), an_entry("p2", ORCHARD)])
    await newswire.poll(days=1)
    ids = [
        (await newswire.harness.place(name)).workspace.id
        for name in ("newsroom", "another")
    ]
    public = set(await in_stories(newswire))
    own = {
        story
        for story, titles in (await in_stories(newswire, ids[0])).items()
        if titles & {"News of p1", "News of p2"}
    }
    assert len(own) == 2
    assert not own & public


async def test_a_private_article_is_invisible_to_the_other_workspace(tenants):
    newswire, mine, other = tenants
    seen = [
        await newswire.harness.db.read(
            story_store.list_story_articles, Scope(other), story=story
        )
        for story in await in_stories(newswire, mine)
    ]
    assert CANARY not in repr(seen)
    assert await newswire.harness.db.read(
        source_store.list_sources,
        Scope(other),
    )


async def test_a_public_article_has_its_story_in_everybodys_view_first(tenants):
    newswire, mine, _ = tenants
    await stored_elsewhere(newswire, "/a", "x", ORCHARD)
    newswire.publish("/private", [an_entry("p2", ORCHARD + " More follows soon.")])
    await newswire.poll(days=1)
    public = await in_stories(newswire)
    (story,) = (s for s, titles in public.items() if "News of x" in titles)
    assert (await in_stories(newswire, mine))[story] == {"News of x", "News of p2"}
