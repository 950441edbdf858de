"""Registry of the platforms. A new one is its folder and one line here."""

from importlib import import_module
from types import MappingProxyType

from bot.ports import Plugins

#: Modules with a `PLUGIN`, in the order in which the platforms are offered. By name, so
#: that a platform's modules are imported only when the plugins are loaded.
PLATFORM_MODULES: tuple[str, ...] = (
    "bot.platforms.local.plugin",
    "bot.platforms.discord.plugin",
    "bot.platforms.slack.plugin",
)


def load_plugins() -> Plugins:
    """Import the plugins; their libraries follow when a platform connects."""
    found = [import_module(path).PLUGIN for path in PLATFORM_MODULES]
    return MappingProxyType({plugin.name: plugin for plugin in found})
