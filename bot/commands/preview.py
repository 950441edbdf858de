"""`/newsdesk preview`: what would be posted, and why not the rest.

«today» is the edition as it would go out now. «yesterday» and «last 7 days» compose
what came in then, as if no edition of that time had been posted: what came before
counts as told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands.context import CommandContext, texts_for
from bot.commands.presentation import format_article_title
from bot.configuration.diff import shorten_line
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Digest,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.publishing.editions import EditionPreview
from bot.publishing.planning import digest_zone
from bot.schedules.calendar import load_zone
from bot.schedules.posting_rules import find_quiet_end
from bot.schedules.rules import find_first_instant
from digests.language.normalization import normalize_text
from digests.types import Edition

TODAY, YESTERDAY, WEEK = PREVIEW_DAYS = ("today", "yesterday", "last 7 days")
#: What people may type for them besides; folded.
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
#: Reasons, and merged articles, that are told of one outcome.
MAX_REASONS, MAX_NAMED_ARTICLES = 3, 5


def build_preview(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts, args = texts_for(invocation), invocation.args
        digest = await context.archive.named(invocation.place, args.get("digest"))
        day = _parse_day(args.get("day"))
        draft = await _compose_draft(context, digest, invocation, day)
        title = texts.say("Preview of {digest}", digest=digest.name)
        summary: tuple[Block, ...] = (
            *_render_holds(digest, context.clock.now(), texts),
            SmallPrint(text=_format_counts(draft.edition, texts)),
            *await _render_stages(context, digest.workspace_id, draft.edition, texts),
        )
        if not draft.edition.stories:
            nothing = (
                texts.say("Nothing would be posted now: nothing is new.")
                if day == TODAY
                else texts.say("Nothing would have been posted.")
            )
            if day != TODAY and not draft.edition.made_from.articles:
                nothing = texts.say(
                    "No articles came in at that time, so nothing would have been "
                    "posted."
                )
            return Reply(title=title, blocks=(Paragraph(text=nothing), *summary))
        if day != TODAY:
            then = texts.say(
                "From the articles of that time, with the present filters and settings:"
            )
            summary = (RenderedEdition(parts=draft.parts), *summary)
            return Reply(title=title, blocks=(SmallPrint(text=then), *summary))
        return Reply(title=title, blocks=(RenderedEdition(parts=draft.parts), *summary))

    return Command(
        path="newsdesk preview",
        description="What would be posted, and why not the rest",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(
                name="digest", description="Its name", rest=True, completes="digest"
            ),
            CommandOption(
                name="day",
                description="today: now; yesterday, last 7 days: articles of that time",
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


def _parse_day(typed: str | None) -> str:
    """Which of the days is meant; without a word today.

    Raises:
        UserError: None of them.
    """
    said = " ".join(normalize_text(typed or TODAY).split())
    if said not in _DAY_WORDS:
        raise UserError("Say one of: {days}.", days=", ".join(PREVIEW_DAYS))
    return _DAY_WORDS[said]


async def _compose_draft(
    context: CommandContext, digest: Digest, asked: Invocation, day: str
) -> EditionPreview:
    if day == TODAY:
        platform = asked.place.workspace.platform
        return await context.publisher.preview(digest, platform)
    now, zone = context.clock.now(), load_zone(digest_zone(digest))
    today = now.astimezone(zone).date()
    back = 1 if day == YESTERDAY else 7
    since = _get_midnight(today - timedelta(days=back), zone)
    until = _get_midnight(today, zone) if day == YESTERDAY else None
    return await context.publisher.past(digest, since, until)


def _get_midnight(day: date, zone: ZoneInfo) -> datetime:
    return find_first_instant(datetime.combine(day, time()), zone)


def _render_holds(digest: Digest, now: datetime, texts: Texts) -> Iterator[Block]:
    """What keeps an edition from going out now, whatever it would tell."""
    zone = digest_zone(digest)
    if digest.paused or digest.paused_until is not None:
        text = texts.say("Held: the digest is paused. /newsdesk resume ends that.")
        yield Paragraph(text=text)
    elif now.astimezone(load_zone(zone)).date() in digest.skips:
        yield Paragraph(text=texts.say("Held: today is skipped."))
    elif digest.options.quiet_hours:
        until = find_quiet_end(digest.options.quiet_hours, now, zone)
        if until is not None:
            when = texts.moment(until, zone, now)
            text = texts.say("Held: it is quiet until {when}.", when=when)
            yield Paragraph(text=text)


def _format_counts(edition: Edition, texts: Texts) -> str:
    """«20 read · 3 told before · 2 kept out · 4 merged · 5 in full …»."""
    outcomes = [(d.stage, d.outcome) for d in edition.decisions]
    published = sum(stage == "told" for stage, _ in outcomes)
    filtered = sum(stage == "filter" for stage, _ in outcomes)
    merged = sum(outcome in ("merged", "duplicate") for _, outcome in outcomes)
    return texts.say(
        "{read} articles read · {published} already posted · {filtered}"
        " filtered out · {merged} merged · {full} stories in full, "
        "{brief} in brief",
        read=edition.made_from.articles,
        published=published,
        filtered=filtered,
        merged=merged,
        full=len(edition.stories),
        brief=len(edition.brief),
    )


async def _render_stages(
    context: CommandContext, workspace_id: int, edition: Edition, texts: Texts
) -> list[ListItem]:
    """Of each stage that took something out: how many, and the commonest reasons.

    Of what was merged also which articles, as many as can be taken in.
    """
    lines = []
    for line, articles in _list_removed(edition, texts):
        note = await _format_articles(context, workspace_id, articles, texts)
        lines.append(replace(line, note=note))
    return lines


async def _format_articles(
    context: CommandContext, workspace_id: int, articles: Sequence[str], texts: Texts
) -> str:
    """«Bridge closed» (Sun), …: what the first of these articles are called."""
    read = [
        await context.archive.article(workspace_id, int(article), None)
        for article in articles[:MAX_NAMED_ARTICLES]
    ]
    titles = [
        f"«{shorten_line(format_article_title(one))}» ({shorten_line(one.source)})"
        for one in read
        if one
    ]
    more = len(articles) - len(titles)
    if more > 0:
        titles.append(texts.say("… and {n} more.", n=more))
    return ", ".join(titles)


def _list_removed(
    edition: Edition, texts: Texts
) -> Iterator[tuple[ListItem, tuple[str, ...]]]:
    """The lines, each with its articles where these were merged."""
    names = (
        (("filter",), ("left out",), texts.say("Filtered out")),
        (("fresh",), ("left out",), texts.say("Replaced by a newer version")),
        (("told",), ("left out",), texts.say("Already posted")),
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
        phrases = [
            f"{reason} ({count})" if count > 1 else reason
            for reason, count in (
                (texts.message(reason), count)
                for reason, count in reasons.most_common(MAX_REASONS)
            )
        ]
        more = len(reasons) - len(phrases)
        if more > 0:
            phrases.append(texts.say("… and {n} more.", n=more))
        merged = tuple(d.article for d in taken) if stages == ("story",) else ()
        line = ListItem(title=f"{label}: {reasons.total()}", text=" ".join(phrases))
        yield line, merged
