"""Count what this process did, for `/metrics`: counters and histograms.

`FAMILIES` describes every metric; `Metrics` holds the numbers and is passed to whoever
does the work. Nothing is imported for it: `bot.web.health` converts the numbers to the
format of Prometheus when it is scraped, because most installations never are.

Label values come from short closed lists: no name, id, address or text.
"""

import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from digests.types import frozen

DeliveryOutcome = Literal["sent", "retry", "uncertain", "failed", "held"]
#: «unchanged»: the source answered, and nothing in it was new.
SourceReadOutcome = Literal["changed", "unchanged", "failed"]
#: «empty»: nothing was new; «deferred»: it is tried again after an error.
EditionOutcome = Literal["composed", "empty", "skipped", "deferred"]
JobOutcome = Literal["done", "failed"]
DatabaseAccess = Literal["read", "write"]
#: Values of the labels of a family, in their order.
LabelValues: TypeAlias = tuple[str, ...]


@frozen
class MetricFamily:
    """A counter, or with buckets a histogram."""

    #: Without the prefix.
    name: str
    help: str
    labels: tuple[str, ...] = ()
    #: Upper bounds of the buckets, ascending; () = a counter.
    buckets: tuple[float, ...] = ()
    #: Values of its only label that are reported from the start, as 0.
    values: tuple[str, ...] = ()


_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_MINUTES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_LATENESS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)

DELIVERIES: Final = MetricFamily(
    name="deliveries_total",
    help="Attempts to post, edit or delete a message. «uncertain»: whether it arrived "
    "is looked up later; «held»: an editor decides.",
    labels=("platform", "outcome"),
)
LATENESS: Final = MetricFamily(
    name="delivery_lateness_seconds",
    help="From the due moment of an edition to its first message in a channel. One "
    "that quiet hours deferred is due when they end.",
    labels=("platform",),
    buckets=_LATENESS,
)
# The name of a job is in the label «task»: «job» is what Prometheus calls a scrape.
QUEUE_WAIT: Final = MetricFamily(
    name="queue_wait_seconds",
    help="How long a job waited after it could have run.",
    labels=("task",),
    buckets=_MINUTES,
)
JOBS: Final = MetricFamily(
    name="jobs_total",
    help="Runs of jobs.",
    labels=("task", "outcome"),
)
JOB_DURATION: Final = MetricFamily(
    name="job_seconds",
    help="How long a job ran.",
    labels=("task",),
    buckets=_MINUTES,
)
SOURCE_READS: Final = MetricFamily(
    name="source_reads_total",
    help="Readings of sources. «unchanged»: nothing in it was new.",
    labels=("outcome",),
    values=get_args(SourceReadOutcome),
)
EDITIONS: Final = MetricFamily(
    name="editions_total",
    help="Due editions that were worked on. «empty»: nothing was new; «deferred»: it "
    "is tried again after an error.",
    labels=("outcome",),
    values=get_args(EditionOutcome),
)
LOOP_LAG: Final = MetricFamily(
    name="event_loop_lag_seconds",
    help="How late the event loop ran a timer, measured once a second.",
    buckets=_SECONDS,
)
DATABASE: Final = MetricFamily(
    name="database_seconds",
    help="Time of a transaction, without the wait for a thread.",
    labels=("access",),
    buckets=_SECONDS,
    values=get_args(DatabaseAccess),
)
#: In the order in which they are reported.
FAMILIES: Final = (
    DELIVERIES,
    LATENESS,
    EDITIONS,
    SOURCE_READS,
    QUEUE_WAIT,
    JOBS,
    JOB_DURATION,
    LOOP_LAG,
    DATABASE,
)


@frozen
class HistogramValue:
    """How many observations fell into each bucket, and their sum."""

    #: One for each bound, then those above the last; not cumulative.
    counts: tuple[int, ...]
    total: float


