"""Files of pictures on Slack: killed and cut off at every step, and then undone.

Each edition shows the picture of a quote. What happens to its file must neither lose
nor double a message. A third of the editions is undone; a day later, the files on Slack
must be those that a message names.
"""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

from bot.model.scope import Scope
from bot.storage import Database, delivery_store
from tests.chaos.kills import Place, homes
from tests.chaos.points import Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.wire import How
from tests.chaos.world import Findings, World, world
from tests.wire.discord.faults import Lost
from tests.wire.slack.faults import Operation
from tests.wire.slack.uploads import named_files

#: Worlds that run at once.
AT_ONCE: Final = 2
#: Parts of the names of the points on the way of a file.
WORDS: Final = ("upload", "files.", "send: ", "at sending", "at answered")
#: Points on the way of a deletion.
DELETIONS: Final[tuple[Place, ...]] = (
    ("files.delete: before", 1),
    ("files.delete: answered", 1),
    ("files.delete: answered", 2),
    ("work: committed", 1),
    ("work: not committed", 2),
)
STEPS: Final[tuple[Operation, ...]] = ("upload", "file", "complete", "file_info")
HOWS: Final[tuple[How, ...]] = ("close", "close", "reset", "reset", "hang")
#: Seconds for a send; a quarter of it for its pictures.
SEND_TIMEOUT: Final = 6.0


@dataclass(kw_only=True)
class Tally:
    """What was injected, and what was found."""

    wanted: int
    faults: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)
    #: Files that no message names, and messages that name no file that exists.
    orphaned: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    files: int = 0
    messages: int = 0
    pictured: int = 0
    undone: int = 0

    @property
    def done(self) -> bool:
        return self.faults.total() >= self.wanted


async def uploaded(
    faults: int, seed: int, board: Scoreboard, *, without: str = ""
) -> list[Line]:
    """Inject this many faults on the way of files."""
    tally = Tally(wanted=faults)
    with homes() as home:
        async with asyncio.TaskGroup() as tasks:
            for number in range(AT_ONCE):
                random = Random(f"{seed}/{number}/uploads")
                place = home / f"w{number}"
                tasks.create_task(_lives(place, random, tally, without))
    board.say(f"  {dict(tally.faults)}")
    return _lines(tally, seed)


def _lines(tally: Tally, seed: int) -> list[Line]:
    found, number = tally.findings, tally.faults.total()
    shown = f"{tally.pictured} of {tally.messages} messages with a picture"
    if tally.pictured * 4 < tally.messages:
        tally.broken.append(f"only {shown}")
    figures = {
        "lost or left open on the way of files": [*found.lost, *found.unsettled],
        "doubled on the way of files": found.doubled,
        "orphaned files after a day": tally.orphaned,
        "messages whose picture is gone": tally.broken,
    }
    said = {
        "orphaned files after a day": f" ({tally.files} files, {tally.undone} undone)",
        "messages whose picture is gone": f" ({shown})",
    }
    return [
        Line.expect_none(
            row="S1 S2",
            what=f"{what} (slack)",
            figure=f"{len(wrong)} of {number} kills and lost answers"
            f"{said.get(what, '')}",
            wrong=wrong,
            seed=seed,
            faults=number,
            stated=tally.wanted,
        )
        for what, wrong in figures.items()
    ]


# ── one world ──────────────────────────────────────────────────────────────────


async def _lives(home: Path, random: Random, tally: Tally, without: str) -> None:
    async with world(
        home.name, home, "slack", random, channels=2, without=without, uploads=True
    ) as built:
        built.changes["send_timeout"] = SEND_TIMEOUT
        places = await _learn(built, home / "trace")
        while not tally.done:
            built.begin_round(random.choice((1, 1, 2)))
            if random.random() < 0.5:
                await _kill(built, random.choice(places), tally)
            else:
                _lose(built, random)
            await built.live()
            tally.faults["lost"] += built.wire.met()
        tally.findings.add(built.check())
        await _undo_some(built, tally)
        await _judge(built, tally)


async def _learn(built: World, trace: Path) -> list[Place]:
    """Trace undisturbed lives until one uploads; return the points on its way."""
    passed: Counter[str] = Counter()
    while not any(name.startswith("upload: ") for name in passed):
        trace.unlink(missing_ok=True)
        built.begin_round(1)
        await built.live(Points(trace=trace))
        passed = Counter(trace.read_text(encoding="utf-8").split("\n"))
    return [
        (name, passing)
        for name, number in sorted(passed.items())
        if any(word in name for word in WORDS)
        for passing in range(1, min(3, number) + 1)
    ]


async def _kill(built: World, place: Place, tally: Tally, **changes: Any) -> None:
    name, passing = place
    points = Points(wanted=name, passing=passing)
    if await built.live(points, **changes) == -signal.SIGKILL:
        tally.faults["kills"] += 1


def _lose(built: World, random: Random) -> None:
    """Lose one or two answers or requests on the way of a file."""
    wire: Any = built.wire
    for operation in random.sample([*STEPS, "post"], random.choice((1, 2))):
        # A post that never comes back is for other trials.
        how = random.choice(HOWS[:4] if operation == "post" else HOWS)
        when: Literal["before", "after"] = random.choice(("before", "after"))
        wire.slack.script(Lost(when=when, how=how), operation)


async def _undo_some(built: World, tally: Tally) -> None:
    """Undo a third of the editions, and be killed while their files are deleted."""
    database = Database.open(f"sqlite:///{built.database}")
    rows = built.rows("SELECT id, workspace_id FROM editions ORDER BY id")
    for row in rows[::3]:
        await database.write(
            delivery_store.delete_edition_messages,
            Scope(row["workspace_id"]),
            row["id"],
            now=built.clock.now(),
        )
        tally.undone += 1
    await database.close()
    await built.live()
    wire: Any = built.wire
    for number, place in enumerate(DELETIONS):
        when: Literal["before", "after"] = "before" if number % 2 else "after"
        wire.slack.script(Lost(when=when), "file_delete")
        await _kill(built, place, tally, cleans=True)
        tally.faults["lost"] += wire.met()


async def _judge(built: World, tally: Tally) -> None:
    """Compare the files with the messages a day later."""
    for _ in range(3):
        built.clock.advance(timedelta(hours=9))
        await built.live(cleans=True)
    wire: Any = built.wire
    files = set(wire.slack.people.uploads.list_files())
    messages = [
        list(named_files(message.get("blocks")))
        for channel in built.channels
        for message in wire.slack.ledger.says(channel)
    ]
    named = {file for names in messages for file in names}
    tally.orphaned += [
        f"{built.name}: nothing shows {f}" for f in sorted(files - named)
    ]
    tally.broken += [f"{built.name}: {f} is gone" for f in sorted(named - files)]
    tally.files += len(files)
    # An edition of two messages shows its one picture in the first.
    tally.messages += _count_first_parts(built)
    tally.pictured += sum(map(bool, messages))


def _count_first_parts(built: World) -> int:
    standing = {post.key for c in built.channels for post in built.wire.posts(c)}
    rows = built.rows(
        "SELECT key FROM deliveries WHERE operation = 'post' AND pictures IS NOT NULL"
    )
    return len(standing.intersection(row["key"] for row in rows))
