"""`/news follow, unfollow, more, less`: what a reader wants more or less of."""

from bot.commands.context import CommandContext, person_key, texts_for
from bot.commands.forms import find_story
from bot.commands.presentation import STORY_OPTION, format_feedback
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
from bot.publishing.planning import digest_zone, find_next_due
from bot.readers import personal_digest
from bot.storage import reader_store
from bot.storage.reader_store import Feedback, FeedbackDirection, Follow
from digests.language.normalization import normalize_text

#: What one person can follow, and how long a name can be.
MAX_FOLLOWS, MAX_NAME_LENGTH = 50, 60
_OUTER_MARKS = "\"'“”„«»‘’/ "


def build_follow(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        topic = invocation.args.get("topic", "")
        speaker = invocation.args.get("speaker", "")
        wished = [
            await _resolve_follow(context, invocation, topic, texts)
            if topic.strip()
            else None,
            _parse_follow("speaker", speaker, texts) if speaker.strip() else None,
        ]
        wanted = [one for one in wished if one is not None]
        if not wanted:
            return await _render_follows(context, invocation, texts)
        said = [await _add_follow(context, invocation, one, texts) for one in wanted]
        effect = await _describe_follow_effect(context, invocation, texts)
        undo = tuple(
            _build_unfollow_control(context, invocation, one, texts) for one in wanted
        )
        return Reply(blocks=(*said, Paragraph(text=effect)), controls=undo)

    return Command(
        path="news follow",
        description="Follow a topic or a speaker; alone, what you follow",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="topic",
                description="A word or a few: battery, climate summit",
                rest=True,
            ),
            CommandOption(
                name="speaker",
                description="Somebody who is quoted",
                completes="speaker",
            ),
        ),
        examples=("/news follow battery", "/news follow Ada Brandt", "/news follow"),
    )


async def _resolve_follow(
    context: CommandContext, invocation: Invocation, said: str, texts: Texts
) -> Follow:
    """A topic; or the speaker whose full name this is."""
    topic = _parse_follow("topic", said, texts)
    workspace_id = invocation.place.workspace.id
    for known in await context.archive.speakers(workspace_id, topic.name):
        if normalize_text(known) == normalize_text(topic.name):
            return Follow(kind="speaker", name=known)
    return topic


def _parse_follow(kind: reader_store.FollowKind, said: str, texts: Texts) -> Follow:
    name = " ".join(said.strip().strip(_OUTER_MARKS).split())
    if not any(sign.isalnum() for sign in name):
        raise UserError(texts.say("Give a word, a few words, or a name to follow."))
    if len(name) > MAX_NAME_LENGTH:
        raise UserError(
            texts.say(
                "That is too long: at most {most} characters.", most=MAX_NAME_LENGTH
            )
        )
    return Follow(kind=kind, name=name)


async def _add_follow(
    context: CommandContext, invocation: Invocation, follow: Follow, texts: Texts
) -> Paragraph:
    added = await context.db.write(
        reader_store.add_follow,
        **person_key(invocation),
        follow=follow,
        most=MAX_FOLLOWS,
        now=context.clock.now(),
    )
    if added is None:
        raise UserError(
            texts.say(
                "You already follow {most}. Unfollow one first: /news unfollow",
                most=MAX_FOLLOWS,
            )
        )
    if added:
        return Paragraph(text=texts.say("You follow «{name}» now.", name=follow.name))
    return Paragraph(text=texts.say("You already follow «{name}».", name=follow.name))


def _build_unfollow_control(
    context: CommandContext, invocation: Invocation, follow: Follow, texts: Texts
) -> Control:
    workspace_id = invocation.place.workspace.id
    return Control(
        id=context.controls.signed(workspace_id, "unfollow", follow.name),
        label=texts.say("Unfollow"),
    )


