"""When posting stops somewhere, its person is told in private: once, and only they."""

from datetime import timedelta

import pytest

from bot.outbox import on_the_page
from bot.storage import destinations, schema, workspaces
from bot.types import Invocation, Permission, Person, Place
from tests.bot.newsroom import WAIT, Newsroom, reply
from tests.bot.platforms.discord.conftest import CONFIGURATION
from tests.wire.discord.faults import Lost, Status
from tests.wire.discord.ledger import ALL_WE_NEED, PERSON, SEND
from tests.wire.discord.server import CHANNEL

#: The destination that Ana made, as a file names it.
TWO = CONFIGURATION.replace(
    "[[workspace.digest]]",
    '[[workspace.destination]]\nname = "lab"\nchannel = "2002"\n\n[[workspace.digest]]',
).replace('destinations = ["morning"]', 'destinations = ["lab"]')
ANA = "7777"
DM, OWNERS = f"5{ANA}", f"5{PERSON}"
CLOSED = ALL_WE_NEED & ~SEND


async def workspace(desk: Newsroom):
    found = await desk.db.read(
        workspaces.by_external, platform="discord", external_id="1001"
    )
    assert found is not None
    return found


async def set_up_by(desk: Newsroom, person: str, channel: str) -> None:
    """`/newsdesk destination here` in the channel, and Confirm."""
    place = Place(workspace=await workspace(desk), channel=channel)
    asked = Invocation(
        key=f"here-{channel}-{person}",
        place=place,
        person=Person(id=person, name="Ana", permission=Permission.EDITOR),
        path="newsdesk destination here",
        args={"name": "lab"},
    )
    shown = reply(await desk.inbox.dispatch(asked))
    pressed = desk.inbox.press(asked, shown.controls[0].id)
    done = reply(await desk.inbox.dispatch(_again(pressed)))
    assert not done.problem, done.blocks


def _again(asked: Invocation) -> Invocation:
    from dataclasses import replace

    return replace(asked, key=f"{asked.key}-confirmed")


async def stop(desk: Newsroom, discord, channel: str = CHANNEL) -> None:
    """Somebody takes the permission to post away, and an edition comes."""
    discord.ledger.channel(channel, permissions=CLOSED)
    await desk.post()


async def test_who_installed_the_bot_is_told_where_a_file_set_it_up(desk, discord):
    await stop(desk, discord)
    await desk.outbox.tell()
    (told,) = discord.ledger.says(OWNERS)
    assert "does not post any more: #morning" in told["content"]
    assert "«Send Messages»" in told["content"]
    assert "/newsdesk destination here" in told["content"]
    assert discord.ledger.says(CHANNEL) == []


async def test_where_the_server_speaks_german_the_reason_is_german_too(desk, discord):
    space = await workspace(desk)
    await desk.db.write(
        workspaces.ensure,
        platform="discord",
        external_id="1001",
        name=space.name,
        now=desk.clock.now(),
        locale="de",
    )
    await stop(desk, discord)
    await desk.outbox.tell()
    (told,) = discord.ledger.says(OWNERS)
    assert "Der Bot darf in dem Kanal nicht posten" in told["content"]
    assert "The bot" not in told["content"]


async def test_who_set_the_channel_up_by_chat_is_told(desk, discord):
    discord.ledger.channel("2002")
    await set_up_by(desk, ANA, "2002")
    space = await workspace(desk)
    lab = await desk.db.read(destinations.by_name, workspace_id=space.id, name="lab")
    await desk.apply(TWO)
    discord.ledger.channel("2002", permissions=CLOSED)
    await desk.post()
    await desk.outbox.tell()
    assert lab is not None
    assert len(discord.ledger.says(DM)) == 1
    assert discord.ledger.says(OWNERS) == []


async def test_it_is_told_once_whatever_comes_after(desk, discord):
    await stop(desk, discord)
    for _ in range(6):
        await desk.outbox.tell()
        desk.clock.advance(hours=6, seconds=1)
        # The message that tries whether it works again is refused, too.
        await desk.outbox.drain()
    await desk.outbox.tell()
    assert len(discord.ledger.says(OWNERS)) == 1


async def test_a_place_that_stops_again_within_a_day_is_not_told_again(desk, discord):
    await stop(desk, discord)
    await desk.outbox.tell()
    desk.clock.advance(hours=2)
    await resume(desk)
    await desk.outbox.drain()
    assert len(discord.ledger.says(OWNERS)) == 1
    desk.clock.advance(hours=23)
    await resume(desk)
    await desk.outbox.drain()
    await desk.outbox.tell()
    assert len(discord.ledger.says(OWNERS)) == 2


