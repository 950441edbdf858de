"""Discord's rules, from its own documentation; independent of the bot's limits.

`message` and `commands` return complaints as (path, sentence); an empty result means
that the body would be accepted. Discord's own schema is applied too where it is
available (`schema`).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Complaint = tuple[str, str]
Body = Mapping[str, Any]

V2 = 1 << 15
#: suppress embeds, suppress notifications, voice message, components V2
SETTABLE = 1 << 2 | 1 << 12 | 1 << 13 | V2
#: The flags that an edit may set.
EDITABLE = 1 << 2 | V2
POST_KEYS = {
    "content", "nonce", "tts", "embeds", "allowed_mentions", "message_reference",
    "components", "sticker_ids", "attachments", "flags", "enforce_nonce", "poll",
}  # fmt: skip
EDIT_KEYS = {
    "content", "embeds", "flags", "allowed_mentions", "components", "attachments"
}  # fmt: skip
TOP_V2 = {1, 9, 10, 12, 13, 14, 17}
IN_CONTAINER = {1, 9, 10, 12, 13, 14}
SELECTS = {3, 5, 6, 7, 8}
ATTACHMENT_KEYS = {"id", "filename", "description", "title", "is_spoiler"}
#: Prefix of the address of a file that comes with the body.
BESIDE = "attachment://"
COMPONENT_KEYS = {
    1: {"components"},
    2: {"style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"},
    3: {
        "custom_id", "options", "placeholder", "min_values", "max_values", "disabled",
        "required",
    },
    9: {"components", "accessory"},
    10: {"content"},
    11: {"media", "description", "spoiler"},
    12: {"items"},
    13: {"file", "spoiler"},
    14: {"divider", "spacing"},
    17: {"components", "accent_color", "spoiler"},
}  # fmt: skip


def message(
    body: Body, *, edit: bool = False, kept: Collection[str] = ()
) -> list[Complaint]:
    """Complaints about the body of a post or an edit.

    Args:
        body: Its JSON.
        edit: It replaces a message.
        kept: Names of the message's earlier files that stay.
    """
    found = [
        (key, "unknown field") for key in set(body) - (EDIT_KEYS if edit else POST_KEYS)
    ]
    found += _content(body, edit=edit)
    found += _flags(body, SETTABLE if not edit else EDITABLE)
    found += _mentions(body.get("allowed_mentions"))
    if not edit:
        found += _nonce(body)
    found += _components(body)
    found += _attachments(body, kept)
    return found


def _length(path: str, text: Any, most: int, least: int = 0) -> Iterator[Complaint]:
    if not isinstance(text, str):
        yield path, "must be a string"
    elif not least <= len(text.encode("utf-16-le")) // 2 <= most:
        yield path, f"must be between {least} and {most} in length"


def _content(body: Body, *, edit: bool) -> Iterator[Complaint]:
    content = body.get("content")
    if content is not None:
        yield from _length("content", content, 2000)
    is_v2 = (body.get("flags") or 0) & V2
    for key in ("content", "embeds", "sticker_ids", "poll"):
        if is_v2 and body.get(key):
            yield key, "cannot be used with components V2"
    if not edit and not any(
        body.get(key)
        for key in ("content", "embeds", "components", "sticker_ids", "poll")
    ):
        yield "content", "cannot send an empty message"


def _flags(body: Body, settable: int) -> Iterator[Complaint]:
    flags = body.get("flags") or 0
    if not isinstance(flags, int) or flags & ~settable:
        yield "flags", "has bits that may not be set"


def _mentions(allowed: Any) -> Iterator[Complaint]:
    if not isinstance(allowed, Mapping):
        # Discord would accept it, and ping everybody the text mentions.
        yield "allowed_mentions", "must be given: without it everything pings"
        return
    if set(allowed) - {"parse", "users", "roles", "replied_user"}:
        yield "allowed_mentions", "unknown field"
    if set(allowed.get("parse") or ()) - {"users", "roles", "everyone"}:
        yield "allowed_mentions.parse", "unknown kind"
    for kind in ("users", "roles"):
        named = allowed.get(kind) or ()
        if named and kind in (allowed.get("parse") or ()):
            yield f"allowed_mentions.{kind}", "excludes the same kind in parse"
        if len(named) > 100 or not all(str(one).isdigit() for one in named):
            yield f"allowed_mentions.{kind}", "holds at most 100 numbers"


def _nonce(body: Body) -> Iterator[Complaint]:
    nonce = body.get("nonce")
    if nonce is None:
        return
    yield from _length("nonce", str(nonce), 25, 1)
    if not body.get("enforce_nonce"):
        yield "enforce_nonce", "a nonce without it guards nothing"


# ── components ─────────────────────────────────────────────────────────────────


def walk(
    components: Sequence[Body], path: str = "components"
) -> Iterator[tuple[str, Body]]:
    """Every component with its path, nested ones and accessories included."""
    for number, component in enumerate(components):
        here = f"{path}[{number}]"
        yield here, component
        yield from walk(component.get("components") or (), f"{here}.components")
        if isinstance(component.get("accessory"), Mapping):
            yield f"{here}.accessory", component["accessory"]


def _components(body: Body) -> Iterator[Complaint]:
    top = body.get("components")
    if top is None:
        return
    if not isinstance(top, Sequence):
        yield "components", "must be a list"
        return
    every = list(walk(top))
    if (body.get("flags") or 0) & V2:
        yield from _v2(top, every)
    else:
        yield from _rows_only(top)
    yield from _unique("custom_id", every)
    yield from _unique("id", every)
    for path, component in every:
        yield from _component(path, component)


def _attachments(body: Body, kept: Collection[str]) -> Iterator[Complaint]:
    """A file that is not shown would be accepted, and nobody would see it."""
    listed = body.get("attachments") or ()
    if len(listed) > 10:
        yield "attachments", "more than ten"
    for number, one in enumerate(listed):
        for key in set(one) - ATTACHMENT_KEYS:
            yield f"attachments[{number}].{key}", "unknown field"
        if one.get("description") is not None:
            path = f"attachments[{number}].description"
            yield from _length(path, one["description"], 1024)
    named = {str(one["filename"]) for one in listed if "filename" in one}
    shown = {url.removeprefix(BESIDE) for url in files_shown(body)}
    if missing := shown - named - set(kept):
        yield "attachments", f"{sorted(missing)} are shown and did not come along"
    if unseen := named - shown:
        yield "attachments", f"{sorted(unseen)} come along and are not shown"


def files_shown(body: Body) -> list[str]:
    """The addresses of files that come with the body, as its components name them."""
    found: list[Any] = []
    for _, component in walk(body.get("components") or ()):
        if component.get("type") == 13:
            found.append((component.get("file") or {}).get("url"))
        if component.get("type") in {11, 12}:
            items = component.get("items") or [component]
            found += [(item.get("media") or {}).get("url") for item in items]
    return [str(url) for url in found if str(url).startswith(BESIDE)]


def _v2(top: Sequence[Body], every: list[tuple[str, Body]]) -> Iterator[Complaint]:
    if not 1 <= len(every) <= 40:
        yield "components", f"{len(every)} components; the total may be 40"
    texts = [c.get("content") for _, c in every if c.get("type") == 10]
    size = sum(len(t.encode("utf-16-le")) // 2 for t in texts if isinstance(t, str))
    if size > 4000:
        yield "components", f"{size} characters of text; the total may be 4000"
    for number, component in enumerate(top):
        if component.get("type") not in TOP_V2:
            yield f"components[{number}]", "may not stand at the top"


def _rows_only(top: Sequence[Body]) -> Iterator[Complaint]:
    if len(top) > 5:
        yield "components", "more than five rows"
    for number, component in enumerate(top):
        if component.get("type") != 1:
            yield f"components[{number}]", "needs the flag of components V2"


def _unique(key: str, every: list[tuple[str, Body]]) -> Iterator[Complaint]:
    seen: set[Any] = set()
    for path, component in every:
        value = component.get(key)
        if value and value in seen:
            yield f"{path}.{key}", "is there twice"
        seen.add(value)


def _component(path: str, component: Body) -> Iterator[Complaint]:
    kind = component.get("type")
    if not isinstance(kind, int) or kind not in COMPONENT_KEYS:
        yield f"{path}.type", f"{kind!r} is no component that these rules know"
        return
    for key in set(component) - COMPONENT_KEYS[kind] - {"type", "id"}:
        yield f"{path}.{key}", "unknown field"
    if component.get("custom_id") is not None:
        yield from _length(f"{path}.custom_id", component["custom_id"], 100, 1)
    checks = {
        1: _row, 2: _button, 3: _select, 9: _beside, 10: _text, 11: _picture,
        12: _gallery, 13: _file, 14: _separator, 17: _box,
    }  # fmt: skip
    yield from checks[kind](path, component)


def _row(path: str, row: Body) -> Iterator[Complaint]:
    kinds = [c.get("type") for c in row.get("components") or ()]
    buttons = set(kinds) == {2} and len(kinds) <= 5
    select = len(kinds) == 1 and kinds[0] in SELECTS
    if not buttons and not select:
        yield path, f"holds one to five buttons or one select, not {kinds}"


def _button(path: str, button: Body) -> Iterator[Complaint]:
    if button.get("style") not in {1, 2, 3, 4, 5, 6}:
        yield f"{path}.style", "must be from 1 to 6"
    is_link = button.get("style") == 5
    if is_link != ("url" in button) or is_link == ("custom_id" in button):
        yield path, "leads to an address or has a custom_id"
    yield from _length(f"{path}.label", button.get("label", ""), 80)
    if not button.get("label") and not button.get("emoji"):
        yield f"{path}.label", "needs a label or an emoji"


def _select(path: str, select: Body) -> Iterator[Complaint]:
    options = select.get("options") or ()
    if "custom_id" not in select:
        yield f"{path}.custom_id", "is required"
    if not 1 <= len(options) <= 25:
        yield f"{path}.options", "must be between 1 and 25 in length"
    yield from _length(f"{path}.placeholder", select.get("placeholder", ""), 150)
    if len({option.get("value") for option in options}) != len(options):
        yield f"{path}.options", "two have one value"
    for number, option in enumerate(options):
        for key, least in (("label", 1), ("value", 1), ("description", 0)):
            text = option.get(key, "")
            yield from _length(f"{path}.options[{number}].{key}", text, 100, least)


def _beside(path: str, section: Body) -> Iterator[Complaint]:
    inside = [c.get("type") for c in section.get("components") or ()]
    if not 1 <= len(inside) <= 3 or set(inside) != {10}:
        yield path, f"holds one to three texts, not {inside}"
    if (section.get("accessory") or {}).get("type") not in {2, 11}:
        yield f"{path}.accessory", "is a button or a thumbnail"


def _text(path: str, display: Body) -> Iterator[Complaint]:
    yield from _length(f"{path}.content", display.get("content"), 4000, 1)


def _gallery(path: str, gallery: Body) -> Iterator[Complaint]:
    items = gallery.get("items") or ()
    if not 1 <= len(items) <= 10:
        yield f"{path}.items", "must be between 1 and 10 in length"
    for number, item in enumerate(items):
        here = f"{path}.items[{number}]"
        if set(item) - COMPONENT_KEYS[11]:
            yield here, "unknown field"
        yield from _picture(here, item)


def _picture(path: str, shown: Body) -> Iterator[Complaint]:
    url = str((shown.get("media") or {}).get("url"))
    if not url.startswith((BESIDE, "https://")):
        yield f"{path}.media.url", "is no address of a picture"
    if shown.get("description") is not None:
        yield from _length(f"{path}.description", shown["description"], 1024, 1)


def _file(path: str, shown: Body) -> Iterator[Complaint]:
    url = (shown.get("file") or {}).get("url")
    if set(shown.get("file") or ()) != {"url"} or not str(url).startswith(BESIDE):
        yield f"{path}.file", "names a file that comes beside the body"


def _separator(path: str, separator: Body) -> Iterator[Complaint]:
    if separator.get("spacing", 1) not in {1, 2}:
        yield f"{path}.spacing", "must be 1 or 2"


def _box(path: str, box: Body) -> Iterator[Complaint]:
    colour = box.get("accent_color", 0)
    if not isinstance(colour, int) or not 0 <= colour <= 0xFFFFFF:
        yield f"{path}.accent_color", "is no colour"
    inside = [c.get("type") for c in box.get("components") or ()]
    if not inside or set(inside) - IN_CONTAINER:
        yield path, f"may not hold {inside}"


# ── commands ───────────────────────────────────────────────────────────────────

_NAME = re.compile(r"[-_'\w]{1,32}\Z")


def commands(body: Any) -> list[Complaint]:
    """Complaints about a bulk overwrite of commands."""
    if not isinstance(body, Sequence):
        return [("", "must be a list")]
    found: list[Complaint] = []
    names = [(c.get("name"), c.get("type", 1)) for c in body]
    if len(set(names)) != len(names):
        found.append(("", "two have one name"))
    if sum(kind == 1 for _, kind in names) > 100:
        found.append(("", "more than 100"))
    for number, command in enumerate(body):
        found += _command(f"[{number}]", command, depth=0)
    return found


def _command(path: str, command: Body, depth: int) -> Iterator[Complaint]:
    name = command.get("name", "")
    if not _NAME.match(name) or name != name.lower():
        yield f"{path}.name", f"{name!r} is no name"
    yield from _length(f"{path}.description", command.get("description", ""), 100, 1)
    options = command.get("options") or ()
    if len(options) > 25:
        yield f"{path}.options", "more than 25"
    # A root has groups, these subcommands, and these values.
    if depth > (2 if command.get("type") in {1, 2} else 3):
        yield path, "nested too deep"
    required = [option.get("required", False) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{path}.options", "required ones come first"
    for number, option in enumerate(options):
        if option.get("autocomplete") and option.get("choices"):
            yield f"{path}.options[{number}]", "completion excludes choices"
        yield from _command(f"{path}.options[{number}]", option, depth + 1)
