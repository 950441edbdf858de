"""/newsdesk setup: from nothing to a first edition, seen before anything is set up.

Without words it asks (a form), or, where a digest is posted here already, it shows the
checklist of this channel. With answers it shows the whole edition as it would be
posted, and one button makes destination, digest and schedule together.
"""

from dataclasses import replace

from bot.commands.asking_back import asks_back, form
from bot.commands.controls import control_id
from bot.commands.desk import Desk
from bot.commands.founding import wishes
from bot.commands.newsdesk_digest import (
    LANGUAGE,
    NAME,
    SCHEDULE,
    SOURCE,
    STORIES,
)
from bot.commands.proposals import shown
from bot.commands.wording import texts_of, when_line
from bot.configuring import Change, Mistake, packs
from bot.configuring.previews import MOST, Draft
from bot.due import next_due_of, zone_of
from bot.intake import health
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Control,
    Digest,
    Form,
    Invocation,
    Line,
    Permission,
    Reply,
    Shown,
    Small,
    Workspace,
)

QUESTIONS = (NAME, SOURCE, replace(SCHEDULE, required=True), STORIES, LANGUAGE)

#: The pack that the form begins with.
FIRST_PACK = "world"


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts = texts_of(invocation)
        given = {n: v.strip() for n, v in invocation.args.items() if v.strip()}
        if not given:
            here = await _here(desk, invocation)
            if here:
                return _checklist(desk, here, invocation.place.workspace, texts)
        missing = [o.name for o in asking.options if o.required and o.name not in given]
        if missing:
            offered = _offered(invocation.place.workspace) if not given else {}
            needed = texts.say("This is needed.")
            errors = dict.fromkeys(missing, needed) if given else {}
            return form(asking, offered | given, texts, errors)
        return await _previewed(desk, invocation, texts)

    command = Command(
        path="newsdesk setup",
        description="Set up this channel, with a preview of the edition",
        permission=Permission.EDITOR,
        run=run,
        options=tuple(replace(option, required=False) for option in QUESTIONS),
        examples=(
            "/newsdesk setup",
            '/newsdesk setup World world "daily at 7:00 Europe/Berlin"',
        ),
    )
    # Without any word it is the checklist: only its form insists on answers.
    asking = replace(command, options=QUESTIONS)
    return asks_back(command, {"sources": "source"})


def _offered(workspace: Workspace) -> dict[str, str]:
    """What most people would answer."""
    return {
        "name": "Morning brief",
        "source": FIRST_PACK if FIRST_PACK in packs.names() else "",
        "schedule": f"weekdays at 8:30 {workspace.zone}",
        "stories": "5",
    }


async def _previewed(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    wanted = await wishes(desk, invocation, invocation.args)
    change = await desk.configuring.propose(invocation, *wanted)
    entry = change.steps[-1].after
    assert entry is not None, "the last wish is the digest"
    asked = len(entry["sources"])
    if asked > MOST:
        raise Mistake(
            "That is too many to begin with; at most {most}. Add the others "
            "afterwards: /newsdesk source add.",
            most=MOST,
            field="sources",
        )
    draft = await desk.previews.draft(change.workspace, entry, None)
    if len(draft.problems) == asked:
        told = " ".join(
            f"{address}: {texts.retold(why)}" for address, why in draft.problems[:3]
        )
        raise Mistake("{problems}", problems=told, field="sources")
    return shown(desk, change, texts, *_seen(draft, change, asked, texts))


def _seen(draft: Draft, change: Change, asked: int, texts: Texts) -> list[Block]:
    """The steps that are done, and the edition as people would see it."""
    held = draft.edition.made_from.articles
    read = texts.say(
        "✓ {n} of {all} read: {articles}",
        n=asked - len(draft.problems),
        all=texts.count("{n} source", "{n} sources", asked),
        articles=texts.count("{n} article", "{n} articles", held),
    )
    blocks: list[Block] = [Line(title=read)]
    blocks += [
        Line(title=f"✗ {address}", text=texts.retold(why))
        for address, why in draft.problems
    ]
    if not draft.edition.stories:
        nothing = texts.say(
            "Nothing would be posted now: no new article passes. The first edition "
            "comes as soon as one does."
        )
        return [*blocks, Small(text=nothing)]
    if not draft.parts:
        off = texts.say(
            "{platform} is not connected yet, so the edition cannot be shown here.",
            platform=change.workspace.platform,
        )
        return [*blocks, Small(text=off)]
    label = Small(text=texts.say("The edition as it would be posted now:"))
    return [*blocks, label, Shown(parts=draft.parts)]


# ── what stands already ────────────────────────────────────────────────────────


async def _here(desk: Desk, invocation: Invocation) -> tuple[Digest, ...]:
    """The digests that are posted in this channel."""
    place = invocation.place
    known = await desk.archive.digests(place.workspace.id)
    return tuple(
        d for d in known if place.channel in {p.channel for p in d.destinations}
    )


def _checklist(
    desk: Desk, here: tuple[Digest, ...], workspace: Workspace, texts: Texts
) -> Reply:
    blocks: list[Block] = []
    for digest in here:
        blocks.append(Small(text=digest.name))
        blocks += _steps(desk, digest, texts)
    another = texts.say(
        "Another digest for this channel: /newsdesk digest create. Another channel: "
        "say /newsdesk setup there."
    )
    return Reply(
        title=texts.say("This channel is set up"),
        blocks=(*blocks, Small(text=another)),
        controls=(
            Control(id=control_id("preview"), label=texts.say("Preview"), primary=True),
            Control(id=control_id("doctor"), label=texts.say("Doctor")),
        ),
    )


def _steps(desk: Desk, digest: Digest, texts: Texts) -> list[Block]:
    now, zone = desk.clock.now(), zone_of(digest)
    stopped = [place for place in digest.destinations if place.paused]
    ill = [s for s in digest.sources if health.of(s, now, zone, texts).state != "ok"]
    due = next_due_of(digest, now)
    return [
        _step(
            not stopped,
            ", ".join(f"#{place.name}" for place in digest.destinations),
            texts.say("Works again with /newsdesk destination here") if stopped else "",
        ),
        _step(
            not ill,
            texts.count("{n} source", "{n} sources", len(digest.sources)),
            texts.say("See /newsdesk source list") if ill else "",
        ),
        _step(
            due is not None,
            when_line(due, zone, now, texts),
            "" if due else texts.say("Give it a time: /newsdesk schedule add"),
        ),
        _step(
            True,
            texts.count("{n} story", "{n} stories", digest.stories),
            texts.say("Change it with /newsdesk style"),
        ),
    ]


def _step(done: bool, what: str, then: str) -> Line:
    return Line(title=f"{'✓' if done else '✗'} {what}", note=then)
