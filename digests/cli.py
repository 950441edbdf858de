"""Command line of the composer: parse arguments, read articles, print results.

Each function takes articles and returns lines of text; `digests.__main__` prints.
"""

import argparse
import itertools
import json
import os
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digests import jsonl
from digests.cards.content import UNNAMED_SPEAKER
from digests.errors import DigestsError, UsageError
from digests.figures import recognition
from digests.grounding import claims
from digests.language import sentences
from digests.language.normalization import to_one_line
from digests.quotes import attribution
from digests.stories import assembly, assignment
from digests.summaries import extractive, registry
from digests.types import (
    Article,
    ArticleRef,
    Edition,
    EditionFigure,
    EditionStory,
    EditionStyle,
    QuoteCard,
)

if TYPE_CHECKING:
    from digests.sources import folder

#: Candidates shown for a quote.
_MAX_CANDIDATES = 5


def format_quotes(article: Article) -> Iterator[str]:
    """Every quote with its speaker and the words that justify the choice."""
    for quote in attribution.find_quotes(
        article.text, title=article.title, lang=article.lang
    ):
        who = quote.speaker or UNNAMED_SPEAKER
        role = f", {quote.role}" if quote.role else ""
        by = f" (by «{quote.mention.text}»)" if quote.mention else ""
        yield f"“{quote.text}”"
        yield f"    {who}{role}{by} · {quote.kind} · {quote.start}–{quote.end}"


def format_quote_candidates(article: Article) -> Iterator[str]:
    """A table a quote: its candidates, best first, and what speaks for each.

    No line is wider than 100 columns; candidates far below the chosen one are counted.
    """
    rows = attribution.explain_attribution(
        article.text, title=article.title, lang=article.lang
    )
    for number, group in itertools.groupby(rows, key=lambda row: row.quote):
        candidates = list(group)
        chosen = next((row for row in candidates if row.chosen), None)
        speaker = chosen.speaker if chosen else None
        cue = f"reporting word «{candidates[0].cue}»" if candidates[0].cue else "no cue"
        yield f"{number + 1}. “{_truncate(candidates[0].text, 92)}”"
        yield f"   {speaker or UNNAMED_SPEAKER} · {cue}"
        shown = candidates[:_MAX_CANDIDATES]
        for row in shown:
            mark = "→" if row.chosen else " "
            why = ", ".join(f"{name} {worth:+g}" for name, worth in row.features)
            lead = f"   {mark} {row.score:6.2f}  {_truncate(row.candidate, 30):<30}  "
            width = 100 - len(lead)
            first, *more = textwrap.wrap(why, width) or [""]
            yield lead + first
            yield from (" " * len(lead) + line for line in more)
        if len(candidates) > len(shown):
            yield f"             and {len(candidates) - len(shown)} more below"


def _truncate(text: str, width: int) -> str:
    """The text in one line, cut with an ellipsis where it is longer than `room`."""
    line = to_one_line(text)
    return line if len(line) <= width else f"{line[: width - 1]}…"


def format_summary(article: Article, chars: int) -> Iterator[str]:
    """Headline and summary, each sentence with its place."""
    summary = registry.SUMMARISERS["extractive"].summarise(article, chars)
    yield summary.headline.text
    yield ""
    for entry in summary.sentences:
        places = ", ".join(f"{s.start}–{s.end}" for s in entry.spans)
        yield f"{entry.text}  [{places}]"


def format_summary_candidates(article: Article, chars: int) -> Iterator[str]:
    """Every sentence that could be told, its weight and what became of it."""
    for row in extractive.explain_summary(article, chars):
        mark = "→" if row.shown else " "
        why = ", ".join(f"{name} {weight:+.2f}" for name, weight in row.features)
        yield f"{mark} {row.score:5.2f}  {row.shown or row.text}"
        yield f"         {row.why} · {why} · {row.span.start}–{row.span.end}"


def format_sentences(article: Article) -> Iterator[str]:
    """One sentence a line."""
    for place in sentences.split_sentences(article.text, article.lang):
        yield article.text[place.start : place.end]


def format_figures(article: Article) -> Iterator[str]:
    """Every figure with value, unit and what it measures."""
    for figure in recognition.find_figures(article.text, lang=article.lang):
        unit = f" {figure.unit}" if figure.unit else ""
        what = figure.what or "(not said what)"
        yield f"{figure.text:<24} {figure.value:,.15g}{unit} · {what}"


