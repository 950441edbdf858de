"""`/newsdesk set`: the one typed command over all settings, and the form of each.

    /newsdesk set "Morning brief" schedule add Sunday at 10:00
    /newsdesk set #news silent yes
    /newsdesk set workspace zone Europe/Berlin

The control `v1:set:<target>:<setting>` proposes the other value of a switch, and opens
a form for every other setting. With a third part it is about one source:
`v1:set:d12:full_text:7` asks for this source's use of full texts; of `paused_sources`
it pauses or resumes the source, of `sources` it removes it.

Everything ends in a proposal that shows what the change would do. The right to make a
change is checked with the change itself (`configuration.change_validation`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import available_timezones

from bot.commands.changes import propose, render_proposal
from bot.commands.context import CommandContext
from bot.commands.declaration import MAX_CHOICES, Option, command
from bot.commands.setting_edits import (
    WrittenValue,
    parse_written_value,
    request_setting,
)
from bot.commands.setting_effects import render_setting_effect
from bot.commands.setting_targets import (
    SettingsTarget,
    find_setting,
    find_target,
    find_target_by_key,
    split_target,
)
from bot.configuration import feed_lists
from bot.configuration.settings import SWITCH_WORDS, format_typed_value
from bot.errors import FieldError, UnknownName, UserError
from bot.ingest import addresses
from bot.lookup.name_resolution import format_source_name
from bot.model import (
    Form,
    FormField,
    Reply,
    Setting,
    Source,
    ValueKind,
    complete_sections,
    get_setting,
)
from bot.publishing.planning import capitalize_first
from digests.language.words import STOP_WORDS

#: Values, and characters of them, that one field shows with a line for each.
MAX_LINES, MAX_LINE_CHARS = 12, 1_500
#: Lists whose present values are never shown to be edited: an address may be a secret.
_BY_PARTS: Final = ("source", "editor")
#: Settings of a source that are set at once, and what pressing does.
_OF_SOURCE: Final = ("sources", "paused_sources")
#: Sentences that show what a schedule can say, for completion.
_SENTENCES: Final = (
    "daily at 7:00 {zone}",
    "weekdays at 8:30 {zone}",
    "Monday and Thursday at 18:00 {zone}",
    "every 2 hours between 8:00 and 20:00 {zone}",
)
Answers = Mapping[str, str]


@command(
    "newsdesk set",
    "Change any setting; shows the effect and asks first",
    '"Morning brief" schedule add "Sunday at 10:00"',
    '"Morning brief" stories 7',
    '"Morning brief" exclude add rumour',
    "#news silent yes",
    "workspace zone Europe/Berlin",
)
async def set_setting(
    context: CommandContext,
    target: Annotated[
        str, Option("A digest, #destination or workspace", completes="target")
    ],
    setting: Annotated[str, Option("Such as schedule", completes="setting")],
    value: Annotated[
        str,
        Option(
            "The value; add … or remove … for lists",
            rest=True,
            lines=True,
            completes="value",
        ),
    ] = "",
) -> Reply | Form:
    """Propose the value; without one, show the form of the setting."""
    target, setting, value = await split_target(context, target, setting, value)
    try:
        found = await find_target(context, target, setting)
    except UserError as error:
        raise FieldError.of(error, field="target") from None
    try:
        chosen = find_setting(context, found, setting)
    except UnknownName as error:
        raise FieldError.of(error, field="setting") from None
    if not value:
        return build_setting_form(context, found, chosen)
    try:
        written = parse_written_value(chosen, value)
        return await propose_setting(context, found, chosen, written)
    except FieldError as mistake:
        if mistake.field != chosen.name:
            raise
        raise FieldError.of(mistake, field="value") from None


@set_setting.control("chosen")
async def change_setting(context: CommandContext, chosen: str) -> Reply | Form:
    """Propose the other value of a switch, or ask for the value of another setting."""
    key, _, rest = chosen.partition(":")
    name, _, item = rest.partition(":")
    target = await find_target_by_key(context, key)
    setting = get_setting(type(target.settings), name)
    if setting is None or setting.info.group is None:
        raise UnknownName("There is no such setting any more. Open /newsdesk home.")
    source = _find_source(target, item) if item else None
    present = target.entry[name]
    if setting.kind == "switch":
        written = WrittenValue(whole=SWITCH_WORDS[1] if present else SWITCH_WORDS[0])
        return await propose_setting(context, target, setting, written)
    if source is not None and name in _OF_SOURCE:
        written = _turn_source(setting, source, present)
        return await propose_setting(context, target, setting, written)
    if context.answers is None:
        return build_setting_form(context, target, setting, source)
    written = _read_answers(target, setting, source, context.answers)
    try:
        return await propose_setting(context, target, setting, written)
    except FieldError as mistake:
        if mistake.field != name:
            raise
        said = context.texts.error(mistake)
        return build_setting_form(
            context, target, setting, source, context.answers, said
        )


async def propose_setting(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    written: WrittenValue,
) -> Reply:
    """Propose the written value, and show what the change would do.

    Raises:
        UserError: The change is not possible.
    """
    requested = await request_setting(context, target, setting, written)
    change = await propose(context, *requested.requests)
    effect = await render_setting_effect(context, target, setting, requested, change)
    return render_proposal(context, change, *effect)


# ── forms ───────────────────────────────────────────────────────────────────────


def build_setting_form(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    source: Source | None = None,
    answers: Answers | None = None,
    error: str = "",
) -> Form:
    """Build the form of a setting, with its present value or the last answers.

    Args:
        context: The call.
        target: What has the setting.
        setting: Not a switch.
        source: The one source that it is about, of a setting that is kept by source.
        answers: The last answers.
        error: Why they were rejected.
    """
    carried = [str(source.id)] if source is not None else []
    fields = _list_fields(context, target, setting, source)
    if answers is not None:
        fields = [replace(f, value=answers.get(f.name, "")) for f in fields]
        wrong = max(n for n, f in enumerate(fields) if f.value or n == 0)
        fields[wrong] = replace(fields[wrong], error=error)
    return Form(
        path=context.command.path,
        title=f"{target.title}: {_format_label(context, setting)}",
        fields=tuple(fields),
        control=context.control_id("set", target.key, setting.name, *carried),
    )


def _list_fields(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    source: Source | None,
) -> list[FormField]:
    if setting.kind == "mapping":
        return _list_mapping_fields(context, target, setting, source)
    if _is_list(setting):
        return _list_list_fields(context, target, setting)
    return [
        FormField(
            name="value",
            label=_format_label(context, setting),
            description=context.texts.word(setting.info.help),
            value=format_typed_value(setting, target.entry[setting.name]),
            choices=setting.choices,
        )
    ]


def _list_list_fields(
    context: CommandContext, target: SettingsTarget, setting: Setting
) -> list[FormField]:
    """List one field with a line per value, or fields to add to and remove from it."""
    label, help = _format_label(context, setting), context.texts.word(setting.info.help)
    if _fits_lines(target, setting):
        return [
            FormField(
                name="value",
                label=label,
                description=context.say("{help} – one per line", help=help),
                required=False,
                value=format_typed_value(setting, target.entry[setting.name]),
                lines=True,
            )
        ]
    present = _list_present(context, target, setting)
    new: Sequence[str] = ()
    if setting.name == "paused_sources":
        new = _list_source_names(target.digest.sources if target.digest else ())
    fields = [_part_field("add", context.say("Add"), help, new)]
    if present:
        note = context.say("It is taken off the list")
        fields.append(_part_field("remove", context.say("Remove"), note, present))
    return fields


def _part_field(
    name: str, label: str, description: str, values: Sequence[str]
) -> FormField:
    """Build a field for one of these values, or for any text if there are too many."""
    choices = tuple(values) if 0 < len(values) <= MAX_CHOICES else ()
    return FormField(
        name=name,
        label=label,
        description=description,
        required=False,
        choices=choices,
        lines=not choices,
    )


def _list_mapping_fields(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    source: Source | None,
) -> list[FormField]:
    """List a field for the source, unless it is known, and one for its value."""
    value = FormField(
        name="value",
        label=_format_label(context, setting),
        description=context.texts.word(setting.info.help),
        choices=setting.choices,
    )
    if source is not None:
        present = target.entry[setting.name].get(source.address, "")
        shown = present or ("auto" if setting.choices else "")
        return [replace(value, value=shown, label=format_source_name(source))]
    known = _list_source_names(target.digest.all_sources if target.digest else ())
    named = FormField(
        name="source",
        label=context.say("Source"),
        description=context.say("Its name or address"),
        choices=tuple(known) if len(known) <= MAX_CHOICES else (),
    )
    return [named, value]


def _list_present(
    context: CommandContext, target: SettingsTarget, setting: Setting
) -> list[str]:
    """List the values that a list has, as people write them to remove one."""
    values = target.entry[setting.name]
    if setting.info.values == "source" and target.digest is not None:
        known = [s for s in target.digest.all_sources if s.address in values]
        return _list_source_names(known)
    return list(values)


def _list_source_names(known: Sequence[Source]) -> list[str]:
    """List names by which each of these sources can be found."""
    names = Counter(map(format_source_name, known))
    return [
        name
        if names[name := format_source_name(source)] == 1
        else addresses.mask_secrets(source.address)[:90]
        for source in known
    ]


def _format_label(context: CommandContext, setting: Setting) -> str:
    return capitalize_first(context.texts.word(setting.label))


def _is_list(setting: Setting) -> bool:
    """Check whether it has parts; the order of sections is one value."""
    return setting.kind == "list" and setting.info.values != "section"


def _fits_lines(target: SettingsTarget, setting: Setting) -> bool:
    """Check whether one field can show all values of a list, to be edited."""
    values = target.entry[setting.name]
    return (
        setting.info.values not in _BY_PARTS
        and len(values) <= MAX_LINES
        and sum(map(len, values)) <= MAX_LINE_CHARS
    )


def _read_answers(
    target: SettingsTarget, setting: Setting, source: Source | None, answers: Answers
) -> WrittenValue:
    """Read the answers of the form of a setting."""
    said = {name: value.strip() for name, value in answers.items()}
    value = said.get("value", "")
    if setting.kind == "mapping":
        key = source.address if source is not None else said.get("source", "")
        return WrittenValue(whole=value, key=key)
    if _is_list(setting) and not _fits_lines(target, setting):
        return WrittenValue(add=said.get("add", ""), remove=said.get("remove", ""))
    return WrittenValue(whole=value)


def _find_source(target: SettingsTarget, item: str) -> Source:
    """Find the source of the digest that a control carries."""
    known = target.digest.all_sources if target.digest is not None else ()
    for source in known:
        if str(source.id) == item:
            return source
    raise UnknownName(
        "«{name}» no longer reads this source. /newsdesk home shows its sources.",
        name=target.title,
    )


def _turn_source(
    setting: Setting, source: Source, values: Sequence[str]
) -> WrittenValue:
    """Remove the source from the list, or pause it if it is read now."""
    if setting.name == "sources" or source.address in values:
        return WrittenValue(remove=source.address)
    return WrittenValue(add=source.address)


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
    if _is_list(setting):
        there = _list_present(context, target, setting)
        return [
            *(f"add {one}" for one in new if one not in there),
            *(f"remove {one}" for one in there),
        ]
    if setting.kind == "mapping":
        known = _list_source_names(target.digest.all_sources if target.digest else ())
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
            return _list_sources_to_add(target, setting)
        case "editor":
            return [one.id for one in context.list_people()]
        case "":
            return _list_plain_values(setting)
    return _FIXED_VALUES.get(setting.info.values, list)()


_FIXED_VALUES: Final[Mapping[ValueKind, Callable[[], Sequence[str]]]] = {
    "zone": lambda: sorted(one for one in available_timezones() if "/" in one),
    "channel": lambda: ["here"],
    "hours": lambda: ["22:00-7:00"],
    "language": lambda: sorted(STOP_WORDS),
}


def _list_sources_to_add(target: SettingsTarget, setting: Setting) -> Sequence[str]:
    if setting.name == "sources" or target.digest is None:
        return feed_lists.list_packs()
    return _list_source_names(target.digest.sources)


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
