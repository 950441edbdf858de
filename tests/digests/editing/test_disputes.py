"""What two outlets state differently, and what only looks like it: invented pairs."""

from datetime import timedelta
from typing import Any

import pytest

from digests.analysis import analyse_article
from digests.editing.disputes import add_replaced, find_disputes
from digests.editing.figure_selection import select_figures
from digests.types import Article, Story
from tests.digests.stories.builders import NOON


def disputed(
    one: str, other: str, minutes: float = 20, lang: str = "en", **more: Any
) -> list[tuple[str, str]]:
    """The values on which two outlets differ about a fire in the Harcourt mill."""
    articles = (
        Article(id="a", text=one, source="Herald", published=NOON, lang=lang),
        Article(
            id="b",
            text=other,
            source=more.get("source", "Courier"),
            published=NOON + timedelta(minutes=minutes),
            lang=lang,
        ),
    )
    analyses = {a.id: analyse_article(a) for a in articles}
    story = Story(id="s", articles=articles, outlets=("Herald", "Courier"))
    found = find_disputes(story, analyses)
    return [(d.ours.figure.text, d.theirs.figure.text) for d in found]


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        (
            "A fire in the Harcourt mill in Thornby killed 23 workers, police said.",
            "In Thornby 31 workers died in the Harcourt mill fire, a doctor said.",
            "en",
        ),
        (
            "Gunmen abducted 31 pupils from a school in Zarin, the governor said.",
            "Parents in Zarin list 46 children whom gunmen took from a school there.",
            "en",
        ),
        (
            "Police arrested 44 people at the harbour blockade in Okpara on Friday.",
            "At the harbour blockade in Okpara police arrested 70 people on Friday.",
            "en",
        ),
        (
            "The bridge at Tolleby will close. Repairs to its piers cost 3.4 million "
            "euros, the council of Tolleby said.",
            "Repairs to the piers of the bridge at Tolleby cost 5.1 million euros, an "
            "engineer of the council said.",
            "en",
        ),
        (
            "The quake off Marrin had a magnitude of 6.2, the institute said.",
            "A quake with a magnitude of 5.6 was felt in Marrin, the institute said.",
            "en",
        ),
        (
            "A fire in the Harcourt mill in Thornby killed 23 people, police said.",
            "The number of dead in the Harcourt mill fire in Thornby rose to 31.",
            "en",
        ),
        (
            "A fire in the Harcourt mill in Thornby killed 23 people, police said.",
            "After the Harcourt mill fire in Thornby the death toll has risen to 31.",
            "en",
        ),
        (
            "Customs officers found 700 kilograms of heroin in a boat off Marrin.",
            "In a boat off Marrin customs officers found 430 kilograms of the drug.",
            "en",
        ),
        (
            "Das neue Bad in Wehrau soll 18 Millionen Euro kosten, sagte die Stadt.",
            "Die Kosten für das neue Bad in Wehrau betragen 25 Millionen Euro.",
            "de",
        ),
        (
            "Bei dem Brand der Mühle in Wehrau wurden 17 Arbeiter verletzt.",
            "In Wehrau wurden bei dem Brand der Mühle 26 Arbeiter verletzt.",
            "de",
        ),
    ],
)
def test_two_counts_of_the_same_are_a_dispute(one: str, other: str, lang: str):
    assert len(disputed(one, other, lang=lang)) == 1


def test_a_count_that_is_exact_to_the_thousand_is_not_rounded():
    ours = "After the storm 510,000 homes in Thornby are without power, the firm said."
    theirs = "The county says that {} customers in Thornby are without power."
    assert disputed(ours, theirs.format("about 465,000")) == [
        ("510,000", "about 465,000")
    ]
    assert disputed(ours, theirs.format("about 500,000")) == []


def test_a_part_and_the_whole_are_none():
    jury = "A jury in Thornby found the surgeon guilty in {} of needless operations."
    one, other = jury.format("nine of 16 cases"), jury.format("nine cases")
    assert disputed(one, other) == []


MILL = "A fire in the Harcourt mill in Thornby killed 23 workers, police said."


@pytest.mark.parametrize(
    "other",
    [
        "The fire in the Harcourt mill in Thornby injured 31 workers, police said.",
        "The fire in the Harcourt mill in Thornby killed at least 20 workers.",
        "The fire in the Harcourt mill in Thornby killed 23 workers, a doctor said.",
        "The fire in the Harcourt mill in Thornby may have killed 31 workers.",
        "It is feared that 31 workers died in the fire in the Harcourt mill, Thornby.",
        "The report that 31 workers died in the fire in the Harcourt mill is false.",
        "Of the workers killed in the fire in the Harcourt mill in Thornby, 12 workers "
        "of one family died.",
        "In the north hall of the Harcourt mill in Thornby, near Elderwick, the fire "
        "killed 12 workers.",
        "Another 12 workers died in hospital after the fire in the Harcourt mill.",
        "Not 23 but 25 workers died in the fire in the Harcourt mill, as was first "
        "reported.",
    ],
)
def test_what_explains_a_difference_rules_it_out(other: str):
    assert disputed(MILL, other) == []


