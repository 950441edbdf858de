"""The defences, each of which can be switched off: its figure must turn red.

A check that stays green without its defence proves nothing. A mutation is a handful of
replacements in the product, made in this process (`switched_off`) or for the rest of
the life of a forked one (`switch_off`), and the small trial whose figure it must spoil.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from tests.chaos.scoreboard import Line, Scoreboard

#: Seconds after which a small trial counts as broken instead of slow.
PATIENCE = 400.0
_SOON = timedelta(seconds=0.3)
Patches = Callable[[], list[Any]]
Trial = Callable[[int, Scoreboard, str], Awaitable[Sequence[Line]]]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A defence, how it is removed, and the trial that must detect that."""

    defence: str
    patches: Patches
    trial: Trial
    #: A substring of the line that must turn red.
    line: str


@contextmanager
def switched_off(name: str) -> Iterator[None]:
    """Remove this defence for the duration of the block; "" removes none."""
    with ExitStack() as stack:
        for each in MUTATIONS[name].patches() if name else ():
            stack.enter_context(each)
        yield


def switch_off(name: str) -> None:
    """Remove this defence for good, in a process that is forked for it."""
    for each in MUTATIONS[name].patches():
        each.start()


async def red(seed: int, board: Scoreboard, names: Sequence[str] = ()) -> list[Line]:
    """Remove each of them once, and run its small trial."""
    lines = []
    for name in names or MUTATIONS:
        mutation = MUTATIONS[name]
        # Errors of the weakened bot are expected.
        quiet = Scoreboard(quiet=True)
        async with asyncio.timeout(PATIENCE):
            found = await mutation.trial(seed, quiet, name)
        (line,) = (one for one in found if mutation.line in one.what)
        lines.append(
            replace(
                line,
                row=f"–{line.row}",
                what=f"without {mutation.defence}: {line.what}",
                goal=f"not {line.goal}",
                met=not line.met,
                mutation=True,
            )
        )
        board.say(f"  without {mutation.defence}: {lines[-1].verdict}")
    return lines


# ── removals ───────────────────────────────────────────────────────────────────


def _no_nonce() -> list[Any]:
    from bot.platforms.discord import messages
    from bot.platforms.discord.messages import build_post_body

    def bare(*args: Any, **kwargs: Any) -> dict[str, Any]:
        body = build_post_body(*args, **kwargs)
        return {k: v for k, v in body.items() if k not in {"nonce", "enforce_nonce"}}

    return [patch.object(messages, "build_post_body", bare)]


def _no_reading_back() -> list[Any]:
    from bot.platforms.discord.platform import DiscordPlatform
    from bot.platforms.slack.platform import SlackPlatform

    async def blind(self: Any, delivery: Any) -> None:
        return None

    return [
        patch.object(SlackPlatform, "read_back", blind),
        patch.object(DiscordPlatform, "read_back", blind),
    ]


