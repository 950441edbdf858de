"""/newsdesk preview: what would be posted, and why not the rest; only to who asks.

«today» is the edition as it would go out now. «yesterday» and «last 7 days» compose
what came in then, as if no edition of that time had been posted: what came before
counts as told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands.desk import Desk
from bot.commands.wording import texts_of, title_of
from bot.configuring.telling import cut
from bot.due import zone_of
from bot.editions import Draft
from bot.errors import UserError
from bot.schedules import quiet_until, zone_named
from bot.schedules.instants import first_instant
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
    Shown,
    Small,
)
from digests.language.fold import fold
from digests.types import Edition

TODAY, YESTERDAY, WEEK = DAYS = ("today", "yesterday", "last 7 days")
#: What people may type for them besides; folded.
_TYPED = {
    "heute": TODAY,
    "gestern": YESTERDAY,
    "week": WEEK,
    "7 days": WEEK,
    "past 7 days": WEEK,
    "woche": WEEK,
    "7 tage": WEEK,
    "letzte 7 tage": WEEK,
    "letzten 7 tage": WEEK,
    **{day: day for day in DAYS},
}
#: Reasons, and merged articles, that are told of one outcome.
REASONS, NAMED = 3, 5


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_of(invocation), invocation.args
        digest = await desk.archive.named(invocation.place, args.get("digest"))
        day = _day(args.get("day"))
        draft = await _draft(desk, digest, invocation, day)
        title = texts.say("Preview of {digest}", digest=digest.name)
        told: tuple[Block, ...] = (
            *_held(digest, desk.clock.now(), texts),
            Small(text=_counts(draft.edition, texts)),
            *await _stages(desk, digest.workspace_id, draft.edition, texts),
        )
        if not draft.edition.stories:
            nothing = (
                texts.say("Nothing would be posted now: nothing is new.")
                if day == TODAY
                else texts.say("Nothing would have been posted.")
            )
            if day != TODAY and not draft.edition.made_from.articles:
                nothing = texts.say(
                    "Nothing came in then, so nothing would have been posted."
                )
            return Reply(title=title, blocks=(Paragraph(text=nothing), *told))
        if day != TODAY:
            then = texts.say(
                "From what came in then, with the filters and settings of now:"
            )
            told = (Shown(parts=draft.parts), *told)
            return Reply(title=title, blocks=(Small(text=then), *told))
        return Reply(title=title, blocks=(Shown(parts=draft.parts), *told))

    return Command(
        path="newsdesk preview",
        description="What would be posted, and why not the rest",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
            Option(
                name="day",
                description="today: now; yesterday, last 7 days: what came in then",
                completes="day",
            ),
        ),
        examples=(
            "/newsdesk preview",
            "/newsdesk preview Front page",
            "/newsdesk preview day=yesterday",
            '/newsdesk preview day="last 7 days"',
        ),
    )


def _day(typed: str | None) -> str:
    """Which of the days is meant; without a word today.

    Raises:
        UserError: None of them.
    """
    said = " ".join(fold(typed or TODAY).split())
    if said not in _TYPED:
        raise UserError("Say one of: {days}.", days=", ".join(DAYS))
    return _TYPED[said]


async def _draft(desk: Desk, digest: Digest, asked: Invocation, day: str) -> Draft:
    if day == TODAY:
        platform = asked.place.workspace.platform
        return await desk.editions.preview(digest, platform)
    now, zone = desk.clock.now(), zone_named(zone_of(digest))
    today = now.astimezone(zone).date()
    back = 1 if day == YESTERDAY else 7
    since = _midnight(today - timedelta(days=back), zone)
    until = _midnight(today, zone) if day == YESTERDAY else None
    return await desk.editions.past(digest, since, until)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return first_instant(datetime.combine(day, time()), zone)


def _held(digest: Digest, now: datetime, texts: Texts) -> Iterator[Block]:
    """What keeps an edition from going out now, whatever it would tell."""
    zone = zone_of(digest)
    if digest.paused or digest.paused_until is not None:
        text = texts.say("Held: the digest is paused. /newsdesk resume ends that.")
        yield Paragraph(text=text)
    elif now.astimezone(zone_named(zone)).date() in digest.skips:
        yield Paragraph(text=texts.say("Held: today is left out of its schedules."))
    elif digest.quiet_hours:
        until = quiet_until(digest.quiet_hours, now, zone)
        if until is not None:
            when = texts.moment(until, zone, now)
            text = texts.say("Held: it is quiet until {when}.", when=when)
            yield Paragraph(text=text)


def _counts(edition: Edition, texts: Texts) -> str:
    """«20 read · 3 told before · 2 kept out · 4 merged · 5 in full …»."""
    outcomes = [(d.stage, d.outcome) for d in edition.decisions]
    told = sum(stage == "told" for stage, _ in outcomes)
    filtered = sum(stage == "filter" for stage, _ in outcomes)
    merged = sum(outcome in ("merged", "duplicate") for _, outcome in outcomes)
    return texts.say(
        "{read} articles read · {told} told before · {filtered} kept out by a filter · "
        "{merged} merged · {full} stories in full, {brief} in brief",
        read=edition.made_from.articles,
        told=told,
        filtered=filtered,
        merged=merged,
        full=len(edition.stories),
        brief=len(edition.brief),
    )


async def _stages(
    desk: Desk, workspace_id: int, edition: Edition, texts: Texts
) -> list[Line]:
    """Of each stage that took something out: how many, and the commonest reasons.

    Of what was merged also which articles, as many as can be taken in.
    """
    lines = []
    for line, articles in _taken_out(edition, texts):
        note = await _called(desk, workspace_id, articles, texts)
        lines.append(replace(line, note=note))
    return lines


async def _called(
    desk: Desk, workspace_id: int, articles: Sequence[str], texts: Texts
) -> str:
    """«Bridge closed» (Sun), …: what the first of these articles are called."""
    read = [
        await desk.archive.article(workspace_id, int(article), None)
        for article in articles[:NAMED]
    ]
    told = [f"«{cut(title_of(one))}» ({cut(one.source)})" for one in read if one]
    more = len(articles) - len(told)
    if more > 0:
        told.append(texts.say("… and {n} more.", n=more))
    return ", ".join(told)


def _taken_out(
    edition: Edition, texts: Texts
) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """The lines, each with its articles where these were merged."""
    names = (
        (("filter",), ("left out",), texts.say("Kept out by a filter")),
        (("fresh",), ("left out",), texts.say("Replaced by a newer version")),
        (("told",), ("left out",), texts.say("Told before")),
        (("story",), ("duplicate",), texts.say("Repeats another article")),
        (("story",), ("merged",), texts.say("Merged into a story")),
        (("rank", "balance"), ("brief",), texts.say("In brief")),
        (("rank", "balance"), ("left out",), texts.say("Ranked too low")),
        (("edition",), ("left out",), texts.say("Nothing could be shown")),
    )
    for stages, outcomes, label in names:
        taken = [
            d for d in edition.decisions if d.stage in stages and d.outcome in outcomes
        ]
        reasons = Counter(d.reason for d in taken)
        if not reasons:
            continue
        told = [
            f"{reason} ({count})" if count > 1 else reason
            for reason, count in (
                (texts.retold(reason), count)
                for reason, count in reasons.most_common(REASONS)
            )
        ]
        more = len(reasons) - len(told)
        if more > 0:
            told.append(texts.say("… and {n} more.", n=more))
        merged = tuple(d.article for d in taken) if stages == ("story",) else ()
        line = Line(title=f"{label}: {reasons.total()}", text=" ".join(told))
        yield line, merged
