"""Sections of an edition as people write them, and a layout described in words.

`read` takes the names of the configuration file, what a post calls them, and German
words; what comes out is the file's own names in one form. `digests.sections` says what
they mean.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import LayoutSettings, layout_from_settings
from digests.language.normalization import normalize_text
from digests.types import ALL_SECTIONS, Section, Sections, arrange_sections

#: Says that nothing was chosen.
USUAL_SECTIONS: Final = "usual"
#: What people call a section besides its name.
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
#: Characters of a word that an answer repeats.
_MAX_ECHOED: Final = 40


def parse_sections(written: str | Sequence[str] | None) -> Sections:
    """The sections that these names say, «also in brief» first or last.

    Raises:
        UserError: A name is none, or stands twice, or there is none at all.
    """
    if written is None or (isinstance(written, str) and _is_usual(written)):
        return None
    parts = [written] if isinstance(written, str) else list(written)
    chosen: list[Section] = []
    for part in (piece for one in parts for piece in _split_names(str(one))):
        section = _parse_section(part)
        if section in chosen:
            raise UserError(
                "«{section}» stands twice; name each section once.", section=section
            )
        chosen.append(section)
    if not chosen:
        raise UserError(
            "Name at least one section of {names}, or write «usual».",
            names=_format_section_names(),
        )
    if chosen[0] != "also" and "also" in chosen:
        # It stands beside the stories, not in one: above them or below.
        chosen = [*(one for one in chosen if one != "also"), "also"]
    return tuple(chosen)


def complete_sections(typed: str) -> tuple[str, ...]:
    """What the list that is typed may go on with, each as a whole value."""
    head = typed[: len(typed) - len(re.split(r"[,;]\s*", typed)[-1])]
    known = {_SECTION_NAMES.get(normalize_text(part)) for part in _split_names(head)}
    rest = tuple(f"{head}{name}" for name in ALL_SECTIONS if name not in known)
    return rest if head else (*rest, ", ".join(ALL_SECTIONS), USUAL_SECTIONS)


def _is_usual(written: str) -> bool:
    return " ".join(normalize_text(written).split()) in _USUAL_WORDS


def _split_names(written: str) -> Iterator[str]:
    for piece in _SEPARATOR.split(written):
        said = " ".join(piece.split())
        if (
            said
            and normalize_text(said) not in _SECTION_NAMES
            and _are_section_names(said.split())
        ):
            # «summary quotes» without a comma
            yield from said.split()
        elif said:
            yield said


def _are_section_names(words: Sequence[str]) -> bool:
    return all(normalize_text(word) in _SECTION_NAMES for word in words)


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


#: The settings that say how much there is of a section, perhaps nothing.
SECTION_SETTINGS: Final[Mapping[Section, str]] = {
    "quotes": "quotes",
    "figures": "figures",
    "also": "brief",
}


def describe_layout(look: LayoutSettings, texts: Texts) -> str:
    """What stands in each story, where «also in brief» is, and what is not shown."""
    if look.sections is None:
        return texts.say(
            "Each story of the next edition has what is usual where it is posted, and "
            "«also in brief» comes after the stories."
        )
    return " ".join(_list_layout_sentences(look, look.sections, texts))


def format_sections(sections: Iterable[Section] | None, texts: Texts) -> str:
    """«the summary, quotes, figures», or that nothing was chosen."""
    if sections is None:
        return texts.say("as usual")
    return ", ".join(_format_section(section, texts) for section in sections)


def is_layout_changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> bool:
    """Whether a change of a digest, in the file's words, lays its posts out anew."""
    old, new = (layout_from_settings(entry).sections for entry in (before, after))
    return after is not None and old != new


def _list_layout_sentences(
    look: LayoutSettings, chosen: Sequence[Section], texts: Texts
) -> Iterator[str]:
    laid_out = arrange_sections(tuple(chosen), ())
    story = [section for section in laid_out.story if is_section_filled(look, section)]
    if story:
        yield texts.say(
            "Each story of the next edition has its headline, then {parts}, then its "
            "source and its corrections.",
            parts=format_sections(story, texts),
        )
    else:
        yield texts.say(
            "Each story of the next edition is its headline with its source and its "
            "corrections."
        )
    if look.brief and laid_out.also == "above":
        yield texts.say("«Also in brief» comes before the stories.")
    elif look.brief and laid_out.also == "below":
        yield texts.say("«Also in brief» comes after the stories.")
    left_out = [section for section in ALL_SECTIONS if section not in chosen]
    if left_out:
        yield texts.say("Not posted: {parts}.", parts=format_sections(left_out, texts))
    idle = [section for section in chosen if not is_section_filled(look, section)]
    if idle:
        yield texts.say(
            "Chosen, but set to none: {parts}.", parts=format_sections(idle, texts)
        )


def is_section_filled(look: LayoutSettings, section: Section) -> bool:
    """Whether another setting leaves anything of the section."""
    setting = SECTION_SETTINGS.get(section)
    return setting is None or bool(getattr(look, setting))


def _format_section(section: Section, texts: Texts) -> str:
    match section:
        case "summary":
            return texts.say("the summary")
        case "matters":
            return texts.say("why it matters")
        case "quotes":
            return texts.say("quotes")
        case "figures":
            return texts.say("figures")
        case "also":
            return texts.say("also in brief")
