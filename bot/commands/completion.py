"""Complete what people type for an option.

Every list contains only names of the person's workspace, and URLs without secrets.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from zoneinfo import available_timezones

from bot.commands import CommandContext
from bot.commands.arguments import PREVIEW_DAYS
from bot.configuration import feed_lists
from bot.ingest import addresses
from bot.lookup.name_resolution import format_suggestion
from bot.model import Digest, complete_sections
from bot.storage import quote_store, reader_store, report_store

#: Values that are offered at once.
MAX_COMPLETIONS = 25
Completer = Callable[[CommandContext, str], Awaitable[Iterable[str]]]


async def complete_command_option(
    context: CommandContext, option: str, typed: str
) -> tuple[str, ...]:
    """List up to 25 values of an option that contain the typed text."""
    wanted = next((o for o in context.command.options if o.name == option), None)
    if wanted is None:
        return ()
    found: Iterable[str] = wanted.choices
    if not wanted.choices and wanted.completes in COMPLETERS:
        found = await COMPLETERS[wanted.completes](context, typed)
    start = typed.casefold()
    return tuple(name for name in found if start in name.casefold())[:MAX_COMPLETIONS]


async def _list_speakers(context: CommandContext, typed: str) -> Iterable[str]:
    return await context.db.read(
        quote_store.list_speaker_names,
        context.scope,
        prefix=typed,
        limit=MAX_COMPLETIONS,
    )


async def _list_digests(context: CommandContext, _: str) -> Iterable[str]:
    return [digest.name for digest in await context.list_digests()]


async def _list_stories(context: CommandContext, _: str) -> Iterable[str]:
    newest = await context.archive.newest(context.place)
    stories = newest.edition.stories if newest else ()
    return [format_suggestion(n, story) for n, story in enumerate(stories, 1)]


async def _list_sections(_: CommandContext, typed: str) -> Iterable[str]:
    return complete_sections(typed)


async def _list_people(context: CommandContext, _: str) -> Iterable[str]:
    return [person.id for person in context.list_people()]


async def _list_commands(context: CommandContext, _: str) -> Iterable[str]:
    return [f"/{command.path}" for command in context.commands]


async def _list_follows(context: CommandContext, _: str) -> Iterable[str]:
    found = await context.db.read(reader_store.list_follows, context.person_scope)
    return [follow.name for follow in found]


async def _list_days(_: CommandContext, __: str) -> Iterable[str]:
    return PREVIEW_DAYS


async def _list_packs(_: CommandContext, __: str) -> Iterable[str]:
    return feed_lists.list_packs()


async def _list_zones(_: CommandContext, __: str) -> Iterable[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone)


async def _list_destinations(context: CommandContext, _: str) -> Iterable[str]:
    return [place.name for place in await context.list_destinations()]


async def _list_reports(context: CommandContext, _: str) -> Iterable[str]:
    found = await context.db.read(
        report_store.list_open_reports, context.scope, limit=MAX_COMPLETIONS
    )
    return [report.public_id for report in found]


def _of_digests(list_names: Callable[[Digest], Iterable[str]]) -> Completer:
    """Build a completer for names that the digests contain, without duplicates."""

    async def complete(context: CommandContext, _: str) -> Iterable[str]:
        digests = await context.list_digests()
        return dict.fromkeys(name for one in digests for name in list_names(one))

    return complete


def _list_source_names(digest: Digest) -> Sequence[str]:
    every = (*digest.sources, *digest.paused_sources)
    return [source.called or addresses.mask_secrets(source.name) for source in every]


#: Kind of completion (`CommandOption.completes`) → lists the names.
COMPLETERS: Mapping[str, Completer] = {
    "command": _list_commands,
    "day": _list_days,
    "destination": _list_destinations,
    "digest": _list_digests,
    "filter": _of_digests(
        lambda digest: (*digest.options.include, *digest.options.exclude)
    ),
    "follow": _list_follows,
    "pack": _list_packs,
    "person": _list_people,
    "report": _list_reports,
    "schedule": _of_digests(lambda digest: digest.schedules),
    "section": _list_sections,
    "source": _of_digests(_list_source_names),
    "speaker": _list_speakers,
    "story": _list_stories,
    "zone": _list_zones,
}
