"""The registry as Discord's application commands, and back: pure, and nothing is sent.

`tree` builds what is registered, `same` says whether Discord holds it already, `chosen`
reads what somebody chose. Who may see a root is only a hint for Discord's menu (server
admins can override it); the core checks every call.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.attached import ATTACHED
from bot.platforms.discord import limits
from bot.platforms.discord.attachments import ATTACHMENT
from bot.platforms.discord.permissions import MANAGE_GUILD
from bot.platforms.inert import clip
from bot.texts import Texts, languages
from bot.types import Command, Option, Permission

#: docs.discord.com, interactions/application-commands: option types.
SUB, GROUP, STRING, FILE = 1, 2, 3, 11
CHAT_INPUT: Final = 1
#: Where a root can be used: servers, the bot's DMs, other DMs.
_EVERYWHERE: Final = (0, 1, 2)
_OURS: Final = (0, 1)
#: Installed for a server, or by a person for themselves.
_INSTALLED: Final = (0, 1)
#: What a root is for.
ROOTS: Final[Mapping[str, str]] = {
    "news": "Read on: sources, quotes, figures, search",
    "newsdesk": "Run the digests of this server",
}
#: Discord's names for languages that it does not call as everybody does.
_LOCALES: Final[Mapping[str, tuple[str, ...]]] = {
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh": ("zh-CN", "zh-TW"),
}
_NAME: Final = re.compile(r"[-_'\w]{1,32}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A command as somebody chose it."""

    path: str
    given: Mapping[str, str]
    #: The option that is being typed; "" when none is.
    focused: str = ""


# ── what is registered ─────────────────────────────────────────────────────────


