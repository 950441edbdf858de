"""`/newsdesk schedule, pause, resume, quiet`: when a digest is posted.

What comes in meanwhile waits for the next edition, as with every silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.commands.changes import DIGEST_OPTION, propose_and_render, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import request_settings
from bot.commands.forms import build_command_form, parse_coming_day, wrap_with_form
from bot.commands.presentation import format_due_time
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Digest,
    Form,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
)
from bot.publishing.planning import (
    capitalize_first,
    digest_zone,
    find_next_due,
    format_schedule,
    format_typed_schedule,
)
from bot.schedules.calendar import load_zone
from bot.schedules.parsing import parse_schedule
from digests.language.normalization import normalize_text

SENTENCE_OPTION = CommandOption(
    name="schedule",
    description="When, such as: weekdays at 8:30 Europe/Berlin",
    required=True,
    rest=True,
)
WHICH_SCHEDULE_OPTION = CommandOption(
    name="which",
    description="Its number in the list, or its sentence",
    completes="schedule",
)


def build_schedules(context: CommandContext) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (
        _build_add(context),
        _build_list(context),
        _build_edit(context),
        _build_remove(context),
    )


def _build_add(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        name, sentence = await _split_digest_name(context, invocation)
        digest = await context.archive.named(invocation.place, name)
        sentences = [*digest.schedules, sentence]
        return await propose_and_render(
            context, invocation, request_settings(digest, {"schedule": sentences})
        )

    return wrap_with_form(
        Command(
            path="newsdesk schedule add",
            description="Add times at which a digest is posted",
            permission=Permission.EDITOR,
            run=run,
            options=(SENTENCE_OPTION, DIGEST_OPTION),
            examples=(
                "/newsdesk schedule add weekdays at 8:30 Europe/Berlin",
                '/newsdesk schedule add every 2 hours digest="Morning brief"',
                "/newsdesk schedule Morning brief daily at 18:00",
            ),
        )
    )


async def _split_digest_name(
    context: CommandContext, invocation: Invocation
) -> tuple[str | None, str]:
    """The digest's name, if one was given, and the sentence.

    The name may stand before the sentence: «Morning brief daily at 18:00».
    """
    name, said = invocation.args.get("digest"), invocation.args["schedule"].strip()
    if name or _is_schedule(said):
        return name, said
    known = await context.archive.digests(invocation.place.workspace.id)
    for digest in sorted(known, key=lambda d: -len(d.name)):
        words = len(digest.name.split())
        first = " ".join(said.split()[:words])
        if normalize_text(first) == normalize_text(" ".join(digest.name.split())):
            return digest.name, " ".join(said.split()[words:])
    return name, said


def _is_schedule(said: str) -> bool:
    try:
        parse_schedule(said)
    except UserError:
        return False
    return True


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        wanted = invocation.args.get("digest")
        known = await context.archive.digests(invocation.place.workspace.id)
        if wanted:
            known = (await context.archive.named(invocation.place, wanted),)
        now = context.clock.now()
        blocks: list[Block] = []
        for digest in known:
            due = find_next_due(digest, now)
            when = format_due_time(due, digest_zone(digest), now, texts)
            blocks.append(SmallPrint(text=f"{digest.name}: {when}"))
            blocks += [
                ListItem(
                    title=f"{number}. "
                    f"{capitalize_first(format_schedule(sentence, texts))}",
                    note=format_typed_schedule(sentence, texts),
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
        options=(DIGEST_OPTION,),
        examples=("/newsdesk schedule list",),
    )


def _build_edit(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        args = invocation.args
        digest = await context.archive.named(invocation.place, args.get("digest"))
        at = _find_schedule(digest, args.get("which", ""), texts_for(invocation))
        sentences = list(digest.schedules)
        sentences[at] = args["schedule"]
        return await propose_and_render(
            context, invocation, request_settings(digest, {"schedule": sentences})
        )

    command = Command(
        path="newsdesk schedule edit",
        description="Post a digest at other times",
        permission=Permission.EDITOR,
        run=run,
        options=(SENTENCE_OPTION, WHICH_SCHEDULE_OPTION, DIGEST_OPTION),
        examples=(
            "/newsdesk schedule edit daily at 7:00 Europe/Berlin",
            "/newsdesk schedule edit daily at 18:00 which=2",
        ),
    )
    changed = wrap_with_form(command)

    async def asked(invocation: Invocation) -> Reply | Form:
        args, texts = invocation.args, texts_for(invocation)
        if args.get("schedule", "").strip():
            return await changed.run(invocation)
        digest = await context.archive.named(invocation.place, args.get("digest"))
        given = {
            **args,
            "digest": digest.name,
            "schedule": _get_current_sentence(digest, args, texts),
        }
        return build_command_form(changed, given, texts)

    return replace(changed, run=asked)


def _get_current_sentence(digest: Digest, args: Mapping[str, str], texts: Texts) -> str:
    """The sentence that would be changed, as it was typed; "" where that is open."""
    try:
        return digest.schedules[_find_schedule(digest, args.get("which", ""), texts)]
    except FieldError:
        return ""


def _build_remove(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest = await context.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        at = _find_schedule(
            digest, invocation.args.get("which", ""), texts_for(invocation)
        )
        left = [*digest.schedules[:at], *digest.schedules[at + 1 :]]
        return await propose_and_render(
            context, invocation, request_settings(digest, {"schedule": left})
        )

    return wrap_with_form(
        Command(
            path="newsdesk schedule remove",
            description="Remove times at which a digest is posted",
            permission=Permission.EDITOR,
            run=run,
            options=(WHICH_SCHEDULE_OPTION, DIGEST_OPTION),
            examples=("/newsdesk schedule remove 2",),
        )
    )


def _find_schedule(digest: Digest, which: str, texts: Texts) -> int:
    """Which of the digest's schedules is meant, counted from 0."""
    said = which.strip().lstrip("#")
    known = digest.schedules
    if not known:
        raise FieldError(
            "«{name}» has no schedule yet. Add one with /newsdesk schedule add.",
            name=digest.name,
            field="digest",
        )
    if not said and len(known) == 1:
        return 0
    if said.isdecimal() and 1 <= int(said[:6]) <= len(known):
        return int(said) - 1
    phrases = [format_schedule(sentence, texts) for sentence in known]
    fitting = [
        n
        for n, words in enumerate(
            zip(known, map(capitalize_first, phrases), phrases, strict=True)
        )
        if said and any(said in one for one in words)
    ]
    if len(fitting) == 1:
        return fitting[0]
    numbered = "; ".join(f"{n}. {words}" for n, words in enumerate(phrases, 1))
    raise FieldError(
        "Choose one by its number: {numbered}.", numbered=numbered, field="which"
    )


