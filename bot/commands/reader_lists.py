"""`/news follow, unfollow, more, less, save, saved`: a reader's own lists."""

from collections.abc import Sequence
from typing import Annotated

from bot.commands.arguments import StoryArgument, parse_page
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.presentation import Page, format_feedback, join_notes
from bot.errors import UnknownName, UserError, quote_names
from bot.model import ListItem, Reply, SmallPrint
from bot.readers import personal_digest
from bot.storage import quote_store, reader_store
from bot.storage.reader_store import Feedback, FeedbackDirection, Follow, SavedStory
from digests.language.normalization import normalize_text, parse_whole_number
from digests.types import EditionStory

#: Topics and speakers that one person can follow; characters of a name.
MAX_FOLLOWS, MAX_NAME_LENGTH = 50, 60
_OUTER_MARKS = "\"'“”„«»‘’/ "


def _clean_name(typed: str) -> str:
    name = " ".join(typed.strip(_OUTER_MARKS).split())
    if not any(sign.isalnum() for sign in name):
        raise UserError("Give a word, a few words, or a name to follow.")
    if len(name) > MAX_NAME_LENGTH:
        raise UserError(
            "That is too long: at most {most} characters.", most=MAX_NAME_LENGTH
        )
    return name


async def _parse_topic(context: CommandContext, typed: str) -> Follow:
    """Parse a topic, or the speaker whose full name it is."""
    name = _clean_name(typed)
    names = quote_store.list_speaker_names
    for known in await context.query(names, prefix=name, limit=25):
        if normalize_text(known) == normalize_text(name):
            return Follow(kind="speaker", name=known)
    return Follow(kind="topic", name=name)


@command(
    "news follow",
    "Follow a topic or a speaker; alone, what you follow",
    "{topic}",
    "{speaker}",
    "",
)
async def follow(
    context: CommandContext,
    topic: Annotated[
        Follow | None,
        Option(
            "A word or a few: battery, climate summit", rest=True, convert=_parse_topic
        ),
    ] = None,
    speaker: Annotated[
        Follow | None,
        Option(
            "Somebody who is quoted",
            completes="speaker",
            convert=lambda _, typed: Follow(kind="speaker", name=_clean_name(typed)),
        ),
    ] = None,
) -> Reply:
    """Follow the topic, the speaker or both; without either, list those followed."""
    wanted = [one for one in (topic, speaker) if one is not None]
    if not wanted:
        return await _list_follows(context)
    said = [await _add_follow(context, one) for one in wanted]
    effect = context.say(
        "Your own digest covers what mentions something that you follow."
    )
    if await context.find_own_digest() is None:
        effect = context.say(
            "It counts in a digest of your own, by private message: /news me 7:30 sets "
            "one up."
        )
    undo = [context.button("Unfollow", "unfollow", one.name) for one in wanted]
    return context.reply(*said, effect, controls=undo)


async def _add_follow(context: CommandContext, wanted: Follow) -> str:
    added = await context.db.write(
        reader_store.add_follow,
        context.person_scope,
        follow=wanted,
        most=MAX_FOLLOWS,
        now=context.now,
    )
    if added is None:
        raise UserError(
            "You already follow {most}. Unfollow one first: /news unfollow",
            most=MAX_FOLLOWS,
        )
    if added:
        return context.say("You now follow «{name}».", name=wanted.name)
    return context.say("You already follow «{name}».", name=wanted.name)


async def _list_follows(context: CommandContext) -> Reply:
    known = await context.db.read(reader_store.list_follows, context.person_scope)
    return context.listing(
        context.say("What you follow"),
        [ListItem(title=one.name, note=context.texts.word(one.kind)) for one in known],
        *(
            context.small_print("Stop following: /news unfollow {name}", name=one.name)
            for one in known[:1]
        ),
        nothing=context.say("You follow nothing yet. Try /news follow battery."),
    )


