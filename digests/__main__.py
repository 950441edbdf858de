"""`python -m digests VERB …`: the composer at the terminal; only words and exit codes.

    python -m digests compose seeds/articles
    python -m digests quotes ARTICLE.txt --explain
    python -m digests compose https://news.example/feed.xml
    python -m digests summary --jsonl --chars 280 < in.jsonl > out.jsonl

Exit codes: 0 ok · 1 something named could not be read · 2 usage. Data goes to
stdout; whatever was wrong with the input goes to stderr, a sentence each.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from digests import jsonl, terminal
from digests.errors import DigestsError, UsageError
from digests.types import Article, Style

if TYPE_CHECKING:
    from digests.sources import folder

#: How long a summary is: in an edition, and alone.
CHARS = (280, 400)

VERBS = {
    "compose": "an edition from articles",
    "quotes": "who said what, with exact places",
    "summary": "a headline and a few sentences",
    "sentences": "where sentences begin and end",
    "figures": "numbers, what they measure, their sentence",
    "stories": "which articles report the same event",
    "extract": "the article inside a web page",
    "check": "does the article support a claim?",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code."""
    args = _parser().parse_args(argv)
    try:
        if args.jsonl:
            return _jsonl(args)
        return _for_people(args)
    except UsageError as problem:
        print(f"standfirst: {problem}", file=sys.stderr)
        return 2
    except DigestsError as problem:
        print(f"standfirst: {problem}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m digests",
        description="Reads articles; composes digests whose every word has a source.",
        epilog="Example: python -m digests compose seeds/articles --format markdown",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, about in VERBS.items():
        verb = verbs.add_parser(name, help=about, description=about.capitalize() + ".")
        verb.add_argument(
            "paths",
            nargs="*",
            metavar="PATH",
            help="article files, folders of them, addresses of feeds and pages",
        )
        verb.add_argument(
            "--allow-private",
            nargs="?",
            const="1",
            default="",
            metavar="HOST:PORT,…",
            help="read addresses of private networks: these, or all",
        )
        verb.set_defaults(jsonl=False, explain=False, chars=CHARS[name != "compose"])
        if name != "compose":
            verb.add_argument(
                "--jsonl",
                action="store_true",
                help="one JSON object a line from standard input, one a line out",
            )
        _own_options(name, verb)
    return parser


def _own_options(name: str, verb: argparse.ArgumentParser) -> None:
    if name == "compose":
        verb.add_argument(
            "--format", choices=("text", "markdown", "html", "json"), default="text"
        )
        verb.add_argument("--title", default="Digest", help="the edition's title")
        verb.add_argument("--lang", help="only articles in this language")
        verb.add_argument("--stories", type=int, default=5, help="told in full")
    if name in ("compose", "summary"):
        verb.add_argument(
            "--chars", type=int, choices=jsonl.CHARS, help="a hard limit on the summary"
        )
    if name in ("quotes", "summary"):
        verb.add_argument(
            "--explain", action="store_true", help="what was weighed, with the scores"
        )
    if name == "check":
        verb.add_argument("--claim", help="the sentence to be checked")


def _jsonl(args: argparse.Namespace) -> int:
    # Undecodable bytes spoil their own line only.
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    for answer in jsonl.answers(args.verb, lines, chars=args.chars):
        out.write(answer + "\n")
    out.flush()
    return 0


def _for_people(args: argparse.Namespace) -> int:
    if not args.paths:
        raise UsageError(
            f"Nothing to read: name files or folders after «{args.verb}», "
            "or give --jsonl and JSON lines on standard input."
        )
    articles, complete = _read(args.paths, args.allow_private)
    if not articles:
        return 1
    for line in _lines(args, articles):
        print(line)
    return 0 if complete else 1


def _read(paths: Sequence[str], allow_private: str) -> tuple[list[Article], bool]:
    """The articles at these paths; False when a path that was named gave none."""
    articles: list[Article] = []
    complete = True
    for path, found in zip(paths, _each_read(paths, allow_private), strict=True):
        if isinstance(found, DigestsError):
            print(f"standfirst: {found}", file=sys.stderr)
            complete = False
            continue
        for one in found.problems:
            complaint = f"standfirst: {one.where}: {one.what} {one.remedy}"
            print(complaint, file=sys.stderr)
        articles += _apart(found.articles, articles, path)
    return articles, complete


def _each_read(
    paths: Sequence[str], allow_private: str
) -> "Iterator[folder.Reading | DigestsError]":
    """What each path holds, or why it cannot be read."""
    from digests.sources import folder

    addresses = [path for path in paths if "://" in path]
    online = iter(_visited(addresses, allow_private)) if addresses else iter(())
    for path in paths:
        if "://" in path:
            yield next(online)
            continue
        try:
            yield folder.read(Path(path))
        except DigestsError as problem:
            yield problem


def _visited(
    addresses: Sequence[str], allow_private: str
) -> "list[folder.Reading | DigestsError]":
    import asyncio

    from digests import online

    # The terminal's clock: dates in the future are cut off at it.
    now = datetime.now(UTC)  # noqa: TID251
    return asyncio.run(online.read(addresses, now=now, allow_private=allow_private))


def _apart(
    new: Sequence[Article], known: Sequence[Article], path: str
) -> Iterator[Article]:
    """Files of one name in two folders stay two articles."""
    from dataclasses import replace

    taken = {article.id for article in known}
    for article in new:
        clash = article.id in taken
        yield replace(article, id=f"{path}/{article.id}") if clash else article


def _lines(args: argparse.Namespace, articles: Sequence[Article]) -> Iterator[str]:
    if args.verb == "compose":
        yield from _compose(args, articles)
    elif args.verb == "stories":
        yield from terminal.stories_of(articles)
    else:
        each = _each(args)
        for number, article in enumerate(articles):
            if len(articles) > 1:
                yield ("\n" if number else "") + f"== {article.id}"
            yield from each(article)


def _each(args: argparse.Namespace) -> Callable[[Article], Iterator[str]]:
    if args.verb == "check":
        if not args.claim:
            raise UsageError('Name the sentence to be checked: --claim "…".')
        return lambda article: terminal.checked(article, args.claim)
    if args.verb == "summary":
        told = terminal.explained_summary if args.explain else terminal.summary_of
        return lambda article: told(article, args.chars)
    quotes = terminal.explained_quotes if args.explain else terminal.quotes_of
    return {
        "quotes": quotes,
        "sentences": terminal.sentences_of,
        "figures": terminal.figures_of,
        "extract": terminal.extracted,
    }[args.verb]


def _compose(args: argparse.Namespace, articles: Sequence[Article]) -> Iterator[str]:
    from digests import templates
    from digests.compose import compose

    style = Style(
        title=args.title,
        lang=args.lang or _language(articles),
        stories=args.stories,
        summary_chars=args.chars,
    )
    # The newest article stands for «now»: the same files give the same edition.
    dated = [a.published for a in articles if a.published]
    now = max(dated) if dated else _changed(args.paths)
    edition = compose(articles, now=now, style=style)
    if args.format == "json":
        yield terminal.edition_json(edition)
    else:
        yield templates.render(edition, args.format)


def _changed(paths: Sequence[str]) -> datetime:
    """When the newest of these files or folders was changed; now, for addresses."""
    times = [Path(path).stat().st_mtime for path in paths if Path(path).exists()]
    return datetime.fromtimestamp(max(times, default=time.time()), UTC)


def _language(articles: Sequence[Article]) -> str:
    """The language that most of the articles are in."""
    declared = Counter(article.lang or "en" for article in articles)
    return declared.most_common(1)[0][0]


def run() -> NoReturn:
    """For `python -m digests`."""
    sys.exit(main())


if __name__ == "__main__":
    run()
