"""Which platforms are on, and what `/readyz` says of them."""

from bot import connections
from bot.platforms.local.platform import LocalPlatform
from bot.settings import Settings
from tests.fakes import FakeClock
from tests.fakes_mailbox import MemoryMailbox


def local() -> LocalPlatform:
    return LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock())


async def own() -> dict[str, str]:
    return {"database": "ok"}


async def test_without_tokens_only_the_local_page_is_on():
    on, states = connections.platforms(Settings(), local())
    assert set(on) == {"local"}
    assert await connections.ready(own, states)() == {"database": "ok"}


async def test_a_token_switches_discord_on_and_ready_waits_for_it():
    settings = Settings.model_validate({"discord_token": "t"})
    on, states = connections.platforms(settings, local())
    assert set(on) == {"local", "discord"}
    found = await connections.ready(own, states)()
    assert found["database"] == "ok"
    assert "not connected" in found["discord"]
