"""Targeted damage to what decides whether a message is sent, and how often.

Most bytes of a small database are free space, and a file that is simply cut off is not
even opened. So the pages of the deciding tables and of their indexes are located (each
tree is walked from its root) and damaged as disks and their drivers do it: a bit
flipped, a page written where another one belongs, a write that was reported and never
made, a missing entry, zeros, a missing end. The format:
https://sqlite.org/fileformat.html
"""

import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

#: Tables that decide what is due, what was published, and where messages go.
DECIDING: Final = (
    "deliveries",
    "occurrences",
    "editions",
    "published_items",
    "published_articles",
    "schedules",
    "digests",
    "digest_sources",
    "digest_destinations",
    "destinations",
    "workspaces",
)
_HEADER: Final = 100
_INTERIOR: Final = (2, 5)
_LEAVES: Final = (10, 13)
_OF_INDEX: Final = (2, 10)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a tree. `cells` are the offsets and lengths of its entries."""

    number: int
    tree: str
    kind: int
    #: The offset of its header: after the file's own on the first page.
    begin: int
    cells: tuple[tuple[int, int], ...]

    @property
    def of_index(self) -> bool:
        return self.kind in _OF_INDEX


class DamagedDatabase:
    """The bytes of a database without a log; the methods damage them and say how.

    `earlier` are those of the same database before the last edition.
    """

    def __init__(self, file: Path, earlier: bytes, random: Random) -> None:
        self.data = bytearray(file.read_bytes())
        self.earlier = earlier
        self.random = random
        self.size = self._two(16)
        self.pages = tuple(
            page for name, root in _roots(file) for page in self._walk(name, root)
        )

    # ── damage ─────────────────────────────────────────────────────────────────

    def entry_turned(self) -> str:
        """Flip one bit of an entry of an index."""
        page = self._one(lambda page: page.of_index and bool(self._fresh(page)))
        start, length = self.random.choice(self._fresh(page))
        at = self._at(page) + start + self.random.randrange(length)
        self.data[at] ^= 1 << self.random.randrange(8)
        return f"an entry of {page.tree} turned at {at}"

    def entry_gone(self) -> str:
        """Remove the pointer to one entry."""
        page = self._one(
            lambda page: (
                page.kind in _LEAVES and len(page.cells) > 1 and bool(self._fresh(page))
            )
        )
        number = page.cells.index(self.random.choice(self._fresh(page)))
        count = len(page.cells)
        at = self._at(page) + page.begin
        first = at + 8
        pointers = self.data[first : first + 2 * count]
        del pointers[2 * number : 2 * number + 2]
        self.data[first : first + 2 * count] = pointers + b"\0\0"
        struct.pack_into(">H", self.data, at + 3, count - 1)
        return f"entry {number} of {page.tree} gone"

    def pages_swapped(self) -> str:
        """Swap two pages of one kind, of one tree where it has two."""
        one = self._one(lambda page: page.number > 1 and bool(page.cells))
        like = [
            page
            for page in self.pages
            if page.kind == one.kind
            and page.cells
            and page.number not in {1, one.number}
        ]
        near = [page for page in like if page.tree == one.tree]
        other = self.random.choice(near or like)
        mine, theirs = self._bytes(one), self._bytes(other)
        self._put(one, theirs)
        self._put(other, mine)
        return f"pages of {one.tree} and {other.tree} swapped"

    def page_of_before(self) -> str:
        """Restore a page from before the last edition: its last write was lost."""
        page = self._one(
            lambda page: self._before(page) not in {b"", self._bytes(page)}
        )
        self._put(page, self._before(page))
        return f"a page of {page.tree} as it was before"

    def page_of_zeros(self) -> str:
        """Fill a page with zeros."""
        page = self._one(lambda page: page.number > 1)
        self._put(page, bytes(self.size))
        return f"a page of {page.tree} zeroed"

    def end_gone(self) -> str:
        """End the file at a page, and let its header confirm that size."""
        pages = len(self.data) // self.size
        left = self.random.randrange(pages // 2, pages)
        del self.data[left * self.size :]
        struct.pack_into(">I", self.data, 28, left)
        return f"{pages - left} pages at the end gone"

    # ── the pages ──────────────────────────────────────────────────────────────

    def _one(self, fits: Callable[[Page], bool]) -> Page:
        """Draw a tree, then a page of it, so that small trees are drawn as often."""
        fitting = [page for page in self.pages if fits(page)]
        tree = self.random.choice(sorted({page.tree for page in fitting}))
        return self.random.choice([page for page in fitting if page.tree == tree])

    def _fresh(self, page: Page) -> Sequence[tuple[int, int]]:
        """Entries of the last edition: the older ones are mostly history."""
        begun = self._at(page)
        return [
            (start, length)
            for start, length in page.cells
            if self.data[begun + start : begun + start + length] not in self.earlier
        ]

    def _at(self, page: Page) -> int:
        return (page.number - 1) * self.size

    def _bytes(self, page: Page) -> bytes:
        return bytes(self.data[self._at(page) : self._at(page) + self.size])

    def _before(self, page: Page) -> bytes:
        return self.earlier[self._at(page) : self._at(page) + self.size]

    def _put(self, page: Page, data: bytes) -> None:
        self.data[self._at(page) : self._at(page) + self.size] = data

    def _walk(self, tree: str, number: int) -> Iterator[Page]:
        at = (number - 1) * self.size
        begin = _HEADER if number == 1 else 0
        kind, count = self.data[at + begin], self._two(at + begin + 3)
        inner = kind in _INTERIOR
        first = at + begin + (12 if inner else 8)
        starts = [self._two(first + 2 * index) for index in range(count)]
        yield Page(
            number=number,
            tree=tree,
            kind=kind,
            begin=begin,
            cells=tuple((start, self._length(kind, at + start)) for start in starts),
        )
        if inner:
            for start in starts:
                yield from self._walk(tree, self._four(at + start))
            yield from self._walk(tree, self._four(at + begin + 8))

    def _length(self, kind: int, at: int) -> int:
        """How many bytes of this page an entry takes."""
        begun, at = at, at + (4 if kind in _INTERIOR else 0)
        if kind == 5:
            return self._number(at)[1] - begun
        payload, at = self._number(at)
        if kind == 13:
            at = self._number(at)[1]
        most = self.size - 35 if kind == 13 else (self.size - 12) * 64 // 255 - 23
        if payload <= most:
            return at + payload - begun
        least = (self.size - 12) * 32 // 255 - 23
        here = least + (payload - least) % (self.size - 4)
        return int(at + (here if here <= most else least) + 4 - begun)

    def _two(self, at: int) -> int:
        return int(struct.unpack_from(">H", self.data, at)[0])

    def _four(self, at: int) -> int:
        return int(struct.unpack_from(">I", self.data, at)[0])

    def _number(self, at: int) -> tuple[int, int]:
        """A varint of one to nine bytes, and its end."""
        value = 0
        for place in range(8):
            byte = self.data[at + place]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at + place + 1
        return value << 8 | self.data[at + 8], at + 9


KINDS: Final[Sequence[Callable[[DamagedDatabase], str]]] = (
    DamagedDatabase.entry_turned,
    DamagedDatabase.entry_gone,
    DamagedDatabase.pages_swapped,
    DamagedDatabase.page_of_before,
    DamagedDatabase.page_of_zeros,
    DamagedDatabase.end_gone,
)


def damage_database(file: Path, earlier: bytes, random: Random, number: int) -> str:
    """Damage the file in the next way; describe it. Its log must be empty."""
    wounded = DamagedDatabase(file, earlier, random)
    said = KINDS[number % len(KINDS)](wounded)
    file.write_bytes(wounded.data)
    return said


def _roots(file: Path) -> Sequence[tuple[str, int]]:
    marks = ", ".join("?" for _ in DECIDING)
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as connection:
        return connection.execute(
            "SELECT name, rootpage FROM sqlite_schema"
            f" WHERE rootpage > 0 AND tbl_name IN ({marks})",
            DECIDING,
        ).fetchall()
