"""`/news me, language`: a reader's own digest, language and stored data.

    no options         show stored data, the digest's state, and buttons
    time, language     set the digest up, or change it
    buttons            a form for both, stop, start, export, erase

Erasing asks for confirmation; its button is signed for this person and expires.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated

from bot.commands.arguments import parse_page
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.presentation import format_feedback, format_occurrence
from bot.configuration.validation import check_language
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts, list_languages
from bot.model import (
    Block,
    Control,
    Digest,
    Document,
    FactTable,
    Form,
    ListItem,
    Paragraph,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import format_schedule, format_schedules
from bot.readers import personal_data, personal_digest
from bot.readers.personal_data import PersonalData
from bot.storage import reader_store
from digests.language.normalization import parse_whole_number

#: The largest second of a button's time.
MAX_TIMESTAMP = 999_999_999_999
#: Seconds for which the button that erases can be pressed.
ERASE_CONFIRM_SECONDS = 3600
#: Items of each kind that are listed one by one; the export has all.
MAX_NAMED = 5
#: Blocks of an export in one answer.
MAX_BLOCKS = 5


@command(
    "news me",
    "Your own digest, and all that is stored about you",
    "",
    "7:30",
    "weekdays at 7:30",
)
async def show_person(
    context: CommandContext,
    time: Annotated[
        str, Option("7:30, or weekdays at 7:30 Europe/London; off", rest=True)
    ] = "",
    language: Annotated[
        str,
        Option(
            "The language of its articles: en, de",
            convert=lambda _, typed: check_language(typed),
        ),
    ] = "",
) -> Reply:
    """Set up, change or stop the reader's own digest, or show the stored data."""
    if time.casefold() == "off":
        return await switch_digest(context, "stop")
    if time or language:
        request = personal_digest.PersonalDigestRequest(
            when=time,
            language=language,
            zone=await context.get_own_zone(),
        )
        own = await context.db.write(
            personal_digest.set_up_personal_digest,
            whose=context.person_scope,
            wish=request,
            now=context.now,
        )
        context.services.wake()
        return _render_own_digest(context, own)
    stored = await _load_stored(context)
    return context.reply(
        *[block async for block in _render_stored(context, stored)],
        title=context.say("You in this workspace"),
        controls=_build_controls(context, stored.own),
    )


@show_person.control("do")
async def handle_button(context: CommandContext, action: str) -> Reply | Form:
    """Show the form, an export, or the confirmation before erasing."""
    match action.split("-"):
        case ["form"]:
            own = await context.find_own_digest()
            if own is None:
                return context.form({})
            time, language = "; ".join(own.schedules), own.options.language
            return context.form({"time": time, "language": language})
        case ["export", *part]:
            return _render_export(context, await _load_stored(context), *part)
        case ["erase"]:
            return _ask_to_erase(context)
    return await show_person.function(context)


@show_person.control("change")
async def switch_digest(context: CommandContext, action: str) -> Reply:
    """Stop the reader's own digest, or start it again."""
    switch = personal_digest.resume_personal_digest
    if action == "stop":
        switch = personal_digest.pause_personal_digest
    own = await context.db.write(switch, whose=context.person_scope)
    if own is None:
        raise UserError("You have no digest of your own: /news me 7:30")
    context.services.wake()
    return _render_own_digest(context, own)


@show_person.control("erase")
async def erase_person(context: CommandContext, signed: str) -> Reply:
    """Erase everything that is stored about the reader."""
    stamp, _, person = signed.partition(":")
    asked_at = parse_whole_number(stamp, MAX_TIMESTAMP) or 0
    age = abs(context.now.timestamp() - asked_at)
    if person != context.person.id or age > ERASE_CONFIRM_SECONDS:
        raise UserError("This button has expired or is not yours: /news me")
    await context.db.write(reader_store.erase_person, context.person_scope)
    await context.db.remove_deleted()
    return context.answer(
        "Erased. Nothing about you is stored in this workspace any more."
    )


async def _load_stored(context: CommandContext) -> PersonalData:
    whose = context.person_scope
    return await context.db.read(personal_data.load_personal_data, whose=whose)


