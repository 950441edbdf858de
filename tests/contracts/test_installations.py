"""The contract of every store of installations, over both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.model import AppInstallation, InstallationTokens
from bot.model.scope import Scope
from bot.storage import (
    Database,
    deletion_store,
    installation_store,
    workspace_store,
)
from bot.storage.installation_store import (
    EXCHANGE_LEASE,
    DatabaseInstallationStore,
    DatabaseStateStore,
    StateSigner,
    TokenCipher,
    TokenDecryptionError,
)
from digests.messages import Message
from tests.fakes import FakeClock

CLOCK = FakeClock()
TOKENS = InstallationTokens(
    token="xoxe.xoxb-canary-1",
    refresh="xoxe-canary-1",
    expires_at=CLOCK.now() + timedelta(hours=12),
)
NEXT = replace(TOKENS, token="xoxe.xoxb-canary-2", refresh="xoxe-canary-2")
HERE = AppInstallation(
    team="T1",
    name="Newsroom",
    installer="U1",
    scopes=("commands", "chat:write"),
    installed_at=CLOCK.now(),
    tokens=TOKENS,
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(database: Database, clock: FakeClock) -> DatabaseInstallationStore:
    return DatabaseInstallationStore(database, TokenCipher(b"k" * 32), clock, "slack")


@pytest.fixture
def states(database: Database, clock: FakeClock) -> DatabaseStateStore:
    return DatabaseStateStore(database, StateSigner(b"k" * 32), clock)


async def test_what_is_kept_is_found_as_it_was(store):
    kept = await store.keep(HERE)
    assert await store.find("T1") == kept
    assert kept == replace(HERE, id=kept.id)
    assert await store.find("T2") is None


async def test_installing_again_takes_the_place_of_what_was_there(store):
    first = await store.keep(HERE)
    again = await store.keep(replace(HERE, tokens=NEXT, installer="U2"))
    assert again.id != first.id
    assert await store.find("T1") == again


async def test_it_creates_the_workspace_and_resumes_a_stopped_one(
    store, database, clock
):
    await store.keep(HERE)
    made = await database.read(
        workspace_store.find_active_workspace, platform="slack", external_id="T1"
    )
    await database.write(
        workspace_store.stop_workspace,
        Scope(made.id),
        reason=Message("refused"),
        retest_at=clock.now() + timedelta(hours=6),
    )
    await store.keep(HERE)
    found = await database.read(
        workspace_store.find_active_workspace, platform="slack", external_id="T1"
    )
    assert found == made
    assert found.name == "Newsroom"


@pytest.mark.parametrize(
    ("after", "stops"), [(-60, False), (-1, False), (0, True), (6, True)]
)
async def test_who_was_refused_before_it_was_installed_stops_nothing(
    store, database, clock, after: int, stops: bool
):
    await store.keep(HERE)
    await store.keep(HERE)
    made = await database.read(
        workspace_store.find_active_workspace, platform="slack", external_id="T1"
    )

    stopped = await database.write(
        workspace_store.stop_workspace,
        Scope(made.id),
        reason=Message("The app is not installed."),
        retest_at=clock.now() + timedelta(hours=6),
        asked_at=clock.now() + timedelta(seconds=after),
    )

    assert stopped is stops


async def test_one_of_many_gets_to_exchange_the_tokens(store):
    kept = await store.keep(HERE)
    claims = await asyncio.gather(*(store.claim(kept) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]


async def test_a_finished_exchange_is_not_repeated_with_the_old_token(store):
    kept = await store.keep(HERE)
    assert await store.claim(kept)
    await store.settle(kept, tokens=NEXT)
    assert not await store.claim(kept)
    found = await store.find("T1")
    assert found == replace(kept, tokens=NEXT, version=2)
    assert await store.claim(found)


async def test_an_exchange_in_vain_can_be_tried_again_and_a_broken_one_cannot(store):
    kept = await store.keep(HERE)
    assert await store.claim(kept)
    await store.settle(kept)
    assert await store.claim(kept)
    await store.settle(kept, broken=Message("Install it again."))
    assert not await store.claim(kept)
    found = await store.find("T1")
    assert found.broken == Message("Install it again.")
    assert found.tokens == TOKENS


async def test_an_abandoned_exchange_expires_after_a_minute(store, clock):
    kept = await store.keep(HERE)
    assert await store.claim(kept)
    clock.advance(seconds=EXCHANGE_LEASE.total_seconds() - 1)
    assert not await store.claim(kept)
    clock.advance(seconds=1)
    assert await store.claim(kept)


async def test_what_came_for_an_older_installation_does_not_touch_the_newer(store):
    old = await store.keep(HERE)
    assert await store.claim(old)
    new = await store.keep(replace(HERE, installer="U2"))
    await store.settle(old, tokens=NEXT)
    await store.settle(old, broken=Message("Install it again."))
    await store.forget(old)
    assert await store.find("T1") == new


async def test_a_deleted_installation_is_gone_and_others_stay(store, database):
    kept = await store.keep(HERE)
    other = await store.keep(replace(HERE, team="T2", name="Second"))
    await store.forget(kept)
    assert await store.find("T1") is None
    assert await store.find("T2") == other
    assert await rows(database) == 1


async def test_erasing_a_workspace_erases_its_tokens(store, database):
    await store.keep(HERE)
    found = await database.read(
        workspace_store.find_active_workspace, platform="slack", external_id="T1"
    )
    asked: Any = {"scope": Scope(found.id), "now": FakeClock().now()}
    await database.write(
        deletion_store.propose_erasure, **asked, person_id=None, reason="asked"
    )
    await database.write(deletion_store.order_erasure, **asked)
    await database.write(deletion_store.finish_erasure, **asked)
    assert await rows(database) == 0


async def rows(database: Database) -> int:
    def count(connection: Any) -> int:
        query = text("SELECT count(*) FROM installations")
        number: int = connection.execute(query).scalar_one()
        return number

    return await database.read(count)


# ── stored values ──────────────────────────────────────────────────────────────


async def test_tokens_lie_sealed_and_open_nowhere_else(store, database, clock):
    await store.keep(HERE)
    await store.keep(replace(HERE, team="T2"))

    def stolen(connection: Any) -> str:
        raw = connection.execute(text("SELECT * FROM installations")).all()
        # An attacker with write access moves a token to their own workspace.
        connection.execute(
            text(
                "UPDATE installations SET token = (SELECT i.token FROM installations i"
                " JOIN workspaces w ON w.id = i.workspace_id"
                " WHERE w.external_id = 'T1')"
            )
        )
        return str(raw)

    assert "canary" not in await database.write(stolen)
    moved, own = await store.find("T2"), await store.find("T1")
    assert moved.tokens is None
    assert own.tokens == TOKENS
    other = DatabaseInstallationStore(database, TokenCipher(b"o" * 32), clock, "slack")
    shut = await other.find("T1")
    assert shut is not None
    assert shut.tokens is None


def test_a_seal_opens_only_what_it_closed():
    seal = TokenCipher(b"k" * 32)
    closed = seal.encrypt("secret", "T1 token")
    assert seal.decrypt(closed, "T1 token") == "secret"
    assert closed != seal.encrypt("secret", "T1 token")
    for wrong in (
        closed[:-4],
        closed.replace("s1.", "s2."),
        "s1.",
        "",
        "s1.ä",
        "plain",
    ):
        with pytest.raises(TokenDecryptionError):
            seal.decrypt(wrong, "T1 token")
    with pytest.raises(TokenDecryptionError):
        seal.decrypt(closed, "T2 token")


# ── started installations ──────────────────────────────────────────────────────


async def test_a_state_is_consumed_once_of_all_who_try(states):
    state = await states.issue()
    tries = await asyncio.gather(*(states.consume(state) for _ in range(6)))
    assert sorted(tries) == [False] * 5 + [True]


async def test_a_state_lives_ten_minutes(states, clock):
    state, late = await states.issue(), await states.issue()
    clock.advance(seconds=599)
    assert await states.consume(state)
    clock.advance(seconds=1)
    assert not await states.consume(late)


@pytest.mark.parametrize("forged", ["", "f" * 43, "\ud800", "x' OR '1'='1"])
async def test_what_was_not_issued_is_no_state(states, forged):
    await states.issue()
    assert not await states.consume(forged)


@pytest.mark.parametrize(
    "change",
    [
        lambda until, random, signature: f"{int(until) + 60}.{random}.{signature}",
        lambda until, random, signature: f"{until}.{random[::-1]}.{signature}",
        lambda until, random, signature: f"{until}.{random}.{'0' * 64}",
        lambda until, random, signature: f"{'9' * 5_000}.{random}.{signature}",
        lambda until, random, signature: f"{until}.{random}",
    ],
    ids=["later", "other", "unsigned", "far", "short"],
)
async def test_a_changed_state_is_none(states, change):
    parts = (await states.issue()).split(".")
    assert not await states.consume(change(*parts))


async def test_a_state_under_another_key_is_none(states, database, clock):
    other = DatabaseStateStore(database, StateSigner(b"o" * 32), clock)
    assert not await states.consume(await other.issue())


async def test_a_started_installation_stores_nothing(states, database):
    for _ in range(3):
        await states.issue()
    assert await database.read(list_used_states) == []


async def test_a_started_installation_survives_however_many_others_begin(states):
    state = await states.issue()
    for _ in range(1_005):
        await states.issue()
    assert await states.consume(state)


async def test_a_used_state_is_stored_as_a_hash_until_it_expires(
    states, database, clock
):
    state = await states.issue()
    await states.consume(state)
    (row,) = await database.read(list_used_states)
    assert state not in str(row)
    clock.advance(minutes=10)
    other = await states.issue()
    await states.consume(other)
    (left,) = await database.read(list_used_states)
    assert left != row


async def test_used_states_are_stored_up_to_a_number(database, clock):
    now = clock.now()

    def use_many(conn: Any) -> None:
        for number in range(8):
            until = now + timedelta(seconds=60 + number)
            installation_store.record_used_state(
                conn, state_hash=str(number), now=now, until=until, most=5
            )

    await database.write(use_many)
    assert [row.state_hash for row in await database.read(list_used_states)] == list(
        "34567"
    )


def list_used_states(conn: Any) -> list[Any]:
    query = text("SELECT * FROM install_states ORDER BY until")
    return list(conn.execute(query))
