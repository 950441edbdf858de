"""A personal digest on Discord: by direct message, opened when it is sent."""

from datetime import timedelta

import pytest

from bot.delivery.private_notices import resolve_report
from bot.errors import SendRefused
from bot.model.scope import Scope
from bot.platforms.discord.platform import DiscordPlatform
from bot.storage import destination_store, report_store
from tests.bot.harness import FLOOD, BotHarness, short_send_timeout
from tests.bot.platforms.discord.conftest import a_platform, listening
from tests.bot.platforms.discord.test_interactions import ask, platform_of
from tests.test_fakes import a_delivery
from tests.wire.discord.faults import Lost, Status
from tests.wire.discord.interactions import READER, Who, controls_of, like
from tests.wire.discord.server import LocalDiscord

DM = f"5{READER.user}"
#: The same person, in the direct message: Discord gives no server there.
AT_HOME = like(READER, guild=None, channel=DM, added=False)


async def sets_up(
    harness: BotHarness, discord: LocalDiscord, who: Who = READER
) -> None:
    async with listening(discord, harness.inbox, platform_of(harness)):
        asked = await ask(discord, "news me", who, time="7:30")
        assert "daily at 07:30, Europe/Berlin" in asked.words
        assert asked.private


async def tomorrow(harness: BotHarness) -> None:
    harness.clock.advance(timedelta(hours=19))
    await harness.wake()


async def standing(harness: BotHarness) -> str | None:
    place = await harness.db.read(
        destination_store.find_destination_by_channel,
        Scope(1),
        channel=f"person:{READER.user}",
    )
    assert place is not None
    return str(place.paused) if place.paused else None


