"""Every kind of quotation as data beside its answer: `tests/data/quotes/*.jsonl`.

`passages.jsonl` holds short articles, one difficulty each (`id` names it);
`seeds.jsonl` holds every quotation of the sample articles; `marked_names.jsonl` holds
articles with titles, slogans, nicknames and mentioned words beside what somebody said.
"""

import json
from pathlib import Path

import pytest

from digests.quotes.attribution import find_quotes
from digests.sources import folder

DATA = Path(__file__).parents[2] / "data" / "quotes"
SEEDS = Path(__file__).parents[3] / "seeds" / "articles"


def lines(name):
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def answers(quotes, wanted):
    """The quotations found, reduced to the fields of the data."""
    asked = wanted[0].keys() if wanted else ["text"]
    keys = [row.keys() for row in wanted] + [asked] * len(quotes)
    return [
        {key: getattr(quote, key) for key in key_set}
        for quote, key_set in zip(quotes, keys, strict=False)
    ]


PASSAGES = lines("passages.jsonl")
ARTICLES = {article.id: article for article in folder.read_articles(SEEDS).articles}


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage["id"])
def test_a_passage_is_read_as_expected(passage):
    found = find_quotes(
        passage["text"], title=passage.get("title"), lang=passage.get("lang")
    )
    assert answers(found, passage["quotes"]) == passage["quotes"]


def test_the_passages_are_many_and_each_has_its_own_name():
    assert len({passage["id"] for passage in PASSAGES}) == len(PASSAGES) >= 80


@pytest.mark.parametrize("seed", lines("seeds.jsonl"), ids=lambda seed: seed["id"])
def test_a_sample_article_gives_its_quotations_with_their_speakers(seed):
    article = ARTICLES[seed["id"]]
    found = find_quotes(article.text, title=article.title, lang=article.lang)
    assert answers(found, seed["quotes"]) == seed["quotes"]


def test_every_sample_article_has_its_answer():
    assert {seed["id"] for seed in lines("seeds.jsonl")} == set(ARTICLES)


MARKED = lines("marked_names.jsonl")


def read_marked():
    """What was found and what was said, as (article, words) pairs."""
    found = {
        (row["id"], quote.text)
        for row in MARKED
        for quote in find_quotes(row["text"], lang=row["lang"])
    }
    said = {(row["id"], quote["text"]) for row in MARKED for quote in row["quotes"]}
    return found, said


def test_of_words_in_marks_few_that_nobody_said_are_taken_for_speech():
    found, said = read_marked()
    assert len(found & said) >= 0.95 * len(found)


def test_beside_names_in_marks_nearly_all_that_was_said_is_found():
    found, said = read_marked()
    assert len(found & said) >= 0.97 * len(said)


def test_beside_names_in_marks_the_speakers_are_right():
    found = {
        (row["id"], quote.text, quote.speaker)
        for row in MARKED
        for quote in find_quotes(row["text"], lang=row["lang"])
    }
    said = {
        (row["id"], quote["text"], quote["speaker"])
        for row in MARKED
        for quote in row["quotes"]
    }
    assert len(found & said) >= 0.92 * len(said)


def test_the_articles_with_names_in_marks_are_many_and_in_two_languages():
    assert len(MARKED) >= 60
    assert {row["lang"] for row in MARKED} == {"en", "de"}