async def _describe_follow_effect(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> str:
    own = await context.own_digest(invocation)
    if own is None:
        return texts.say(
            "It counts in a digest of your own, by private message: /news me 7:30 "
            "sets one up."
        )
    return texts.say("Your own digest tells what names one of those that you follow.")


async def _render_follows(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    known = await context.db.read(
        reader_store.list_follows,
        **person_key(invocation),
    )
    title = texts.say("What you follow")
    if not known:
        nothing = texts.say("You follow nothing yet. Try /news follow battery.")
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    lines = tuple(ListItem(title=one.name, note=texts.word(one.kind)) for one in known)
    last = SmallPrint(
        text=texts.say("Unfollow one: /news unfollow {name}", name=known[0].name)
    )
    return Reply(title=title, blocks=(*lines, last))


def build_unfollow(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        here = person_key(invocation)
        name = invocation.args["name"].strip()
        if await context.db.write(reader_store.delete_follow, **here, name=name):
            said = texts.say("You no longer follow «{name}».", name=name[:60])
            return Reply(blocks=(Paragraph(text=said),))
        known = await context.db.read(reader_store.list_follows, **here)
        names = ", ".join(f"«{one.name}»" for one in known) or texts.say("nothing")
        raise UnknownName(
            texts.say(
                "You do not follow «{name}». You follow: {names}.",
                name=name[:60],
                names=names,
            )
        )

    return Command(
        path="news unfollow",
        description="Stop following a topic or a speaker",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="name",
                description="One of those that you follow",
                required=True,
                rest=True,
                completes="follow",
            ),
        ),
        examples=("/news unfollow battery",),
    )


def _build_feedback(
    context: CommandContext, direction: FeedbackDirection, description: str
) -> Command:
    """One of the two commands."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        undone = invocation.args.get("undo")
        if undone:
            return await _withdraw_feedback(context, invocation, undone, texts)
        return await _give_feedback(context, invocation, direction, texts)

    return Command(
        path=f"news {direction}",
        description=description,
        permission=Permission.EVERYONE,
        run=run,
        options=(STORY_OPTION,),
        examples=(f"/news {direction} 2", f"/news {direction} s-7k3m9q"),
    )


async def _give_feedback(
    context: CommandContext,
    invocation: Invocation,
    direction: FeedbackDirection,
    texts: Texts,
) -> Reply:
    story = await find_story(context, invocation, invocation.args["story"])
    given = Feedback(
        story=story.id,
        headline=story.headline.text,
        direction=direction,
        terms=personal_digest.extract_feedback_terms(story),
        given_at=context.clock.now(),
    )
    workspace_id = invocation.place.workspace.id
    await context.db.write(
        reader_store.set_feedback,
        **person_key(invocation),
        given=given,
    )
    said = format_feedback(given, texts)
    effect = await _describe_feedback_effect(context, invocation, direction, texts)
    undo = Control(
        id=context.controls.signed(workspace_id, "unlike", story.id),
        label=texts.say("Take this back"),
    )
    blocks = (ListItem(title=said, note=given.headline), Paragraph(text=effect))
    return Reply(blocks=blocks, controls=(undo,))


async def _describe_feedback_effect(
    context: CommandContext,
    invocation: Invocation,
    direction: FeedbackDirection,
    texts: Texts,
) -> str:
    own = await context.own_digest(invocation)
    if own is None:
        return texts.say(
            "It counts in a digest of your own, by private message: /news me 7:30 "
            "sets one up. The digests of this workspace stay as they are."
        )
    now = context.clock.now()
    at = find_next_due(own, now)
    when = texts.moment(at, digest_zone(own), now) if at else texts.say("not scheduled")
    if direction == "more":
        return texts.say(
            "Your own digest ({when}) will rank such stories higher.", when=when
        )
    return texts.say(
        "Your own digest ({when}) will rank such stories lower.", when=when
    )


async def _withdraw_feedback(
    context: CommandContext, invocation: Invocation, story: str, texts: Texts
) -> Reply:
    gone = await context.db.write(
        reader_store.delete_feedback,
        **person_key(invocation),
        story=story,
    )
    said = texts.say("Undone: it no longer counts.")
    if not gone:
        said = texts.say("There was nothing to undo.")
    return Reply(blocks=(Paragraph(text=said),))


def build_more(context: CommandContext) -> Command:
    """The command over this desk."""
    return _build_feedback(context, "more", "More of such stories in your own digest")


def build_less(context: CommandContext) -> Command:
    """The command over this desk."""
    return _build_feedback(context, "less", "Less of such stories in your own digest")