def _build_controls(context: CommandContext, own: Digest | None) -> tuple[Control, ...]:
    """Build the buttons for the reader's own digest and data."""
    if own is None:
        form = context.button("Set up a digest of my own", "me", "form", primary=True)
        digest = [form]
    else:
        digest = [context.button("Change", "me", "form")]
        if own.paused or any(place.paused for place in own.destinations):
            start = context.button("Start it again", "me-set", "start", primary=True)
            digest.append(start)
        else:
            digest.append(context.button("Stop it", "me-set", "stop"))
    return (
        *digest,
        context.button("Export my data", "me", "export"),
        context.button("Erase my data", "me", "erase"),
    )


# ── the digest ─────────────────────────────────────────────────────────────────


def _render_own_digest(context: CommandContext, own: Digest) -> Reply:
    """Render the digest's schedule, its next time and its contents."""
    if own.paused:
        said = context.say("Your own digest is stopped. Nothing was deleted.")
    else:
        phrases = (format_schedule(one, context.texts) for one in own.schedules)
        said = context.say(
            "Your own digest comes by private message: {schedule}. Next: {when}.",
            schedule="; ".join(phrases),
            when=context.format_next_due(own),
        )
    nothing = context.say(
        "No digest of this workspace has sources yet; until one does, there is nothing "
        "to send you."
    )
    return context.reply(
        said,
        _describe_contents(context, own),
        *(() if own.sources else [nothing]),
        context.small_print("When there is nothing new for you, nothing is sent."),
        title=context.say("Your digest"),
        controls=_build_controls(context, own),
    )


# ── what is stored ─────────────────────────────────────────────────────────────


def _ask_to_erase(context: CommandContext) -> Reply:
    question = context.say(
        "This erases everything that is stored about you in this workspace: your own "
        "digest with its editions, what you saved and follow, more and less, your "
        "reports, your language and zone. It cannot be undone."
    )
    stays = context.small_print(
        "What was sent to you stays in your messages. What you changed as an editor "
        "stays in /newsdesk history."
    )
    carried = (str(int(context.now.timestamp())), context.person.id)
    erase = context.button("Erase everything", "forget", *carried, primary=True)
    title = context.say("Please confirm")
    return context.reply(question, stays, title=title, controls=[erase])


async def _render_stored(
    context: CommandContext, stored: PersonalData
) -> AsyncIterator[Block | str]:
    """Render everything that is stored about the reader."""
    locale = stored.reader.locale
    automatic = context.say("as the platform says")
    language = context.texts.language(locale) if locale else automatic
    follows = _format_names(context, [one.name for one in stored.follows])
    saved = context.count("{n} story", "{n} stories", len(stored.saved))
    rows = (
        *_list_own_rows(context, stored),
        (context.say("Answers in"), language),
        (context.say("Zone"), await context.get_own_zone()),
        (context.say("You follow"), follows),
        (context.say("Saved"), saved),
    )
    if stored.own is None:
        yield context.say(
            "You have no digest of your own. /news me 7:30 sets one up: it comes by "
            "private message and has only what the channels here did not show."
        )
    yield FactTable(rows=rows)
    for one in stored.feedback[:MAX_NAMED]:
        yield ListItem(title=format_feedback(context, one), note=one.headline)
    for report in stored.reports[:MAX_NAMED]:
        state = context.say("open")
        if report.answered_at is not None:
            state = context.say("resolved: {answer}", answer=report.answer or "–")
        yield ListItem(
            title=context.say("Report {id}", id=report.public_id),
            text=report.text,
            note=f"{report.headline} · {state}",
        )
    yield context.small_print(
        "This is all that is kept of you here. Nobody else sees it; editors see your "
        "reports with your name, which are deleted {days} days after they are settled. "
        "What you read or open is not counted.",
        days=context.services.retention.editions,
    )


