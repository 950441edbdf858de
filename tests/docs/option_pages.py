"""The page of what can be set of digests, destinations and workspaces."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from bot.i18n.translation import Texts
from bot.model import (
    DestinationSettings,
    DigestSettings,
    WorkspaceSettings,
    list_settings,
)
from bot.model.setting_info import Setting
from tests.docs.markdown import format_table

_HEAD: Final[Mapping[str, str]] = {
    "en": """\
# Options

Everything that can be set of a digest, of a destination and of a workspace: by
`/newsdesk set`, in the control panel (`/newsdesk home`), in [the console](console.md),
or in [the configuration file](configuration.md), always under the same name.

```text
/newsdesk set "Morning brief" stories 7
/newsdesk set #news silent yes
/newsdesk set workspace zone Europe/Berlin
```

A list grows with `add` and shrinks with `remove`: `/newsdesk set "Morning brief"
exclude add rumour`. A value is cleared with `none`, or with the word that its
description names.
""",
    "de": """\
# Einstellungen

Alles, was für einen Digest, ein Ziel und einen Arbeitsbereich eingestellt werden kann:
mit `/newsdesk set`, in der Übersicht (`/newsdesk home`), in der
[Konsole](../console.md) oder in der [Konfigurationsdatei](../configuration.md), überall
unter demselben Namen. Namen und Werte sind Englisch, weil sie so getippt werden.

```text
/newsdesk set "Morning brief" stories 7
/newsdesk set #news silent yes
/newsdesk set workspace zone Europe/Berlin
```

Eine Liste wächst mit `add` und schrumpft mit `remove`: `/newsdesk set "Morning brief"
exclude add rumour`. Ein Wert wird mit `none` geleert oder mit dem Wort, das bei ihm
steht.
""",
}
_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("option", "name", "what it means", "values", "default"),
    "de": ("Option", "Name", "Bedeutung", "Werte", "Vorgabe"),
}
_CHAPTERS: Final[Mapping[str, tuple[str, str]]] = {
    "DigestSettings": ("A digest", "Ein Digest"),
    "DestinationSettings": ("A destination", "Ein Ziel"),
    "WorkspaceSettings": ("A workspace", "Ein Arbeitsbereich"),
}
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("text", "Text"),
    "number": ("a number", "eine Zahl"),
    "switch": ("`yes`, `no`", "`yes`, `no`"),
    "list": ("a list", "eine Liste"),
    "mapping": ("by source", "je Quelle"),
}
_MODELS: Final[tuple[type[BaseModel], ...]] = (
    DigestSettings, DestinationSettings, WorkspaceSettings,
)  # fmt: skip
_MANAGERS: Final = (
    "Only people who manage the workspace may set it.",
    "Nur wer den Arbeitsbereich verwaltet, darf es setzen.",
)


def render_options(language: str) -> str:
    """Render the page in a language."""
    texts = Texts.of(language)
    chapters = (_render_model(model, texts, language) for model in _MODELS)
    return "\n".join([_HEAD[language], *chapters])


def _render_model(model: type[BaseModel], texts: Texts, language: str) -> str:
    of = 1 if language == "de" else 0
    lines = [
        (
            f"`{one.name}`",
            texts.word(one.label),
            _describe(one, texts, of),
            _list_values(one, of),
            _format_default(one),
        )
        for one in list_settings(model)
        # Those without a group are the file's own: what it is about, and its tables.
        if one.info.group is not None
    ]
    title = _CHAPTERS[model.__name__][of]
    return f"## {title}\n\n{format_table(_TITLES[language], lines)}"


def _describe(one: Setting, texts: Texts, of: int) -> str:
    note = f" {_MANAGERS[of]}" if one.info.managers_only else ""
    return f"{texts.word(one.info.help)}.{note}"


def _list_values(one: Setting, of: int) -> str:
    if one.choices:
        found = ", ".join(f"`{choice}`" for choice in one.choices)
        return f"{_KINDS['mapping'][of]}: {found}" if one.kind == "mapping" else found
    if one.kind == "number":
        return f"{one.least} – {one.most}"
    return _KINDS[one.kind][of]


def _format_default(one: Setting) -> str:
    if one.default in (None, (), {}):
        return "–"
    if isinstance(one.default, bool):
        return "`yes`" if one.default else "`no`"
    return f"`{one.default}`"
