"""What a reader keeps: follows, saved stories, more and less of some stories.

`/news follow` is typed; all else is a button: on a story, or a page of `/news me`.
Each press shows the page again with its effect.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Generic, TypeVar

from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.help_pages import load_sample_names
from bot.commands.panel import Answers, run_form
from bot.commands.personal import build_back_to_me, show_person
from bot.commands.presentation import Page, format_feedback
from bot.commands.stories import load_story_page, render_story_page, show_story
from bot.errors import FieldError, UserError
from bot.model import (
    Control,
    ControlMenu,
    Form,
    FormField,
    ListItem,
    MenuOption,
    Reply,
    SmallPrint,
)
from bot.readers import personal_digest
from bot.storage import quote_store, reader_store
from bot.storage.reader_store import Feedback, FeedbackDirection, Follow, SavedStory
from digests.language.normalization import normalize_text
from digests.types import frozen

T = TypeVar("T")
#: Topics and speakers that one person can follow; characters of a name.
MAX_FOLLOWS, MAX_NAME_LENGTH = 50, 60
#: Stories that one person can save.
MAX_SAVED = 200
#: Words that one person can mute; characters of one.
MAX_MUTED, MAX_MUTED_LENGTH = 25, 50
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
        return await show_follows(context, "1")
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


@show_person.control("follows")
async def show_follows(context: CommandContext, number: str, *said: str) -> Reply:
    """Show a page of what the reader follows."""
    nothing = context.say("You follow nothing.")
    if name := (await load_sample_names(context)).get("speaker"):
        hint = context.say("For example: /news follow {name}", name=name)
        nothing = f"{nothing} {hint}"

    def render(one: Follow, _: str) -> ListItem:
        kind = context.texts.word(one.kind)
        button = context.button("Unfollow", "unfollow", one.name)
        return ListItem(title=one.name, note=kind, control=button)

    kept = KeptList(
        action="follows",
        title=context.say("What you follow"),
        nothing=nothing,
        items=await context.db.read(reader_store.list_follows, context.person_scope),
        render=render,
    )
    return _show_list(context, kept, number, said)


@show_person.control("unfollow")
async def unfollow(context: CommandContext, name: str) -> Reply:
    """Stop following the topic or speaker of this name; list the others."""
    mine = context.person_scope
    said = context.say("You no longer follow «{name}».", name=name)
    if not await context.db.write(reader_store.delete_follow, mine, name=name):
        said = context.say("You do not follow «{name}» any more.", name=name)
    return await show_follows(context, "1", said)


# ── lists ──────────────────────────────────────────────────────────────────────


@frozen
class KeptList(Generic[T]):
    """A list of what a reader keeps, as pages that `/news me` leads to."""

    #: Of the buttons that turn its pages.
    action: str
    title: str
    #: What is shown of an empty list.
    nothing: str
    items: Sequence[T]
    #: (item, number of its page) → the line, with the button that takes it off.
    render: Callable[[T, str], ListItem]
    #: (item) → a choice that opens it; None if items cannot be opened.
    open_item: Callable[[T], MenuOption] | None = None


def _show_list(
    context: CommandContext,
    kept: KeptList[T],
    number: str,
    said: Sequence[str],
    *controls: Control,
) -> Reply:
    """Show a page of the list, below what was `said` about a press."""
    page = Page.of(kept.items, number, PAGE_SIZE)
    lines = [kept.render(one, str(page.number)) for one in page.items]
    position = page.format_position(context)
    menus: list[ControlMenu] = []
    if kept.open_item is not None and lines:
        options = tuple(map(kept.open_item, page.items))
        label = context.say("Read more about…")
        menus.append(ControlMenu(label=label, options=options))
    turns = page.build_turns(context, kept.action)
    return context.reply(
        *said,
        *(lines or (kept.nothing,)),
        *([SmallPrint(text=position)] if position else []),
        title=kept.title,
        menus=menus,
        controls=[*controls, *turns, build_back_to_me(context)],
        in_place=True,
    )


@show_person.control("saved")
async def show_saved_stories(context: CommandContext, number: str, *said: str) -> Reply:
    """Show a page of the saved stories, newest first; each can be opened."""
    mine, zone = context.person_scope, await context.get_own_zone()

    def render(one: SavedStory, page: str) -> ListItem:
        at = context.texts.day_and_time(one.saved_at, zone)
        button = context.button("Remove", "unkeep", page, one.story)
        return ListItem(title=one.headline, note=at, url=one.url, control=button)

    def open_item(one: SavedStory) -> MenuOption:
        story = context.control_id("story", one.story)
        return MenuOption(id=story, label=one.headline)

    kept = KeptList(
        action="saved",
        title=context.say("Your saved stories"),
        nothing=context.say(
            "You have saved no stories. The button «Save» below a story keeps it here."
        ),
        items=await context.db.read(reader_store.list_saved_stories, mine),
        render=render,
        open_item=open_item,
    )
    return _show_list(context, kept, number, said)


@show_person.control("unkeep")
async def remove_saved_story(context: CommandContext, carried: str) -> Reply:
    """Remove a story from the reader's list; show the page that it was on."""
    number, _, story = carried.partition(":")
    said = await _delete_saved_story(context, story)
    return await show_saved_stories(context, number, said)


