"""Which parts of an edition are shown, in which order: decided once for all renderers.

It shows nothing itself, and an edition holds all its parts whatever is shown of them.
What no digest can turn off has no name here: title and day, a story's headline, its
source line and its corrections, and how the edition was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

#: The words of the summary; the sentence that says why it matters; quotes with the
#: edition's one quote; figures with what outlets count differently; «also in brief».
Section = Literal["summary", "matters", "quotes", "figures", "also"]
EVERY: Final[tuple[Section, ...]] = get_args(Section)
#: What is shown, in order; None: what each renderer shows by itself.
Sections: TypeAlias = tuple[Section, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Where the parts of an edition stand."""

    #: What stands between a story's headline and its source line.
    story: tuple[Section, ...]
    #: Whether the one quote of the edition is shown; where is the renderer's own.
    hero: bool = True
    #: Where «also in brief» stands, seen from the stories.
    also: Literal["above", "below", "nowhere"] = "below"


def layout(chosen: Sections, usual: Sequence[Section]) -> Layout:
    """How an edition with these sections is laid out.

    Args:
        chosen: By the digest.
        usual: What the renderer shows of a story where nothing was chosen.
    """
    if chosen is None:
        return Layout(story=tuple(usual))
    return Layout(
        story=tuple(section for section in chosen if section != "also"),
        hero="quotes" in chosen,
        also=_also(chosen),
    )


def _also(chosen: Sequence[Section]) -> Literal["above", "below", "nowhere"]:
    if "also" not in chosen:
        return "nowhere"
    return "above" if chosen[0] == "also" and len(chosen) > 1 else "below"
