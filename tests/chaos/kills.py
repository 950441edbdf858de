"""S1, S2, D1, D21: killed anywhere between due and recorded, and lost answers.

A world lives through rounds: an edition of one to three messages comes due, the process
that works on it is killed at a point, often also the one that takes over, and a last
one works until nothing is due. Then the channels must hold what was due, once.

The points are found by tracing a round; the next one is drawn so that every point and
every part gets its share.
"""

import asyncio
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.chaos.fork_server import Process
from tests.chaos.platform_wires import WIRES
from tests.chaos.points import ANSWERED, CLAIMED, STORED, Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.wire import How, Wire
from tests.chaos.world import Findings, Size, World, world

#: Worlds of a platform that run at once: they wait for the disk and for each other.
AT_ONCE: Final = 3
#: Probability that the process that takes over is killed as well.
AGAIN: Final = 0.5
BEFORE, COMMITTED = "wire: before its commit", "wire: committed"
HOWS: Final[tuple[How, ...]] = ("close", "reset", "hang")
#: Timeout of a send whose answer never comes; long enough for a busy machine to
#: have the request in the ledger by then, as a leap of the clock assumes.
SHORT: Final = 1.0
GIVEN_UP: Final = 1.2
#: Slack's longest delay for showing a message in the history; we wait for a minute.
SEEN_AFTER: Final = timedelta(seconds=45)
Place = tuple[str, int]


@dataclass(kw_only=True)
class Tally:
    """Results of one platform."""

    wanted: int
    kills: Counter[Place] = field(default_factory=Counter)
    tried: Counter[Place] = field(default_factory=Counter)
    lost_answers: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    posts: int = 0
    #: Files with posts, and posts that show others than they should.
    files: int = 0
    wrong_files: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    #: Points of a process's first life, and of one that takes over.
    first: frozenset[Place] = frozenset()
    after: frozenset[Place] = frozenset()

    @property
    def injected(self) -> int:
        return self.kills.total() + self.lost_answers.total()

    @property
    def done(self) -> bool:
        return self.injected >= self.wanted

    def points(self) -> set[str]:
        return {name for name, _ in self.first | self.after}

    def untouched(self) -> set[str]:
        return self.points() - {name for name, _ in self.kills}

    def draw(self, random: Random, places: frozenset[Place]) -> Place:
        """Draw a point, preferring those hit less often and those that can be hit."""
        known = sorted(places)
        weights = [
            (0.2 + self.kills[place])
            / (0.2 + self.tried[place])
            / (1 + self.kills[place])
            for place in known
        ]
        return random.choices(known, weights)[0]


# ── the trials ─────────────────────────────────────────────────────────────────


