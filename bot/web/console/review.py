"""Review: the drafts that wait, with everything that can be done to them.

Every act is the signed control of `/newsdesk drafts` that chat has too: it carries the
version of the draft that the page showed. After somebody else's act, the page says what
that was and shows the draft as it is now, with the words that were typed still in their
field. Reports of readers and the latest corrections stand on the first page.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from bot.commands.context import CommandContext
from bot.corrections.message_edits import list_corrections
from bot.errors import UnknownName
from bot.model import Digest, Form, Paragraph, Reply
from bot.model.drafts import Draft, DraftStory
from bot.publishing.draft_acts import MAX_HEADLINE, MAX_NOTE, build_edition
from bot.publishing.drafts import (
    describe_act,
    describe_state,
    waits_for_approval,
)
from bot.publishing.edition_inputs import EditionOrder
from bot.publishing.live_previews import EXAMPLE_ID
from bot.storage import (
    Connection,
    digest_store,
    draft_message_store,
    draft_store,
    report_store,
)
from bot.web.console.digest_views import PlatformView, show_on_platforms
from bot.web.console.visits import Console, Visit, page_route
from digests.cards.content import set_in_marks
from digests.types import QuoteCard

#: Ended drafts, reports and corrections that the first page lists.
MAX_ENDED: Final = 10
MAX_REPORTS: Final = 20
MAX_CORRECTIONS: Final = 10
TemplateData = dict[str, Any]


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes of the list, of a draft, and of acts on it."""
    return (
        page_route(console, "/review", show_drafts),
        page_route(console, "/review/{draft}", show_draft),
        page_route(console, "/review/{draft}", act_on_draft, methods=("POST",)),
    )


async def show_drafts(console: Console, visit: Visit) -> Response:
    """Show the drafts that wait, reports of readers, and corrections."""
    context = console.open_context(visit)
    waiting = await context.query(draft_store.list_open_drafts)
    ended = await context.query(draft_store.list_ended_drafts, MAX_ENDED)
    names = {digest.id: digest.name for digest in await context.list_digests()}
    reports = await context.query(report_store.list_open_reports, limit=MAX_REPORTS)
    corrections = await context.query(list_corrections, count=MAX_CORRECTIONS)

    def view(draft: Draft) -> TemplateData:
        return {
            "id": draft.public_id,
            "name": names.get(draft.digest_id, draft.content.base.title),
            "when": context.format_moment(draft.ended_at or draft.post_at),
            "stories": len(draft.content.list_placed("full")),
            "approved_by": draft.approved_by if draft.is_approved else "",
            "reason": context.message(draft.reason),
        }

    return console.page(
        visit,
        "review.html",
        waiting=[view(draft) for draft in waiting],
        ended=[view(draft) for draft in ended],
        reports=[
            {
                "id": one.public_id,
                "headline": one.headline,
                "text": one.text,
                "answer": context.control_id("home", f"report:{one.public_id}"),
            }
            for one in reports
        ],
        corrections=[
            {
                "headline": one.correction.headline,
                "when": context.format_moment(one.correction.found_at, one.zone),
                "changes": [
                    " → ".join(filter(None, (change["before"], change["after"])))
                    or change["new"]
                    for change in one.correction.changes
                ],
            }
            for one in corrections
        ],
    )


async def show_draft(console: Console, visit: Visit) -> Response:
    """Show a draft with the forms of all acts."""
    return await _render_draft(console, visit)


async def act_on_draft(console: Console, visit: Visit) -> Response:
    """Press a control of the draft, with the words that were typed beside it."""
    form = await visit.read_form()
    control, text = str(form.get("control", "")), form.get("text")
    answers = {"text": str(text).strip()} if isinstance(text, str) else None
    outcome = await console.press(visit, control, answers)
    if isinstance(outcome, Form):
        # The words cannot be used as they are, or the draft was changed meanwhile.
        (field, *_) = outcome.fields
        said = field.error or field.description
        return await _render_draft(console, visit, said, (control, field.value))
    said = _get_first_words(outcome)
    if outcome.problem:
        return await _render_draft(console, visit, said)
    public_id = str(visit.request.path_params["draft"])
    draft = await console.services.db.read(
        draft_store.find_draft, visit.scope, public_id
    )
    is_open = draft is not None and draft.state == "open"
    return console.go(visit, f"/review/{public_id}" if is_open else "/review", said)


def _get_first_words(reply: Reply) -> str:
    return next((b.text for b in reply.blocks if isinstance(b, Paragraph)), "")


async def _render_draft(
    console: Console,
    visit: Visit,
    problem: str = "",
    typed: tuple[str, str] = ("", ""),
) -> Response:
    """Render a draft; with a problem, and the words that were typed for a control."""
    context = console.open_context(visit)
    public_id = str(visit.request.path_params["draft"])
    draft = await context.query(draft_store.find_draft, public_id)
    if draft is None:
        raise UnknownName("There is no draft «{id}» here.", id=public_id[:40])
    digest, acts, failures = await context.db.read(_load_more, draft)
    view = _DraftView(context, draft, typed)
    return console.page(
        visit,
        "draft.html",
        400 if problem else 200,
        problem=problem,
        id=draft.public_id,
        name=digest.name if digest else draft.content.base.title,
        is_open=draft.state == "open",
        state=list(
            describe_state(draft, digest, context.zone, visit.texts, context.now)
        ),
        failures=list(map(context.message, failures)),
        acts=[describe_act(act, visit.texts) for act in reversed(acts)],
        whole=list(view.list_whole_acts(digest)),
        stories=[view.view_story(n, s) for n, s in view.number_stories()],
        dropped=[view.view_dropped(s) for s in draft.content.list_placed("out")],
        most={"headline": MAX_HEADLINE, "note": MAX_NOTE},
        platforms=await _show_as_posted(console, visit, draft, digest),
    )


