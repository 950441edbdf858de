"""Tokens that run out: exchanged in time, once, and without a loop where it fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigurationError
from bot.storage import Database, deliveries, workspaces
from tests.bot.newsroom import FLOOD
from tests.bot.platforms.slack.conftest import until
from tests.bot.platforms.slack.many import SECOND, THERE, Several, a_worker, several
from tests.wire.slack.faults import Lost, Refusal, Status
from tests.wire.slack.ledger import TEAM
from tests.wire.slack.server import CHANNEL, LocalSlack


@pytest.fixture
async def house(
    slack: LocalSlack, sqlite_url: str, tmp_path: Path
) -> AsyncIterator[Several]:
    async with several(slack, sqlite_url, tmp_path) as built:
        await built.install_both()
        yield built


async def states(house: Several, team: str = TEAM) -> list[str]:
    found = await house.desk.db.read(
        workspaces.by_external, platform="slack", external_id=team
    )
    assert found is not None
    newest = await house.desk.db.read(
        deliveries.newest, workspace_id=found.id, count=20
    )
    return [d.state for d in newest]


async def stopped(house: Several, team: str = TEAM) -> str | None:
    found = await house.desk.db.read(
        workspaces.by_external, platform="slack", external_id=team
    )
    assert found is not None
    return found.stopped


# ── in time ────────────────────────────────────────────────────────────────────


async def test_a_token_is_used_until_two_hours_before_its_end(house):
    house.desk.clock.advance(hours=9, minutes=59)
    await house.post()
    assert house.slack.teams.exchanged == []
    assert await states(house) == ["sent"]


async def test_then_it_is_exchanged_before_the_next_call(house):
    house.desk.clock.advance(hours=10)
    await house.post()
    assert house.slack.teams.exchanged == [TEAM]
    assert await states(house) == ["sent"]
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.version == 2
    assert kept.tokens is not None
    assert kept.tokens.expires_at == house.desk.clock.now() + timedelta(hours=12)


async def test_a_token_that_ran_out_long_ago_is_exchanged_when_it_is_needed(house):
    house.desk.clock.advance(days=20)
    await house.post()
    assert await states(house) == ["sent"]
    assert house.slack.teams.exchanged == [TEAM]


async def test_without_rotation_nothing_is_ever_exchanged(house):
    house.slack.teams.rotation = False
    await house.install(TEAM)
    house.desk.clock.advance(days=20)
    await house.post()
    assert await states(house) == ["sent"]
    assert house.slack.teams.exchanged == []


# ── in the middle ──────────────────────────────────────────────────────────────


async def test_a_token_that_runs_out_in_the_middle_delays_nothing_and_doubles_nothing(
    house,
):
    await house.post(key="first")
    house.desk.publish("flood", FLOOD)
    house.slack.teams.expire(TEAM)
    await house.post(key="second")
    assert await states(house) == ["sent", "sent"]
    assert house.slack.teams.exchanged == [TEAM]
    assert len(house.slack.ledger.says(CHANNEL)) == 2
    assert house.slack.ledger.doubled() == ()
    # One refused with the old token, one taken with the new.
    assert len(house.slack.asked("post", CHANNEL)) == 3


async def test_many_who_meet_the_end_at_once_ask_for_one_exchange(house):
    installation = await house.many.of(TEAM)
    await installation.signed_in()
    house.slack.teams.expire(TEAM)
    told = await asyncio.gather(
        *(installation.ask("users.info", lambda s: s.user("U7001")) for _ in range(6))
    )
    assert len(told) == 6
    assert house.slack.teams.exchanged == [TEAM]
    assert house.slack.teams.wasted == []


async def test_two_workers_that_race_ask_for_one_exchange(house, slack, sqlite_url):
    other_db = Database.open(sqlite_url)
    other, _ = a_worker(slack, other_db, house.desk.clock)
    workers = [await house.many.of(TEAM), await other.installations.of(TEAM)]
    for worker in workers:
        await worker.signed_in()
    house.desk.clock.advance(hours=13)
    told = await asyncio.gather(
        *(w.ask("users.info", lambda s: s.user("U7001")) for w in workers)
    )
    assert len(told) == 2
    assert slack.teams.exchanged == [TEAM]
    assert slack.teams.wasted == []
    # The one that waited goes on with what the other got, also later.
    house.desk.clock.advance(hours=13)
    await workers[1].ask("users.info", lambda s: s.user("U7001"))
    await workers[0].ask("users.info", lambda s: s.user("U7001"))
    assert slack.teams.exchanged == [TEAM, TEAM]
    assert slack.teams.wasted == []
    await other.close()
    await other_db.close()


async def test_two_workers_in_the_middle_of_their_work_go_on_with_one_exchange(
    house, slack, sqlite_url
):
    other_db = Database.open(sqlite_url)
    other, _ = a_worker(slack, other_db, house.desk.clock)
    theirs = await other.installations.of(TEAM)
    await theirs.signed_in()
    await (await house.many.of(TEAM)).signed_in()
    # Both hold the token for good when Slack knows better.
    slack.teams.expire(TEAM)
    _, told = await asyncio.gather(
        house.post(), theirs.ask("users.info", lambda s: s.user("U7001"))
    )
    assert told["id"] == "U7001"
    assert await states(house) == ["sent"]
    assert len(slack.ledger.says(CHANNEL)) == 1
    assert slack.teams.exchanged == [TEAM]
    assert slack.teams.wasted == []
    await other.close()
    await other_db.close()


async def test_a_caller_that_loses_patience_does_not_lose_the_answer(house):
    installation = await house.many.of(TEAM)
    await installation.signed_in()
    house.desk.clock.advance(hours=13)
    gate = asyncio.Event()
    store = house.many.store
    settle = store.settle

    async def slow(*args: Any, **given: Any) -> None:
        await gate.wait()
        await settle(*args, **given)

    store.settle = slow
    hurried = asyncio.create_task(installation.signed_in())
    await until(lambda: house.slack.teams.exchanged == [TEAM])
    hurried.cancel()
    await asyncio.gather(hurried, return_exceptions=True)
    gate.set()
    await house.post()
    assert await states(house) == ["sent"]
    assert house.slack.teams.exchanged == [TEAM]
    assert house.slack.teams.wasted == []


# ── where it fails ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [Status(status=503), Refusal(code="ratelimited")])
async def test_while_the_old_token_is_good_an_exchange_in_vain_stops_nothing(
    house, fault
):
    house.desk.clock.advance(hours=11)
    house.slack.script(fault, "oauth")
    await house.post(key="first")
    assert await states(house) == ["sent"]
    assert len(house.slack.asked("oauth")) == 3  # two installations and one exchange
    # Not again for a minute, then once more.
    installation = await house.many.of(TEAM)
    await installation.signed_in()
    assert house.slack.teams.exchanged == []
    house.desk.clock.advance(seconds=60)
    await installation.signed_in()
    assert house.slack.teams.exchanged == [TEAM]


async def test_without_a_good_token_a_delivery_waits_for_the_next_exchange(house):
    house.desk.clock.advance(hours=13)
    house.slack.script(Status(status=503), "oauth")
    await house.post()
    assert await states(house) == ["retry"]
    assert house.slack.ledger.says(CHANNEL) == []
    house.desk.clock.advance(seconds=5)
    await house.desk.outbox.drain()
    assert await states(house) == ["sent"]
    assert await stopped(house) is None


async def test_a_lost_answer_ends_in_a_plain_sentence_and_not_in_a_loop(house):
    house.desk.clock.advance(hours=13)
    house.slack.script(Lost(when="after"), "oauth")
    await house.post()
    for _ in range(20):
        house.desk.clock.advance(minutes=5)
        await house.desk.outbox.drain()
    # The one whose answer was lost, and one more that told us so.
    assert len(house.slack.asked("oauth")) == 2 + 2
    reason = await stopped(house)
    assert reason is not None
    assert "Install the app again: https://news.example/slack/install" in reason
    assert house.slack.ledger.says(CHANNEL) == []
    # A restart does not begin anew: it is written down.
    other, _ = a_worker(house.slack, house.desk.db, house.desk.clock)
    with pytest.raises(Exception, match="Install the app again"):
        await (await other.installations.of(TEAM)).signed_in()
    assert len(house.slack.asked("oauth")) == 2 + 2
    await other.close()


async def test_whoever_asks_something_then_is_answered_all_the_same(house):
    house.desk.clock.advance(hours=13)
    house.slack.teams.spoil(TEAM)
    async with house.heard():
        asked = await (await house.slack.people.types("/news help")).done()
    assert "/news quotes" in asked.words


async def test_installing_again_after_it_carries_on_with_what_waited(house):
    house.desk.clock.advance(hours=13)
    house.slack.teams.spoil(TEAM)
    await house.post()
    assert await states(house) == ["retry"]
    async with house.heard():
        assert (await house.install(TEAM)).status == 200
        await house.desk.outbox.drain()
    assert await stopped(house) is None
    assert await states(house) == ["sent"]
    assert len(house.slack.ledger.says(CHANNEL)) == 1


async def test_spent_tokens_of_one_workspace_leave_the_others_alone(house):
    house.desk.clock.advance(hours=13)
    house.slack.teams.spoil(TEAM)
    await house.post(TEAM)
    await house.post(SECOND)
    assert await stopped(house, TEAM) is not None
    assert await stopped(house, SECOND) is None
    assert len(house.slack.ledger.says(THERE)) == 1


async def test_until_its_end_a_token_without_a_successor_is_used(house):
    house.desk.clock.advance(hours=11)
    house.slack.teams.spoil(TEAM)
    await house.post(key="first")
    house.desk.publish("flood", FLOOD)
    await house.post(key="second")
    assert await states(house) == ["sent", "sent"]
    assert len(house.slack.asked("oauth")) == 2 + 1
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    assert "Install the app again" in (kept.broken or "")


async def test_a_wrong_client_secret_says_which_setting_it_is(house):
    house.desk.clock.advance(hours=13)
    house.slack.teams.secret = "another"
    await house.post()
    assert "STANDFIRST_SLACK_CLIENT_SECRET" in (await stopped(house) or "")
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.broken is None


async def test_tokens_that_cannot_be_kept_are_kept_later(house):
    store = house.many.store
    settle, fails = store.settle, [True]

    async def full(*args: Any, **given: Any) -> None:
        if fails:
            fails.pop()
            raise ConfigurationError("The disk is full.")
        await settle(*args, **given)

    store.settle = full
    house.desk.clock.advance(hours=13)
    await house.post(key="first")
    assert await states(house) == ["sent"]
    await (await house.many.of(TEAM)).signed_in()
    kept = await house.kept.installations.find(TEAM)
    assert kept is not None
    assert kept.version == 2
    assert kept.tokens is not None
    assert house.slack.teams.refused(kept.tokens.token) == ""
