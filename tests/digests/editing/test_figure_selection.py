"""The figures that a story shows. All texts are invented."""

import pytest

from digests.analysis import analyse_article
from digests.editing import presentation
from digests.editing.figure_selection import MAX_FIGURES, choose_key_figures
from digests.types import Article, EditionStyle, RankedStory, Story


def shown(text: str, title: str | None = None, lang: str | None = None) -> list[str]:
    """The labels that a story of this one article shows."""
    article = Article(id="a", text=text, title=title, lang=lang)
    story = Story(id="s-1", articles=(article,), outlets=("Hallin Courier",))
    presented = presentation.present_story(
        RankedStory(story=story), {"a": analyse_article(article)}, EditionStyle()
    )
    return [entry.figure.label for entry in presented.figures]


def test_the_number_of_the_title_comes_first():
    text = (
        "Orvik has approved a new harbour wall. The town has 21,000 people. The work "
        "will cost £48 million and begins in June."
    )
    found = shown(text, title="Orvik approves £48m harbour wall")
    assert found[0] == "The work will cost £48 million and begins in June"


def test_a_denied_number_is_not_shown():
    text = (
        "Hallin Steel is not closing its mill. The company denied a report that 700 "
        "people would lose their jobs. The mill employs 1,900 people."
    )
    assert shown(text) == ["The mill employs 1,900 people"]


def test_a_number_that_a_correction_takes_back_is_not_shown():
    text = (
        "Nobody was injured in the fire at Orvik mill. An earlier version of this "
        "report said that 12 people had been injured. Damage is put at £200,000."
    )
    found = shown(text, title="Correction: Nobody was injured in mill fire")
    assert found == ["Damage is put at £200,000"]


def test_trivial_numbers_are_not_shown():
    text = (
        "The two mayors met a 35-year-old baker in three rooms. They talked for 40 "
        "minutes. Lind, the oldest of them, is 74."
    )
    assert shown(text) == []


def test_few_people_are_shown_if_something_happened_to_them():
    assert shown("Three people were killed when a crane fell in Hallin.") == [
        "Three people were killed when a crane fell in Hallin"
    ]


def test_a_magnitude_and_a_ban_are_no_small_counts():
    assert shown("Ein Beben der Stärke 4,7 hat Orvik erschüttert.", lang="de")
    assert shown("Two players of Orvik Town could face six-game bans.")


def test_the_longer_clause_stands_for_two_numbers():
    text = (
        "By 19 votes to 14 the council of Orvik rejected the offer, which was worth "
        "£4.2 million in cash and shares."
    )
    assert len(shown(text)) == 1
    assert "£4.2 million" in shown(text)[0]


def test_a_long_sentence_of_prison_is_shown_and_a_duration_is_not():
    text = (
        "The former mayor of Orvik was jailed for 12 years. The trial had lasted for "
        "seven months."
    )
    assert shown(text) == ["The former mayor of Orvik was jailed for 12 years"]


def test_a_quoted_number_is_no_fact_of_the_story():
    assert shown("“We lost 400 trees in one night,” said Ada Brandt.") == []


def test_one_clause_is_shown_once():
    text = "Revenue at Orvik Foods rose 4% to $90 million. Revenue rose 4%, it said."
    assert shown(text) == ["Revenue at Orvik Foods rose 4% to $90 million"]


def test_a_count_that_was_replaced_is_not_shown_as_the_present_one():
    text = (
        "800 homes are without power, down from 2,500 at noon.\n\n"
        "About 2,500 homes lost power in the storm.\n\nThe wind tore off 300 roofs."
    )
    assert shown(text)[0] == "800 homes are without power, down from 2,500 at noon"
    assert "About 2,500 homes lost power in the storm" not in shown(text)


def test_a_story_shows_only_a_few_figures():
    text = " ".join(
        f"The town planted {n} trees in Park Lane." for n in range(100, 120)
    )
    assert len(shown(text)) == MAX_FIGURES


def test_the_length_of_a_race_is_no_figure():
    assert shown("Ida Holm won the 800m in Orvik on Sunday.") == []


def test_a_number_that_belongs_to_a_name_is_no_figure():
    text = "The old Meridian 64 computers were sold in Orvik on Sunday."
    assert shown(text) == []


def test_odd_texts_show_nothing():
    texts = ("", "5%", "%%% 5% ((", "5% " * 300, "\n\n- 5\n- 6\n", "nine to 11")
    for text in texts:
        assert shown(text) == []


def test_votes_in_words_are_shown():
    assert shown("The council of Orvik approved it by eleven votes to nine.")


