"""What a reader keeps: follows, saved stories, more and less of some stories.

`/news follow` is typed; all else is a button: on a story, or a page of `/news me`.
Each press shows the page again with its effect.
"""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from bot.commands.arguments import parse_page
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.help_pages import load_sample_names
from bot.commands.personal import build_back_to_me, show_person
from bot.commands.presentation import (
    Page,
    format_feedback,
)
from bot.commands.stories import load_story_page, render_story_page, show_story
from bot.errors import UserError
from bot.model import (
    Block,
    Control,
    ControlMenu,
    ListItem,
    MenuOption,
    Reply,
    SmallPrint,
)
from bot.readers import personal_digest
from bot.storage import quote_store, reader_store
from bot.storage.reader_store import Feedback, FeedbackDirection, Follow, SavedStory
from digests.language.normalization import normalize_text

T = TypeVar("T")
#: Topics and speakers that one person can follow; characters of a name.
MAX_FOLLOWS, MAX_NAME_LENGTH = 50, 60
#: Items on a page of a list; each has a button beside it.
PAGE_SIZE = 8
_OUTER_MARKS = "\"'“”„«»‘’/ "

# ── follows ────────────────────────────────────────────────────────────────────


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
        return await _render_follows(context, "1")
    said = [await _add_follow(context, one) for one in wanted]
    effect = context.say(
        "Your own digest covers what mentions something that you follow."
    )
    if await context.find_own_digest() is None:
        effect = context.say(
            "To get what mentions it by private message, set up a digest of your "
            "own: /news me 7:30"
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
            "You already follow {most}. Unfollow one first: /news follow lists them.",
            most=MAX_FOLLOWS,
        )
    if added:
        return context.say("You now follow «{name}».", name=wanted.name)
    return context.say("You already follow «{name}».", name=wanted.name)


@follow.control("unfollow")
async def unfollow(context: CommandContext, name: str) -> Reply:
    """Stop following the topic or speaker of this name; list the others."""
    mine = context.person_scope
    said = context.say("You no longer follow «{name}».", name=name)
    if not await context.db.write(reader_store.delete_follow, mine, name=name):
        said = context.say("You do not follow «{name}» any more.", name=name)
    return await _render_follows(context, "1", said)


@follow.control("page")
async def show_follows_page(context: CommandContext, number: str) -> Reply:
    """Show a page of what the reader follows."""
    return await _render_follows(context, number)


async def _render_follows(context: CommandContext, number: str, *said: str) -> Reply:
    known = await context.db.read(reader_store.list_follows, context.person_scope)
    title = context.say("What you follow")
    if not known:
        nothing = context.say("You follow nothing.")
        if name := (await load_sample_names(context)).get("speaker"):
            hint = context.say("For example: /news follow {name}", name=name)
            nothing = f"{nothing} {hint}"
        return context.reply(*said, nothing, title=title, in_place=True)
    page = _select_page(context, known, number)
    lines = (
        ListItem(
            title=one.name,
            note=context.texts.word(one.kind),
            control=context.button("Unfollow", "unfollow", one.name),
        )
        for one in page.items
    )
    controls = _turn_pages(context, page, "follows")
    return _render_page(context, title, page, (*said, *lines), controls)


