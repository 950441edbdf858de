"""`/healthz`, `/readyz` and `/metrics`: for supervisors and Prometheus.

`/healthz` answers as long as the event loop runs. `/readyz` is 503 while a part is not
ready, and names that part. `/metrics` is computed per request, in the text format of
Prometheus: what this process did, work that waits in the database, and the process.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import BotError
from bot.metrics import Metrics, MetricSnapshot
from bot.model import Measurement
from bot.model.web_access import WebAccess
from digests.types import frozen

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

log = structlog.get_logger(__name__)

NOT_READY: Final = "not ready"
METRIC_PREFIX: Final = "standfirst_"
#: Seconds that the database may take, under the ten that Prometheus waits.
MEASURE_SECONDS = 5.0
#: Name of a part → "ok", or what is wrong with it.
ReadinessCheck = Callable[[], Awaitable[Mapping[str, str]]]
ListMeasurements = Callable[[], Awaitable[Sequence[Measurement]]]


@frozen
class HealthServices:
    """What the three routes report."""

    #: For `/readyz`.
    ready: ReadinessCheck
    #: What the database says, for `/metrics`.
    list_measurements: ListMeasurements
    #: What this process did.
    metrics: Metrics


def build_health_routes(
    services: HealthServices, access: WebAccess
) -> tuple[list[Route], list[Route]]:
    """Build the routes: those for this computer alone, and the public ones.

    Beyond this computer, `/readyz` only says which part is not ready, and `/metrics`
    needs a token.
    """

    async def report_alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def report_ready(_: Request) -> Response:
        found = await _check_ready(services)
        is_ready = all(state == "ok" for state in found.values())
        if not access.is_local:
            # A reason may name a server, a file or a workspace.
            found = {p: s if s == "ok" else NOT_READY for p, s in found.items()}
        body = {"status": "ready" if is_ready else NOT_READY, "checks": found}
        return JSONResponse(body, status_code=200 if is_ready else 503)

    async def report_metrics(request: Request) -> Response:
        if access.metrics_token and not _has_token(request, access.metrics_token):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        states, waiting = await asyncio.gather(
            _check_ready(services), _measure(services)
        )
        counted = services.metrics.take_snapshot()
        body, content_type = format_metrics(counted, [*waiting, measure_parts(states)])
        return Response(body, media_type=content_type)

    checks = [Route("/healthz", report_alive), Route("/readyz", report_ready)]
    metrics = Route("/metrics", report_metrics)
    own, public = (checks, []) if access.is_local else ([], checks)
    if access.metrics_token:
        public.append(metrics)
    elif access.is_local:
        own.append(metrics)
    return own, public


def measure_parts(states: Mapping[str, str]) -> Measurement:
    """Describe which parts of the service are ready."""
    return Measurement(
        name="part_ready",
        help="1 or 0: the database, and each platform that this process connects to.",
        label="part",
        values={part: float(state == "ok") for part, state in states.items()},
    )


def _has_token(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return same and scheme.lower() == "bearer"


async def _check_ready(services: HealthServices) -> dict[str, str]:
    """Check the parts; a database that does not answer in time is not ready."""
    try:
        async with asyncio.timeout(MEASURE_SECONDS):
            return dict(await services.ready())
    except TimeoutError:
        return {"database": "It did not answer in time."}


async def _measure(services: HealthServices) -> Sequence[Measurement]:
    """Measure what waits; without the database, only what was counted is reported."""
    try:
        async with asyncio.timeout(MEASURE_SECONDS):
            return await services.list_measurements()
    except (BotError, TimeoutError) as error:
        log.warning("the database was not measured", reason=str(error) or "too slow")
        return ()


def format_metrics(
    counted: Sequence[MetricSnapshot], measured: Sequence[Measurement]
) -> tuple[bytes, str]:
    """Format what was counted and measured, and the measurements of this process.

    Returns:
        The text and its media type.
    """
    # Imported on the first request: most installations are not scraped.
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        PlatformCollector,
        ProcessCollector,
        generate_latest,
    )

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Collector(counted, measured))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Collector:
    """The collector of prometheus_client over our own numbers."""

    def __init__(
        self, counted: Sequence[MetricSnapshot], measured: Sequence[Measurement]
    ) -> None:
        self._counted = counted
        self._measured = measured

    def collect(self) -> Iterator["Metric"]:
        """List the families with their samples."""
        yield from map(_convert_snapshot, self._counted)
        yield from map(_convert_measurement, self._measured)


def _convert_snapshot(one: MetricSnapshot) -> "Metric":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    family = one.family
    about: dict[str, Any] = {
        "name": f"{METRIC_PREFIX}{family.name}",
        "documentation": family.help,
        "labels": family.labels,
    }
    if not family.buckets:
        counter = CounterMetricFamily(**about)
        for labels, count in one.counts.items():
            counter.add_metric(labels, count)
        return counter
    histogram = HistogramMetricFamily(**about)
    bounds = [*map(str, family.buckets), "+Inf"]
    for labels, value in one.histograms.items():
        buckets = list(zip(bounds, accumulate(value.counts), strict=True))
        histogram.add_metric(labels, buckets, value.total)
    return histogram


def _convert_measurement(one: Measurement) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    labels = [one.label] if one.label else []
    gauge = GaugeMetricFamily(f"{METRIC_PREFIX}{one.name}", one.help, labels=labels)
    for value, number in one.values.items():
        gauge.add_metric([value] if one.label else [], number)
    return gauge