def format_stories(articles: Sequence[Article]) -> Iterator[str]:
    """The stories, with the articles that report each."""
    for story in assembly.gather_stories(articles, assignment.group_articles(articles)):
        yield f"{story.id}  {len(story.outlets)} outlet(s)"
        for article in story.articles:
            yield f"    {article.source or article.id}: {article.title or '(no title)'}"


def format_extracted(article: Article) -> Iterator[str]:
    """What was read out of a page."""
    for name in ("title", "author", "published", "lang"):
        yield f"{name}: {getattr(article, name) or '-'}"
    yield ""
    yield article.text


def format_verdict(article: Article, claim: str) -> Iterator[str]:
    """Whether the article supports the claim, and why."""
    verdict = claims.check_claim(article.text, claim)
    answer = "supported" if verdict.supported else "not supported"
    yield f"{answer} ({verdict.score:.2f})"
    for reason in verdict.reasons:
        yield f"    {reason}"


def format_edition_json(edition: Edition) -> str:
    """The edition in the interface's own shape."""
    shape = {
        "title": edition.title,
        "made_from": asdict(edition.made_from),
        "stories": [_dump_story(story) for story in edition.stories],
        "brief": [
            {
                "headline": asdict(line.headline),
                "article": _dump_reference(line.article),
            }
            for line in edition.brief
        ],
    }
    return json.dumps(shape, ensure_ascii=False, indent=1)


def _dump_story(story: EditionStory) -> dict[str, Any]:
    return {
        "id": story.id,
        "headline": asdict(story.headline),
        "summary": [jsonl.dump_sentence(s) for s in story.summary],
        "quotes": [_dump_card(card) for card in story.cards],
        "figures": [_dump_figure(entry) for entry in story.figures],
        "disputes": [
            [_dump_figure(d.ours), _dump_figure(d.theirs)] for d in story.disputes
        ],
        "matters": jsonl.dump_sentence(story.matters) if story.matters else None,
        "articles": [_dump_reference(ref) for ref in story.articles],
    }


def _dump_figure(entry: EditionFigure) -> dict[str, Any]:
    return {**asdict(entry.figure), "article": entry.article}


def _dump_card(card: QuoteCard) -> dict[str, Any]:
    return {
        "start": card.span.start,
        "end": card.span.end,
        "text": card.text,
        "speaker": card.speaker,
        "role": card.role,
        "context": jsonl.dump_span(card.context),
        "article": card.article,
    }


def _dump_reference(ref: ArticleRef) -> dict[str, Any]:
    published = ref.published.isoformat() if ref.published else None
    return {**asdict(ref), "published": published}


#: How long a summary is: in an edition, and alone.
DEFAULT_SUMMARY_LENGTHS = (280, 400)

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
    args = _build_parser().parse_args(argv)
    try:
        if args.jsonl:
            return _answer_jsonl(args)
        return _print_results(args)
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


def _build_parser() -> argparse.ArgumentParser:
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
        verb.set_defaults(
            jsonl=False, explain=False, chars=DEFAULT_SUMMARY_LENGTHS[name != "compose"]
        )
        if name != "compose":
            verb.add_argument(
                "--jsonl",
                action="store_true",
                help="one JSON object a line from standard input, one a line out",
            )
        _add_options(name, verb)
    return parser


def _add_options(name: str, verb: argparse.ArgumentParser) -> None:
    if name == "compose":
        verb.add_argument(
            "--format", choices=("text", "markdown", "html", "json"), default="text"
        )
        verb.add_argument("--title", default="Digest", help="the edition's title")
        verb.add_argument("--lang", help="only articles in this language")
        verb.add_argument("--stories", type=int, default=5, help="told in full")
    if name in ("compose", "summary"):
        verb.add_argument(
            "--chars",
            type=int,
            choices=jsonl.SUMMARY_LENGTHS,
            help="a hard limit on the summary",
        )
    if name in ("quotes", "summary"):
        verb.add_argument(
            "--explain", action="store_true", help="what was weighed, with the scores"
        )
    if name == "check":
        verb.add_argument("--claim", help="the sentence to be checked")


def _answer_jsonl(args: argparse.Namespace) -> int:
    # Undecodable bytes spoil their own line only.
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    for answer in jsonl.answer_lines(args.verb, lines, chars=args.chars):
        out.write(answer + "\n")
    out.flush()
    return 0


