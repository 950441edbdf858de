"""The fonts of the pictures: which packages have them, and which characters they have.

They come from packages alone, so that a card looks the same on every machine: fonts of
the system are never used. Folders are looked up where they are needed and nothing is
read at import. `can_draw` reads the fonts' own tables of characters (`cmap`, see the
OpenType specification), which takes a few milliseconds once and no drawing library.
"""

import struct
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Final

#: Packages of the base install and, in them, the folder of the fonts.
_PACKAGES: Final = (
    ("fontpkg_inter", "files"),
    ("fontpkg_source_serif_4", "files"),
    ("manimgx_fonts", ""),
)
#: The package of the extra `cjk`.
_CJK_PACKAGE: Final = "manimgx_fonts_cjk"
#: First and last code point of a run of characters that a font has.
_Runs = tuple["array[int]", "array[int]"]


def list_font_folders(*, cjk: bool = True) -> list[Path]:
    """The folders of the installed fonts, with or without those of the extra."""
    packages = (*_PACKAGES, (_CJK_PACKAGE, "")) if cjk else _PACKAGES
    found = ((_find_folder(package), inner) for package, inner in packages)
    return [folder / inner for folder, inner in found if folder is not None]


def list_font_files(*, cjk: bool = True) -> list[Path]:
    """The upright fonts of these folders."""
    return sorted(
        path
        for folder in list_font_folders(cjk=cjk)
        for path in folder.iterdir()
        if path.suffix in {".ttf", ".otf", ".ttc"} and "Italic" not in path.name
    )


def has_cjk_fonts() -> bool:
    """Whether the extra with the fonts of Chinese, Japanese and Korean is installed."""
    return find_spec(_CJK_PACKAGE) is not None


def _find_folder(package: str) -> Path | None:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


#: Drawn as nothing, by every font: joiners, variation selectors, Hangul fillers.
_WITHOUT_SHAPE: Final = frozenset(
    (0x200C, 0x200D, 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10))
)


_KEY: Final = "\u20e3"


def can_draw(cluster: str, *, cjk: bool = True) -> bool:
    """Whether one of the installed fonts has every character of a cluster.

    Args:
        cluster: A letter with its marks.
        cjk: Whether the fonts of the extra are used where they are installed.
    """
    if cluster.isascii():
        return cluster.isprintable()
    if _KEY in cluster and cluster[0] not in "0123456789#*":
        # Drawn as an empty key.
        return False
    if unicodedata.category(cluster[0]) == "Co":
        # For private use: each font means something else by it.
        return False
    return any(
        all(_has(runs, ord(sign)) for sign in form)
        for form in {cluster, unicodedata.normalize("NFC", cluster)}
        for runs in _read_coverage(cjk)
    )


def _has(runs: _Runs, code: int) -> bool:
    if code in _WITHOUT_SHAPE:
        return True
    starts, ends = runs
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _read_coverage(cjk: bool) -> tuple[_Runs, ...]:
    """The characters of each upright font; those of the CJK family are the same."""
    return tuple(map(_read_characters, list_font_files(cjk=cjk)))


def _read_characters(path: Path) -> _Runs:
    """The characters of a font, as sorted runs."""
    with path.open("rb") as font:
        found = sorted(set(_read_runs(font)))
    joined: list[list[int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1] + 1:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    # Arrays, because they stay in memory: tuples take ten times as much.
    starts, ends = zip(*joined, strict=True)
    return array("I", starts), array("I", ends)


def _unpack(font: BinaryIO, form: str, place: int) -> tuple[Any, ...]:
    font.seek(place)
    layout = struct.Struct(f">{form}")
    return layout.unpack(font.read(layout.size))


def _read_runs(font: BinaryIO) -> Iterator[tuple[int, int]]:
    """The runs of the tables for Unicode: segments (format 4) and groups (12)."""
    table = _find_cmap(font)
    (count,) = _unpack(font, "2xH", table)
    places = _unpack(font, "HHI" * count, table + 4)
    for place in set(places[2::3]):
        (form,) = _unpack(font, "H", table + place)
        if form == 12:
            yield from _read_groups(font, table + place)
        elif form == 4:
            yield from _read_segments(font, table + place)


def _find_cmap(font: BinaryIO) -> int:
    """The offset of the table of characters, in a collection that of its first font."""
    is_collection = _unpack(font, "4s", 0) == (b"ttcf",)
    start = _unpack(font, "I", 12)[0] if is_collection else 0
    (count,) = _unpack(font, "H", start + 4)
    for index in range(count):
        place: int
        tag, place = _unpack(font, "4s4xI4x", start + 12 + 16 * index)
        if tag == b"cmap":
            return place
    raise ValueError("a font without a table of characters")


def _read_groups(font: BinaryIO, place: int) -> Iterator[tuple[int, int]]:
    (count,) = _unpack(font, "I", place + 12)
    groups = _unpack(font, "III" * count, place + 16)
    yield from zip(groups[::3], groups[1::3], strict=True)


def _read_segments(font: BinaryIO, place: int) -> Iterator[tuple[int, int]]:
    (size,) = _unpack(font, "H", place + 6)
    ends = _unpack(font, "H" * (size // 2), place + 14)
    starts = _unpack(font, "H" * (size // 2), place + 16 + size)
    yield from ((start, end) for start, end in zip(starts, ends, strict=True))
