"""`/news me`: a reader's own digest, language, zone and stored data.

    no options         show stored data, the digest's state, menus and buttons
    time, language     set the digest up, or change it
    buttons            forms, stop, start, lists (`reader_lists`), export, erase

Erasing asks for confirmation; its button is signed for this person and expires.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from bot.commands.context import CommandContext, Option
from bot.commands.controls import STALE_CONTROL
from bot.commands.declaration import command
from bot.commands.panel import Answers, run_form
from bot.commands.presentation import Page, format_occurrence
from bot.configuration.validation import check_language
from bot.errors import UnknownName, UserError, report_at_field
from bot.i18n.translation import list_languages
from bot.model import (
    Block,
    Control,
    ControlMenu,
    Digest,
    Document,
    FactTable,
    Form,
    FormField,
    ListItem,
    MenuOption,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import format_schedule, format_schedules
from bot.readers import personal_data, personal_digest
from bot.readers.personal_data import PersonalData
from bot.schedules.calendar import find_zone
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
        return await _set_up_digest(context, time, language)
    return await _render_page(context)


@show_person.control("do")
async def handle_button(context: CommandContext, action: str) -> Reply:
    """Show the page again, an export, or the confirmation before erasing."""
    match action.split("-"):
        case ["export", *part]:
            return _render_export(context, await _load_stored(context), *part)
        case ["erase"]:
            return _ask_to_erase(context)
    return await _render_page(context)


@show_person.control("change")
async def change_preference(context: CommandContext, action: str) -> Reply | Form:
    """Change the digest, the language or the zone of the reader."""
    match action.split("-", 1):
        case ["digest"]:
            return await _change_digest(context)
        case ["zone"]:
            return await _change_zone(context)
        case ["language", locale]:
            return await _change_language(context, locale)
        case ["start" | "stop"]:
            return await switch_digest(context, action)
    raise UserError(STALE_CONTROL)


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


def build_back_to_me(context: CommandContext) -> Control:
    """Build the button of a page that leads back to `/news me`."""
    return context.button("Back", "me", "show")


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
    said = context.say(
        "Erased. Nothing about you is stored in this workspace any more."
    )
    return context.reply(said, in_place=True)


async def _load_stored(context: CommandContext) -> PersonalData:
    whose = context.person_scope
    return await context.db.read(personal_data.load_personal_data, whose=whose)


async def _render_page(context: CommandContext, *said: str) -> Reply:
    """Render all that is stored about the reader, with what they can change."""
    stored = await _load_stored(context)
    return context.reply(
        *said,
        *[block async for block in _render_stored(context, stored)],
        title=context.say("You in this workspace"),
        menus=[_build_language_menu(context, stored.reader.locale)],
        controls=_build_controls(context, stored.own),
        in_place=True,
    )


def _build_controls(context: CommandContext, own: Digest | None) -> tuple[Control, ...]:
    """Build the buttons for the reader's own digest and data."""
    return (
        *_build_digest_controls(context, own),
        context.button("Time zone", "me-set", "zone"),
        context.button("What you follow", "follows", "1"),
        context.button("Saved stories", "saved", "1"),
        context.button("Likes and dislikes", "tastes", "1"),
        *([context.button("Muted words", "mutes", "1")] if own is not None else []),
        context.button("Export my data", "me", "export"),
        context.button("Erase my data", "me", "erase"),
    )


def _build_digest_controls(
    context: CommandContext, own: Digest | None
) -> Iterator[Control]:
    if own is None:
        yield context.button(
            "Set up a digest of my own", "me-set", "digest", primary=True
        )
        return
    yield context.button("Change my digest", "me-set", "digest")
    if own.paused or any(place.paused for place in own.destinations):
        yield context.button("Start it again", "me-set", "start", primary=True)
    else:
        yield context.button("Stop it", "me-set", "stop")


def _build_language_menu(context: CommandContext, chosen: str | None) -> ControlMenu:
    """Build the menu of the languages in which the reader can be answered."""
    texts = context.texts
    offered = [(code, texts.language(code)) for code in list_languages()]
    offered.append((AUTOMATIC_LANGUAGE, context.say("As the platform says")))
    present = chosen or AUTOMATIC_LANGUAGE
    options = tuple(
        MenuOption(
            id=context.control_id("me-set", f"language-{code}"),
            label=name,
            note=context.say("chosen now") if code == present else "",
        )
        for code, name in offered
    )
    return ControlMenu(label=context.say("Language of answers"), options=options)


# ── the digest ─────────────────────────────────────────────────────────────────


async def _set_up_digest(context: CommandContext, time: str, language: str) -> Reply:
    own = await context.db.write(
        personal_digest.set_up_personal_digest,
        whose=context.person_scope,
        when=time,
        language=language,
        zone=await context.get_own_zone(),
        now=context.now,
        most=context.services.quotas.personal_digests,
    )
    context.services.wake()
    return _render_own_digest(context, own)


