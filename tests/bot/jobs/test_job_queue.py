"""Jobs on PostgreSQL: stored with their reason, in fair turns, done again when lost."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import text

from bot.jobs import job_queue
from bot.jobs.job_queue import JobQueue, read_table_scripts
from bot.model.jobs import WORKSPACE_SLOTS, DeliveryShare, JobRequest
from bot.operations import health_checks
from bot.storage import (
    Connection,
    Database,
    job_requests,
    job_store,
    job_tables,
    workspace_store,
)
from bot.storage.measurements import list_measurements
from tests.bot.storage.builders import NOW

pytestmark = pytest.mark.postgres
LOST_AFTER = timedelta(seconds=14)


@pytest.fixture
def database(shared_database: Database) -> Database:
    return shared_database


@pytest.fixture
async def queue(database: Database, queue_url: str) -> AsyncIterator[JobQueue]:
    """The queue, connected, as a worker has it."""
    made = JobQueue(queue_url, shared=frozenset({"discord"}))
    async with made.app.open_async():
        yield made


def compose(digest_id: int, workspace_id: int = 1, **changes) -> JobRequest:
    return JobRequest(
        task="compose", workspace_id=workspace_id, subject_id=digest_id, **changes
    )


def request(conn: Connection, *requests: JobRequest) -> None:
    for one in requests:
        job_requests.request_job(conn, one)


def a_workspace(conn: Connection, platform: str, name: str) -> int:
    return workspace_store.upsert_workspace(
        conn, platform=platform, external_id=name, name=name, zone="UTC", now=NOW
    ).id


def list_names(conn: Connection, status: str = "todo") -> list[str]:
    query = "SELECT queueing_lock FROM procrastinate_jobs WHERE status = :status"
    rows = conn.execute(text(f"{query} ORDER BY priority DESC, id"), {"status": status})
    return list(rows.scalars())


async def begin(queue: JobQueue, name: str = "publish") -> str:
    """Take the next job, as a worker does; return its subject."""
    worker = await queue.app.job_manager.register_worker()
    job = await queue.app.job_manager.fetch_job([name], worker)
    assert job is not None
    return str(job.queueing_lock)


async def take(queue: JobQueue) -> str | None:
    """Take the next job if there is one, and do it at once; return its subject."""
    manager = queue.app.job_manager
    worker = await manager.register_worker()
    job = await manager.fetch_job(["publish"], worker)
    if job is not None:
        await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
    return None if job is None else job.queueing_lock


# ── stored with their reason ─────────────────────────────────────────────────────


async def test_a_job_is_stored_with_the_transaction_that_requests_it(database):
    await database.write(request, compose(7))
    assert await database.read(list_names) == ["compose:1:7"]


async def test_a_transaction_that_fails_leaves_no_job(database):
    def fail(conn: Connection) -> None:
        request(conn, compose(7))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    assert await database.read(list_names) == []


async def test_the_next_transaction_does_not_repeat_the_requests_of_the_last(database):
    await database.write(request, compose(7))
    await database.write(
        lambda conn: conn.execute(text("DELETE FROM procrastinate_jobs"))
    )
    await database.write(lambda conn: None)
    assert await database.read(list_names) == []


async def test_one_job_waits_for_each_subject(database):
    await database.write(request, compose(7), compose(7), compose(8))
    await database.write(request, compose(7))
    assert await database.read(list_names) == ["compose:1:7", "compose:1:8"]


async def test_a_subject_whose_job_runs_gets_another_one(database, queue):
    await database.write(request, compose(7))
    await begin(queue)
    await database.write(request, compose(7))
    assert await database.read(list_names) == ["compose:1:7"]


async def test_what_the_scheduler_finds_again_waits_for_the_job_that_runs(
    database, queue
):
    await database.write(request, compose(7))
    await begin(queue)
    await database.write(request, compose(7, unless_running=True))
    assert await database.read(list_names) == []


async def test_a_waiting_job_does_not_begin_before_what_relies_on_it_is_stored(
    database, queue
):
    await database.write(request, compose(7))
    stored, go_on = threading.Event(), threading.Event()

    def store_slowly(conn: Connection) -> None:
        request(conn, compose(7))
        job_store.prepare_jobs(conn, [compose(7)], ())
        stored.set()
        go_on.wait(10)

    writing = asyncio.create_task(database.write(store_slowly))
    await asyncio.to_thread(stored.wait, 10)
    worker = await queue.app.job_manager.register_worker()
    assert await queue.app.job_manager.fetch_job(["publish"], worker) is None
    go_on.set()
    await writing
    assert await begin(queue) == "compose:1:7"


async def test_two_transactions_may_request_the_same_job_at_the_same_time(database):
    both = threading.Barrier(2)

    def store(conn: Connection) -> None:
        request(conn, compose(7))
        both.wait(10)

    await asyncio.gather(database.write(store), database.write(store))
    assert await database.read(list_names) == ["compose:1:7"]


# ── whose turn it is ─────────────────────────────────────────────────────────────


async def test_workspaces_take_turns(database):
    await database.write(request, *(compose(n, workspace_id=1) for n in range(3)))
    await database.write(request, *(compose(n, workspace_id=2) for n in range(2)))
    assert await database.read(list_names) == [
        "compose:1:0",
        "compose:2:0",
        "compose:1:1",
        "compose:2:1",
        "compose:1:2",
    ]


async def test_a_workspace_that_had_many_jobs_does_not_wait_for_it_later(
    database, queue
):
    await database.write(request, *(compose(n, workspace_id=1) for n in range(9)))
    for _ in range(9):
        await begin(queue)
    await database.write(request, compose(90, workspace_id=2))
    await database.write(request, compose(9, workspace_id=1))
    await database.write(request, compose(91, workspace_id=2))
    first = (await database.read(list_names))[:2]
    assert set(first) == {"compose:1:9", "compose:2:90"}


async def test_one_workspace_cannot_occupy_all_workers(database, queue):
    hostile = [JobRequest.for_digest("compose", 1, n) for n in range(50)]
    await database.write(request, *hostile, compose(90, workspace_id=2))
    begun = [await begin(queue) for _ in range(WORKSPACE_SLOTS + 1)]
    assert sum(name.startswith("compose:1:") for name in begun) == WORKSPACE_SLOTS
    assert "compose:2:90" in begun
    worker = await queue.app.job_manager.register_worker()
    assert await queue.app.job_manager.fetch_job(["publish"], worker) is None


def read_source(source_id: int, workspace_id: int = 1) -> JobRequest:
    return JobRequest(
        task="read_source", workspace_id=workspace_id, subject_id=source_id
    )


async def test_the_sources_of_a_workspace_leave_places_for_those_of_others(
    database, queue
):
    await database.write(request, *(read_source(n) for n in range(16)))
    manager = queue.app.job_manager
    begun = [await begin(queue, "read") for _ in range(8)]
    assert await manager.fetch_job(["read"], await manager.register_worker()) is None
    await database.write(request, read_source(90, workspace_id=2))
    assert len(set(begun)) == 8
    assert await begin(queue, "read") == "read_source:2:90"


async def test_what_is_of_no_workspace_has_no_such_limit(database, queue):
    await database.write(request, *(read_source(n, workspace_id=0) for n in range(9)))
    assert len({await begin(queue, "read") for _ in range(9)}) == 9


async def test_the_next_source_of_a_workspace_follows_at_once_when_one_is_read(
    database, queue, monkeypatch
):
    manager = queue.app.job_manager
    fetch, done = manager.fetch_job, set[int]()
    found_none, all_done = asyncio.Event(), asyncio.Event()

    async def fetch_and_note(queues, worker_id):
        job = await fetch(queues, worker_id)
        if job is None and manager._list_full("read"):
            found_none.set()
        return job

    async def work(subject_id, **_):
        await found_none.wait()
        done.add(subject_id)
        if len(done) == 20:
            all_done.set()

    monkeypatch.setattr(manager, "fetch_job", fetch_and_note)
    queue.app.task(name="read_source", queue="read")(work)
    await database.write(request, *(read_source(n) for n in range(20)))
    worker = queue.app.run_worker_async(
        queues=["read"],
        concurrency=16,
        install_signal_handlers=False,
        fetch_job_polling_interval=600,
        delete_jobs="always",
    )
    working = asyncio.create_task(worker)
    async with asyncio.timeout(30):
        await all_done.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


# ── deliveries ───────────────────────────────────────────────────────────────────


async def test_a_job_goes_to_the_worker_that_has_less_to_do(database, queue, queue_url):
    await database.write(request, *(compose(n) for n in range(5)))
    for _ in range(5):
        await begin(queue)
    idle = JobQueue(queue_url, shared=frozenset())
    async with idle.app.open_async():
        for number in range(5, 8):
            await database.write(request, compose(number))
            asked = [asyncio.create_task(take(one)) for one in (queue, idle)]
            assert [await one for one in asked] == [None, f"compose:1:{number}"]


async def test_workspaces_behind_one_token_share_the_job_of_their_deliveries(database):
    def store(conn: Connection) -> None:
        for name in ("one", "two"):
            key = a_workspace(conn, "discord", name)
            request(conn, JobRequest(task="deliver", workspace_id=key))

    await database.write(store)
    assert await database.read(list_names) == ["deliver:discord:0"]


async def test_workspaces_with_tokens_of_their_own_have_jobs_of_their_own(database):
    def store(conn: Connection) -> list[str]:
        keys = [a_workspace(conn, "slack", name) for name in ("one", "two")]
        for key in keys:
            request(conn, JobRequest(task="deliver", workspace_id=key))
        return [f"deliver:slack:{key}" for key in keys]

    expected = await database.write(store)
    assert await database.read(list_names) == expected


async def test_the_limits_of_a_token_are_remembered_for_the_next_process(database):
    share = DeliveryShare(platform="discord")
    first = await database.write(job_store.take_share, share, "one")
    again = await database.write(job_store.take_share, share, "one")
    other = await database.write(job_store.take_share, share, "two")
    assert first.days == again.days == 1
    assert other.total_seconds() < 60
    assert await database.read(job_store.list_held_shares, "two") == {share}
    assert await database.read(job_store.list_held_shares, "one") == frozenset()


async def test_a_share_that_was_quiet_is_free_for_the_next_process(database):
    share = DeliveryShare(platform="discord")
    await database.write(job_store.take_share, share, "one")
    unused = timedelta(seconds=40)
    await database.write(job_store.give_back_share, share, "one", unused)
    since = await database.write(job_store.take_share, share, "two")
    assert unused <= since < 2 * unused


async def test_a_share_that_was_taken_over_is_not_given_back(database):
    share = DeliveryShare(platform="discord")
    await database.write(job_store.take_share, share, "one")
    await database.write(job_store.take_share, share, "two")
    late = timedelta(seconds=40)
    await database.write(job_store.give_back_share, share, "one", late)
    assert await database.read(job_store.list_held_shares, "two") == {share}
    assert (await database.write(job_store.take_share, share, "three")) < late


# ── lost workers ─────────────────────────────────────────────────────────────────


def forget_workers(conn: Connection) -> None:
    conn.execute(
        text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1h'")
    )


async def test_the_job_of_a_lost_worker_waits_again(database, queue):
    await database.write(request, compose(7))
    await begin(queue)
    assert await database.write(job_store.restart_lost_jobs, LOST_AFTER) == ()
    await database.write(forget_workers)
    assert await database.write(job_store.restart_lost_jobs, LOST_AFTER) == ("compose",)
    assert await begin(queue) == "compose:1:7"


async def test_a_lost_job_is_dropped_if_another_of_its_subject_waits(database, queue):
    await database.write(request, compose(7))
    await begin(queue)
    await database.write(request, compose(7))
    await database.write(forget_workers)
    assert await database.write(job_store.restart_lost_jobs, LOST_AFTER) == ("compose",)
    assert await database.read(list_names) == ["compose:1:7"]
    assert await database.read(list_names, "doing") == []


async def test_the_job_of_a_worker_that_is_unknown_waits_again(database, queue):
    await database.write(request, compose(7))
    await begin(queue)
    await database.write(
        lambda conn: conn.execute(text("DELETE FROM procrastinate_workers"))
    )
    lost = await database.write(job_store.restart_lost_jobs, LOST_AFTER)
    assert lost == ("compose",)


async def test_a_worker_that_stood_still_does_not_end_the_job_of_another_one(
    database, queue
):
    manager = queue.app.job_manager
    await database.write(request, compose(7))
    first = await manager.fetch_job(["publish"], await manager.register_worker())
    await database.write(forget_workers)
    await database.write(job_store.restart_lost_jobs, LOST_AFTER)
    await begin(queue)
    await manager.finish_job(first, Status.SUCCEEDED, delete_job=True)
    assert await database.read(list_names, "doing") == ["compose:1:7"]


async def test_the_end_of_a_job_is_stored_although_its_connection_was_lost(
    database, queue, monkeypatch
):
    manager = queue.app.job_manager
    await database.write(request, compose(7))
    job = await manager.fetch_job(["publish"], await manager.register_worker())
    execute, lost = manager.connector.execute_query_async, ["once"]

    async def fail_once(*args, **kwargs):
        if lost:
            lost.pop()
            raise ConnectorException
        await execute(*args, **kwargs)

    monkeypatch.setattr(job_queue, "_FINISH_AGAIN_SECONDS", 0)
    monkeypatch.setattr(manager.connector, "execute_query_async", fail_once)
    await manager.finish_job(job, Status.SUCCEEDED, delete_job=True)
    assert await database.read(list_names, "doing") == []


async def test_a_job_that_waits_again_is_the_one_of_its_subject(database, queue):
    await database.write(request, compose(7))
    await begin(queue)
    await database.write(forget_workers)
    await database.write(job_store.restart_lost_jobs, LOST_AFTER)
    await database.write(request, compose(7))
    assert await database.read(list_names) == ["compose:1:7"]


# ── what operators see ───────────────────────────────────────────────────────────


async def test_the_doctor_says_that_nobody_does_the_jobs(database):
    await database.write(request, compose(7))
    (found,) = await health_checks.check_jobs(database, NOW)
    assert (found.subject, found.state) == ("workers", "problem")
    assert "no worker runs; jobs that wait: 1" in str(found.text)
    assert str(found.fix) == "start «standfirst run --role worker»"


async def test_the_doctor_says_when_workers_do_not_keep_up(database, queue):
    await queue.app.job_manager.register_worker()
    await database.write(request, compose(7))
    (found,) = await health_checks.check_jobs(database, NOW)
    assert found.state == "ok"
    await database.write(age_jobs)
    (found,) = await health_checks.check_jobs(database, NOW)
    assert (found.subject, found.state) == ("workers", "warning")


async def test_an_unused_queue_is_not_mentioned(database):
    assert await health_checks.check_jobs(database, NOW) == []


async def test_the_waiting_jobs_are_measured_by_queue(database):
    await database.write(request, compose(7), compose(8))
    measured = await database.read(list_measurements, now=NOW)
    waiting = next(one for one in measured if one.name == "waiting_jobs")
    assert waiting.values == {"read": 0, "publish": 2, "deliver": 0, "maintain": 0}


def age_jobs(conn: Connection) -> None:
    conn.execute(text("UPDATE procrastinate_events SET at = at - interval '1 hour'"))


# ── its tables ───────────────────────────────────────────────────────────────────


async def test_the_tables_of_the_queue_are_created_once(database):
    scripts = read_table_scripts()
    assert await database.write(job_tables.upgrade_job_tables, scripts) == ()
    assert await database.read(job_tables.find_job_tables) == scripts.version


async def test_a_newer_library_applies_the_changes_that_are_missing(database):
    scripts = read_table_scripts()
    newer = job_tables.TableScripts(
        create="",
        changes={**scripts.changes, "99.00.00_01_pre_x": "CREATE TABLE newer (id int)"},
    )

    def upgrade(conn: Connection) -> tuple[tuple[str, ...], str | None]:
        done = job_tables.upgrade_job_tables(conn, newer)
        version = job_tables.find_job_tables(conn)
        conn.execute(text("DROP TABLE newer"))
        conn.execute(
            text(f"COMMENT ON TABLE procrastinate_jobs IS '{scripts.version}'")
        )
        return done, version

    assert await database.write(upgrade) == (
        ("99.00.00_01_pre_x",),
        "99.00.00_01_pre_x",
    )
