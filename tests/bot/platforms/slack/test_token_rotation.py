"""Token rotation: exchanged in time, once, and without a loop when it fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigurationError
from bot.model.scope import Scope
from bot.storage import Database, delivery_store, workspace_store
from tests.bot.harness import FLOOD
from tests.bot.platforms.slack.conftest import until
from tests.bot.platforms.slack.shared_app import (
    SECOND,
    THERE,
    SharedApp,
    a_worker,
    open_shared_app,
)
from tests.wire.discord.faults import Lost, Status
from tests.wire.slack.faults import Refusal
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack


@pytest.fixture
async def shared_app(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[SharedApp]:
    async with open_shared_app(slack, sqlite_url, tmp_path) as built:
        await built.install_both()
        yield built


async def states(shared_app: SharedApp, team: str = TEAM) -> list[str]:
    found = await shared_app.harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="slack",
        external_id=team,
    )
    assert found is not None
    newest = await shared_app.harness.db.read(
        delivery_store.list_newest_deliveries, Scope(found.id), count=20
    )
    return [d.state for d in newest]


async def stopped(shared_app: SharedApp, team: str = TEAM) -> str | None:
    found = await shared_app.harness.db.read(
        workspace_store.find_workspace_by_external_id,
        platform="slack",
        external_id=team,
    )
    assert found is not None
    return str(found.stopped) if found.stopped else None


# ── in time ────────────────────────────────────────────────────────────────────


async def test_a_token_is_used_until_two_hours_before_its_end(shared_app):
    shared_app.harness.clock.advance(hours=9, minutes=59)
    await shared_app.post()
    assert shared_app.slack.teams.exchanged == []
    assert await states(shared_app) == ["sent"]


async def test_then_it_is_exchanged_before_the_next_call(shared_app):
    shared_app.harness.clock.advance(hours=10)
    await shared_app.post()
    assert shared_app.slack.teams.exchanged == [TEAM]
    assert await states(shared_app) == ["sent"]
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.version == 2
    assert kept.tokens is not None
    assert kept.tokens.expires_at == shared_app.harness.clock.now() + timedelta(
        hours=12
    )


async def test_a_token_that_ran_out_long_ago_is_exchanged_when_it_is_needed(shared_app):
    shared_app.harness.clock.advance(days=20)
    await shared_app.post()
    assert await states(shared_app) == ["sent"]
    assert shared_app.slack.teams.exchanged == [TEAM]


async def test_without_rotation_nothing_is_ever_exchanged(shared_app):
    shared_app.slack.teams.rotation = False
    await shared_app.install(TEAM)
    shared_app.harness.clock.advance(days=20)
    await shared_app.post()
    assert await states(shared_app) == ["sent"]
    assert shared_app.slack.teams.exchanged == []


# ── while requests run ─────────────────────────────────────────────────────────


async def test_a_token_that_runs_out_in_the_middle_delays_nothing_and_doubles_nothing(
    shared_app,
):
    await shared_app.post(key="first")
    shared_app.harness.publish("flood", FLOOD)
    shared_app.slack.teams.expire(TEAM)
    await shared_app.post(key="second")
    assert await states(shared_app) == ["sent", "sent"]
    assert shared_app.slack.teams.exchanged == [TEAM]
    assert len(shared_app.slack.ledger.says(CHANNEL)) == 2
    assert shared_app.slack.ledger.doubled() == ()
    # One rejected with the old token, one accepted with the new.
    assert len(shared_app.slack.asked("post", CHANNEL)) == 3


async def test_many_who_meet_the_end_at_once_ask_for_one_exchange(shared_app):
    installation = await shared_app.many.of(TEAM)
    await installation.sign_in()
    shared_app.slack.teams.expire(TEAM)
    reported = await asyncio.gather(
        *(installation.ask("users.info", user="U7001") for _ in range(6))
    )
    assert len(reported) == 6
    assert shared_app.slack.teams.exchanged == [TEAM]
    assert shared_app.slack.teams.wasted == []


async def test_two_workers_that_race_ask_for_one_exchange(
    shared_app, slack, sqlite_url
):
    other_db = Database.open(sqlite_url)
    other, _ = a_worker(slack, other_db, shared_app.harness.clock)
    workers = [await shared_app.many.of(TEAM), await other.installations.of(TEAM)]
    for worker in workers:
        await worker.sign_in()
    shared_app.harness.clock.advance(hours=13)
    reported = await asyncio.gather(
        *(w.ask("users.info", user="U7001") for w in workers)
    )
    assert len(reported) == 2
    assert slack.teams.exchanged == [TEAM]
    assert slack.teams.wasted == []
    # The one that waited uses the token that the other got, also later.
    shared_app.harness.clock.advance(hours=13)
    await workers[1].ask("users.info", user="U7001")
    await workers[0].ask("users.info", user="U7001")
    assert slack.teams.exchanged == [TEAM, TEAM]
    assert slack.teams.wasted == []
    await other.close()
    await other_db.close()


async def test_two_workers_in_the_middle_of_their_work_go_on_with_one_exchange(
    shared_app, slack, sqlite_url
):
    other_db = Database.open(sqlite_url)
    other, _ = a_worker(slack, other_db, shared_app.harness.clock)
    theirs = await other.installations.of(TEAM)
    await theirs.sign_in()
    await (await shared_app.many.of(TEAM)).sign_in()
    # Both believe that the token never expires, but Slack says it has.
    slack.teams.expire(TEAM)
    _, reported = await asyncio.gather(
        shared_app.post(), theirs.ask("users.info", user="U7001")
    )
    assert reported["user"]["id"] == "U7001"
    assert await states(shared_app) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert slack.teams.exchanged == [TEAM]
    assert slack.teams.wasted == []
    await other.close()
    await other_db.close()


async def test_a_caller_that_loses_patience_does_not_lose_the_answer(shared_app):
    installation = await shared_app.many.of(TEAM)
    await installation.sign_in()
    shared_app.harness.clock.advance(hours=13)
    gate = asyncio.Event()
    store = shared_app.many.store
    settle = store.settle

    async def slow(*args: Any, **given: Any) -> None:
        await gate.wait()
        await settle(*args, **given)

    store.settle = slow
    hurried = asyncio.create_task(installation.sign_in())
    await until(lambda: shared_app.slack.teams.exchanged == [TEAM])
    hurried.cancel()
    await asyncio.gather(hurried, return_exceptions=True)
    gate.set()
    await shared_app.post()
    assert await states(shared_app) == ["sent"]
    assert shared_app.slack.teams.exchanged == [TEAM]
    assert shared_app.slack.teams.wasted == []


# ── failures ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [Status(status=503), Refusal(code="ratelimited")])
async def test_while_the_old_token_is_good_an_exchange_in_vain_stops_nothing(
    shared_app, fault
):
    shared_app.harness.clock.advance(hours=11)
    shared_app.slack.script(fault, "oauth")
    await shared_app.post(key="first")
    assert await states(shared_app) == ["sent"]
    assert (
        len(shared_app.slack.asked("oauth")) == 3
    )  # two installations and one exchange
    # Not again for a minute, then once more.
    installation = await shared_app.many.of(TEAM)
    await installation.sign_in()
    assert shared_app.slack.teams.exchanged == []
    shared_app.harness.clock.advance(seconds=60)
    await installation.sign_in()
    assert shared_app.slack.teams.exchanged == [TEAM]


async def test_without_a_good_token_a_delivery_waits_for_the_next_exchange(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.script(Status(status=503), "oauth")
    await shared_app.post()
    assert await states(shared_app) == ["retry"]
    assert shared_app.slack.ledger.says(CHANNEL) == []
    shared_app.harness.clock.advance(seconds=5)
    await shared_app.harness.outbox.drain()
    assert await states(shared_app) == ["sent"]
    assert await stopped(shared_app) is None


async def test_a_lost_answer_ends_in_a_plain_sentence_and_not_in_a_loop(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.script(Lost(when="after"), "oauth")
    await shared_app.post()
    for _ in range(20):
        shared_app.harness.clock.advance(minutes=5)
        await shared_app.harness.outbox.drain()
    # The exchange whose answer was lost, and one more that showed it.
    assert len(shared_app.slack.asked("oauth")) == 2 + 2
    reason = await stopped(shared_app)
    assert reason is not None
    assert "Install the app again: https://news.example/slack/install" in reason
    assert shared_app.slack.ledger.says(CHANNEL) == []
    # A restart does not try again: the state is stored.
    other, _ = a_worker(
        shared_app.slack, shared_app.harness.db, shared_app.harness.clock
    )
    with pytest.raises(Exception, match="Install the app again"):
        await (await other.installations.of(TEAM)).sign_in()
    assert len(shared_app.slack.asked("oauth")) == 2 + 2
    await other.close()


async def test_commands_are_still_answered_then(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.teams.spoil(TEAM)
    async with shared_app.heard():
        asked = await (await shared_app.slack.people.types("/news help")).done()
    assert "/news quotes" in asked.words


async def test_installing_again_after_it_carries_on_with_what_waited(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.teams.spoil(TEAM)
    await shared_app.post()
    assert await states(shared_app) == ["retry"]
    async with shared_app.heard():
        assert (await shared_app.install(TEAM)).status == 200
        await shared_app.harness.outbox.drain()
    assert await stopped(shared_app) is None
    assert await states(shared_app) == ["sent"]
    assert len(shared_app.slack.ledger.says(CHANNEL)) == 1


async def test_spent_tokens_of_one_workspace_leave_the_others_alone(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.teams.spoil(TEAM)
    await shared_app.post(TEAM)
    await shared_app.post(SECOND)
    assert await stopped(shared_app, TEAM) is not None
    assert await stopped(shared_app, SECOND) is None
    assert len(shared_app.slack.ledger.says(THERE)) == 1


async def test_until_its_end_a_token_without_a_successor_is_used(shared_app):
    shared_app.harness.clock.advance(hours=11)
    shared_app.slack.teams.spoil(TEAM)
    await shared_app.post(key="first")
    shared_app.harness.publish("flood", FLOOD)
    await shared_app.post(key="second")
    assert await states(shared_app) == ["sent", "sent"]
    assert len(shared_app.slack.asked("oauth")) == 2 + 1
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    assert "Install the app again" in str(kept.broken or "")


async def test_a_wrong_client_secret_says_which_setting_it_is(shared_app):
    shared_app.harness.clock.advance(hours=13)
    shared_app.slack.teams.secret = "another"
    await shared_app.post()
    assert "STANDFIRST_SLACK_CLIENT_SECRET" in (await stopped(shared_app) or "")
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.broken is None


async def test_tokens_that_cannot_be_kept_are_kept_later(shared_app):
    store = shared_app.many.store
    settle, fails = store.settle, [True]

    async def full(*args: Any, **given: Any) -> None:
        if fails:
            fails.pop()
            raise ConfigurationError("The disk is full.")
        await settle(*args, **given)

    store.settle = full
    shared_app.harness.clock.advance(hours=13)
    await shared_app.post(key="first")
    assert await states(shared_app) == ["sent"]
    await (await shared_app.many.of(TEAM)).sign_in()
    kept = await shared_app.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.version == 2
    assert kept.tokens is not None
    assert shared_app.slack.teams.refused(kept.tokens.token) == ""
