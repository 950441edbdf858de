"""Which platforms are on, and what `/readyz` says of them."""

import subprocess
import sys

from bot import app
from bot.platforms.local.platform import LocalPlatform
from bot.settings import Settings
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox


def local() -> LocalPlatform:
    return LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock())


async def own() -> dict[str, str]:
    return {"database": "ok"}


async def test_without_tokens_only_the_local_page_is_on():
    on, states = app.build_platforms(Settings(), local())
    assert set(on) == {"local"}
    assert await app.combine_readiness(own, states)() == {"database": "ok"}


async def test_a_token_switches_discord_on_and_ready_waits_for_it():
    settings = Settings.model_validate({"discord_token": "t"})
    on, states = app.build_platforms(settings, local())
    assert set(on) == {"local", "discord"}
    found = await app.combine_readiness(own, states)()
    assert found["database"] == "ok"
    assert "not connected" in found["discord"]


async def test_a_token_switches_slack_on_and_ready_waits_for_it():
    settings = Settings.model_validate({"slack_bot_token": "xoxb-t"})
    on, states = app.build_platforms(settings, local())
    assert set(on) == {"local", "slack"}
    found = await app.combine_readiness(own, states)()
    assert "not connected" in found["slack"]


def test_a_library_is_loaded_only_when_its_platform_is_used():
    script = (
        "import sys; from bot import app; "
        "from bot.platforms.slack.platform import SlackPlatform; "
        "SlackPlatform(token='xoxb-t'); "
        "print({name.split('.')[0] for name in sys.modules} & "
        "{'slack_sdk', 'slack_bolt', 'discord'})"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"
