"""The kind of an article: by its label, its form, or its tone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.editing.article_kind import recognize_kind
from tests.builders import an_article

NEWS = (
    "The Weir Lane bridge will close on Monday for repairs, the council said. Buses "
    "will run along the river for three weeks. Work is to cost 2.1 million crowns."
)
COLUMN = (
    "I have crossed this bridge for thirty years. My father carried stone for it. We "
    "should be ashamed of the state it is in. The council must pay for what it let rot."
)
MISSTATED = (
    "An article on Tuesday about the Weir Lane bridge misstated the cost of work. It "
    "is 2.1 million crowns."
)
LABELLED = [
    ("opinion", "Opinion: The bridge should stay open", NEWS),
    ("opinion", "Leader: A bridge too poor", NEWS),
    ("opinion", "Editorial | A bridge too poor", NEWS),
    ("opinion", "Kommentar: Eine Brücke zu wenig", NEWS),
    ("opinion", "Kommentar von Uta Holm: Die Brücke ist kein Denkmal", NEWS),
    ("opinion", "Comment by Ada Fell: The bridge is no monument", NEWS),
    ("opinion", "How I learned to love the bridge", NEWS),
    ("letter", "Letters to the editor", NEWS),
    ("letter", "The bridge is a disgrace: Letters - Hallin Courier", NEWS),
    ("letter", "Leserbriefe", NEWS),
    ("live", "Live: Flood reaches the old town", NEWS),
    ("live", "Flood on the Tavin live: old town evacuated", NEWS),
    ("live", "Liveticker zum Hochwasser", NEWS),
    ("interview", "“I never sleep”: an interview with the bridge keeper", NEWS),
    ("interview", "„Ich schlafe nie“: Gespräch mit der Brückenwärterin", NEWS),
    ("transcript", "Transcript: River Hour, 3 May", NEWS),
    ("review", "Film review: A bridge of sighs", NEWS),
    ("review", "Konzertkritik: Leise Töne im Depot", NEWS),
    ("review", "The Salt House, Port Lennan ★★★", NEWS),
    ("roundup", "Hallin in brief", NEWS),
    ("roundup", "Sport kompakt", NEWS),
    ("roundup", "Weir Lane closes: everything you need to know", NEWS),
    ("roundup", "Polizeibericht", NEWS),
    ("roundup", "Traffic and travel", NEWS),
    ("roundup", "What’s on in Hallin", NEWS),
    ("advice", "When to paint a bridge: Ask our engineer", NEWS),
    ("advice", "How to get rust off a bicycle", NEWS),
    ("advice", "Seven ways to sleep through a storm", NEWS),
    ("roundup", "Ten things to do this weekend", NEWS),
    ("roundup", "On the roads this morning", NEWS),
    ("roundup", "Six pubs worth the walk in Hallin", NEWS),
    ("roundup", "The 12 best puddings of Hallin", NEWS),
    ("roundup", "Eight novels to read by the river", NEWS),
    ("roundup", "Neun Gasthäuser, in denen noch selbst gekocht wird", NEWS),
    ("roundup", "Fünf Wanderungen für den Herbst", NEWS),
    ("advice", "Vier Tipps für den Umgang mit Rost", NEWS),
    ("junk", "Correction: Ferry timetable article", NEWS),
    ("feature", "The woman who counts the ferries", NEWS),
    ("feature", "Der Mann, der die Brücken zählt", NEWS),
    ("feature", "The last lamplighter of Orvik", NEWS),
    ("obituary", "Obituary: Ada Brandt, engineer", NEWS),
    ("junk", "Anzeige: Küchen bis 60 Prozent billiger", NEWS),
    ("junk", "Corrections and clarifications", NEWS),
    ("junk", "Correction: Bridge repairs cost 2.1 million", MISSTATED),
    ("junk", "Correction: Weir Lane article", NEWS),
    (
        "junk",
        "Correction: Keepers ask for 421 crowns",
        "In a report on Monday we said that the keepers ask for 412 crowns. The "
        "correct figure is 421 crowns.",
    ),
    ("junk", "Korrektur", NEWS),
    ("junk", "Richtigstellung: Brücke in Hallin", NEWS),
    ("news", "Correction: Nobody was hurt on Weir Lane bridge", NEWS),
    ("news", "Corrections officer charged with bribery", NEWS),
    ("junk", "Beds: 40 percent off until Sunday", NEWS),
]
PLAIN = [
    "Council orders review of bridge",
    "Party rejects election results",
    "Minister defends live music cuts",
    "Letter bomb found at station",
    "Opinion divided over bridge",
    "Two dead after fall from bridge",
    "Bridge keeper dies in fall",
    "Town remembers the quiz night fire",
    "Columnist charged with fraud",
    "How a town lost its bridge",
    "Bridge keepers ask the council for a boat",
    "Police report rise in bridge thefts",
    "The last keeper of the bridge dies",
    "Correction: Nobody fell from the bridge in Hallin",
]
#: Reports in whose titles a number or a road stands.
EVENTS = [
    ("Six pubs to close in Hallin", NEWS),
    ("Zehn Orte für neue Brücken", NEWS),
    ("Neun Gasthäuser, die der Kreis geschlossen hat", NEWS),
    ("Seven pupils hurt as bus leaves road", NEWS),
    (
        "Crash closes two lanes of the A23",
        "Two lanes of the A23 are closed at Orvik after a crash. A cyclist died.",
    ),
    (
        "B 9 bei Orvik gesperrt",
        "Die B 9 ist bei Orvik gesperrt. Drei Menschen wurden bei einem Unfall schwer "
        "verletzt.",
    ),
    (
        "Storm leaves delays on the Orvik line",
        "Trains are delayed by the storm. Fallen trees have closed the line at Orvik.",
    ),
    (
        "Verkehr: Minister will Tempo 120",
        "Verkehrsminister Jan Holm will Tempo 120 auf allen Autobahnen. Die Opposition "
        "ist dagegen. Über das Gesetz wird im Mai abgestimmt.",
    ),
]
TRAFFIC = [
    (
        "Tuesday traffic: Van blocks the B23",
        "A van has closed one lane of the B23 at Quay Street. Expect delays of half an "
        "hour. No one was hurt.",
    ),
    (
        "Roadworks on the Hallin ring road",
        "One lane is closed for resurfacing until June. Buses are diverted.",
    ),
    (
        "Delays on the Orvik line",
        "A fault means delays of 20 minutes on the Orvik line, the railway said.",
    ),
    (
        "Verkehrshinweise für Montag",
        "In Hallin ist die Brücke nur einspurig befahrbar. Auf der B 9 ist Stau.",
    ),
    (
        "Delays on the Velm line after signal failure",
        "Passengers between Velm and Orvik face delays of up to half an hour, the "
        "railway said. Tickets are valid on buses.",
    ),
    ("A 23 gesperrt", "Nach einem Unfall ist die A 23 bis Orvik gesperrt."),
    ("Verkehr: A 23 bei Orvik gesperrt", ""),
]
FORMS = [
    (
        "live",
        "17:40 Water is falling.\n16:20 Bridge shut.\n15:05 Rain stops.\n14:00 Hello.",
    ),
    (
        "live",
        "18.28 Uhr: Kranz spricht. 18.15 Uhr: Jubel. 18.00 Uhr: Ende. 17.30 Uhr: Ja.",
    ),
    (
        "interview",
        "The keeper goes.\n\nQ: Why now?\n\nA: My knees.\n\nQ: The boat?\n\nA: Sold.",
    ),
    (
        "interview",
        "Er geht.\n\nBrandt: Warum?\n\nRoth: Die Knie.\n\nBrandt: Und?\n\nRoth: Ruhe.",
    ),
    (
        "transcript",
        "ADA FELL, HOST: Evening.\n\nJON OAK: Evening.\n\nFELL: Well?\n\nOAK: No fish.",
    ),
    (
        "letter",
        "Sir, Your report on the bridge omits who pays.\n\nYours faithfully, G. Am",
    ),
    (
        "advice",
        "Dear Ada: My sister lives under a bridge and has sent me a bill.\n\n"
        "Dear Puzzled: Cross it when you come to it.",
    ),
    (
        "opinion",
        "By Ada Fell\nI was half across the bridge when my knees gave in. I had missed "
        "two weddings for it. A keeper with a voice like gravel explained steel to us.",
    ),
    (
        "roundup",
        "Pool opens. The pool is open again.\nMan held. A man, 27, was held.\n"
        "Road shut. Quay Street is shut.",
    ),
    ("junk", "Order today and use the code BED40. Free of charge until Sunday."),
    (
        "transcript",
        "Today's show begins in Orvik, where the council voted on the weir. On this "
        "page you find today's show transcript.",
    ),
]


@pytest.mark.parametrize(("kind", "title", "text"), LABELLED)
def test_a_label_in_the_title_decides(kind, title, text):
    assert recognize_kind(an_article(title=title, text=text)) == kind


@pytest.mark.parametrize("title", PLAIN)
def test_words_that_news_uses_too_decide_nothing(title):
    assert recognize_kind(an_article(title=title, text=NEWS)) == "news"


@pytest.mark.parametrize(("title", "text"), TRAFFIC)
def test_a_note_on_slow_traffic_is_a_list(title, text):
    assert recognize_kind(an_article(title=title, text=text)) == "roundup"


@pytest.mark.parametrize(("title", "text"), EVENTS)
def test_an_event_with_a_number_or_a_road_in_its_title_is_news(title, text):
    assert recognize_kind(an_article(title=title, text=text)) == "news"


@pytest.mark.parametrize(("kind", "text"), FORMS)
def test_the_form_of_a_text_decides_without_a_label(kind, text):
    assert recognize_kind(an_article(title="The bridge", text=text)) == kind


@pytest.mark.parametrize(
    ("rubric", "kind"),
    [("LETTERS", "letter"), ("Letters", "letter"), ("EDITORIAL", "opinion")],
)
def test_a_rubric_above_a_text_is_its_label(rubric, kind):
    text = f"A bridge too poor.\n\n{rubric}. {NEWS}"
    assert recognize_kind(an_article(title=None, text=text)) == kind


ARGUED = (
    "The bridge is clearly older than the town hall. It must be closed, and the money "
    "should go to the ferry. Perhaps nobody in the town hall has ever crossed it on "
    "foot. The keepers know every bolt in it and the price of each of them. "
)


def test_a_long_text_that_argues_and_names_no_source_is_opinion():
    assert recognize_kind(an_article(title=None, text=ARGUED * 9)) == "opinion"


def test_a_long_report_of_what_others_argue_is_news():
    sourced = ARGUED.replace("know", "said on Monday that they know")
    assert recognize_kind(an_article(title=None, text=sourced * 9)) == "news"


@pytest.mark.parametrize(
    "text",
    [
        "The lock keeper was interviewed by the police on Monday and then released.",
        "The F.B.I. report found nothing. The mill should open. The F.B.I. left.",
        "Four days of flood ended.\nThe town is dry.\n1. Day: it rained.\n2. Day: the "
        "lock broke.\n3. Day: the mill fell.\n4. Day: the sun came out.",
        "The party showed its plan on Monday.\nSchools: All stay open.\nRoads: A toll "
        "is planned.\nWork: The party is for it.\nTaxes: They shall fall.",
    ],
)
def test_a_report_with_a_list_or_an_interview_in_it_is_news(text):
    assert recognize_kind(an_article(title=None, text=text)) == "news"


def test_a_newsroom_that_corrects_itself_reports():
    text = (
        "The bridge will cost 2.1 million crowns, the council said. In the morning we "
        "had reported twenty million. We regret the error. Work begins on Monday."
    )
    assert recognize_kind(an_article(title="Bridge cheaper", text=text)) == "news"


def test_a_section_of_the_address_decides():
    url = "https://courier.example/opinion/2026/the-bridge"
    assert (
        recognize_kind(an_article(title="The bridge", text=NEWS, url=url)) == "opinion"
    )


def test_an_author_who_argues_in_the_first_person_writes_opinion():
    assert recognize_kind(an_article(title="The bridge", text=COLUMN)) == "opinion"


VIEW = (
    "Our party has shown the town what a debate can be. That is a difference from the "
    "insults of the other side. A bridge is worth more than a slogan, and our "
    "candidates know it.\n\n"
)


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ("Rep. Ada Maria Berg, D-Hallin, chairs the Harbour Party.", "opinion"),
        ("Otto Lind is director of debate at the University of Orvik.", "opinion"),
        ("Otto Lind ist Professor für Brückenbau in Orvik.", "opinion"),
        ("Otto Lind is a staff reporter and a member of the council team.", "news"),
        ("Otto Lind is the first to cross the bridge.", "news"),
        ("Mayor Ada Berg is a member of the Harbour Party.", "news"),
    ],
)
def test_a_last_line_that_says_who_the_author_is_ends_a_view(last, kind):
    said = "The council votes on Monday, Berg said.\n\n" if "Mayor" in last else ""
    assert recognize_kind(an_article(text=f"{NEWS} {VIEW}{said}{last}")) == kind


def test_the_first_person_of_people_who_are_quoted_is_not_the_authors():
    said = f'{NEWS} "{COLUMN}" said Ada Brandt. She added: "We must act. I am angry."'
    assert recognize_kind(an_article(title="The bridge", text=said)) == "news"


def test_the_death_of_one_named_person_with_a_life_is_an_obituary():
    life = (
        "Ada Brandt, the engineer best known for the Weir Lane bridge, died on Monday. "
        "She was 88. Born in Rothau, she studied in Hallin and leaves two sons."
    )
    title = "Ada Brandt, builder of bridges, dies at 88"
    assert recognize_kind(an_article(title=title, text=life)) == "obituary"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Former county clerk Nell Harker, 88",
            "Nell Harker, who as clerk ran eleven elections, died Friday in Orsk.",
        ),
        (
            "“Queen of the Quay” Dot Farrow dies aged 95",
            "Dot Farrow, who sold fish in Hallin for 50 years, has died at 95.",
        ),
        (
            "Früherer Bürgermeister Karl Ohlen gestorben",
            "Karl Ohlen, von 1980 bis 1999 Bürgermeister, ist am Montag gestorben.",
        ),
    ],
)
def test_a_short_note_of_a_death_is_an_obituary(title: str, text: str):
    assert recognize_kind(an_article(title=title, text=text)) == "obituary"


def test_the_victim_of_an_accident_is_news():
    text = "Nell Harker, a nurse, was hit by a lorry in Orsk and died on Friday."
    title = "Nurse Nell Harker dies aged 34"
    assert recognize_kind(an_article(title=title, text=text)) == "news"


def test_a_list_of_results_is_mostly_numbers():
    text = (
        "Hallin 2, Dell 1. Orvel 0, Luddock 0. Ivel 3, Calver 3. Draw: 4, 11, 19, 27."
    )
    assert recognize_kind(an_article(title="Sunday results", text=text)) == "results"


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_has_a_kind(text, title):
    assert recognize_kind(an_article(title=title, text=text))


#: An author who argues sparingly and lets hardly anybody else speak.
LONE = (
    "The ferry has crossed the strait for ninety years without a day of rest. "
    "Its captain has counted the mornings that it saved the town. "
    "The bridge will come, and the quay will fall silent in the same week. "
    "The sailors will row home to the islands with their nets and their lamps. "
    "A mill stands where the quay ends, and its wheel turns when the tide comes in. "
    "The children of the islands learn to row there before they learn to read. "
    "The plan leaves out all of them, and its sums are wrong by a third. "
)


def test_a_text_in_which_only_its_author_speaks_is_opinion():
    text = LONE * 5 + LONE.replace("are wrong", "are hardly right")
    assert recognize_kind(an_article(title=None, text=text)) == "opinion"


def test_a_list_of_new_duties_is_news_though_nobody_speaks():
    duty = "Owners of boats must tell the harbour office who rows them, and when. "
    text = LONE.replace("wrong", "short") * 5 + duty * 5
    assert recognize_kind(an_article(title=None, text=text)) == "news"


def test_the_report_of_a_match_is_news_though_nobody_else_speaks():
    match = "The keeper saved a penalty before half-time and thanked the striker. "
    text = LONE * 6 + match * 4
    assert recognize_kind(an_article(title=None, text=text)) == "news"
