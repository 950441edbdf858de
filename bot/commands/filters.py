"""`/newsdesk filter`: add, test, list and remove the filters of a digest."""

from collections.abc import Callable

from bot.commands.changes import (
    DIGEST_OPTION,
    propose_and_render,
    render_effect,
    render_proposal,
)
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import request_edit
from bot.commands.forms import wrap_with_form
from bot.commands.presentation import render_article_line
from bot.configuration.change_preview import FilterTrial
from bot.configuration.diff import shorten_line
from bot.errors import FieldError, UnknownName
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Digest,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SettingsEntry,
    SmallPrint,
)
from bot.publishing.planning import digest_zone
from digests.errors import InputError
from digests.messages import Message

FILTER_KINDS = ("exclude", "include")
KIND_OPTION = CommandOption(
    name="kind",
    description="exclude drops what matches, include keeps only that",
    required=True,
    choices=FILTER_KINDS,
)
WORDS_OPTION = CommandOption(
    name="words",
    description='A word, a "phrase", or a /pattern/',
    required=True,
    rest=True,
)
#: Maximum number of matching articles that are shown.
MAX_MATCHES = 5


def build_filters(context: CommandContext) -> tuple[Command, ...]:
    """Build the commands."""
    return (
        _build_add(context),
        _build_list(context),
        _build_test(context),
        _build_remove(context),
    )


def _build_add(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        args = invocation.args
        kind, words = args["kind"], args["words"].strip()
        digest = await context.archive.named(invocation.place, args.get("digest"))
        wish = request_edit(digest, lambda e: {**e, kind: [*e[kind], words]})
        change = await context.configuration.propose(invocation, wish)
        trial = await context.previews.try_filter(digest, words)
        tried = _render_trial(trial, kind, digest, texts)
        return render_proposal(
            context, change, texts, *tried, *await render_effect(context, change, texts)
        )

    return wrap_with_form(
        Command(
            path="newsdesk filter add",
            description="Drop what matches, or keep only that",
            permission=Permission.EDITOR,
            run=run,
            options=(KIND_OPTION, WORDS_OPTION, DIGEST_OPTION),
            examples=(
                "/newsdesk filter add exclude rumour",
                "/newsdesk filter add include /batter(y|ies)/",
            ),
        ),
        {"include": "words", "exclude": "words"},
    )


def _build_test(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        args = invocation.args
        digest = await context.archive.named(invocation.place, args.get("digest"))
        kind = args.get("kind") or "exclude"
        try:
            trial = await context.previews.try_filter(digest, args["words"].strip())
        except InputError as error:
            raise FieldError("{problem}", problem=error, field="words") from None
        last = SmallPrint(text=texts.say("Nothing was changed."))
        blocks = (*_render_trial(trial, kind, digest, texts), last)
        return Reply(title=shorten_line(args["words"]), blocks=blocks)

    kind = CommandOption(
        name="kind", description="exclude (default) or include", choices=FILTER_KINDS
    )
    return wrap_with_form(
        Command(
            path="newsdesk filter test",
            description="What a filter would do to the newest articles",
            permission=Permission.EDITOR,
            run=run,
            options=(WORDS_OPTION, kind, DIGEST_OPTION),
            examples=("/newsdesk filter test rumour",),
        )
    )


def _build_list(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        known = await context.archive.digests(invocation.place.workspace.id)
        if invocation.args.get("digest"):
            named = invocation.args["digest"]
            known = (await context.archive.named(invocation.place, named),)
        blocks: list[Block] = []
        for digest in known:
            blocks += [
                ListItem(
                    title=shorten_line(words), text=texts.word(kind), note=digest.name
                )
                for kind, listed in _list_filters(digest)
                for words in listed
            ]
        if not blocks:
            nothing = texts.say(
                "There are no filters: everything new is included. Add one with"
                " /newsdesk filter add."
            )
            blocks.append(Paragraph(text=nothing))
        return Reply(title=texts.say("Filters"), blocks=tuple(blocks))

    return Command(
        path="newsdesk filter list",
        description="What each digest includes and excludes",
        permission=Permission.EDITOR,
        run=run,
        options=(DIGEST_OPTION,),
        examples=("/newsdesk filter list",),
    )


def _build_remove(context: CommandContext) -> Command:
    async def run(invocation: Invocation) -> Reply:
        args = invocation.args
        digest = await context.archive.named(invocation.place, args.get("digest"))
        words = args["words"].strip()
        known = [word for _, listed in _list_filters(digest) for word in listed]
        if words not in known:
            names = ", ".join(f"«{shorten_line(word)}»" for word in known[:10])
            raise UnknownName(
                "«{name}» has no filter «{words}». There are: {names}.",
                name=digest.name,
                words=shorten_line(words),
                names=names or Message("none"),
            )
        return await propose_and_render(
            context, invocation, request_edit(digest, _remove_filter(words))
        )

    words = CommandOption(
        name="words",
        description="The filter, as the list shows it",
        required=True,
        rest=True,
        completes="filter",
    )
    return wrap_with_form(
        Command(
            path="newsdesk filter remove",
            description="Remove a filter",
            permission=Permission.EDITOR,
            run=run,
            options=(words, DIGEST_OPTION),
            examples=("/newsdesk filter remove rumour",),
        )
    )


def _remove_filter(words: str) -> Callable[[SettingsEntry], SettingsEntry]:
    return lambda e: {**e, **{k: [w for w in e[k] if w != words] for k in FILTER_KINDS}}


def _list_filters(digest: Digest) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((kind, getattr(digest.options, kind)) for kind in FILTER_KINDS)


def _render_trial(
    trial: FilterTrial, kind: str, digest: Digest, texts: Texts
) -> list[Block]:
    """Show how many articles the filter matches, and some of them."""
    if not trial.of:
        nothing = texts.say("There is no stored article to try it on yet.")
        return [Paragraph(text=nothing)]
    matching, of = len(trial.matching), trial.of
    if kind == "exclude":
        sentence = texts.say(
            "It would have dropped {n} of the last {of} articles.", n=matching, of=of
        )
    else:
        sentence = texts.say(
            "It would have taken {n} of the last {of} articles.", n=matching, of=of
        )
    zone = digest_zone(digest)
    some = [render_article_line(a, texts, zone) for a in trial.matching[:MAX_MATCHES]]
    return [Paragraph(text=sentence), *some]
