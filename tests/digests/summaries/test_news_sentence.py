"""Which sentence is the news, and what at the head of a text is not one."""

import pytest

from digests.summaries import passages
from digests.summaries.news_sentence import choose_news
from digests.summaries.registry import summarise_article
from digests.types import Article

NEWS = "The Weir Lane bridge will close on Monday for a year, the council said."
BACKGROUND = "The bridge was built in 1931 and carries 9,000 cars a day."
SCENES = [
    "It was still dark when Ada Brandt unlocked the gate.",
    "Every morning for 30 years the same man has swept the steps.",
    "What would you do without a bridge?",
    "Want to cross the river this summer?",
    "I have never liked this river.",
    "There are 14 lamps on the quay, and none of them works.",
    "At eleven minutes past nine Tom Reed was frying a fish when the lamp went out.",
    "The fog was still on the quay when Ada Brandt put on her boots and listened.",
    "The sign above the mill hums like a tired bee, and Tom Reed counts the lamps.",
    "Um drei Uhr zwanzig ist es so still, dass man den Bach unter der Mühle hört.",
    "Jeden Morgen um sechs schließt Ada Brandt das Tor auf.",
    "Gold bars.",
    "Early one evening on the quay, Tom Reed was humming beside the lamps.",
    "It is the saddest moment in the life of a ferry.",
    "Two decades ago Tom Reed rowed his neighbours over the river.",
    "Ada Brandt still tries to call the ferry on her old telephone.",
    "Claim to fame: The weir of Hallin is the oldest of the valley.",
    "Sure, many will cross the bridge this summer to see the races.",
    "In the past, drivers have slept in their cars to be the first on the bridge.",
    "One is a retired miller who likes to fish.",
]


def opening(text: str, title: str | None = None) -> str:
    article = Article(id="a", text=text, title=title)
    news = choose_news(article, passages.extract_passages(article))
    return news.passage.text if news else ""


def test_the_first_sentence_of_a_report_is_the_news():
    assert opening(f"{NEWS} {BACKGROUND}") == NEWS


def test_what_only_seems_so_is_not_the_news_but_what_turns_it_round_is():
    seems = "The council of Hallin seems at peace on the surface: Its budget is clear."
    turns = "But beneath the calm, it is struggling to contain a quarrel over the quay."
    assert opening(f"{seems} {turns} {BACKGROUND} The quarrel is old.") == turns


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_or_question_before_the_news_is_not_the_news(scene):
    assert opening(f"{scene} {NEWS} {BACKGROUND}") == NEWS


def test_what_was_before_a_turn_to_now_is_not_the_news():
    turn = (
        "Tom Reed's harsh letters cost him his mill last year. But now it is his "
        "former partner who has lost much."
    )
    ordered = (
        "A judge in Norvik has ordered Ada Lund to pay back more than $2.6 million "
        "in gifts after the wife of Reed sued her."
    )
    assert opening(f"{turn} {ordered} In the lawsuit, Reed accused Lund of theft.") == (
        ordered
    )


def test_a_sentence_about_the_pictures_beside_a_text_is_not_the_news():
    pictures = (
        "These striking pictures show how an old ferry has been turned into a house "
        "for a mysterious baker - with bedrooms, several ovens and a restaurant on it."
    )
    cost = (
        "The Marrow is believed to have cost its new owner $4 million, said a friend."
    )
    assert opening(f"{pictures} {cost} It has a large kitchen with a view.") == cost


@pytest.mark.parametrize(
    "state",
    [
        "Ada Brandt has a weakness for old ferries.",
        "A warm quilt might not always lead to a better night.",
    ],
)
def test_how_things_are_is_not_the_news_where_something_happened(state: str):
    news = (
        "Brandt raised the ferry Marrow from Lake Hallin with ropes and 40 barrels,"
        " and sold tickets for a ride on it and for a night in a bed on its bridge."
    )
    after = "The ferry Marrow had lain on the ground of the lake under old quilts."
    assert opening(f"{state} {news} {after}") == news


def test_what_a_study_found_is_the_news_after_how_things_are():
    text = (
        "Locks are the bane of many a miller's life. Keepers recommend bolts of oak "
        "that may be difficult to lift, but can also be difficult to replace. Despite "
        "there being simple ways of building a lock, many millers still use ropes. But "
        "a study of Lindow College (LC) suggests reeds could be a better gate. "
        "Researchers at LC built 75 gates, of oak and of reeds, and observed the water "
        "behind each of them. This was done with a rope and three marked posts."
    )
    assert "reeds could be" in opening(text)


@pytest.mark.parametrize(
    "news",
    [
        "Ada Brandt, the first woman to lead the Orvik mill, is dead.",
        "Three ferrymen are missing after a storm on Lake Hallin.",
        "Tom Reed is through to the last eight of the Orvik Open.",
        "The Orvik mill has until Friday to pay its debts, the bank says.",
    ],
)
def test_news_may_say_how_things_are(news):
    after = "The people of Hallin heard of it on Monday, when the mill was closed."
    assert opening(f"{news} {after}") == news


