"""/newsdesk schedule: when a digest is posted, in sentences and in next times."""

from collections.abc import Mapping
from dataclasses import replace

from bot import schedules
from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import edit_of
from bot.commands.proposals import DIGEST, proposed
from bot.commands.wording import texts_of, when_line
from bot.configuring import Mistake
from bot.due import as_typed, begun, in_words, next_due_of, zone_of
from bot.errors import UserError
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Digest,
    Form,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests.language.fold import fold

SENTENCE = Option(
    name="schedule",
    description="When, such as: weekdays at 8:30 Europe/Berlin",
    required=True,
    rest=True,
)
WHICH = Option(
    name="which",
    description="Its number in the list, or its sentence",
    completes="schedule",
)


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_add(desk), _list(desk), _edit(desk), _remove(desk))


def _add(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        name, sentence = await _read(desk, invocation)
        digest = await desk.archive.named(invocation.place, name)
        sentences = [*digest.schedules, sentence]
        return await proposed(
            desk, invocation, edit_of(digest, {"schedule": sentences})
        )

    return asks_back(
        Command(
            path="newsdesk schedule add",
            description="Post a digest at these times too",
            permission=Permission.EDITOR,
            run=run,
            options=(SENTENCE, DIGEST),
            examples=(
                "/newsdesk schedule add weekdays at 8:30 Europe/Berlin",
                '/newsdesk schedule add every 2 hours digest="Morning brief"',
                "/newsdesk schedule Morning brief daily at 18:00",
            ),
        )
    )


async def _read(desk: Desk, invocation: Invocation) -> tuple[str | None, str]:
    """The digest's name, if one was given, and the sentence.

    The name may stand before the sentence: «Morning brief daily at 18:00».
    """
    name, said = invocation.args.get("digest"), invocation.args["schedule"].strip()
    if name or _is_sentence(said):
        return name, said
    known = await desk.archive.digests(invocation.place.workspace.id)
    for digest in sorted(known, key=lambda d: -len(d.name)):
        words = len(digest.name.split())
        first = " ".join(said.split()[:words])
        if fold(first) == fold(" ".join(digest.name.split())):
            return digest.name, " ".join(said.split()[words:])
    return name, said


def _is_sentence(said: str) -> bool:
    try:
        schedules.parse(said)
    except UserError:
        return False
    return True


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        wanted = invocation.args.get("digest")
        known = await desk.archive.digests(invocation.place.workspace.id)
        if wanted:
            known = (await desk.archive.named(invocation.place, wanted),)
        now = desk.clock.now()
        blocks: list[Block] = []
        for digest in known:
            due = next_due_of(digest, now)
            when = when_line(due, zone_of(digest), now, texts)
            blocks.append(Small(text=f"{digest.name}: {when}"))
            blocks += [
                Line(
                    title=f"{number}. {begun(in_words(sentence, texts))}",
                    note=as_typed(sentence, texts),
                )
                for number, sentence in enumerate(digest.schedules, 1)
            ]
        if not known:
            nothing = texts.say("There is no digest yet. /newsdesk setup makes one.")
            blocks.append(Paragraph(text=nothing))
        return Reply(title=texts.say("Schedules"), blocks=tuple(blocks))

    return Command(
        path="newsdesk schedule list",
        description="When each digest is posted",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST,),
        examples=("/newsdesk schedule list",),
    )


def _edit(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        at = _place(digest, args.get("which", ""), texts_of(invocation))
        sentences = list(digest.schedules)
        sentences[at] = args["schedule"]
        return await proposed(
            desk, invocation, edit_of(digest, {"schedule": sentences})
        )

    command = Command(
        path="newsdesk schedule edit",
        description="Post a digest at other times",
        permission=Permission.EDITOR,
        run=run,
        options=(SENTENCE, WHICH, DIGEST),
        examples=(
            "/newsdesk schedule edit daily at 7:00 Europe/Berlin",
            "/newsdesk schedule edit daily at 18:00 which=2",
        ),
    )
    changed = asks_back(command)

    async def asked(invocation: Invocation) -> Reply | Form:
        args, texts = invocation.args, texts_of(invocation)
        if args.get("schedule", "").strip():
            return await changed.run(invocation)
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        given = {**args, "digest": digest.name, "schedule": _typed(digest, args, texts)}
        return form(changed, given, texts)

    return replace(changed, run=asked)


def _typed(digest: Digest, args: Mapping[str, str], texts: Texts) -> str:
    """The sentence that would be changed, as it was typed; "" where that is open."""
    try:
        return digest.schedules[_place(digest, args.get("which", ""), texts)]
    except Mistake:
        return ""


def _remove(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest = await desk.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        at = _place(digest, invocation.args.get("which", ""), texts_of(invocation))
        left = [*digest.schedules[:at], *digest.schedules[at + 1 :]]
        return await proposed(desk, invocation, edit_of(digest, {"schedule": left}))

    return asks_back(
        Command(
            path="newsdesk schedule remove",
            description="Post a digest no more at these times",
            permission=Permission.EDITOR,
            run=run,
            options=(WHICH, DIGEST),
            examples=("/newsdesk schedule remove 2",),
        )
    )


def _place(digest: Digest, which: str, texts: Texts) -> int:
    """Which of the digest's schedules is meant, counted from 0."""
    said = which.strip().lstrip("#")
    known = digest.schedules
    if not known:
        raise Mistake(
            "«{name}» has no schedule yet. Add one with /newsdesk schedule add.",
            name=digest.name,
            field="digest",
        )
    if not said and len(known) == 1:
        return 0
    if said.isdecimal() and 1 <= int(said[:6]) <= len(known):
        return int(said) - 1
    told = [in_words(sentence, texts) for sentence in known]
    fitting = [
        n
        for n, words in enumerate(zip(known, map(begun, told), told, strict=True))
        if said and any(said in one for one in words)
    ]
    if len(fitting) == 1:
        return fitting[0]
    numbered = "; ".join(f"{n}. {words}" for n, words in enumerate(told, 1))
    raise Mistake(
        "Say which one by its number: {numbered}.", numbered=numbered, field="which"
    )
