"""`make bench`: measure the budgets and print them as a table; assert nothing.

Each figure is the median of several runs, because machines are noisy. No step is
skipped: the demo is started as a user starts it, in temporary folders of its own.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digests.compose import compose
from digests.sources import folder
from digests.types import Article, EditionStyle
from tests.builders import NOON

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
RUNS = 5
#: Seconds after which a step counts as broken instead of slow.
PATIENCE = 60


def main() -> None:
    rows = [*composing(), *starting(), *first_edition()]
    width = max(len(name) for name, _, _ in rows)
    print(f"{'figure':<{width}}  {'measured':>12}  budget")
    for name, value, budget in rows:
        print(f"{name:<{width}}  {value:>12}  {budget}")


def composing() -> Iterator[tuple[str, str, str]]:
    """Time to compose one article of about 600 words, after a warm-up."""
    articles = [
        trimmed(a) for a in folder.read_articles(SEEDS).articles if len(a.text) > 1500
    ]
    style = EditionStyle()
    for article in articles:
        compose([article], now=NOON, style=style)
    each = []
    for article in articles * RUNS:
        begun = time.perf_counter()
        compose([article], now=NOON, style=style)
        each.append(1000 * (time.perf_counter() - begun))
    yield "compose, 600 words, mean", f"{statistics.mean(each):.1f} ms", "≤ 15 ms"


def trimmed(article: Article, words: int = 600) -> Article:
    """The article, repeated or cut to a length of 600 words."""
    from dataclasses import replace

    text = article.text
    while len(text.split()) < words:
        text = f"{text}\n\n{article.text}"
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return replace(article, text=text[: ends[words - 1]])


def starting() -> Iterator[tuple[str, str, str]]:
    """Time from the command to the printed address, and memory of an idle process."""
    took, resident = [], []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(RUNS):
            begun = time.perf_counter()
            with standfirst(home, "run") as (process, _address):
                took.append(time.perf_counter() - begun)
                time.sleep(3)
                resident.append(megabytes(process.pid))
    yield "start to ready", f"{statistics.median(took):.2f} s", "≤ 1.5 s"
    yield "idle, resident", f"{statistics.median(resident):.0f} MB", "≤ 120 MB"


def first_edition() -> Iterator[tuple[str, str, str]]:
    """Time from the demo's command to an edition on its page, without preparation."""
    took, resident = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as home:
            begun = time.perf_counter()
            with standfirst(home, "demo") as (process, address):
                while b'class="edition"' not in page(address):
                    time.sleep(0.05)
                    assert time.perf_counter() - begun < PATIENCE
                took.append(time.perf_counter() - begun)
                resident.append(megabytes(process.pid))
    median = statistics.median(took)
    yield "demo to first edition on the page", f"{median:.2f} s", "≤ 10 s"
    yield "… resident then", f"{statistics.median(resident):.0f} MB", ""


@contextmanager
def standfirst(home: str, command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `standfirst` and yield its address; stop it with SIGTERM."""
    env = {
        **os.environ,
        "HOME": home,
        "XDG_DATA_HOME": f"{home}/data",
        "XDG_CONFIG_HOME": f"{home}/config",
        "STANDFIRST_WEB_PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(r"http://\S+", line)
            if found:
                yield process, found.group().rstrip("/")
                return
        raise RuntimeError(f"standfirst {command} ended without an address")
    finally:
        process.terminate()
        process.wait(15)


def page(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as answer:
        body: bytes = answer.read()
    return body


def megabytes(pid: int) -> float:
    """Current resident memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else float("nan")


if __name__ == "__main__":
    main()
