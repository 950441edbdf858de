"""Slack's rules, from its own documentation; independent of the bot's limits.

`message` and `view` return complaints as (path, sentence); an empty result means that
the body would be accepted. Some are ours and stricter than Slack's: a message has a
text for notifications and screen readers, no previews, nothing that pings, and no link
that is named after a host other than its own.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

Complaint = tuple[str, str]
Body = Mapping[str, Any]

POST_KEYS = {
    "channel", "text", "blocks", "metadata", "mrkdwn", "parse", "link_names",
    "unfurl_links", "unfurl_media", "thread_ts", "reply_broadcast",
}  # fmt: skip
WHISPER_KEYS = {
    "channel",
    "user",
    "text",
    "blocks",
    "thread_ts",
    "parse",
    "link_names",
}
RESPONSE_KEYS = {
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
}
EDIT_KEYS = {"channel", "ts", "text", "blocks", "metadata", "parse", "link_names"}
#: Characters of all blocks as JSON: the observed limit for msg_blocks_too_long.
BLOCKS_SIZE = 11_300
BLOCK_KEYS = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set(),
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "rich_text": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
}
ELEMENT_KEYS = {
    "button": {
        "text", "action_id", "url", "value", "style", "accessibility_label", "confirm",
    },
    "static_select": {
        "action_id", "placeholder", "options", "initial_option", "confirm",
        "focus_on_load",
    },
    "overflow": {"action_id", "options", "confirm"},
    "plain_text_input": {
        "action_id", "initial_value", "multiline", "min_length", "max_length",
        "placeholder", "focus_on_load", "dispatch_action_config",
    },
    "file_input": {"action_id", "filetypes", "max_files"},
    "image": {"image_url", "slack_file", "alt_text"},
}  # fmt: skip
RICH = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
STYLES = {"bold", "italic", "strike", "code"}
PINGING = {"user", "usergroup", "broadcast", "channel", "team"}

_ENTITY = re.compile(r"<([^<>]*)>")
_UNESCAPED = re.compile(r"&(?!amp;|lt;|gt;)")
_FILE_ID = re.compile("F[A-Z0-9]{8,}")
_EVENT_TYPE = re.compile(r"\w{1,255}\Z", re.ASCII)
_HOST = re.compile(r"(?:[\w-]+\.)+(?:xn--[\w-]+|[a-z]{2,})", re.IGNORECASE)


def message(body: Body, *, edit: bool = False) -> list[Complaint]:
    """Complaints about the body of chat.postMessage or chat.update."""
    allowed = EDIT_KEYS if edit else POST_KEYS
    found = [(key, "unknown field") for key in set(body) - allowed]
    found += _top_text(body.get("text"))
    found += _pings_off(body)
    if not edit:
        found += _previews_off(body)
    found += _metadata(body.get("metadata"))
    if "blocks" in body:
        found += _blocks(body["blocks"], most=50)
        found += _size(body["blocks"])
    return found


def whisper(body: Body) -> list[Complaint]:
    """Complaints about the body of chat.postEphemeral."""
    found = [(key, "unknown field") for key in set(body) - WHISPER_KEYS]
    return [*found, *_top_text(body.get("text")), *_pings_off(body), *_told(body)]


def response(body: Body, *, private_source: bool = False) -> list[Complaint]:
    """Complaints about an answer to the response URL of an event.

    Only a message that nobody else sees may be replaced: `private_source`.
    """
    found = [(key, "unknown field") for key in set(body) - RESPONSE_KEYS]
    found += [*_top_text(body.get("text")), *_previews_off(body), *_told(body)]
    if body.get("response_type") not in {"ephemeral", "in_channel"}:
        found.append(("response_type", "ephemeral or in_channel"))
    replaces = body.get("replace_original")
    if replaces is not False and not (replaces is True and private_source):
        found.append(("replace_original", "the message that was pressed would go"))
    return found


def _told(body: Body) -> Iterator[Complaint]:
    if "blocks" in body:
        yield from _blocks(body["blocks"], most=50)
        yield from _size(body["blocks"])


def view(body: Body) -> list[Complaint]:
    """Complaints about a view (a home tab or a modal)."""
    known = {
        "type", "title", "blocks", "submit", "close", "private_metadata",
        "callback_id", "clear_on_close", "notify_on_close", "external_id",
    }  # fmt: skip
    found = [(key, "unknown field") for key in set(body) - known]
    if body.get("type") not in {"home", "modal"}:
        found.append(("type", "must be home or modal"))
    if body.get("type") == "modal":
        found += _plain("title", body.get("title"), 24)
    for key in ("submit", "close"):
        if key in body:
            found += _plain(key, body[key], 24)
    found += _length("private_metadata", body.get("private_metadata", ""), 3000, 0)
    found += _length("callback_id", body.get("callback_id", ""), 255, 0)
    blocks = body.get("blocks")
    found += _blocks(blocks, most=100, inputs=True)
    asks = any(block.get("type") == "input" for block in blocks or ())
    if asks and body.get("type") == "modal" and "submit" not in body:
        found.append(("submit", "is required where something is asked"))
    return found


def code(complaints: Sequence[Complaint]) -> str:
    """The error code with which Slack answers these complaints."""
    path, sentence = complaints[0]
    if path == "text":
        return "no_text" if "empty" in sentence else "msg_too_long"
    if path.startswith("metadata"):
        return "invalid_metadata_format"
    if sentence.startswith("all blocks"):
        return "msg_blocks_too_long"
    return "invalid_blocks" if path.startswith("blocks") else "invalid_arguments"


# ── the whole message ──────────────────────────────────────────────────────────


def _top_text(text: Any) -> Iterator[Complaint]:
    if not isinstance(text, str) or not text.strip():
        yield "text", "is empty: notifications and screen readers have nothing"
        return
    yield from _length("text", text, 40_000)
    yield from mrkdwn("text", text)


def _pings_off(body: Body) -> Iterator[Complaint]:
    if body.get("link_names") not in {None, False}:
        yield "link_names", "names in a text would become mentions"
    if body.get("parse") not in {None, "none"}:
        yield "parse", "names and addresses in a text would become live"


def _previews_off(body: Body) -> Iterator[Complaint]:
    for key in ("unfurl_links", "unfurl_media"):
        if body.get(key) is not False:
            yield key, "must be false: without it links get previews"


def _metadata(metadata: Any) -> Iterator[Complaint]:
    if metadata is None:
        return
    if not isinstance(metadata, Mapping) or set(metadata) != {
        "event_type", "event_payload",
    }:  # fmt: skip
        yield "metadata", "has an event_type and an event_payload"
        return
    if not _EVENT_TYPE.match(str(metadata["event_type"])):
        yield "metadata.event_type", "letters, digits and underscores"
    if not isinstance(metadata["event_payload"], Mapping):
        yield "metadata.event_payload", "must be an object"
    if len(json.dumps(metadata)) > 16_000:
        yield "metadata", "is too large"


def _size(blocks: Any) -> Iterator[Complaint]:
    size = len(json.dumps(blocks, ensure_ascii=False).encode("utf-16-le")) // 2
    if size > BLOCKS_SIZE:
        yield "blocks", f"all blocks together have {size} characters"


# ── blocks ─────────────────────────────────────────────────────────────────────


def _blocks(blocks: Any, *, most: int, inputs: bool = False) -> Iterator[Complaint]:
    if not isinstance(blocks, list):
        yield "blocks", "must be a list"
        return
    if not 1 <= len(blocks) <= most:
        yield "blocks", f"{len(blocks)} blocks; from 1 to {most}"
    for number, block in enumerate(blocks):
        yield from _block(f"blocks[{number}]", block, inputs=inputs)
    yield from _unique("block_id", blocks)
    yield from _unique("action_id", [element for _, element in elements(blocks)])


def elements(blocks: Sequence[Body]) -> Iterator[tuple[str, Body]]:
    """Every interactive element or input in the blocks, with its path."""
    for number, block in enumerate(blocks):
        path = f"blocks[{number}]"
        inside = block.get("elements") or ()
        if block.get("type") == "actions":
            for place, element in enumerate(inside):
                yield f"{path}.elements[{place}]", element
        for key in ("accessory", "element"):
            if isinstance(block.get(key), Mapping):
                yield f"{path}.{key}", block[key]


def _unique(key: str, things: Sequence[Body]) -> Iterator[Complaint]:
    seen: set[Any] = set()
    for thing in things:
        value = thing.get(key)
        if value is not None and value in seen:
            yield "blocks", f"{key} {value!r} is there twice"
        seen.add(value)


def _block(path: str, block: Any, *, inputs: bool) -> Iterator[Complaint]:
    kind = block.get("type") if isinstance(block, Mapping) else None
    if kind not in BLOCK_KEYS or (kind == "input" and not inputs):
        yield f"{path}.type", f"{kind!r} is no block that these rules know"
        return
    for key in set(block) - BLOCK_KEYS[kind] - {"type", "block_id"}:
        yield f"{path}.{key}", "unknown field"
    if "block_id" in block:
        yield from _length(f"{path}.block_id", block["block_id"], 255)
    checks: dict[str, Callable[[str, Body], Iterator[Complaint]]] = {
        "header": _header,
        "section": _section,
        "context": _context,
        "actions": _actions,
        "image": _image,
        "rich_text": _rich_text,
        "input": _input,
    }
    if kind in checks:
        yield from checks[kind](path, block)


def _header(path: str, block: Body) -> Iterator[Complaint]:
    yield from _plain(f"{path}.text", block.get("text"), 150)


def _section(path: str, block: Body) -> Iterator[Complaint]:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield path, "has a text or fields"
    if "text" in block:
        yield from _text(f"{path}.text", block["text"], 3000)
    if fields is not None and not 1 <= len(fields) <= 10:
        yield f"{path}.fields", "from 1 to 10"
    for number, text in enumerate(fields or ()):
        yield from _text(f"{path}.fields[{number}]", text, 2000)
    if "accessory" in block:
        yield from _element(f"{path}.accessory", block["accessory"])


def _context(path: str, block: Body) -> Iterator[Complaint]:
    inside = block.get("elements") or ()
    if not 1 <= len(inside) <= 10:
        yield f"{path}.elements", f"{len(inside)} elements; from 1 to 10"
    for number, element in enumerate(inside):
        here = f"{path}.elements[{number}]"
        if element.get("type") == "image":
            yield from _image(here, element)
        else:
            yield from _text(here, element, 3000)


def _actions(path: str, block: Body) -> Iterator[Complaint]:
    inside = block.get("elements") or ()
    if not 1 <= len(inside) <= 25:
        yield f"{path}.elements", f"{len(inside)} elements; from 1 to 25"
    for number, element in enumerate(inside):
        yield from _element(f"{path}.elements[{number}]", element)


def _image(path: str, block: Body) -> Iterator[Complaint]:
    if ("image_url" in block) == ("slack_file" in block):
        yield path, "either image_url or slack_file"
    elif "image_url" in block:
        yield from _length(f"{path}.image_url", block["image_url"], 3000)
    else:
        file = block["slack_file"]
        if set(file) != {"id"} or not _FILE_ID.fullmatch(str(file["id"])):
            yield f"{path}.slack_file", f"input must match {_FILE_ID.pattern}"
    yield from _length(f"{path}.alt_text", block.get("alt_text"), 2000)


def _input(path: str, block: Body) -> Iterator[Complaint]:
    yield from _plain(f"{path}.label", block.get("label"), 2000)
    if "hint" in block:
        yield from _plain(f"{path}.hint", block["hint"], 2000)
    yield from _element(f"{path}.element", block.get("element"))


# ── elements ───────────────────────────────────────────────────────────────────


def _element(path: str, element: Any) -> Iterator[Complaint]:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if kind not in ELEMENT_KEYS:
        yield f"{path}.type", f"{kind!r} is no element that these rules know"
        return
    for key in set(element) - ELEMENT_KEYS[kind] - {"type"}:
        yield f"{path}.{key}", "unknown field"
    if kind == "image":
        yield from _image(path, element)
        return
    yield from _length(f"{path}.action_id", element.get("action_id"), 255)
    if kind == "button":
        yield from _button(path, element)
    if kind in {"static_select", "overflow"}:
        yield from _options(path, element, 100 if kind == "static_select" else 5)
    if kind == "plain_text_input":
        yield from _typed(path, element)
    if kind == "file_input" and not 1 <= element.get("max_files", 10) <= 10:
        yield f"{path}.max_files", "from 1 to 10"
    if kind == "file_input" and not path.endswith(".element"):
        yield path, "stands in an input block alone"
    if "placeholder" in element:
        yield from _plain(f"{path}.placeholder", element["placeholder"], 150)


def _typed(path: str, element: Body) -> Iterator[Complaint]:
    most = element.get("max_length", 3000)
    if not 1 <= most <= 3000:
        yield f"{path}.max_length", "from 1 to 3000"
    if "initial_value" in element:
        yield from _length(f"{path}.initial_value", element["initial_value"], most)


def _button(path: str, button: Body) -> Iterator[Complaint]:
    yield from _plain(f"{path}.text", button.get("text"), 75)
    yield from _length(f"{path}.value", button.get("value", ""), 2000, 0)
    if "url" in button:
        yield from _length(f"{path}.url", button["url"], 3000)
    if button.get("style", "primary") not in {"primary", "danger"}:
        yield f"{path}.style", "primary, danger, or none at all"


def _options(path: str, element: Body, most: int) -> Iterator[Complaint]:
    options = element.get("options") or ()
    if not 1 <= len(options) <= most:
        yield f"{path}.options", f"{len(options)} options; from 1 to {most}"
    if len({option.get("value") for option in options}) != len(options):
        yield f"{path}.options", "two have one value"
    if "initial_option" in element and element["initial_option"] not in options:
        yield f"{path}.initial_option", "is none of the options"
    for number, option in enumerate(options):
        here = f"{path}.options[{number}]"
        for key in set(option) - {"text", "value", "description", "url"}:
            yield f"{here}.{key}", "unknown field"
        yield from _plain(f"{here}.text", option.get("text"), 75)
        yield from _length(f"{here}.value", option.get("value"), 150)
        if "description" in option:
            yield from _plain(f"{here}.description", option["description"], 75)


# ── texts ──────────────────────────────────────────────────────────────────────


def _length(path: str, text: Any, most: int, least: int = 1) -> Iterator[Complaint]:
    if not isinstance(text, str):
        yield path, "must be a string"
    elif not least <= len(text.encode("utf-16-le")) // 2 <= most:
        yield path, f"has not from {least} to {most} characters"


def _plain(path: str, text: Any, most: int) -> Iterator[Complaint]:
    if not isinstance(text, Mapping) or text.get("type") != "plain_text":
        yield path, "must be plain_text"
        return
    if set(text) - {"type", "text", "emoji"}:
        yield path, "unknown field"
    yield from _length(f"{path}.text", text.get("text"), most)


def _text(path: str, text: Any, most: int) -> Iterator[Complaint]:
    if isinstance(text, Mapping) and text.get("type") == "mrkdwn":
        if set(text) - {"type", "text", "verbatim"}:
            yield path, "unknown field"
        yield from _length(f"{path}.text", text.get("text"), most)
        yield from mrkdwn(f"{path}.text", str(text.get("text")))
    else:
        yield from _plain(path, text, most)


def mrkdwn(path: str, text: str) -> Iterator[Complaint]:
    """Complaints about a mrkdwn text: its only markup may be honest links."""
    if _UNESCAPED.search(text):
        yield path, "holds an & that is not written as &amp;"
    rest = _ENTITY.sub("", text)
    if "<" in rest or ">" in rest:
        yield path, "holds an angle bracket that is not escaped"
    for entity in _ENTITY.findall(text):
        if entity[:1] in {"!", "@", "#"}:
            yield path, f"pings: <{entity}>"
            continue
        url, _, label = entity.partition("|")
        yield from _link(path, url, label)


def _link(path: str, url: str, label: str) -> Iterator[Complaint]:
    parts = urlsplit(url)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or "@" in parts.netloc
    ):
        yield path, f"{url!r} is no address to follow"
        return
    for host in _HOST.findall(label):
        if host.casefold() != parts.hostname.casefold():
            yield path, f"a link to {parts.hostname} is named {host}"


def _rich_text(path: str, block: Body) -> Iterator[Complaint]:
    inside = block.get("elements") or ()
    if not inside:
        yield f"{path}.elements", "is empty"
    for number, element in enumerate(inside):
        yield from _rich_part(f"{path}.elements[{number}]", element)


def _rich_part(path: str, element: Body) -> Iterator[Complaint]:
    kind = element.get("type")
    if kind == "rich_text_list":
        if element.get("style") not in {"bullet", "ordered"}:
            yield f"{path}.style", "bullet or ordered"
        known = {"style", "elements", "indent", "offset", "border"}
    elif kind in RICH:
        known = {"elements", "border"}
    else:
        yield f"{path}.type", f"{kind!r} is no part of a rich text"
        return
    for key in set(element) - known - {"type"}:
        yield f"{path}.{key}", "unknown field"
    if not element.get("elements"):
        yield f"{path}.elements", "is empty"
    for number, inner in enumerate(element.get("elements") or ()):
        here = f"{path}.elements[{number}]"
        if kind == "rich_text_list":
            yield from _rich_part(here, inner)
        else:
            yield from _rich_piece(here, inner)


def _rich_piece(path: str, piece: Body) -> Iterator[Complaint]:
    kind = piece.get("type")
    if kind in PINGING:
        yield path, f"pings: {kind}"
        return
    if kind not in {"text", "link", "emoji"}:
        yield f"{path}.type", f"{kind!r} is no piece of a rich text"
        return
    style = piece.get("style", {})
    if set(style) - STYLES or not all(value is True for value in style.values()):
        yield f"{path}.style", "unknown style"
    if kind == "text":
        yield from _length(f"{path}.text", piece.get("text"), 12_000)
    if kind == "link":
        yield from _length(f"{path}.url", piece.get("url"), 3000)
        yield from _link(path, str(piece.get("url")), str(piece.get("text", "")))
