"""Review before posting: killed in every state of a draft, with acts of an editor.

A round has stages: the draft is composed and shown; an editor changes it; its moment
comes without an approval (under `hold`: nothing may be posted); it is approved and
posted. In each stage the process is killed at a point, and another one finishes the
stage. Then the channels must hold what was approved, once, and the review channel one
message for each part of the draft.

The points of each stage are found by tracing a round, as in `kills`.
"""

import json
import signal
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

from tests.chaos.kills import Place, homes
from tests.chaos.points import Points
from tests.chaos.scoreboard import Line, Scoreboard
from tests.chaos.world import ARTICLES, BEGIN, EVERY, ROUND, Findings, World, world

Mode = Literal["hold", "deadline"]
Stage = Literal["drafted", "edited", "due", "approved"]
MODES: Final[tuple[Mode, ...]] = ("hold", "deadline")
LEAD: Final = timedelta(minutes=30)
MINUTE: Final = timedelta(minutes=1)
_DRAFTS: Final = """
SELECT d.public_id, d.state, d.version, d.approved_version, d.content, e.edition
FROM drafts d LEFT JOIN editions e ON e.occurrence_id = d.occurrence_id ORDER BY d.id
"""


@dataclass(kw_only=True)
class Tally:
    """Results of one platform."""

    wanted: int
    kills: Counter[str] = field(default_factory=Counter)
    hits: Counter[tuple[Stage, Place]] = field(default_factory=Counter)
    places: defaultdict[tuple[Mode, Stage], set[Place]] = field(
        default_factory=lambda: defaultdict(set)
    )
    rounds: int = 0
    findings: Findings = field(default_factory=Findings)
    unapproved: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.kills.total() >= self.wanted

    def draw(self, random: Random, mode: Mode, stage: Stage) -> Place:
        """Draw a point of the stage, preferring those hit less often."""
        known = sorted(self.places[mode, stage])
        weights = [1 / (1 + self.hits[stage, place]) ** 2 for place in known]
        return random.choices(known, weights)[0]


async def reviewed(
    kills: int, seed: int, board: Scoreboard, *, name: str, without: str = ""
) -> list[Line]:
    """Kill in every state of a draft, on one platform."""
    tally = Tally(wanted=kills)
    with homes() as home:
        for mode in MODES:
            await _learn(tally, mode, home / f"learn-{mode}", seed, name)
        number = 0
        while not tally.done:
            mode = MODES[number % 2]
            random = Random(f"{seed}/{name}/{number}/review")
            await _lives(tally, mode, home / str(number), random, name, without)
            number += 1
            board.say(f"  {name}: {tally.kills.total()} of {kills} kills in drafts")
    return _build_lines(tally, seed, kills, name)


def _build_lines(tally: Tally, seed: int, stated: int, name: str) -> list[Line]:
    kills = tally.kills.total()
    where = ", ".join(f"{n} {stage}" for stage, n in sorted(tally.kills.items()))
    lost = [*tally.findings.lost, *tally.findings.unsettled]

    def line(what: str, wrong: Sequence[str]) -> Line:
        return Line.expect_none(
            row="S1 S2",
            what=f"{what} over kill -9 in every state of a draft ({name})",
            figure=f"{len(wrong)} of {kills:,} kills ({where}), {tally.rounds} drafts",
            wrong=wrong,
            seed=seed,
            faults=kills,
            stated=stated,
        )

    return [
        line("lost", lost),
        line("doubled", tally.findings.doubled),
        line("posted unapproved, or other than approved,", tally.unapproved),
    ]


async def _learn(tally: Tally, mode: Mode, home: Path, seed: int, name: str) -> None:
    """Trace the points of each stage in a round without kills."""
    async with world(name, home, name, Random(seed), review=mode) as built:
        await _Round(built=built, tally=tally, mode=mode, learns=True).live()


async def _lives(
    tally: Tally, mode: Mode, home: Path, random: Random, name: str, without: str
) -> None:
    async with world(name, home, name, random, review=mode, without=without) as built:
        for _ in range(4):
            before = built.check()
            await _Round(built=built, tally=tally, mode=mode).live()
            tally.rounds += 1
            now = built.check()
            tally.findings.lost += now.lost[len(before.lost) :]
            tally.findings.doubled += now.doubled[len(before.doubled) :]
            tally.findings.unsettled += now.unsettled[len(before.unsettled) :]
            tally.findings.doubled += _find_doubled_drafts(built)
            if tally.done:
                break


