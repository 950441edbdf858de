"""/newsdesk style: how much a digest tells, which sections, what of corrections."""

from collections.abc import Mapping
from dataclasses import replace

from bot import sections
from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import LANGUAGE, STORIES, edit_of
from bot.commands.proposals import DIGEST, effect, shown
from bot.commands.wording import texts_of
from bot.configuring import NEW_DIGEST, Change, Mistake, laying_out
from bot.errors import UserError
from bot.looks import of_settings
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Digest,
    Form,
    Invocation,
    Look,
    Option,
    Paragraph,
    Permission,
    Reply,
    Shown,
    Small,
)
from digests.sections import Sections

CORRECTIONS = Option(
    name="corrections",
    description="edit: in the posts; tell: only listed; off: nothing",
    choices=("edit", "tell", "off"),
)
SUMMARY = Option(
    name="summary",
    description="How much is told of each story",
    choices=("short", "medium", "long"),
)
QUOTES = Option(name="quotes", description="Quotes with a story, 0 to 5; 0: none")
FIGURES = Option(
    name="figures",
    description="Whether figures stand with a story",
    choices=("yes", "no"),
)
BRIEF = Option(
    name="brief", description="Lines under «also in brief», 0 to 12; 0: none"
)
SECTIONS = Option(
    name="sections",
    description="In order: summary, matters, quotes, figures, also; usual",
    completes="section",
)
SET = (STORIES, SUMMARY, QUOTES, BRIEF, FIGURES, SECTIONS, LANGUAGE, CORRECTIONS)
#: What the form asks: as many as every platform takes.
ASKED = (STORIES, SUMMARY, QUOTES, SECTIONS, DIGEST)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args, texts = invocation.args, texts_of(invocation)
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        wanted: dict[str, object] = {
            option.name: args[option.name].strip()
            for option in SET
            if args.get(option.name, "").strip()
        }
        if not wanted:
            asking = replace(command, options=ASKED)
            return form(asking, _present(digest), texts)
        if "sections" in wanted:
            wanted = _with_sections(digest.look, wanted)
        change = await desk.configuring.propose(invocation, edit_of(digest, wanted))
        more = (*await effect(desk, change, texts), *await _look(desk, change, texts))
        return shown(desk, change, texts, *more)

    command = Command(
        path="newsdesk style",
        description="How many stories, how long, which sections",
        permission=Permission.EDITOR,
        run=run,
        options=(*SET, DIGEST),
        examples=(
            "/newsdesk style",
            "/newsdesk style stories=7 corrections=tell",
            "/newsdesk style summary=long quotes=2 brief=0",
            '/newsdesk style sections="summary, figures, quotes, also"',
        ),
    )
    return asks_back(command)


def _present(digest: Digest) -> dict[str, str]:
    """How it is now."""
    chosen = digest.look.sections
    return {
        "digest": digest.name,
        "stories": str(digest.stories),
        "summary": digest.look.summary,
        "quotes": str(digest.look.quotes),
        "sections": sections.USUAL if chosen is None else ", ".join(chosen),
    }


def _with_sections(look: Look, wanted: Mapping[str, object]) -> dict[str, object]:
    """The same with the sections read; one that was set to none comes back.

    Not where the same line says otherwise.
    """
    try:
        chosen = sections.read(str(wanted["sections"]))
    except UserError as error:
        raise Mistake.of(error, field="sections") from None
    again = {
        setting: NEW_DIGEST[setting]
        for section, setting in laying_out.SET_BY.items()
        if section in (chosen or ())
        and section not in (look.sections or ())
        and not laying_out.has(look, section)
    }
    return {**again, **wanted, "sections": chosen and list(chosen)}


async def _look(desk: Desk, change: Change, texts: Texts) -> tuple[Block, ...]:
    """What the next edition looks like, and an edition to see it in."""
    (step,) = change.steps
    chosen: Sections = of_settings(step.after).sections
    if chosen is None and not laying_out.changed(step.before, step.after):
        return ()
    told = Paragraph(text=laying_out.said(of_settings(step.after), texts))
    sketch = await desk.previews.sketch(change.workspace, step)
    if sketch is None or not sketch.parts:
        return (told,)
    label = (
        texts.say("Nothing is new at present. The last edition would look like this:")
        if sketch.posted
        else texts.say("The next edition would look like this, as things are:")
    )
    return (told, Small(text=label), Shown(parts=sketch.parts))
