"""`python -m tests.bench.page_judging [--data FOLDER]`: how feeds and pages are judged.

Prints how many of our own feeds are recognised as whole or excerpts, how many walls and
wrong pages are, how many of them are taken for the article, and how many good pages
give it whole. With the folder of the development data: how many real pages are judged
wrongly, with titles and teasers from their metadata, and how many are taken for the
page of another one.
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from digests.sources.article_page import PageJudgement, judge_page
from digests.sources.completeness import judge_source
from digests.sources.feed import parse_feed
from digests.sources.page_signs import read_page_signs
from digests.types import Article
from tests.data.full_texts.articles import Story
from tests.data.full_texts.feeds import EXCERPTS, FULL
from tests.data.full_texts.good_pages import load_good_pages
from tests.data.full_texts.more_walls import load_more_walls
from tests.data.full_texts.other_walls import load_other_walls
from tests.data.full_texts.walls import Answer, load_walls

NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
#: Other real pages that each real page is held against.
STRANGERS = 12


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, help="the folder of the development data")
    data = options.parse_args().data
    print_feeds()
    print_walls(
        ("first", load_walls()),
        ("second", load_more_walls()),
        ("third", load_other_walls()),
    )
    print_good_pages()
    if data is None:
        print("real pages: give their folder with --data")
    else:
        print_real_pages(list(read_real_pages(data / "extraction")))


def judge(html: str, announced: Article, answered_at: str = "") -> PageJudgement:
    asked = announced.url or ""
    return judge_page(
        html.encode("utf-8", "replace"),
        announced=announced,
        asked=asked,
        answered_at=answered_at or asked,
        content_type="text/html; charset=utf-8",
        now=NOW,
    )


def announce(one: Story) -> Article:
    return Article(
        id=one.slug,
        title=one.title,
        text=one.dek,
        url=one.link,
        lang=one.lang,
        excerpt=True,
    )


def print_feeds() -> None:
    right = entries = right_entries = 0
    for truth, feeds in (("full", FULL), ("excerpt", EXCERPTS)):
        for build in feeds.values():
            articles = parse_feed(build(), url="https://c.example/f", now=NOW).articles
            right += judge_source(articles) == truth
            entries += len(articles)
            right_entries += sum(a.excerpt == (truth == "excerpt") for a in articles)
    count = len(FULL) + len(EXCERPTS)
    print(f"feeds recognised {right} of {count}, entries {right_entries} of {entries}")


def print_walls(*sets: tuple[str, Iterable[Answer]]) -> None:
    for name, answers in sets:
        rows = [
            (one.verdict, judge(one.html, announce(one.story), one.url).verdict)
            for one in answers
        ]
        right = sum(expected == found for expected, found in rows)
        mistaken = sum(found == "article" for _, found in rows)
        print(f"walls and wrong pages, {name} set: {right} of {len(rows)} recognised, "
              f"{mistaken} taken for the article")  # fmt: skip


def print_good_pages() -> None:
    pages = load_good_pages()
    whole = 0
    for page in pages:
        announced = announce(page.story)
        if page.asked:
            announced = Article(
                id="x", title=announced.title, text=announced.text, url=page.asked
            )
        found = judge(page.html, announced, page.answered_at).article
        whole += found is not None and all(
            line in found.text for line in page.story.paragraphs
        )
    print(f"good pages: {whole} of {len(pages)} give the whole article")


def read_real_pages(folder: Path) -> Iterator[tuple[str, Article]]:
    """Real pages, and what a feed would announce of them."""
    for name in ("aeb", "snippets"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                signs = read_page_signs(row["html"], url=row["url"])
                title = next(iter(signs.titles), "")
                yield (
                    row["html"],
                    Article(
                        id=row["id"],
                        title=title,
                        text=signs.description,
                        url=row["url"],
                        excerpt=True,
                    ),
                )


def print_real_pages(pages: list[tuple[str, Article]]) -> None:
    begun = time.process_time()
    verdicts = Counter(judge(html, announced).verdict for html, announced in pages)
    each = 1000 * (time.process_time() - begun) / len(pages)
    print(f"real pages: {dict(verdicts)}, {each:.0f} ms of processor time a page")
    mistaken = 0
    for at, (html, own) in enumerate(pages):
        for step in range(1, STRANGERS + 1):
            stranger = pages[(at + 7 * step) % len(pages)][1]
            other = Article(
                id="x", title=stranger.title, text=stranger.text, url=own.url
            )
            mistaken += judge(html, other).verdict == "article"
    print(f"taken for another one: {mistaken} of {STRANGERS * len(pages)}")


if __name__ == "__main__":
    main()
