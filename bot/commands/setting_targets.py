"""Targets of settings, their settings, and completion of all that is typed.

A target is a digest, a destination or the workspace. People name a target and a
setting; controls carry the target's key (`SettingsTarget.key`), which is looked up in
the workspace of the control.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Final, Literal
from zoneinfo import available_timezones

from bot.commands.context import CommandContext
from bot.configuration import feed_lists
from bot.configuration.change_steps import DELETED, format_grant
from bot.configuration.diff import SWITCH_WORDS, format_typed_value
from bot.errors import UnknownName, UserError, quote_names
from bot.i18n.translation import Texts
from bot.ingest import addresses
from bot.lookup.name_resolution import (
    HERE,
    format_source_name,
    is_here,
    resolve_destination,
    resolve_digest,
)
from bot.model import (
    Destination,
    DestinationSettings,
    Digest,
    DigestSettings,
    Setting,
    SettingsEntry,
    SettingsModel,
    Source,
    ValueKind,
    WorkspaceSettings,
    complete_sections,
    list_chat_settings,
)
from bot.publishing.planning import digest_zone
from bot.storage import workspace_store
from digests.language.normalization import normalize_text
from digests.language.words import STOP_WORDS
from digests.types import frozen

#: How people name the workspace as a target.
WORKSPACE_NAME: Final = "workspace"
_WORKSPACE_NAMES = frozenset({WORKSPACE_NAME, "this workspace", "arbeitsbereich"})
#: Sentences that show what a schedule can say, for completion.
_SENTENCES: Final = (
    "daily at 7:00 {zone}",
    "weekdays at 8:30 {zone}",
    "Monday and Thursday at 18:00 {zone}",
    "every 2 hours between 8:00 and 20:00 {zone}",
)
#: «<#123>», «<#C012AB|news>».
CHANNEL_MENTION = re.compile(r"<#([A-Za-z0-9_-]{1,40})(?:\|[^>]*)?>")


@frozen
class SettingsTarget:
    """A digest, a destination or the workspace, with its present settings."""

    noun: Literal["digest", "destination", "zone"]
    #: As controls carry it: «d12», «p3», «w».
    key: str
    #: Its name in the configuration.
    name: str
    #: How people name it: «Morning brief», «#news», «workspace».
    title: str
    settings: SettingsModel
    #: The zone of its days.
    zone: str
    digest: Digest | None = None

    @property
    def entry(self) -> SettingsEntry:
        """Its present settings as plain JSON values."""
        return self.settings.to_entry()

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """The sources of a digest, paused ones too."""
        return self.digest.all_sources if self.digest is not None else ()

    @property
    def model(self) -> type[SettingsModel]:
        """Its settings model."""
        return type(self.settings)

    @property
    def chat_settings(self) -> tuple[Setting, ...]:
        """Its settings that can be set in chat."""
        return list_chat_settings(self.model)


async def find_target_by_key(context: CommandContext, key: str) -> SettingsTarget:
    """Find the target that a control carries: «d12», «p3» or «w».

    Raises:
        UnknownName: It does not exist in this workspace, or not any more.
    """
    if key == "w":
        return await _build_workspace_target(context)
    if key.startswith("d"):
        for digest in await context.list_digests():
            if key == f"d{digest.id}":
                return build_digest_target(digest)
    for place in await context.list_destinations():
        if key == f"p{place.id}":
            return build_destination_target(context, place)
    raise UnknownName(DELETED)


async def find_target(
    context: CommandContext, typed: str, setting: str = ""
) -> SettingsTarget:
    """Find the target of this name: a digest, `#news` or a mention, or `workspace`.

    Where both a digest and a destination are called so, the one that has the setting is
    meant.

    Raises:
        UserError: The name matches none, or several.
    """
    said = normalize_text(typed).strip()
    if said in _WORKSPACE_NAMES:
        return await _build_workspace_target(context)
    places = await context.list_destinations()
    if typed.startswith("#") or is_here(typed) or CHANNEL_MENTION.fullmatch(typed):
        return build_destination_target(context, find_place(context, places, typed))
    digests = await context.list_digests()
    named = [place for place in places if normalize_text(place.name) == said]
    is_of_digest = not setting or _normalize_name(setting) in _map_setting_names(
        context.texts, DigestSettings
    )
    try:
        digest = resolve_digest(digests, typed)
        if is_of_digest or not named:
            return build_digest_target(digest)
        return build_destination_target(context, named[0])
    except UserError as error:
        if named:
            return build_destination_target(context, named[0])
        if not isinstance(error, UnknownName):
            raise
        titles = (*(d.name for d in digests), *(f"#{p.name}" for p in places))
        raise UnknownName(
            "There is no digest or destination «{name}» here. There are: {names}.",
            name=typed[:60],
            names=quote_names((*titles, WORKSPACE_NAME)),
        ) from None


def build_digest_target(digest: Digest) -> SettingsTarget:
    """Build the target of a digest."""
    return SettingsTarget(
        noun="digest",
        key=f"d{digest.id}",
        name=digest.name,
        title=digest.name,
        settings=digest.settings,
        zone=digest_zone(digest),
        digest=digest,
    )


def build_destination_target(
    context: CommandContext, place: Destination
) -> SettingsTarget:
    """Build the target of a destination."""
    return SettingsTarget(
        noun="destination",
        key=f"p{place.id}",
        name=place.name,
        title=f"#{place.name}",
        settings=place.settings,
        zone=context.zone,
    )


async def _build_workspace_target(context: CommandContext) -> SettingsTarget:
    grants = await context.query(workspace_store.list_grants)
    there = context.workspace
    return SettingsTarget(
        noun="zone",
        key="w",
        name="zone",
        title=WORKSPACE_NAME,
        settings=WorkspaceSettings.model_construct(
            platform=there.platform,
            id=there.external_id,
            zone=there.zone,
            editors=tuple(map(format_grant, grants)),
        ),
        zone=context.zone,
    )


def find_place(
    context: CommandContext, places: Sequence[Destination], typed: str
) -> Destination:
    """Find a destination by its name, the channel's mention, or «here»."""
    mention = CHANNEL_MENTION.fullmatch(typed)
    if mention is None and not is_here(typed):
        return resolve_destination(places, typed)
    channel = mention[1] if mention else context.place.channel
    for place in places:
        if place.channel == channel:
            return place
    raise UnknownName(
        "This channel is not a destination yet. Run /newsdesk home in it to add it."
    )


