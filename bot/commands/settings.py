"""`/newsdesk set`: the one typed command over all settings, and the form of each.

    /newsdesk set "Morning brief" schedule add Sunday at 10:00
    /newsdesk set #news silent yes
    /newsdesk set workspace zone Europe/Berlin

The control `v1:set:<target>:<setting>` proposes the other value of a switch, and opens
a form for every other setting. With a third part it is about one source:
`v1:set:d12:full_text:7` asks for this source's use of full texts; of `paused_sources`
it pauses or resumes the source, of `pictures` it shows or hides its pictures, of
`sources` it removes it.

Everything ends in a proposal that shows what the change would do. The right to make a
change is checked with the change itself (`configuration.change_validation`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from bot.commands.access import describe_grant
from bot.commands.arguments import at_most
from bot.commands.changes import (
    get_previews,
    propose,
    render_effect,
    render_proposal,
)
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import MAX_CHOICES, command
from bot.commands.presentation import render_article_line
from bot.commands.setting_edits import (
    SettingRequest,
    WrittenValue,
    parse_written_value,
    request_setting,
)
from bot.commands.setting_targets import (
    SettingsTarget,
    find_setting,
    find_target,
    find_target_by_key,
    is_list,
    list_present_values,
    list_source_names,
    split_target,
)
from bot.commands.sources import render_readings, try_addresses
from bot.configuration.change_preview import FilterTrial
from bot.configuration.change_steps import ConfigurationChange, grant_from_entry
from bot.configuration.diff import (
    SWITCH_WORDS,
    describe_layout,
    format_label,
    format_typed_value,
)
from bot.configuration.validation import SOME_SOURCES
from bot.errors import FieldError, UnknownName, UserError, report_at_field
from bot.lookup.name_resolution import format_source_name
from bot.model import (
    Block,
    Digest,
    DigestOptions,
    Form,
    FormField,
    Paragraph,
    Reply,
    Setting,
    SmallPrint,
    Source,
    get_setting,
)
from bot.publishing.planning import digest_zone
from digests.messages import Message

#: Characters of a value that is typed; longer ones are given as a file.
MAX_VALUE_LENGTH: Final = 6_000
#: Values, and characters of them, that one field shows with a line for each.
MAX_LINES, MAX_LINE_CHARS = 12, 1_500
#: Lists whose present values are never shown to be edited: an address may be a secret.
_BY_PARTS: Final = ("source", "editor")
#: Settings of a source that are set at once, and what pressing does.
_OF_SOURCE: Final = ("sources", *SOME_SOURCES)
#: Matching articles that are shown, and new filters that are tried.
MAX_MATCHES, MAX_FILTERS = 5, 3
_WAITS = Message("New articles wait for the next edition.")
#: What follows from a setting, where no edition shows it.
_CONSEQUENCES: Final = {
    "quiet_hours": Message(
        "Editions due then are held and posted as one edition afterwards."
    ),
    "paused": _WAITS,
    "paused_until": _WAITS,
    "skip": _WAITS,
    "source_names": Message(
        "Lists use this name, and so do editions where its articles name no outlet."
    ),
    "pictures": Message(
        "Posts show the pictures that these sources give with their articles. Add only "
        "sources whose pictures you have the right to show."
    ),
    "zone": Message("Times are shown in this zone; schedules keep their own."),
    "channel": Message("What was posted in the other channel stays there."),
}


#: What each use of full texts means.
_FULL_TEXT_EFFECTS: Final = {
    "auto": Message(
        "Where the feed has only an excerpt, the article’s page is read before an "
        "edition that may show it."
    ),
    "always": Message(
        "The page of every article that an edition may show is read before it, even "
        "if the feed has the whole text."
    ),
    "never": Message("Editions use what the feed has; no page is read for them."),
}
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
            convert=at_most(MAX_VALUE_LENGTH),
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
    if setting.kind == "switch" and context.answers is None:
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
    effect = await _render_setting_effect(context, target, setting, requested, change)
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
        title=f"{target.title}: {format_label(setting, context.texts)}",
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
    if is_list(setting):
        return _list_list_fields(context, target, setting)
    return [
        FormField(
            name="value",
            label=format_label(setting, context.texts),
            description=context.texts.word(setting.info.help),
            value=format_typed_value(setting, target.entry[setting.name]),
            choices=SWITCH_WORDS if setting.kind == "switch" else setting.choices,
        )
    ]


def _list_list_fields(
    context: CommandContext, target: SettingsTarget, setting: Setting
) -> list[FormField]:
    """List one field with a line per value, or fields to add to and remove from it."""
    label, help = (
        format_label(setting, context.texts),
        context.texts.word(setting.info.help),
    )
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
    present = list_present_values(context, target, setting)
    new: Sequence[str] = ()
    if setting.name in SOME_SOURCES:
        new = list_source_names(target.digest.sources if target.digest else ())
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
        label=format_label(setting, context.texts),
        description=context.texts.word(setting.info.help),
        choices=setting.choices,
    )
    if source is not None:
        present = target.entry[setting.name].get(source.address, "")
        shown = present or ("auto" if setting.choices else "")
        return [replace(value, value=shown, label=format_source_name(source))]
    known = list_source_names(target.digest.all_sources if target.digest else ())
    named = FormField(
        name="source",
        label=context.say("Source"),
        description=context.say("Its name or address"),
        choices=tuple(known) if len(known) <= MAX_CHOICES else (),
    )
    return [named, value]


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
    if is_list(setting) and not _fits_lines(target, setting):
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
    """Remove the source from the list, or add it if it is not there yet."""
    if setting.name == "sources" or source.address in values:
        return WrittenValue(remove=source.address)
    return WrittenValue(add=source.address)


# ── effects ─────────────────────────────────────────────────────────────────────
#
# A filter is tried on the newest stored articles, sections are shown in an edition, new
# sources are read once. Other settings that affect editions show the next edition with
# and without the change, and one from the articles of the last seven days.


async def _render_setting_effect(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    requested: SettingRequest,
    change: ConfigurationChange,
) -> list[Block | str]:
    """Render what follows from the change of a setting.

    Raises:
        FieldError: None of the new sources can be read.
    """
    digest = target.digest
    if setting.info.values == "editor":
        return _describe_grants(context, change)
    if digest is None:
        return _describe_consequence(context, setting, change)
    if setting.info.values == "filter":
        tried = await _try_filters(context, digest, setting.name, requested.added)
        return [*tried, *await render_effect(context, change)]
    if setting.name == "sources" and requested.added:
        return await _read_sources(context, digest, requested.added)
    if setting.name == "sections":
        effect = await render_effect(context, change)
        return [*effect, *await _render_layout(context, change)]
    if setting.info.affects_edition:
        return [*await render_effect(context, change)]
    return _describe_consequence(context, setting, change)


def _describe_consequence(
    context: CommandContext, setting: Setting, change: ConfigurationChange
) -> list[Block | str]:
    """Say what follows from the value, unless it is the usual one again."""
    after = (change.steps[0].after or {}).get(setting.name)
    if setting.name == "full_text":
        before = (change.steps[0].before or {}).get(setting.name, {})
        changed = [use for one, use in (after or {}).items() if use != before.get(one)]
        use = changed[0] if changed else "auto"
        return [SmallPrint(text=context.message(_FULL_TEXT_EFFECTS[use]))]
    if not after or setting.name not in _CONSEQUENCES:
        return []
    return [context.message(_CONSEQUENCES[setting.name])]


def _describe_grants(
    context: CommandContext, change: ConfigurationChange
) -> list[Block | str]:
    given = [step.after for step in change.steps if step.after is not None]
    grants = map(grant_from_entry, given)
    return [*dict.fromkeys(describe_grant(context, grant) for grant in grants)]


async def _try_filters(
    context: CommandContext, digest: Digest, kind: str, added: Sequence[str]
) -> list[Block]:
    blocks: list[Block] = []
    for words in added[:MAX_FILTERS]:
        trial = await get_previews(context).try_filter(digest, words)
        blocks += _render_trial(context, trial, kind, digest)
    return blocks


def _render_trial(
    context: CommandContext, trial: FilterTrial, kind: str, digest: Digest
) -> Iterator[Block]:
    """Render «It would have dropped 2 of the last 40 articles», with some of them."""
    n, of = len(trial.matching), trial.of
    if not of:
        sentence = context.say("There is no stored article to try it on yet.")
    elif kind == "exclude":
        sentence = context.say(
            "It would have dropped {n} of the last {of} articles.", n=n, of=of
        )
    else:
        sentence = context.say(
            "It would have taken {n} of the last {of} articles.", n=n, of=of
        )
    yield Paragraph(text=sentence)
    for article in trial.matching[:MAX_MATCHES]:
        yield render_article_line(context, article, digest_zone(digest))


async def _read_sources(
    context: CommandContext, digest: Digest, added: Sequence[str]
) -> list[Block | str]:
    """Read the new sources once, and show what is there."""
    had = {source.address for source in digest.all_sources}
    with report_at_field("sources"):
        tried = await try_addresses(context, [one for one in added if one not in had])
    if all(one.problem for one in tried):
        problems = " ".join(
            f"{one.shown}: {context.message(one.problem)}" for one in tried[:3]
        )
        raise FieldError("{problems}", problems=problems, field="sources")
    return [*render_readings(context, tried, digest_zone(digest))]


async def _render_layout(
    context: CommandContext, change: ConfigurationChange
) -> list[Block]:
    """Render the layout of the next edition, and an edition to see it in."""
    (step,) = change.steps
    after = DigestOptions.from_stored(step.after)
    if after.sections is None and not (step.before or {}).get("sections"):
        return []
    description = Paragraph(text=describe_layout(after, context.texts))
    sketch = await get_previews(context).preview_layout(change.workspace, step)
    if sketch is None or sketch.rendered is None:
        return [description]
    label = context.small_print("The next edition would look like this, as things are:")
    if sketch.posted:
        label = context.small_print(
            "Nothing is new right now. The last edition would look like this:"
        )
    return [description, label, sketch.rendered]
