"""Jobs that are stored in a transaction, whose turn it is, and who sends with a token.

Workspaces take turns by start-time fair queueing (Goyal, Vin and Cheng, 1996): a job's
turn is one more than that of the workspace's last job, or than the turn being served
if that is higher. So a workspace with a thousand jobs does not delay another's first.

A row that is locked FOR SHARE here is not begun before our commit, because workers skip
locked rows: a waiting job that we rely on will see what we store.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from sqlalchemy import Connection, TextClause, func, select, text
from sqlalchemy.exc import IntegrityError

from bot.model.jobs import (
    QUEUES,
    DeliveryShare,
    JobRequest,
    QueueName,
    TaskName,
)
from bot.storage.job_tables import find_job_tables
from bot.storage.schema import delivery_shares, job_turns, workspaces
from bot.storage.statements import (
    batched,
    delete_rows,
    has_values,
    insert_into,
    upsert,
)
from digests.types import frozen

_TURN = job_turns.c
_SHARE = delivery_shares.c
_WORKSPACE = workspaces.c


# ── jobs to be stored ──────────────────────────────────────────────────────────


@frozen
class NewJob:
    """A job as the queue stores it."""

    task: TaskName
    queue: QueueName
    #: Whose turn it takes; 0 = of no workspace.
    workspace_id: int
    args: Mapping[str, int | str]
    #: Its subject: one job waits at a time.
    name: str
    lock: str
    #: Jobs of a queue start in this order.
    turn: int = 0


def prepare_jobs(
    conn: Connection, requests: Sequence[JobRequest], shared: Collection[str]
) -> tuple[NewJob, ...]:
    """Build the jobs that are not waiting yet, with their turns. PostgreSQL only.

    Args:
        conn: The transaction that stores the reason of the requests.
        requests: What was requested.
        shared: Platforms of which one token serves all workspaces.
    """
    platforms = _load_platforms(
        conn, {one.workspace_id for one in requests if one.task == "deliver"}
    )
    careful = any(one.unless_running for one in requests)
    running = _list_running(conn) if careful else frozenset()
    jobs: dict[str, NewJob] = {}
    for one in requests:
        job = None
        if one.task != "deliver":
            job = _build_job(one)
        elif share := one.share or _find_share(one.workspace_id, platforms, shared):
            job = _build_delivery_job(share)
        if job and not (one.unless_running and job.name in running):
            jobs[job.name] = job
    waiting = _lock_waiting(conn, sorted(jobs))
    new: dict[QueueName, list[NewJob]] = defaultdict(list)
    for name, job in jobs.items():
        if name not in waiting:
            new[job.queue].append(job)
    return tuple(
        job for queue in sorted(new) for job in _assign_turns(conn, queue, new[queue])
    )


@frozen
class QueueState:
    """How much waits, and who is there to do it."""

    #: Number of jobs that wait, by queue; every queue is named.
    waiting: Mapping[str, int]
    #: How long the oldest of them has waited.
    longest_wait: timedelta
    #: Whether a worker gave a sign of life within the last seconds.
    has_workers: bool


def find_queue_state(conn: Connection, lost_after: timedelta) -> QueueState | None:
    """Find the state of the queue; None where one process does everything.

    Args:
        conn: Inside a transaction.
        lost_after: Without a sign of life for so long, a worker counts as lost.
    """
    if conn.dialect.name == "sqlite" or find_job_tables(conn) is None:
        return None
    waits = text(
        "SELECT max(now() - e.at) FROM procrastinate_jobs j"
        " JOIN procrastinate_events e ON e.job_id = j.id WHERE j.status = 'todo'"
    )
    alive = text(
        "SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - :lost_after"
    )
    return QueueState(
        waiting=count_waiting(conn),
        longest_wait=conn.execute(waits).scalar() or timedelta(0),
        has_workers=bool(conn.execute(alive, {"lost_after": lost_after}).scalar()),
    )


def count_waiting(conn: Connection) -> Mapping[str, int]:
    """Count the jobs that wait, by queue; every queue is named."""
    query = text(
        "SELECT queue_name, count(*) AS n FROM procrastinate_jobs"
        " WHERE status = 'todo' GROUP BY queue_name"
    )
    counts = {row.queue_name: row.n for row in conn.execute(query)}
    return dict.fromkeys(QUEUES.values(), 0) | counts


def count_fair_part(conn: Connection, lost_after: timedelta) -> int:
    """Count the shares that each worker would hold if they were spread equally.

    Rounded up; 0 if no worker gave a sign of life within `lost_after`.
    """
    query = text(
        "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE queue_name = :queue),"
        " (SELECT count(*) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - :lost_after)"
    )
    values = {"queue": QUEUES["deliver"], "lost_after": lost_after}
    shares, listeners = conn.execute(query, values).one()
    # A process listens to each queue on its own.
    workers = ceil(listeners / len(set(QUEUES.values())))
    return ceil(shares / workers) if workers else 0


def measure_wait(conn: Connection, job_id: int) -> timedelta:
    """Measure how long a job waited that was begun now, by the database's clock."""
    query = text(
        "SELECT now() - max(at) FROM procrastinate_events"
        " WHERE job_id = :id AND type IN ('deferred', 'deferred_for_retry')"
    )
    waited: timedelta | None = conn.execute(query, {"id": job_id}).scalar()
    return waited or timedelta(0)


