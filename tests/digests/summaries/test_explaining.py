from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.__main__ import main
from digests.summaries import SUMMARISERS, explain
from digests.types import Article

LEAD = "The mayor of Hallin opened the Long Bridge on Monday after two years of work."
AGAIN = "On Monday the mayor of Hallin opened the Long Bridge after two years of work."
COST = "The Long Bridge cost the city of Hallin $5 million and took 200 workers."
LEANING = "It stands near the old mill of Hallin where the river bends twice."
FULL = f"{LEAD}\n{AGAIN}\nClick here for pictures of Hallin.\n{COST}"


def article(text: str) -> Article:
    return Article(id="a", text=text)


def fates(text: str, chars: int) -> dict[str, str]:
    return {row.text: row.why for row in explain(article(text), chars)}


def test_every_sentence_has_a_row_with_its_fate():
    found = fates(FULL, 400)
    assert found[LEAD] == "chosen"
    assert found[COST] == "chosen"
    assert "says what" in found[AGAIN]
    assert "boilerplate" in found["Click here for pictures of Hallin."]


def test_a_sentence_without_its_antecedent_says_so():
    rain = "Weather in the hills stayed mild."
    assert "leans" in fates(f"{LEAD} {rain} {LEANING}", 100)[LEANING]


def test_a_trimmed_sentence_shows_what_is_left():
    text = f"{LEAD[:-1]}, pledging to mend every road of the town."
    (row,) = explain(article(text), 90)
    assert row.shown == LEAD
    assert "trimmed" in row.why


def test_the_features_add_up_to_the_score():
    for row in explain(article(FULL), 400):
        assert row.score == pytest.approx(sum(weight for _, weight in row.features))


def test_an_essay_is_said_to_be_told_by_its_beginning():
    text = "I love bridges. I saw Hallin. I was glad. The Long Bridge cost $5 million."
    rows = explain(article(text), 30)
    assert [row.shown for row in rows[:2]] == ["I love bridges.", "I saw Hallin."]
    assert "argues or narrates" in rows[0].why
    assert rows[3].shown is None


PIECES = st.sampled_from(
    [LEAD, AGAIN, COST, LEANING, "I came.", "Why?", "“Yes,” he", "\n"]
)


@given(st.lists(PIECES, max_size=12).map(" ".join), st.integers(20, 400))
def test_what_is_explained_is_what_is_told(text: str, chars: int):
    told = SUMMARISERS["extractive"].summarise(article(text), chars).sentences
    rows = explain(article(text), chars)
    assert [row.shown for row in rows if row.shown] == [s.text for s in told]


def test_the_command_line_prints_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "news.txt"
    path.write_text(FULL, encoding="utf-8")
    assert main(["summary", str(path), "--explain"]) == 0
    printed = capsys.readouterr().out
    assert f"→  {explain(article(FULL), 400)[0].score:.2f}  {LEAD}" in printed
    assert "says what a chosen sentence says" in printed
