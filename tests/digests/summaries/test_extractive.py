from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.cli import main
from digests.summaries.extractive import explain_summary
from digests.summaries.registry import summarise_article
from digests.types import Article

LEAD = "The mayor of Hallin opened the Long Bridge on Monday after two years of work."
COST = "The Long Bridge cost the city of Hallin $5 million and took 200 workers."


def reported(text: str, chars: int = 400, title: str | None = None) -> list[str]:
    article = Article(id="a", text=text, title=title)
    summary = summarise_article(article, chars)
    return [s.text for s in summary.sentences]


def test_the_lead_comes_first():
    assert reported(f"{LEAD} {COST}")[0] == LEAD


def test_sentences_are_in_document_order():
    text = f"{LEAD} A band played in the rain. {COST}"
    shown = reported(text)
    assert shown == sorted(shown, key=text.index)


def test_a_lead_that_the_second_paragraph_repeats_counts_once():
    again = (
        "On Monday the mayor of Hallin opened the Long Bridge after two years of "
        "hard work."
    )
    assert again not in reported(f"{LEAD}\n{again}\n{COST}")


def test_a_sentence_led_by_a_pronoun_follows_its_antecedent():
    cost = "It cost the city of Hallin $5 million and took 200 workers."
    assert reported(f"{LEAD} {cost}") == [LEAD, cost]


def test_a_sentence_led_by_a_pronoun_is_not_alone():
    between = "Weather in the hills stayed mild."
    cost = "It cost the city of Hallin $5 million and took 200 workers on the bridge."
    assert cost not in reported(f"{LEAD} {between} {cost}", 160)


def test_a_first_person_text_is_summarised_by_its_beginning():
    text = (
        "I love all bridges. I saw Hallin town twice. My aunt was glad of every lamp."
    )
    assert reported(text, 50) == ["I love all bridges.", "I saw Hallin town twice."]


def test_a_first_sentence_that_is_too_long_is_trimmed_at_a_clause():
    text = (
        "The mayor of Hallin opened the Long Bridge on Monday, pledging to mend every "
        "road of the town."
    )
    assert reported(text, 60) == [
        "The mayor of Hallin opened the Long Bridge on Monday."
    ]


def test_boilerplate_is_skipped():
    text = f"{LEAD}\nClick here to see the Long Bridge of Hallin.\n{COST}"
    assert reported(text) == [LEAD, COST]


def test_a_summary_opens_with_the_sentence_on_the_title():
    dull = "The town of Hallin lies in the hills and has 300 houses."
    text = f"{LEAD} {dull} {COST}"
    title = "Bridge cost $5 million and took 200 workers"
    assert reported(text, 160, title=title) == [COST]


def test_a_text_without_sentences_has_an_empty_summary():
    assert reported("one two\nthree four") == []
    assert reported("") == []


OPENING = (
    "The mayor of Hallin opened the Long Bridge on Monday after two years of work."
)
AGAIN = "On Monday the mayor of Hallin opened the Long Bridge after two years of work."
PRICE = "The Long Bridge cost the city of Hallin $5 million and took 200 workers."
LEANING = "It stands near the old mill of Hallin where the river bends twice."
FULL = f"{OPENING}\n{AGAIN}\nClick here for pictures of Hallin.\n{PRICE}"


def article(text: str) -> Article:
    return Article(id="a", text=text)


def fates(text: str, chars: int) -> dict[str, str]:
    return {row.text: row.why for row in explain_summary(article(text), chars)}


def test_every_sentence_has_a_row_with_its_fate():
    found = fates(FULL, 400)
    assert found[OPENING] == "chosen"
    assert found[PRICE] == "chosen"
    assert "says what" in found[AGAIN]
    assert "boilerplate" in found["Click here for pictures of Hallin."]


def test_a_sentence_without_its_antecedent_is_marked():
    rain = "Weather in the hills stayed mild."
    assert "refers" in fates(f"{OPENING} {rain} {LEANING}", 100)[LEANING]


def test_a_trimmed_sentence_shows_what_is_left():
    text = f"{OPENING[:-1]}, pledging to mend every road of the town."
    (row,) = explain_summary(article(text), 90)
    assert row.shown == OPENING
    assert "trimmed" in row.why


