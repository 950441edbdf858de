"""A message is corrected on Discord: edited, once, without pings; or left."""

import pytest

from tests.bot.corrections.living import correct, edits
from tests.bot.harness import BRIDGE
from tests.wire.discord.faults import Limit, Lost, Status
from tests.wire.discord.ledger import ALL_WE_NEED, SEND
from tests.wire.discord.server import LocalDiscord

WRONG = ("31,000", "13,000")


def says(discord: LocalDiscord) -> str:
    (message,) = discord.ledger.says("2001")
    return str(message["components"]).replace("\\", "")


async def test_the_message_is_edited_and_notes_the_correction(harness, discord):
    await harness.post()
    (posted,) = [dict(m) for m in discord.ledger.says("2001")]
    await correct(harness, WRONG)
    assert "Corrected 13:06: 31,000 vehicles → 13,000 vehicles" in says(discord)
    (edited,) = discord.ledger.says("2001")
    assert (edited["id"], edited["nonce"]) == (posted["id"], posted["nonce"])


async def test_an_edit_mentions_nobody(harness, discord):
    await harness.post()
    await correct(harness, ("31,000", "13,000 @everyone"))
    (request,) = discord.asked("edit")
    assert request.body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_leaves_one_corrected_message(harness, discord, when):
    await harness.post()
    discord.script(Lost(when=when), "edit")
    await correct(harness, WRONG)
    harness.clock.advance(minutes=2)
    await harness.outbox.drain()
    assert says(discord).count("Corrected") == 1
    assert [one.state for one in await edits(harness)] == ["sent"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Status(status=403, code=50005), "posted by somebody else"),
        (Status(status=404, code=10008), "no longer exists"),
        (Status(status=400, code=50035), "did not accept"),
    ],
)
async def test_what_discord_does_not_let_us_edit_stays_and_the_place_works(
    harness, discord, fault, why
):
    await harness.post()
    before = says(discord)
    discord.script(fault, "edit")
    await correct(harness, WRONG)
    harness.clock.advance(hours=1)
    await harness.outbox.drain()
    assert says(discord) == before
    (edit,) = await edits(harness)
    assert edit.state == "failed"
    assert why in str(edit.reason or "")
    assert len(discord.asked("edit")) == 1
    assert (await harness.digest()).destinations[0].paused is None


async def test_too_many_edits_of_old_messages_wait_as_long_as_discord_asks(
    harness, discord
):
    await harness.post()
    discord.script(Limit(retry_after=900, scope="user"), "edit")
    await correct(harness, WRONG)
    harness.clock.advance(seconds=890)
    await harness.outbox.drain()
    assert len(discord.asked("edit")) == 1
    harness.clock.advance(seconds=15)
    await harness.outbox.drain()
    assert "Corrected" in says(discord)


async def test_an_edit_waits_where_the_bot_may_not_post_at_present(harness, discord):
    await harness.post()
    discord.ledger.channel("2001", permissions=ALL_WE_NEED & ~SEND)
    discord.script(Status(status=403, code=50013), "edit")
    await correct(harness, WRONG)
    discord.ledger.channel("2001", permissions=ALL_WE_NEED)
    harness.clock.advance(hours=7)
    await harness.outbox.drain()
    assert "Corrected" in says(discord)


async def test_a_withdrawn_quote_is_struck(harness, discord):
    await harness.post()
    quote = "She added: “Nobody was in danger at any time.”"
    await correct(harness, (quote, ""), text=BRIDGE)
    assert "~~“Nobody was in danger" in says(discord)
