"""Prints how long `find` takes on texts of one, ten and a hundred times a size.

Run: python -m tests.bench.quotes_scaling. The last column is the time per character
against the first size: about 1 where the engine is linear.
"""

import time

from digests.quotes import find

NEWS = (
    "Ruth Bell, a warden of Cole Lock, said that the gate was “a rusty old disgrace.” "
    "“We have waited eleven years,” she said. “Tonight it is ours.”\n\n"
    "The council's chairman, Tom Cole, told them that they were 'right to ask'.\n\n"
)
SHAPES = {
    "news": NEWS,
    "one paragraph": NEWS.replace("\n", " "),
    "double marks": '"',
    "curly openers": "“",
    "single marks": "'",
    "openers before words": '"a ',
    "single openers": "'a ",
    "closers": "a' ",
    "open paragraphs": '\n"a b',
    "stops": ". ",
    "names": "Ruth Bell ",
    "names and commas": "Ruth Bell, ",
    "possessives": "Bell's ",
    "determiners": "the ",
    "reporting words": "said ",
    "short quotations": "“a b” said ",
    "short quotations, ended": "“A b.” He said. ",
    "bare quotations": "“A b.” ",
    "pronouns": "“A b,” she said.\n",
    "brackets": ") said (",
}
SIZES = (10_000, 100_000, 1_000_000)


def main() -> None:
    """Time every shape at every size."""
    for name, shape in SHAPES.items():
        first = 0.0
        for size in SIZES:
            text = (shape * (size // len(shape) + 1))[:size]
            start = time.perf_counter()
            find(text)
            taken = time.perf_counter() - start
            first = first or taken / size
            print(f"{name:26}{size:>10}{taken:>9.3f} s{taken / size / first:>8.2f}")


if __name__ == "__main__":
    main()
