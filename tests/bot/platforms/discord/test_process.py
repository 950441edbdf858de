"""The whole process: `standfirst run` with a token, over the wire."""

import asyncio
import json
from pathlib import Path

from tests.bot.newsroom import BRIDGE
from tests.bot.platforms.discord.conftest import CONFIGURATION, until
from tests.bot.process import Home, page


async def test_run_connects_says_so_and_posts_what_was_ordered(discord, tmp_path: Path):
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
    with home.running("run", **settings) as process:
        address = await asyncio.to_thread(process.until)
        await until(lambda: discord.ledger.says("2001"), 30)
        await until(lambda: discord.gateway.identified, 30)
        # READY is on its way to the process.
        await asyncio.sleep(0.5)
        ready = json.loads(await asyncio.to_thread(page, f"{address}/readyz"))
        assert await asyncio.to_thread(process.stop) == 0
    assert ready["checks"] == {"database": "ok", "discord": "ok"}
    assert len(discord.ledger.says("2001")) == 1
    assert not discord.gateway.connections
