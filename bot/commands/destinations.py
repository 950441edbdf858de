"""`/newsdesk destination`: channels that digests can be posted to, and how.

A channel becomes one only from inside it: nobody can name a channel that is not theirs.

What a platform has not is refused by `configuring`, in a sentence at its question.
"""

import re
from collections.abc import Mapping, Sequence

from bot.commands.changes import propose_and_render
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import choose_destination_name, get_channel, request_edit
from bot.commands.forms import build_command_form, wrap_with_form
from bot.configuration.change_steps import ChangeRequest
from bot.configuration.diff import shorten_line
from bot.configuration.settings import SettingsEntry
from bot.errors import FieldError, UnknownName
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Destination,
    Digest,
    Form,
    Invocation,
    ListItem,
    Location,
    Paragraph,
    Permission,
    Reply,
)
from bot.storage import destination_store
from digests.language.normalization import normalize_text
from digests.messages import Message


def build_destinations(context: CommandContext) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (
        _build_here(context),
        _build_edit(context),
        _build_list(context),
        _build_remove(context),
    )


def _build_here(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        channel = get_channel(place)
        known = await load_destinations(context, place)
        there = next((d for d in known if d.channel == channel), None)
        said = invocation.args.get("name", "").strip().lstrip("#")
        name = said or (
            there.name if there else choose_destination_name("", channel, known)
        )
        entry: SettingsEntry = {"name": name, "channel": channel, "stopped": None}
        wish = ChangeRequest(
            noun="destination",
            name=there.name if there else name,
            edit=lambda before: {**(before or {}), **entry},
        )
        return await propose_and_render(context, invocation, wish)

    return wrap_with_form(
        Command(
            path="newsdesk destination here",
            description="Let digests be posted to this channel",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="name", description="How digests call it", rest=True
                ),
            ),
            examples=(
                "/newsdesk destination here",
                "/newsdesk destination here morning",
            ),
        )
    )


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await load_destinations(context, invocation.place)
        posting = await context.archive.digests(invocation.place.workspace.id)
        lines = tuple(_render_destination(place, posting, texts) for place in known)
        title = texts.say("Destinations")
        if not lines:
            nothing = texts.say(
                "No channel is a destination yet. Say /newsdesk destination here in "
                "the channel that it is for."
            )
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        return Reply(title=title, blocks=lines)

    return Command(
        path="newsdesk destination list",
        description="The channels that can be posted to",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk destination list",),
    )


def _render_destination(
    place: Destination, known: tuple[Digest, ...], texts: Texts
) -> ListItem:
    users = [d.name for d in known if place.name in {p.name for p in d.destinations}]
    return ListItem(
        title=f"#{place.name}",
        text=texts.message(place.paused),
        note=", ".join(users) or texts.say("no digest posts there"),
    )


def _build_remove(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        place = invocation.place
        known = await load_destinations(context, place)
        name = find_destination(invocation.args["name"], known).name
        users = [
            request_edit(digest, lambda e: _remove_destination(e, name))
            for digest in await context.archive.digests(place.workspace.id)
            if name in {p.name for p in digest.destinations}
        ]
        gone = ChangeRequest(noun="destination", name=name, edit=lambda _: None)
        return await propose_and_render(context, invocation, *users, gone)

    return wrap_with_form(
        Command(
            path="newsdesk destination remove",
            description="Post to a channel no more",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="name",
                    description="What the list calls it",
                    required=True,
                    rest=True,
                    completes="destination",
                ),
            ),
            examples=("/newsdesk destination remove morning",),
        )
    )


def _remove_destination(entry: SettingsEntry, name: str) -> SettingsEntry:
    return {**entry, "destinations": [d for d in entry["destinations"] if d != name]}


