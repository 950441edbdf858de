"""The contract of every platform. A new one needs its folder and one line here.

Runs over the local page, Discord and Slack (the real clients against the local servers)
and the fake. External state (the number of messages) is queried through `read_back`,
which every platform has.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from bot.errors import SendRefused
from bot.model import Delivery
from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.local.platform import LocalPlatform
from bot.platforms.slack.platform import SlackPlatform
from bot.ports import Platform
from tests.bot.platforms.local import samples
from tests.bot.platforms.local.samples import a_context, an_edition
from tests.bot.platforms.toy.platform import TOKEN, ToyPlatform
from tests.builders import an_inbox
from tests.fakes import FakeClock, FakePlatform
from tests.fakes_mailbox import MemoryMailbox
from tests.wire.discord import server
from tests.wire.discord import server as discord_server
from tests.wire.slack import ledger
from tests.wire.slack import server as slack_server


@asynccontextmanager
async def a_local_page() -> AsyncIterator[Platform]:
    yield LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock())


@asynccontextmanager
async def discord() -> AsyncIterator[Platform]:
    async with discord_server.serving() as server:
        platform = DiscordPlatform(**server.address)
        yield platform
        await platform.close()


@asynccontextmanager
async def slack() -> AsyncIterator[Platform]:
    async with slack_server.serving() as server:
        platform = SlackPlatform(**server.address)
        yield platform
        await platform.close()


@asynccontextmanager
async def a_fake() -> AsyncIterator[Platform]:
    yield FakePlatform(remembers_keys=True)


@asynccontextmanager
async def a_toy() -> AsyncIterator[Platform]:
    yield ToyPlatform(TOKEN)


PLATFORMS: dict[str, Callable[[], AbstractAsyncContextManager[Platform]]] = {
    "local": a_local_page,
    "discord": discord,
    "slack": slack,
    "fake": a_fake,
    "toy": a_toy,
}
#: Slack has no idempotency keys: only reading back prevents duplicates there.
REMEMBERING = sorted(set(PLATFORMS) - {"slack"})
#: Platforms on which channels and workspaces must exist.
PLACES: dict[str, dict[str, Any]] = {
    "discord": {"channel": server.CHANNEL},
    "slack": {
        "channel": slack_server.CHANNEL,
        "workspace_external_id": ledger.TEAM,
    },
}


@pytest.fixture(params=sorted(PLATFORMS))
async def platform(request) -> AsyncIterator[Platform]:
    async with PLATFORMS[request.param]() as opened:
        yield opened


def a_delivery(platform: Platform, number: int = 1, **changes: Any) -> Delivery:
    """A delivery to an existing channel, where the platform requires one."""
    place = PLACES.get(platform.name, {})
    return samples.a_delivery(number, **(place | changes))


def test_it_has_a_name(platform):
    assert platform.name in {"discord", "slack", "local", "toy"}


def test_rendering_is_deterministic_and_leaves_every_part_a_plain_twin(platform):
    edition, context = an_edition(), a_context()
    parts = platform.render(edition, context)
    assert parts == platform.render(edition, context)
    assert parts
    assert len({part.key for part in parts}) == len(parts)
    assert all(part.fallback_text.strip() for part in parts)


async def test_what_was_sent_can_be_read_back(platform):
    delivery = a_delivery(platform)
    message = await platform.send(delivery)
    assert message
    assert await platform.read_back(delivery) == message


async def test_what_was_not_sent_is_not_found(platform):
    assert await platform.read_back(a_delivery(platform)) is None


@pytest.mark.parametrize("platform", REMEMBERING, indirect=True)
async def test_sending_the_same_key_twice_leaves_one_message(platform):
    first = await platform.send(a_delivery(platform))
    assert await platform.send(a_delivery(platform, attempt=2)) == first


async def test_another_key_is_another_message(platform):
    first = await platform.send(a_delivery(platform, 1))
    assert await platform.send(a_delivery(platform, 2)) != first


async def test_an_edit_keeps_the_message(platform):
    message = await platform.send(a_delivery(platform))
    edit = a_delivery(
        platform, operation="edit", message_id=message, fallback_text="Corrected"
    )
    assert await platform.send(edit) == message


@pytest.mark.parametrize("operation", ["edit", "delete"])
async def test_an_edit_is_not_done_because_the_message_exists(platform, operation):
    message = await platform.send(a_delivery(platform))
    unclear = a_delivery(platform, operation=operation, message_id=message)
    assert await platform.read_back(unclear) is None


async def test_editing_a_deleted_message_is_rejected(platform):
    with pytest.raises(SendRefused):
        await platform.send(a_delivery(platform, operation="edit", message_id="404"))


async def test_deleting_twice_is_not_an_error(platform):
    message = await platform.send(a_delivery(platform))
    delete = a_delivery(platform, operation="delete", message_id=message)
    await platform.send(delete)
    await platform.send(delete)
    assert await platform.read_back(a_delivery(platform)) is None


async def test_it_runs_until_it_is_cancelled(platform):
    running = asyncio.create_task(platform.run(an_inbox()))
    await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
