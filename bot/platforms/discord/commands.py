"""Turn the registry into application commands; parse an invoked one. Pure.

The default permission of a root command is only a hint for Discord's menu, which server
admins can override; the core checks every command.

An option that a file can answer has a second option of Discord's type for files. An
interaction names a file by its id and says beside it where the file is stored: on
Discord's own host, the only one it is fetched from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.i18n.translation import Texts, list_languages
from bot.model import ATTACHMENT_HINT, Attachment, Command, CommandOption, Permission
from bot.platforms.common.interactions import ATTACHMENT
from bot.platforms.common.text import shorten_text
from bot.platforms.discord import limits
from bot.platforms.discord.channels import MANAGE_GUILD, Json
from digests.types import frozen

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
    "news": "The news here: stories, quotes, figures, search",
    "newsdesk": "Run the digests of this server",
}
#: Discord's locales of languages that it names differently.
_LOCALES: Final[Mapping[str, tuple[str, ...]]] = {
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh": ("zh-CN", "zh-TW"),
}
#: A command, group, option or choice, as it is registered.
Built = dict[str, Any]
#: A name in a catalogue that Discord accepts.
_NAME: Final = re.compile(r"/[-_'\w]{1,32}")


@frozen
class ChosenCommand:
    """An invoked command."""

    path: str
    given: Mapping[str, str]
    #: The option that is being typed; "" when none is.
    focused: str = ""


# ── registration ─────────────────────────────────────────────────────────


def build_command_tree(commands: Sequence[Command]) -> list[Built]:
    """Build the body of a bulk overwrite of all commands."""
    roots = dict.fromkeys(command.path.split(" ")[0] for command in commands)
    return [_build_root(root, _select_below(root, commands)) for root in roots]


def _select_below(prefix: str, commands: Sequence[Command]) -> list[Command]:
    return [c for c in commands if c.path == prefix or c.path.startswith(f"{prefix} ")]


def _build_root(root: str, commands: Sequence[Command]) -> Built:
    for_editors = all(c.permission >= Permission.EDITOR for c in commands)
    return {
        **_localize_name(root, ROOTS.get(root, commands[0].description)),
        "type": CHAT_INPUT,
        "default_member_permissions": MANAGE_GUILD if for_editors else None,
        "contexts": list(_WITHOUT_GROUP_DMS if for_editors else _EVERYWHERE),
        "integration_types": list(_INSTALLED),
        "options": list(_build_children(root, commands)),
    }


def _build_children(prefix: str, commands: Sequence[Command]) -> Iterator[Built]:
    """Build the subcommands and groups below a prefix, or a command's options."""
    if [c.path for c in commands] == [prefix]:
        yield from _build_options(commands[0])
        return
    depth = prefix.count(" ") + 1
    names = dict.fromkeys(" ".join(c.path.split(" ")[: depth + 1]) for c in commands)
    for name in names:
        inside = _select_below(name, commands)
        alone = [c.path for c in inside] == [name]
        # A group is described by what it contains: «add, list, remove».
        contents = ", ".join(c.path.split(" ")[depth + 1] for c in inside if not alone)
        yield {
            **_localize_name(name.split(" ")[-1], contents or inside[0].description),
            "type": SUB if alone else GROUP,
            "options": list(_build_children(name, inside)),
        }


def _build_options(command: Command) -> Iterator[Built]:
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


def _build_values(option: CommandOption) -> Built:
    """Build fixed choices where Discord's list holds them; completion otherwise."""
    if option.choices and len(option.choices) <= limits.OPTIONS:
        return {"choices": [_build_choice(choice) for choice in option.choices]}
    return {"autocomplete": bool(option.completes or option.choices)}


def _build_choice(choice: str) -> Built:
    names = _translate(choice, limits.OPTION_TEXT)
    return {"name": choice, "value": choice, "name_localizations": names or None}


def _localize_name(name: str, description: str) -> Built:
    """Build a name and a description in every language that translates them.

    The catalogues have a command's name with a slash: «/quotes».
    """
    names = {
        locale: local.removeprefix("/")
        for locale, local in _translate(f"/{name}", limits.DESCRIPTION).items()
        if _NAME.fullmatch(local) and local == local.lower()
    }
    localized = _translate(description, limits.DESCRIPTION)
    return {
        "name": name,
        "name_localizations": names or None,
        "description": shorten_text(description, limits.DESCRIPTION),
        "description_localizations": localized or None,
    }


def _translate(text: str, limit: int) -> dict[str, str]:
    """Translate a text, shortened, into the locales in which it differs."""
    words = ((locale, texts.word(text)) for locale, texts in _list_locales())
    return {at: shorten_text(word, limit) for at, word in words if word != text}


def _list_locales() -> Iterator[tuple[str, Texts]]:
    for language in list_languages()[1:]:
        for locale in _LOCALES.get(language, (language.replace("_", "-"),)):
            yield locale, Texts.of(language)


# ── comparison ─────────────────────────────────────────────────────────


def are_commands_equal(held: Sequence[Json], wanted: Sequence[Json]) -> bool:
    """Check whether Discord has exactly these commands registered."""
    return _normalize_commands(held) == _normalize_commands(wanted)


def _normalize_commands(commands: Sequence[Json]) -> list[Built]:
    plain = map(_normalize_command, commands)
    return sorted(plain, key=lambda command: (command["type"], command["name"]))


#: What we set of a command, an option and a choice; Discord leaves out what is empty.
_COMPARED: Final = (
    "name", "name_localizations", "description", "description_localizations", "value",
    "required", "autocomplete", "max_length",
)  # fmt: skip


def _normalize_command(command: Json) -> Built:
    """Return what we set of a command, an option or a choice."""
    return {
        **{name: command.get(name) or None for name in _COMPARED},
        "type": command.get("type") or CHAT_INPUT,
        "options": [_normalize_command(o) for o in command.get("options") or ()],
        "choices": [_normalize_command(c) for c in command.get("choices") or ()],
        "permissions": str(command.get("default_member_permissions") or ""),
        "contexts": sorted(command.get("contexts") or ()),
        "installed": sorted(command.get("integration_types") or ()),
    }


# ── invocation ────────────────────────────────────────────────────────────


def parse_command(data: Json) -> ChosenCommand:
    """Parse the command of an interaction's data."""
    path = [str(data.get("name", ""))]
    options: Sequence[Json] = data.get("options") or ()
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


def extract_attachment(
    given: Mapping[str, str], data: Json, origin: str
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
