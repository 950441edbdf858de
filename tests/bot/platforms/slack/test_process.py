"""The whole process: `standfirst run` with a token, over the wire."""

import asyncio
import json
from pathlib import Path
from urllib.error import HTTPError

from tests.bot.newsroom import BRIDGE
from tests.bot.platforms.slack.conftest import CONFIGURATION, until
from tests.bot.process import Home, eventually, page
from tests.wire.slack.server import CHANNEL


def checks(address: str) -> dict[str, str] | None:
    """What `/readyz` says once it is ready."""
    try:
        found: dict[str, str] = json.loads(page(f"{address}/readyz"))["checks"]
    except HTTPError:
        return None
    return found


async def test_run_connects_says_so_and_posts_what_was_ordered(slack, tmp_path: Path):
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION.replace("2 minutes", "6 hours"), encoding="utf-8")
    settings = {
        "STANDFIRST_SLACK_BOT_TOKEN": slack.address["token"],
        "STANDFIRST_SLACK_APP_TOKEN": slack.address["app_token"],
        "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
    }

    def at_work() -> None:
        assert home.run("apply", str(file), **settings).returncode == 0
        assert home.run("digest", "post", **settings).returncode == 0

    await asyncio.to_thread(at_work)
    with home.running("run", **settings) as process:
        address = await asyncio.to_thread(process.until)
        await until(lambda: slack.ledger.says(CHANNEL), 30)
        ready = await asyncio.to_thread(eventually, lambda: checks(address))
        assert await asyncio.to_thread(process.stop) == 0
    assert ready == {"database": "ok", "slack": "ok"}
    assert len(slack.ledger.says(CHANNEL)) == 1
    await until(lambda: not slack.socket.connections)
