"""`/news quotes, figures`: who said what; numbers, compared between outlets.

That two figures speak of one thing, and whether they agree, `digests.figures` says. A
figure that stands beside another one is not listed a second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from bot.commands import presentation
from bot.commands.context import CommandContext, texts_for
from bot.commands.presentation import (
    SINCE_OPTION,
    format_figure_title,
    render_figure_line,
)
from bot.i18n.translation import Texts
from bot.lookup.archive import RESULT_LIMIT
from bot.lookup.name_resolution import is_story_number
from bot.lookup.text_search import parse_since
from bot.model import (
    Block,
    Command,
    CommandOption,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
)
from digests.cards import content
from digests.editing import figure_selection
from digests.types import Article, Figure, QuoteCard


def build_quotes(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        speaker = invocation.args.get("speaker")
        topic = invocation.args.get("topic")
        since = parse_since(
            invocation.args.get("since"),
            now=context.clock.now(),
            zone=invocation.place.workspace.zone,
        )
        found = await _load_cards(context, invocation, speaker, topic, since)
        if not found:
            return Reply(
                blocks=(
                    Paragraph(
                        text=await _explain_no_quotes(
                            context, invocation, speaker, texts
                        )
                    ),
                )
            )
        quotes = await presentation.load_wordings(context, invocation, found)
        title = texts.count("{n} quote", "{n} quotes", len(quotes))
        if speaker:
            names = sorted({card.speaker for card, _ in quotes if card.speaker})
            title = texts.say("{title} of {who}", title=title, who=", ".join(names))
        checked = texts.say("✓ Checked word for word against the stored text")
        shown = presentation.render_quotes_in_context(invocation, quotes)
        return Reply(title=title, blocks=(*shown, SmallPrint(text=checked)))

    return Command(
        path="news quotes",
        description="Who said what, word for word",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="speaker",
                description="A name or part of one",
                rest=True,
                completes="speaker",
            ),
            CommandOption(
                name="topic",
                description="A story number, or words it is about",
                completes="story",
            ),
            SINCE_OPTION,
        ),
        examples=("/news quotes Xi", "/news quotes topic=bridge since=Monday"),
    )


async def _load_cards(
    context: CommandContext,
    invocation: Invocation,
    speaker: str | None,
    topic: str | None,
    since: datetime | None,
) -> tuple[QuoteCard, ...]:
    if topic and (topic.startswith("s-") or is_story_number(topic)):
        found = await context.archive.story(invocation.place, topic)
        return found.story.cards
    stored = await context.archive.quotes(
        invocation.place.workspace.id,
        speaker=speaker,
        topic=topic,
        since=since,
        limit=RESULT_LIMIT,
    )
    return tuple(content.build_card(article, quote) for article, quote in stored)


async def _explain_no_quotes(
    context: CommandContext, invocation: Invocation, speaker: str | None, texts: Texts
) -> str:
    if invocation.args.get("since") or (invocation.args.get("topic") and not speaker):
        return texts.say("No stored quote matches.")
    if not speaker:
        return texts.say("No quotes are stored yet.")
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import process

    known = await context.archive.speakers(invocation.place.workspace.id, "", limit=500)
    near = [name for name, score, _ in process.extract(speaker, known) if score >= 75]
    if near:
        return texts.say(
            "No quotes of «{who}». Did you mean {names}?",
            who=speaker[:60],
            names=", ".join(near[:3]),
        )
    return texts.say("No quotes of «{who}» are stored.", who=speaker[:60])


#: Stored figures that are laid side by side for one answer.
MAX_COMPARED = 40


def build_figures(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        topic = invocation.args.get("topic", "")
        since = parse_since(
            invocation.args.get("since"),
            now=context.clock.now(),
            zone=invocation.place.workspace.zone,
        )
        found = await _load_figures(context, invocation, topic, since)
        if not found:
            nothing = texts.say(
                "No figures about «{topic}» are stored.", topic=topic[:60]
            )
            if not topic:
                nothing = texts.say("No figures are stored yet.")
            return Reply(blocks=(Paragraph(text=nothing),))
        counted = tuple(islice(compare_outlets(found), RESULT_LIMIT))
        title = texts.count("{n} figure", "{n} figures", len(counted))
        blocks = tuple(
            block for one in counted for block in _render_compared(one, texts)
        )
        return Reply(title=title, blocks=blocks)

    return Command(
        path="news figures",
        description="Numbers, what they measure, and their sentence",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="topic",
                description="A story number, or words",
                rest=True,
                completes="story",
            ),
            SINCE_OPTION,
        ),
        examples=("/news figures 1", "/news figures trade"),
    )


async def _load_figures(
    context: CommandContext, invocation: Invocation, topic: str, since: datetime | None
) -> tuple[tuple[Article, Figure], ...]:
    workspace_id = invocation.place.workspace.id
    if topic.startswith("s-") or is_story_number(topic):
        found = await context.archive.story(invocation.place, topic)
        ids = [ref.id for ref in found.story.articles]
        return await context.archive.figures(
            workspace_id, topic=None, ids=ids, limit=MAX_COMPARED
        )
    return await context.archive.figures(
        workspace_id, topic=topic or None, since=since, limit=MAX_COMPARED
    )


ArticleFigure = tuple[Article, Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedFigure:
    """A figure with what other outlets have in its place."""

    article: Article
    figure: Figure
    #: Other outlets that give the same.
    also: tuple[str, ...] = ()
    #: What other outlets give instead.
    others: tuple[ArticleFigure, ...] = ()


def _render_compared(one: ComparedFigure, texts: Texts) -> Iterator[Block]:
    """The figure, who has the same, and who another: who reads on decides."""
    also = ""
    if one.also:
        also = texts.say("the same in {outlets}", outlets=", ".join(one.also))
    yield _render_line(one.article, one.figure, also)
    for article, figure in one.others:
        other = texts.say(
            "Outlets differ: {figure}", figure=format_figure_title(figure)
        )
        yield replace(_render_line(article, figure), title=other)


def _render_line(article: Article, figure: Figure, also: str = "") -> ListItem:
    sentence = article.text[figure.sentence.start : figure.sentence.end]
    note = " · ".join(filter(None, (article.source, also)))
    return render_figure_line(figure, article, sentence, note)


#: Later reports count what has happened since: that is no disagreement.
_SAME_TIME = timedelta(hours=18)


def compare_outlets(found: Sequence[ArticleFigure]) -> Iterator[ComparedFigure]:
    """Each figure once, in order, with its counterparts in other outlets.

    Args:
        found: Articles with one of their figures each, in the order of the answer.
    """
    by_article: dict[str, list[Figure]] = {}
    articles = {article.id: article for article, _ in found}
    for article, figure in found:
        by_article.setdefault(article.id, []).append(figure)
    shown: set[tuple[str, int]] = set()
    for article, figure in found:
        if (article.id, figure.start) in shown:
            continue
        also: list[str] = []
        others: list[ArticleFigure] = []
        for other, theirs in by_article.items():
            there = articles[other]
            if there.source == article.source or not _is_same_time(article, there):
                continue
            left = [f for f in theirs if (other, f.start) not in shown]
            pairs = figure_selection.compare_figures(
                [figure], article.text, left, there.text
            )
            for pair in pairs:
                shown.add((other, pair.theirs.start))
                if pair.equal:
                    also.append(there.source)
                else:
                    others.append((there, pair.theirs))
        shown.add((article.id, figure.start))
        yield ComparedFigure(
            article=article,
            figure=figure,
            also=tuple(dict.fromkeys(also)),
            others=tuple(others),
        )


def _is_same_time(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return True
    return abs(one.published - other.published) <= _SAME_TIME
