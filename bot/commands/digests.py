"""/newsdesk digest: make, change, list and delete digests; all is shown first."""

from collections.abc import Callable, Mapping

from bot.commands.asking_back import asks_back, form
from bot.commands.desk import Desk
from bot.commands.founding import wishes
from bot.commands.proposals import DIGEST, proposed, shown
from bot.commands.wording import texts_of, when_line
from bot.config_file.exporting import as_entry
from bot.configuring import NEW_DIGEST, Edit, Entry, Mistake, Wish
from bot.configuring.telling import cut
from bot.due import begun, in_words, next_due_of, zone_of
from bot.texts import Texts
from bot.types import (
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

NAME = Option(name="name", description="What it is called", required=True)
SOURCE = Option(
    name="source",
    description="Addresses of feeds or sites, or a pack such as world",
    required=True,
    completes="pack",
)
SCHEDULE = Option(
    name="schedule",
    description="When, such as: weekdays at 8:30 Europe/Berlin",
)
TO = Option(
    name="to",
    description="Destinations, by commas; without it this channel",
    completes="destination",
)
STORIES = Option(name="stories", description="How many stories in full, 1 to 15")
LANGUAGE = Option(name="language", description="Of its articles: en, de …")


def build(desk: Desk) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_create(desk), _edit(desk), _list(desk), _clone(desk), _delete(desk))


def _create(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        wanted = await wishes(desk, invocation, invocation.args)
        change = await desk.configuring.propose(invocation, *wanted)
        texts = texts_of(invocation)
        later = texts.say(
            "Its sources are read when it is saved; /newsdesk preview then shows the "
            "edition."
        )
        return shown(desk, change, texts, Small(text=later))

    command = Command(
        path="newsdesk digest create",
        description="A new digest for this channel",
        permission=Permission.EDITOR,
        run=run,
        options=(NAME, SOURCE, SCHEDULE, TO, STORIES, LANGUAGE),
        examples=(
            '/newsdesk digest create "World" world schedule="daily at 7:00"',
            '/newsdesk digest create "Tech" https://news.example/feed.xml',
        ),
    )
    return asks_back(command, {"sources": "source", "destinations": "to"})


def _edit(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply | Form:
        args = invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        changes = _changes(args)
        if not changes:
            return form(command, _as_it_is(digest), texts_of(invocation))
        return await proposed(desk, invocation, edit_of(digest, changes))

    command = Command(
        path="newsdesk digest edit",
        description="Change a digest: name, destinations, length",
        permission=Permission.EDITOR,
        run=run,
        options=(
            DIGEST,
            Option(name="name", description="Its new name"),
            TO,
            STORIES,
            LANGUAGE,
        ),
        examples=(
            '/newsdesk digest edit stories=7 digest="Morning brief"',
            '/newsdesk digest edit name="Early brief"',
        ),
    )
    return asks_back(command, {"destinations": "to"})


def _changes(args: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {
        name: args[name].strip()
        for name in ("name", "stories", "language")
        if args.get(name, "").strip()
    }
    if args.get("to", "").strip():
        found["destinations"] = args["to"].split(",")
    return found


def _as_it_is(digest: Digest) -> dict[str, str]:
    return {
        "digest": digest.name,
        "name": digest.name,
        "to": ", ".join(place.name for place in digest.destinations),
        "stories": str(digest.stories),
        "language": digest.language,
    }


def edit_of(digest: Digest, changes: Mapping[str, object]) -> Wish:
    """The wish that these names of the digest have these values."""
    return edited(digest, lambda entry: {**entry, **changes})


def edited(digest: Digest, change: Callable[[Entry], Entry]) -> Wish:
    """The wish that the digest becomes what `change` makes of it."""
    return Wish(
        noun="digest",
        name=digest.name,
        edit=lambda entry: change(entry) if entry is not None else None,
    )


def _list(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        known = await desk.archive.digests(invocation.place.workspace.id)
        title = texts.say("Digests")
        if not known:
            nothing = texts.say("There is no digest yet. /newsdesk setup makes one.")
            return Reply(title=title, blocks=(Paragraph(text=nothing),))
        lines = tuple(_line(desk, digest, texts) for digest in known)
        return Reply(title=title, blocks=lines)

    return Command(
        path="newsdesk digest list",
        description="Every digest: what it reads, when, where it goes",
        permission=Permission.EDITOR,
        run=run,
        examples=("/newsdesk digest list",),
    )


def _line(desk: Desk, digest: Digest, texts: Texts) -> Line:
    now, zone = desk.clock.now(), zone_of(digest)
    due = next_due_of(digest, now)
    when = texts.say("paused") if digest.paused else when_line(due, zone, now, texts)
    where = ", ".join(f"#{place.name}" for place in digest.destinations)
    parts = (
        texts.count("{n} source", "{n} sources", len(digest.sources)),
        texts.count("{n} story", "{n} stories", digest.stories),
        digest.language,
        *(cut(begun(in_words(one, texts))) for one in digest.schedules),
    )
    return Line(
        title=digest.name,
        text=" · ".join(parts),
        note=f"{when} → {where or texts.say('no destination')}",
    )


def _clone(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_of(invocation), invocation.args
        digest = await desk.archive.named(invocation.place, args["digest"])
        name = " ".join(args["name"].split())
        change = await desk.configuring.propose(
            invocation,
            Wish(noun="digest", name=name, edit=_copy_of(digest, name, args)),
        )
        left = texts.say(
            "Its schedules are not copied, so that nothing is posted twice: "
            "/newsdesk schedule add. It begins anew: nothing counts as told yet."
        )
        return shown(desk, change, texts, Small(text=left))

    return asks_back(
        Command(
            path="newsdesk digest clone",
            description="A new digest with another one's settings",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="digest",
                    description="The one that is copied",
                    required=True,
                    completes="digest",
                ),
                NAME,
                TO,
            ),
            examples=('/newsdesk digest clone "Morning brief" "Late brief"',),
        ),
        {"destinations": "to"},
    )


def _copy_of(digest: Digest, name: str, args: Mapping[str, str]) -> Edit:
    fresh: dict[str, object] = {
        what: NEW_DIGEST[what]
        for what in ("schedule", "skip", "paused", "paused_until")
    }
    if args.get("to", "").strip():
        fresh["destinations"] = args["to"].split(",")

    def edit(before: Entry | None) -> Entry:
        if before is not None:
            raise Mistake(
                "Another digest is called «{name}» already.", name=name, field="name"
            )
        return {**as_entry(digest), **fresh, "name": name}

    return edit


def _delete(desk: Desk) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        digest = await desk.archive.named(invocation.place, invocation.args["digest"])
        wish = Wish(noun="digest", name=digest.name, edit=lambda _: None)
        change = await desk.configuring.propose(invocation, wish)
        stays = texts.say(
            "It is posted no more. What was posted stays, with its buttons, and it can "
            "be brought back with /newsdesk history."
        )
        return shown(desk, change, texts, Paragraph(text=stays))

    return asks_back(
        Command(
            path="newsdesk digest delete",
            description="Delete a digest; what it posted stays",
            permission=Permission.EDITOR,
            run=run,
            options=(
                Option(
                    name="digest",
                    description="Its name",
                    required=True,
                    rest=True,
                    completes="digest",
                ),
            ),
            examples=("/newsdesk digest delete Evening",),
        )
    )
