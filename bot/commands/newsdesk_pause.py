"""/newsdesk pause and schedule skip: a digest stands still; nothing of it is lost.

What comes in meanwhile waits for the next edition, as with every silence.
"""

from datetime import date

from bot.commands.asking_back import asks_back
from bot.commands.coming_day import coming_day
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import edit_of
from bot.commands.proposals import DIGEST, shown
from bot.commands.wording import texts_of
from bot.due import zone_of
from bot.errors import UserError
from bot.schedules import zone_named
from bot.types import (
    Command,
    Digest,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
)


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_pause(desk), _skip(desk))


def _pause(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        said = invocation.args.get("until", "").strip()
        digest, day = await _named(desk, invocation), None
        if said:
            today = _today(desk, digest)
            day = coming_day(said, today, field="until", earliest=1)
        changes: dict[str, object] = {"paused": day is None, "paused_until": day}
        return await _still(desk, invocation, digest, changes)

    return asks_back(
        Command(
            path="newsdesk pause",
            description="Post nothing of a digest for a while",
            permission=Permission.EDITOR,
            run=run,
            options=(
                DIGEST,
                Option(
                    name="until",
                    description="First day again: tomorrow, Friday, 2026-12-24",
                ),
            ),
            examples=("/newsdesk pause", "/newsdesk pause until=2030-01-07"),
        )
    )


def _skip(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest = await _named(desk, invocation)
        texts = texts_of(invocation)
        day = coming_day(invocation.args["date"], _today(desk, digest), field="date")
        if day in digest.skips:
            raise UserError(
                texts.say(
                    "{date} is left out already; /newsdesk history takes that back.",
                    date=day,
                )
            )
        changes: dict[str, object] = {"skip": sorted({*digest.skips, day})}
        return await _still(desk, invocation, digest, changes)

    return asks_back(
        Command(
            path="newsdesk schedule skip",
            description="Leave one day out",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="date",
                    description="tomorrow, Friday, 2026-12-24",
                    required=True,
                ),
                DIGEST,
            ),
            examples=("/newsdesk schedule skip 2030-12-24",),
        ),
        {"skip": "date"},
    )


async def _named(desk: Desk, invocation: Invocation) -> Digest:
    return await desk.archive.named(invocation.place, invocation.args.get("digest"))


async def _still(
    desk: Desk, invocation: Invocation, digest: Digest, changes: dict[str, object]
) -> Reply:
    texts = texts_of(invocation)
    change = await desk.configuring.propose(invocation, edit_of(digest, changes))
    waits = texts.say("What comes in meanwhile waits for the next edition.")
    return shown(desk, change, texts, Paragraph(text=waits))


def _today(desk: Desk, digest: Digest) -> date:
    return desk.clock.now().astimezone(zone_named(zone_of(digest))).date()
