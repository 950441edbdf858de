"""The archive: every moment with what came of it; an edition with its messages.

An edition can be taken back and its stories corrected, as the commands do it. What was
decided about each article that was read for it is listed with its stage.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from bot.commands.corrections import render_corrections
from bot.commands.presentation import (
    Page,
    format_article_title,
    format_posts,
)
from bot.configuration import change_steps
from bot.configuration.change_steps import ChangeRequest
from bot.corrections.message_edits import list_corrections
from bot.errors import UnknownName, UserError
from bot.i18n.translation import Texts
from bot.lookup.edition_views import load_previews
from bot.lookup.text_search import check_retained
from bot.model import (
    Delivery,
    ListItem,
    MessagePart,
    Paragraph,
    Reply,
    SettingsEntry,
    StoredEdition,
)
from bot.model.scope import MAX_KEY
from bot.publishing.manual import UNDO_WINDOW
from bot.publishing.planning import digest_zone
from bot.storage import (
    decision_store,
    delivery_store,
    destination_store,
    digest_store,
    edition_store,
    schedule_store,
)
from bot.storage.delivery_store import PostCounts
from bot.storage.schedule_store import PastMoment
from bot.web.console.answers import view_blocks
from bot.web.console.changes import apply_requests, describe_saved
from bot.web.console.digest_views import build_frame
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import parse_whole_number
from digests.messages import Message
from digests.types import ArticleDecision, frozen

#: Moments and decisions of one page, corrections that are shown.
PER_PAGE, DECISIONS_PER_PAGE, MAX_CORRECTIONS = 25, 25, 20
_STATES: Final[Mapping[str, Message]] = {
    "ready": Message("waits to be sent"),
    "sending": Message("is being sent"),
    "retry": Message("is sent again later"),
    "uncertain": Message("it is being checked whether it arrived"),
    "held": Message("held: an editor has to decide"),
    "failed": Message("not posted"),
}
_DONE: Final[Mapping[str, Message]] = {
    "post": Message("posted"),
    "edit": Message("edited"),
    "delete": Message("deleted"),
}
#: What is open or wrong stands in colour.
_PROBLEMS: Final = frozenset({"held", "failed", "uncertain", "retry"})
_STAGES: Final[Mapping[str, Message]] = {
    "filter": Message("filters"),
    "fresh": Message("newest version"),
    "told": Message("posted before"),
    "story": Message("same event"),
    "rank": Message("ranking"),
    "balance": Message("balance of sources and topics"),
    "edition": Message("what can be shown"),
}
_OUTCOMES: Final[Mapping[str, Message]] = {
    "left out": Message("left out"),
    "duplicate": Message("repeats another article"),
    "merged": Message("merged into a story"),
    "brief": Message("in brief"),
    "chosen": Message("in full"),
}


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes."""
    one = "/editions/{edition}"
    return [
        page_route(console, "/editions", list_editions),
        page_route(console, one, show_edition),
        page_route(console, f"{one}/undo", undo_edition, ("POST",)),
        page_route(console, f"{one}/correct", correct_story, ("POST",)),
    ]


# ── the archive ────────────────────────────────────────────────────────────────


@frozen
class MomentLine:
    """A moment of the archive."""

    #: The public id of its edition; "" = none.
    edition: str
    title: str
    when: str
    outcome: str
    is_problem: bool


async def list_editions(console: Console, visit: Visit) -> Response:
    """List the newest moments, of all digests or of one."""
    query, read = visit.request.query_params, console.services.db.read
    digest_id = parse_whole_number(query.get("digest", ""), MAX_KEY)
    before = parse_whole_number(query.get("before", ""), MAX_KEY)
    found = await read(
        schedule_store.list_past_moments,
        visit.scope,
        limit=PER_PAGE + 1,
        before=before,
        digest_id=digest_id,
    )
    shown = found[:PER_PAGE]
    posts = await read(
        delivery_store.count_posts_of,
        visit.scope,
        occurrence_ids=[one.occurrence_id for one in shown if one.public_id],
    )
    only = None
    if digest_id is not None:
        only = await read(digest_store.find_digest, visit.scope, digest_id=digest_id)
    return console.page(
        visit,
        "editions.html",
        moments=[
            _view_moment(console, visit, one, posts.get(one.occurrence_id))
            for one in shown
        ],
        only=only,
        older=shown[-1].occurrence_id if len(found) > PER_PAGE else None,
        is_newest=before is None,
    )


