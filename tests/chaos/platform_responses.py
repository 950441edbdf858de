"""S3, S6, S8, D3, D5–D8: rejections by a platform, permanent or temporary, and
unknown outcomes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from digests.messages import message_from_json
from tests.chaos.in_process import in_process_bot
from tests.chaos.kills import homes
from tests.chaos.mutations import switched_off
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import World, world

ANSWERED_WITHIN = timedelta(minutes=10)
#: More requests than are ever made.
FOR_GOOD = 1_000_000


# ── permanent rejections ───────────────────────────────────────────────────────


async def for_good(
    seed: int, board: Scoreboard, *, name: str = "discord", without: str = ""
) -> list[Line]:
    """S8: one destination of two fails permanently; count its further requests."""
    worst, wrong, faults, others = 0, [], 0, 0
    with homes() as home, switched_off(without):
        for number, (said, kill) in enumerate(_DEATHS[name].items()):
            built_in = home / str(number)
            random = Random(f"{seed}/{said}")
            async with world(said, built_in, name, random, channels=2) as built:
                async with in_process_bot(built) as bot:
                    await bot.round()
                    kill(built.wire, built.channels[0])
                    before = built.wire.asked(built.channels[0])
                    for _ in range(4):
                        await bot.round()
                    asked = built.wire.asked(built.channels[0]) - before
                    reported = len(built.wire.posts(built.channels[1]))
                faults += 1
                worst = max(worst, asked)
                others += reported
                if asked > 2:
                    wrong.append(f"{name}: {asked} calls after «{said}»")
                # A token is shared by all; a channel is not.
                if reported != 5 and said not in _WHOLE:
                    wrong.append(
                        f"{name}: «{said}»: the other channel got {reported} of 5"
                    )
    return [
        Line(
            row="S8 D6-8",
            what=f"calls after a permanent verdict ({name}, {len(_DEATHS[name])} ways)",
            figure=f"at most {worst}",
            goal="≤ 2, others go on",
            met=not wrong,
            seed=seed,
            faults=faults,
            stated=len(_DEATHS[name]),
            details=wrong,
        )
    ]


def _gone(wire: Any, channel: str) -> None:
    wire.discord.ledger.channel(channel, deleted=True)


def _unseen(wire: Any, channel: str) -> None:
    wire.discord.ledger.channel(channel, permissions=0)


def _mute(wire: Any, channel: str) -> None:
    from tests.wire.discord.ledger import HISTORY, VIEW

    wire.discord.ledger.channel(channel, permissions=VIEW | HISTORY)


def _revoked(wire: Any, channel: str) -> None:
    wire.discord.revoked = True


def _said(status: int, code: int) -> Callable[[Any, str], None]:
    def kill(wire: Any, channel: str) -> None:
        from tests.wire.discord.faults import Status

        fault = Status(status=status, code=code)
        wire.discord.script(fault, "post", channel=channel, times=FOR_GOOD)

    return kill


def _changed(**changes: Any) -> Callable[[Any, str], None]:
    def kill(wire: Any, channel: str) -> None:
        wire.slack.ledger.channel(channel, **changes)

    return kill


def _left(code: str) -> Callable[[Any, str], None]:
    def kill(wire: Any, channel: str) -> None:
        wire.slack.revoked = code

    return kill


def _refuses(code: str) -> Callable[[Any, str], None]:
    def kill(wire: Any, channel: str) -> None:
        from tests.wire.slack.faults import Refusal

        fault = Refusal(code=code)
        wire.slack.script(fault, "post", channel=channel, times=FOR_GOOD)

    return kill


_DEATHS: dict[str, dict[str, Callable[[Any, str], None]]] = {
    "discord": {
        "deleted": _gone,
        "not seen": _unseen,
        "may not post": _mute,
        "token revoked": _revoked,
        "403 of no known code": _said(403, 1),
        "403 verification needed": _said(403, 40002),
        "404 unknown guild": _said(404, 10004),
        "403 bot removed": _said(403, 50001),
    },
    "slack": {
        "deleted": _changed(deleted=True),
        "archived": _changed(archived=True),
        "not a member": _changed(member=False),
        "restricted_action": _changed(restricted="restricted_action"),
        "token revoked": _left("token_revoked"),
        "account inactive": _left("account_inactive"),
        "org_login_required": _refuses("org_login_required"),
        "ekm_access_denied": _refuses("ekm_access_denied"),
        "missing_scope": _refuses("missing_scope"),
    },
}
_WHOLE = frozenset(
    {
        "token revoked",
        "account inactive",
        "org_login_required",
        "ekm_access_denied",
        "missing_scope",
    }
)


# ── many refusals ──────────────────────────────────────────────────────────────


async def refused_everywhere(
    channels: int, seed: int, board: Scoreboard, *, without: str = ""
) -> list[Line]:
    """S6, D5: close so many channels at once, for an hour; count the invalid calls."""
    from tests.wire.discord.ledger import HISTORY, VIEW

    with homes() as home, switched_off(without):
        async with world(
            "closed", home / "w", "discord", Random(seed), channels=channels
        ) as built:
            wire: Any = built.wire
            instants: list[datetime] = []
            wire.discord.calls = _Noting(wire.discord.calls, instants, built)
            for channel in built.channels:
                wire.discord.ledger.channel(channel, permissions=VIEW | HISTORY)
            async with in_process_bot(built) as bot:
                await bot.round()
                await bot.until(built.due + timedelta(hours=1))
            asked = instants
    most = max((_within(asked, at, timedelta(minutes=10)) for at in asked), default=0)
    return [
        Line(
            row="S6 D5",
            what=f"invalid requests in ten minutes, {channels} channels closed",
            figure=f"at most {most}",
            goal="≤ 100",
            met=0 < most <= 100,
            seed=seed,
            faults=len(asked),
            stated=min(channels, 50),
        )
    ]


class _Noting(list[Any]):
    """A server's list of calls that also records the world's time of each post."""

    def __init__(self, calls: Any, instants: list[datetime], built: World) -> None:
        super().__init__(calls)
        self._instants, self._clock = instants, built.clock

    def append(self, call: Any) -> None:
        super().append(call)
        if call.operation == "post":
            self._instants.append(self._clock.now())


def _within(instants: list[datetime], begin: datetime, span: timedelta) -> int:
    return sum(begin <= at < begin + span for at in instants)


# ── faults of the platform ─────────────────────────────────────────────────────


async def faulty(
    times: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D3: fault answers of every kind, a few in a row; count losses and posts."""
    faults, most = 0, 0
    with homes() as home, switched_off(without):
        random = Random(seed)
        async with world("faulty", home / "w", name, random) as built:
            async with in_process_bot(built) as bot:
                for number in range(times):
                    built.begin_round(1)
                    before = built.wire.asked(built.channels[0])
                    row = random.randint(1, 3)
                    built.wire.fault(number, times=row)
                    await bot.until(built.due + timedelta(minutes=40))
                    faults += row - built.wire.clear()
                    most = max(most, built.wire.asked(built.channels[0]) - before)
            found = built.check()
    wrong = [*found.lost, *found.doubled, *found.unsettled]
    return [
        Line(
            row="D3",
            what=f"5xx, HTML, bad JSON ({name}): lost or doubled; posts a message",
            figure=f"{len(wrong)}; at most {most}",
            goal="0; ≤ 6",
            met=not wrong and most <= 6,
            seed=seed,
            faults=faults,
            stated=times,
            details=wrong,
        )
    ]


