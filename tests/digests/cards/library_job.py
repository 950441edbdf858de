"""A job of the sandbox whose argument loads its module."""

import sys

from digests.types import frozen

LIBRARIES = ("colorsys",)


@frozen
class Parcel:
    label: str


def has_library(_parcel: Parcel) -> bool:
    return "colorsys" in sys.modules
