"""Print how long `find` takes on texts of one, ten and a hundred times a size.

Run: python -m tests.bench.quotes_scaling. The last column is the time per character
against the first size: about 1 where the engine is linear.
"""

import time

from digests.quotes.attribution import find_quotes

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
    "tiny quotations": '"a" ',
    "tiny quotations, a line each": '"a b"\n',
    "single tiny quotations": "'a b' ",
    "guillemets": "«a» ",
    "corners": "「水」",
    "one surname": "Ruth Bell and Tom Bell said “go.” ",
    "mixed scripts": "“Вода ушла,” said 沈梅 قال “ذهب الماء” 「水」と話した。",
    "both directions": "\u202e“go”\u202c said \u2067Ruth\u2069 \u200f",
}
SIZES = (10_000, 100_000, 1_000_000)
#: Bad input: 10 MB of quotation marks, and one long paragraph.
LONG = {
    "10 MB of double marks": ('"', 10_000_000),
    "10 MB of curly openers": ("“", 10_000_000),
    "10 MB of single marks": ("'", 10_000_000),
    "10 MB without a mark": ("The gate is old. ", 10_000_000),
    "a paragraph of 200,000": (NEWS.replace("\n", " "), 200_000),
}


def main() -> None:
    """Time every shape at every size, then the bad input."""
    for name, shape in SHAPES.items():
        first = 0.0
        for size in SIZES:
            taken = seconds(shape, size)
            first = first or taken / size
            print(f"{name:30}{size:>10}{taken:>9.3f} s{taken / size / first:>8.2f}")
    for name, (shape, size) in LONG.items():
        print(f"{name:30}{size:>10}{seconds(shape, size):>9.3f} s")


def seconds(shape: str, size: int) -> float:
    """How long `find` takes on `shape`, repeated to `size` characters."""
    text = (shape * (size // len(shape) + 1))[:size]
    start = time.perf_counter()
    find_quotes(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
