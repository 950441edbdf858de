"""The pictures of the documentation are there, small, and show what the product is."""

from tests.docs.markdown import ROOT
from tests.docs.pictures import (
    FINGERPRINT,
    FOLDER,
    MOST_BYTES,
    NAMES,
    SOURCES,
    compute_fingerprint,
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
