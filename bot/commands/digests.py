"""`/newsdesk digest`: create, edit, list, clone and delete digests.

`/newsdesk setup` and `/newsdesk digest create` share the first step: the channel
becomes a destination if it is none, the name of a pack stands for its feeds, and the
workspace gets its zone from its first schedule.
"""

import re
from collections.abc import Callable, Mapping

from bot.commands.changes import DIGEST_OPTION, propose_and_render, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.forms import build_command_form, wrap_with_form
from bot.commands.presentation import format_due_time
from bot.configuration import feed_lists
from bot.configuration.change_steps import ChangeRequest, EntryEdit
from bot.configuration.diff import shorten_line
from bot.configuration.feed_lists import expand_addresses
from bot.configuration.settings import (
    build_setting_options,
    format_form_values,
    read_given_settings,
)
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.model import (
    DEFAULT_DIGEST,
    Command,
    CommandOption,
    Destination,
    Digest,
    DigestSettings,
    Form,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
    SmallPrint,
)
from bot.publishing.planning import (
    capitalize_first,
    digest_zone,
    find_next_due,
    format_schedule,
)
from bot.schedules.parsing import parse_schedule
from bot.storage import destination_store

NAME_OPTION = CommandOption(name="name", description="What it is called", required=True)
SOURCES_OPTION = CommandOption(
    name="source",
    description="Addresses of feeds or sites, or a pack such as world",
    required=True,
    completes="pack",
)
SCHEDULE_OPTION = CommandOption(
    name="schedule",
    description="When, such as: weekdays at 8:30 Europe/Berlin",
)
DESTINATIONS_OPTION = CommandOption(
    name="to",
    description="Destinations, by commas; without it this channel",
    completes="destination",
)
#: Settings that a new digest can be given.
SETTING_OPTIONS = build_setting_options(DigestSettings, "create")


def build_digests(context: CommandContext) -> tuple[Command, ...]:
    """Build the commands."""
    return (
        _build_create(context),
        _build_edit(context),
        _build_list(context),
        _build_clone(context),
        _build_delete(context),
    )