async def test_it_comes_by_direct_message_once(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    await harness.wake()
    (message,) = discord.ledger.says(DM)
    assert "Harbour bridge" in str(message)
    assert discord.ledger.says("2001") == []


async def test_a_lost_answer_is_read_back_from_the_direct_message(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    discord.script(Lost(when="after"), "post", channel=DM)
    await tomorrow(harness)
    harness.clock.advance(timedelta(minutes=11))
    await harness.wake()
    assert len(discord.ledger.says(DM)) == 1
    assert await standing(harness) is None


async def test_an_empty_direct_message_means_that_it_did_not_arrive(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    discord.script(Lost(when="before", how="hang"), "post", channel=DM)
    with short_send_timeout(harness):
        await tomorrow(harness)
    assert discord.ledger.says(DM) == []
    harness.clock.advance(timedelta(minutes=11))
    await harness.wake()
    assert len(discord.ledger.says(DM)) == 1


async def test_closed_messages_stop_it_and_are_reported_at_the_next_command(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    closed = Status(status=403, code=50007, message="Cannot send messages to this user")
    discord.script(closed, "post", channel=DM)
    await tomorrow(harness)
    async with listening(discord, harness.inbox, platform_of(harness)):
        reported = (await ask(discord, "news help", READER)).words
        assert "Your own digest is paused" in reported
        assert "allow them in the server’s privacy" in reported.replace("'", "’")
        again = await ask(discord, "news help", READER)
        assert "digest is paused" not in again.words
    # Other people are not notified, and their channel gets its edition.
    await harness.post()
    assert discord.ledger.says("2001")


async def test_former_members_get_nothing_more(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    discord.absent.add(READER.user)
    await tomorrow(harness)
    assert discord.ledger.says(DM) == []
    assert "no longer a member" in str(await standing(harness))
    discord.absent.clear()
    await sets_up(harness, discord)
    await harness.wake()
    assert len(discord.ledger.says(DM)) == 1


async def test_its_buttons_answer_in_the_direct_message(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    controls = dict(controls_of(discord.ledger.says(DM)))
    async with listening(discord, harness.inbox, platform_of(harness)):
        story = next(i for label, i in controls.items() if "bridge" in label)
        detail = await discord.people.presses("v1:open", AT_HOME, value=story)
        assert "The harbour bridge at Hallin was closed" in (await detail.done()).words
        saved = await discord.people.presses(detail.controls["Save"], AT_HOME)
        assert "Saved. /news me lists" in (await saved.done()).words
        quotes = await discord.people.presses(controls["Quotes"], AT_HOME)
        assert "Ada Brandt" in (await quotes.done()).words
        assert "Discuss" not in controls
        # It was saved in the workspace of the server where the command came from.
        page = await ask(discord, "news me", READER)
        listed = await discord.people.does_on(page, "Saved stories")
        assert "Harbour bridge" in (await listed.done()).words


async def test_an_error_is_reported_from_the_direct_message(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    controls = dict(controls_of(discord.ledger.says(DM)))
    async with listening(discord, harness.inbox, platform_of(harness)):
        story = next(i for label, i in controls.items() if "bridge" in label)
        detail = await discord.people.presses("v1:open", AT_HOME, value=story)
        await detail.done()
        opened = await discord.people.does_on(detail, "Report an error", AT_HOME)
        modal = (await opened.done()).modal
        assert modal is not None
        made = await discord.people.fills(modal, {"text": "It was Monday."}, AT_HOME)
        assert "Reported to the editors" in (await made.done()).words


async def test_buttons_of_former_members_have_no_effect(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    controls = dict(controls_of(discord.ledger.says(DM)))
    discord.absent.add(READER.user)
    harness.publish("flood", FLOOD)
    harness.clock.advance(timedelta(days=1))
    await harness.wake()
    story = next(i for label, i in controls.items() if "bridge" in label)
    async with listening(discord, harness.inbox, platform_of(harness)):
        asked = await discord.people.presses("v1:open", AT_HOME, value=story)
        assert "does not belong here" in (await asked.done()).words


async def test_the_buttons_of_a_personal_digest_are_private(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    controls = dict(controls_of(discord.ledger.says(DM)))
    story = next(i for label, i in controls.items() if "bridge" in label)
    stranger = like(AT_HOME, user="7009")
    async with listening(discord, harness.inbox, platform_of(harness)):
        asked = await discord.people.presses("v1:open", stranger, value=story)
        assert "does not belong here" in (await asked.done()).words


async def test_in_a_direct_message_nobody_is_an_editor_of_the_server(
    harness: BotHarness, discord: LocalDiscord
):
    await harness.apply(SUNDAYS)
    await sets_up(harness, discord)
    await tomorrow(harness)
    (first, *_) = (i for _, i in controls_of(discord.ledger.says(DM)))
    edition = first.split(":")[2]
    async with listening(discord, harness.inbox, platform_of(harness)):
        asked = await discord.people.presses(f"v1:own:{edition}:status", AT_HOME)
        assert "Only editors" in (await asked.done()).words
        nested = f"v1:own:{edition}:own:{edition}:latest"
        asked = await discord.people.presses(nested, AT_HOME)
        assert "does not belong here" in (await asked.done()).words


@pytest.mark.parametrize("person", ["", "abc", "1" * 21, "١٢٣"])
async def test_what_is_no_person_of_discords_is_refused(
    discord: LocalDiscord, person: str
):
    platform: DiscordPlatform = a_platform(discord)
    with pytest.raises(SendRefused) as refused:
        await platform.send(a_delivery(platform="discord", channel=f"person:{person}"))
    assert not refused.value.whole_workspace
    await platform.close()


SUNDAYS = """
[[workspace]]
platform = "discord"
id = "1001"
zone = "Europe/Berlin"

[[workspace.destination]]
name = "morning"
channel = "2001"

[[workspace.digest]]
name = "Morning brief"
sources = ["articles"]
destinations = ["morning"]
schedule = "sundays at 9:00 Europe/Berlin"
"""


# ── answers to reports ─────────────────────────────────────────────────────────


async def settled(
    harness: BotHarness, discord: LocalDiscord, answer: str = "You are right."
) -> None:
    """The reader reports an error in an edition, and an editor resolves it."""
    await harness.post()
    async with listening(discord, harness.inbox, platform_of(harness)):
        what = {"story": "1", "text": "Not <@7001> on Monday."}
        assert "Reported" in (await ask(discord, "news report", READER, **what)).words
    (report,) = await harness.db.read(report_store.list_open_reports, Scope(1), limit=2)
    await harness.db.write(
        resolve_report,
        Scope(1),
        public_id=report.public_id,
        by="Ana",
        answer=answer,
        now=harness.clock.now(),
    )


async def test_a_resolved_report_is_answered_by_direct_message_once(
    harness: BotHarness, discord: LocalDiscord
):
    await settled(harness, discord, answer="@everyone **Yes** <@7001>")
    before = len(discord.ledger.says("2001"))
    await harness.outbox.deliver_notices()
    await harness.outbox.deliver_notices()
    (call,) = discord.asked("post", DM)
    assert "was resolved" in call.body["content"]
    assert call.body["allowed_mentions"] == {"parse": []}
    assert "**Yes**" not in call.body["content"]
    assert "<@7001>" not in call.body["content"]
    assert len(discord.ledger.says("2001")) == before


async def test_a_lost_answer_of_a_notice_is_read_back_there(
    harness: BotHarness, discord: LocalDiscord
):
    discord.ledger.nonce_window = timedelta(0)
    await settled(harness, discord)
    discord.script(Lost(when="after"), "post", channel=DM)
    for _ in range(3):
        await harness.outbox.deliver_notices()
        harness.clock.advance(timedelta(minutes=11))
    assert len(discord.ledger.says(DM)) == 1


@pytest.mark.parametrize("left", [False, True])
async def test_without_direct_messages_the_answer_comes_with_the_next_command(
    harness: BotHarness, discord: LocalDiscord, left: bool
):
    await settled(harness, discord)
    closed = Status(status=403, code=50007, message="Cannot send messages to this user")
    if left:
        discord.absent.add(READER.user)
    else:
        discord.script(closed, "post", channel=DM)
    await harness.outbox.deliver_notices()
    assert discord.ledger.says(DM) == []
    async with listening(discord, harness.inbox, platform_of(harness)):
        reported = await ask(discord, "news help", READER)
        assert "was resolved" in reported.words
        assert "You are right." in reported.words
        assert reported.private
        again = await ask(discord, "news help", READER)
        assert "was resolved" not in again.words