async def _change_digest(context: CommandContext) -> Reply | Form:
    """Ask for time and language of the reader's own digest, or set them."""
    own, values = await context.find_own_digest(), {}
    if own is not None:
        schedule = "; ".join(own.schedules)
        values = {"time": schedule, "language": own.options.language}
    form = context.form(values, required=("time",))

    async def set_up(given: Answers) -> Reply:
        language = given["language"]
        code = check_language(language) if language else ""
        return await _set_up_digest(context, given["time"], code)

    control = context.control_id("me-set", "digest")
    return await run_form(context, replace(form, control=control), set_up)


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
        controls=[
            *_build_digest_controls(context, own),
            context.button("Muted words", "mutes", "1"),
            build_back_to_me(context),
        ],
        in_place=True,
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
    controls = [erase, build_back_to_me(context)]
    return context.reply(question, stays, title=title, controls=controls, in_place=True)


async def _render_stored(
    context: CommandContext, stored: PersonalData
) -> AsyncIterator[Block | str]:
    """Render everything that is stored about the reader."""
    locale = stored.reader.locale
    language = context.texts.language(locale or context.texts.locale)
    if not locale:
        language = context.say("{language}, as the platform says", language=language)
    follows = _format_names(context, [one.name for one in stored.follows])
    saved = context.count("{n} story", "{n} stories", len(stored.saved))
    tastes = context.count("{n} story", "{n} stories", len(stored.feedback))
    rows = (
        *[row async for row in _list_own_rows(context, stored)],
        (context.say("Answers in"), language),
        (context.say("Time zone"), await context.get_own_zone()),
        (context.say("You follow"), follows),
        (context.say("Saved"), saved),
        (context.say("Likes and dislikes"), tastes),
    )
    if stored.own is None:
        yield context.say(
            "You have no digest of your own. /news me 7:30 sets one up: it comes by "
            "private message and has only what the channels here did not show."
        )
    yield FactTable(rows=rows)
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


async def _list_own_rows(
    context: CommandContext, stored: PersonalData
) -> AsyncIterator[tuple[str, str]]:
    own, texts = stored.own, context.texts
    if own is None:
        return
    yield context.say("Your digest"), format_schedules(own, texts)
    stopped = context.say("stopped, until you start it again")
    coming = stopped if own.paused else context.format_next_due(own)
    yield context.say("Next"), coming
    if stored.last is not None:
        yield context.say("Last"), await format_occurrence(context, own, stored.last)
    for place in own.destinations:
        if place.paused:
            yield context.say("Paused"), texts.message(place.paused)
    yield context.say("Contents"), _describe_contents(context, own)


def _describe_contents(context: CommandContext, own: Digest) -> str:
    """Describe what the digest includes."""
    language = context.texts.language(own.options.language)
    include = own.options.include
    if not include:
        return context.say(
            "What the channels here did not show, of all that is read here; in "
            "{language}. /news follow narrows it.",
            language=language,
        )
    return context.say(
        "What the channels here did not show and that names one of: {names}; in "
        "{language}.",
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
    if part:
        page = Page.of(pieces, part, MAX_BLOCKS)
        shown = page.items
        if page.pages > 1:
            hint += " " + context.say(
                "Part {part} of {parts}.", part=page.number, parts=page.pages
            )
        if page.number < page.pages:
            following = f"export-{page.number + 1}"
            controls.append(context.button("Next part", "me", following))
    elif len(pieces) > 1:
        controls.append(context.button("Show it in parts", "me", "export-1"))
    title = context.say("Your data")
    return context.reply(*shown, SmallPrint(text=hint), title=title, controls=controls)


# ── language and zone ──────────────────────────────────────────────────────────

#: The language that the platform reports.
AUTOMATIC_LANGUAGE = "automatic"


async def _change_language(context: CommandContext, locale: str) -> Reply:
    """Store the language of answers; the page is already in it."""
    if locale not in (*list_languages(), AUTOMATIC_LANGUAGE):
        raise UnknownName(
            "There are no texts in «{wanted}». There are: {known}.",
            wanted=locale[:20],
            known=", ".join(list_languages()),
        )
    chosen = None if locale == AUTOMATIC_LANGUAGE else locale
    await context.db.write(
        reader_store.set_preferences, context.person_scope, chosen={"locale": chosen}
    )
    if chosen is None:
        said = context.say("From now on the platform's language decides.")
        return await _render_page(context, said)
    there = replace(context, invocation=replace(context.invocation, locale=chosen))
    said = there.say("From now on you are answered in English.")
    note = there.say(
        "Anything that is not translated yet appears in English; articles keep their "
        "own language."
    )
    return replace(await _render_page(there, said, note), locale=chosen)


async def _change_zone(context: CommandContext) -> Reply | Form:
    """Ask for the zone in which the reader is shown times, and store it."""

    async def store(given: Answers) -> Reply:
        with report_at_field("zone"):
            zone = find_zone(given["zone"])
        await context.db.write(
            reader_store.set_preferences, context.person_scope, chosen={"zone": zone}
        )
        said = context.say("You are shown times in {zone}.", zone=zone)
        return await _render_page(context, said)

    title = context.say("Time zone")
    asked = FormField(
        name="zone",
        label=title,
        description=context.say("Your zone, such as Europe/London"),
        value=await context.get_own_zone(),
    )
    return await run_form(context, context.ask(title, [asked], "me-set", "zone"), store)
