"""`/newsdesk preview`: what would be posted, and why the rest would not.

«today» is the edition as it would be posted now. «yesterday» and «last 7 days» compose
the articles of that time as if no edition had been posted in it: only earlier articles
count as published.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands.arguments import PREVIEW_DAYS, DigestNameArgument
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.forms import Option
from bot.commands.presentation import format_article_title
from bot.configuration.diff import shorten_line
from bot.errors import UserError
from bot.model import Block, Digest, ListItem, RenderedEdition, Reply, SmallPrint
from bot.publishing.editions import EditionPreview
from bot.publishing.planning import digest_zone
from bot.schedules.calendar import load_zone
from bot.schedules.posting_rules import find_quiet_end
from bot.schedules.rules import find_first_instant
from digests.language.normalization import normalize_text
from digests.types import Edition

TODAY, YESTERDAY, WEEK = PREVIEW_DAYS
#: Other words for the days, normalized.
_DAY_WORDS = {
    "heute": TODAY,
    "gestern": YESTERDAY,
    "week": WEEK,
    "7 days": WEEK,
    "past 7 days": WEEK,
    "woche": WEEK,
    "7 tage": WEEK,
    "letzte 7 tage": WEEK,
    "letzten 7 tage": WEEK,
    **{day: day for day in PREVIEW_DAYS},
}
#: Reasons and merged articles that are shown for one outcome.
MAX_REASONS, MAX_NAMED_ARTICLES = 3, 5


def _parse_day(_: CommandContext, typed: str) -> str:
    said = " ".join(normalize_text(typed).split())
    if said not in _DAY_WORDS:
        raise UserError("Say one of: {days}.", days=", ".join(PREVIEW_DAYS))
    return _DAY_WORDS[said]


@command(
    "newsdesk preview",
    "What would be posted, and why not the rest",
    "/newsdesk preview",
    "/newsdesk preview Front page",
    "/newsdesk preview day=yesterday",
    '/newsdesk preview day="last 7 days"',
)
async def preview_edition(
    context: CommandContext,
    digest: DigestNameArgument,
    day: Annotated[
        str,
        Option(
            description="today: now; yesterday, last 7 days: articles of that time",
            completes="day",
            convert=_parse_day,
        ),
    ] = TODAY,
) -> Reply:
    """Show the edition of the day, and how many articles each stage left out."""
    draft = await _compose_draft(context, digest, day)
    edition = draft.edition
    title = context.say("Preview of {digest}", digest=digest.name)
    summary: tuple[Block | str, ...] = (
        *_explain_holds(context, digest),
        SmallPrint(text=_format_counts(context, edition)),
        *await _render_stages(context, edition),
    )
    if not edition.stories:
        if day == TODAY:
            nothing = context.say("Nothing would be posted now: nothing is new.")
        elif edition.made_from.articles:
            nothing = context.say("Nothing would have been posted.")
        else:
            nothing = context.say(
                "No articles came in at that time, so nothing would have been posted."
            )
        return context.reply(nothing, *summary, title=title)
    blocks = (RenderedEdition(parts=draft.parts), *summary)
    if day == TODAY:
        return context.reply(*blocks, title=title)
    then = context.say(
        "From the articles of that time, with the present filters and settings:"
    )
    return context.reply(SmallPrint(text=then), *blocks, title=title)


async def _compose_draft(
    context: CommandContext, digest: Digest, day: str
) -> EditionPreview:
    if day == TODAY:
        return await context.publisher.preview(digest, context.workspace.platform)
    zone = load_zone(digest_zone(digest))
    today = context.now.astimezone(zone).date()
    back = 1 if day == YESTERDAY else 7
    since = _get_midnight(today - timedelta(days=back), zone)
    until = _get_midnight(today, zone) if day == YESTERDAY else None
    return await context.publisher.past(digest, since, until)


def _get_midnight(day: date, zone: ZoneInfo) -> datetime:
    return find_first_instant(datetime.combine(day, time()), zone)


def _explain_holds(context: CommandContext, digest: Digest) -> Iterator[str]:
    """Explain what keeps an edition from being posted now, whatever it contains."""
    zone, now = digest_zone(digest), context.now
    if digest.paused or digest.paused_until is not None:
        yield context.say("Held: the digest is paused. /newsdesk resume ends that.")
    elif now.astimezone(load_zone(zone)).date() in digest.skips:
        yield context.say("Held: today is skipped.")
    elif digest.options.quiet_hours:
        until = find_quiet_end(digest.options.quiet_hours, now, zone)
        if until is not None:
            when = context.format_moment(until, zone)
            yield context.say("Held: it is quiet until {when}.", when=when)


def _format_counts(context: CommandContext, edition: Edition) -> str:
    """Format «20 articles read · 3 posted before · 2 filtered out · 4 merged · …»."""
    outcomes = [(d.stage, d.outcome) for d in edition.decisions]
    return context.say(
        "{read} articles read · {published} posted before · {filtered} kept out by a "
        "filter · {merged} merged · {full} stories in full, {brief} in brief",
        read=edition.made_from.articles,
        published=sum(stage == "told" for stage, _ in outcomes),
        filtered=sum(stage == "filter" for stage, _ in outcomes),
        merged=sum(outcome in ("merged", "duplicate") for _, outcome in outcomes),
        full=len(edition.stories),
        brief=len(edition.brief),
    )


async def _render_stages(context: CommandContext, edition: Edition) -> list[ListItem]:
    """Render per stage how many articles it left out, and the most frequent reasons.

    Merged articles are also named, up to `MAX_NAMED_ARTICLES`.
    """
    return [
        replace(line, note=await _format_articles(context, articles))
        for line, articles in _list_removed(context, edition)
    ]


async def _format_articles(context: CommandContext, articles: Sequence[str]) -> str:
    """Format the titles of the first of these articles: «Bridge closed» (Sun), …."""
    titles = []
    for key in articles[:MAX_NAMED_ARTICLES]:
        found = await context.archive.article(context.scope, int(key))
        if found is not None:
            title = shorten_line(format_article_title(found))
            titles.append(f"«{title}» ({shorten_line(found.source)})")
    more = len(articles) - len(titles)
    if more > 0:
        titles.append(context.say("… and {n} more.", n=more))
    return ", ".join(titles)


def _list_removed(
    context: CommandContext, edition: Edition
) -> Iterator[tuple[ListItem, tuple[str, ...]]]:
    """Build a line per stage and outcome, with its articles if these were merged."""
    names = (
        (("filter",), ("left out",), context.say("Filtered out")),
        (("fresh",), ("left out",), context.say("Replaced by a newer version")),
        (("told",), ("left out",), context.say("Posted before")),
        (("story",), ("duplicate",), context.say("Repeats another article")),
        (("story",), ("merged",), context.say("Merged into a story")),
        (("rank", "balance"), ("brief",), context.say("In brief")),
        (("rank", "balance"), ("left out",), context.say("Ranked too low")),
        (("edition",), ("left out",), context.say("Nothing could be shown")),
    )
    for stages, outcomes, label in names:
        taken = [
            d for d in edition.decisions if d.stage in stages and d.outcome in outcomes
        ]
        reasons = Counter(d.reason for d in taken)
        if not reasons:
            continue
        phrases = []
        for reason, count in reasons.most_common(MAX_REASONS):
            said = context.texts.message(reason)
            phrases.append(f"{said} ({count})" if count > 1 else said)
        more = len(reasons) - len(phrases)
        if more > 0:
            phrases.append(context.say("… and {n} more.", n=more))
        merged = tuple(d.article for d in taken) if stages == ("story",) else ()
        title = f"{label}: {reasons.total()}"
        yield ListItem(title=title, text=" ".join(phrases)), merged
