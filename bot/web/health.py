"""`/healthz`, `/readyz` and `/metrics`: for supervisors and Prometheus, without names.

`/healthz` answers as long as the event loop runs. `/readyz` is 503 while a part is not
ready, and names that part. `/metrics` is computed per request, in the text format of
Prometheus: waiting work and its delay, platforms, and this process.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.model import Measurement

METRIC_PREFIX: Final = "standfirst_"
#: Name of a part → "ok", or what is wrong with it.
ReadinessCheck = Callable[[], Awaitable[Mapping[str, str]]]
ListMeasurements = Callable[[], Awaitable[Sequence[Measurement]]]


def build_health_routes(
    ready: ReadinessCheck, list_measurements: ListMeasurements
) -> list[Route]:
    """Build the three routes."""

    async def report_alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def report_ready(_: Request) -> Response:
        found = dict(await ready())
        is_ready = all(state == "ok" for state in found.values())
        body = {"status": "ready" if is_ready else "not ready", "checks": found}
        return JSONResponse(body, status_code=200 if is_ready else 503)

    async def report_metrics(_: Request) -> Response:
        parts = Measurement(
            name="part_ready",
            help="Whether a part of the service is ready: 1 or 0.",
            label="part",
            values={part: float(s == "ok") for part, s in (await ready()).items()},
        )
        body, content_type = format_metrics([*await list_measurements(), parts])
        return Response(body, media_type=content_type)

    return [
        Route("/healthz", report_alive),
        Route("/readyz", report_ready),
        Route("/metrics", report_metrics),
    ]


def format_metrics(measurements: Sequence[Measurement]) -> tuple[bytes, str]:
    """Format these measurements and those of this process.

    Returns:
        The text and its media type.
    """
    # Imported on the first request: most installations are not scraped.
    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        CollectorRegistry,
        Gauge,
        PlatformCollector,
        ProcessCollector,
        generate_latest,
    )

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    for one in measurements:
        labels = [one.label] if one.label else []
        gauge = Gauge(f"{METRIC_PREFIX}{one.name}", one.help, labels, registry=registry)
        for value, number in one.values.items():
            (gauge.labels(value) if one.label else gauge).set(number)
    return generate_latest(registry), CONTENT_TYPE_LATEST
