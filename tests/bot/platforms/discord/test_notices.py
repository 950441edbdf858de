"""Notices that posting has stopped: sent privately, once, to the right person."""

from datetime import timedelta

import pytest

from bot.delivery.private_notices import list_posting_problems
from bot.model import Invocation, Location, Permission, Person
from bot.model.scope import Scope
from bot.storage import destination_store, schema, workspace_store
from tests.bot.harness import WAIT, BotHarness, expect_reply
from tests.bot.platforms.discord.conftest import CONFIGURATION
from tests.wire.discord.faults import Lost, Status
from tests.wire.discord.ledger import ALL_WE_NEED, PERSON, SEND
from tests.wire.discord.server import CHANNEL

#: The destination that Ana set up, as a file names it.
TWO = CONFIGURATION.replace(
    "[[workspace.digest]]",
    '[[workspace.destination]]\nname = "lab"\nchannel = "2002"\n\n[[workspace.digest]]',
).replace('destinations = ["morning"]', 'destinations = ["lab"]')
ANA = "7777"
DM, OWNERS = f"5{ANA}", f"5{PERSON}"
CLOSED = ALL_WE_NEED & ~SEND


async def workspace(harness: BotHarness):
    found = await harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="discord",
        external_id="1001",
    )
    assert found is not None
    return found


async def set_up_by(harness: BotHarness, person: str, channel: str) -> None:
    """Make the channel a destination in the panel, and confirm."""
    place = Location(workspace=await workspace(harness), channel=channel)
    asked = Invocation(
        key=f"here-{channel}-{person}",
        place=place,
        person=Person(id=person, name="Ana", permission=Permission.EDITOR),
        path="newsdesk home",
        args={"page": "here"},
        answers={"name": "lab"},
    )
    shown = expect_reply(await harness.inbox.dispatch(asked))
    pressed = harness.inbox.press(asked, shown.controls[0].id)
    done = expect_reply(await harness.inbox.dispatch(_again(pressed)))
    assert not done.problem, done.blocks


def _again(asked: Invocation) -> Invocation:
    from dataclasses import replace

    return replace(asked, key=f"{asked.key}-confirmed")


async def stop(harness: BotHarness, discord, channel: str = CHANNEL) -> None:
    """Take the permission to post away, and let an edition come due."""
    discord.ledger.channel(channel, permissions=CLOSED)
    await harness.post()


async def test_the_installer_is_notified_where_a_file_set_it_up(harness, discord):
    await stop(harness, discord)
    await harness.outbox.deliver_notices()
    (reported,) = discord.ledger.says(OWNERS)
    assert "has stopped posting: #morning" in reported["content"]
    assert "«Send Messages»" in reported["content"]
    assert "/newsdesk home" in reported["content"]
    assert discord.ledger.says(CHANNEL) == []


async def test_on_a_german_server_the_reason_is_german_too(harness, discord):
    space = await workspace(harness)
    await harness.db.write(
        workspace_store.upsert_workspace,
        platform="discord",
        external_id="1001",
        name=space.name,
        now=harness.clock.now(),
        locale="de",
    )
    await stop(harness, discord)
    await harness.outbox.deliver_notices()
    (reported,) = discord.ledger.says(OWNERS)
    assert "Der Bot darf in dem Kanal nicht posten" in reported["content"]
    assert "The bot" not in reported["content"]


async def test_the_person_who_set_the_channel_up_is_notified(harness, discord):
    discord.ledger.channel("2002")
    await set_up_by(harness, ANA, "2002")
    space = await workspace(harness)
    lab = await harness.db.read(
        destination_store.find_destination_by_name, Scope(space.id), name="lab"
    )
    await harness.apply(TWO)
    discord.ledger.channel("2002", permissions=CLOSED)
    await harness.post()
    await harness.outbox.deliver_notices()
    assert lab is not None
    assert len(discord.ledger.says(DM)) == 1
    assert discord.ledger.says(OWNERS) == []


async def test_the_notice_is_sent_once(harness, discord):
    await stop(harness, discord)
    for _ in range(6):
        await harness.outbox.deliver_notices()
        harness.clock.advance(hours=6, seconds=1)
        # The message that tries whether it works again is rejected, too.
        await harness.outbox.drain()
    await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 1


async def test_a_channel_that_stops_again_within_a_day_is_reported_after_the_day(
    harness, discord
):
    await stop(harness, discord)
    await harness.outbox.deliver_notices()
    for _ in range(3):
        harness.clock.advance(hours=2)
        await resume(harness)
        await harness.outbox.drain()
        await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 1
    harness.clock.advance(hours=19)
    await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 2


async def test_one_that_works_when_the_day_is_over_is_not_reported_again(
    harness, discord
):
    await stop(harness, discord)
    await harness.outbox.deliver_notices()
    harness.clock.advance(hours=2)
    await resume(harness)
    await harness.outbox.drain()
    discord.ledger.channel(CHANNEL, permissions=ALL_WE_NEED)
    harness.clock.advance(hours=7)
    await harness.outbox.drain()
    harness.clock.advance(hours=16)
    await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 1


