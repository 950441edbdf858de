"""/newsdesk preview: what would be posted now, only to the one who asks."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.texts import Texts
from bot.types import (
    Command,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Shown,
    Small,
)
from digests.types import Edition


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        draft = await desk.editions.preview(digest, invocation.place.workspace.platform)
        counts = Small(text=_counts(draft.edition, texts))
        title = texts.say("Preview of {digest}", digest=digest.name)
        if not draft.edition.stories:
            nothing = texts.say("Nothing would be posted now: nothing is new.")
            return Reply(title=title, blocks=(Paragraph(text=nothing), counts))
        return Reply(title=title, blocks=(Shown(parts=draft.parts), counts))

    return Command(
        path="newsdesk preview",
        description="What would be posted now, only to you",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
        ),
        examples=("/newsdesk preview", "/newsdesk preview Front page"),
    )


def _counts(edition: Edition, texts: Texts) -> str:
    """«20 read → 3 told before → 2 filtered → 5 chosen»."""
    outcomes = [(d.stage, d.outcome) for d in edition.decisions]
    told = sum(stage == "told" for stage, _ in outcomes)
    filtered = sum(stage == "filter" for stage, _ in outcomes)
    return texts.say(
        "{read} articles read · {told} told before · {filtered} kept out by a filter · "
        "{full} stories in full, {brief} in brief",
        read=edition.made_from.articles,
        told=told,
        filtered=filtered,
        full=len(edition.stories),
        brief=len(edition.brief),
    )
