"""The JSON-lines interface, as other programs see it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from digests import jsonl

TEXT = (
    'The mayor of Hallin, Ada Brandt, said on Monday that "the bridge is safe". '
    "It opened in 1990 and cost $4.2 million."
)
GOOD: dict[str, dict[str, Any]] = {
    "quotes": {"text": TEXT},
    "summary": {"text": TEXT},
    "sentences": {"text": TEXT},
    "figures": {"text": TEXT},
    "stories": {"title": "Bridge is safe", "text": TEXT},
    "extract": {"html": f"<html><body><p>{TEXT}</p></body></html>"},
    "check": {"source": TEXT, "claim": "The bridge opened in 1990."},
    "compose": {"articles": [{"id": "a", "title": "Bridge is safe", "text": TEXT}]},
    "ask": {"question": "When did it open?", "articles": [{"id": "a", "text": TEXT}]},
}


def answers(verb, *lines, **options):
    texts = [x if isinstance(x, str) else json.dumps(x) for x in lines]
    return [json.loads(a) for a in jsonl.answer_lines(verb, texts, **options)]


@pytest.mark.parametrize("verb", GOOD)
def test_a_bad_line_gets_its_error_in_place_and_the_rest_is_processed(verb):
    good = {"id": "last", **GOOD[verb]}
    typed = {"id": "typed", **dict.fromkeys(GOOD[verb], 5)}
    got = answers(verb, '{"id": "broken", ', {"id": "bare"}, "[1, 2]", typed, good)
    assert [g["id"] for g in got] == [None, "bare", None, "typed", "last"]
    assert ["error" in g for g in got] == [True, True, True, True, False]


@pytest.mark.parametrize("verb", GOOD)
def test_no_input_gives_no_output(verb):
    assert answers(verb) == []


@pytest.mark.parametrize("verb", ["quotes", "summary", "sentences", "figures"])
def test_an_odd_text_is_answered_not_refused(verb):
    for odd in ("", " \n ", "\0", '"' * 99, "🦊" * 50, "\ud800", "a" * 5000):
        (got,) = answers(verb, {"id": 1, "text": odd})
        assert "error" not in got


@pytest.mark.parametrize("verb", GOOD)
def test_numbers_of_any_form_and_length_are_answered(verb):
    text = (
        "The mayor said {n} people died {n} weeks ago, at {n}:30 p.m. on {n} May {n}. "
        "It cost ${n} million. It was {n} Uhr, am {n}. Mai, on {n}th Street in Hallin."
    )
    for number in ("9" * 5000, "9" * 400, "²", "1²", "٣٤", "½", "1" + ".000" * 900):
        written = json.dumps(GOOD[verb]).replace(
            json.dumps(TEXT)[1:-1], json.dumps(text.replace("{n}", number))[1:-1]
        )
        (got,) = answers(verb, {"id": 1, **json.loads(written)})
        assert "error" not in got, number[:20]


def test_quotes_have_the_shape_that_the_interface_promises():
    (got,) = answers("quotes", {"id": "a", "text": TEXT})
    (quote,) = got["quotes"]
    assert TEXT[quote["start"] : quote["end"]] == quote["text"] == "the bridge is safe"
    assert quote["speaker"] == "Ada Brandt"
    assert set(quote) == {
        "start", "end", "text", "kind", "speaker", "role", "mention", "cue",
        "context", "group", "confidence", "alone",
    }  # fmt: skip


def test_a_summary_keeps_within_its_length():
    (got,) = answers("summary", {"id": "a", "text": TEXT * 9}, chars=280)
    assert 0 < len(" ".join(s["text"] for s in got["summary"])) <= 280


def test_a_given_title_is_kept_with_no_spans():
    (got,) = answers("summary", {"id": "a", "text": TEXT, "title": "Bridge is safe"})
    assert got["headline"] == {"text": "Bridge is safe", "spans": []}


def test_stories_with_equal_ids_each_get_their_answer():
    line = {"id": "same", "title": "Bridge is safe", "text": TEXT}
    assert len(answers("stories", line, line)) == 2


def test_a_lone_surrogate_is_preserved():
    (line,) = jsonl.answer_lines("quotes", ['{"id": "\\ud800", "text": "x"}'])
    assert json.loads(line)["id"] == "\ud800"


def test_the_command_line_reads_and_writes_utf8_lines():
    line = json.dumps({"id": "ü", "text": TEXT}, ensure_ascii=False) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "digests", "quotes", "--jsonl"],
        input=(line + "\xff").encode("latin-1", "replace") + b"\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_an_edition_that_was_told_before_is_not_composed_again():
    article = {"id": "a", "title": "Bridge is safe", "text": TEXT}
    (first,) = answers("compose", {"id": 1, "articles": [article]})
    assert [story["headline"]["text"] for story in first["edition"]["stories"]] == [
        "Bridge is safe"
    ]
    told = {"id": 2, "articles": [article], "told": [first["edition"]]}
    (again,) = answers("compose", told)
    assert again["edition"]["stories"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("told", [{"stories": [{"summary": []}]}]),
        ("told", "yesterday"),
        ("style", {"stories": "five"}),
        ("style", 5),
        ("articles", [{"id": "a"}]),
        ("articles", ["a"]),
    ],
)
def test_a_field_of_another_shape_is_named_in_the_error(field, value):
    (got,) = answers("compose", {"id": 1, **GOOD["compose"], field: value})
    assert "defect" not in got["error"]
    assert (
        "text" if field == "articles" and isinstance(value[0], dict) else field
    ) in got["error"]


def test_a_question_is_answered_with_a_sentence_and_its_place():
    (got,) = answers("ask", {"id": 1, **GOOD["ask"]})
    (sentence,) = got["answer"]
    (span,) = sentence["spans"]
    assert got["sure"]
    assert sentence["article"] == "a"
    assert TEXT[span["start"] : span["end"]] == sentence["text"]


def test_a_question_that_the_articles_do_not_answer_has_no_answer():
    asked = {
        "question": "Who owns the Zenith Tower?",
        "articles": GOOD["ask"]["articles"],
    }
    assert answers("ask", {"id": 1, **asked}) == [
        {"id": 1, "answer": [], "sure": False}
    ]


def test_a_text_without_declared_language_is_read_in_its_own():
    text = (
        "Ähnlich äußerte sich der Sprecher Jan Lindner: „Wir haben die Lage "
        "im Griff, und das bleibt so.“ Die Brücke ist seit Sonntag gesperrt."
    )
    (got,) = answers("quotes", {"id": 1, "text": text})
    assert [quote["speaker"] for quote in got["quotes"]] == ["Jan Lindner"]


def test_an_article_in_another_language_is_told_unless_its_sender_declared_it():
    german = (
        "Der Rat der Stadt Hallin hat am Dienstag beschlossen, die alte Brücke für "
        "sechs Monate zu sperren, weil sie nicht mehr sicher ist."
    )
    english = {"id": "e", "title": "Bridge is safe", "text": TEXT}
    listed = [{"id": str(n), "text": f"{german} {n}."} for n in range(2)]

    def told(**fields):
        (got,) = answers("compose", {"articles": [*listed, english | fields]})
        shown = (*got["edition"]["stories"], *got["edition"]["brief"])
        return {article["id"] for story in shown for article in story["articles"]}

    assert ("e" in told(), "e" in told(lang="en")) == (True, False)
