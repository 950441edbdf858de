"""Propose a change, and render it before and after it is applied.

Every command that changes something ends in `render_proposal`: the differences, who
gets the digest and when, and a button that confirms the change (`commands.history`).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.commands.context import CommandContext
from bot.configuration.change_preview import ChangePreviews
from bot.configuration.change_steps import (
    ChangeContext,
    ChangeRequest,
    ConfigurationChange,
)
from bot.configuration.changes import propose_requests
from bot.configuration.diff import (
    format_audience,
    format_step_title,
    format_times,
    list_differences,
)
from bot.configuration.quota_checks import describe_use
from bot.model import (
    Block,
    Control,
    FactTable,
    ListItem,
    Reply,
    SmallPrint,
)
from digests.messages import Message
from digests.types import Edition, arrange_sections

#: Things of a change that are shown with their settings; further ones that are named.
MAX_SHOWN, MAX_NAMED = 20, 60


def build_change_context(context: CommandContext) -> ChangeContext:
    """Build the context in which a change by this person is checked and applied."""
    return ChangeContext(
        plugins=context.services.plugins,
        now=context.now,
        allow_private=context.services.allow_private,
        quotas=context.services.quotas,
        person=context.person,
    )


def get_previews(context: CommandContext) -> ChangePreviews:
    """Build the service that previews a change's effect on a digest's editions."""
    return ChangePreviews(publisher=context.publisher)


async def propose(
    context: CommandContext, *requests: ChangeRequest
) -> ConfigurationChange:
    """Check the requests as one change and store it until it is confirmed.

    Raises:
        UserError: The change is not possible.
    """
    return await context.db.write(
        propose_requests, context.place, requests, build_change_context(context)
    )


async def propose_and_render(
    context: CommandContext,
    *requests: ChangeRequest,
    more: Sequence[Block | str] | None = None,
) -> Reply:
    """Propose and render a change.

    `more` is what the command says about it; None shows the effect on the next edition.
    """
    change = await propose(context, *requests)
    if more is None:
        more = await render_effect(context, change)
    return render_proposal(context, change, *more)


def render_proposal(
    context: CommandContext, change: ConfigurationChange, *more: Block | str
) -> Reply:
    """Render a proposed change, with the button that applies it.

    `more` goes between the differences and the recipients of the digest.
    """
    label = context.say("Confirm")
    confirm = _sign_button(context, change, label, "confirm", change.id)
    return context.reply(
        *_render_differences(context, change),
        *more,
        *_note_pages(context, change),
        *_render_upcoming(context, change),
        *(
            context.small_print("After this change: {state}", state=describe_use(use))
            for use in change.near_quotas
        ),
        context.small_print("Nothing is changed until you confirm."),
        title=context.say("Please confirm"),
        controls=(confirm, _build_back_button(context, change)),
        in_place=True,
    )


def _note_pages(
    context: CommandContext, change: ConfigurationChange
) -> Iterator[SmallPrint]:
    """Say what the change does to the public pages of editions."""
    has_address = context.services.publisher.pages.public_url is not None
    for step in change.steps:
        before = (step.before or {}).get("web", "off")
        after = (step.after or {}).get("web", "off")
        if step.noun != "digest" or before == after:
            continue
        if after == "off":
            yield context.small_print("The pages of its editions are then gone.")
        elif not has_address:
            yield context.small_print(
                "Its editions get no pages before whoever runs the bot sets "
                "STANDFIRST_PUBLIC_URL."
            )
        else:
            yield context.small_print("Editions posted from then on get pages.")


def render_applied(context: CommandContext, change: ConfigurationChange) -> Reply:
    """Render an applied change: what happens next, and how to revert it."""
    controls = [context.button("Take this back", "revert", change.id)]
    new = {s.name for s in change.steps if s.noun == "digest" and s.before is None}
    for coming in change.coming:
        if coming.digest in new and coming.destinations and coming.digest_id:
            once = (str(coming.digest_id), secrets.token_hex(6))
            label = context.say("Post the first edition now")
            controls.insert(0, _sign_button(context, change, label, "post", *once))
    controls.append(_build_back_button(context, change))
    return context.reply(
        *_render_differences(context, change),
        *_render_upcoming(context, change),
        *(
            SmallPrint(text=context.message(describe_use(use)))
            for use in change.near_quotas
        ),
        title=context.say("Saved"),
        controls=controls,
        in_place=True,
    )


def _build_back_button(context: CommandContext, change: ConfigurationChange) -> Control:
    """Build the button that leads to the page of what was changed, if it is one thing.

    A digest that does not exist yet, or not any more, has no page.
    """
    page, (*others, step) = "", change.steps
    match step.noun:
        case _ if others:
            page = ""
        case "digest" if step.before is not None and step.after is not None:
            page = f"d{step.key}"
        case "destination":
            page = "places"
        case "zone" | "access":
            page = "w"
    new = [coming.digest_id for coming in change.coming if change.made_at]
    if len(new) == 1 and new[0]:
        page = f"d{new[0]}"
    return context.button("Back", "home", page)


def _sign_button(
    context: CommandContext, change: ConfigurationChange, label: str, *carried: str
) -> Control:
    """Build a button for the change's workspace, which the change may have created."""
    control = context.services.controls.signed(change.workspace.id, *carried)
    return Control(id=control, label=label, primary=True)