def _list_own_rows(
    context: CommandContext, stored: PersonalData
) -> Iterator[tuple[str, str]]:
    own, texts = stored.own, context.texts
    if own is None:
        return
    yield context.say("Your digest"), format_schedules(own, texts)
    stopped = context.say("stopped, until you start it again")
    coming = stopped if own.paused else context.format_next_due(own)
    yield context.say("Next"), coming
    if stored.last is not None:
        yield context.say("Last"), format_occurrence(context, own, stored.last)
    for place in own.destinations:
        if place.paused:
            yield context.say("Paused"), texts.message(place.paused)
    yield context.say("In it"), _describe_contents(context, own)


def _describe_contents(context: CommandContext, own: Digest) -> str:
    """Describe what the digest includes."""
    language, include = own.options.language, own.options.include
    if not include:
        return context.say(
            "What the channels here did not show, of all that is read here "
            "({language}). /news follow narrows it.",
            language=language,
        )
    return context.say(
        "What the channels here did not show and that names one of: {names} "
        "({language}).",
        names=_format_names(context, include),
        language=language,
    )


def _format_names(context: CommandContext, names: Sequence[str]) -> str:
    if not names:
        return context.say("nothing")
    said, rest = ", ".join(names[:MAX_NAMED]), len(names) - MAX_NAMED
    return context.say("{names} and {n} more", names=said, n=rest) if rest > 0 else said


def _render_export(
    context: CommandContext, stored: PersonalData, part: str = ""
) -> Reply:
    """Render all data as a JSON file, or a part of it, counted from 1, for copying."""
    text = personal_data.export_as_json(stored)
    document = Document(name="standfirst-me.json", text=text)
    hint = context.say(
        "Everything that is stored about you in this workspace, as JSON."
    )
    shown: Sequence[Block] = [document]
    controls: list[Control] = []
    pieces = tuple(document.listings())
    if not part and len(pieces) > 1:
        controls.append(context.button("Show it in parts", "me", "export-1"))
    if part:
        parts = -(-len(pieces) // MAX_BLOCKS)
        number = min(parse_page(context, part) or 1, parts)
        shown = pieces[(number - 1) * MAX_BLOCKS : number * MAX_BLOCKS]
        if parts > 1:
            hint += " " + context.say(
                "Part {part} of {parts}.", part=number, parts=parts
            )
        if number < parts:
            controls.append(context.button("Next part", "me", f"export-{number + 1}"))
    title = context.say("Your data")
    return context.reply(*shown, SmallPrint(text=hint), title=title, controls=controls)


# ── the language of answers ────────────────────────────────────────────────────

#: The language that the platform reports.
AUTOMATIC_LANGUAGE = "automatic"


@command("news language", "The language in which you are answered", "", "de")
async def choose_language(
    context: CommandContext,
    language: Annotated[
        str,
        Option(
            "en, de; automatic: as your platform says",
            choices=(*list_languages(), AUTOMATIC_LANGUAGE),
        ),
    ] = "",
) -> Reply:
    """Store the language of answers; without one, show the present one."""
    known, texts = list_languages(), context.texts
    if not language:
        named = ", ".join(f"{texts.language(code)} ({code})" for code in known)
        said = texts.say(
            "You are answered in {language}. There are: {known}.",
            language=texts.language(texts.locale),
            known=named,
        )
        return _answer_in(texts, said)
    if language not in (*known, AUTOMATIC_LANGUAGE):
        raise UnknownName(
            "There are no texts in «{wanted}». There are: {known}.",
            wanted=language[:20],
            known=", ".join(known),
        )
    locale = None if language == AUTOMATIC_LANGUAGE else language
    whose, chosen = context.person_scope, {"locale": locale}
    await context.db.write(reader_store.set_preferences, whose, chosen=chosen)
    if locale is None:
        said = texts.say("From now on the platform's language decides.")
    else:
        # The answer is already in the language that was just chosen.
        texts = Texts.of(locale)
        said = texts.say("From now on you are answered in English.")
    return _answer_in(texts, said)


def _answer_in(texts: Texts, said: str) -> Reply:
    note = texts.say(
        "Anything that is not translated yet appears in English; articles keep their "
        "own language."
    )
    blocks = (Paragraph(text=said), SmallPrint(text=note))
    return Reply(blocks=blocks, locale=texts.locale)
