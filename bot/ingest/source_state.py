"""What a reading makes of a source: old state and answer in, new state out; pure.

Nothing is stored or asked here. A source that ended is stopped; an address that moved
for good is followed from the third answer in a row that says so, and left again when
it fails.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.intake import addresses, cadence
from bot.intake.readings import Reading
from bot.types import Source, SourceKind
from digests.errors import DigestsError, Gone, Limited, Missing, Unreachable, Unreadable

#: So many answers in a row must name the same new address before it is used.
SURE_OF_MOVE = 3
#: Problems of one reading that are kept in words.
SHOWN = 3


def address_of(source: Source) -> str:
    """Where the source is really read: where it moved to, once that is sure."""
    if source.moved_to is not None and source.moved_seen >= SURE_OF_MOVE:
        return source.moved_to
    return source.address


def kind_of(source: Source) -> SourceKind | None:
    """What stands where it is read; None while that is to be found out.

    A page in the place of a known feed is a parked domain, and never content.
    """
    if source.kind == "site":
        return "feed" if address_of(source) != source.address else None
    return source.kind if source.last_good is not None else None


def own_feed(source: Source, reading: Reading) -> str | None:
    """The feed to read in place of a site's page; None: it is what it should be.

    Raises:
        Unreadable: The page of a site names no feed any more.
    """
    at_page = address_of(source) == source.address and reading.kind == "page"
    if not at_page or not (source.last_good is None or source.kind == "site"):
        return None
    if source.kind == "site" and not reading.feeds:
        raise Unreadable("The page names no feed any more.")
    article = any(a.published for a in reading.articles)
    front = addresses.is_front_page(source.address)
    if reading.feeds and (front or not article or source.kind == "site"):
        return reading.feeds[0]
    return None


def after_reading(source: Source, reading: Reading, new: int, now: datetime) -> Source:
    """The source after a good reading with so many new articles."""
    at = _pace(source, reading, new, now)
    whole = reading.unchanged or bool(reading.articles)
    good = replace(
        source,
        kind=source.kind if source.kind == "site" else reading.kind,
        name=_name(source, reading),
        last_good=now,
        problem=_problems(reading),
        asked_at=now,
        failures=0,
        rest_until=None,
        # An empty answer may be half of one: it is not to be taken for the last word.
        etag=reading.etag if whole else None,
        last_modified=reading.last_modified if whole else None,
        items_a_day=at,
    )
    every = cadence.FOLDER if source.kind == "folder" else cadence.interval(at)
    moved = _moved(good, reading.moved_to)
    return replace(moved, next_poll_at=cadence.next_slot(source.address, every, now))


def at_its_feed(source: Source, feed: str, now: datetime) -> Source:
    """The source, read from now on at the feed that its page names."""
    return replace(
        source,
        kind="site",
        asked_at=now,
        next_poll_at=now,
        moved_to=feed,
        moved_seen=SURE_OF_MOVE,
        etag=None,
        last_modified=None,
    )


def after_failure(source: Source, error: DigestsError, now: datetime) -> Source:
    """The source after a reading that failed, with what is done about it."""
    failed = replace(
        source,
        asked_at=now,
        failures=source.failures + 1,
        problem=str(error),
        next_poll_at=cadence.after_failures(source.address, source.failures + 1, now),
    )
    if source.kind == "folder":
        return replace(failed, next_poll_at=now + cadence.FOLDER)
    if isinstance(error, Limited):
        wait = timedelta(seconds=error.wait or cadence.USUAL.total_seconds())
        until = cadence.after_pause(source.address, wait, now)
        return replace(failed, rest_until=until, next_poll_at=until)
    if _lost(source, error):
        # It may have been moved by mistake: look at the first address again, soon.
        again = now + cadence.USUAL
        return replace(
            failed,
            moved_to=None,
            moved_seen=0,
            etag=None,
            last_modified=None,
            next_poll_at=again,
        )
    if isinstance(error, Gone):
        return replace(failed, stopped=True, next_poll_at=None)
    return failed


def may_be_asked(source: Source, now: datetime, *, insist: bool) -> bool:
    """Whether a reading out of turn is allowed.

    Args:
        source: The source.
        now: The time.
        insist: Somebody asks for it by hand: a failing source is tried as well.
    """
    if source.stopped or (source.rest_until and source.rest_until > now):
        return False
    failing = source.failures > 0 and source.kind != "folder"
    waits = failing and source.next_poll_at is not None and source.next_poll_at > now
    return insist or not waits


def _problems(reading: Reading) -> str | None:
    """The first problems in words; None when there are none."""
    told = (f"{p.where}: {p.what}" for p in reading.problems[:SHOWN])
    return " ".join(told) or None


def _lost(source: Source, error: DigestsError) -> bool:
    moved = address_of(source) != source.address
    return moved and isinstance(error, Gone | Missing | Unreachable | Unreadable)


def _pace(source: Source, reading: Reading, new: int, now: datetime) -> float | None:
    if source.kind == "folder":
        return None
    if source.last_good is None:
        return cadence.first_pace((a.published for a in reading.articles), now)
    return cadence.pace(source.items_a_day, new, now - source.last_good)


def _name(source: Source, reading: Reading) -> str:
    """Its own title, as long as nobody gave it a name but its address."""
    if source.name not in (source.address, addresses.shown(source.address)):
        return source.name
    if reading.kind == "page":
        # A page's title is its article's headline, not the outlet's name.
        return addresses.host_of(source.address) or source.name
    return reading.title or source.name


def _moved(source: Source, said: str | None) -> Source:
    """Count how often in a row the answer named the same new address."""
    if source.kind == "site" or addresses.has_password(source.address):
        # The page says where its feed is; and a password is for the host that it was
        # written for.
        return source
    if said is None:
        followed = address_of(source) != source.address
        return source if followed else replace(source, moved_to=None, moved_seen=0)
    if said in (source.moved_to, address_of(source)):
        return replace(source, moved_seen=source.moved_seen + 1)
    return replace(source, moved_to=said, moved_seen=1)
