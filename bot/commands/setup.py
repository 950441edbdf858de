"""`/newsdesk setup`: a new digest, with a preview of its first edition.

Without options it shows a form or, where a digest is posted here already, the
checklist of this channel, from which the digest is changed or a second one is added.
With answers it shows the whole edition as it would be posted, and one button creates
destination, digest and schedule together.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

from bot.commands.changes import get_previews, propose, render_proposal
from bot.commands.context import CommandContext, OptionGroup
from bot.commands.declaration import command
from bot.commands.digest_requests import request_new_digest
from bot.commands.panel import build_problem, shorten_label
from bot.commands.presentation import (
    STATE_SIGNS,
    format_channels,
    render_excerpt_sources,
)
from bot.configuration import feed_lists
from bot.configuration.change_preview import MAX_ADDRESSES, DigestPreview
from bot.configuration.change_steps import ChangeRequest, ConfigurationChange
from bot.errors import FieldError, UserError
from bot.ingest import source_health
from bot.lookup.name_resolution import HERE, get_channel
from bot.model import (
    Block,
    Digest,
    DigestSettings,
    Form,
    ListItem,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import digest_zone, find_next_due

#: What a new digest is asked for.
ASKED: Final = ("name", "sources", "schedule", "destinations", "language", "stories")
#: What it cannot be without; without a schedule it is only posted by an editor.
REQUIRED: Final = ("name", "sources")
#: The name and the pack that the form suggests for the first digest.
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
    wanted: Annotated[Mapping[str, str], OptionGroup(DigestSettings, ASKED)],
) -> Reply | Form:
    """Show the checklist of this channel, the form, or the preview of a new digest."""
    here = await context.list_digests_here()
    if here and not wanted:
        return _render_checklist(context, here)
    missing = [name for name in REQUIRED if wanted and name not in wanted]
    is_whole = "schedule" in wanted or context.invocation.submitted
    if missing or not is_whole:
        return await _ask_for_digest(context, wanted, missing)
    return await _render_preview(context, await request_new_digest(context, wanted))


@set_up_channel.control("new")
async def add_digest(context: CommandContext, _: str) -> Reply | Form:
    """Ask for a new digest, whatever is set up here."""
    try:
        return await _ask_for_digest(context, {}, ())
    except UserError as error:
        return build_problem(context, error)


async def _ask_for_digest(
    context: CommandContext, given: Mapping[str, str], missing: Sequence[str]
) -> Form:
    places, here = await context.list_destinations(), context.place.channel
    if not places:
        # Said before a form is filled in for nothing.
        here = get_channel(context.place)
    there = next((place.name for place in places if place.channel == here), HERE)
    suggested = {
        "schedule": f"weekdays at 8:30 {context.zone}",
        "destinations": there if here else "",
    }
    if not await context.list_digests():
        is_there = DEFAULT_PACK in feed_lists.list_packs()
        suggested["name"] = DEFAULT_NAME
        suggested["sources"] = DEFAULT_PACK if is_there else ""
    errors = dict.fromkeys(missing, context.say("This is required."))
    return context.form({**suggested, **given}, errors, required=REQUIRED)


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


# ── a channel that is set up ───────────────────────────────────────────────────


def _render_checklist(context: CommandContext, here: Sequence[Digest]) -> Reply:
    blocks: list[Block] = []
    for digest in here:
        blocks += [SmallPrint(text=digest.name), *_render_steps(context, digest)]
    another = context.small_print("Another channel: run /newsdesk setup there.")
    title = context.say("This channel is set up")
    change = [
        context.button(
            "Change {name}", "home", f"d{one.id}", name=shorten_label(one.name, 25)
        )
        for one in here[:MAX_CHANGED]
    ]
    controls = [
        *change,
        context.button("Add a second digest", "new", "digest"),
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
