"""Settings as command options and form values, derived from their metadata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.i18n.translation import Texts
from bot.model import (
    USUAL_SECTIONS,
    CommandOption,
    DigestOptions,
    OfferedBy,
    Setting,
    SettingsModel,
    list_settings,
)
from digests.messages import Message
from digests.types import ALL_SECTIONS, Section, arrange_sections


def build_setting_options(
    model: type[SettingsModel], command: OfferedBy
) -> tuple[CommandOption, ...]:
    """Build an option for each setting that the command offers."""
    return tuple(
        CommandOption(
            name=setting.name,
            description=setting.info.help,
            choices=("yes", "no") if setting.kind == "switch" else setting.choices,
            completes=setting.info.completes,
        )
        for setting in _list_offered(model, command)
    )


def format_form_values(settings: SettingsModel, command: OfferedBy) -> dict[str, str]:
    """Format the current values of the settings that the command offers, as typed."""
    return {
        setting.name: _format_typed(setting, getattr(settings, setting.name))
        for setting in _list_offered(type(settings), command)
    }


def _list_offered(model: type[SettingsModel], command: OfferedBy) -> list[Setting]:
    return [s for s in list_settings(model) if command in s.info.offered_by]


def _format_typed(setting: Setting, value: Any) -> str:
    if value is None:
        return USUAL_SECTIONS if setting.kind == "list" else setting.info.none_word
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if setting.kind == "list" else str(value)


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
        yield texts.say("Chosen, but set to none: {parts}.", parts=parts)


def is_section_filled(options: DigestOptions, section: Section) -> bool:
    """Return whether no other setting empties the section."""
    setting = SECTION_SETTINGS.get(section)
    return setting is None or bool(getattr(options, setting))
