"""The whole process: `standfirst run` with a token, over the wire."""

import asyncio
import json
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bot.app import SystemClock
from tests.bot.harness import BRIDGE
from tests.bot.platforms.slack.conftest import CONFIGURATION, until
from tests.bot.process import Home, eventually, page
from tests.wire.slack.ledger import PERSON, TEAM
from tests.wire.slack.server import CHANNEL, SECRET, signed
from tests.wire.slack.teams import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL


def checks(address: str) -> dict[str, str] | None:
    """The answer of `/readyz` once it is ready."""
    try:
        found: dict[str, str] = json.loads(page(f"{address}/readyz"))["checks"]
    except HTTPError:
        return None
    return found


def posted_to(address: str, body: bytes, headers: dict[str, str]) -> int:
    request = Request(f"{address}/slack/events", data=body, headers=headers)
    try:
        with urlopen(request, timeout=10) as answer:
            status: int = answer.status
            return status
    except HTTPError as error:
        return error.code


async def test_run_without_socket_mode_is_called_by_slack_alone(slack, tmp_path: Path):
    slack.ledger.clock = SystemClock()
    home = Home(tmp_path)
    settings = {
        "STANDFIRST_SLACK_BOT_TOKEN": slack.address["token"],
        "STANDFIRST_SLACK_SIGNING_SECRET": SECRET,
        "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
    }
    statuses: list[int] = []
    with home.running("run", **settings) as process:
        address = await asyncio.to_thread(process.until)
        await asyncio.to_thread(eventually, lambda: checks(address))

        async def carry(_: str, payload: Mapping[str, Any], __: str) -> None:
            body = urlencode(payload).encode()
            headers = signed(body, at=slack.ledger.clock.now().timestamp())
            for sent in ({}, headers):
                found = await asyncio.to_thread(posted_to, address, body, sent)
                statuses.append(found)

        slack.people.carry = carry
        asked = await (await slack.people.command("/news help")).done()
        assert await asyncio.to_thread(process.stop) == 0
    assert statuses == [401, 200]
    assert "/news quotes" in asked.words
    assert slack.socket.connected == 0


def visit(url: str, cookie: str = "") -> tuple[int, str, str]:
    """Status, page and the cookie that a browser would keep."""
    headers = {"Host": "news.example", "Cookie": cookie}
    with urlopen(Request(url, headers=headers), timeout=10) as answer:
        reported = str(answer.headers["Set-Cookie"] or "").partition(";")[0]
        return answer.status, answer.read().decode(), reported


async def test_run_without_any_token_is_installed_and_posts_in_that_workspace(
    slack, tmp_path: Path
):
    slack.ledger.clock = SystemClock()
    slack.teams.names[TEAM] = "Newsroom"
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    file = tmp_path / "newsroom.toml"
    file.write_text(CONFIGURATION.replace("2 minutes", "6 hours"), encoding="utf-8")
    settings = {
        "STANDFIRST_SLACK_CLIENT_ID": CLIENT_ID,
        "STANDFIRST_SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "STANDFIRST_PUBLIC_URL": PUBLIC_URL,
        "STANDFIRST_SECRET_KEY": "a-secret-key-of-no-value",
        "STANDFIRST_SLACK_SIGNING_SECRET": SECRET,
        "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
    }

    def at_work() -> None:
        assert home.run("apply", str(file), **settings).returncode == 0
        assert home.run("digest", "post", **settings).returncode == 0

    await asyncio.to_thread(at_work)
    with home.running("run", **settings) as process:
        address = await asyncio.to_thread(process.until)
        ready = await asyncio.to_thread(eventually, lambda: checks(address))
        _, first, cookie = await asyncio.to_thread(visit, f"{address}/slack/install")
        (button,) = re.findall(r'class="button" href="([^"]+)"', first)
        back = slack.teams.agrees(unescape(button), team=TEAM)
        status, last, _ = await asyncio.to_thread(visit, f"{address}{back}", cookie)
        await until(lambda: slack.ledger.says(CHANNEL), 30)
        assert await asyncio.to_thread(process.stop) == 0
    assert ready == {"database": "ok", "slack": "ok"}
    assert status == 200
    assert "installed in Newsroom" in last
    assert slack.ledger.says(f"D{PERSON}")
    (token,) = home.rows("SELECT token FROM installations")
    assert token[0].startswith("s1.")


async def test_run_connects_reports_ready_and_posts_the_order(slack, tmp_path: Path):
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


async def test_applying_a_file_asks_slack_about_the_channels_that_are_new(
    slack, tmp_path: Path
):
    home = Home(tmp_path)
    (tmp_path / "articles").mkdir()
    file = tmp_path / "newsroom.toml"
    text = CONFIGURATION.replace(CHANNEL, "C0GONE")
    file.write_text(text, encoding="utf-8")
    settings = {
        "STANDFIRST_SLACK_BOT_TOKEN": slack.address["token"],
        "STANDFIRST_SLACK_APP_TOKEN": slack.address["app_token"],
        "STANDFIRST_SLACK_API_BASE": slack.address["api_base"],
    }

    def apply() -> tuple[int, str]:
        done = home.run("apply", str(file), **settings)
        return done.returncode, done.stderr

    code, warned = await asyncio.to_thread(apply)
    assert code == 0
    assert warned.startswith("standfirst: ✗ slack #")
    assert "/invite" in warned
    assert await asyncio.to_thread(apply) == (0, "")
    file.write_text(CONFIGURATION, encoding="utf-8")
    assert await asyncio.to_thread(apply) == (0, "")