def tree(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """The commands as the body of one bulk overwrite."""
    roots = dict.fromkeys(command.path.split(" ")[0] for command in commands)
    return [_root(root, _under(root, commands)) for root in roots]


def _under(prefix: str, commands: Sequence[Command]) -> list[Command]:
    return [c for c in commands if c.path == prefix or c.path.startswith(f"{prefix} ")]


def _root(root: str, commands: Sequence[Command]) -> dict[str, Any]:
    for_editors = all(c.permission >= Permission.EDITOR for c in commands)
    return {
        **_named(root, ROOTS.get(root, commands[0].description)),
        "type": CHAT_INPUT,
        "default_member_permissions": MANAGE_GUILD if for_editors else None,
        "contexts": list(_OURS if for_editors else _EVERYWHERE),
        "integration_types": list(_INSTALLED),
        "options": list(_inside(root, commands)),
    }


def _inside(prefix: str, commands: Sequence[Command]) -> Iterator[dict[str, Any]]:
    """The subcommands and groups of a root or group, or the options of a command."""
    if [c.path for c in commands] == [prefix]:
        yield from _options(commands[0])
        return
    depth = prefix.count(" ") + 1
    names = dict.fromkeys(" ".join(c.path.split(" ")[: depth + 1]) for c in commands)
    for name in names:
        inside = _under(name, commands)
        alone = [c.path for c in inside] == [name]
        last = name.split(" ")[-1]
        said = inside[0].description if alone else _enumerated(inside, depth + 1)
        yield {
            **_named(last, said),
            "type": SUB if alone else GROUP,
            "options": list(_inside(name, inside)),
        }


def _enumerated(commands: Sequence[Command], depth: int) -> str:
    """What is in a group: «add, list, remove»."""
    return ", ".join(c.path.split(" ")[depth] for c in commands)


def _options(command: Command) -> Iterator[dict[str, Any]]:
    for option in sorted(command.options, key=lambda o: not _needed(o)):
        yield {
            **_named(option.name, option.description),
            "type": STRING,
            "required": _needed(option),
            "max_length": limits.OPTION_VALUE,
            **_values(option),
        }
        if option.attachable:
            said = _named(ATTACHMENT, ATTACHED)
            yield {**said, "type": FILE, "required": False}


def _needed(option: Option) -> bool:
    """Whether Discord asks for it; for what can be a file, the core does."""
    return option.required and not option.attachable


def _values(option: Option) -> dict[str, Any]:
    """Fixed choices where they fit into Discord's list; completion otherwise."""
    if option.choices and len(option.choices) <= limits.OPTIONS:
        return {"choices": [_choice(choice) for choice in option.choices]}
    return {"autocomplete": bool(option.completes or option.choices)}


def _choice(choice: str) -> dict[str, Any]:
    said = {
        locale: clip(texts.word(choice), limits.OPTION_TEXT)
        for locale, texts in _languages()
        if texts.word(choice) != choice
    }
    return {"name": choice, "value": choice, "name_localizations": said or None}


def _named(name: str, description: str) -> dict[str, Any]:
    """A name and a description, in every language that has texts for them.

    The word for a command's name stands in the catalogues with a slash: «/quotes».
    """
    names: dict[str, str] = {}
    said: dict[str, str] = {}
    for locale, texts in _languages():
        local_name = texts.word(f"/{name}").removeprefix("/")
        if local_name != name and _is_name(local_name):
            names[locale] = local_name
        local = texts.word(description)
        if local != description:
            said[locale] = clip(local, limits.DESCRIPTION)
    return {
        "name": name,
        "name_localizations": names or None,
        "description": clip(description, limits.DESCRIPTION),
        "description_localizations": said or None,
    }


def _is_name(name: str) -> bool:
    return bool(_NAME.match(name)) and name == name.lower()


def _languages() -> Iterator[tuple[str, Texts]]:
    for language in languages()[1:]:
        for locale in _LOCALES.get(language, (language.replace("_", "-"),)):
            yield locale, Texts.of(language)


# ── what Discord holds ─────────────────────────────────────────────────────────


def same(
    held: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether Discord holds exactly these commands, whatever else it says of them."""
    return _by_name(held) == _by_name(wanted)


def _by_name(commands: Sequence[Mapping[str, Any]]) -> list[Any]:
    plain = [_plain(command, top=True) for command in commands]
    return sorted(plain, key=lambda command: (command["type"], command["name"]))


def _plain(command: Mapping[str, Any], *, top: bool) -> dict[str, Any]:
    """What matters of a command or option, with Discord's defaults written out."""
    plain = {
        "name": command["name"],
        "type": command.get("type") or CHAT_INPUT,
        "description": command.get("description") or "",
        "name_localizations": command.get("name_localizations") or {},
        "description_localizations": command.get("description_localizations") or {},
        "options": [_plain(o, top=False) for o in command.get("options") or ()],
        "required": bool(command.get("required")),
        "autocomplete": bool(command.get("autocomplete")),
        "max_length": command.get("max_length"),
        "choices": [
            (c["name"], c["value"], c.get("name_localizations") or {})
            for c in command.get("choices") or ()
        ],
    }
    if top:
        permissions = command.get("default_member_permissions")
        plain["permissions"] = None if permissions is None else str(permissions)
        plain["contexts"] = sorted(command.get("contexts") or ())
        plain["installed"] = sorted(command.get("integration_types") or ())
    return plain


# ── what was chosen ────────────────────────────────────────────────────────────


def chosen(data: Mapping[str, Any]) -> Chosen:
    """The command of an interaction's data: its path, options and the focused one."""
    path = [str(data.get("name", ""))]
    options: Sequence[Mapping[str, Any]] = data.get("options") or ()
    while options and options[0].get("type") in {SUB, GROUP}:
        path.append(str(options[0].get("name", "")))
        options = options[0].get("options") or ()
    given = {str(o["name"]): str(o.get("value", "")) for o in options}
    focused = next((str(o["name"]) for o in options if o.get("focused")), "")
    return Chosen(path=" ".join(path), given=given, focused=focused)


def offered(values: Sequence[str]) -> list[dict[str, str]]:
    """Completions as Discord's choices: what is too long to come back is left out."""
    fitting = [v for v in dict.fromkeys(values) if 0 < len(v) <= limits.OPTION_TEXT]
    return [{"name": value, "value": value} for value in fitting[: limits.OPTIONS]]
