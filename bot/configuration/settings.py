"""Settings as people type them, and the layout of an edition in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.i18n.translation import Texts
from bot.model import (
    DEFAULT_DIGEST,
    CommandOption,
    DigestOptions,
    Setting,
    SettingsEntry,
    SettingsModel,
    get_setting,
)
from digests.messages import Message
from digests.types import ALL_SECTIONS, Section, Sections, arrange_sections

#: What people type for a switch.
SWITCH_WORDS: Final = ("yes", "no")


def build_setting_options(
    model: type[SettingsModel], names: Iterable[str]
) -> tuple[CommandOption, ...]:
    """Build a command's option for each of these settings."""
    found = (get_setting(model, name) for name in names)
    return tuple(
        CommandOption(
            name=setting.name,
            description=setting.info.help,
            choices=SWITCH_WORDS if setting.kind == "switch" else setting.choices,
            completes=setting.info.values,
        )
        for setting in found
        if setting is not None
    )


def format_typed_value(setting: Setting, value: Any) -> str:
    """Format a value of an entry as people type it; lists with a line per value."""
    if value is None:
        return setting.info.none_word
    if isinstance(value, bool):
        return SWITCH_WORDS[0] if value else SWITCH_WORDS[1]
    if setting.info.values == "section":
        return ", ".join(value)
    return "\n".join(value) if setting.kind == "list" else str(value)


# ── layout ──────────────────────────────────────────────────────────────────────
#
# Describe the layout of an edition in words: its sections and what is not shown.

#: The setting that limits the content of a section, where 0 or false empties it.
SECTION_SETTINGS: Final[Mapping[Section, str]] = {
    "quotes": "quotes",
    "figures": "figures",
    "also": "brief",
}
_SECTION_NAMES: Final[Mapping[Section, Message]] = {
    "summary": Message("the summary"),
    "matters": Message("why it matters"),
    "quotes": Message("quotes"),
    "figures": Message("figures"),
    "also": Message("also in brief"),
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
    return ", ".join(texts.message(_SECTION_NAMES[section]) for section in sections)


def _list_layout_sentences(
    options: DigestOptions, chosen: Sequence[Section], texts: Texts
) -> Iterator[str]:
    laid_out = arrange_sections(tuple(chosen), ())
    story = [one for one in laid_out.story if is_section_filled(options, one)]
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
    left_out = [one for one in ALL_SECTIONS if one not in chosen]
    if left_out:
        yield texts.say("Not posted: {parts}.", parts=format_sections(left_out, texts))
    idle = [one for one in chosen if not is_section_filled(options, one)]
    if idle:
        parts = format_sections(idle, texts)
        yield texts.say(
            "Chosen, but switched off by another setting: {parts}.", parts=parts
        )


def is_section_filled(options: DigestOptions, section: Section) -> bool:
    """Return whether no other setting empties the section."""
    setting = SECTION_SETTINGS.get(section)
    return setting is None or bool(getattr(options, setting))


def fill_sections(entry: SettingsEntry, wanted: Sections) -> SettingsEntry:
    """Return the sections with settings that would leave a newly chosen one empty.

    Those get their defaults.
    """
    options = DigestOptions.from_stored(entry)
    defaults = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in SECTION_SETTINGS.items()
        if section in (wanted or ())
        and section not in (options.sections or ())
        and not is_section_filled(options, section)
    }
    sections = None if wanted is None else list(wanted)
    return {**defaults, "sections": sections}
