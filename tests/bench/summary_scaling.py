"""Print how splitting, summarising and checking grow with the size of odd texts.

Run: python -m tests.bench.summary_scaling. The last column is the time per character
of the largest text against the smallest: about 1 or less where the work is linear.
"""

import time
from collections.abc import Callable

from digests.grounding.claims import check_claim
from digests.language import sentences
from digests.summaries.extractive import explain_summary
from digests.summaries.registry import summarise_article
from digests.types import Article

NEWS = "The mayor of Hallin opened the bridge, said Ada Brandt. It cost $5 million. "
CLAIM = "The bridge is safe for 5 lorries, Tom Bell said."
SHAPES = {
    "news": NEWS,
    "no stops": "the mayor opened the bridge and it was closed by workers ",
    "capitals": NEWS.upper(),
    "stops": ". ",
    "initials": "a. ",
    "abbreviations": "Mr. Bell ",
    "dots": "...",
    "stops without blanks": "a.b",
    "marks": '"a ',
    "commas": "a, ",
    "list": "- item\n",
    "table": "a\tb\t1\n",
    "transcript": "Bell: Yes.\n",
    "verse": "The river runs,\n",
    "questions": "Who? ",
    "denials": "Bell did not say that Cole was praised by Bell because 5 boats fell, ",
}
SIZES = (10_000, 1_000_000)

WORK: dict[str, Callable[[str], object]] = {
    "split": sentences.split_sentences,
    "summary": lambda text: summarise_article(_article(text), 280),
    "explain": lambda text: explain_summary(_article(text), 280),
    "check, long source": lambda text: check_claim(text, CLAIM),
    "check, long claim": lambda text: check_claim(CLAIM, text),
}


def _article(text: str) -> Article:
    return Article(id="a", text=text)


def main() -> None:
    """Time all work on every shape at every size."""
    for name, shape in SHAPES.items():
        for work, do in WORK.items():
            each = []
            for size in SIZES:
                text = (shape * (size // len(shape) + 1))[:size]
                begun = time.perf_counter()
                do(text)
                each.append(time.perf_counter() - begun)
            growth = each[-1] / each[0] * SIZES[0] / SIZES[-1]
            print(f"{name:22}{work:20}{each[-1]:8.3f} s at 1 MB {growth:8.2f}")


if __name__ == "__main__":
    main()
