"""The site is built from the pages without a warning, and holds all of them."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.docs.markdown import ROOT

CONFIGURATION = "zensical.toml"
DOCS = ROOT / "docs"


def list_pages() -> set[str]:
    return {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built beside the checkout."""
    home = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, home / "docs")
    shutil.copytree(ROOT / "deploy" / "site", home / "deploy" / "site")
    (home / CONFIGURATION).write_bytes((ROOT / CONFIGURATION).read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "site"


def list_entries(entries: list[Any]) -> list[str]:
    found: list[str] = []
    for entry in entries:
        inside = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += list_entries(inside) if isinstance(inside, list) else [inside]
    return found


def test_the_menu_names_every_page_once():
    settings = tomllib.loads((ROOT / CONFIGURATION).read_text(encoding="utf-8"))
    entries = list_entries(settings["project"]["nav"])
    assert sorted(entries) == sorted(list_pages())


def test_every_page_is_on_the_site(site: Path):
    for page in list_pages():
        folder = page.removesuffix(".md").removesuffix("index")
        assert (site / folder / "index.html").is_file(), page


def test_a_page_loads_nothing_from_other_sites(site: Path):
    for page in site.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text, page
        assert "fonts.g" not in text, page


def test_tables_and_code_in_a_list_are_tables_and_code(site: Path):
    page = (site / "slack" / "index.html").read_text(encoding="utf-8")
    assert page.count("<table") == 1
    assert "| scope |" not in page
    assert "```" not in page


def test_each_page_declares_the_language_that_it_is_in(site: Path):
    for page in site.rglob("index.html"):
        lang = "de" if page.relative_to(site).parts[0] == "de" else "en"
        assert f'<html lang="{lang}"' in page.read_text(encoding="utf-8"), page


def test_the_search_knows_both_languages(site: Path):
    found = json.dumps(json.loads((site / "search.json").read_text(encoding="utf-8")),
                       ensure_ascii=False)  # fmt: skip
    assert "key-quote cards" in found
    assert "Zitatkarten" in found
