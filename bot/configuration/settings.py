"""Settings as command options and form values, derived from their metadata."""

from typing import Any

from bot.model import (
    USUAL_SECTIONS,
    CommandOption,
    OfferedBy,
    Setting,
    SettingsModel,
    list_settings,
)


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
