"""Describe the layout of an edition in words: its sections and what is not shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.i18n.translation import Texts
from bot.model import DigestOptions
from digests.types import ALL_SECTIONS, Section, arrange_sections

#: The setting that limits the content of a section, where 0 or false empties it.
SECTION_SETTINGS: Final[Mapping[Section, str]] = {
    "quotes": "quotes",
    "figures": "figures",
    "also": "brief",
}


def describe_layout(options: DigestOptions, texts: Texts) -> str:
    """Describe the parts of a story, where «also in brief» is, and what is hidden."""
    if options.sections is None:
        return texts.say(
            "Each story of the next edition has the usual sections of its "
            "platform, and «also in brief» comes after the stories."
        )
    return " ".join(_list_layout_sentences(options, options.sections, texts))


def format_sections(sections: Iterable[Section] | None, texts: Texts) -> str:
    """Format sections: «the summary, quotes, figures», or «as usual» for None."""
    if sections is None:
        return texts.say("as usual")
    return ", ".join(_format_section(section, texts) for section in sections)


def _list_layout_sentences(
    options: DigestOptions, chosen: Sequence[Section], texts: Texts
) -> Iterator[str]:
    laid_out = arrange_sections(tuple(chosen), ())
    story = [
        section for section in laid_out.story if is_section_filled(options, section)
    ]
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
    if options.brief and laid_out.also == "above":
        yield texts.say("«Also in brief» comes before the stories.")
    elif options.brief and laid_out.also == "below":
        yield texts.say("«Also in brief» comes after the stories.")
    left_out = [section for section in ALL_SECTIONS if section not in chosen]
    if left_out:
        yield texts.say("Not posted: {parts}.", parts=format_sections(left_out, texts))
    idle = [section for section in chosen if not is_section_filled(options, section)]
    if idle:
        yield texts.say(
            "Chosen, but set to none: {parts}.", parts=format_sections(idle, texts)
        )


def is_section_filled(options: DigestOptions, section: Section) -> bool:
    """Return whether no other setting empties the section."""
    setting = SECTION_SETTINGS.get(section)
    return setting is None or bool(getattr(options, setting))


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
