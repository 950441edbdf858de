import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.editing.quote_selection import select_quotes
from digests.quotes.attribution import find_quotes

ARTICLE = (
    "The council met at the lock on Monday. "
    "“We have waited eleven years for this water, and tonight it is ours,” "
    "Ruth Bell said.\n\n"
    "She called the old gate “a rusty old disgrace to us.”\n\n"
    "“No town on this canal has asked for less and been given less,” Bell said.\n\n"
    "“The boats will come back, and with them the trade they lost,” Tom Cole said.\n\n"
    "A “wet” summer is expected."
)


def best(text):
    return [quote.text for quote in select_quotes(find_quotes(text), text)]


def test_fragments_get_no_card():
    assert "a rusty old disgrace to us." not in best(ARTICLE)


def test_one_voice_does_not_crowd_the_others_out():
    speakers = [quote.speaker for quote in select_quotes(find_quotes(ARTICLE), ARTICLE)]
    assert set(speakers[:2]) == {"Ruth Bell", "Tom Cole"}


def test_scare_words_get_no_card():
    assert "wet" not in best(ARTICLE)


def test_a_named_voice_comes_before_an_unnamed_one():
    text = (
        "“We will open the lock before the summer is over,” an official said.\n\n"
        "“We will open the lock before the winter is over,” Ruth Bell said."
    )
    assert "winter" in best(text)[0]


@pytest.mark.parametrize(
    ("speaker", "shown"),
    [
        ("the jury", True),
        ("a spokesman for the mill", True),
        ("the report", True),
        ("the aircraft", False),
        ("some critics", False),
        ("his brother", False),
    ],
)
def test_an_unnamed_speaker_is_a_person_a_body_or_a_document(speaker, shown):
    text = f"“We will open the lock before the summer is over,” {speaker} said."
    assert bool(best(text)) == shown


def test_where_there_is_only_a_fragment_there_is_no_card():
    text = "Ruth Bell said that the lock was “a rusty old disgrace to us.”"
    assert best(text) == []


def test_a_very_long_speech_comes_after_one_that_fits():
    long = "We wait. " * 80
    text = (
        f"“{long}So we wait,” Ruth Bell said.\n\n"
        "“We will open the lock before the summer is over,” Tom Cole said."
    )
    assert best(text)[0].startswith("We will open")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("We have spent 90 million on this gate.", "We have spent a lot on this gate."),
        ("We will never pay for this old gate.", "We will gladly pay for an old gate."),
        (
            "We shall open the Hallin lock at noon.",
            "We shall open the other one at dawn.",
        ),
        (
            "We open the gate, and the boats come.",
            "And we open it, and the boats come.",
        ),
        (
            "We will open the lock before summer.",
            "We will open the lock before summer,",
        ),
    ],
)
def test_news_comes_before_talk(better, worse):
    text = (
        "The Hallin council met on Monday.\n\n"
        f"Ruth Bell said: “{worse}”\n\nTom Cole said: “{better}”\n\n"
        + "It rained on the canal. "
        * 40
    )
    assert best(text)[0] == better


@given(st.text(alphabet=st.sampled_from("ab AB.,“” \nI")))
def test_only_found_quotations_are_chosen_and_each_once(text):
    found = find_quotes(text)
    chosen = select_quotes(found, text)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(found)
