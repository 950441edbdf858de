"""S6, D4: limits of every kind while many destinations are due; the rate achieved."""

from random import Random
from statistics import quantiles
from typing import Any, Final

from tests.chaos.kills import homes
from tests.chaos.rush import Rush, Storm, rush
from tests.chaos.scoreboard import Line, Scoreboard

#: The wait that Discord asks of one channel in ten.
_SECONDS: Final = 2.0


def _some(channel: str) -> bool:
    return int(channel) % 10 == 3


def _others(channel: str) -> bool:
    return int(channel) % 10 == 7


async def limited(
    destinations: int, seed: int, board: Scoreboard, *, without: str = ""
) -> list[Line]:
    """Compare one rush without limits and one through storms."""
    random = Random(seed)
    # A larger crowd starts more slowly: each edition is composed separately.
    longer = max(1.0, destinations / 400)
    lasts = [longer * random.uniform(3, 4) for _ in range(2)]
    storms = (
        Storm(scope="user", begins=0.0, lasts=lasts[0], of=_some),
        Storm(scope="shared", begins=0.5, lasts=lasts[1], of=_others),
        Storm(scope="global", begins=1.0, lasts=_SECONDS),
        Storm(scope="banned", begins=4.0, lasts=_SECONDS),
    )
    workspaces = max(2, destinations // 20)
    with homes() as home:
        fair = await rush(
            home / "fair", destinations, workspaces, seed, without=without
        )
        board.say(f"  fair weather: {len(fair.lateness)} sent in {fair.took:.1f} s")
        foul = await rush(
            home / "foul",
            destinations,
            workspaces,
            seed,
            storms=storms,
            without=without,
        )
        board.say(f"  storms: {len(foul.lateness)} sent, {foul.counting.given} refused")
    return _lines(fair, foul, seed)


def _lines(fair: Rush, foul: Rush, seed: int) -> list[Line]:
    inside = [*fair.counting.inside, *foul.counting.inside]
    arrived = len(fair.counting.arrived) + len(foul.counting.arrived)
    earned = fair.counting.earned + foul.counting.earned
    share, delay = fair.share, _delay(fair, foul)
    doubled = fair.doubled + foul.doubled
    sent = len(fair.lateness) + len(foul.lateness)
    wanted = fair.destinations + foul.destinations
    given, stated = foul.counting.given, min(20, foul.destinations // 20)
    facts: dict[str, Any] = {"seed": seed, "faults": given, "stated": stated}
    return [
        Line.expect_none(
            row="S6 D4",
            what="requests inside a wait that was told (discord)",
            figure=f"{len(inside)} of {arrived:,}",
            wrong=inside,
            **facts,
        ),
        Line(
            row="S6 D4",
            what="429s earned",
            figure=f"{100 * earned / arrived:.2f} % ({earned})",
            goal="≤ 1 %",
            met=earned <= arrived / 100,
            **facts,
        ),
        Line(
            row="S6",
            what=f"of the allowed rate used, {fair.destinations} due at once",
            figure=f"{100 * share:.1f} %",
            goal="≥ 98 %",
            met=share >= 0.98,
            **facts,
        ),
        Line(
            row="D4",
            what="delay of the others while a fifth is limited",
            figure=f"{delay:.2f}x",
            goal="< 2x",
            met=delay < 2,
            **facts,
        ),
        Line(
            row="D4",
            what="lost or doubled in storms",
            figure=f"{wanted - sent} lost, {doubled} doubled",
            goal="0, 0",
            met=sent == wanted and not doubled,
            **facts,
        ),
    ]


def _delay(fair: Rush, foul: Rush) -> float:
    """p95 of those without a storm of their own, excluding the storms for all."""
    waited = sum(s.lasts for s in foul.counting.storms if s.of is None)
    unhit = [c for c in foul.by_channel if not _some(c) and not _others(c)]
    if len(unhit) < 3:
        return float("inf")
    before = _p95([fair.by_channel[c] for c in unhit if c in fair.by_channel])
    after = _p95([foul.by_channel[c] for c in unhit])
    return (after - waited) / before


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18]