# ── unknown outcomes ───────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """A way in which the outcome of a send stays unknown."""

    what: str
    stored: bool
    #: The faults of reading back, and for how many readings.
    reading: str = ""
    readings: int = 0
    #: The accepted outcomes.
    ends: frozenset[str] = frozenset({"sent"})


_UNCLEAR = (
    Unclear(what="stored", stored=True),
    Unclear(what="not stored", stored=False),
    Unclear(what="stored, reading fails", stored=True, reading="500", readings=3),
    Unclear(what="not stored, no reading", stored=False, reading="lost", readings=1),
    Unclear(what="stored, reading is limited", stored=True, reading="429", readings=2),
    Unclear(
        what="stored, history closed",
        stored=True,
        reading="closed",
        ends=frozenset({"held"}),
    ),
    Unclear(
        what="stored, reading fails for an hour",
        stored=True,
        reading="500",
        readings=FOR_GOOD,
        ends=frozenset({"sent", "held", "uncertain"}),
    ),
)  # fmt: skip


async def uncertain(
    times: int, seed: int, board: Scoreboard, *, name: str = "discord"
) -> list[Line]:
    """S3: within ten minutes adopted, sent again, or shown to an admin."""
    wrong, faults, ends = [], 0, dict[str, int]()
    with homes() as home:
        for number in range(times):
            case = _UNCLEAR[number % len(_UNCLEAR)]
            random = Random(f"{seed}/{number}")
            place = home / str(number)
            async with world(case.what, place, name, random) as built:
                if case.reading == "closed":
                    built.wire.close_history(built.channels[0])
                async with in_process_bot(built, connected=True) as bot:
                    built.begin_round(1)
                    built.wire.lose_one(stored=case.stored)
                    built.wire.trouble_reading(case.reading, case.readings)
                    await bot.until(built.due + ANSWERED_WITHIN)
                    faults += 1
                    (state,) = bot.states()
                    ends[state] = ends.get(state, 0) + 1
                    wrong += await _silent(built, bot, case, state)
    said = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    return [
        Line.expect_none(
            row="S3",
            what=f"uncertain and silent after ten minutes ({name})",
            figure=f"{len(wrong)} of {faults} ({said})",
            wrong=wrong,
            seed=seed,
            faults=faults,
            stated=times,
        )
    ]


async def _silent(built: World, bot: Any, case: Unclear, state: str) -> list[str]:
    (row,) = built.rows("SELECT reason FROM deliveries")
    posts = len(built.wire.posts(built.channels[0]))
    found = []
    if state not in case.ends:
        found.append(f"{case.what}: {state}")
    if state == "sent" and posts != 1:
        found.append(f"{case.what}: sent, and {posts} messages")
    if state != "sent":
        shown = await bot.status()
        reason = str(message_from_json(json.loads(row["reason"] or '""')))
        if not reason or reason[:60] not in shown:
            found.append(f"{case.what}: {state}, and no admin sees «{reason}»")
    return found
