"""`/news save, saved`: a reader's own list of stories."""

from collections.abc import Sequence
from typing import Annotated

from bot.commands import CommandContext, Option, command
from bot.commands.arguments import StoryArgument, parse_page
from bot.commands.presentation import Page, join_notes
from bot.errors import UnknownName, UserError
from bot.model import ListItem, Reply, SmallPrint
from bot.storage import reader_store
from bot.storage.reader_store import SavedStory

#: Stories that one person can save, and stories on a page of the list.
MAX_SAVED, PAGE_SIZE = 200, 15


@command("news save", "Keep a story on your own list", "2", "s-7k3m9q")
async def save_story(context: CommandContext, story: StoryArgument) -> Reply:
    """Add the story to the reader's list."""
    saved = SavedStory(
        story=story.id,
        headline=story.headline.text,
        url=story.articles[0].url,
        saved_at=context.now,
    )
    if not await context.db.write(
        reader_store.save_story, context.person_scope, saved=saved, most=MAX_SAVED
    ):
        raise UserError(
            "Your list already holds {most} stories. Take some off: /news saved",
            most=MAX_SAVED,
        )
    return context.reply(
        context.say("Saved: {headline}", headline=saved.headline),
        context.say("/news saved lists your saved stories. Only you can see them."),
        controls=(context.button("Take it off", "unsave", story.id),),
    )


@save_story.control("undo")
async def remove_saved_story(context: CommandContext, story: str) -> Reply:
    """Remove the story from the reader's list."""
    gone = await context.db.write(
        reader_store.delete_saved_story, context.person_scope, story=story
    )
    if gone:
        return context.answer("Taken off your list.")
    return context.answer("It was not on your list.")


@command("news saved", "Your saved stories", "", "remove=2")
async def list_saved_stories(
    context: CommandContext,
    page: Annotated[int, Option("Which page of the list", convert=parse_page)] = 1,
    remove: Annotated[str, Option("The number of one to take off")] = "",
) -> Reply:
    """Show the reader's list, newest first, or remove a story from it."""
    listed = await context.db.read(
        reader_store.list_saved_stories, context.person_scope
    )
    if not remove:
        return await _render_page(context, Page.of(listed, page, PAGE_SIZE))
    gone = _find_saved(listed, remove)
    await context.db.write(
        reader_store.delete_saved_story, context.person_scope, story=gone.story
    )
    return context.answer("Taken off your list: {headline}", headline=gone.headline)


async def _render_page(context: CommandContext, page: Page[SavedStory]) -> Reply:
    zone = await context.get_own_zone()
    lines = [
        ListItem(
            title=f"{number}. {one.headline}",
            note=join_notes(one.story, context.texts.day_and_time(one.saved_at, zone)),
            url=one.url,
        )
        for number, one in enumerate(page.items, page.first)
    ]
    nothing = context.say(
        "You have saved no stories yet. /news save 2 saves the second story of the "
        "newest edition here."
    )
    first = page.items[0].story if page.items else ""
    how = context.say("Read one: /news story {id}", id=first)
    last = SmallPrint(text=join_notes(how, page.format_position(context)))
    title = context.say("Your saved stories")
    return context.listing(title, lines, last, nothing=nothing)


def _find_saved(listed: Sequence[SavedStory], number: str) -> SavedStory:
    """Find a story by its number in the list, or by its id."""
    if number.isdecimal() and 1 <= int(number[:6]) <= len(listed):
        return listed[int(number) - 1]
    found = next((one for one in listed if one.story == number), None)
    if found is None:
        raise UnknownName(
            "There is no {number} on your list of {count}.",
            number=number[:20],
            count=len(listed),
        )
    return found
