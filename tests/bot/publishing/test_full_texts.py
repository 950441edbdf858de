"""Editions from feeds of excerpts: made from the pages, once, and in time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.scope import Scope
from bot.publishing import full_texts
from bot.publishing.edition_inputs import EditionInputs
from bot.publishing.full_texts import (
    LAST_LOOK,
    LOOK_AHEAD,
    choose_articles,
    look_moments,
)
from bot.storage import page_reading_store
from digests.types import (
    ArticleRef,
    Edition,
    EditionStory,
    Headline,
    InputCounts,
    PublishedLedger,
    StoryMembership,
)
from tests.bot.commands.test_commands import words
from tests.bot.ingest.newswire import Newswire, open_newswire
from tests.bot.ingest.pages import FERRY, NEWS, PAYWALL, QUARRY, News
from tests.builders import an_article
from tests.fakes import NOON
from tests.wire.server import answer, dripping

LATE = dripping(b"<html><body>" + b"x" * 10_000, every=0.2)


@pytest.fixture
async def newswire(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newswire]:
    """A newsroom with a feed of excerpts, each with a page."""
    async with open_newswire(sqlite_url, tmp_path) as built:
        offer(built, *NEWS)
        await built.subscribe("/feed")
        yield built


def offer(newswire: Newswire, *several: News) -> None:
    newswire.publish("/feed", [n.item(newswire.url(f"/{n.name}")) for n in several])
    for news in several:
        newswire.shelf[f"/{news.name}"] = news.page()


async def posted(newswire: Newswire, key: str = "now") -> Edition | None:
    stored = (await newswire.harness.post(key)).stored_edition
    return stored.edition if stored else None


async def compose_and_post(newswire: Newswire, key: str = "now") -> Edition:
    edition = await posted(newswire, key)
    assert edition is not None
    return edition


def from_pages(edition: Edition) -> int:
    refs = [ref for story in edition.stories for ref in story.articles]
    return sum(ref.revision.startswith("page-") for ref in refs)


def asked(newswire: Newswire) -> list[str]:
    return [path for path in newswire.server.paths() if path != "/feed"]


# ── what an edition shows ──────────────────────────────────────────────────────


async def test_an_edition_has_the_quotes_of_the_pages(newswire):
    edition = await compose_and_post(newswire)

    speakers = {card.speaker for story in edition.stories for card in story.cards}
    assert speakers >= {"Milena Hartog", "Jonas Ekvall"}


async def test_it_is_the_edition_of_a_feed_of_full_texts(newswire, tmp_path):
    ours = await compose_and_post(newswire)
    home = tmp_path / "other"
    home.mkdir()
    async with open_newswire(f"sqlite:///{home / 'other.db'}", home) as other:
        other.publish("/feed", [n.item("", whole=True, link=None) for n in NEWS])
        await other.subscribe("/feed")
        theirs = await compose_and_post(other)

    def shown(edition: Edition) -> set[tuple[str, ...]]:
        return {
            (s.headline.text, *(x.text for x in s.summary), *(c.text for c in s.cards))
            for s in edition.stories
        }

    assert (from_pages(ours), from_pages(theirs)) == (3, 0)
    assert shown(theirs) == shown(ours)


async def test_a_preview_is_made_from_the_pages_too(newswire):
    digest = await newswire.harness.digest()
    seen: list[tuple[int, int]] = []

    preview = await newswire.harness.publisher.preview(
        digest, "local", report=lambda *counts: seen.append(counts)
    )

    assert from_pages(preview.edition) == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]


async def test_a_walled_page_is_made_from_the_excerpt(newswire):
    newswire.shelf["/quarry"] = PAYWALL

    edition = await compose_and_post(newswire)

    assert from_pages(edition) == 2
    assert len(edition.stories) == 3


async def test_a_source_that_shall_not_is_made_from_its_feed(newswire):
    await newswire.subscribe(
        "/feed", more=f'full_text = {{"{newswire.url("/feed")}" = "never"}}'
    )

    edition = await compose_and_post(newswire)

    assert from_pages(edition) == 0
    assert asked(newswire) == []


async def test_what_another_digest_read_is_not_shown_where_it_shall_not_be(newswire):
    await compose_and_post(newswire)
    await newswire.subscribe(
        "/feed", more=f'full_text = {{"{newswire.url("/feed")}" = "never"}}'
    )
    digest = await newswire.harness.digest()
    other = replace(digest, id=digest.id + 100)

    preview = await newswire.harness.publisher.preview(other, "local")

    assert len(preview.edition.stories) == 3
    assert from_pages(preview.edition) == 0


# ── in time ────────────────────────────────────────────────────────────────────


async def test_a_slow_page_is_made_from_the_excerpt_and_delays_nothing(
    newswire, monkeypatch
):
    monkeypatch.setattr(full_texts, "EDITION_SECONDS", 1.0)
    newswire.shelf["/quarry"] = LATE

    edition = await compose_and_post(newswire)

    assert len(edition.stories) == 3
    (story,) = (s for s in edition.stories if "Quarry" in s.headline.text)
    assert story.articles[0].excerpt
    find, key = page_reading_store.find_page_reading, int(story.articles[0].id)
    reading = await newswire.harness.db.read(find, Scope(1), key)
    # It was not waited for until the fetcher gave up.
    assert reading is None or reading.verdict is None


async def test_digests_that_are_due_together_wait_together(newswire, monkeypatch):
    feed, schedule = newswire.url("/feed"), 'schedule = "every 10 minutes UTC"'
    more = "".join(
        f'\n[[workspace.digest]]\nname = "D{n}"\nsources = ["{feed}"]\n'
        f'destinations = ["morning"]\n{schedule}'
        for n in range(4)
    )
    await newswire.subscribe("/feed", more=schedule + more)
    newswire.harness.clock.advance(minutes=10)
    waits: list[int] = []
    usual = full_texts.FullTextPlanner.complete

    async def count(planner, digests, **more):
        waits.append(len(digests))
        await usual(planner, digests, **more)

    monkeypatch.setattr(full_texts.FullTextPlanner, "complete", count)

    await newswire.harness.wake()

    assert waits == [5]
    assert len({m.payload["edition"] for m in newswire.harness.platform.messages}) == 5


async def test_where_feeds_have_full_texts_nothing_is_chosen(newswire, monkeypatch):
    whole = [n.item(newswire.url(f"/{n.name}"), whole=True) for n in NEWS]
    long = [replace(item, text=f"{item.text} {'More of it. ' * 200}") for item in whole]
    newswire.publish("/feed", long)
    await newswire.subscribe("/feed", more='schedule = "every 10 minutes UTC"')
    chosen: list[object] = []
    monkeypatch.setattr(full_texts, "load_inputs", lambda *given: chosen.append(given))
    newswire.harness.clock.advance(minutes=10)

    await newswire.harness.wake()

    assert chosen == []
    assert newswire.harness.platform.messages


async def test_a_defect_in_choosing_pages_keeps_no_edition_back(newswire, monkeypatch):
    def defective(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(full_texts, "choose_articles", defective)

    assert len((await compose_and_post(newswire)).stories) == 3


# ── before the due moment ──────────────────────────────────────────────────────


def test_digests_that_are_due_together_are_looked_at_one_after_the_other():
    firsts = {look_moments(digest, NOON)[0] for digest in range(50)}

    assert len(firsts) > 40
    assert all(LAST_LOOK < NOON - at <= LOOK_AHEAD for at in firsts)


async def test_pages_are_read_before_the_digest_is_due(newswire):
    await newswire.subscribe("/feed", more='schedule = "every 2 hours UTC"')
    planner = newswire.harness.publisher.full_texts
    await newswire.poll()
    next_at = await planner.run()
    assert asked(newswire) == []
    assert next_at is not None
    newswire.harness.clock.advance(next_at - newswire.harness.clock.now())
    # The first look, at a moment that depends on the digest.
    next_at = await planner.run()
    assert next_at is not None
    newswire.harness.clock.advance(next_at - newswire.harness.clock.now())
    await planner.run()

    assert sorted(asked(newswire)) == ["/ferry", "/library", "/quarry"]
    before = len(asked(newswire))
    newswire.harness.clock.advance(minutes=30)
    await newswire.harness.wake()
    assert len(asked(newswire)) == before


async def test_a_digest_is_looked_at_once_more_right_before(newswire):
    await newswire.subscribe("/feed", more='schedule = "every 2 hours UTC"')
    planner, clock = newswire.harness.publisher.full_texts, newswire.harness.clock
    offer(newswire, QUARRY)
    await newswire.poll(minutes=110)
    await planner.run()
    offer(newswire, QUARRY, FERRY)
    clock.advance(minutes=4)
    await newswire.harness.ingestor.refresh(await newswire.sources(), insist=True)
    next_at = await planner.run()
    assert asked(newswire) == ["/quarry"]
    assert next_at == clock.now() + timedelta(minutes=1)

    clock.advance(minutes=1)
    await planner.run()

    assert asked(newswire) == ["/quarry", "/ferry"]


# ── what a person asks for ─────────────────────────────────────────────────────


async def tell_excerpt(newswire: Newswire) -> None:
    """Publish the quarry from its excerpt; its page is there an hour later."""
    newswire.shelf["/quarry"] = answer(b"", status=500)
    await compose_and_post(newswire)
    newswire.shelf["/quarry"] = QUARRY.page()
    newswire.harness.clock.advance(hours=1)


async def test_a_story_that_a_reader_opens_is_shown_from_its_page(newswire):
    await tell_excerpt(newswire)

    reply = await newswire.harness.says("news story", editor=False, story="quarry")

    assert "Milena Hartog" in words(reply)
    assert "The edition had only the feed’s excerpt of it." in words(reply)


async def test_so_are_the_quotes_of_a_story(newswire):
    await tell_excerpt(newswire)
    edition = await newswire.harness.archive.newest(await newswire.harness.place())
    assert edition is not None
    (story,) = (s for s in edition.edition.stories if "Quarry" in s.headline.text)

    reply = await newswire.harness.says("news quotes", editor=False, topic=story.id)

    assert "Milena Hartog" in words(reply)


# ── published once ───────────────────────────────────────────────────────────────


async def test_a_story_made_from_its_excerpt_is_not_published_again_from_its_page(
    newswire,
):
    newswire.shelf["/quarry"] = answer(b"", status=500)
    await compose_and_post(newswire)
    newswire.shelf["/quarry"] = QUARRY.page()
    newswire.harness.clock.advance(hours=1)

    assert await posted(newswire, "next") is None
    assert asked(newswire).count("/quarry") == 1


async def test_nor_when_somebody_asked_for_its_page(newswire):
    newswire.shelf["/quarry"] = answer(b"", status=500)
    edition = await compose_and_post(newswire)
    newswire.shelf["/quarry"] = QUARRY.page()
    newswire.harness.clock.advance(hours=1)
    digest = await newswire.harness.digest()
    ids = [int(ref.id) for story in edition.stories for ref in story.articles]

    read = await newswire.harness.publisher.full_texts.read_articles(
        digest.scope, ids, seconds=8
    )

    assert read == 1
    assert await posted(newswire, "next") is None


async def edit(newswire: Newswire, old: str, new: str) -> None:
    """Change the entry of the quarry."""
    entries = [n.item(newswire.url(f"/{n.name}")) for n in NEWS]
    changed = [replace(i, text=i.text.replace(old, new)) for i in entries]
    assert changed != entries
    newswire.publish("/feed", changed)
    await newswire.poll(hours=1)


async def test_an_entry_reworded_after_it_was_published_from_its_page_is_no_news(
    newswire,
):
    await compose_and_post(newswire)

    await edit(newswire, "stays closed after a rockfall", "stays shut since a rockfall")

    assert await posted(newswire, "next") is None


async def test_nor_is_an_entry_reworded_after_it_was_published_from_the_excerpt(
    newswire,
):
    newswire.shelf["/quarry"] = answer(b"", status=500)
    await compose_and_post(newswire)
    newswire.shelf["/quarry"] = QUARRY.page()

    await edit(newswire, "stays closed after a rockfall", "stays shut since a rockfall")

    assert await posted(newswire, "next") is None


async def test_an_entry_corrected_after_it_was_made_from_its_page_has_only_that_news(
    newswire,
):
    await compose_and_post(newswire)
    await edit(newswire, "two excavators", "seven excavators and a crane")

    edition = await posted(newswire, "next")

    cards = (
        [card for story in edition.stories for card in story.cards] if edition else []
    )
    assert cards == []


async def test_a_page_with_news_is_an_update(newswire):
    await compose_and_post(newswire)
    news = (
        "Police searched the office of the operator on Tuesday and took 60 boxes of "
        "safety records away, a prosecutor said."
    )
    newswire.shelf["/quarry"] = replace(QUARRY, more=(news, *QUARRY.more)).page()

    await edit(newswire, "stays closed after a rockfall", "stays shut since a rockfall")
    edition = await compose_and_post(newswire, "next")

    (story,) = edition.stories
    assert story.update
    assert [sentence.text for sentence in story.summary] == [news]


async def test_a_digest_that_changes_to_excerpts_does_not_tell_it_again(newswire):
    await compose_and_post(newswire)
    await newswire.subscribe(
        "/feed", more=f'full_text = {{"{newswire.url("/feed")}" = "never"}}'
    )

    assert await posted(newswire, "next") is None


# ── which articles ─────────────────────────────────────────────────────────────


def a_story(name: str, *ids: str) -> EditionStory:
    refs = [
        ArticleRef(
            id=key, revision="r", source="S", title="T", url=None, published=None
        )
        for key in ids
    ]
    return EditionStory(
        id=name,
        headline=Headline(text=name),
        summary=(),
        cards=(),
        figures=(),
        articles=tuple(refs),
        outlets=("S",),
    )


def chosen(
    stories: list[tuple[str, ...]],
    whole: str = "",
    copies: dict[str, str] | None = None,
    shown: int = 1,
) -> tuple[int, ...]:
    ids = [key for story in stories for key in story]
    fresh = [an_article(id=key, excerpt=key not in whole) for key in ids]
    members = [
        StoryMembership(article=copy, story="s", duplicate_of=of)
        for copy, of in (copies or {}).items()
    ]
    edition = Edition(
        title="T",
        made_at=NOON,
        made_from=InputCounts(articles=1, sources=1),
        stories=tuple(a_story(str(n), *keys) for n, keys in enumerate(stories)),
        brief=(),
        hero=None,
        minutes=1,
        lang="en",
    )
    inputs = EditionInputs(
        fresh=tuple(fresh), ledger=PublishedLedger(), known=tuple(members)
    )
    return choose_articles(edition, inputs, shown)


def test_the_stories_that_are_shown_come_first_then_as_many_next_ones():
    assert chosen([("1",), ("2",), ("3",)]) == (1, 2)


def test_stories_without_any_full_text_come_before_those_with_one():
    assert chosen([("1", "2"), ("3",)], whole="1", shown=2) == (3, 2)


def test_the_next_stories_need_one_article_each_and_none_with_a_full_text():
    assert chosen([("1",), ("2", "3"), ("4",)], shown=1) == (1, 2)
    assert chosen([("1",), ("2", "3")], whole="3", shown=1) == (1,)


def test_copies_of_a_text_at_other_outlets_are_left_out():
    assert chosen([("1", "2", "3")], copies={"2": "1"}) == (1, 3)


def test_of_one_story_no_more_than_three_pages_are_read():
    assert chosen([("1", "2", "3", "4")]) == (1, 2, 3)


def test_whole_articles_need_no_page():
    assert chosen([("1",), ("2",)], whole="12", shown=2) == ()