@frozen
class MetricSnapshot:
    """The numbers of a family at one moment."""

    family: MetricFamily
    #: Empty for a histogram.
    counts: Mapping[LabelValues, float] = field(default_factory=dict)
    #: Empty for a counter.
    histograms: Mapping[LabelValues, HistogramValue] = field(default_factory=dict)


@dataclass(slots=True)
class _Histogram:
    counts: list[int]
    total: float = 0.0


@dataclass(eq=False)
class Metrics:
    """What this process did since it started. Safe to call from any thread."""

    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _counts: dict[str, dict[LabelValues, float]] = field(
        default_factory=dict, init=False
    )
    _histograms: dict[str, dict[LabelValues, _Histogram]] = field(
        default_factory=dict, init=False
    )

    def __post_init__(self) -> None:
        """Report known series from the start: a rate needs their zero."""
        for family in FAMILIES:
            known: list[LabelValues] = [(value,) for value in family.values]
            if not family.labels:
                known = [()]
            if family.buckets:
                empty = {labels: _new_histogram(family) for labels in known}
                self._histograms[family.name] = empty
            else:
                self._counts[family.name] = dict.fromkeys(known, 0.0)

    # ── what happened ──────────────────────────────────────────────────────────

    def record_delivery(self, platform: str, outcome: DeliveryOutcome) -> None:
        """Count an attempt to post, edit or delete a message."""
        self._count(DELIVERIES, platform, outcome)

    def record_lateness(self, platform: str, seconds: float) -> None:
        """Record how long after its due moment an edition appeared in a channel."""
        self._observe(LATENESS, seconds, platform)

    def record_queue_wait(self, job: str, seconds: float) -> None:
        """Record how long a job waited between the moment it was due and its start."""
        self._observe(QUEUE_WAIT, seconds, job)

    def record_job(self, job: str, outcome: JobOutcome, seconds: float) -> None:
        """Count a run of a job and how long it took."""
        self._count(JOBS, job, outcome)
        self._observe(JOB_DURATION, seconds, job)

    def record_source_read(self, outcome: SourceReadOutcome) -> None:
        """Count a reading of a source."""
        self._count(SOURCE_READS, outcome)

    def record_edition(self, outcome: EditionOutcome) -> None:
        """Count an edition that was due or ordered."""
        self._count(EDITIONS, outcome)

    def record_loop_lag(self, seconds: float) -> None:
        """Record how late the event loop was."""
        self._observe(LOOP_LAG, seconds)

    def record_database(self, access: DatabaseAccess, seconds: float) -> None:
        """Record the time of one transaction."""
        self._observe(DATABASE, seconds, access)

    # ── what is reported ───────────────────────────────────────────────────────

    def take_snapshot(self) -> tuple[MetricSnapshot, ...]:
        """Copy the numbers of every family."""
        with self._lock:
            return tuple(self._copy(family) for family in FAMILIES)

    def _copy(self, family: MetricFamily) -> MetricSnapshot:
        if not family.buckets:
            return MetricSnapshot(family=family, counts=dict(self._counts[family.name]))
        histograms = {
            labels: HistogramValue(counts=tuple(one.counts), total=one.total)
            for labels, one in self._histograms[family.name].items()
        }
        return MetricSnapshot(family=family, histograms=histograms)

    def _count(self, family: MetricFamily, *labels: str) -> None:
        with self._lock:
            series = self._counts[family.name]
            series[labels] = series.get(labels, 0.0) + 1

    def _observe(self, family: MetricFamily, value: float, *labels: str) -> None:
        value = max(0.0, value)
        with self._lock:
            series = self._histograms[family.name]
            if (one := series.get(labels)) is None:
                one = series[labels] = _new_histogram(family)
            # A bucket includes its upper bound.
            one.counts[bisect_left(family.buckets, value)] += 1
            one.total += value


def _new_histogram(family: MetricFamily) -> _Histogram:
    return _Histogram(counts=[0] * (len(family.buckets) + 1))
