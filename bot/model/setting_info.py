"""What a settings field says of itself, beside its type, limits and default.

`bot.model.settings` has the fields.
"""

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from digests.types import frozen

SettingKind = Literal["number", "choice", "switch", "list", "mapping", "text"]
#: The menus of the control panel: what a digest contains, when and where it is posted,
#: how it looks; and who may edit.
SettingGroup = Literal["what", "when", "where", "look", "who"]
#: What the value (or each value of a list, or each key of a mapping) names, where its
#: type does not say it: how it is parsed, completed and shown.
ValueKind = Literal[
    "",
    "address",
    "channel",
    "color",
    "day",
    "destination",
    "editor",
    "filter",
    "hours",
    "language",
    "role",
    "schedule",
    "section",
    "source",
    "zone",
]


@frozen
class SettingInfo:
    """Metadata of a settings field, beside its type, limits and default."""

    #: What it means and how it is written: an English message.
    help: str = ""
    #: Label shown instead of the name: an English message.
    label: str = ""
    #: The menu that offers it; None = it cannot be set in chat.
    group: SettingGroup | None = None
    values: ValueKind = ""
    #: Words with which people clear the value.
    none_word: str = "none"
    #: What is shown instead of some of the choices: English messages.
    words: Mapping[str, str] = field(default_factory=dict)
    #: It affects which articles an edition contains, or how much of them it shows.
    affects_edition: bool = False
    #: Shown in the description of a new digest even if it has its default.
    always_listed: bool = False
    #: Omitted from the exported configuration file if it has its default.
    omit_default: bool = False
    #: A configuration file that omits it leaves it unchanged.
    keep_omitted: bool = False
    #: Only people who manage the workspace on its platform may set it.
    managers_only: bool = False


_NO_INFO: Final = SettingInfo()


@frozen
class Setting:
    """A settings field in the form that commands, files and forms are derived from."""

    name: str
    kind: SettingKind = "text"
    info: SettingInfo = _NO_INFO
    default: Any = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    #: Limits of a number, inclusive.
    least: int = 0
    most: int = 0

    @property
    def label(self) -> str:
        """Label shown to people: an English message."""
        return self.info.label or self.name

    def get_word(self, choice: str) -> str:
        """Return what is shown of a choice: an English message."""
        return self.info.words.get(choice, choice)


@cache
def list_settings(model: type[BaseModel]) -> tuple[Setting, ...]:
    """List the fields of a model, those of a base class after its own."""
    own = model.__annotations__
    ordered = sorted(model.model_fields, key=lambda name: name not in own)
    return tuple(_describe_field(name, model.model_fields[name]) for name in ordered)


def list_chat_settings(model: type[BaseModel]) -> tuple[Setting, ...]:
    """List the fields that can be set in chat."""
    return tuple(one for one in list_settings(model) if one.info.group is not None)


def get_setting(model: type[BaseModel], name: str) -> Setting | None:
    """Find the field of this name."""
    return next((one for one in list_settings(model) if one.name == name), None)


def _describe_field(name: str, described: FieldInfo) -> Setting:
    parts = get_args(described.annotation)
    is_union = get_origin(described.annotation) in (Union, UnionType)
    optional = is_union and NoneType in parts
    kinds = [part for part in parts if part is not NoneType]
    kind = kinds[0] if is_union else described.annotation
    marks = described.metadata
    default = described.get_default(call_default_factory=True)
    return Setting(
        name=name,
        kind=_KINDS.get(get_origin(kind) or kind, "text"),
        info=next((m for m in marks if isinstance(m, SettingInfo)), _NO_INFO),
        default=None if described.is_required() else default,
        optional=optional,
        choices=_list_choices(kind),
        least=cast("int", next((m.ge for m in marks if isinstance(m, Ge)), 0)),
        most=cast("int", next((m.le for m in marks if isinstance(m, Le)), 0)),
    )


def _list_choices(kind: Any) -> tuple[str, ...]:
    """List the values of a choice, or those that a mapping may have."""
    if get_origin(kind) is dict:
        kind = get_args(kind)[1]
    return get_args(kind) if get_origin(kind) is Literal else ()


#: By the type of a field, without its arguments.
_KINDS: Final[Mapping[Any, SettingKind]] = {
    bool: "switch",
    int: "number",
    tuple: "list",
    dict: "mapping",
    Literal: "choice",
}
