"""Taking an edition back: within ten minutes, whole, once, and as if never told."""

from datetime import timedelta

from bot.errors import Limited
from bot.storage import deliveries, schema
from bot.types import Control, Paragraph, Reply
from tests.bot.newsroom import FLOOD, WAIT, Newsroom, reply
from tests.fakes import Lost


async def undo(desk: Newsroom) -> str:
    """`/newsdesk undo`, confirmed; what it says."""
    control = await button(desk)
    return await press(desk, control)


async def button(desk: Newsroom) -> Control:
    (control,) = (await desk.says("newsdesk undo")).controls
    return control


async def press(desk: Newsroom, control: Control) -> str:
    asked = await desk.asks("", True, None, {})
    answer = await desk.inbox.dispatch(desk.inbox.press(asked, control.id))
    await desk.outbox.drain()
    return words(reply(answer))


def words(answer: Reply) -> str:
    (block,) = answer.blocks
    assert isinstance(block, Paragraph)
    return block.text


async def of_posts(desk: Newsroom) -> list[str]:
    digest = await desk.digest()
    found = await desk.db.read(
        deliveries.newest, workspace_id=digest.workspace_id, count=50
    )
    return [d.state for d in found if d.operation == "post"]


async def test_every_message_of_the_edition_is_deleted(desk):
    await desk.post()
    said = await undo(desk)
    assert desk.platform.messages == []
    assert "3 messages are being deleted" in said


async def test_what_was_taken_back_comes_again_in_the_next_edition(desk):
    first = await desk.post()
    await undo(desk)
    again = await desk.post("again")
    told = [story.id for story in again.issue.edition.stories]
    assert told == [story.id for story in first.issue.edition.stories]
    assert len(desk.platform.messages) == 3


async def test_what_an_older_edition_told_stays_told(desk):
    await desk.post()
    desk.clock.advance(minutes=30)
    desk.publish("flood", FLOOD)
    await desk.post("second")
    await undo(desk)
    again = await desk.post("third")
    (story,) = again.issue.edition.stories
    assert "floods" in story.headline.text


async def test_after_ten_minutes_it_is_too_late(desk):
    await desk.post()
    desk.clock.advance(minutes=10)
    control = await button(desk)
    desk.clock.advance(seconds=1)
    assert (
        "more than 10 minutes ago" in (await desk.says("newsdesk undo")).blocks[0].text
    )
    assert "more than 10 minutes ago" in await press(desk, control)
    assert len(desk.platform.messages) == 3


async def test_taking_back_twice_is_taking_back_once(desk):
    await desk.post()
    control = await button(desk)
    await press(desk, control)
    await desk.post("again")
    assert "before" in await press(desk, control)
    assert len(desk.platform.messages) == 3


async def test_only_editors_may(desk):
    await desk.post()
    answer = await desk.says("newsdesk undo", editor=False)
    assert answer.problem
    assert not answer.controls


async def test_the_parts_that_were_not_sent_yet_never_go_out(desk):
    desk.platform.script(None, Limited("Slow down.", retry_after=30))
    await desk.post()
    await undo(desk)
    desk.clock.advance(minutes=5)
    await desk.outbox.drain()
    assert desk.platform.messages == []
    assert sorted(await of_posts(desk)) == ["failed", "failed", "sent"]


async def test_a_part_that_may_have_arrived_is_deleted_once_it_is_known(desk):
    desk.platform.script(Lost())
    await desk.post()
    await undo(desk)
    assert len(desk.platform.messages) == 1
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    assert desk.platform.messages == []


async def test_a_part_that_had_not_arrived_is_not_sent_after_all(desk):
    desk.platform.script(ConnectionError("reset"))
    await desk.post()
    await undo(desk)
    desk.clock.advance(WAIT + timedelta(seconds=1))
    await desk.outbox.drain()
    await desk.outbox.drain()
    assert desk.platform.messages == []
    assert len(desk.platform.tried) == 1
    assert await of_posts(desk) == ["failed"] * 3


async def test_without_an_edition_there_is_nothing_to_take_back(desk):
    assert "no edition" in words(await desk.says("newsdesk undo"))


async def test_it_is_written_down_who_did_it(desk):
    await desk.post()
    await undo(desk)
    found = await desk.db.read(
        lambda conn: conn.execute(
            schema.editions.select().with_only_columns(
                schema.editions.c.undone_at, schema.editions.c.undone_by
            )
        ).one()
    )
    assert tuple(found) == (desk.clock.now(), "P (p)")
