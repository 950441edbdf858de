"""The demo's newsroom: which articles arrive when, their dates, and restarts."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.demo import EDITION_INTERVAL, FOLDERS, DemoNewsroom
from bot.settings import find_seeds_folder
from digests.sources.folder import read_articles
from digests.types import Article
from tests.fakes import FakeClock

#: Half past two at night in Berlin, one minute after an edition of the front page.
START = datetime(2026, 3, 3, 1, 31, tzinfo=UTC)
LATER = START + timedelta(hours=1)
BRIDGE = "weir-bridge-castrow-gazette"


@pytest.fixture
def newsroom(tmp_path: Path) -> DemoNewsroom:
    return DemoNewsroom(home=tmp_path / "demo", seeds=find_seeds_folder())


def read(newsroom: DemoNewsroom, folder: str = "newsroom") -> dict[str, Article]:
    reading = read_articles(newsroom.home / folder)
    assert reading.problems == ()
    return {article.id: article for article in reading.articles}


# ── the start ──────────────────────────────────────────────────────────────────


def test_every_source_has_articles_at_the_start(newsroom):
    newsroom.open(START)
    counts = {folder: len(read(newsroom, folder)) for folder in FOLDERS}
    assert counts == {"newsroom": 10, "redaktion": 6, "archive": 3}


def test_the_news_are_of_the_hours_before_the_start(newsroom):
    newsroom.open(START)
    for folder in ("newsroom", "redaktion"):
        for article in read(newsroom, folder).values():
            assert article.published is not None
            assert timedelta(0) <= START - article.published < timedelta(hours=8)


def test_weekdays_and_dates_in_the_texts_are_those_of_the_start(newsroom):
    newsroom.open(START.replace(hour=12))
    assert "on Tuesday" in read(newsroom)[BRIDGE].text
    assert "until Friday" in read(newsroom)["corvane-landslide-meridian-wire"].text
    german = read(newsroom, "redaktion")
    assert "am Dienstag" in german["hochwasser-auenbruecker-anzeiger"].text
    assert "vom 19. März an" in german["nachtzug-karlsauer-zeitung"].text


def test_at_night_the_news_are_of_the_day_before(newsroom):
    newsroom.open(START)
    assert "on Monday" in read(newsroom)[BRIDGE].text


def test_the_summit_keeps_its_own_date(newsroom):
    newsroom.open(START)
    days = {str(a.published)[:10] for a in read(newsroom, "archive").values()}
    assert days == {"2026-01-06"}


def test_pictures_are_beside_the_articles_that_name_them(newsroom):
    newsroom.open(START)
    for folder in ("newsroom", "redaktion"):
        shown = [one.image for one in read(newsroom, folder).values() if one.image]
        assert len(shown) >= 3
        assert all(one.alt and Path(one.address).is_file() for one in shown)


# ── while it runs ──────────────────────────────────────────────────────────────


def test_a_newspaper_corrects_its_article(newsroom):
    newsroom.open(START)
    assert "cost £38 million" in read(newsroom)[BRIDGE].text
    newsroom.write_arrived(LATER)
    corrected = read(newsroom)[BRIDGE].text
    assert "cost £83 million" in corrected
    assert "Correction:" in corrected


def test_the_toll_rises_in_a_new_article(newsroom):
    newsroom.open(START)
    newsroom.write_arrived(LATER)
    assert "risen to 31" in read(newsroom)["corvane-landslide-toll-meridian-wire"].text


@pytest.mark.parametrize("second", [0, 50, 130, 179])
def test_a_correction_has_two_minutes_until_the_next_edition(newsroom, second):
    """A changed text is compared once it was stable for two minutes."""
    start = START.replace(minute=30) + timedelta(seconds=second)
    newsroom.open(start)
    wait = newsroom.write_arrived(start)
    assert wait is not None
    to_next = -(start + wait).timestamp() % EDITION_INTERVAL.total_seconds()
    assert to_next > 160


def test_everything_that_moves_does_so_within_ten_minutes(newsroom):
    newsroom.open(START)
    newsroom.write_arrived(START + timedelta(minutes=10) - EDITION_INTERVAL)
    assert "cost £83 million" in read(newsroom)[BRIDGE].text
    assert "corvane-landslide-toll-meridian-wire" in read(newsroom)


async def test_articles_are_announced_one_after_the_other(newsroom, monkeypatch):
    clock, counts = FakeClock(), []
    newsroom.open(clock.now())

    async def pass_time(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    async def count() -> None:
        counts.append(len(read(newsroom)))

    monkeypatch.setattr(asyncio, "sleep", pass_time)
    await newsroom.feed(clock, count)
    # First the corrections, which replace articles.
    assert counts == [10, 11, 12, 13]


# ── restarts ───────────────────────────────────────────────────────────────────


def test_a_restart_continues_where_the_demo_was_stopped(newsroom):
    newsroom.open(START)
    before = read(newsroom)
    assert newsroom.open(LATER) == START
    after = read(newsroom)
    assert before.keys() < after.keys()
    assert {key: after[key] for key in before if key != BRIDGE} == {
        key: before[key] for key in before if key != BRIDGE
    }


def test_what_somebody_wrote_is_left_alone(newsroom):
    newsroom.open(START)
    mine = newsroom.home / "newsroom" / "mine.md"
    mine.write_text("My own article.", encoding="utf-8")
    bridge = newsroom.home / "newsroom" / f"{BRIDGE}.txt"
    bridge.write_text("My own version.", encoding="utf-8")
    newsroom.open(LATER)
    newsroom.clear()
    assert mine.exists()
    newsroom.open(START)
    bridge.write_text("My own version.", encoding="utf-8")
    newsroom.write_arrived(LATER)
    assert bridge.read_text(encoding="utf-8") == "My own version."


def test_a_cleared_demo_begins_again(newsroom):
    newsroom.open(START)
    newsroom.clear()
    assert newsroom.open(LATER) == LATER


def test_no_half_written_article_is_left(newsroom):
    newsroom.open(START)
    names = [path.name for path in newsroom.home.rglob("*")]
    assert not any(name.endswith(".part") for name in names)
