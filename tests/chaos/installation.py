"""One installation in real time: a database, both platforms, news, what must arrive.

Slack teams have tokens of their own; one Discord bot serves a server with many
channels. Articles appear in folders, and editions are ordered all the time, so that at
any moment some process reads, composes and sends. In the end the channels are compared
with the articles and with the database: each article was told once in each channel of
its digest.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import text

from bot.app import choose_clock
from bot.configuration import file_import
from bot.errors import BotError
from bot.jobs.job_queue import read_table_scripts
from bot.model import AppInstallation, Digest, InstallationTokens
from bot.model.scope import Scope
from bot.platforms.plugins import load_plugins
from bot.ports import Clock
from bot.publishing import planning
from bot.storage import (
    Connection,
    Database,
    digest_store,
    job_tables,
    schema_upgrade,
)
from bot.storage.installation_store import DatabaseInstallationStore, TokenCipher
from tests.chaos.invented_news import NewsGenerator
from tests.chaos.platform_wires import DiscordWire, SlackWire
from tests.chaos.rush import Counting
from tests.chaos.world import Findings
from tests.wire.discord import server as discord_server
from tests.wire.discord.ledger import GUILD
from tests.wire.slack import server as slack_server
from tests.wire.slack.server import SCOPES, Bucket
from tests.wire.slack.teams import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, Held

KEY: Final = "0123456789abcdef0123456789abcdef"
#: Of a send, and until what is unclear is read back: seconds.
SEND_TIMEOUT, UNCERTAIN_WAIT = 4.0, 6.0
#: Sources that are due to be read at a time.
_READ_AT_ONCE: Final = 3
_WORKSPACE = """
[[workspace]]
platform = "{platform}"
id = "{id}"

"""
_DESTINATION = """[[workspace.destination]]
name = "n{channel}"
channel = "{channel}"

"""
_DIGEST = """[[workspace.digest]]
name = "{name}"
sources = ["{name}"]
destinations = [{names}]
schedule = "every 5 minutes UTC"
stories = 15
cards = "{cards}"

