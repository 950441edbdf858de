"""Command line of the composer: parse arguments, read articles, print results.

Each verb is a line of `VERBS`: a function from articles to lines of text, and the
options it takes.
"""

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any, NamedTuple

from digests import jsonl
from digests.answers import questions, selection
from digests.cards.content import UNNAMED_SPEAKER
from digests.compose import compose
from digests.errors import DigestsError, UsageError
from digests.figures import recognition
from digests.grounding import claims
from digests.language import sentences
from digests.quotes import attribution
from digests.sources import folder
from digests.stories import assembly, assignment
from digests.summaries import extractive, registry
from digests.types import DEFAULT_SUMMARISER, Article, EditionStyle

#: Candidates listed for a quote, columns of a table.
_MAX_CANDIDATES, _TABLE_WIDTH = 5, 100
_shorten = partial(shorten, placeholder="…")

Options = argparse.Namespace
ArticlePrinter = Callable[[Article, Options], Iterator[str]]


def format_quotes(article: Article, options: Options) -> Iterator[str]:
    """Every quote with its speaker and the words that justify the choice."""
    if options.explain:
        yield from format_quote_candidates(article)
        return
    for quote in attribution.find_article_quotes(article):
        who = quote.speaker or UNNAMED_SPEAKER
        role = f", {quote.role}" if quote.role else ""
        by = f" (by «{quote.mention.text}»)" if quote.mention else ""
        yield f"“{quote.text}”"
        yield f"    {who}{role}{by} · {quote.kind} · {quote.start}–{quote.end}"


def format_quote_candidates(article: Article) -> Iterator[str]:
    """For each quote its best candidates, with the features of their scores."""
    rows = attribution.explain_attribution(
        article.text, title=article.title, lang=article.lang
    )
    for number, group in itertools.groupby(rows, key=lambda row: row.quote):
        candidates = list(group)
        first = candidates[0]
        speaker = next((row.speaker for row in candidates if row.chosen), None)
        cue = f"reporting word «{first.cue}»" if first.cue else "no cue"
        yield f"{number + 1}. “{_shorten(first.text, 92)}”"
        yield f"   {speaker or UNNAMED_SPEAKER} · {cue}"
        for row in candidates[:_MAX_CANDIDATES]:
            why = _format_features(row.features)
            yield from _format_row(row.score, row.candidate, why, chosen=row.chosen)


def format_summary(article: Article, options: Options) -> Iterator[str]:
    """Headline and summary, each sentence with its spans."""
    if options.explain:
        yield from format_summary_candidates(article, options.chars)
        return
    summary = registry.summarise_article(article, options.chars, options.summariser)
    yield summary.headline.text
    yield ""
    for sentence in summary.sentences:
        places = ", ".join(f"{span.start}–{span.end}" for span in sentence.spans)
        yield f"{sentence.text}  [{places}]"


def format_summary_candidates(article: Article, chars: int) -> Iterator[str]:
    """Every sentence with the features of its score and the decision about it."""
    for row in extractive.explain_summary(article, chars):
        place = f"{row.span.start}–{row.span.end}"
        why = " · ".join(filter(None, (row.why, _format_features(row.features), place)))
        shown = row.shown or row.text
        yield from _format_row(row.score, shown, why, chosen=bool(row.shown))


