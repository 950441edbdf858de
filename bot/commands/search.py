"""/news search: stored articles that hold the words, each with the sentence."""

from dataclasses import replace

from bot import past
from bot.answering import Narrowed, first_moment, look_for
from bot.commands.desk import Desk
from bot.commands.wording import SINCE, article_line, texts_of
from bot.texts import Texts
from bot.types import (
    Block,
    Command,
    Invocation,
    Line,
    Option,
    Paragraph,
    Permission,
    Reply,
    Small,
)
from digests.asking import snippet
from digests.language.lookup import Wanted
from digests.types import Article

#: The options that keep a search to some of the articles.
NARROWING = ("from", "source", "speaker", "since")


def build(desk: Desk) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        words = invocation.args["words"]
        asked = look_for(words)
        if not asked:
            return _say(
                texts.say(
                    "Write at least one word to look for. Signs alone, and words "
                    "with a minus before them, find nothing."
                )
            )
        workspace = invocation.place.workspace
        found = await desk.archive.search(
            workspace.id, words, _within(desk, invocation)
        )
        told = await _told(desk, invocation, words, texts)
        if not found and not told:
            return _say(await _nothing(desk, invocation, words, texts))
        lines = (_line(article, asked, texts, workspace.zone) for article in found)
        title = texts.count("{n} article", "{n} articles", len(found))
        return Reply(title=title, blocks=(*lines, *told))

    return Command(
        path="news search",
        description="Articles and past editions that hold the words",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            Option(
                name="words",
                description='Words and "phrases" that must occur, -words that must not',
                required=True,
                rest=True,
            ),
            Option(name="from", description="Only from this outlet, as it is named"),
            Option(
                name="source", description="Only from this source", completes="source"
            ),
            Option(
                name="speaker",
                description="Only where this person is quoted",
                completes="speaker",
            ),
            SINCE,
        ),
        examples=(
            "/news search bridge",
            '/news search "national grid" -ice',
            "/news search bridge since=yesterday",
        ),
    )


async def _told(
    desk: Desk, invocation: Invocation, words: str, texts: Texts
) -> tuple[Block, ...]:
    """What past editions told of it, with the id that leads there."""
    args, workspace = invocation.args, invocation.place.workspace
    if any(args.get(name) for name in ("from", "source", "speaker")):
        return ()
    since = _within(desk, invocation).since
    found = await past.told(desk.db, workspace.id, words, since)
    lines = tuple(
        Line(
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
    return (Small(text=texts.say("In past editions")), *lines) if lines else ()


async def _nothing(desk: Desk, invocation: Invocation, words: str, texts: Texts) -> str:
    """That no article has the words; where it was narrowed, whether that is why."""
    given = [(name, invocation.args.get(name)) for name in NARROWING]
    narrowed = ", ".join(f"{name}={value[:40]}" for name, value in given if value)
    if narrowed:
        others = await desk.archive.search(invocation.place.workspace.id, words)
        if others:
            return texts.count(
                "With {narrowed}, no article has all of these words: {words}. Without "
                "that, {n} article has.",
                "With {narrowed}, no article has all of these words: {words}. Without "
                "that, {n} articles have.",
                len(others),
                narrowed=narrowed,
                words=words[:60],
            )
    return texts.say(
        "No stored article has all of these words: {words}.", words=words[:60]
    )


def _within(desk: Desk, invocation: Invocation) -> Narrowed:
    args = invocation.args
    return Narrowed(
        outlet=args.get("from") or None,
        source=args.get("source") or None,
        speaker=args.get("speaker") or None,
        since=first_moment(
            args.get("since"),
            now=desk.clock.now(),
            zone=invocation.place.workspace.zone,
        ),
    )


def _say(sentence: str) -> Reply:
    return Reply(blocks=(Paragraph(text=sentence),))


def _line(article: Article, asked: Wanted, texts: Texts, zone: str) -> Line:
    """The article with the sentence that holds most of the words, set apart there."""
    line = article_line(article, texts, zone)
    shown = snippet(article, asked)
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
