"""What a process did is counted where it happens."""

import asyncio
import time
from datetime import timedelta

import pytest

from bot.jobs.scheduler import JobScheduler
from bot.metrics import DATABASE, FAMILIES, Metrics, MetricSnapshot
from bot.runner import watch_event_loop
from bot.storage import Database, workspace_store
from tests.bot.harness import BRIDGE, BotHarness
from tests.fakes import FakeClock


def family(metrics: Metrics, name: str) -> MetricSnapshot:
    return next(s for s in metrics.take_snapshot() if s.family.name == name)


def counts(metrics: Metrics, name: str) -> dict[str, float]:
    """Label values, joined → count, without the series that are still 0."""
    found = family(metrics, name).counts
    return {" ".join(labels): count for labels, count in found.items() if count}


def observations(metrics: Metrics, name: str) -> dict[str, int]:
    """Label values, joined → number of observations."""
    found = family(metrics, name).histograms
    return {" ".join(labels): sum(one.counts) for labels, one in found.items()}


def test_an_observation_is_in_the_bucket_whose_bound_it_does_not_exceed():
    metrics = Metrics()
    for seconds in (0.0, 0.001, 0.0011, 5.0, 5.1):
        metrics.record_database("read", seconds)
    value = family(metrics, DATABASE.name).histograms[("read",)]
    assert value.counts[:2] == (2, 1)
    assert value.counts[-2:] == (1, 1)
    assert value.total == pytest.approx(10.1021)


def test_a_clock_that_was_set_back_is_no_negative_wait():
    metrics = Metrics()
    metrics.record_lateness("slack", -30)
    value = family(metrics, "delivery_lateness_seconds").histograms[("slack",)]
    assert value.total == 0


def test_a_known_series_is_reported_before_anything_happened():
    found = family(Metrics(), "source_reads_total").counts
    assert found == {("changed",): 0, ("unchanged",): 0, ("failed",): 0}


def test_counts_of_several_threads_add_up():
    metrics = Metrics()

    async def count() -> None:
        def work() -> None:
            for _ in range(500):
                metrics.record_edition("composed")

        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(8)))

    asyncio.run(count())
    assert counts(metrics, "editions_total") == {"composed": 4000}


def test_every_label_has_a_short_closed_list_of_values():
    labels = {label for one in FAMILIES for label in one.labels}
    assert labels == {"platform", "outcome", "task", "access"}


async def test_a_posted_edition_is_counted_from_its_source_to_its_channel(
    harness: BotHarness,
):
    harness.publish("bridge", BRIDGE)
    await harness.publisher.post_now(await harness.digest(), "now")
    harness.clock.advance(seconds=7)
    await harness.outbox.drain()
    metrics = harness.metrics
    assert counts(metrics, "source_reads_total") == {"changed": 1}
    assert counts(metrics, "editions_total") == {"composed": 1}
    (delivered,) = counts(metrics, "deliveries_total")
    assert delivered.endswith(" sent")
    late = family(metrics, "delivery_lateness_seconds").histograms
    assert [one.total for one in late.values()] == [7.0]


async def test_an_edition_without_news_is_counted_as_empty(harness: BotHarness):
    await harness.post("now")
    await harness.post("again")
    assert counts(harness.metrics, "editions_total") == {"composed": 1, "empty": 1}


async def test_a_source_that_cannot_be_read_is_counted_as_failed(harness: BotHarness):
    await harness.digest()
    (harness.home / "articles").rename(harness.home / "gone")
    harness.clock.advance(days=1)
    await harness.publisher.ingestor.poll()
    assert counts(harness.metrics, "source_reads_total") == {"failed": 1}


async def test_reading_and_writing_the_database_is_timed_apart(sqlite_url: str):
    metrics = Metrics()
    database = Database.open(sqlite_url, metrics=metrics)
    try:
        await database.read(workspace_store.list_workspaces)
        await database.read(workspace_store.list_workspaces)
        assert observations(metrics, "database_seconds") == {"read": 2, "write": 0}
    finally:
        await database.close()


async def test_a_job_is_counted_with_its_outcome_and_its_wait():
    metrics, ran = Metrics(), asyncio.Event()

    async def fail() -> None:
        raise ValueError

    async def work() -> None:
        ran.set()

    scheduler = JobScheduler(FakeClock(), metrics=metrics)
    scheduler.run_now("poll")
    running = asyncio.create_task(scheduler.run({"poll": work, "publish": fail}))
    await ran.wait()
    running.cancel()
    await asyncio.wait([running])
    assert counts(metrics, "jobs_total") == {"poll done": 1, "publish failed": 1}
    assert observations(metrics, "queue_wait_seconds") == {"poll": 1}


async def test_a_blocked_event_loop_is_seen():
    metrics = Metrics()
    watching = asyncio.create_task(watch_event_loop(metrics, interval=0.001))
    await asyncio.sleep(0)
    time.sleep(0.06)  # noqa: ASYNC251 - this is the block
    await asyncio.sleep(0.01)
    watching.cancel()
    (value,) = family(metrics, "event_loop_lag_seconds").histograms.values()
    assert value.total > timedelta(milliseconds=50).total_seconds()
