"""`/newsdesk schedule, pause, resume, quiet`: when a digest is posted.

Articles that arrive during a pause or quiet hours wait for the next edition.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

from bot.commands.arguments import (
    DigestArgument,
    DigestsArgument,
    TypedDigest,
    find_digest,
    parse_coming_day,
)
from bot.commands.changes import propose_and_render, request_settings
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.digest_requests import SCHEDULE_OPTION
from bot.configuration.change_steps import ChangeRequest
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.model import Block, Digest, Form, ListItem, Reply, SmallPrint
from bot.publishing.planning import (
    capitalize_first,
    digest_zone,
    format_schedule,
    format_typed_schedule,
)
from bot.schedules.parsing import parse_schedule
from digests.language.normalization import normalize_text, parse_whole_number

SCHEDULE_LINE = replace(SCHEDULE_OPTION, rest=True)
WhichSchedule = Annotated[
    str, Option("Its number in the list, or its sentence", completes="schedule")
]


@command(
    "newsdesk schedule add",
    "Add times at which a digest is posted",
    "weekdays at 8:30 Europe/Berlin",
    'every 2 hours digest="Morning brief"',
    "/newsdesk schedule Morning brief daily at 18:00",
)
async def add_schedule(
    context: CommandContext,
    schedule: Annotated[str, SCHEDULE_LINE],
    digest: TypedDigest = "",
) -> Reply:
    """Propose another schedule; the digest's name may precede the sentence."""
    if not digest:
        digest, schedule = await _split_digest_name(context, schedule)
    found = await find_digest(context, digest)
    return await _propose_schedules(context, found, [*found.schedules, schedule])


async def _split_digest_name(context: CommandContext, said: str) -> tuple[str, str]:
    """Split «Morning brief daily at 18:00»; the name is "" if there is none."""
    with suppress(UserError):
        parse_schedule(said)
        return "", said
    words = said.split()
    for digest in sorted(await context.list_digests(), key=lambda d: -len(d.name)):
        length = len(digest.name.split())
        first = " ".join(words[:length])
        if normalize_text(first) == normalize_text(" ".join(digest.name.split())):
            return digest.name, " ".join(words[length:])
    return "", said


async def _propose_schedules(
    context: CommandContext, digest: Digest, sentences: list[str]
) -> Reply:
    request = request_settings(digest, {"schedule": sentences})
    return await propose_and_render(context, request)


@command("newsdesk schedule list", "When each digest is posted")
async def list_schedules(context: CommandContext, digest: DigestsArgument) -> Reply:
    """List the schedules of one digest or of all, numbered."""
    blocks: list[Block] = []
    for one in digest:
        blocks.append(SmallPrint(text=f"{one.name}: {context.format_next_due(one)}"))
        for number, sentence in enumerate(one.schedules, 1):
            said = capitalize_first(format_schedule(sentence, context.texts))
            typed = format_typed_schedule(sentence, context.texts)
            blocks.append(ListItem(title=f"{number}. {said}", note=typed))
        # Others are answered between two of a hundred digests.
        await asyncio.sleep(0)
    nothing = context.say("There is no digest yet. /newsdesk setup makes one.")
    return context.listing(context.say("Schedules"), blocks, nothing=nothing)


@command(
    "newsdesk schedule edit",
    "Post a digest at other times",
    "daily at 7:00 Europe/Berlin",
    "daily at 18:00 which=2",
)
async def edit_schedule(
    context: CommandContext,
    *,
    schedule: Annotated[str, replace(SCHEDULE_LINE, required=True)] = "",
    which: WhichSchedule = "",
    digest: DigestArgument,
) -> Reply | Form:
    """Propose another sentence for a schedule; without one, ask for it."""
    if not schedule:
        present = {"which": which, "digest": digest.name, "schedule": ""}
        with suppress(FieldError):
            at = _find_schedule(digest, which, context.texts)
            present["schedule"] = digest.schedules[at]
        return context.form(present)
    at = _find_schedule(digest, which, context.texts)
    sentences = [*digest.schedules[:at], schedule, *digest.schedules[at + 1 :]]
    return await _propose_schedules(context, digest, sentences)


