"""An update by another outlet names others and is still the same event."""

import tomllib
from pathlib import Path

import pytest

from digests.stories.assignment import group_articles
from digests.stories.joining import join_events
from digests.types import Article
from tests.digests.stories.builders import news

_FILE = Path(__file__).parents[2] / "data" / "updates.toml"
_EVENTS = tomllib.loads(_FILE.read_text(encoding="utf-8"))
UPDATES = {
    name: tuple(
        news(
            f"{name}/{part}",
            event[part][1],
            hours,
            title=event[part][0],
            lang=event["lang"],
        )
        for part, hours in (("first", 0), ("update", 8))
    )
    for name, event in _EVENTS.items()
}


def list_stories(*articles: Article) -> list[set[str]]:
    stories: dict[str, set[str]] = {}
    for m in join_events(articles, group_articles(articles), {}):
        stories.setdefault(m.story, set()).add(m.article)
    return list(stories.values())


@pytest.mark.parametrize("event", UPDATES)
def test_the_first_report_and_the_update_are_one_story(event: str):
    assert len(list_stories(*UPDATES[event])) == 1


def test_the_events_stay_apart():
    everything = [article for pair in UPDATES.values() for article in pair]
    assert len(list_stories(*everything)) == len(UPDATES)


DEATH_NOTE = news(
    "note",
    "Edwin Marsh, the stationmaster of Dorne for 31 years, until the last train on the "
    "old line in 1969, died on Sunday aged 94.",
    title="Former Dorne stationmaster dies",
)


def test_a_death_note_joins_no_other_event_of_its_town():
    stories = list_stories(*UPDATES["bus-crash"], DEATH_NOTE)
    assert {"note"} in stories


def test_a_death_note_joins_the_report_that_names_the_person():
    report = news(
        "b",
        "Edwin Marsh, who was the stationmaster of Dorne until the last train on the "
        "old line, has died. He was 94. The mayor called him the clock of the town.",
        title="Stationmaster Edwin Marsh has died",
    )
    assert len(list_stories(report, DEATH_NOTE)) == 1
