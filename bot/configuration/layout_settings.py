"""The sections of an edition as people write them, by commas; it lays nothing out.

`read` takes the names of the configuration file, what a post calls them, and German
words; what comes out is the file's own names in one form. `digests.sections` says what
they mean.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from bot.errors import UserError
from digests.language.fold import fold
from digests.sections import EVERY, Section, Sections

#: Says that nothing was chosen.
USUAL: Final = "usual"
#: What people call a section besides its name.
_CALLED: Final[Mapping[str, Section]] = {
    "summaries": "summary",
    "why it matters": "matters",
    "quote": "quotes",
    "cards": "quotes",
    "figure": "figures",
    "facts": "figures",
    "key facts": "figures",
    "numbers": "figures",
    "also in brief": "also",
    "in brief": "also",
    "brief": "also",
    "zusammenfassung": "summary",
    "warum das wichtig ist": "matters",
    "zitate": "quotes",
    "zahlen": "figures",
    "außerdem in kürze": "also",
    "außerdem": "also",
}
_NAMES: Final[Mapping[str, Section]] = {
    **{name: name for name in EVERY},
    **{fold(said): name for said, name in _CALLED.items()},
}
_NOTHING_CHOSEN: Final = frozenset({USUAL, "as usual", "default", "wie üblich"})
_BETWEEN: Final = re.compile(r"[,;·\n→>]|\b(?:and|und)\b")
#: Characters of a word that an answer repeats.
_LONGEST: Final = 40


def read(written: str | Sequence[str] | None) -> Sections:
    """The sections that these names say, «also in brief» first or last.

    Raises:
        UserError: A name is none, or stands twice, or there is none at all.
    """
    if written is None or (isinstance(written, str) and _is_usual(written)):
        return None
    parts = [written] if isinstance(written, str) else list(written)
    chosen: list[Section] = []
    for part in (piece for one in parts for piece in _pieces(str(one))):
        section = _named(part)
        if section in chosen:
            raise UserError(
                "«{section}» stands twice; name each section once.", section=section
            )
        chosen.append(section)
    if not chosen:
        raise UserError(
            "Name at least one section of {names}, or write «usual».", names=_listed()
        )
    if chosen[0] != "also" and "also" in chosen:
        # It stands beside the stories, not in one: above them or below.
        chosen = [*(one for one in chosen if one != "also"), "also"]
    return tuple(chosen)


def completions(typed: str) -> tuple[str, ...]:
    """What the list that is typed may go on with, each as a whole value."""
    head = typed[: len(typed) - len(re.split(r"[,;]\s*", typed)[-1])]
    known = {_NAMES.get(fold(part)) for part in _pieces(head)}
    rest = tuple(f"{head}{name}" for name in EVERY if name not in known)
    return rest if head else (*rest, ", ".join(EVERY), USUAL)


def _is_usual(written: str) -> bool:
    return " ".join(fold(written).split()) in _NOTHING_CHOSEN


def _pieces(written: str) -> Iterator[str]:
    for piece in _BETWEEN.split(written):
        said = " ".join(piece.split())
        if said and fold(said) not in _NAMES and _all_named(said.split()):
            # «summary quotes» without a comma
            yield from said.split()
        elif said:
            yield said


def _all_named(words: Sequence[str]) -> bool:
    return all(fold(word) in _NAMES for word in words)


def _named(said: str) -> Section:
    found = _NAMES.get(fold(said))
    if found is not None:
        return found
    near = get_close_matches(fold(said), _NAMES, n=1)
    values = {"said": said[:_LONGEST], "names": _listed()}
    if near:
        raise UserError(
            "There is no section «{said}»; perhaps «{near}»? There are: {names}.",
            near=_NAMES[near[0]],
            **values,
        )
    raise UserError("There is no section «{said}». There are: {names}.", **values)


def _listed() -> str:
    return ", ".join(EVERY)
