"""The page of a digest: its settings in four menus, and what can be done with it."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from bot.commands.changes import propose_and_render
from bot.commands.context import CommandContext
from bot.commands.digest_requests import parse_names, request_digest
from bot.commands.panel import (
    Answers,
    back_button,
    build_choice,
    build_form,
    build_menu,
    build_page,
    format_plan,
    list_setting_options,
    run_form,
    shorten_label,
)
from bot.commands.presentation import STATE_SIGNS, format_channels, format_occurrence
from bot.configuration.change_steps import request_entry
from bot.ingest import source_health
from bot.model import (
    DEFAULT_DIGEST,
    MAX_MENU_OPTIONS,
    Control,
    ControlMenu,
    Digest,
    FactTable,
    Form,
    FormField,
    ListItem,
    MenuOption,
    Reply,
    SettingGroup,
)
from bot.publishing.planning import digest_zone, format_schedules
from bot.storage import schedule_store
from digests.messages import Message

#: Choices of one page of digests: four menus.
DIGESTS_PER_PAGE: Final = 100
#: The menus of a digest, by the group of their settings.
_MENUS: Final[Mapping[SettingGroup, Message]] = {
    "what": Message("What it contains"),
    "when": Message("When it is posted"),
    "where": Message("Where it is posted"),
    "look": Message("How it looks"),
}
#: Settings that a copy does not take over.
_NOT_COPIED: Final = ("schedule", "skip", "paused", "paused_until")


async def show_digest(context: CommandContext, digest: Digest, _: str) -> Reply:
    """Show when and where the digest is posted, its settings, and what can be done."""
    rows = await list_facts(context, digest)
    rows.append((context.say("Sources"), _format_sources(context, digest)))
    return build_page(
        context,
        digest.name,
        [FactTable(rows=tuple(rows))],
        [
            *build_first_buttons(context, digest),
            *_build_other_buttons(context, digest),
            back_button(context),
        ],
        build_digest_menus(context, digest),
    )


async def render_digest_line(context: CommandContext, digest: Digest) -> ListItem:
    """Render its next moment and its last outcome, with the button that opens it."""
    where = format_channels(digest.destinations) or context.say("no destination")
    plan = format_plan(context, digest)
    if not digest.paused:
        plan = context.say("Next: {when}", when=plan)
    label = context.say("Open {name}", name=digest.name)
    page = context.control_id("home", f"d{digest.id}")
    last = await format_last_outcome(context, digest)
    return ListItem(
        title=digest.name,
        text=f"{plan} → {where}",
        note=context.say("Last: {outcome}", outcome=last) if last else "",
        control=Control(id=page, label=shorten_label(label)),
    )


async def list_facts(context: CommandContext, digest: Digest) -> list[tuple[str, str]]:
    """List when and where the digest is posted, and its last outcome."""
    texts, today = context.texts, context.get_today(digest_zone(digest))
    where = format_channels(digest.destinations) or context.say("no destination")
    skipped = [texts.date(day) for day in digest.skips if day >= today]
    rows = [
        (context.say("Next"), format_plan(context, digest)),
        (context.say("Schedule"), format_schedules(digest, texts)),
        (context.say("Left out"), ", ".join(skipped)),
        (context.say("Posted to"), where),
        (context.say("Last"), await format_last_outcome(context, digest)),
    ]
    return [(label, value) for label, value in rows if value]


async def format_last_outcome(context: CommandContext, digest: Digest) -> str:
    """Format what came of the digest's last moment; "" if it had none yet."""
    newest = schedule_store.list_newest_occurrences
    found = await context.query(newest, digest_id=digest.id, count=1)
    return await format_occurrence(context, digest, found[0]) if found else ""


def _format_sources(context: CommandContext, digest: Digest) -> str:
    said = context.count("{n} source", "{n} sources", len(digest.sources))
    dead = sum(source_health.is_dead(one, context.now) for one in digest.sources)
    parts = [said]
    if dead:
        bad = context.count("{n} cannot be read", "{n} cannot be read", dead)
        parts.append(f"{STATE_SIGNS['problem']} {bad}")
    if digest.paused_sources:
        n = len(digest.paused_sources)
        parts.append(context.count("{n} is paused", "{n} are paused", n))
    return ", ".join(parts)


