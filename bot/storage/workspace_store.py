"""Verbs on workspaces: the unit of tenancy, made when the bot first meets one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from bot.storage.dialects import insert
from bot.storage.schema import workspaces
from bot.types import PlatformName, Workspace


def ensure(
    connection: Connection,
    *,
    platform: PlatformName,
    external_id: str,
    name: str,
    now: datetime,
    zone: str | None = None,
    locale: str | None = None,
    takes_back: bool = True,
) -> Workspace:
    """Make the workspace, or change it; a zone or locale not given stays.

    One whose messages the platform refused gets messages again; what was claimed before
    `now`, and refused, stops it no more. One that the bot had left is back with
    everything it had, unless whoever calls takes it back by itself.
    """
    changes: dict[str, Any] = {"name": name}
    changes |= {"stopped": None, "retest_at": None, "back_at": now}
    changes |= {"left_at": None} if takes_back else {}
    changes |= {"zone": zone} if zone is not None else {}
    changes |= {"locale": locale} if locale is not None else {}
    row = connection.execute(
        insert(connection, workspaces)
        .values(
            platform=platform,
            external_id=external_id,
            name=name,
            zone=zone or "UTC",
            locale=locale or "en",
            created_at=now,
            back_at=now,
        )
        .on_conflict_do_update(index_elements=["platform", "external_id"], set_=changes)
        .returning(workspaces)
    ).one()
    return noun(row)


def by_id(connection: Connection, *, workspace_id: int) -> Workspace | None:
    """Find the workspace of this key."""
    found = connection.execute(
        select(workspaces).where(workspaces.c.id == workspace_id)
    ).first()
    return noun(found) if found else None


def hold(connection: Connection, *, workspace_id: int) -> None:
    """Let nobody else change the workspace's set-up until this transaction ends."""
    connection.execute(
        select(workspaces.c.id).where(workspaces.c.id == workspace_id).with_for_update()
    )


def by_external(
    connection: Connection, *, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the workspace that the platform calls `external_id`."""
    found = connection.execute(
        select(workspaces).where(
            workspaces.c.platform == platform, workspaces.c.external_id == external_id
        )
    ).first()
    return noun(found) if found else None


def present(
    connection: Connection, *, platform: PlatformName, external_id: str
) -> Workspace | None:
    """Find the same, unless the bot was removed from there."""
    found = connection.execute(
        select(workspaces).where(
            workspaces.c.platform == platform,
            workspaces.c.external_id == external_id,
            workspaces.c.left_at.is_(None),
        )
    ).first()
    return noun(found) if found else None


def move(connection: Connection, *, workspace_id: int, zone: str) -> None:
    """Say in which zone its people live."""
    connection.execute(
        update(workspaces).where(workspaces.c.id == workspace_id).values(zone=zone)
    )


def every(connection: Connection, *, left: bool = False) -> tuple[Workspace, ...]:
    """List the workspaces that the bot is in, the oldest first.

    With `left` also those that it was removed from, as long as they are kept.
    """
    query = select(workspaces).order_by(workspaces.c.id)
    if not left:
        query = query.where(workspaces.c.left_at.is_(None))
    return tuple(map(noun, connection.execute(query)))


def left(connection: Connection) -> tuple[tuple[Workspace, datetime], ...]:
    """List those that the bot was removed from, each with since when."""
    found = connection.execute(
        select(workspaces)
        .where(workspaces.c.left_at.is_not(None))
        .order_by(workspaces.c.id)
    )
    return tuple((noun(row), row.left_at) for row in found)


def leave(connection: Connection, *, workspace_id: int, now: datetime) -> None:
    """Note that the bot was removed: nothing is due there until it comes back."""
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace_id, workspaces.c.left_at.is_(None))
        .values(left_at=now)
    )


def stop(
    connection: Connection,
    *,
    workspace_id: int,
    reason: str,
    retest_at: datetime,
    asked_at: datetime | None = None,
) -> bool:
    """Post nothing there; `reason` is a sentence for people. False: stopped before.

    At `retest_at` one message tries whether it works again. An answer to what was
    `asked_at` a time before the bot came back says nothing of now, and stops nothing.
    """
    where = [workspaces.c.id == workspace_id, workspaces.c.stopped.is_(None)]
    if asked_at is not None:
        back = workspaces.c.back_at
        where.append(or_(back.is_(None), back <= asked_at))
    done = connection.execute(
        update(workspaces).where(*where).values(stopped=reason, retest_at=retest_at)
    )
    return done.rowcount > 0


def try_again(connection: Connection, *, now: datetime) -> None:
    """Let every stopped workspace be tried at once: there may be a new token."""
    connection.execute(
        update(workspaces)
        .where(workspaces.c.stopped.is_not(None))
        .values(retest_at=now)
    )


def noun(row: Row[Any]) -> Workspace:
    """Make the noun of a row of the table."""
    return Workspace(
        id=row.id,
        platform=row.platform,
        external_id=row.external_id,
        name=row.name,
        zone=row.zone,
        locale=row.locale,
        stopped=row.stopped,
    )
