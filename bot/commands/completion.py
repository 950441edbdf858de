"""Complete what people type for an option.

Every list contains only names of the person's workspace, and URLs without secrets.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from zoneinfo import available_timezones

from bot.commands import Context
from bot.commands.arguments import PREVIEW_DAYS
from bot.configuration import feed_lists
from bot.ingest import addresses
from bot.lookup.name_resolution import format_suggestion
from bot.model import Digest, complete_sections
from bot.storage import quote_store, reader_store, report_store

#: Values that are offered at once.
MAX_COMPLETIONS = 25
Names = Iterable[str]
Completer = Callable[[Context, str], Names | Awaitable[Names]]


async def complete_option(context: Context, option: str, typed: str) -> tuple[str, ...]:
    """List up to 25 values of an option that contain the typed text."""
    wanted = next((o for o in context.command.options if o.name == option), None)
    if wanted is None:
        return ()
    found: Names | Awaitable[Names] = wanted.choices
    if not wanted.choices and wanted.completes in COMPLETERS:
        found = COMPLETERS[wanted.completes](context, typed)
    if isinstance(found, Awaitable):
        found = await found
    start = typed.casefold()
    return tuple(name for name in found if start in name.casefold())[:MAX_COMPLETIONS]


async def _list_speakers(context: Context, typed: str) -> Names:
    return await context.query(
        quote_store.list_speaker_names, prefix=typed, limit=MAX_COMPLETIONS
    )


async def _list_stories(context: Context, _: str) -> Names:
    newest = await context.archive.newest(context.place)
    stories = newest.edition.stories if newest else ()
    return [format_suggestion(n, story) for n, story in enumerate(stories, 1)]


async def _list_follows(context: Context, _: str) -> Names:
    found = await context.db.read(reader_store.list_follows, context.person_scope)
    return [follow.name for follow in found]


async def _list_destinations(context: Context, _: str) -> Names:
    return [place.name for place in await context.list_destinations()]


async def _list_reports(context: Context, _: str) -> Names:
    found = await context.query(report_store.list_open_reports, limit=MAX_COMPLETIONS)
    return [report.public_id for report in found]


def _of_digests(list_names: Callable[[Digest], Names]) -> Completer:
    """Build a completer for names that the digests contain, without duplicates."""

    async def complete(context: Context, _: str) -> Names:
        digests = await context.list_digests()
        return dict.fromkeys(name for one in digests for name in list_names(one))

    return complete


def _list_source_names(digest: Digest) -> Names:
    for source in digest.all_sources:
        yield source.called or addresses.mask_secrets(source.name)


#: Kind of completion (`CommandOption.completes`) → lists the names.
COMPLETERS: Mapping[str, Completer] = {
    "command": lambda context, _: [f"/{one.path}" for one in context.commands],
    "day": lambda *_: PREVIEW_DAYS,
    "destination": _list_destinations,
    "digest": _of_digests(lambda digest: [digest.name]),
    "filter": _of_digests(lambda one: (*one.options.include, *one.options.exclude)),
    "follow": _list_follows,
    "pack": lambda *_: feed_lists.list_packs(),
    "person": lambda context, _: [one.id for one in context.list_people()],
    "report": _list_reports,
    "schedule": _of_digests(lambda digest: digest.schedules),
    "section": lambda _, typed: complete_sections(typed),
    "source": _of_digests(_list_source_names),
    "speaker": _list_speakers,
    "story": _list_stories,
    "zone": lambda *_: sorted(one for one in available_timezones() if "/" in one),
}
