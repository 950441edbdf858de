"""What an update shows: the new fact first, and nothing that was shown before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digests.compose import compose
from digests.editing.novelty import collect_published
from digests.language.normalization import normalize_text
from digests.types import Article, Edition, EditionStory, EditionStyle
from tests.digests.stories.builders import NOON

BEFORE = (
    "The mayor of Fenwick, Ola Brandis, will not resign over the sale of a hall. "
    'Brandis told the council on Monday: "I have nothing to hide from anybody here." '
    "The hall was sold to the builder Hurst for 90,000 euros in March. An expert says "
    "that it is worth 300,000 euros. Two parties on the council want Brandis to go."
)
AFTER = (
    "Ola Brandis has resigned as mayor of Fenwick. The prosecutor of Fenwick charged "
    "Brandis with corruption over the sale of the town hall on Thursday. The hall was "
    "sold to the builder Hurst for 90,000 euros in March. Two days earlier Brandis "
    'told the council: "I have nothing to hide from anybody here." Deputy mayor Uta '
    'Selling takes over. "Fenwick needs a quiet year," Uta Selling said on Thursday.'
)


def article(name: str, text: str, hours: float, title: str, source: str) -> Article:
    return Article(
        id=name,
        text=text,
        title=title,
        source=source,
        published=NOON + timedelta(hours=hours),
        revision="1",
    )


FIRST = article("a", BEFORE, 0, "Mayor of Fenwick will not resign", "Herald")
SECOND = article("b", AFTER, 20, "Mayor of Fenwick resigns over town hall", "Herald")
#: A slower outlet tells the first state once more, in its own words.
LATE = article(
    "c",
    "Ola Brandis, the mayor of Fenwick, refuses to resign. Opponents accuse Brandis of "
    "having sold the town hall to the builder Hurst far too cheaply, for 90,000 euros "
    "instead of 300,000. A petition by the bakers of Fenwick has 400 signatures.",
    21,
    "Fenwick mayor Brandis refuses to resign",
    "Courier",
)


def edition(*articles: Article, after: Edition | None = None) -> Edition:
    ledger = collect_published(after) if after else None
    style = EditionStyle(lang=articles[0].lang or "en")
    now = NOON + timedelta(hours=22)
    return compose(articles, now=now, ledger=ledger, style=style)


def update() -> EditionStory:
    (story,) = edition(FIRST, SECOND, after=edition(FIRST)).stories
    return story


def test_headline_and_first_sentence_are_the_new_fact():
    story = update()
    assert story.update
    assert story.headline.text == "Mayor of Fenwick resigns over town hall"
    assert story.summary[0].text == "Ola Brandis has resigned as mayor of Fenwick."


def test_nothing_that_was_told_is_repeated():
    told = {s.text for s in edition(FIRST).stories[0].summary}
    story = update()
    assert not told & {s.text for s in story.summary}
    assert all("sold to the builder" not in s.text for s in story.summary)


def test_a_quote_that_was_shown_is_not_shown_again():
    shown = normalize_text("I have nothing to hide from anybody here.")
    ledger = collect_published(edition(FIRST))
    ledger = replace(ledger, quotes=ledger.quotes | {shown})
    now = NOON + timedelta(hours=22)
    (story,) = compose((FIRST, SECOND), now=now, ledger=ledger).stories
    assert all("nothing to hide" not in card.text for card in story.cards)


def test_of_a_merged_story_the_newest_state_is_told():
    (story,) = edition(FIRST, SECOND).stories
    assert story.articles[0].id == "b"
    assert all("nothing to hide" not in c.text or c.article == "b" for c in story.cards)


def test_an_older_state_from_a_slower_outlet_is_no_update():
    told = edition(FIRST, SECOND)
    later = edition(FIRST, SECOND, LATE, after=told)
    assert [s.articles[0].id for s in later.stories if s.update] in ([], ["b"])


TOLL = article(
    "toll",
    "A third worker has died after the fire at the Fenwick mill, the hospital said. "
    "The owner, Hurst, admitted that the alarm had been switched off since January.",
    20,
    "Fenwick mill fire: third worker dies",
    "Herald",
)
SMOKE = article(
    "smoke",
    "Between nine and eleven tonnes of flour burnt at the Fenwick mill, the county "
    "said in a first estimate. Three people died. Its owner Hurst had spoken of "
    "two tonnes. The mill was last inspected by the county in 2019.",
    21,
    "Fenwick mill: up to eleven tonnes of flour burnt",
    "Courier",
)
TICKER = article(
    "ticker",
    "22:10 Fire engines leave the Fenwick mill.\n21:40 Three dead at the mill.\n"
    "20:15 The mayor of Fenwick is on the way.\n19:00 Fire at the Fenwick mill.",
    21.5,
    "Fenwick mill fire, live",
    "Radio",
)
FIRE = article(
    "fire",
    "Two workers died when fire broke out at the Fenwick mill on Monday, the fire "
    "service said. The mill of the firm Hurst employs 40 people in Fenwick.",
    0,
    "Two die in fire at Fenwick mill",
    "Herald",
)


def test_an_update_is_made_from_the_report_of_the_new_death():
    later = edition(FIRE, TOLL, SMOKE, TICKER, after=edition(FIRE))
    (story,) = later.stories
    assert story.articles[0].id == "toll"
    assert story.summary[0].text.startswith("A third worker has died")


def test_an_update_weighs_what_is_new_and_not_the_event_once_more():
    quake = article(
        "quake",
        "An earthquake killed 60 people in Fenwick on Monday, the county said. The "
        "town hall of Fenwick fell, and so did the bridge over the Tavin.",
        0,
        "Earthquake kills 60 in Fenwick",
        "Herald",
    )
    again = article(
        "again",
        "Choirs from four towns sang in Fenwick on Tuesday after the earthquake. The "
        "concert in the park of Fenwick collected 900 crowns for a new town hall.",
        20,
        "Fenwick sings after earthquake killed 60",
        "Courier",
    )
    vote = article(
        "vote",
        "The parliament of Ostania voted to ban night trains on Tuesday. The law takes "
        "effect in May and was opposed by the railway unions.",
        20,
        "Parliament bans night trains",
        "Radio",
    )
    later = edition(quake, again, vote, after=edition(quake))
    assert [s.articles[0].id for s in later.stories] == ["vote", "again"]


RESULTS = article(
    "results",
    "Tolland Boats said on Monday that it would cut 900 jobs at its yard in Fenwick."
    "\n\nThe company lost $41 million in the quarter. Revenue fell 11 percent to $880 "
    "million. It expects to sell 3,100 boats this year.",
    0,
    "Tolland Boats to cut 900 jobs in Fenwick",
    "Herald",
)
NOTICE = article(
    "notice",
    "An earlier report misstated the revenue of Tolland Boats for the quarter. It was "
    "$830 million, not $880 million.",
    9,
    "Correction: Tolland sales",
    "Herald",
)


def shown(*articles: Article) -> str:
    """The summary and figures of the one story that these articles make."""
    (story,) = edition(*articles).stories
    labels = (entry.figure.label for entry in story.figures)
    return " ".join((*(s.text for s in story.summary), *labels))


def test_a_number_that_a_notice_takes_back_is_not_shown():
    assert "$41 million" in shown(RESULTS, NOTICE)
    assert "$880 million" not in shown(RESULTS, NOTICE)


def test_readers_of_the_wrong_number_are_shown_the_notice():
    (story,) = edition(RESULTS, NOTICE, after=edition(RESULTS)).stories
    assert story.articles[0].id == "notice"
    assert story.summary[-1].text == "It was $830 million, not $880 million."


def test_a_notice_says_nothing_to_readers_who_were_not_shown_the_wrong_number():
    said = "Revenue fell 11 percent to $880 million. "
    without = replace(RESULTS, text=RESULTS.text.replace(said, ""))
    found = edition(RESULTS, NOTICE, after=edition(without))
    assert found.stories == ()


@pytest.mark.parametrize(
    "wording",
    [
        "In our report on Tolland Boats on 4 May we said that its revenue was $880 "
        "million. The correct figure is $830 million.",
        "A report gave the revenue of Tolland Boats as $880 million; it should have "
        "been $830 million.",
        "The revenue of Tolland Boats was given as $880 million. It should have said "
        "$830 million.",
    ],
)
def test_a_notice_may_say_which_number_is_right(wording: str):
    assert "$41 million" in shown(RESULTS, replace(NOTICE, text=wording))
    assert "$880 million" not in shown(RESULTS, replace(NOTICE, text=wording))


PAY = article(
    "lohn",
    "Die Fährleute in Wesselrode haben am Montag die Arbeit niedergelegt. Ihre "
    "Gewerkschaft fordert 7,5 Prozent mehr Lohn.\n\nDie Reederei bietet 4,1 Prozent. "
    "Am Mittwoch wird weiter verhandelt.",
    0,
    "Fährleute in Wesselrode streiken",
    "Bote",
)


@pytest.mark.parametrize(
    "wording",
    [
        "In unserem Bericht hieß es, die Reederei böte 4,1 Prozent. Richtig ist, dass "
        "sie 3,1 Prozent bietet.",
        "Zum Angebot der Reederei hieß es 4,1 Prozent; richtig ist 3,1.",
    ],
)
def test_a_german_notice_may_say_which_number_is_right(wording: str):
    report = replace(PAY, lang="de")
    title = "Berichtigung: Streik der Fährleute"
    notice = replace(report, id="notiz", text=wording, title=title)
    assert "4,1 Prozent" in shown(report)
    assert "7,5 Prozent" in shown(report, notice)
    assert "4,1 Prozent" not in shown(report, notice)


def test_a_corrected_report_that_says_what_should_be_takes_nothing_back():
    wording = (
        "Tolland Boats has revenue of $880 million. It should be $930 million next "
        "year, the company said."
    )
    title = "Correction: Tolland Boats says that revenue will rise"
    report = replace(NOTICE, text=wording, title=title)
    found = edition(RESULTS, report)
    labels = [f.figure.label for story in found.stories for f in story.figures]
    assert "Revenue fell 11 percent to $880 million" in labels


def test_a_notice_is_no_line_beside_the_report_that_it_corrects():
    report = replace(PAY, lang="de")
    wording = "Die Reederei bietet den Fährleuten 3,1 Prozent und nicht 4,1 Prozent."
    title = "Berichtigung: Streik der Fährleute"
    notice = replace(report, id="notiz", text=wording, title=title)
    found = edition(report, notice)
    assert [story.articles[0].id for story in found.stories] == ["lohn"]
    assert found.brief == ()


def test_readers_of_the_wrong_number_are_shown_the_right_one_as_a_figure():
    wording = (
        "In our report on Tolland Boats we said that the company had revenue of $880 "
        "million. The correct figure is $830 million."
    )
    notice = replace(NOTICE, text=wording)
    (story,) = edition(RESULTS, notice, after=edition(RESULTS)).stories
    labels = " ".join(entry.figure.label for entry in story.figures)
    assert "$830 million" in labels
    assert "$880 million" not in labels


def test_a_notice_that_may_mean_one_of_two_numbers_takes_none_back():
    wording = (
        "In a report on Tolland Boats we gave $41 million and $880 million. The right "
        "sum is $83 million."
    )
    assert "$880 million" in shown(RESULTS, replace(NOTICE, text=wording))


def test_a_notice_of_another_outlet_takes_nothing_back():
    assert "$880 million" in shown(RESULTS, replace(NOTICE, source="Courier"))


@pytest.mark.parametrize(
    ("title", "wording"),
    [
        (
            "Correction",
            "An article on Tuesday about the new bridge at Hallin misstated its cost. "
            "The bridge will cost £64 million, not £46 million.",
        ),
        (
            None,
            "Correction: An article on Tuesday said that the new bridge at Hallin "
            "would cost £46 million. In fact it will cost £64 million. We are sorry.",
        ),
        (
            None,
            "An earlier version of this article said that the new bridge at Hallin "
            "would cost £46 million. The correct figure is £64 million.",
        ),
    ],
)
def test_a_notice_alone_is_told_with_both_numbers(title: str | None, wording: str):
    (story,) = edition(replace(NOTICE, title=title, text=wording)).stories
    assert "£64 million" in story.headline.text
    (figure,) = story.figures
    assert figure.replaces is not None
    assert (figure.replaces.figure.text, figure.figure.text) == (
        "£46 million",
        "£64 million",
    )


LISTING = article(
    "f1",
    "The ferry Gannet with 240 people on board is listing off Lindo after a collision "
    "on Monday morning. Helicopters are on their way, the coast guard said.",
    0,
    "Ferry Gannet lists off Lindo with 240 on board",
    "Herald",
)
CALMING = article(
    "f2",
    "The coast guard is taking people off the ferry Gannet, which is listing off Lindo "
    "after a collision. “The ship is stable and everybody on board is calm,” Captain "
    "Aksel Lund of the coast guard said on Monday.",
    2,
    "Coast guard takes people off ferry Gannet off Lindo",
    "Courier",
)
SUNK = article(
    "f3",
    "The ferry Gannet has sunk off Lindo. At least 14 people are dead, the coast guard "
    "said on Monday evening, and 31 are missing after the collision of the morning.",
    8,
    "Ferry Gannet sinks off Lindo, 14 dead",
    "Herald",
)


def test_an_update_does_not_quote_what_was_said_before_its_news():
    (story,) = edition(LISTING, CALMING, SUNK, after=edition(LISTING)).stories
    assert story.update
    assert "sunk" in story.summary[0].text
    assert not story.cards


def test_a_reassurance_of_an_older_report_is_not_quoted_beside_a_newer_one():
    (story,) = edition(LISTING, CALMING, SUNK).stories
    assert not story.cards
