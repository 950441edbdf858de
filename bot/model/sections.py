"""Parse the sections of an edition as people write them.

Accepted are the names of the configuration file, the headings of a post, and German
words; the result has the names of the file. `digests.types` says what they mean.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from bot.errors import UserError
from digests.language.normalization import normalize_text
from digests.types import ALL_SECTIONS, Section, Sections

#: Written where no sections are chosen: the default of each platform.
USUAL_SECTIONS: Final = "usual"
#: Other names of the sections.
_SECTION_ALIASES: Final[Mapping[str, Section]] = {
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
_SECTION_NAMES: Final[Mapping[str, Section]] = {
    **{name: name for name in ALL_SECTIONS},
    **{normalize_text(said): name for said, name in _SECTION_ALIASES.items()},
}
_USUAL_WORDS: Final = frozenset({USUAL_SECTIONS, "as usual", "default", "wie üblich"})
_SEPARATOR: Final = re.compile(r"[,;·\n→>]|\b(?:and|und)\b")
#: Maximum number of characters of a word that an error repeats.
_MAX_ECHOED: Final = 40


def parse_sections(written: str | Sequence[str] | None) -> Sections:
    """Parse the names of sections; «also» comes first or last.

    Raises:
        UserError: A name is unknown or repeated, or there is none.
    """
    if written is None or (isinstance(written, str) and _is_usual(written)):
        return None
    parts = [written] if isinstance(written, str) else list(written)
    chosen: list[Section] = []
    for part in (piece for one in parts for piece in _split_names(str(one))):
        section = _parse_section(part)
        if section in chosen:
            raise UserError(
                "«{section}» is listed twice; name each section once.", section=section
            )
        chosen.append(section)
    if not chosen:
        raise UserError(
            "Name at least one section of {names}, or write «usual».",
            names=_format_section_names(),
        )
    if chosen[0] != "also":
        # It is not part of a story: it comes before or after all of them.
        chosen.sort(key=lambda section: section == "also")
    return tuple(chosen)


def complete_sections(typed: str) -> tuple[str, ...]:
    """List the values that may complete a list as it is typed."""
    head = typed[: len(typed) - len(re.split(r"[,;]\s*", typed)[-1])]
    known = {_SECTION_NAMES.get(normalize_text(part)) for part in _split_names(head)}
    rest = tuple(f"{head}{name}" for name in ALL_SECTIONS if name not in known)
    return rest if head else (*rest, ", ".join(ALL_SECTIONS), USUAL_SECTIONS)


def _is_usual(written: str) -> bool:
    return " ".join(normalize_text(written).split()) in _USUAL_WORDS


def _split_names(written: str) -> Iterator[str]:
    for piece in _SEPARATOR.split(written):
        said = " ".join(piece.split())
        words = said.split()
        if normalize_text(said) in _SECTION_NAMES or not all(
            normalize_text(word) in _SECTION_NAMES for word in words
        ):
            yield said
        else:
            # «summary quotes» without a comma; nothing for an empty piece.
            yield from words


def _parse_section(said: str) -> Section:
    found = _SECTION_NAMES.get(normalize_text(said))
    if found is not None:
        return found
    near = get_close_matches(normalize_text(said), _SECTION_NAMES, n=1)
    values = {"said": said[:_MAX_ECHOED], "names": _format_section_names()}
    if near:
        raise UserError(
            "There is no section «{said}»; perhaps «{near}»? There are: {names}.",
            near=_SECTION_NAMES[near[0]],
            **values,
        )
    raise UserError("There is no section «{said}». There are: {names}.", **values)


def _format_section_names() -> str:
    return ", ".join(ALL_SECTIONS)
