"""What stopped working is told to an editor once, in private."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ingest.source_health import is_dead
from bot.model import Source
from bot.operations.incidents import IncidentReporter, list_problems
from bot.storage import delivery_store, quota_store, workspace_store
from digests.messages import Message
from tests.bot.harness import (
    BRIDGE,
    CONFIGURATION,
    POOL,
    WAIT,
    BotHarness,
    open_harness,
)
from tests.fakes import NOON, FakePlatform, Lost, Posted

SERVER = (
    CONFIGURATION.replace('platform = "local"', 'platform = "discord"')
    .replace('channel = "c-morning"', 'channel = "2001"')
    .replace("every 2 minutes", "Mondays at 3")
)


class OwnedPlatform(FakePlatform):
    """A platform that knows who owns a server."""

    async def find_owner(self, workspace: str) -> str:
        return f"owner-of-{workspace}"


@pytest.fixture
async def server(sqlite_url: str, tmp_path: Path) -> AsyncIterator[BotHarness]:
    """A newsroom on a chat server."""
    async with open_harness(sqlite_url, tmp_path, OwnedPlatform("discord")) as opened:
        opened.publish("bridge", BRIDGE)
        await opened.apply(SERVER)
        await opened.ingestor.poll()
        yield opened


async def goes_by(harness: BotHarness, **time: float) -> None:
    """Let time pass, in which sources are polled and notices are sent."""
    harness.clock.advance(timedelta(**time))
    await harness.ingestor.poll()
    await notify(harness)


async def notify(harness: BotHarness) -> None:
    await IncidentReporter(db=harness.db, clock=harness.clock).run()
    await harness.outbox.deliver_notices()


def notices(harness: BotHarness) -> list[Posted]:
    messages = harness.platform.messages
    return [one for one in messages if one.channel.startswith("person:")]


def texts(harness: BotHarness) -> list[str]:
    tried = harness.platform.tried
    return [one.fallback_text for one in tried if one.channel.startswith("person:")]


def hide_folder(harness: BotHarness) -> None:
    (harness.home / "articles").rename(harness.home / "elsewhere")


def show_folder(harness: BotHarness) -> None:
    (harness.home / "elsewhere").rename(harness.home / "articles")


async def hold_message(harness: BotHarness) -> None:
    """An edition of two messages; it is unknown whether the first arrived."""
    harness.platform.script(Lost())
    harness.platform.lets_us_look = False
    await harness.post()
    harness.clock.advance(WAIT + timedelta(seconds=1))
    await harness.outbox.drain()


# ── sources ────────────────────────────────────────────────────────────────────


async def test_a_source_that_fails_for_a_day_is_reported_to_the_owner(server):
    hide_folder(server)
    await goes_by(server, hours=23)
    assert notices(server) == []
    await goes_by(server, hours=1)
    (told,) = notices(server)
    assert told.channel == "person:owner-of-newsroom"
    (text,) = texts(server)
    assert "Source «articles» was last read on 24 November 2026: " in text
    assert "/newsdesk home" in text
    assert str(server.home) not in text


async def test_it_is_reported_once(server):
    hide_folder(server)
    for _ in range(10):
        await goes_by(server, hours=24)
    assert len(notices(server)) == 1


async def test_it_is_reported_once_through_restarts(
    server, sqlite_url: str, tmp_path: Path
):
    hide_folder(server)
    await goes_by(server, hours=25)
    # The harness makes an empty folder in the other place.
    async with open_harness(
        sqlite_url, tmp_path / "elsewhere", server.platform, clock=server.clock
    ) as again:
        await goes_by(again, hours=25)
    assert len(notices(server)) == 1


async def test_it_is_reported_again_after_it_worked_and_failed_again(server):
    hide_folder(server)
    await goes_by(server, hours=25)
    show_folder(server)
    await goes_by(server, minutes=2)
    assert texts(server)[1:] == ["Works again: articles · newsroom"]
    hide_folder(server)
    await goes_by(server, hours=23)
    assert len(notices(server)) == 2
    await goes_by(server, hours=2)
    assert len(notices(server)) == 3


async def test_in_a_german_workspace_it_is_reported_in_german(server):
    await server.db.write(
        workspace_store.upsert_workspace,
        platform="discord",
        external_id="newsroom",
        name="Redaktion",
        now=server.clock.now(),
        locale="de",
    )
    hide_folder(server)
    await goes_by(server, hours=25)
    (text,) = texts(server)
    assert text.startswith("Standfirst braucht eine Entscheidung der Redaktion: ")
    assert "wurde zuletzt am 24. November 2026 gelesen: " in text


async def test_one_that_no_digest_reads_is_not_reported(server):
    await server.apply(SERVER + "paused = true\n")
    hide_folder(server)
    await goes_by(server, hours=25)
    assert notices(server) == []


@pytest.mark.parametrize(
    ("source", "dead"),
    [
        ({"failures": 0}, False),
        ({"stopped": True}, True),
        ({"failures": 5}, False),
        ({"failures": 6}, True),
        ({"failures": 1, "last_success_at": NOON - timedelta(days=1)}, True),
        ({"failures": 9, "last_success_at": NOON - timedelta(hours=23)}, False),
        # It asked for a pause, which is no failure.
        (
            {
                "failures": 9,
                "last_success_at": NOON - timedelta(days=2),
                "backoff_until": NOON + timedelta(hours=1),
            },
            False,
        ),
    ],
)
def test_a_source_is_dead_when_it_ended_or_failed_for_a_day(source, dead):
    known: dict[str, Any] = {"id": 1, "workspace_id": None, "kind": "feed"}
    read = Source(**known, name="Vik", address="https://vik.example/feed", **source)
    assert is_dead(read, NOON) is dead


# ── held messages ──────────────────────────────────────────────────────────────


async def test_a_held_message_is_reported_with_what_to_do(server):
    await hold_message(server)
    await notify(server)
    (text,) = texts(server)
    assert "It is unclear whether a message arrived in #morning: " in text
    assert "/newsdesk home" in text


async def test_it_is_reported_once_and_a_later_one_too(server):
    await hold_message(server)
    for _ in range(3):
        await goes_by(server, hours=9)
    assert len(notices(server)) == 1
    (held,) = await server.db.read(delivery_store.list_all_held_deliveries)
    await server.db.write(
        delivery_store.finish_held_delivery,
        held.scope,
        delivery_id=held.id,
        state="failed",
        reason=Message("Left."),
        now=server.clock.now(),
    )
    await server.outbox.drain()
    server.publish("pool", POOL)
    await hold_message(server)
    await notify(server)
    assert len(notices(server)) == 2


async def test_everything_that_is_new_is_one_message(server):
    await hold_message(server)
    hide_folder(server)
    await goes_by(server, hours=25)
    (text,) = texts(server)
    assert text.count("• ") == 2


# ── where it is told ───────────────────────────────────────────────────────────


async def test_the_local_page_shows_it_while_it_lasts_and_sends_nothing(harness):
    await harness.ingestor.poll()
    hide_folder(harness)
    await goes_by(harness, hours=25)
    assert notices(harness) == []
    shown = await harness.db.read(list_problems, harness.clock.now())
    assert any("«articles» was last read on" in str(one) for one in shown)
    show_folder(harness)
    await goes_by(harness, minutes=2)
    assert await harness.db.read(list_problems, harness.clock.now()) == ()


async def test_another_workspace_learns_nothing_of_it(server):
    other = SERVER.replace('id = "newsroom"', 'id = "elsewhere"')
    (server.home / "others").mkdir()
    await server.apply(other.replace('["articles"]', '["others"]'))
    hide_folder(server)
    await goes_by(server, hours=25)
    assert {one.channel for one in notices(server)} == {"person:owner-of-newsroom"}


# ── the quota of stored articles ───────────────────────────────────────────────


async def uses(harness: BotHarness, *parts: int) -> None:
    """The workspace has so many of 1,000 stored articles, one after the other."""
    space = (await harness.db.read(workspace_store.list_workspaces))[0]
    for part in parts:
        await harness.db.write(quota_store.save_parts, {space.id: part})
        harness.clock.advance(timedelta(days=2))
        reporter = IncidentReporter(
            db=harness.db, clock=harness.clock, quota_articles=1_000
        )
        await reporter.run()
        await harness.outbox.deliver_notices()


async def test_that_a_quota_is_near_is_reported_once(server):
    await uses(server, 799)
    assert notices(server) == []
    await uses(server, 805, 810, 795, 801, 900)
    (text,) = texts(server)
    assert "Stored articles: 80 % of 1000. At the limit, the oldest that no" in text


async def test_that_a_quota_is_reached_is_reported_once_more(server):
    await uses(server, 850, 990, 980, 999)
    first, second = texts(server)
    assert "85 %" in first
    assert "the limit of 1000 is reached. The oldest that no edition shows" in second
    assert "ask the operator of this bot for a higher limit" in second


async def test_a_quota_that_is_exceeded_at_once_is_reported_in_one_sentence(server):
    await uses(server, 2_000)
    (text,) = texts(server)
    assert text.count("Stored articles") == 1


async def test_a_quota_that_was_left_and_is_near_again_is_reported_again(server):
    await uses(server, 850, 300, 850)
    assert len(texts(server)) == 2
