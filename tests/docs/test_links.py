"""Every link and picture of a document leads somewhere, anchors included."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.markdown import (
    REPOSITORY,
    ROOT,
    list_anchors,
    list_documents,
    make_anchor,
    parse_links,
)


def find_problem(document: Path, target: str) -> str:
    """What is wrong with a link; "" if it leads somewhere, or out of the project."""
    base = document.parent
    if target.startswith(REPOSITORY):
        base, target = ROOT, target.removeprefix(REPOSITORY)
    if "://" in target or target.startswith("mailto:"):
        return ""
    name, _, anchor = unquote(target).partition("#")
    path = (base / name) if name else document
    if not path.exists():
        return "no such file"
    if anchor and anchor not in list_anchors(path.read_text(encoding="utf-8")):
        return "no such heading"
    return ""


@pytest.mark.parametrize(
    "document", list_documents(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_every_link_leads_somewhere(document: Path):
    links = parse_links(document.read_text(encoding="utf-8"))
    found = {one.target: find_problem(document, one.target) for one in links}
    assert {target: why for target, why in found.items() if why} == {}


def list_pages() -> list[Path]:
    return sorted((ROOT / "docs").rglob("*.md"))


def test_a_page_of_the_site_links_to_pages_by_path_and_to_other_files_by_address():
    """Other files of the repository are not on the site."""
    outside = [
        (page.name, one.target)
        for page in list_pages()
        for one in parse_links(page.read_text(encoding="utf-8"))
        if "://" not in one.target
        and not (page.parent / one.target.partition("#")[0])
        .resolve()
        .is_relative_to(ROOT / "docs")
    ]
    assert outside == []


def test_every_page_can_be_reached_from_the_start():
    start = ROOT / "docs" / "index.md"
    reached, waiting = {start}, [start]
    while waiting:
        page = waiting.pop()
        for one in parse_links(page.read_text(encoding="utf-8")):
            target = (page.parent / one.target.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                waiting.append(target)
    assert [page for page in list_pages() if page not in reached] == []


def test_every_picture_has_a_description():
    missing = [
        (document.name, one.target)
        for document in list_documents()
        for one in parse_links(document.read_text(encoding="utf-8"))
        if one.is_picture and len(one.text) < 15
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("What it does not do yet", "what-it-does-not-do-yet"),
        ("standfirst digest post", "standfirst-digest-post"),
        ("Für die Redaktion", "für-die-redaktion"),
    ],
)
def test_an_anchor_is_the_title_in_small_letters(title: str, anchor: str):
    assert make_anchor(title) == anchor


def test_a_link_to_nowhere_is_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# A title\n", "utf-8")
    assert find_problem(page, "other.md") == "no such file"
    assert find_problem(page, "page.md#a-titel") == "no such heading"
    assert find_problem(page, "#a-title") == ""
    assert find_problem(page, f"{REPOSITORY}NOTHING.md") == "no such file"
