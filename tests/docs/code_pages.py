"""The pages of what programs read: metrics and codes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, get_args

from bot.cli.console import ATTENTION, CONFIGURATION, FAILED, OK, USAGE
from bot.metrics import (
    DELIVERIES,
    FAMILIES,
    JOBS,
    DeliveryOutcome,
    JobOutcome,
    MetricFamily,
)
from bot.model import Measurement
from bot.model.findings import CheckCode
from bot.storage.job_store import QueueState
from bot.storage.measurements import measure_queue
from bot.web.health import METRIC_PREFIX, measure_parts
from digests.messages import read_sentences
from tests.docs.markdown import format_table

_METRICS_HEAD: Final = """\
# Metrics

What `/metrics` reports, in the text format of [Prometheus](https://prometheus.io).
[Monitoring](monitoring.md) says who may read it, and has a dashboard and alerts. The
usual metrics of a process (memory, processor time, open files) are reported too. No
metric contains a name, an id, an address or a text. While the database does not answer,
the metrics that come from it are missing, and `standfirst_part_ready{part="database"}`
is 0.
"""
_COUNTED: Final = """\
## What this process did

Since it started. Add these up over processes, as in
`sum(rate(standfirst_deliveries_total[5m])) by (outcome)`.
"""
_MEASURED: Final = """\
## What waits

In the database, at the moment of the scrape. Processes that share a database report the
same numbers, so take the maximum, as in `max(standfirst_pending_deliveries) by
(state)`.
"""
_OF_QUEUE: Final = """\
Where several processes share the work:
"""
_OF_PARTS: Final = """\
## The process
"""
_TITLES: Final = ("metric", "kind", "what it says", "values")
_OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    DELIVERIES.name: get_args(DeliveryOutcome),
    JOBS.name: get_args(JobOutcome),
}
_NO_QUEUE: Final = QueueState(waiting={}, longest_wait=timedelta(), has_workers=False)


def render_metrics(measured: Sequence[Measurement]) -> str:
    """Render the page of metrics."""
    counted = format_table(_TITLES, map(_describe_family, FAMILIES))
    waiting = format_table(_TITLES, map(_describe_measurement, measured))
    queue = format_table(_TITLES, map(_describe_measurement, measure_queue(_NO_QUEUE)))
    parts = format_table(_TITLES, [_describe_measurement(measure_parts({}))])
    chapters = [_METRICS_HEAD, _COUNTED, counted, _MEASURED, waiting]
    return "\n".join([*chapters, _OF_QUEUE, queue, _OF_PARTS, parts])


def _describe_family(family: MetricFamily) -> tuple[str, ...]:
    kind = "histogram" if family.buckets else "counter"
    values = _OUTCOMES.get(family.name, family.values)
    name = _name_metric(family.name, family.labels)
    return name, kind, family.help, _list_values(values)


def _describe_measurement(one: Measurement) -> tuple[str, ...]:
    name = _name_metric(one.name, (one.label,) if one.label else ())
    return name, "gauge", one.help, _list_values(tuple(filter(None, one.values)))


def _name_metric(name: str, labels: Sequence[str]) -> str:
    shown = f"{{{','.join(labels)}}}" if labels else ""
    return f"`{METRIC_PREFIX}{name}{shown}`"


def _list_values(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "–"


# ── codes ──────────────────────────────────────────────────────────────────────

EXIT_CODES: Final[Mapping[int, tuple[str, str]]] = {
    OK: ("done", "No problem; there may be warnings."),
    FAILED: ("it failed; the reason is on stderr", "The doctor itself failed."),
    USAGE: ("the command was written wrong, or names what does not exist", "The same."),
    CONFIGURATION: (
        "a setting, a configuration file or the database is invalid or unusable",
        "The settings cannot be read; nothing is on stdout.",
    ),
    ATTENTION: ("it worked, and something needs attention", "At least one problem."),
}
CHECKS: Final[Mapping[CheckCode, str]] = {
    "start": "whether the database can be opened at all; nothing else is checked then, "
    "except the settings",
    "database": "integrity, and whether it answers",
    "backup": "the age of the newest backup (SQLite)",
    "disk": "free space for the data and for the copy before an upgrade (SQLite)",
    "database-log": "whether the write-ahead log is written back (SQLite)",
    "jobs": "last and next runs of the jobs of the process that runs, and whether "
    "workers run",
    "time-zones": "rules for each zone that is used, and their age",
    "pictures": "whether quotes can be drawn",
    "settings": "settings that do not fit together",
    "platform": "token, permissions and commands of a platform",
    "connection": "whether events of the platform can arrive",
    "clock": "this machine's clock against the platform's",
    "workspace": "whether a workspace is connected, and posted to",
    "channel": "what the bot may do in a channel, and whether posting there is paused",
    "quota": "of which quotas a workspace uses 80 % or more",
    "digest": "destinations, schedules and fonts of a digest, and when it is due",
    "source": "whether a source can be read",
    "delivery": "the newest messages that failed, are held or unclear",
    "deadline": "workspaces for which no time was left",
}
_CODES_HEAD: Final = """\
# Codes

Codes are for programs: they do not change between versions, while the words beside them
may.

## Exit codes
"""
_CHECKS_HEAD: Final = """\
## Checks of the doctor

The `code` of a finding in `standfirst doctor --json`;
[Monitoring](monitoring.md#the-doctor) shows one.
"""
_MESSAGES_HEAD: Final = """\
## Messages

What is stored of a decision, a failed source or a refused message is a code with
parameters; the words are made when it is shown, in the language of their reader.
Behind each code are its English words, {parameters} in braces.
"""


def render_codes() -> str:
    """Render the page of codes."""
    exits = [(f"`{code}`", *words) for code, words in EXIT_CODES.items()]
    checks = [(f"`{code}`", CHECKS[code]) for code in get_args(CheckCode)]
    parts = [
        _CODES_HEAD,
        format_table(("code", "meaning", "from `standfirst doctor`"), exits),
        _CHECKS_HEAD,
        format_table(("code", "what is checked"), checks),
        _MESSAGES_HEAD,
        *_list_message_tables(),
    ]
    return "\n".join(parts)


def _list_message_tables() -> list[str]:
    """List the stored messages, a table for each subject."""
    subjects: dict[str, list[tuple[str, str]]] = {}
    for code, forms in sorted(read_sentences().items()):
        line = (f"`{code}`", f"`{forms[-1]}`")
        subjects.setdefault(code.partition(".")[0], []).append(line)
    return [
        f"### {subject}\n\n{format_table(('code', 'words'), lines)}"
        for subject, lines in subjects.items()
    ]
