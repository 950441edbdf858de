"""Measurements of the whole service for `/metrics`: waiting work and its delay.

They cover all workspaces and contain no names, ids or texts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from bot.model import Measurement
from bot.storage.schema import (
    deliveries,
    destinations,
    occurrences,
    schedules,
    sources,
    workspaces,
)

#: States in which a delivery still needs work. Finished deliveries are not counted:
#: their number, and the cost of counting them, would grow for ever.
_PENDING_STATES = ("ready", "sending", "retry", "uncertain", "held")


def list_measurements(conn: Connection, *, now: datetime) -> tuple[Measurement, ...]:
    """Count the work that waits at `now`, using indexes and small tables only."""
    return (
        Measurement(
            name="deliveries",
            help="Deliveries that are not finished, by state.",
            label="state",
            values=_count_pending_deliveries(conn),
        ),
        Measurement(
            name="occurrences",
            help="Occurrences that are not composed yet, by state.",
            label="state",
            values=_count_by(
                conn,
                occurrences.c.state,
                occurrences.c.state.in_(("due", "deferred")),
                ("due", "deferred"),
            ),
        ),
        Measurement(
            name="schedule_delay_seconds",
            help="How long the earliest due schedule has been waiting, or 0.",
            values={"": _find_delay(conn, select(func.min(_NEXT_DUE)), now)},
        ),
        Measurement(
            name="poll_delay_seconds",
            help="How long the earliest due source has been waiting, or 0.",
            values={"": _find_delay(conn, _NEXT_POLL, now)},
        ),
        Measurement(
            name="sources",
            help="Sources, by health.",
            label="state",
            values=_count_sources(conn),
        ),
        Measurement(
            name="workspaces",
            help="Workspaces, by whether their platform accepts messages.",
            label="state",
            values=_count_stopped(conn, workspaces.c.stopped, "stopped"),
        ),
        Measurement(
            name="destinations",
            help="Destinations, by whether they are posted to.",
            label="state",
            values=_count_stopped(conn, destinations.c.paused, "paused"),
        ),
    )


_NEXT_DUE = schedules.c.next_due_at
_NEXT_POLL = select(func.min(sources.c.next_poll_at)).where(~sources.c.stopped)


def _count_pending_deliveries(conn: Connection) -> Mapping[str, float]:
    return _count_by(
        conn,
        deliveries.c.state,
        deliveries.c.state.in_(_PENDING_STATES),
        _PENDING_STATES,
    )


def _count_sources(conn: Connection) -> Mapping[str, float]:
    state = case(
        (sources.c.stopped, "stopped"), (sources.c.failures > 0, "failing"), else_="ok"
    )
    return _count_by(conn, state, None, ("ok", "failing", "stopped"))


def _count_stopped(conn: Connection, reason: Any, stopped: str) -> Mapping[str, float]:
    state = case((reason.is_(None), "working"), else_=stopped)
    return _count_by(conn, state, None, ("working", stopped))


def _count_by(
    conn: Connection, state: Any, where: Any, known: tuple[str, ...]
) -> Mapping[str, float]:
    """Count rows by state; states without rows are 0, so that no series disappears."""
    query = select(state, func.count()).group_by(state)
    rows = conn.execute(query if where is None else query.where(where))
    return dict.fromkeys(known, 0.0) | {row[0]: float(row[1]) for row in rows}


def _find_delay(conn: Connection, query: Select[Any], now: datetime) -> float:
    earliest = conn.execute(query).scalar()
    return max(0.0, (now - earliest).total_seconds()) if earliest else 0.0
