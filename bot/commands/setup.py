"""`/newsdesk setup`: from nothing to a first edition, shown before it is set up.

Without words it asks (a form), or, where a digest is posted here already, it shows the
checklist of this channel. With answers it shows the whole edition as it would be
posted, and one button makes destination, digest and schedule together.
"""

from dataclasses import replace

from bot.commands.changes import render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.controls import build_control_id
from bot.commands.digests import (
    NAME_OPTION,
    SCHEDULE_OPTION,
    SETTING_OPTIONS,
    SOURCES_OPTION,
    request_new_digest,
)
from bot.commands.forms import build_command_form, wrap_with_form
from bot.commands.presentation import format_due_time
from bot.configuration import feed_lists
from bot.configuration.change_preview import MAX_ADDRESSES, DigestPreview
from bot.configuration.change_steps import ConfigurationChange
from bot.errors import FieldError
from bot.i18n.translation import Texts
from bot.ingest import source_state
from bot.model import (
    Block,
    Command,
    Control,
    Digest,
    Form,
    Invocation,
    ListItem,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
    Workspace,
)
from bot.publishing.planning import digest_zone, find_next_due

SETUP_OPTIONS = (
    NAME_OPTION,
    SOURCES_OPTION,
    replace(SCHEDULE_OPTION, required=True),
    *SETTING_OPTIONS,
)

#: The pack that the form begins with.
DEFAULT_PACK = "world"


def build_setup(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts = texts_for(invocation)
        given = {n: v.strip() for n, v in invocation.args.items() if v.strip()}
        if not given:
            here = await _list_digests_here(context, invocation)
            if here:
                return _render_checklist(
                    context, here, invocation.place.workspace, texts
                )
        missing = [o.name for o in asking.options if o.required and o.name not in given]
        if missing:
            offered = _suggest_answers(invocation.place.workspace) if not given else {}
            needed = texts.say("This is required.")
            errors = dict.fromkeys(missing, needed) if given else {}
            return build_command_form(asking, offered | given, texts, errors)
        return await _render_setup_preview(context, invocation, texts)

    command = Command(
        path="newsdesk setup",
        description="Set up this channel, with a preview of the edition",
        permission=Permission.EDITOR,
        run=run,
        options=tuple(replace(option, required=False) for option in SETUP_OPTIONS),
        examples=(
            "/newsdesk setup",
            '/newsdesk setup World world "daily at 7:00 Europe/Berlin"',
        ),
    )
    # Without any word it is the checklist: only its form insists on answers.
    asking = replace(command, options=SETUP_OPTIONS)
    return wrap_with_form(command, {"sources": "source"})


def _suggest_answers(workspace: Workspace) -> dict[str, str]:
    """What most people would answer."""
    return {
        "name": "Morning brief",
        "source": DEFAULT_PACK if DEFAULT_PACK in feed_lists.list_packs() else "",
        "schedule": f"weekdays at 8:30 {workspace.zone}",
        "stories": "5",
    }


async def _render_setup_preview(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    wanted = await request_new_digest(context, invocation, invocation.args)
    change = await context.configuration.propose(invocation, *wanted)
    entry = change.steps[-1].after
    assert entry is not None, "the last wish is the digest"
    asked = len(entry["sources"])
    if asked > MAX_ADDRESSES:
        raise FieldError(
            "That is too many to start with; at most {most}. Add the others"
            " later: /newsdesk source add.",
            most=MAX_ADDRESSES,
            field="sources",
        )
    draft = await context.previews.preview_digest(change.workspace, entry, None)
    if len(draft.problems) == asked:
        problems = " ".join(
            f"{address}: {texts.message(why)}" for address, why in draft.problems[:3]
        )
        raise FieldError("{problems}", problems=problems, field="sources")
    return render_proposal(
        context, change, texts, *_render_readings(draft, change, asked, texts)
    )


def _render_readings(
    draft: DigestPreview, change: ConfigurationChange, asked: int, texts: Texts
) -> list[Block]:
    """The steps that are done, and the edition as people would see it."""
    held = draft.edition.made_from.articles
    read = texts.say(
        "✓ {n} of {all} read: {articles}",
        n=asked - len(draft.problems),
        all=texts.count("{n} source", "{n} sources", asked),
        articles=texts.count("{n} article", "{n} articles", held),
    )
    blocks: list[Block] = [ListItem(title=read)]
    blocks += [
        ListItem(title=f"✗ {address}", text=texts.message(why))
        for address, why in draft.problems
    ]
    if not draft.edition.stories:
        nothing = texts.say(
            "Nothing would be posted now: there are no new articles. The "
            "first edition comes as soon as there are."
        )
        return [*blocks, SmallPrint(text=nothing)]
    if not draft.parts:
        off = texts.say(
            "{platform} is not connected yet, so the edition cannot be shown here.",
            platform=change.workspace.platform,
        )
        return [*blocks, SmallPrint(text=off)]
    label = SmallPrint(text=texts.say("The edition as it would be posted now:"))
    return [*blocks, label, RenderedEdition(parts=draft.parts)]


# ── what stands already ────────────────────────────────────────────────────────


async def _list_digests_here(
    context: CommandContext, invocation: Invocation
) -> tuple[Digest, ...]:
    """The digests that are posted in this channel."""
    place = invocation.place
    known = await context.archive.digests(place.workspace.id)
    return tuple(
        d for d in known if place.channel in {p.channel for p in d.destinations}
    )


def _render_checklist(
    context: CommandContext,
    here: tuple[Digest, ...],
    workspace: Workspace,
    texts: Texts,
) -> Reply:
    blocks: list[Block] = []
    for digest in here:
        blocks.append(SmallPrint(text=digest.name))
        blocks += _render_steps(context, digest, texts)
    another = texts.say(
        "Another digest for this channel: /newsdesk digest create. "
        "Another channel: run /newsdesk setup there."
    )
    return Reply(
        title=texts.say("This channel is set up"),
        blocks=(*blocks, SmallPrint(text=another)),
        controls=(
            Control(
                id=build_control_id("preview"), label=texts.say("Preview"), primary=True
            ),
            Control(id=build_control_id("doctor"), label=texts.say("Doctor")),
        ),
    )


def _render_steps(context: CommandContext, digest: Digest, texts: Texts) -> list[Block]:
    now, zone = context.clock.now(), digest_zone(digest)
    stopped = [place for place in digest.destinations if place.paused]
    ill = [
        s
        for s in digest.sources
        if source_state.describe_health(s, now, zone, texts).state != "ok"
    ]
    due = find_next_due(digest, now)
    return [
        _render_step(
            not stopped,
            ", ".join(f"#{place.name}" for place in digest.destinations),
            texts.say("Resume it with /newsdesk destination here") if stopped else "",
        ),
        _render_step(
            not ill,
            texts.count("{n} source", "{n} sources", len(digest.sources)),
            texts.say("See /newsdesk source list") if ill else "",
        ),
        _render_step(
            due is not None,
            format_due_time(due, zone, now, texts),
            "" if due else texts.say("Give it a time: /newsdesk schedule add"),
        ),
        _render_step(
            True,
            texts.count("{n} story", "{n} stories", digest.options.stories),
            texts.say("Change it with /newsdesk style"),
        ),
    ]


def _render_step(done: bool, what: str, then: str) -> ListItem:
    return ListItem(title=f"{'✓' if done else '✗'} {what}", note=then)