def test_the_features_add_up_to_the_score():
    for row in explain_summary(article(FULL), 400):
        assert row.score == pytest.approx(sum(weight for _, weight in row.features))


def test_an_essay_is_marked_as_summarised_by_its_beginning():
    text = (
        "The Long Bridge cost $5 million. Why a bridge? Why here? Nobody on the council"
        " has an answer. The ferry was cheap."
    )
    rows = explain_summary(article(text), 90)
    assert rows[0].shown == "The Long Bridge cost $5 million."
    assert "argues or narrates" in rows[0].why
    assert [row.shown for row in rows[1:3]] == [None, None]


def test_a_summary_neither_asks_nor_answers_a_short_question():
    text = (
        "The Long Bridge cost Norvik $5 million last year. Was it worth the money?"
        " Perhaps not. Why here? The ferry to Marrow Point still carries more people."
    )
    shown = [row.shown for row in explain_summary(article(text), 280)]
    assert shown[1:4] == [None, None, None]
    assert shown[4] == "The ferry to Marrow Point still carries more people."


PIECES = st.sampled_from(
    [OPENING, AGAIN, PRICE, LEANING, "I came.", "Why?", "“Yes,” he", "\n"]
)


@given(st.lists(PIECES, max_size=12).map(" ".join), st.integers(20, 400))
def test_the_explanation_matches_the_summary(text: str, chars: int):
    reported = summarise_article(article(text), chars).sentences
    rows = explain_summary(article(text), chars)
    assert [row.shown for row in rows if row.shown] == [s.text for s in reported]


def test_the_command_line_prints_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "news.txt"
    path.write_text(FULL, encoding="utf-8")
    assert main(["summary", str(path), "--explain"]) == 0
    printed = capsys.readouterr().out
    score = explain_summary(article(FULL), 400)[0].score
    assert f"→ {score:6.2f}  {OPENING}" in printed
    assert "says what a chosen sentence says" in printed


NEWS = "Three people of Hallin were hurt in the storm on Monday, the police said."


@pytest.mark.parametrize("filler", ["He was 26.", "You remember it.", "A long night."])
def test_a_sentence_that_says_little_takes_no_place(filler: str):
    text = f"{NEWS} {filler} About 9,000 houses in the town had no power."
    assert filler not in reported(text, 280)


def test_the_dead_are_told_in_however_few_words():
    text = f"{NEWS} Two have died. About 9,000 houses in the town had no power."
    assert "Two have died." in reported(text, 280)


def test_a_sentence_with_a_hole_is_not_shown():
    text = f"{NEWS} She brought her fears into the evening. on Monday to speak of them."
    assert reported(text, 280) == [NEWS]


def test_a_credit_before_a_sentence_is_left_out():
    text = f"ADA J. BRANDT / THE COURIER {NEWS}"
    assert reported(text, 280) == [NEWS]


def test_how_many_were_hurt_comes_before_how_many_came():
    text = (
        "Several visitors were hit by lightning at an air show near Hallin on Sunday. "
        "The field of the air show near Hallin had drawn 10,000 visitors on Sunday. "
        "The police said that 19 of them were injured and are in hospital. "
        "The show ended early."
    )
    rows = explain_summary(article(text), 160)
    assert [row.why for row in rows if "19 of them" in row.text] == ["chosen"]


def test_the_toll_of_another_year_has_no_advantage():
    text = (
        "A court in Hallin ordered the release of the keeper Tom Reed on Friday. "
        "Reed, the head of the keepers of Hallin, was not in the court on Friday. "
        "The raid on Hallin left the town in ruins and 160 people were killed in 2008."
    )
    rows = explain_summary(article(text), 400)
    assert all("a toll" not in dict(row.features) for row in rows)


def test_beside_one_short_sentence_a_weaker_one_is_added():
    text = (
        "The keeper of Hallin, Ada Brandt, has died, the council of Hallin said. "
        "No bell rang out. The ships of the harbour stayed away from sea at noon. "
        "It rained."
    )
    rows = explain_summary(article(text), 280)
    assert [row.why for row in rows if "ships" in row.text] == ["chosen"]


FILLER = "The water in the strait was calm for most of the long and sunny afternoon."