def _view_moment(
    console: Console, visit: Visit, one: PastMoment, posts: PostCounts | None
) -> MomentLine:
    texts, now = visit.texts, console.services.clock.now()
    outcome, is_problem = texts.message(one.reason), False
    if posts is not None:
        outcome = format_posts(texts, posts)
        is_problem = bool(posts.held or posts.failed)
    return MomentLine(
        edition=one.public_id or "",
        title=one.digest,
        when=texts.moment(one.due_at, one.zone, now),
        outcome=outcome or texts.word(one.state),
        is_problem=is_problem,
    )


# ── an edition ─────────────────────────────────────────────────────────────────


@frozen
class DeliveryLine:
    """What became of one message of an edition."""

    part: int
    outcome: str
    reason: str
    is_problem: bool


@frozen
class DestinationOutcome:
    """What became of the messages of an edition at one destination."""

    name: str
    lines: tuple[DeliveryLine, ...]


@frozen
class DecisionLine:
    """What was decided about an article, at which stage and why."""

    title: str
    source: str
    stage: str
    outcome: str
    reason: str


@frozen
class PostedMessage:
    """A message as its platform shows it, or as plain text."""

    html: Markup | None
    text: str


async def show_edition(console: Console, visit: Visit) -> Response:
    """Show an edition: outcomes, messages, corrections, decisions."""
    return await _render_edition(console, visit, await _find_edition(console, visit))


async def _find_edition(console: Console, visit: Visit) -> StoredEdition:
    """Find the edition of the address; one that was taken back is found, too.

    Raises:
        UnknownName: There is none in this workspace, or it is no longer stored.
    """
    public_id, read = visit.request.path_params["edition"], console.services.db.read
    find = edition_store.find_edition_by_public_id
    found = await read(find, visit.scope, public_id=public_id[:40])
    if found is None:
        raise UnknownName("There is no such edition in this workspace.")
    await read(check_retained, found)
    return found


async def _render_edition(
    console: Console,
    visit: Visit,
    stored: StoredEdition,
    status: int = 200,
    **more: Any,
) -> Response:
    read, texts, now = (
        console.services.db.read,
        visit.texts,
        console.services.clock.now(),
    )
    digest = await read(
        digest_store.find_digest, visit.scope, digest_id=stored.digest_id
    )
    zone = digest_zone(digest) if digest else visit.workspace.zone
    sent = await read(delivery_store.list_deliveries, visit.scope, edition_id=stored.id)
    undone = await read(edition_store.is_edition_undone, **stored.key)
    posted_at = await read(delivery_store.find_first_posted_at, **stored.key)
    can_undo = not undone and (posted_at is None or now - posted_at <= UNDO_WINDOW)
    context = console.open_context(visit)
    corrections = await read(
        list_corrections, visit.scope, count=MAX_CORRECTIONS, edition_id=stored.id
    )
    rendered = render_corrections(context, corrections, "") if corrections else ()
    blocks = [one for one in rendered if isinstance(one, ListItem)]
    decisions = await read(
        decision_store.list_occurrence_decisions,
        visit.scope,
        digest_id=stored.digest_id,
        occurrence_id=stored.occurrence_id,
    )
    decided = Page.of(
        decisions, visit.request.query_params.get("page", "1"), DECISIONS_PER_PAGE
    )
    time = texts.time(stored.edition.made_at, zone)
    values: dict[str, Any] = {"error": "", "typed": "", "story": ""}
    return console.page(
        visit,
        "edition.html",
        status,
        edition=stored,
        here=f"{visit.base}/editions/{stored.public_id}",
        digest=digest,
        when=texts.moment(stored.edition.made_at, zone, now),
        undone=undone,
        undo=context.control_id("undo", stored.public_id) if can_undo else "",
        outcomes=await _list_outcomes(console, visit, sent),
        messages=_show_messages(console, visit, sent, time),
        corrections=view_blocks(blocks, texts),
        list=decided,
        decisions=[await _view_decision(console, visit, one) for one in decided.items],
        **(values | more),
    )


