"""How a change looks before and after it is made; it must not make any.

Every command that changes something ends in `shown`: what would be different, who gets
it, when, and the button that makes it so. `made` is the answer to that button.
"""

import secrets

from bot.commands.controls import control_id
from bot.commands.desk import Desk
from bot.configuring import Change, Wish
from bot.configuring.telling import audience, moments, rows_of, title_of
from bot.texts import Texts
from bot.types import (
    Block,
    Control,
    Facts,
    Invocation,
    Line,
    Option,
    Paragraph,
    Reply,
    Small,
)
from digests.sections import layout
from digests.types import Edition

#: How every command takes the digest that it is about.
DIGEST = Option(
    name="digest",
    description="Its name; without it the one that posts here",
    completes="digest",
)


def shown(desk: Desk, change: Change, texts: Texts, *more: Block) -> Reply:
    """What the change would do, with the button that makes it.

    `more` is told between the differences and who gets it.
    """
    confirm = Control(
        id=desk.controls.signed(change.workspace.id, "confirm", change.id),
        label=texts.say("Confirm"),
        primary=True,
    )
    last = Small(text=texts.say("Nothing is changed until you confirm."))
    return Reply(
        title=texts.say("Please confirm"),
        blocks=(*_different(change, texts), *more, *_next(change, texts), last),
        controls=(confirm,),
    )


def made(desk: Desk, change: Change, texts: Texts) -> Reply:
    """That it was made, what comes next, and the way back."""
    controls = [
        Control(id=control_id("revert", change.id), label=texts.say("Take this back"))
    ]
    new = {s.name for s in change.steps if s.noun == "digest" and s.before is None}
    for coming in change.coming:
        if coming.digest in new and coming.destinations and coming.digest_id:
            once = (str(coming.digest_id), secrets.token_hex(6))
            order = desk.controls.signed(change.workspace.id, "post", *once)
            post = Control(id=order, label=texts.say("Post now"), primary=True)
            controls.insert(0, post)
    return Reply(
        title=texts.say("Saved"),
        blocks=(*_different(change, texts), *_next(change, texts)),
        controls=tuple(controls),
    )


async def proposed(desk: Desk, asked: Invocation, *wishes: Wish) -> Reply:
    """The wishes as a change that waits for its button."""
    change = await desk.configuring.propose(asked, *wishes)
    texts = Texts.of(asked.locale)
    return shown(desk, change, texts, *await effect(desk, change, texts))


async def effect(desk: Desk, change: Change, texts: Texts) -> tuple[Block, ...]:
    """What the next edition would tell, and what it would tell as things are."""
    if len(change.steps) != 1:
        return ()
    found = await desk.previews.effect(change.workspace, change.steps[0])
    if found is None:
        return ()
    counts = {
        "full": len(found.after.stories),
        "brief": _in_brief(found.after),
        "was_full": len(found.before.stories),
        "was_brief": _in_brief(found.before),
    }
    if found.again:
        told = texts.say(
            "Nothing is new at present. Of what came in lately it would tell {full} in "
            "full and {brief} in brief; without this, {was_full} and {was_brief}.",
            **counts,
        )
    else:
        told = texts.say(
            "The next edition would tell {full} in full and {brief} in brief; without "
            "this, {was_full} and {was_brief}.",
            **counts,
        )
    return (Paragraph(text=told),)


def _in_brief(edition: Edition) -> int:
    shown = layout(edition.sections, ()).also != "nowhere"
    return len(edition.brief) if shown else 0


def _different(change: Change, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    for step in change.steps:
        blocks.append(Line(title=title_of(step, texts)))
        rows = rows_of(step, texts)
        if rows:
            blocks.append(Facts(rows=rows))
    return blocks


def _next(change: Change, texts: Texts) -> list[Block]:
    return [
        Paragraph(text=f"{audience(coming, texts)} {moments(coming, texts)}")
        for coming in change.coming
    ]