def _build_create(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        wanted = await request_new_digest(context, invocation, invocation.args)
        change = await context.configuration.propose(invocation, *wanted)
        texts = texts_for(invocation)
        later = texts.say(
            "Its sources are read when it is saved; /newsdesk preview then shows the "
            "edition."
        )
        return render_proposal(context, change, texts, SmallPrint(text=later))

    command = Command(
        path="newsdesk digest create",
        description="A new digest for this channel",
        permission=Permission.EDITOR,
        run=run,
        options=(
            NAME_OPTION,
            SOURCES_OPTION,
            SCHEDULE_OPTION,
            DESTINATIONS_OPTION,
            *SETTING_OPTIONS,
        ),
        examples=(
            '/newsdesk digest create "World" world schedule="daily at 7:00"',
            '/newsdesk digest create "Tech" https://news.example/feed.xml',
        ),
    )
    return wrap_with_form(command, {"sources": "source", "destinations": "to"})


def _build_edit(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply | Form:
        args = invocation.args
        digest = await context.archive.named(invocation.place, args.get("digest"))
        changes = _parse_changes(args)
        if not changes:
            present = {
                "digest": digest.name,
                "name": digest.name,
                "to": ", ".join(digest.settings.destinations),
                **format_form_values(digest.settings, "edit"),
            }
            return build_command_form(command, present, texts_for(invocation))
        return await propose_and_render(
            context, invocation, request_settings(digest, changes)
        )

    command = Command(
        path="newsdesk digest edit",
        description="Change a digest: name, destinations, length",
        permission=Permission.EDITOR,
        run=run,
        options=(
            DIGEST_OPTION,
            CommandOption(name="name", description="Its new name"),
            DESTINATIONS_OPTION,
            *build_setting_options(DigestSettings, "edit"),
        ),
        examples=(
            '/newsdesk digest edit stories=7 digest="Morning brief"',
            '/newsdesk digest edit name="Early brief"',
        ),
    )
    return wrap_with_form(command, {"destinations": "to"})


def _parse_changes(args: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = read_given_settings(args, DigestSettings, "edit")
    if args.get("name", "").strip():
        found["name"] = args["name"]
    if args.get("to", "").strip():
        found["destinations"] = args["to"].split(",")
    return found


def request_settings(digest: Digest, changes: Mapping[str, object]) -> ChangeRequest:
    """Request that these settings of the digest get these values."""
    return request_edit(digest, lambda entry: {**entry, **changes})


def request_edit(
    digest: Digest, change: Callable[[SettingsEntry], SettingsEntry]
) -> ChangeRequest:
    """Request that the settings of the digest become the result of `change`."""
    return ChangeRequest(
        noun="digest",
        name=digest.name,
        edit=lambda entry: change(entry) if entry is not None else None,
    )


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await context.archive.digests(invocation.place.workspace.id)
        title = texts.say("Digests")
        if not known:
            nothing = texts.say("There is no digest yet. /newsdesk setup makes one.")
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        lines = tuple(_render_digest(context, digest, texts) for digest in known)
        return Reply(title=title, blocks=lines)

    return Command(
        path="newsdesk digest list",
        description="Every digest: what it reads, when, where it goes",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk digest list",),
    )


def _render_digest(context: CommandContext, digest: Digest, texts: Texts) -> ListItem:
    now, zone = context.clock.now(), digest_zone(digest)
    due = find_next_due(digest, now)
    when = (
        texts.say("paused") if digest.paused else format_due_time(due, zone, now, texts)
    )
    where = ", ".join(f"#{place.name}" for place in digest.destinations)
    parts = (
        texts.count("{n} source", "{n} sources", len(digest.sources)),
        texts.count("{n} story", "{n} stories", digest.options.stories),
        digest.options.language,
        *(
            shorten_line(capitalize_first(format_schedule(one, texts)))
            for one in digest.schedules
        ),
    )
    return ListItem(
        title=digest.name,
        text=" · ".join(parts),
        note=f"{when} → {where or texts.say('no destination')}",
    )


def _build_clone(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_for(invocation), invocation.args
        digest = await context.archive.named(invocation.place, args["digest"])
        name = " ".join(args["name"].split())
        change = await context.configuration.propose(
            invocation,
            ChangeRequest(
                noun="digest", name=name, edit=_copy_digest(digest, name, args)
            ),
        )
        left = texts.say(
            "Its schedules are not copied, so that nothing is posted twice:"
            " /newsdesk schedule add. It starts fresh: nothing counts as "
            "posted yet."
        )
        return render_proposal(context, change, texts, SmallPrint(text=left))

    return wrap_with_form(
        Command(
            path="newsdesk digest clone",
            description="A new digest with another one's settings",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="digest",
                    description="The one that is copied",
                    required=True,
                    completes="digest",
                ),
                NAME_OPTION,
                DESTINATIONS_OPTION,
            ),
            examples=('/newsdesk digest clone "Morning brief" "Late brief"',),
        ),
        {"destinations": "to"},
    )


def _copy_digest(digest: Digest, name: str, args: Mapping[str, str]) -> EntryEdit:
    entry = {**digest.settings.to_entry(), "name": name}
    for fresh in ("schedule", "skip", "paused", "paused_until"):
        entry[fresh] = DEFAULT_DIGEST[fresh]
    if args.get("to", "").strip():
        entry["destinations"] = args["to"].split(",")
    return _create_entry(name, entry)


def _build_delete(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        digest = await context.archive.named(
            invocation.place, invocation.args["digest"]
        )
        wish = ChangeRequest(noun="digest", name=digest.name, edit=lambda _: None)
        change = await context.configuration.propose(invocation, wish)
        stays = texts.say(
            "It is no longer posted. Earlier posts stay, with their "
            "buttons, and the digest can be restored with /newsdesk "
            "history."
        )
        return render_proposal(context, change, texts, Paragraph(text=stays))

    return wrap_with_form(
        Command(
            path="newsdesk digest delete",
            description="Delete a digest; what it posted stays",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="digest",
                    description="Its name",
                    required=True,
                    rest=True,
                    completes="digest",
                ),
            ),
            examples=("/newsdesk digest delete Evening",),
        )
    )


#: The first channel of the local page.
FIRST_LOCAL_CHANNEL = "news"
_NAME_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


async def request_new_digest(
    context: CommandContext, asked: Invocation, answers: Mapping[str, str]
) -> list[ChangeRequest]:
    """Request the zone, destination and settings of a new digest, in this order.

    Args:
        context: Of the commands.
        asked: The invocation: its channel is the destination.
        answers: name, source, and perhaps schedule, stories, language, to.
    """
    name = " ".join(answers.get("name", "").split())
    source, sentence = answers.get("source", ""), answers.get("schedule", "")
    to = [part.strip() for part in answers.get("to", "").split(",") if part.strip()]
    found: list[ChangeRequest] = []
    if not to:
        place, request = await request_destination_here(context, asked.place, name)
        found += [request] if request else []
        to = [place]
    entry: SettingsEntry = {
        **DEFAULT_DIGEST,
        "name": name,
        "sources": expand_addresses(source),
        "schedule": [sentence] if sentence.strip() else [],
        "destinations": to,
        "language": feed_lists.get_pack_language(source) or "en",
        **read_given_settings(answers, DigestSettings, "create"),
    }
    return [
        *await _request_zone(context, asked.place, sentence),
        *found,
        ChangeRequest(noun="digest", name=name, edit=_create_entry(name, entry)),
    ]


async def request_destination_here(
    context: CommandContext, place: Location, name: str
) -> tuple[str, ChangeRequest | None]:
    """Return the name of this channel's destination, and the request to create it."""
    channel = get_channel(place)
    known = await context.db.read(
        destination_store.list_destinations, workspace_id=place.workspace.id
    )
    for found in known:
        if found.channel == channel:
            return found.name, None
    called = choose_destination_name(name, channel, known)
    entry = {"name": called, "channel": channel, "stopped": None}
    return called, ChangeRequest(noun="destination", name=called, edit=lambda _: entry)


def get_channel(place: Location) -> str:
    """Return the id of the channel on its platform."""
    if place.channel is not None:
        return place.channel
    if place.workspace.platform == "local":
        return FIRST_LOCAL_CHANNEL
    raise UserError("There is no channel here. Run this in the channel for the digest.")


def choose_destination_name(
    wanted: str, channel: str, known: tuple[Destination, ...]
) -> str:
    """Choose a short unused name: from the words, or else from the channel."""
    words = "-".join(_NAME_WORD.findall(wanted.lower()))[:40].strip("-") or channel[:40]
    taken = {place.name for place in known}
    numbered = (f"{words}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (words, *numbered) if name not in taken)


def _create_entry(name: str, entry: SettingsEntry) -> EntryEdit:
    """Return `entry`, unless there is a digest of this name."""

    def edit(before: SettingsEntry | None) -> SettingsEntry:
        if before is not None:
            raise FieldError(
                "There is already a digest «{name}».", name=name, field="name"
            )
        return entry

    return edit


async def _request_zone(
    context: CommandContext, place: Location, sentence: str
) -> list[ChangeRequest]:
    """Request the zone of the first schedule, if the workspace has none yet."""
    workspace = place.workspace
    if workspace.zone != "UTC" or await context.archive.digests(workspace.id):
        return []
    try:
        zone = parse_schedule(sentence).zone
    except UserError:
        return []
    entry = {"name": "zone", "zone": zone}
    return [ChangeRequest(noun="zone", name="zone", edit=lambda _: entry)]