def test_below_a_title_how_things_are_may_be_the_news():
    state = "The ferry is a danger to bathers in the bay of Orvik."
    text = f"{state} {BACKGROUND} On Monday the council met for an hour."
    assert opening(text, title="Ferry in the bay of Orvik is a danger") == state


def test_a_summary_opens_without_the_word_that_links_it_to_a_scene():
    text = (
        "It was still dark when Ada Brandt unlocked the gate. But the Weir Lane bridge"
        " will close on Monday for a year, the council said. It was built in 1931."
    )
    shown = summarise_article(Article(id="a", text=text), 280)
    assert shown.sentences[0].text.startswith("The Weir Lane bridge will close")
    assert shown.headline.text.startswith("Weir Lane bridge will close")


@pytest.mark.parametrize(
    "line",
    [
        "The Harbour Series is supported by Orrin Paints.",
        "By By Ada Brandt Oct 31, 2025 in Travel",
        "Enlarge icon Close icon Photo: Orrin, lamps.example\n\n",
    ],
)
def test_who_paid_or_wrote_is_not_told(line):
    text = f"{line} A lamp that hung in the Orvik mill for a century has been found."
    assert opening(text).startswith("A lamp that hung")


def test_an_apostrophe_that_stands_alone_opens_no_speech():
    news = "The airline bought 30 of Orrin 's new jets, it announced on Wednesday."
    assert opening(f"{news} The deal is worth $8 billion.") == news


def test_the_title_chooses_among_the_early_sentences():
    text = f"A ferryman has a bad year before him. {BACKGROUND} {NEWS}"
    assert opening(text, title="Weir Lane bridge to close for a year") == NEWS


@pytest.mark.parametrize(
    "line",
    [
        "Weir Lane Bridge To Close For A Year",
        "Council shuts bridge for a year",
        "Hallin: bridge shut for a year",
    ],
)
def test_a_title_at_the_head_of_a_text_is_no_sentence_of_it(line):
    assert opening(f"{line}.\n\n{NEWS} {BACKGROUND}") == NEWS


def test_a_repeated_title_is_no_sentence_of_the_text():
    assert opening(f"{NEWS}\n\n{BACKGROUND}", title=NEWS) == BACKGROUND


def test_a_short_first_paragraph_of_a_report_is_its_news():
    first = "A man has died in a fire in Hallin."
    assert opening(f"{first}\n\nFirefighters were called to Quay Street.") == first


@pytest.mark.parametrize(
    "line",
    [
        "By Petra Lindqvist",
        "17:40 What we know so far",
        "LETTERS.",
        "Sign up for more.",
    ],
)
def test_bylines_labels_and_clock_times_are_passed_over(line):
    assert opening(f"{line}\n\n{NEWS} {BACKGROUND}") == NEWS


def test_a_text_without_sentences_has_no_news():
    assert opening("one two\nthree") == ""


def test_a_sentence_that_refers_back_is_told_after_what_it_refers_to():
    text = (
        "It was still dark when Ada Brandt unlocked the gate.\n\nHallin is an old "
        "town of millers. It voted on Monday to close the Weir Lane bridge for a year. "
        + BACKGROUND
    )
    told = opening(text, title="Town votes to close Weir Lane bridge for a year")
    assert told == "Hallin is an old town of millers."


@pytest.mark.parametrize(
    "before", ["No ferry, it seems.", "The app took Hallin by storm last week."]
)
def test_what_is_only_understood_after_a_question_is_not_the_news(before: str):
    question = "How will you cross the river this summer?"
    assert opening(f"{question} {before} {NEWS} {BACKGROUND}") == NEWS


def test_a_title_in_marks_opens_no_speech():
    news = '"Night Ferry" star Ada Brandt met 40 children in Hallin on Saturday.'
    later = "Her last film, which Tom Reed directed, was seen by millions of people."
    assert opening(f"{news} {later} The children are ill.") == news


def test_an_answer_in_marks_is_speech():
    said = '"Never again," said Tom Reed, who keeps the bridge and lives in Hallin.'
    assert opening(f"{said} {NEWS} {BACKGROUND}") == NEWS


def test_after_a_scene_the_news_may_come_late():
    text = (
        "Let's just say you had a boat in Hallin on Tuesday. No worries. Boats were "
        "free "
        "that day. Wednesday may be another story. "
        f"{NEWS} {BACKGROUND}"
    )
    assert opening(text) == NEWS


def test_the_news_after_what_is_granted_is_the_news():
    text = (
        "You may not know it, but keeper Tom Reed made history before he lit the "
        "lamp of "
        "Hallin. The 31-year-old keeper has lit only a few lamps since he came in May. "
        "The lamp of Hallin is old."
    )
    assert opening(text).startswith("You may not know it")


def test_a_sentence_that_only_points_back_is_not_the_news():
    text = (
        'Ada Brandt once asked: "Is it the face or the soul that we see in a picture?" '
        'Tom Reed\'s book "The Night Ferry" does all three simultaneously. '
        '"The Night Ferry" has pictures that Reed took of keepers and of their '
        "children."
    )
    assert opening(text).startswith('"The Night Ferry" has pictures')


