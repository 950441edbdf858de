"""Which report of a story is the newest one that suffices, in invented events."""

import pytest

from digests.stories.assembly import gather_stories
from digests.stories.freshness import choose_lead, count_dead, order_by_freshness
from digests.types import Article, ArticleKind, StoryMembership
from tests.digests.stories.builders import news

COUNTY = (
    " The county has opened a school as a shelter, and the governor cancelled a trip. "
    "Lorries with blankets and water arrived from the neighbouring district."
)


def report(name: str, text: str, hours: float, title: str = "", **more: str) -> Article:
    return news(name, text + COUNTY, hours=hours, title=title, **more)


def lead(
    *reports: Article, kinds: dict[str, ArticleKind] | None = None, **ratings: float
) -> str:
    rated = {a.id: ratings.get(a.id, 1.0) for a in reports}
    return choose_lead(reports, rated, kinds or {}).id


def test_a_newer_toll_replaces_an_older_one():
    assert (
        lead(
            report("a", "A landslide in Okoji killed nine people, police said.", 0),
            report("b", "The landslide in Okoji has killed 17 people, police said.", 5),
        )
        == "b"
    )


def test_a_slower_outlet_with_the_older_toll_is_behind():
    assert (
        lead(
            report("a", "The landslide in Okoji has killed 17 people, police said.", 5),
            report("b", "Nine people died in a landslide in Okoji, police said.", 6),
        )
        == "a"
    )


def test_an_indian_report_with_fewer_cases_is_behind():
    assert (
        lead(
            report("a", "Dengue cases in Velgram rose to 1,240, officials said.", 4),
            report("b", "Velgram recorded 910 dengue cases, officials said.", 7),
        )
        == "a"
    )


def test_a_correction_may_lower_a_toll():
    assert (
        lead(
            report("a", "Eleven miners died in the Brosk pit, the owner said.", 0),
            report(
                "b",
                "Eight miners died in the Brosk pit, not eleven as first reported.",
                3,
            ),
        )
        == "b"
    )


def test_a_reaction_hours_later_does_not_stand_for_the_disaster():
    first = report("a", "Nine people died in a ferry fire off Okoji, police said.", 0)
    sorry = report("b", "The ferry line off Okoji said its thoughts are with all.", 5)
    assert lead(first, sorry) == "a"


STATED_TOLLS = [
    ("A fifth child has died after Monday's crash near Dorne.", "en", 5),
    ("A third worker died of burns in hospital on Sunday.", "en", 3),
    ("A man was killed when a crane fell in Port Anse.", "en", 1),
    ("A second man was held after three people were killed.", "en", 3),
    ("Drittes Todesopfer nach dem Brand in Mollhausen.", "de", 3),
    ("Eine zweite Person erlag am Abend ihren Verletzungen.", "de", 2),
    ("Damit stieg die Zahl der Toten auf zwei.", "de", 2),
    ("Bei dem Unfall ist ein Mann ums Leben gekommen.", "de", 1),
    ("A man who was hurt in the crash has died in hospital.", "en", 0),
    ("A man was charged over the deaths of pupils.", "en", 0),
]


@pytest.mark.parametrize(("sentence", "lang", "dead"), STATED_TOLLS)
def test_an_ordinal_and_a_single_death_are_tolls(sentence: str, lang: str, dead: int):
    assert count_dead(sentence, lang) == dead


def test_a_report_of_one_more_death_is_newer_whenever_it_was_published():
    assert (
        lead(
            report("a", "A fifth child has died after the crash near Dorne.", 3),
            report("b", "Four children died in the crash near Dorne, police said.", 9),
        )
        == "a"
    )


def test_what_was_known_at_an_earlier_hour_is_behind():
    assert (
        lead(
            report("a", "The coast road is open, the council said at 3 pm.", 3.2),
            report("b", "The coast road is shut, the council said at noon.", 4.5),
        )
        == "a"
    )


def test_who_still_waits_is_behind_whoever_tells_the_outcome():
    assert (
        lead(
            report("a", "Adaeze Nwoko was elected chair of the port council.", 3),
            report("b", "Adaeze Nwoko leads in the vote for the port council.", 4),
        )
        == "a"
    )


def test_german_tolls_are_compared_as_well():
    assert (
        lead(
            report(
                "a",
                "Die Zahl der Toten in Wehrau ist auf sieben gestiegen.",
                3,
                lang="de",
            ),
            report("b", "Bei dem Brand in Wehrau starben vier Menschen.", 4, lang="de"),
        )
        == "a"
    )


def test_a_brief_does_not_tell_a_story():
    short = news("b", "Eleven miners died in the Brosk pit. " * 4, hours=4)
    long = report("a", "Eleven miners died in the Brosk pit, the owner said." * 9, 0)
    assert lead(long, short, a=3.0) == "a"


@pytest.mark.parametrize("kind", ["opinion", "live", "transcript", "roundup"])
def test_what_does_not_report_does_not_tell_a_story(kind: ArticleKind):
    assert (
        lead(
            report("a", "The port council has a new chair.", 0),
            report("b", "The port council deserves its new chair.", 9),
            kinds={"b": kind},
        )
        == "a"
    )


def test_of_reports_of_one_state_the_fuller_one_is_taken():
    first = report("a", "The port council has a new chair.", 0)
    second = report("b", "The port council chose a chair.", 1)
    assert lead(first, second, a=10.0, b=4.0) == "a"
    assert lead(first, second, a=10.0, b=9.0) == "a"


@pytest.mark.parametrize(
    ("reaction", "title"),
    [
        ("They came with drums, and one of them brought a goat.", "Joy in Sellin"),
        ("The share of Korb & Lau rose by six per cent on Monday.", "Korb share up"),
    ],
)
def test_a_colour_piece_or_a_share_price_does_not_tell_the_event(reaction, title):
    fact = news(
        "fact",
        "President Ana Sollic of Sellin conceded defeat in the election on Monday "
        "after eleven years. Korb & Lau will close its factory in Sellin, where 900 "
        "people build pumps, she said at a meeting in the town hall of Sellin." * 2,
        title="Sollic concedes defeat in Sellin",
    )
    colour = news("colour", reaction + COUNTY * 2, hours=1, title=title)
    members = [StoryMembership(article=name, story="s") for name in ("fact", "colour")]
    assert gather_stories([fact, colour], members)[0].articles[0].id == "fact"


def test_the_report_of_a_death_tells_the_story_rather_than_a_reaction_to_it():
    assert (
        lead(
            report(
                "a", "A third guest died after the hotel fire in Lund, police said.", 0
            ),
            report("b", "After the deaths the minister wants hotels inspected.", 2),
            b=9.0,
        )
        == "a"
    )


def test_hospital_wards_are_no_districts_that_are_counted():
    assert (
        lead(
            report("a", "Nurses accepted a limit of four patients on wards.", 0),
            report("b", "The strike is over: five patients on general wards.", 1),
            a=5.0,
        )
        == "a"
    )


def test_reports_without_a_date_come_last():
    undated = Article(id="x", text="The port council has a new chair." + COUNTY)
    dated = report("a", "The port council has a new chair.", 0)
    assert [s.article.id for s in order_by_freshness([undated, dated])] == ["a", "x"]


@pytest.mark.parametrize("text", ["", "…", "at 99:99 people died", "noon " * 500])
def test_odd_texts_are_read(text: str):
    odd = news("a", text)
    assert lead(odd, news("b", text, hours=1)) in {"a", "b"}
