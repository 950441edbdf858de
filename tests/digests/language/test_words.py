from hypothesis import given
from hypothesis import strategies as st

from digests.language import words


def test_words_keep_their_inner_apostrophe_and_lose_their_case():
    assert words.split_words("Brandt’s men don't STOP.") == (
        "brandt's",
        "men",
        "don't",
        "stop",
    )


def test_forms_of_one_word_share_a_stem():
    assert {words.stem_word(w) for w in ("pledge", "pledges", "pledged")} == {"pledg"}


def test_short_words_keep_their_ending():
    assert words.stem_word("bus") == "bus"


def test_content_words_are_what_is_left_without_stop_words():
    assert words.extract_stems("The mayor of Hallin said it was safe") == (
        "mayor",
        "hallin",
        "safe",
    )


def test_german_texts_have_their_own_stop_words():
    assert words.extract_stems("die Brücke ist sicher", "de-AT") == ("brück", "sich")


def test_a_language_without_a_table_is_read_as_english():
    assert words.resolve_language("xx") == "en"


@given(st.text())
def test_spans_hold_exactly_the_words(text: str):
    found = [text[a:b] for a, b in words.locate_words(text)]
    assert all(word and not word.isspace() for word in found)
    assert [w for w in found if any(c.isspace() for c in w)] == []


@given(st.text(st.characters(codec="ascii") | st.sampled_from("'_’é \n"), max_size=60))
def test_plain_english_is_cut_as_any_other_text(text):
    # A letter of another script sends the text the general way.
    assert words.split_words(f"{text} é") == (*words.split_words(text), "é")
