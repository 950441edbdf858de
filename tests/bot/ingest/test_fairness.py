"""A workspace with many or slow sources does not keep those of others waiting."""

from typing import Any

import pytest

from bot.ingest import polling, storing
from bot.ingest.storing import AnalysisTurn
from bot.model import Source
from bot.storage import source_store
from digests.types import Article, ArticleAnalysis
from tests.bot.ingest.newswire import Newswire
from tests.feeds import an_item

OF_TWO = """
[[workspace]]
platform = "local"
id = "large"
[[workspace.digest]]
name = "Everything"
sources = [{many}]

[[workspace]]
platform = "local"
id = "small"
[[workspace.digest]]
name = "Ours"
sources = ["{one}"]
"""
MANY = [f"/large-{number}" for number in range(12)]


@pytest.fixture
async def stored(newswire: Newswire, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two workspaces, the large one first; paths of feeds in the order of storing."""
    for path in [*MANY, "/small"]:
        newswire.publish(path, [an_item(number) for number in range(12)])
    many = ", ".join(f'"{newswire.url(path)}"' for path in MANY)
    await newswire.harness.apply(
        OF_TWO.format(many=many, one=newswire.url("/small", "small.example"))
    )
    paths: list[str] = []
    ingestor = newswire.harness.ingestor
    store = ingestor._store_reading

    async def note(source: Source, *others: Any) -> int:
        paths.append(f"/{source.address.rpartition('/')[2]}")
        return await store(source, *others)

    monkeypatch.setattr(ingestor, "_store_reading", note)
    return paths


async def test_the_sources_of_workspaces_are_listed_in_turns(
    newswire: Newswire, stored: list[str]
):
    due = await newswire.harness.db.read(
        source_store.list_due_sources, newswire.harness.clock.now(), 4
    )

    assert [source.address.endswith("/small") for source in due].index(True) < 2


async def test_a_small_workspace_does_not_wait_for_all_sources_of_a_large_one(
    newswire: Newswire, stored: list[str]
):
    await newswire.poll()

    assert sorted(stored) == sorted([*MANY, "/small"])
    assert stored.index("/small") < 6


async def test_a_long_poll_looks_again_at_who_is_due(
    newswire: Newswire, stored: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(polling, "POLL_ROUND", -1.0)
    monkeypatch.setattr(polling, "POLL_BATCH", 1)
    rounds = 0
    list_due = newswire.harness.ingestor._due

    async def count() -> tuple[Source, ...]:
        nonlocal rounds
        rounds += 1
        if rounds > 2:
            monkeypatch.setattr(polling, "POLL_ROUND", 60.0)
            monkeypatch.setattr(polling, "POLL_BATCH", 200)
        return await list_due()

    monkeypatch.setattr(newswire.harness.ingestor, "_due", count)
    await newswire.poll()

    assert (rounds, len(stored)) == (3, 13)


async def test_a_turn_in_the_engine_ends_after_its_time(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
):
    turns: list[int] = []
    usual = storing._analyse_new

    def note(*args: Any) -> AnalysisTurn:
        turn = usual(*args)
        turns.append(turn.articles)
        return turn

    monkeypatch.setattr(storing, "_analyse_new", note)
    newswire.publish("/feed", [an_item(number) for number in range(25)])
    await newswire.subscribe("/feed")
    await newswire.poll()
    assert turns == [10, 10, 5]

    monkeypatch.setattr(storing, "TURN_SECONDS", 0.0)
    newswire.publish("/feed", [an_item(number) for number in range(100, 103)])
    await newswire.poll(hours=2)
    assert turns[3:] == [1, 1, 1]


async def test_what_takes_too_long_is_left_out_and_said(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(storing, "READING_SECONDS", 1e-9)
    newswire.publish("/feed", [an_item(number) for number in range(25)])
    await newswire.subscribe("/feed")
    await newswire.poll()

    assert await newswire.articles() == 10
    notice = str((await newswire.source()).notice)
    assert notice.startswith("15 of its articles were left out")


async def test_only_the_beginning_of_a_long_article_is_analysed(
    newswire: Newswire, monkeypatch: pytest.MonkeyPatch
):
    sentence = "The mayor of Hallin counted 12 new benches in the park. "
    item = an_item(1, text=sentence * 4_000)
    found: list[ArticleAnalysis] = []
    usual = storing.analyse_for_storing

    def note(article: Article) -> ArticleAnalysis:
        found.append(usual(article))
        return found[-1]

    monkeypatch.setattr(storing, "analyse_for_storing", note)
    newswire.publish("/feed", [item])
    await newswire.subscribe("/feed")
    await newswire.poll()

    (analysis,) = found
    assert len(analysis.article.text) > 200_000 - len(sentence)
    assert max(figure.end for figure in analysis.figures) <= 40_000
