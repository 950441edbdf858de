"""The contract of every summariser: short, verbatim, never an error."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.summaries.registry import SUMMARISERS, summarise_article
from digests.types import Article
from tests.builders import an_article

EACH = pytest.mark.parametrize("name", SUMMARISERS)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def of_spans(article: Article, spans) -> list[str]:
    return [w for s in spans for w in words(article.text[s.start : s.end])]


@EACH
@given(text=st.text(max_size=1500), chars=st.sampled_from([280, 400, 600]))
def test_any_text_gives_sentences_within_the_length_made_of_their_spans(
    name, text, chars
):
    article = an_article(title=None, text=text)
    summary = summarise_article(article, chars, name)
    assert len(" ".join(s.text for s in summary.sentences)) <= chars
    for sentence in summary.sentences:
        assert words(sentence.text) == of_spans(article, sentence.spans)
    assert words(summary.headline.text) == of_spans(article, summary.headline.spans)


@EACH
def test_news_gives_at_least_one_sentence(name):
    assert summarise_article(an_article(), 280, name).sentences


@EACH
def test_the_same_article_gives_the_same_summary(name):
    first, again = (summarise_article(an_article(), 400, name) for _ in range(2))
    assert first == again
