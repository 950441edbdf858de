"""`/newsdesk preview`: what would be posted, and why the rest would not.

«today» is the edition as it would be posted now. «yesterday» and «last 7 days» compose
the articles of that time as if no edition had been posted in it: only earlier articles
count as published.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated

from bot.commands.arguments import PREVIEW_DAYS, DigestNameArgument
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.presentation import format_article_title
from bot.configuration.diff import shorten_line
from bot.errors import UserError
from bot.model import Block, Digest, ListItem, Reply, SmallPrint
from bot.publishing.editions import EditionPreview
from bot.publishing.planning import digest_zone
from bot.schedules.calendar import load_zone
from bot.schedules.posting_rules import find_quiet_end
from bot.schedules.rules import find_first_instant
from digests.language.normalization import normalize_text
from digests.types import Edition

TODAY, YESTERDAY, WEEK = PREVIEW_DAYS
#: Words for the days, normalized, as patterns.
_DAY_WORDS = {
    TODAY: "today|heute",
    YESTERDAY: "yesterday|gestern",
    WEEK: "((last|past) )?7 days|week|(letzten? )?7 tage|woche",
}
#: Reasons and merged articles that are shown for one outcome.
MAX_REASONS, MAX_NAMED_ARTICLES = 3, 5


def _parse_day(_: CommandContext, typed: str) -> str:
    said = " ".join(normalize_text(typed).split())
    for day, words in _DAY_WORDS.items():
        if re.fullmatch(words, said):
            return day
    raise UserError("Choose one of: {days}.", days=", ".join(PREVIEW_DAYS))


@command(
    "newsdesk preview",
    "What would be posted, and why not the rest",
    "",
    "{digest}",
    "day=yesterday",
    'day="last 7 days"',
)
async def preview_edition(
    context: CommandContext,
    digest: DigestNameArgument,
    day: Annotated[
        str,
        Option(
            "today: now; yesterday, last 7 days: articles of that time",
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
        *explain_holds(context, digest),
        SmallPrint(text=format_counts(context, edition)),
        *[line async for line in render_stages(context, edition)],
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
        blocks: tuple[Block | str, ...] = (nothing, *summary)
    else:
        blocks = (draft.rendered, *summary)
        if day != TODAY:
            then = context.small_print(
                "From the articles of that time, with the present filters and settings:"
            )
            blocks = (then, *blocks)
    page = f"d{digest.id}"
    controls = [context.button("Change the digest", "home", page)]
    if edition.stories and day == TODAY:
        controls.insert(0, context.button("Post now", "home", f"{page}:post"))
    return context.reply(*blocks, title=title, controls=controls, in_place=True)


async def _compose_draft(
    context: CommandContext, digest: Digest, day: str
) -> EditionPreview:
    if day == TODAY:
        return await context.publisher.preview(digest, context.workspace.platform)
    return await context.publisher.past(digest, *find_period(context, digest, day))


def find_period(
    context: CommandContext, digest: Digest, day: str
) -> tuple[datetime, datetime | None]:
    """Find when yesterday or the last 7 days began and ended; None = now."""
    zone = load_zone(digest_zone(digest))
    today = context.get_today(digest_zone(digest))
    back = 1 if day == YESTERDAY else 7
    since, midnight = (
        find_first_instant(datetime.combine(one, time()), zone)
        for one in (today - timedelta(days=back), today)
    )
    return since, midnight if day == YESTERDAY else None


def explain_holds(context: CommandContext, digest: Digest) -> Iterator[str]:
    """Explain what keeps an edition from being posted now, whatever it contains."""
    zone, quiet = digest_zone(digest), digest.options.quiet_hours
    if digest.paused or digest.paused_until is not None:
        yield context.say(
            "Held: the digest is paused. It can be resumed in /newsdesk home."
        )
    elif context.get_today(zone) in digest.skips:
        yield context.say("Held: today is skipped.")
    elif quiet and (until := find_quiet_end(quiet, context.now, zone)):
        when = context.format_moment(until, zone)
        yield context.say("Held: it is quiet until {when}.", when=when)


def format_counts(context: CommandContext, edition: Edition) -> str:
    """Format «20 articles read · 3 posted before · 2 filtered out · 4 merged · …»."""
    outcomes = [(d.stage, d.outcome) for d in edition.decisions]
    return context.say(
        "{read} articles read · {published} posted before · {filtered} kept out by a "
        "filter · {merged} merged · {full} in full, {brief} in brief",
        read=edition.made_from.articles,
        published=sum(stage == "told" for stage, _ in outcomes),
        filtered=sum(stage == "filter" for stage, _ in outcomes),
        merged=sum(outcome in ("merged", "duplicate") for _, outcome in outcomes),
        full=len(edition.stories),
        brief=len(edition.brief),
    )


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


async def render_stages(
    context: CommandContext, edition: Edition
) -> AsyncIterator[ListItem]:
    """Render per stage how many articles it left out, and the most frequent reasons.

    Merged articles are also named, up to `MAX_NAMED_ARTICLES`.
    """
    names = (
        (("filter",), "left out", context.say("Filtered out")),
        (("fresh",), "left out", context.say("Replaced by a newer version")),
        (("told",), "left out", context.say("Posted before")),
        (("story",), "duplicate", context.say("Repeats another article")),
        (("story",), "merged", context.say("Merged into a story")),
        (("rank", "balance"), "brief", context.say("In brief")),
        (
            ("rank", "balance"),
            "left out",
            context.say("Not chosen: other stories ranked higher"),
        ),
        (("edition",), "left out", context.say("Nothing of it could be shown")),
    )
    for stages, outcome, label in names:
        every = (d for d in edition.decisions if d.stage in stages)
        taken = [d for d in every if d.outcome == outcome]
        if not taken:
            continue
        reasons = Counter(d.reason for d in taken)
        phrases = []
        for reason, count in reasons.most_common(MAX_REASONS):
            said = context.message(reason)
            phrases.append(f"{said} ({count})" if count > 1 else said)
        if len(reasons) > MAX_REASONS:
            more = len(reasons) - MAX_REASONS
            phrases.append(context.say("… and {n} more.", n=more))
        merged = [d.article for d in taken] if "story" in stages else []
        yield ListItem(
            title=f"{label}: {len(taken)}",
            text=" ".join(phrases),
            note=await _format_articles(context, merged),
        )
