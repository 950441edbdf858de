"""A sentence whose named {places} are filled with values; it knows no language.

It must not raise, whatever the sentence or the values: a sentence with a fault in it is
shown as it is. Not `str.format`, which would reach into values by attribute and index.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, init=False, slots=True)
class Phrase:
    """Words that are not said yet: an English sentence, and values for its {places}.

    For what is worded where no language is known, and belongs in a place of another
    sentence. A value may be a phrase too. `str` says it in English; an error that has
    it among its values says it in any language.
    """

    sentence: str
    values: Mapping[str, object]

    def __init__(self, sentence: str, /, **values: object) -> None:
        """Keep both apart."""
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """In English."""
        return filled(self.sentence, self.values)


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its places filled; a place without a value stays as it is."""
    return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), sentence)


def places(sentence: str) -> frozenset[str]:
    """The names in {braces} of a sentence."""
    return frozenset(_PLACE.findall(sentence))
