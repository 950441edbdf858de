"""The question set: how many are answered, and how many are rightly refused.

`python -m tests.bench.asking` prints it, `python -m tests.bench.asking_fit` fits the
weights of `digests.answers.likelihood` on it and on the judged questions.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from digests.answers.questions import parse_question
from digests.answers.selection import QuestionAnswer, select_answer
from digests.sources import folder
from digests.types import Article
from tests import cases

SEEDS = Path(__file__).parents[3] / "seeds" / "articles"
#: The date on which all questions are asked.
TODAY = date(2026, 1, 8)


@dataclass(frozen=True, kw_only=True)
class Score:
    """Correct results out of all questions.

    A question that nobody answers is refused if no answer to it is sure: the nearest
    passage may be shown, as such.
    """

    questions: int
    answered: int
    refused: int
    unanswerable: int

    @property
    def hit_rate(self) -> float:
        return self.answered / self.questions

    @property
    def refusal(self) -> float:
        return self.refused / self.unanswerable


@cache
def archive() -> tuple[Article, ...]:
    """The seeds and the synthetic articles."""
    written = [
        Article(**row | {"published": datetime.fromisoformat(row["published"])})
        for row in cases.rows("asking/articles")
    ]
    return (*written, *folder.read_articles(SEEDS).articles)


def asked(question: str) -> QuestionAnswer:
    return select_answer(parse_question(question, TODAY), archive())


def rows(name: str, half: str) -> list[dict[str, Any]]:
    return [row for row in cases.rows(f"asking/{name}") if row["half"] == half]


@cache
def score(half: str) -> Score:
    answered, unanswered = rows("answered", half), rows("unanswered", half)
    reported = [[s.text for s in asked(row["question"]).sentences] for row in answered]
    pairs = list(zip(reported, answered, strict=True))
    return Score(
        questions=len(answered),
        answered=sum(_holds_answer(got, row) for got, row in pairs),
        refused=sum(not _is_sure(asked(row["question"])) for row in unanswered),
        unanswerable=len(unanswered),
    )


def _is_sure(found: QuestionAnswer) -> bool:
    return bool(found.sentences) and found.sure


def _holds_answer(passages: list[str], row: dict[str, Any]) -> bool:
    """Whether a passage is an answer of the data, or it with what turns it round."""
    return any(answer in passage for passage in passages for answer in row["answers"])
