"""The scheduler of several processes: turn what is due into jobs for the workers.

It is the only clock. Each of its named jobs finds what is due in the tables, and
requests jobs for it in one transaction; for the same subject, one job waits at a time.
What a transaction elsewhere stored has its job already. So this finds what became due
by time, and what a lost process did not request. Jobs that a lost worker was doing are
restarted by the workers that live (`bot.jobs.workers`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.delivery import recording
from bot.ingest.addresses import extract_host
from bot.ingest.source_state import current_address
from bot.jobs.scheduler import RunJob
from bot.model import JobName
from bot.model.jobs import DeliveryShares, JobRequest, QueueName
from bot.model.scope import Scope
from bot.ports import Clock
from bot.publishing.editions import EditionPublisher
from bot.publishing.full_texts import FullTextPlanner
from bot.storage import (
    Connection,
    Database,
    correction_store,
    delivery_queue,
    draft_message_store,
    job_requests,
    job_store,
    notice_store,
    published_article_store,
    schedule_store,
    source_store,
)
from digests.types import frozen

#: Subjects that one look requests jobs for; the next look finds the others.
BATCH: Final = 500
#: Jobs of a queue that may wait: what is due beyond them waits in its table.
MOST_WAITING: Final = 2000
#: Sources of one host that one look requests jobs for. More would wait in the queue, as
#: a host is asked for one at a time, and workers would pass over them at each job.
MOST_OF_HOST: Final = 30


@frozen
class JobDispatcher:
    """Requests jobs for what is due, over one database."""

    db: Database
    clock: Clock
    publisher: EditionPublisher
    full_texts: FullTextPlanner
    #: What the workers send.
    shares: DeliveryShares
    uncertain_wait: timedelta

    def build_jobs(self) -> dict[JobName, RunJob]:
        """Map each of the named jobs to the function that requests its work."""
        return {
            "publish": self.publish,
            "deliver": self.deliver,
            "poll": self.poll,
            "notify": self.deliver,
            "maintain": self.maintain,
        }

    async def start(self) -> None:
        """Let what was refused be tried again: there may be a new token."""
        await self.db.write(recording.retry_refused, self.clock.now())

    async def publish(self) -> datetime | None:
        """Plan due schedules; request editions and corrections."""
        await self.publisher.plan()
        await self._request(list_editions_to_compose)
        await self._request(self._list_corrections)
        comparison = await self.db.read(published_article_store.find_next_comparison_at)
        due = await self.publisher.next_due()
        return min((at for at in (comparison, due) if at), default=None)

    async def deliver(self) -> datetime | None:
        """Request what can be sent, read back or expires."""
        await self._request(self._list_deliveries)
        find_next, wait = delivery_queue.find_next_delivery_at, self.uncertain_wait
        return await self._later(await self.db.read(find_next, wait, self.shares))

    async def poll(self) -> datetime | None:
        """Request the sources and pages that are due to be read."""
        await self._request(list_sources_to_read)
        await self._request(_list_pages)
        looks, following = await self.full_texts.choose_looks()
        await self.db.write(_request_looks, looks)
        now = self.clock.now()
        source = await self.db.read(source_store.find_next_poll_at, now)
        page = await self.db.read(published_article_store.find_next_reread_at)
        moments = (source, page, following)
        return await self._later(min((at for at in moments if at), default=None))

    async def maintain(self) -> None:
        """Request the regular maintenance."""
        await self.db.write(_request_all, [_MAINTENANCE])

    async def _later(self, at: datetime | None) -> datetime | None:
        """Leave out a moment that has passed: its job was requested just now."""
        return None if at is None or at <= self.clock.now() else at

    async def _request(self, list_due: "ListDue") -> None:
        await self.db.write(_request_due, list_due, self.clock.now())

    def _list_corrections(self, conn: Connection, now: datetime) -> list[JobRequest]:
        """One job compares texts and orders edits, for all editions in turn."""
        due = published_article_store.list_due_comparisons(conn, now, 1)
        names = tuple(self.shares.platforms)
        ordered = correction_store.list_due_corrections(conn, names, 1)
        return [_CORRECTION] if due or ordered else []

    def _list_deliveries(self, conn: Connection, now: datetime) -> list[JobRequest]:
        wait, shares = self.uncertain_wait, self.shares
        due = delivery_queue.list_due_workspaces(conn, now, wait, shares)
        noticed = notice_store.list_noticed_workspaces(conn, now, shares)
        shown = draft_message_store.list_workspaces(conn, now, shares)
        return [
            JobRequest(task="deliver", workspace_id=key, unless_running=True)
            for key in sorted({*due, *noticed, *shown})
        ]


#: Lists requests for what is due at an instant.
ListDue = Callable[[Connection, datetime], Sequence[JobRequest]]
_CORRECTION: Final = JobRequest(task="correct", unless_running=True)
_PAGES: Final = JobRequest(task="read_pages", unless_running=True)
_MAINTENANCE: Final = JobRequest(task="maintain", unless_running=True)


def list_editions_to_compose(conn: Connection, now: datetime) -> list[JobRequest]:
    """List requests for the digests with due occurrences."""
    if not _accepts_more(conn, "publish"):
        return []
    due = schedule_store.list_due_occurrences(conn, now, BATCH)
    requests = map(schedule_store.build_compose_request, due)
    return [replace(one, unless_running=True) for one in requests]


def list_sources_to_read(conn: Connection, now: datetime) -> list[JobRequest]:
    """List requests for the sources that are due; one host is asked for one at a time.

    They take the turns of the workspace that reads them.
    """
    if not _accepts_more(conn, "read"):
        return []
    due = source_store.list_due_sources(conn, now, BATCH)
    readers = source_store.find_reading_workspaces(conn, [one.id for one in due])
    hosts = Counter[str]()
    requests = []
    for one in due:
        host = extract_host(current_address(one)) or str(one.id)
        hosts[host] += 1
        if hosts[host] > MOST_OF_HOST:
            continue
        request = JobRequest(
            task="read_source",
            workspace_id=readers.get(one.id, 0),
            subject_id=one.id,
            lock=f"host:{host}",
            unless_running=True,
        )
        requests.append(request)
    return requests


def _list_pages(conn: Connection, now: datetime) -> list[JobRequest]:
    return [_PAGES] if published_article_store.list_due_rereads(conn, now, 1) else []


def _accepts_more(conn: Connection, queue: QueueName) -> bool:
    return job_store.count_waiting(conn)[queue] < MOST_WAITING


def _request_due(conn: Connection, list_due: ListDue, now: datetime) -> None:
    _request_all(conn, list_due(conn, now))


def _request_looks(conn: Connection, looks: Sequence[tuple[Scope, int]]) -> None:
    requests = [
        JobRequest.for_digest("look_ahead", scope.workspace_id, digest_id)
        for scope, digest_id in looks
    ]
    _request_all(conn, requests)


def _request_all(conn: Connection, requests: Sequence[JobRequest]) -> None:
    for one in requests:
        job_requests.request_job(conn, one)
