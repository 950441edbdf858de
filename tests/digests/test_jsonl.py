"""The JSON-lines interface, as other programs see it."""

import json
import subprocess
import sys

import pytest

from digests import jsonl

TEXT = (
    'The mayor of Hallin, Ada Brandt, said on Monday that "the bridge is safe". '
    "It opened in 1990 and cost $4.2 million."
)
GOOD = {
    "quotes": {"text": TEXT},
    "summary": {"text": TEXT},
    "sentences": {"text": TEXT},
    "figures": {"text": TEXT},
    "stories": {"title": "Bridge is safe", "text": TEXT},
    "extract": {"html": f"<html><body><p>{TEXT}</p></body></html>"},
    "check": {"source": TEXT, "claim": "The bridge opened in 1990."},
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


def test_quotes_have_the_shape_that_the_interface_promises():
    (got,) = answers("quotes", {"id": "a", "text": TEXT})
    (quote,) = got["quotes"]
    assert TEXT[quote["start"] : quote["end"]] == quote["text"] == "the bridge is safe"
    assert quote["speaker"] == "Ada Brandt"
    assert set(quote) == {
        "start", "end", "text", "kind", "speaker", "role", "mention", "cue",
        "context", "group", "confidence",
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
