import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.grounding import follows
from digests.types import Span

SOURCE = "The mayor, who is 38, opened the bridge for $5.5 million on Monday."


def at(*words: str, source: str = SOURCE) -> tuple[Span, ...]:
    """Where the words stand, one span for each."""
    starts = [source.index(w) for w in words]
    return tuple(
        Span(start=a, end=a + len(w)) for a, w in zip(starts, words, strict=True)
    )


def test_the_words_of_a_span_pass_in_any_case_and_punctuation():
    assert follows("the Mayor — who is 38!", at("The mayor, who is 38"), SOURCE)


def test_words_of_several_spans_pass_in_their_order():
    assert follows("The mayor opened it", at("The mayor", "opened"), SOURCE) is False
    assert follows("The mayor opened.", at("The mayor", "opened"), SOURCE)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor opened the old bridge",
        "opened mayor The the bridge",
        "The mayor opened the",
        "The mayor opened the bridge 🎉",
        "The mayor opened the bridge̸",
        "",
        "…",
    ],
)
def test_a_word_more_or_less_fails(text: str):
    assert not follows(text, at("The mayor", "opened the bridge"), SOURCE)


@pytest.mark.parametrize(
    "text", ["for $55 million", "for €5.5 million", "for 5.5 million"]
)
def test_a_changed_figure_fails(text: str):
    assert not follows(text, at("for $5.5 million"), SOURCE)


def test_a_point_moved_inside_a_number_fails():
    source = "It is 5 5 wide."
    assert not follows("It is 5.5 wide.", (Span(start=0, end=len(source)),), source)


def test_a_minus_sign_counts():
    source = "It was 5 degrees."
    assert not follows("It was -5 degrees.", (Span(start=0, end=16),), source)


def test_a_piece_of_a_word_fails():
    source = "They concatenate."
    assert not follows("cat", at("cat", source=source), source)


def test_spans_out_of_order_fail():
    assert not follows("opened The mayor", at("opened", "The mayor"), SOURCE)


@pytest.mark.parametrize(
    "span", [Span(start=-5, end=3), Span(start=60, end=999), Span(start=4, end=4)]
)
def test_a_span_outside_the_text_fails(span: Span):
    assert not follows("The", (span,), SOURCE)


def test_no_span_no_pass():
    assert not follows("The mayor", (), SOURCE)


@pytest.mark.parametrize(
    "source", ["The bridge is not safe.", "The bridge, never used, is safe."]
)
def test_a_denial_left_out_between_spans_fails(source: str):
    first, last = (
        ("The bridge is", "safe") if "not" in source else ("The bridge", "is safe")
    )
    shown = f"{first} {last}."
    assert not follows(shown, at(first, last, source=source), source)


@given(st.text())
def test_a_whole_text_follows_itself_or_has_no_words(text: str):
    whole = (Span(start=0, end=len(text)),)
    assert follows(text, whole, text) or not any(c.isalnum() for c in text)
