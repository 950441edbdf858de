"""Count the moments that a zone gives each local date and slot: exactly one?

The reckoning is independent of the rule under test: it samples the zone's offsets
every hour in UTC, finds each change to the minute, and derives which local dates the
clock ever showed, and when it first showed or passed each wall time.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from bot.schedules.rules import EVERY_DAY, Schedule, find_following_due

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
SLOTS = tuple(time(half // 2, half % 2 * 30) for half in range(48))
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Count:
    """The counts of one zone and slot."""

    moments: int
    #: Local dates that had none, more than one, or one at a wrong instant.
    missing: int
    doubled: int
    wrong: int


def canonical() -> tuple[str, ...]:
    """Every IANA zone that is not a link to another one."""
    text = (files("tzdata.zoneinfo") / "tzdata.zi").read_text(encoding="ascii")
    lines = [line.split() for line in text.splitlines()]
    zones = {line[1] for line in lines if line and line[0] == "Z"}
    return tuple(sorted(zones - {"Factory"}))


def counted(zone: str, slot: time, shown: "Shown") -> Count:
    """Walk through all moments of «daily at `slot`» and compare them."""
    schedule = Schedule(days=EVERY_DAY, rule=(slot,), zone=zone)
    found = list(_moments(schedule, shown))
    dates = Counter(day for day, _at in found)
    wrong = sum(at != shown.first(datetime.combine(day, slot)) for day, at in found)
    return Count(
        moments=len(found),
        missing=len(shown.dates - dates.keys()),
        doubled=sum(count > 1 for count in dates.values())
        + len(dates.keys() - shown.dates),
        wrong=wrong,
    )


def _moments(schedule: Schedule, shown: "Shown") -> Iterator[tuple[date, datetime]]:
    after = datetime.combine(FIRST - 2 * _DAY, time(), UTC)
    while (due := find_following_due(schedule, after)) is not None:
        if due.local_date > LAST:
            return
        if due.local_date >= FIRST:
            yield due.local_date, due.at
        after = due.at


class Shown:
    """The clock of a zone from 2024 to 2030."""

    def __init__(self, zone: str) -> None:
        rules = ZoneInfo(zone)
        at = datetime.combine(FIRST - 3 * _DAY, time(), UTC)
        end = datetime.combine(LAST + 3 * _DAY, time(), UTC)
        #: (instant, local wall) at the start and at each minute after a change.
        self._starts: list[tuple[datetime, datetime]] = []
        offset = None
        while at < end:
            here = at.astimezone(rules).utcoffset()
            if here != offset:
                began = at if offset is None else self._change(at - _HOUR, at, rules)
                wall = began.astimezone(rules).replace(tzinfo=None, fold=0)
                self._starts.append((began, wall))
                offset = here
            at += _HOUR
        self._ends = [began for began, _ in self._starts[1:]] + [end]
        self.dates = frozenset(self._dates())

    @staticmethod
    def _change(low: datetime, high: datetime, rules: ZoneInfo) -> datetime:
        old = low.astimezone(rules).utcoffset()
        while low.astimezone(rules).utcoffset() == old:
            low += _MINUTE
        assert low <= high
        return low

    @property
    def clock(self) -> tuple[tuple[datetime, datetime], ...]:
        """A key that is equal for zones with identical clocks in all those years."""
        return tuple(self._starts)

    def _dates(self) -> Iterator[date]:
        for (began, wall), until in zip(self._starts, self._ends, strict=True):
            day, last = wall.date(), (wall + (until - began) - _MINUTE).date()
            while day <= last:
                if FIRST <= day <= LAST:
                    yield day
                day += _DAY

    def first(self, wall: datetime) -> datetime:
        """When the clock first showed `wall`, or passed it."""
        for (began, start), until in zip(self._starts, self._ends, strict=True):
            if wall < start:
                # Skipped when the clock was set forward to `start`.
                return began
            at = began + (wall - start)
            if at < until:
                return at
        raise AssertionError(f"the clock never shows {wall}")
