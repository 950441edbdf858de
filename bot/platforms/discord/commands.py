"""Turn the registry into application commands; parse an invoked one. Pure.

The default permission of a root command is only a hint for Discord's menu, which server
admins can override; the core checks every command.

An option that a file can answer has a second option of Discord's type for files. An
interaction names a file by its id and says beside it where the file is stored: on
Discord's own host, the only one it is fetched from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.i18n.translation import Texts, list_languages
from bot.model import (
    ATTACHMENT_HINT,
    Attachment,
    Command,
    CommandOption,
    Permission,
    file_origin,
)
from bot.platforms.common.forms import ATTACHMENT
from bot.platforms.common.text import shorten_text
from bot.platforms.discord import limits
from bot.platforms.discord.permissions import MANAGE_GUILD

#: docs.discord.com, interactions/application-commands: option types.
SUB, GROUP, STRING, FILE = 1, 2, 3, 11
CHAT_INPUT: Final = 1
#: Where a root command can be used: servers, the bot's DMs, other DMs.
_EVERYWHERE: Final = (0, 1, 2)
_WITHOUT_GROUP_DMS: Final = (0, 1)
#: Installed in a server, or by a person for themselves.
_INSTALLED: Final = (0, 1)
#: Descriptions of the root commands.
ROOTS: Final[Mapping[str, str]] = {
    "news": "Read on: sources, quotes, figures, search",
    "newsdesk": "Run the digests of this server",
}
#: Discord's locales of languages that it names differently.
_LOCALES: Final[Mapping[str, tuple[str, ...]]] = {
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh": ("zh-CN", "zh-TW"),
}
_NAME: Final = re.compile(r"[-_'\w]{1,32}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenCommand:
    """An invoked command."""

    path: str
    given: Mapping[str, str]
    #: The option that is being typed; "" when none is.
    focused: str = ""


# ── registration ─────────────────────────────────────────────────────────


def build_command_tree(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """Build the body of a bulk overwrite of all commands."""
    roots = dict.fromkeys(command.path.split(" ")[0] for command in commands)
    return [_build_root(root, _select_below(root, commands)) for root in roots]


def _select_below(prefix: str, commands: Sequence[Command]) -> list[Command]:
    return [c for c in commands if c.path == prefix or c.path.startswith(f"{prefix} ")]


def _build_root(root: str, commands: Sequence[Command]) -> dict[str, Any]:
    for_editors = all(c.permission >= Permission.EDITOR for c in commands)
    return {
        **_localize_name(root, ROOTS.get(root, commands[0].description)),
        "type": CHAT_INPUT,
        "default_member_permissions": MANAGE_GUILD if for_editors else None,
        "contexts": list(_WITHOUT_GROUP_DMS if for_editors else _EVERYWHERE),
        "integration_types": list(_INSTALLED),
        "options": list(_build_children(root, commands)),
    }


def _build_children(
    prefix: str, commands: Sequence[Command]
) -> Iterator[dict[str, Any]]:
    """Build the subcommands and groups below a prefix, or a command's options."""
    if [c.path for c in commands] == [prefix]:
        yield from _build_options(commands[0])
        return
    depth = prefix.count(" ") + 1
    names = dict.fromkeys(" ".join(c.path.split(" ")[: depth + 1]) for c in commands)
    for name in names:
        inside = _select_below(name, commands)
        alone = [c.path for c in inside] == [name]
        last = name.split(" ")[-1]
        localized = inside[0].description if alone else _list_names(inside, depth + 1)
        yield {
            **_localize_name(last, localized),
            "type": SUB if alone else GROUP,
            "options": list(_build_children(name, inside)),
        }


def _list_names(commands: Sequence[Command], depth: int) -> str:
    """List what a group contains: «add, list, remove»."""
    return ", ".join(c.path.split(" ")[depth] for c in commands)


def _build_options(command: Command) -> Iterator[dict[str, Any]]:
    for option in sorted(command.options, key=lambda o: not _is_required(o)):
        yield {
            **_localize_name(option.name, option.description),
            "type": STRING,
            "required": _is_required(option),
            "max_length": limits.OPTION_VALUE,
            **_build_values(option),
        }
        if option.attachable:
            localized = _localize_name(ATTACHMENT, ATTACHMENT_HINT)
            yield {**localized, "type": FILE, "required": False}


def _is_required(option: CommandOption) -> bool:
    """Check whether Discord requires it; options for files are checked by the core."""
    return option.required and not option.attachable


