"""What a headline loses that is longer than a headline may be, and what it keeps."""

import pytest

from digests.language import clauses
from digests.summaries import headlines
from digests.summaries.tightening import tighten_version
from digests.types import Article, Span


def written(text: str) -> str:
    return headlines.write_headline(Article(id="a", text=text)).text


def tightened(text: str, most: int) -> str:
    whole = (Span(start=0, end=len(text)),)
    found = tighten_version(text, whole, most)
    return clauses.format_version(text, found[1]) if found else ""


@pytest.mark.parametrize(
    ("text", "short"),
    [
        # Words that headlines do without.
        (
            "Two weavers have been accused of hiding notes which were printed in May.",
            "Two weavers accused of hiding notes printed in May.",
        ),
        (
            "The council approved a rule that aims to stop the rents from rising.",
            "The council approved a rule to stop the rents from rising.",
        ),
        (
            "The mayor said in a statement that the mill has sunk over the weekend.",
            "The mayor said that the mill has sunk.",
        ),
        # Who somebody is, beside a full name.
        (
            "The king met Norvikian Prime Minister Tom Reed and Chancellor Ida Lund.",
            "The king met Tom Reed and Ida Lund.",
        ),
        # What says more about a subject.
        (
            "The officer suspected of a robbery in Norvik has crossed the river.",
            "The officer has crossed the river.",
        ),
        # A second statement.
        (
            "Tom Reed will not row at the races, but he still hopes to stand there.",
            "Tom Reed will not row at the races",
        ),
        (
            "Tom Reed has denied the reports on the sale and instead spoke of tea.",
            "Tom Reed has denied the reports on the sale",
        ),
        # A clause after a day.
        (
            "The village saw a change of view this week after the water had risen.",
            "The village saw a change of view",
        ),
    ],
)
def test_words_that_cost_least_go_first(text: str, short: str):
    assert tightened(text, len(short)) == short


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # The reason is the one that is not denied.
        (
            "The Hallin officer who held Tom Reed did not stop him because he was "
            "sought for the theft at the old mill, but because he was on the rails.",
            "but because he was on the rails",
        ),
        # Who was hurt.
        (
            "Norland planes that were looking for smugglers dropped a bomb on a field "
            "beside the river Marrow in Sudland, killing four weavers on Monday.",
            "killing four weavers",
        ),
        # The condition.
        (
            "Sudland will not withdraw its plan for the first bridge over the river "
            "Marrow below Hallin until Norland has said what it will pay for the road.",
            "until Norland has said what it will pay",
        ),
        # What was conceded, with what turns it round.
        (
            "The songs may seem something of a habit for the people of the valley, "
            "but the pictures of the ferry make every reader want to go there at once.",
            "but the pictures of the ferry",
        ),
        # The noun after a word in «-ing».
        (
            "A round robot of the firm was pushed over on Monday by a man who had been "
            "drinking outside a Norvik Valley shopping center, the police said.",
            "by a man who had been drinking",
        ),
    ],
)
def test_what_the_sense_needs_is_kept(text: str, kept: str):
    made = written(text)
    assert kept in made
    assert not made.endswith("Valley")


def test_a_verb_of_another_subject_is_not_the_main_one():
    made = written(
        "A man at the centre of a quarrel about names after a driver was jailed for "
        "30 years in Sudland will face three charges, the court said on Friday."
    )
    assert "man was jailed" not in made


def test_words_between_marks_stay():
    text = "The mayor said that “the bridge that was built this week” is in Hallin."
    assert tightened(text, 40) == ""
