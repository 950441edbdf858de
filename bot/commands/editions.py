"""/news latest: the newest edition here or of a digest, or a past one by its id."""

from collections.abc import Sequence
from datetime import datetime

from bot import past
from bot.choosing import choose
from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.due import next_due_of, zone_of
from bot.errors import UnknownName
from bot.storage import editions
from bot.texts import Texts
from bot.types import (
    Command,
    Digest,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Shown,
    Small,
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        asked = invocation.args.get("edition", "").strip()
        if past.ID.fullmatch(asked):
            return await _kept(desk, invocation, asked)
        place = invocation.place
        if asked:
            digest = await _meant(desk, invocation, asked)
            issue = await desk.db.read(
                editions.newest_in, workspace_id=place.workspace.id, digest_id=digest.id
            )
            awaited = [digest]
        else:
            issue = await desk.archive.newest(place)
            known = await desk.archive.digests(place.workspace.id)
            awaited = [d for d in known if _posts_to(d, place.channel)]
        if issue is None:
            return _nothing(awaited, desk.clock.now(), texts)
        parts = await desk.editions.shown(issue, invocation.place.workspace)
        return Reply(
            title=texts.say("The newest edition"), blocks=(Shown(parts=parts),)
        )

    return Command(
        path="news latest",
        description="The newest edition here, or an earlier one",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="edition",
                description="A digest's name, or an id such as e-7k3m9q",
                rest=True,
                completes="digest",
            ),
        ),
        examples=("/news latest", "/news latest Front page", "/news latest e-7k3m9q"),
    )


async def _meant(desk: Desk, invocation: Invocation, asked: str) -> Digest:
    """The digest with this name."""
    known = await desk.archive.digests(invocation.place.workspace.id)
    try:
        return choose(known, asked)
    except UnknownName:
        names = ", ".join(f"«{digest.name}»" for digest in known)
        raise UnknownName(
            "«{asked}» is no digest here, and no edition's id such as e-7k3m9q. "
            "Digests: {names}. /news search shows the ids of past editions.",
            asked=asked[:60],
            names=names,
        ) from None


def _posts_to(digest: Digest, channel: str | None) -> bool:
    return any(there.channel == channel for there in digest.destinations)


def _nothing(awaited: Sequence[Digest], now: datetime, texts: Texts) -> Reply:
    """That there is no edition yet, and when the first of these digests comes."""
    nothing = texts.say(
        "No edition has been posted here yet. An editor can post one with "
        "/newsdesk post."
    )
    due = [(at, d) for d in awaited if (at := next_due_of(d, now)) is not None]
    if not due:
        return Reply(blocks=(Paragraph(text=nothing),))
    at, digest = min(due, key=lambda pair: pair[0])
    first = texts.say(
        "The first one comes {when}: {digest}.",
        when=texts.moment(at, zone_of(digest), now),
        digest=digest.name,
    )
    return Reply(blocks=(Paragraph(text=first), Small(text=nothing)))


async def _kept(desk: Desk, invocation: Invocation, asked: str) -> Reply:
    texts, workspace = texts_of(invocation), invocation.place.workspace
    issue = await desk.db.read(
        past.edition, **whose(invocation), public_id=asked.split()[0]
    )
    parts = await desk.editions.shown(issue, workspace)
    title = texts.say("The edition {id}", id=issue.public_id)
    return Reply(title=title, blocks=(Shown(parts=parts),))
