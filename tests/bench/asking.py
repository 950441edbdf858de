"""Answered questions as a share of the question set, and the time for one."""

import statistics
import time
from collections.abc import Iterator

from digests.answers.questions import parse_question
from digests.answers.selection import select_answer
from tests import cases
from tests.digests.answers.measure import TODAY, archive, score


def rows() -> Iterator[tuple[str, str, str]]:
    """Rows of (figure, measured, target)."""
    for half in ("tuned", "held"):
        got = score(half)
        of = f"of {got.questions}, {half}"
        yield f"answered, {of}", f"{got.hit_rate:.1%}", "≥ 85 %"
        yield (
            f"refused, of {got.unanswerable} that nobody tells, {half}",
            f"{got.refusal:.1%}",
            "≥ 90 %",
        )
    took = []
    for row in cases.rows("asking/answered")[:60]:
        question = parse_question(row["question"], TODAY)
        begun = time.process_time()
        select_answer(question, archive())
        took.append(1000 * (time.process_time() - begun))
    name = f"one answer out of {len(archive())} articles, median"
    yield name, f"{statistics.median(took):.0f} ms", ""


def main() -> None:
    for name, measured, target in rows():
        print(f"{name:<48}  {measured:>8}  {target}", flush=True)


if __name__ == "__main__":
    main()
