"""`/newsdesk set`: the one typed command over all settings, and the form of each.

    /newsdesk set "Morning brief" schedule add Sunday at 10:00
    /newsdesk set #news silent yes
    /newsdesk set workspace zone Europe/Berlin

The control `v1:set:<target>:<setting>` proposes the other value of a switch, and opens
a form for every other setting. A third part is the value of a switch, or the source
that it is about: `v1:set:d12:full_text:7` asks for this source's use of full texts; of
`paused_sources` it pauses or resumes the source, of `sources` it removes it.

Everything ends in a proposal that shows what the change would do. The right to make a
change is checked with the change itself (`configuration.change_validation`).
"""

from collections.abc import Iterator, Sequence
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
from bot.commands.panel import Answers, run_form
from bot.commands.presentation import render_article_line
from bot.commands.setting_edits import (
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
from bot.errors import FieldError, UnknownName, UserError, report_at_field
from bot.lookup.name_resolution import format_source_name
from bot.model import (
    Block,
    Digest,
    DigestOptions,
    Form,
    FormField,
    ListItem,
    Paragraph,
    Reply,
    Setting,
    SmallPrint,
    Source,
    WorkspaceSettings,
    get_setting,
)
from bot.publishing.planning import digest_zone
from digests.messages import Message

#: Characters of a value that is typed; longer ones are given as a file.
MAX_VALUE_LENGTH: Final = 6_000
#: Values, and characters of them, that one field shows with a line for each.
MAX_LINES, MAX_LINE_CHARS = 12, 1_500
#: Lists whose present values are never shown to be edited: an address may be a secret.
_BY_PARTS: Final = ("address", "source", "editor")
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
        return await _run_setting_form(context, found, chosen)
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
    present = target.entry[name]
    if setting.kind == "switch" and context.answers is None:
        other = item or SWITCH_WORDS[1 if present else 0]
        written = WrittenValue(whole=other)
        return await propose_setting(context, target, setting, written)
    source = _find_source(target, item) if item else None
    if source is not None and setting.kind == "list":
        written = _turn_source(setting, source, present)
        return await propose_setting(context, target, setting, written)
    return await _run_setting_form(context, target, setting, source)


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
    requests = await request_setting(context, target, setting, written)
    change = await propose(context, *requests)
    effect = await _render_setting_effect(context, target, setting, change)
    return render_proposal(context, change, *effect)


# ── who may edit ────────────────────────────────────────────────────────────────

WhoArgument = Annotated[
    str,
    Option(
        "A person or a role: a mention, or its id",
        rest=True,
        completes="person",
        settings=("editors",),
    ),
]


@command(
    "newsdesk access grant", "Make a person or a role an editor", "@ben", "role 4711"
)
async def grant_access(context: CommandContext, who: WhoArgument) -> Reply:
    """Propose to grant access to the person or role."""
    return await _propose_editors(context, WrittenValue(add=who))


@command("newsdesk access revoke", "Stop letting them do an editor's work", "@ben")
async def revoke_access(context: CommandContext, who: WhoArgument) -> Reply:
    """Propose to revoke the access."""
    return await _propose_editors(context, WrittenValue(remove=who))


async def _propose_editors(context: CommandContext, written: WrittenValue) -> Reply:
    editors = get_setting(WorkspaceSettings, "editors")
    assert editors is not None, "a setting of the workspace"
    target = await find_target_by_key(context, "w")
    return await propose_setting(context, target, editors, written)


@command("newsdesk access list", "Who is an editor here")
async def list_access(context: CommandContext) -> Reply:
    """List the people and roles with access."""
    first = context.say(
        "People who manage this workspace on its platform are always editors."
    )
    target = await find_target_by_key(context, "w")
    lines = [ListItem(title=one) for one in target.entry["editors"]]
    back = context.button("Control panel", "home", "")
    title = context.say("Access")
    return context.reply(first, *lines, title=title, controls=[back], in_place=True)


# ── forms ───────────────────────────────────────────────────────────────────────


async def _run_setting_form(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    source: Source | None = None,
) -> Reply | Form:
    """Show the form of a setting, with its present value; with answers, propose them.

    Args:
        context: The call.
        target: What has the setting.
        setting: Its form is shown.
        source: The one source that it is about, of a setting that is kept by source.
    """

    async def propose_answers(given: Answers) -> Reply:
        written = WrittenValue(
            whole=given.get("value"),
            add=given.get("add", ""),
            remove=given.get("remove", ""),
            key=source.address if source is not None else given.get("source", ""),
        )
        try:
            return await propose_setting(context, target, setting, written)
        except FieldError as mistake:
            if mistake.field != setting.name:
                raise
            answered = [name for name in given if given[name]] or [*given]
            raise FieldError.of(mistake, field=answered[-1]) from None

    carried = [str(source.id)] if source is not None else []
    title = f"{target.title}: {format_label(setting, context.texts)}"
    fields = _list_fields(context, target, setting, source)
    control = ("set", target.key, setting.name, *carried)
    form = context.ask(title, fields, *control)
    return await run_form(context, form, propose_answers)


def _list_fields(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    source: Source | None,
) -> list[FormField]:
    whole = FormField(
        name="value",
        label=format_label(setting, context.texts),
        description=context.texts.word(setting.info.help),
        required=not setting.optional,
        value=format_typed_value(setting, target.entry[setting.name]),
        choices=SWITCH_WORDS if setting.kind == "switch" else setting.choices,
    )
    if setting.kind == "mapping":
        return _list_mapping_fields(context, target, setting, source, whole)
    if not is_list(setting):
        return [whole]
    if _fits_lines(target, setting):
        hint = context.say("{help} – one per line", help=whole.description)
        return [replace(whole, description=hint, required=False, lines=True)]
    present = list_present_values(context, target, setting)
    known: Sequence[str] = ()
    if setting.info.values == "source":
        known = list_source_names(target.all_sources)
    new = [name for name in known if name not in present]
    added = _part_field("add", context.say("Add"), whole.description, new)
    note = context.say("It is taken off the list")
    removed = _part_field("remove", context.say("Remove"), note, present)
    return [added, removed] if present else [added]


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
    value: FormField,
) -> list[FormField]:
    """List a field for the source, unless it is known, and one for its value."""
    if source is not None:
        present = target.entry[setting.name].get(source.address, "")
        shown = present or ("auto" if setting.choices else "")
        return [replace(value, value=shown, label=format_source_name(source))]
    known = list_source_names(target.all_sources)
    named = FormField(
        name="source",
        label=context.say("Source"),
        description=context.say("Its name or address"),
        choices=tuple(known) if len(known) <= MAX_CHOICES else (),
    )
    return [named, replace(value, value="")]


