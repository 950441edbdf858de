"""What is read of one article, and how much of a long one."""

from dataclasses import replace

import pytest

from digests.analysis import MAX_ANALYSED, analyse_article, is_cut
from digests.types import Article

SENTENCE = "The council of Brannock bought 31 buses for 4 million euros on Monday. "
QUOTE = "“We will drive on,” said driver Ida Holm."


def an_article(text: str) -> Article:
    return Article(id="a", title="Brannock buys buses", text=text, lang="en")


def test_an_article_of_usual_length_is_analysed_to_its_end():
    article = an_article(SENTENCE * 20 + QUOTE)

    assert not is_cut(article)
    assert [quote.text for quote in analyse_article(article).quotes] == [
        "We will drive on,"
    ]


@pytest.mark.parametrize("separator", ["", "\n", "\n\n"])
def test_of_a_long_article_whole_sentences_at_its_beginning_are_analysed(separator):
    article = an_article((SENTENCE + separator) * 1_000 + QUOTE)
    found = analyse_article(article)

    assert is_cut(article)
    assert found.article == article, "it is stored whole"
    assert found.quotes == ()
    last = max(figure.sentence.end for figure in found.figures)
    assert MAX_ANALYSED - 100 < last <= MAX_ANALYSED
    assert article.text[:last].endswith(SENTENCE.strip())


def test_the_end_of_a_long_article_changes_nothing_of_its_analysis():
    article = an_article(SENTENCE * 1_000)
    longer = replace(article, text=article.text * 5)

    short, long = analyse_article(article), analyse_article(longer)
    assert (short.figures, short.quotes) == (long.figures, long.quotes)
    assert short.summary == long.summary


def test_a_long_text_without_sentences_is_cut_all_the_same():
    analyse_article(an_article("x" * 3 * MAX_ANALYSED))