def build_pause(context: CommandContext) -> tuple[Command, ...]:
    """The commands over this desk."""
    return (_build_pause(context), _build_skip(context))


def _build_pause(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        said = invocation.args.get("until", "").strip()
        digest, day = await _resolve_digest(context, invocation), None
        if said:
            today = _get_local_date(context, digest)
            day = parse_coming_day(said, today, field="until", earliest=1)
        changes: dict[str, object] = {"paused": day is None, "paused_until": day}
        return await _propose_pause(context, invocation, digest, changes)

    return wrap_with_form(
        Command(
            path="newsdesk pause",
            description="Pause a digest for a while",
            permission=Permission.EDITOR,
            run=run,
            options=(
                DIGEST_OPTION,
                CommandOption(
                    name="until",
                    description="First day again: tomorrow, Friday, 2026-12-24",
                ),
            ),
            examples=("/newsdesk pause", "/newsdesk pause until=2030-01-07"),
        )
    )


def _build_skip(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        digest = await _resolve_digest(context, invocation)
        texts = texts_for(invocation)
        day = parse_coming_day(
            invocation.args["date"], _get_local_date(context, digest), field="date"
        )
        if day in digest.skips:
            raise UserError(
                texts.say(
                    "{date} is already skipped; revert that with /newsdesk history.",
                    date=day,
                )
            )
        changes: dict[str, object] = {"skip": sorted({*digest.skips, day})}
        return await _propose_pause(context, invocation, digest, changes)

    return wrap_with_form(
        Command(
            path="newsdesk schedule skip",
            description="Skip one day",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="date",
                    description="tomorrow, Friday, 2026-12-24",
                    required=True,
                ),
                DIGEST_OPTION,
            ),
            examples=("/newsdesk schedule skip 2030-12-24",),
        ),
        {"skip": "date"},
    )


async def _resolve_digest(context: CommandContext, invocation: Invocation) -> Digest:
    return await context.archive.named(invocation.place, invocation.args.get("digest"))


async def _propose_pause(
    context: CommandContext,
    invocation: Invocation,
    digest: Digest,
    changes: dict[str, object],
) -> Reply:
    texts = texts_for(invocation)
    change = await context.configuration.propose(
        invocation, request_settings(digest, changes)
    )
    waits = texts.say("New articles wait for the next edition.")
    return render_proposal(context, change, texts, Paragraph(text=waits))


def _get_local_date(context: CommandContext, digest: Digest) -> date:
    return context.clock.now().astimezone(load_zone(digest_zone(digest))).date()


def build_resume(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        digest = await context.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        if not digest.paused and digest.paused_until is None:
            raise UserError(texts.say("«{digest}» is not paused.", digest=digest.name))
        wish = request_settings(digest, {"paused": False, "paused_until": None})
        change = await context.configuration.propose(invocation, wish)
        return render_proposal(context, change, texts)

    return Command(
        path="newsdesk resume",
        description="Resume a paused digest",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST_OPTION,),
        examples=("/newsdesk resume",),
    )


OFF_WORDS = frozenset({"off", "none", "no", "aus"})


def build_quiet(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        digest = await context.archive.named(
            invocation.place, invocation.args.get("digest")
        )
        said = invocation.args["window"].strip()
        window = None if said.casefold() in OFF_WORDS else said
        wish = request_settings(digest, {"quiet_hours": window})
        change = await context.configuration.propose(invocation, wish)
        if window is None:
            return render_proposal(context, change, texts)
        held = texts.say(
            "Editions due then are held and posted as one edition afterwards."
        )
        return render_proposal(context, change, texts, Paragraph(text=held))

    return wrap_with_form(
        Command(
            path="newsdesk quiet",
            description="Hours in which nothing is posted",
            permission=Permission.EDITOR,
            run=run,
            options=(
                CommandOption(
                    name="window",
                    description="Such as 22:00-07:00, or off",
                    required=True,
                ),
                DIGEST_OPTION,
            ),
            examples=("/newsdesk quiet 22:00-07:00", "/newsdesk quiet off"),
        ),
        {"quiet_hours": "window"},
    )