def test_this_month_does_not_point_back():
    past = (
        "On October 24, 1944, warplanes swarmed at the great ship of the Sudland navy."
    )
    found = "This month, the diver Ada Brandt and her team found the wreck near Hallin."
    assert opening(f"{past} {found} The ship lies in 900 metres.") == found


def test_a_feature_is_made_from_what_its_scene_is_about():
    text = (
        "At ten past five on a March morning the lamp on Cape Dell goes out, and in a "
        "hut behind the mill a bell begins to ring. Tom Reed, who has kept the lamp "
        "for years, does not hurry.\n\n"
        '"A lamp is only glass," says Reed, who is 61 and has been keeper of the '
        "lamp since he left school.\n\n"
        "Cape Dell lies 20 kilometres from Hallin. For 30 years its lamp was lit by "
        "oil that came by boat. In the gales of spring the boat failed, and the lamp "
        "of the cape was dark for days."
    )
    told = opening(text, title="The lamp that lights itself")
    assert told.startswith(("Cape Dell", "For 30 years", "In the gales"))


def test_but_after_a_scene_leads_to_the_news():
    scene = "Most sailors of the coast know the lamp of the cape from songs."
    news = "But the council of Hallin is closing it on Friday to save 90,000 crowns."
    assert opening(f"{scene} {news} Few lamps of the coast have keepers.") == news


def test_what_the_author_has_done_is_not_the_news():
    own = "I have sold shoes in Hallin for 22 years."
    news = "The council of Hallin has decided to close Quay Street to cars."
    assert opening(f"{own} {news} Shops will lose customers on Saturdays.") == news


def test_somebody_who_is_named_in_the_first_sentence_needs_nothing_before_it():
    first = "On the day he turned 85, keeper Tom Reed lit his lamp for the last time."
    later = "The council of Norvik sold a second lamp on Friday."
    assert opening(f"{first} {later} Lamps are heavy.") == first


def test_a_sentence_on_a_named_person_comes_before_one_on_nobody():
    first = "She stood there, wet and holding an oar, outside her house on the quay."
    news = "Keeper Ada Brandt was rescued on Friday after her boat sank, police said."
    assert opening(f"{first} {news} The boat was old.") == news


def test_a_title_line_in_the_text_helps_to_choose():
    scene = "The television of Hallin faces a long and uncertain winter."
    news = "Wednesday added a turn: keeper Ada Brandt named Tom Reed as her deputy."
    text = f"{scene} {news} The two have sailed for years."
    line = "Trailing, Brandt names Reed as deputy."
    assert opening(f"{line}\n\n{text}") == news


def test_what_refers_to_something_that_is_not_shown_is_not_the_news():
    asked = "Who will keep the lamp of the cape?"
    leaning = (
        "It was sold on Friday to the council of Norvik for 90,000 crowns, it said."
    )
    news = "The old lamp needs a new keeper who lives in the tower."
    assert opening(f"{asked} {leaning} {news} Lamps are heavy.") == news


@pytest.mark.parametrize("state", ["over", "back", "closed", "in the balance"])
def test_a_state_that_something_has_come_to_may_be_the_news(state: str):
    text = (
        f"The big search off the coast of Norvik is {state}. That is the message from "
        "rescue chief Ada Brandt, who spoke of the search on Tuesday. Minister Tom "
        "Reed later explained that the ferry turned sharply, then sank."
    )
    assert opening(text).startswith("The big search")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Only if the mayor of Hallin says so.", id="an answer"),
        pytest.param(
            'A statement gave more details: "The robbers wear black hats, scarves and '
            'winter coats, and carry a ladder."',
            id="a statement after a colon",
        ),
    ],
)
def test_what_is_only_understood_after_another_sentence_is_no_news(line: str):
    assert opening(f"Is a footbridge a road? {line} {NEWS} {BACKGROUND}") == NEWS


@pytest.mark.parametrize(
    ("before", "news"),
    [
        (
            "At the time it probably seemed like fun to Tom Lund.",
            "Reed and his crew of Hallin were in Norland filming a race.",
        ),
        (
            "Is the ferry still afloat? The answer to this old quarrel was left open.",
            "The small ferry touched the quay of Hallin before it drifted to the weir.",
        ),
    ],
)
def test_what_was_before_or_refers_to_a_question_is_not_the_news(before, news):
    assert opening(f"{before} {news} Reed and his crew rowed for Norland.") == news


def test_somebody_who_is_not_named_is_no_beginning():
    text = (
        "She stood there, hurt and holding a lamp, outside her Hallin home. That sight "
        "is sad, but nothing compared to what the guards found inside. So the guards "
        "took her lamp away. And on Saturday, the guards of Hallin announced that Ada "
        "Brandt was charged with arson."
    )
    assert opening(text).startswith("And on Saturday, the guards of Hallin announced")


def test_somebody_may_be_named_after_a_pronoun():
    news = "He may be tired, but Tom Reed won the race from Hallin to Norvik on Monday."
    assert opening(f"{news} {BACKGROUND}") == news
