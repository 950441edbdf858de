"""`/newsdesk filter`: what a digest leaves out, tried on its newest articles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from bot.commands.arguments import DigestArgument, DigestsArgument
from bot.commands.changes import (
    get_previews,
    propose,
    propose_and_render,
    render_effect,
    render_proposal,
    request_edit,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.commands.presentation import render_article_line
from bot.configuration.change_preview import FilterTrial
from bot.configuration.diff import shorten_line
from bot.errors import UnknownName, quote_names, report_at_field
from bot.model import Block, Digest, ListItem, Paragraph, Reply, SettingsEntry
from bot.publishing.planning import digest_zone
from digests.messages import Message

FILTER_KINDS = ("exclude", "include")
WordsArgument = Annotated[
    str, Option('A word, a "phrase", or a /pattern/', rest=True, settings=FILTER_KINDS)
]
#: Matching articles that are shown.
MAX_MATCHES = 5


@command(
    "newsdesk filter add",
    "Drop what matches, or keep only that",
    "exclude rumour",
    "include /batter(y|ies)/",
)
async def add_filter(
    context: CommandContext,
    kind: Annotated[
        str,
        Option(
            "exclude drops what matches, include keeps only that", choices=FILTER_KINDS
        ),
    ],
    words: WordsArgument,
    digest: DigestArgument,
) -> Reply:
    """Propose the filter, and show its effect on the newest articles."""
    request = request_edit(digest, lambda e: {**e, kind: [*e[kind], words]})
    change = await propose(context, request)
    trial = await get_previews(context).try_filter(digest, words)
    tried = _render_trial(context, trial, kind, digest)
    effect = await render_effect(context, change)
    return render_proposal(context, change, *tried, *effect)


@command(
    "newsdesk filter test", "What a filter would do to the newest articles", "rumour"
)
async def try_filter(
    context: CommandContext,
    *,
    words: WordsArgument,
    kind: Annotated[
        str, Option("exclude (default) or include", choices=FILTER_KINDS)
    ] = "exclude",
    digest: DigestArgument,
) -> Reply:
    """Show the filter's effect on the newest articles, without changing anything."""
    with report_at_field("words"):
        trial = await get_previews(context).try_filter(digest, words)
    return context.reply(
        *_render_trial(context, trial, kind, digest),
        context.small_print("Nothing was changed."),
        title=shorten_line(words),
    )


@command("newsdesk filter list", "What each digest includes and excludes")
async def list_filters(context: CommandContext, digest: DigestsArgument) -> Reply:
    """List the filters of one digest or of all."""
    lines = []
    for one in digest:
        for kind, listed in _list_filters(one):
            item = ListItem(title="", text=context.texts.word(kind), note=one.name)
            lines += [replace(item, title=shorten_line(words)) for words in listed]
    nothing = context.say(
        "There are no filters: everything new is included. Add one with /newsdesk "
        "filter add."
    )
    return context.listing(context.say("Filters"), lines, nothing=nothing)


@command("newsdesk filter remove", "Remove a filter", "rumour")
async def remove_filter(
    context: CommandContext,
    words: Annotated[
        str, Option("The filter, as the list shows it", rest=True, completes="filter")
    ],
    digest: DigestArgument,
) -> Reply:
    """Propose to remove the filter."""
    known = [word for _, listed in _list_filters(digest) for word in listed]
    if words not in known:
        names = quote_names(map(shorten_line, known[:10]))
        raise UnknownName(
            "«{name}» has no filter «{words}». There are: {names}.",
            name=digest.name,
            words=shorten_line(words),
            names=names or Message("none"),
        )

    def remove(entry: SettingsEntry) -> SettingsEntry:
        left = {k: [w for w in entry[k] if w != words] for k in FILTER_KINDS}
        return {**entry, **left}

    return await propose_and_render(context, request_edit(digest, remove))


def _list_filters(digest: Digest) -> Iterator[tuple[str, Sequence[str]]]:
    """List each kind of filter with the digest's filters of that kind."""
    for kind in FILTER_KINDS:
        yield kind, getattr(digest.options, kind)


def _render_trial(
    context: CommandContext, trial: FilterTrial, kind: str, digest: Digest
) -> Iterator[Block]:
    """Render «It would have dropped 2 of the last 40 articles», with some of them."""
    n, of = len(trial.matching), trial.of
    if not of:
        sentence = context.say("There is no stored article to try it on yet.")
    elif kind == "exclude":
        sentence = context.say(
            "It would have dropped {n} of the last {of} articles.", n=n, of=of
        )
    else:
        sentence = context.say(
            "It would have taken {n} of the last {of} articles.", n=n, of=of
        )
    yield Paragraph(text=sentence)
    for article in trial.matching[:MAX_MATCHES]:
        yield render_article_line(context, article, digest_zone(digest))