def _build_values(option: CommandOption) -> dict[str, Any]:
    """Build fixed choices where Discord's list holds them; completion otherwise."""
    if option.choices and len(option.choices) <= limits.OPTIONS:
        return {"choices": [_build_choice(choice) for choice in option.choices]}
    return {"autocomplete": bool(option.completes or option.choices)}


def _build_choice(choice: str) -> dict[str, Any]:
    localized = {
        locale: shorten_text(texts.word(choice), limits.OPTION_TEXT)
        for locale, texts in _list_locales()
        if texts.word(choice) != choice
    }
    return {"name": choice, "value": choice, "name_localizations": localized or None}


def _localize_name(name: str, description: str) -> dict[str, Any]:
    """Build a name and a description in every language that translates them.

    The catalogues have a command's name with a slash: «/quotes».
    """
    names: dict[str, str] = {}
    localized: dict[str, str] = {}
    for locale, texts in _list_locales():
        local_name = texts.word(f"/{name}").removeprefix("/")
        if local_name != name and _is_name(local_name):
            names[locale] = local_name
        local = texts.word(description)
        if local != description:
            localized[locale] = shorten_text(local, limits.DESCRIPTION)
    return {
        "name": name,
        "name_localizations": names or None,
        "description": shorten_text(description, limits.DESCRIPTION),
        "description_localizations": localized or None,
    }


def _is_name(name: str) -> bool:
    return bool(_NAME.match(name)) and name == name.lower()


def _list_locales() -> Iterator[tuple[str, Texts]]:
    for language in list_languages()[1:]:
        for locale in _LOCALES.get(language, (language.replace("_", "-"),)):
            yield locale, Texts.of(language)


# ── comparison ─────────────────────────────────────────────────────────


def are_commands_equal(
    held: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> bool:
    """Check whether Discord has exactly these commands registered."""
    return _normalize_commands(held) == _normalize_commands(wanted)


def _normalize_commands(commands: Sequence[Mapping[str, Any]]) -> list[Any]:
    plain = [_normalize_command(command, top=True) for command in commands]
    return sorted(plain, key=lambda command: (command["type"], command["name"]))


def _normalize_command(command: Mapping[str, Any], *, top: bool) -> dict[str, Any]:
    """Return the fields of a command or option that we set, with defaults."""
    plain = {
        "name": command["name"],
        "type": command.get("type") or CHAT_INPUT,
        "description": command.get("description") or "",
        "name_localizations": command.get("name_localizations") or {},
        "description_localizations": command.get("description_localizations") or {},
        "options": [
            _normalize_command(o, top=False) for o in command.get("options") or ()
        ],
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


# ── invocation ────────────────────────────────────────────────────────────


def parse_command(data: Mapping[str, Any]) -> ChosenCommand:
    """Parse the command of an interaction's data."""
    path = [str(data.get("name", ""))]
    options: Sequence[Mapping[str, Any]] = data.get("options") or ()
    while options and options[0].get("type") in {SUB, GROUP}:
        path.append(str(options[0].get("name", "")))
        options = options[0].get("options") or ()
    given = {str(o["name"]): str(o.get("value", "")) for o in options}
    focused = next((str(o["name"]) for o in options if o.get("focused")), "")
    return ChosenCommand(path=" ".join(path), given=given, focused=focused)


def build_completions(values: Sequence[str]) -> list[dict[str, str]]:
    """Build completions as choices; a value that is too long is left out."""
    fitting = [v for v in dict.fromkeys(values) if 0 < len(v) <= limits.OPTION_TEXT]
    return [{"name": value, "value": value} for value in fitting[: limits.OPTIONS]]


#: Where Discord stores uploads.
UPLOAD_ORIGIN: Final = "https://cdn.discordapp.com"


def resolve_upload_origin(api_base: str | None) -> str:
    """Return the origin of uploaded files: a configured API's, or Discord's."""
    return file_origin(api_base, UPLOAD_ORIGIN)


def extract_attachment(
    given: Mapping[str, str], data: Mapping[str, Any], origin: str
) -> tuple[dict[str, str], Attachment | None]:
    """Separate the uploaded file from the other options.

    Args:
        given: Option or question → its value; of a file, its id.
        data: The interaction's, with the files by their ids.
        origin: Where files are stored.
    """
    words = {name: value for name, value in given.items() if name != ATTACHMENT}
    known = (data.get("resolved") or {}).get("attachments") or {}
    found = known.get(given.get(ATTACHMENT, ""))
    if not isinstance(found, Mapping):
        return words, None
    size = found.get("size")
    file = Attachment(
        name=str(found.get("filename") or ""),
        size=size if isinstance(size, int) else 0,
        address=str(found.get("url") or ""),
        origin=origin,
    )
    return words, file
