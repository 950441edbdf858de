"""S18, D23: the simulated month; `month_process` is its process."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.chaos.month_process import WARM
from tests.chaos.scoreboard import Line, Scoreboard


async def lived(days: int, seed: int, board: Scoreboard) -> list[Line]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.chaos.month_process",
        str(days),
        str(seed),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    reported: dict[str, Any] = {}
    try:
        async for line in process.stdout:
            reported = json.loads(line)
            if reported["day"] % 5 == 0:
                board.say(f"  day {reported['day']}: {reported['posts']} posts")
    finally:
        if process.returncode is None and not reported.get("sum"):
            process.kill()
        await process.wait()
    return _lines(days, seed, reported)


def _lines(days: int, seed: int, reported: Mapping[str, Any]) -> list[Line]:
    faults = sum(reported["faults"].values())
    what = f"{days} days, {reported['posts']:,} posts"
    facts = {"seed": seed, "faults": faults, "stated": 4 * days}
    wrong = [*reported["lost"], *reported["doubled"]]
    grown = reported["grown"]
    lines = [
        Line(
            row="S18",
            what=f"{what}: lost, doubled",
            figure=f"{len(reported['lost'])}, {len(reported['doubled'])}",
            goal="0, 0",
            met=not wrong,
            details=wrong,
            **facts,
        ),
        Line(
            row="S18",
            what=f"{what}: unhandled errors of tasks; database",
            figure=f"{len(reported['unhandled'])}; {reported['integrity']}",
            goal="0; ok",
            met=not reported["unhandled"] and reported["integrity"] == "ok",
            details=reported["unhandled"],
            **facts,
        ),
    ]
    if days > 2 * WARM:
        lines.append(
            Line(
                row="S18 D23",
                what=f"{what}: growth of memory since day {WARM}",
                figure=f"{100 * grown:.1f} % of {reported['resident']:.0f} MB",
                goal="< 5 %",
                met=grown < 0.05,
                **facts,
            )
        )
    return lines