"""
_DELIVERIES = """
SELECT key, state, channel, part, edition_id, reason, attempt
FROM deliveries WHERE operation = 'post' ORDER BY id
"""
_READ_NOW = """
UPDATE sources SET next_poll_at = now() - interval '1 second' WHERE id IN
(SELECT id FROM sources ORDER BY random() LIMIT :count)
"""
_WORD = re.compile(r"[A-Z][a-z]+")


@dataclass(eq=False, kw_only=True)
class Desk:
    """One digest, its channels and its news."""

    name: str
    platform: str
    workspace: str
    channels: Sequence[str]
    press: NewsGenerator
    #: Articles that a channel was not told of yet.
    untold: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Installation:
    """All state of one installation."""

    name: str
    folder: Path
    random: Random
    url: str
    db: Database
    clock: Clock
    slack: SlackWire
    discord: DiscordWire
    counting: Counting
    desks: Sequence[Desk]
    orders: int = 0
    _unordered: list[Desk] = field(default_factory=list)
    _digests: dict[str, Digest] = field(default_factory=dict)

    def settings(self, url: str) -> Mapping[str, Any]:
        """Settings of a process that reaches the database under this address."""
        address = self.slack.slack.address
        return {
            "database_url": url,
            "secret_key": KEY,
            **self.discord.settings,
            "slack_app_token": address["app_token"],
            "slack_api_base": address["api_base"],
            "slack_client_id": CLIENT_ID,
            "slack_client_secret": CLIENT_SECRET,
            "public_url": PUBLIC_URL,
            "send_timeout": SEND_TIMEOUT,
            "uncertain_wait": UNCERTAIN_WAIT,
            "log_format": "json",
        }

    # ── what happens ───────────────────────────────────────────────────────────

    async def publish(self, every: float) -> None:
        """Publish and order editions, one in so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(every * self.random.uniform(0.5, 1.5))
            idle = [desk for desk in self.desks if not self._look(desk)]
            if idle:
                await self._issue(self.random.choice(idle))

    async def _issue(self, desk: Desk) -> None:
        long = self.random.random() < 0.12
        number = self.random.randint(6, 8) if long else self.random.randint(1, 2)
        desk.press.forget()
        stories = desk.press.publish(self.clock.now(), number, long=long)
        desk.untold |= {story.name for story in stories}
        self._unordered.append(desk)
        await self._order_all()

    async def _order_all(self) -> None:
        """Order what is published; what the database refuses is ordered again."""
        with suppress(BotError):
            while self._unordered:
                self.orders += 1
                key = f"order-{self.orders}"
                await self.db.write(self._order, self._unordered[-1], key)
                self._unordered.pop()

    def _order(self, conn: Connection, desk: Desk, key: str) -> None:
        digest = self._digests.get(desk.name) or _find_digest(conn, desk)
        self._digests[desk.name] = digest
        due = planning.manual_due(digest, self.clock.now(), key)
        planning.plan_manual_occurrence(conn, digest, due)
        conn.execute(text(_READ_NOW), {"count": _READ_AT_ONCE})

    def _look(self, desk: Desk) -> set[str]:
        """Move what was told in all channels; return what was not."""
        if desk.untold:
            seen = [self._names_in(desk, channel) for channel in desk.channels]
            done = desk.untold.intersection(*seen)
            desk.untold -= done
            desk.told |= done
        return desk.untold

    def _names_in(self, desk: Desk, channel: str) -> set[str]:
        posts = self._posts(desk, channel)
        return {name for post in posts for name in _WORD.findall(post.text)}

    def _posts(self, desk: Desk, channel: str) -> list[Any]:
        wire = self.slack if desk.platform == "slack" else self.discord
        return wire.posts(channel)

    async def settle(self, patience: float) -> float:
        """Wait until everything was told and recorded; return how long it took."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while loop.time() - begun < patience:
            await self._order_all()
            waiting = [desk for desk in self.desks if self._look(desk)]
            if not waiting:
                with suppress(BotError):
                    if not await self.db.read(_count_open):
                        break
            await asyncio.sleep(0.5)
        return loop.time() - begun

    # ── results ────────────────────────────────────────────────────────────────

    @property
    def messages(self) -> int:
        """The number of messages in all channels."""
        return sum(
            len(self._posts(desk, channel))
            for desk in self.desks
            for channel in desk.channels
        )

    @property
    def limited(self) -> int:
        """How often a platform answered that there were too many requests."""
        return self.counting.earned + self.slack.slack.limited

    async def uncertain(self) -> int:
        """Count the messages that were sent more than once, or looked for."""
        rows = await self.db.read(_list_rows)
        return sum(row.attempt > 1 for row in rows)

    async def check(self) -> Findings:
        """Compare the channels with the articles and the database."""
        found = Findings()
        rows = await self.db.read(_list_rows)
        by_key = {row.key: row for row in rows}
        for desk in self.desks:
            for channel in desk.channels:
                self._check_channel(desk, channel, by_key, found)
        standing = Counter(
            (channel, post.key)
            for desk in self.desks
            for channel in desk.channels
            for post in self._posts(desk, channel)
        )
        for row in rows:
            where = f"{self.name}: {row.channel} part {row.part} {row.key}"
            if row.state != "sent":
                found.unsettled.append(f"{where} is {row.state}: {row.reason}")
            number = standing[row.channel, row.key]
            if number == 0:
                found.lost.append(f"{where} is {row.state} and nowhere")
            if number > 1:
                found.doubled.append(f"{where} stands there {number} times")
        return found

    async def explain(self) -> list[str]:
        """Describe the jobs and occurrences that are left, where something is wrong."""
        return [f"{self.name}: {row}" for row in await self.db.read(_list_left)]

    def _check_channel(
        self, desk: Desk, channel: str, by_key: Mapping[str, Any], found: Findings
    ) -> None:
        where = f"{self.name}: {channel}"
        names = desk.told | desk.untold
        told: defaultdict[str, set[int]] = defaultdict(set)
        last: dict[int, int] = {}
        for post in self._posts(desk, channel):
            row = by_key.get(post.key)
            if row is None:
                found.doubled.append(f"{where} has {post.key}, unknown")
                continue
            if row.part < last.get(row.edition_id, -1):
                said = f"{where}: part {row.part} of {row.edition_id} came late"
                found.unsettled.append(said)
            last[row.edition_id] = row.part
            for name in names & set(_WORD.findall(post.text)):
                told[name].add(row.edition_id)
        for name in names:
            if not told[name]:
                found.lost.append(f"{where} was never told of {name}")
            if len(told[name]) > 1:
                found.doubled.append(f"{where} was told of {name} twice")


def _find_digest(conn: Connection, desk: Desk) -> Digest:
    query = text("SELECT id FROM workspaces WHERE platform = :p AND external_id = :e")
    values = {"p": desk.platform, "e": desk.workspace}
    scope = Scope(conn.execute(query, values).scalar_one())
    found = digest_store.find_digest_by_name(conn, scope, desk.name)
    assert found is not None
    return found


def _list_rows(conn: Connection) -> Sequence[Any]:
    return conn.execute(text(_DELIVERIES)).all()


def _list_left(conn: Connection) -> Sequence[str]:
    jobs = (
        "SELECT j.queueing_lock, j.status, j.attempts, w.last_heartbeat, now() AS now"
        " FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w"
        " ON w.id = j.worker_id LIMIT 30"
    )
    due = "SELECT digest_id, state, due_at, reason FROM occurrences WHERE state = 'due'"
    return [
        str(dict(row._mapping)) for q in (jobs, due) for row in conn.execute(text(q))
    ]


def _count_open(conn: Connection) -> int:
    query = (
        "SELECT (SELECT count(*) FROM deliveries WHERE state <> 'sent')"
        " + (SELECT count(*) FROM occurrences WHERE state = 'due')"
    )
    return int(conn.execute(text(query)).scalar_one())


# ── building ───────────────────────────────────────────────────────────────────


@asynccontextmanager
async def installation(
    name: str, folder: Path, url: str, random: Random, *, teams: int, digests: int
) -> AsyncIterator[Installation]:
    """Make an installation over an empty database; nothing is due in it yet.

    Args:
        name: For messages.
        folder: Of its articles.
        url: Address of the database.
        random: Of everything that is drawn.
        teams: Workspaces on Slack, with a digest for two channels each.
        digests: Of the one server on Discord, for three channels each.
    """
    folder.mkdir(parents=True)
    await asyncio.to_thread(schema_upgrade.upgrade_database, url)
    db = await asyncio.to_thread(Database.open, url)
    # The processes use the clock of the server too.
    clock = choose_clock(db)
    try:
        await db.read(_count_open)
        async with (
            slack_server.serving(clock) as slack,
            discord_server.serving(clock) as discord,
        ):
            # The checked figures do not depend on the schema.
            discord.official = False
            slack.channel_limit = lambda: Bucket(per_second=1, burst=2)
            desks = [*_slack_desks(folder, random, teams)]
            desks += _discord_desks(folder, random, digests)
            built = Installation(
                name=name,
                folder=folder,
                random=random,
                url=url,
                db=db,
                clock=clock,
                slack=SlackWire(slack),
                discord=DiscordWire(discord),
                counting=Counting(discord=discord),
                desks=desks,
            )
            await db.write(job_tables.upgrade_job_tables, read_table_scripts())
            await _configure(built)
            await _install(built)
            yield built
    finally:
        await db.close()


def _slack_desks(folder: Path, random: Random, teams: int) -> Iterable[Desk]:
    for number in range(teams):
        name = f"team-{number}"
        yield Desk(
            name=name,
            platform="slack",
            workspace=f"T{2000 + number}",
            channels=[f"C{30_000 + 10 * number + n}" for n in range(2)],
            press=NewsGenerator(folder / name, random),
        )


def _discord_desks(folder: Path, random: Random, digests: int) -> Iterable[Desk]:
    for number in range(digests):
        name = f"digest-{number}"
        yield Desk(
            name=name,
            platform="discord",
            workspace=GUILD,
            channels=[str(30_000 + 10 * number + n) for n in range(3)],
            press=NewsGenerator(folder / name, random),
        )


async def _configure(built: Installation) -> None:
    of_workspace: defaultdict[tuple[str, str], list[Desk]] = defaultdict(list)
    for desk in built.desks:
        of_workspace[desk.platform, desk.workspace].append(desk)
        for channel in desk.channels:
            if desk.platform == "slack":
                built.slack.slack.ledger.channel(channel, team=desk.workspace)
            else:
                built.discord.discord.ledger.channel(channel)
                # An empty channel and a closed one are indistinguishable.
                built.discord.discord.ledger.chatter(channel)
    file = built.folder / "newsroom.toml"
    blocks = (_format(*key, desks) for key, desks in of_workspace.items())
    file.write_text("".join(blocks), encoding="utf-8")
    await built.db.write(
        file_import.apply_file,
        file_import.read_file(file, load_plugins()),
        prune=False,
        now=built.clock.now(),
    )


def _format(platform: str, workspace: str, desks: Sequence[Desk]) -> str:
    written = _WORKSPACE.format(platform=platform, id=workspace)
    for desk in desks:
        written += "".join(_DESTINATION.format(channel=c) for c in desk.channels)
    # Uploads to Slack are requests of their own, with a trial of their own.
    cards = "off" if platform == "slack" else "all"
    for desk in desks:
        names = ", ".join(f'"n{channel}"' for channel in desk.channels)
        written += _DIGEST.format(name=desk.name, names=names, cards=cards)
    return written


async def _install(built: Installation) -> None:
    """Install the app in every team, each with a token of its own."""
    slack, cipher = built.slack.slack, TokenCipher(KEY.encode())
    store = DatabaseInstallationStore(built.db, cipher, built.clock, "slack")
    for team in sorted({d.workspace for d in built.desks if d.platform == "slack"}):
        token = f"xoxb-{team}-of-no-value"
        scopes = tuple(sorted(SCOPES))
        held = Held(team=team, scopes=",".join(scopes), expires_at=None)
        slack.teams.tokens[token] = held
        slack.teams.names[team] = f"Team {team}"
        await store.keep(
            AppInstallation(
                team=team,
                name=f"Team {team}",
                installer="U7001",
                scopes=scopes,
                installed_at=built.clock.now(),
                tokens=InstallationTokens(token=token),
            )
        )