def build_digest_menus(
    context: CommandContext, digest: Digest, *, named: bool = False
) -> tuple[ControlMenu, ...]:
    """Build the menus of the digest's settings: what, when, where, how it looks.

    They name the digest if it is not the only one on the page.
    """
    target, settings = f"d{digest.id}", digest.settings
    menus: list[ControlMenu] = []
    for group, label in _MENUS.items():
        options = list_setting_options(context, target, settings, group)
        if group == "where":
            options += _list_places(context, digest)
            del options[MAX_MENU_OPTIONS:]
        said = context.message(label)
        prefix = f"{shorten_label(digest.name)} · " if named else ""
        menus += build_menu(f"{prefix}{said}", options)
    return tuple(menus)


def _list_places(context: CommandContext, digest: Digest) -> list[MenuOption]:
    """List its destinations, each of which has settings of its own."""
    return [
        build_choice(
            context,
            f"p{place.id}",
            f"#{place.name}",
            context.say("how it is posted there"),
        )
        for place in digest.destinations
    ]


def build_first_buttons(context: CommandContext, digest: Digest) -> list[Control]:
    """Build the buttons for what is done most often with a digest."""
    page = f"d{digest.id}"
    return [
        context.button("Preview", "preview", digest.name, primary=True),
        context.button("Post now", "home", f"{page}:post"),
        context.button("Add a source", "set", page, "sources"),
        context.button("All sources", "home", f"{page}:sources:1"),
    ]


def _build_other_buttons(context: CommandContext, digest: Digest) -> Iterator[Control]:
    page = f"d{digest.id}"
    if digest.paused or digest.paused_until:
        yield context.button("Resume", "set", page, "paused", "no")
    else:
        yield context.button("Pause", "set", page, "paused", "yes")
    yield context.button("Copy", "home", f"{page}:copy")
    yield context.button("Delete", "home", f"{page}:delete")


# ── all digests ────────────────────────────────────────────────────────────────


async def build_digest_choices(
    context: CommandContext, digests: tuple[Digest, ...]
) -> tuple[ControlMenu, ...]:
    """Build menus to open one of the digests, each with its next moment."""
    options = []
    for digest in digests:
        note = format_plan(context, digest)
        options.append(build_choice(context, f"d{digest.id}", digest.name, note))
        # Others are answered between two of a hundred digests.
        await asyncio.sleep(0)
    return build_menu(context.say("Open a digest"), options)


# ── what is done with a digest ─────────────────────────────────────────────────


async def delete_digest(context: CommandContext, digest: Digest, _: str) -> Reply:
    """Propose to delete the digest."""
    request = request_entry("digest", digest.name, None)
    stays = context.say(
        "It is no longer posted. What was posted stays, with its buttons, and it can "
        "be brought back with /newsdesk history."
    )
    return await propose_and_render(context, request, more=[stays])


async def copy_digest(context: CommandContext, digest: Digest, _: str) -> Reply | Form:
    """Ask for the name of a copy; with it, propose the copy without its schedules."""

    async def propose_copy(given: Answers) -> Reply:
        reset = {setting: DEFAULT_DIGEST[setting] for setting in _NOT_COPIED}
        name = " ".join(given["name"].split())
        entry: Mapping[str, object] = {
            **digest.settings.to_entry(),
            **reset,
            "name": name,
            "destinations": parse_names(given["destinations"]),
        }
        left = context.small_print(
            "Its schedules are not copied, so that nothing is posted twice. It starts "
            "afresh: nothing counts as posted yet."
        )
        request = request_digest(name, entry)
        return await propose_and_render(context, request, more=[left])

    fields = (
        FormField(name="name", label=context.say("Name of the copy")),
        FormField(
            name="destinations",
            label=context.say("Destinations"),
            description=context.say("Their names, separated by commas"),
            required=False,
            value=", ".join(place.name for place in digest.destinations),
        ),
    )
    title = context.say("Copy «{name}»", name=shorten_label(digest.name))
    form = build_form(context, f"d{digest.id}:copy", title, fields)
    return await run_form(context, form, propose_copy)
