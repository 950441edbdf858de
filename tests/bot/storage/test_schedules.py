import asyncio
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.model import DueMoment
from bot.model.scope import Scope
from bot.storage import Connection, Database, schedule_store, workspace_store
from digests.messages import Message
from tests.bot.storage.builders import NOW, Tenant, a_due, a_tenant, an_occurrence


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await database.write(a_tenant)


def schedule_at(*dues: DueMoment | None) -> list[schedule_store.NewSchedule]:
    return [
        schedule_store.NewSchedule(
            sentence=f"sentence {number}",
            rule={"at": ["08:30"], "days": [0, 4]},
            zone="Europe/Berlin",
            next=due,
        )
        for number, due in enumerate(dues)
    ]


def replace(
    connection: Connection, tenant: Tenant, *dues: DueMoment | None
) -> tuple[schedule_store.StoredSchedule, ...]:
    return schedule_store.replace_schedules(
        connection,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        rows=schedule_at(*dues),
    )


async def test_a_schedule_comes_back_as_it_was_given(
    database: Database, tenant: Tenant
):
    (stored,) = await database.write(replace, tenant, a_due())

    assert stored.sentence == "sentence 0"
    assert stored.rule == {"at": ["08:30"], "days": [0, 4]}
    assert stored.zone == "Europe/Berlin"
    assert stored.next == a_due()


async def test_replacing_takes_the_place_of_all_before(
    database: Database, tenant: Tenant
):
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "digest_id": tenant.digest.id,
    }
    await database.write(replace, tenant, a_due(), a_due(slot="18:00"))

    after = await database.write(replace, tenant, None)

    assert await database.read(schedule_store.list_schedules, **key) == after
    assert [schedule.next for schedule in after] == [None]
    assert await database.read(schedule_store.find_next_schedule_at) is None


async def test_what_is_due_comes_earliest_first_and_up_to_now(
    database: Database, tenant: Tenant
):
    moments = [NOW + timedelta(minutes=minutes) for minutes in (0, -5, 1, -9)]
    await database.write(replace, tenant, *(a_due(at=moment) for moment in moments))

    due = await database.read(schedule_store.list_due_schedules, now=NOW)
    first = await database.read(schedule_store.list_due_schedules, now=NOW, limit=1)

    found = [schedule.next.at for schedule in due if schedule.next]
    assert found == [moments[3], moments[1], moments[0]]
    assert first == due[:1]
    assert await database.read(schedule_store.find_next_schedule_at) == moments[3]


async def test_an_advanced_schedule_is_due_at_its_next_moment(
    database: Database, tenant: Tenant
):
    (stored,) = await database.write(replace, tenant, a_due())
    later = a_due(at=NOW + timedelta(days=1), local_date=date(2026, 3, 5))
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "schedule_id": stored.id,
    }

    assert await database.write(schedule_store.advance_schedule, **key, next=later)

    assert await database.read(schedule_store.list_due_schedules, now=NOW) == ()
    assert await database.read(schedule_store.find_next_schedule_at) == later.at


async def test_a_schedule_replaced_meanwhile_is_not_advanced(
    database: Database, tenant: Tenant
):
    (old,) = await database.write(replace, tenant, a_due())
    (new,) = await database.write(replace, tenant, a_due())

    done = await database.write(
        schedule_store.advance_schedule,
        Scope(tenant.workspace.id),
        schedule_id=old.id,
        next=None,
    )

    assert not done
    assert new.id != old.id
    assert await database.read(schedule_store.list_due_schedules, now=NOW) == (new,)


async def test_nothing_is_due_where_the_bot_was_removed(
    database: Database, tenant: Tenant
):
    await database.write(replace, tenant, a_due())
    await database.write(
        workspace_store.mark_workspace_left, Scope(tenant.workspace.id), now=NOW
    )

    assert await database.read(schedule_store.list_due_schedules, now=NOW) == ()
    assert await database.read(schedule_store.find_next_schedule_at) is None


def test_the_due_moment_is_found_by_an_index(sqlite_url: str):
    query = (
        "EXPLAIN QUERY PLAN SELECT schedules.id FROM schedules "
        "JOIN workspaces ON workspaces.id = schedules.workspace_id "
        "WHERE workspaces.left_at IS NULL AND next_due_at <= 0 "
        "ORDER BY next_due_at, schedules.id LIMIT 500"
    )
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
        plan = str(file.execute(query).fetchall())

    assert "INDEX ix_schedules_next_due_at" in plan
    assert "TEMP B-TREE" not in plan


async def test_an_occurrence_is_planned_once(database: Database, tenant: Tenant):
    first = await database.write(an_occurrence, tenant)
    again = await database.write(an_occurrence, tenant)
    other_slot = await database.write(an_occurrence, tenant, slot="18:00")

    assert first is not None
    assert again is None
    assert other_slot is not None
    assert (first.state, first.due_at, first.local_date) == (
        "due",
        NOW,
        date(2026, 3, 4),
    )


