import pytest

from digests.language import grammar


@pytest.mark.parametrize("word", ["was", "Opened", "met", "says", "hasn’t", "wird"])
def test_finite_verbs_are_recognised(word: str):
    assert grammar.looks_finite(word)


@pytest.mark.parametrize(
    "word", ["bridge", "hundred", "need", "speed", "opening", "red"]
)
def test_nouns_are_not_taken_for_verbs(word: str):
    assert not grammar.looks_finite(word)


def test_a_present_participle_is_distinguished_from_a_short_noun():
    assert grammar.looks_participle("pledging")
    assert not grammar.looks_participle("king")


@pytest.mark.parametrize(
    "text",
    ["It did not close.", "Nobody came.", "They don’t know.", "Es gab keine Opfer.",
     "He denied it.", "It closed without warning."],
)  # fmt: skip
def test_a_negation_is_seen_in_either_language(text: str):
    assert grammar.NEGATION.search(text)


@pytest.mark.parametrize("text", ["The knot held.", "She noted it.", "Nine came."])
def test_a_word_that_only_looks_like_a_negation_is_none(text: str):
    assert not grammar.NEGATION.search(text)
