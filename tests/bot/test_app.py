"""Which platforms are on, and what `/readyz` reports about them."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any, cast

import pytest

from bot import app
from bot.errors import ConfigurationError
from bot.ports import ActivePlatform, PageServices
from bot.runner import name_lease
from tests.builders import some_settings
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox

PAGE = PageServices(
    mailbox=MemoryMailbox(),
    list_channels=cast(Any, None),
    list_problems=cast(Any, None),
)


async def own() -> dict[str, str]:
    return {"database": "ok"}


def active(**settings: str) -> Mapping[str, ActivePlatform]:
    return app.build_platforms(some_settings(**settings), FakeClock(), PAGE)


async def test_without_tokens_only_the_local_page_is_on():
    found = active()
    assert set(found) == {"local"}
    assert await app.combine_readiness(own, found)() == {"database": "ok"}


@pytest.mark.parametrize(
    ("name", "settings"),
    [("discord", {"discord_token": "t"}), ("slack", {"slack_bot_token": "xoxb-t"})],
)
async def test_a_token_switches_a_platform_on_and_ready_waits_for_it(name, settings):
    found = active(**settings)
    assert set(found) == {"local", name}
    ready = await app.combine_readiness(own, found)()
    assert ready["database"] == "ok"
    assert "not connected" in ready[name]


def test_libraries_of_platforms_and_metrics_are_loaded_only_when_they_are_used():
    script = (
        "import sys; from bot import app; "
        "from bot.platforms.slack.platform import SlackPlatform; "
        "SlackPlatform(token='xoxb-t'); "
        "print({name.split('.')[0] for name in sys.modules} & "
        "{'slack_sdk', 'slack_bolt', 'discord', 'prometheus_client'})"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"


def test_the_tables_of_questions_are_loaded_only_when_one_is_asked():
    script = (
        "import sys; from bot import app; "
        "sys.exit('digests.answers.vocabulary' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.postgres
async def test_without_the_library_of_the_queue_a_role_says_what_to_install(
    queue_url: str, monkeypatch
):
    # Their package names them too: other tests would patch what is imported anew.
    for name in [n for n in sys.modules if n.startswith("bot.jobs.")]:
        monkeypatch.delattr(name)
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    settings = some_settings(database_url=queue_url)
    with pytest.raises(ConfigurationError, match=r"standfirst\[scale\]"):
        async with app.open_application(settings, role="worker"):
            pass


@pytest.mark.postgres
async def test_without_the_tables_of_the_queue_a_role_says_to_migrate(postgres_url):
    settings = some_settings(database_url=postgres_url)
    with pytest.raises(ConfigurationError, match="Run «standfirst migrate»"):
        async with app.open_application(settings, role="worker"):
            pass


async def test_over_sqlite_a_role_says_that_it_needs_postgresql(sqlite_url):
    settings = some_settings(database_url=sqlite_url)
    with pytest.raises(ConfigurationError, match="over PostgreSQL only"):
        async with app.open_application(settings, role="scheduler"):
            pass


def test_only_gateways_of_different_shards_work_side_by_side():
    assert name_lease("gateway", ["0-3/8"]) != name_lease("gateway", ["4-7/8"])
    for role in ("all", "scheduler"):
        assert name_lease(role, ["0-3/8"]) == name_lease("all", [])
