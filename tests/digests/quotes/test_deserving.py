from hypothesis import given
from hypothesis import strategies as st

from digests.quotes import deserving, find

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
    return [quote.text for quote in deserving(find(text), text)]


def test_whole_thoughts_come_before_fragments():
    assert best(ARTICLE)[-1] == "a rusty old disgrace to us."


def test_one_voice_does_not_crowd_the_others_out():
    speakers = [quote.speaker for quote in deserving(find(ARTICLE), ARTICLE)]
    assert set(speakers[:2]) == {"Ruth Bell", "Tom Cole"}


def test_scare_words_get_no_card():
    assert "wet" not in best(ARTICLE)


def test_a_named_voice_comes_before_an_unnamed_one():
    text = (
        "“We will open the lock before the summer is over,” an official said.\n\n"
        "“We will open the lock before the winter is over,” Ruth Bell said."
    )
    assert "winter" in best(text)[0]


def test_a_fragment_is_shown_where_there_is_nothing_else():
    text = "Ruth Bell said that the lock was “a rusty old disgrace to us.”"
    assert best(text) == ["a rusty old disgrace to us."]


def test_a_very_long_speech_comes_after_one_that_fits():
    long = "We wait. " * 80
    text = (
        f"“{long}So we wait,” Ruth Bell said.\n\n"
        "“We will open the lock before the summer is over,” Tom Cole said."
    )
    assert best(text)[0].startswith("We will open")


@given(st.text(alphabet=st.sampled_from("ab AB.,“” \nI")))
def test_only_found_quotations_are_chosen_and_each_once(text):
    found = find(text)
    chosen = deserving(found, text)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(found)
