"""`/newsdesk setup`: set up the first digest of a channel, with a preview.

Without options it shows a form or, where a digest is posted here already, the
checklist of this channel. With answers it shows the whole edition as it would be
posted, and one button creates destination, digest and schedule together.
"""

from collections.abc import Iterator, Sequence

from bot.commands.changes import get_previews, propose, render_proposal
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_requests import (
    NewName,
    NewSchedule,
    NewSettings,
    NewSources,
    request_new_digest,
)
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
from bot.model import Block, Digest, Form, ListItem, RenderedEdition, Reply, SmallPrint
from bot.publishing.planning import digest_zone, find_next_due

#: Options that the form requires; without any option the checklist is shown.
REQUIRED = ("name", "source", "schedule")
#: The pack that the form suggests.
DEFAULT_PACK = "world"


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
            "name": "Morning brief",
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
            "That is too many to start with; at most {most}. Add the others"
            " later: /newsdesk source add.",
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
    elif not draft.parts:
        yield context.small_print(
            "{platform} is not connected yet, so the edition cannot be shown here.",
            platform=change.workspace.platform,
        )
    else:
        yield context.small_print("The edition as it would be posted now:")
        yield RenderedEdition(parts=draft.parts)


# ── a channel that is set up ───────────────────────────────────────────────────


def _render_checklist(context: CommandContext, here: Sequence[Digest]) -> Reply:
    blocks: list[Block] = []
    for digest in here:
        blocks += [SmallPrint(text=digest.name), *_render_steps(context, digest)]
    another = context.small_print(
        "Another digest for this channel: /newsdesk digest create. Another channel: "
        "run /newsdesk setup there."
    )
    title = context.say("This channel is set up")
    preview = context.button("Preview", "preview", primary=True)
    doctor = context.button("Doctor", "doctor")
    return context.reply(*blocks, another, title=title, controls=[preview, doctor])


def _render_steps(context: CommandContext, digest: Digest) -> Iterator[ListItem]:
    """Render destinations, sources, schedule and length: done, or what to do."""
    where = format_channels(digest.destinations)
    hint = context.say("Resume it with /newsdesk destination here")
    yield _render_step(not any(p.paused for p in digest.destinations), where, hint)
    sources = context.count("{n} source", "{n} sources", len(digest.sources))
    hint = context.say("See /newsdesk source list")
    yield _render_step(_are_healthy(context, digest), sources, hint)
    due = find_next_due(digest, context.now)
    hint = context.say("Give it a time in /newsdesk home")
    yield _render_step(due is not None, context.format_next_due(digest), hint)
    stories = context.count("{n} story", "{n} stories", digest.options.stories)
    change = context.say("Change it in /newsdesk home")
    yield ListItem(title=f"{STATE_SIGNS['ok']} {stories}", note=change)


def _are_healthy(context: CommandContext, digest: Digest) -> bool:
    at = (context.now, digest_zone(digest), context.texts)
    found = (source_health.describe_health(one, *at) for one in digest.sources)
    return all(health.state == "ok" for health in found)


def _render_step(done: bool, what: str, hint: str) -> ListItem:
    """Render a step with its sign; the hint says what to do if it is not done."""
    sign = STATE_SIGNS["ok" if done else "problem"]
    return ListItem(title=f"{sign} {what}", note="" if done else hint)