def find_setting(
    context: CommandContext, target: SettingsTarget, typed: str
) -> Setting:
    """Find a setting of the target by its name or label.

    Raises:
        UnknownName: There is none; the message names the nearest, or all.
    """
    said, names = (
        _normalize_name(typed),
        _map_setting_names(context.texts, target.model),
    )
    if said in names:
        return names[said]
    for model, example in _EXAMPLES.items():
        setting = _map_setting_names(context.texts, model).get(said)
        if setting is not None:
            raise UnknownName(
                "«{setting}» is not a setting of {target}. Try: {example}.",
                setting=setting.name,
                target=target.title,
                example=example.format(setting=setting.name),
            )
    near = get_close_matches(said, names, n=1)
    if near:
        raise UnknownName(
            "There is no setting «{setting}»; perhaps «{near}»?",
            setting=typed[:40],
            near=near[0],
        )
    raise UnknownName(
        "There is no setting «{setting}». There are: {names}.",
        setting=typed[:40],
        names=", ".join(
            context.texts.word(setting.label) for setting in target.chat_settings
        ),
    )


_EXAMPLES: Final[Mapping[type[SettingsModel], str]] = {
    DigestSettings: '/newsdesk set "Morning brief" {setting} …',
    DestinationSettings: "/newsdesk set #news {setting} …",
    WorkspaceSettings: f"/newsdesk set {WORKSPACE_NAME} {{setting}} …",
}


@cache
def _map_setting_names(
    texts: Texts, model: type[SettingsModel]
) -> Mapping[str, Setting]:
    """Map the names and labels of the settings, in both languages, to the settings."""
    return {
        _normalize_name(name): setting
        for setting in list_chat_settings(model)
        for name in (setting.name, setting.label, texts.word(setting.label))
    }


def _normalize_name(typed: str) -> str:
    return " ".join(re.split(r"[\s_-]+", normalize_text(typed).strip()))


async def split_target(
    context: CommandContext, target: str, setting: str, value: str
) -> tuple[str, str, str]:
    """Split «Morning brief quiet hours 22-7», which was typed without quotation marks.

    Returns target, setting and value; the words as they were assigned unless the name
    of a target, or of a setting, has several of them.
    """
    names = await list_target_names(context)
    settings = {
        name for model in _EXAMPLES for name in _map_setting_names(context.texts, model)
    }
    first, rest = _take_name(f"{target} {setting} {value}", map(_normalize_name, names))
    named = _take_name(rest, settings)
    if len(first.split()) > len(target.split()) and named[0]:
        return first, *named
    named = _take_name(f"{setting} {value}", settings)
    is_longer = len(named[0].split()) > len(setting.split())
    return (target, *named) if is_longer else (target, setting, value)


