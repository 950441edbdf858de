"""Which items are selected, in which order, under which caps: as a table."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.editing.ranking import balance_stories, rank_stories
from digests.language.normalization import normalize_text
from digests.types import (
    Article,
    EditionStyle,
    PublishedLedger,
    RankedStory,
    ShareCaps,
    Story,
)
from tests.digests.stories.builders import FERRY, NOON, ORCHARD, news


def a_story(*articles: Article, outlets: tuple[str, ...] | None = None) -> Story:
    names = outlets or tuple(dict.fromkeys(a.source for a in articles))
    return Story(id=f"s-{articles[0].id}", articles=articles, outlets=names)


def ranked(
    *stories: Story, ledger: PublishedLedger | None = None, **style: Any
) -> list[RankedStory]:
    now = NOON + timedelta(days=1)
    return list(
        rank_stories(
            stories,
            now=now,
            ledger=ledger or PublishedLedger(),
            style=EditionStyle(**style),
        )
    )


def ids(found: list[RankedStory]) -> list[str]:
    return [entry.story.id for entry in found]


def test_more_independent_outlets_come_first():
    flood = "A flood in Hallin has killed four people, the county said. "
    few = a_story(news("few", flood))
    many = a_story(news("many", flood), outlets=("A", "B", "C"))
    found = ranked(few, many)
    assert ids(found) == ["s-many", "s-few"]
    assert "3 independent outlets" in list(map(str, found[0].reasons))


def test_the_dead_of_a_storm_come_before_a_company_chief_who_goes():
    storm = news("storm", "A tornado killed four people in Hallin. Two are missing.")
    chief = news(
        "chief",
        "The chief executive of Norrline resigned on Monday. Its ferries had left "
        "140,000 passengers stranded.",
    )
    assert ids(ranked(a_story(chief), a_story(storm))) == ["s-storm", "s-chief"]


def test_what_others_report_too_keeps_its_place_beside_more_of_its_source():
    first, second, third = (news(f"p{n}", source="Prolific") for n in range(3))
    shared = a_story(third, outlets=("Prolific", "Rare"))
    stories = [a_story(first), a_story(second), shared, a_story(news("q", source="Q"))]
    entries = [RankedStory(story=story, score=1) for story in stories]
    no_topics = {story.id: frozenset[str]() for story in stories}
    order = balance_stories(entries, no_topics, places=3, caps=ShareCaps(source=0.34))
    assert ids(list(order))[:3] == ["s-p0", "s-p2", "s-q"]


def test_dead_that_several_outlets_report_come_before_a_charge_of_one():
    leak = a_story(news("leak", "Two workers died in Orsk."), outlets=("A", "B", "C"))
    charge = a_story(news("charge", "A man was charged with murder in Hallin."))
    assert ids(ranked(charge, leak)) == ["s-leak", "s-charge"]


def test_the_newer_of_two_equal_stories_comes_first():
    old, new = a_story(news("old", FERRY)), a_story(news("new", FERRY, hours=20))
    assert ids(ranked(old, new)) == ["s-new", "s-old"]


def test_the_longer_of_two_equal_stories_comes_first():
    short, long = a_story(news("short", FERRY)), a_story(news("long", FERRY * 9))
    assert ids(ranked(short, long)) == ["s-long", "s-short"]


def test_a_date_in_the_future_gains_nothing():
    now = a_story(news("b", FERRY, hours=24))
    future = a_story(news("a", FERRY, hours=24_000))
    assert ranked(now, future)[0].score == ranked(now, future)[1].score


def test_one_source_does_not_fill_the_edition():
    same = [a_story(news(f"p{i}", FERRY * 3, source="Prolific")) for i in range(5)]
    other = a_story(news("other", ORCHARD, hours=-6, source="Rare"))
    assert ids(ranked(*same, other, stories=5)).index("s-other") < 4


def test_more_of_something_ranks_first_with_the_reason():
    plain, liked = a_story(news("a", FERRY)), a_story(news("b", ORCHARD))
    found = ranked(plain, liked, more=("apple",))
    assert ids(found) == ["s-b", "s-a"]
    assert "you asked for more about apple" in list(map(str, found[0].reasons))


def test_what_the_reader_wants_less_of_comes_last_and_is_not_left_out():
    plain, unliked = a_story(news("a", FERRY)), a_story(news("b", ORCHARD, hours=20))
    found = ranked(plain, unliked, less=("apple",))
    assert ids(found) == ["s-a", "s-b"]
    assert "you asked for less about apple" in list(map(str, found[1].reasons))
    assert found[1].score > 0


def test_more_of_one_thing_outweighs_less_of_another():
    plain, both = a_story(news("a", FERRY)), a_story(news("b", ORCHARD))
    found = ranked(plain, both, more=("apple",), less=("orchard",))
    assert ids(found) == ["s-b", "s-a"]


def test_a_followed_topic_ranks_first_with_the_reason():
    plain, followed = a_story(news("a", FERRY)), a_story(news("b", ORCHARD))
    found = ranked(plain, followed, include=("apple", "tram"))
    assert ids(found) == ["s-b", "s-a"]
    assert "about apple" in list(map(str, found[0].reasons))


def test_one_topic_does_not_fill_the_edition():
    same = [
        a_story(news(f"t{i}", FERRY * 3, source=f"S{i}", title=f"Gannet again, {i}"))
        for i in range(4)
    ]
    other = a_story(news("o", ORCHARD, hours=-6, title="Frost in the Pellow valley"))
    found = ranked(*same, other, stories=4)
    assert ids(found).index("s-o") < 4
    assert "after 2 on «gannet»" in list(map(str, found[-1].reasons))


def test_at_most_two_matches_are_among_five():
    matches = [
        ("a", "Tarvik Rovers win the cup after extra time"),
        ("b", "Harl sign goalkeeper for record fee"),
        ("c", "League season to begin a week later"),
        ("d", "Striker of Pennick out for months"),
    ]
    others = [
        ("e", "Bakers in Lowick ask for cheaper flour"),
        ("f", "New footpath along the river Corr"),
        ("g", "Librarians count more readers"),
    ]
    stories = [
        a_story(news(name, FERRY * 2, title=title, hours=hours))
        for hours, (name, title) in enumerate([*others, *matches])
    ]
    first = ids(ranked(*stories))[:5]
    assert len({"s-a", "s-b", "s-c", "s-d"} & set(first)) == 2


def test_the_town_of_a_local_outlet_is_no_topic():
    subjects = ("bridge", "school", "market", "tram", "pool", "quay")
    stories = [
        a_story(news(name, FERRY, title=f"Hallin: {name}", source=name))
        for name in subjects
    ]
    assert all(entry.waited is None for entry in ranked(*stories, stories=4))


def test_an_update_uses_the_article_with_the_news():
    ledger = PublishedLedger(revisions=frozenset(("a@1",)))
    more = "Prosecutors have opened an inquiry against the shipyard in Lower Dunmark."
    story = a_story(news("a", FERRY, revision="1"), news("b", more, revision="2"))
    (entry,) = ranked(story, ledger=ledger)
    assert entry.story.articles[0].id == "b"
    assert entry.story.outlets == ("Outlet b", "Outlet a")
    assert [(s.start, s.end) for s in entry.news] == [(0, len(more))]


def test_every_story_has_a_reason():
    bare = a_story(news("a", "Short.", hours=-60))
    assert all(entry.reasons for entry in ranked(bare, a_story(news("b", FERRY))))


def test_a_published_story_is_dropped():
    story = a_story(news("a", FERRY, revision="1"))
    ledger = PublishedLedger(stories=frozenset(("s-a",)), revisions=frozenset(("a@1",)))
    assert ranked(story, ledger=ledger) == []


def test_a_published_story_is_recognised_by_its_articles():
    story = a_story(news("earlier", ""), news("a", FERRY, revision="1"))
    assert ranked(story, ledger=PublishedLedger(revisions=frozenset(("a@1",)))) == []


def test_a_new_version_with_a_new_number_is_an_update():
    older = news("a", FERRY, revision="1")
    newer = news("b", FERRY.replace("212", "221"), revision="2", revises="a")
    sentences = frozenset(
        normalize_text(s) for s in FERRY.replace(". ", ".\n").split("\n")
    )
    ledger = PublishedLedger(
        stories=frozenset(("s-b",)), revisions=frozenset(("a@1",)), sentences=sentences
    )
    (entry,) = ranked(a_story(newer), ledger=ledger)
    assert entry.update
    assert older.text != newer.text


def test_a_new_version_that_only_moves_sentences_is_no_update():
    first, *rest = FERRY.replace(". ", ".\n").split("\n")
    newer = news("b", "\n".join((*rest, first)), revision="2", revises="a")
    sentences = frozenset(normalize_text(s) for s in (first, *rest))
    ledger = PublishedLedger(revisions=frozenset(("a@1",)), sentences=sentences)
    assert ranked(a_story(newer), ledger=ledger) == []


def test_another_outlet_with_the_same_facts_is_no_update():
    ledger = PublishedLedger(revisions=frozenset(("a@1",)))
    again = "Ilse Vranken stopped all ferries between Tollmar and the Skerry islands."
    story = a_story(news("a", FERRY, revision="1"), news("b", again, revision="2"))
    assert ranked(story, ledger=ledger) == []


def test_another_outlet_with_new_facts_is_an_update():
    ledger = PublishedLedger(revisions=frozenset(("a@1",)))
    more = "Prosecutors have opened an inquiry against the shipyard in Lower Dunmark."
    story = a_story(news("a", FERRY, revision="1"), news("b", more, revision="2"))
    assert [entry.update for entry in ranked(story, ledger=ledger)] == [True]


def test_ranking_does_not_depend_on_the_order_of_the_stories():
    stories = [a_story(news(f"a{i}", FERRY, source=f"S{i % 2}")) for i in range(6)]
    assert ids(ranked(*stories)) == ids(ranked(*reversed(stories)))


def test_nothing_in_gives_nothing_out():
    assert ranked() == []


#: Items in order, «source/topic»; the number of full stories; caps; the outcome.
TABLE = [
    ("", 3, ShareCaps(), ""),
    ("P/a P/b P/c", 2, ShareCaps(), "P/a P/b P/c"),
    ("P/a P/b P/c Q/d", 2, ShareCaps(), "P/a Q/d P/b P/c"),
    ("P/a P/b P/c Q/d", 4, ShareCaps(), "P/a P/b Q/d P/c"),
    ("P/a P/b P/c Q/d", 1, ShareCaps(), "P/a P/b P/c Q/d"),
    ("P/a P/b P/c Q/d", 4, ShareCaps(source=1.0), "P/a P/b P/c Q/d"),
    ("P/a P/b P/c Q/d R/e", 4, ShareCaps(source=0.25), "P/a Q/d R/e P/b P/c"),
    ("P/a Q/a R/a S/b", 4, ShareCaps(), "P/a Q/a S/b R/a"),
    ("P/a Q/a R/a S/b", 4, ShareCaps(topic=1.0), "P/a Q/a R/a S/b"),
    ("P/a Q/a R/a S/b", 2, ShareCaps(), "P/a S/b Q/a R/a"),
    ("/a /b /c Q/d", 2, ShareCaps(), "/a /b /c Q/d"),
    ("P/ P/ Q/", 2, ShareCaps(topic=0.0), "P/ Q/ P/"),
]


def taken(items: str, places: int, caps: ShareCaps) -> list[tuple[str, str]]:
    """The items in their new order, each with why it had to wait."""
    ranked_items = [
        RankedStory(story=a_story(news(name, source=name.partition("/")[0])), score=1)
        for name in items.split()
    ]
    topics = {r.story.id: set(r.story.id.partition("/")[2]) for r in ranked_items}
    found = balance_stories(ranked_items, topics, places=places, caps=caps)
    return [(r.story.articles[0].id, str(r.waited or "")) for r in found]


@pytest.mark.parametrize(("items", "places", "caps", "expected"), TABLE)
def test_a_cap_makes_room_for_others(items, places, caps, expected):
    assert [item for item, _ in taken(items, places, caps)] == expected.split()


def test_a_postponed_story_names_what_ranked_above_it():
    reasons = dict(taken("P/a P/b Q/c R/c S/c", 2, ShareCaps()))
    assert reasons["P/a"] == reasons["Q/c"] == ""
    assert reasons["P/b"] == "after 1 from P"


def test_a_topic_that_had_its_share_is_named():
    assert dict(taken("P/a Q/a R/b", 2, ShareCaps()))["Q/a"] == "after 1 on «a»"


@given(
    st.lists(st.sampled_from("PQR"), max_size=12), st.integers(min_value=1, max_value=8)
)
def test_no_source_has_more_than_half_while_others_wait(sources, places):
    items = [f"{source}/{n}" for n, source in enumerate(sources)]
    order = taken(" ".join(items), places, ShareCaps(topic=1.0))
    reported = [item for item, _ in order][:places]
    assert sorted(item for item, _ in order) == sorted(items)
    for source, count in Counter(item[0] for item in reported).items():
        waiting = [item for item, _ in order[places:] if item[0] != source]
        under = [
            i
            for i in waiting
            if sum(t[0] == i[0] for t in reported) < max(1, places // 2)
        ]
        assert count <= max(1, places // 2) or not under
