"""The contract of everything that does the bot's work: what is due is done, once.

One process alone on either database, or a scheduler and workers over PostgreSQL.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import list_platforms, open_application
from bot.configuration import file_import
from bot.model import Digest, DueMoment, Permission, Person
from bot.publishing.draft_acts import DraftActRequest
from bot.runner import Application, Role, run_application
from bot.storage import (
    Connection,
    digest_store,
    draft_store,
    schedule_store,
    workspace_store,
)
from tests.bot.harness import BRIDGE, FLOOD, POOL
from tests.builders import some_settings

#: Seconds that a step may take on a busy machine before the test gives up.
PATIENCE = 40.0

CONFIGURATION = """
[[workspace]]
platform = "local"
id = "{name}"

[[workspace.destination]]
name = "{name}"
channel = "{name}"

[[workspace.digest]]
name = "{name}"
sources = ["articles"]
destinations = ["{name}"]
schedule = "daily at {hour}:00 UTC"
"""


#: A channel of the editors, and drafts that wait for their approval.
REVIEW = """review = "hold"
review_channel = "desk"

[[workspace.destination]]
name = "desk"
channel = "desk"
"""


@dataclass(frozen=True)
class Installation:
    """A database, and the roles of the processes over it."""

    home: Path
    url: str
    roles: tuple[Role, ...]

    def write_article(self, text: str) -> None:
        folder = self.home / "articles"
        folder.mkdir(exist_ok=True)
        (folder / f"{len(list(folder.iterdir()))}.txt").write_text(text)

    @asynccontextmanager
    async def open(self, role: Role = "all") -> AsyncIterator[Application]:
        settings = some_settings(database_url=self.url, web_port=0)
        async with open_application(settings, role=role) as app:
            yield app

    async def set_up(self, *names: str, extra: str = "") -> None:
        file = self.home / "standfirst.toml"
        # Half a day from now: no draft for the next time is due while a test runs.
        hour = (datetime.now(UTC).hour + 12) % 24
        spaces = "\n".join(CONFIGURATION.format(name=n, hour=hour) for n in names)
        file.write_text(spaces + extra)
        async with self.open() as app:
            await app.db.write(
                file_import.apply_file,
                file_import.read_file(file, list_platforms()),
                prune=False,
                now=app.clock.now(),
                quotas=app.settings.quotas,
            )

    async def order(self, *names: str) -> None:
        """Order an edition of each digest now, as a command in another process does."""
        async with self.open(self.roles[0]) as app:
            for digest in await app.db.read(_list_digests):
                if digest.name in names:
                    await app.publisher.order(digest, f"order of {digest.name}")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Callable[..., Awaitable[None]]]:
        """Run its processes; the block gets a function that waits for a query."""
        async with AsyncExitStack() as stack:
            apps = [await stack.enter_async_context(self.open(r)) for r in self.roles]
            tasks = [
                asyncio.create_task(run_application(app, lambda _: None, ()))
                for app in apps
            ]

            async def until(query: str, expected: object) -> None:
                found: object = None
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        while found != expected:
                            found = await apps[0].db.read(_ask, query)
                            await asyncio.sleep(0.1)
                assert found == expected

            try:
                yield until
            finally:
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(r, asyncio.CancelledError) for r in results)


def _list_digests(conn: Connection) -> list[Digest]:
    spaces = workspace_store.list_workspaces(conn)
    return [one for s in spaces for one in digest_store.list_digests(conn, s.scope)]


def _ask(conn: Connection, query: str) -> object:
    return conn.execute(text(query)).scalar()


@pytest.fixture(
    params=[
        "one process, SQLite",
        pytest.param("one process, PostgreSQL", marks=pytest.mark.postgres),
        pytest.param("several processes", marks=pytest.mark.postgres),
    ]
)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    if request.param == "one process, SQLite":
        return Installation(tmp_path, request.getfixturevalue("sqlite_url"), ("all",))
    url = request.getfixturevalue("queue_url")
    if request.param == "one process, PostgreSQL":
        return Installation(tmp_path, url, ("all",))
    return Installation(tmp_path, url, ("scheduler", "worker", "worker"))


async def test_what_is_ordered_is_read_composed_and_posted_once(installation):
    installation.write_article(BRIDGE)
    await installation.set_up("morning")
    async with installation.running() as until:
        await installation.order("morning")
        await until("SELECT count(*) FROM deliveries WHERE state = 'sent'", 1)
        await until("SELECT count(*) FROM local_messages", 1)


async def test_what_was_ordered_while_nothing_ran_is_posted_by_the_next_start(
    installation,
):
    installation.write_article(BRIDGE)
    await installation.set_up("morning")
    await installation.order("morning")
    async with installation.running() as until:
        await until("SELECT count(*) FROM local_messages", 1)


async def test_every_workspace_gets_its_edition(installation):
    for one in (BRIDGE, POOL, FLOOD):
        installation.write_article(one)
    names = [f"newsroom-{number}" for number in range(5)]
    await installation.set_up(*names)
    await installation.order(*names)
    async with installation.running() as until:
        await until("SELECT count(DISTINCT workspace_id) FROM local_messages", 5)
        await until("SELECT count(*) FROM editions", 5)


async def test_sources_are_read_when_they_are_due(installation):
    installation.write_article(POOL)
    await installation.set_up("morning")
    async with installation.running() as until:
        await until("SELECT count(*) FROM articles", 1)


async def test_a_draft_is_shown_and_is_posted_once_when_an_editor_approved_it(
    installation,
):
    installation.write_article(BRIDGE)
    await installation.set_up("morning", extra=REVIEW)
    async with installation.running() as until:
        async with installation.open(installation.roles[0]) as app:
            (digest,) = await app.db.read(_list_digests)
            await app.db.write(plan_review, digest, app.clock.now())
        await until("SELECT count(*) FROM drafts WHERE reminded_at IS NOT NULL", 1)
        # The draft, and the reminder that it waits.
        await until("SELECT count(*) FROM local_messages WHERE channel = 'desk'", 2)
        async with installation.open(installation.roles[0]) as app:
            await approve(app, digest)
        await until("SELECT count(*) FROM deliveries WHERE state = 'sent'", 1)
        await until("SELECT count(*) FROM drafts WHERE state = 'posted'", 1)
        await until("SELECT count(*) FROM local_messages WHERE channel = 'desk'", 1)
    async with installation.open() as app:
        everything = "SELECT count(*) FROM local_messages"
        assert await app.db.read(_ask, everything) == 2


def plan_review(conn: Connection, digest: Digest, now: datetime) -> None:
    due = DueMoment(at=now, local_date=now.date(), slot="08:30")
    schedule_store.plan_occurrence(
        conn,
        digest.scope,
        digest_id=digest.id,
        due=due,
        zone="UTC",
        trigger="schedule",
        review_at=now,
    )


async def approve(app: Application, digest: Digest) -> None:
    (draft,) = await app.db.read(draft_store.list_open_drafts, digest.scope)
    await app.db.write(
        app.publisher.drafts.processor.act,
        digest.scope,
        public_id=draft.public_id,
        version=draft.version,
        request=DraftActRequest(kind="approve"),
        who=Person(id="ana", name="Ana", permission=Permission.EDITOR),
        now=app.clock.now(),
    )


async def test_a_clean_stop_leaves_nothing_behind(installation):
    installation.write_article(BRIDGE)
    await installation.set_up("morning")
    await installation.order("morning")
    async with installation.running() as until:
        await until("SELECT count(*) FROM local_messages", 1)
    async with installation.open() as app:
        open_states = "('sending', 'uncertain')"
        states = f"SELECT count(*) FROM deliveries WHERE state IN {open_states}"
        assert await app.db.read(_ask, states) == 0
        held = "SELECT count(*) FROM leases WHERE holder IS NOT NULL"
        assert await app.db.read(_ask, held) == 0
