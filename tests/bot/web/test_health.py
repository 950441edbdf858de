"""Health for supervisors, metrics for Prometheus: current, and without names."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.errors import ConfigurationError
from bot.metrics import FAMILIES, Metrics
from bot.model import Measurement
from bot.model.web_access import WebAccess
from bot.storage import Database
from bot.storage.job_store import QueueState
from bot.storage.measurements import list_measurements, measure_queue
from bot.web.health import HealthServices, build_health_routes
from bot.web.server import LOCAL_ACCESS
from tests.bot.harness import BRIDGE, BotHarness
from tests.bot.web.asgi import Browser, report_health
from tests.fakes import FakeClock


def a_site(health: HealthServices, access: WebAccess = LOCAL_ACCESS) -> Browser:
    own, public = build_health_routes(health, access)
    return Browser(Starlette(routes=[*own, *public]))


def a_browser(
    parts: Mapping[str, str], measurements: Sequence[Measurement] = ()
) -> Browser:
    async def ready() -> Mapping[str, str]:
        return parts

    health = report_health(ready, *measurements)
    return a_site(health)


async def scrape(browser: Browser) -> dict[str, dict[str, float]]:
    """Name of a family → label value → number."""
    answer = await browser.get("/metrics")
    assert answer.status == 200
    assert answer.header("content-type").startswith("text/plain")
    return {
        family.name: {
            "".join(sample.labels.values()): sample.value for sample in family.samples
        }
        for family in text_string_to_metric_families(answer.text)
    }


async def test_a_part_that_is_not_ready_makes_the_service_not_ready():
    answer = await a_browser({"database": "ok", "slack": "not connected"}).get(
        "/readyz"
    )
    assert answer.status == 503
    assert "not connected" in answer.text


async def test_each_part_is_a_gauge():
    found = await scrape(a_browser({"database": "ok", "slack": "not connected"}))
    assert found["standfirst_part_ready"] == {"database": 1, "slack": 0}


async def test_measurements_and_the_process_are_reported():
    sources = Measurement(name="sources", help="Sources.", label="state",
                          values={"ok": 3, "failing": 0})  # fmt: skip
    delay = Measurement(name="poll_delay_seconds", help="Delay.", values={"": 1.5})
    found = await scrape(a_browser({}, (sources, delay)))
    assert found["standfirst_sources"] == {"ok": 3, "failing": 0}
    assert found["standfirst_poll_delay_seconds"] == {"": 1.5}
    assert found["process_resident_memory_bytes"][""] > 1_000_000


async def measured(harness: BotHarness) -> dict[str, Mapping[str, float]]:
    now = harness.clock.now()
    found = await harness.db.read(list_measurements, now=now)
    return {one.name: one.values for one in found}


async def test_an_empty_database_measures_nought_everywhere(database: Database):
    found = await database.read(list_measurements, now=FakeClock().now())
    assert found
    assert {n for one in found for n in one.values.values()} == {0}


def written(name: str, labels: Iterable[str]) -> str:
    return f"standfirst_{name}" + (f"{{{','.join(labels)}}}" if labels else "")


async def test_the_documentation_lists_every_metric_with_its_labels(database: Database):
    empty = QueueState(waiting={}, longest_wait=timedelta(), has_workers=False)
    of_queue = measure_queue(empty)
    measured = await database.read(list_measurements, now=FakeClock().now())
    names = {written(one.name, one.label and [one.label]) for one in measured}
    names |= {written(one.name, one.labels) for one in FAMILIES}
    names |= {written(one.name, one.label and [one.label]) for one in of_queue}
    document = Path(__file__).parents[3] / "docs" / "metrics.md"
    text = document.read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(standfirst_[^`]+)` \|", text, re.M))
    assert listed == names | {"standfirst_part_ready{part}"}


async def test_what_was_counted_is_reported_as_counters_and_histograms():
    async def ready() -> Mapping[str, str]:
        return {}

    metrics = Metrics()
    metrics.record_delivery("slack", "sent")
    metrics.record_queue_wait("deliver", 0.3)
    metrics.record_queue_wait("deliver", 400)
    health = report_health(ready, metrics=metrics)
    answer = await a_site(health).get("/metrics")
    lines = answer.text.splitlines()
    sent = 'standfirst_deliveries_total{outcome="sent",platform="slack"} 1.0'
    assert sent in [_sort_labels(line) for line in lines]
    wait = 'standfirst_queue_wait_seconds_bucket{le="%s",task="deliver"} %s'
    assert wait % (0.25, 0.0) in lines
    assert wait % (0.5, 1.0) in lines
    assert wait % ("+Inf", 2.0) in lines
    assert 'standfirst_queue_wait_seconds_sum{task="deliver"} 400.3' in lines


def _sort_labels(line: str) -> str:
    return re.sub(
        r"\{(.*)\}", lambda m: f"{{{','.join(sorted(m[1].split(',')))}}}", line
    )


async def test_a_database_that_does_not_answer_is_not_waited_for(monkeypatch):
    async def wait() -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.web.health.MEASURE_SECONDS", 0.01)
    site = a_site(replace(report_health(wait), list_measurements=wait))
    assert (await site.get("/readyz")).status == 503
    found = await scrape(site)
    assert found["standfirst_part_ready"] == {"database": 0}
    assert "standfirst_editions" in found


async def test_without_the_database_what_was_counted_is_still_reported():
    async def ready() -> Mapping[str, str]:
        return {"database": "it does not answer"}

    async def fail() -> Sequence[Measurement]:
        raise ConfigurationError("it does not answer")

    health = replace(report_health(ready), list_measurements=fail)
    found = await scrape(a_site(health))
    assert found["standfirst_part_ready"] == {"database": 0}
    assert "standfirst_editions" in found


async def test_what_waits_is_counted_until_it_is_done(harness: BotHarness):
    harness.publish("bridge", BRIDGE)
    digest = await harness.digest()
    await harness.publisher.post_now(digest, "now")
    assert (await measured(harness))["pending_deliveries"]["ready"] > 0
    await harness.outbox.drain()
    assert sum((await measured(harness))["pending_deliveries"].values()) == 0


async def test_a_schedule_that_waits_is_late_by_as_much(harness: BotHarness):
    assert (await measured(harness))["schedule_delay_seconds"] == {"": 0}
    harness.clock.advance(days=2)
    late = (await measured(harness))["schedule_delay_seconds"][""]
    assert timedelta(days=1) < timedelta(seconds=late) <= timedelta(days=2)


@pytest.mark.parametrize("name", ["Bridge", "Morning", "news"])
async def test_no_name_or_text_of_a_workspace_is_in_the_metrics(
    harness: BotHarness, name: str
):
    found = await harness.db.read(list_measurements, now=harness.clock.now())
    labels = {value for one in found for value in one.values}
    assert not any(name.lower() in label.lower() for label in labels)


async def test_without_measurements_only_the_process_is_reported():
    async def ready() -> Mapping[str, str]:
        return {}

    found = await scrape(a_site(report_health(ready)))
    assert "standfirst_sources" not in found
