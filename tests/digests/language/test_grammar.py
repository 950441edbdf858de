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


def test_a_present_participle_is_told_from_a_short_noun():
    assert grammar.looks_participle("pledging")
    assert not grammar.looks_participle("king")
