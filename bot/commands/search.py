"""`/news search, ask`: stored articles that hold words or answer a question."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.commands.context import CommandContext, texts_for
from bot.commands.presentation import SINCE_OPTION, render_article_line
from bot.i18n.translation import Texts
from bot.lookup import text_search
from bot.lookup.text_search import (
    QuestionResult,
    SearchFilter,
    parse_search,
    parse_since,
)
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
from digests.answers.questions import parse_question
from digests.answers.search import find_snippet
from digests.answers.selection import AnswerRefusal, AnswerSentence
from digests.language.search_terms import SearchQuery
from digests.types import Article

#: The options that keep a search to some of the articles.
NARROWING_OPTIONS = ("from", "source", "speaker", "since")


def build_search(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        words = invocation.args["words"]
        asked = parse_search(words)
        if not asked:
            return _render_sentence(
                texts.say(
                    "Write at least one word to search for. Punctuation alone, or "
                    "only words with a minus, finds nothing."
                )
            )
        workspace = invocation.place.workspace
        found = await context.archive.search(
            workspace.id, words, _parse_limits(context, invocation)
        )
        earlier = await _render_past_editions(context, invocation, words, texts)
        if not found and not earlier:
            return _render_sentence(
                await _explain_no_match(context, invocation, words, texts)
            )
        lines = (
            _render_match(article, asked, texts, workspace.zone) for article in found
        )
        title = texts.count("{n} article", "{n} articles", len(found))
        return Reply(title=title, blocks=(*lines, *earlier))

    return Command(
        path="news search",
        description="Articles and past editions that hold the words",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="words",
                description='Words and "phrases" that must occur, -words that must not',
                required=True,
                rest=True,
            ),
            CommandOption(
                name="from", description="Only from this outlet, as it is named"
            ),
            CommandOption(
                name="source", description="Only from this source", completes="source"
            ),
            CommandOption(
                name="speaker",
                description="Only where this person is quoted",
                completes="speaker",
            ),
            SINCE_OPTION,
        ),
        examples=(
            "/news search bridge",
            '/news search "national grid" -ice',
            "/news search bridge since=yesterday",
        ),
    )


async def _render_past_editions(
    context: CommandContext, invocation: Invocation, words: str, texts: Texts
) -> tuple[Block, ...]:
    """What past editions told of it, with the id that leads there."""
    args, workspace = invocation.args, invocation.place.workspace
    if any(args.get(name) for name in ("from", "source", "speaker")):
        return ()
    since = _parse_limits(context, invocation).since
    found = await text_search.search_headlines(context.db, workspace.id, words, since)
    lines = tuple(
        ListItem(
            title=row.headline,
            note=texts.say(
                "{day} · /news story {edition} {number}",
                day=texts.day_and_time(row.made_at, workspace.zone),
                edition=row.edition,
                number=row.number,
            ),
        )
        for row in found
    )
    return (SmallPrint(text=texts.say("In past editions")), *lines) if lines else ()


async def _explain_no_match(
    context: CommandContext, invocation: Invocation, words: str, texts: Texts
) -> str:
    """That no article has the words; where it was narrowed, whether that is why."""
    given = [(name, invocation.args.get(name)) for name in NARROWING_OPTIONS]
    narrowed = ", ".join(f"{name}={value[:40]}" for name, value in given if value)
    if narrowed:
        others = await context.archive.search(invocation.place.workspace.id, words)
        if others:
            return texts.count(
                "With {narrowed}, no article contains all of these words: "
                "{words}. Without it, {n} article does.",
                "With {narrowed}, no article contains all of these words: "
                "{words}. Without it, {n} articles do.",
                len(others),
                narrowed=narrowed,
                words=words[:60],
            )
    return texts.say(
        "No stored article has all of these words: {words}.", words=words[:60]
    )


def _parse_limits(context: CommandContext, invocation: Invocation) -> SearchFilter:
    args = invocation.args
    return SearchFilter(
        outlet=args.get("from") or None,
        source=args.get("source") or None,
        speaker=args.get("speaker") or None,
        since=parse_since(
            args.get("since"),
            now=context.clock.now(),
            zone=invocation.place.workspace.zone,
        ),
    )


def _render_sentence(sentence: str) -> Reply:
    return Reply(blocks=(Paragraph(text=sentence),))


def _render_match(
    article: Article, asked: SearchQuery, texts: Texts, zone: str
) -> ListItem:
    """The article with the sentence that holds most of the words, set apart there."""
    line = render_article_line(article, texts, zone)
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


def build_ask(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        workspace = invocation.place.workspace
        today = context.clock.now().astimezone(ZoneInfo(workspace.zone)).date()
        question = parse_question(invocation.args["question"], today)
        asked = await context.archive.ask(workspace.id, question)
        refused = asked.answer.refused
        if refused is not None:
            return _render_refusal(refused, asked, texts)
        lines = (
            _render_answer(found, texts, workspace.zone)
            for found in asked.answer.sentences
        )
        checked = texts.say("✓ Word for word from the stored texts")
        return Reply(
            title=texts.say("What the sources say"),
            blocks=(*lines, SmallPrint(text=checked)),
        )

    return Command(
        path="news ask",
        description="Sentences from the sources that answer a question",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="question",
                description="Who, what, when, where, why, how many …",
                required=True,
                rest=True,
            ),
        ),
        examples=(
            "/news ask When does the bridge reopen?",
            "/news ask What did the mayor say yesterday?",
        ),
    )


def _render_answer(found: AnswerSentence, texts: Texts, zone: str) -> ListItem:
    return replace(
        render_article_line(found.article, texts, zone),
        text=found.text,
        start=found.span.start,
        end=found.span.end,
    )


def _render_refusal(
    refused: AnswerRefusal, asked: QuestionResult, texts: Texts
) -> Reply:
    """That the sources do not say it, and how far they were looked through."""
    match refused.why:
        case "nothing asked":
            said = texts.say(
                "Ask a full question that names somebody or something, for "
                "example: /news ask When does the bridge reopen?"
            )
            return Reply(blocks=(Paragraph(text=said),))
        case "unknown name" if asked.articles:
            said = texts.say(
                "Not in my sources: none of them mentions «{name}».",
                name=refused.words[:60],
            )
        case _:
            said = texts.say("Not in my sources.")
    return Reply(
        blocks=(Paragraph(text=said), SmallPrint(text=_format_coverage(asked, texts)))
    )


def _format_coverage(asked: QuestionResult, texts: Texts) -> str:
    if not asked.articles:
        return texts.say("No stored article contains the words of your question.")
    if asked.oldest is None:
        return texts.count(
            "I searched {n} article that contains words of your question.",
            "I searched {n} articles that contain words of your question.",
            asked.articles,
        )
    return texts.count(
        "I searched {n} article from {date} that contains words of your question.",
        "I searched {n} articles since {date} that contain words of your question.",
        asked.articles,
        date=texts.date(asked.oldest),
    )
