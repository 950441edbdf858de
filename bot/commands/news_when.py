"""/news when: the next editions here, in the zone of their readers."""

from datetime import datetime

from bot import schedules
from bot.commands.desk import Desk
from bot.commands.wording import texts_of
from bot.due import moments_from, next_due_of, times_of, zone_of
from bot.errors import UserError
from bot.texts import Texts
from bot.types import (
    Command,
    Digest,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
)

#: Moments that are named of each digest.
MOMENTS = 3


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        place = invocation.place
        known = await desk.archive.digests(place.workspace.id)
        here = [
            d for d in known if place.channel in {p.channel for p in d.destinations}
        ]
        zone = _zone(invocation.args.get("zone", ""))
        own = await desk.own_digest(invocation)
        shown = [*here, own] if own else here
        lines = tuple(_line(desk, digest, zone, texts) for digest in shown)
        title = texts.say("The next editions here")
        if not lines:
            nothing = texts.say("No digest is posted in this channel.")
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        return Reply(title=title, blocks=lines)

    return Command(
        path="news when",
        description="When the next editions come here",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="zone",
                description="Your zone, such as Europe/London",
                completes="zone",
            ),
        ),
        examples=("/news when", "/news when Europe/London"),
    )


def _zone(said: str) -> str | None:
    return schedules.find_zone(said) if said.strip() else None


def _line(desk: Desk, digest: Digest, asked: str | None, texts: Texts) -> Line:
    now, zone = desk.clock.now(), asked or zone_of(digest)
    moments = [] if digest.paused else _moments(digest, now)
    if digest.paused:
        told = texts.say("It is paused.")
    elif not moments:
        told = texts.say("It has no schedule; an editor posts it by hand.")
    else:
        told = " · ".join(texts.moment(at, zone, now) for at in moments)
    left = texts.duration_until(moments[0], now) if moments else ""
    return Line(
        title=texts.say("Your digest") if digest.person else digest.name,
        text=told,
        note=" · ".join(filter(None, (left, asked, times_of(digest, texts) or zone))),
    )


def _moments(digest: Digest, now: datetime) -> list[datetime]:
    """The next moments, the stored one first: it knows what went out today."""
    stored = next_due_of(digest, now)
    found = {stored} if stored else set()
    for sentence in digest.schedules:
        try:
            rule = schedules.parse(sentence)
            first = schedules.following(rule, max(now, digest.next_due or now))
        except UserError:
            continue
        until, skips = digest.paused_until, digest.skips
        found |= {*moments_from(rule, first, MOMENTS, until=until, skips=skips)}
    return sorted(at for at in found if at > now)[:MOMENTS]
