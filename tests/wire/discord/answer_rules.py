"""Discord's rules for answers to interactions, and for commands as a whole.

Written from its documentation (interactions/receiving-and-responding and
application-commands, components/reference), independently of the bot's own limits.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.wire.discord import rules
from tests.wire.discord.rules import Body, Complaint

EPHEMERAL = 1 << 6
COMMAND, COMPONENT, COMPLETION, MODAL = 2, 3, 4, 5
MESSAGE, LATER, LATER_UPDATE, UPDATE, CHOICES, OPEN = 4, 5, 6, 7, 8, 9
#: The callbacks that can answer each kind of interaction.
ALLOWED = {
    COMMAND: {4, 5, 9},
    COMPONENT: {4, 5, 6, 7, 9},
    COMPLETION: {8},
    MODAL: {4, 5, 6, 7},
}
SCHEMAS = {
    MESSAGE: "CreateMessageInteractionCallbackRequest",
    LATER: "CreateMessageInteractionCallbackRequest",
    CHOICES: "ApplicationCommandAutocompleteCallbackRequest",
    OPEN: "ModalInteractionCallbackRequest",
    LATER_UPDATE: "UpdateMessageInteractionCallbackRequest",
    UPDATE: "UpdateMessageInteractionCallbackRequest",
}


def callback(kind: int, body: Body) -> list[Complaint]:
    """Complaints about the first answer to an interaction of this kind."""
    answer = body.get("type")
    if set(body) - {"type", "data"}:
        return [("", "unknown field")]
    if answer not in ALLOWED[kind]:
        return [("type", f"{answer} does not answer an interaction of type {kind}")]
    data = body.get("data") or {}
    if answer == MESSAGE:
        return message(data)
    if answer == UPDATE:
        return message(data, edit=True)
    if answer == LATER_UPDATE:
        return [("data", "says nothing yet")] if data else []
    if answer == LATER:
        wrong = set(data) - {"flags"} or (data.get("flags") or 0) & ~EPHEMERAL
        return [("data", "may only be ephemeral")] if wrong else []
    if answer == CHOICES:
        return list(_choices(data))
    if answer == OPEN:
        return list(_modal(data))
    return []


def message(body: Body, *, edit: bool = False) -> list[Complaint]:
    """Complaints about a message that is an answer, or replaces one."""
    flags = body.get("flags") or 0
    found: list[Complaint] = []
    if edit and flags & EPHEMERAL:
        found.append(("flags", "who sees it is settled by the first answer"))
    if not any(body.get(key) for key in ("content", "embeds", "components")):
        found.append(("content", "cannot send an empty message"))
    if (body.get("allowed_mentions") or {}).get("parse"):
        found.append(("allowed_mentions.parse", "it pings"))
    return found + rules.message({**body, "flags": flags & ~EPHEMERAL}, edit=True)


def _choices(data: Body) -> Iterator[Complaint]:
    choices = data.get("choices")
    if set(data) != {"choices"} or not isinstance(choices, Sequence):
        yield "data", "holds choices and nothing else"
        return
    if len(choices) > 25:
        yield "choices", f"{len(choices)} of them; the most is 25"
    for number, choice in enumerate(choices):
        for key in ("name", "value"):
            path = f"choices[{number}].{key}"
            yield from rules._length(path, choice.get(key), 100, 1)
            if not str(choice.get(key, "")).strip():
                yield path, "is blank"


def _modal(data: Body) -> Iterator[Complaint]:
    if set(data) - {"custom_id", "title", "components"}:
        yield "data", "unknown field"
    yield from rules._length("custom_id", data.get("custom_id"), 100, 1)
    yield from rules._length("title", data.get("title"), 45, 1)
    labels = data.get("components") or ()
    if not 1 <= len(labels) <= 5:
        yield "components", f"{len(labels)} of them; between 1 and 5"
    names: list[Any] = []
    for number, label in enumerate(labels):
        path = f"components[{number}]"
        if label.get("type") != 18 or set(label) - {
            "type", "id", "label", "description", "component"
        }:  # fmt: skip
            yield path, "is no label"
            continue
        yield from rules._length(f"{path}.label", label.get("label"), 45, 1)
        if "description" in label:
            yield from rules._length(f"{path}.description", label["description"], 100)
        yield from _question(f"{path}.component", label.get("component") or {})
        names.append((label.get("component") or {}).get("custom_id"))
    if len(set(names)) != len(names):
        yield "components", "two have one custom_id"


def _question(path: str, question: Body) -> Iterator[Complaint]:
    yield from rules._length(f"{path}.custom_id", question.get("custom_id"), 100, 1)
    if question.get("type") == 4:
        known = {"type", "id", "custom_id", "style", "min_length", "max_length",
                 "required", "value", "placeholder"}  # fmt: skip
        if question.get("style") not in {1, 2}:
            yield f"{path}.style", "must be 1 or 2"
        yield from rules._length(f"{path}.value", question.get("value", ""), 4000)
    elif question.get("type") == 3:
        known = {"type", "id", "custom_id", "options", "placeholder", "min_values",
                 "max_values", "required"}  # fmt: skip
        yield from rules._select(path, question)
        defaults = [o for o in question.get("options") or () if o.get("default")]
        if len(defaults) > question.get("max_values", 1):
            yield f"{path}.options", "more defaults than may be chosen"
        if question.get("required", True) and question.get("min_values", 1) == 0:
            yield f"{path}.min_values", "a required select needs one"
    elif question.get("type") == 19:
        known = {"type", "id", "custom_id", "min_values", "max_values", "required"}
        least, most = question.get("min_values", 1), question.get("max_values", 1)
        if not 0 <= least <= most <= 10 or most < 1:
            yield path, "takes from 0 to 10 files, and one at least"
        if question.get("required", True) and least == 0:
            yield f"{path}.min_values", "a required upload needs one"
    else:
        yield f"{path}.type", f"{question.get('type')!r} is not known here"
        return
    for key in set(question) - known:
        yield f"{path}.{key}", "unknown field"


# ── commands ───────────────────────────────────────────────────────────────────


def commands(body: Any) -> list[Complaint]:
    """Check what `rules.commands` does not."""
    found: list[Complaint] = []
    for number, root in enumerate(body if isinstance(body, Sequence) else ()):
        size = root_size(root)
        if size > 8000:
            found.append((f"[{number}]", f"{size} characters; the most is 8,000"))
        found += _options(f"[{number}]", root, depth=0)
    return found


def root_size(root: Body) -> int:
    """Characters of a root with all below it, each text in its longest language."""
    size = sum(_longest(root, key) for key in ("name", "description"))
    for choice in root.get("choices") or ():
        size += _longest(choice, "name") + len(str(choice["value"]))
    return size + sum(root_size(option) for option in root.get("options") or ())


def _longest(thing: Body, key: str) -> int:
    local = thing.get(f"{key}_localizations") or {}
    return max(len(said) for said in (thing.get(key, ""), *local.values()))


def _options(path: str, command: Body, depth: int) -> Iterator[Complaint]:
    options = command.get("options") or ()
    kinds = {option.get("type") for option in options}
    if kinds & {1, 2} and kinds - {1, 2}:
        yield path, "subcommands and values beside each other"
    if 2 in kinds and depth:
        yield path, "a group in a group"
    for number, option in enumerate(options):
        here = f"{path}.options[{number}]"
        for key, most in (("name", 32), ("description", 100)):
            for locale, said in (option.get(f"{key}_localizations") or {}).items():
                yield from rules._length(f"{here}.{key}.{locale}", said, most, 1)
                if locale not in LOCALES:
                    yield f"{here}.{key}", f"{locale} is no language of Discord"
        if option.get("type") == 11 and set(option) & {
            "choices", "autocomplete", "min_length", "max_length",
        }:  # fmt: skip
            yield here, "a file has no length and no choices"
        choices = option.get("choices") or ()
        if len(choices) > 25:
            yield f"{here}.choices", "more than 25"
        for choice in choices:
            yield from rules._length(f"{here}.choices", choice.get("name"), 100, 1)
        yield from _options(here, option, depth + 1)


#: docs.discord.com, reference: locales.
LOCALES = {
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu",
    "nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru",
    "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
}  # fmt: skip


def kept(command: Mapping[str, Any], number: int, application: str) -> dict[str, Any]:
    """A registered command as Discord returns it: with ids, and with defaults."""
    permissions = command.get("default_member_permissions")
    return {
        **command,
        "id": str(3000 + number),
        "application_id": application,
        "version": "1",
        "nsfw": False,
        "dm_permission": True,
        "default_member_permissions": None if permissions is None else str(permissions),
        "options": [_given_back(o) for o in command.get("options") or ()],
    }


def _given_back(option: Mapping[str, Any]) -> dict[str, Any]:
    """An option as Discord returns it: without what is false or empty."""
    some = {key: value for key, value in option.items() if value not in (None, False)}
    if some.get("options"):
        some["options"] = [_given_back(o) for o in some["options"]]
    return some


def without_languages(command: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a request without the other languages."""
    return {
        key: [without_languages(o) for o in value] if key == "options" else value
        for key, value in command.items()
        if not key.endswith("_localizations")
    }
