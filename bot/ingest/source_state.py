"""State of a source after each reading: interval, failures, moves. Pure.

A source that no longer exists is stopped. A permanent redirect is followed from the
third answer in a row that names it, and given up when the new address fails.

Sources of one interval are spread over it by a hash of their address, so that they are
not read at the same moment and each keeps its slot through restarts (as in MonitoRSS).
The interval follows the source's recent pace; failures double it, up to a day. A pause
that a source asks for is never shortened.

New software, new addresses or a moved archive make a feed offer everything as new. None
of it is news: it is stored as published, and its admins get a notice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import exp

from bot.ingest import addresses
from bot.model.digest import KINDS_WITH_ENTRIES, Source, SourceKind
from digests.errors import (
    DigestsError,
    SourceGone,
    SourceMissing,
    SourceRateLimited,
    SourceUnreachable,
    SourceUnreadable,
)
from digests.language.normalization import normalize_text
from digests.messages import Message
from digests.sources.completeness import Completeness, judge_source
from digests.sources.feed_entries import canonicalize_address
from digests.sources.folder import ReadProblem
from digests.types import Article, frozen


@frozen
class SourceReading:
    """What a source contains, or that it has not changed."""

    kind: SourceKind
    articles: tuple[Article, ...] = ()
    #: The source's own title, or "".
    title: str = ""
    #: Addresses of feeds that a page names.
    feeds: tuple[str, ...] = ()
    #: What could not be read, while the rest was.
    problems: tuple[ReadProblem, ...] = ()
    #: The source has not changed; there are no articles then.
    unchanged: bool = False
    #: Validators for the next request.
    etag: str | None = None
    last_modified: str | None = None
    #: The address after redirects.
    read_at: str | None = None
    #: The address of a permanent redirect.
    moved_to: str | None = None

    @property
    def completeness(self) -> Completeness:
        """Whether the entries of a feed or sitemap are whole articles."""
        return (
            judge_source(self.articles)
            if self.kind in KINDS_WITH_ENTRIES
            else "unknown"
        )


#: Answers in a row that must name the same new address before it is used.
MOVE_CONFIRMATIONS = 3
#: Problems of one reading that are stored.
SHOWN_PROBLEMS = 3


def current_address(source: Source) -> str:
    """Return the address to read: the new one once it is confirmed."""
    if source.moved_to is not None and source.moved_count >= MOVE_CONFIRMATIONS:
        return source.moved_to
    return source.address


def expected_kind(source: Source) -> SourceKind | None:
    """Return the kind that its address must have; None before the first reading.

    A page in place of a known feed is a parked domain, not content.
    """
    if source.kind == "site":
        return "feed" if current_address(source) != source.address else None
    return source.kind if source.last_success_at is not None else None


#: Feeds of one site that are compared.
MAX_COMPARED_FEEDS = 3


def list_own_feeds(source: Source, reading: SourceReading) -> tuple[str, ...]:
    """List the feeds to read in place of a site's page; () to use the reading.

    The first is what the site names first. Those that may be read instead, if they have
    more of the same articles, are on its host or on the page's.

    Raises:
        SourceUnreadable: The page of a site names no feed any more.
    """
    at_page = current_address(source) == source.address and reading.kind == "page"
    if not at_page or not (source.last_success_at is None or source.kind == "site"):
        return ()
    if source.kind == "site" and not reading.feeds:
        raise SourceUnreadable("source.feed_gone")
    article = any(a.published for a in reading.articles)
    front = addresses.is_front_page(source.address)
    if reading.feeds and (front or not article or source.kind == "site"):
        first, *others = reading.feeds
        hosts = {addresses.extract_host(one) for one in (first, source.address)}
        same = [one for one in others if addresses.extract_host(one) in hosts]
        return (first, *same[: MAX_COMPARED_FEEDS - 1])
    return ()


def is_fuller(other: SourceReading, reading: SourceReading) -> bool:
    """Whether another feed has the articles of this one in full, where it has excerpts.

    A feed of one section has other articles, and one of comments has other titles.
    """
    if reading.completeness == "full" or other.completeness != "full":
        return False
    here, there = _list_entries(reading), _list_entries(other)
    return bool(here) and len(here & there) >= len(here) / 2


def _list_entries(reading: SourceReading) -> set[tuple[str, str]]:
    return {
        (canonicalize_address(one.url), normalize_text(one.title or ""))
        for one in reading.articles
        if one.url
    }


def apply_reading(
    source: Source, reading: SourceReading, new: int, now: datetime
) -> Source:
    """Update the source after a successful reading with `new` new articles."""
    at = _measure_pace(source, reading, new, now)
    whole = reading.unchanged or bool(reading.articles)
    good = replace(
        source,
        kind=source.kind if source.kind == "site" else reading.kind,
        name=_choose_name(source, reading),
        last_success_at=now,
        problem=_join_problems(reading),
        requested_at=now,
        failures=0,
        backoff_until=None,
        # An empty answer may be incomplete: the next request must not rely on it.
        etag=reading.etag if whole else None,
        last_modified=reading.last_modified if whole else None,
        items_per_day=at,
        completeness=_judge_texts(source, reading),
    )
    every = FOLDER_INTERVAL if source.kind == "folder" else polling_interval(at)
    moved = _track_move(good, reading.moved_to)
    return replace(moved, next_poll_at=next_poll_slot(source.address, every, now))


def switch_to_feed(source: Source, feed: str, now: datetime) -> Source:
    """Switch the source to the feed that its page names."""
    return replace(
        source,
        kind="site",
        requested_at=now,
        next_poll_at=now,
        moved_to=feed,
        moved_count=MOVE_CONFIRMATIONS,
        etag=None,
        last_modified=None,
    )


def apply_failure(source: Source, error: DigestsError, now: datetime) -> Source:
    """Update the source after a failed reading, with its next attempt."""
    failed = replace(
        source,
        requested_at=now,
        failures=source.failures + 1,
        problem=error.message,
        next_poll_at=retry_time(source.address, source.failures + 1, now),
    )
    if source.kind == "folder":
        return replace(failed, next_poll_at=now + FOLDER_INTERVAL)
    if isinstance(error, SourceRateLimited):
        wait = timedelta(seconds=error.wait or USUAL_INTERVAL.total_seconds())
        until = resume_time(source.address, wait, now)
        return replace(failed, backoff_until=until, next_poll_at=until)
    if _move_failed(source, error):
        # The redirect may have been a mistake: try the first address again, soon.
        unmoved = replace(failed, moved_to=None, moved_count=0)
        again = now + USUAL_INTERVAL
        return replace(unmoved, etag=None, last_modified=None, next_poll_at=again)
    if isinstance(error, SourceGone):
        return replace(failed, stopped=True, next_poll_at=None)
    return failed


def may_be_read_early(source: Source, now: datetime, *, insist: bool) -> bool:
    """Whether it may be read before it is due; with `insist` also if it is failing."""
    if source.stopped or (source.backoff_until and source.backoff_until > now):
        return False
    failing = source.failures > 0 and source.kind != "folder"
    waits = failing and source.next_poll_at is not None and source.next_poll_at > now
    return insist or not waits


def _join_problems(reading: SourceReading) -> Message | None:
    """Name the first problems; None when there are none."""
    shown = reading.problems[:SHOWN_PROBLEMS]
    found = tuple(
        Message("source.file_problem", where=p.where, what=p.what) for p in shown
    )
    return Message("{problems}", problems=found) if found else None


def _move_failed(source: Source, error: DigestsError) -> bool:
    moved = current_address(source) != source.address
    return moved and isinstance(
        error, SourceGone | SourceMissing | SourceUnreachable | SourceUnreadable
    )


def _measure_pace(
    source: Source, reading: SourceReading, new: int, now: datetime
) -> float | None:
    if source.kind == "folder":
        return None
    if source.last_success_at is None:
        return estimate_pace((a.published for a in reading.articles), now)
    return update_pace(source.items_per_day, new, now - source.last_success_at)


def _choose_name(source: Source, reading: SourceReading) -> str:
    """The source's own title, unless an admin gave it a name."""
    if source.name not in (source.address, addresses.mask_secrets(source.address)):
        return source.name
    if reading.kind == "page":
        # A page's title is its article's headline, not the outlet's name.
        return addresses.extract_host(source.address) or source.name
    return reading.title or source.name


