"""A sentence whose named {places} are filled with values; it knows no language.

It must not raise, whatever the sentence or the values: a sentence with a fault in it is
shown as it is. Not `str.format`, which would reach into values by attribute and index.
"""

import re
from collections.abc import Mapping
from typing import Final

_PLACE: Final = re.compile(r"\{(\w+)\}")


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its places filled; a place without a value stays as it is."""
    return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def places(sentence: str) -> frozenset[str]:
    """The names in {braces} of a sentence."""
    return frozenset(_PLACE.findall(sentence))
