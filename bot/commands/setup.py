"""`/newsdesk setup`, and new digests from the panel, with a preview of the edition.

Without options it shows a form or, where a digest is posted here already, the
checklist of this channel, from which the digest is changed or a second one is added.
With answers it shows the whole edition as it would be posted, and one button creates
destination, digest and schedule together.
"""

from collections.abc import Iterator, Sequence

from bot.commands.changes import get_previews, propose, render_proposal
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_requests import (
    SOURCES_HELP,
    NewName,
    NewSchedule,
    NewSettings,
    NewSources,
    describe_setting,
    get_channel,
    parse_names,
    request_new_digest,
)
from bot.commands.panel import Answers, build_form, run_form, shorten_label
from bot.commands.presentation import (
    STATE_SIGNS,
    format_channels,
    render_excerpt_sources,
)
from bot.configuration import feed_lists
from bot.configuration.change_preview import MAX_ADDRESSES, DigestPreview
from bot.configuration.change_steps import ChangeRequest, ConfigurationChange
from bot.errors import FieldError
from bot.ingest import source_health
from bot.model import (
    Block,
    Digest,
    Form,
    FormField,
    ListItem,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import digest_zone, find_next_due

#: Options that the form requires; without any option the checklist is shown.
REQUIRED = ("name", "source", "schedule")
#: The name and the pack that the form suggests.
DEFAULT_NAME, DEFAULT_PACK = "Morning brief", "world"
#: Digests of one channel that the checklist offers to change.
MAX_CHANGED = 4


@command(
    "newsdesk setup",
    "Set up this channel, with a preview of the edition",
    "",
    'World world "daily at 7:00 Europe/Berlin"',
)
async def set_up_channel(
    context: CommandContext,
    *,
    name: NewName = "",
    source: NewSources = "",
    schedule: NewSchedule = "",
    settings: NewSettings,
) -> Reply | Form:
    """Show the checklist of this channel, the form, or the preview of a new digest."""
    given = {name: said for name, said in context.typed.items() if said}
    if not given:
        here = await context.list_digests_here()
        if here:
            return _render_checklist(context, here)
        suggested = {
            "name": DEFAULT_NAME,
            "source": DEFAULT_PACK if DEFAULT_PACK in feed_lists.list_packs() else "",
            "schedule": f"weekdays at 8:30 {context.zone}",
            "stories": "5",
        }
        return context.form(suggested, required=REQUIRED)
    missing = [option for option in REQUIRED if option not in given]
    if missing:
        errors = dict.fromkeys(missing, context.say("This is required."))
        return context.form(given, errors, required=REQUIRED)
    requests = await request_new_digest(context, name, source, schedule, settings)
    return await _render_preview(context, requests)


async def _render_preview(
    context: CommandContext, requests: Sequence[ChangeRequest]
) -> Reply:
    change = await propose(context, *requests)
    entry = change.steps[-1].after
    assert entry is not None, "the last request is the digest"
    asked = len(entry["sources"])
    if asked > MAX_ADDRESSES:
        raise FieldError(
            "That is too many to start with; at most {most}. Add the others later.",
            most=MAX_ADDRESSES,
            field="sources",
        )
    draft = await get_previews(context).preview_digest(change.workspace, entry)
    if len(draft.problems) == asked:
        problems = " ".join(
            f"{address}: {context.message(why)}" for address, why in draft.problems[:3]
        )
        raise FieldError("{problems}", problems=problems, field="sources")
    readings = _render_readings(context, draft, change, asked)
    return render_proposal(context, change, *readings)


def _render_readings(
    context: CommandContext,
    draft: DigestPreview,
    change: ConfigurationChange,
    asked: int,
) -> Iterator[Block]:
    """Render what was read, and the edition as people would see it."""
    held, read = draft.edition.made_from.articles, asked - len(draft.problems)
    sources = context.count("{n} source", "{n} sources", asked)
    found = context.count("{n} article", "{n} articles", held)
    title = context.say(
        "✓ {n} of {all} read: {articles}", n=read, all=sources, articles=found
    )
    yield ListItem(title=title)
    for address, why in draft.problems:
        title = f"{STATE_SIGNS['problem']} {address}"
        yield ListItem(title=title, text=context.message(why))
    yield from render_excerpt_sources(context, draft.excerpts)
    if not draft.edition.stories:
        yield context.small_print(
            "Nothing would be posted now: there are no new articles. The "
            "first edition comes as soon as there are."
        )
    elif draft.rendered is None:
        yield context.small_print(
            "{platform} is not connected yet, so the edition cannot be shown here.",
            platform=change.workspace.platform,
        )
    else:
        yield context.small_print("The edition as it would be posted now:")
        yield draft.rendered


# ── another digest ─────────────────────────────────────────────────────────────


async def add_digest(context: CommandContext) -> Reply | Form:
    """Ask for a new digest of the panel; with answers, show its first edition."""

    async def show_preview(given: Answers) -> Reply:
        requests = await request_new_digest(
            context,
            " ".join(given["name"].split()),
            given["sources"],
            given["schedule"],
            {"language": given["language"]} if given["language"] else {},
            parse_names(given["destinations"]),
        )
        return await _render_preview(context, requests)

    if not await context.list_destinations():
        # Said before a form is filled in for nothing.
        get_channel(context.place)
    form = build_form(
        context, "new", context.say("A new digest"), await _list_fields(context)
    )
    return await run_form(context, form, show_preview)


async def _list_fields(context: CommandContext) -> list[FormField]:
    is_first = not await context.list_digests()
    places = await context.list_destinations()
    here = [place.name for place in places if place.channel == context.place.channel]
    pack = DEFAULT_PACK if is_first and DEFAULT_PACK in feed_lists.list_packs() else ""
    return [
        FormField(
            name="name",
            label=context.say("Name"),
            description=context.texts.word(describe_setting("name")),
            value=DEFAULT_NAME if is_first else "",
        ),
        FormField(
            name="sources",
            label=context.say("Sources"),
            description=context.texts.word(SOURCES_HELP),
            value=pack,
            lines=True,
        ),
        FormField(
            name="schedule",
            label=context.say("Schedule"),
            description=context.texts.word(describe_setting("schedule")),
            value=f"weekdays at 8:30 {context.zone}",
            required=False,
        ),
        FormField(
            name="destinations",
            label=context.say("Destinations"),
            description=context.say("Their names, by commas; empty: this channel"),
            value=", ".join(here),
            required=False,
        ),
        FormField(
            name="language",
            label=context.say("Language"),
            description=context.texts.word(describe_setting("language")),
            required=False,
        ),
    ]


# ── a channel that is set up ───────────────────────────────────────────────────


def _render_checklist(context: CommandContext, here: Sequence[Digest]) -> Reply:
    blocks: list[Block] = []
    for digest in here:
        blocks += [SmallPrint(text=digest.name), *_render_steps(context, digest)]
    another = context.small_print("Another channel: run /newsdesk setup there.")
    title = context.say("This channel is set up")
    if len(here) == 1:
        change = [context.button("Change it", "home", f"d{here[0].id}", primary=True)]
    else:
        change = [
            context.button(
                "Change {name}", "home", f"d{one.id}", name=shorten_label(one.name, 25)
            )
            for one in here[:MAX_CHANGED]
        ]
    controls = [
        *change,
        context.button("Add a second digest", "home", "new"),
        context.button("Preview", "preview"),
        context.button("Doctor", "doctor"),
    ]
    return context.reply(*blocks, another, title=title, controls=controls)


def _render_steps(context: CommandContext, digest: Digest) -> Iterator[ListItem]:
    """Render destinations, sources, schedule and length: done, or what to do."""
    where = format_channels(digest.destinations)
    hint = context.say("Post there again: /newsdesk home")
    yield _render_step(not any(p.paused for p in digest.destinations), where, hint)
    sources = context.count("{n} source", "{n} sources", len(digest.sources))
    hint = context.say("See its sources: /newsdesk home")
    yield _render_step(_are_healthy(context, digest), sources, hint)
    due = find_next_due(digest, context.now)
    hint = context.say("Give it a time: /newsdesk home")
    yield _render_step(due is not None, context.format_next_due(digest), hint)
    stories = context.count("{n} story", "{n} stories", digest.options.stories)
    yield ListItem(title=f"{STATE_SIGNS['ok']} {stories}")


def _are_healthy(context: CommandContext, digest: Digest) -> bool:
    at = (context.now, digest_zone(digest), context.texts)
    found = (source_health.describe_health(one, *at) for one in digest.sources)
    return all(health.state == "ok" for health in found)


def _render_step(done: bool, what: str, hint: str) -> ListItem:
    """Render a step with its sign; the hint says what to do if it is not done."""
    sign = STATE_SIGNS["ok" if done else "problem"]
    return ListItem(title=f"{sign} {what}", note="" if done else hint)
