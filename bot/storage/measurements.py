"""Measurements of the whole service for `/metrics`: waiting work and its delay.

They cover all workspaces and contain no names, ids or texts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from bot.model import Measurement
from bot.model.jobs import LOST_AFTER
from bot.storage.job_store import QueueState, find_queue_state
from bot.storage.schema import (
    deliveries,
    destinations,
    occurrences,
    schedules,
    sources,
    workspaces,
)
from bot.storage.statements import Condition, first_scalar

#: States in which a delivery still needs work. Finished deliveries are not counted:
#: their number, and the cost of counting them, would grow for ever.
_PENDING_STATES = ("ready", "sending", "retry", "uncertain", "held")
_OPEN_STATES = ("due", "deferred")


def list_measurements(conn: Connection, now: datetime) -> tuple[Measurement, ...]:
    """Count the work that waits at `now`, using indexes and small tables only."""
    health = case(
        (sources.c.stopped, "stopped"), (sources.c.failures > 0, "failing"), else_="ok"
    )
    accepts = case((workspaces.c.stopped.is_(None), "working"), else_="stopped")
    posted_to = case((destinations.c.paused.is_(None), "working"), else_="paused")
    sending, planned = deliveries.c.state, occurrences.c.state
    schedule = select(func.min(schedules.c.next_due_at))
    poll = select(func.min(sources.c.next_poll_at)).where(~sources.c.stopped)
    return (
        _measure_states(
            "pending_deliveries",
            "Messages that are not finished, by state.",
            _count_by(conn, sending, _PENDING_STATES, sending.in_(_PENDING_STATES)),
        ),
        _measure_states(
            "occurrences",
            "Due editions that are not composed yet, by state.",
            _count_by(conn, planned, _OPEN_STATES, planned.in_(_OPEN_STATES)),
        ),
        Measurement(
            name="schedule_delay_seconds",
            help="How long the earliest due schedule has been waiting, or 0.",
            values={"": _find_delay(conn, schedule, now)},
        ),
        Measurement(
            name="poll_delay_seconds",
            help="How long the earliest due source has been waiting, or 0.",
            values={"": _find_delay(conn, poll, now)},
        ),
        _measure_states(
            "sources",
            "Sources, by whether they can be read.",
            _count_by(conn, health, ("ok", "failing", "stopped")),
        ),
        _measure_states(
            "workspaces",
            "Workspaces, by whether their platform accepts messages.",
            _count_by(conn, accepts, ("working", "stopped")),
        ),
        _measure_states(
            "destinations",
            "Destinations, by whether they are posted to.",
            _count_by(conn, posted_to, ("working", "paused")),
        ),
        # Nothing where one process does everything.
        *(
            measure_queue(state)
            if (state := find_queue_state(conn, LOST_AFTER))
            else ()
        ),
    )


def measure_queue(state: QueueState) -> tuple[Measurement, ...]:
    """Describe the queue of several processes."""
    return (
        Measurement(
            name="waiting_jobs",
            help="Jobs that wait for a worker, by queue.",
            label="queue",
            values={queue: float(count) for queue, count in state.waiting.items()},
        ),
        Measurement(
            name="longest_job_wait_seconds",
            help="How long the oldest waiting job has waited, or 0.",
            values={"": state.longest_wait.total_seconds()},
        ),
    )


def _measure_states(name: str, text: str, values: Mapping[str, float]) -> Measurement:
    return Measurement(name=name, help=text, label="state", values=values)


def _count_by(
    conn: Connection,
    state: ColumnElement[str],
    known: tuple[str, ...],
    *where: Condition,
) -> Mapping[str, float]:
    """Count rows by state; states without rows are 0, so that no series disappears."""
    query = select(state, func.count()).where(*where).group_by(state)
    return dict.fromkeys(known, 0.0) | {
        name: float(count) for name, count in conn.execute(query)
    }


def _find_delay(conn: Connection, query: Select[Any], now: datetime) -> float:
    earliest = first_scalar(conn, query)
    return max(0.0, (now - earliest).total_seconds()) if earliest else 0.0
