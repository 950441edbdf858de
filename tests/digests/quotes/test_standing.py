"""Which quotations a reader understands without the sentences around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.quotes.attribution import find_quotes
from digests.quotes.standing import stands_alone


def stands(said: str, *, cue: str | None = "said", german: bool = False) -> bool:
    return stands_alone(said, cue, german=german)


@pytest.mark.parametrize(
    "said",
    [
        "The farmers of this valley have waited nine years for a well.",
        "Nobody in Kaduna was told that the pumps would be switched off.",
        "We owe the families an answer, and they will get one by Friday.",
        "It is vital that every nurse in the county is paid on time.",
        "People stopped asking for loans. They ask for seed instead of money.",
        "Mrs Pereira kept the shop open, and she never sent a bill to anybody.",
        "Streets belong to those who walk on them.",
        "Our dam has held, but we will check it every hour tonight.",
        "There is no plan to close the Lagos office.",
        "Mr. Pereira kept the shop open, and he never sent a bill to anybody.",
        "Hallin's mayor will sign, because she has no choice.",
        "It's going to be close but Sheila will win in the end.",
        "My father had that job. I do not have a passion, I have a mortgage.",
    ],
)
def test_a_whole_thought_stands_alone(said):
    assert stands(said)


@pytest.mark.parametrize(
    "said",
    [
        "But so did the other side of the valley in May.",
        "And we will pay for the well from our own purse.",
        "That is why the pumps were switched off at noon.",
        "It was a bad day for the whole of the county.",
        "It was very hard. We had to carry the water to the farms.",
        "They never answered a letter from the town hall.",
        "He wishes the driver a very speedy recovery.",
        "Many of them were pupils in their first year.",
        "This is not acceptable in a town like ours.",
        "Neither is likely to please the owners of the mill.",
        "I met her family at the hospital on Sunday.",
        "I think that’s something we would like to do.",
        "Until it comes we will spend less on the roads.",
        "We have been on the wrong side of that bargain before.",
        "The mill is at the mercy of the council too.",
        "In the 20th century, it is not acceptable.",
        "I felt that was the best way to win the race.",
        "I do not expect that's going to change by May.",
        "It's going to be built by May.",
        "It's the deep water next to the lock.",
        "We should use that chance. These are good people.",
        "The investigators have cleared him in every point.",
    ],
)
def test_words_that_lean_on_others_do_not_stand_alone(said):
    assert not stands(said)


@pytest.mark.parametrize(
    "said",
    [
        "Ask me in June",
        "Harbour Lights Over Hallin Town",
        "a vanity project of the few",
        "(The farmers) cannot outrun the fire",
        "why would anybody pay for the well?",
        "Why would anybody pay for such a well?",
        "an old and rusty gate for the town",
    ],
)
def test_slogans_titles_fragments_and_questions_do_not_stand_alone(said):
    assert not stands(said)


def test_a_short_answer_needs_its_question():
    assert not stands("I have no quarrel with the board.", cue="replied")


def test_german_clauses_stand_alone_and_lean_alike():
    assert stands("Ein Rathaus verkauft man nicht wie ein Auto", german=True)
    assert not stands("Deshalb haben wir den Brunnen bezahlt", german=True)
    assert not stands("Jetzt rufe ich sie alle wieder an", german=True)


def test_half_of_a_sentence_does_not_stand_alone():
    text = "“The farmers have waited,” Ruth Bell said, “for nine years and a day.”"
    assert [quote.alone for quote in find_quotes(text)] == [False, False]


def test_a_sentence_before_an_attribution_stands_alone():
    text = "“The farmers have waited for years,” Ruth Bell said. “The well is dry.”"
    assert find_quotes(text)[0].alone


@given(st.text(min_size=1))
def test_any_words_are_judged(said):
    assert stands_alone(said, None) in {True, False}


@pytest.mark.parametrize(
    "said",
    [
        # Both things are said in the next sentence.
        "The trouble with the ferry stems from two major issues.",
        # A transcript in marks has several speakers.
        "RAMOS: The ferry was late. CLARK: The ferry is always late.",
        "It's something I have been talking about to the council for years.",
    ],
)
def test_an_announcement_and_a_transcript_do_not_stand_alone(said):
    assert not stands(said)


def test_a_german_article_before_a_verb_leans():
    assert not stands("Die haben wir in drei Wochen alle zusammen.", german=True)
    assert stands("Die Brücke bleibt bis zum Sommer geschlossen.", german=True)


def test_a_first_pronoun_may_be_known():
    said = "He wanted to be where the weather was, day and night."
    assert not stands(said)
    assert stands_alone(said, "said", known=True)


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("Both the mill and the bridge belong to the people of Hallin.", True),
        ("Both should be mended before the winter and the floods come.", False),
        ("Both countries should stand firmly on the same bank of the river.", False),
    ],
)
def test_both_needs_the_two_whom_it_means(said: str, alone: bool):
    assert stands(said) == alone


def test_a_first_both_may_be_known():
    said = "Both countries should stand firmly on the same bank of the river."
    assert stands_alone(said, "said", known=True)