async def killed(
    kills: int,
    seed: int,
    board: Scoreboard,
    *,
    platforms: Sequence[str] = tuple(WIRES),
    without: str = "",
) -> Mapping[str, Tally]:
    """Inject this many kills in all, over these platforms."""
    tallies = {name: Tally(wanted=-(-kills // len(platforms))) for name in platforms}
    with homes() as home:
        for name, tally in tallies.items():
            await _learn(name, home / f"{name}-learns", tally, seed)
            board.say(f"{name}: {len(tally.points())} points to be killed at")
        reporting = asyncio.create_task(_report(board, tallies))
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, tally in tallies.items():
                    for number in range(AT_ONCE):
                        place = home / f"{name}-{number}"
                        random = Random(f"{seed}/{name}/{number}")
                        tasks.create_task(_lives(name, place, random, tally, without))
        finally:
            reporting.cancel()
    return tallies


def lines(tallies: Mapping[str, Tally], seed: int, stated: int) -> list[Line]:
    """The lines of S1, and of the kills' part of S2."""
    kills = sum(tally.kills.total() for tally in tallies.values())
    lost = [text for tally in tallies.values() for text in tally.findings.lost]
    lost += [text for t in tallies.values() for text in t.findings.unsettled]
    doubled = [text for tally in tallies.values() for text in tally.findings.doubled]
    untouched = [
        f"{name}: nobody was killed at «{point}»"
        for name, tally in tallies.items()
        for point in sorted(tally.untouched())
    ]
    points = sum(len(tally.points()) for tally in tallies.values())
    rounds = sum(tally.rounds for tally in tallies.values())
    names = ", ".join(tallies)
    return [
        Line.expect_none(
            row="S1 D1",
            what=f"lost over kill -9 ({names})",
            figure=f"{len(lost)} of {kills:,} kills, {rounds} editions",
            wrong=lost,
            seed=seed,
            faults=kills,
            stated=stated,
        ),
        Line.expect_none(
            row="S2 D1",
            what="doubled over kill -9, same runs",
            figure=f"{len(doubled)} of {kills:,} kills",
            wrong=doubled,
            seed=seed,
            faults=kills,
            stated=stated,
        ),
        *_picture_lines(tallies, seed, kills),
        Line(
            row="S1 D21",
            what="points and parts that were killed at",
            figure=f"{points - len(untouched)} of {points} points, "
            f"parts {'/'.join(map(str, _parts(tallies)))} kills",
            goal="all",
            met=not untouched or kills < 10 * points,
            seed=seed,
            faults=kills,
            stated=stated,
            details=untouched,
        ),
    ]


def _picture_lines(
    tallies: Mapping[str, Tally], seed: int, faults: int
) -> Sequence[Line]:
    """The line about pictures, where the other end records them."""
    files = sum(tally.files for tally in tallies.values())
    if not files:
        return ()
    wrong = [text for tally in tallies.values() for text in tally.wrong_files]
    what = (
        f"messages without, or with other than, their pictures ({', '.join(tallies)})"
    )
    figure = f"{len(wrong)} of {files:,} pictures after {faults:,} faults"
    line = Line.expect_none(
        row="S1 S2",
        what=what,
        figure=figure,
        wrong=wrong,
        seed=seed,
        faults=files,
        stated=1,
    )
    return (line,)


async def answers_lost(
    answers: int,
    seed: int,
    board: Scoreboard,
    *,
    platforms: Sequence[str] = tuple(WIRES),
    without: str = "",
) -> Mapping[str, Tally]:
    """Lose this many answers after the message was stored: dropped, reset, hanging."""
    heard = [name for name in platforms if name != "local"]
    tallies = {name: Tally(wanted=-(-answers // len(heard))) for name in heard}
    reporting = asyncio.create_task(_report(board, tallies))
    try:
        with homes() as home:
            async with asyncio.TaskGroup() as tasks:
                for name, tally in tallies.items():
                    for number in range(AT_ONCE):
                        place = home / f"{name}-{number}"
                        random = Random(f"{seed}/{name}/{number}/lost")
                        tasks.create_task(_loses(name, place, random, tally, without))
    finally:
        reporting.cancel()
    return tallies


def lost_lines(tallies: Mapping[str, Tally], seed: int, stated: int) -> list[Line]:
    ways = sum((tally.lost_answers for tally in tallies.values()), Counter[str]())
    wrong = [text for t in tallies.values() for text in t.findings.doubled]
    lost = [
        text
        for tally in tallies.values()
        for text in (*tally.findings.lost, *tally.findings.unsettled)
    ]
    said = ", ".join(f"{number} {how}" for how, number in sorted(ways.items()))
    return [
        *_picture_lines(tallies, seed, ways.total()),
        Line.expect_none(
            row="S2 D2",
            what=f"doubled after lost answers ({', '.join(tallies)})",
            figure=f"{len(wrong)} of {ways.total()} ({said})",
            wrong=wrong,
            seed=seed,
            faults=ways.total(),
            stated=stated,
        ),
        Line.expect_none(
            row="D2",
            what="lost or left open after lost answers",
            figure=f"{len(lost)} of {ways.total()}",
            wrong=lost,
            seed=seed,
            faults=ways.total(),
            stated=stated,
        ),
    ]


async def landing_late(
    times: int,
    seed: int,
    board: Scoreboard,
    *,
    name: str = "discord",
    without: str = "",
) -> list[Line]:
    """D2: the send times out, and then it lands; in real time."""
    found = Findings()
    with homes() as home:
        async with world(
            "late", home / "w", name, Random(seed), without=without
        ) as built:
            # Longer than the pause between two posts to a channel of Slack.
            built.changes |= {"send_timeout": GIVEN_UP, "uncertain_wait": 3 * GIVEN_UP}
            for _ in range(times):
                built.begin_round(1)
                built.wire.delay(2 * GIVEN_UP)
                await built.live(leaps=False)
            found.add(built.check())
    wrong = [*found.doubled, *found.lost, *found.unsettled]
    return [
        Line.expect_none(
            row="S2 D2",
            what=f"lost or doubled when messages land late ({name})",
            figure=f"{len(wrong)} of {times}",
            wrong=wrong,
            seed=seed,
            faults=times,
            stated=times,
        )
    ]


# ── one world ──────────────────────────────────────────────────────────────────


async def _learn(name: str, home: Path, tally: Tally, seed: int) -> None:
    """Trace a first life, and the lives after kills around a message's way."""
    async with world(name, home, name, Random(seed)) as built:
        size = _sizes(built.wire)[-1]
        trace = home / "trace"
        built.begin_round(size)
        await built.live(Points(trace=trace))
        tally.first = _places(trace, built.wire)
        after = home / "after"
        for ending in (STORED, CLAIMED, ANSWERED):
            built.begin_round(size)
            await built.live(Points(wanted=ending))
            await built.live(Points(trace=after))
            # A message that is found and one that is not lead to different points.
            tally.after |= _places(after, built.wire)
            after.unlink()
        await built.live()


def _places(trace: Path, wire: Wire) -> frozenset[Place]:
    passed = Counter(trace.read_text(encoding="utf-8").split("\n"))
    passed.pop("", None)
    if wire.name != "local":
        passed.update({BEFORE: passed["send: before"]})
        passed.update({COMMITTED: passed["send: before"]})
    most = {name: min(3, number) for name, number in passed.items() if number}
    return frozenset(
        (name, passing)
        for name, number in most.items()
        for passing in range(1, number + 1)
    )


async def _lives(
    name: str, home: Path, random: Random, tally: Tally, without: str
) -> None:
    channels = random.choice((1, 1, 2))
    async with world(
        f"{name}/{home.name}", home, name, random, channels=channels, without=without
    ) as built:
        _without_favours(built)
        while not tally.done:
            before = built.check()
            await _round(built, tally)
            tally.rounds += 1
            _judge(built, tally, before)
        _count(built, tally)


def _without_favours(built: World) -> None:
    """In half of the worlds, remove platform behaviour that is not documented."""
    wire: Any = built.wire
    if built.random.random() < 0.5:
        return
    if wire.name == "discord":
        wire.discord.ledger.history_has_nonces = False
    elif wire.name == "slack":
        wire.slack.ledger.history_delay = SEEN_AFTER


async def _round(built: World, tally: Tally) -> None:
    built.begin_round(built.random.choice(_sizes(built.wire)))
    places = tally.first
    while True:
        place = tally.draw(built.random, places)
        tally.tried[place] += 1
        if await _killed_at(built, place) != -signal.SIGKILL:
            break
        tally.kills[place] += 1
        if tally.done or built.random.random() > AGAIN:
            break
        places = tally.after
    await built.live()


async def _killed_at(built: World, place: Place) -> int:
    name, passing = place
    if name not in {BEFORE, COMMITTED}:
        return await built.live(Points(wanted=name, passing=passing))
    process = Process(built.job())
    when = "before" if name == BEFORE else "committed"
    built.wire.strike(when, process.kill, nth=passing)  # type: ignore[arg-type]
    return await process.end()


async def _loses(
    name: str, home: Path, random: Random, tally: Tally, without: str
) -> None:
    async with world(
        f"{name}/{home.name}", home, name, random, without=without
    ) as built:
        built.changes["send_timeout"] = SHORT
        _without_favours(built)
        while not tally.done:
            before = built.check()
            size = built.random.choice(_sizes(built.wire))
            built.begin_round(size)
            ways = [built.random.choice(HOWS) for _ in range(size)]
            for how in ways:
                built.wire.lose(how)
            await built.live()
            # A fault that no request met was not injected.
            tally.lost_answers.update(ways[: len(ways) - built.wire.clear()])
            tally.rounds += 1
            _judge(built, tally, before)
        _count(built, tally)


def _count(built: World, tally: Tally) -> None:
    """Count the messages of a world and the pictures that they show."""
    posts = [post for channel in built.channels for post in built.wire.posts(channel)]
    tally.posts += len(posts)
    tally.files += sum(len(post.files or ()) for post in posts)
    tally.wrong_files += built.check_pictures()


def _judge(built: World, tally: Tally, before: Findings) -> None:
    """Record the faults that this round added."""
    now = built.check()
    tally.findings.lost += now.lost[len(before.lost) :]
    tally.findings.doubled += now.doubled[len(before.doubled) :]
    tally.findings.unsettled += now.unsettled[len(before.unsettled) :]


def _sizes(wire: Wire) -> tuple[Size, ...]:
    # On the local page, an edition is one message.
    return (1,) if wire.name == "local" else (1, 2, 3)


def _parts(tallies: Mapping[str, Tally]) -> list[int]:
    """Kills on the first, second and third message, where a message was in flight."""
    on_its_way = (
        "send",
        "record_and_claim",
        "wire",
        "read_back",
        "at c",
        "at s",
        "at a",
        "at r",
    )
    kills: Counter[int] = Counter()
    for tally in tallies.values():
        for (name, passing), number in tally.kills.items():
            if name.startswith(on_its_way):
                kills[passing] += number
    return [kills[part] for part in (1, 2, 3)]


async def _report(board: Scoreboard, tallies: Mapping[str, Tally]) -> None:
    while True:
        await asyncio.sleep(10)
        reported = (f"{name} {t.injected} of {t.wanted}" for name, t in tallies.items())
        wrong = sum(t.findings.number for t in tallies.values())
        board.say(f"  {', '.join(reported)}; wrong so far: {wrong}")


@contextmanager
def homes():
    """A folder in memory where possible: a kill loses nothing of either."""
    memory = Path("/dev/shm")
    within = memory if memory.is_dir() else None
    home = Path(tempfile.mkdtemp(prefix="standfirst-chaos-", dir=within))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
