"""Replies of commands as pages: their blocks, buttons, menus and forms.

Whatever a reply offers can be pressed here as in chat: a button posts the id of its
control to `/answer`, a form its answers. `POST /answer` also runs a command by its
path, for the forms of pages; `Inbox.dispatch` checks permission and answers as for
anybody who types it.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Form,
    ListItem,
    PictureBlock,
    QuoteBlock,
    RenderedEdition,
    Reply,
)
from bot.platforms.common.reply_html import (
    TemplateData,
    build_block_views,
    find_line_links,
)
from bot.web.console.visits import Console, Visit, page_route

ANSWER_PREFIX: Final = "arg-"
#: Ids of controls begin with it, and paths of commands do not.
_CONTROL_PREFIX: Final = "v1:"


def build_routes(console: Console) -> Sequence[Route]:
    """Build the route to which the forms of replies are posted."""
    return (page_route(console, "/answer", answer, methods=("POST",)),)


async def answer(console: Console, visit: Visit) -> Response:
    """Press a control, submit a form, or run a command."""
    form = await visit.read_form()
    fields = {name: said for name, said in form.items() if isinstance(said, str)}
    answers = {
        name.removeprefix(ANSWER_PREFIX): said.replace("\r\n", "\n").strip()
        for name, said in fields.items()
        if name.startswith(ANSWER_PREFIX)
    }
    path, channel = fields.get("path", ""), fields.get("channel", "").strip()
    if "control" in fields:
        outcome = await console.press(visit, fields["control"])
    elif path.startswith(_CONTROL_PREFIX):
        outcome = await console.press(visit, path, answers)
    else:
        outcome = await console.run_in(visit, channel, path, answers)
    return show_outcome(console, visit, outcome, channel)


def show_outcome(
    console: Console, visit: Visit, outcome: Reply | Form, channel: str = ""
) -> Response:
    """Show a reply or a form as a page of its own."""
    texts = visit.texts.chosen(outcome.locale)
    if isinstance(outcome, Form):
        has_errors = any(field.error for field in outcome.fields)
        return console.page(
            visit,
            "answer_form.html",
            422 if has_errors else 200,
            form=outcome,
            channel=channel,
        )
    return console.page(
        visit,
        "answer.html",
        400 if outcome.problem else 200,
        reply=build_reply_view(outcome, texts),
    )


def build_reply_view(reply: Reply, texts: Texts) -> TemplateData:
    """Build what the template `reply` shows. Pure."""
    blocks = [*view_blocks(reply.blocks, texts)]
    if reply.left_out:
        more = texts.say("… and {n} more", n=texts.number(reply.left_out))
        blocks.append({"kind": "small", "text": more})
    return {
        "title": reply.title,
        "blocks": blocks,
        "menus": reply.menus,
        "controls": reply.controls,
        "problem": reply.problem,
    }


def view_blocks(blocks: Iterable[Block], texts: Texts) -> list[TemplateData]:
    """Build what the template shows of blocks; neighbouring lines become one list."""
    return build_block_views(
        blocks, build_line=partial(_view_line, texts=texts), build_other=_view_block
    )


def _view_block(block: Block) -> TemplateData:
    match block:
        case QuoteBlock(card=card):
            return {"kind": "quote", "card": card}
        case RenderedEdition(parts=parts):
            texts_of_parts = [one.fallback_text for one in parts]
            return {"kind": "listing", "text": "\n\n".join(texts_of_parts)}
        case PictureBlock(alt=alt):
            return {"kind": "small", "text": alt}
    raise TypeError(f"no view of {type(block).__name__}")


def _view_line(line: ListItem, texts: Texts) -> TemplateData:
    links = find_line_links(line)
    return {
        "title": line.title,
        "text": line.text,
        "note": line.note,
        "control": line.control,
        "href": links.outside.href if links.outside else "",
        "host": links.outside.host if links.outside else "",
        "stored": links.stored,
        "stored_label": texts.say("stored text"),
    }
