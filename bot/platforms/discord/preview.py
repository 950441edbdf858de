"""Show messages as Discord does: Components V2 as HTML, and the limits used. Pure.

It reads the payload that is sent. Of Discord's markdown it knows what our renderers
write: headings, small print, block quotes, lists, bold, struck text, masked links, and
a backslash before punctuation.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from markupsafe import Markup

from bot.model import MessagePart
from bot.model.previews import LimitUse, MessagePreview, PreviewFrame
from bot.platforms.common.preview_html import (
    build_element,
    build_link,
    join_html,
)
from bot.platforms.discord import components, limits
from bot.platforms.discord.channels import Json
from bot.platforms.discord.components import ATTACHMENT_SCHEME
from bot.platforms.discord.render import render

_TOKEN: Final = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<mark>\*\*|~~)"
    r"|\[(?P<label>(?:\\.|[^\]\\])*)\]\(<(?P<href>[^>]*)>\)"
)
_TAGS: Final[Mapping[str, str]] = {"**": "strong", "~~": "s"}
#: What begins a line, and the class of what it makes.
_LINE_STARTS: Final = (
    ("## ", "heading"),
    ("-# ", "small"),
    ("> ", "quote"),
    ("- ", "item"),
)
#: What the picture of a message is named in its URL, without its hash.
_PICTURE_SUFFIX: Final = ".png"


def build_html(part: MessagePart, frame: PreviewFrame) -> str:
    """Build the HTML of one message of an edition."""
    body = _ComponentBuilder(frame)
    shown = join_html(map(body.build, part.payload.get("components", ())))
    badge = build_element("span", "APP", css="dc-badge")
    head = build_element(
        "p",
        build_element("b", frame.author),
        badge,
        build_element("span", frame.time, css="dc-time"),
        css="dc-head",
    )
    avatar = build_element("span", "S", css="dc-avatar", aria_hidden="true")
    column = build_element("div", head, shown, css="dc-column")
    return build_element("div", avatar, column, css="dc-message")


def measure_limits(part: MessagePart) -> tuple[LimitUse, ...]:
    """Measure a message by Discord's own limits."""
    shown = part.payload.get("components", ())
    pictures = len(components.list_pictures(shown))
    return (
        LimitUse(
            what="parts",
            used=components.count_components(shown),
            most=limits.COMPONENTS,
        ),
        LimitUse(
            what="characters",
            used=components.measure_components(shown),
            most=limits.TEXT,
        ),
        LimitUse(what="pictures", used=pictures, most=limits.ATTACHMENTS),
    )


class _ComponentBuilder:
    """Builds components, each by its type."""

    def __init__(self, frame: PreviewFrame) -> None:
        self._frame = frame
        self._builders: Mapping[int, Callable[[Json], Markup]] = {
            components.CONTAINER: self._build_container,
            components.TEXT: lambda one: build_markdown(str(one["content"])),
            components.SECTION: self._build_section,
            components.THUMBNAIL: lambda one: self._build_picture(one, "dc-thumbnail"),
            components.GALLERY: self._build_gallery,
            components.SEPARATOR: lambda _: build_element("hr"),
            components.ROW: self._build_row,
            components.SELECT: _build_select,
            components.BUTTON: _build_button,
        }

    def build(self, component: Json) -> Markup:
        builder = self._builders.get(component["type"])
        return builder(component) if builder else Markup("")

    def _build_all(self, inside: Sequence[Json]) -> Markup:
        return join_html(map(self.build, inside))

    def _build_container(self, box: Json) -> Markup:
        colour = box.get("accent_color")
        inside = [self._build_all(box["components"])]
        if colour is not None:
            # A presentation attribute: the policy of our pages forbids styles.
            bar = build_element("rect", width="4", height="100%", fill=f"#{colour:06x}")
            edge = build_element("svg", bar, css="dc-edge", aria_hidden="true")
            inside.insert(0, edge)
        return build_element("div", *inside, css="dc-container")

    def _build_section(self, section: Json) -> Markup:
        text = build_element("div", self._build_all(section["components"]))
        return build_element(
            "div", text, self.build(section["accessory"]), css="dc-section"
        )

    def _build_gallery(self, gallery: Json) -> Markup:
        items = (self._build_picture(one, "dc-picture") for one in gallery["items"])
        return join_html(items)

    def _build_picture(self, picture: Json, css: str) -> Markup:
        name = str(picture["media"]["url"]).removeprefix(ATTACHMENT_SCHEME)
        src = self._frame.locate_picture(name.removesuffix(_PICTURE_SUFFIX))
        alt = str(picture.get("description", ""))
        return build_element("img", css=css, src=src, alt=alt, loading="lazy")

    def _build_row(self, row: Json) -> Markup:
        return build_element("div", self._build_all(row["components"]), css="dc-row")


def _build_select(select: Json) -> Markup:
    """Build a select, whose choices can be read but not made."""
    label = str(select.get("placeholder", ""))
    choices = [
        build_element("li", str(option["label"])) for option in select["options"]
    ]
    return build_element(
        "details",
        build_element("summary", label),
        build_element("ul", *choices),
        css="dc-select",
    )


def _build_button(button: Json) -> Markup:
    label = str(button.get("label", ""))
    return build_element("button", label, css="dc-button", type="button", disabled=True)


# ── markdown ───────────────────────────────────────────────────────────────────


def build_markdown(content: str) -> Markup:
    """Build the HTML of one text display."""
    lines = map(_split_line, content.split("\n"))
    blocks = [
        _build_block(kind, [text for _, text in several])
        for kind, several in groupby(lines, lambda line: line[0])
    ]
    return build_element("div", *blocks, css="dc-text")


def _split_line(line: str) -> tuple[str, str]:
    """Split a line into its kind and its text."""
    for start, kind in _LINE_STARTS:
        if line.startswith(start):
            return kind, line.removeprefix(start)
    return "plain", line


def _build_block(kind: str, lines: Sequence[str]) -> Markup:
    shown = [build_inline(line) for line in lines]
    if kind == "item":
        return build_element("ul", *(build_element("li", line) for line in shown))
    tag = "blockquote" if kind == "quote" else "div"
    rows = (build_element("p", line, css=f"dc-{kind}", dir="auto") for line in shown)
    return build_element(tag, *rows) if kind == "quote" else join_html(rows)


def build_inline(text: str) -> Markup:
    """Build one line: bold, struck, links; a mark without its partner is a text."""
    open_marks: list[tuple[str, list[str]]] = [("", [])]
    for mark, piece in _iter_pieces(text):
        if not mark:
            open_marks[-1][1].append(piece)
        elif mark == open_marks[-1][0]:
            _, inside = open_marks.pop()
            open_marks[-1][1].append(build_element(_TAGS[mark], *inside))
        else:
            open_marks.append((mark, []))
    while len(open_marks) > 1:
        mark, inside = open_marks.pop()
        open_marks[-1][1].extend([mark, *inside])
    return join_html(open_marks[0][1])


def _iter_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each mark, and the text and links between marks: (mark or "", piece)."""
    end = 0
    for token in _TOKEN.finditer(text):
        yield "", text[end : token.start()]
        end = token.end()
        if token["mark"]:
            yield token["mark"], ""
        elif token["href"] is not None:
            yield "", build_link(token["href"], build_inline(token["label"]))
        else:
            yield "", token["escaped"]
    yield "", text[end:]


PREVIEW: Final = MessagePreview(
    render=render,
    build_html=build_html,
    measure=measure_limits,
    stylesheet=Path(__file__).parent / "static" / "preview.css",
)