def _select_page(context: CommandContext, items: Sequence[T], number: str) -> Page[T]:
    """Return a page of a list; the last one if the list has become shorter."""
    pages = max(1, -(-len(items) // PAGE_SIZE))
    wanted = max(1, min(parse_page(context, number), pages))
    return Page.of(items, wanted, PAGE_SIZE)


def _turn_pages(context: CommandContext, page: Page[T], action: str) -> list[Control]:
    """Build the buttons to the neighbouring pages."""
    controls = []
    if page.number > 1:
        controls.append(context.button("Previous page", action, str(page.number - 1)))
    if page.number < page.pages:
        controls.append(context.button("Next page", action, str(page.number + 1)))
    return controls


def _render_page(
    context: CommandContext,
    title: str,
    page: Page[T],
    blocks: Sequence[str | Block],
    controls: Sequence[Control],
    *menus: ControlMenu,
) -> Reply:
    """Render a page of a list that takes the place of the one before."""
    position = page.format_position(context)
    small = (SmallPrint(text=position),) if position else ()
    return context.reply(
        *blocks, *small, title=title, menus=menus, controls=controls, in_place=True
    )


# ── on a story ─────────────────────────────────────────────────────────────────

#: Stories that one person can save.
MAX_SAVED = 200


@show_story.control("save")
async def save_story(context: CommandContext, reference: str) -> Reply:
    """Add the story to the reader's list."""
    page = await load_story_page(context, reference)
    saved = SavedStory(
        story=page.story.id,
        headline=page.story.headline.text,
        url=page.story.articles[0].url,
        saved_at=context.now,
    )
    if not await context.db.write(
        reader_store.save_story, context.person_scope, saved=saved, most=MAX_SAVED
    ):
        raise UserError(
            "Your list already holds {most} stories. Take some off: /news me, Saved "
            "stories.",
            most=MAX_SAVED,
        )
    said = context.say("Saved. /news me lists your saved stories; only you see them.")
    return await render_story_page(context, page, said)


@show_story.control("unsave")
async def unsave_story(context: CommandContext, reference: str) -> Reply:
    """Remove the story from the reader's list."""
    delete, mine = reader_store.delete_saved_story, context.person_scope
    story = _get_story_id(reference)
    said = context.say("It was not on your list.")
    if await context.db.write(delete, mine, story=story):
        said = context.say("Taken off your list.")
    return await _show_effect(context, reference, said)


async def _show_effect(context: CommandContext, reference: str, said: str) -> Reply:
    """Show the story below what was said; that alone if the story is gone."""
    try:
        page = await load_story_page(context, reference)
    except UserError:
        return context.reply(said, in_place=True)
    return await render_story_page(context, page, said)


def _get_story_id(reference: str) -> str:
    """Return the story's id of «e-7k3m9q:s-3fk2p9», or of «s-3fk2p9»."""
    return reference.rpartition(":")[2]


@show_story.control("more")
async def want_more(context: CommandContext, reference: str) -> Reply:
    """Rank stories like this one higher in the reader's own digest."""
    return await _give_feedback(context, "more", reference)


@show_story.control("less")
async def want_less(context: CommandContext, reference: str) -> Reply:
    """Rank stories like this one lower in the reader's own digest."""
    return await _give_feedback(context, "less", reference)


async def _give_feedback(
    context: CommandContext, direction: FeedbackDirection, reference: str
) -> Reply:
    page = await load_story_page(context, reference)
    given = Feedback(
        story=page.story.id,
        headline=page.story.headline.text,
        direction=direction,
        terms=personal_digest.extract_feedback_terms(page.story),
        given_at=context.now,
    )
    await context.db.write(reader_store.set_feedback, context.person_scope, given=given)
    effect = await _describe_effect(context)
    said = f"{format_feedback(context, given)} {effect}"
    return await render_story_page(context, page, said)


async def _describe_effect(context: CommandContext) -> str:
    own = await context.find_own_digest()
    if own is None:
        return context.say(
            "That needs a digest of your own, by private message: /news me 7:30 sets "
            "one up. The digests of this workspace stay as they are."
        )
    when = context.format_next_due(own)
    return context.say("This counts in your own digest, next {when}.", when=when)


@show_story.control("unlike")
async def withdraw_feedback(context: CommandContext, reference: str) -> Reply:
    """Delete the reader's feedback about this story."""
    said = await _delete_feedback(context, _get_story_id(reference))
    return await _show_effect(context, reference, said)


async def _delete_feedback(context: CommandContext, story: str) -> str:
    delete, mine = reader_store.delete_feedback, context.person_scope
    if await context.db.write(delete, mine, story=story):
        return context.say("Undone: it no longer counts.")
    return context.say("There was nothing to undo.")


# ── pages of /news me ──────────────────────────────────────────────────────────


@show_person.control("saved")
async def show_saved_stories(context: CommandContext, number: str, *said: str) -> Reply:
    """Show a page of the reader's list, newest first; each story can be opened."""
    mine, zone = context.person_scope, await context.get_own_zone()
    listed = await context.db.read(reader_store.list_saved_stories, mine)
    title, back = context.say("Your saved stories"), build_back_to_me(context)
    if not listed:
        nothing = context.say(
            "You have saved no stories. The button «Save» below a story keeps it here."
        )
        controls = [back]
        return context.reply(
            *said, nothing, title=title, controls=controls, in_place=True
        )
    page = _select_page(context, listed, number)
    lines = (
        ListItem(
            title=one.headline,
            note=context.texts.day_and_time(one.saved_at, zone),
            url=one.url,
            control=context.button("Remove", "unkeep", str(page.number), one.story),
        )
        for one in page.items
    )
    options = tuple(
        MenuOption(id=context.control_id("story", one.story), label=one.headline)
        for one in page.items
    )
    menu = ControlMenu(label=context.say("Read more about…"), options=options)
    controls = [*_turn_pages(context, page, "saved"), back]
    return _render_page(context, title, page, (*said, *lines), controls, menu)


@show_person.control("unkeep")
async def remove_saved_story(context: CommandContext, carried: str) -> Reply:
    """Remove a story from the reader's list; show the page that it was on."""
    number, _, story = carried.partition(":")
    delete, mine = reader_store.delete_saved_story, context.person_scope
    said = context.say("It was not on your list.")
    if await context.db.write(delete, mine, story=story):
        said = context.say("Taken off your list.")
    return await show_saved_stories(context, number, said)


@show_person.control("tastes")
async def show_tastes(context: CommandContext, number: str, *said: str) -> Reply:
    """Show a page of the stories of which the reader wants more or less."""
    given = await context.db.read(reader_store.list_feedback, context.person_scope)
    title, back = context.say("Likes and dislikes"), build_back_to_me(context)
    if not given:
        nothing = context.say(
            "You have not asked for more or less of anything. The buttons are below "
            "each story."
        )
        return context.reply(
            *said, nothing, title=title, controls=[back], in_place=True
        )
    page = _select_page(context, given, number)
    lines = (
        ListItem(
            title=one.headline,
            text=format_feedback(context, one),
            control=context.button("Undo", "untaste", str(page.number), one.story),
        )
        for one in page.items
    )
    controls = [*_turn_pages(context, page, "tastes"), back]
    return _render_page(context, title, page, (*said, *lines), controls)


@show_person.control("untaste")
async def undo_taste(context: CommandContext, carried: str) -> Reply:
    """Delete the feedback about one story; show the page that it was on."""
    number, _, story = carried.partition(":")
    return await show_tastes(context, number, await _delete_feedback(context, story))