def _no_key() -> list[Any]:
    from bot.platforms.slack import platform
    from bot.platforms.slack.messages import build_post_body

    def bare(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {
            k: v for k, v in build_post_body(*args, **kwargs).items() if k != "metadata"
        }

    return [patch.object(platform, "build_post_body", bare)]


def _no_wait() -> list[Any]:
    from bot.storage import delivery_queue

    due = delivery_queue.list_due_uncertain

    def at_once(conn: Any, **kwargs: Any) -> Any:
        return due(conn, **{**kwargs, "wait": timedelta(0)})

    return [
        patch.object(delivery_queue, "list_due_uncertain", at_once),
        patch("bot.delivery.outbox.Outbox._may_read_back", lambda *_: True),
    ]


def _no_claim() -> list[Any]:
    """The claim is not in the database while the message is in flight."""
    from sqlalchemy import update

    from bot.storage import delivery_queue
    from bot.storage.schema import deliveries as table

    claim = delivery_queue.claim_deliveries

    def forgetful(conn: Any, *args: Any) -> Any:
        claimed = claim(conn, *args)
        keys = [one.id for one in claimed]
        conn.execute(
            update(table)
            .where(table.c.id.in_(keys))
            .values(state="ready", lease_until=None)
        )
        return claimed

    return [patch.object(delivery_queue, "claim_deliveries", forgetful)]


def _no_turns() -> list[Any]:
    """Any process claims what another one is sending."""
    from sqlalchemy import true

    from bot.storage import delivery_queue, send_leases
    from bot.storage.schema import deliveries as table

    states = ("ready", "retry", "sending")
    required = delivery_queue._list_requirements

    def greedy() -> Any:
        _state, earlier, _turn, *rest = required()
        return (table.c.state.in_(states), earlier, true(), *rest)

    return [
        patch.object(delivery_queue, "_list_requirements", greedy),
        patch.object(send_leases, "WAITING_STATES", states),
    ]


def _no_unique_occurrence() -> list[Any]:
    from uuid import uuid4

    from bot.storage import schedule_store

    plan = schedule_store.plan_occurrence

    def again(conn: Any, *, due: Any, **kwargs: Any) -> Any:
        slot = f"{due.slot}+{uuid4()}"
        return plan(conn, due=replace(due, slot=slot), **kwargs)

    return [patch.object(schedule_store, "plan_occurrence", again)]


def _no_lease() -> list[Any]:
    from bot import runner

    async def mine(*_: Any) -> bool:
        return True

    return [patch.object(runner, "_acquire_lease", mine)]


def _no_pace() -> list[Any]:
    from bot.platforms.discord.rate_limits import ArrivalWindow, DiscordRateLimiter

    @asynccontextmanager
    async def at_once(self: Any, method: str, channel: str) -> Any:
        self.check(method, channel)
        yield

    async def now(self: Any) -> float:
        begun: float = self._now()
        self._open.append(begun)
        return begun

    return [
        patch.object(DiscordRateLimiter, "turn", at_once),
        patch.object(ArrivalWindow, "enter", now),
    ]


def _no_waits() -> list[Any]:
    from bot.delivery import attempts
    from bot.delivery.attempts import decide_retry
    from bot.platforms.discord.rate_limits import DiscordRateLimiter

    def soon(error: Exception, delivery: Any, now: datetime) -> Any:
        found = decide_retry(error, delivery, now)
        return replace(found, not_before=min(found.not_before or now, now + _SOON))

    return [
        patch.object(DiscordRateLimiter, "check", lambda *_: None),
        patch.object(attempts, "decide_retry", soon),
    ]


def _no_stop() -> list[Any]:
    from bot.delivery import attempts
    from bot.delivery.attempts import decide_retry

    def undeterred(error: Exception, delivery: Any, now: datetime) -> Any:
        found = decide_retry(error, delivery, now)
        later = now + timedelta(minutes=1) if found.stops else found.not_before
        return replace(found, stops=None, not_before=later)

    return [patch.object(attempts, "decide_retry", undeterred)]


def _no_budget() -> list[Any]:
    from bot.platforms.discord import limits

    return [patch.object(limits, "INVALID_MOST", 1_000_000)]


def _no_catch_up() -> list[Any]:
    from bot.schedules import posting_rules

    return [
        patch.object(posting_rules, "catch_up_limit", lambda _: timedelta(days=400))
    ]


def _no_record_of_files() -> list[Any]:
    """A file is recorded only when it is ready."""
    from bot.model import Upload
    from bot.storage.picture_store import DatabaseUploadStore as Store

    begin, set_state = Store.begin, Store.set_state

    async def unrecorded(self: Any, scope: Any, **given: Any) -> Upload:
        return Upload(
            id=0,
            workspace_id=scope.workspace_id,
            edition_id=given["edition_id"],
            hash=given["picture"],
            file=given["file"],
            state="begun",
            begun_at=self.clock.now(),
            workspace_external_id="",
        )

    async def late(self: Any, upload: Upload, state: Any) -> None:
        if not upload.id:
            upload = await begin(
                self,
                upload.scope,
                picture=upload.hash,
                edition_id=upload.edition_id or 0,
                file=upload.file,
                replaces=None,
            )
        await set_state(self, upload, state)

    return [
        patch.object(Store, "begin", unrecorded),
        patch.object(Store, "set_state", late),
    ]


def _no_look_at_start() -> list[Any]:
    from bot.storage import sqlite_files

    return [patch.object(sqlite_files, "_is_intact", lambda *_: True)]


def _no_look_at_indexes() -> list[Any]:
    """Pages are checked; whether an index matches its table is not."""
    from bot.storage import sqlite_files

    def pages(connection: Any, table: str) -> str | None:
        found = connection.execute(f"PRAGMA quick_check({table})").fetchone()
        return None if found == ("ok",) else str(found)

    return [patch.object(sqlite_files, "_find_first_damage", pages)]


# ── trials ─────────────────────────────────────────────────────────────────────


async def _faulty(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import platform_responses

    return await platform_responses.faulty(
        13, seed, board, name="discord", without=name
    )


async def _lost(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import kills

    tallies = await kills.answers_lost(
        12, seed, board, platforms=("slack",), without=name
    )
    return kills.lost_lines(tallies, seed, 12)


async def _uploaded(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import uploads

    return await uploads.uploaded(20, seed, board, without=name)


async def _late(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import kills

    return await kills.landing_late(4, seed, board, name="slack", without=name)


async def _killed(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import kills

    tallies = await kills.killed(40, seed, board, platforms=("slack",), without=name)
    return kills.lines(tallies, seed, 40)


async def _three(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import processes

    return await processes.three_at_once(8, seed, board, name="slack", without=name)


async def _leased(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import processes

    return await processes.standing_by(seed, board, name="slack", without=name)


async def _back(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import clock_jumps

    return await clock_jumps.set_back(3, seed, board, without=name)


async def _storm(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import storms

    return await storms.limited(150, seed, board, without=name)


async def _dead(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import platform_responses

    return await platform_responses.for_good(seed, board, name="discord", without=name)


async def _closed(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import platform_responses

    return await platform_responses.refused_everywhere(130, seed, board, without=name)


async def _down(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import clock_jumps

    return await clock_jumps.downtime(seed, board, without=name)


async def _damaged(seed: int, board: Scoreboard, name: str) -> Sequence[Line]:
    from tests.chaos import databases

    return await databases.wounded(64, seed, board, without=name)


def _no_approval() -> list[Any]:
    from bot.publishing import reviewing

    return [patch.object(reviewing, "waits_for_approval", lambda *_: False)]


async def _reviewed(seed: int, board: Scoreboard, without: str) -> Sequence[Line]:
    from tests.chaos import review

    return await review.reviewed(8, seed, board, name="slack", without=without)


MUTATIONS: Mapping[str, Mutation] = {
    "approval": Mutation(
        defence="asking whether a draft was approved",
        patches=_no_approval,
        trial=_reviewed,
        line="unapproved",
    ),
    "nonce": Mutation(
        defence="Discord’s nonce", patches=_no_nonce, trial=_faulty, line="5xx"
    ),
    "reading back": Mutation(
        defence="reading back", patches=_no_reading_back, trial=_lost, line="doubled"
    ),
    "key": Mutation(
        defence="the key in Slack’s metadata",
        patches=_no_key,
        trial=_lost,
        line="doubled",
    ),
    "record of files": Mutation(
        defence="the record of a file before it is sent",
        patches=_no_record_of_files,
        trial=_uploaded,
        line="orphaned",
    ),
    "the wait": Mutation(
        defence="the wait before reading back",
        patches=_no_wait,
        trial=_late,
        line="land late",
    ),
    "claim": Mutation(
        defence="a claim before the send",
        patches=_no_claim,
        trial=_killed,
        line="doubled over kill",
    ),
    "turns": Mutation(
        defence="one sender a delivery",
        patches=_no_turns,
        trial=_three,
        line="three without a lease",
    ),
    "occurrence": Mutation(
        defence="the unique occurrence",
        patches=_no_unique_occurrence,
        trial=_back,
        line="set back",
    ),
    "lease": Mutation(
        defence="the lease", patches=_no_lease, trial=_leased, line="stand by"
    ),
    "pace": Mutation(
        defence="pacing", patches=_no_pace, trial=_storm, line="429s earned"
    ),
    "waits": Mutation(
        defence="keeping to a wait", patches=_no_waits, trial=_storm, line="inside"
    ),
    "stop": Mutation(
        defence="the stop after a permanent verdict",
        patches=_no_stop,
        trial=_dead,
        line="permanent verdict",
    ),
    "budget": Mutation(
        defence="the budget of invalid requests",
        patches=_no_budget,
        trial=_closed,
        line="invalid requests",
    ),
    "catch-up": Mutation(
        defence="the catch-up limit",
        patches=_no_catch_up,
        trial=_down,
        line="downtimes",
    ),
    "look at start": Mutation(
        defence="the look at a database’s health",
        patches=_no_look_at_start,
        trial=_damaged,
        line="damaged",
    ),
    "look at indexes": Mutation(
        defence="the look at indexes and their tables",
        patches=_no_look_at_indexes,
        trial=_damaged,
        line="damaged",
    ),
}