@dataclass(kw_only=True)
class _Round:
    """One draft from its composition to its posts."""

    built: World
    tally: Tally
    mode: Mode
    #: It traces its points, and nothing is killed.
    learns: bool = False

    async def live(self) -> None:
        built, tally = self.built, self.tally
        self._begin()
        due = built.due
        await self._stage("drafted", until=due - LEAD + MINUTE)
        await self._edit(due)
        posts = self._count_posts()
        built.clock.set(due)
        if self.mode == "hold":
            await self._stage("due", until=due + MINUTE)
            if self._count_posts() != posts:
                tally.unapproved.append(f"{built.name}: posted without approval")
            await self._approve(due)
        else:
            await self._stage("due", until=due + ROUND)
        await built.live(until=due + ROUND)
        self._check_content()

    def _begin(self) -> None:
        """Publish articles, and set the clock to the moment of the draft."""
        built = self.built
        built.rounds += 1
        built.due = BEGIN.replace(minute=0) + built.rounds * EVERY
        built.press.forget()
        at_least, at_most, long = ARTICLES[built.random.choice((1, 2))]
        built.clock.set(built.due - LEAD - MINUTE)
        number = built.random.randint(max(2, at_least), at_most)
        built.published += built.press.publish(built.clock.now(), number, long=long)
        built.clock.set(built.due - LEAD)

    async def _edit(self, due: Any) -> None:
        act = self.built.random.choice(
            ("drop 1", "1 down", "headline 1: Words of an editor", "note 1: A word")
        )
        version = self._load_last()["version"]
        self.built.clock.set(due - LEAD / 2)

        def is_done() -> bool:
            return bool(self._load_last()["version"] > version)

        await self._stage("edited", act, is_done, until=due - LEAD / 2 + MINUTE)

    async def _approve(self, due: Any) -> None:
        def is_done() -> bool:
            last = self._load_last()
            return bool(last["approved_version"] == last["version"])

        await self._stage("approved", "approve", is_done, until=due + ROUND)

    async def _stage(
        self, stage: Stage, act: str = "", is_done: Any = lambda: True, *, until: Any
    ) -> None:
        """Run a process that is killed, and one that finishes what it began."""
        acts = (act,) if act else ()
        if self.learns:
            trace = self.built.folder / f"trace-{stage}"
            await self.built.live(Points(trace=trace), acts=acts, until=until)
            lines = Counter(trace.read_text(encoding="utf-8").split("\n"))
            self.tally.places[self.mode, stage] |= {
                (name, number)
                for name, times in lines.items()
                if name
                for number in range(1, min(times, 3) + 1)
            }
            return
        place = self.tally.draw(self.built.random, self.mode, stage)
        name, passing = place
        points = Points(wanted=name, passing=passing)
        code = await self.built.live(points, acts=acts, until=until)
        self.tally.hits[stage, place] += 1
        if code == -signal.SIGKILL:
            self.tally.kills[stage] += 1
        again = acts if acts and not is_done() else ()
        await self.built.live(acts=again, until=until)

    # ── what was stored and posted ─────────────────────────────────────────────

    def _load_last(self) -> Any:
        return self.built.rows(_DRAFTS)[-1]

    def _count_posts(self) -> int:
        return sum(len(self.built.wire.posts(c)) for c in self.built.channels)

    def _check_content(self) -> None:
        """Compare the edition with the version that was approved, or was the last."""
        built, tally, last = self.built, self.tally, self._load_last()
        where = f"{built.name} {last['public_id']}"
        if last["state"] != "posted":
            tally.findings.lost.append(f"{where} is {last['state']}")
            return
        if self.mode == "hold" and last["approved_version"] != last["version"]:
            tally.unapproved.append(f"{where} was posted in another version")
        stories = json.loads(last["content"])["stories"]
        placed = [s for s in stories if s["place"] == "full"]
        approved = [(s["story"]["id"], s["story"]["headline"]["text"]) for s in placed]
        edition = json.loads(last["edition"])
        posted = [(s["id"], s["headline"]["text"]) for s in edition["stories"]]
        if approved != posted:
            tally.unapproved.append(f"{where}: {posted}, not {approved}")
        self._drop_unposted(stories)

    def _drop_unposted(self, stories: Sequence[Any]) -> None:
        """Expect of the articles only those whose headlines were kept."""
        built = self.built
        gone = [
            one["text"]
            for story in stories
            for one in (story["headlines"] if story["place"] == "out" else ())
        ]
        hidden = [s.name for s in built.published if any(s.name in t for t in gone)]
        texts = [p.text for c in built.channels for p in built.wire.posts(c)]
        for name in hidden:
            if any(name in text for text in texts):
                self.tally.unapproved.append(f"{built.name}: {name} was dropped")
        rewritten = {
            s["headlines"][0]["text"]
            for s in stories
            if s["story"] and s["story"]["headline"].get("by_editors")
        }
        built.published = [
            story
            for story in built.published
            if story.name not in hidden
            and not any(story.name in text for text in rewritten)
        ]


def _find_doubled_drafts(built: World) -> list[str]:
    """Find messages in the review channel that stand twice, or that nothing knows."""
    known = {row["key"] for row in built.rows("SELECT key FROM draft_messages")}
    keys = Counter(post.key for post in built.wire.posts(built.desk))
    return [
        f"{built.name}: the draft {key} stands there {times} times"
        for key, times in keys.items()
        if times > 1 or key not in known
    ]
