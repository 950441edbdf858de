"""A person's own digest: set up, stopped and started; verbs for one transaction.

It is told at most a few times a day, at times of its person's own zone. What it reads
and lets in is not stored with it: see `bot.storage.tastes`.
"""

from dataclasses import dataclass
from datetime import datetime

from bot import planning, schedules
from bot.errors import UserError
from bot.schedules import Interval, Schedule
from bot.storage import Connection, destinations, digests, personal, readers
from bot.storage import schedules as timetable
from bot.storage.readers import Whose
from bot.types import Digest

#: Times a day, at the most: it comes as a private message.
TIMES = 3
#: People of one workspace who can have one: each is composed for itself, and a crowd
#: that joins to order them must not keep the others waiting for hours.
MOST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How somebody wants their own digest."""

    #: A schedule sentence, or a time alone; "" = as it is.
    when: str
    #: The language of its articles, as a code; "" = as it is.
    language: str
    #: The zone of times that name none.
    zone: str
    #: What it is called, in its person's language.
    title: str


def set_up(conn: Connection, *, whose: Whose, wish: Wish, now: datetime) -> Digest:
    """Make the digest, or change it; stopped, it goes on.

    Raises:
        UserError: The time is none, or there is none yet; the language is none.
    """
    before = personal.of_person(conn, **whose)
    if before is None and not wish.when:
        raise UserError("Say when it should come: /news me 7:30")
    if before is None and _full(conn, whose["workspace_id"]):
        raise UserError(
            "{most} people of this workspace have a digest of their own already; "
            "it serves no more.",
            most=MOST,
        )
    rule = _rule(wish.when, wish.zone) if wish.when else None
    language = wish.language or (
        before.language
        if before
        else personal.language_here(conn, workspace_id=whose["workspace_id"])
    )
    own = personal.ensure(conn, **whose, name=wish.title, language=language)
    if rule is not None:
        _schedule(conn, own, rule, now)
        readers.choose(conn, **whose, chosen={"zone": rule.zone})
    return start(conn, whose=whose) or own


def stop(conn: Connection, *, whose: Whose) -> Digest | None:
    """Let it come no more until `start`; None: there is none."""
    own = personal.of_person(conn, **whose)
    if own is None:
        return None
    return digests.pause(conn, workspace_id=whose["workspace_id"], digest_id=own.id)


def start(conn: Connection, *, whose: Whose) -> Digest | None:
    """Let it come again, also where messages to its person did not arrive."""
    own = personal.of_person(conn, **whose)
    if own is None:
        return None
    here = {"workspace_id": whose["workspace_id"]}
    for place in own.destinations:
        destinations.resume(conn, **here, destination_id=place.id)
    readers.choose(conn, **whose, chosen={"told_pause": None})
    return digests.resume(conn, **here, digest_id=own.id)


def _full(conn: Connection, workspace_id: int) -> bool:
    return personal.count(conn, workspace_id=workspace_id) >= MOST


def _rule(said: str, zone: str) -> Schedule:
    rule = schedules.parse(said, zone)
    if isinstance(rule.rule, Interval) or len(rule.rule) > TIMES:
        raise UserError(
            "Your own digest comes at up to {times} times of a day: /news me "
            "7:30, or /news me weekdays at 7:30 and 18:00 Europe/London",
            times=TIMES,
        )
    return rule


def _schedule(conn: Connection, own: Digest, rule: Schedule, now: datetime) -> None:
    sentence = schedules.say(rule)
    if own.schedules == (sentence,):
        return
    key = {"workspace_id": own.workspace_id, "digest_id": own.id}
    (first,) = planning.first_dues(conn, **key, rules=[rule], now=now)
    row = timetable.NewSchedule(
        sentence=sentence, rule=schedules.to_json(rule), zone=rule.zone, next=first
    )
    timetable.replace(conn, **key, rows=[row])
