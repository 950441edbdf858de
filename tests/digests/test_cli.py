"""`python -m digests VERB PATH…` as people use it.

`python -m digests VERB ADDRESS`: feeds, pages and sites beside files.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digests.cli import main
from tests.builders import BRIDGE
from tests.feeds import items, rss
from tests.wire.outlet import SITE, outlet

ARTICLE = f"""---
title: Harbour bridge closes after crack is found
source: Hallin Courier
published: 2026-01-06T12:00:00+00:00
---
{BRIDGE}
"""
PRINTED = {
    "quotes": "Ada Brandt",
    "summary": "harbour bridge at Hallin was closed",
    "sentences": "About 31,000 vehicles cross the bridge every day.",
    "figures": "31,000",
    "stories": "Hallin Courier",
    "extract": "Harbour bridge closes",
    "compose": "1. Harbour bridge closes",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bridge.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("verb", PRINTED)
def test_every_verb_prints_what_it_found(verb, folder, capsys):
    assert main([verb, str(folder)]) == 0
    assert PRINTED[verb] in capsys.readouterr().out


def test_quotes_name_the_speaker_and_the_words_that_justify_it(folder, capsys):
    main(["quotes", str(folder)])
    out = capsys.readouterr().out
    assert "“Nobody was in danger at any time.”" in out
    assert "Ada Brandt, city engineer (by «She»)" in out.replace("the city", "city")


def test_explain_marks_the_chosen_candidate(folder, capsys):
    main(["quotes", str(folder), "--explain"])
    assert "→" in capsys.readouterr().out


def test_the_summariser_is_chosen_by_its_name(folder, capsys):
    opening = BRIDGE[: BRIDGE.index(".") + 1]
    for verb in ("summary", "compose"):
        assert main([verb, str(folder), "--summariser", "lead"]) == 0
        assert opening in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["summary", str(folder), "--summariser", "nobody"])


def test_check_answers_for_a_claim(folder, capsys):
    claim = "The harbour bridge at Hallin was closed on Tuesday."
    assert main(["check", str(folder), "--claim", claim]) == 0
    assert capsys.readouterr().out.startswith("supported")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_an_edition_prints_in_every_form(form, folder, capsys):
    assert main(["compose", str(folder), "--format", form, "--title", "Mine"]) == 0
    out = capsys.readouterr().out
    assert "Mine" in out
    assert "Ada Brandt" in out


def test_an_edition_as_json_has_the_promised_shape(folder, capsys):
    main(["compose", str(folder), "--format", "json"])
    edition = json.loads(capsys.readouterr().out)
    assert edition["made_from"] == {"articles": 1, "sources": 1}
    (story,) = edition["stories"]
    assert set(story) >= {"headline", "summary", "quotes", "figures", "articles"}
    assert all(BRIDGE[q["start"] : q["end"]] == q["text"] for q in story["quotes"])


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["quotes"], "Nothing to read"),
        (["check", "{folder}"], "--claim"),
        (["quotes", "https://a.example/x", "--allow-private", "x"], "host:port"),
    ],
)
def test_a_usage_mistake_is_exit_2_and_a_sentence(args, says, folder, capsys):
    args = [arg.replace("{folder}", str(folder)) for arg in args]
    assert main(args) == 2
    assert says in capsys.readouterr().err


def test_an_unknown_verb_is_exit_2_and_lists_those_that_are(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["quots"])
    assert ended.value.code == 2
    assert "quotes" in capsys.readouterr().err


def test_a_path_that_is_not_there_is_exit_1_and_the_others_are_read(folder, capsys):
    assert main(["quotes", "nowhere.txt", str(folder)]) == 1
    reported = capsys.readouterr()
    assert "nowhere.txt" in reported.err
    assert "Ada Brandt" in reported.out


def test_an_unreadable_file_in_a_folder_is_reported_and_others_read(folder, capsys):
    (folder / "broken.txt").write_bytes(b"\0\1\2" * 500)
    assert main(["quotes", str(folder)]) == 0
    reported = capsys.readouterr()
    assert "broken.txt" in reported.err
    assert "Ada Brandt" in reported.out


def test_files_of_one_name_in_two_folders_stay_two_articles(folder, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    text = ARTICLE.replace("Hallin Courier", "Strand Radio")
    (other / "bridge.txt").write_text(text, encoding="utf-8")
    main(["compose", str(folder / "bridge.txt"), str(other), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["made_from"]["articles"] == 2


PAGE = (
    "<html lang=en><head><title>Bridge closed</title></head><body><article>"
    "<h1>Bridge closed</h1>"
    f"<p>{'The harbour bridge at Hallin was closed after a crack was found. ' * 8}</p>"
    "<p>“Nobody was in danger at any time,” said engineer Ada Brandt.</p>"
    "</article></body></html>"
).encode()


@pytest.fixture
def site():
    pages = {"/": SITE, "/feed": rss(items(range(4))), "/2026/bridge": PAGE}
    with outlet(pages) as address:
        yield address


def test_a_feed_becomes_an_edition(site, capsys):
    assert main(["compose", f"{site}/feed", "--allow-private"]) == 0
    assert "from 4 articles" in capsys.readouterr().out


def test_a_site_is_read_at_its_feed(site, capsys):
    assert main(["compose", f"{site}/", "--allow-private"]) == 0
    assert "from 4 articles" in capsys.readouterr().out


def test_a_page_is_one_article(site, capsys):
    place = site.removeprefix("http://")
    assert main(["quotes", f"{site}/2026/bridge", "--allow-private", place]) == 0
    assert "Ada Brandt" in capsys.readouterr().out


def test_a_private_address_is_refused_with_the_option(site, capsys):
    assert main(["compose", f"{site}/feed"]) == 1
    assert "--allow-private" in capsys.readouterr().err


def test_unreadable_input_is_reported_and_the_rest_is_read(site, capsys):
    addresses = [f"{site}/no", f"{site}/feed"]
    assert main(["compose", *addresses, "--allow-private"]) == 1
    said = capsys.readouterr()
    assert "nothing at this address" in said.err
    assert "from 4 articles" in said.out


def test_files_and_addresses_keep_their_order(site, capsys, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("The lake is wide. It is old.", encoding="utf-8")
    names = [str(file), f"{site}/2026/bridge"]
    assert main(["sentences", *names, "--allow-private"]) == 0
    said = capsys.readouterr().out
    assert said.index("The lake is wide.") < said.index("The harbour bridge")


@pytest.mark.parametrize(
    "arguments", [["summary", "bridge.txt"], ["quotes", "--jsonl"]]
)
def test_results_that_cannot_be_written_are_reported(folder: Path, arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "digests", *arguments],
            input=json.dumps({"id": "1", "text": BRIDGE}),
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "standfirst: the output cannot be written: No space left on device\n",
    )