async def _show_as_posted(
    console: Console, visit: Visit, draft: Draft, digest: Digest | None
) -> Sequence[PlatformView]:
    """Show the draft as it will be posted, with its pictures."""
    if digest is None or draft.state != "open":
        return ()
    order = EditionOrder(digest=digest, workspace=visit.workspace)
    context = console.services.publisher.build_preview_context(order)
    context = replace(context, edition_id=EXAMPLE_ID, pictures=draft.pictures)
    edition = build_edition(draft.content, console.services.clock.now())
    return await asyncio.to_thread(show_on_platforms, console, visit, edition, context)


def _load_more(conn: Connection, draft: Draft) -> tuple[Digest | None, Any, Any]:
    digest = digest_store.find_digest(conn, draft.scope, digest_id=draft.digest_id)
    acts = draft_store.list_acts(conn, draft)
    return digest, acts, draft_message_store.list_failures(conn, draft)


class _DraftView:
    """What the template shows of a draft, with the controls of its version."""

    def __init__(
        self, context: CommandContext, draft: Draft, typed: tuple[str, str]
    ) -> None:
        self._context, self._draft = context, draft
        # The same act on another version.
        self._typed_for, self._typed = _strip_version(typed[0]), typed[1]

    def number_stories(self) -> Iterator[tuple[int, DraftStory]]:
        return enumerate(self._draft.content.numbered, 1)

    def list_whole_acts(self, digest: Digest | None) -> Iterator[TemplateData]:
        draft, say = self._draft, self._context.say
        if draft.state != "open":
            return
        if not draft.is_approved:
            yield self._button(say("Approve all"), "approve", primary=True)
        if draft.held_by is not None:
            yield self._button(say("Post at its time"), "release")
        elif draft.is_approved or not waits_for_approval(draft, digest):
            yield self._button(say("Hold"), "hold")
        yield self._button(say("Drop the draft"), "cancel")

    def view_dropped(self, story: DraftStory) -> TemplateData:
        return {
            "headline": story.headline.text,
            "restore": self._control("restore", story.id),
        }

    def view_story(self, number: int, story: DraftStory) -> TemplateData:
        shown, same = story.story, self._draft.content.list_placed(story.place)
        others = self._draft.content.list_placed(
            "brief" if story.place == "full" else "full"
        )
        return {
            "number": number,
            "id": story.id,
            "headline": story.headline.text,
            "by_editors": story.headline.by_editors,
            "in_brief": story.place == "brief",
            "lang": shown.articles[0].lang if shown else None,
            "outlets": list(shown.outlets if shown else ()),
            "summary": [one.text for one in shown.summary] if shown else [],
            "shown_quotes": [(_quote(c), c.speaker or "") for c in shown.cards]
            if shown and story.place == "full"
            else [],
            "note": shown.editors_note if shown else "",
            "up": self._control("up", story.id) if story != same[0] else "",
            "down": self._control("down", story.id) if story != same[-1] else "",
            "drop": self._control("drop", story.id),
            "headlines": [
                (self._control("headline", story.id, str(n)), one.text, "")
                for n, one in enumerate(story.headlines, 1)
                if one.text != story.headline.text
            ],
            "quotes": [
                (
                    self._control("quote", story.id, str(n)),
                    _quote(card),
                    card.speaker or "",
                )
                for n, card in enumerate(story.cards, 1)
            ]
            if story.place == "full"
            else [],
            "no_quote": self._control("quote", story.id, "none"),
            "swaps": [
                (self._control("swap", story.id, other.id), other.headline.text, "")
                for other in others
            ],
            "write": self._field("headline", story.id, story.headline.text),
            "write_note": self._field(
                "note", story.id, shown.editors_note if shown else ""
            ),
        }

    def _field(self, kind: str, story: str, present: str) -> Mapping[str, Any]:
        """A form of one field: its control, and what is in it."""
        control = self._control(kind, story)
        is_typed = bool(self._typed_for) and self._typed_for == _strip_version(control)
        return {
            "control": control,
            "value": self._typed if is_typed else present,
            "is_open": is_typed,
        }

    def _button(self, label: str, kind: str, *, primary: bool = False) -> TemplateData:
        control = self._control(kind)
        return {"label": label, "control": control, "primary": primary}

    def _control(self, kind: str, *more: str) -> str:
        draft = self._draft
        return self._context.control_id(
            "draft-do", draft.public_id, str(draft.version), kind, *more
        )


def _strip_version(control: str) -> str:
    """Return what a control does, without the version and the signature."""
    parts = control.split(":")
    return ":".join((*parts[:3], *parts[4:-1])) if len(parts) > 5 else ""


def _quote(card: QuoteCard) -> str:
    return "".join(set_in_marks(card))
