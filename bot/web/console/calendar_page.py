"""The calendar: what is posted where in the next two weeks."""

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.presentation import format_channels
from bot.i18n.translation import Texts
from bot.model import Digest
from bot.publishing.planning import digest_zone, list_dues_until
from bot.schedules.calendar import ClockChange, list_clock_changes
from bot.schedules.rules import find_first_instant
from bot.storage import digest_store
from bot.web.console.visits import Console, Visit, page_route
from digests.types import frozen

#: Days that are shown, and moments of one digest that are looked for.
DAYS: Final = 14
MAX_MOMENTS: Final = 14 * 24
#: Editions of a day that are shown at once; its own page has more.
MAX_SHOWN, MAX_OF_DAY = 8, 500


def build_routes(console: Console) -> Sequence[Route]:
    """Build the route of the page."""
    return [page_route(console, "/calendar", show_calendar)]


@frozen
class PlannedEdition:
    """An edition that is to come."""

    at: datetime
    #: The time in the workspace's zone, and in the digest's where it is another.
    time: str
    own_time: str
    digest_id: int
    digest: str


@frozen
class CalendarDay:
    """A day with its editions."""

    date: date
    title: str
    editions: tuple[PlannedEdition, ...]
    #: How many there are besides.
    more: int
    clock_changes: tuple[str, ...]


async def show_calendar(console: Console, visit: Visit) -> Response:
    """Show two weeks, or all of one day of them."""
    context = console.open_context(visit)
    digests = await context.query(digest_store.list_planned_digests)
    now = context.now
    zone = ZoneInfo(visit.workspace.zone)
    today = now.astimezone(zone).date()
    only = _find_day(visit.request.query_params.get("day", ""), today)
    most = MAX_SHOWN if only is None else MAX_OF_DAY
    # In a thread: a thousand digests take longer than others may wait.
    days = await asyncio.to_thread(
        build_days, digests, now, visit.workspace.zone, visit.texts, most
    )
    days = [day for day in days if only in (None, day.date)]
    shown = {edition.digest_id for day in days for edition in day.editions}
    destinations = await context.query(digest_store.list_destinations_of, shown)
    return console.page(
        visit,
        "calendar.html",
        days=days,
        channels={key: format_channels(each) for key, each in destinations.items()},
        only=only is not None,
        zone=visit.workspace.zone,
    )


def _find_day(asked: str, today: date) -> date | None:
    known = (today + timedelta(days=n) for n in range(DAYS))
    return next((day for day in known if day.isoformat() == asked), None)


def build_days(
    digests: Sequence[Digest], now: datetime, zone: str, texts: Texts, most: int
) -> list[CalendarDay]:
    """Build the days, each with its first `most` editions. Pure."""
    rules = ZoneInfo(zone)
    today = now.astimezone(rules).date()
    ends = datetime.combine(today + timedelta(days=DAYS), time())
    until = find_first_instant(ends, rules) - timedelta(microseconds=1)
    # Many digests have the same schedule: its moments are computed once.
    alike: dict[Hashable, list[Digest]] = {}
    for digest in digests:
        alike.setdefault(_get_timing(digest), []).append(digest)
    planned: dict[date, list[tuple[datetime, list[Digest]]]] = {}
    for several in alike.values():
        for at in list_dues_until(several[0], now, until, MAX_MOMENTS):
            planned.setdefault(at.astimezone(rules).date(), []).append((at, several))
    zones = {zone, *(digest_zone(several[0]) for several in alike.values())}
    changes = _list_changes(zones, now, until, texts)
    days = []
    for day in (today + timedelta(days=n) for n in range(DAYS)):
        found = sorted(planned.get(day, ()), key=itemgetter(0))
        editions = ((at, one) for at, several in found for one in several)
        total = sum(len(several) for _, several in found)
        shown = sorted(islice(editions, most), key=lambda one: (one[0], one[1].name))
        days.append(
            CalendarDay(
                date=day,
                title=texts.weekday_date(day),
                editions=tuple(_plan(*one, zone, texts) for one in shown),
                more=total - len(shown),
                clock_changes=tuple(said for on, said in changes if on == day),
            )
        )
    return days


def _get_timing(digest: Digest) -> Hashable:
    """Return all that decides when the digest posts."""
    held = (digest.paused, digest.paused_until, digest.skips, digest.deferred_until)
    when = (digest.schedules, digest.next_due, digest.options.quiet_hours)
    return (*held, *when, digest.default_zone)


def _plan(at: datetime, digest: Digest, zone: str, texts: Texts) -> PlannedEdition:
    own = digest_zone(digest)
    return PlannedEdition(
        at=at,
        time=texts.time(at, zone),
        own_time="" if own == zone else f"{texts.time(at, own)} {own}",
        digest_id=digest.id,
        digest=digest.name,
    )


def _list_changes(
    zones: Iterable[str], since: datetime, until: datetime, texts: Texts
) -> list[tuple[date, str]]:
    """List the local date of each change of clocks, and describe it."""
    return [
        (one.at.astimezone(ZoneInfo(zone)).date(), _describe_change(zone, one, texts))
        for zone in sorted(zones)
        for one in list_clock_changes(zone, since, until)
    ]


def _describe_change(zone: str, change: ClockChange, texts: Texts) -> str:
    minutes = round(abs(change.by) / timedelta(minutes=1))
    rules = ZoneInfo(zone)
    before = (change.at - timedelta(minutes=1)).astimezone(rules)
    # The clock time at which it happens is that of the old time.
    old = (before + timedelta(minutes=1)).time()
    values = {"zone": zone, "time": texts.clock(old), "n": minutes}
    if change.by > timedelta():
        return texts.say(
            "{zone}: at {time} the clocks go forward by {n} minutes.", **values
        )
    return texts.say("{zone}: at {time} the clocks go back by {n} minutes.", **values)
