"""`/news save, saved`: a reader's own list of stories."""

from bot.commands.context import CommandContext, person_key, texts_for
from bot.commands.forms import find_story
from bot.commands.presentation import STORY_OPTION
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Control,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
)
from bot.storage import reader_store
from bot.storage.reader_store import SavedStory

#: Stories that one person can keep.
MAX_SAVED = 200


def build_save(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        undone = invocation.args.get("undo")
        if undone:
            return await _remove_story(context, invocation, undone, texts)
        return await _save_story(context, invocation, texts)

    return Command(
        path="news save",
        description="Keep a story on your own list",
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY_OPTION,),
        examples=("/news save 2", "/news save s-7k3m9q"),
    )


async def _save_story(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    story = await find_story(context, invocation, invocation.args["story"])
    kept = await context.db.write(
        reader_store.save_story,
        **person_key(invocation),
        saved=SavedStory(
            story=story.id,
            headline=story.headline.text,
            url=story.articles[0].url,
            saved_at=context.clock.now(),
        ),
        most=MAX_SAVED,
    )
    if not kept:
        raise UserError(
            texts.say(
                "Your list holds {most} stories already. Take some off: /news saved",
                most=MAX_SAVED,
            )
        )
    said = texts.say("Saved: {headline}", headline=story.headline.text)
    where = texts.say("/news saved lists what you keep. Only you can see it.")
    undo = Control(
        id=context.controls.signed(invocation.place.workspace.id, "unsave", story.id),
        label=texts.say("Take it off"),
    )
    return Reply(blocks=(Paragraph(text=said), Paragraph(text=where)), controls=(undo,))


async def _remove_story(
    context: CommandContext, invocation: Invocation, story: str, texts: Texts
) -> Reply:
    gone = await context.db.write(
        reader_store.delete_saved_story,
        **person_key(invocation),
        story=story,
    )
    said = texts.say("Taken off your list.")
    if not gone:
        said = texts.say("It was not on your list.")
    return Reply(blocks=(Paragraph(text=said),))


#: Stories on a page of the list.
PAGE_SIZE = 15


def build_saved(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        zone = await context.zone_of(invocation)
        here = person_key(invocation)
        listed = await context.db.read(reader_store.list_saved_stories, **here)
        number = invocation.args.get("remove", "").strip()
        if not number:
            page = _parse_page(invocation.args.get("page", ""), len(listed), texts)
            return _render_page(listed, page, zone, texts)
        gone = _find_saved(listed, number, texts)
        await context.db.write(
            reader_store.delete_saved_story, **here, story=gone.story
        )
        said = texts.say("Taken off your list: {headline}", headline=gone.headline)
        return Reply(blocks=(Paragraph(text=said),))

    return Command(
        path="news saved",
        description="The stories that you keep",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(name="page", description="Which page of the list"),
            CommandOption(name="remove", description="The number of one to take off"),
        ),
        examples=("/news saved", "/news saved remove=2"),
    )


def _parse_page(said: str, count: int, texts: Texts) -> int:
    pages = max(1, -(-count // PAGE_SIZE))
    wanted = said.strip() or "1"
    if not wanted.isdecimal() or not 1 <= int(wanted[:6]) <= pages:
        raise UnknownName(texts.say("The list has pages 1 to {pages}.", pages=pages))
    return int(wanted)


def _render_page(
    listed: tuple[SavedStory, ...], page: int, zone: str, texts: Texts
) -> Reply:
    title = texts.say("Your saved stories")
    if not listed:
        nothing = texts.say(
            "You have saved none yet. /news save 2 keeps the second story of the "
            "newest edition here."
        )
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    first = (page - 1) * PAGE_SIZE
    lines = tuple(
        ListItem(
            title=f"{number}. {one.headline}",
            note=f"{one.story} · {texts.day_and_time(one.saved_at, zone)}",
            url=one.url,
        )
        for number, one in enumerate(listed[first : first + PAGE_SIZE], first + 1)
    )
    pages = -(-len(listed) // PAGE_SIZE)
    how = texts.say("Read one: /news story {id}", id=listed[first].story)
    if pages > 1:
        how += " · " + texts.say("page {page} of {pages}", page=page, pages=pages)
    return Reply(title=title, blocks=(*lines, SmallPrint(text=how)))


def _find_saved(
    listed: tuple[SavedStory, ...], number: str, texts: Texts
) -> SavedStory:
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