def test_somebody_named_by_the_surname_alone_was_named_in_full_before():
    named = "A band led by Tom Reed, a miller from Orvik, played loud and long there."
    alone = "The rain did not stop Reed from playing for the city of Hallin on Monday."
    assert alone not in reported(f"{LEAD} {named} {FILLER} {alone}", 170)


def test_a_man_whom_the_lead_names_may_be_called_by_his_surname():
    lead = "Mayor Tom Reed opened the Long Bridge in Hallin on Monday after two years."
    alone = "Mr Reed said the work had cost $5 million and taken 200 people of Hallin."
    assert alone in reported(f"{lead} {FILLER} {alone}", 155)


def test_a_thing_that_only_a_hidden_sentence_names_is_not_shown():
    hidden = "A brass statue of the founder stood beside the mayor in the rain and mud."
    known = "The statue cost the city of Hallin $5 million and took 200 workers."
    assert known not in reported(f"{LEAD} {hidden} {FILLER} {known}", 160)


@pytest.mark.parametrize(
    "line",
    [
        "Why did the Long Bridge cost the city of Hallin $5 million and two years?",
        "You must be a citizen of Hallin to cross the Long Bridge on Monday for $5.",
        "(The Long Bridge in Hallin is the second one and opens to cars on Monday.)",
        "Long Bridge, 3 Weir Lane, Hallin, from Monday to Friday and at Easter.",
        "Great relief: the mayor of Hallin opened the bridge for $5 on Monday.",
    ],
)
def test_a_summary_does_not_go_on_with_what_tells_nothing(line: str):
    assert reported(f"{LEAD} {FILLER} {line}") == [LEAD, FILLER]


def test_what_the_author_says_of_himself_comes_last():
    own = "On Monday I crossed the Long Bridge in Hallin with the mayor and my $5."
    assert reported(f"{LEAD} {FILLER} {own}", 160) == [LEAD, FILLER]


def test_news_that_does_not_fit_is_not_replaced_by_a_sentence_after_it():
    first = "A bank in Hallin was robbed on Monday, the police said."
    news = (
        "The mayor of Hallin said on Monday that the three robbers of the bank, who "
        "took $5 million, had been seen on the Long Bridge."
    )
    assert reported(f"{first} {news} {FILLER}", 60)[0] == first


def test_a_call_to_follow_the_author_is_no_summary():
    long = (
        "Ada Brandt, who has walked over the Long Bridge every day since 1990, said no."
    )
    call = "Follow Tom Reed on Chirper."
    assert call not in reported(f"{long} Brandt said that she is tired. {call}", 60)


def test_several_people_whom_no_shown_sentence_names_are_left_out():
    hidden = "“Ada Brandt and Tom Reed met her in the cell,” she said."
    later = (
        "The board of Hallin stated that the two activists broke the law of the Long "
        "Bridge when they visited the mayor."
    )
    assert later not in reported(f"{LEAD} {FILLER} {hidden} {later}", 600)


def test_the_comma_after_an_age_stays():
    text = (
        "Tom Reed, 31, who is from Sudland and rows, opened the Long Bridge in Hallin "
        "on Monday after two years of work by many hands."
    )
    assert reported(text, 100)[0].startswith("Tom Reed, 31, opened the Long Bridge")


@pytest.mark.parametrize(
    ("hidden", "later"),
    [
        (
            "Who saw in May that a mobile home park lay under the water and the mud?",
            "One woman at the mobile home park cooked for the mayor of Hallin.",
        ),
        (
            "Who had drawn a bold plan for new trains over the bridge to the valley?",
            "The mayor of Hallin named this plan before 200 workers and a band.",
        ),
        (
            "Wer hatte einen alten Leuchtturm an dem Fluss vor der Long Bridge gebaut?",
            "Vor dem Leuchtturm sprach die Leiterin aus Hallin über die Long Bridge.",
        ),
    ],
)
def test_a_thing_that_a_hidden_sentence_introduces_is_not_spoken_of(
    hidden: str, later: str
):
    assert later not in reported(f"{LEAD} {hidden} {later}")
    assert later in reported(f"{LEAD} {later}")


