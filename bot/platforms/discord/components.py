"""Components V2: types, buttons, message bodies, the delivery key in them. Pure.

The key is the nonce of a post. A message that is read back may come without its nonce,
so the first control carries the key too, behind a «#» that `pressed` takes off again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.platforms.discord import limits
from bot.platforms.discord.markdown import measure_text, shorten_line

#: Whatever a text says, nobody is pinged.
NO_MENTIONS: Final[Mapping[str, Any]] = {"parse": []}

#: discord.com, components/reference: types.
ROW, BUTTON, SELECT, TEXT, SEPARATOR, CONTAINER = 1, 2, 3, 10, 14, 17

Component = dict[str, Any]
MessageBody = dict[str, Any]
_BLUE, _GREY = 1, 2
#: docs.discord.com, components/reference: a file, and one that comes beside the body.
FILE: Final = 13
ATTACHMENT_SCHEME: Final = "attachment://"


def build_message_body(components: Sequence[Component]) -> MessageBody:
    """A message of these components that mentions nobody and previews nothing.

    A file that one of them shows is named; its contents go beside the body.
    """
    urls = [c["file"]["url"] for c in iter_components(components) if c["type"] == FILE]
    names = [url.removeprefix(ATTACHMENT_SCHEME) for url in urls]
    listed = [{"id": str(n), "filename": name} for n, name in enumerate(names)]
    return {
        **({"attachments": listed} if listed else {}),
        "components": list(components),
        "flags": limits.COMPONENTS_V2 | limits.SUPPRESS_EMBEDS,
        "allowed_mentions": dict(NO_MENTIONS),
    }


def build_button(custom_id: str, label: str, *, primary: bool = False) -> Component:
    """A button; what its label holds is plain text for Discord."""
    return {
        "type": BUTTON,
        "style": _BLUE if primary else _GREY,
        "custom_id": custom_id,
        "label": shorten_line(label, limits.BUTTON_LABEL) or "…",
    }


def arrange_buttons(buttons: Sequence[Component]) -> list[Component]:
    """Buttons, five in a row."""
    return [
        {"type": ROW, "components": list(buttons[at : at + limits.ROW])}
        for at in range(0, len(buttons), limits.ROW)
    ]


# ── measuring ──────────────────────────────────────────────────────────────────


def iter_components(components: Iterable[Component]) -> Iterator[Component]:
    """Yield the components, each followed by what it holds."""
    for component in components:
        yield component
        yield from iter_components(component.get("components") or ())
        if component.get("accessory"):
            yield component["accessory"]


def count_components(components: Iterable[Component]) -> int:
    """Count the components, nested ones included."""
    return sum(1 for _ in iter_components(components))


def measure_components(components: Iterable[Component]) -> int:
    """Add up the text of the components, in Discord's units."""
    return sum(
        measure_text(str(c.get("content", ""))) for c in iter_components(components)
    )


def list_custom_ids(components: Iterable[Component]) -> list[str]:
    """List the control ids, in order."""
    return [
        str(c["custom_id"]) for c in iter_components(components) if c.get("custom_id")
    ]


_KEY_SUFFIX: Final = re.compile(r"#k[a-z2-7]{25}\Z")


def embed_key(
    components: Sequence[Mapping[str, Any]], key: str
) -> list[dict[str, Any]]:
    """A copy of `components` whose first control that has room carries `key`."""
    return _embed_suffix(components, f"#k{key}")[0]


def carries_key(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message, as Discord's API gives it, is the one with this key."""
    if str(message.get("nonce") or "") == key:
        return True
    found = _iter_custom_ids(message.get("components") or ())
    return any(custom_id.endswith(f"#k{key}") for custom_id in found)


def strip_key(custom_id: str) -> str:
    """The control's own id, without the key that it carried."""
    return _KEY_SUFFIX.sub("", custom_id)


def _embed_suffix(
    components: Sequence[Mapping[str, Any]], mark: str
) -> tuple[list[dict[str, Any]], bool]:
    copies: list[dict[str, Any]] = []
    done = False
    for component in components:
        copy = dict(component)
        custom_id = copy.get("custom_id")
        if not done and custom_id and len(custom_id + mark) <= limits.CUSTOM_ID:
            copy["custom_id"] = custom_id + mark
            done = True
        if not done and "components" in copy:
            copy["components"], done = _embed_suffix(copy["components"], mark)
        copies.append(copy)
    return copies, done


def _iter_custom_ids(components: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for component in components:
        if component.get("custom_id"):
            yield str(component["custom_id"])
        yield from _iter_custom_ids(component.get("components") or ())
