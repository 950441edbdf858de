"""`/news search, ask`: stored articles that contain words or answer a question."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from bot.commands.arguments import SinceArgument
from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.commands.help_pages import load_sample_names
from bot.commands.presentation import render_article_line, render_passage
from bot.lookup import text_search
from bot.lookup.text_search import QuestionResult, SearchFilter, parse_search
from bot.model import Block, ListItem, Reply, SmallPrint
from bot.publishing.planning import digest_zone
from digests.answers.search import find_snippet
from digests.language.search_terms import SearchQuery
from digests.types import Article

if TYPE_CHECKING:
    from digests.answers.selection import AnswerRefusal


@command(
    "news search",
    "Articles and past editions that contain the words",
    "{topic}",
    '"national grid" -ice',
    "{topic} since=yesterday",
)
async def search(
    context: CommandContext,
    words: Annotated[
        str,
        Option('Words and "phrases" that must occur, -words that must not', rest=True),
    ],
    outlet: Annotated[
        str, Option("Only from this outlet, as it is named", name="from")
    ] = "",
    source: Annotated[str, Option("Only from this source", completes="source")] = "",
    speaker: Annotated[
        str, Option("Only where this person is quoted", completes="speaker")
    ] = "",
    since: SinceArgument = None,
) -> Reply:
    """Find articles with all the words, best first, and headlines of past editions."""
    asked = parse_search(words)
    if not asked:
        return context.answer(
            "Write at least one word to search for. Punctuation alone, or "
            "only words with a minus, finds nothing."
        )
    limits = SearchFilter(outlet=outlet, source=source, speaker=speaker, since=since)
    found = await context.query(text_search.find_articles, words, limits)
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
    found = await context.query(text_search.search_headlines, words, limits.since)
    zones = {one.id: digest_zone(one) for one in await context.list_digests()}
    lines = []
    for row in found:
        zone = zones.get(row.digest_id, context.zone)
        note = context.say(
            "{day} · /news story {edition} {number}",
            day=context.texts.day_and_time(row.made_at, zone),
            edition=row.edition,
            number=row.number,
        )
        lines.append(ListItem(title=row.headline, note=note))
    return context.section("In past editions", lines)


async def _explain_no_match(context: CommandContext, words: str) -> str:
    """Explain that no article has the words, and whether options are the reason."""
    args, said = context.invocation.args, words[:60]
    names = ("from", "source", "speaker", "since")
    given = [f"{name}={args[name][:40]}" for name in names if args.get(name)]
    others: tuple[Article, ...] = ()
    if given:
        others = await context.query(text_search.find_articles, words)
    if not others:
        return context.say(
            "No stored article has all of these words: {words}.", words=said
        )
    return context.count(
        "With {narrowed}, no article contains all of these words: {words}. Without "
        "it, {n} article does.",
        "With {narrowed}, no article contains all of these words: {words}. Without "
        "it, {n} articles do.",
        len(others),
        narrowed=", ".join(given),
        words=said,
    )


def _render_match(
    context: CommandContext, article: Article, asked: SearchQuery
) -> ListItem:
    """Render the article with its best matching sentence; the words are marked."""
    line = render_article_line(context, article)
    shown = find_snippet(article, asked)
    if shown is None:
        return line
    start = shown.sentence.start
    return replace(
        render_passage(article, shown.sentence, title=line.title, note=line.note),
        marks=tuple((mark.start - start, mark.end - start) for mark in shown.marks),
    )


@command(
    "news ask",
    "Sentences from the sources that answer a question",
    "What did {speaker} say?",
    "When does the bridge reopen?",
)
async def ask(
    context: CommandContext,
    question: Annotated[
        str,
        Option("Who, what, when, where, why, how many …", rest=True),
    ],
) -> Reply:
    """Answer the question with sentences of the sources, or say that they have none."""
    result = await text_search.answer_question(
        context.db, context.scope, question, context.get_today(context.zone)
    )
    refused = result.answer.refused
    if refused is not None:
        return await _render_refusal(context, refused, result)
    lines = []
    for found in result.answer.sentences:
        line = render_article_line(context, found.article)
        start, end = found.span.start, found.span.end
        # Two sentences may be of two paragraphs.
        text = " ".join(found.text.split())
        lines.append(replace(line, text=text, start=start, end=end))
    if not result.answer.sure:
        near = context.small_print("This may not answer the question.")
        return context.reply(*lines, near, title=context.say("Nearest passage"))
    checked = context.small_print("✓ Word for word from the stored texts")
    return context.reply(*lines, checked, title=context.say("What the sources say"))


async def _render_refusal(
    context: CommandContext, refused: "AnswerRefusal", result: QuestionResult
) -> Reply:
    """Render that the sources have no answer, and how many articles were read."""
    if refused.why == "nothing asked":
        said = context.say("Ask a full question that names somebody or something.")
        speaker = (await load_sample_names(context)).get("speaker")
        if speaker is None:
            return context.reply(said)
        example = context.small_print(
            "For example: /news ask What did {name} say?", name=speaker
        )
        return context.reply(said, example)
    said = context.say("Not in my sources.")
    if refused.why == "unknown name" and result.articles:
        said = context.say(
            "Not in my sources: none of them mentions «{name}».",
            name=refused.words[:60],
        )
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
        date=context.texts.date(context.get_date(result.oldest, context.zone)),
    )
