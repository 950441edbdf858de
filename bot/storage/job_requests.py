"""Requests for jobs within a transaction.

A function that stores something due requests the job for it on the same connection.
`Database.write` hands the requests to the queue before the commit, so that a job exists
if, and only if, its reason is stored.
"""

from sqlalchemy import Connection

from bot.model.jobs import JobRequest

_REQUESTED = "standfirst_jobs"


def start_collecting(conn: Connection) -> None:
    """Forget what an earlier transaction on this connection requested."""
    conn.info[_REQUESTED] = {}


def request_job(conn: Connection, request: JobRequest) -> None:
    """Request a job, which runs after the commit; one for each subject."""
    conn.info.setdefault(_REQUESTED, {})[request.name] = request


def list_requested(conn: Connection) -> tuple[JobRequest, ...]:
    """List what this transaction requested."""
    return tuple(conn.info.get(_REQUESTED, {}).values())
