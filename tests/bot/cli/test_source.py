"""`standfirst source`, `import` and `export --opml` as people run them, and polling
in a running bot: real processes against a server on loopback.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.ingest.newswire import feed_configuration
from tests.bot.process import Home, eventually
from tests.feeds import items, rss
from tests.wire.outlet import SITE, outlet

PACKS = Path(__file__).parents[3] / "seeds" / "packs"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def site() -> Iterator[str]:
    with outlet({"/": SITE, "/feed": rss(items(range(12)))}) as address:
        yield address


ALLOWED = {"STANDFIRST_FETCH_ALLOW_PRIVATE": "1"}


def test_a_test_of_a_site_shows_its_feed_and_the_newest_three(home, site):
    done = home.run("source", "test", f"{site}/", **ALLOWED)
    assert done.returncode == 0, done.stderr
    assert "feed: Hallin Courier" in done.stdout
    shown = [item.title for item in items(range(12)) if item.title in done.stdout]
    assert shown == [item.title for item in items(range(3))]
    assert f"{site}/feed" in done.stdout
    assert "excerpts: the pages behind them are read" in done.stdout


def test_a_test_as_json(home, site):
    done = home.run("source", "test", f"{site}/feed", "--json", **ALLOWED)
    found = json.loads(done.stdout)
    assert (found["kind"], found["title"]) == ("feed", "Hallin Courier")
    assert (found["articles"], found["problem"]) == (12, None)
    assert found["completeness"] == "excerpt"
    assert [one["title"] for one in found["newest"]] == [
        item.title for item in items(range(3))
    ]


def test_a_private_address_is_refused_with_the_name_of_the_setting(home, site):
    done = home.run("source", "test", f"{site}/feed")
    assert done.returncode == 1
    assert "STANDFIRST_FETCH_ALLOW_PRIVATE" in done.stdout


def test_a_place_that_the_setting_lists_is_read(home, site):
    place = site.removeprefix("http://")
    listed = {"STANDFIRST_FETCH_ALLOW_PRIVATE": f"other.example:80,{place}"}
    assert home.run("source", "test", f"{site}/feed", **listed).returncode == 0


def test_a_failed_source_test_reports_it_without_the_secret(home, site):
    address = f"{site}/no".replace("http://", "http://ada:quetzal@")
    done = home.run("source", "test", address, **ALLOWED)
    assert done.returncode == 1
    assert "nothing at this address" in done.stdout
    assert "quetzal" not in done.stdout + done.stderr


def test_a_test_of_a_folder(home):
    folder = home.folder / "mine"
    folder.mkdir()
    (folder / "a.txt").write_text("The bridge was closed on Tuesday.", "utf-8")
    done = home.run("source", "test", str(folder))
    assert done.returncode == 0
    assert "1 article," in done.stdout


def test_a_starter_pack_is_imported_listed_and_exported(home):
    pack = PACKS / "world.en.opml"
    done = home.run("import", str(pack), "--digest", "World")
    assert done.returncode == 0, done.stderr
    assert "«World»: 7 new sources." in done.stdout
    again = home.run("import", str(pack), "--digest", "World")
    assert "7 were sources already." in again.stdout
    rows = json.loads(home.run("source", "list", "--json").stdout)
    assert len(rows) == 7
    assert {row["health"] for row in rows} == {"never read yet"}
    out = home.run("export", "--opml")
    assert out.stdout.count("xmlUrl=") == 7
    (home.folder / "back.opml").write_text(out.stdout, "utf-8")
    back = home.run("import", "back.opml")
    assert "7 were sources already." in back.stdout


def test_an_import_can_read_each_new_feed_once(home, site):
    listed = (
        f'<opml version="2.0"><body><outline text="A" xmlUrl="{site}/feed"/>'
        f'<outline text="B" xmlUrl="{site}/no"/></body></opml>'
    )
    (home.folder / "list.opml").write_text(listed, "utf-8")
    done = home.run("import", "list.opml", "--check", **ALLOWED)
    assert done.returncode == 0, done.stderr
    assert "✗ B: " in done.stdout
    assert "Excerpts only: 1 source." in done.stdout
    assert len(home.rows("SELECT id FROM articles")) == 12


@pytest.mark.parametrize("body", ["", "<html></html>", "not xml", None])
def test_a_file_that_is_no_list_of_feeds_is_exit_3(home, body):
    if body is not None:
        (home.folder / "list.opml").write_text(body, "utf-8")
    done = home.run("import", "list.opml")
    assert done.returncode == 3
    assert "list.opml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bot_that_runs_polls_its_feeds_and_posts_nothing_unasked(home, site):
    (home.folder / "newsroom.toml").write_text(
        feed_configuration([f"{site}/feed"]), "utf-8"
    )
    assert home.run("apply", "newsroom.toml", **ALLOWED).returncode == 0
    with home.running("run", **ALLOWED) as bot:
        bot.until()
        eventually(lambda: home.rows("SELECT id FROM articles"))
        assert bot.stop() == 0
    assert len(home.rows("SELECT id FROM articles")) == 12
    assert home.rows("SELECT id FROM editions") == []
    assert home.rows(
        "SELECT last_success_at FROM sources WHERE last_success_at IS NOT NULL"
    )


def test_a_feed_is_composed_into_an_edition_by_hand(home, site):
    (home.folder / "newsroom.toml").write_text(
        feed_configuration([f"{site}/feed"]), "utf-8"
    )
    assert home.run("apply", "newsroom.toml", **ALLOWED).returncode == 0
    done = home.run("digest", "post", **ALLOWED)
    assert done.returncode == 0, done.stderr
    assert "Edition e-" in done.stdout