@command("newsdesk schedule remove", "Stop posting a digest at these times", "2")
async def remove_schedule(
    context: CommandContext, *, which: WhichSchedule = "", digest: DigestArgument
) -> Reply:
    """Propose to remove a schedule."""
    at = _find_schedule(digest, which, context.texts)
    left = [*digest.schedules[:at], *digest.schedules[at + 1 :]]
    return await _propose_schedules(context, digest, left)


def _find_schedule(digest: Digest, which: str, texts: Texts) -> int:
    """Find the index of the schedule with this number or sentence.

    Raises:
        FieldError: There is none, or several may be meant.
    """
    said, known = which.lstrip("#"), digest.schedules
    if not known:
        raise FieldError(
            "«{name}» has no schedule yet. Add one with /newsdesk schedule add.",
            name=digest.name,
            field="digest",
        )
    if not said and len(known) == 1:
        return 0
    number = parse_whole_number(said, len(known), least=1)
    if number is not None:
        return number - 1
    phrases = [format_schedule(sentence, texts) for sentence in known]
    fitting = [
        index
        for index, (sentence, phrase) in enumerate(zip(known, phrases, strict=True))
        if said
        and (said in sentence or said in phrase or said in capitalize_first(phrase))
    ]
    if len(fitting) == 1:
        return fitting[0]
    numbered = "; ".join(f"{n}. {words}" for n, words in enumerate(phrases, 1))
    raise FieldError(
        "Choose one by its number: {numbered}.", numbered=numbered, field="which"
    )


# ── pauses and quiet hours ─────────────────────────────────────────────────────


@command("newsdesk pause", "Pause a digest for a while", "", "until=2030-01-07")
async def pause_digest(
    context: CommandContext,
    digest: DigestArgument,
    until: Annotated[str, Option("First day again: tomorrow, Friday, 2026-12-24")] = "",
) -> Reply:
    """Propose to pause the digest, until a day or until it is resumed."""
    day = None
    if until:
        today = context.get_today(digest_zone(digest))
        day = parse_coming_day(until, today, field="until", earliest=1)
    request = request_settings(digest, {"paused": day is None, "paused_until": day})
    return await _propose_pause(context, request)


@command("newsdesk schedule skip", "Skip one day", "2030-12-24")
async def skip_day(
    context: CommandContext,
    date: Annotated[str, Option("tomorrow, Friday, 2026-12-24", settings=("skip",))],
    digest: DigestArgument,
) -> Reply:
    """Propose not to post the digest on one day."""
    today = context.get_today(digest_zone(digest))
    day = parse_coming_day(date, today, field="date")
    if day in digest.skips:
        raise UserError(
            "{date} is already skipped; revert that with /newsdesk history.", date=day
        )
    days = sorted({*digest.skips, day})
    return await _propose_pause(context, request_settings(digest, {"skip": days}))


async def _propose_pause(context: CommandContext, request: ChangeRequest) -> Reply:
    waits = context.say("New articles wait for the next edition.")
    return await propose_and_render(context, request, more=[waits])


@command("newsdesk resume", "Resume a paused digest")
async def resume_digest(context: CommandContext, digest: DigestArgument) -> Reply:
    """Propose to end the digest's pause."""
    if not digest.paused and digest.paused_until is None:
        raise UserError("«{digest}» is not paused.", digest=digest.name)
    request = request_settings(digest, {"paused": False, "paused_until": None})
    return await propose_and_render(context, request, more=())


_OFF_WORDS = frozenset({"off", "none", "no", "aus"})


@command("newsdesk quiet", "Hours in which nothing is posted", "22:00-07:00", "off")
async def set_quiet_hours(
    context: CommandContext,
    window: Annotated[
        str, Option("Such as 22:00-07:00, or off", settings=("quiet_hours",))
    ],
    digest: DigestArgument,
) -> Reply:
    """Propose quiet hours for the digest, or none."""
    off = window.casefold() in _OFF_WORDS
    request = request_settings(digest, {"quiet_hours": None if off else window})
    held = context.say(
        "Editions due then are held and posted as one edition afterwards."
    )
    return await propose_and_render(context, request, more=() if off else [held])
