"""The commands of `docs/backups.md`, over a bot with posts in flight.

`standfirst` and PostgreSQL's own tools are real processes.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.bot.harness import BRIDGE, FLOOD, POOL, WAIT, BotHarness, open_harness
from tests.bot.operations.backup_harness import PARTS, states
from tests.bot.process import Home
from tests.fakes import FakeClock, FakePlatform, Lost

DOCUMENT = Path(__file__).parents[3] / "docs" / "backups.md"


def documented(chapter: str) -> list[str]:
    """The console blocks of a chapter, each as a script."""
    text = DOCUMENT.read_text(encoding="utf-8")
    (found,) = re.findall(rf"^## {chapter}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    blocks = re.findall(r"```console\n(.*?)```", found, re.S)
    return [re.sub(r"^\$ ", "", block, flags=re.M) for block in blocks]


class Shell:
    """Runs scripts of the document with `standfirst` and other programs on the path."""

    def __init__(self, home: Path, programs: Path | None = None, **settings: str):
        (home / "bin").mkdir()
        command = home / "bin" / "standfirst"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n', "utf-8")
        command.chmod(0o755)
        paths = [str(path) for path in (home / "bin", programs) if path]
        usual = Home(home).environment(**settings)
        self._home = home
        self._environment = usual | {"PATH": ":".join([*paths, usual["PATH"]])}

    async def run(self, script: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            ["sh", "-eu", "-c", script],
            cwd=self._home,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def today(article: str, clock: FakeClock) -> str:
    hour_ago = (clock.now() - timedelta(hours=1)).isoformat()
    return re.sub(r"published: .*", f"published: {hour_ago}", article)


async def post_with_one_part_in_flight(harness: BotHarness) -> None:
    harness.publish("bridge", today(BRIDGE, harness.clock))
    harness.publish("pool", today(POOL, harness.clock))
    await harness.apply()
    await harness.publisher.post_now(await harness.digest(), "ordered")
    harness.platform.script(None, Lost())
    await harness.outbox.drain()
    assert sorted(await states(harness)) == ["ready", "sent", "uncertain"]


async def post_the_rest_and_one_more(harness: BotHarness) -> None:
    harness.clock.advance(WAIT * 2)
    await harness.outbox.drain()
    assert await states(harness) == ["sent"] * PARTS
    harness.publish("flood", today(FLOOD, harness.clock))
    await harness.post("one more")


async def live_on(harness: BotHarness) -> None:
    for _ in range(3):
        harness.clock.advance(WAIT * 2)
        await harness.wake()


def shown(platform: FakePlatform) -> str:
    return " ".join(str(message.payload["text"]) for message in platform.messages)


@pytest.fixture
def restored(postgres_server: str) -> Iterator[str]:
    yield postgres_server % "standfirst_restored"
    with psycopg.connect(postgres_server % "postgres", autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS standfirst_restored WITH (FORCE)")


@pytest.mark.postgres
async def test_on_postgresql_nothing_is_posted_twice_and_what_was_in_flight_is_adopted(
    empty_postgres_url: str, restored: str, postgres_process, tmp_path: Path
):
    dump, load = documented("PostgreSQL")
    address = {"STANDFIRST_DATABASE_URL": empty_postgres_url, "NEW": restored}
    shell = Shell(tmp_path, postgres_process.bin_path, **address)
    clock, platform = FakeClock(datetime.now(UTC)), FakePlatform()
    async with open_harness(
        empty_postgres_url, tmp_path, platform, clock=clock
    ) as harness:
        await post_with_one_part_in_flight(harness)
        await shell.run(dump)
        await post_the_rest_and_one_more(harness)
    before = shown(platform)

    printed = await shell.run(load)

    assert f"Looked for in their channels: {PARTS - 1} messages." in printed
    async with open_harness(restored, tmp_path, platform, clock=clock) as harness:
        await live_on(harness)
        assert await states(harness) == ["sent"] * PARTS
    assert platform.doubled() == ()
    assert shown(platform) == before


@pytest.mark.postgres
async def test_a_loaded_database_is_not_made_safe_while_a_bot_is_connected(
    postgres_url: str, tmp_path: Path
):
    shell = Shell(tmp_path, STANDFIRST_DATABASE_URL=postgres_url)
    async with open_harness(postgres_url, tmp_path):
        with pytest.raises(AssertionError, match="Stop every process of it first"):
            await shell.run("standfirst restore --yes")


async def test_on_sqlite_the_commands_do_the_same(sqlite_url: str, tmp_path: Path):
    back_up, restore = documented("SQLite")
    shell = Shell(tmp_path, STANDFIRST_DATABASE_URL=sqlite_url)
    clock, platform = FakeClock(datetime.now(UTC)), FakePlatform()
    async with open_harness(sqlite_url, tmp_path, platform, clock=clock) as harness:
        await post_with_one_part_in_flight(harness)
        await shell.run(back_up)
        await post_the_rest_and_one_more(harness)
    before = shown(platform)
    await shell.run(restore)
    async with open_harness(sqlite_url, tmp_path, platform, clock=clock) as harness:
        await live_on(harness)
        assert await states(harness) == ["sent"] * PARTS
    assert platform.doubled() == ()
    assert shown(platform) == before
