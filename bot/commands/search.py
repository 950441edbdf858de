"""`/news search, ask`: stored articles that contain words or answer a question."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands.arguments import SinceArgument
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.forms import Option
from bot.commands.presentation import render_article_line
from bot.lookup import text_search
from bot.lookup.text_search import QuestionResult, SearchFilter, parse_search
from bot.model import Block, ListItem, Reply, SmallPrint
from digests.answers.questions import Question, parse_question
from digests.answers.search import find_snippet
from digests.answers.selection import AnswerRefusal, AnswerSentence
from digests.language.search_terms import SearchQuery
from digests.types import Article


@command(
    "news search",
    "Articles and past editions that hold the words",
    "/news search bridge",
    '/news search "national grid" -ice',
    "/news search bridge since=yesterday",
)
async def search(
    context: CommandContext,
    words: Annotated[
        str,
        Option(
            description='Words and "phrases" that must occur, -words that must not',
            rest=True,
        ),
    ],
    outlet: Annotated[
        str, Option(name="from", description="Only from this outlet, as it is named")
    ] = "",
    source: Annotated[
        str, Option(description="Only from this source", completes="source")
    ] = "",
    speaker: Annotated[
        str, Option(description="Only where this person is quoted", completes="speaker")
    ] = "",
    since: SinceArgument = None,
) -> Reply:
    """Find articles with all the words, best first, and headlines of past editions."""
    asked = parse_search(words)
    if not asked:
        return context.reply(
            context.say(
                "Write at least one word to search for. Punctuation alone, or "
                "only words with a minus, finds nothing."
            )
        )
    limits = SearchFilter(
        outlet=outlet or None,
        source=source or None,
        speaker=speaker or None,
        since=since,
    )
    found = await context.db.read(
        text_search.find_articles, context.scope, words, limits
    )
    earlier: tuple[Block, ...] = ()
    if not (outlet or source or speaker):
        earlier = await _render_past_editions(context, words, limits)
    if not found and not earlier:
        return context.reply(await _explain_no_match(context, words))
    lines = (_render_match(context, article, asked) for article in found)
    title = context.count("{n} article", "{n} articles", len(found))
    return context.reply(*lines, *earlier, title=title)


async def _render_past_editions(
    context: CommandContext, words: str, limits: SearchFilter
) -> tuple[Block, ...]:
    """Render headlines of past editions, with the id of each story."""
    found = await context.db.read(
        text_search.search_headlines, context.scope, words, limits.since
    )
    lines = tuple(
        ListItem(
            title=row.headline,
            note=context.say(
                "{day} · /news story {edition} {number}",
                day=context.texts.day_and_time(row.made_at, context.zone),
                edition=row.edition,
                number=row.number,
            ),
        )
        for row in found
    )
    return (SmallPrint(text=context.say("In past editions")), *lines) if lines else ()


async def _explain_no_match(context: CommandContext, words: str) -> str:
    """Explain that no article has the words, and whether options are the reason."""
    args: Mapping[str, str] = context.invocation.args
    names = ("from", "source", "speaker", "since")
    narrowed = ", ".join(
        f"{name}={args[name][:40]}" for name in names if args.get(name)
    )
    if narrowed:
        others = await context.db.read(text_search.find_articles, context.scope, words)
        if others:
            return context.count(
                "With {narrowed}, no article contains all of these words: "
                "{words}. Without it, {n} article does.",
                "With {narrowed}, no article contains all of these words: "
                "{words}. Without it, {n} articles do.",
                len(others),
                narrowed=narrowed,
                words=words[:60],
            )
    return context.say(
        "No stored article has all of these words: {words}.", words=words[:60]
    )


def _render_match(
    context: CommandContext, article: Article, asked: SearchQuery
) -> ListItem:
    """Render the article with its best matching sentence; the words are marked."""
    line = render_article_line(context, article)
    shown = find_snippet(article, asked)
    if shown is None:
        return line
    start, end = shown.sentence.start, shown.sentence.end
    return replace(
        line,
        text=article.text[start:end],
        start=start,
        end=end,
        marks=tuple((mark.start - start, mark.end - start) for mark in shown.marks),
    )


def _parse_question(context: CommandContext, typed: str) -> Question:
    return parse_question(typed, context.now.astimezone(ZoneInfo(context.zone)).date())


@command(
    "news ask",
    "Sentences from the sources that answer a question",
    "/news ask When does the bridge reopen?",
    "/news ask What did the mayor say yesterday?",
)
async def ask(
    context: CommandContext,
    question: Annotated[
        Question,
        Option(
            description="Who, what, when, where, why, how many …",
            rest=True,
            convert=_parse_question,
        ),
    ],
) -> Reply:
    """Answer the question with sentences of the sources, or say that they have none."""
    result = await text_search.answer_question(context.db, context.scope, question)
    refused = result.answer.refused
    if refused is not None:
        return _render_refusal(context, refused, result)
    lines = (_render_answer(context, found) for found in result.answer.sentences)
    checked = context.say("✓ Word for word from the stored texts")
    return context.reply(
        *lines, SmallPrint(text=checked), title=context.say("What the sources say")
    )


def _render_answer(context: CommandContext, found: AnswerSentence) -> ListItem:
    return replace(
        render_article_line(context, found.article),
        text=found.text,
        start=found.span.start,
        end=found.span.end,
    )


def _render_refusal(
    context: CommandContext, refused: AnswerRefusal, result: QuestionResult
) -> Reply:
    """Render that the sources have no answer, and how many articles were read."""
    match refused.why:
        case "nothing asked":
            return context.reply(
                context.say(
                    "Ask a full question that names somebody or something, for "
                    "example: /news ask When does the bridge reopen?"
                )
            )
        case "unknown name" if result.articles:
            said = context.say(
                "Not in my sources: none of them mentions «{name}».",
                name=refused.words[:60],
            )
        case _:
            said = context.say("Not in my sources.")
    return context.reply(said, SmallPrint(text=_format_coverage(context, result)))


def _format_coverage(context: CommandContext, result: QuestionResult) -> str:
    if not result.articles:
        return context.say("No stored article contains the words of your question.")
    if result.oldest is None:
        return context.count(
            "I searched {n} article that contains words of your question.",
            "I searched {n} articles that contain words of your question.",
            result.articles,
        )
    return context.count(
        "I searched {n} article from {date} that contains words of your question.",
        "I searched {n} articles since {date} that contain words of your question.",
        result.articles,
        date=context.texts.date(result.oldest),
    )