async def _list_outcomes(
    console: Console, visit: Visit, sent: Sequence[Delivery]
) -> list[DestinationOutcome]:
    places = await console.services.db.read(
        destination_store.list_destinations, visit.scope
    )
    names = {place.id: f"#{place.name}" for place in places}
    by_place: dict[int, list[DeliveryLine]] = {}
    for one in sent:
        line = _view_delivery(one, visit.texts)
        by_place.setdefault(one.destination_id, []).append(line)
    gone = visit.texts.say("a channel that is no longer a destination")
    return [
        DestinationOutcome(name=names.get(key, gone), lines=tuple(lines))
        for key, lines in by_place.items()
    ]


def _view_delivery(one: Delivery, texts: Texts) -> DeliveryLine:
    found = _DONE[one.operation] if one.state == "sent" else _STATES[one.state]
    return DeliveryLine(
        part=one.part,
        outcome=texts.message(found),
        reason=texts.message(one.reason),
        is_problem=one.state in _PROBLEMS,
    )


def _show_messages(
    console: Console, visit: Visit, sent: Sequence[Delivery], time: str
) -> list[PostedMessage]:
    """Show the messages of the first destination, as they are now."""
    newest: dict[int, Delivery] = {}
    first = next((one.destination_id for one in sent), None)
    for one in sent:
        if one.destination_id == first and one.operation != "delete":
            newest[one.part] = one
    previews, frame = load_previews(console.services.plugins), build_frame(visit, time)
    shown = []
    for one in newest.values():
        part = MessagePart(
            key=str(one.part), payload=one.payload, fallback_text=one.fallback_text
        )
        html = None
        if one.platform in previews:
            _, preview = previews[one.platform]
            html = Markup(preview.build_html(part, frame))  # noqa: S704 - it escapes
        shown.append(PostedMessage(html=html, text=one.fallback_text))
    return shown


async def _view_decision(
    console: Console, visit: Visit, one: ArticleDecision
) -> DecisionLine:
    texts = visit.texts
    article = await console.services.archive.article(visit.scope, int(one.article))
    stage, outcome = _STAGES.get(one.stage), _OUTCOMES.get(one.outcome)
    return DecisionLine(
        title=format_article_title(article) if article else texts.say("no longer kept"),
        source=article.source if article else "",
        stage=texts.message(stage or Message(one.stage)),
        outcome=texts.message(outcome or Message(one.outcome)),
        reason=texts.message(one.reason),
    )


async def undo_edition(console: Console, visit: Visit) -> Response:
    """Take the edition back, as the command does."""
    stored = await _find_edition(console, visit)
    fields = await visit.read_form()
    reply = await console.press(visit, str(fields.get("control") or ""))
    if not isinstance(reply, Reply):
        raise UserError("This button does not belong here or was changed.")
    said = " ".join(b.text for b in reply.blocks if isinstance(b, Paragraph))
    if reply.problem:
        return console.show_problem(visit, said)
    return console.go(visit, f"/editions/{stored.public_id}", said)


async def correct_story(console: Console, visit: Visit) -> Response:
    """Add an editor's correction at the end of a story in all messages with it."""
    stored = await _find_edition(console, visit)
    fields = await visit.read_form()
    key, text = str(fields.get("story") or ""), str(fields.get("text") or "").strip()
    story = next((one for one in stored.edition.stories if one.id == key), None)
    if story is None:
        raise UnknownName("This edition has no such story.")
    now = console.services.clock.now()
    try:
        await console.services.db.read(change_steps.check_still_editable, stored, now)
        name = change_steps.format_correction_name(stored, story.id)
        headline = story.headline.text
        entry: SettingsEntry = {"name": name, "headline": headline, "text": text}
        request = ChangeRequest(noun="correction", name=name, edit=lambda _: entry)
        change = await apply_requests(console, visit, request)
    except UserError as error:
        said = visit.texts.error(error)
        return await _render_edition(
            console, visit, stored, 422, error=said, typed=text, story=key
        )
    # Otherwise the browser would go on to the form, where the outcome is not seen.
    here = f"/editions/{stored.public_id}#notice"
    return console.go(visit, here, describe_saved(visit, change))
