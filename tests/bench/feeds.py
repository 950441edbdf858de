"""`python -m tests.bench.feeds`: feeds and pages beside other libraries, in one run.

Prints and asserts nothing. The other libraries: feedparser (installed with us) and
newspaper4k (only where it is installed). The corpora are expected beside the
repository; a line reports missing ones.
"""

import base64
import gzip
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser

from digests import extraction
from digests.errors import SourceError
from digests.sources.feed import parse_entries, parse_feed

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
RUNS = 7
DATA = next(
    (
        found
        for above in Path(__file__).parents[3:5]
        if (found := above / "shared" / "data").is_dir()
    ),
    None,
)
WORDS = ("bridge", "harbour", "council", "river", "storm", "budget", "school", "winter",
         "market", "report", "vote", "minister", "engineer", "vehicle", "weather",
         "repair", "company", "figure", "border", "morning")  # fmt: skip


def main() -> None:
    for line in [*speed(), *agreement(), *pages()]:
        print(line)


def speed() -> Iterator[str]:
    """Feed bytes → cleaned entries, for 50 items of about 65 KB."""
    for name, body in documents().items():
        assert len(ours(body)) == len(feedparser.parse(BytesIO(body)).entries) == 50
        # Alternating, so that a busy moment affects both.
        both = [(took(ours, body), took(theirs, body)) for _ in range(RUNS)]
        own, peer = (statistics.median(one) for one in zip(*both, strict=True))
        yield (
            f"{name}, {len(body) >> 10} KB, 50 entries: ours {own:.2f} ms, "
            f"feedparser {peer:.2f} ms, {peer / own:.0f}×  (target 20×, aim 30×)"
        )


def ours(body: bytes) -> tuple[object, ...]:
    return parse_feed(body, url="https://news.example/feed", now=NOW).articles


def theirs(body: bytes) -> object:
    return feedparser.parse(BytesIO(body))


def took(read: Callable[[bytes], object], body: bytes) -> float:
    """CPU milliseconds of each of ten runs: other processes may use this machine."""
    begun = time.process_time()
    for _ in range(10):
        read(body)
    return 100 * (time.process_time() - begun)


def agreement() -> Iterator[str]:
    """Share of the hostile corpus's feeds with as many entries as feedparser finds."""
    if DATA is None:
        yield "entry counts: the corpus is not beside us"
        return
    tried: dict[str, list[int]] = {}
    slowest = 0.0
    for row in rows(DATA / "hostile" / "feeds.jsonl.gz"):
        body = base64.b64decode(row["b64"])
        expected = len(feedparser.parse(BytesIO(body)).entries)
        begun = time.perf_counter()
        found = entries(body)
        slowest = max(slowest, time.perf_counter() - begun)
        if expected:
            tried.setdefault(row["source"], []).append(found == expected)
    everything = [same for several in tried.values() for same in several]
    for name, several in {**tried, "all": everything}.items():
        share = 100 * sum(several) / len(several)
        yield f"same count, {name}: {sum(several)} of {len(several)}, {share:.2f} %"
    yield f"slowest feed of the corpus: {1000 * slowest:.0f} ms"


def entries(body: bytes) -> int:
    try:
        return len(parse_entries(body).entries)
    except SourceError:
        return 0


def pages() -> Iterator[str]:
    """Article text against newspaper4k: CPU time a page, and F1 as the eval counts it.

    Two sets: pages with their full text, and harder ones with a few snippets that must
    and must not be in it.
    """
    if DATA is None:
        yield "article text: the pages are not beside us"
        return
    readers = {"ours": lambda html: extraction.extract_article(html).text}
    try:
        readers["newspaper4k"] = newspaper4k(import_module("newspaper"))
    except ImportError:
        yield "article text: newspaper4k is not installed; ours alone"
    for part, score in (("aeb", whole_texts), ("snippets", snippets)):
        found = list(rows(DATA / "extraction" / f"{part}.jsonl.gz"))
        for name, read in readers.items():
            read(found[0]["html"])
            begun = time.process_time()
            texts = [read(row["html"]) for row in found]
            each = 1000 * (time.process_time() - begun) / len(found)
            yield (
                f"article text, {part}, {len(found)} pages, {name}: {each:.1f} ms, "
                f"F1 {f1(*score(texts, found)):.3f}  (target 4× and +.05)"
            )


def newspaper4k(library: Any) -> Callable[[str], str]:
    def read(html: str) -> str:
        # Fetching its images would need the network, and is not part of the text.
        article = library.Article("https://news.example/", fetch_images=False)
        article.download(input_html=html)
        try:
            article.parse()
        except ImportError:  # it needs an extra package for some languages
            return ""
        return str(article.text)

    return read


def whole_texts(texts: list[str], expected: list[dict]) -> tuple[float, float]:
    """Mean precision and recall over the pages, in shingles of four words."""
    both = [
        overlap(text, row["text"]) for text, row in zip(texts, expected, strict=True)
    ]
    precision, recall = (statistics.mean(one) for one in zip(*both, strict=True))
    return precision, recall


def overlap(text: str, expected: str) -> tuple[float, float]:
    mine, theirs = shingles(text), shingles(expected)
    shared = (mine & theirs).total()
    return (
        shared / mine.total() if mine else float(not theirs),
        shared / theirs.total() if theirs else 1.0,
    )


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    last = max(1, len(words) - 3) if words else 0
    return Counter(tuple(words[at : at + 4]) for at in range(last))


def snippets(texts: list[str], expected: list[dict]) -> tuple[float, float]:
    """Precision and recall of the snippets that must and must not be in the texts."""
    found = wanted = leaked = 0
    for text, row in zip(texts, expected, strict=True):
        reported = squashed(text)
        found += sum(squashed(one) in reported for one in row["must"])
        wanted += len(row["must"])
        leaked += sum(squashed(one) in reported for one in row["must_not"])
    return found / max(1, found + leaked), found / max(1, wanted)


