"""Keeps the numbers of many articles in little memory, and compares texts by a few.

Rows lie one behind the other in flat arrays; of a text's shingles only the smallest
hashes are kept (bottom-k sketch; Broder, 1997).
"""

import heapq
from array import array
from collections.abc import Iterable
from typing import Literal
from zlib import crc32

from digests.stories import same_item

_SKETCH = 64


class Rows:
    """Rows of numbers of different length, one behind the other in one array."""

    __slots__ = ("_ends", "_numbers")

    def __init__(self, kind: Literal["I", "H"]) -> None:
        self._numbers: array[int] = array(kind)
        self._ends: array[int] = array("I", (0,))

    def __getitem__(self, row: int) -> "array[int]":
        return self._numbers[self._ends[row] : self._ends[row + 1]]

    def append(self, numbers: Iterable[int]) -> None:
        """Put one more row behind the others."""
        self._numbers.extend(numbers)
        self._ends.append(len(self._numbers))


def sketch(text: str) -> "array[int]":
    """The smallest hashes of the text's shingles."""
    hashes = {
        crc32(" ".join(shingle).encode("utf-8", "surrogatepass"))
        for shingle in same_item.shingles(text)
    }
    return array("I", heapq.nsmallest(_SKETCH, hashes))


def same(one: "array[int]", other: "array[int]") -> bool:
    """Whether the share of common shingles is at least that of a copy."""
    if not one or not other:
        return False
    both = set(one) & set(other)
    smallest = sorted({*one, *other})[:_SKETCH]
    return sum(h in both for h in smallest) >= same_item.SAME * len(smallest)
