"""The page of a digest: its form, the live preview, the dry run, saving.

The page is complete without scripts: the buttons of the form send all of it, and the
answer is the whole page with what was typed. With them, the script sends the form after
each change and puts the parts of the answer that changed in their places.

Two people can have the form open. What one saves is not undone by the other: a setting
that both changed is shown with both values, and is saved once the second person
confirms it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from bot.commands.arguments import PREVIEW_DAYS
from bot.commands.digest_pages import format_last_outcome
from bot.commands.panel import format_plan
from bot.commands.preview import TODAY
from bot.configuration.change_steps import (
    ChangeRequest,
    InvalidChange,
    request_edit,
)
from bot.configuration.file_import import dump_digest
from bot.configuration.unsaved_settings import apply_settings, check_unsaved
from bot.errors import BotError, FieldError, UserError
from bot.model import (
    Destination,
    Digest,
    DigestSettings,
    SettingsEntry,
    Source,
)
from bot.publishing.live_previews import LivePreviews
from bot.storage import destination_store, source_store
from bot.web.console.changes import (
    apply_requests,
    describe_saved,
    find_digest,
    find_last_change,
)
from bot.web.console.digest_views import (
    DryRunDay,
    PreviewPane,
    build_dry_run,
    build_preview,
    list_schedule_lines,
)
from bot.web.console.setting_forms import (
    MOVE_FIELD,
    PAGE_FIELD,
    FormNotes,
    TypedSettings,
    build_columns,
    build_groups,
    build_source_rows,
    describe_present,
    format_base,
    hash_value,
    merge_settings,
    move_section,
    open_settings,
    read_form,
)
from bot.web.console.visits import Console, Visit, page_route
from digests.types import frozen

#: The field with the day whose edition is shown.
DAY_FIELD: Final = "day"
#: How often a change is merged again because somebody else saved in between.
_MERGES: Final = 3


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes of the page."""
    page = DigestPage()
    here = "/digests/{digest_id:int}"
    return [
        page_route(console, here, page.show),
        page_route(console, f"{here}/preview", page.preview, ("POST",), changes=False),
        page_route(console, f"{here}/dry-run", page.try_out, ("POST",), changes=False),
        page_route(console, f"{here}/turn", page.turn, ("POST",), changes=False),
        page_route(console, f"{here}/save", page.save, ("POST",)),
    ]


@frozen
class _OpenForm:
    """A digest, and its settings as they stand in the form."""

    digest: Digest
    places: tuple[Destination, ...]
    typed: TypedSettings
    settings: DigestSettings
    problems: Sequence[FieldError]
    #: With the typed settings that are valid.
    unsaved: Digest


class _ChangedMeanwhile(BotError):
    """The settings are no longer those that were compared with the form."""