_YES, _NO = frozenset({"yes", "on", "true"}), frozenset({"no", "off", "false"})
_NOBODY = frozenset({"nobody", "none", "no", "off"})
#: «<@&4711>», «role 4711», «4711».
_ROLE = re.compile(r"(?:<@&(\d{1,20})>|(?:role\s+)?(\d{1,20}))")
_SWITCHES = ("silent", "thread", "crosspost")
NAME_OPTION = CommandOption(
    name="name",
    description="Which one; without it the one of this channel",
    completes="destination",
)
SILENT_OPTION = CommandOption(
    name="silent", description="Post without a sound", choices=("yes", "no")
)
PING_OPTION = CommandOption(
    name="ping",
    description="The role that hears of scheduled editions, or nobody",
)
THREAD_OPTION = CommandOption(
    name="thread",
    description="All but the first message in a thread",
    choices=("yes", "no"),
)
CROSSPOST_OPTION = CommandOption(
    name="crosspost",
    description="Publish to channels that follow this one",
    choices=("yes", "no"),
)


def _build_edit(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args, known = (
            invocation.args,
            await load_destinations(context, invocation.place),
        )
        place = _resolve_destination(
            args.get("name", ""), invocation.place.channel, known
        )
        wanted = _parse_options(args)
        if not wanted:
            return build_command_form(
                command, _list_current_values(place), texts_for(invocation)
            )
        wish = ChangeRequest(
            noun="destination",
            name=place.name,
            edit=lambda entry: {**entry, **wanted} if entry is not None else None,
        )
        return await propose_and_render(context, invocation, wish)

    command = Command(
        path="newsdesk destination edit",
        description="Silent, with a ping, in a thread, published",
        permission=Permission.EDITOR,
        run=run,
        options=(
            NAME_OPTION,
            SILENT_OPTION,
            PING_OPTION,
            THREAD_OPTION,
            CROSSPOST_OPTION,
        ),
        examples=(
            "/newsdesk destination edit silent=yes thread=yes",
            '/newsdesk destination edit name=morning ping="role 4711"',
        ),
    )
    return wrap_with_form(command)


def _resolve_destination(
    name: str, channel: str | None, known: Sequence[Destination]
) -> Destination:
    if name.strip():
        return find_destination(name, known)
    here = next((place for place in known if place.channel == channel), None)
    if here is None:
        raise UnknownName(
            "This channel is no destination yet. Say /newsdesk destination here first, "
            "or name one: /newsdesk destination list shows them."
        )
    return here


def _parse_options(args: Mapping[str, str]) -> dict[str, object]:
    """The settings that were said, in the words of the configuration file."""
    found: dict[str, object] = {}
    for name in _SWITCHES:
        said = args.get(name, "").strip().casefold()
        if said:
            found[name] = _parse_switch(said, name)
    role = args.get("ping", "").strip()
    if role:
        found["ping"] = _parse_role(role)
    return found


def _parse_switch(said: str, name: str) -> bool:
    if said not in _YES | _NO:
        raise FieldError("Say «yes» or «no».", field=name)
    return said in _YES


def _parse_role(said: str) -> str | None:
    if said.casefold() in _NOBODY:
        return None
    found = _ROLE.fullmatch(said)
    if found is None:
        raise FieldError(
            "Name one role by a mention or by its number, or say «nobody».",
            field="ping",
        )
    return found[1] or found[2]


def _list_current_values(place: Destination) -> dict[str, str]:
    manner = place.manner
    return {
        "name": place.name,
        "silent": "yes" if manner.silent else "no",
        "ping": manner.ping or "nobody",
        "thread": "yes" if manner.thread else "no",
        "crosspost": "yes" if manner.crosspost else "no",
    }


def find_destination(written: str, known: Sequence[Destination]) -> Destination:
    """The destination that somebody means.

    Raises:
        UnknownName: There is none of this name; which there are.
    """
    said = normalize_text(written).strip().lstrip("#")
    found = next((d for d in known if normalize_text(d.name) == said), None)
    if found is None:
        names = ", ".join(f"«{d.name}»" for d in known) or Message("none")
        raise UnknownName(
            "There is no destination «{written}» here. There are: {names}.",
            written=shorten_line(written),
            names=names,
        )
    return found


async def load_destinations(
    context: CommandContext, place: Location
) -> tuple[Destination, ...]:
    """The destinations of the workspace."""
    return await context.db.read(
        destination_store.list_destinations, workspace_id=place.workspace.id
    )