async def resume(desk: Newsroom) -> None:
    """Somebody says that it works, and is mistaken."""
    space = await workspace(desk)
    (place,) = await desk.db.read(destinations.in_workspace, workspace_id=space.id)
    await desk.db.write(
        destinations.resume, workspace_id=space.id, destination_id=place.id
    )


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_is_looked_for_and_nothing_is_told_twice(
    desk, discord, when
):
    # Looking is the only guard: Discord has forgotten the nonce by then.
    discord.ledger.nonce_window = timedelta(0)
    await stop(desk, discord)
    discord.script(Lost(when=when), "post", channel=OWNERS)
    await desk.outbox.tell()
    for _ in range(3):
        desk.clock.advance(WAIT + timedelta(seconds=1))
        await desk.outbox.tell()
    assert len(discord.ledger.says(OWNERS)) == 1
    assert await states(desk) == ["sent"]


async def test_a_process_that_ended_while_telling_tells_once(desk, discord):
    await stop(desk, discord)
    discord.ledger.channel(OWNERS)
    tell = desk.outbox.tell

    from bot.storage import notices

    # It sends, and ends before the answer is recorded.
    record = desk.db.write

    async def write(verb, **given):
        if verb is notices.record:
            return False
        return await record(verb, **given)

    desk.db.write = write
    await tell()
    desk.db.write = record
    assert await states(desk) == ["sending"]
    for _ in range(4):
        desk.clock.advance(2 * WAIT)
        await tell()
    assert len(discord.ledger.says(OWNERS)) == 1
    assert await states(desk) == ["sent"]


async def test_who_takes_no_messages_is_not_asked_again_and_status_says_it(
    desk, discord
):
    await stop(desk, discord)
    refused = Status(status=403, code=50007, message="Cannot send to this user")
    discord.script(refused, "post", channel=OWNERS)
    await desk.outbox.tell()
    desk.clock.advance(hours=5)
    await desk.outbox.tell()
    assert await states(desk) == ["failed"]
    assert len(discord.asked("post", OWNERS)) == 1
    digest = await desk.digest()
    assert digest.destinations[0].paused is not None


async def test_a_fault_of_the_platform_is_tried_again(desk, discord):
    await stop(desk, discord)
    discord.script(Status(status=503), "post", channel=OWNERS)
    await desk.outbox.tell()
    desk.clock.advance(minutes=1)
    await desk.outbox.tell()
    assert len(discord.ledger.says(OWNERS)) == 1


async def test_what_works_again_before_it_was_told_is_not_told(desk, discord):
    await stop(desk, discord)
    await resume(desk)
    await desk.outbox.tell()
    assert discord.ledger.says(OWNERS) == []
    assert await states(desk) == ["failed"]


async def test_a_refused_token_ends_in_a_sentence_for_status_and_page(desk, discord):
    discord.revoked = True
    await desk.post()
    await desk.outbox.tell()
    assert (await workspace(desk)).stopped is not None
    assert await states(desk) == ["failed"]


async def test_names_in_it_ping_nobody_and_are_no_markup(desk, discord):
    space = await workspace(desk)
    (place,) = await desk.db.read(destinations.in_workspace, workspace_id=space.id)
    await desk.db.write(
        destinations.rename,
        workspace_id=space.id,
        destination_id=place.id,
        name="@everyone **now** <@7001>",
    )
    await stop(desk, discord)
    await desk.outbox.tell()
    (call,) = discord.asked("post", OWNERS)
    assert call.body["allowed_mentions"] == {"parse": []}
    assert "**now**" not in call.body["content"]
    assert "<@7001>" not in call.body["content"]


async def test_another_workspaces_people_are_never_told(desk, discord):
    """The audit that is looked through is the workspace's own."""
    from bot.storage import changes, notices

    other = await desk.db.write(
        workspaces.ensure,
        platform="discord",
        external_id="1002",
        name="Elsewhere",
        now=desk.clock.now(),
    )
    step = {"noun": "destination", "after": {"name": "x", "channel": CHANNEL}}
    kept = await desk.db.write(
        changes.propose,
        workspace_id=other.id,
        steps=[step],
        person_id="6666",
        person_name="Mallory",
        now=desk.clock.now(),
    )
    await desk.db.write(
        changes.settle,
        workspace_id=other.id,
        public_id=kept.public_id,
        person_id="6666",
        person_name="Mallory",
        now=desk.clock.now(),
    )
    found = await desk.db.read(
        notices.who_set_up,
        workspace_id=(await workspace(desk)).id,
        channel=CHANNEL,
    )
    assert found is None


async def states(desk: Newsroom) -> list[str]:
    from sqlalchemy import select

    def read(connection):
        return list(connection.execute(select(schema.notices.c.state)).scalars())

    return await desk.db.read(read)


async def test_the_page_of_whoever_runs_the_bot_says_what_stands_still(desk, discord):
    assert await desk.db.read(on_the_page) == ()
    discord.revoked = True
    await desk.post()
    (said,) = await desk.db.read(on_the_page)
    assert said.startswith("Nothing is posted on Discord (1001): Discord refused")