def _judge_texts(source: Source, reading: SourceReading) -> str | None:
    """Judge what was read; an answer that shows nothing changes nothing."""
    found = reading.completeness
    return source.completeness if found == "unknown" else found


def _track_move(source: Source, redirect: str | None) -> Source:
    """Count how many answers in a row named the same new address."""
    if source.kind == "site" or addresses.has_password(source.address):
        # The page names the feed of a site; a password belongs to its own host only.
        return source
    if redirect is None:
        followed = current_address(source) != source.address
        return source if followed else replace(source, moved_to=None, moved_count=0)
    if redirect in (source.moved_to, current_address(source)):
        return replace(source, moved_count=source.moved_count + 1)
    return replace(source, moved_to=redirect, moved_count=1)


#: Folders are cheap to read, and a person who adds a file waits for the result.
FOLDER_INTERVAL = timedelta(minutes=1)
SHORTEST_INTERVAL, USUAL_INTERVAL = timedelta(minutes=5), timedelta(minutes=15)
LONGEST_INTERVAL = timedelta(hours=6)
LONGEST_BACKOFF = timedelta(days=1)

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Items per day from which on a source is busy, and below which it is slow.
_BUSY, _SLOW = 96.0, 4.0
#: The time constant of the mean pace.
_PACE_MEMORY = timedelta(days=3)
#: Older articles do not count for the present pace.
_PACE_WINDOW = timedelta(days=7)
_SHORTEST_SPAN = timedelta(hours=1)
#: Part of a pause over which sources with the same pause are spread.
_SPREAD = 0.1


