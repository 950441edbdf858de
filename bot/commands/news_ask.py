"""/news ask: sentences of the sources that answer a question, or that none does."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.answering import Asked
from bot.commands.desk import Desk
from bot.commands.wording import article_line, texts_of
from bot.texts import Texts
from bot.types import (
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests.asking import Found, Refusal, read


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        workspace = invocation.place.workspace
        today = desk.clock.now().astimezone(ZoneInfo(workspace.zone)).date()
        question = read(invocation.args["question"], today)
        asked = await desk.archive.ask(workspace.id, question)
        refused = asked.answer.refused
        if refused is not None:
            return _refusal(refused, asked, texts)
        lines = (
            _line(found, texts, workspace.zone) for found in asked.answer.sentences
        )
        checked = texts.say("✓ Word for word from the stored texts")
        return Reply(
            title=texts.say("What the sources say"),
            blocks=(*lines, Small(text=checked)),
        )

    return Command(
        path="news ask",
        description="Sentences from the sources that answer a question",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
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


def _line(found: Found, texts: Texts, zone: str) -> Line:
    return replace(
        article_line(found.article, texts, zone),
        text=found.text,
        start=found.span.start,
        end=found.span.end,
    )


def _refusal(refused: Refusal, asked: Asked, texts: Texts) -> Reply:
    """That the sources do not say it, and how far they were looked through."""
    match refused.why:
        case "nothing asked":
            said = texts.say(
                "Ask a whole question with a name or a thing in it, for example: "
                "/news ask When does the bridge reopen?"
            )
            return Reply(blocks=(Paragraph(text=said),))
        case "unknown name" if asked.articles:
            said = texts.say(
                "Not in my sources: «{name}» stands in none of them.",
                name=refused.words[:60],
            )
        case _:
            said = texts.say("Not in my sources.")
    return Reply(blocks=(Paragraph(text=said), Small(text=_looked_at(asked, texts))))


def _looked_at(asked: Asked, texts: Texts) -> str:
    if not asked.articles:
        return texts.say("No stored article has the words of your question.")
    if asked.oldest is None:
        return texts.count(
            "I looked at {n} article that has words of your question.",
            "I looked at {n} articles that have words of your question.",
            asked.articles,
        )
    return texts.count(
        "I looked at {n} article of {date} that has words of your question.",
        "I looked at {n} articles since {date} that have words of your question.",
        asked.articles,
        date=texts.date(asked.oldest),
    )
