"""The pictures of the documentation are there, small, and show what the product is."""

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.docs.pictures import (
    FINGERPRINT,
    FOLDER,
    MOST_BYTES,
    NAMES,
    SOURCES,
    compute_fingerprint,
    normalize,
)

STALE = (
    "What the pictures in docs/pictures show has changed since they were taken. Take "
    "them again with `make pictures` (needs Chromium, a minute), and look at them."
)


def test_the_pictures_are_of_the_present_product():
    assert FINGERPRINT.read_text(encoding="utf-8").strip() == compute_fingerprint(), (
        STALE
    )


def test_each_picture_is_there_and_small():
    sizes = {name: FOLDER.joinpath(f"{name}.webp").stat().st_size for name in NAMES}
    assert {name for name, size in sizes.items() if not 0 < size <= MOST_BYTES} == set()
    assert {path.stem for path in FOLDER.glob("*.webp")} == set(NAMES)


def test_what_the_pictures_are_made_from_exists():
    assert [pattern for pattern in SOURCES if not any(ROOT.glob(pattern))] == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("page.css", "a { color: red; }", "/* why */\na { color: red; }"),
        ("render.py", "A = 1\n", '"""What it is."""\n\n# why\nA = 1\n'),
    ],
)
def test_what_nobody_sees_leaves_the_pictures_current(
    name: str, before: str, after: str, tmp_path: Path
):
    path = tmp_path / name
    path.write_text(before, encoding="utf-8")
    seen = normalize(path)
    path.write_text(after, encoding="utf-8")
    assert normalize(path) == seen
    path.write_text(after.replace("red", "green").replace("1", "2"), encoding="utf-8")
    assert normalize(path) != seen
