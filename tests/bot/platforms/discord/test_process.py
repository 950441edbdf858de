"""The whole process: `standfirst run` with a token, over the wire."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError

from tests.bot.harness import BRIDGE
from tests.bot.platforms.discord.conftest import CONFIGURATION, until
from tests.bot.process import Home, eventually, page
from tests.wire.discord.faults import Lost, Slow
from tests.wire.discord.server import LocalDiscord


async def an_order(
    discord: LocalDiscord, tmp_path: Path
) -> tuple[Home, dict[str, str]]:
    """A home with an ordered edition and no running process; with its settings."""
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION.replace("2 minutes", "6 hours"), encoding="utf-8")
    settings = {
        "STANDFIRST_DISCORD_TOKEN": discord.address["token"],
        "STANDFIRST_DISCORD_API_BASE": discord.address["api_base"],
        "STANDFIRST_DISCORD_GATEWAY": discord.address["gateway"],
    }

    def at_work() -> None:
        assert home.run("apply", str(file), **settings).returncode == 0
        assert home.run("digest", "post", **settings).returncode == 0

    await asyncio.to_thread(at_work)
    return home, settings


async def ready(address: str) -> dict[str, Any]:
    """The answer of `/readyz` once every part of the process is ready."""

    def answer() -> dict[str, Any] | None:
        try:
            return cast(dict[str, Any], json.loads(page(f"{address}/readyz")))
        except HTTPError:  # 503: not ready yet
            return None

    return await asyncio.to_thread(eventually, answer)


async def test_run_connects_reports_ready_and_posts_the_order(discord, tmp_path: Path):
    home, settings = await an_order(discord, tmp_path)
    with home.running("run", **settings) as process:
        address = await asyncio.to_thread(process.until)
        await until(lambda: discord.ledger.says("2001"), 30)
        await until(lambda: discord.gateway.identified, 30)
        checks = (await ready(address))["checks"]
        assert await asyncio.to_thread(process.stop) == 0
    assert checks == {"database": "ok", "discord": "ok"}
    assert len(discord.ledger.says("2001")) == 1
    assert not discord.gateway.connections


async def test_stopped_while_a_message_is_on_its_way_it_records_the_answer(
    discord, tmp_path: Path
):
    home, settings = await an_order(discord, tmp_path)
    discord.script(Slow(seconds=1.5), "post")
    with home.running("run", **settings, STANDFIRST_SEND_TIMEOUT="30") as process:
        await asyncio.to_thread(process.until)
        await until(lambda: discord.asked("post"), 30)
        assert await asyncio.to_thread(process.stop) == 0
    assert home.rows("SELECT state FROM deliveries") == [("sent",)]


async def test_stopped_while_discord_hangs_it_ends_in_time_and_the_next_start_adopts(
    discord, tmp_path: Path
):
    home, settings = await an_order(discord, tmp_path)
    discord.script(Lost(when="after", how="hang"), "post")
    with home.running("run", **settings, STANDFIRST_SEND_TIMEOUT="30") as process:
        await asyncio.to_thread(process.until)
        await until(lambda: discord.asked("post"), 30)
        begun = time.monotonic()
        assert await asyncio.to_thread(process.stop) == 0
        assert time.monotonic() - begun < 10
    assert home.rows("SELECT state FROM deliveries") == [("uncertain",)]
    with home.running("run", **settings) as process:
        await asyncio.to_thread(process.until)
        await until(
            lambda: home.rows("SELECT state FROM deliveries") == [("sent",)], 30
        )
        assert await asyncio.to_thread(process.stop) == 0
    assert len(discord.asked("post")) == len(discord.ledger.says("2001")) == 1