#: So long that no summary holds the sentences after it.
OPENING = (
    "The council of Orvik has decided after a long debate that the old ferry to Halm "
    "goes on in winter, although the boat is older than the town hall. Mayor Ada Berg "
    "called the vote a good day for the island, and a large crowd sang with her at the "
    "harbour until the night fell. "
)


def shown_beside(further: str) -> list[str]:
    """The labels beside a short summary that has no number."""
    text = OPENING + further
    article = Article(id="a", text=text, title="The ferry to Halm goes on in winter")
    style = EditionStyle(summary_chars=280)
    analysed = analyse_article(article, style)
    return [figure.label for figure in choose_key_figures(analysed)]


@pytest.mark.parametrize(
    "further",
    [
        # A list position, a small count, a compound, a conversion, a single one.
        "Orvik and Halm were the first 140 towns to sign.",
        "Solicitors spoke to 40 families in May.",
        "A 2,500-square-foot hall was rented for the evening.",
        "The boat did not move one inch in May.",
        # It points to something that is not shown.
        "More than 150 cities have such laws on their books.",
        "About 40% of that money arrived in May.",
        "With a new boat, it earns £2 million.",
        "A third of that, the mayor said, is £400,000.",
        "The rest of the harbour will earn £900,000 in May.",
        "Just 13% of registered voters in the survey approved.",
        "Berg lost that district 68%-31%.",
        "Norlanders are a bit less happy, at 26%.",
        "Berg would leave it at £4 million.",
        "The council of Halm offered an additional £2 million.",
        "Maybe it fell because Halm spent £4 million in May.",
        "Guards stationed there killed 150 wolves in May.",
        "A further £9 million has been lost.",
        "A minute later and 2,000 metres lower, an alarm rang.",
        "Berg belittled the matter of the £1 million in loans.",
        "The company saw a rise of 3% in May.",
        "The census found that Halm was poor, with 60% of the people living.",
        "Boston went another way in the past. Berg leads by 57% to 33% in the poll.",
        "Hallin hit 26%.",
        "Not everyone is 100% happy with the boats of Halm.",
        # A call, who looked on, a subject that is cut, a surname of nobody shown.
        "Watch Anders Berg Tonight on Channel 360 at 8 for £200 million ideas.",
        "A live audience of around 150 people came to the studio.",
        "The council's powers include sending in crews, and, today, about 100,000 "
        "firefighters and police officers are deployed along the coast.",
        "The chair is Ada Hendry. Hendry donated £5 million to a rival committee.",
        "The biggest jump was in Halm, where it rose by 120%.",
        # A condition, a poll's method, background.
        "If Halm pays, Orvik will spend £3 million.",
        "The Courier polled 1,200 people in May.",
        "Poll of 1,000 likely voters in May taken by the Courier.",
        "Margin of error +/- 3 percentage points.",
        "(A bank in Orvik gained £9 million.)",
        "In the hours after 140 people died, the sirens fell silent.",
        "In 2014, 327 boats were sold in Halm.",
        "Two years earlier the harbour made a profit of £9 million.",
        "Compare Hallin with Halm and its boats: 90% of the boats are new.",
        "In May, a dam in the far south broke. Floods killed 10 people there.",
        "In Estria, a ferry sank at its quay. Some 140 people were hurt.",
        # Somebody else than Ada Berg; where a place is.
        "Senator Otto Lind wants a bridge. She has raised £4 million for it.",
        "Brun was held in Halm, about 180 miles southeast of Hallin.",
    ],
)
def test_beside_the_summary_a_figure_states_something_by_itself(further):
    assert shown_beside(further) == []


def test_a_figure_that_states_something_by_itself_is_shown_beside_the_summary():
    text = "The work will cost £48 million and begins in June."
    assert shown_beside(text) == ["The work will cost £48 million and begins in June"]


@pytest.mark.parametrize(
    "further",
    [
        "He calls for £4 million in new spending to improve the roads of the island.",
        "He calls for £9 million in new spending to improve the roads and create "
        "jobs; she calls for £4 million - half of what the town has asked for.",
    ],
)
def test_a_figure_that_is_not_hers_or_half_of_a_contrast_is_not_shown(further):
    text = "Ruth Bell has a clear path to the seat of Orvik. The vote is on Friday. "
    assert all(
        "£4 million" not in label for label in shown(text + "Rain fell. " + further)
    )


