"""A personal digest on Slack: in the conversation with the app."""

from datetime import timedelta

import pytest

from bot.delivery.private_notices import resolve_report
from bot.model.scope import Scope
from bot.storage import destination_store, report_store, workspace_store
from tests.bot.harness import BotHarness
from tests.bot.platforms.slack.conftest import CONFIGURATION, listening
from tests.bot.platforms.slack.test_interactions import ask, platform_of, press
from tests.wire.discord.faults import Lost
from tests.wire.slack.faults import Refusal
from tests.wire.slack.people import READER, controls_of, like
from tests.wire.slack.server import CHANNEL, LocalSlack

DM = f"D{READER.user}"
SUNDAYS = CONFIGURATION.replace("every 2 minutes", "sundays at 9:00")


@pytest.fixture
async def quiet(harness: BotHarness, slack: LocalSlack) -> BotHarness:
    """A newsroom whose channel posts nothing before Sunday; a reader has a digest."""
    await harness.apply(SUNDAYS)
    async with listening(slack, harness.inbox, platform_of(harness)):
        asked = await ask(slack, "/news me 7:30", READER)
        assert "daily at 07:30" in asked.words
        assert asked.private
    return harness


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


async def test_it_comes_in_the_conversation_with_the_app_once(
    quiet: BotHarness, slack: LocalSlack
):
    await tomorrow(quiet)
    await quiet.wake()
    (message,) = slack.ledger.says(DM)
    assert "Harbour bridge" in str(message)
    assert slack.ledger.says(CHANNEL) == []


async def test_a_lost_answer_is_read_back_there(quiet: BotHarness, slack: LocalSlack):
    slack.script(Lost(when="after"), "post", channel=DM)
    await tomorrow(quiet)
    quiet.clock.advance(timedelta(minutes=2))
    await quiet.wake()
    assert len(slack.ledger.says(DM)) == 1
    assert slack.ledger.doubled() == ()


@pytest.mark.parametrize(
    "code", ["missing_scope", "cannot_dm_bot", "user_not_found", "user_disabled"]
)
async def test_without_a_conversation_only_this_destination_stops(
    quiet: BotHarness, slack: LocalSlack, code: str
):
    slack.script(Refusal(code=code), "open")
    await tomorrow(quiet)
    assert slack.ledger.says(DM) == []
    assert code in str(await standing(quiet))
    space = await quiet.db.read(workspace_store.find_workspace, Scope(1))
    assert space is not None
    assert space.stopped is None
    await quiet.post()
    assert slack.ledger.says(CHANNEL)


async def test_closed_messages_are_reported_at_the_next_command(
    quiet: BotHarness, slack: LocalSlack
):
    slack.script(Refusal(code="cannot_dm_bot"), "open")
    await tomorrow(quiet)
    async with listening(slack, quiet.inbox, platform_of(quiet)):
        reported = await ask(slack, "/news help", READER)
        assert "Your own digest is paused" in reported.words


async def test_its_controls_answer_there_and_count_in_it(
    quiet: BotHarness, slack: LocalSlack
):
    await tomorrow(quiet)
    controls = dict(controls_of(slack.ledger.says(DM)))
    there = like(READER, channel=DM)
    async with listening(slack, quiet.inbox, platform_of(quiet)):
        story = next(i for label, i in controls.items() if "bridge" in label)
        detail = await press(slack, story, there, kind="static_select")
        assert "The harbour bridge at Hallin was closed" in detail.words
        saved = await press(slack, detail.controls["Save"], there)
        assert "Saved. /news me lists" in saved.words
        stranger = like(READER, user="U7009", channel=DM)
        refused = await press(slack, story, stranger, kind="static_select")
        assert "does not belong here" in refused.words


# ── answers to reports ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("open_", [True, False])
async def test_a_resolved_report_is_answered_there_or_with_the_next_command(
    harness: BotHarness, slack: LocalSlack, open_: bool
):
    await harness.post()
    async with listening(slack, harness.inbox, platform_of(harness)):
        reported = await ask(slack, "/news report 1 It was <!channel> Monday.", READER)
        assert "Reported" in reported.words
        (report,) = await harness.db.read(
            report_store.list_open_reports, Scope(1), limit=2
        )
        await harness.db.write(
            resolve_report,
            Scope(1),
            public_id=report.public_id,
            by="Ana",
            answer="<!channel> *You are right.*",
            now=harness.clock.now(),
        )
        if not open_:
            slack.script(Refusal(code="missing_scope"), "open")
        await harness.outbox.deliver_notices()
        await harness.outbox.deliver_notices()
        reported = await ask(slack, "/news help", READER)
        again = await ask(slack, "/news help", READER)
    assert "was resolved" not in again.words
    if open_:
        (message,) = slack.ledger.says(DM)
        assert "&lt;!channel&gt; *You are right.*" in message["text"]
        assert "was resolved" not in reported.words
    else:
        assert slack.ledger.says(DM) == []
        assert "You are right." in reported.words
