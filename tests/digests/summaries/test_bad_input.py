"""Text that is not news gets a usable summary, or none: never a fragment."""

import pytest

from digests.language import sentences
from digests.summaries import passages
from digests.summaries.context import find_why_it_matters
from digests.summaries.extractive import explain_summary
from digests.summaries.registry import summarise_article
from digests.types import Article

LIST = (
    "What to bring\n- Water\n- A warm coat\n\nWhere to meet\n1. The mill\n2. The quay"
)
TABLE = (
    "Team\tPlayed\tPoints\nHallin Rovers\t12\t27\nNorthmark\t12\t22\n"
    "| a | b |\n|---|---|\n| 1 | 2 |"
)
TALK = (
    "JON PELL: Good evening. We are in Hallin.\n"
    "MIA STRAND: Thank you, Jon. The bridge is closed tonight.\n"
    "PELL: For how long?\nSTRAND: Nobody knows. The council will meet on Monday."
)
QUESTIONS = (
    "Q: How long will the bridge be closed?\nA: Until the end of March.\n"
    "Q: Is there a ferry?\nA: Yes. It runs every 20 minutes."
)
NO_STOPS = (
    "the bridge in hallin was closed on tuesday after workers found a crack in a "
    "girder the mayor said that a ferry would run every 20 minutes and no one was hurt"
)
ONE = "The bridge in Hallin was closed on Tuesday after workers found a crack."


def reported(text: str, chars: int = 280) -> list[str]:
    article = Article(id="a", text=text)
    summary = summarise_article(article, chars)
    return [s.text for s in summary.sentences]


def headline(text: str) -> str:
    article = Article(id="a", text=text)
    return summarise_article(article, 280).headline.text


@pytest.mark.parametrize(
    "text",
    [LIST, TABLE, TALK, QUESTIONS, NO_STOPS],
    ids=["list", "table", "transcript", "questions", "no stops"],
)
def test_text_without_a_usable_sentence_has_only_a_headline(text: str):
    assert reported(text) == []
    assert headline(text)


def test_one_sentence_is_its_own_summary():
    assert reported(ONE) == [ONE]


def test_a_transcripts_introduction_is_used():
    assert reported(f"{ONE}\n\n{TALK}") == [ONE]


def test_two_labels_make_no_transcript():
    text = f"{ONE}\nHallin: The ferry runs every 20 minutes.\nBrannock: It does not."
    assert ONE in reported(text)
    assert "Hallin: The ferry runs every 20 minutes." in reported(text)


def test_capitals_are_kept():
    assert reported(ONE.upper()) == [ONE.upper()]


SHAPES = {
    "news": f"{ONE} It cost $5 million. ",
    "words": "word ",
    "stops": ". ",
    "initials": "a. ",
    "openers": '"a ',
    "items": "- item\n",
    "labels": "Bell: Yes.\n",
    "verse": "The river runs,\n",
    "questions": "Who? ",
    "brackets": "(",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_of_a_long_text_only_the_beginning_is_read(
    shape: str, monkeypatch: pytest.MonkeyPatch
):
    split, read = sentences.split_sentences, []

    def counted(text, lang=None, **limits):
        read.append(len(text))
        return split(text, lang, **limits)

    monkeypatch.setattr(sentences, "split_sentences", counted)
    text = SHAPES[shape] * (10**6 // len(SHAPES[shape]))
    article = Article(id="a", text=text)
    summarise_article(article, 280)
    find_why_it_matters(article)
    assert len(explain_summary(article, 280)) <= 60
    assert read
    assert max(read) <= 60_000


def test_a_sentence_cut_at_the_reading_limit_is_not_used():
    half = "The new bridge cost the town of Hallin 3."
    before = ("word " * 12_000)[: 60_000 - len(half) - 2] + ". "
    found = passages.extract_passages(
        Article(id="a", text=f"{before}{half}5 million. It is shut.")
    )
    assert half not in [p.text for p in found]
