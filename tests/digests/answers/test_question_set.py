"""The measured set: 125 questions with answers, 40 without, in two halves."""

import pytest

from tests import cases
from tests.digests.answers.measure import archive, asked, rows, score

HALVES = ("tuned", "held")


@pytest.mark.parametrize("half", HALVES)
def test_the_sentence_shown_is_mostly_the_answer(half: str):
    assert score(half).hit_rate >= 0.85


@pytest.mark.parametrize("half", HALVES)
def test_unanswerable_questions_get_no_sure_answer(half: str):
    assert score(half).refusal >= 0.85


def test_there_are_enough_questions_in_both_halves():
    assert len(cases.rows("asking/answered")) >= 120
    assert len(cases.rows("asking/unanswered")) >= 40
    for name in ("answered", "unanswered"):
        assert {len(rows(name, half)) > 15 for half in HALVES} == {True}


def test_every_answer_of_the_data_is_in_an_article():
    texts = [article.text for article in archive()]

    for row in cases.rows("asking/answered"):
        for sentence in row["answers"]:
            assert any(sentence in text for text in texts), row["question"]


@pytest.mark.parametrize("half", HALVES)
def test_every_sentence_shown_is_a_span_of_its_article(half: str):
    for row in rows("answered", half)[::5]:
        for found in asked(row["question"]).sentences:
            at = slice(found.span.start, found.span.end)
            assert found.article.text[at] == found.text
