"""Stories across editions: stable ids, and look-ups of unpublished ones."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.model import ListItem
from bot.storage import schema, story_store
from digests.types import StoryMembership
from tests.bot.commands.test_commands import words
from tests.bot.harness import BRIDGE, CONFIGURATION, FLOOD, POOL, BotHarness

#: The same event by another outlet, with other figures.
BRIDGE_TOO = """---
title: Crack in a girder shuts the harbour bridge at Hallin
source: Torvale Herald
published: 2026-11-24T09:30:00+00:00
lang: en
---
A crack in a girder has shut the harbour bridge at Hallin, engineer Ada Brandt said.

About 45,000 vehicles cross the bridge every day, and they now go through Torvale.
"""

#: An update on it, by the same outlet.
BRIDGE_LATER = """---
title: Harbour bridge at Hallin stays shut until March
source: Torvale Herald
published: 2026-11-24T11:30:00+00:00
lang: en
---
The harbour bridge at Hallin with the crack in a girder stays shut until March, engineer
Ada Brandt said. The repair of the girder costs 4 million euros.
"""

ONE_STORY = CONFIGURATION + "stories = 1\n"


async def ids(harness: BotHarness) -> dict[str, str]:
    """The title of each stored article and the public id of its story."""
    workspace = (await harness.place()).workspace.id

    def look(conn) -> dict[str, str]:
        rows = conn.execute(
            select(schema.revisions.c.article_id, schema.revisions.c.title).where(
                schema.revisions.c.current
            )
        ).all()
        known = story_store.list_memberships(
            conn,
            workspace_id=workspace,
            articles=[str(row.article_id) for row in rows],
        )
        of = {member.article: member.story for member in known}
        return {row.title: of[str(row.article_id)] for row in rows}

    return await harness.db.read(look)


async def story_id(harness: BotHarness, beginning: str) -> str:
    found = await ids(harness)
    return next(story for title, story in found.items() if title.startswith(beginning))


async def reported(harness: BotHarness, key: str) -> dict[str, bool]:
    """The ids of an edition's full stories, and whether as an update."""
    outcome = await harness.post(key)
    found = outcome.stored_edition.edition.stories if outcome.stored_edition else ()
    return {story.id: story.update for story in found}


async def test_an_edition_uses_the_stored_id_of_a_story(harness):
    harness.publish("too", BRIDGE_TOO)
    before = await reported(harness, "one")
    assert set(before) == set((await ids(harness)).values())
    assert await story_id(harness, "Crack") == await story_id(harness, "Harbour")


async def test_what_comes_later_is_an_update_to_the_same_story(harness):
    await reported(harness, "one")
    story = await story_id(harness, "Harbour bridge closes")
    harness.publish("later", BRIDGE_LATER)
    assert await reported(harness, "two") == {story: True}


async def test_an_earlier_article_that_comes_late_renames_no_story(harness):
    await reported(harness, "one")
    story = await story_id(harness, "Harbour bridge closes")
    early = BRIDGE_LATER.replace("T11:30", "T06:30")
    harness.publish("early", early)
    assert await reported(harness, "two") == {story: True}


async def test_a_preview_shows_the_stories_of_the_next_post(harness):
    for name, text in (("too", BRIDGE_TOO), ("later", BRIDGE_LATER), ("f", FLOOD)):
        harness.publish(name, text)
    digest = await harness.digest()
    draft = await harness.publisher.preview(digest, "local")
    posted = await harness.publisher.post_now(digest, "now")
    assert posted.stored_edition is not None
    assert draft.edition.stories == posted.stored_edition.edition.stories
    assert draft.edition.brief == posted.stored_edition.edition.brief


async def test_a_merged_story_uses_the_remaining_id(harness):
    """Two stored stories that another process merged are one for the composer."""
    harness.publish("too", BRIDGE_TOO)
    await harness.ingestor.refresh((await harness.digest()).sources)
    workspace = (await harness.place()).workspace.id
    key = await harness.db.read(
        lambda conn: conn.execute(
            select(schema.revisions.c.article_id).where(
                schema.revisions.c.title.startswith("Crack")
            )
        ).scalar_one()
    )
    await harness.db.write(
        story_store.set_memberships,
        workspace_id=workspace,
        memberships=[StoryMembership(article=str(key), story="s-zzzzzz")],
        now=harness.clock.now(),
    )
    shown = await reported(harness, "one")
    stayed = await story_id(harness, "Harbour bridge closes")
    assert stayed in shown
    assert await story_id(harness, "Crack") == stayed
    for old in ("s-zzzzzz", stayed):
        answer = await harness.says("news story", story=old)
        assert "Harbour bridge" in f"{answer.title} {words(answer)}"
        assert "No edition" not in words(answer)


# ── stories not published in full ──────────────────────────────────────────────


@pytest.fixture
async def narrow(empty_harness: BotHarness) -> BotHarness:
    """A digest of one story, which two outlets report differently, and one more."""
    empty_harness.publish("flood", FLOOD)
    empty_harness.publish("bridge", BRIDGE.replace("2026-11-24T09", "2026-11-20T09"))
    empty_harness.publish("too", BRIDGE_TOO.replace("2026-11-24T09", "2026-11-20T09"))
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(ONE_STORY + 'exclude = ["pool"]\n')
    return empty_harness


async def test_an_unpublished_story_can_be_requested(narrow):
    await narrow.ingestor.refresh((await narrow.digest()).sources)
    answer = await narrow.says("news story", story=await story_id(narrow, "Harbour"))
    assert not answer.problem
    assert "Torvale Herald" in words(answer)
    assert "Hallin Courier" in words(answer)
    assert "No edition has shown it in full." in words(answer)


