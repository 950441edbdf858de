"""What every platform promises. A new one needs its folder and one line here.

Runs over the local page, Discord (the real client against the local server) and the
fake. What is looked at from outside (how many messages there are) is asked through
`read_back`, which every platform has.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from bot.errors import Refused
from bot.platforms.discord.platform import DiscordPlatform
from bot.platforms.local.platform import LocalPlatform
from bot.ports import Platform
from bot.types import Delivery
from tests.bot.platforms.local import samples
from tests.bot.platforms.local.samples import a_context, an_edition
from tests.builders import an_inbox
from tests.fakes import FakeClock, FakePlatform
from tests.fakes_mailbox import MemoryMailbox
from tests.wire.discord.server import CHANNEL, serving


@asynccontextmanager
async def a_local_page() -> AsyncIterator[Platform]:
    yield LocalPlatform(mailbox=MemoryMailbox(), clock=FakeClock())


@asynccontextmanager
async def discord() -> AsyncIterator[Platform]:
    async with serving() as server:
        platform = DiscordPlatform(**server.address)
        yield platform
        await platform.close()


@asynccontextmanager
async def a_fake() -> AsyncIterator[Platform]:
    yield FakePlatform(remembers_keys=True)


PLATFORMS: dict[str, Callable[[], AbstractAsyncContextManager[Platform]]] = {
    "local": a_local_page,
    "discord": discord,
    "fake": a_fake,
}


@pytest.fixture(params=sorted(PLATFORMS))
async def platform(request) -> AsyncIterator[Platform]:
    async with PLATFORMS[request.param]() as opened:
        yield opened


def a_delivery(number: int = 1, **changes: Any) -> Delivery:
    """A delivery to a channel that exists wherever channels have to."""
    return samples.a_delivery(number, **({"channel": CHANNEL} | changes))


def test_it_has_a_name(platform):
    assert platform.name in {"discord", "slack", "local"}


def test_rendering_is_deterministic_and_leaves_every_part_a_plain_twin(platform):
    edition, context = an_edition(), a_context()
    parts = platform.render(edition, context)
    assert parts == platform.render(edition, context)
    assert parts
    assert len({part.key for part in parts}) == len(parts)
    assert all(part.fallback_text.strip() for part in parts)


async def test_what_was_sent_can_be_read_back(platform):
    delivery = a_delivery()
    message = await platform.send(delivery)
    assert message
    assert await platform.read_back(delivery) == message


async def test_what_was_not_sent_is_not_found(platform):
    assert await platform.read_back(a_delivery()) is None


async def test_sending_the_same_key_twice_leaves_one_message(platform):
    first = await platform.send(a_delivery())
    assert await platform.send(a_delivery(attempt=2)) == first


async def test_another_key_is_another_message(platform):
    first = await platform.send(a_delivery(1))
    assert await platform.send(a_delivery(2)) != first


async def test_an_edit_keeps_the_message(platform):
    message = await platform.send(a_delivery())
    edit = a_delivery(operation="edit", message_id=message, fallback_text="Corrected")
    assert await platform.send(edit) == message


async def test_editing_what_is_gone_is_refused(platform):
    with pytest.raises(Refused):
        await platform.send(a_delivery(operation="edit", message_id="404"))


async def test_deleting_twice_is_not_an_error(platform):
    message = await platform.send(a_delivery())
    delete = a_delivery(operation="delete", message_id=message)
    await platform.send(delete)
    await platform.send(delete)
    assert await platform.read_back(a_delivery()) is None


async def test_it_runs_until_it_is_cancelled(platform):
    running = asyncio.create_task(platform.run(an_inbox()))
    await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
