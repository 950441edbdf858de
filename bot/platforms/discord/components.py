"""Components V2: types, buttons, message bodies, the delivery key in them. Pure.

The key is the nonce of a post. A message that is read back may lack its nonce, so the
first control carries the key as well, after a «#»; `strip_key` removes it again.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from bot.i18n.safe_text import is_blank
from bot.model import ControlMenu, PictureRef
from bot.platforms.common.text import count_utf16, shorten_line
from bot.platforms.discord import limits
from bot.platforms.discord.channels import Json

#: A message made of components, without link previews.
COMPONENTS_FLAGS: Final = limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS
#: Mentions nobody, whatever a text contains.
NO_MENTIONS: Final[Json] = {"parse": []}

#: docs.discord.com, components/reference: types.
ROW, BUTTON, SELECT, INPUT, SECTION, TEXT = 1, 2, 3, 4, 9, 10
THUMBNAIL, GALLERY, FILE = 11, 12, 13
SEPARATOR, CONTAINER, LABEL, UPLOAD = 14, 17, 18, 19

Component = dict[str, Any]
MessageBody = dict[str, Any]
_BLUE, _GREY, _LINK = 1, 2, 5
#: Start of the URL of a file that is sent with the body.
ATTACHMENT_SCHEME: Final = "attachment://"


def build_message_body(components: Sequence[Component]) -> MessageBody:
    """Build a message that mentions nobody and shows no link previews.

    Files that its components show are listed; their contents are sent with the body.
    """
    urls = [c["file"]["url"] for c in iter_components(components) if c["type"] == FILE]
    files = [{"filename": url.removeprefix(ATTACHMENT_SCHEME)} for url in urls]
    named = [*files, *list_pictures(components)]
    listed = [{**file, "id": str(number)} for number, file in enumerate(named)]
    return {
        **({"attachments": listed} if listed else {}),
        "components": list(components),
        "flags": COMPONENTS_FLAGS,
        "allowed_mentions": dict(NO_MENTIONS),
    }


def build_button(custom_id: str, label: str, *, primary: bool = False) -> Component:
    """Build a button; Discord reads no markup in its label."""
    return {
        "type": BUTTON,
        "style": _BLUE if primary else _GREY,
        "custom_id": custom_id,
        "label": shorten_line(label, limits.BUTTON_LABEL) or "…",
    }


def build_link_button(url: str, label: str) -> Component:
    """Build a button that opens a page; pressing it sends us nothing."""
    return {
        "type": BUTTON,
        "style": _LINK,
        "url": url,
        "label": shorten_line(label, limits.BUTTON_LABEL),
    }


def build_text(markdown: str) -> Component:
    """Build a text display."""
    return {"type": TEXT, "content": markdown}


def name_picture(hash: str) -> str:
    """Name the file of a picture."""
    return f"{hash}.png"


def build_picture(picture: PictureRef) -> Component:
    """Build a gallery with one picture, whose file is sent with the message."""
    return {"type": GALLERY, "items": [_refer(picture)]}


def build_thumbnail(picture: PictureRef) -> Component:
    """Build a small picture beside a text, whose file is sent with the message."""
    return {"type": THUMBNAIL, **_refer(picture)}


def _refer(picture: PictureRef) -> Component:
    url = f"{ATTACHMENT_SCHEME}{name_picture(picture.hash)}"
    shown: Component = {"media": {"url": url}}
    description = shorten_line(picture.alt, limits.PICTURE_DESCRIPTION)
    if not is_blank(description):
        shown["description"] = description
    return shown


def keep_pictures(
    components: Iterable[Json], files: Collection[str]
) -> list[Component]:
    """Copy components without the pictures whose file is not among `files`.

    A text stays without the picture beside it. A file is shown once, where it comes
    first.
    """
    left = set(files)

    def take(pictures: Sequence[Json]) -> bool:
        names = {_get_file_name(one) for one in pictures}
        kept = names <= left
        left.difference_update(names)
        return kept

    def keep(inside: Iterable[Json]) -> Iterator[Component]:
        for one in inside:
            beside = one.get("accessory") or {}
            if beside.get("type") == THUMBNAIL and not take([beside]):
                yield from one["components"]
            elif one["type"] == CONTAINER:
                yield {**one, "components": list(keep(one["components"]))}
            elif one["type"] != GALLERY or take(one["items"]):
                yield dict(one)

    return list(keep(components))


def list_pictures(components: Iterable[Json]) -> list[Component]:
    """List the pictures that components show as attachments of a body, in order."""
    pictures = (
        picture
        for one in iter_components(components)
        if one["type"] in {GALLERY, THUMBNAIL}
        for picture in one.get("items", [one])
    )
    return [
        {
            "id": str(number),
            "filename": _get_file_name(one),
            **({"description": one["description"]} if "description" in one else {}),
        }
        for number, one in enumerate(pictures)
    ]


def _get_file_name(picture: Json) -> str:
    return str(picture["media"]["url"]).removeprefix(ATTACHMENT_SCHEME)


def build_section(markdown: str, accessory: Component) -> Component:
    """Build a text with a button or a small picture beside it."""
    text = build_text(markdown)
    return {"type": SECTION, "components": [text], "accessory": accessory}


def build_menu(name: str, menu: ControlMenu) -> Component:
    """Build a row with a select; the value of an option is the control it presses.

    Args:
        name: The select's own; no two of a message have the same, and none of a
            message that takes its place: Discord's clients remember by it what was
            chosen, and do not send the same choice again.
        menu: Its options are valid.
    """
    options = []
    for option in menu.options:
        note = shorten_line(option.note, limits.OPTION_TEXT)
        options.append(
            {
                "label": shorten_line(option.label, limits.OPTION_TEXT) or "…",
                "value": option.id,
                **({"description": note} if note else {}),
            }
        )
    label = shorten_line(menu.label, limits.PLACEHOLDER)
    select: Component = {
        "type": SELECT,
        "custom_id": f"v1:menu:{name}",
        "options": options,
        **({"placeholder": label} if label else {}),
    }
    return {"type": ROW, "components": [select]}


def arrange_buttons(buttons: Sequence[Component]) -> list[Component]:
    """Arrange buttons in rows of five."""
    return [
        {"type": ROW, "components": list(buttons[at : at + limits.ROW])}
        for at in range(0, len(buttons), limits.ROW)
    ]


# ── measuring ──────────────────────────────────────────────────────────────────


def iter_components(components: Iterable[Json]) -> Iterator[Any]:
    """Yield components, each before those that it contains."""
    for component in components:
        yield component
        yield from iter_components(component.get("components") or ())
        if component.get("accessory"):
            yield component["accessory"]


def count_components(components: Iterable[Json]) -> int:
    """Count the components, nested ones included."""
    return sum(1 for _ in iter_components(components))


def measure_components(components: Iterable[Json]) -> int:
    """Add up the text of the components, in Discord's units."""
    return sum(
        count_utf16(str(c.get("content", ""))) for c in iter_components(components)
    )


def list_custom_ids(components: Iterable[Json]) -> list[str]:
    """List the control ids, in order."""
    return [
        str(c["custom_id"]) for c in iter_components(components) if c.get("custom_id")
    ]


_KEY_SUFFIX: Final = re.compile(r"#k[a-z2-7]{25}\Z")


def embed_key(components: Sequence[Json], key: str) -> list[Component]:
    """Copy components; the first control with enough space carries the key."""
    suffix = f"#k{key}"
    # A copy by way of JSON shares no parts, even where the original does.
    copies: list[Component] = json.loads(json.dumps(components))
    for component in iter_components(copies):
        custom_id = component.get("custom_id") or ""
        if 0 < len(custom_id) <= limits.CUSTOM_ID - len(suffix):
            component["custom_id"] = custom_id + suffix
            break
    return copies


def carries_key(message: Json, key: str) -> bool:
    """Check whether a message, as Discord's API returns it, carries the key."""
    if str(message.get("nonce") or "") == key:
        return True
    found = list_custom_ids(message.get("components") or ())
    return any(custom_id.endswith(f"#k{key}") for custom_id in found)


def strip_key(custom_id: str) -> str:
    """Remove the key from a control's id."""
    return _KEY_SUFFIX.sub("", custom_id)