def test_what_has_room_does_not_stand_in_for_what_matters_more():
    lead = (
        "The mayor of Hallin opened the Long Bridge over the strait on Monday after "
        "two years of work by 200 people from all of the villages on both banks."
    )
    second = (
        "The Long Bridge over the strait of Hallin, which the mayor opened on Monday, "
        "cost $5 million and took 200 people from the villages two years of work, "
        "which the council of Hallin had planned."
    )
    weak = "A kiosk sells tea from a can."
    summary = reported(f"{lead} {second} {FILLER} {weak}", 240)
    assert summary == [lead]


@pytest.mark.parametrize(
    "hanging",
    [
        "The paper says that both of these bridges cost the city of Hallin $5 million.",
        "Following that decision the city of Hallin announced a fee of $5 for cars.",
        "Another bridge of the city of Hallin was damaged by a crane in 2003.",
        "A year later the city of Hallin paid $5 million to 200 workers.",
        "Dessen ungeachtet bezahlt die Stadt Hallin 200 Arbeiter für die Brücke.",
        "Rund 200 Firmen in dieser Branche bezahlt die Stadt Hallin für die Brücke.",
        "Each acted for the city of Hallin, which paid $5 million to 200 workers.",
        "Other bridges of the city of Hallin were damaged by a crane in 2003.",
        "Most of them cost the city of Hallin $5 million for 200 workers a year.",
        "Mayors of the city of Hallin have closed these ferries before, in 2003.",
        "In fact, it's a cost of $5 million to the city of Hallin: 200 workers came.",
        "Already, her city of Hallin has paid $5 million to 200 workers.",
        "“And the city of Hallin paid $5 million to 200 workers,” the mayor said.",
        "According to it, an email was sent by Hallin's Jo Boering to 200 workers.",
    ],
)
def test_what_refers_to_a_hidden_sentence_is_not_shown(hanging: str):
    text = f"{LEAD} The old ferries of Upper Norvik are gone. {hanging}"
    shown = reported(text, chars=len(LEAD) + len(hanging) + 2)
    assert hanging not in shown


def test_a_surname_behind_a_preposition_is_one_that_was_named_before():
    hidden = (
        "A miller, Tom Reed, played loud and long with 20 others in the rain there."
    )
    later = "In Reed’s view, the Long Bridge of Hallin costs the city $5 million."
    assert later not in reported(f"{LEAD} {hidden} {later}", len(LEAD) + len(later) + 2)


def test_a_letter_whose_words_are_told_is_shown():
    told = (
        "The city sent a letter to 200 workers that the Long Bridge costs $5 million."
    )
    assert told in reported(f"{LEAD} {told}")


def test_a_story_about_others_ends_where_its_author_speaks_of_himself():
    story = [
        "Ada Brandt built the Long Bridge of Hallin with 200 workers.",
        "She drew it in 1990.",
        "She is from Norvik.",
        "Her death brought back memories for me.",
        "Brandt was the mayor of Hallin.",
    ]
    assert reported(" ".join(story), 600) == story[:3]


@pytest.mark.parametrize(
    ("kept", "missing"),
    [
        ("The fee of the Long Bridge fell to $5 million", ", but was 10% higher later"),
        (
            "The mayor of Hallin has one way to pay for the Long Bridge",
            ": the old ferries and the mill could be sold",
        ),
        (
            "The mayor of Hallin crossed it at one of the sort of meetings",
            " where weavers may ask all that they like",
        ),
        (
            "The French mayor, Ada Brandt, spoke of the raid on the Long Bridge in "
            "which a masked man killed a guard",
            " and his wife in their home at the end of the street",
        ),
    ],
)
def test_a_later_sentence_keeps_the_end_that_turns_it_round(kept: str, missing: str):
    shown = reported(f"{LEAD} {kept}{missing}.", len(LEAD) + len(kept) + 4)
    assert f"{kept}." not in shown


def test_what_somebody_took_to_a_network_with_is_shown_or_nothing():
    took = "The mayor of Hallin took to Twitter on the Long Bridge on a cold Monday."
    assert took not in reported(f"{LEAD} {took}")
    told = (
        "The mayor of Hallin took to Twitter to thank 200 workers of the Long Bridge."
    )
    assert told in reported(f"{LEAD} {told}")
