"""Rules that hold for every summariser and any text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digests.grounding.gate import follows_spans
from digests.summaries import passages
from digests.summaries.headlines import MAX_LENGTH
from digests.summaries.registry import SUMMARISERS, summarise_article
from digests.types import Article, Summary

_WORDS = """
    the The a mayor Hallin bridge opened said has been , . ! " “ ” ' ( ) — -- who which
    after and not 12 $5 million I it It He She But In On Monday President Ada
    Brandt U.S. (ABC) ? : ; ß pledging without
"""
WORDS = st.sampled_from([*_WORDS.split(), "\n"])
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=80).map(" ".join))
FIRST = re.compile(r"[\"'“‘„«»(\[]*(?:[^\W_]|[£$€¥])")
LAST = re.compile(r"[.!?…][\"'”’“»«)\]]*$")


def summarise(name: str, text: str, chars: int) -> Summary:
    return summarise_article(Article(id="a", text=text), chars, name)


@pytest.mark.parametrize("name", sorted(SUMMARISERS))
@given(text=TEXTS, chars=st.integers(0, 400))
def test_the_budget_is_never_exceeded(name: str, text: str, chars: int):
    summary = summarise(name, text, chars)
    assert len(" ".join(s.text for s in summary.sentences)) <= chars


@pytest.mark.parametrize("name", sorted(SUMMARISERS))
@given(text=TEXTS)
@example(text='";\n')
def test_every_word_is_in_its_spans(name: str, text: str):
    summary = summarise(name, text, 200)
    assert all(follows_spans(s.text, s.spans, text) for s in summary.sentences)
    if summary.headline.text:
        assert follows_spans(summary.headline.text, summary.headline.spans, text)


@pytest.mark.parametrize("name", sorted(SUMMARISERS))
@given(text=TEXTS)
def test_sentences_begin_and_end_as_sentences_do(name: str, text: str):
    for sentence in summarise(name, text, 200).sentences:
        assert FIRST.match(sentence.text)
        assert LAST.search(sentence.text)


@given(text=TEXTS)
@example(text="0" * 95 + " 0 0 0\n")
def test_a_headline_keeps_to_its_length_or_is_a_whole_line_or_sentence(text: str):
    headline = summarise("lead", text, 200).headline
    if len(headline.text) > MAX_LENGTH:
        (span,) = headline.spans
        after = text[span.end : span.end + 1]
        assert LAST.search(headline.text) or after in (".", "\n", "")
        assert FIRST.match(headline.text)


@given(text=TEXTS)
def test_a_passage_is_the_text_of_its_span(text: str):
    for passage in passages.extract_passages(Article(id="a", text=text)):
        own = text[passage.span.start : passage.span.end]
        assert passage.text == " ".join(own.split())


def test_the_first_one_listed_is_the_default():
    assert next(iter(SUMMARISERS)) == "extractive"


@pytest.mark.parametrize(
    "text",
    ["", "word " * 200_000, "a" * 10**6, "a, " * 300_000, '"' * 10**6, "\n" * 10**6],
    ids=["nothing", "words", "one word", "commas", "marks", "line breaks"],
)
def test_an_odd_text_of_any_length_is_answered(text: str):
    assert summarise("extractive", text, 280).sentences == ()
