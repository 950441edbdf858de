"""Health for supervisors, metrics for Prometheus: current, and without names."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.model import Measurement
from bot.storage import Database
from bot.storage.measurements import list_measurements
from bot.web.server import build_health_routes
from tests.bot.harness import BRIDGE, BotHarness
from tests.bot.web.asgi import Browser, no_measurements
from tests.fakes import FakeClock


def a_browser(
    parts: Mapping[str, str], measurements: Sequence[Measurement] = ()
) -> Browser:
    async def ready() -> Mapping[str, str]:
        return parts

    async def measure() -> Sequence[Measurement]:
        return measurements

    return Browser(Starlette(routes=build_health_routes(ready, measure)))


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


async def test_the_readme_lists_every_metric_with_its_label(database: Database):
    found = await database.read(list_measurements, now=FakeClock().now())
    written = {
        f"standfirst_{one.name}{{{one.label}}}"
        if one.label
        else f"standfirst_{one.name}"
        for one in found
    }
    readme = Path(__file__).parents[3].joinpath("README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(standfirst_[^`]+)` \|", readme, re.M))
    assert listed == written | {"standfirst_part_ready{part}"}


async def test_what_waits_is_counted_until_it_is_done(harness: BotHarness):
    harness.publish("bridge", BRIDGE)
    digest = await harness.digest()
    await harness.publisher.post_now(digest, "now")
    assert (await measured(harness))["deliveries"]["ready"] > 0
    await harness.outbox.drain()
    assert sum((await measured(harness))["deliveries"].values()) == 0


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

    site = Starlette(routes=build_health_routes(ready, no_measurements))
    found = await scrape(Browser(site))
    assert "standfirst_sources" not in found