def polling_interval(items_per_day: float | None) -> timedelta:
    """Compute the time between readings: five minutes (busy) to six hours (silent)."""
    if items_per_day is None or _SLOW <= items_per_day <= _BUSY:
        return USUAL_INTERVAL
    if items_per_day > _BUSY:
        return max(SHORTEST_INTERVAL, USUAL_INTERVAL * (_BUSY / items_per_day))
    slowest = _SLOW * (USUAL_INTERVAL / LONGEST_INTERVAL)
    return USUAL_INTERVAL * (_SLOW / max(items_per_day, slowest))


def next_poll_slot(address: str, every: timedelta, now: datetime) -> datetime:
    """Compute the source's next slot, at least half an interval away."""
    offset = every * _address_fraction(address)
    soonest = now + every / 2 - offset - _EPOCH
    passed = -(-soonest // every)
    return _EPOCH + passed * every + offset


def retry_time(address: str, failures: int, now: datetime) -> datetime:
    """Compute when to try again after `failures` (1 or more) failures in a row."""
    doubled: timedelta = USUAL_INTERVAL * 2 ** min(failures - 1, 10)
    wait = min(doubled, LONGEST_BACKOFF / (1 + _SPREAD))
    return now + wait * (1 + _SPREAD * _address_fraction(address))


def resume_time(address: str, wait: timedelta, now: datetime) -> datetime:
    """Compute when to read a source that asked for a pause: never before its end."""
    spread = min(wait * _SPREAD, SHORTEST_INTERVAL) * _address_fraction(address)
    return now + wait + spread


def estimate_pace(published: Iterable[datetime | None], now: datetime) -> float | None:
    """Estimate items per day from the dates of a first reading; None without dates."""
    dates = [at for at in published if at is not None]
    if not dates:
        return None
    recent = [at for at in dates if now - at <= _PACE_WINDOW]
    if not recent:
        return 0.0
    span = max(now - min(recent), _SHORTEST_SPAN)
    return len(recent) * (_DAY / span)


def update_pace(before: float | None, new: int, elapsed: timedelta) -> float:
    """Update the items per day with `new` more since the last successful reading.

    An exponential mean: a value of three days ago has a third of the weight.
    """
    elapsed = max(elapsed, timedelta(seconds=1))
    now = new * (_DAY / elapsed)
    if before is None:
        return now if elapsed >= _SHORTEST_SPAN else new * (_DAY / USUAL_INTERVAL)
    kept = exp(-(elapsed / _PACE_MEMORY))
    return kept * before + (1 - kept) * now


def _address_fraction(address: str) -> float:
    """Hash the address to a fraction from 0 to 1."""
    digest = sha256(address.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


#: A flood has more articles than this, and a greater part of them is new.
FLOOD_MIN_ARTICLES, FLOOD_MIN_SHARE = 20, 0.8
#: After a gap of this length between readings, everything new counts as news.
OUTAGE = timedelta(hours=6)


def is_flood(
    source: Source, offered: int, new: Sequence[Article], now: datetime
) -> bool:
    """Whether so many articles are new that they cannot be news.

    Args:
        source: Its state before this reading; a first reading is no flood.
        offered: How many articles were read.
        new: Those of which this revision is not stored.
        now: The present instant.
    """
    last = source.last_success_at
    if last is None or source.kind in ("folder", "page"):
        return False
    odd = len(new)
    if now - last >= OUTAGE:
        odd -= sum(a.published is not None and last < a.published < now for a in new)
    return offered > FLOOD_MIN_ARTICLES and odd > FLOOD_MIN_SHARE * offered