def is_source_being_read(conn: Connection, source_id: int) -> bool:
    """Whether a job reads the source now; False where one process does everything."""
    return _is_running(conn, _READS_SOURCE, source_id)


def is_source_read_for_edition(conn: Connection, source_id: int) -> bool:
    """Whether an edition is composed now whose digest reads the source."""
    return _is_running(conn, _READS_FOR_EDITION, source_id)


def _is_running(conn: Connection, query: TextClause, source_id: int) -> bool:
    if conn.dialect.name == "sqlite" or find_job_tables(conn) is None:
        return False
    return bool(conn.execute(query, {"source_id": source_id}).scalar())


_READS_SOURCE = text(
    "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing'"
    " AND task_name = 'read_source' AND (args ->> 'subject_id')::bigint = :source_id)"
)
_READS_FOR_EDITION = text(
    "SELECT EXISTS (SELECT FROM procrastinate_jobs j JOIN digest_sources s"
    " ON s.digest_id = (j.args ->> 'subject_id')::bigint WHERE j.status = 'doing'"
    " AND j.task_name = 'compose' AND s.source_id = :source_id AND NOT s.paused)"
)


def _list_running(conn: Connection) -> frozenset[str]:
    query = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'doing'")
    return frozenset(conn.execute(query).scalars())


def _build_job(one: JobRequest) -> NewJob:
    return NewJob(
        task=one.task,
        queue=QUEUES[one.task],
        workspace_id=one.workspace_id,
        args={"workspace_id": one.workspace_id, "subject_id": one.subject_id},
        name=one.name,
        lock=one.lock or one.name,
    )


def _find_share(
    workspace_id: int, platforms: Mapping[int, str], shared: Collection[str]
) -> DeliveryShare | None:
    platform = platforms.get(workspace_id)
    if platform is None:
        return None
    key = 0 if platform in shared else workspace_id
    return DeliveryShare(platform=platform, workspace_id=key)


def _build_delivery_job(share: DeliveryShare) -> NewJob:
    name = f"deliver:{share}"
    return NewJob(
        task="deliver",
        queue=QUEUES["deliver"],
        workspace_id=share.workspace_id,
        args={"platform": share.platform, "workspace_id": share.workspace_id},
        name=name,
        lock=name,
    )