@dataclass(kw_only=True, slots=True)
class DigestPage:
    """The handlers of the page, with the analyses that they share."""

    _previews: LivePreviews | None = field(default=None, init=False)

    async def show(self, console: Console, visit: Visit) -> Response:
        """Show the saved settings."""
        digest = await find_digest(console, visit)
        form = await self._open(console, visit, digest, open_settings(digest))
        return await self._render(console, visit, form)

    async def preview(self, console: Console, visit: Visit) -> Response:
        """Show the edition that the typed settings would make."""
        form = await self._read(console, visit)
        fields = await visit.read_form()
        day = str(fields.get(DAY_FIELD) or TODAY)
        day = day if day in PREVIEW_DAYS else TODAY
        context = console.open_context(visit)
        previews = self._open_previews(console)
        shown = await build_preview(
            console, visit, context, previews, form.unsaved, day
        )
        return await self._render(console, visit, form, preview=shown, day=day)

    async def try_out(self, console: Console, visit: Visit) -> Response:
        """Show the last seven days with the saved and the typed settings."""
        form = await self._read(console, visit)
        days = await build_dry_run(
            console, visit, self._open_previews(console), form.digest, form.unsaved
        )
        return await self._render(console, visit, form, dry_run=days)

    async def turn(self, console: Console, visit: Visit) -> Response:
        """Show another page of the sources, with all that was typed."""
        form = await self._read(console, visit)
        return await self._render(console, visit, form, is_turned=True)

    async def save(self, console: Console, visit: Visit) -> Response:
        """Save what was typed; show the form again where that is not possible."""
        form = await self._read(console, visit)
        if form.problems:
            notes = FormNotes(errors=_sort_problems(form.problems, visit))
            return await self._render(console, visit, form, notes=notes, status=422)
        for _ in range(_MERGES):
            present = form.digest.settings.to_entry()
            mine = form.settings.to_entry()
            merge = merge_settings(form.typed.base, mine, present)
            if merge.conflicts:
                return await self._show_conflicts(
                    console, visit, form, merge.conflicts, present
                )
            here = f"/digests/{form.digest.id}"
            if not merge.wanted:
                said = visit.texts.say("Nothing was changed: it is all saved already.")
                return console.go(visit, here, said)
            request = _request_settings(form.digest.name, present, merge.wanted)
            try:
                change = await apply_requests(console, visit, request)
            except _ChangedMeanwhile:
                form = await self._read(console, visit)
                continue
            except InvalidChange as error:
                found = [one.problem for one in error.problems]
                notes = FormNotes(errors=_sort_problems(found, visit))
                return await self._render(console, visit, form, notes=notes, status=422)
            return console.go(visit, here, describe_saved(visit, change))
        raise UserError("«{what}» was changed in the meantime.", what=form.digest.name)

    async def _show_conflicts(
        self,
        console: Console,
        visit: Visit,
        form: _OpenForm,
        names: Sequence[str],
        present: SettingsEntry,
    ) -> Response:
        """Show what somebody else saved meanwhile beside what was typed.

        The form then knows the newer values: saved again, it replaces them.
        """
        notes = FormNotes(theirs=describe_present(names, present, visit.texts))
        seen = {name: hash_value(present[name]) for name in names}
        typed = replace(form.typed, base={**form.typed.base, **seen})
        return await self._render(
            console, visit, replace(form, typed=typed), notes=notes, status=409
        )

    # ── steps ──────────────────────────────────────────────────────────────────

    def _open_previews(self, console: Console) -> LivePreviews:
        """Return the previews, which keep the analyses of articles."""
        if self._previews is None:
            self._previews = LivePreviews(publisher=console.services.publisher)
        return self._previews

    async def _read(self, console: Console, visit: Visit) -> _OpenForm:
        """Read the submitted form, with a section moved if its button was pressed."""
        digest, fields = await find_digest(console, visit), await visit.read_form()
        typed = read_form(fields, digest)
        if moved := str(fields.get(MOVE_FIELD) or ""):
            typed = move_section(typed, moved)
        return await self._open(console, visit, digest, typed)

    async def _open(
        self, console: Console, visit: Visit, digest: Digest, typed: TypedSettings
    ) -> _OpenForm:
        read = console.services.db.read
        places = await read(destination_store.list_destinations, visit.scope)
        settings, problems = await asyncio.to_thread(
            check_unsaved, digest, typed.entry, places, visit.workspace.zone
        )
        had = {source.address for source in digest.all_sources}
        known: Sequence[Source] = ()
        if not had.issuperset(settings.sources):
            known = await read(source_store.list_sources, visit.scope)
        unsaved = apply_settings(digest, settings, known, places)
        return _OpenForm(
            digest=digest,
            places=places,
            typed=typed,
            settings=settings,
            problems=problems,
            unsaved=unsaved,
        )

    async def _render(
        self,
        console: Console,
        visit: Visit,
        form: _OpenForm,
        *,
        notes: FormNotes | None = None,
        preview: PreviewPane | None = None,
        day: str = TODAY,
        dry_run: Sequence[DryRunDay] | None = None,
        is_turned: bool = False,
        status: int = 200,
    ) -> Response:
        texts, digest, typed = visit.texts, form.digest, form.typed
        if notes is None:
            notes = FormNotes(errors=_sort_problems(form.problems, visit))
        context = console.open_context(visit)
        schedule = await list_schedule_lines(
            console, form.unsaved, typed.entry["schedule"], texts
        )
        posted = visit.request.method == "POST"
        fields = await visit.read_form() if posted else FormData()
        asked = str(fields.get(PAGE_FIELD) or "1")
        rows = build_source_rows(typed, digest, texts, asked)
        return console.page(
            visit,
            "digest.html",
            status,
            digest=digest,
            here=f"{visit.base}/digests/{digest.id}",
            plan=format_plan(context, digest),
            last=await format_last_outcome(context, digest),
            change=await find_last_change(console, visit, digest),
            format_moment=context.format_moment,
            groups=build_groups(typed, digest, form.places, texts, notes),
            rows=rows,
            source_count=texts.count(
                "{n} source", "{n} sources", len(digest.all_sources)
            ),
            is_turned=is_turned,
            is_unsaved=is_turned
            and bool(
                merge_settings({}, form.typed.entry, digest.settings.to_entry()).wanted
            ),
            columns=build_columns(texts, notes),
            notes=notes,
            base_hashes=format_base(typed.base),
            schedule=schedule,
            preview=preview,
            days=PREVIEW_DAYS,
            day=day,
            dry_run=dry_run,
            toml=dump_digest(visit.workspace, digest),
        )


def _request_settings(
    name: str, seen: SettingsEntry, wanted: SettingsEntry
) -> ChangeRequest:
    """Build the change of some settings, as long as all are still as they were seen."""

    def edit(entry: SettingsEntry) -> SettingsEntry:
        if entry != seen:
            raise _ChangedMeanwhile(name)
        return {**entry, **wanted}

    return request_edit("digest", name, edit)


def _sort_problems(
    problems: Sequence[FieldError], visit: Visit
) -> Mapping[str, list[str]]:
    """Word the problems, by setting."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(visit.texts.error(problem))
    return found
