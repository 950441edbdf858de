"""/news me: one's own digest by private message, and everything kept of one.

    alone              what is kept, how the digest stands, and what can be done
    time, language     set the digest up, or change it
    its buttons        a form for both, stop, start, export, erase

Erasing asks first; the button that does it is signed for this person and this hour.
"""

from bot.commands import kept_of
from bot.commands.asking_back import form
from bot.commands.desk import Desk
from bot.commands.wording import texts_of, when_line, whose
from bot.config_file.languages import check_language
from bot.due import in_words, next_due_of, zone_of
from bot.errors import UserError
from bot.personal import keeping, own
from bot.storage import readers
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Control,
    Digest,
    Form,
    Invocation,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)

#: Seconds for which the button that erases can be pressed.
PATIENCE = 3600
OPTIONS = (
    Option(
        name="time",
        description="7:30, or weekdays at 7:30 Europe/London; off",
        rest=True,
    ),
    Option(name="language", description="The language of its articles: en, de"),
)


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts = texts_of(invocation)
        args = invocation.args
        if args.get("erase"):
            return await _erase(desk, invocation, args["erase"], texts)
        if args.get("change"):
            return await _change(desk, invocation, args["change"], texts)
        match args.get("do", "").split("-"):
            case ["form"]:
                return await _form(desk, invocation, command, texts)
            case ["export"]:
                kept = await desk.db.read(keeping.of, whose=whose(invocation))
                return kept_of.whole(kept, texts)
            case ["export", part]:
                kept = await desk.db.read(keeping.of, whose=whose(invocation))
                return kept_of.exported(kept, _part(part), texts)
            case ["erase"]:
                return _ask(desk, invocation, texts)
        when, language = (args.get(o.name, "").strip() for o in OPTIONS)
        if when.casefold() == "off":
            return await _change(desk, invocation, "stop", texts)
        if when or language:
            return await _set_up(desk, invocation, when, language, texts)
        return await _shown(desk, invocation, texts)

    command = Command(
        path="news me",
        description="Your own digest, and all that is kept of you",
        permission=Permission.EVERYONE,
        run=run,
        options=OPTIONS,
        examples=("/news me", "/news me 7:30", "/news me weekdays at 7:30"),
    )
    return command


def _part(said: str) -> int:
    return int(said[:4]) if said.isdecimal() else 1


async def _shown(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    kept = await desk.db.read(keeping.of, whose=whose(invocation))
    now = desk.clock.now()
    zone = await desk.zone_of(invocation)
    return Reply(
        title=texts.say("You in this workspace"),
        blocks=kept_of.shown(kept, zone, now, texts, days=desk.retention.editions),
        controls=_controls(desk, invocation, kept.own, texts),
    )


def _controls(
    desk: Desk, invocation: Invocation, mine: Digest | None, texts: Texts
) -> tuple[Control, ...]:
    def signed(what: str) -> str:
        return desk.controls.signed(invocation.place.workspace.id, "me-set", what)

    set_up = texts.say("Change") if mine else texts.say("Set up a digest of my own")
    found = [Control(id="v1:me:form", label=set_up, primary=mine is None)]
    still = mine is not None and (
        mine.paused or any(p.paused for p in mine.destinations)
    )
    if mine is not None and still:
        label = texts.say("Let it come again")
        found.append(Control(id=signed("start"), label=label, primary=True))
    elif mine is not None:
        found.append(Control(id=signed("stop"), label=texts.say("Stop it")))
    return (
        *found,
        Control(id="v1:me:export", label=texts.say("Export my data")),
        Control(id="v1:me:erase", label=texts.say("Erase my data")),
    )


# ── the digest ─────────────────────────────────────────────────────────────────


async def _set_up(
    desk: Desk, invocation: Invocation, when: str, language: str, texts: Texts
) -> Reply:
    if language:
        check_language(language)
    wish = own.Wish(
        when=when,
        language=language,
        zone=await desk.zone_of(invocation),
        title=texts.say("Your digest"),
    )
    mine = await desk.db.write(
        own.set_up, whose=whose(invocation), wish=wish, now=desk.clock.now()
    )
    desk.wake()
    return _standing(desk, invocation, mine, texts)


async def _change(desk: Desk, invocation: Invocation, what: str, texts: Texts) -> Reply:
    verb = own.stop if what == "stop" else own.start
    mine = await desk.db.write(verb, whose=whose(invocation))
    if mine is None:
        raise UserError(texts.say("You have no digest of your own: /news me 7:30"))
    desk.wake()
    return _standing(desk, invocation, mine, texts)


def _standing(desk: Desk, invocation: Invocation, mine: Digest, texts: Texts) -> Reply:
    """What it is now, when it comes, what is in it."""
    now = desk.clock.now()
    blocks: list[Block] = []
    if mine.paused:
        said = texts.say("Your own digest is stopped. Nothing of it is lost.")
    else:
        at = next_due_of(mine, now)
        said = texts.say(
            "Your own digest comes by private message: {schedule}. Next: {when}.",
            schedule="; ".join(in_words(one, texts) for one in mine.schedules),
            when=when_line(at, zone_of(mine), now, texts),
        )
    blocks.append(Paragraph(text=said))
    blocks.append(Paragraph(text=kept_of.contents(mine, texts)))
    if not mine.sources:
        nothing = texts.say(
            "No digest of this workspace reads anything yet: until one does, there is "
            "nothing to tell you."
        )
        blocks.append(Paragraph(text=nothing))
    silent = texts.say("When there is nothing new for you, nothing comes.")
    blocks.append(Small(text=silent))
    return Reply(
        title=texts.say("Your digest"),
        blocks=tuple(blocks),
        controls=_controls(desk, invocation, mine, texts),
    )


async def _form(
    desk: Desk, invocation: Invocation, command: Command, texts: Texts
) -> Form:
    mine = await desk.own_digest(invocation)
    values = {}
    if mine is not None:
        values = {"time": "; ".join(mine.schedules), "language": mine.language}
    return form(command, values, texts)


# ── leaving ────────────────────────────────────────────────────────────────────


def _ask(desk: Desk, invocation: Invocation, texts: Texts) -> Reply:
    question = texts.say(
        "This erases everything that is kept of you in this workspace: your own digest "
        "with its editions, what you saved and follow, more and less, your reports, "
        "your language and zone. It cannot be taken back."
    )
    stays = texts.say(
        "What was sent to you stays in your messages. What you changed as an editor "
        "stays in /newsdesk history."
    )
    stamp = str(int(desk.clock.now().timestamp()))
    erase = Control(
        id=desk.controls.signed(
            invocation.place.workspace.id, "forget", stamp, invocation.person.id
        ),
        label=texts.say("Erase everything"),
        primary=True,
    )
    return Reply(
        title=texts.say("Please confirm"),
        blocks=(Paragraph(text=question), Small(text=stays)),
        controls=(erase,),
    )


async def _erase(
    desk: Desk, invocation: Invocation, signed: str, texts: Texts
) -> Reply:
    stamp, _, person = signed.partition(":")
    age = desk.clock.now().timestamp() - int(stamp)
    if person != invocation.person.id or age > PATIENCE:
        raise UserError(texts.say("This button is too old or not yours: /news me"))
    await desk.db.write(readers.erase, **whose(invocation))
    said = texts.say("Erased. Nothing is kept of you in this workspace any more.")
    return Reply(blocks=(Paragraph(text=said),))
