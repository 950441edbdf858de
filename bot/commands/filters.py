"""/newsdesk filter: what a digest leaves out, tried on its newest articles."""

from collections.abc import Callable

from bot.commands.asking_back import asks_back
from bot.commands.desk import Desk
from bot.commands.newsdesk_digest import edited
from bot.commands.proposals import DIGEST, effect, proposed, shown
from bot.commands.wording import article_line, texts_of
from bot.configuring import Entry, Mistake
from bot.configuring.previews import Trial
from bot.configuring.telling import cut
from bot.due import zone_of
from bot.errors import UnknownName
from bot.sentences import Phrase
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Digest,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests.errors import InputError

KINDS = ("exclude", "include")
KIND = Option(
    name="kind",
    description="exclude leaves out what matches, include takes only that",
    required=True,
    choices=KINDS,
)
WORDS = Option(
    name="words",
    description='A word, a "phrase", or a /pattern/',
    required=True,
    rest=True,
)
#: Matching articles that are shown.
SHOWN = 5


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_add(desk), _list(desk), _test(desk), _remove(desk))


def _add(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        args = invocation.args
        kind, words = args["kind"], args["words"].strip()
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        wish = edited(digest, lambda e: {**e, kind: [*e[kind], words]})
        change = await desk.configuring.propose(invocation, wish)
        trial = await desk.previews.trial(digest, words)
        tried = _tried(trial, kind, digest, texts)
        return shown(desk, change, texts, *tried, *await effect(desk, change, texts))

    return asks_back(
        Command(
            path="newsdesk filter add",
            description="Leave out what matches, or take only that",
            permission=Permission.EDITOR,
            run=run,
            options=(KIND, WORDS, DIGEST),
            examples=(
                "/newsdesk filter add exclude rumour",
                "/newsdesk filter add include /batter(y|ies)/",
            ),
        ),
        {"include": "words", "exclude": "words"},
    )


def _test(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        kind = args.get("kind") or "exclude"
        try:
            trial = await desk.previews.trial(digest, args["words"].strip())
        except InputError as error:
            raise Mistake("{problem}", problem=error, field="words") from None
        last = Small(text=texts.say("Nothing was changed."))
        blocks = (*_tried(trial, kind, digest, texts), last)
        return Reply(title=cut(args["words"]), blocks=blocks)

    kind = Option(
        name="kind", description="exclude (the usual) or include", choices=KINDS
    )
    return asks_back(
        Command(
            path="newsdesk filter test",
            description="What a filter would do to the newest articles",
            permission=Permission.EDITOR,
            run=run,
            options=(WORDS, kind, DIGEST),
            examples=("/newsdesk filter test rumour",),
        )
    )


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        known = await desk.archive.digests(invocation.place.workspace.id)
        if invocation.args.get("digest"):
            named = invocation.args["digest"]
            known = (await desk.archive.named(invocation.place, named),)
        blocks: list[Block] = []
        for digest in known:
            blocks += [
                Line(title=cut(words), text=texts.word(kind), note=digest.name)
                for kind, listed in _kinds(digest)
                for words in listed
            ]
        if not blocks:
            nothing = texts.say(
                "No filter is set: everything new is taken. /newsdesk filter add "
                "makes one."
            )
            blocks.append(Paragraph(text=nothing))
        return Reply(title=texts.say("Filters"), blocks=tuple(blocks))

    return Command(
        path="newsdesk filter list",
        description="What each digest takes and leaves out",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST,),
        examples=("/newsdesk filter list",),
    )


def _remove(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        words = args["words"].strip()
        known = [word for _, listed in _kinds(digest) for word in listed]
        if words not in known:
            names = ", ".join(f"«{cut(word)}»" for word in known[:10])
            raise UnknownName(
                "«{name}» has no filter «{words}». There are: {names}.",
                name=digest.name,
                words=cut(words),
                names=names or Phrase("none"),
            )
        return await proposed(desk, invocation, edited(digest, _without(words)))

    words = Option(
        name="words",
        description="The filter, as the list shows it",
        required=True,
        rest=True,
        completes="filter",
    )
    return asks_back(
        Command(
            path="newsdesk filter remove",
            description="Take a filter away",
            permission=Permission.EDITOR,
            run=run,
            options=(words, DIGEST),
            examples=("/newsdesk filter remove rumour",),
        )
    )


def _without(words: str) -> Callable[[Entry], Entry]:
    return lambda e: {**e, **{k: [w for w in e[k] if w != words] for k in KINDS}}


def _kinds(digest: Digest) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("include", digest.include), ("exclude", digest.exclude))


def _tried(trial: Trial, kind: str, digest: Digest, texts: Texts) -> list[Block]:
    """«Would have dropped 2 of the last 40», with some of them."""
    if not trial.of:
        nothing = texts.say("No article is stored yet that it could be tried on.")
        return [Paragraph(text=nothing)]
    matching, of = len(trial.matching), trial.of
    if kind == "exclude":
        told = texts.say(
            "It would have dropped {n} of the last {of} articles.", n=matching, of=of
        )
    else:
        told = texts.say(
            "It would have taken {n} of the last {of} articles.", n=matching, of=of
        )
    zone = zone_of(digest)
    some = [article_line(a, texts, zone) for a in trial.matching[:SHOWN]]
    return [Paragraph(text=told), *some]
