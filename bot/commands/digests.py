"""`/newsdesk digest`: create, edit, list, clone and delete digests; `/newsdesk style`.

The options and the form of `style` are the settings with `SettingInfo.offered_by`
«style»: how many stories, how long, which sections.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from bot.commands.arguments import DigestArgument, named_digest
from bot.commands.changes import (
    get_previews,
    propose,
    propose_and_render,
    render_effect,
    render_proposal,
    request_settings,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, OptionGroup, command
from bot.commands.digest_requests import (
    NewDestinations,
    NewName,
    NewSchedule,
    NewSettings,
    NewSources,
    request_digest,
    request_new_digest,
)
from bot.commands.presentation import format_channels, join_notes
from bot.configuration import settings
from bot.configuration.change_steps import ChangeRequest, ConfigurationChange
from bot.configuration.diff import shorten_line
from bot.configuration.settings import format_typed_value
from bot.errors import report_at_field
from bot.model import (
    DEFAULT_DIGEST,
    Block,
    Digest,
    DigestOptions,
    DigestSettings,
    Form,
    ListItem,
    Paragraph,
    RenderedEdition,
    Reply,
    SettingsEntry,
    list_settings,
    parse_sections,
)
from bot.publishing.planning import capitalize_first, format_schedule

_STYLE_FORM = ("stories", "summary", "quotes", "sections")
_STYLE = (*_STYLE_FORM, "figures", "brief", "max_age", "language", "corrections")


def _format_values(digest: Digest, names: Sequence[str]) -> dict[str, str]:
    found = {s.name: s for s in list_settings(DigestSettings) if s.name in names}
    entry = digest.settings.to_entry()
    return {n: format_typed_value(s, entry[n]) for n, s in found.items()}


@command(
    "newsdesk digest create",
    "A new digest for this channel",
    '"World" world schedule="daily at 7:00"',
    '"Tech" https://news.example/feed.xml',
)
async def create_digest(
    context: CommandContext,
    *,
    name: NewName,
    source: NewSources,
    schedule: NewSchedule = "",
    to: NewDestinations = (),
    settings: NewSettings,
) -> Reply:
    """Propose a new digest, with its destination and the workspace's zone."""
    requests = await request_new_digest(context, name, source, schedule, settings, to)
    later = context.small_print(
        "Its sources are read when it is saved; /newsdesk preview then shows the "
        "edition."
    )
    return await propose_and_render(context, *requests, more=[later])


@command(
    "newsdesk digest edit",
    "Change a digest: name, destinations, length",
    'stories=7 digest="Morning brief"',
    'name="Early brief"',
)
async def edit_digest(
    context: CommandContext,
    *,
    digest: DigestArgument,
    name: Annotated[str, Option("Its new name")] = "",
    to: NewDestinations = (),
    settings: Annotated[
        Mapping[str, str], OptionGroup(DigestSettings, ("stories", "language"))
    ],
) -> Reply | Form:
    """Propose other settings; without any, show a form with the present ones."""
    wanted: dict[str, object] = {**settings}
    if name:
        wanted["name"] = name
    if to:
        wanted["destinations"] = list(to)
    if wanted:
        return await propose_and_render(context, request_settings(digest, wanted))
    present = _format_values(digest, ("stories", "language"))
    to = ", ".join(digest.settings.destinations)
    named = {"digest": digest.name, "name": digest.name}
    return context.form({**named, "to": to, **present})


@command("newsdesk digest list", "Every digest: what it reads, when, where it goes")
async def list_digests(context: CommandContext) -> Reply:
    """List the digests with their sources, length, schedules and destinations."""
    lines = []
    for digest in await context.list_digests():
        lines.append(_render_digest(context, digest))
        # Others are answered between two of a hundred digests.
        await asyncio.sleep(0)
    nothing = context.say("There is no digest yet. /newsdesk setup makes one.")
    return context.listing(context.say("Digests"), lines, nothing=nothing)