def _load_platforms(conn: Connection, keys: Collection[int]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for some in batched(sorted(keys)):
        query = select(_WORKSPACE.id, _WORKSPACE.platform)
        rows = conn.execute(query.where(_WORKSPACE.id.in_(some)))
        found |= {row.id: row.platform for row in rows}
    return found


def _lock_waiting(conn: Connection, names: Sequence[str]) -> frozenset[str]:
    """Keep the waiting jobs of these names from starting until we commit; name them."""
    query = text(
        "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo'"
        " AND coalesce(scheduled_at <= now(), true) AND queueing_lock = ANY(:names)"
        " ORDER BY queueing_lock FOR SHARE"
    )
    return frozenset(conn.execute(query, {"names": list(names)}).scalars())


# ── jobs that run ──────────────────────────────────────────────────────────────


def restart_lost_jobs(conn: Connection, after: timedelta) -> tuple[str, ...]:
    """Have the jobs done again whose workers gave no sign of life for so long.

    Returns:
        Their tasks. A job is dropped if another one of its subject waits already.
    """
    lost = text(
        "SELECT j.id, j.task_name FROM procrastinate_jobs j"
        " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
        " WHERE j.status = 'doing'"
        " AND (w.id IS NULL OR w.last_heartbeat < now() - :after)"
        " FOR UPDATE OF j SKIP LOCKED"
    )
    rows = conn.execute(lost, {"after": after}).all()
    for row in rows:
        try:
            with conn.begin_nested():
                conn.execute(_WAIT_AGAIN, {"job_id": row.id})
        except IntegrityError:
            conn.execute(_DROP, {"job_id": row.id})
    return tuple(row.task_name for row in rows)


_WAIT_AGAIN = text(
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1,"
    " worker_id = NULL WHERE id = :job_id"
)
_DROP = text("DELETE FROM procrastinate_jobs WHERE id = :job_id")
#: For the library's connection: begin the job whose turn it is. Of those with the same
#: lock it is the first, if none of them runs. The library's own query would not pass
#: over workspaces.
TAKE_JOB = """
    WITH next AS MATERIALIZED (
        SELECT id FROM procrastinate_jobs AS job
        WHERE status = 'todo' AND queue_name = ANY(%(queues)s)
        AND coalesce(scheduled_at <= now(), true)
        AND NOT coalesce(args ->> 'workspace_id' = ANY(%(passed_over)s), false)
        AND NOT EXISTS (
            SELECT FROM procrastinate_jobs AS other WHERE other.lock = job.lock
            AND (
                other.status = 'doing' OR other.status = 'todo'
                AND (-other.priority, other.id) < (-job.priority, job.id)
            )
        )
        ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS job SET status = 'doing', worker_id = %(worker_id)s
    FROM next WHERE job.id = next.id RETURNING job.*
"""
#: For the library's connection: end a job, unless another worker does it by now.
DELETE_OWN_JOB = (
    "DELETE FROM procrastinate_jobs"
    " WHERE id = %(job_id)s AND worker_id = %(worker_id)s AND status = 'doing'"
)


# ── turns ──────────────────────────────────────────────────────────────────────


def _assign_turns(
    conn: Connection, queue: QueueName, jobs: Sequence[NewJob]
) -> list[NewJob]:
    counts = Counter(job.workspace_id for job in jobs)
    served = _find_turn_served(conn, queue)
    rows = [
        {"queue": queue, "workspace_key": key, "turn": served + counts[key]}
        for key in sorted(counts)
    ]
    statement = insert_into(conn, job_turns).values(rows)
    since = statement.excluded.turn - served
    later = func.greatest(_TURN.turn, served) + since
    statement = statement.on_conflict_do_update(
        index_elements=["queue", "workspace_key"], set_={"turn": later}
    )
    last = conn.execute(statement.returning(_TURN.workspace_key, _TURN.turn))
    turn = {row.workspace_key: row.turn - counts[row.workspace_key] for row in last}
    placed = []
    for job in jobs:
        turn[job.workspace_id] += 1
        placed.append(replace(job, turn=turn[job.workspace_id]))
    return placed


def _find_turn_served(conn: Connection, queue: QueueName) -> int:
    """Find the turn that began last; 0 if the queue is empty.

    An empty queue forgets all turns: nobody has to make up for what is done, and the
    numbers stay small.
    """
    query = text(
        "SELECT coalesce("
        "(SELECT -min(priority) FROM procrastinate_jobs"
        " WHERE status = 'doing' AND queue_name = :queue), "
        "(SELECT -max(priority) - 1 FROM procrastinate_jobs"
        " WHERE status = 'todo' AND queue_name = :queue))"
    )
    served = conn.execute(query, {"queue": queue}).scalar()
    if served is None:
        delete_rows(conn, job_turns, has_values(job_turns, queue=queue))
    return served or 0


# ── shares ─────────────────────────────────────────────────────────────────────


def take_share(conn: Connection, share: DeliveryShare, holder: str) -> timedelta:
    """Record that a process sends for a share; return how long ago another one did.

    A day if nobody else did. By the database's clock, which all machines share.
    """
    mine = {"platform": share.platform, "workspace_key": share.workspace_id}
    query = select(_SHARE.holder, func.now() - _SHARE.used_at)
    last = conn.execute(query.where(has_values(delivery_shares, **mine))).first()
    upsert(conn, delivery_shares, mine, {"holder": holder, "used_at": func.now()})
    if last is None or last[0] == holder:
        return timedelta(days=1)
    since: timedelta = last[1]
    return max(since, timedelta(0))


def give_back_share(
    conn: Connection, share: DeliveryShare, holder: str, unused: timedelta
) -> None:
    """Record until when a process used a share, unless another one took it over.

    Args:
        conn: Inside a transaction.
        share: Which one.
        holder: The process.
        unused: For how long it has sent nothing for it.
    """
    mine = has_values(
        delivery_shares,
        platform=share.platform,
        workspace_key=share.workspace_id,
        holder=holder,
    )
    until = func.now() - unused
    conn.execute(delivery_shares.update().where(mine).values(used_at=until))


def list_held_shares(conn: Connection, holder: str) -> frozenset[DeliveryShare]:
    """List the shares that this process took last."""
    query = select(_SHARE.platform, _SHARE.workspace_key)
    rows = conn.execute(query.where(_SHARE.holder == holder))
    return frozenset(
        DeliveryShare(platform=row.platform, workspace_id=row.workspace_key)
        for row in rows
    )
