"""The fakes fail as scripted: a fault without effect would prove nothing."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import SendNotReceived, SendRateLimited, SendRefused, SendUnclear
from bot.model import Delivery
from tests.builders import an_inbox
from tests.fakes import NOON, FakeClock, FakeEngine, FakePlatform, Lost


def a_delivery(**changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": 1,
        "workspace_id": 1,
        "edition_id": 1,
        "destination_id": 1,
        "platform": "local",
        "workspace_external_id": "home",
        "channel": "news",
        "part": 1,
        "operation": "post",
        "key": "k1",
        "payload": {"text": "Good morning"},
        "fallback_text": "Good morning",
        "state": "sending",
        "attempt": 1,
        "fence": 1,
    }
    return Delivery(**values | changes)


@pytest.mark.parametrize(
    "fault",
    [
        SendNotReceived("away"),
        SendRateLimited("later", retry_after=3),
        SendRefused("no"),
        OSError(),
    ],
)
async def test_a_fault_is_raised_before_anything_is_posted(fault):
    platform = FakePlatform()
    platform.script(fault)
    with pytest.raises(type(fault)):
        await platform.send(a_delivery())
    assert platform.count("k1") == 0
    assert await platform.read_back(a_delivery()) is None


@pytest.mark.parametrize("error", [SendUnclear("lost"), ConnectionResetError()])
async def test_a_lost_answer_leaves_the_message_to_be_read_back(error):
    platform = FakePlatform()
    platform.script(Lost(error))
    with pytest.raises(type(error)):
        await platform.send(a_delivery())
    assert platform.count("k1") == 1
    assert await platform.read_back(a_delivery()) == platform.messages[0].id
    assert await platform.read_back(a_delivery(channel="sport")) is None


async def test_faults_are_used_up_one_a_send():
    platform = FakePlatform()
    platform.script(SendNotReceived("away"), None, SendRefused("no"))
    outcomes = []
    for number in range(4):
        try:
            outcomes.append(await platform.send(a_delivery(key=f"k{number}")))
        except (SendNotReceived, SendRefused) as error:
            outcomes.append(type(error).__name__)
    assert outcomes == ["SendNotReceived", "m1", "SendRefused", "m2"]
    assert len(platform.tried) == 4


@pytest.mark.parametrize(("remembers", "count"), [(False, 2), (True, 1)])
async def test_a_key_posted_twice_is_doubled_unless_keys_are_remembered(
    remembers, count
):
    platform = FakePlatform(remembers_keys=remembers)
    await platform.send(a_delivery())
    await platform.send(a_delivery())
    assert platform.count("k1") == count
    assert bool(platform.doubled()) is (count == 2)


async def test_the_same_key_in_two_channels_is_not_doubled():
    platform = FakePlatform()
    await platform.send(a_delivery())
    await platform.send(a_delivery(channel="sport"))
    assert platform.doubled() == ()


async def test_messages_are_edited_and_deleted_by_their_id():
    platform = FakePlatform()
    posted = await platform.send(a_delivery())
    change = a_delivery(operation="edit", message_id=posted, payload={"text": "New"})
    assert await platform.send(change) == posted
    assert (platform.messages[0].payload, platform.messages[0].edits) == (
        {"text": "New"},
        1,
    )
    gone = a_delivery(operation="delete", message_id=posted)
    await platform.send(gone)
    await platform.send(gone)
    assert platform.messages == []
    with pytest.raises(SendRefused):
        await platform.send(change)


async def test_reading_back_can_be_blind_and_can_be_forbidden():
    platform = FakePlatform()
    await platform.send(a_delivery())
    platform.blind_readings = 1
    assert await platform.read_back(a_delivery()) is None
    assert await platform.read_back(a_delivery()) == "m1"
    platform.lets_us_look = False
    with pytest.raises(SendRefused):
        await platform.read_back(a_delivery())


async def test_it_delivers_commands_while_it_runs():
    async def answer(invocation: Any) -> Any:
        return f"answer to {invocation}"

    inbox = an_inbox(dispatch=answer)
    platform = FakePlatform()
    running = asyncio.create_task(platform.run(inbox))
    await platform.connected.wait()
    asked: Any = "a question"
    assert str(await platform.invoke(asked)) == "answer to a question"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not platform.connected.is_set()


async def test_the_engine_returns_and_raises_what_the_work_does():
    assert await FakeEngine().run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await FakeEngine().run(divmod, 7, 0)


def test_the_clock_shows_what_it_was_set_to():
    clock = FakeClock()
    assert clock.now() == NOON
    assert clock.advance(hours=1).hour == 13
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2027
