"""What is done with a digest besides its settings: pause, post now, delete, undo.

Also the list of the digests, and what the previews of all pages show: styles, pictures.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.commands.panel import format_plan
from bot.commands.posting import ask_to_post
from bot.commands.presentation import Page, format_channels
from bot.configuration.change_steps import request_edit, request_entry
from bot.lookup.edition_views import read_preview_styles
from bot.model import Paragraph, Reply, SettingsEntry
from bot.storage import digest_store, picture_store
from bot.web.console.changes import (
    apply_requests,
    describe_saved,
    find_digest,
    revert_change,
)
from bot.web.console.overview import suggest_digest
from bot.web.console.visits import Console, Visit, page_route
from digests.language.normalization import normalize_text

#: Digests of one page of the list.
PER_PAGE: Final = 50
#: What a picture shows is part of its address.
_PICTURE_HEADERS: Final = {"cache-control": "private, max-age=86400, immutable"}
_STYLE_HEADERS: Final = {"cache-control": "private, max-age=300"}
#: Hexadecimal digits of a hash.
_HASH_LENGTH: Final = 64


def build_routes(console: Console) -> Sequence[Route]:
    """Build the routes."""
    here = "/digests/{digest_id:int}"
    return [
        page_route(console, "/digests", list_digests),
        page_route(console, f"{here}/pause", partial(set_pause, True), ("POST",)),
        page_route(console, f"{here}/resume", partial(set_pause, False), ("POST",)),
        page_route(console, f"{here}/undo", undo_change, ("POST",)),
        page_route(console, f"{here}/post", post_now, ("GET", "POST")),
        page_route(console, f"{here}/delete", delete_digest, ("GET", "POST")),
        page_route(console, "/pictures/{picture}.png", send_picture),
        page_route(console, "/previews.css", send_styles),
    ]


async def send_styles(console: Console, _: Visit) -> Response:
    """Send the styles of the previews."""
    styles = await asyncio.to_thread(read_preview_styles, console.services.plugins)
    return Response(styles, media_type="text/css", headers=_STYLE_HEADERS)


async def list_digests(console: Console, visit: Visit) -> Response:
    """List the digests whose name has the words that were asked for."""
    context, query = console.open_context(visit), visit.request.query_params
    wanted = normalize_text(query.get("q", "")).split()
    found = [
        key
        for key, name in await context.query(digest_store.list_digest_names)
        if all(word in normalize_text(name) for word in wanted)
    ]
    shown = Page.of(found, query.get("page", "1"), PER_PAGE)
    digests = await context.query(digest_store.list_digests, keys=shown.items)
    return console.page(
        visit,
        "digests.html",
        asked=query.get("q", ""),
        list=shown,
        suggested=await suggest_digest(context, named=not found),
        digests=[
            (one, format_plan(context, one), format_channels(one.destinations))
            for one in digests
        ],
    )


async def set_pause(paused: bool, console: Console, visit: Visit) -> Response:
    """Pause the digest, or resume it."""
    digest = await find_digest(console, visit)

    def edit(entry: SettingsEntry) -> SettingsEntry:
        return {**entry, "paused": paused, "paused_until": None}

    request = request_edit("digest", digest.name, edit)
    change = await apply_requests(console, visit, request)
    return console.go(visit, f"/digests/{digest.id}", describe_saved(visit, change))


async def undo_change(console: Console, visit: Visit) -> Response:
    """Undo the change that the button names."""
    digest = await find_digest(console, visit)
    fields = await visit.read_form()
    change = await revert_change(console, visit, str(fields.get("change") or ""))
    return console.go(visit, f"/digests/{digest.id}", describe_saved(visit, change))


async def post_now(console: Console, visit: Visit) -> Response:
    """Ask whether to post what is new; then post it, as the command does."""
    digest = await find_digest(console, visit)
    if visit.request.method == "POST":
        fields = await visit.read_form()
        reply = await console.press(visit, str(fields.get("control") or ""))
        said = _list_sentences(reply) if isinstance(reply, Reply) else ""
        if isinstance(reply, Reply) and reply.problem:
            return console.show_problem(visit, said)
        return console.go(visit, f"/digests/{digest.id}", said)
    question = await ask_to_post(console.open_context(visit), digest)
    return console.page(
        visit,
        "confirm.html",
        title=visit.texts.say("Post «{digest}» now", digest=digest.name),
        sentence=_list_sentences(question),
        label=visit.texts.say("Post now"),
        fields={"control": question.controls[0].id},
        action=f"{visit.base}/digests/{digest.id}/post",
        back=f"{visit.base}/digests/{digest.id}",
    )


def _list_sentences(reply: Reply) -> str:
    return " ".join(b.text for b in reply.blocks if isinstance(b, Paragraph))


async def delete_digest(console: Console, visit: Visit) -> Response:
    """Ask whether to delete the digest; then delete it."""
    digest, texts = await find_digest(console, visit), visit.texts
    if visit.request.method == "POST":
        request = request_entry("digest", digest.name, None)
        change = await apply_requests(console, visit, request)
        return console.go(visit, "/digests", describe_saved(visit, change))
    return console.page(
        visit,
        "confirm.html",
        title=texts.say("Delete «{digest}»", digest=digest.name),
        sentence=texts.say(
            "It is no longer posted. What was posted stays, with its buttons, and it "
            "can be brought back with /newsdesk history."
        ),
        label=texts.say("Delete"),
        fields={},
        action=f"{visit.base}/digests/{digest.id}/delete",
        back=f"{visit.base}/digests/{digest.id}",
    )


async def send_picture(console: Console, visit: Visit) -> Response:
    """Send a picture that a message or a preview of the workspace shows."""
    wanted = visit.request.path_params["picture"]
    load = picture_store.load_pictures
    if len(wanted) <= _HASH_LENGTH:
        for found in await console.services.db.read(load, visit.scope, [wanted]):
            return Response(
                found.content, media_type="image/png", headers=_PICTURE_HEADERS
            )
    raise HTTPException(404)
