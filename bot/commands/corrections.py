"""/news corrections: what was put right after it was told, with old and new words."""

from collections.abc import Mapping
from typing import Any

from bot.answering import first_moment
from bot.commands.desk import Desk
from bot.commands.wording import SINCE, texts_of
from bot.configuring.telling import cut
from bot.corrections.listing import Listed, listed
from bot.texts import Texts
from bot.types import Block, Command, Invocation, Line, Paragraph, Permission, Reply

#: Corrections that are shown, and changes of one of them.
SHOWN, CHANGES = 8, 2


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        workspace = invocation.place.workspace
        now = desk.clock.now()
        since = first_moment(invocation.args.get("since"), now=now, zone=workspace.zone)
        found = await desk.db.read(
            listed, workspace_id=workspace.id, since=since, count=SHOWN
        )
        if not found:
            return Reply(blocks=(Paragraph(text=_nothing(invocation, texts)),))
        lines: list[Block] = []
        for one in found:
            at = texts.moment(one.correction.found_at, workspace.zone, now)
            lines += _lines(one, at, texts)
        title = texts.count("{n} correction", "{n} corrections", len(found))
        return Reply(title=title, blocks=tuple(lines))

    return Command(
        path="news corrections",
        description="What was put right after it was told",
        permission=Permission.EVERYONE,
        run=run,
        options=(SINCE,),
        examples=("/news corrections", "/news corrections since=Monday"),
    )


def _nothing(invocation: Invocation, texts: Texts) -> str:
    if invocation.args.get("since"):
        return texts.say("Nothing that was told here was corrected since then.")
    return texts.say("Nothing that was told here was corrected so far.")


def _lines(one: Listed, at: str, texts: Texts) -> list[Block]:
    correction = one.correction
    note = " · ".join(part for part in (at, _whose(one, texts)) if part)
    first = Line(
        title=correction.headline,
        text=_became(one, texts),
        note=note,
        article=str(correction.article_id) if correction.article_id else None,
        revision=correction.new_revision,
    )
    changes = correction.changes[:CHANGES]
    if correction.by_name is not None:
        return [first, *(Line(title="", text=change["new"]) for change in changes)]
    return [first, *(_change(change, texts) for change in changes)]


def _whose(one: Listed, texts: Texts) -> str:
    correction = one.correction
    if correction.by_name is None:
        return correction.outlet or ""
    said = texts.say("by {name}", name=cut(correction.by_name))
    if correction.taken_back_at is None:
        return said
    return f"{said} · {texts.say('taken back')}"


def _change(change: Mapping[str, Any], texts: Texts) -> Line:
    old, new = change["old"], change["new"]
    if old and new:
        text = texts.say("Before: {old} — Now: {new}", old=old, new=new)
    elif old:
        text = texts.say("Taken out: {old}", old=old)
    else:
        text = texts.say("Put in: {new}", new=new)
    before, after = change["before"], change["after"]
    words = " → ".join(part for part in (before, after) if part)
    return Line(title=words if old and new else "", text=text)


def _became(one: Listed, texts: Texts) -> str:
    """What became of the messages."""
    match one.correction.state:
        case "unshown":
            return texts.say("None of the messages told it: they stay as they are.")
        case "listed":
            return texts.retold(one.correction.reason)
        case "due":
            return texts.say("The messages are about to be edited.")
    parts = [texts.count("{n} message edited.", "{n} messages edited.", one.edited)]
    if one.waiting:
        parts.append(texts.count("{n} waits for it.", "{n} wait for it.", one.waiting))
    if one.failed:
        why = " ".join(map(texts.retold, one.failed))
        parts.append(texts.say("Others could not be edited: {why}", why=why))
    return " ".join(parts)