def _render_digest(context: CommandContext, digest: Digest) -> ListItem:
    when = context.say("paused") if digest.paused else context.format_next_due(digest)
    where = format_channels(digest.destinations) or context.say("no destination")
    schedules = (format_schedule(one, context.texts) for one in digest.schedules)
    text = join_notes(
        context.count("{n} source", "{n} sources", len(digest.sources)),
        context.count("{n} story", "{n} stories", digest.options.stories),
        digest.options.language,
        *(shorten_line(capitalize_first(one)) for one in schedules),
    )
    return ListItem(title=digest.name, text=text, note=f"{when} → {where}")


@command(
    "newsdesk digest clone",
    "A new digest with another one's settings",
    '"Morning brief" "Late brief"',
)
async def clone_digest(
    context: CommandContext,
    digest: Annotated[Digest, named_digest("The one that is copied")],
    name: NewName,
    to: NewDestinations = (),
) -> Reply:
    """Propose a copy of the digest, without its schedules and pauses."""
    entry = {**digest.settings.to_entry(), "name": name}
    for setting in ("schedule", "skip", "paused", "paused_until"):
        entry[setting] = DEFAULT_DIGEST[setting]
    if to:
        entry["destinations"] = list(to)
    left = context.small_print(
        "Its schedules are not copied, so that nothing is posted twice: "
        "/newsdesk schedule add. It starts afresh: nothing counts as posted yet."
    )
    return await propose_and_render(context, request_digest(name, entry), more=[left])


@command("newsdesk digest delete", "Delete a digest; what it posted stays", "Evening")
async def delete_digest(
    context: CommandContext,
    digest: Annotated[Digest, named_digest("Its name", rest=True)],
) -> Reply:
    """Propose to delete the digest."""
    request = ChangeRequest(noun="digest", name=digest.name, edit=lambda _: None)
    stays = context.say(
        "It is no longer posted. What was posted stays, with its buttons, and it can "
        "be brought back with /newsdesk history."
    )
    return await propose_and_render(context, request, more=[stays])


@command(
    "newsdesk style",
    "How many stories, how long, which sections",
    "",
    "stories=7 corrections=tell",
    "summary=long quotes=2 brief=0",
    'sections="summary, figures, quotes, also"',
)
async def change_style(
    context: CommandContext,
    settings: Annotated[Mapping[str, str], OptionGroup(DigestSettings, _STYLE)],
    digest: DigestArgument,
) -> Reply | Form:
    """Propose another style; without options, show a form with the present one."""
    wanted: SettingsEntry = {**settings}
    if not wanted:
        present = _format_values(digest, _STYLE_FORM)
        return context.form({**present, "digest": digest.name})
    if "sections" in wanted:
        wanted = _fill_sections(digest.options, wanted)
    change = await propose(context, request_settings(digest, wanted))
    effect = await render_effect(context, change)
    layout = await _render_layout(context, change)
    return render_proposal(context, change, *effect, *layout)


def _fill_sections(options: DigestOptions, wanted: SettingsEntry) -> SettingsEntry:
    """Add the defaults of settings that would leave a newly chosen section empty."""
    with report_at_field("sections"):
        chosen = parse_sections(str(wanted["sections"])) or ()
    defaults = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in settings.SECTION_SETTINGS.items()
        if section in chosen
        and section not in (options.sections or ())
        and not settings.is_section_filled(options, section)
    }
    return {**defaults, **wanted}


async def _render_layout(
    context: CommandContext, change: ConfigurationChange
) -> list[Block]:
    """Render the layout of the next edition, and an edition to see it in."""
    (step,) = change.steps
    after = DigestOptions.from_stored(step.after)
    if after.sections is None and not (step.before or {}).get("sections"):
        return []
    description = Paragraph(text=settings.describe_layout(after, context.texts))
    sketch = await get_previews(context).preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return [description]
    label = context.small_print("The next edition would look like this, as things are:")
    if sketch.posted:
        label = context.small_print(
            "Nothing is new right now. The last edition would look like this:"
        )
    return [description, label, RenderedEdition(parts=sketch.parts)]