def _fits_lines(target: SettingsTarget, setting: Setting) -> bool:
    """Check whether one field can show all values of a list, to be edited."""
    values = target.entry[setting.name]
    return (
        setting.info.values not in _BY_PARTS
        and len(values) <= MAX_LINES
        and sum(map(len, values)) <= MAX_LINE_CHARS
    )


def _find_source(target: SettingsTarget, item: str) -> Source:
    """Find the source of the digest that a control carries."""
    for source in target.all_sources:
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
    change: ConfigurationChange,
) -> list[Block | str]:
    """Render what follows from the change of a setting.

    Raises:
        FieldError: None of the new sources can be read.
    """
    digest, kind = target.digest, setting.info.values
    if kind == "editor":
        return _describe_grants(context, change)
    if digest is None:
        return _describe_consequence(context, setting, change)
    (step,) = change.steps
    if kind == "address" and (added := step.list_added(setting.name)):
        return await _read_sources(context, digest, added)
    if kind == "section":
        effect = await render_effect(context, change)
        return [*effect, *await _render_layout(context, change)]
    if setting.info.affects_edition:
        tried: list[Block] = []
        if kind == "filter":
            added = step.list_added(setting.name)
            tried = await _try_filters(context, digest, setting.name, added)
        return [*tried, *await render_effect(context, change)]
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
    with report_at_field("sources"):
        tried = await try_addresses(context, added)
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
