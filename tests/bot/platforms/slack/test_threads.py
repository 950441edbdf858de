"""A destination with threads: one message in the channel, the rest below."""

import pytest

from bot.platforms.slack import limits
from bot.storage import delivery_queue, delivery_store
from tests.bot.delivery.test_outbox import order, states
from tests.bot.harness import FLOOD, WAIT, BotHarness
from tests.bot.platforms.slack.conftest import CONFIGURATION, OTHER
from tests.bot.platforms.slack.test_delivery_faults import after_the_wait
from tests.wire.discord.faults import Lost
from tests.wire.slack.server import CHANNEL

IN_THREADS = CONFIGURATION.replace(
    f'channel = "{CHANNEL}"\n', f'channel = "{CHANNEL}"\nthread = true\n'
)


@pytest.fixture
async def threaded(harness: BotHarness, monkeypatch) -> BotHarness:
    """One story per message: an edition of three stories has three parts."""
    monkeypatch.setattr(limits, "STORIES", 1)
    harness.publish("flood", FLOOD)
    await harness.apply(IN_THREADS)
    return harness


def below(slack) -> list[str]:
    return [str(m.get("thread_ts", "")) for m in slack.ledger.says(CHANNEL)]


async def test_further_messages_are_in_the_thread_of_the_first(threaded, slack):
    await threaded.post()
    first, *_ = slack.ledger.says(CHANNEL)
    assert below(slack) == ["", first["ts"], first["ts"]]
    assert await states(threaded) == ["sent"] * 3


async def test_by_default_all_messages_are_in_the_channel(threaded, slack):
    await threaded.apply(CONFIGURATION)
    await threaded.post()
    assert below(slack) == ["", "", ""]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_whatever_is_lost_a_message_is_in_the_thread_once(threaded, slack, when):
    await order(threaded)
    (first,) = await threaded.db.write(
        delivery_queue.claim_deliveries, now=threaded.clock.now(), lease=WAIT, limit=1
    )
    ts = await threaded.platform.send(first)
    await threaded.db.write(
        delivery_store.record_sent, first, message_id=ts, now=threaded.clock.now()
    )
    slack.script(Lost(when=when), "post")
    await threaded.outbox.drain()
    await after_the_wait(threaded)
    assert await states(threaded) == ["sent"] * 3
    assert below(slack) == ["", ts, ts]
    assert slack.ledger.doubled() == ()


async def test_moved_to_another_channel_the_rest_is_posted_there(threaded, slack):
    slack.ledger.channel(OTHER)
    await order(threaded)
    (first,) = await threaded.db.write(
        delivery_queue.claim_deliveries, now=threaded.clock.now(), lease=WAIT, limit=1
    )
    ts = await threaded.platform.send(first)
    await threaded.db.write(
        delivery_store.record_sent, first, message_id=ts, now=threaded.clock.now()
    )
    await threaded.apply(IN_THREADS.replace(CHANNEL, OTHER))
    await threaded.outbox.drain()
    assert await states(threaded) == ["sent"] * 3
    second, third = slack.ledger.says(OTHER)
    assert third["thread_ts"] == second["ts"]


async def test_without_the_first_message_nothing_is_posted_into_the_channel(
    threaded, slack
):
    await order(threaded)
    (first,) = await threaded.db.write(
        delivery_queue.claim_deliveries, now=threaded.clock.now(), lease=WAIT, limit=1
    )
    ts = await threaded.platform.send(first)
    await threaded.db.write(
        delivery_store.record_sent, first, message_id=ts, now=threaded.clock.now()
    )
    slack.ledger.delete(CHANNEL, ts)
    await threaded.outbox.drain()
    assert await states(threaded) == ["sent", "failed", "failed"]
    assert slack.ledger.says(CHANNEL) == []
    assert (await threaded.digest()).destinations[0].paused is None
