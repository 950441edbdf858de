import pytest
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


@pytest.mark.parametrize("tag", ["de", "de-AT", "de_AT", "DE", "deu", "ger"])
def test_every_form_of_a_language_tag_gives_the_same_primary_language(tag):
    assert words.primary_language(tag) == "de"


def test_a_language_is_not_taken_for_another_one_by_its_first_letters():
    # Estonian («est») begins like Spanish, Persian («fas») like no language here.
    assert words.primary_language("est") == "est"


@pytest.mark.parametrize(
    ("written", "tag"),
    [("en", "en"), (" de_AT ", "de-AT"), ("", None), ("english, mostly", None)],
)
def test_only_a_language_tag_is_read_as_one(written, tag):
    assert words.parse_language_tag(written) == tag


def test_similarity_of_word_sets_is_by_the_smaller_set_or_by_all_words():
    few, many = frozenset("ab"), frozenset("bcd")
    assert words.measure_containment(few, many) == 1 / 2
    assert words.measure_jaccard(few, many) == 1 / 4
    assert words.measure_containment(few, frozenset()) == 0
    assert words.measure_jaccard(frozenset(), frozenset()) == 0


@given(st.text())
def test_spans_hold_exactly_the_words(text: str):
    found = [text[a:b] for a, b in words.locate_words(text)]
    assert all(word and not word.isspace() for word in found)
    assert [w for w in found if any(c.isspace() for c in w)] == []


@given(st.text(st.characters(codec="ascii") | st.sampled_from("'_’é \n"), max_size=60))
def test_plain_english_is_cut_as_any_other_text(text):
    # A letter of another script makes the text take the general path.
    assert words.split_words(f"{text} é") == (*words.split_words(text), "é")
