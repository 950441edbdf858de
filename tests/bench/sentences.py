"""Print boundary F1 and speed of our splitter beside pysbd's, in one run.

Run: python -m tests.bench.sentences, in an environment where pysbd 0.3.4 can be
imported (it is not a dependency), with this folder as the current one. F1 is taken over
the hard cases of `tests/data/sentences.jsonl`, without the end of each text; the speed
over documents of thirty sentences of the sample articles.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from digests.language.sentences import split_sentences
from tests import cases

RUNS = 5
LENGTH = 30
SEEDS = Path(__file__).parents[2] / "seeds" / "articles"

Ends = Callable[[str, str], set[int]]


def main() -> None:
    """Print one line per splitter, and how much faster ours is."""
    rows = cases.rows("sentences")
    documents = news()
    took = {}
    for name, ends in splitters():
        precision, recall, f1 = scored(ends, rows)
        took[name] = timed(ends, documents)
        print(
            f"{name:10} P {precision:.3f} R {recall:.3f} F1 {f1:.3f} "
            f"{took[name] * 1e6:10.1f} us/sentence"
        )
    if "pysbd" in took:
        print(f"ours is {took['pysbd'] / took['ours']:.0f}x faster")
    else:
        print("pysbd is not installed here: only ours was measured.")


def splitters() -> Iterator[tuple[str, Ends]]:
    """The splitters that can be measured here, ours first."""
    yield "ours", lambda text, lang: {span.end for span in split_sentences(text, lang)}
    if find_spec("pysbd"):
        yield "pysbd", pysbd_ends()


def pysbd_ends() -> Ends:
    """Sentence ends of pysbd; its sentences are located in the text, in order."""
    import pysbd

    segmenters = {
        lang: pysbd.Segmenter(language=lang, clean=False) for lang in ("en", "de")
    }

    def ends(text: str, lang: str) -> set[int]:
        found = set()
        at = 0
        for sentence in map(str.strip, segmenters[lang].segment(text)):
            place = text.find(sentence, at)
            if sentence and place >= 0:
                at = place + len(sentence)
                found.add(at)
        return found

    return ends


def scored(ends: Ends, rows: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the ends inside the texts."""
    right = extra = missed = 0
    for row in rows:
        text = row["text"]
        free = {len(text), *row.get("may_end", ())}
        expected = cases.ends(text, row["sentences"]) - free
        found = ends(text, row["lang"]) - free
        right += len(expected & found)
        extra += len(found - expected)
        missed += len(expected - found)
    precision, recall = right / (right + extra), right / (right + missed)
    return precision, recall, 2 * precision * recall / (precision + recall)


def news() -> list[str]:
    """The English sample articles joined, thirty sentences per document."""
    bodies = [
        path.read_text(encoding="utf-8").split("\n---\n", 1)[-1]
        for path in sorted(SEEDS.glob("*.txt"))
        if "hallenbad" not in path.name
    ]
    text = " ".join(" ".join(bodies).split())
    spans = split_sentences(text)
    return [
        text[spans[at].start : spans[at + LENGTH - 1].end]
        for at in range(0, len(spans) - LENGTH, LENGTH)
    ]


def timed(ends: Ends, documents: list[str]) -> float:
    """Seconds per sentence: the median of several runs over all documents."""
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for document in documents:
            ends(document, "en")
        took.append(time.perf_counter() - begun)
    return statistics.median(took) / (len(documents) * LENGTH)


if __name__ == "__main__":
    main()
