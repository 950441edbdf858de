"""The pages of destinations: channels that digests can be posted to, and how.

A channel becomes a destination only from inside it, so that nobody can name a channel
that they cannot see. Posting to a channel that refused messages is resumed only if the
platform now says that the bot may post there; otherwise the page says what is missing.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from bot.commands.changes import propose_and_render
from bot.commands.context import CommandContext
from bot.commands.digest_requests import name_destination
from bot.commands.panel import (
    Answers,
    back_button,
    build_choice,
    build_form,
    build_menu,
    build_page,
    list_setting_options,
    run_form,
)
from bot.commands.presentation import STATE_SIGNS, Page, render_finding
from bot.configuration.change_steps import ChangeRequest, request_edit, request_entry
from bot.errors import FieldError, UnknownName
from bot.lookup.name_resolution import get_channel
from bot.model import (
    Block,
    Destination,
    Digest,
    Form,
    FormField,
    ListItem,
    PostOptions,
    Reply,
    SettingsEntry,
    list_settings,
)

#: Destinations of one page, each with a choice of its menu.
PLACES_PER_PAGE: Final = 20


async def list_places(context: CommandContext, number: str) -> Reply:
    """Show the destinations, each with the digests that are posted there."""
    places = await context.list_destinations()
    users = await _list_users(context)
    shown = Page.of(places, number, PLACES_PER_PAGE)
    lines: list[Block | str] = [
        _render_place(context, place, users[place.name]) for place in shown.items
    ]
    if position := shown.format_position(context):
        lines.append(position)
    if not places:
        lines = [
            context.say(
                "No channel is a destination yet. Open this in the channel that should "
                "get the news."
            )
        ]
    options = (
        build_choice(context, f"p{place.id}", f"#{place.name}") for place in shown.items
    )
    controls = [*shown.build_turns(context, "home", "places"), back_button(context)]
    here = context.place.channel
    if here is not None and all(place.channel != here for place in places):
        controls.insert(0, context.button("Add this channel", "home", "here"))
    menus = build_menu(context.say("Open a destination"), options)
    return build_page(context, context.say("Destinations"), lines, controls, menus)


async def _list_users(context: CommandContext) -> Mapping[str, list[Digest]]:
    """List the digests that are posted to each destination, by its name."""
    users: dict[str, list[Digest]] = defaultdict(list)
    for digest in await context.list_digests():
        for place in digest.destinations:
            users[place.name].append(digest)
    return users


def _render_place(
    context: CommandContext, place: Destination, users: Iterable[Digest]
) -> ListItem:
    names = ", ".join(digest.name for digest in users)
    sign = STATE_SIGNS["problem" if place.paused else "ok"]
    again = ""
    if place.paused and place.retest_at:
        when = context.format_moment(place.retest_at)
        again = context.say("Next attempt: {when}.", when=when)
    note = context.say("no digest posts there")
    if names:
        note = context.say("Digests: {names}", names=names)
    return ListItem(
        title=f"{sign} #{place.name}",
        text=" ".join(filter(None, (context.message(place.paused), again))),
        note=note,
    )


async def open_place(context: CommandContext, key: int, rest: str) -> Reply | Form:
    """Show a destination, or do what its button asks for.

    Raises:
        UnknownName: It is not a destination of this workspace any more.
    """
    known = await context.list_destinations()
    place = next((place for place in known if place.id == key), None)
    if place is None or rest not in _ACTIONS:
        raise UnknownName("This channel is no longer a destination.")
    return await _ACTIONS[rest](context, place)


async def _show_place(context: CommandContext, place: Destination) -> Reply:
    users = (await _list_users(context))[place.name]
    page = f"p{place.id}"
    absent = _list_unsupported(context)
    options = list_setting_options(
        context, page, place.settings, "where", "look", without=absent
    )
    controls = [
        context.button("Check it", "home", f"{page}:check"),
        context.button("Remove", "home", f"{page}:remove"),
        back_button(context, "places"),
    ]
    if place.paused:
        resume = context.button("Post there again", "home", f"{page}:resume")
        controls[0:1] = [resume]
    return build_page(
        context,
        f"#{place.name}",
        [_render_place(context, place, users)],
        controls,
        build_menu(context.say("How it is posted there"), options),
    )


def _list_unsupported(context: CommandContext) -> frozenset[str]:
    """List the settings of a destination that its platform does not have."""
    plugin = context.services.plugins.get(context.workspace.platform)
    supported = plugin.post_options if plugin else frozenset()
    return frozenset(one.name for one in list_settings(PostOptions)) - supported


async def _check_place(context: CommandContext, place: Destination) -> Reply:
    """Show what the platform says about posting there."""
    doctor = context.services.doctor
    found = await doctor.check_destinations(context.workspace, [place])
    lines: list[Block | str] = [render_finding(context, one) for one in found]
    if not lines:
        lines = [context.say("Nothing is known to be wrong there.")]
    page = f"p{place.id}"
    controls = [back_button(context, page)]
    if any(one.state == "problem" for one in found):
        again = f"{page}:resume" if place.paused else f"{page}:check"
        controls.insert(0, context.button("Check again", "home", again))
    return build_page(context, f"#{place.name}", lines, controls)


async def _resume_place(context: CommandContext, place: Destination) -> Reply:
    """Propose to post there again, if the platform lets the bot."""
    doctor = context.services.doctor
    found = await doctor.check_destinations(context.workspace, [place])
    if any(one.state == "problem" for one in found):
        return await _check_place(context, place)
    return await propose_and_render(
        context, _request_place(place.name, {"stopped": None})
    )


async def _remove_place(context: CommandContext, place: Destination) -> Reply:
    """Propose to remove the destination, also from the digests posted there."""

    def leave(entry: SettingsEntry) -> SettingsEntry:
        others = [name for name in entry["destinations"] if name != place.name]
        return {**entry, "destinations": others}

    users = (await _list_users(context))[place.name]
    left = [request_edit("digest", digest.name, leave) for digest in users]
    gone = request_entry("destination", place.name, None)
    return await propose_and_render(context, *left, gone)


_ACTIONS: Final[
    Mapping[str, Callable[[CommandContext, Destination], Awaitable[Reply]]]
] = {
    "": _show_place,
    "check": _check_place,
    "resume": _resume_place,
    "remove": _remove_place,
}


async def add_place(context: CommandContext, _: str) -> Reply | Form:
    """Ask what digests call this channel; then propose it as a destination."""
    channel, known = get_channel(context.place), await context.list_destinations()
    there = next((place for place in known if place.channel == channel), None)
    if there is not None:
        return await _show_place(context, there)

    async def propose_place(given: Answers) -> Reply:
        name = given["name"].lstrip("#")
        if any(place.name == name for place in known):
            raise FieldError(
                "There is already a destination «{name}».", name=name, field="name"
            )
        entry = {"name": name, "channel": channel, "stopped": None}
        return await propose_and_render(context, _request_place(name, entry))

    asked = FormField(
        name="name",
        label=context.say("How digests call it"),
        value=name_destination("", channel, known),
    )
    title = context.say("Add this channel")
    form = build_form(context, "here", title, [asked])
    return await run_form(context, form, propose_place)


def _request_place(name: str, wanted: SettingsEntry) -> ChangeRequest:
    return ChangeRequest(
        noun="destination",
        name=name,
        edit=lambda before: {**(before or {}), **wanted},
    )
