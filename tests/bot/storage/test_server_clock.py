"""Machines whose clocks differ agree on the clock of the database's server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from bot import app
from bot.operations.health_checks import check_server_clock
from bot.ports import Clock
from bot.storage import Database, process_store, server_clock
from bot.storage.server_clock import ServerClock, _Reading
from tests.fakes import NOON, FakeClock

MINUTES = timedelta(minutes=5)
TTL = timedelta(seconds=10)


class Steady:
    """A monotonic clock that stands still until it is advanced."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def measured(steady: Steady | None = None, *, at: datetime = NOON) -> ServerClock:
    clock = ServerClock(steady or Steady())
    clock.measure(lambda: at)
    return clock


def test_it_goes_on_by_the_monotonic_clock():
    steady = Steady()
    clock = measured(steady)
    steady.seconds += 90
    assert clock.now() == NOON + timedelta(seconds=90)


def test_the_answer_is_taken_for_the_middle_of_its_round_trip():
    steady = Steady()

    def ask() -> datetime:
        steady.seconds += 0.4
        return NOON

    clock = ServerClock(steady)
    clock.measure(ask)
    assert clock.now() == NOON + timedelta(seconds=0.2)


def test_an_answer_that_took_too_long_is_not_used():
    steady = Steady()
    clock = measured(steady)

    def ask() -> datetime:
        steady.seconds += server_clock.MAX_ROUND_TRIP + 1
        return NOON + MINUTES

    clock.measure(ask)
    assert clock.now() == NOON + timedelta(seconds=steady.seconds)


def test_it_is_not_asked_before_it_was_measured():
    with pytest.raises(RuntimeError, match="not measured"):
        ServerClock().now()


async def test_a_clock_that_is_off_is_logged_once_and_when_it_agrees_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(server_clock, "MEASURE_SECONDS", 0)
    local, rounds = FakeClock(NOON + MINUTES), asyncio.Semaphore(0)
    clock = measured()

    async def measure_again() -> None:
        rounds.release()

    with capture_logs() as logs:
        watching = asyncio.create_task(clock.watch(local, measure_again))
        for _ in range(3):
            await rounds.acquire()
        local.set(NOON)
        for _ in range(3):
            await rounds.acquire()
        watching.cancel()
    assert [(entry["event"], entry["ahead"]) for entry in logs] == [
        (server_clock.CLOCK_IS_OFF, 300.0),
        (server_clock.CLOCK_AGREES, 0.0),
    ]


# ── over a server ──────────────────────────────────────────────────────────────


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Database]:
    opened = await asyncio.to_thread(Database.open, postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
def machine_that_is_ahead(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """This machine, with a clock that is five minutes ahead."""
    monkeypatch.setattr(
        app.SystemClock, "now", lambda _: datetime.now(UTC) + MINUTES, raising=True
    )
    return app.get_clock()


def differs(clock: Clock, by: timedelta) -> bool:
    return abs(clock.now() - datetime.now(UTC) - by) > timedelta(seconds=2)


@pytest.mark.postgres
def test_an_application_on_postgresql_runs_on_the_servers_clock(
    server: Database, machine_that_is_ahead: Clock
):
    assert not differs(machine_that_is_ahead, MINUTES)
    assert not differs(app.choose_clock(server), timedelta(0))


def test_an_application_on_sqlite_runs_on_this_machines_clock(sqlite_url: str):
    database = Database.open(sqlite_url)
    assert isinstance(app.choose_clock(database), app.SystemClock)
    asyncio.run(database.close())


async def acquire(database: Database, holder: str, clock: Clock) -> int | None:
    return await database.write(
        process_store.acquire_lease, holder=holder, now=clock.now(), ttl=TTL
    )


@pytest.mark.postgres
async def test_a_machine_whose_clock_is_ahead_takes_no_lease_that_is_held(
    server: Database, machine_that_is_ahead: Clock
):
    assert await acquire(server, "first", app.choose_clock(server)) is not None
    assert await acquire(server, "ahead", app.choose_clock(server)) is None
    # By its own clock, the lease would have expired minutes ago.
    assert await acquire(server, "ahead", machine_that_is_ahead) is not None


@pytest.mark.postgres
async def test_a_new_connection_may_lead_to_another_server_so_it_is_measured(
    server: Database, postgres_url: str
):
    clock = server.server_clock
    assert clock is not None
    clock._reading = _Reading(server=datetime.now(UTC) - MINUTES, steady=0)
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await server.read(process_store.list_job_statuses)
    assert not differs(clock, timedelta(0))


@pytest.mark.postgres
async def test_it_is_measured_again_while_connections_last(server: Database):
    clock = server.server_clock
    assert clock is not None
    clock._reading = _Reading(server=datetime.now(UTC) - MINUTES, steady=0)
    await server.measure_clock()
    assert not differs(clock, timedelta(0))


@pytest.mark.postgres
async def test_the_doctor_warns_of_a_clock_that_differs(server: Database):
    clock = server.server_clock
    assert clock is not None
    assert await check_server_clock(server) == ()
    clock.offset = -MINUTES
    (found,) = await check_server_clock(server)
    assert found.state == "warning"
    assert "300 seconds behind the database server's" in str(found.text)
    clock.offset = timedelta(seconds=1)
    (found,) = await check_server_clock(server)
    assert found.state == "ok"