def _print_results(args: argparse.Namespace) -> int:
    if not args.paths:
        raise UsageError(
            f"Nothing to read: name files or folders after «{args.verb}», "
            "or give --jsonl and JSON lines on standard input."
        )
    articles, complete = _read_paths(args.paths, args.allow_private)
    if not articles:
        return 1
    for line in _result_lines(args, articles):
        print(line)
    return 0 if complete else 1


def _read_paths(paths: Sequence[str], allow_private: str) -> tuple[list[Article], bool]:
    """The articles at these paths; False when a path that was named gave none."""
    articles: list[Article] = []
    complete = True
    for path, found in zip(paths, _read_each(paths, allow_private), strict=True):
        if isinstance(found, DigestsError):
            print(f"standfirst: {found}", file=sys.stderr)
            complete = False
            continue
        for one in found.problems:
            complaint = f"standfirst: {one.where}: {one.what} {one.remedy}"
            print(complaint, file=sys.stderr)
        articles += _with_unique_ids(found.articles, articles, path)
    return articles, complete


def _read_each(
    paths: Sequence[str], allow_private: str
) -> "Iterator[folder.ReadResult | DigestsError]":
    """What each path holds, or why it cannot be read."""
    from digests.sources import folder

    addresses = [path for path in paths if "://" in path]
    online = iter(_fetch_addresses(addresses, allow_private)) if addresses else iter(())
    for path in paths:
        if "://" in path:
            yield next(online)
            continue
        try:
            yield folder.read_articles(Path(path))
        except DigestsError as problem:
            yield problem


def _fetch_addresses(
    addresses: Sequence[str], allow_private: str
) -> "list[folder.ReadResult | DigestsError]":
    import asyncio

    from digests.sources import remote

    # The terminal's clock: dates in the future are cut off at it.
    now = datetime.now(UTC)  # noqa: TID251
    return asyncio.run(
        remote.read_addresses(addresses, now=now, allow_private=allow_private)
    )


def _with_unique_ids(
    new: Sequence[Article], known: Sequence[Article], path: str
) -> Iterator[Article]:
    """Files of one name in two folders stay two articles."""
    from dataclasses import replace

    taken = {article.id for article in known}
    for article in new:
        clash = article.id in taken
        yield replace(article, id=f"{path}/{article.id}") if clash else article


def _result_lines(
    args: argparse.Namespace, articles: Sequence[Article]
) -> Iterator[str]:
    if args.verb == "compose":
        yield from _compose_edition(args, articles)
    elif args.verb == "stories":
        yield from format_stories(articles)
    else:
        each = _select_formatter(args)
        for number, article in enumerate(articles):
            if len(articles) > 1:
                yield ("\n" if number else "") + f"== {article.id}"
            yield from each(article)


def _select_formatter(args: argparse.Namespace) -> Callable[[Article], Iterator[str]]:
    if args.verb == "check":
        if not args.claim:
            raise UsageError('Name the sentence to be checked: --claim "…".')
        return lambda article: format_verdict(article, args.claim)
    if args.verb == "summary":
        summarize = format_summary_candidates if args.explain else format_summary
        return lambda article: summarize(article, args.chars)
    quotes = format_quote_candidates if args.explain else format_quotes
    return {
        "quotes": quotes,
        "sentences": format_sentences,
        "figures": format_figures,
        "extract": format_extracted,
    }[args.verb]


def _compose_edition(
    args: argparse.Namespace, articles: Sequence[Article]
) -> Iterator[str]:
    from digests import templates
    from digests.compose import compose

    style = EditionStyle(
        title=args.title,
        lang=args.lang or _most_common_language(articles),
        stories=args.stories,
        summary_chars=args.chars,
    )
    # The newest article stands for «now»: the same files give the same edition.
    dated = [a.published for a in articles if a.published]
    now = max(dated) if dated else _last_modified(args.paths)
    edition = compose(articles, now=now, style=style)
    if args.format == "json":
        yield format_edition_json(edition)
    else:
        yield templates.render(edition, args.format)


def _last_modified(paths: Sequence[str]) -> datetime:
    """When the newest of these files or folders was changed; now, for addresses."""
    times = [Path(path).stat().st_mtime for path in paths if Path(path).exists()]
    return datetime.fromtimestamp(max(times, default=time.time()), UTC)


def _most_common_language(articles: Sequence[Article]) -> str:
    """The language that most of the articles are in."""
    declared = Counter(article.lang or "en" for article in articles)
    return declared.most_common(1)[0][0]
