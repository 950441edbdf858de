"""Walks to the input of every setting, generated from the models of the settings."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.model import (
    DestinationSettings,
    DigestSettings,
    PostOptions,
    Setting,
    SettingsModel,
    WorkspaceSettings,
    list_chat_settings,
)
from bot.platforms.plugins import load_plugins
from bot.publishing.planning import capitalize_first
from tests.walks.walkers import Walker

#: What has settings, the presses from the panel to its page, and its name for «set».
TARGETS: tuple[tuple[type[SettingsModel], tuple[str, ...], str], ...] = (
    (DigestSettings, ("Open Evening",), "Evening"),
    (DestinationSettings, ("All destinations", "#evening"), "#evening"),
    (WorkspaceSettings, ("Workspace",), "workspace"),
)
MOST_PRESSES = 3


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One setting, and how a person gets to its input."""

    model: type[SettingsModel]
    setting: Setting
    press: tuple[str, ...]
    line: str

    @property
    def label(self) -> str:
        return capitalize_first(self.setting.label)

    @property
    def name(self) -> str:
        return f"{self.model.__name__}.{self.setting.name}"


def list_reaches(platform: str) -> Iterator[Reach]:
    """Every setting of the three models that this platform has."""
    lacking = set(PostOptions.model_fields) - load_plugins()[platform].post_options
    for model, page, target in TARGETS:
        for setting in list_chat_settings(model):
            if model is DestinationSettings and setting.name in lacking:
                continue
            yield Reach(
                model=model,
                setting=setting,
                press=(*page, capitalize_first(setting.label)),
                line=f'/newsdesk set "{target}" {setting.name}',
            )


def is_input_of(walker: Walker, reach: Reach) -> bool:
    """Whether the form of the setting is shown, or the other value of a switch."""
    shown = reach.label.casefold() in walker.text.casefold()
    if reach.setting.kind == "switch":
        return shown and walker.has("Confirm")
    return shown and bool(walker.fields)


async def from_home(walker: Walker, reach: Reach) -> str:
    """Walk there from the panel; what went wrong, or nothing."""
    await walker.types("/newsdesk home")
    await walker.press(*reach.press)
    if walker.presses > MOST_PRESSES:
        return f"{reach.name}: {walker.presses} presses"
    return "" if is_input_of(walker, reach) else f"{reach.name}: {walker.text[:300]}"


async def by_set(walker: Walker, reach: Reach) -> str:
    """Type «set» without a value; what went wrong, or nothing."""
    other = "no" if reach.setting.default else "yes"
    switch = reach.setting.kind == "switch"
    await walker.types(f"{reach.line} {other}" if switch else reach.line)
    return "" if is_input_of(walker, reach) else f"{reach.name}: {walker.text[:300]}"