async def test_differing_figures_come_from_stored_stories(narrow):
    await narrow.ingestor.refresh((await narrow.digest()).sources)
    said = words(
        await narrow.says("news story", story=await story_id(narrow, "Harbour"))
    )
    assert "Outlets differ:" in said
    assert "31,000" in said
    assert "45,000" in said
    assert re.search(r"and 1 more", said)


async def test_later_articles_are_listed_with_the_published_story(harness):
    await reported(harness, "one")
    harness.publish("too", BRIDGE_TOO)
    await harness.ingestor.refresh((await harness.digest()).sources, insist=True)
    said = words(
        await harness.says(
            "news story", story=await story_id(harness, "Harbour bridge")
        )
    )
    assert "Also on this" in said
    assert "Crack in a girder" in said


async def test_why_names_what_a_brief_story_ranked_below(narrow):
    posted = await narrow.post()
    assert posted.stored_edition is not None
    (line,) = posted.stored_edition.edition.brief
    said = words(await narrow.says("news why", story=line.story))
    assert "In brief" in said
    assert "Morning brief" in said


async def test_why_explains_an_omitted_story_by_its_id(narrow):
    await narrow.post()
    pool = await story_id(narrow, "Torvale pool")
    said = words(await narrow.says("news why", story=pool))
    assert "leaves out" in said


async def test_why_is_known_when_nothing_was_posted_at_all(empty_harness):
    empty_harness.publish("pool", POOL)
    await empty_harness.apply(CONFIGURATION + 'exclude = ["pool"]\n')
    outcome = await empty_harness.post()
    assert outcome.stored_edition is None
    for which in ("pool reopens", await story_id(empty_harness, "Torvale pool")):
        assert "leaves out" in words(await empty_harness.says("news why", story=which))


async def test_why_reports_that_a_story_was_published_before(harness):
    await harness.post("one")
    harness.publish("flood", FLOOD)
    await harness.post("two")
    said = words(await harness.says("news why", story="Osric Vane"))
    assert "is based on this article" in said


async def test_why_names_the_article_that_another_was_merged_with(harness):
    harness.publish("too", BRIDGE_TOO)
    await harness.post()
    said = words(await harness.says("news why", story="Crack girder shuts"))
    assert "Same event as the article from" in said


async def test_why_reports_that_no_edition_was_composed_yet(harness):
    await harness.post()
    harness.clock.advance(minutes=1)
    harness.publish("flood", FLOOD)
    await harness.ingestor.refresh((await harness.digest()).sources, insist=True)
    said = words(await harness.says("news why", story="market square"))
    assert "fetched after the last edition" in said


async def test_why_reports_that_an_article_is_too_old(harness):
    await harness.ingestor.refresh((await harness.digest()).sources)
    harness.clock.advance(days=9)
    said = words(await harness.says("news why", story="Osric Vane"))
    assert "too old" in said


async def test_why_reveals_nothing_to_another_workspace(harness):
    await harness.post()
    other = CONFIGURATION.replace("newsroom", "another").replace('"articles"', '"more"')
    (harness.home / "more").mkdir()
    await harness.apply(other)
    story = await story_id(harness, "Torvale pool")
    invocation = await harness.asks("news why", True, None, {"story": story})
    asked = replace(invocation, place=await harness.place("another"))
    answer = await harness.inbox.dispatch(asked)
    assert "pool" not in words(answer).replace(story, "")
    assert answer.problem


async def test_a_frequent_digest_stores_its_reasons_once(harness):
    for _ in range(5):
        harness.clock.advance(timedelta(minutes=2))
        await harness.wake()
    kept = await harness.db.read(
        lambda conn: len(conn.execute(select(schema.compositions.c.id)).all())
    )
    assert kept == 2


async def test_an_edition_stores_only_decisions_about_its_stories(narrow):
    posted = await narrow.post()
    assert posted.stored_edition is not None
    edition = posted.stored_edition.edition
    shown = {s.id for s in edition.stories} | {b.story for b in edition.brief}
    assert {d.story for d in edition.decisions} == shown


# ── reasons for a sentence ─────────────────────────────────────────────────────

LONGER = BRIDGE + "\nThe harbour office waits for a report from the makers.\n"


async def test_why_shows_the_source_line_of_published_words(harness):
    await harness.post()
    answer = await harness.says("news why", story="closed after a crack was found")
    assert "The edition has this sentence:" in words(answer)
    (line,) = (
        b for b in answer.blocks if isinstance(b, ListItem) and b.start is not None
    )
    assert line.text in BRIDGE
    assert line.start == line_start(BRIDGE, line.text)


async def test_why_reports_that_the_edition_omits_a_sentence(harness):
    harness.publish("bridge", LONGER)
    await harness.post()
    said = words(await harness.says("news why", story="report from the makers"))
    assert "The harbour office waits for a report from the makers." in said
    assert "which the edition does not show" in said
    # Its story was published all the same.
    assert "not in the newest edition" not in said
    assert "Story" in said


async def test_words_of_a_quote_that_is_shown_are_in_the_edition(harness):
    await harness.post()
    said = words(await harness.says("news why", story="Nobody was in danger"))
    assert "The edition has this sentence:" in said


async def test_a_whole_long_sentence_can_be_asked_about(harness):
    long = "It went on " + " ".join(f"word{n}" for n in range(24)) + " that day."
    harness.publish("bridge", f"{BRIDGE}\n{long}\n")
    await harness.post()
    assert long in words(await harness.says("news why", story=long))


def line_start(text: str, sentence: str) -> int:
    return text.split("---\n", 2)[2].strip().index(sentence)