def _take_name(typed: str, names: Iterable[str]) -> tuple[str, str]:
    """Split the longest of these names off the text; "" if it begins with none."""
    known = frozenset(names)
    for length in range(max(len(name.split()) for name in known), 0, -1):
        *words, rest = [*typed.split(maxsplit=length), ""][: length + 1]
        if _normalize_name(" ".join(words)) in known:
            return " ".join(words), rest.strip()
    return "", typed


async def list_target_names(context: CommandContext, _: str = "") -> list[str]:
    """List the names of all targets, as people type them."""
    digests = [digest.name for digest in await context.list_digests()]
    places = [f"#{place.name}" for place in await context.list_destinations()]
    return [*digests, *places, WORKSPACE_NAME]


# ── completion ──────────────────────────────────────────────────────────────────


async def complete_setting(context: CommandContext, _: str) -> list[str]:
    """List the settings of the target that was typed before."""
    target = await _find_typed_target(context)
    return [setting.name for setting in target.chat_settings] if target else []


async def complete_value(context: CommandContext, typed: str) -> list[str]:
    """List values of the target and setting that were typed before.

    A list offers what can be added and removed; a single value its present one first.
    """
    target = await _find_typed_target(context)
    said = context.invocation.args.get("setting", "").strip()
    if target is None or not said:
        return []
    try:
        setting = find_setting(context, target, said)
    except UserError:
        return []
    present = target.entry[setting.name]
    new = await _list_new_values(context, target, setting, typed)
    if is_list(setting):
        there = list_present_values(context, target, setting)
        return [
            *(f"add {one}" for one in new if one not in there),
            *(f"remove {one}" for one in there),
        ]
    if setting.kind == "mapping":
        known = list_source_names(target.all_sources)
        uses = setting.choices or ("…",)
        return [f"{name} = {use}" for name in known for use in uses]
    cleared = [setting.info.none_word] if setting.optional else []
    return [*dict.fromkeys([format_typed_value(setting, present), *new, *cleared])]


async def _list_new_values(
    context: CommandContext, target: SettingsTarget, setting: Setting, typed: str
) -> Sequence[str]:
    """List values that the setting could get, by what they name."""
    match setting.info.values:
        case "section":
            return complete_sections(typed)
        case "destination":
            return [place.name for place in await context.list_destinations()]
        case "day":
            return ["tomorrow", *map(str, _list_coming_days(context, target))]
        case "schedule":
            return [sentence.format(zone=target.zone) for sentence in _SENTENCES]
        case "source":
            return list_source_names(target.all_sources)
        case "editor":
            return [one.id for one in context.list_people()]
        case "":
            return _list_plain_values(setting)
    return _FIXED_VALUES.get(setting.info.values, list)()


_FIXED_VALUES: Final[Mapping[ValueKind, Callable[[], Sequence[str]]]] = {
    "address": feed_lists.list_packs,
    "zone": lambda: sorted(one for one in available_timezones() if "/" in one),
    "channel": lambda: [HERE],
    "hours": lambda: ["22:00-7:00"],
    "color": lambda: ["#1f6feb", "#0b6e4f", "#b3261e", "#7a4fbf"],
    "language": lambda: sorted(STOP_WORDS),
}


def _list_plain_values(setting: Setting) -> Sequence[str]:
    if setting.kind == "switch":
        return SWITCH_WORDS
    if setting.kind == "number":
        return [str(n) for n in range(setting.least, setting.most + 1)]
    return setting.choices


def _list_coming_days(context: CommandContext, target: SettingsTarget) -> list[date]:
    today = context.get_today(target.zone)
    return [today + timedelta(days=ahead) for ahead in range(2, 9)]


async def _find_typed_target(context: CommandContext) -> SettingsTarget | None:
    try:
        args = context.invocation.args
        return await find_target(
            context, args.get("target", ""), args.get("setting", "")
        )
    except UserError:
        return None


def is_list(setting: Setting) -> bool:
    """Check whether it has parts; the order of sections is one value."""
    return setting.kind == "list" and setting.info.values != "section"


def list_present_values(
    context: CommandContext, target: SettingsTarget, setting: Setting
) -> list[str]:
    """List the values that a list has, as people write them to remove one."""
    values = target.entry[setting.name]
    if setting.info.values in ("address", "source"):
        known = [s for s in target.all_sources if s.address in values]
        return list_source_names(known)
    return list(values)


def list_source_names(known: Sequence[Source]) -> list[str]:
    """List names by which each of these sources can be found."""
    names = Counter(map(format_source_name, known))
    return [
        name
        if names[name := format_source_name(source)] == 1
        else addresses.mask_secrets(source.address)[:90]
        for source in known
    ]
