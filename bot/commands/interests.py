"""/news follow: topics and speakers to hear of; without an argument, the list."""

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, whose
from bot.errors import UserError
from bot.storage import follows
from bot.storage.follows import Follow
from bot.texts import Texts
from bot.types import (
    Command,
    Control,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests.language.fold import fold

#: What one person can follow, and how long a name can be.
MOST, LONGEST = 50, 60
_MARKS = "\"'“”„«»‘’/ "


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        topic = invocation.args.get("topic", "")
        speaker = invocation.args.get("speaker", "")
        wished = [
            await _meant(desk, invocation, topic, texts) if topic.strip() else None,
            _named("speaker", speaker, texts) if speaker.strip() else None,
        ]
        wanted = [one for one in wished if one is not None]
        if not wanted:
            return await _listed(desk, invocation, texts)
        said = [await _add(desk, invocation, one, texts) for one in wanted]
        effect = await _effect(desk, invocation, texts)
        undo = tuple(_undo(desk, invocation, one, texts) for one in wanted)
        return Reply(blocks=(*said, Paragraph(text=effect)), controls=undo)

    return Command(
        path="news follow",
        description="Follow a topic or a speaker; alone, what you follow",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="topic",
                description="A word or a few: battery, climate summit",
                rest=True,
            ),
            Option(
                name="speaker",
                description="Somebody who is quoted",
                completes="speaker",
            ),
        ),
        examples=("/news follow battery", "/news follow Ada Brandt", "/news follow"),
    )


async def _meant(desk: Desk, invocation: Invocation, said: str, texts: Texts) -> Follow:
    """A topic; or the speaker whose full name this is."""
    topic = _named("topic", said, texts)
    workspace_id = invocation.place.workspace.id
    for known in await desk.archive.speakers(workspace_id, topic.name):
        if fold(known) == fold(topic.name):
            return Follow(kind="speaker", name=known)
    return topic


def _named(kind: follows.FollowKind, said: str, texts: Texts) -> Follow:
    name = " ".join(said.strip().strip(_MARKS).split())
    if not any(sign.isalnum() for sign in name):
        raise UserError(texts.say("Give a word, a few words, or a name to follow."))
    if len(name) > LONGEST:
        raise UserError(
            texts.say("That is too long: at most {most} characters.", most=LONGEST)
        )
    return Follow(kind=kind, name=name)


async def _add(
    desk: Desk, invocation: Invocation, follow: Follow, texts: Texts
) -> Paragraph:
    added = await desk.db.write(
        follows.add,
        **whose(invocation),
        follow=follow,
        most=MOST,
        now=desk.clock.now(),
    )
    if added is None:
        raise UserError(
            texts.say(
                "You follow {most} already. Leave one first: /news unfollow", most=MOST
            )
        )
    if added:
        return Paragraph(text=texts.say("You follow «{name}» now.", name=follow.name))
    return Paragraph(text=texts.say("You follow «{name}» already.", name=follow.name))


def _undo(desk: Desk, invocation: Invocation, follow: Follow, texts: Texts) -> Control:
    workspace_id = invocation.place.workspace.id
    return Control(
        id=desk.controls.signed(workspace_id, "unfollow", follow.name),
        label=texts.say("Unfollow"),
    )


async def _effect(desk: Desk, invocation: Invocation, texts: Texts) -> str:
    own = await desk.own_digest(invocation)
    if own is None:
        return texts.say(
            "It counts in a digest of your own, by private message: /news me 7:30 "
            "sets one up."
        )
    return texts.say("Your own digest tells what names one of those that you follow.")


async def _listed(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    known = await desk.db.read(
        follows.of_person,
        **whose(invocation),
    )
    title = texts.say("What you follow")
    if not known:
        nothing = texts.say("You follow nothing yet. Try /news follow battery.")
        return Reply(title=title, blocks=(Paragraph(text=nothing),))
    lines = tuple(Line(title=one.name, note=texts.word(one.kind)) for one in known)
    last = Small(text=texts.say("Leave one: /news unfollow {name}", name=known[0].name))
    return Reply(title=title, blocks=(*lines, last))