#: What settings change in an edition that keeps its stories.
_MEASURES: Mapping[str, tuple[Message, Callable[[Edition], int]]] = {
    "quotes": (
        Message("Quotes"),
        lambda edition: sum(len(story.cards) for story in edition.stories),
    ),
    "figures": (
        Message("Figures"),
        lambda edition: sum(len(story.figures) for story in edition.stories),
    ),
    "summary": (
        Message("Characters of summaries"),
        lambda edition: sum(
            len(sentence.text)
            for story in edition.stories
            for sentence in story.summary
        ),
    ),
}


async def render_effect(
    context: CommandContext, change: ConfigurationChange
) -> list[str]:
    """Render what an edition would contain with and without the change."""
    if len(change.steps) != 1:
        return []
    previews, step = get_previews(context), change.steps[0]
    found = await previews.compare_editions(change.workspace, step)
    if found is None:
        return []
    edition = context.say("the next edition")
    if found.again:
        edition = context.say("an edition of recent articles")
    before, after = step.before or {}, step.after or {}
    measured = [
        context.say(
            "{what} in {edition}: {n}; without this change: {was}.",
            what=context.message(label),
            edition=edition,
            n=measure(found.after),
            was=measure(found.before),
        )
        for setting, (label, measure) in _MEASURES.items()
        if before.get(setting) != after.get(setting)
    ]
    if measured:
        return measured
    sentences = [_compare_stories(context, edition, found.before, found.after)]
    if found.again:
        sentences.insert(0, context.say("Nothing is new right now."))
    if found.week is not None:
        edition = context.say("an edition of the last seven days")
        sentences.append(_compare_stories(context, edition, *found.week))
    return sentences


def _compare_stories(
    context: CommandContext, edition: str, before: Edition, after: Edition
) -> str:
    return context.say(
        "Stories in {edition}: {full} in full, {brief} in brief; without this change: "
        "{was_full} and {was_brief}.",
        edition=edition,
        full=len(after.stories),
        brief=_count_brief(after),
        was_full=len(before.stories),
        was_brief=_count_brief(before),
    )


def _count_brief(edition: Edition) -> int:
    shown = arrange_sections(edition.sections, ()).also != "nowhere"
    return len(edition.brief) if shown else 0


def _render_differences(
    context: CommandContext, change: ConfigurationChange
) -> list[Block]:
    """Render what differs in the first things, and the names of the others."""
    blocks: list[Block] = []
    for step in change.steps[:MAX_SHOWN]:
        blocks.append(ListItem(title=format_step_title(step, context.texts)))
        rows = list_differences(step, context.texts)
        if rows:
            blocks.append(FactTable(rows=rows))
    others = change.steps[MAX_SHOWN : MAX_SHOWN + MAX_NAMED]
    if others:
        names = "; ".join(format_step_title(step, context.texts) for step in others)
        blocks.append(SmallPrint(text=names))
    unnamed = len(change.steps) - MAX_SHOWN - MAX_NAMED
    if unnamed > 0:
        blocks.append(context.small_print("… and {n} more", n=unnamed))
    return blocks


def _render_upcoming(context: CommandContext, change: ConfigurationChange) -> list[str]:
    return [
        f"{format_audience(coming, context.texts)} "
        f"{format_times(coming, context.texts)}"
        for coming in change.coming[:MAX_SHOWN]
    ]
