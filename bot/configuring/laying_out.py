"""How the next posts of a digest are laid out, in words; it lays nothing out itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.looks import of_settings
from bot.texts import Texts
from bot.types import Look
from digests.sections import EVERY, Section, layout

#: The settings that say how much there is of a section, perhaps nothing.
SET_BY: Final[Mapping[Section, str]] = {
    "quotes": "quotes",
    "figures": "figures",
    "also": "brief",
}


def said(look: Look, texts: Texts) -> str:
    """What stands in each story, where «also in brief» is, and what is not shown."""
    if look.sections is None:
        return texts.say(
            "Each story of the next edition has what is usual where it is posted, and "
            "«also in brief» comes after the stories."
        )
    return " ".join(_sentences(look, look.sections, texts))


def listed(sections: Iterable[Section] | None, texts: Texts) -> str:
    """«the summary, quotes, figures», or that nothing was chosen."""
    if sections is None:
        return texts.say("as usual")
    return ", ".join(_named(section, texts) for section in sections)


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Whether a change of a digest, in the file's words, lays its posts out anew."""
    old, new = (of_settings(entry).sections for entry in (before, after))
    return after is not None and old != new


def _sentences(look: Look, chosen: Sequence[Section], texts: Texts) -> Iterator[str]:
    laid_out = layout(tuple(chosen), ())
    story = [section for section in laid_out.story if has(look, section)]
    if story:
        yield texts.say(
            "Each story of the next edition has its headline, then {parts}, then its "
            "source and its corrections.",
            parts=listed(story, texts),
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
    left_out = [section for section in EVERY if section not in chosen]
    if left_out:
        yield texts.say("Not posted: {parts}.", parts=listed(left_out, texts))
    idle = [section for section in chosen if not has(look, section)]
    if idle:
        yield texts.say("Chosen, but set to none: {parts}.", parts=listed(idle, texts))


def has(look: Look, section: Section) -> bool:
    """Whether another setting leaves anything of the section."""
    setting = SET_BY.get(section)
    return setting is None or bool(getattr(look, setting))


def _named(section: Section, texts: Texts) -> str:
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