@pytest.mark.parametrize(
    ("whole", "part", "lang"),
    [
        (
            "A fire in the Harcourt mill in Thornby killed 31 workers, police said. "
            "Twenty-three of the dead were found in its cellar.",
            "In Thornby 23 workers died in the Harcourt mill fire, a doctor said.",
            "en",
        ),
        (
            "Bei dem Sturm starben 16 Menschen. 9 der Toten fand man in Auental.",
            "Bei dem Sturm starben 9 Menschen, teilte die Stadt Auental mit.",
            "de",
        ),
    ],
)
def test_a_number_that_a_report_gives_as_a_part_is_none(
    whole: str, part: str, lang: str
):
    assert disputed(whole, part, lang=lang) == []
    alone = whole.partition(".")[0] + "."
    assert disputed(alone, part, lang=lang) != []


def test_a_later_count_replaces_an_earlier_one():
    later = "The fire in the Harcourt mill in Thornby killed 31 workers, police said."
    assert disputed(MILL, later, minutes=400) == []


def test_one_publisher_does_not_differ_from_itself():
    other = "The fire in the Harcourt mill in Thornby killed 31 workers, police said."
    assert len(disputed(MILL, other)) == 1
    assert disputed(MILL, other, source="Herald") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The Aldham brewery had sales of 80 million euros in the first quarter.",
            "The Aldham brewery had sales of 95 million euros in the second quarter.",
        ),
        (
            "Around 5,000 people marched through Okpara, police said.",
            "Some 5,200 people marched through Okpara, police said.",
        ),
        (
            "The new stand in Okpara cost 12 million euros, the club said.",
            "The new stand in Okpara was planned to cost 9 million euros.",
        ),
        (
            "About 9,000 spectators watched the final in Okpara.",
            "The ground in Okpara has room for 14,000 spectators for the final.",
        ),
        (
            "The ferry to Holm carries 300 passengers on a weekday.",
            "The ferry to Holm carries 520 passengers on a Sunday.",
        ),
        (
            "The centre of the quake lay 30 kilometres off the coast of Marrin.",
            "The centre of the quake lay 18 kilometres under the sea off Marrin.",
        ),
        (
            "The court in Thornby sentenced the smuggler Ned Pole to nine years in "
            "prison.",
            "The court in Thornby sentenced the sister of the smuggler Ned Pole to "
            "four years in prison.",
        ),
    ],
)
def test_other_periods_plans_and_people_are_no_dispute(one: str, other: str):
    assert disputed(one, other) == []


@pytest.mark.parametrize("text", ["", "12", "killed 12 " * 300, "🜁 12 🜁 people died"])
def test_any_text_is_compared(text: str):
    assert isinstance(disputed(text, MILL), list)
    assert isinstance(disputed(MILL, text), list)


# ── what a newer report replaces ───────────────────────────────────────────────

EARLY = (
    "A ferry ran onto the rocks off Tollmar on Friday and at least 14 people drowned, "
    "the coastguard said. The ferry Gannet had left the island of Skerry at noon."
)


def replaced(now: str, before: str = EARLY, hours: float = 5) -> list[str | None]:
    """The older number beside each number of the newest report."""
    articles = (
        Article(
            id="b", text=now, source="Courier", published=NOON + timedelta(hours=hours)
        ),
        Article(id="a", text=before, source="Herald", published=NOON),
    )
    analyses = {a.id: analyse_article(a) for a in articles}
    story = Story(id="s", articles=articles, outlets=("Courier", "Herald"))
    shown = add_replaced(select_figures(story, analyses["b"]), story, analyses)
    return [f.replaces.figure.text if f.replaces else None for f in shown]


def test_a_newer_toll_has_the_older_one_beside_it():
    now = "The number of dead of the ferry Gannet off Tollmar has risen to 31."
    assert replaced(now) == ["at least 14"]


def test_the_same_toll_replaces_nothing():
    assert replaced("In all 14 people drowned off Tollmar when the ferry sank.") == [
        None
    ]


def test_a_toll_of_the_same_hour_is_a_dispute_and_replaces_nothing():
    now = "The ferry Gannet hit the rocks off Tollmar and 31 people drowned."
    assert replaced(now, hours=0.5) == [None]


def test_an_older_toll_that_the_clause_states_is_not_repeated():
    now = "The number of dead off Tollmar has risen from at least 14 to 31."
    assert set(replaced(now)) == {None}


def test_those_of_another_place_are_replaced_by_nothing():
    now = "A bus fell from a bridge in Orsk and 31 people died there on Friday."
    assert replaced(now) == [None]


def test_those_to_whom_something_else_happened_are_not_replaced():
    now = "Off Tollmar 31 people were rescued from the ferry Gannet, it was said."
    assert replaced(now) == [None]
