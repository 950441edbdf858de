"""Undoing an edition: within ten minutes, whole, once, and without traces."""

from datetime import timedelta

from bot.errors import SendRateLimited
from bot.model import Control, Paragraph, Reply
from bot.model.scope import Scope
from bot.storage import delivery_store, schema
from tests.bot.harness import FLOOD, WAIT, BotHarness, expect_reply
from tests.fakes import Lost


async def undo(harness: BotHarness) -> str:
    """Run and confirm `/newsdesk undo`; return its reply."""
    control = await button(harness)
    return await press(harness, control)


async def button(harness: BotHarness) -> Control:
    (control,) = (await harness.says("newsdesk undo")).controls
    return control


async def press(harness: BotHarness, control: Control) -> str:
    asked = await harness.asks("", True, None, {})
    answer = await harness.inbox.dispatch(harness.inbox.press(asked, control.id))
    await harness.outbox.drain()
    return words(expect_reply(answer))


def words(answer: Reply) -> str:
    (block,) = answer.blocks
    assert isinstance(block, Paragraph)
    return block.text


async def of_posts(harness: BotHarness) -> list[str]:
    digest = await harness.digest()
    found = await harness.db.read(
        delivery_store.list_newest_deliveries,
        Scope(digest.workspace_id),
        count=50,
    )
    return [d.state for d in found if d.operation == "post"]


async def test_every_message_of_the_edition_is_deleted(harness):
    await harness.post()
    said = await undo(harness)
    assert harness.platform.messages == []
    assert "3 messages are being deleted" in said


async def test_undone_stories_return_in_the_next_edition(harness):
    first = await harness.post()
    await undo(harness)
    again = await harness.post("again")
    reported = [story.id for story in again.stored_edition.edition.stories]
    assert reported == [story.id for story in first.stored_edition.edition.stories]
    assert len(harness.platform.messages) == 3


async def test_stories_of_an_older_edition_stay_published(harness):
    await harness.post()
    harness.clock.advance(minutes=30)
    harness.publish("flood", FLOOD)
    await harness.post("second")
    await undo(harness)
    again = await harness.post("third")
    (story,) = again.stored_edition.edition.stories
    assert "floods" in story.headline.text


async def test_after_ten_minutes_it_is_too_late(harness):
    await harness.post()
    harness.clock.advance(minutes=10)
    control = await button(harness)
    harness.clock.advance(seconds=1)
    assert (
        "more than 10 minutes ago"
        in (await harness.says("newsdesk undo")).blocks[0].text
    )
    assert "more than 10 minutes ago" in await press(harness, control)
    assert len(harness.platform.messages) == 3


async def test_taking_back_twice_is_taking_back_once(harness):
    await harness.post()
    control = await button(harness)
    await press(harness, control)
    await harness.post("again")
    assert "already been taken back" in await press(harness, control)
    assert len(harness.platform.messages) == 3


async def test_only_editors_may(harness):
    await harness.post()
    answer = await harness.says("newsdesk undo", editor=False)
    assert answer.problem
    assert not answer.controls


async def test_the_parts_that_were_not_sent_yet_never_go_out(harness):
    harness.platform.script(None, SendRateLimited("Slow down.", retry_after=30))
    await harness.post()
    await undo(harness)
    harness.clock.advance(minutes=5)
    await harness.outbox.drain()
    assert harness.platform.messages == []
    assert sorted(await of_posts(harness)) == ["failed", "failed", "sent"]


async def test_a_part_that_may_have_arrived_is_deleted_once_it_is_known(harness):
    harness.platform.script(Lost())
    await harness.post()
    await undo(harness)
    assert len(harness.platform.messages) == 1
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    assert harness.platform.messages == []


async def test_a_part_that_had_not_arrived_is_not_sent_after_all(harness):
    harness.platform.script(ConnectionError("reset"))
    await harness.post()
    await undo(harness)
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()
    await harness.outbox.drain()
    assert harness.platform.messages == []
    assert len(harness.platform.tried) == 1
    assert await of_posts(harness) == ["failed"] * 3


async def test_without_an_edition_there_is_nothing_to_undo(harness):
    assert "no edition" in words(await harness.says("newsdesk undo"))


async def test_it_is_written_down_who_did_it(harness):
    await harness.post()
    await undo(harness)
    found = await harness.db.read(
        lambda conn: conn.execute(
            schema.editions.select().with_only_columns(
                schema.editions.c.undone_at, schema.editions.c.undone_by
            )
        ).one()
    )
    assert tuple(found) == (harness.clock.now(), "P (p)")
