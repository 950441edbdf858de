"""What processes of roles talk to: news sites, Discord and Slack, each in a process.

A site has an address of loopback of its own, because one host is asked for one source
at a time. A feed answers 304 to a reader that has seen it, until it is renewed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bot.app import SystemClock
from tests import feeds
from tests.bench import same_sources
from tests.chaos.rush import Counting
from tests.wire.discord import server as discord_server
from tests.wire.slack import server as slack_server
from tests.wire.slack.server import SCOPES, Bucket
from tests.wire.slack.teams import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, Held

#: Sites for which loopback has an address here.
HOSTS = 200
#: The first channel on Discord.
FIRST_CHANNEL = 500_000
CHANNELS = 1000


class End:
    """A process that answers requests over a pipe."""

    def __init__(self, pipe: Pipe, pid: int) -> None:
        self.pid = pid
        self._pipe = pipe
        #: What it says first.
        self.said: Any = pipe.recv()

    def ask(self, question: Any) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()


@contextmanager
def running(serve: Any, *args: Any) -> Iterator[End]:
    """Run one of the functions below in a process of its own."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(serve, there, *args), daemon=True)
    process.start()
    assert process.pid is not None, "it was started"
    end = End(here, process.pid)
    try:
        yield end
    finally:
        here.send(None)
        process.join(10)
        if process.is_alive():
            process.kill()


def _run(serve: Any, pipe: Pipe, *args: Any) -> None:
    asyncio.run(serve(pipe, *args))


# ── news ───────────────────────────────────────────────────────────────────────


def get_address(port: int, number: int) -> str:
    """The address of a feed."""
    return f"http://127.1.0.{number % HOSTS + 1}:{port}/{number}/feed"


async def serve_news(
    pipe: Pipe, count: int, articles: int, characters: int, own: bool = True
) -> None:
    """Serve feeds, and renew them on request.

    Args:
        pipe: Receives how many new articles each feed gets, and their length.
        count: How many feeds there are.
        articles: Articles of each feed at first.
        characters: Length of an article.
        own: Whether each feed has its own articles.
    """
    news = News(count, characters, own)
    news.renew(articles)
    hosts = [f"127.1.0.{n + 1}" for n in range(min(count, HOSTS))]
    server = await asyncio.start_server(news.handle, hosts, 0, reuse_port=False)
    # Every address has to have the same port.
    port = server.sockets[0].getsockname()[1]
    server.close()
    server = await asyncio.start_server(news.handle, hosts, port, backlog=512)
    pipe.send(port)
    while (more := await asyncio.to_thread(pipe.recv)) is not None:
        articles, news.characters = more
        news.renew(articles)
        pipe.send(news.asked)
    server.close()


class News:
    """Feeds in memory."""

    def __init__(self, count: int, characters: int, own: bool) -> None:
        self.count, self.characters, self.own = count, characters, own
        self.asked = 0
        self.version = 0
        self._made = 0
        self._samples = same_sources.articles(30)
        self._bodies: list[bytes] = []

    def renew(self, articles: int) -> None:
        """Replace the articles of each feed by new ones."""
        self.version += 1
        if self.own:
            self._bodies = [self._build(n, articles) for n in range(self.count)]
        else:
            self._bodies = [self._build(0, articles)] * self.count

    def _build(self, feed: int, articles: int) -> bytes:
        now = datetime.now(UTC)
        items = []
        for number in range(self._made, self._made + articles):
            sample = self._samples[number % len(self._samples)]
            own = same_sources._of_its_own(sample, number)
            items.append(
                feeds.Item(
                    title=own.title or "",
                    text=_of_length(own.text, self.characters),
                    guid=f"{feed}-{number}",
                    link=f"https://outlet{feed}.example/{number}",
                    published=now - timedelta(minutes=number % 300 + 1),
                )
            )
        self._made += articles
        return feeds.rss(items, title=f"Courier {feed}")

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        self.asked += 1
        path = head.split(b" ", 2)[1].decode()
        number, _, rest = path.strip("/").partition("/")
        if rest != "feed":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        tag = f'"v{self.version}"'.encode()
        if b"If-None-Match: " + tag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
        body = self._bodies[int(number)]
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "
            + tag
            + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )


def _of_length(text: str, characters: int) -> str:
    """The text, repeated or cut at the end of a sentence."""
    while len(text) < characters:
        text = f"{text}\n\n{text}"
    cut = text[:characters]
    return cut[: cut.rfind(".") + 1] or cut


# ── platforms ──────────────────────────────────────────────────────────────────


async def serve_discord(pipe: Pipe, limited: bool) -> None:
    """Serve Discord, with its limit of fifty requests in any second or without."""
    async with discord_server.serving(SystemClock()) as discord:
        discord.official = False
        for number in range(CHANNELS):
            discord.ledger.channel(str(FIRST_CHANNEL + number))
        counting = Counting(discord=discord)
        if not limited:
            counting._limit = lambda call: None  # type: ignore[method-assign]
        pipe.send(
            {
                "STANDFIRST_DISCORD_TOKEN": discord.address["token"],
                "STANDFIRST_DISCORD_API_BASE": discord.address["api_base"],
                "STANDFIRST_DISCORD_GATEWAY": discord.address["gateway"],
            }
        )
        while await asyncio.to_thread(pipe.recv) is not None:
            arrived = [(call.at, call.channel) for call in discord.asked("post")]
            pipe.send({"arrived": arrived, "earned": counting.earned})


def name_team(number: int) -> str:
    return f"T{5000 + number}"


def name_token(number: int) -> str:
    return f"xoxb-{number}-of-no-value"


def name_channel(team: int, number: int) -> str:
    return f"C{100_000 + 1000 * team + number}"


async def serve_slack(
    pipe: Pipe, teams: int, channels: int, rate: float | None
) -> None:
    """Serve Slack: teams with a token each; `rate` posts a second and channel."""
    async with slack_server.serving(SystemClock()) as slack:
        scopes = ",".join(sorted(SCOPES))
        for team in range(teams):
            name = name_team(team)
            slack.teams.names[name] = f"Team {team}"
            held = Held(team=name, scopes=scopes, expires_at=None)
            slack.teams.tokens[name_token(team)] = held
            for number in range(channels):
                slack.ledger.channel(name_channel(team, number), team=name)
        if rate is not None:
            slack.channel_limit = lambda: Bucket(per_second=rate)
        pipe.send(
            {
                "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
                "STANDFIRST_SLACK_SIGNING_SECRET": slack_server.SECRET,
                "STANDFIRST_SLACK_CLIENT_ID": CLIENT_ID,
                "STANDFIRST_SLACK_CLIENT_SECRET": CLIENT_SECRET,
                "STANDFIRST_PUBLIC_URL": PUBLIC_URL,
            }
        )
        while await asyncio.to_thread(pipe.recv) is not None:
            posts = slack.asked("post")
            pipe.send(
                {
                    "arrived": [(call.at, call.channel) for call in posts],
                    "earned": slack.limited,
                }
            )
