"""What the verbs print for people; it must not decide anything about the news.

Each function takes articles and returns lines of text; `digests.__main__` prints.
"""

import itertools
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from digests import figures, grounding, jsonl, quotes, stories, summaries
from digests.language import sentences
from digests.types import (
    Article,
    ArticleRef,
    Card,
    Edition,
    EditionStory,
    ToldFigure,
)

UNNAMED = "speaker not named in text"
#: Candidates shown for a quote.
_CANDIDATES = 5


def quotes_of(article: Article) -> Iterator[str]:
    """Every quote with its speaker and the words that justify the choice."""
    for quote in quotes.find(article.text, title=article.title, lang=article.lang):
        who = quote.speaker or UNNAMED
        role = f", {quote.role}" if quote.role else ""
        by = f" (by «{quote.mention.text}»)" if quote.mention else ""
        yield f"“{quote.text}”"
        yield f"    {who}{role}{by} · {quote.kind} · {quote.start}–{quote.end}"


def explained_quotes(article: Article) -> Iterator[str]:
    """A table a quote: its candidates, best first, and what speaks for each.

    No line is wider than 100 columns; candidates far below the chosen one are counted.
    """
    rows = quotes.explain(article.text, title=article.title, lang=article.lang)
    for number, group in itertools.groupby(rows, key=lambda row: row.quote):
        candidates = list(group)
        chosen = next((row for row in candidates if row.chosen), None)
        speaker = chosen.speaker if chosen else None
        cue = f"reporting word «{candidates[0].cue}»" if candidates[0].cue else "no cue"
        yield f"{number + 1}. “{_cut(candidates[0].text, 92)}”"
        yield f"   {speaker or UNNAMED} · {cue}"
        shown = candidates[:_CANDIDATES]
        for row in shown:
            mark = "→" if row.chosen else " "
            why = ", ".join(f"{name} {worth:+g}" for name, worth in row.features)
            lead = f"   {mark} {row.score:6.2f}  {_cut(row.candidate, 30):<30}  "
            room = 100 - len(lead)
            first, *more = textwrap.wrap(why, room) or [""]
            yield lead + first
            yield from (" " * len(lead) + line for line in more)
        if len(candidates) > len(shown):
            yield f"             and {len(candidates) - len(shown)} more below"


def _cut(text: str, room: int) -> str:
    """The text in one line, cut with an ellipsis where it is longer than `room`."""
    line = " ".join(text.split())
    return line if len(line) <= room else f"{line[: room - 1]}…"


def summary_of(article: Article, chars: int) -> Iterator[str]:
    """Headline and summary, each sentence with its place."""
    summary = summaries.SUMMARISERS["extractive"].summarise(article, chars)
    yield summary.headline.text
    yield ""
    for told in summary.sentences:
        places = ", ".join(f"{s.start}–{s.end}" for s in told.spans)
        yield f"{told.text}  [{places}]"


def explained_summary(article: Article, chars: int) -> Iterator[str]:
    """Every sentence that could be told, its weight and what became of it."""
    for row in summaries.explain(article, chars):
        mark = "→" if row.shown else " "
        why = ", ".join(f"{name} {weight:+.2f}" for name, weight in row.features)
        yield f"{mark} {row.score:5.2f}  {row.shown or row.text}"
        yield f"         {row.why} · {why} · {row.span.start}–{row.span.end}"


def sentences_of(article: Article) -> Iterator[str]:
    """One sentence a line."""
    for place in sentences.split(article.text, article.lang):
        yield article.text[place.start : place.end]


def figures_of(article: Article) -> Iterator[str]:
    """Every figure with value, unit and what it measures."""
    for figure in figures.find(article.text, lang=article.lang):
        unit = f" {figure.unit}" if figure.unit else ""
        what = figure.what or "(not said what)"
        yield f"{figure.text:<24} {figure.value:,.15g}{unit} · {what}"


def stories_of(articles: Sequence[Article]) -> Iterator[str]:
    """The stories, with the articles that report each."""
    for story in stories.gather(articles, stories.group(articles)):
        yield f"{story.id}  {len(story.outlets)} outlet(s)"
        for article in story.articles:
            yield f"    {article.source or article.id}: {article.title or '(no title)'}"


def extracted(article: Article) -> Iterator[str]:
    """What was read out of a page."""
    for name in ("title", "author", "published", "lang"):
        yield f"{name}: {getattr(article, name) or '-'}"
    yield ""
    yield article.text


def checked(article: Article, claim: str) -> Iterator[str]:
    """Whether the article supports the claim, and why."""
    verdict = grounding.check(article.text, claim)
    answer = "supported" if verdict.supported else "not supported"
    yield f"{answer} ({verdict.score:.2f})"
    for reason in verdict.reasons:
        yield f"    {reason}"


def edition_json(edition: Edition) -> str:
    """The edition in the interface's own shape."""
    shape = {
        "title": edition.title,
        "made_from": asdict(edition.made_from),
        "stories": [_story(story) for story in edition.stories],
        "brief": [
            {"headline": asdict(line.headline), "article": _ref(line.article)}
            for line in edition.brief
        ],
    }
    return json.dumps(shape, ensure_ascii=False, indent=1)


def _story(story: EditionStory) -> dict[str, Any]:
    return {
        "id": story.id,
        "headline": asdict(story.headline),
        "summary": [jsonl.sentence(s) for s in story.summary],
        "quotes": [_card(card) for card in story.cards],
        "figures": [_told(told) for told in story.figures],
        "disputes": [[_told(d.ours), _told(d.theirs)] for d in story.disputes],
        "matters": jsonl.sentence(story.matters) if story.matters else None,
        "articles": [_ref(ref) for ref in story.articles],
    }


def _told(told: ToldFigure) -> dict[str, Any]:
    return {**asdict(told.figure), "article": told.article}


def _card(card: Card) -> dict[str, Any]:
    return {
        "start": card.span.start,
        "end": card.span.end,
        "text": card.text,
        "speaker": card.speaker,
        "role": card.role,
        "context": jsonl.span(card.context),
        "article": card.article,
    }


def _ref(ref: ArticleRef) -> dict[str, Any]:
    published = ref.published.isoformat() if ref.published else None
    return {**asdict(ref), "published": published}
