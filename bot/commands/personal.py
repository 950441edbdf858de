"""`/news me, language`: a reader's own digest, language and stored data.

    alone              what is kept, how the digest stands, and what can be done
    time, language     set the digest up, or change it
    its buttons        a form for both, stop, start, export, erase

Erasing asks first; the button that does it is signed for this person and this hour.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.commands import presentation
from bot.commands.context import CommandContext, person_key, texts_for
from bot.commands.controls import build_control_id
from bot.commands.forms import build_command_form
from bot.commands.presentation import format_due_time
from bot.configuration.validation import check_language
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts, list_languages
from bot.model import (
    Block,
    Command,
    CommandOption,
    Control,
    Digest,
    Document,
    FactTable,
    Form,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Preformatted,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import (
    digest_zone,
    find_next_due,
    format_schedule,
    format_schedules,
)
from bot.readers import personal_data, personal_digest
from bot.readers.personal_data import PersonalData
from bot.storage import reader_store

#: Seconds for which the button that erases can be pressed.
ERASE_CONFIRM_SECONDS = 3600
OWN_DIGEST_OPTIONS = (
    CommandOption(
        name="time",
        description="7:30, or weekdays at 7:30 Europe/London; off",
        rest=True,
    ),
    CommandOption(name="language", description="The language of its articles: en, de"),
)


def build_me(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        texts = texts_for(invocation)
        args = invocation.args
        if args.get("erase"):
            return await _erase_person(context, invocation, args["erase"], texts)
        if args.get("change"):
            return await _switch_digest(context, invocation, args["change"], texts)
        match args.get("do", "").split("-"):
            case ["form"]:
                return await _build_digest_form(context, invocation, command, texts)
            case ["export"]:
                kept = await context.db.read(
                    personal_data.load_personal_data, whose=person_key(invocation)
                )
                return render_export(kept, texts)
            case ["export", part]:
                kept = await context.db.read(
                    personal_data.load_personal_data, whose=person_key(invocation)
                )
                return render_export_part(kept, _parse_part(part), texts)
            case ["erase"]:
                return _ask_to_erase(context, invocation, texts)
        when, language = (args.get(o.name, "").strip() for o in OWN_DIGEST_OPTIONS)
        if when.casefold() == "off":
            return await _switch_digest(context, invocation, "stop", texts)
        if when or language:
            return await _set_up_digest(context, invocation, when, language, texts)
        return await _render_person(context, invocation, texts)

    command = Command(
        path="news me",
        description="Your own digest, and all that is stored about you",
        permission=Permission.EVERYONE,
        run=run,
        options=OWN_DIGEST_OPTIONS,
        examples=("/news me", "/news me 7:30", "/news me weekdays at 7:30"),
    )
    return command


def _parse_part(said: str) -> int:
    return int(said[:4]) if said.isdecimal() else 1


async def _render_person(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    kept = await context.db.read(
        personal_data.load_personal_data, whose=person_key(invocation)
    )
    now = context.clock.now()
    zone = await context.zone_of(invocation)
    return Reply(
        title=texts.say("You in this workspace"),
        blocks=render_personal_data(
            kept, zone, now, texts, days=context.retention.editions
        ),
        controls=_build_controls(context, invocation, kept.own, texts),
    )


def _build_controls(
    context: CommandContext, invocation: Invocation, mine: Digest | None, texts: Texts
) -> tuple[Control, ...]:
    def signed(what: str) -> str:
        return context.controls.signed(invocation.place.workspace.id, "me-set", what)

    set_up = texts.say("Change") if mine else texts.say("Set up a digest of my own")
    found = [Control(id="v1:me:form", label=set_up, primary=mine is None)]
    still = mine is not None and (
        mine.paused or any(p.paused for p in mine.destinations)
    )
    if mine is not None and still:
        label = texts.say("Resume it")
        found.append(Control(id=signed("start"), label=label, primary=True))
    elif mine is not None:
        found.append(Control(id=signed("stop"), label=texts.say("Stop it")))
    return (
        *found,
        Control(id="v1:me:export", label=texts.say("Export my data")),
        Control(id="v1:me:erase", label=texts.say("Erase my data")),
    )


# ── the digest ─────────────────────────────────────────────────────────────────


async def _set_up_digest(
    context: CommandContext,
    invocation: Invocation,
    when: str,
    language: str,
    texts: Texts,
) -> Reply:
    if language:
        check_language(language)
    wish = personal_digest.PersonalDigestRequest(
        when=when,
        language=language,
        zone=await context.zone_of(invocation),
        title=texts.say("Your digest"),
    )
    mine = await context.db.write(
        personal_digest.set_up_personal_digest,
        whose=person_key(invocation),
        wish=wish,
        now=context.clock.now(),
    )
    context.wake()
    return _render_own_digest(context, invocation, mine, texts)


async def _switch_digest(
    context: CommandContext, invocation: Invocation, what: str, texts: Texts
) -> Reply:
    verb = (
        personal_digest.pause_personal_digest
        if what == "stop"
        else personal_digest.resume_personal_digest
    )
    mine = await context.db.write(verb, whose=person_key(invocation))
    if mine is None:
        raise UserError(texts.say("You have no digest of your own: /news me 7:30"))
    context.wake()
    return _render_own_digest(context, invocation, mine, texts)


def _render_own_digest(
    context: CommandContext, invocation: Invocation, mine: Digest, texts: Texts
) -> Reply:
    """What it is now, when it comes, what is in it."""
    now = context.clock.now()
    blocks: list[Block] = []
    if mine.paused:
        said = texts.say("Your own digest is stopped. Nothing was deleted.")
    else:
        at = find_next_due(mine, now)
        said = texts.say(
            "Your own digest comes by private message: {schedule}. Next: {when}.",
            schedule="; ".join(format_schedule(one, texts) for one in mine.schedules),
            when=format_due_time(at, digest_zone(mine), now, texts),
        )
    blocks.append(Paragraph(text=said))
    blocks.append(Paragraph(text=describe_contents(mine, texts)))
    if not mine.sources:
        nothing = texts.say(
            "No digest of this workspace has sources yet: until one does, "
            "there is nothing to send you."
        )
        blocks.append(Paragraph(text=nothing))
    silent = texts.say("When there is nothing new for you, nothing is sent.")
    blocks.append(SmallPrint(text=silent))
    return Reply(
        title=texts.say("Your digest"),
        blocks=tuple(blocks),
        controls=_build_controls(context, invocation, mine, texts),
    )


async def _build_digest_form(
    context: CommandContext, invocation: Invocation, command: Command, texts: Texts
) -> Form:
    mine = await context.own_digest(invocation)
    values = {}
    if mine is not None:
        values = {"time": "; ".join(mine.schedules), "language": mine.options.language}
    return build_command_form(command, values, texts)


# ── leaving ────────────────────────────────────────────────────────────────────


def _ask_to_erase(
    context: CommandContext, invocation: Invocation, texts: Texts
) -> Reply:
    question = texts.say(
        "This erases everything that is stored about you in this "
        "workspace: your own digest with its editions, what you saved "
        "and follow, more and less, your reports, your language and "
        "zone. It cannot be undone."
    )
    stays = texts.say(
        "What was sent to you stays in your messages. What you changed as an editor "
        "stays in /newsdesk history."
    )
    stamp = str(int(context.clock.now().timestamp()))
    erase = Control(
        id=context.controls.signed(
            invocation.place.workspace.id, "forget", stamp, invocation.person.id
        ),
        label=texts.say("Erase everything"),
        primary=True,
    )
    return Reply(
        title=texts.say("Please confirm"),
        blocks=(Paragraph(text=question), SmallPrint(text=stays)),
        controls=(erase,),
    )


async def _erase_person(
    context: CommandContext, invocation: Invocation, signed: str, texts: Texts
) -> Reply:
    stamp, _, person = signed.partition(":")
    age = context.clock.now().timestamp() - int(stamp)
    if person != invocation.person.id or age > ERASE_CONFIRM_SECONDS:
        raise UserError(texts.say("This button has expired or is not yours: /news me"))
    await context.db.write(reader_store.erase_person, **person_key(invocation))
    said = texts.say("Erased. Nothing about you is stored in this workspace any more.")
    return Reply(blocks=(Paragraph(text=said),))


#: Of each kind, so many are named one by one; the export has all.
MAX_NAMED = 5
#: Characters of one block of an export, and blocks of one answer.
BLOCK_LENGTH, MAX_BLOCKS = 1_400, 5


def render_personal_data(
    kept: PersonalData, zone: str, now: datetime, texts: Texts, *, days: int
) -> tuple[Block, ...]:
    """What is kept, in words; a settled report for so many days."""
    rows = [*_list_digest_rows(kept, now, texts)] if kept.own else []
    rows += [
        (
            texts.say("Answers in"),
            texts.language(kept.reader.locale)
            if kept.reader.locale
            else texts.say("as the platform says"),
        ),
        (texts.say("Zone"), zone),
        (
            texts.say("You follow"),
            _format_names([one.name for one in kept.follows], texts),
        ),
        (texts.say("Saved"), _count_stories(len(kept.saved), texts)),
    ]
    blocks: list[Block] = []
    if kept.own is None:
        none = texts.say(
            "You have no digest of your own. /news me 7:30 sets one up: it "
            "comes by private message and contains only what the channels "
            "here did not show."
        )
        blocks.append(Paragraph(text=none))
    blocks.append(FactTable(rows=tuple(rows)))
    blocks += [
        ListItem(title=presentation.format_feedback(one, texts), note=one.headline)
        for one in kept.feedback[:MAX_NAMED]
    ]
    blocks += _render_own_reports(kept, texts)
    privacy = texts.say(
        "This is all that is stored about you here. Nobody else sees "
        "it, except that editors see your reports with your name; these"
        " are deleted {days} days after they are resolved. What you "
        "read or open is not tracked.",
        days=days,
    )
    return (*blocks, SmallPrint(text=privacy))


def _list_digest_rows(
    kept: PersonalData, now: datetime, texts: Texts
) -> Iterator[tuple[str, str]]:
    own = kept.own
    assert own is not None
    zone = digest_zone(own)
    yield texts.say("Your digest"), format_schedules(own, texts)
    if own.paused:
        yield texts.say("Next"), texts.say("stopped until you resume it")
    else:
        yield (
            texts.say("Next"),
            format_due_time(find_next_due(own, now), zone, now, texts),
        )
    if kept.last is not None:
        outcome = texts.message(kept.last.reason) or texts.word(kept.last.state)
        yield (
            texts.say("Last"),
            f"{texts.moment(kept.last.due_at, zone, now)}: {outcome}",
        )
    for place in own.destinations:
        if place.paused:
            yield texts.say("Paused because"), texts.message(place.paused)
    yield texts.say("In it"), describe_contents(own, texts)


def describe_contents(own: Digest, texts: Texts) -> str:
    """What the digest lets in."""
    if not own.options.include:
        return texts.say(
            "What the channels here did not show, of all that is read here "
            "({language}). /news follow narrows it.",
            language=own.options.language,
        )
    return texts.say(
        "What the channels here did not show and that names one of: {names} "
        "({language}).",
        names=_format_names(list(own.options.include), texts),
        language=own.options.language,
    )


def _render_own_reports(kept: PersonalData, texts: Texts) -> Iterator[Block]:
    for report in kept.reports[:MAX_NAMED]:
        state = texts.say("open")
        if report.answered_at is not None:
            state = texts.say("resolved: {answer}", answer=report.answer or "–")
        yield ListItem(
            title=texts.say("Report {id}", id=report.public_id),
            text=report.text,
            note=f"{report.headline} · {state}",
        )


def _format_names(names: list[str], texts: Texts) -> str:
    if not names:
        return texts.say("nothing")
    said = ", ".join(names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    return said if rest <= 0 else texts.say("{names} and {n} more", names=said, n=rest)


def _count_stories(count: int, texts: Texts) -> str:
    return texts.count("{n} story", "{n} stories", count)


def render_export(kept: PersonalData, texts: Texts) -> Reply:
    """All of it as JSON: a file where it is long, with the way to it in parts."""
    text = personal_data.export_as_json(kept)
    hint = texts.say("Everything that is stored about you in this workspace, as JSON.")
    controls: tuple[Control, ...] = ()
    if len(text) > BLOCK_LENGTH:
        label = texts.say("Show it in parts")
        controls = (Control(id=build_control_id("me", "export-1"), label=label),)
    file = Document(name="standfirst-me.json", text=text)
    return Reply(
        title=texts.say("Your data"),
        blocks=(file, SmallPrint(text=hint)),
        controls=controls,
    )


def render_export_part(kept: PersonalData, part: int, texts: Texts) -> Reply:
    """All of it as JSON, in parts from 1 on, to be copied one after the other."""
    pieces = list(_split_by_lines(personal_data.export_as_json(kept)))
    parts = -(-len(pieces) // MAX_BLOCKS)
    part = min(max(part, 1), parts)
    first = (part - 1) * MAX_BLOCKS
    blocks: list[Block] = [
        Preformatted(text=piece) for piece in pieces[first : first + MAX_BLOCKS]
    ]
    hint = texts.say("Everything that is stored about you in this workspace, as JSON.")
    controls: tuple[Control, ...] = ()
    if parts > 1:
        hint += " " + texts.say("Part {part} of {parts}.", part=part, parts=parts)
    if part < parts:
        label = texts.say("Next part")
        controls = (
            Control(id=build_control_id("me", f"export-{part + 1}"), label=label),
        )
    blocks.append(SmallPrint(text=hint))
    return Reply(title=texts.say("Your data"), blocks=tuple(blocks), controls=controls)


def _split_by_lines(text: str) -> Iterator[str]:
    """The text in pieces that end with a line."""
    piece = ""
    for line in text.splitlines(keepends=True):
        if piece and len(piece) + len(line) > BLOCK_LENGTH:
            yield piece.rstrip("\n")
            piece = ""
        piece += line
    if piece:
        yield piece


#: As the platform says.
AUTOMATIC_LANGUAGE = "automatic"


def build_language(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        wanted = invocation.args.get("language", "").strip()
        if not wanted:
            return _render_language(invocation)
        locale = (
            None
            if wanted == AUTOMATIC_LANGUAGE
            else _parse_language(wanted, texts_for(invocation))
        )
        await context.db.write(
            reader_store.set_preferences,
            **person_key(invocation),
            chosen={"locale": locale},
        )
        if locale is None:
            texts = texts_for(invocation)
            said = texts.say("From now on the platform's language decides.")
        else:
            texts = Texts.of(locale)
            said = texts.say("From now on you are answered in English.")
        # Already in the language that was just chosen.
        blocks = (Paragraph(text=said), _render_translation_note(texts))
        return Reply(blocks=blocks, locale=texts.locale)

    return Command(
        path="news language",
        description="The language in which you are answered",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="language",
                description="en, de; automatic: as your platform says",
                choices=(*list_languages(), AUTOMATIC_LANGUAGE),
            ),
        ),
        examples=("/news language", "/news language de"),
    )


def _render_language(invocation: Invocation) -> Reply:
    texts = texts_for(invocation)
    said = texts.say(
        "You are answered in {language}. There are: {known}.",
        language=texts.language(texts.locale),
        known=", ".join(
            f"{texts.language(code)} ({code})" for code in list_languages()
        ),
    )
    return Reply(blocks=(Paragraph(text=said), _render_translation_note(texts)))


def _render_translation_note(texts: Texts) -> SmallPrint:
    return SmallPrint(
        text=texts.say(
            "What is not translated yet is said in English; articles keep their own "
            "language."
        )
    )


def _parse_language(wanted: str, texts: Texts) -> str:
    if wanted in list_languages():
        return wanted
    raise UnknownName(
        texts.say(
            "There are no texts in «{wanted}». There are: {known}.",
            wanted=wanted[:20],
            known=", ".join(list_languages()),
        )
    )