def _format_features(features: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {round(worth, 2):+g}" for name, worth in features)


def _format_row(score: float, label: str, why: str, *, chosen: bool) -> Iterator[str]:
    """A row of a table of scores, and its reasons below it."""
    lead = f"   {'→' if chosen else ' '} {score:6.2f}  "
    yield lead + _shorten(label, _TABLE_WIDTH - len(lead))
    indent = " " * len(lead)
    yield from wrap(why, _TABLE_WIDTH, initial_indent=indent, subsequent_indent=indent)


def format_sentences(article: Article, _options: Options) -> Iterator[str]:
    """One sentence a line."""
    for span in sentences.split_sentences(article.text, article.lang):
        yield article.text[span.start : span.end]


def format_figures(article: Article, _options: Options) -> Iterator[str]:
    """Every figure with value, unit and the clause that states it."""
    for figure in recognition.find_figures(article.text, lang=article.lang):
        unit = f" {figure.unit}" if figure.unit else ""
        what = figure.label or figure.what or "(not said what)"
        yield f"{figure.text:<24} {figure.value:,.15g}{unit} · {what}"


def format_extracted(article: Article, _options: Options) -> Iterator[str]:
    """The metadata and text of a page."""
    for name in ("title", "author", "published", "lang"):
        yield f"{name}: {getattr(article, name) or '-'}"
    yield ""
    yield article.text


def format_verdict(article: Article, options: Options) -> Iterator[str]:
    """Whether the article supports the claim, and why."""
    if not options.claim:
        raise UsageError('Name the sentence to be checked: --claim "…".')
    verdict = claims.check_claim(article.text, options.claim)
    answer = "supported" if verdict.supported else "not supported"
    yield f"{answer} ({verdict.score:.2f})"
    yield from (f"    {reason}" for reason in verdict.reasons)


def format_stories(articles: Sequence[Article], _options: Options) -> Iterator[str]:
    """The stories, with the articles that report each."""
    for story in assembly.gather_stories(articles, assignment.group_articles(articles)):
        yield f"{story.id}  {len(story.outlets)} outlet(s)"
        for article in story.articles:
            yield f"    {article.source or article.id}: {article.title or '(no title)'}"


def format_edition(articles: Sequence[Article], options: Options) -> Iterator[str]:
    """The edition that the articles make, as a document."""
    from digests import templates

    style = EditionStyle(
        title=options.title,
        lang=options.lang or jsonl.find_main_language(articles),
        stories=options.stories,
        summary_chars=options.chars,
        summariser=options.summariser,
    )
    edition = compose(articles, now=_choose_now(articles, options), style=style)
    if options.format == "json":
        shape = jsonl.dump_edition(edition)
        yield json.dumps(
            shape, ensure_ascii=False, indent=1, default=datetime.isoformat
        )
    else:
        yield templates.render(edition, options.format)


def format_answer(articles: Sequence[Article], options: Options) -> Iterator[str]:
    """The sentences that answer the question, with their outlets."""
    if not options.question:
        raise UsageError('Ask a question: --question "…".')
    today = _choose_now(articles, options).date()
    question = questions.parse_question(options.question, today)
    found = selection.select_answer(question, articles)
    if found.sentences and not found.sure:
        yield "Nearest passage:"
    for sentence in found.sentences:
        yield sentence.text
        yield f"    {sentence.article.source or sentence.article.id}"
    if not found.sentences:
        yield "Not in these articles."


def _choose_now(articles: Sequence[Article], options: Options) -> datetime:
    """The newest article's date, so that the same files give the same result."""
    dated = [article.published for article in articles if article.published]
    return max(dated) if dated else _last_modified(options.paths)


def _last_modified(paths: Sequence[str]) -> datetime:
    """When the newest of these files or folders was changed; now, for addresses."""
    times = [Path(path).stat().st_mtime for path in paths if Path(path).exists()]
    return datetime.fromtimestamp(max(times, default=time.time()), UTC)


class Verb(NamedTuple):
    """What `python -m digests VERB` prints."""

    about: str
    #: Prints each article, or all of them together.
    each: ArticlePrinter | None = None
    together: Callable[[Sequence[Article], Options], Iterator[str]] | None = None
    #: Names in `OPTIONS`.
    options: tuple[str, ...] = ()
    #: The default limit of a summary.
    chars: int = 400


_SUMMARY_OPTIONS = ("--chars", "--summariser")
VERBS: Mapping[str, Verb] = {
    "compose": Verb(
        "an edition from articles",
        together=format_edition,
        options=("--format", "--title", "--lang", "--stories", *_SUMMARY_OPTIONS),
        chars=280,
    ),
    "ask": Verb(
        "sentences that answer a question",
        together=format_answer,
        options=("--question",),
    ),
    "quotes": Verb(
        "who said what, with exact places",
        format_quotes,
        options=("--explain",),
    ),
    "summary": Verb(
        "a headline and a few sentences",
        format_summary,
        options=(*_SUMMARY_OPTIONS, "--explain"),
    ),
    "sentences": Verb("where sentences begin and end", format_sentences),
    "figures": Verb("numbers, what they measure, their sentence", format_figures),
    "stories": Verb("which articles report the same event", together=format_stories),
    "extract": Verb("the article inside a web page", format_extracted),
    "check": Verb(
        "does the article support a claim?",
        format_verdict,
        options=("--claim",),
    ),
}
OPTIONS: Mapping[str, dict[str, Any]] = {
    "--jsonl": {
        "action": "store_true",
        "help": "one JSON object a line from standard input, one a line out",
    },
    "--format": {"choices": ("text", "markdown", "html", "json"), "default": "text"},
    "--title": {"default": "Digest", "help": "the edition's title"},
    "--lang": {"help": "only articles in this language"},
    "--stories": {"type": int, "default": 5, "help": "stories in full"},
    "--chars": {
        "type": int,
        "choices": jsonl.SUMMARY_LENGTHS,
        "help": "a hard limit on the summary",
    },
    "--summariser": {
        "choices": tuple(registry.SUMMARISERS),
        "help": "how the sentences of a summary are chosen",
    },
    "--explain": {"action": "store_true", "help": "what was weighed, with the scores"},
    "--claim": {"help": "the sentence to be checked"},
    "--question": {"help": "the question to be answered"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    options = _build_parser().parse_args(argv)
    try:
        return _answer_jsonl(options) if options.jsonl else _print_results(options)
    except DigestsError as problem:
        print(f"standfirst: {problem}", file=sys.stderr)
        return 2 if isinstance(problem, UsageError) else 1
    except OSError as problem:
        # Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(problem, BrokenPipeError):
            # The reader has closed the pipe.
            return 0
        reason = problem.strerror
        print(f"standfirst: the output cannot be written: {reason}", file=sys.stderr)
        return 1


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m digests",
        description="Reads articles; composes digests whose every word has a source.",
        epilog="Example: python -m digests compose seeds/articles --format markdown",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        about = verb.about
        added = verbs.add_parser(name, help=about, description=f"{about.capitalize()}.")
        added.add_argument(
            "paths",
            nargs="*",
            metavar="PATH",
            help="article files, folders of them, addresses of feeds and pages",
        )
        added.add_argument(
            "--allow-private",
            nargs="?",
            const="1",
            default="",
            metavar="HOST:PORT,…",
            help="read addresses of private networks: these, or all",
        )
        added.set_defaults(
            explain=False, chars=verb.chars, summariser=DEFAULT_SUMMARISER
        )
        for option in ("--jsonl", *verb.options):
            added.add_argument(option, **OPTIONS[option])
    return parser


def _answer_jsonl(options: Options) -> int:
    # Undecodable bytes spoil their own line only.
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    for answer in jsonl.answer_lines(
        options.verb, lines, chars=options.chars, summariser=options.summariser
    ):
        out.write(answer + "\n")
    out.flush()
    return 0


def _print_results(options: Options) -> int:
    if not options.paths:
        raise UsageError(
            f"Nothing to read: name files or folders after «{options.verb}», "
            "or give --jsonl and JSON lines on standard input."
        )
    articles, complete = _read_paths(options.paths, options.allow_private)
    if not articles:
        return 1
    for line in _result_lines(articles, options):
        print(line)
    return 0 if complete else 1


def _result_lines(articles: Sequence[Article], options: Options) -> Iterator[str]:
    verb = VERBS[options.verb]
    if verb.together:
        yield from verb.together(articles, options)
        return
    for number, article in enumerate(articles):
        if len(articles) > 1:
            yield ("\n" if number else "") + f"== {article.id}"
        if verb.each:
            yield from verb.each(article, options)


# Reading


def _read_paths(paths: Sequence[str], allow_private: str) -> tuple[list[Article], bool]:
    """The articles at these paths; False when one of the paths gave none."""
    addresses = [path for path in paths if "://" in path]
    online = _fetch_addresses(addresses, allow_private) if addresses else {}
    articles: list[Article] = []
    complete = True
    for path in paths:
        found = online.get(path) or _read_files(path)
        if isinstance(found, DigestsError):
            print(f"standfirst: {found}", file=sys.stderr)
            complete = False
            continue
        for one in found.problems:
            complaint = f"standfirst: {one.where}: {one.what} {one.remedy}"
            print(complaint, file=sys.stderr)
        articles += _with_unique_ids(found.articles, articles, path)
    return articles, complete


def _read_files(path: str) -> folder.ReadResult | DigestsError:
    try:
        return folder.read_articles(Path(path))
    except DigestsError as problem:
        return problem


def _fetch_addresses(
    addresses: Sequence[str], allow_private: str
) -> dict[str, folder.ReadResult | DigestsError]:
    import asyncio

    from digests.sources import remote

    # The real clock: later dates of articles are replaced by it.
    now = datetime.now(UTC)  # noqa: TID251
    return asyncio.run(
        remote.read_addresses(addresses, now=now, allow_private=allow_private)
    )


def _with_unique_ids(
    new: Sequence[Article], known: Sequence[Article], path: str
) -> Iterator[Article]:
    """Keep files of one name in two folders apart: a taken id gets the path."""
    taken = {article.id for article in known}
    for article in new:
        clash = article.id in taken
        yield replace(article, id=f"{path}/{article.id}") if clash else article