async def _delete_saved_story(context: CommandContext, story: str) -> str:
    delete, mine = reader_store.delete_saved_story, context.person_scope
    if await context.db.write(delete, mine, story=story):
        return context.say("Taken off your list.")
    return context.say("It was not on your list.")


@show_person.control("tastes")
async def show_tastes(context: CommandContext, number: str, *said: str) -> Reply:
    """Show a page of the stories of which the reader wants more or less."""

    def render(one: Feedback, page: str) -> ListItem:
        text = format_feedback(context, one)
        button = context.button("Undo", "untaste", page, one.story)
        return ListItem(title=one.headline, text=text, control=button)

    kept = KeptList(
        action="tastes",
        title=context.say("Likes and dislikes"),
        nothing=context.say(
            "You have not asked for more or less of anything. The buttons are below "
            "each story."
        ),
        items=await context.db.read(reader_store.list_feedback, context.person_scope),
        render=render,
    )
    return _show_list(context, kept, number, said)


@show_person.control("untaste")
async def undo_taste(context: CommandContext, carried: str) -> Reply:
    """Delete the feedback about one story; show the page that it was on."""
    number, _, story = carried.partition(":")
    return await show_tastes(context, number, await _delete_feedback(context, story))


async def _delete_feedback(context: CommandContext, story: str) -> str:
    delete, mine = reader_store.delete_feedback, context.person_scope
    if await context.db.write(delete, mine, story=story):
        return context.say("Undone: it no longer counts.")
    return context.say("There was nothing to undo.")


@show_person.control("mutes")
async def show_muted_words(context: CommandContext, number: str, *said: str) -> Reply:
    """Show what the reader's own digest leaves out; each word can be unmuted."""
    own = await context.find_own_digest()

    def render(word: str, _: str) -> ListItem:
        return ListItem(title=word, control=context.button("Unmute", "unmute", word))

    kept = KeptList(
        action="mutes",
        title=context.say("Muted words"),
        nothing=context.say("Nothing is muted: your own digest leaves out no words."),
        items=own.options.exclude if own is not None else (),
        render=render,
    )
    mute = context.button("Mute a word", "mute", "word")
    return _show_list(context, kept, number, said, mute)


@show_person.control("mute")
async def mute_word(context: CommandContext, _: str) -> Reply | Form:
    """Ask for a word that the reader's own digest leaves out, and mute it."""

    async def mute(given: Answers) -> Reply:
        word = " ".join(given["word"].split())
        if not any(sign.isalnum() for sign in word) or len(word) > MAX_MUTED_LENGTH:
            raise FieldError(
                "Write a word or a few words, at most {most} characters.",
                most=MAX_MUTED_LENGTH,
                field="word",
            )
        mine, add = context.person_scope, personal_digest.mute_word
        await context.db.write(add, whose=mine, word=word, most=MAX_MUTED)
        said = context.say(
            "Your own digest leaves out what mentions «{word}».", word=word
        )
        return await show_muted_words(context, "1", said)

    asked = FormField(name="word", label=context.say("Word or words"))
    form = context.ask(context.say("Mute a word"), [asked], "mute", "word")
    return await run_form(context, form, mute)


@show_person.control("unmute")
async def unmute_word(context: CommandContext, word: str) -> Reply:
    """No longer leave out what mentions the word; list the others."""
    mine = context.person_scope
    await context.db.write(personal_digest.unmute_word, whose=mine, word=word)
    said = context.say("«{word}» is no longer muted.", word=word)
    return await show_muted_words(context, "1", said)


# ── on a story ─────────────────────────────────────────────────────────────────


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


async def _give_feedback(
    direction: FeedbackDirection, context: CommandContext, reference: str
) -> Reply:
    """Rank stories like this one higher or lower in the reader's own digest."""
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


show_story.control("more")(partial(_give_feedback, "more"))
show_story.control("less")(partial(_give_feedback, "less"))


async def _describe_effect(context: CommandContext) -> str:
    own = await context.find_own_digest()
    if own is None:
        return context.say(
            "That needs a digest of your own, by private message: /news me 7:30 sets "
            "one up. The digests of this workspace stay as they are."
        )
    when = context.format_next_due(own)
    return context.say("This counts in your own digest, next {when}.", when=when)


async def _undo_choice(
    delete: Callable[[CommandContext, str], Awaitable[str]],
    context: CommandContext,
    reference: str,
) -> Reply:
    """Undo what the reader chose; show the story again, unless it is gone."""
    # «e-7k3m9q:s-3fk2p9», or «s-3fk2p9»: the choice is about the story.
    said = await delete(context, reference.rpartition(":")[2])
    try:
        page = await load_story_page(context, reference)
    except UserError:
        return context.reply(said, in_place=True)
    return await render_story_page(context, page, said)


show_story.control("unsave")(partial(_undo_choice, _delete_saved_story))
show_story.control("unlike")(partial(_undo_choice, _delete_feedback))