def squashed(text: str) -> str:
    return " ".join(text.split()).replace("’", "'").lower()


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)


def rows(file: Path) -> Iterator[dict]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def paragraph(chance: random.Random, words: int) -> str:
    said = " ".join(chance.choice(WORDS) for _ in range(words))
    return f'<p>{said} <a href="/a?b=1&amp;c=2">more</a> &amp; <em>so on</em>.</p>'


def documents() -> dict[str, bytes]:
    """The same news as blog software writes it, and in a minimal feed."""
    return {
        "RSS": full_rss(50),
        "Atom": full_atom(50),
        "lean RSS": rss_of(50),
        "lean Atom": atom_of(50),
    }


def full_paragraph(chance: random.Random, words: int) -> str:
    said = " ".join(chance.choice(WORDS) for _ in range(words))
    return (
        f"<p>{said}, “{chance.choice(WORDS)}”, the minister&#8217;s words. "
        f'<a href="https://news.example/{chance.randrange(999)}?b=1&amp;c=2" '
        'rel="noopener">more</a> &amp; <em>so on</em>.</p>\n'
    )


def full_rss(number: int) -> bytes:
    """As WordPress writes it: indented, with categories and a guid of its own."""
    chance = random.Random(3)
    items = "".join(
        f"\n\t<item>\n\t\t<title>Harbour &#8217;s report {i}</title>\n\t\t"
        f"<link>https://news.example/2026/01/report-{i}/</link>\n\t\t"
        "<dc:creator><![CDATA[Ada Lund]]></dc:creator>\n\t\t"
        f"<pubDate>Tue, 06 Jan 2026 0{i % 10}:30:00 +0000</pubDate>\n\t\t"
        "<category><![CDATA[News]]></category>\n\t\t"
        "<category><![CDATA[Harbour]]></category>\n\t\t"
        f'<guid isPermaLink="false">https://news.example/?p={1000 + i}</guid>\n\t\t'
        f"<description><![CDATA[{full_paragraph(chance, 18)}]]></description>\n\t\t"
        f"<content:encoded><![CDATA[{full_paragraph(chance, 26)}"
        f"{full_paragraph(chance, 26)}]]></content:encoded>\n\t</item>"
        for i in range(number)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"\n'
        '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
        '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        '\txmlns:atom="http://www.w3.org/2005/Atom">\n\n<channel>\n'
        "\t<title>Hallin Courier</title>\n"
        '\t<atom:link href="https://news.example/feed/" rel="self" />\n'
        "\t<link>https://news.example/</link>\n\t<language>en-GB</language>"
        f"{items}\n</channel>\n</rss>"
    ).encode()


def full_atom(number: int) -> bytes:
    """As WordPress writes it, with everything that an entry of Atom must have."""
    chance = random.Random(4)
    entries = "".join(
        "\n\t<entry>\n\t\t<author><name>Ada Lund</name></author>\n\t\t"
        f'<title type="html"><![CDATA[Harbour &#8217;s report {i}]]></title>\n\t\t'
        '<link rel="alternate" type="text/html" '
        f'href="https://news.example/2026/01/report-{i}/" />\n\t\t'
        f"<id>https://news.example/?p={1000 + i}</id>\n\t\t"
        f"<updated>2026-01-06T0{i % 10}:30:00Z</updated>\n\t\t"
        f"<published>2026-01-06T0{i % 10}:30:00Z</published>\n\t\t"
        '<category scheme="https://news.example" term="Harbour" />\n\t\t'
        f'<summary type="html"><![CDATA[{full_paragraph(chance, 16)}]]></summary>'
        f'\n\t\t<content type="html"><![CDATA[{full_paragraph(chance, 22)}'
        f"{full_paragraph(chance, 22)}]]></content>\n\t</entry>"
        for i in range(number)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">\n'
        '\t<title type="text">Hallin Courier</title>\n'
        "\t<updated>2026-01-06T09:00:00Z</updated>\n"
        f"\t<id>https://news.example/feed/atom/</id>{entries}\n</feed>"
    ).encode()


def rss_of(number: int) -> bytes:
    chance = random.Random(1)
    items = "".join(
        f"<item><title>Report {i} &amp; more</title><link>https://news.example/{i}</link>"
        f"<guid>https://news.example/{i}</guid><dc:creator>Ada Lund</dc:creator>"
        f"<pubDate>Tue, 06 Jan 2026 0{i % 10}:30:00 +0100</pubDate>"
        f"<description><![CDATA[{paragraph(chance, 30)}]]></description>"
        f"<content:encoded><![CDATA[{paragraph(chance, 50)}{paragraph(chance, 40)}]]>"
        "</content:encoded></item>"
        for i in range(number)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Hallin Courier</title><link>https://news.example/</link>{items}"
        "</channel></rss>"
    ).encode()


def atom_of(number: int) -> bytes:
    chance = random.Random(2)
    entries = "".join(
        f"<entry><id>tag:news.example,2026:{i}</id><title>Report {i}</title>"
        f'<link rel="alternate" href="https://news.example/{i}"/>'
        f"<published>2026-01-06T0{i % 10}:30:00+01:00</published>"
        "<author><name>Ada Lund</name></author>"
        f'<content type="html"><![CDATA[{paragraph(chance, 60)}'
        f"{paragraph(chance, 60)}]]></content></entry>"
        for i in range(number)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Hallin Courier</title>'
        f"<updated>2026-01-06T09:00:00Z</updated>{entries}</feed>"
    ).encode()


if __name__ == "__main__":
    main()
