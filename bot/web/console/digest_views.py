"""What the page of a digest shows beside its form, all of it without saving.

build_preview         the edition as each platform shows it, and why it is so
list_schedule_lines   each sentence of the schedule with its next moments
build_dry_run         the last seven days, before and after the typed settings
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from bot.commands.context import CommandContext
from bot.commands.preview import (
    TODAY,
    WEEK,
    explain_holds,
    find_period,
    format_counts,
    render_stages,
)
from bot.errors import UserError
from bot.i18n.translation import Texts
from bot.lookup.edition_views import load_previews, show_messages
from bot.model import Digest, ListItem, RenderContext
from bot.model.previews import PreviewFrame, ShownMessage
from bot.model.settings import MAX_VALUES
from bot.publishing import planning
from bot.publishing.live_previews import DryRunEdition, LivePreviews, PastPeriod
from bot.publishing.planning import PostingHold, capitalize_first, digest_zone
from bot.schedules.calendar import check_zone
from bot.schedules.parsing import parse_schedule
from bot.schedules.rules import Schedule
from bot.schedules.wording import describe_schedule
from bot.web.console.visits import Console, Visit
from digests.types import Edition, EditionStory, frozen

#: Moments that are shown of each sentence.
NEXT_MOMENTS: Final = 5


# ── the edition ────────────────────────────────────────────────────────────────


@frozen
class PlatformView:
    """The messages of an edition on one platform."""

    name: str
    title: str
    messages: tuple[ShownMessage, ...]


@frozen
class PreviewPane:
    """An edition as each platform shows it, and why it contains what it does."""

    platforms: tuple[PlatformView, ...]
    #: It is made of articles that were posted already, because nothing is new.
    is_example: bool
    #: Pictures are still being drawn.
    is_waiting: bool
    #: Why nothing would be posted now.
    holds: tuple[str, ...]
    counts: str
    stages: tuple[ListItem, ...]


async def build_preview(
    console: Console,
    visit: Visit,
    context: CommandContext,
    previews: LivePreviews,
    digest: Digest,
    day: str = TODAY,
) -> PreviewPane:
    """Compose the edition of a day from these settings, and show it."""
    edition = await previews.compose(digest, _find_past(context, digest, day))
    counts = format_counts(context, edition)
    stages = [line async for line in render_stages(context, edition)]
    shown, is_example = edition, False
    if not edition.stories and day == TODAY:
        shown = await previews.compose(digest, _find_past(context, digest, WEEK))
        is_example = bool(shown.stories)
    drawn = await previews.draw(digest, visit.workspace, shown)
    # In a thread: the HTML of long editions takes longer than others may wait.
    platforms = await asyncio.to_thread(
        show_on_platforms, console, visit, shown, drawn.context
    )
    return PreviewPane(
        platforms=platforms if shown.stories else (),
        is_example=is_example,
        is_waiting=drawn.is_waiting,
        holds=tuple(explain_holds(context, digest)) if day == TODAY else (),
        counts=counts,
        stages=tuple(stages),
    )


def _find_past(context: CommandContext, digest: Digest, day: str) -> PastPeriod | None:
    if day == TODAY:
        return None
    since, until = find_period(context, digest, day)
    return PastPeriod(since=since, until=until)


def build_frame(visit: Visit, time: str) -> PreviewFrame:
    """Build what stands around a message in a preview of this workspace."""
    return PreviewFrame(
        time=time,
        locate_picture=lambda hash: f"{visit.base}/pictures/{hash}.png",
    )


def show_on_platforms(
    console: Console, visit: Visit, edition: Edition, context: RenderContext
) -> tuple[PlatformView, ...]:
    """Show the edition on each platform, that of the workspace first."""
    now = console.services.clock.now()
    frame = build_frame(visit, visit.texts.time(now, context.zone))
    found = load_previews(console.services.plugins)
    ordered = sorted(found, key=lambda name: name != visit.workspace.platform)
    return tuple(
        PlatformView(
            name=name,
            title=found[name][0],
            messages=show_messages(found[name][1], edition, context, frame),
        )
        for name in ordered
    )


# ── when it is posted ──────────────────────────────────────────────────────────


@frozen
class ScheduleLine:
    """What one sentence means, and its next moments; or why it means nothing."""

    words: str
    moments: tuple[str, ...] = ()
    problem: str = ""


async def list_schedule_lines(
    console: Console, digest: Digest, sentences: Iterable[str], texts: Texts
) -> tuple[ScheduleLine, ...]:
    """Describe each sentence with its next moments, quiet hours applied.

    Args:
        console: The services.
        digest: With the typed settings; one that is not stored yet has the key 0.
        sentences: As they were typed; more than a digest may have are left out.
        texts: The language.
    """
    now = console.services.clock.now()
    sentences = tuple(islice(sentences, MAX_VALUES))
    parsed = await asyncio.to_thread(_parse_sentences, sentences, digest.default_zone)
    rules = [one for one in parsed if not isinstance(one, UserError)]
    firsts = await console.services.db.read(
        planning.find_first_dues, digest.scope, digest.id, rules, now
    )
    hold, zone = PostingHold.of_digest(digest), digest_zone(digest)
    due = dict(zip(map(id, rules), firsts, strict=True))
    lines = []
    for sentence, rule in zip(sentences, parsed, strict=True):
        if isinstance(rule, UserError):
            lines.append(ScheduleLine(words=sentence, problem=texts.error(rule)))
            continue
        moments = planning.list_moments(rule, due[id(rule)], NEXT_MOMENTS, hold)
        lines.append(
            ScheduleLine(
                words=capitalize_first(describe_schedule(rule, texts)),
                moments=tuple(texts.moment(at, zone, now) for at in moments),
            )
        )
    return tuple(lines)


def _parse_sentences(sentences: Iterable[str], zone: str) -> list[Schedule | UserError]:
    return [_parse_sentence(one, zone) for one in sentences]


def _parse_sentence(sentence: str, zone: str) -> Schedule | UserError:
    try:
        rule = parse_schedule(sentence, zone)
        check_zone(rule.zone)
    except UserError as error:
        return error
    return rule


# ── the last seven days ────────────────────────────────────────────────────────

StoryChange = Literal["stays", "new", "gone", "up", "down"]


@frozen
class StoryLine:
    """A story of a dry run, and what the typed settings change about it."""

    headline: str
    change: StoryChange


@frozen
class DryRunDay:
    """What would have been posted at one moment, with and without the changes."""

    when: str
    #: «5 stories», and how many there are with the saved settings: "" = as many.
    count: str
    before: str
    lines: tuple[StoryLine, ...]


async def build_dry_run(
    console: Console,
    visit: Visit,
    previews: LivePreviews,
    saved: Digest,
    unsaved: Digest,
) -> tuple[DryRunDay, ...]:
    """Compose the last seven days with the saved and the typed settings."""
    before = await previews.dry_run(saved)
    after = before if saved == unsaved else await previews.dry_run(unsaved)
    zone, now = digest_zone(unsaved), console.services.clock.now()
    return compare_runs(
        before,
        after,
        lambda at: visit.texts.moment(at, zone, now),
        visit.texts,
    )


def compare_runs(
    before: Sequence[DryRunEdition],
    after: Sequence[DryRunEdition],
    format_moment: Callable[[datetime], str],
    texts: Texts,
) -> tuple[DryRunDay, ...]:
    """Compare two dry runs, moment by moment, the newest first."""
    old = {one.at: one.edition for one in before}
    new = {one.at: one.edition for one in after}
    return tuple(
        _compare_editions(old.get(at), new.get(at), format_moment(at), texts)
        for at in sorted(old.keys() | new.keys(), reverse=True)
    )


def _compare_editions(
    before: Edition | None, after: Edition | None, when: str, texts: Texts
) -> DryRunDay:
    old, new = _list_places(before), _list_places(after)
    lines = [
        StoryLine(headline=headline, change=_compare_place(key, full, old))
        for key, (headline, full) in new.items()
    ]
    lines += [
        StoryLine(headline=headline, change="gone")
        for key, (headline, _) in old.items()
        if key not in new
    ]
    now = len(after.stories) if after else 0
    was = len(before.stories) if before else 0
    return DryRunDay(
        when=when,
        count=texts.count("{n} story", "{n} stories", now),
        before="" if was == now else texts.say("with what is saved: {n}", n=was),
        lines=tuple(lines),
    )


def _compare_place(
    key: str, full: bool, old: Mapping[str, tuple[str, bool]]
) -> StoryChange:
    if key not in old:
        return "new"
    was_full = old[key][1]
    if full == was_full:
        return "stays"
    return "up" if full else "down"


def _list_places(edition: Edition | None) -> dict[str, tuple[str, bool]]:
    """Map the stories of an edition to their headlines, and whether they are full."""
    if edition is None:
        return {}
    full = {_get_key(one): (one.headline.text, True) for one in edition.stories}
    brief = {one.article.id: (one.headline.text, False) for one in edition.brief}
    return {**full, **brief}


def _get_key(story: EditionStory) -> str:
    return story.articles[0].id
