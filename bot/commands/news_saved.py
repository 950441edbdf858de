"""/news saved: one's own list of stories, the newest first."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.errors import UnknownName
from bot.storage import saved
from bot.storage.saved import Saved
from bot.texts import Texts
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)

#: Stories on a page of the list.
PAGE = 15


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        zone = await desk.zone_of(invocation)
        here = whose(invocation)
        listed = await desk.db.read(saved.of_person, **here)
        number = invocation.args.get("remove", "").strip()
        if not number:
            page = _page(invocation.args.get("page", ""), len(listed), texts)
            return _reply(listed, page, zone, texts)
        gone = _numbered(listed, number, texts)
        await desk.db.write(saved.drop, **here, story=gone.story)
        said = texts.say("Taken off your list: {headline}", headline=gone.headline)
        return Reply(blocks=(Paragraph(text=said),))

    return Command(
        path="news saved",
        description="The stories that you keep",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(name="page", description="Which page of the list"),
            Option(name="remove", description="The number of one to take off"),
        ),
        examples=("/news saved", "/news saved remove=2"),
    )


def _page(said: str, count: int, texts: Texts) -> int:
    pages = max(1, -(-count // PAGE))
    wanted = said.strip() or "1"
    if not wanted.isdecimal() or not 1 <= int(wanted[:6]) <= pages:
        raise UnknownName(texts.say("The list has pages 1 to {pages}.", pages=pages))
    return int(wanted)


def _reply(listed: tuple[Saved, ...], page: int, zone: str, texts: Texts) -> Reply:
    title = texts.say("Your saved stories")
    if not listed:
        nothing = texts.say(
            "You have saved none yet. /news save 2 keeps the second story of the "
            "newest edition here."
        )
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    first = (page - 1) * PAGE
    lines = tuple(
        Line(
            title=f"{number}. {one.headline}",
            note=f"{one.story} · {texts.day_and_time(one.saved_at, zone)}",
            url=one.url,
        )
        for number, one in enumerate(listed[first : first + PAGE], first + 1)
    )
    pages = -(-len(listed) // PAGE)
    how = texts.say("Read one: /news story {id}", id=listed[first].story)
    if pages > 1:
        how += " · " + texts.say("page {page} of {pages}", page=page, pages=pages)
    return Reply(title=title, blocks=(*lines, Small(text=how)))


def _numbered(listed: tuple[Saved, ...], number: str, texts: Texts) -> Saved:
    if number.isdecimal() and 1 <= int(number[:6]) <= len(listed):
        return listed[int(number) - 1]
    found = [one for one in listed if one.story == number]
    if found:
        return found[0]
    raise UnknownName(
        texts.say(
            "There is no {number} on your list of {count}.",
            number=number[:20],
            count=len(listed),
        )
    )