async def test_a_race_of_planners_ends_in_one_occurrence(database_url: str):
    planners = [Database.open(database_url) for _ in range(4)]
    tenant = await planners[0].write(a_tenant)

    found = await asyncio.gather(
        *(planner.write(an_occurrence, tenant) for planner in planners * 4)
    )

    assert len([one for one in found if one is not None]) == 1
    assert (
        len(
            await planners[0].read(
                schedule_store.list_due_occurrences, now=NOW, limit=10
            )
        )
        == 1
    )
    for planner in planners:
        await planner.close()


async def test_the_table_itself_refuses_a_second_occurrence(
    database: Database, tenant: Tenant
):
    await database.write(an_occurrence, tenant)

    def insert_again(connection: Connection) -> None:
        connection.exec_driver_sql(
            "INSERT INTO occurrences (workspace_id, digest_id, local_date, slot,"
            " due_at, zone, trigger, state, late) SELECT workspace_id, digest_id,"
            " local_date, slot, due_at, zone, trigger, state, late FROM occurrences"
        )

    with pytest.raises(IntegrityError):
        await database.write(insert_again)


async def test_an_occurrence_is_finished_once(database: Database, tenant: Tenant):
    planned = await database.write(an_occurrence, tenant)
    assert planned is not None
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "occurrence_id": planned.id,
    }

    first = await database.write(
        schedule_store.finish_occurrence,
        **key,
        state="skipped",
        reason=Message("Nothing new."),
    )
    again = await database.write(
        schedule_store.finish_occurrence, **key, state="composed"
    )

    (finished,) = await database.read(
        schedule_store.list_newest_occurrences,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        count=9,
    )
    assert (first, again) == (True, False)
    assert (finished.state, str(finished.reason)) == ("skipped", "Nothing new.")
    assert (
        await database.read(schedule_store.list_due_occurrences, now=NOW, limit=10)
        == ()
    )


async def test_a_deferred_occurrence_comes_back_when_its_time_has_come(
    database: Database, tenant: Tenant
):
    planned = await database.write(an_occurrence, tenant)
    assert planned is not None
    key: dict[str, Any] = {
        "scope": Scope(tenant.workspace.id),
        "occurrence_id": planned.id,
    }
    morning = NOW + timedelta(hours=2)

    deferred = await database.write(
        schedule_store.defer_occurrence, **key, until=morning
    )

    assert deferred
    assert (
        await database.read(schedule_store.list_due_occurrences, now=NOW, limit=10)
        == ()
    )
    assert await database.read(schedule_store.find_next_deferred_at) == morning
    (back,) = await database.read(
        schedule_store.list_due_occurrences, now=morning, limit=10
    )
    assert (back.id, back.state) == (planned.id, "deferred")
    assert await database.write(
        schedule_store.finish_occurrence, **key, state="composed"
    )
    assert await database.read(schedule_store.find_next_deferred_at) is None


async def test_a_late_occurrence_is_marked(database: Database, tenant: Tenant):
    late = await database.write(
        schedule_store.plan_occurrence,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        due=a_due(),
        zone="UTC",
        trigger="schedule",
        late=True,
    )

    assert late is not None
    assert late.late


async def test_the_newest_occurrences_come_first(database: Database, tenant: Tenant):
    for hours in (1, 3, 2):
        await database.write(
            an_occurrence, tenant, at=NOW + timedelta(hours=hours), slot=str(hours)
        )

    newest = await database.read(
        schedule_store.list_newest_occurrences,
        Scope(tenant.workspace.id),
        digest_id=tenant.digest.id,
        count=2,
    )

    assert [occurrence.slot for occurrence in newest] == ["3", "2"]


async def test_the_last_occurrence_of_each_digest_is_that_of_its_own_workspace(
    database: Database,
):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")
    for tenant in (one, two):
        for hours in (1, 3, 2):
            at = NOW + timedelta(hours=hours)
            await database.write(an_occurrence, tenant, at=at, slot=str(hours))

    last = await database.read(
        schedule_store.find_last_occurrences,
        Scope(one.workspace.id),
        digest_ids=[one.digest.id, two.digest.id],
    )

    assert {key: found.slot for key, found in last.items()} == {one.digest.id: "3"}


async def test_no_occurrence_of_a_digest_in_another_workspace(database: Database):
    one = await database.write(a_tenant, name="one")
    two = await database.write(a_tenant, name="two")

    with pytest.raises(IntegrityError):
        await database.write(
            schedule_store.plan_occurrence,
            Scope(one.workspace.id),
            digest_id=two.digest.id,
            due=a_due(),
            zone="UTC",
            trigger="schedule",
        )