@command("news unfollow", "Stop following a topic or a speaker", "battery")
async def unfollow(
    context: CommandContext,
    name: Annotated[
        str, Option("One of those that you follow", rest=True, completes="follow")
    ],
) -> Reply:
    """Stop following the topic or speaker of this name."""
    mine = context.person_scope
    if await context.db.write(reader_store.delete_follow, mine, name=name):
        return context.answer("You no longer follow «{name}».", name=name[:60])
    known = await context.db.read(reader_store.list_follows, mine)
    raise UnknownName(
        "You do not follow «{name}». You follow: {names}.",
        name=name[:60],
        names=quote_names(one.name for one in known) or context.say("nothing"),
    )


@command("news more", "More of such stories in your own digest", "2", "s-7k3m9q")
async def want_more(context: CommandContext, story: StoryArgument) -> Reply:
    """Rank stories like this one higher in the reader's own digest."""
    return await _give_feedback(context, "more", story)


@command("news less", "Less of such stories in your own digest", "2", "s-7k3m9q")
async def want_less(context: CommandContext, story: StoryArgument) -> Reply:
    """Rank stories like this one lower in the reader's own digest."""
    return await _give_feedback(context, "less", story)


async def _give_feedback(
    context: CommandContext, direction: FeedbackDirection, story: EditionStory
) -> Reply:
    given = Feedback(
        story=story.id,
        headline=story.headline.text,
        direction=direction,
        terms=personal_digest.extract_feedback_terms(story),
        given_at=context.now,
    )
    await context.db.write(reader_store.set_feedback, context.person_scope, given=given)
    said = ListItem(title=format_feedback(context, given), note=given.headline)
    effect = await _describe_effect(context, direction)
    undo = context.button("Take this back", "unlike", story.id)
    return context.reply(said, effect, controls=(undo,))


async def _describe_effect(
    context: CommandContext, direction: FeedbackDirection
) -> str:
    own = await context.find_own_digest()
    if own is None:
        return context.say(
            "It counts in a digest of your own, by private message: /news me 7:30 "
            "sets one up. The digests of this workspace stay as they are."
        )
    when = context.format_next_due(own)
    if direction == "more":
        return context.say(
            "Your own digest ({when}) will rank such stories higher.", when=when
        )
    return context.say(
        "Your own digest ({when}) will rank such stories lower.", when=when
    )


@want_less.control("undo")
@want_more.control("undo")
async def withdraw_feedback(context: CommandContext, story: str) -> Reply:
    """Delete the reader's feedback about this story."""
    delete, mine = reader_store.delete_feedback, context.person_scope
    if await context.db.write(delete, mine, story=story):
        return context.answer("Undone: it no longer counts.")
    return context.answer("There was nothing to undo.")


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
    delete, mine = reader_store.delete_saved_story, context.person_scope
    if await context.db.write(delete, mine, story=story):
        return context.answer("Taken off your list.")
    return context.answer("It was not on your list.")


@command("news saved", "Your saved stories", "", "remove=2")
async def list_saved_stories(
    context: CommandContext,
    page: Annotated[int, Option("Which page of the list", convert=parse_page)] = 1,
    remove: Annotated[str, Option("The number of one to take off")] = "",
) -> Reply:
    """Show the reader's list, newest first, or remove a story from it."""
    mine = context.person_scope
    listed = await context.db.read(reader_store.list_saved_stories, mine)
    if not remove:
        return await _render_page(context, Page.of(listed, page, PAGE_SIZE))
    gone = _find_saved(listed, remove)
    await context.db.write(reader_store.delete_saved_story, mine, story=gone.story)
    return context.answer("Taken off your list: {headline}", headline=gone.headline)


async def _render_page(context: CommandContext, page: Page[SavedStory]) -> Reply:
    zone = await context.get_own_zone()
    lines = []
    for number, one in enumerate(page.items, page.first):
        note = join_notes(one.story, context.texts.day_and_time(one.saved_at, zone))
        title = f"{number}. {one.headline}"
        lines.append(ListItem(title=title, note=note, url=one.url))
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
    place = parse_whole_number(number, len(listed), least=1)
    if place is not None:
        return listed[place - 1]
    found = next((one for one in listed if one.story == number), None)
    if found is None:
        raise UnknownName(
            "There is no {number} on your list of {count}.",
            number=number[:20],
            count=len(listed),
        )
    return found