def test_a_figure_of_hers_is_shown_below_the_one_woman_of_the_summary():
    text = "She has raised £4 million for a second boat."
    assert shown_beside(text) == ["She has raised £4 million for a second boat"]


def test_late_in_a_text_a_figure_of_what_the_opening_does_not_name_is_not_shown():
    walk = "People walked along the quay, ate soup and looked at the boats. " * 12
    assert shown_beside(f"{walk}The plan would cost £400,000 in May.") == []
    assert shown_beside(f"{walk}The boat would cost £400,000 in May.") != []
    assert shown_beside(f"{walk}The post received more than 19,000 likes.") == []


def test_a_vote_is_no_small_count():
    text = (
        "The top court of Orvik on Wednesday struck down a law that asked for a permit "
        "for each meeting, ruling 5-4 that it was unfair to the poor of the town."
    )
    assert shown(text)[0].endswith("for each meeting, ruling 5-4")


NEWS = "The Orvik mill will close on Friday, its owner Hallin Steel said."


@pytest.mark.parametrize(
    "line",
    [
        "Two of them earn more than £90,000 a year.",
        "Other experts put the loss as high as £20 million.",
        "Then wages were cut again, by up to 70%.",
        "The tally of the union that year was £53 million.",
        "Everybody at the dinner felt like a million dollars.",
    ],
)
def test_a_line_that_needs_the_sentence_before_is_not_shown(line):
    assert shown(f"{NEWS} The town has talked of it for weeks. {line}") == []


@pytest.mark.parametrize(
    "line",
    [
        "Die Stadt Halm kassiert dafür 150 Euro pro Tonne.",
        "3.000 Menschen sollen dabei gestorben sein.",
        "Normalerweise leben dort ungefähr 500.000 Menschen.",
        "2009 starben in Halm 28 Menschen bei einem Brand.",
        "Ein Jahr zuvor konnte Orvik einen Gewinn von 4 Millionen Euro verbuchen.",
        "Bis Juni sagte sie ein Ansteigen der Zahl auf eine Million Menschen voraus.",
    ],
)
def test_a_german_line_that_needs_the_sentence_before_is_not_shown(line):
    report = "Der Rat von Hallin hat am Montag die alte Brücke am Hafen gesperrt. " * 6
    article = Article(id="a", text=f"{report}{line}", lang="de")
    style = EditionStyle(summary_chars=280)
    assert not choose_key_figures(analyse_article(article, style))


@pytest.mark.parametrize(
    "line",
    [
        "Insgesamt starben bisher mindestens 52 Menschen in dem Unwetter.",
        "Bei dem Vorfall sind zwei Menschen ums Leben gekommen.",
    ],
)
def test_the_dead_are_shown_in_german(line):
    report = "Ein Unwetter zog über Hallin und riss viele Bäume um. " * 3
    article = Article(id="a", text=f"{report}{line}", lang="de")
    found = choose_key_figures(analyse_article(article, EditionStyle()))
    assert [figure.label for figure in found] == [line.rstrip(".")]


def test_of_one_clause_the_number_of_the_dead_is_shown_and_not_how_long_it_took():
    text = "About 11,000 people have been killed in five months of war over the valley."
    article = Article(id="a", text=text, title="Ceasefire after five months of war")
    found = choose_key_figures(analyse_article(article, EditionStyle()))
    assert [figure.value for figure in found] == [11_000]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bombs at two mosques in Hallin killed at least 137 people.", 137),
        ("With 76 percent of the vote counted, Reed led with 34 percent.", 34),
        ("The plan would lower the tax from 39.6 percent to 25 percent.", 25),
        ("Only seven of the 168 members of the council back Reed.", 7),
        ("Support for Reed fell to 44 percent in May, from 54 percent in July.", 44),
        ("The party won 29 of the 120 seats in the council.", 29),
        ("She spent 22 years on death row for a plot with two men to kill Reed.", 22),
    ],
)
def test_of_two_numbers_the_one_that_says_more_is_shown(text, value):
    article = Article(id="a", text=text)
    found = choose_key_figures(analyse_article(article, EditionStyle()))
    assert [figure.value for figure in found] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "The paper last made a 50-state poll in 1988, and Reed won it by a mile.",
        "The 102-page report says that the harbour of Hallin is no longer safe.",
        "Ada Brandt of Hallin is one of 1,600 islanders who speak the old language.",
        "Reed hopes that the move will help trade in the nation of 53 million people.",
        "Ada Brandt was surviving on charity until six months ago.",
    ],
)
def test_what_sort_of_thing_it_is_is_no_figure(text):
    assert shown(text) == []