async def resume(harness: BotHarness) -> None:
    """Resume it by hand, although it still does not work."""
    space = await workspace(harness)
    (place,) = await harness.db.read(
        destination_store.list_destinations,
        Scope(space.id),
    )
    await harness.db.write(
        destination_store.resume_destination,
        Scope(space.id),
        destination_id=place.id,
    )


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_is_read_back_and_nothing_is_sent_twice(
    harness, discord, when
):
    # Reading back is the only guard: Discord has forgotten the nonce by then.
    discord.ledger.nonce_window = timedelta(0)
    await stop(harness, discord)
    discord.script(Lost(when=when), "post", channel=OWNERS)
    await harness.outbox.deliver_notices()
    for _ in range(3):
        harness.clock.advance(WAIT + timedelta(seconds=1))
        await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 1
    assert await states(harness) == ["sent"]


async def test_a_process_killed_while_sending_sends_once(harness, discord):
    await stop(harness, discord)
    discord.ledger.channel(OWNERS)
    tell = harness.outbox.deliver_notices

    from bot.storage import notice_store

    # It sends, and dies before the answer is recorded.
    record = harness.db.write

    async def write(verb, *args, **given):
        if verb is notice_store.record_notice_outcome:
            return False
        return await record(verb, *args, **given)

    harness.db.write = write
    await tell()
    harness.db.write = record
    assert await states(harness) == ["sending"]
    for _ in range(4):
        harness.clock.advance(2 * WAIT)
        await tell()
    assert len(discord.ledger.says(OWNERS)) == 1
    assert await states(harness) == ["sent"]


async def test_closed_messages_are_not_retried_and_status_shows_it(harness, discord):
    await stop(harness, discord)
    refused = Status(status=403, code=50007, message="Cannot send to this user")
    discord.script(refused, "post", channel=OWNERS)
    await harness.outbox.deliver_notices()
    harness.clock.advance(hours=5)
    await harness.outbox.deliver_notices()
    assert await states(harness) == ["failed"]
    assert len(discord.asked("post", OWNERS)) == 1
    digest = await harness.digest()
    assert digest.destinations[0].paused is not None


async def test_where_the_person_takes_no_messages_the_owner_is_notified(
    harness, discord
):
    discord.ledger.channel("2002")
    await set_up_by(harness, ANA, "2002")
    await harness.apply(TWO)
    discord.ledger.channel("2002", permissions=CLOSED)
    await harness.post()
    refused = Status(status=403, code=50007, message="Cannot send to this user")
    discord.script(refused, "post", channel=DM)
    for _ in range(3):
        await harness.outbox.deliver_notices()
    assert discord.ledger.says(DM) == []
    assert len(discord.ledger.says(OWNERS)) == 1


async def test_a_fault_of_the_platform_is_tried_again(harness, discord):
    await stop(harness, discord)
    discord.script(Status(status=503), "post", channel=OWNERS)
    await harness.outbox.deliver_notices()
    harness.clock.advance(minutes=1)
    await harness.outbox.deliver_notices()
    assert len(discord.ledger.says(OWNERS)) == 1


async def test_a_problem_solved_before_its_notice_is_not_reported(harness, discord):
    await stop(harness, discord)
    await resume(harness)
    await harness.outbox.deliver_notices()
    assert discord.ledger.says(OWNERS) == []
    assert await states(harness) == ["failed"]


async def test_a_refused_token_ends_in_a_sentence_for_status_and_page(harness, discord):
    discord.revoked = True
    await harness.post()
    await harness.outbox.deliver_notices()
    assert (await workspace(harness)).stopped is not None
    assert await states(harness) == ["failed"]


async def test_names_in_it_do_not_ping_and_are_no_markup(harness, discord):
    space = await workspace(harness)
    (place,) = await harness.db.read(
        destination_store.list_destinations,
        Scope(space.id),
    )
    await harness.db.write(
        destination_store.rename_destination,
        Scope(space.id),
        destination_id=place.id,
        name="@everyone **now** <@7001>",
    )
    await stop(harness, discord)
    await harness.outbox.deliver_notices()
    (call,) = discord.asked("post", OWNERS)
    assert call.body["allowed_mentions"] == {"parse": []}
    assert "**now**" not in call.body["content"]
    assert "<@7001>" not in call.body["content"]


async def test_people_of_another_workspace_are_never_notified(harness, discord):
    """Only the workspace's own audit log is read."""
    from bot.storage import change_store, notice_store

    other = await harness.db.write(
        workspace_store.upsert_workspace,
        platform="discord",
        external_id="1002",
        name="Elsewhere",
        now=harness.clock.now(),
    )
    step = {"noun": "destination", "after": {"name": "x", "channel": CHANNEL}}
    kept = await harness.db.write(
        change_store.propose_change,
        Scope(other.id),
        steps=[step],
        person_id="6666",
        person_name="Mallory",
        now=harness.clock.now(),
    )
    await harness.db.write(
        change_store.confirm_change,
        Scope(other.id),
        public_id=kept.public_id,
        person_id="6666",
        person_name="Mallory",
        now=harness.clock.now(),
    )
    found = await harness.db.read(
        notice_store.find_person_to_notify,
        Scope((await workspace(harness)).id),
        channel=CHANNEL,
    )
    assert found is None


async def states(harness: BotHarness) -> list[str]:
    from sqlalchemy import select

    def read(connection):
        return list(connection.execute(select(schema.notices.c.state)).scalars())

    return await harness.db.read(read)


async def test_the_local_page_shows_stopped_destinations(harness, discord):
    assert await harness.db.read(list_posting_problems) == ()
    discord.revoked = True
    await harness.post()
    (said,) = await harness.db.read(list_posting_problems)
    assert str(said).startswith("Nothing is posted on Discord (1001): Discord refused")
